"""CSV, TSV and XLSX as sheets of text rows, each with its line number."""

from __future__ import annotations

import csv
import io
import warnings
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Protocol, cast

from assist.errors import IngestError, MalformedRecordError
from assist.ingest.decode import clean
from assist.ingest.result import Skipped
from assist.ingest.source import Source

if TYPE_CHECKING:
    from openpyxl.worksheet._read_only import ReadOnlyWorksheet
    from openpyxl.worksheet.worksheet import Worksheet

_DELIMITERS = ",\t;|，"
_HEAD_LINES = 8
_HEAD_CHARS = 20_000
_MAX_COLUMNS = 200
_MAX_UNPACKED = 15
_CHUNK_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class SheetRow:
    """Cells of one row, and the 1-based line (spreadsheets: row) it starts at."""

    line: int
    cells: Sequence[str]


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table with its name (empty for text files); its rows can be walked through once.

    Rows that cannot be read come as `Skipped` between the others.
    """

    name: str
    rows: Iterator[SheetRow | Skipped]


class Fit(Protocol):
    """Says how well a row serves as a header; higher is better."""

    def __call__(self, row: Sequence[str], /) -> int:
        """Return the number of columns that are known."""


def csv_sheet(text: str, source: Source, *, fit: Fit) -> Sheet:
    """Read delimited text; the delimiter is the one that gives the best header among the first lines."""
    skipped_lines = 0
    if text[:5].lower().startswith("sep="):
        _, _, text = text.partition("\n")
        skipped_lines = 1
    head = "\n".join(text[:_HEAD_CHARS].split("\n", _HEAD_LINES)[:_HEAD_LINES])
    delimiter = max(_DELIMITERS, key=lambda candidate: _score(head, candidate, fit))
    return Sheet("", _csv_rows(text, delimiter, source, skipped_lines))


def _score(head: str, delimiter: str, fit: Fit) -> tuple[int, int]:
    try:
        rows = list(csv.reader(io.StringIO(head, newline=""), delimiter=delimiter))
    except csv.Error:
        return 0, 0
    return max((fit(row[:_MAX_COLUMNS]) for row in rows), default=0), max(
        (len(row) for row in rows), default=0
    )


def _csv_rows(text: str, delimiter: str, source: Source, before: int) -> Iterator[SheetRow | Skipped]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    while True:
        line = reader.line_num + 1 + before
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as exc:
            broken = MalformedRecordError(f"broken row: {exc}", path=source.name, line=line)
            yield Skipped.of(broken, path=source.name)
            continue
        yield SheetRow(line, cells[: _MAX_COLUMNS + 1])


def xlsx_sheets(source: Source) -> Iterator[Sheet]:
    """Read a workbook: values only (a formula gives the value it was saved with), sheet by sheet.

    Raises:
        IngestError: Not a workbook, protected, larger than it pretends, or one with a document type
            declaration, which no office program writes and which could name outside files.
    """
    _check_archive(source)
    with _mapped(source):
        import openpyxl

        book = openpyxl.load_workbook(
            io.BytesIO(source.data), read_only=True, data_only=True, keep_links=False
        )
    try:
        for sheet in book.worksheets:
            yield Sheet(sheet.title, _xlsx_rows(sheet, source))
    finally:
        book.close()


def _xlsx_rows(sheet: ReadOnlyWorksheet, source: Source) -> Iterator[SheetRow | Skipped]:
    with _mapped(source):
        sheet.reset_dimensions()
        # The stubs tie `iter_rows` to the writable worksheet, which the read-only one only resembles.
        rows = cast("Worksheet", sheet).iter_rows(max_col=_MAX_COLUMNS, values_only=True)
    line = 0
    while True:
        with _mapped(source):
            cells = next(rows, None)
        if cells is None:
            return
        line += 1
        yield SheetRow(line, _texts(cells))


def _texts(cells: Iterable[object]) -> list[str]:
    texts = [_text(cell) for cell in cells]
    while texts and not texts[-1]:
        texts.pop()
    return texts


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime):
        return value.isoformat(sep=" ", timespec="seconds")
    return value.isoformat() if isinstance(value, date) else clean(str(value))


@contextmanager
def _mapped(source: Source) -> Iterator[None]:
    """Turn whatever openpyxl raises on a damaged workbook into an error that names the file."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    except IngestError:
        raise
    except Exception as exc:
        message = f"the workbook is damaged ({type(exc).__name__}); save it again as .xlsx"
        raise MalformedRecordError(message, path=source.name) from exc


def _check_archive(source: Source) -> None:
    with _mapped(source), zipfile.ZipFile(io.BytesIO(source.data)) as archive:
        limit = _MAX_UNPACKED * source.settings.max_file_bytes
        unpacked = sum(member.file_size for member in archive.infolist())
        if unpacked > limit:
            raise IngestError(f"unpacks to {unpacked} bytes, more than {limit}", path=source.name)
        for member in archive.infolist():
            if member.filename.lower().endswith((".xml", ".rels")) and _declares_type(archive, member):
                raise IngestError(f"{member.filename} has a document type declaration", path=source.name)


def _declares_type(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> bool:
    with archive.open(member) as file:
        tail = b""
        while chunk := file.read(_CHUNK_BYTES):
            # In UTF-16 every other byte is NUL.
            seen = (tail + chunk).replace(b"\x00", b"")
            if b"<!DOCTYPE" in seen or b"<!ENTITY" in seen:
                return True
            tail = chunk[-32:]
    return False
