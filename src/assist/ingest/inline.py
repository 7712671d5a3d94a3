"""Text of a few events on one line, and which elements break a line."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from assist.expressions import expression
from assist.ingest.dom import Event

_BLOCK_NAMES = (
    "address article aside blockquote body caption center dd details div dl dt fieldset figcaption figure footer form"
    " h1 h2 h3 h4 h5 h6 header hgroup hr legend li main ol p pre section summary table tbody td tfoot th thead tr ul"
)
BLOCKS = frozenset(_BLOCK_NAMES.split())
"""Elements that begin and end on a line of their own."""
_BLANKS = expression(r"[ \t\n\r\f\v\u2028\u2029\x1c-\x1f\x85]+")


def inline_text(events: Iterable[Event]) -> str:
    """Return the text of some events on one line; blocks and line breaks become spaces."""
    return on_one_line("".join(event.text or (" " if breaks(event.tag) else "") for event in events))


def on_one_line(text: str) -> str:
    """Return a text with every run of blanks as one space, none at its ends."""
    return _BLANKS.sub(" ", text).strip()


def breaks(tag: str) -> bool:
    """Say whether an element separates what stands before it from what follows."""
    return tag in BLOCKS or tag == "br"


def close_of(events: Sequence[Event], at: int) -> int:
    """Return the index of the event that closes the element opened at `at`, within a slice of the page."""
    depth = 0
    for index in range(at, len(events)):
        event = events[index]
        if event.tag == events[at].tag:
            depth += -1 if event.closes else 1
            if depth == 0:
                return index
    return len(events)
