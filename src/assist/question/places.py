"""Provinces, and the cities that stand for them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from assist.expressions import expression
from assist.question import lexicon
from assist.question.phrases import PhraseTable, any_of

_EDGE = expression(r"[\s，,。]?$")
_SENT_TO = expression(r"(?:那边|这边|市)?(?:能|可以)?(?:包邮|免邮|[运邮]费|快递|[发寄](?:货|不|吗|得?到))")
_DESTINATION = expression(r"(?:到|寄|发|去|在|往|是|给|住)(?:往|到|去|我们?|了)?$")


def provinces(text: str) -> Iterator[tuple[int, int, str]]:
    """Yield `(start, end, province)` of each place named in a folded text."""
    names, common, not_before = _places()
    named = False
    for start, end, province in names.find(text):
        place = text[start:end]
        meant = (
            place not in common
            or _DESTINATION.search(text[:start])
            or _SENT_TO.match(text, end)
            or (named and _apart(text, start, end))
        )
        if not_before.match(text, end) or not meant:
            continue
        # 长沙发 is a sofa unless something is sent there: 长沙发吗, 到长沙发什么快递.
        if place == "长沙" and re.match("发(?!吗|什么|货|快递|顺丰|要|多|不|几|过去)", text[end:]):
            continue
        yield start, end, province
        named = True


def _apart(text: str, start: int, end: int) -> bool:
    """Say whether a word stands alone: a name that is a common word too is a place after another place."""
    return _EDGE.match(text[start - 1 : start]) is not None and _EDGE.match(text[end : end + 1]) is not None


@cache
def _places() -> tuple[PhraseTable[str], frozenset[str], re.Pattern[str]]:
    tables = lexicon.toml("places")
    names = {city: province for province, cities in tables["provinces"].items() for city in cities}
    names |= {province: province for province in tables["provinces"]}
    return PhraseTable(names), frozenset(tables["common"]), expression(any_of(tables["not_before"]))
