"""What runs at the moment, told one line a promotion, when it is asked what can be saved at all."""

from dataclasses import replace
from datetime import datetime

import pytest

from assist.documents import Kind, Validity
from assist.draft.offers import MAX_OFFERS, gift_candidate, offers_candidate
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


MUG = page("M5", title="山居 M5 保温杯 500ml", lines=["不锈钢内胆。"])
POT = page("G9", title="山居 G9 珐琅铸铁锅", lines=["锅身珐琅。"])
FEST = promotion(
    "fest",
    ("1", "时间", "11月18日到11月25日。"),
    ("2", "满减", "全店满200元减25元，可以累计。"),
    ("3", "锅具", "锅具第二件8折。水杯第二件半价。"),
    ("4", "赠品", "买G9任意颜色送隔热手套1双。"),
    ("5", "会员券", "会员在首页领5元券，满50元可用。"),
    ("6", "退货", "退货后不满200元的，扣回减掉的25元。"),
    title="换季周",
)


def test_of_a_promotion_what_it_gives_for_the_product_stands_first():
    texts = told(FEST, pages=(POT,), catalog=(POT, MUG))
    assert texts == [
        "「换季周」：锅具第二件8折。",
        "买G9任意颜色送隔热手套1双。",
        "全店满200元减25元，可以累计。",
    ]
    others = told(FEST, pages=(MUG,), catalog=(POT, MUG))
    assert others[0] == "「换季周」：水杯第二件半价。"
    assert not any("锅" in text or "G9" in text for text in others)


def test_a_product_that_is_left_out_of_the_cut_is_not_told_of_it():
    clause = ("2", "满减", "全店满200元减25元。M5不参加满减。", "会员领5元券，满50元可用。")
    assert told(promotion("f", clause), pages=(MUG,)) == ["「11月满300减40」：会员领5元券，满50元可用。"]


@pytest.mark.parametrize("text", ["这会儿买有什么优惠", "眼下打折吗", "入手两件有折扣不", "现在做什么活动"])
def test_words_before_the_question_do_not_make_it_a_special_one(text):
    assert told(promotion(), asked=part(text, intent="售前/价格/优惠/活动"))


def gift(text, *, pages=(POT,), intent="售前/商品/包装/配件/赠品", promotions=(FEST,)):
    asked = part(text, intent=intent)
    found = gift_candidate(asked, 0, evidence(asked, pages=pages, catalog=(POT, MUG), promotions=promotions))
    return None if found is None else found.statements[0].text


@pytest.mark.parametrize("text", ["送那个手隔热的套不", "买锅有赠品吗", "买它送啥", "有没有送的"])
def test_the_gift_that_is_asked_about_is_told(text):
    assert gift(text) == "「换季周」：买G9任意颜色送隔热手套1双。"


@pytest.mark.parametrize(
    ("text", "more"),
    [
        ("送锅铲不", {}),
        ("送人合适吗", {}),
        ("几天送到", {"intent": "售前/物流/到货时间"}),
        ("有赠品吗", {"pages": (MUG,)}),
        ("有赠品吗", {"pages": ()}),
        ("有赠品吗", {"promotions": (replace(FEST, validity=Validity(None, datetime(2026, 1, 2))),)}),
    ],
)
def test_another_gift_a_delivery_and_what_has_ended_are_not(text, more):
    assert gift(text, **more) is None


def test_of_a_list_of_gifts_the_products_own_is_told():
    listed = ("1", "赠品", "付款就送：", "- M5送杯刷1把；\n- G9送锅刷1把。")
    assert gift("送什么", promotions=(promotion("g", listed, title="上新礼"),)) == "「上新礼」：G9送锅刷1把。"


COUPON = ("1", "怎么用", "满99元减10元。领取后7天有效。")
WHERE = ("2", "在哪里领", "在店铺首页领取。")


@pytest.mark.parametrize("asked", ["有券吗", "优惠券怎么领", "哪里领券", "你家也没个优惠券"])
def test_who_asks_for_coupons_is_told_them_and_where_they_are(asked):
    wanted = part(asked, intent="售前/价格/优惠/活动")
    both = (promotion(), promotion("new", COUPON, WHERE, title="新客10元券"))
    assert told(*both, asked=wanted) == ["「新客10元券」：满99元减10元。", "在店铺首页领取。"]
    assert told(promotion(), asked=wanted) == ["「11月满300减40」：每满300元减40元，最多减120元。"]
