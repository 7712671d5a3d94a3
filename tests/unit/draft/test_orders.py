"""Order facts before the clause: days and hours against what the rule or the page promises."""

from datetime import date, datetime, time, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assist.documents import BlockKind, Span
from assist.draft.evidence import Candidate, cite
from assist.draft.order_facts import OrderState, order_facts, read_moment, state_of
from assist.draft.orders import branch_of, find_promise, focus_of, scheduled_candidate, with_order
from assist.results import Statement
from unit.draft.shop_pages import Page
from unit.draft.writing import NOW, evidence, hits, page, part, policy, said

RETURN, URGE, SHIP = "售后/退换/无理由退货条件", "售中/物流/催发货", "售前/物流/发货时间"
SHIPPING = policy("shipping", [("1", "现货发货时间", "现货商品在付款后48小时内发货，以揽收记录为准。")])


def rule(days):
    text = f"签收后{days}天内可以无理由退货。"
    document = policy("returns", [("1", "七天无理由退货", text)])
    start = document.text.index(text)
    place = cite(document, Span(start, start + len(text)), "1")
    return Candidate(0, "clause", (Statement(text, (place,)),), 0.8)


def returning(signed, now, days=7):
    given = evidence(part("还能退吗", intent=RETURN), order={"signed_at": signed}, now=now)
    return with_order(rule(days), given.question.parts[0], given)


def shipping(paid, now, **order):
    asked = part("怎么还不发", intent=URGE)
    given = evidence(asked, order={"paid_at": paid, **order}, now=now, found=[hits(SHIPPING)])
    return with_order(rule(7), asked, given)


@pytest.mark.parametrize(
    ("now", "inside"),
    [
        ("2026-11-13T12:00", True),
        ("2026-11-20T13:00", True),
        ("2026-11-20T23:59", True),
        ("2026-11-21T00:00", False),
        ("2026-11-25T09:00", False),
    ],
)
def test_seven_days_end_168_hours_after_midnight_of_the_day_after_signing(now, inside):
    text = said(returning("2026-11-13T10:00", datetime.fromisoformat(now)))
    assert ("还在期限内" in text) is inside
    assert ("超过7天" in text) is not inside
    assert not inside or "11月20日24点" in text


@settings(deadline=None)
@given(
    signed=st.datetimes(datetime(2025, 1, 1), datetime(2027, 12, 31)),
    passed=st.timedeltas(timedelta(0), timedelta(days=40)),
    days=st.integers(5, 30),
)
def test_inside_is_counted_from_the_next_midnight_whatever_the_days(signed, passed, days):
    now = signed + passed
    midnight = datetime.combine(signed.date(), time.min) + timedelta(hours=24)
    inside = (now - midnight) < timedelta(hours=24 * days)
    assert ("还在期限内" in said(returning(signed, now, days))) is inside


def test_the_order_speaks_first_and_the_rule_keeps_its_citation():
    both = returning("2026-11-13T10:00", NOW)
    assert [bool(statement.citations) for statement in both.statements] == [False, True]
    assert both.statements[0].facts[0].origin == "caller"


def test_without_a_period_in_the_rule_only_the_days_passed_are_said():
    given = evidence(part(intent=RETURN), order={"signed_at": "2026-11-13T10:00"})
    bare = Candidate(0, "clause", (Statement("按流程申请就好。"),), 0.8)
    assert "到今天7天" in said(with_order(bare, given.question.parts[0], given))


def test_without_order_facts_or_a_fitting_intent_nothing_is_added():
    for asked, order in [
        (part(intent=RETURN), {}),
        (part(intent="售前/商品/材质/成分"), {"signed_at": NOW}),
        (part(), {"paid_at": NOW}),
    ]:
        given = evidence(asked, order=order)
        assert with_order(rule(7), asked, given) == rule(7)


@pytest.mark.parametrize(("hours", "late"), [(0, False), (47, False), (48, False), (49, True), (100, True)])
def test_an_unsent_order_is_late_after_the_promised_hours(hours, late):
    paid = NOW - timedelta(hours=hours)
    candidate = shipping(paid, NOW)
    text = said(candidate)
    assert f"约{hours}小时" in text
    assert ("已经超过承诺的48小时" in text) is late
    assert ("还在承诺的48小时内" in text) is not late
    assert candidate.statements[0].citations[0].document_id == "shipping"


def test_the_product_pages_promise_goes_before_the_shops_rule():
    asked = part("几天发货", intent=SHIP)
    own = page(lines=["预售商品，付款后15天内发货。"])
    given = evidence(asked, pages=[own], found=[hits(SHIPPING)])
    promise = find_promise(0, given)
    assert promise.hours == 15 * 24
    assert promise.citation.document_id == own.id
    shop = find_promise(0, evidence(asked, pages=[page(facts=[("产地", "浙江")])], found=[hits(SHIPPING)]))
    assert (shop.hours, shop.words, shop.citation.document_id) == (48, "48小时", "shipping")
    assert find_promise(0, evidence(asked, found=[hits(policy("r", [("1", "退货", "7天内退货。")]))])) is None


PRESALE = page(lines=["本款为全款预售。", "2026年12月5日起按付款先后顺序发货，12月15日24点前全部发出。"])


@pytest.mark.parametrize("intent", [SHIP, URGE, "售中/预售/预售/定金尾款"])
def test_a_page_that_sets_the_days_of_shipping_rules_them(intent):
    asked = part("什么时候发货", intent=intent)
    found = scheduled_candidate(asked, 0, evidence(asked, pages=[PRESALE], found=[hits(SHIPPING)]))
    assert said(found) == "2026年12月5日起按付款先后顺序发货，12月15日24点前全部发出。"
    assert found.statements[0].citations[0].document_id == PRESALE.id


def test_a_paid_presale_is_not_called_late():
    asked = part("怎么还不发", intent=URGE)
    paid = NOW - timedelta(days=14)
    given = evidence(
        asked, pages=[PRESALE], found=[hits(SHIPPING)], order={"paid_at": paid, "status": "paid"}
    )
    text = said(scheduled_candidate(asked, 0, given))
    assert "付款的" in text
    assert "超过" not in text


@pytest.mark.parametrize(
    ("intent", "pages", "order"),
    [
        (SHIP, [page(lines=["48小时内发货。"])], {}),
        ("售后/退换/换货/换码", [PRESALE], {}),
        (URGE, [PRESALE], {"status": "已发货", "shipped_at": NOW - timedelta(days=1)}),
    ],
)
def test_without_set_days_or_once_sent_the_usual_rule_holds(intent, pages, order):
    asked = part("什么时候发货", intent=intent)
    assert scheduled_candidate(asked, 0, evidence(asked, pages=pages, order=order)) is None


def test_a_promise_for_orders_of_other_days_does_not_bind():
    asked = part("几天发货", intent=SHIP)
    usual = "每天17点前付款的当天发出，最晚不超过付款后36小时。"
    rules = policy("r", [("1", "大促", "10月20日至10月31日付款的，96小时内发出。"), ("2", "发货", usual)])
    promises = [
        find_promise(0, evidence(asked, found=[hits(rules)], order={"paid_at": paid}))
        for paid in ("2026-11-19T10:00", "2026-10-25T10:00")
    ]
    assert [promise.words for promise in promises] == ["36小时", "96小时"]


def test_the_version_that_is_named_or_was_ordered_ships_on_the_day_of_its_row():
    made = Page()
    rows = [("米白", "现货"), ("雾霾蓝", "预售，12月20日前发出")]
    made.table(BlockKind.SKU_TABLE, ("颜色", "发货"), rows, "规格")
    product = made.document()
    named = part("雾霾蓝那件怎么还不发", intent=URGE, sku=("雾霾蓝",))
    bare = part("怎么还不发", intent=URGE)
    found = [
        scheduled_candidate(named, 0, evidence(named, pages=[product])),
        scheduled_candidate(bare, 0, evidence(bare, pages=[product], order={"sku": "雾霾蓝 L"})),
    ]
    assert [said(item) for item in found] == ["雾霾蓝：发货预售，12月20日前发出。"] * 2
    assert scheduled_candidate(bare, 0, evidence(bare, pages=[product], order={"sku": "米白 L"})) is None


def test_the_way_a_refund_was_made_picks_its_line():
    asked = part("退款几天到", intent="售后/退款/退款进度/到账")
    assert focus_of(asked, evidence(asked, order={"refund": {"method": "储蓄卡"}})) == ("储蓄卡",)
    assert focus_of(asked, evidence(asked, order={"refund": {"status": "退款中"}})) == ()


def test_without_any_promise_only_the_hours_are_said():
    asked = part("怎么还不发", intent=URGE)
    text = said(with_order(rule(7), asked, evidence(asked, order={"paid_at": "2026-11-20T04:00"})))
    assert "约10小时，还没有发出" in text
    assert "承诺" not in text


def test_a_sent_order_names_time_carrier_and_waybill():
    text = said(shipping(None, NOW, shipped_at="2026-11-19T16:05", carrier="中通", waybill="753001"))
    assert "您的订单11月19日16:05已经由中通发出，运单号753001。" in text
    assert "您的订单显示已经发出了。" in said(shipping(None, NOW, status="运输中"))


def test_a_signed_parcel_is_said_to_be_signed():
    asked = part("到哪了", intent="售中/物流/查物流")
    given = evidence(asked, order={"status": "已签收", "signed_at": "2026-11-18T09:30"})
    assert "11月18日9:30已签收" in said(with_order(rule(7), asked, given))


@pytest.mark.parametrize(
    ("refund", "words"),
    [
        ({"status": "待验货"}, "您的退款目前是「待验货」"),
        ({"received_at": "2026-11-19T09:00", "amount": 59}, "仓库11月19日9:00已签收您的退货，金额59元"),
        ({"refunded_at": date(2026, 11, 20)}, "退款11月20日已经操作"),
    ],
)
def test_what_is_known_of_a_refund_is_said(refund, words):
    asked = part("退款呢", intent="售后/退款/退款进度/到账")
    assert words in said(with_order(rule(7), asked, evidence(asked, order={"refund": refund})))


def test_days_since_payment_stand_before_a_price_rule():
    asked = part("降价了", intent="售中/订单/价格变动/补差")
    candidate = with_order(rule(7), asked, evidence(asked, order={"paid_at": "2026-11-10T10:00"}))
    assert candidate.statements[0].text == "您的订单11月10日付款，到今天10天。"
    assert candidate.statements[0].shown == ("11月10日", "10天")


@pytest.mark.parametrize(
    ("order", "shipped"),
    [
        ({}, False),
        ({"status": "未发货"}, False),
        ({"status": "待发货"}, False),
        ({"status": "已发货"}, True),
        ({"status": "派送中"}, True),
        ({"status": "shipped"}, True),
        ({"shipped_at": "2026-11-01"}, True),
        ({"shipped_at": "soon"}, False),
    ],
)
def test_whether_an_order_was_sent(order, shipped):
    assert order_facts(order, NOW).shipped is shipped


@pytest.mark.parametrize(
    ("status", "state"),
    [
        ("退款完成", OrderState.CLOSED),
        ("交易关闭", OrderState.CLOSED),
        ("已取消", OrderState.CLOSED),
        ("待付款", OrderState.UNPAID),
        ("未完成付款", OrderState.UNKNOWN),
        ("待运输", OrderState.UNSENT),
        ("not shipped", OrderState.UNSENT),
        ("paid", OrderState.UNSENT),
        ("SHIPPED", OrderState.SENT),
        ("Delivered", OrderState.SIGNED),
        ("交易成功", OrderState.SIGNED),
        ("???", OrderState.UNKNOWN),
    ],
)
def test_a_status_word_is_one_state(status, state):
    assert state_of(status) is state


def test_a_time_that_has_not_come_is_no_fact_and_a_closed_order_says_nothing():
    assert order_facts({"paid_at": "2026-11-25T10:00"}, NOW).paid_at is None
    assert order_facts({"signed_at": "9999-12-31"}, NOW).signed_at is None
    candidate = shipping("2026-11-10T10:00", NOW, status="交易关闭")
    assert candidate.statements == rule(7).statements


def test_times_with_a_zone_are_told_in_shop_time():
    facts = order_facts({"paid_at": "2026-11-20T01:00:00+00:00"}, NOW)
    assert facts.paid_at == datetime(2026, 11, 20, 9)


def test_half_an_hour_late_is_late():
    candidate = shipping("2026-11-18T13:30", datetime(2026, 11, 20, 14))
    assert "已经超过承诺的48小时" in candidate.statements[0].text


def test_moments_are_read_from_dates_datetimes_and_iso_strings_only():
    moment = datetime(2026, 11, 20)
    assert [
        read_moment(item) for item in (moment, date(2026, 11, 20), "2026-11-20", " 2026-11-20T00:00 ")
    ] == [moment] * 4
    assert [read_moment(item) for item in (None, "", "明天", 20261120)] == [None] * 4


def test_the_orders_state_picks_the_branch_of_a_clause():
    change = part("改地址", intent="售中/订单/改地址/改电话")
    assert "出库后" in focus_of(change, evidence(change, order={"status": "已发货"}))
    assert "出库前" in focus_of(change, evidence(change, order={"status": "待发货"}))
    assert focus_of(change, evidence(change)) == ()
    urge = part("催", intent=URGE)
    assert "赔付" in focus_of(urge, evidence(urge, order={"paid_at": NOW - timedelta(hours=49)}))
    assert focus_of(urge, evidence(urge, order={"paid_at": NOW - timedelta(hours=48)})) == ()


def test_lateness_and_province_lead_to_their_clauses():
    asked = part(intent=RETURN)
    late = branch_of(asked, evidence(asked, order={"signed_at": "2026-11-12T23:00"}))
    intime = branch_of(asked, evidence(asked, order={"signed_at": "2026-11-13T00:01"}))
    assert "超过" in late
    assert "七天无理由" in intime
    freight = part("运费", intent="售前/物流/包邮/运费")
    assert branch_of(freight, evidence(freight, slots={"province": "新疆"})) == ("新疆",)
    urge = part("催", intent=URGE)
    overdue = evidence(urge, order={"paid_at": NOW - timedelta(hours=50)}, found=[hits(SHIPPING)])
    assert "延迟" in branch_of(urge, overdue)
    assert branch_of(urge, evidence(urge, found=[hits(SHIPPING)])) == ()
