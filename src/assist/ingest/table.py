"""Quick replies, past answers and chat exports kept as tables."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, islice

from assist.documents import Document, Kind
from assist.errors import IngestError, MalformedRecordError, UnsupportedFormatError
from assist.ingest.answers import past_answer, quick_reply
from assist.ingest.chat import ChatLine, mine
from assist.ingest.columns import Header, TableKind, expected, understand_header
from assist.ingest.result import Skipped
from assist.ingest.sheets import Sheet, SheetRow, csv_sheet, xlsx_sheets
from assist.ingest.source import ROW_KINDS, Source

_HEADER_ROWS = 5
_HINTS = {Kind.QUICK_REPLY: TableKind.QUICK_REPLIES, Kind.PAST_ANSWER: TableKind.PAST_ANSWERS}
Found = Document | Skipped
"""What a row gives."""


def read_csv(source: Source, text: str) -> Iterator[Found]:
    """Read delimited text; yields documents and what was left out, in row order.

    Raises:
        UnsupportedFormatError: No row among the first five names the columns of a table that is known.
    """
    return _sheet(csv_sheet(text, source, fit=_fit), source, prefix=source.stem)


def read_xlsx(source: Source) -> Iterator[Found]:
    """Read a workbook: every sheet that holds a known table; others are reported.

    Raises:
        UnsupportedFormatError: No sheet holds a known table.
        IngestError: Not a readable workbook.
    """
    refused: list[Skipped] = []
    read = 0
    for number, sheet in enumerate(xlsx_sheets(source)):
        prefix = source.stem if number == 0 else f"{source.stem}:{sheet.name}"
        try:
            yield from _sheet(sheet, source, prefix=prefix)
            read += 1
        except UnsupportedFormatError as exc:
            refused.append(
                Skipped(source.name, None, f"sheet {sheet.name!r}: {exc.reason}", type(exc).__name__)
            )
    if not read:
        reason = "; ".join(entry.reason for entry in refused) or "the workbook has no sheet"
        raise UnsupportedFormatError(reason, path=source.name)
    yield from refused


def _fit(row: Sequence[str]) -> int:
    header = understand_header(row, hint=None)
    return len(header.fields) if header else 0


def _hint(source: Source) -> TableKind | None:
    kind = source.hinted_kind(ROW_KINDS)
    names = (source.stem, *source.folders)
    if any(name.lower().startswith(("chat", "聊天")) for name in names):
        return TableKind.CHATS
    return _HINTS.get(kind) if kind else None


def _sheet(sheet: Sheet, source: Source, *, prefix: str) -> Iterator[Found]:
    rows = iter(_limited(sheet.rows, source))
    head = list(islice((row for row in rows if isinstance(row, Skipped) or any(row.cells)), _HEADER_ROWS))
    header = None
    for at, row in enumerate(head):
        header = understand_header(row.cells, hint=_hint(source)) if isinstance(row, SheetRow) else None
        if header is not None:
            body = chain((r for r in head[:at] if isinstance(r, Skipped)), head[at + 1 :], rows)
            return _records(body, header, source, prefix)
    raise UnsupportedFormatError(_unknown(head), path=source.name)


def _unknown(head: Sequence[SheetRow | Skipped]) -> str:
    first = next((row for row in head if isinstance(row, SheetRow)), None)
    if first is None:
        return "the table is empty"
    seen = ", ".join(cell.strip()[:20] for cell in first.cells[:12])
    return f"columns seen: {seen}; expected {expected()}"


def _limited(rows: Iterator[SheetRow | Skipped], source: Source) -> Iterator[SheetRow | Skipped]:
    limit = source.settings.max_rows
    for count, row in enumerate(rows):
        if count > limit:
            line = row.line or 0
            yield Skipped(
                source.name, line, f"more than max_rows = {limit} rows; the rest was not read", "IngestError"
            )
            return
        yield row


@dataclass(frozen=True, slots=True)
class _Record:
    line: int
    values: Mapping[str, str]


def _records(
    rows: Iterator[SheetRow | Skipped], header: Header, source: Source, prefix: str
) -> Iterator[Found]:
    if header.kind is TableKind.CHATS:
        return _chats(rows, header, source, prefix)
    make = quick_reply if header.kind is TableKind.QUICK_REPLIES else past_answer
    return _documents(
        rows,
        header,
        source,
        lambda record: make(record.values, source, record.line, row=f"{prefix}:{record.line}"),
    )


def _documents(
    rows: Iterator[SheetRow | Skipped],
    header: Header,
    source: Source,
    make: Callable[[_Record], Document],
) -> Iterator[Found]:
    for row in rows:
        if isinstance(row, Skipped):
            yield row
            continue
        try:
            record = _record(row, header, source)
            if record is not None:
                yield make(record)
        except IngestError as exc:
            yield Skipped.of(exc, path=source.name)


def _record(row: SheetRow, header: Header, source: Source) -> _Record | None:
    """Give a row's cells their names; None for an empty row.

    Raises:
        MalformedRecordError: It has filled cells beyond the last column: most likely an unquoted delimiter.
    """
    if not any(cell.strip() for cell in row.cells):
        return None
    if any(cell.strip() for cell in row.cells[len(header.names) :]):
        message = (
            f"the row has {len(row.cells)} cells, the header {len(header.names)}; quote cells with delimiters"
        )
        raise MalformedRecordError(message, path=source.name, line=row.line)
    values: dict[str, str] = {}
    for number, cell in enumerate(row.cells[: len(header.names)]):
        name = header.fields.get(number) or header.names[number]
        if name and cell.strip():
            values.setdefault(name, cell)
    return _Record(row.line, values)


def _chats(
    rows: Iterator[SheetRow | Skipped], header: Header, source: Source, prefix: str
) -> Iterator[Found]:
    lines: list[ChatLine] = []
    for row in rows:
        if isinstance(row, Skipped):
            yield row
            continue
        try:
            record = _record(row, header, source)
        except IngestError as exc:
            yield Skipped.of(exc, path=source.name)
            continue
        if record is not None:
            lines.append(ChatLine.of(record.values, record.line))
    yield from mine(lines, source, prefix=prefix)
