"""满减 worked out against an independent sum."""

from datetime import datetime
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assist.documents import Fact, Kind, Span, Validity
from assist.draft.payable import cut_candidate
from assist.draft.promotions import (
    FullCut,
    amount_of,
    full_cuts,
    price_of,
)
from unit.draft.shop_pages import shirt
from unit.draft.writing import evidence, page, part, policy, said

NOVEMBER = Validity(datetime(2026, 11, 1), datetime(2026, 12, 1))
PRICE = "售前/价格/优惠/活动"


def cut_candidates(asked, number, given):
    found = cut_candidate(asked, number, given)
    return [] if found is None else [found]


def promotion(rule="每满300元减40元，单笔最多减120元。", *more, id="p1", title="11月满减", validity=NOVEMBER):
    clauses = [("1", "满减规则", rule), *((str(n), "说明", line) for n, line in enumerate(more, 2))]
    return policy(id, clauses, title=title, kind=Kind.PROMOTION, validity=validity)


def by_hand(amount, threshold, cut, repeats, cap):
    """Take the cut off once for every threshold that can still be taken out of the amount."""
    left, saved = amount, Decimal(0)
    while left >= threshold:
        left -= threshold
        saved += cut
        if not repeats:
            break
    return saved if cap is None or saved < cap else Decimal(cap)


@given(
    cents=st.integers(0, 500_000),
    threshold=st.integers(10, 500),
    cut=st.integers(1, 200),
    repeats=st.booleans(),
    cap=st.none() | st.integers(1, 400),
)
def test_what_is_taken_off_is_the_sum_by_hand(cents, threshold, cut, repeats, cap):
    amount = Decimal(cents) / 100
    rule = FullCut(threshold, cut, repeats, cap, promotion(), Span(0, 1), "")
    assert rule.off(amount) == by_hand(amount, threshold, cut, repeats, cap)


@settings(deadline=None)
@given(cents=st.integers(100, 300_000))
def test_the_price_after_the_cut_is_said_and_cites_the_rule(cents):
    amount = Decimal(cents) / 100
    asked = part("凑单到手多少", intent=PRICE)
    (found,) = cut_candidates(
        asked, 0, evidence(asked, slots={"amount": str(amount)}, promotions=[promotion()])
    )
    saved = by_hand(amount, 300, 40, repeats=True, cap=120)
    final = f"{(amount - saved).normalize():f}"
    assert found.statements[-1].facts[0].value == final
    assert (f"到手{final}元" if saved else f"付{final}元") in said(found)
    assert (f"减{saved}元" in said(found)) is bool(saved)
    assert found.statements[-1].citations[0].quote.startswith("每满300元减40元")


def test_price_times_quantity_is_shown_step_by_step():
    asked = part("买6件到手多少钱", intent=PRICE, products=("T1",))
    given = evidence(asked, pages=[shirt()], slots={"quantity": 6}, promotions=[promotion()])
    (found,) = cut_candidates(asked, 0, given)
    assert [s.text for s in found.statements] == [
        "这款到手价是59元。",
        "59×6=354元；合计354元，满1个300元，减40元，到手314元。",
    ]
    assert [s.citations[0].document_id for s in found.statements] == ["T1", "p1"]


@pytest.mark.parametrize(
    ("text", "promotions"),
    [
        ("有活动吗", [promotion()]),
        ("到手多少", []),
        ("到手多少", [promotion(validity=Validity(datetime(2026, 12, 1)))]),
        ("到手多少", [promotion("每满300元减40元。", "T1不参加满减。")]),
        ("到手多少", [promotion("领券后满300减40的券可用。")]),
    ],
)
def test_no_sum_unless_asked_for_under_a_running_rule_that_covers_the_product(text, promotions):
    asked = part(text, intent=PRICE, products=("T1",))
    assert cut_candidates(asked, 0, evidence(asked, pages=[shirt()], promotions=promotions)) == []


def test_no_sum_without_an_amount():
    asked = part("到手多少", intent=PRICE)
    assert cut_candidates(asked, 0, evidence(asked, promotions=[promotion()])) == []


def test_rules_are_read_with_repeat_and_cap_and_sorted_by_document():
    two = [promotion("满200减15，仅限一次。", id="b"), promotion(id="a")]
    rules = full_cuts(evidence(promotions=two))
    assert [(r.document.id, r.threshold, r.cut, r.repeats, r.cap) for r in rules] == [
        ("a", 300, 40, True, 120),
        ("b", 200, 15, False, None),
    ]
    assert {rule.section for rule in rules} == {"1"}


def test_todays_price_goes_before_the_usual_one_and_ranges_are_no_amount():
    product = page(facts=[("日常价", "89元"), ("到手价", "59元")])
    assert price_of(product).value == "59元"
    assert price_of(page(facts=[("产地", "浙江")])) is None
    assert amount_of(Fact("到手价", "５９．5元", Span(0, 1))) == Decimal("59.5")
    assert amount_of(Fact("到手价", "59-89元", Span(0, 1))) is None
    assert amount_of(Fact("到手价", "面议", Span(0, 1))) is None
