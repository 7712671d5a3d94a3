"""Find the longest known phrases of a text, left to right, in one pass over its characters."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from ahocorasick_rs import AhoCorasick

Payload = TypeVar("Payload")

# The automaton of more phrases takes longer to build, for every state of the shop, than it saves.
_MOST_SCANNED = 4_096

_ALNUM = frozenset("abcdefghijklmnopqrstuvwxyz0123456789")


class PhraseTable(Generic[Payload]):
    """A dictionary of phrases that are looked for at every place of a text.

    At each place the longest phrase wins, and the next one begins after it. A phrase that begins or ends
    with an ASCII letter or digit is found only at the edge of such a run: `xl` is not found in `2xl`.

    Args:
        phrases: Normalised phrases, none empty, with what each stands for.
    """

    def __init__(self, phrases: Mapping[str, Payload]) -> None:
        self._phrases = dict(phrases)

    def __len__(self) -> int:
        return len(self._phrases)

    def get(self, phrase: str) -> Payload | None:
        """Return what `phrase` stands for; None: not in the table."""
        return self._phrases.get(phrase)

    def find(self, text: str) -> Iterator[tuple[int, int, Payload]]:
        """Yield `(start, end, payload)` of each phrase in a normalised text, in order, not overlapping."""
        spans = self._spans(text) if len(self._phrases) <= _MOST_SCANNED else None
        if spans is not None and all(_at_edges(text, start, end) for start, end in spans):
            for start, end in spans:
                yield start, end, self._phrases[text[start:end]]
        else:
            yield from self._find_stepwise(text)

    def _spans(self, text: str) -> list[tuple[int, int]]:
        """Give the places of the longest phrases, left to right, wherever their edges lie."""
        return [(start, end) for _, start, end in self._automaton.find_matches_as_indexes(text)]

    @cached_property
    def _automaton(self) -> AhoCorasick:
        from ahocorasick_rs import AhoCorasick, Implementation, MatchKind

        return AhoCorasick(
            self._phrases,
            matchkind=MatchKind.LeftmostLongest,
            implementation=Implementation.ContiguousNFA,
        )

    @cached_property
    def _lengths(self) -> Mapping[str, tuple[int, ...]]:
        """Say how long the phrases that begin with a character are, the longest first."""
        lengths: dict[str, set[int]] = {}
        for phrase in self._phrases:
            lengths.setdefault(phrase[0], set()).add(len(phrase))
        return {char: tuple(sorted(found, reverse=True)) for char, found in lengths.items()}

    def _find_stepwise(self, text: str) -> Iterator[tuple[int, int, Payload]]:
        """Find phrases where a longer one does not count for its edges, so that a shorter or a later one may."""
        place, lengths = 0, self._lengths
        while place < len(text):
            end = self._end(text, place, lengths.get(text[place], ()))
            if end:
                yield place, end, self._phrases[text[place:end]]
            place = end or place + 1

    def replace(self, text: str, word: Callable[[Payload], str]) -> str:
        """Put `word(payload)` where each phrase stands."""
        pieces: list[str] = []
        place = 0
        for start, end, payload in self.find(text):
            pieces += (text[place:start], word(payload))
            place = end
        if not place:
            return text
        return "".join([*pieces, text[place:]])

    def _end(self, text: str, start: int, lengths: tuple[int, ...]) -> int:
        """Return the end of the longest phrase that begins at `start`; 0: none does."""
        for length in lengths:
            end = start + length
            if end <= len(text) and text[start:end] in self._phrases and _at_edges(text, start, end):
                return end
        return 0


def _at_edges(text: str, start: int, end: int) -> bool:
    if start and text[start] in _ALNUM and text[start - 1] in _ALNUM:
        return False
    return not (end < len(text) and text[end - 1] in _ALNUM and text[end] in _ALNUM)


def any_of(words: tuple[str, ...] | list[str]) -> str:
    """Return a pattern that matches any of the words as they are, the longest first."""
    return "(?:" + "|".join(re.escape(word) for word in sorted(set(words), key=lambda w: (-len(w), w))) + ")"
