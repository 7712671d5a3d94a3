from __future__ import annotations

import time
from datetime import datetime

import pytest

from assist.documents import Kind, Level, Span, Validity
from assist.guard import CHECKS, Evidence, check, screen
from assist.guard.skeleton import View
from assist.results import Citation, Severity, Source, Statement
from assist.settings import GuardSettings

QUOTE = "单笔订单实付满59元包邮，不满59元收运费8元。付款后48小时内发货。"
DRAFT = (
    "亲，您好～单笔订单实付满59元包邮，不满59元收运费8元哦。付款后四十八小时内发货，质量问题退货运费由本店承担，"
    "还有不清楚的随时问我哦～您看这样可以吗，祝您生活愉快，期待您再次光临呀～"
)

ALWAYS = Validity()


def cite(quote: str = QUOTE, validity: Validity = ALWAYS) -> Citation:
    source = Source("运费规则", Kind.POLICY, Level.SHOP, validity, "policies/freight.md")
    return Citation("freight", "v1", "1", Span(0, max(1, len(quote))), quote, source)


def kinds(*findings: object) -> list[str]:
    return [getattr(finding, "kind", "") for finding in findings]


def test_a_sourced_draft_is_clean() -> None:
    assert check(DRAFT, citations=[cite()], moments=[datetime(2026, 11, 20)], shop="山木生活旗舰店") == ()


def test_findings_come_in_the_order_of_the_checks() -> None:
    over = Validity(None, datetime(2026, 1, 1))
    text = "爱买不买，加我微信，满99元包邮，电话13812345678"
    found = kinds(*check(text, citations=[cite(" ", over)], moments=[datetime(2026, 11, 20)]))
    assert found == ["number", "verbatim", "validity", "off_platform", "pii", "impatience"]


def test_each_check_can_be_called_alone() -> None:
    evidence = Evidence(View("满99元包邮"))
    assert [len(run(evidence)) for run in CHECKS] == [1, 0, 0, 0, 0, 0, 0]


def test_a_quote_must_be_as_long_as_its_span() -> None:
    citation = cite()
    short = Citation("freight", "v1", "1", Span(0, 5), citation.quote, citation.source)
    assert kinds(*check("亲，包邮", citations=[short])) == ["verbatim"]


def test_citations_of_statements_are_checked_too() -> None:
    over = cite(validity=Validity(None, datetime(2026, 1, 1)))
    statement = Statement("付款后48小时内发货", (over,))
    found = check("付款后48小时内发货", statements=[statement], moments=[datetime(2026, 11, 20)])
    assert kinds(*found) == ["validity"]


def test_the_strictness_of_numbers_is_a_setting() -> None:
    (finding,) = check("满99元包邮", settings=GuardSettings(unsourced_number="warn"))
    assert finding.severity is Severity.WARN


def test_personal_data_that_the_caller_gave_is_only_noted() -> None:
    text = "您的运单号是SF1234567890123"
    assert check(text)[-1].severity is Severity.BLOCK
    assert check(text, shown=["SF1234567890123"])[-1].severity is Severity.NOTE
    statement = Statement(text, shown=("SF1234567890123",))
    assert check(text, statements=[statement])[-1].severity is Severity.NOTE


def test_promises_need_a_source() -> None:
    text = "保证48小时内发货"
    quote = "本店保证48小时内发货"
    assert check(text, citations=[cite("48小时内发货")])[-1].severity is Severity.BLOCK
    assert check(text, citations=[cite(quote)])[-1].severity is Severity.NOTE


def test_screen_orders_by_place() -> None:
    found = screen("电话13812345678，加我微信，爱买不买")
    assert kinds(*found) == ["pii", "off_platform", "impatience"]


@pytest.mark.parametrize("text", ["", " ", "\n", "。", "🙂", "\ud800", "\u0000"])
def test_odd_texts_are_no_trouble(text: str) -> None:
    assert check(text) == ()
    assert screen(text) == ()


def test_a_draft_of_a_hundred_characters_takes_well_under_a_millisecond() -> None:
    citation = cite()
    statement = Statement("单笔订单实付满59元包邮，不满59元收运费8元", (citation,))
    times = []
    for _ in range(60):
        start = time.perf_counter()
        check(DRAFT, citations=[citation], statements=[statement], moments=[datetime(2026, 11, 20)])
        times.append(time.perf_counter() - start)
    # 0.25 ms was measured; the bound leaves room for a loaded machine.
    assert sorted(times)[len(times) // 2] < 0.003
