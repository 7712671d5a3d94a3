"""Spans of days by which a rule holds for some orders alone."""

from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assist.draft.days import rules_on, rules_on_others

IN_MAY = datetime(2026, 5, 3, 10)


@pytest.mark.parametrize(
    ("text", "own", "others"),
    [
        ("大促期间（5月1日至5月5日）付款的，5天内发出。", True, False),
        ("大促期间（6月16日至6月20日）付款的，5天内发出。", False, True),
        ("2026年4月28日到5月1日下单的订单，延长到7天。", False, True),
        ("4月30日-5月3日拍下的顺延一天。", True, False),
        ("6月1日至6月5日期间的订单，不参加价保。", False, True),
        ("6月1日至6月5日仓库盘点。", False, False),
        ("现货付款后48小时内发出。", False, False),
        ("13月1日至13月5日付款的另行通知。", False, True),
    ],
)
def test_a_span_of_days_rules_on_the_orders_paid_in_it(text, own, others):
    assert rules_on(text, IN_MAY) is own
    assert rules_on_others(text, IN_MAY) is others


@given(st.datetimes(datetime(2024, 1, 1), datetime(2028, 12, 31)))
def test_no_moment_is_both_within_a_span_and_on_other_days(moment):
    text = "10月31日至11月12日付款的，72小时内发出。"
    assert rules_on(text, moment) is not rules_on_others(text, moment)
