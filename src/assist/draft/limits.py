"""Whether a figure that a shopper names lies within what a page allows: 5公分厚夹得住不 under `夹持厚度10-55mm`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from assist.documents import Document
from assist.draft.evidence import Candidate, Evidence, cite
from assist.draft.pages import fact_statement
from assist.draft.skus import named_words, row_holds
from assist.draft.speak import closed, speak
from assist.draft.units import Unit, figured_heads, is_sku_row, product_units, row_words, spoken
from assist.expressions import expression
from assist.messages import Part
from assist.results import Statement
from assist.text.normalize import fold
from assist.text.quantities import Dimension, Quantity, quantities

SCORE = 0.86
_OF_GOODS = ("售前/商品", "售前/尺码", "售前/库存", "售后/质量/使用")
_WHETHER = expression(
    r"[得不][住下进了动起上]|够不够|能不能|可不可以|行不行|会不会|(?:能|够|行|可以|扛|撑|塞|装|夹|承|架|放|睡|坐|骑|穿).{0,8}(?:吗|嘛|么|不|没|吧)$"
)
_OPEN = expression(r"多[少大长高重久厚]|几|怎么|哪|什么|啥|尺码|码")
_MEASURES = frozenset({Dimension.LENGTH, Dimension.WEIGHT, Dimension.TEMPERATURE})
_BELOW_ZERO = expression(r"零下(?P<figure>[一二三四五六七八九十\d]{1,3})几?(?P<unit>度|℃)?")
_INCHES = expression(r"(?P<figure>\d+(?:\.\d+)?|[一二三十]{1,3}[一二三四五六七八九]?)寸")
_BARE = expression(r"(?<![\d.])(?P<figure>\d{2,3})的")
_DEGREES = expression(
    r"(?P<low>-?\d+(?:\.\d+)?)\s*(?:℃|度)?\s*(?:到|至|~|～|—|-)\s*(?P<high>-?\d+(?:\.\d+)?)\s*(?:℃|度)"
)
_UP_TO = expression(r"\s*(?:及|或|含)?(?:以下|以内|内|之内)")
_FROM = expression(r"\s*(?:及|或|含)?(?:以上|起)")
_MOST = expression(
    r"(?:最[大高多长宽重厚]|不超过|≤|限重|承重|可放[一-鿿]{0,4}|能放[一-鿿]{0,4})[^\d，。；]{0,4}$"
)
_UNDER = expression(r"(?:低于|小于|不足|<)\s*$")
_OVER = expression(r"(?:高于|大于|超过|>)\s*$")
_SENTENCES = frozenset({"text", "qa", "steps"})
"""A sentence limits many things in passing: it must share one more character with the question than an entry."""
_LEAST, _MOST_OF_ALL = Decimal("-Infinity"), Decimal("Infinity")
_HAN = expression(r"[一-鿿]")
_IDLE = frozenset(
    "的了吗么不没嘛吧呢啊我你家这那个款它是有能会行得下住进可以够用给把被在就也还都才和跟一二三四五六七八九十百两零几公分厘米毫米斤度寸平方左右大小"
)


@dataclass(frozen=True, slots=True)
class _Allowed:
    """What a unit of a page allows.

    Attributes:
        unit: Whose.
        words: How it is written.
        low: The least, in the base unit of the dimension.
        high: The most.
        condition: Whether it says what holds under it (`低于0℃建议加内胆`), and nothing of what does not.
    """

    unit: Unit
    words: str
    low: Decimal
    high: Decimal
    condition: bool

    def holds(self, value: Decimal) -> bool:
        """Say whether a figure lies within."""
        return self.low <= value <= self.high


def limit_candidate(part: Part, number: int, evidence: Evidence) -> Candidate | None:
    """Say what a page allows of the measure that is named, and whether the figure lies within it."""
    asked = part.clean
    if (
        not (part.intent or "售前/商品").startswith(_OF_GOODS)
        or not _WHETHER.search(asked)
        or _OPEN.search(_BELOW_ZERO.sub("", asked))
    ):
        return None
    names = part.products or evidence.question.products
    product = next((evidence.products[name] for name in names if name in evidence.products), None)
    figures = list(_figures(asked)) if product is not None else []
    if product is None or len(figures) != 1:
        return None
    words, figure = figures[0]
    found = _nearest(part, figure, product, evidence)
    if found is None:
        return None
    said = _stated(found, product, number)
    if found.condition:
        return Candidate(number, "size", (said,), SCORE)
    verdict = f"{words}在这个范围内。" if found.holds(figure.comparable[2]) else f"{words}不在这个范围内。"
    place = cite(product, found.unit.span, found.unit.section)
    return Candidate(number, "size", (said, Statement(verdict, (place,), (), number, (words,))), SCORE)


def _figures(asked: str) -> Iterator[tuple[str, Quantity]]:
    """Yield the measures of a question with their words; inches may be called 寸, and degrees below zero have no unit."""
    cold = _BELOW_ZERO.search(asked)
    inches = _INCHES.search(asked)
    if cold is not None:
        yield from ((cold.group(), item) for item in quantities(f"零下{cold['figure']}度"))
        return
    if inches is not None:
        yield from ((inches.group(), item) for item in quantities(f"{inches['figure']}英寸"))
        return
    found = [item for item in quantities(asked) if item.dimension in _MEASURES and item.high is None]
    yield from ((item.text, item) for item in found)
    bare = _BARE.search(asked)
    if not found and bare is not None:
        yield from ((bare["figure"], item) for item in quantities(f"{bare['figure']}cm"))


def _nearest(part: Part, figure: Quantity, product: Document, evidence: Evidence) -> _Allowed | None:
    """Of all that a page allows in this measure, what shares most words with the question.

    A limit that the figure is beyond goes first, then what is said under a condition that holds.
    """
    named = named_words(part, evidence)
    units = [
        unit
        for unit in product_units(product)
        if not (named and is_sku_row(unit)) or row_holds(unit.quote, named)
    ]
    allowed = [item for unit in units for item in _allowed(unit, figure)]
    value = figure.comparable[2]
    allowed = [item for item in allowed if item.holds(value) or not item.condition]
    chars = set(_HAN.findall(fold(part.clean))) - _IDLE
    cold = figure.dimension is Dimension.TEMPERATURE
    shared = [
        len(chars & set(fold(f"{item.unit.head} {item.unit.text}")))
        + (cold or -(item.unit.kind in _SENTENCES))
        for item in allowed
    ]
    if max(shared, default=0) <= 0:
        return None
    scores = evidence.scorer.score(
        part, [item.unit.text for item in allowed], [item.unit.head for item in allowed]
    )
    best = max(
        range(len(allowed)),
        key=lambda at: (
            shared[at],
            not allowed[at].holds(value),
            allowed[at].condition,
            round(float(scores[at]), 3),
            -at,
        ),
    )
    return allowed[best]


def _allowed(unit: Unit, figure: Quantity) -> Iterator[_Allowed]:
    """Yield the ranges of a unit in what the figure measures."""
    text = unit.text
    if figure.dimension is Dimension.TEMPERATURE:
        for found in _DEGREES.finditer(text):
            yield _Allowed(
                unit, found.group(), Decimal(found["low"]), Decimal(found["high"]), condition=False
            )
    for item in quantities(text):
        if item.comparable[:2] != figure.comparable[:2]:
            continue
        _, _, low, high = item.comparable
        before, after = text[: item.span.start], text[item.span.end :]
        if item.dimension is Dimension.TEMPERATURE and before.endswith(("-", "－")):
            # A sign behind a character is read as a dash elsewhere: `低于-5℃`.
            before, low = before[:-1], -low
        bounds = (low, high, False) if high is not None else _bounds(before, after, low)
        if bounds is not None:
            yield _Allowed(unit, item.text, *bounds)


def _bounds(before: str, after: str, figure: Decimal) -> tuple[Decimal, Decimal, bool] | None:
    """Read the words around a figure: the least, the most, and whether it is a condition."""
    if _UNDER.search(before):
        return _LEAST, figure.next_minus(), True
    if _OVER.search(before):
        return figure.next_plus(), _MOST_OF_ALL, True
    if _UP_TO.match(after) or _MOST.search(before):
        return _LEAST, figure, False
    return (figure, _MOST_OF_ALL, True) if _FROM.match(after) else None


def _stated(allowed: _Allowed, product: Document, number: int) -> Statement:
    """Say a fact, a sentence, or of a row the one cell that allows it."""
    unit = allowed.unit
    if unit.fact is not None:
        return fact_statement(unit.fact, product, number)
    text = _cell_words(allowed, product) if unit.kind == "row" else speak(unit.quote, product)
    heads = figured_heads(unit) if unit.kind == "row" else ()
    return Statement(closed(text), (cite(product, unit.span, unit.section),), (), number, heads)


def _cell_words(allowed: _Allowed, product: Document) -> str:
    """Say the first cell of a row and the one that holds the range."""
    for table in product.tables:
        for row in table.rows:
            cells = [cell.text.strip() for cell in row.cells]
            held = [at for at, cell in enumerate(cells) if at and allowed.words in cell]
            if row.span == allowed.unit.span and held:
                return spoken((table.header[0], table.header[held[0]]), (cells[0], cells[held[0]]))
    return row_words(allowed.unit)
