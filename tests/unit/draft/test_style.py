"""Openers, closers and channels: the form changes, the facts do not."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assist.draft import style
from assist.messages import Channel, Emotion, Message
from assist.results import Reason
from assist.shop import StylePack
from unit.draft.writing import evidence, part

PACK = StylePack(
    openers=("甲～", "乙～"), closers=("丙～",), complaint_openers=("抱歉。",), complaint_closers=("跟进。",)
)


@pytest.mark.parametrize(
    ("emotion", "intent", "upset"),
    [
        (Emotion.CALM, None, False),
        (Emotion.WORRIED, "售前/商品", False),
        (Emotion.ANNOYED, None, True),
        (Emotion.ANGRY, None, True),
        (Emotion.THREAT, None, True),
        (Emotion.CALM, "售后/质量/质量问题/瑕疵", True),
        (Emotion.CALM, "售中/物流/催发货", True),
    ],
)
def test_upset_shoppers_and_complaints_get_an_apology(emotion, intent, upset):
    given = evidence(part("问", intent=intent), emotion=emotion)
    assert style.is_complaint(given.question) is upset
    assert (style.opener(given.message, given.question, PACK) == "抱歉。") is upset
    assert (style.closer(given.message, given.question, PACK) == "跟进。") is upset


def test_within_a_conversation_nobody_is_greeted_again():
    given = evidence(part("问"), history=["在吗"])
    assert style.opener(given.message, given.question, PACK) == ""


@given(st.text(max_size=20))
def test_a_line_is_picked_by_the_message_alone(text):
    message = Message((text,))
    assert style.pick(PACK.openers, message) in PACK.openers
    assert style.pick(PACK.openers, message) == style.pick(PACK.openers, Message((text,), product="A1"))
    assert style.pick((), message) == ""


@given(st.text("0123456789元天～😊\n.，退", max_size=30), st.sampled_from(list(Channel)))
def test_no_channel_changes_a_digit(body, channel):
    text = style.render(body, opening="您好～", closing="再见～", message=Message(("问",), channel=channel))
    assert re.findall(r"\d", text) == re.findall(r"\d", body)


def test_a_text_message_is_bare_and_the_phone_is_spoken():
    body = "这样做：\n1. 打开订单😊\n2. 点申请售后～"
    sent = {
        channel: style.render(
            body, opening="您好～", closing="再见～", message=Message(("问",), channel=channel)
        )
        for channel in Channel
    }
    assert sent[Channel.SMS] == "这样做： 1. 打开订单 2. 点申请售后～"
    assert sent[Channel.PHONE] == "您好。这样做： 第1，打开订单 第2，点申请售后。"
    assert sent[Channel.WANGWANG] == f"您好～\n{body}\n再见～"


def test_every_reason_has_a_holding_line_and_none_states_a_figure():
    assert set(style.HOLDING_LINES) == {reason.value for reason in Reason}
    lines = [*style.HOLDING_LINES.values(), *style.DECLINE_LINES.values(), *style.ASK_LINES.values()]
    assert not any(re.search(r"\d", line) for line in lines)
