"""Which row of a page's table is meant for a figure that is named: the age of a child, a weight, how many people.

A size table is read by `assist.draft.sizes`; here the ranges stand in any other table (`建议年龄 2-5岁`, `适合 110斤以下`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal

from assist.documents import BlockKind, Document, Row, Table
from assist.draft.evidence import Candidate, Evidence, cite
from assist.draft.speak import closed
from assist.draft.units import figured_heads, product_units, row_words
from assist.expressions import expression
from assist.messages import Part
from assist.results import Statement
from assist.text.quantities import Dimension, Quantity, quantities

SCORE = 0.86
_CHOOSES = expression(r"哪|选|拿|买|挑|推荐|大的|小的|大号|小号|够|合适|适合")
_TABLES = frozenset({BlockKind.SKU_TABLE, BlockKind.TABLE})
_OF_BODIES = frozenset({Dimension.YEARS, Dimension.MONTHS, Dimension.WEIGHT, Dimension.COUNT})
_FROM = expression(r"\s*(?:及|或|含)?(?:以上|起|\+|往上)")
_UP_TO = expression(r"\s*(?:及|或|含)?(?:以下|以内|内|及以下|往下)")
_AND = expression(r"\s*(?:及|或|含|以?内)")
_BEFORE_UP_TO = expression(r"(?:不超过|最多|≤|<|小于|低于)\s*$")
_BEFORE_FROM = expression(r"(?:≥|>|大于|超过|不低于|满)\s*$")


def fitting_row_candidate(part: Part, number: int, evidence: Evidence) -> Candidate | None:
    """State the one row of a table whose range holds the figure by which the shopper chooses."""
    if not _CHOOSES.search(part.clean):
        return None
    named = [figure for figure in quantities(part.clean) if figure.dimension in _OF_BODIES]
    names = part.products or evidence.question.products
    for product in (evidence.products[name] for name in names if name in evidence.products):
        for figure in named:
            rows = [(table, row) for table in product.tables for row in _fitting(table, figure)]
            if len(rows) == 1:
                return Candidate(number, "sku", (_stated(product, rows[0][0], rows[0][1], number),), SCORE)
    return None


def _fitting(table: Table, figure: Quantity) -> Sequence[Row]:
    """Return the rows that a figure falls into, of a table that tells its rows apart by such ranges.

    A figure that is given roughly (七八口人) falls into a row with both its ends.
    """
    if table.kind not in _TABLES:
        return ()
    ranged = [
        (row, [span for cell in row.cells for span in _ranges(cell.text, figure)]) for row in table.rows
    ]
    if sum(bool(spans) for _, spans in ranged) < 2:
        return ()
    _, _, least, most = figure.comparable
    most = least if most is None else most
    return [row for row, spans in ranged if any(low <= least and most <= high for low, high in spans)]


def _ranges(cell: str, figure: Quantity) -> Iterator[tuple[Decimal, Decimal]]:
    """Yield the ranges of a cell in what the figure measures (`2-5岁`, `110斤以下`), both ends included."""
    for found in quantities(cell):
        family, _, low, high = found.comparable
        before, after = cell[: found.span.start], cell[found.span.end :]
        if family != figure.comparable[0]:
            continue
        if high is not None:
            yield low, high
        elif _UP_TO.match(after) or _BEFORE_UP_TO.search(before):
            yield Decimal(0), low if _AND.match(after) else low.next_minus()
        elif _FROM.match(after) or _BEFORE_FROM.search(before):
            yield low, Decimal("Infinity")


def _stated(product: Document, table: Table, row: Row, number: int) -> Statement:
    unit = next(unit for unit in product_units(product) if unit.kind == "row" and unit.span == row.span)
    place = cite(product, row.span, table.section)
    return Statement(closed(row_words(unit)), (place,), (), number, figured_heads(unit))
