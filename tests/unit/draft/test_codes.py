"""Codes of a display: only what is said of the one that is asked about, or of none."""

import pytest

from assist.demand import Name
from assist.draft.codes import asked_codes, is_of_other_codes
from assist.draft.pages import page_candidates
from assist.draft.past import past_candidates
from unit.draft.writing import evidence, hits, page, part, past_answer, said

SEES_E4 = part("屏幕跳个e4", intent="售后/质量/使用故障", demands=(Name(("e4",)),), products=("T1",))


def test_codes_are_what_is_demanded_by_name():
    assert asked_codes(SEES_E4) == {"e4"}
    assert asked_codes(part(demands=(Name(("gtx",)),))) == frozenset()


@pytest.mark.parametrize(
    ("text", "other"),
    [("E2是滚刷卡住", True), ("E4是电池过热", False), ("E2、E4都是过热", False), ("放凉30分钟", False)],
)
def test_a_text_is_of_other_codes_where_it_names_none_that_is_asked(text, other):
    assert is_of_other_codes(text, frozenset({"e4"})) is other
    assert not is_of_other_codes(text, frozenset())


def test_pages_and_earlier_answers_on_other_codes_are_not_said():
    product = page(lines=["E2是滚刷卡住，拿掉缠的东西再开机。", "E4是电池过热，放凉再用。"])
    told = page_candidates(SEES_E4, 0, evidence(SEES_E4, pages=[product], likes={"E2": 0.9, "E4": 0.8}))
    assert said(told[0]) == "E4是电池过热，放凉再用。"
    earlier = past_answer("屏幕跳个e2", "E2是滚刷卡住了")
    assert past_candidates(SEES_E4, 0, evidence(SEES_E4, found=[hits(earlier)])) == []
