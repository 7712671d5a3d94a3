"""Names for the rows of a SKU table, and the facts each row states."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence

from assist.documents import Fact, Row, Table
from assist.expressions import expression
from assist.ingest.facts import Statement, key_and_unit, priced
from assist.ingest.grid import is_code_column, is_price_column, is_variation_column

_CODE = expression(r"[A-Za-z0-9][\w\-./+#]{1,40}", re.ASCII)


def sku_facts(table: Table) -> Iterator[Fact]:
    """Yield what each row of a SKU table states about its SKU; the span is the row.

    A row is named by its code, else by the cells that tell it from the others; two rows never share a name.
    """
    names = _row_names(table)
    for name, row in zip(names, table.rows, strict=True):
        for column, cell in zip(table.header, row.cells, strict=True):
            if cell.text and not is_code_column(column) and cell.span is not None:
                yield _fact(column, cell.text, row, sku=name, section=table.section)


def _fact(column: str, value: str, row: Row, *, sku: str, section: str) -> Fact:
    key, unit = key_and_unit(column)
    if is_price_column(column) and unit in ("", "元"):
        stated = priced(Statement("价格", value, 0, 1, unit))
        value, unit = stated.value, stated.unit
    return Fact(key=key, value=value, span=row.span, unit=unit, sku=sku, section=section)


def _row_names(table: Table) -> list[str]:
    codes = [_code(table.header, row) for row in table.rows]
    varied = [_variation(table.header, row) for row in table.rows]
    shared = Counter(code for code in codes if code)
    names = [
        code if code and shared[code] == 1 else f"{code} {variation}".strip()
        for code, variation in zip(codes, varied, strict=True)
    ]
    return _numbered(names)


def _code(header: Sequence[str], row: Row) -> str:
    for index, (column, cell) in enumerate(zip(header, row.cells, strict=True)):
        merged = any(other.span == cell.span for at, other in enumerate(row.cells) if at != index)
        if is_code_column(column) and not merged and _CODE.fullmatch(cell.text):
            return cell.text
    return ""


def _variation(header: Sequence[str], row: Row) -> str:
    cells = [cell.text for column, cell in zip(header, row.cells, strict=True) if is_variation_column(column)]
    return " ".join(dict.fromkeys(text for text in cells if text)) or row.cells[0].text


def _numbered(names: list[str]) -> list[str]:
    """Tell rows of the same name apart by their place: `红 L`, `红 L #2`."""
    seen: Counter[str] = Counter()
    taken = set(names)
    result = []
    for name in names:
        seen[name] += 1
        unique = name
        while seen[name] > 1 and unique in taken:
            unique = f"{name} #{seen[name]}"
            seen[name] += unique in taken
        taken.add(unique)
        result.append(unique)
    return result
