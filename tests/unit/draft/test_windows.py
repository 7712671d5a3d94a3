"""Last days of return windows and price protection, counted against the calendar."""

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assist.documents import Level, Validity
from assist.draft.windows import protection_statement, window_candidate
from assist.guard import check
from unit.draft.writing import evidence, hits, part, policy, said

RETURNS = "七天无理由：签收后7天内可以退货，从签收次日零点起算。"
PRICE = "售中/订单/价格变动/补差"
YEAR = Validity(datetime(2026, 1, 1), None)


def ask(text, *rules, order, now=datetime(2026, 11, 20, 14), intent=None, heading="退换", more=()):
    document = policy("rules", [(str(n), heading, rule) for n, rule in enumerate(rules, 1)], validity=YEAR)
    asked = part(text, intent=intent)
    given_ = evidence(asked, found=[hits(*more, document)], order=order, now=now)
    return window_candidate(asked, 0, given_)


@pytest.mark.parametrize(
    "rule",
    [
        RETURNS,
        "签收后7天内，不喜欢、不合适都可以申请退货。",
        "全店支持七天无理由退货，从签收第二天起算7天。",
        "自签收次日零点起7天内可以无理由退货。",
        "收到商品后七天内可以无理由退货退款。",
    ],
)
@pytest.mark.parametrize(
    "text",
    ["最晚哪天之前要提退货", "退货截止到几号", "七天无理由到哪天", "我还有几天能退货", "无理由什么时候到期"],
)
def test_the_last_day_of_a_return_is_counted_from_the_day_after_signing(rule, text):
    found = ask(text, rule, order={"signed_at": "2026-11-17T12:00:00"})
    assert "11月17日签收" in said(found)
    assert "7天，到11月24日24点截止，在这之前提交退货申请就可以" in said(found)
    assert found.statements[0].facts[0].value == "11月24日"
    places = tuple(place for item in found.statements for place in item.citations)
    assert check(said(found), citations=places, statements=found.statements) == ()


@given(passed=st.integers(0, 20), days=st.integers(3, 15))
def test_whole_days_after_the_day_of_signing_and_what_is_over_is_said_to_be(passed, days):
    signed = datetime(2026, 11, 1, 16)
    now = signed + timedelta(days=passed)
    found = ask(
        "退货最晚哪天", f"签收后{days}天内可以无理由退货。", order={"signed_at": signed.isoformat()}, now=now
    )
    last = date(2026, 11, 1) + timedelta(days=days)
    assert f"到{last.month}月{last.day}日24点截止" in said(found)
    assert ("已经过了" in said(found)) is (now.date() > last)


@pytest.mark.parametrize(
    ("text", "rule", "order"),
    [
        ("退货最晚哪天", RETURNS, {"paid_at": "2026-11-17"}),
        ("退货最晚哪天", "签收后7天内可以换货一次。", {"signed_at": "2026-11-17"}),
        ("退货最晚哪天", "签收后15天内发现质量问题可以退货。", {"signed_at": "2026-11-17"}),
        ("退货最晚哪天", "支持七天无理由退货。", {"signed_at": "2026-11-17"}),
        ("怎么退货", RETURNS, {"signed_at": "2026-11-17"}),
        ("最晚哪天发货", RETURNS, {"signed_at": "2026-11-17"}),
    ],
)
def test_no_last_day_without_signing_a_window_or_the_question(text, rule, order):
    assert ask(text, rule, order=order) is None


def test_the_shops_longer_window_goes_before_the_laws():
    law = policy(
        "law", [("1", "无理由退货", "消费者收到商品之日起7日内可以无理由退货。")], level=Level.LAW, title="法"
    )
    found = ask("退货最晚哪天", "签收后15天内可以无理由退货。", order={"signed_at": "2026-11-17"}, more=[law])
    assert "到12月2日24点截止" in said(found)


GENERAL = "付款后15天内，同一商品页面价格降低的，可以申请退还差价。"
NOVEMBER = "2026年11月1日零点到12月1日零点之间付款的订单，价保延长为30天。"


@pytest.mark.parametrize(
    ("rules", "paid", "days", "end"),
    [
        ((GENERAL,), "2026-11-10T09:30:00", 15, "11月25日9:30"),
        ((GENERAL, NOVEMBER), "2026-11-10T09:30:00", 30, "12月10日9:30"),
        ((GENERAL, NOVEMBER), "2026-10-31T20:00:00", 15, "11月15日20:00"),
        (("下单后7天内降价可以退差价。",), "2026-11-18T08:00:00", 7, "11月25日8:00"),
        (("价保规则：购买后十天内降价补差价。",), "2026-11-18T08:00:00", 10, "11月28日8:00"),
        (("11月10日到11月11日期间付款的商品，保价20天。", GENERAL), "2026-11-11T08:00:00", 20, "12月1日8:00"),
    ],
)  # fmt: skip
def test_price_protection_runs_from_payment_by_the_rule_of_its_days(rules, paid, days, end):
    found = ask("我这单价保到哪天", *rules, order={"paid_at": paid}, intent=PRICE, heading="价保")
    assert f"价保{days}天，到{end}截止" in said(found)
    statement = found.statements[0]
    assert check(statement.text, citations=statement.citations, statements=found.statements) == ()


def test_who_asks_whether_it_is_still_made_up_for_is_told_how():
    steps = "1. 打开订单，点“价格保护”。"
    order = {"paid_at": "2026-11-10T09:30:00"}
    found = ask("现在便宜了还能补吗", GENERAL, steps, order=order, intent=PRICE, heading="价保")
    assert "现在还在价保期内" in said(found)
    assert said(found).endswith("要申请的话：打开订单，点“价格保护”。")
    over = ask(
        "便宜了还能补吗", GENERAL, steps, order={"paid_at": "2026-11-01"}, intent=PRICE, heading="价保"
    )
    assert "已经过了价保期" in said(over)
    assert "点“价格保护”" not in said(over)


@pytest.mark.parametrize(
    ("text", "rule", "order"),
    [
        ("价保到哪天", GENERAL, {}),
        ("价保到哪天", "签收后15天内降价可以退差价。", {"paid_at": "2026-11-10"}),
        ("价保到哪天", "差价3天到5天内退回。", {"paid_at": "2026-11-10"}),
        ("价保怎么申请", GENERAL, {"paid_at": "2026-11-10"}),
        ("差价多久到账", GENERAL, {"paid_at": "2026-11-10"}),
        ("便宜了能退多少", GENERAL, {"paid_at": "2026-11-10"}),
    ],
)
def test_no_end_of_protection_without_payment_a_rule_or_the_question(text, rule, order):
    assert ask(text, rule, order=order, intent=PRICE, heading="价保") is None


def test_two_rules_that_differ_are_no_rule():
    document = policy(
        "rules", [("1", "价保", GENERAL), ("2", "价保", "付款后7天内降价退差价。")], validity=YEAR
    )
    asked = part("价保到哪天", intent=PRICE)
    given_ = evidence(asked, found=[hits(document)], order={"paid_at": "2026-11-10"})
    assert protection_statement(0, given_) is None
