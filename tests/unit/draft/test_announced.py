"""Promotions that have ended or not begun: told with their days, never offered."""

from dataclasses import replace
from datetime import datetime

import pytest

from assist.documents import Kind, Validity
from assist.draft.announced import announced_candidate
from unit.draft.shop_pages import shirt
from unit.draft.writing import evidence, part, policy, said

PRICE = "售前/价格/优惠/活动"
NOW = datetime(2026, 11, 20, 14, 0)
NATIONAL = Validity(datetime(2026, 10, 1), datetime(2026, 10, 9))
DOUBLE12 = Validity(datetime(2026, 12, 8), datetime(2026, 12, 13))


def promotion(title, validity, *clauses, id="p1"):
    numbered = [(str(n), head, text) for n, (head, text) in enumerate(clauses, 1)]
    return policy(id, numbered, title=title, kind=Kind.PROMOTION, validity=validity)


national = promotion(
    "国庆出游季",
    NATIONAL,
    ("活动时间", "2026年10月1日0:00开始，10月9日0:00结束。"),
    ("鞋类", "童鞋B305、跑鞋B101两双起第二双7折。"),
    ("满赠", "满399元送帆布袋1个。"),
)
double12 = promotion(
    "双12年终活动",
    DOUBLE12,
    ("活动时间", "12月8日0:00开始预热，12月10日20:00开始付款享受满减，12月13日0:00结束。"),
    ("满减规则", "12月10日20:00起，每满400元减60元，单笔最多减180元。"),
    id="p2",
)
november = promotion(
    "11月满300减40",
    Validity(datetime(2026, 11, 1), datetime(2026, 12, 1)),
    ("活动时间", "2026年11月1日0:00开始，12月1日0:00结束。"),
    ("满减规则", "每满300元减40元，单笔最多减120元。"),
    id="p3",
)


def answer(text, *promotions, intent=PRICE, pages=(), products=()):
    asked = part(text, intent=intent, products=products)
    given = replace(evidence(asked, pages=list(pages), promotions=list(promotions)), now=NOW)
    return announced_candidate(asked, 0, given)


@pytest.mark.parametrize("text", ["国庆活动还有吗", "第二双七折没了吗", "满399还送帆布袋吗"])
def test_what_has_ended_is_said_to_have_ended_on_its_day(text):
    found = answer(text, national, november)
    assert "「国庆出游季」10月9日已经结束了" in said(found)
    (place,) = found.statements[0].citations
    assert "10月9日0:00结束" in place.quote
    assert found.statements[0].dated


@pytest.mark.parametrize("text", ["双十二几号开始", "12.12的满减从什么时候算", "双12有活动吗"])
def test_what_has_not_begun_is_told_with_its_days_and_its_rule(text):
    found = answer(text, double12, november)
    assert "还没开始：12月8日0:00开始预热" in said(found)
    assert "每满400元减60元" in said(found)
    assert all(statement.dated for statement in found.statements)
    assert "300" not in said(found)


full = promotion(
    "双12年终活动",
    DOUBLE12,
    ("活动时间", "12月8日0:00开始预热，12月10日20:00开始付款享受满减，12月13日0:00结束。"),
    ("满减规则", "每满400元减60元，单笔最多减180元。"),
    ("预热加购券", "预热期间每个账号可以领1张满199元减15元的店铺券。"),
    ("叠加规则", "先满减，再用新客券，最后是积分。"),
    ("不参加的商品", "牛肉干E312不参加满减。"),
    id="p2",
)


@pytest.mark.parametrize(
    ("text", "clause"),
    [
        ("双12那张15块的券怎么领", "满199元减15元的店铺券"),
        ("双12能跟积分叠吗", "最后是积分"),
        ("双十二有什么不参加的", "牛肉干E312不参加满减"),
    ],
)
def test_of_what_has_not_begun_the_clause_asked_about_is_told(text, clause):
    found = answer(text, full, november)
    assert "还没开始" in said(found)
    assert clause in said(found)
    assert all(statement.dated for statement in found.statements)


def test_who_asks_what_runs_meanwhile_is_told_it():
    found = answer("双12还没到吧 现在有什么优惠", full, november)
    assert "现在可以参加的是「11月满300减40」" in said(found)


def test_a_title_names_its_promotion():
    traded = promotion("小家电焕新：以旧换新", NATIONAL, ("活动时间", "10月1日开始，10月9日结束。"), id="p5")
    assert "10月9日已经结束了" in said(answer("以旧换新活动还在吗", traded, november))


def test_another_occasion_names_nothing():
    assert answer("双11的券过期了还能用吗", full) is None


def test_a_discount_that_ended_is_followed_by_the_one_that_runs():
    ended = promotion("99大促", Validity(None, datetime(2026, 9, 12)), ("满减", "每满200元减30元。"), id="p0")
    found = answer("99那个满200减30还能用吗", ended, november)
    assert "9月12日已经结束了" in said(found)
    assert "现在可以参加的是「11月满300减40」" in said(found)
    assert [statement.dated for statement in found.statements] == [True, False]


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("满300减40还能用吗", PRICE),
        ("有活动吗", PRICE),
        ("双11有优惠吗", "售后/退换/换货/换码"),
        ("元旦有活动吗", PRICE),
    ],
)
def test_what_runs_or_is_not_known_is_not_denied(text, intent):
    assert answer(text, national, double12, november, intent=intent) is None


def test_a_word_that_the_page_holds_too_names_no_promotion():
    gift = promotion("上新礼", NATIONAL, ("满赠", "买T恤送面料小样。"))
    assert answer("面料还有吗", gift, pages=[shirt()], products=("T1",)) is None


def test_a_gift_that_is_missed_is_told_to_have_ended():
    gift = promotion("上新礼", NATIONAL, ("送什么", "每双送备用鞋垫1双，价值25元。"), id="p7")
    found = answer("不是送双鞋垫么 咋没见着", gift, november, intent="售前/商品/包装/配件/赠品")
    assert "「上新礼」10月9日已经结束了" in said(found)


def test_a_price_of_later_is_no_question_about_the_occasion():
    assert answer("双12当天买以后降价能退差吗", double12, intent="售中/订单/价格变动/补差") is None
