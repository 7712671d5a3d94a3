"""Lists on a page: bullets, definitions, and rows of a name and a value set side by side without a table."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from assist.expressions import expression
from assist.ingest.dom import Event
from assist.ingest.facts import is_known_key
from assist.ingest.inline import BLOCKS, close_of, inline_text, on_one_line

_ROWS = frozenset({"div", "li", "p", "section"})
_SIDES = frozenset({"span", "label", "em", "i", "b", "strong", "font", "small", "a"})
_BOXES = frozenset({"div", "p"})
_TEXT = "text"
_MAX_ROW_EVENTS = 24
_MAX_ROWS_EVENTS = 800
"""A row of two parts is short, and so is a block of such rows; looking no further keeps nested pages cheap."""
_MAX_VALUE_CHARS = 120
_MIN_ROWS = 3
_NAME = expression(r"(?!问|答|[QqAa]\d?[.:：])[^\d\s，。；;！!？?：:、,.¥￥][^，。；;！!？?：:、,¥￥]{0,11}")
_COLON = frozenset("：:")


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
class Row:
    """A name and a value side by side: `<div><span>材质</span><span>棉</span></div>`.

    Attributes:
        name: Without a colon at its end.
        value: What stands beside it.
        lines: The same as plain text: one line, or two where the parts are blocks of their own.
        is_plain: Both parts are elements within one line; where they are not, it may as well be prose.
    """

    name: str
    value: str
    lines: tuple[str, ...]
    is_plain: bool


def listing(start: Event, inside: Sequence[Event]) -> Listing | Definitions | None:
    """Read `ul` or `ol`; a list of nothing but names and values is one of definitions."""
    entries: list[list[Event]] = [[]]
    for event in inside:
        if event.tag in ("li", "ul", "ol"):
            entries.append([])
        elif event.tag == "br":
            entries[-1].append(Event(text=" "))
        else:
            entries[-1].append(event)
    entries = [entry for entry in entries if inline_text(entry)]
    rows = [row for entry in entries if (row := _row(entry)) is not None]
    if len(rows) == len(entries) and are_definitions(rows):
        return Definitions(tuple((row.name, row.value) for row in rows))
    number = start.attributes.get("start", "1")
    first = int(number) if number.isascii() and number.isdigit() and len(number) < 6 else 1
    texts = tuple(map(inline_text, entries))
    return Listing(texts, first if start.tag == "ol" else None) if texts else None


def definitions(inside: Sequence[Event]) -> Definitions | None:
    """Read what stands inside `dl`."""
    pairs: list[tuple[str, str]] = []
    at = 0
    while at < len(inside):
        event = inside[at]
        if event.tag in ("dt", "dd") and not event.closes:
            end = close_of(inside, at)
            _add_definition(pairs, event.tag, inline_text(inside[at + 1 : end]))
            at = end
        at += 1
    return Definitions(tuple(pairs)) if pairs else None


def choices(inside: Sequence[Event]) -> Listing:
    """Read the options of a `select` that can be chosen; those without a value ask to choose, figures alone are counts."""
    options = [
        inline_text(inside[at + 1 : close_of(inside, at)])
        for at, event in enumerate(inside)
        if event.tag == "option" and not event.closes and event.attributes.get("value", "-")
    ]
    return Listing(tuple(text for text in options if text and not text.isdecimal()), None)


def rows_at(events: Sequence[Event], at: int) -> tuple[Row, ...]:
    """Read the element that opens at `at` as a row of a name and a value, or as several; empty when it is anything else."""
    event = events[at]
    if event.tag not in _ROWS or event.end - at > _MAX_ROWS_EVENTS:
        return ()
    row = _row(events[at + 1 : event.end]) if event.end - at <= _MAX_ROW_EVENTS else None
    return (row,) if row is not None else _inline_rows(events[at + 1 : event.end])


def are_definitions(rows: Sequence[Row]) -> bool:
    """Say whether neighbouring rows define: two with a name that pages use, or three that are plainly set apart."""
    if any(is_known_key(row.name) for row in rows):
        return len(rows) > 1
    return len(rows) >= _MIN_ROWS and all(row.is_plain for row in rows)


def _inline_rows(inside: Sequence[Event]) -> tuple[Row, ...]:
    """Read a block of nothing but `<span><label>货号：</label><span>YY-L09</span></span>`."""
    rows: list[Row] = []
    at = 0
    while at < len(inside):
        event = inside[at]
        if event.text.strip() or (event.tag and event.tag not in _SIDES):
            return ()
        if event.tag:
            end = close_of(inside, at)
            row = _row(inside[at + 1 : end])
            if row is None:
                return ()
            rows.append(row)
            at = end
        at += 1
    return tuple(rows) if are_definitions(rows) else ()


def _row(inside: Sequence[Event]) -> Row | None:
    sides = list(_sides(inside))
    if len(sides) != 2:
        return None
    (tag, name), (other, value) = sides
    inline, boxed = tag in _SIDES and other in _SIDES, tag in _BOXES and other in _BOXES
    if not (inline or boxed or (tag in _SIDES and other == _TEXT)):
        return None
    plain, said = name.rstrip("：: "), value.lstrip("：: ")
    if not _NAME.fullmatch(plain) or not 0 < len(said) <= _MAX_VALUE_CHARS:
        return None
    return Row(plain, said, (name, value) if boxed else (inline_text(inside),), is_plain=inline)


def _sides(inside: Sequence[Event]) -> Iterator[tuple[str, str]]:
    """Yield tag and text of each child: `text` for text between them, an empty tag for a child that is no single part."""
    at = 0
    while at < len(inside):
        event = inside[at]
        end = close_of(inside, at) if event.tag else at
        part = inside[at + 1 : end]
        if event.tag:
            single = sum(bool(one.tag) and not one.closes for one in part) < 2
            simple = single and not any(one.tag in BLOCKS or one.tag in ("img", "br") for one in part)
            yield (event.tag if simple else "", inline_text(part))
        elif event.text.strip() and event.text.strip() not in _COLON:
            yield (_TEXT, on_one_line(event.text))
        at = end + 1


def _add_definition(pairs: list[tuple[str, str]], tag: str, text: str) -> None:
    if tag == "dt":
        pairs.append((text, ""))
    elif pairs:
        term, said = pairs[-1]
        pairs[-1] = (term, f"{said} {text}".strip())
    elif text:
        pairs.append(("", text))
