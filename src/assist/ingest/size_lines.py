"""Sizes told in a line of text: `S：80-95斤 M：96-110斤 L：111-125斤`."""

from __future__ import annotations

import re

from assist.documents import BlockKind, Cell, Row, Span, Table
from assist.expressions import expression

_ENTRY = expression(
    r"(?P<size>\d{0,2}X{0,4}[SL]|M|\d{2,3})\s*码?\s*(?:[:：]|建议|适合)?\s*(?:体重|身高|脚长)?\s*(?P<range>\d{2,3}(?:\.\d)?\s*[-–—~～至到]\s*\d{2,3}(?:\.\d)?)"
    r"\s*(?P<unit>斤|公斤|kg|cm|厘米|mm|毫米)",
    re.IGNORECASE,
)
_GAP = expression(r"[\s，,；;、。/|｜]*(?:尺码(?:建议|推荐|参考)?[:：]?)?[\s，,；;、。/|｜]*")
_LEAST = 3
_TALL_CM = 140.0


def size_table(line: str, start: int, section: str) -> Table | None:
    """Read a line that says nothing but sizes with a range each.

    Args:
        line: The line.
        start: Where it begins in the text.
        section: Label of the section it stands in.

    Returns:
        A size table whose cells are places in the line; None for any other line, and where ranges differ in kind.
    """
    found = list(_ENTRY.finditer(line))
    ends = [0, *(match.end() for match in found)]
    starts = [*(match.start() for match in found), len(line)]
    if len(found) < _LEAST or not all(
        _GAP.fullmatch(line, end, begin) for end, begin in zip(ends, starts, strict=True)
    ):
        return None
    names = {_measure(match["unit"].lower(), match["range"]) for match in found}
    if len(names) != 1 or "" in names:
        return None
    rows = tuple(_row(match, start) for match in found)
    return Table(kind=BlockKind.SIZE_TABLE, header=("尺码", names.pop()), rows=rows, section=section)


def _measure(unit: str, span: str) -> str:
    if unit in ("斤", "公斤", "kg"):
        return f"体重({unit})"
    high = float(re.findall(r"[\d.]+", span)[-1])
    if unit in ("mm", "毫米"):
        return "脚长(mm)"
    return "身高(cm)" if high > _TALL_CM else ""


def _row(match: re.Match[str], start: int) -> Row:
    size = Span(start + match.start("size"), start + match.end("size"))
    measured = Span(start + match.start("range"), start + match.end("unit"))
    value = match.string[match.start("range") : match.end("unit")]
    cells = (Cell(match["size"], size), Cell(value, measured))
    return Row(cells, Span(start + match.start(), start + match.end()))
