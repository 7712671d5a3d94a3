"""Tables of a Markdown text, with the place of every cell."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from assist.documents import BlockKind, Cell, Fact, Row, Span, Table
from assist.ingest.facts import Statement, key_and_unit, priced
from assist.ingest.grid import GridCell, understand


def read_table(lines: Sequence[tuple[int, str]], *, heading: str, section: str) -> Table:
    """Read a table.

    Args:
        lines: Start and text of the header line and of each line below the rule.
        heading: The heading above it.
        section: Label of its section.

    Returns:
        Cells as they stand in the text; a size table that runs sideways is left as it is.
    """
    rows = [_cells(start, text) for start, text in lines]
    width = max(len(cells) for cells in rows)
    padded = [[*cells, *[Cell("")] * (width - len(cells))] for cells in rows]
    grid = [
        [GridCell(cell.text, y * width + x, is_header=y == 0) for x, cell in enumerate(cells)]
        for y, cells in enumerate(padded)
    ]
    kind = understand(grid, heading=heading).kind
    spans = [_line_span(start, text) for start, text in lines]
    body = tuple(Row(tuple(cells), span) for cells, span in zip(padded[1:], spans[1:], strict=True))
    return Table(kind=kind, header=tuple(cell.text for cell in padded[0]), rows=body, section=section)


def table_facts(table: Table) -> Iterator[Fact]:
    """Yield the keys and values of a table of parameters or prices; nothing of any other table."""
    if table.kind not in (BlockKind.PARAMETERS, BlockKind.PRICE):
        return
    for row in table.rows:
        for key, value in zip(row.cells[::2], row.cells[1::2], strict=False):
            if key.text and value.text:
                name, unit = key_and_unit(key.text)
                stated = priced(Statement(name, value.text, 0, 1, unit))
                yield Fact(name, stated.value, row.span, unit=stated.unit, section=table.section)


def _line_span(start: int, text: str) -> Span:
    left = len(text) - len(text.lstrip())
    return Span(start + left, start + len(text.rstrip()))


def _cells(start: int, text: str) -> list[Cell]:
    """Cut a line at its bars; one behind a backslash is text."""
    cells: list[Cell] = []
    begin = 0
    for at, char in enumerate(text + "|"):
        if char == "|" and not (at and text[at - 1] == "\\"):
            cells.append(_cell(start + begin, text[begin:at]))
            begin = at + 1
    if cells and not cells[0].text and text.lstrip().startswith("|"):
        del cells[0]
    if len(cells) > 1 and not cells[-1].text and text.rstrip().endswith("|"):
        del cells[-1]
    return cells


def _cell(start: int, raw: str) -> Cell:
    plain = raw.strip()
    left = start + len(raw) - len(raw.lstrip())
    return Cell(plain, Span(left, left + len(plain)) if plain else None)
