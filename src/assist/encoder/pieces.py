"""Cuts a text into the pieces of a fixed vocabulary: the longest known piece first, one dictionary and no model."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence

from assist.expressions import expression

RUNS = r"[a-z]+|[0-9]+|[^\W_a-z0-9]+|[^\w\s]|_"
"""One run: Latin letters, digits, other letters, or one symbol. White space separates and is dropped."""
_RUNS = expression(RUNS)


class Pieces:
    """A vocabulary and the way texts are cut by it.

    A text is folded (NFKC, lower case, traditional to simplified by single characters) and split into runs;
    each run is covered from the left by the longest piece that fits. A character that no piece covers is
    left out. The time is linear in the length of the text.

    Args:
        pieces: The vocabulary, in folded form and without repeats; a piece's id is its place.
        simplified: Traditional characters (code points) and what each becomes.
    """

    def __init__(self, pieces: Sequence[str], *, simplified: Mapping[int, str]) -> None:
        self.words = tuple(pieces)
        self.simplified = dict(simplified)
        self._ids = dict(zip(self.words, range(len(self.words)), strict=True))
        self._traditional = frozenset(map(chr, self.simplified))
        self._longest_ascii = max((len(w) for w in self.words if w.isascii()), default=1)
        self._longest = max((len(w) for w in self.words if not w.isascii()), default=1)

    def __len__(self) -> int:
        """Count the pieces."""
        return len(self._ids)

    def fold(self, text: str) -> str:
        """Fold a text into the form that the vocabulary is written in."""
        folded = unicodedata.normalize("NFKC", text).lower()
        if self._traditional.isdisjoint(folded):
            return folded
        return folded.translate(self.simplified)

    def ids(self, text: str) -> list[int]:
        """Cut a text; the ids of its pieces in order, none for a text without a known character."""
        found: list[int] = []
        get = self._ids.get
        for run in _RUNS.findall(self.fold(text)):
            whole = get(run)
            if whole is not None:
                found.append(whole)
            elif len(run) > 1:
                self._cover(run, found)
        return found

    def ids_many(self, texts: Sequence[str]) -> list[list[int]]:
        """Cut each of `texts`."""
        return [self.ids(text) for text in texts]

    def _cover(self, run: str, found: list[int]) -> None:
        get, start, end = self._ids.get, 0, len(run)
        longest = self._longest_ascii if run[0] <= "z" else self._longest
        while start < end:
            for stop in range(min(start + longest, end), start, -1):
                number = get(run[start:stop])
                if number is not None:
                    found.append(number)
                    start = stop
                    break
            else:
                start += 1
