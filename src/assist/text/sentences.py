"""Split text into sentences."""

from __future__ import annotations

import re
from bisect import bisect_left

from assist.documents import Span
from assist.expressions import expression

_PAIRS = {
    "（": "）",
    "(": ")",
    "【": "】",
    "《": "》",
    "〈": "〉",
    "“": "”",
    "‘": "’",
    "「": "」",
    "『": "』",
    "[": "]",
}
_BRACKETS = expression("[" + re.escape("".join([*_PAIRS.keys(), *_PAIRS.values()])) + "]")
# A bracket that runs on for longer than this does not hold its sentences together.
_MAX_BRACKET_CHARS = 200
_MAX_DEPTH = 8
_CLOSERS = re.escape("".join(_PAIRS.values()) + "\"'")
# Chinese stops, with what may follow them at once; an English full stop needs a word before and a capital after.
# The set of first characters stands in front, which the engine then looks for at once.
_END = expression(
    rf"[。！？!?；;….](?:(?:(?<!\.)|(?<=\.)\.{{2,}})(?:[。！？!?；;…]|\.{{3,}})*[{_CLOSERS}～~]*"
    rf"|(?:(?<=[a-z)\"']\.)|(?<=\d\d\.))[{_CLOSERS}]*(?=\s+[A-Z\"'(]))"
)
_LINE = expression(r"[^\n\r\v\f\x85\u2028\u2029]+")


def sentences(text: str) -> tuple[Span, ...]:
    """Split `text` at sentence ends (`。！？!?；;…`, an English full stop) and at line breaks.

    Nothing is split inside a pair of brackets or quotation marks on one line, nor inside a decimal number.

    Returns:
        Spans in text order, not overlapping, without white space at either end; together they cover
        everything but white space. Empty for blank text.
    """
    spans: list[Span] = []
    for line in _LINE.finditer(text):
        start = line.start()
        for end in [*_ends(line[0], line.start()), line.end()]:
            span = trimmed(text, start, end)
            if span is not None:
                spans.append(span)
            start = end
    return tuple(spans)


def trimmed(text: str, start: int, end: int) -> Span | None:
    """Return the span of `text[start:end]` without white space at either end; None where nothing is left."""
    if start < end and not (text[start].isspace() or text[end - 1].isspace()):
        return Span(start, end)
    part = text[start:end]
    left = start + len(part) - len(part.lstrip())
    right = start + len(part.rstrip())
    return Span(left, right) if left < right else None


def _ends(line: str, shift: int) -> list[int]:
    pairs = _bracketed(line)
    if not pairs:
        return [shift + stop.end() for stop in _END.finditer(line)]
    starts = [start for start, _ in pairs]
    ends: list[int] = []
    for stop in _END.finditer(line):
        pair = bisect_left(starts, stop.start()) - 1
        if pair < 0 or pairs[pair][1] <= stop.start():
            ends.append(shift + stop.end())
    return ends


def _bracketed(line: str) -> list[tuple[int, int]]:
    """Return the outermost matched pairs of brackets and quotation marks in one line, in order."""
    opened: list[tuple[str, int]] = []
    pairs: list[tuple[int, int]] = []
    for found in _BRACKETS.finditer(line):
        char, place = found[0], found.start()
        if char in _PAIRS:
            opened.append((_PAIRS[char], place))
        # A closer without its opener, as in `1)`, is passed over.
        elif char in [closer for closer, _ in opened[-_MAX_DEPTH:]]:
            start = _close(opened, char)
            if place - start <= _MAX_BRACKET_CHARS:
                while pairs and pairs[-1][0] > start:
                    pairs.pop()
                pairs.append((start, place))
    return pairs


def _close(opened: list[tuple[str, int]], char: str) -> int:
    """Take the opener of `char` off the stack, and what was opened after it; return its place."""
    closer, place = opened.pop()
    while closer != char:
        closer, place = opened.pop()
    return place
