from __future__ import annotations

from decimal import Decimal

from hypothesis import assume, example, given
from hypothesis import strategies as st

from assist.documents import Kind, Level, Span, Validity
from assist.guard import PLACEHOLDERS, check, mask, screen
from assist.results import Citation, Severity, Source, Statement
from assist.text.quantities import quantities

CLAUSES = (
    "签收后{}天内可以退货",
    "单笔满{}元包邮",
    "付款后{}小时内发货",
    "袖长{}cm",
    "净重{}克",
    "容量{}ml",
    "含绒量{}%",
    "每箱装{}件",
    "额定功率{}W",
    "电池{}mAh",
    "保修{}个月",
    "脚长选{}码",
    "不超过{}℃",
)
SEPARATORS = st.sampled_from(["", " ", "-", "—", "*", ".", "🌸", "_", "~", "/", "　", "·", "\u200b"])
PIECES = st.sampled_from(
    [
        "13812345678",
        "138 1234 5678",
        "收件人：张小明",
        "浙江省杭州市西湖区文三路99号3单元502室",
        "订单号2378901234567890123",
        "SF1234567890123",
        "微信abc_12345",
        "，",
        " ",
        "亲，您好",
        "满300减40",
        "[手机号]",
        "[地址]",
        "孙丽",
        "收",
        "1",
        "７",
        "\n",
        "aB_c-1",
        "。",
        "0571-88881234",
        "zhang@example.com",
    ]
)


def cite(quote: str) -> Citation:
    source = Source("规则", Kind.POLICY, Level.SHOP, Validity(), "")
    return Citation("rules", "v1", "1", Span(0, len(quote)), quote, source)


def numbers_blocked(statement: str, quote: str) -> bool:
    citation = cite(quote)
    found = check(statement, citations=[citation], statements=[Statement(statement, (citation,))])
    return any(finding.kind == "number" and finding.severity is Severity.BLOCK for finding in found)


@given(st.sampled_from(CLAUSES), st.integers(2, 999), st.integers(2, 999))
def test_a_changed_number_is_caught(clause: str, stated: int, changed: int) -> None:
    quote = clause.format(stated)
    assert not numbers_blocked(quote, quote)
    (quantity,) = quantities(quote)
    (other,) = quantities(clause.format(changed))
    assume(not quantity.same(other))
    assert numbers_blocked(f"亲，{clause.format(changed)}哦", quote) or changed == stated
    assert numbers_blocked(clause.format(changed), quote)


@given(
    st.lists(st.tuples(st.sampled_from(CLAUSES), st.integers(2, 999)), min_size=2, max_size=4),
    st.integers(0, 3),
    st.integers(1000, 9999),
)
def test_one_changed_number_among_several_is_caught(
    clauses: list[tuple[str, int]], which: int, changed: int
) -> None:
    quote = "，".join(clause.format(number) for clause, number in clauses)
    place = which % len(clauses)
    mutated = "，".join(
        clause.format(changed if index == place else number) for index, (clause, number) in enumerate(clauses)
    )
    assert not numbers_blocked(quote, quote)
    known = quantities(quote)
    assume(not any(one.same(two) for one in quantities(mutated)[place : place + 1] for two in known))
    assert numbers_blocked(mutated, quote)


@given(st.integers(1, 9))
def test_notations_of_one_amount_agree(number: int) -> None:
    chinese = "一二三四五六七八九"[number - 1]
    wide = chr(ord("０") + number)
    for written in (f"{number}天", f"{chinese}天", f"{wide}天", f"{number * 24}小时"):
        assert not numbers_blocked(f"签收后{written}内可以退", f"签收后{number}天内可以退")
    weight = Decimal(number)
    assert not numbers_blocked(f"重{weight * 2}斤", f"重{weight}千克")


@given(st.lists(PIECES, max_size=8).map("".join))
@example("[手机号]13812345678[地址]")
@example("收件人：[收件人]收13812345678")
def test_masking_twice_is_masking_once(text: str) -> None:
    once = mask(text)
    assert mask(once.text).text == once.text


@given(st.one_of(st.text(max_size=60), st.lists(PIECES, max_size=8).map("".join)))
def test_spans_lie_in_the_text_and_do_not_overlap(text: str) -> None:
    masked = mask(text)
    reached = 0
    for finding in masked.findings:
        assert finding.span is not None
        assert reached <= finding.span.start < finding.span.end <= len(text)
        assert finding.evidence["placeholder"] == PLACEHOLDERS[finding.evidence["type"]]
        reached = finding.span.end
    for finding in screen(text):
        assert finding.span is not None
        assert finding.span.end <= len(text)


@given(
    st.lists(SEPARATORS, min_size=4, max_size=4), st.sampled_from(["微信", "薇信", "威信", "weixin", "扣扣"])
)
def test_separators_hide_nothing(separators: list[str], account: str) -> None:
    word = f"加{separators[0]}我{separators[1]}" + (separators[2] + separators[3]).join(account)
    assert any(finding.kind == "off_platform" for finding in screen(f"亲，{word}聊吧"))


@given(st.text(max_size=80))
def test_any_text_can_be_checked(text: str) -> None:
    first = check(text)
    assert first == check(text)
    assert all(finding.span is None or finding.span.end <= len(text) for finding in first)
