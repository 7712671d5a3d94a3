"""Messages as callers give them."""

from datetime import datetime

import pytest

from assist.documents import Span
from assist.errors import InputError
from assist.messages import Channel, IntentScore, Message, Part, Question, Turn, read_message, turns

NOTHING = {"product": None, "history": (), "order": None, "customer": None, "channel": "wangwang", "on": None}


@pytest.mark.parametrize(
    ("item", "role"),
    [
        ("在吗", "buyer"),
        (("buyer", "在吗"), "buyer"),
        (["买家", "在吗"], "buyer"),
        (("User", "在吗"), "buyer"),
        (("客服", "在吗"), "agent"),
        ({"role": "assistant", "content": "在吗"}, "agent"),
        ({"role": "顾客", "text": "在吗"}, "buyer"),
        ({"text": "在吗"}, "buyer"),
        (Turn("agent", "在吗"), "agent"),
    ],
)
def test_turns_are_read_in_every_form(item, role):
    assert turns([item]) == (Turn(role, "在吗"),)


def test_turns_keep_their_order():
    assert [turn.text for turn in turns(["一", ("agent", "二"), {"text": "三"}])] == ["一", "二", "三"]
    assert turns(()) == ()


def test_one_line_and_a_burst_become_lines():
    assert read_message("掉色不", **NOTHING).lines == ("掉色不",)
    assert read_message(["掉色不", "能退吗"], **NOTHING).text == "掉色不\n能退吗"


def test_context_is_carried_over():
    given = {
        "product": "A102", "history": ["在吗"], "order": {"order_id": "1"}, "customer": {"height_cm": 163},
        "channel": Channel.SMS, "on": datetime(2026, 11, 20),
    }  # fmt: skip
    made = read_message("穿啥码", **given)
    assert made == Message(
        ("穿啥码",), "A102", (Turn("buyer", "在吗"),), {"order_id": "1"}, {"height_cm": 163}, Channel.SMS,
        datetime(2026, 11, 20),
    )  # fmt: skip
    assert read_message("在吗", **{**NOTHING, "order": None}).order == {}


@pytest.mark.parametrize("channel", ["fax", "", None, "SMS"])
def test_an_unknown_channel_is_refused(channel):
    with pytest.raises(InputError, match="wangwang, sms, phone"):
        read_message("在吗", **{**NOTHING, "channel": channel})


def test_the_best_intent_of_the_first_part_is_the_questions():
    part = Part("退", "退", Span(0, 1), (IntentScore("a", 0.9), IntentScore("b", 0.1)))
    bare = Part("退", "退", Span(0, 1))
    assert Question((part, bare)).intent == part.intent == "a"
    assert Question((bare,)).intent is None
    assert Question(()).intent is None
