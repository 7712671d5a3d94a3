"""Several sets of words found in one pass over a text: reading the text is what a search costs, not the words."""

from __future__ import annotations

import sys
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

if TYPE_CHECKING:
    from ahocorasick_rs import AhoCorasick

Hit: TypeAlias = tuple[int, int, int]
"""Place of a word in its set, start and end in the text."""
Words: TypeAlias = Callable[[], Sequence[str]]
Table: TypeAlias = Callable[[], Mapping[int, int]]
_Places: TypeAlias = Iterable[tuple[int, int, int]]
"""Number of a form, start and end in the text; by end, of those that end together the longest first."""

_FIRST_TEXTS = 12
"""So many texts are gone through word by word: what that takes is less than what building the automaton takes."""


class Scan:
    """Finds the words of every set in a text; read on the first search, put into an automaton after a few.

    Args:
        sets: Sets of words, asked for once.
        table: What characters become in words and texts before they are compared; None: they stay.
    """

    def __init__(self, sets: Sequence[Words], table: Table | None = None) -> None:
        self._sets = tuple(sets)
        self._given = table
        self._table: _Forms | None = None
        self._forms: list[str] = []
        self._searched = 0
        self._automaton: AhoCorasick | None = None
        # Of all words of all sets, one after the other: where each set begins, which is the first of every form, and
        # which are the others. Numbers, because the garbage collector goes through tens of thousands of lists.
        self._begins: list[int] = []
        self._first: list[int] = []
        self._others: dict[int, list[int]] = {}
        self._last: tuple[str, tuple[list[Hit], ...]] | None = None

    def find(self, number: int, text: str) -> Sequence[Hit]:
        """Find the words of one set, by end; of those that end together, the longest first."""
        last = self._last
        # The guards look at one text one after the other.
        if last is None or last[0] != text:
            last = self._last = text, self._search(text)
        return last[1][number]

    def _search(self, text: str) -> tuple[list[Hit], ...]:
        if not self._first:
            self._read()
        found: tuple[list[Hit], ...] = tuple([] for _ in self._sets)
        read = text if self._table is None else self._table.turned(text)
        for index, start, end in self._places(read):
            for word in (self._first[index], *self._others.get(index, ())):
                number = bisect_right(self._begins, word) - 1
                found[number].append((word - self._begins[number], start, end))
        return found

    def _places(self, text: str) -> _Places:
        """Find every form in a text."""
        forms, automaton = self._forms, self._automaton
        if automaton is None and self._searched < _FIRST_TEXTS:
            self._searched += 1
            return _one_by_one(forms, text)
        return (automaton or self._build(forms)).find_matches_as_indexes(text, overlapping=True)

    def _read(self) -> None:
        sets = [words() for words in self._sets]
        table = None if self._given is None else _Forms(self._given())
        every = [word if table is None else table.turned(word) for words in sets for word in words]
        indexes: dict[str, int] = {}
        first: list[int] = []
        others: dict[int, list[int]] = {}
        for word, form in enumerate(every):
            index = indexes.setdefault(form, len(first))
            if index == len(first):
                first.append(word)
            else:
                others.setdefault(index, []).append(word)
        self._begins = list(accumulate(map(len, sets[:-1]), initial=0))
        self._forms, self._others, self._table = list(indexes), others, table
        # Last: whoever finds these finds all that is known of the words.
        self._first = first

    def _build(self, forms: Sequence[str]) -> AhoCorasick:
        from ahocorasick_rs import AhoCorasick, Implementation

        automaton = AhoCorasick(forms, implementation=Implementation.ContiguousNFA)
        # In this order: who sees no automaton holds the forms.
        self._automaton, self._forms = automaton, []
        return automaton


def _one_by_one(forms: Sequence[str], text: str) -> _Places:
    places = [
        (at, match, match + len(form))
        for at, form in enumerate(forms)
        if form in text
        for match in _starts(form, text)
    ]
    return sorted(places, key=lambda place: (place[2], place[1]))


def _starts(form: str, text: str) -> Iterator[int]:
    start = text.find(form)
    while start >= 0:
        yield start
        start = text.find(form, start + 1)


class _Forms:
    """What characters become; a text is turned as an array, several times faster than by `str.translate`."""

    def __init__(self, table: Mapping[int, int]) -> None:
        self._forms = np.arange(sys.maxunicode + 1, dtype="<u4")
        self._forms[list(table)] = list(table.values())

    def turned(self, text: str) -> str:
        """Turn every character of a text."""
        codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype="<u4")
        return self._forms.take(codes).tobytes().decode("utf-32-le", "surrogatepass")


@dataclass(frozen=True, slots=True)
class Part:
    """One set of words of a scan."""

    scan: Scan
    number: int

    def find(self, text: str) -> Sequence[Hit]:
        """Find this set's words; see `Scan.find`."""
        return self.scan.find(self.number, text)


def together(sets: Sequence[Words], table: Table | None = None) -> list[Part]:
    """Return a part for each of some sets of words that are looked for in one pass."""
    scan = Scan(sets, table)
    return [Part(scan, number) for number in range(len(sets))]
