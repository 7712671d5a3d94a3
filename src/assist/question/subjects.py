"""A subject put in place of another of its sort: 元旦满多少减 / 错了我问双12, 普票几天开好 ... 那专票呢."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from assist.expressions import expression
from assist.question import lexicon
from assist.question.phrases import PhraseTable
from assist.question.places import provinces
from assist.question.sizes import size_slots
from assist.question.wares import color_slots

_SORTS = ("occasions", "payments", "invoices", "carriers", "goods")
_BEFORE = expression(
    "(?:那|要是|如果|换成?|改成?|[是我]|想?[问说看指讲]|[付用]|[寄发到去走]|[买要穿开]|的|应该|[\\s，,])*"
)
_AFTER = expression("(?:的|[那这][个款件双]|[呢咧吧啊呀哦嘛哈]|支?付的?|[\\s，,。]|手快了|码|号)*")
_STEP = expression("(?:再|加)?(?P<way>大|小)(?:一|两|1|2)?[号码]")
_LADDER = ("xxs", "xs", "s", "m", "l", "xl", "2xl", "3xl", "4xl", "5xl", "6xl")
_NUMBERED = range(15, 60)


def replaced(old: str, new: str) -> str | None:
    """Return `old` with the subject that `new` names in the place of its own of the same sort.

    Both are plain wordings. None: `new` says more than a subject, or `old` has none of that sort.
    """
    for sort in _sorts_of(new):
        own = list(_found(sort, old))
        if own:
            start, end = own[-1]
            word = _named(sort, new)
            if word and word != old[start:end]:
                return f"{old[:start]}{word}{old[end:]}"
    step = _only(new, list(_steps(new)))
    sizes = list(_found("sizes", old))
    if step and sizes:
        start, end = sizes[-1]
        size = _stepped(old[start:end], step)
        return f"{old[:start]}{size}{old[end:]}" if size else None
    return None


def _sorts_of(text: str) -> Iterator[str]:
    return (sort for sort in (*_SORTS, "places", "sizes", "colours") if _named(sort, text))


def _named(sort: str, text: str) -> str:
    return _only(text, list(_found(sort, text)))


def _only(text: str, found: list[tuple[int, int]]) -> str:
    """Return the one thing that a text names and says nothing else of; empty: it says more."""
    if len(found) != 1:
        return ""
    start, end = found[0]
    alone = _BEFORE.fullmatch(text, 0, start) and _AFTER.fullmatch(text, end)
    return text[start:end] if alone else ""


def _found(sort: str, text: str) -> Iterator[tuple[int, int]]:
    if sort == "places":
        return ((start, end) for start, end, _ in provinces(text))
    if sort in ("sizes", "colours"):
        slots = size_slots(text) if sort == "sizes" else color_slots(text)
        return ((found.start, found.end) for found in slots)
    return ((start, end) for start, end, _ in _table(sort).find(text))


def _steps(text: str) -> Iterator[tuple[int, int]]:
    return (found.span() for found in _STEP.finditer(text))


def _stepped(size: str, step: str) -> str:
    """Return the next size up or down (L码 → XL码, 27码 → 28码); empty: there is none."""
    way = 1 if "大" in step else -1
    way *= 2 if "两" in step or "2" in step else 1
    bare = re.sub("[码号]", "", size)
    tail = size[len(bare) :]
    if bare in _LADDER and 0 <= _LADDER.index(bare) + way < len(_LADDER):
        return _LADDER[_LADDER.index(bare) + way] + tail
    return f"{int(bare) + way}{tail}" if bare.isdigit() and int(bare) in _NUMBERED else ""


@cache
def _table(sort: str) -> PhraseTable[str]:
    words = set(lexicon.words("subjects", sort))
    if sort == "goods":
        words |= set(lexicon.words("nouns", "heads"))
    return PhraseTable({word: word for word in words})
