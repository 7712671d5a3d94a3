"""A page's visible events gathered into what a reader would call headings, paragraphs, lists, tables, figures."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from assist.expressions import expression
from assist.ingest.dom import Event
from assist.ingest.grid import Grid, GridCell

_BLOCK_NAMES = (
    "address article aside blockquote body caption center dd details div dl dt fieldset figcaption figure footer form"
    " h1 h2 h3 h4 h5 h6 header hgroup hr legend li main ol p pre section summary table tbody td tfoot th thead tr ul"
)
_BLOCKS = frozenset(_BLOCK_NAMES.split())
_HEADINGS = {f"h{level}": level for level in range(1, 7)}
_WHOLE = frozenset(_HEADINGS) | {"table", "ul", "ol", "dl", "figure", "summary", "img", "video"}
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
_BLANKS = expression(r"[ \t\n\r\f\v\u2028\u2029\x1c-\x1f\x85]+")
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
    """Lines of running text; none is empty."""

    lines: tuple[str, ...]
    is_bold: bool = False


@dataclass(frozen=True, slots=True)
class Listing:
    """A list; the entries of a list inside it follow their parent as entries of their own."""

    entries: tuple[str, ...]
    first: int | None

    @property
    def is_ordered(self) -> bool:
        """Whether its entries are numbered, from `first` on."""
        return self.first is not None


@dataclass(frozen=True, slots=True)
class Definitions:
    """Terms with what is said of them, in order."""

    pairs: tuple[tuple[str, str], ...]


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
    return iter(_Gatherer(events, max_cell_chars).run())


def inline_text(events: Iterable[Event]) -> str:
    """Return the text of some events on one line; blocks and line breaks become spaces."""
    parts = (event.text or (" " if event.tag in _BLOCKS or event.tag == "br" else "") for event in events)
    return _BLANKS.sub(" ", "".join(parts)).strip()


@dataclass(slots=True)
class _Line:
    parts: list[str] = field(default_factory=list)
    is_bold: bool = True

    def text(self) -> str:
        return _BLANKS.sub(" ", "".join(self.parts)).strip()


class _Gatherer:
    def __init__(self, events: Sequence[Event], max_cell_chars: int) -> None:
        self._events = events
        self._max_cell_chars = max_cell_chars
        self._items: list[Item] = []
        self._lines = [_Line()]
        self._bold = 0
        self._pre = 0

    def run(self) -> list[Item]:
        at = 0
        while at < len(self._events):
            event = self._events[at]
            taken = self._take(at, event) if event.tag in _WHOLE and not event.closes else 0
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

    def _whole(self, event: Event, inside: Sequence[Event]) -> Item | None:
        if event.tag in _HEADINGS:
            return Heading(_HEADINGS[event.tag], inline_text(inside))
        match event.tag:
            case "summary":
                return Heading(6, inline_text(inside))
            case "table":
                return _table(inside, self._max_cell_chars)
            case "dl":
                return _definitions(inside)
            case "figure":
                return _figure(inside)
            case _:
                return _listing(event, inside)

    def _step(self, event: Event) -> None:
        if event.text:
            self._write(event.text)
        elif event.tag == "br":
            self._lines.append(_Line())
        elif event.tag in _BLOCKS:
            self._flush()
            self._pre += (event.tag == "pre") * (-1 if event.closes else 1)
        elif event.tag in _BOLD:
            self._bold += -1 if event.closes else 1

    def _write(self, text: str) -> None:
        for number, part in enumerate(text.split("\n") if self._pre else (text,)):
            if number:
                self._lines.append(_Line())
            self._lines[-1].parts.append(part)
            if part.strip() and not self._bold:
                self._lines[-1].is_bold = False

    def _flush(self) -> None:
        lines = [(text, line.is_bold) for line in self._lines if (text := line.text())]
        if lines:
            self._items.append(Paragraph(tuple(text for text, _ in lines), all(bold for _, bold in lines)))
        self._lines = [_Line()]


def _listing(start: Event, inside: Sequence[Event]) -> Listing | None:
    entries: list[list[Event]] = [[]]
    for event in inside:
        if event.tag in ("li", "ul", "ol"):
            entries.append([])
        elif event.tag == "br":
            entries[-1].append(Event(text=" "))
        else:
            entries[-1].append(event)
    texts = tuple(text for entry in entries if (text := inline_text(entry)))
    if not texts:
        return None
    number = start.attributes.get("start", "1")
    first = int(number) if number.isascii() and number.isdigit() and len(number) < 6 else 1
    return Listing(texts, first if start.tag == "ol" else None)


def _definitions(inside: Sequence[Event]) -> Definitions | None:
    pairs: list[tuple[str, str]] = []
    at = 0
    while at < len(inside):
        event = inside[at]
        if event.tag in ("dt", "dd") and not event.closes:
            end = _close(inside, at)
            _add_definition(pairs, event.tag, inline_text(inside[at + 1 : end]))
            at = end
        at += 1
    return Definitions(tuple(pairs)) if pairs else None


def _add_definition(pairs: list[tuple[str, str]], tag: str, text: str) -> None:
    if tag == "dt":
        pairs.append((text, ""))
    elif pairs:
        term, said = pairs[-1]
        pairs[-1] = (term, f"{said} {text}".strip())
    elif text:
        pairs.append(("", text))


def _close(events: Sequence[Event], at: int) -> int:
    """Return the index of the event that closes the element opened at `at`, within a slice of the page."""
    depth = 0
    for index in range(at, len(events)):
        event = events[index]
        if event.tag == events[at].tag:
            depth += -1 if event.closes else 1
            if depth == 0:
                return index
    return len(events)


def _figure(inside: Sequence[Event]) -> Figure | None:
    pictures = tuple(_pictures(inside))
    if not pictures:
        return None
    captions = (
        inline_text(inside[at + 1 : _close(inside, at)])
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
        alt = _BLANKS.sub(" ", event.attributes.get("alt") or event.attributes.get("title", "")).strip()
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
            return inline_text(inside[at + 1 : _close(inside, at)])
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
            end = _close(inside, at)
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
