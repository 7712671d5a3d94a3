"""Find the longest known phrases of a text, left to right, in one pass over its characters."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Generic, TypeVar

Payload = TypeVar("Payload")

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
        lengths: dict[str, set[int]] = {}
        for phrase in self._phrases:
            lengths.setdefault(phrase[0], set()).add(len(phrase))
        self._lengths = {char: tuple(sorted(found, reverse=True)) for char, found in lengths.items()}

    def __len__(self) -> int:
        return len(self._phrases)

    def get(self, phrase: str) -> Payload | None:
        """Return what `phrase` stands for; None: not in the table."""
        return self._phrases.get(phrase)

    def find(self, text: str) -> Iterator[tuple[int, int, Payload]]:
        """Yield `(start, end, payload)` of each phrase in a normalised text, in order, not overlapping."""
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
