"""What runs at the moment, told one line a promotion, when it is asked what can be saved at all."""

from dataclasses import replace
from datetime import datetime

import pytest

from assist.documents import Kind, Validity
from assist.draft.offers import MAX_OFFERS, offers_candidate
from unit.draft.writing import NOW, evidence, page, part, policy

ASKED = part("有什么优惠", intent="售前/价格/优惠/活动")
TIME = ("1", "活动时间", "11月1日0:00开始，双11当天和其他日子的满减力度一样。")
RULE = ("2", "满减规则", "每满300元减40元，最多减120元。")


def promotion(id="nov", *clauses, title="11月满300减40", since=datetime(2026, 1, 1), until=None, **fields):
    document = policy(id, clauses or (TIME, RULE), title=title, kind=Kind.PROMOTION, **fields)
    return replace(document, validity=Validity(since, until))


def told(*promotions, asked=ASKED, **more):
    candidate = offers_candidate(asked, 0, evidence(asked, promotions=promotions, **more))
    if candidate is None:
        return None
    for statement in candidate.statements:
        (place,) = statement.citations
        document = next(item for item in promotions if item.id == place.document_id)
        assert document.text[place.span.start : place.span.end] == place.quote
    return [statement.text for statement in candidate.statements]


def test_the_rule_is_told_not_the_days_it_runs():
    assert told(promotion()) == ["「11月满300减40」：每满300元减40元，最多减120元。"]


def test_an_end_that_is_near_is_told_with_its_hour():
    (text,) = told(promotion(until=datetime(NOW.year, 12, 1)))
    assert "（12月1日00:00结束）" in text


def test_a_rule_that_is_a_list_is_told_with_its_list():
    listed = ("1", "补贴", "交回旧机，付款时直接减：", "- 空气炸锅减30元；\n- 吸尘器减60元。")
    (text,) = told(promotion("swap", listed, title="以旧换新"))
    assert all(words in text for words in ("付款时直接减：", "空气炸锅减30元", "吸尘器减60元"))


def test_what_has_ended_or_not_begun_is_never_told():
    ended = promotion("old", until=datetime(2026, 1, 2))
    future = promotion("next", since=datetime(2099, 1, 1))
    assert told(ended, future) is None


def test_what_ends_first_leads_and_no_more_than_a_few_are_told():
    many = [promotion(f"p{n}", title=f"活动{n}", until=datetime(NOW.year + 1, 1, 20 - n)) for n in range(6)]
    texts = told(*many)
    assert len(texts) == MAX_OFFERS
    assert texts[0].startswith("「活动5」")


def test_a_promotion_for_another_category_is_left_out_once_the_product_is_known():
    shirt = replace(page("T1", lines=["短袖。"]), categories=("服饰",))
    others = promotion("a", title="家电节", categories=("小家电",))
    everyone = promotion("b", title="新客券", categories=("全部",))
    (text,) = told(others, everyone, pages=(shirt,))
    assert text.startswith("「新客券」")


@pytest.mark.parametrize(
    "text", ["有优惠吗", "最近有活动吗", "有啥活动啊", "你们现在有什么优惠活动？", "有没有折扣"]
)
def test_general_questions_are_answered(text):
    assert told(promotion(), asked=part(text, intent="售前/价格/优惠/活动"))


@pytest.mark.parametrize("text", ["优惠券怎么用", "新客有优惠吗", "活动和券能叠加吗", "国庆活动还有吗"])
def test_questions_about_one_thing_are_left_to_the_other_lanes(text):
    assert told(promotion(), asked=part(text, intent="售前/价格/优惠/活动")) is None


def test_another_intent_is_not_answered():
    assert told(promotion(), asked=part("有什么优惠", intent="售后/退款/退款进度")) is None


COUPON = ("1", "怎么用", "满99元减10元。领取后7天有效。")
WHERE = ("2", "在哪里领", "在店铺首页领取。")


@pytest.mark.parametrize("asked", ["有券吗", "优惠券怎么领", "哪里领券", "你家也没个优惠券"])
def test_who_asks_for_coupons_is_told_them_and_where_they_are(asked):
    wanted = part(asked, intent="售前/价格/优惠/活动")
    both = (promotion(), promotion("new", COUPON, WHERE, title="新客10元券"))
    assert told(*both, asked=wanted) == ["「新客10元券」：满99元减10元。", "在店铺首页领取。"]
    assert told(promotion(), asked=wanted) == ["「11月满300减40」：每满300元减40元，最多减120元。"]
