"""Questions in English told in Chinese, so that they are understood and searched as those in Chinese are."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache, lru_cache

from assist.expressions import expression
from assist.question import lexicon

_WORDS = expression(
    r"[a-z]{2,}[a-z' ,.!?]*[ '][a-z' ,.!?]*[a-z]{2,}|^(?:thanks?|hello|refund|coupons?|discount)\b"
)
"""At least two words: a model name or a size alone is no English."""


@lru_cache(maxsize=1_024)
def told_in_chinese(text: str) -> str | None:
    """Return the Chinese question that a folded text in English means; None: it is not English, or nothing known."""
    if not text.isascii() or not _WORDS.search(text):
        return None
    for pattern, meant in _said():
        found = pattern.search(text)
        if found is not None:
            return _filled(meant, found)
    return None


def places(text: str) -> Iterator[tuple[int, int, str]]:
    """Yield `(start, end, Chinese name)` of each place that a folded text names in English."""
    for found in _place_names().finditer(text):
        yield found.start(), found.end(), lexicon.toml("english")["places"][found[0]]


def color(word: str) -> str:
    """Return the Chinese name of a colour (`black`); the word itself where it has none."""
    known: str = lexicon.toml("english")["colors"].get(word, word)
    return known


def _filled(meant: str, found: re.Match[str]) -> str:
    given = {name.rstrip("2"): word for name, word in found.groupdict().items() if word}
    names = lexicon.toml("english")["places"]
    place = given.get("place", "")
    return meant.format(
        place=next((names[word] for word in (place, place.split(" ")[0]) if word in names), ""),
        color=color(given.get("color", "")),
        size=given.get("size", ""),
    )


@cache
def _said() -> tuple[tuple[re.Pattern[str], str], ...]:
    return tuple((expression(pattern), meant) for pattern, meant in lexicon.toml("english")["said"])


@cache
def _place_names() -> re.Pattern[str]:
    return expression(rf"(?<![a-z])(?:{'|'.join(lexicon.toml('english')['places'])})(?![a-z])")
