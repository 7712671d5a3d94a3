"""Values typed again without saying what they are: 打错了 165, *37, 不是165是168, 178才对."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cache

from assist.question import lexicon
from assist.question.found import Found
from assist.question.numbers import number, whole
from assist.question.phrases import any_of

_VALUE = r"(?P<v>\d+(?:\.\d+)?)"
_ENDED = r"(?![\d.a-z%])(?=$|[\s，,。!！?？;；~]|[吧哈才的呀哦啊])"
_STARRED = re.compile(rf"(?:^|[\s，,])\*\s*{_VALUE}{_ENDED}")
_AFTERWARDS = re.compile(rf"(?<![\d.a-z]){_VALUE}\s*(?:才对|才是|才正确|\*(?=$|\s))")
_NOT_THIS = re.compile(rf"不是\s*\d+(?:\.\d+)?[，,\s]*(?:而?是|应该是)\s*{_VALUE}{_ENDED}")
_FIRST = re.compile(
    r"(?:还是|就要|换回|改回)(?:就)?(?:要|选|拿|用)?(?:原来|刚才|之前|第一|前面|一开始|最开始|最初)(?:那?[个款件双条种]|的)*"
)
_FARTHEST = 0.35
"""A corrected figure lies nearer than this share to the one it replaces."""
_CHOICES = ("size", "color")


def retyped(text: str, kept: Sequence[Found]) -> Iterator[Found]:
    """Yield values that replace an earlier one of a normalised text.

    Args:
        text: The text.
        kept: The values already found, in the order of the text; a figure takes the slot of the earlier value that
            it lies nearest to.
    """
    if len(kept) == 0:
        return
    for pattern in (_opened(), _STARRED, _AFTERWARDS, _NOT_THIS):
        for match in pattern.finditer(text):
            start, end = match.span("v")
            if any(found.start < end and start < found.end for found in kept):
                continue
            near = _nearest(float(match["v"]), [found for found in kept if found.end <= start], text)
            if near is not None:
                yield replace(near, value=_scaled(near, match["v"], text), start=start, end=end)
    for match in _FIRST.finditer(text):
        for name in _CHOICES:
            own = [found for found in kept if found.name == name and found.end <= match.start()]
            if len(own) > 1:
                yield replace(own[0], start=match.start(), end=match.end())


def _nearest(value: float, earlier: Sequence[Found], text: str) -> Found | None:
    distances = []
    for place, found in enumerate(earlier):
        figure = _figure(found, text)
        if figure:
            distances.append((abs(value - figure) / figure, -place))
    if not distances or min(distances)[0] > _FARTHEST:
        return None
    return earlier[-min(distances)[1]]


def _figure(found: Found, text: str) -> float | None:
    """Return the figure as it was typed, in its own unit; None: the value is a word."""
    if found.name == "height_cm":
        return float(found.value)
    typed = _TYPED.search(text, found.start, found.end)
    if typed is None or found.name in _NO_FIGURES:
        return None
    return number(typed[0])


_TYPED = re.compile(r"\d+(?:\.\d+)?")
_NO_FIGURES = frozenset({"date", "order_id", "waybill", "color", "province", "days"})


def _scaled(near: Found, typed: str, text: str) -> str | float | int:
    """Return the typed figure in the unit of the value it replaces."""
    figure = _figure(near, text)
    if isinstance(near.value, str) or figure is None:
        return typed
    return whole(float(typed) * float(near.value) / figure)


@cache
def _opened() -> re.Pattern[str]:
    openers = any_of(lexicon.words("correction", "openers"))
    return re.compile(
        rf"(?:^|[\s，,。;；]|[\d斤码]){openers}(?:[了的啊哦呃\s，,。:：是要]|我是|应该|身高|体重|脚长)*{_VALUE}{_ENDED}"
    )
