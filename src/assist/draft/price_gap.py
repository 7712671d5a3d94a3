"""By how much one version or product costs more than another: 带遥控的比不带的贵几块, 大号比小号贵多少."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from assist.documents import BlockKind, Document, Row, Table
from assist.draft.evidence import Candidate, Evidence, cite
from assist.draft.figures import yuan
from assist.draft.promotions import amount_of, price_of
from assist.draft.speak import closed
from assist.draft.table_rows import is_lacking, labels_named
from assist.expressions import expression
from assist.messages import Part
from assist.results import Citation, StatedFact, Statement
from assist.text.normalize import fold
from assist.text.quantities import Dimension, quantities

SCORE = 0.92
_ASKED = expression(
    r"(?:[贵差]|便宜|[多少][花付加掏])(?:了|出|个)?(?:多少|几)(?:钱|块|元)|(?:贵|便宜)(?:了|出)?(?:多少|几)|差价(?:是|有)?(?:多少|几)"
)
_COMPARED = expression(r"[比和跟与同]|差价")
_OF_OTHERS = expression(
    r"别家|人家|外面|线下|实体店|[昨前]天|之前|以前|上次|活动|双1[12]|618|[下付拍买][^，。]{0,3}时候|[运邮]费|顺丰|快递|退|安装|维修|延保"
)
"""Differences in time, to other shops or of services are none of versions."""
_WITH = expression(r"(?<!不)(?<!没)[带有加含配](?P<what>[一-鿿]{1,4}?)[儿子]?(?:的|那|款|版|比|和|跟|与)")
_CODED = expression(r"sku|编码|条码|货号|编号")
_FORMER = expression(r"原价|吊牌|专柜|市场价|参考价|划线")


@dataclass(frozen=True, slots=True)
class _Priced:
    """A version or product as the sentence calls it, what it costs in yuan, and where that stands."""

    name: str
    price: Decimal
    place: Citation


def price_gap_candidate(part: Part, number: int, evidence: Evidence) -> Candidate | None:
    """State two prices and their difference, of the two versions or products that are compared."""
    asked = part.clean
    if not (_ASKED.search(asked) and _COMPARED.search(asked)) or _OF_OTHERS.search(asked):
        return None
    names = part.products or evidence.question.products
    products = [evidence.products[name] for name in names if name in evidence.products]
    if len(products) == 2:
        found = [_of_product(product) for product in products]
    else:
        found = [*_of_versions(products[0], asked)] if len(products) == 1 else []
    priced = [item for item in found if item is not None]
    if len(priced) != 2 or priced[0].price == priced[1].price:
        return None
    return Candidate(number, "promotion", (_said(priced[0], priced[1], number),), SCORE)


def _of_product(product: Document) -> _Priced | None:
    fact = price_of(product)
    amount = None if fact is None or "起" in fact.value else amount_of(fact)
    if fact is None or amount is None:
        return None
    return _Priced(product.id, amount, cite(product, fact.span, fact.section))


def _of_versions(product: Document, asked: str) -> Iterator[_Priced | None]:
    """Yield the two versions that are compared, of the first table that has them."""
    for table in product.tables:
        heads = [at for at, head in enumerate(table.header) if "价" in head and not _FORMER.search(head)]
        named = _compared(table, asked, heads[0]) if table.kind is BlockKind.SKU_TABLE and heads else []
        if named:
            yield from (_of_row(name, row, heads[0], product, table) for name, row in named)
            return


def _of_row(name: str, row: Row, column: int, product: Document, table: Table) -> _Priced | None:
    price = _price(row, column)
    return None if price is None else _Priced(name, price, cite(product, row.span, table.section))


def _price(row: Row, column: int) -> Decimal | None:
    text = row.cells[column].text if len(row.cells) > column else ""
    found = [item for item in quantities(text) if item.dimension in {Dimension.MONEY, Dimension.PLAIN}]
    return found[0].value if len(found) == 1 and found[0].high is None else None


def _compared(table: Table, asked: str, column: int) -> list[tuple[str, Row]]:
    """Return two versions with their names: both named, with a thing and without it, or all that there are."""
    label = next((at for at, head in enumerate(table.header) if not _CODED.search(fold(head))), 0)
    rows = [row for row in table.rows if len(row.cells) == len(table.header)]
    labels = tuple(row.cells[label].text.strip() for row in rows)
    named = labels_named(labels, asked)
    if len(named) == 2 and len(set(labels)) == len(labels):
        return [(labels[at], rows[at]) for at in named]
    found = _WITH.search(asked)
    if found is not None:
        return _with_and_without(table, rows, found["what"], column)
    return list(zip(labels, rows, strict=True)) if len(rows) == 2 else []


def _with_and_without(table: Table, rows: list[Row], what: str, column: int) -> list[tuple[str, Row]]:
    """Split rows by what a column or a cell says of a thing; empty where either side has several prices."""
    heads = [at for at, head in enumerate(table.header) if what in head]
    has = [
        not is_lacking(row.cells[heads[0]].text) if heads else any(what in cell.text for cell in row.cells)
        for row in rows
    ]
    sides = [[row for row, held in zip(rows, has, strict=True) if held is side] for side in (True, False)]
    if any(len({_price(row, column) for row in side}) != 1 for side in sides):
        return []
    return [(f"带{what}的", sides[0][0]), (f"不带{what}的", sides[1][0])]


def _said(one: _Priced, other: _Priced, number: int) -> Statement:
    more, less = (one, other) if one.price > other.price else (other, one)
    gap = f"{yuan(more.price - less.price)}元"
    prices = [f"{yuan(item.price)}元" for item in (more, less)]
    told = [f"{_before_figure(item.name)}{price}" for item, price in zip((more, less), prices, strict=True)]
    text = f"{told[0]}，{told[1]}，{more.name}贵{gap}"
    fact = StatedFact(
        "差价", yuan(more.price - less.price), "元", origin="computed", document_id=more.place.document_id
    )
    return Statement(
        closed(text), (more.place, less.place), (fact,), number, (more.name, less.name, *prices, gap)
    )


def _before_figure(name: str) -> str:
    """A name that ends in letters or digits does not run into the price."""
    return f"{name}是" if name[-1:].isascii() else name
