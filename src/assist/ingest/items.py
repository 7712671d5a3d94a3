"""A page's visible events gathered into what a reader would call headings, paragraphs, lists, tables, figures."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import TypeAlias

from assist.ingest.dom import Event
from assist.ingest.grid import Grid, GridCell
from assist.ingest.inline import BLOCKS, close_of, inline_text, on_one_line
from assist.ingest.lists import (
    Definitions,
    Listing,
    Row,
    are_definitions,
    choices,
    definitions,
    listing,
    rows_at,
)

_HEADINGS = {f"h{level}": level for level in range(1, 7)}
_WHOLE = frozenset(_HEADINGS) | {"table", "ul", "ol", "dl", "select", "figure", "summary", "img", "video"}
_CONTAINERS = frozenset(_HEADINGS) | {"table", "dl", "figure"}
_BARRED = {
    "table": _CONTAINERS,
    "dl": _CONTAINERS,
    "ul": _CONTAINERS | {"details"},
    "ol": _CONTAINERS | {"details"},
    "figure": _CONTAINERS | {"ul", "ol"},
}
"""What an element must not hold to be read as one item; one that does only lays out the page."""
_BOLD = frozenset({"b", "strong"})
_STRUCK = frozenset({"del", "s", "strike"})
_IMAGE_URLS = ("data-src", "data-original", "data-lazyload", "data-ks-lazyload", "src", "poster")
_MAX_SPAN = 1_000
_MAX_FIELDS = 200_000
_MAX_COLUMNS = 200


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading of level 1–6, or 7 for a paragraph that is all bold."""

    level: int
    text: str


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Lines of running text; none is empty.

    Attributes:
        lines: Its lines.
        is_bold: All of it is set bold.
        struck: What of it is struck through, such as a price of before.
    """

    lines: tuple[str, ...]
    is_bold: bool = False
    struck: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TableItem:
    """A table with its caption."""

    caption: str
    grid: Grid


@dataclass(frozen=True, slots=True)
class Picture:
    """Kind (`image`, `video`), address and alternative text."""

    kind: str
    url: str
    alt: str


@dataclass(frozen=True, slots=True)
class Figure:
    """Pictures under one caption; the caption is empty for a picture that stands alone."""

    caption: str
    pictures: tuple[Picture, ...]


Item: TypeAlias = Heading | Paragraph | Listing | Definitions | TableItem | Figure


def gather(events: Sequence[Event], *, max_cell_chars: int) -> Iterator[Item]:
    """Yield what a page shows, in page order; text that is only white space yields nothing."""
    return _settled(_Gatherer(events, max_cell_chars).run())


def _settled(items: Sequence[Item | Row]) -> Iterator[Item]:
    """Join neighbouring rows to definitions where they define; else they are text."""
    for is_row, group in groupby(items, key=lambda item: isinstance(item, Row)):
        if not is_row:
            yield from (item for item in group if not isinstance(item, Row))
            continue
        rows = [item for item in group if isinstance(item, Row)]
        if are_definitions(rows):
            yield Definitions(tuple((row.name, row.value) for row in rows))
        else:
            yield from (Paragraph((line,)) for row in rows for line in row.lines)


@dataclass(slots=True)
class _Line:
    parts: list[str] = field(default_factory=list)
    struck: list[str] = field(default_factory=list)
    is_bold: bool = True

    def text(self) -> str:
        return on_one_line("".join(self.parts))


class _Gatherer:
    def __init__(self, events: Sequence[Event], max_cell_chars: int) -> None:
        self._events = events
        self._max_cell_chars = max_cell_chars
        self._items: list[Item | Row] = []
        self._lines = [_Line()]
        self._bold = 0
        self._struck = 0
        self._pre = 0

    def run(self) -> list[Item | Row]:
        at = 0
        while at < len(self._events):
            event = self._events[at]
            taken = 0 if event.closes else self._take(at, event) if event.tag in _WHOLE else self._row(at)
            if not taken:
                self._step(event)
            at = taken or at + 1
        self._flush()
        return self._items

    def _take(self, at: int, event: Event) -> int:
        """Read a whole element as one item; return the index after it, 0 when it is to be walked through."""
        # Looking before slicing: else ten thousand nested tables would each copy all that is inside them.
        barred = _BARRED.get(event.tag, frozenset())
        if any(self._events[index].tag in barred for index in range(at + 1, event.end)):
            return 0
        inside = self._events[at + 1 : event.end]
        if event.tag in ("img", "video"):
            self._items.extend(Figure("", (picture,)) for picture in _pictures([event, *inside]))
            return event.end + 1
        found = self._whole(event, inside)
        if found is None:
            return 0
        self._flush()
        self._items.append(found)
        if not isinstance(found, Figure):
            self._items.extend(Figure("", (picture,)) for picture in _pictures(inside))
        return event.end + 1

    def _row(self, at: int) -> int:
        """Read names and values that stand side by side; return the index after them, 0 when there is no such thing."""
        rows = () if self._pre else rows_at(self._events, at)
        if not rows:
            return 0
        self._flush()
        self._items.extend(rows)
        return self._events[at].end + 1

    def _whole(self, event: Event, inside: Sequence[Event]) -> Item | None:
        if event.tag in _HEADINGS:
            return Heading(_HEADINGS[event.tag], inline_text(inside))
        match event.tag:
            case "summary":
                return Heading(6, inline_text(inside))
            case "table":
                return _table(inside, self._max_cell_chars)
            case "dl":
                return definitions(inside)
            case "select":
                return choices(inside)
            case "figure":
                return _figure(inside)
            case _:
                return listing(event, inside)

    def _step(self, event: Event) -> None:
        if event.text:
            self._write(event.text)
        elif event.tag == "br":
            self._lines.append(_Line())
        elif event.tag in BLOCKS:
            self._flush()
            self._pre += (event.tag == "pre") * (-1 if event.closes else 1)
        elif event.tag in _BOLD:
            self._bold += -1 if event.closes else 1
        elif event.tag in _STRUCK:
            self._struck += -1 if event.closes else 1

    def _write(self, text: str) -> None:
        for number, part in enumerate(text.split("\n") if self._pre else (text,)):
            if number:
                self._lines.append(_Line())
            self._lines[-1].parts.append(part)
            if self._struck:
                self._lines[-1].struck.append(part)
            if part.strip() and not self._bold:
                self._lines[-1].is_bold = False

    def _flush(self) -> None:
        lines = [(text, line) for line in self._lines if (text := line.text())]
        if lines:
            struck = tuple(part for _, line in lines for part in line.struck)
            is_bold = all(line.is_bold for _, line in lines)
            self._items.append(Paragraph(tuple(text for text, _ in lines), is_bold, struck))
        self._lines = [_Line()]


def _figure(inside: Sequence[Event]) -> Figure | None:
    pictures = tuple(_pictures(inside))
    if not pictures:
        return None
    captions = (
        inline_text(inside[at + 1 : close_of(inside, at)])
        for at, event in enumerate(inside)
        if event.tag == "figcaption" and not event.closes
    )
    return Figure(next(captions, "") or inline_text(inside), pictures)


def _pictures(events: Sequence[Event]) -> Iterator[Picture]:
    for at, event in enumerate(events):
        if event.closes or event.tag not in ("img", "video"):
            continue
        url = next((event.attributes[name] for name in _IMAGE_URLS if event.attributes.get(name)), "")
        if event.tag == "video" and not event.attributes.get("src"):
            url = next((e.attributes.get("src", "") for e in events[at : at + 8] if e.tag == "source"), url)
        alt = on_one_line(event.attributes.get("alt") or event.attributes.get("title", ""))
        yield Picture("image" if event.tag == "img" else "video", "" if url.startswith("data:") else url, alt)


def _table(inside: Sequence[Event], max_cell_chars: int) -> TableItem | None:
    """Read a data table; None for one that only lays out a page (or holds nothing)."""
    rows = _cells(inside)
    grid = _expanded(rows)
    texts = [cell.text for row in grid for cell in row]
    if not any(texts) or sum(map(len, rows)) < 2 or max(map(len, texts)) > max_cell_chars:
        return None
    return TableItem(_caption(inside), [row for row in grid if any(cell.text for cell in row)])


def _caption(inside: Sequence[Event]) -> str:
    for at, event in enumerate(inside):
        if event.tag == "caption" and not event.closes:
            return inline_text(inside[at + 1 : close_of(inside, at)])
    return ""


@dataclass(frozen=True, slots=True)
class _Cell:
    text: str
    is_header: bool
    width: int
    height: int


def _cells(inside: Sequence[Event]) -> list[list[_Cell]]:
    rows: list[list[_Cell]] = []
    at = 0
    while at < len(inside):
        event = inside[at]
        if event.tag == "tr" and not event.closes:
            rows.append([])
        elif event.tag in ("td", "th") and not event.closes and rows:
            end = close_of(inside, at)
            rows[-1].append(_cell(event, inline_text(inside[at + 1 : end])))
            at = end
        at += 1
    return rows


def _cell(event: Event, text: str) -> _Cell:
    return _Cell(text, event.tag == "th", _size(event, "colspan"), _size(event, "rowspan"))


def _size(event: Event, name: str) -> int:
    value = event.attributes.get(name, "1").strip()
    return min(max(int(value), 1), _MAX_SPAN) if value.isascii() and value.isdigit() and len(value) < 9 else 1


def _expanded(rows: Sequence[Sequence[_Cell]]) -> list[list[GridCell]]:
    """Lay cells out in rows of equal length; a merged cell fills all the fields it covers."""
    fields: dict[tuple[int, int], GridCell] = {}
    origin = 0
    for y, row in enumerate(rows):
        x = 0
        for cell in row:
            while (y, x) in fields:
                x += 1
            origin += 1
            x = _fill(fields, cell, origin, y, x, len(rows))
    width = max((x + 1 for _, x in fields), default=0)
    empty = GridCell("", 0)
    return [[fields.get((y, x), empty) for x in range(width)] for y in range(len(rows))]


def _fill(
    fields: dict[tuple[int, int], GridCell], cell: _Cell, origin: int, y: int, x: int, height: int
) -> int:
    shown = GridCell(cell.text, origin, cell.is_header)
    right = min(x + cell.width, _MAX_COLUMNS)
    bottom = min(y + cell.height, height)
    if len(fields) + (right - x) * (bottom - y) <= _MAX_FIELDS:
        for row in range(y, bottom):
            for column in range(x, right):
                fields.setdefault((row, column), shown)
    return max(right, x + 1)
