"""Several sets of words found in one pass over a text: reading the text is what a search costs, not the words."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from ahocorasick_rs import AhoCorasick

Hit: TypeAlias = tuple[int, int, int]
"""Place of a word in its set, start and end in the text."""
Words: TypeAlias = Callable[[], Sequence[str]]
Table: TypeAlias = Callable[[], Mapping[int, int]]


class Scan:
    """Finds the words of every set in a text; the automaton is built on the first search.

    Args:
        sets: Sets of words, asked for once.
        table: What characters become in words and texts before they are compared; None: they stay.
    """

    def __init__(self, sets: Sequence[Words], table: Table | None = None) -> None:
        self._sets = tuple(sets)
        self._given = table
        self._table: _Forms | None = None
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
        automaton = self._automaton or self._build()
        found: tuple[list[Hit], ...] = tuple([] for _ in self._sets)
        read = text if self._table is None else text.translate(self._table)
        for index, start, end in automaton.find_matches_as_indexes(read, overlapping=True):
            for word in (self._first[index], *self._others.get(index, ())):
                number = bisect_right(self._begins, word) - 1
                found[number].append((word - self._begins[number], start, end))
        return found

    def _build(self) -> AhoCorasick:
        from ahocorasick_rs import AhoCorasick, Implementation

        sets = [words() for words in self._sets]
        table = None if self._given is None else _Forms(self._given())
        every = [word if table is None else word.translate(table) for words in sets for word in words]
        indexes: dict[str, int] = {}
        first: list[int] = []
        others: dict[int, list[int]] = {}
        for word, form in enumerate(every):
            index = indexes.setdefault(form, len(first))
            if index == len(first):
                first.append(word)
            else:
                others.setdefault(index, []).append(word)
        automaton = AhoCorasick(list(indexes), implementation=Implementation.ContiguousNFA)
        self._begins = list(accumulate(map(len, sets[:-1]), initial=0))
        self._first, self._others, self._table = first, others, table
        self._automaton = automaton
        return automaton


class _Forms(dict[int, int]):
    """A table for `str.translate` that learns what stays; a miss costs it more than all else."""

    def __missing__(self, code: int) -> int:
        self[code] = code
        return code


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
