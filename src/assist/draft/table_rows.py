"""Rows of a page's tables by the words that name them: the one that is asked about, one cell of it, two beside each other."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from functools import lru_cache

from assist.documents import BlockKind, Document, Row, Table
from assist.draft.evidence import Candidate, Evidence, cite
from assist.draft.speak import clean_key, closed
from assist.draft.units import Unit, figured_heads, product_units, row_words, spoken
from assist.expressions import expression
from assist.messages import Part
from assist.results import Statement
from assist.text.normalize import fold

CELL_SCORE, COMPARED_SCORE = 0.88, 0.9
MAX_COMPARED = 3
_TABLES = frozenset({BlockKind.TABLE, BlockKind.SKU_TABLE})
_OF_CELLS = frozenset({BlockKind.TABLE, BlockKind.SIZE_TABLE})
_BRACKETED = expression(r"[（(][^）)]*[）)]")
_ALTERNATIVES = expression(r"[、，,;；]|以及|及以")
_TOKEN = expression(r"[a-z0-9.]+|[一-鿿]+")
_RUN = expression(r"[a-z]+|\d+(?:\.\d+)?")
_HAN = expression(r"[一-鿿]{2,}")
_SHORT = expression(r"(?P<char>[一-鿿])(?:色|款|的)")
_PICKS = expression("哪|几号|什么色|[选拍拿买配]")
_BETWEEN = expression("之间|犹豫|拿不准|介于")
_SIZE = "尺码"
_BODY = ("height_cm", "weight_kg", "foot_cm", "bust_cm", "waist_cm", "hip_cm")
_PART_OF_WORD = 3
"""Letters of a name this many stand inside a longer word, too (`promax`)."""
_YES, _NO = (
    frozenset({"有", "√", "✓", "✔", "●"}),
    frozenset({"无", "没有", "×", "✗", "✘", "-", "—", "–", "/"}),
)


def named_rows(table: Table, asked: str) -> list[Row]:
    """Return the rows of a table that a plain wording names by their first cell; none where it names none."""
    if len(table.header) < 2 or len(table.rows) < 2:
        return []
    labels = tuple(row.cells[0].text if row.cells else "" for row in table.rows)
    return [table.rows[at] for at in _named(labels, asked)]


def of_other_rows(units: Sequence[Unit], product: Document, asked: str) -> frozenset[int]:
    """Return the numbers of the units that are rows beside the one that is asked about."""
    named = {table: named_rows(table, asked) for table in product.tables if table.kind is BlockKind.TABLE}
    if _PICKS.search(asked):
        named |= {table: rows_for(table, asked) for table in product.tables if not named.get(table)}
    others = {row.span for table, rows in named.items() if rows for row in table.rows if row not in rows}
    return frozenset(at for at, unit in enumerate(units) if unit.kind == "row" and unit.span in others)


def rows_for(table: Table, asked: str) -> list[Row]:
    """Return the rows one cell of which tells whom or what they are for in the words of a question (`黄皮`); none where all do."""
    if table.kind not in _TABLES or len(table.header) < 2:
        return []
    plain = fold(asked).replace(" ", "")
    held = [frozenset(_choices_of(row)) for row in table.rows]
    named = {choice for choices in held for choice in choices if choice in plain}
    # 冷白皮 is not what 白皮 is for.
    own = {choice for choice in named if not any(choice != other and choice in other for other in named)}
    rows = [row for row, choices in zip(table.rows, held, strict=True) if own & choices]
    return rows if len(rows) < len(table.rows) else []


def _choices_of(row: Row) -> Iterator[str]:
    """Yield what the cells of a row behind the first list, where it is words."""
    for cell in row.cells[1:]:
        yield from (piece for piece in _ALTERNATIVES.split(_plain(cell.text)) if _HAN.fullmatch(piece))


def cell_candidate(part: Part, number: int, evidence: Evidence) -> Candidate | None:
    """State the one cell that a part asks for, by its row and its column (`130的充绒量`, `标准版有磨砂的吗`)."""
    for product in _pages(part, evidence):
        for table in product.tables:
            rows = named_rows(table, part.clean) if table.kind in _OF_CELLS else []
            if len({fold(row.cells[0].text) for row in rows}) != 1 or _is_measure(rows[0], evidence):
                continue
            column = _column(table, part)
            if column is not None and len(rows[0].cells) > column and rows[0].cells[column].text.strip():
                return Candidate(number, "sku", (_cell(product, table, rows[0], column, number),), CELL_SCORE)
    return None


def rows_compared(part: Part, number: int, product: Document) -> Candidate | None:
    """Say the rows of a table that a comparison names, each in a sentence of its own."""
    for table in product.tables:
        labels = tuple(row.cells[0].text for row in table.rows if row.cells)
        if table.kind not in _TABLES or len(table.header) < 2 or len(set(labels)) < max(2, len(table.rows)):
            continue
        chosen = labels_named(labels, part.clean)
        if 2 <= len(chosen) <= MAX_COMPARED:
            spans = {table.rows[at].span for at in chosen}
            units = [unit for unit in product_units(product) if unit.kind == "row" and unit.span in spans]
            said = tuple(_said(unit, part, number) for unit in units)
            if _BETWEEN.search(part.clean):
                said += _advice(product, table, number)
            return Candidate(number, "comparison", said, COMPARED_SCORE)
    return None


def _advice(product: Document, table: Table, number: int) -> tuple[Statement, ...]:
    """Say what the section of a table advises who stands between two of its rows."""
    return tuple(
        Statement(closed(unit.quote.strip()), (cite(product, unit.span, unit.section),), (), number)
        for unit in product_units(product)
        if unit.kind == "text" and unit.section == table.section and _BETWEEN.search(unit.text)
    )[:1]


def labels_named(labels: tuple[str, ...], asked: str) -> tuple[int, ...]:
    """Return which of the labels a plain wording names: whole or by a part of their own, or by their first character."""
    named = _named(labels, asked)
    return named if len(named) > 1 else _shortened(labels, asked)


def is_lacking(cell: str) -> bool:
    """Say whether a cell says that a version does not have what heads it: 无, ×, 不支持."""
    return cell.strip() in _NO or cell.strip().startswith(("不", "无"))


def _pages(part: Part, evidence: Evidence) -> list[Document]:
    names = part.products or evidence.question.products
    return [evidence.products[name] for name in names if name in evidence.products][:1]


def _said(unit: Unit, part: Part, number: int) -> Statement:
    place = cite(unit.document, unit.span, unit.section)
    return Statement(closed(row_words(unit, asked=part.clean)), (place,), (), number, figured_heads(unit))


def _is_measure(row: Row, evidence: Evidence) -> bool:
    """A figure that was told of a body is no name of a size: 130 of `身高130`."""
    told = {str(evidence.question.slots[name].value) for name in _BODY if name in evidence.question.slots}
    return row.cells[0].text.strip() in told


def _column(table: Table, part: Part) -> int | None:
    """The one column that is asked for: by its own words, else by the property that a shopper's words mean."""
    heads = tuple(table.header[1:])
    named = _named(heads, part.clean)
    if len(named) == 1:
        return named[0] + 1
    keys = [key for aspect in part.aspects if aspect.name != _SIZE for key in aspect.keys]
    found = [at for key in keys for at, head in enumerate(heads, start=1) if key in clean_key(head)]
    return found[0] if found else None


def _cell(product: Document, table: Table, row: Row, column: int, number: int) -> Statement:
    label, cell, head = row.cells[0].text.strip(), row.cells[column].text.strip(), table.header[column]
    label = f"{label}码" if table.kind is BlockKind.SIZE_TABLE and label[-1:].isdigit() else label
    if cell in _YES:
        text = f"{label}有{clean_key(head)}"
    elif cell in _NO:
        text = f"{label}没有{clean_key(head)}"
    else:
        text = spoken((table.header[0], head), (label, cell))
    return Statement(closed(text), (cite(product, row.span, table.section),), (), number, (label, head))


@lru_cache(maxsize=4_096)
def _named(labels: tuple[str, ...], asked: str) -> tuple[int, ...]:
    """Which labels a wording names: whole, the longest of those that hold each other; else by a part of one alone.

    What more than half of the labels hold (`iPhone`) need not be said.
    """
    plain, words = fold(asked).replace(" ", ""), _words(asked)
    tokens = [frozenset(_TOKEN.findall(_plain(label))) for label in labels]
    held = Counter(token for mine in tokens for token in mine)
    own = [frozenset(token for token in mine if held[token] <= max(1, len(labels) / 2)) for mine in tokens]
    whole = [at for at, mine in enumerate(own) if mine and all(_stands(one, plain, words) for one in mine)]
    longest = [at for at in whole if not any(own[at] < own[other] for other in whole)]
    return tuple(longest) or tuple(_by_part(labels, plain))


def _plain(label: str) -> str:
    return fold(_BRACKETED.sub("", label))


def _words(asked: str) -> frozenset[str]:
    folded = fold(asked)
    return frozenset(_TOKEN.findall(folded)) | frozenset(_RUN.findall(folded))


def _stands(token: str, plain: str, words: frozenset[str]) -> bool:
    if not token.isascii():
        return len(token) > 1 and token in plain
    return token in words or (len(token) >= _PART_OF_WORD and token.isalpha() and token in plain)


def _by_part(labels: Sequence[str], plain: str) -> Iterator[int]:
    """Yield labels that begin or end with two characters or more of a wording, where no other label has these."""
    grams = {
        run[at : at + size]
        for run in _HAN.findall(plain)
        for size in range(2, min(len(run), 6) + 1)
        for at in range(len(run) - size + 1)
    }
    folded = [fold(label) for label in labels]
    held = {gram: {at for at, label in enumerate(folded) if gram in label} for gram in grams}
    for at, label in enumerate(labels):
        pieces = [piece.strip() for piece in _ALTERNATIVES.split(_plain(label))]
        ends = {
            gram for gram in grams if any(piece.startswith(gram) or piece.endswith(gram) for piece in pieces)
        }
        if any(held[gram] == {at} for gram in ends):
            yield at


def _shortened(labels: Sequence[str], asked: str) -> tuple[int, ...]:
    """Labels that are called by their first character alone: 红轴 and 茶轴 in `红的茶的什么区别`."""
    chars = [found["char"] for found in _SHORT.finditer(fold(asked))]
    found = [[at for at, label in enumerate(labels) if fold(label).startswith(char)] for char in chars]
    return tuple(dict.fromkeys(some[0] for some in found if len(some) == 1))
