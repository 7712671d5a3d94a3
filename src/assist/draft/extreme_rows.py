"""The row of a page's table that is most of its kind: 最快多久熟 of programmes with their times, 哪档最安静 of their noise."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from assist.documents import BlockKind, Document, Row, Table
from assist.draft.evidence import Candidate, Evidence, cite
from assist.draft.speak import closed
from assist.draft.table_rows import named_rows
from assist.draft.units import spoken
from assist.expressions import expression
from assist.messages import Part
from assist.results import Statement
from assist.text.quantities import Quantity, quantities

SCORE = 0.88
MIN_ROWS = 3
"""Of fewer rows both are said anyway."""
_ASKED = expression(r"最(?P<most>快|慢|久|便宜|贵|轻|重|沉|安静|静音|静|小声|吵|响)")
_OF_PARCELS = expression(r"发货|发出|[送寄]|快递|物流|到货|[能可]到|几天到|多久到|退款|到账|开票|发票")
"""How soon a parcel or money comes is no programme's time."""
_MOST = {
    "快": ("time", min), "慢": ("time", max), "久": ("time", max),
    "便宜": ("money", min), "贵": ("money", max),
    "轻": ("weight", min), "重": ("weight", max), "沉": ("weight", max),
    "安静": ("noise", min), "静音": ("noise", min), "静": ("noise", min), "小声": ("noise", min),
    "吵": ("noise", max), "响": ("noise", max),
}  # fmt: skip
"""What is measured, and whether the least or the most of it is meant."""
_NOISE = expression(r"db|分贝")


def extreme_row_candidate(part: Part, number: int, evidence: Evidence) -> Candidate | None:
    """State the one row of a table that is most in what is asked for, by its first cell and its figure."""
    asked = _ASKED.search(part.clean)
    names = part.products or evidence.question.products
    product = next((evidence.products[name] for name in names if name in evidence.products), None)
    if asked is None or product is None or _OF_PARCELS.search(part.clean):
        return None
    found = [cell for table in product.tables for cell in _most(table, asked["most"], part)]
    return Candidate(number, "sku", (_said(product, *found[0], number),), SCORE) if len(found) == 1 else None


def _most(table: Table, word: str, part: Part) -> Iterator[tuple[Table, Row, int]]:
    """Yield the row and the column of what is most in each column of a table that measures it in all rows."""
    if table.kind is not BlockKind.TABLE or len(table.rows) < MIN_ROWS or named_rows(table, part.clean):
        return
    family, pick = _MOST[word]
    for column in range(1, len(table.header)):
        cells = [row.cells[column].text if len(row.cells) > column else "" for row in table.rows]
        figures = [_figure(cell, family) for cell in cells]
        known = [figure for figure in figures if figure is not None]
        if len(known) == len(figures) and figures.count(pick(known)) == 1:
            yield table, table.rows[figures.index(pick(known))], column


def _figure(cell: str, family: str) -> Decimal | None:
    """What a cell measures in a family of units; None: not that, or several figures."""
    found = [figure for figure in quantities(cell) if _is_of(figure, family)]
    return found[0].comparable[2] if len(found) == 1 else None


def _is_of(figure: Quantity, family: str) -> bool:
    if family == "noise":
        return _NOISE.search(figure.unit.lower()) is not None
    return figure.comparable[0] == family


def _said(product: Document, table: Table, row: Row, column: int, number: int) -> Statement:
    text = spoken(
        (table.header[0], table.header[column]), (row.cells[0].text.strip(), row.cells[column].text.strip())
    )
    return Statement(
        closed(text), (cite(product, row.span, table.section),), (), number, (table.header[column],)
    )
