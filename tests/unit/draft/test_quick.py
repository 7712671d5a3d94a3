"""Greetings and thanks from the shop's quick replies."""

import pytest

from assist.documents import Document, Kind
from assist.draft.quick import Replies
from assist.shop import ShopProfile
from unit.draft.writing import evidence, part


def reply_to(text, *rows, intent="通用/寒暄/问候/在吗", name="山木旗舰店"):
    documents = [
        Document(f"q:{n}", answer, kind=Kind.QUICK_REPLY, attributes={"trigger": trigger})
        for n, (trigger, answer) in enumerate(rows, start=1)
    ]
    return Replies(documents, ShopProfile(name=name)).replies(evidence(part(text, intent=intent)))[0]


def test_variables_are_filled_and_unknown_ones_vanish():
    draft = reply_to("在吗", ("在吗", "欢迎来到{shop}（{店铺}），我是{agent}{nobody}。"))
    assert draft.text == "欢迎来到山木旗舰店（山木旗舰店），我是客服小助手。"
    assert draft.citations[0].quote == "欢迎来到{shop}（{店铺}），我是{agent}{nobody}。"
    assert draft.citations[0].document_id == "q:1"


@pytest.mark.parametrize("text", ["在吗", "在吗？", " 在 吗～"])
def test_signs_do_not_matter(text):
    assert reply_to(text, ("在吗|在不在", "在的～")).text == "在的～"


def test_several_triggers_name_one_reply_and_the_exact_or_longest_wins():
    rows = [("谢谢|感谢", "不客气～"), ("谢谢你的耐心", "应该的～"), ("在", "在。")]
    assert reply_to("感谢", *rows).text == "不客气～"
    assert reply_to("谢谢你的耐心哈", *rows).text == "应该的～"
    assert reply_to("在", *rows).text == "在。"
    assert reply_to("人在哪", *rows).text != "在。"


@pytest.mark.parametrize(
    ("text", "intent", "words"),
    [
        ("嗨", "通用/寒暄/问候/在吗", "在的"),
        ("辛苦了", "通用/寒暄/感谢/结束", "不客气"),
        ("我明天退", "通用/寒暄/感谢/结束", "好的"),
        ("嗨", None, "直接问我"),
    ],
)
def test_without_a_fitting_reply_a_line_of_the_kind_is_said(text, intent, words):
    draft = reply_to(text, ("谢谢", "不客气～"), intent=intent)
    assert words in draft.text
    assert draft.citations == ()
    assert draft.lane == "quick"
