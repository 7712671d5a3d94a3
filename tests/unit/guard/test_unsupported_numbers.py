from __future__ import annotations

from collections.abc import Sequence

import pytest

from assist.documents import Kind, Level, Span, Validity
from assist.guard.arithmetic import equations
from assist.guard.numbers import find_unsupported_numbers
from assist.results import Citation, Severity, Source, Statement


def cite(quote: str) -> Citation:
    source = Source("规则", Kind.POLICY, Level.SHOP, Validity(), "policies/rules.md")
    return Citation("rules", "v1", "1", Span(0, len(quote)), quote, source)


def unsupported(text: str, *quotes: str, shown: Sequence[str] = ()) -> list[str]:
    findings = find_unsupported_numbers(text, citations=[cite(quote) for quote in quotes], shown=shown)
    return [finding.evidence["word"] for finding in findings]


@pytest.mark.parametrize(
    ("text", "quote"),
    [
        ("支持7天退货", "七天内可退"),
        ("支持７天退货", "7日内可退"),
        ("重1千克", "毛重2斤"),
        ("重1000g", "净重1kg"),
        ("48小时内发货", "2天内发货"),
        ("保修12个月", "保修1年"),
        ("满59元包邮", "单笔满59包邮"),
        ("含绒量九成", "含绒量90%"),
        ("11月20日前有效", "2026-11-20前有效"),
        ("起球等级4级", "4"),
    ],
)
def test_equal_amounts_agree_however_written(text: str, quote: str) -> None:
    assert unsupported(text, quote) == []


@pytest.mark.parametrize(
    ("text", "quote", "word"),
    [
        ("支持15天退货", "七天内可退", "15天"),
        ("满69元包邮", "满59元包邮", "69元"),
        ("含绒量95%", "含绒量90%", "95%"),
        ("72小时内发货", "48小时内发货", "72小时"),
        ("重3斤", "重1千克", "3斤"),
        ("活动到11月21日", "活动到11月20日", "11月21日"),
        ("7个工作日到账", "7天内到账", "7个工作日"),
    ],
)
def test_other_amounts_do_not(text: str, quote: str, word: str) -> None:
    assert unsupported(text, quote) == [word]


@pytest.mark.parametrize(
    "text", ["型号A102和C501都有", "第一步打开订单", "见第3条", "商品528690173109", "拨打12315", "一般可以的"]
)
def test_codes_and_ordinals_are_no_quantities(text: str) -> None:
    assert unsupported(text) == []


def test_the_callers_facts_count() -> None:
    assert unsupported("您身高165cm，体重55kg", shown=["165cm", "110斤"]) == []


def test_a_statement_needs_its_own_source() -> None:
    freight, speed = cite("不满59元收运费8元"), cite("付款后48小时内发货")
    text = "不满59元收运费8元，付款后59小时内发货。"
    first = Statement("不满59元收运费8元", (freight,))
    second = Statement("付款后59小时内发货", (speed,))
    findings = find_unsupported_numbers(text, citations=(freight, speed), statements=(first, second))
    assert [finding.evidence["word"] for finding in findings] == ["59小时"]
    wrong = Statement("不满59元收运费8元", (speed,))
    findings = find_unsupported_numbers("不满59元收运费8元", citations=(freight, speed), statements=(wrong,))
    assert [finding.evidence["word"] for finding in findings] == ["59元", "8元"]


def test_numbers_outside_statements_may_come_from_any_source() -> None:
    quote = cite("付款后48小时内发货")
    statement = Statement("付款后48小时内发货", (quote,), shown=("3件",))
    text = "付款后48小时内发货，您拍的3件会一起发，满48小时没发再找我。"
    assert find_unsupported_numbers(text, statements=(statement,)) == []


def test_span_and_severity() -> None:
    text = "亲，运费是10元哦"
    (finding,) = find_unsupported_numbers(text, severity=Severity.WARN)
    assert finding.span is not None
    assert finding.span.of(text) == "10元"
    assert finding.severity is Severity.WARN
    assert finding.kind == "number"


def test_sums_are_recomputed() -> None:
    assert unsupported("到手价259元", "原价299元", shown=["299-40=259"]) == []
    assert unsupported("到手价269元", "原价299元，减40", shown=["299-40=269"]) == ["299-40=269"]
    assert unsupported("运费18+12×2=42元", "首重18元，续重12元", shown=["2", "42元"]) == []
    assert unsupported("运费18+12×2=44元", "首重18元，续重12元", shown=["2", "44元"]) == ["18+12×2=44元"]


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        ("(18+12)*2=60", True),
        ("18+12*2=60", False),
        ("100÷4=25", True),
        ("300×90%=270元", True),
        ("1/0=1", None),
        ("a=1", None),
    ],
)
def test_equations(text: str, holds: bool | None) -> None:
    found = [equation.holds for equation in equations(text)]
    assert found == ([] if holds is None else [holds])


def test_no_number_no_finding() -> None:
    assert find_unsupported_numbers("亲，可以的哦～") == []
    assert find_unsupported_numbers("") == []


def test_a_clause_of_the_source_with_a_figure_from_elsewhere_in_it_is_found() -> None:
    quote = "48小时内验货，当天操作退款，仍不晚于收到退回商品之日起7天内退款，满2天没有进展的按丢件处理"
    right = "仍不晚于收到退回商品之日起7天内退款"
    assert find_unsupported_numbers(right, shown=[quote]) == []
    [finding] = find_unsupported_numbers(right.replace("7天", "2天"), shown=[quote])
    assert finding.evidence["word"] == "2天"
