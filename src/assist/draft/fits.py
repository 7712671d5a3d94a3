"""What a spare part fits: the row of an accessories page that is named, by its column of models (`适用机型`)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from assist.documents import BlockKind, Document, Row, Table
from assist.draft.evidence import Candidate, Evidence, cite
from assist.draft.speak import closed
from assist.draft.units import spoken
from assist.expressions import expression
from assist.messages import Part
from assist.results import Statement
from assist.text.normalize import fold

SCORE = 0.9
MAX_ROWS = 3
_FITS = expression(r"通用|适用|适配|匹配|兼容|配套")
_USED = expression(
    r"[能可][^，。？！]{0,8}(?:(?<![包安])[用使装插配套]|安(?!装))|(?<![包安])[用装安插配套](?:得|不)[上了]"
)
"""Whether it can be used asks what it fits only where a model is named: 滤网洗了还能用吗 asks something else."""
_NAMES = expression(r"[\s、，,/;；（）()]+|仅|只|限|通用|系列|适用|均可|都可以?")
_MODELS = expression(
    r"(?:适用|适配|兼容|配套|通用|支持)(?:的?(?:机型|型号|车型|机器|设备|产品|款式|打印机|品牌|机种))?$"
)
_TABLES = frozenset({BlockKind.SKU_TABLE, BlockKind.TABLE})
_HAN = expression(r"[一-鿿]{2,}")


def fitting_part_candidate(part: Part, number: int, evidence: Evidence) -> Candidate | None:
    """State what the parts that are named fit, as the column of models of the opened page gives it.

    The other product that is named (`除螨头V8能用吗` on the page of spare parts) is what it is to fit, and has no such
    column.
    """
    if not (_FITS.search(part.clean) or _USED.search(part.clean)):
        return None
    opened = () if evidence.message.product is None else (evidence.message.product,)
    names = (*opened, *part.products, *evidence.question.products)
    for product in (evidence.products[name] for name in dict.fromkeys(names) if name in evidence.products):
        for table in product.tables:
            said = tuple(_said(product, table, row, at, number) for row, at in _named(table, part.clean))
            if said:
                return Candidate(number, "sku", said, SCORE)
    return None


def _named(table: Table, asked: str) -> Iterator[tuple[Row, int]]:
    """Yield the rows that share the longest word with the question, and the column of what they fit."""
    heads = [at for at, head in enumerate(table.header) if at and _MODELS.search(head.strip())]
    if table.kind not in _TABLES or len(heads) != 1 or len(table.rows) < 2:
        return
    column = heads[0]
    rows = [row for row in table.rows if len(row.cells) > column and row.cells[column].text.strip()]
    for gram in _grams(fold(asked)):
        held = [row for row in rows if gram in fold(row.cells[0].text)]
        if held:
            if len(held) < min(MAX_ROWS + 1, len(table.rows)) and (
                _FITS.search(asked) or _names_a_model(rows, column, fold(asked))
            ):
                yield from ((row, column) for row in held)
            return


def _names_a_model(rows: Sequence[Row], column: int, asked: str) -> bool:
    """Say whether a question names one of the models that the rows fit."""
    models = {name for row in rows for name in _NAMES.split(fold(row.cells[column].text)) if len(name) > 1}
    return any(name in asked for name in models)


def _grams(asked: str) -> Iterator[str]:
    """Yield the pieces of a question of two characters or more, longest first."""
    runs = [found.group() for found in _HAN.finditer(asked)]
    for size in range(max(map(len, runs), default=0), 1, -1):
        for run in runs:
            yield from (run[at : at + size] for at in range(len(run) - size + 1))


def _said(product: Document, table: Table, row: Row, column: int, number: int) -> Statement:
    text = spoken(
        (table.header[0], table.header[column]), (row.cells[0].text.strip(), row.cells[column].text.strip())
    )
    return Statement(
        closed(text), (cite(product, row.span, table.section),), (), number, (table.header[column],)
    )
