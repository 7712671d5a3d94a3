"""Words spelled in pinyin, whole or in part (`weixin`, `zui好`, `quan网di一`), turned back into characters."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ahocorasick_rs import AhoCorasick

_LATIN = re.compile("[a-z]+")
_HAN_WORD = re.compile("[\u4e00-\u9fff]{2,5}")
# A syllable of toneless pinyin; a run of letters that is not made of these is no pinyin.
_RUN = re.compile(
    "(?:(?:zh|ch|sh|[bpmfdtnlgkhjqxrzcsyw])?(?:iang|iong|uang|ang|eng|ing|ong|ian|iao|uai|uan|ai|an|ao|ei|en|er|ia|ie"
    "|in|iu|ou|ua|ui|un|uo|[uv]e|a|e|i|o|u|v))+"
)


@dataclass(frozen=True, slots=True)
class Restored:
    """A word put back: its place `at` and `length` in the new text, and the letters' range in the old one."""

    at: int
    length: int
    start: int
    end: int


class Spellings:
    """Finds the pinyin spellings of a set of words in one pass; those in characters alone are left to others."""

    def __init__(self, words: Iterable[str]) -> None:
        self._words = sorted({word for word in words if _HAN_WORD.fullmatch(word)})
        self._automaton: AhoCorasick | None = None
        self._owners: list[str] = []

    def restore(self, text: str) -> tuple[str, tuple[Restored, ...]]:
        """Replace every pinyin spelling by the word.

        Args:
            text: Without separators, in lower case.

        Returns:
            The text with words in characters, and what was replaced, by place; nothing: the text as it was.
        """
        if not any(_RUN.fullmatch(run) for run in _LATIN.findall(text) if len(run) > 1):
            return text, ()
        parts: list[str] = []
        places: list[Restored] = []
        reached = length = 0
        for word, start, end in self._found(text):
            if start < reached:
                continue
            parts += [text[reached:start], word]
            length += start - reached
            places.append(Restored(length, len(word), start, end))
            length, reached = length + len(word), end
        return "".join([*parts, text[reached:]]), tuple(places)

    def _found(self, text: str) -> Iterator[tuple[str, int, int]]:
        automaton = self._automaton or self._build()
        found = automaton.find_matches_as_indexes(text, overlapping=True)
        longest = sorted(found, key=lambda item: (item[1], -item[2]))
        for index, start, end in longest:
            if _whole(text, start, end):
                yield self._owners[index], start, end

    def _build(self) -> AhoCorasick:
        from ahocorasick_rs import AhoCorasick, Implementation

        owners = {spelling: word for word in self._words for spelling in _spellings(word)}
        self._owners = list(owners.values())
        self._automaton = AhoCorasick(list(owners), implementation=Implementation.ContiguousNFA)
        return self._automaton


def _whole(text: str, start: int, end: int) -> bool:
    """Say whether a match neither begins nor ends inside letters that are no pinyin."""
    before = re.search("[a-z]*$", text[:start])
    after = re.match("[a-z]*", text[end:])
    rest = (before[0] if before else "", after[0] if after else "")
    return all(not letters or _RUN.fullmatch(letters) for letters in rest)


def _spellings(word: str) -> Iterator[str]:
    """Yield every way to write some or all characters of a word in pinyin, but for those of two letters or fewer."""
    from pypinyin import Style, lazy_pinyin

    syllables = lazy_pinyin(word, style=Style.NORMAL)
    if len(syllables) != len(word):
        return
    for written in itertools.product(*zip(word, syllables, strict=True)):
        spelling = "".join(written)
        letters = sum(char.isascii() for char in spelling)
        if letters > 2:
            yield spelling
