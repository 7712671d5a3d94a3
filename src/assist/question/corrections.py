"""Values typed again without saying what they are: 打错了 165, *37, 不是165是168, 178才对, 体重说错了 120."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from assist.expressions import expression
from assist.messages import Slot
from assist.question import lexicon
from assist.question.bodies import height_cm, weight_kg
from assist.question.found import Found
from assist.question.girths import chi_cm
from assist.question.numbers import CHINESE, NUMBER, number, whole
from assist.question.phrases import any_of

_VALUE = rf"(?P<v>\d尺\d?|\d+(?:\.\d+)?|{CHINESE}{{2,}})"
_OLD = r"(?P<old>\d+(?:\.\d+)?)"
_UNIT = r"(?:斤|码|号|cm|kg|厘米|公斤|公分|块|元|件|双|个|的|那个|这个)*"
_ENDED = r"(?![\d.a-z%])(?=$|[\s，,。!！?？;；~]|[吧哈才的呀哦啊了])"
_FILL = r"(?:[了的啊哦呃\s，,。:：是要到]|我是|应该|身高|体重|脚长)*"
_NAMES = {
    **{"身高": "height_cm", "个子": "height_cm", "体重": "weight_kg", "斤数": "weight_kg", "脚长": "foot_cm"},
    **{"腰围": "waist_cm", "腰": "waist_cm", "臀围": "hip_cm", "胸围": "bust_cm", "数量": "quantity"},
    **{
        "件数": "quantity",
        "个数": "quantity",
        "尺码": "size",
        "码数": "size",
        "鞋码": "size",
        "码子": "size",
    },
    **{"预算": "budget", "价格": "amount", "金额": "amount", "年龄": "age_months", "月龄": "age_months"},
}
"""What a shopper calls a value, with its slot."""
_FIRST = expression(
    r"(?:还是|就要|换回|改回)(?:就)?(?:要|选|拿|用)?(?:原来|刚才|之前|第一|前面|一开始|最开始|最初)(?:那?[个款件双条种]|的)*"
)
_FARTHEST = 0.35
"""A corrected figure lies nearer than this share to the one it replaces."""
_FARTHEST_SUM = 2.0
"""Sums change by more: 预算500, 放宽到800."""
_NEXT = 0.15
"""A figure typed again without a word of correction lies nearer than this."""
_CHOICES = ("size", "color")
_SUMS = frozenset({"budget", "budget_from", "amount"})
_OWN_FIGURE = frozenset({"height_cm", "foot_cm", "waist_cm", "hip_cm", "bust_cm", "shoulder_cm"})
"""Slots whose value is the figure as it is usually typed, whatever the unit was."""
_NO_FIGURES = frozenset({"date", "order_id", "waybill", "color", "province", "days", "person", "skin"})
_SEEN_HEIGHTS = range(145, 196)
"""A corrected figure of nobody knows what is a height when it lies here."""


@dataclass(frozen=True, slots=True)
class _Given:
    """A value given before: its slot, and the figure that was typed for it."""

    name: str
    value: str | float | int
    figure: float


def retyped(text: str, kept: Sequence[Found], before: Sequence[Slot] = ()) -> Iterator[Found]:
    """Yield values that replace an earlier one of a normalised text or of the turns before it.

    Args:
        text: The text.
        kept: The values already found, in the order of the text.
        before: Slots of earlier turns, oldest first; only a word of correction reaches back to them.
    """
    earlier = [given for slot in before if (given := _given(slot.name, slot.value, slot.text))]
    places: set[int] = set()
    for pattern in (*_marked(), _AGAIN):
        history = () if pattern is _AGAIN else earlier
        for match in pattern.finditer(text):
            found = _replacement(match, text, kept, history) if match.start("v") not in places else None
            if found:
                places.add(found.start)
                yield found
    for match in _FIRST.finditer(text):
        for name in _CHOICES:
            own = [found for found in kept if found.name == name and found.end <= match.start()]
            if len(own) > 1:
                yield Found(name, own[0].value, match.start(), match.end())


def _replacement(
    match: re.Match[str], text: str, kept: Sequence[Found], history: Sequence[_Given]
) -> Found | None:
    start, end = match.span("v")
    words = match.groupdict()
    over = [found for found in kept if found.start < end and start < found.end]
    # A lone figure is easily read as a height; 不是130 是140 says what it is.
    if over and (words.get("old") is None or {found.name for found in over} - {"height_cm"}):
        return None
    own = [
        _given(found.name, found.value, text[found.start : found.end]) for found in kept if found.end <= start
    ]
    earlier = [*history, *filter(None, own)]
    figure = number(match["v"]) if "尺" not in match["v"] else chi_cm(match["v"])
    name = _NAMES.get(words.get("name") or "")
    near = _target(
        figure or 0.0,
        earlier,
        words.get("old"),
        name,
        _NEXT if match.re is _AGAIN and _AGREES.search(match[0]) is None else None,
    )
    if near is not None:
        return Found(near.name, _scaled(near, match["v"], figure or 0.0), start, end)
    unknown = not earlier or name is not None
    if unknown and match.re is not _AGAIN and not _CHOOSES.search(match[0]):
        return _first_figure(name, match["v"], start, end)
    return None


def _target(
    figure: float, earlier: Sequence[_Given], old: str | None, name: str | None, farthest: float | None
) -> _Given | None:
    """Return what a figure replaces: the value that was named, or typed before, else the nearest one."""
    if name is not None:
        named = [given for given in earlier if given.name == name]
        return named[-1] if named else None
    if old is not None:
        same = [given for given in earlier if given.figure == number(old) and _near(figure, given)]
        return same[-1] if same else None
    distances = [
        (abs(figure - given.figure) / given.figure, -place)
        for place, given in enumerate(earlier)
        if _near(figure, given, farthest)
    ]
    return earlier[-min(distances)[1]] if distances else None


def _near(figure: float, given: _Given, farthest: float | None = None) -> bool:
    limit = farthest or (_FARTHEST_SUM if given.name in _SUMS else _FARTHEST)
    return abs(figure - given.figure) <= given.figure * limit


def _given(name: str, value: str | float | int, typed: str) -> _Given | None:
    if name in _NO_FIGURES:
        return None
    if name in _OWN_FIGURE:
        return _Given(name, value, float(value))
    found = re.search(NUMBER, typed)
    figure = number(found[0]) if found else None
    return _Given(name, value, figure) if figure else None


def _scaled(near: _Given, typed: str, figure: float) -> str | float | int:
    """Return the typed figure in the unit of the value it replaces."""
    if isinstance(near.value, str):
        return typed
    return whole(figure * float(near.value) / near.figure)


def _first_figure(name: str | None, typed: str, start: int, end: int) -> Found | None:
    """Read a corrected figure where nothing was understood before it: by its name, else as a height."""
    if name == "weight_kg":
        value = weight_kg(typed)
    elif name is not None:
        value = number(typed) if name in _OWN_FIGURE or name == "quantity" else None
    else:
        value = height_cm(typed)
        name = "height_cm" if value is not None and value in _SEEN_HEIGHTS else None
    return Found(name, whole(value), start, end) if name and value else None


# A figure alone on a later line, or with 吧, is typed again: 腰围70 / 75; 24码 / 25吧 长得快.
_AGAIN = expression(
    rf"(?:^|\n)[ 嗯哦那就]*{_VALUE}(?:(?:吧(?![?？])|了|啊|哦|也行|也可以|都行)?(?=$|\n)|吧(?=[\s，,]))"
)
_AGREES = expression("吧|行|可以")
# 38还是39, 170改成175 choose; they do not say that the first was a slip.
_CHOOSES = expression("还是|[改换]")


@cache
def _marked() -> tuple[re.Pattern[str], ...]:
    known = any_of([word for word in lexicon.words("correction", "openers") if word != "不是"])
    slips = "|".join(lexicon.words("correction", "slips"))
    openers = rf"(?:{known}|{slips}|不是(?=[\s，,是]))+"
    name = any_of(list(_NAMES))
    left = r"(?:^|[\s，,。;；]|[\d斤码])"
    return (
        expression(
            rf"(?P<name>{name})(?:[那这]个|那里|的|我|是|\s)*{openers}{_FILL}(?:不是\d+)?{_FILL}{_VALUE}{_ENDED}"
        ),
        expression(rf"不是\s*{_OLD}{_UNIT}[，,\s]*(?:而?是|应该是|要)\s*{_VALUE}{_ENDED}"),
        expression(rf"(?<![\d.]){_OLD}{_UNIT}\s*{openers}[了的啊哦\s，,是]*{_VALUE}{_ENDED}"),
        expression(rf"是\s*{_VALUE}{_UNIT}[，,\s]*不是\s*{_OLD}(?!\d)"),
        expression(rf"{left}{openers}{_FILL}{_VALUE}{_ENDED}"),
        expression(rf"(?:^|[\s，,])(?:现在|最近|如今|今天称)[^\s，,\d]{{0,4}}{_VALUE}了?(?=$|[\s，,。])"),
        expression(rf"(?:^|[\s，,])\*\s*{_VALUE}{_ENDED}"),
        expression(rf"(?<![\d.a-z]){_VALUE}\s*(?:才对|才是|才正确|\*(?=$|\s))"),
    )
