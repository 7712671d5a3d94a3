"""Texts that were read before stay at hand: their vectors, their words, and which keys stand in them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from math import fsum
from threading import Lock
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from assist.arrays import FloatMatrix, FloatVector

Encode: TypeAlias = Callable[[Sequence[str]], FloatMatrix]
"""n texts to vectors, float32, shape (n, d)."""
Cut: TypeAlias = Callable[[Sequence[str]], Sequence[Sequence[str]]]
"""n texts to the words of each."""
Rarity: TypeAlias = Callable[[Sequence[str]], FloatVector]
"""Words to their inverse document frequencies, float32, shape of the argument."""

_FIRST_ROWS, _FIRST_LINES = 1_024, 64
_MOST_LINES = 1_024
_UNKNOWN, _ABSENT, _HELD = 0, 1, 2
_Weighed: TypeAlias = tuple[tuple[tuple[str, float], ...], float]
"""The words of a text with their rarities, and the sum of these, at least 1e-6."""
_BOUND = "\0"
"""Stands between the words of a text, kept as one string: thousands of lists would keep the garbage collector busy."""


class Shelf:
    """Reads texts once; emptied when it is full. Safe to use from any thread.

    A text is cut into words when they are first asked for: of many only the vector is looked at.

    Args:
        size: Texts kept.
        dim: Dimensions of their vectors.
        encode: Gives the vectors of new texts.
        cut: Gives their words.
        rarity: Weighs words.
    """

    def __init__(self, size: int, dim: int, encode: Encode, cut: Cut, rarity: Rarity) -> None:
        self._size = size
        self._encode = encode
        self._empty = partial(_Books, dim, cut, rarity)
        self._books = self._empty()

    def read(self, texts: Sequence[str]) -> Texts:
        """Give n texts as rows of arrays; those not known are read now."""
        books = self._books
        found = list(map(books.places.get, texts))
        if None in found:
            missing = [text for text in dict.fromkeys(texts) if text not in books.places]
            if len(books.places) + len(missing) > self._size:
                # Who still holds rows of the old books may go on reading them.
                self._books = books = self._empty()
                missing = list(dict.fromkeys(texts))
            books.put(missing, self._encode(missing))
            found = list(map(books.places.get, texts))
        return Texts(books, [row for row in found if row is not None])

    def vectors_of(self, texts: Sequence[str]) -> dict[str, FloatVector]:
        """Give the vectors of those texts that were read and are still there."""
        books = self._books
        return {text: books.vectors[books.places[text]] for text in texts if text in books.places}

    def words_of(self, texts: Sequence[str]) -> dict[str, list[str]]:
        """Give the words of those texts that were cut and are still there."""
        books = self._books
        found = {text: books.words_of[books.places[text]] for text in texts if text in books.places}
        return {text: _apart(words) for text, words in found.items() if words is not None}


class Texts:
    """n texts on a shelf.

    Attributes:
        rows: The place of each on the shelf.
        vectors: float32, shape (n, d), unit rows.
    """

    def __init__(self, books: _Books, rows: list[int], vectors: FloatMatrix | None = None) -> None:
        self._books = books
        self.rows = rows
        self.vectors: FloatMatrix = books.vectors.take(rows, axis=0) if vectors is None else vectors

    def after(self, n: int) -> Texts:
        """Give the texts from the n-th on."""
        return Texts(self._books, self.rows[n:], self.vectors[n:])

    def holding(self, words: Sequence[str]) -> FloatMatrix:
        """Say which of t distinct words each text has; float32, shape (n, t), of 0 and 1."""
        return np.ascontiguousarray(self._books.having(self.rows, words).T, dtype=np.float32)

    def key_shares(self, groups: Sequence[Mapping[str, float]]) -> list[FloatVector]:
        """Return, for each group of keys, each text's largest share of a key that stands in it.

        Returns:
            Per group float32, shape (n,), 0 where no key stands.
        """
        held = self._books.holding(self.rows, [key for keys in groups for key in keys])
        shares = np.array([share for keys in groups for share in keys.values()], dtype=np.float64)
        weighed = held * shares[:, np.newaxis]
        found, start = [], 0
        for keys in groups:
            best = weighed[start : start + len(keys)].max(axis=0, initial=0.0)
            found.append(best.astype(np.float32))
            start += len(keys)
        return found

    def unasked(self, asked: str) -> FloatVector:
        """Return the share, by rarity, of each text's words that stand nowhere in `asked`; float32, shape (n,)."""
        weighed = self._books.weighed(self.rows)
        # Exact sums: the same whatever adds them up.
        sums = [fsum([rarity for word, rarity in words if word not in asked]) for words, _ in weighed]
        whole = np.array([whole for _, whole in weighed], dtype=np.float64)
        return np.asarray(np.array(sums, dtype=np.float32) / whole, dtype=np.float32)


def _apart(words: str) -> list[str]:
    return words.split(_BOUND) if words else []


class _Books:
    """What is known of the texts of one shelf; rows are added and never changed."""

    def __init__(self, dim: int, cut: Cut, rarity: Rarity) -> None:
        self.places: dict[str, int] = {}
        self.vectors: FloatMatrix = np.empty((_FIRST_ROWS, dim), dtype=np.float32)
        self.words_of: list[str | None] = []
        # Bytes, of which the garbage collector knows nothing: four for the row of every text that has the word.
        self._texts_with: dict[str, bytearray] = {}
        self._texts: list[str] = []
        self._cut = cut
        self._rarity = rarity
        self._weighed: dict[int, _Weighed] = {}
        self._keys = _Table()
        self._lock = Lock()

    def put(self, texts: Sequence[str], vectors: FloatMatrix) -> None:
        """Add texts; one that another thread added meanwhile stays as it is."""
        with self._lock:
            for text, vector in zip(texts, vectors, strict=True):
                if text not in self.places:
                    self._put(text, vector)

    def _put(self, text: str, vector: FloatVector) -> None:
        row = len(self._texts)
        if row == len(self.vectors):
            self.vectors = np.concatenate([self.vectors, np.empty_like(self.vectors)])
        self.vectors[row] = vector
        self.words_of.append(None)
        self._texts.append(text)
        # Last: whoever finds the text finds all that is known of it.
        self.places[text] = row

    def cut_all(self, rows: Sequence[int]) -> list[str]:
        """Give the distinct words of texts, bounds between them; those not cut before are cut in one go."""
        found = [self.words_of[row] for row in rows]
        if None in found:
            missing = [row for row in dict.fromkeys(rows) if self.words_of[row] is None]
            cut = self._cut([self._texts[row] for row in missing])
            with self._lock:
                for row, words in zip(missing, cut, strict=True):
                    self._keep_words(row, words)
            found = [self.words_of[row] for row in rows]
        return [words for words in found if words is not None]

    def _keep_words(self, row: int, words: Iterable[str]) -> None:
        if self.words_of[row] is None:
            distinct = sorted(set(words))
            for word in distinct:
                self._texts_with.setdefault(word, bytearray()).extend(row.to_bytes(4, "little"))
            self.words_of[row] = _BOUND.join(distinct)

    def weighed(self, rows: Sequence[int]) -> list[_Weighed]:
        """Give the words of texts with their rarities and the sums of these."""
        found = list(map(self._weighed.get, rows))
        if None in found:
            missing = [row for row in dict.fromkeys(rows) if row not in self._weighed]
            for row, bounded in zip(missing, self.cut_all(missing), strict=True):
                words = _apart(bounded)
                rarities = self._rarity(words) if words else np.zeros(0, dtype=np.float32)
                pairs = tuple(zip(words, rarities.tolist(), strict=True))
                self._weighed[row] = pairs, max(float(rarities.sum()), 1e-6)
            found = list(map(self._weighed.get, rows))
        return [one for one in found if one is not None]

    def holding(self, rows: Sequence[int], keys: Sequence[str]) -> NDArray[np.bool_]:
        """Say which keys stand in which texts; shape (keys, rows)."""
        with self._lock:
            return self._keys.look_up(keys, rows, self._texts)

    def having(self, rows: Sequence[int], words: Sequence[str]) -> NDArray[np.bool_]:
        """Say which words are words of which texts; shape (words, rows)."""
        self.cut_all(rows)
        with self._lock:
            held = np.zeros((len(words), len(self._texts)), dtype=np.bool_)
            for line, word in zip(held, words, strict=True):
                if word in self._texts_with:
                    line[np.frombuffer(self._texts_with[word], dtype="<i4")] = True
        return held.take(rows, axis=1)


class _Table:
    """Which strings stand in which texts; looked up once, as long as there are not too many strings."""

    def __init__(self) -> None:
        self._lines: dict[str, int] = {}
        self._held = np.zeros((_FIRST_LINES, _FIRST_ROWS), dtype=np.uint8)

    def look_up(self, sought: Sequence[str], rows: Sequence[int], texts: Sequence[str]) -> NDArray[np.bool_]:
        """Say which of n strings stand in which of m texts of all; shape (n, m)."""
        lines = self._numbered(sought, len(texts))
        found: NDArray[np.uint8] = self._held.take(lines, axis=0).take(rows, axis=1)
        if not found.all():
            places = np.array(rows, dtype=np.int64)
            for at in np.flatnonzero((found == _UNKNOWN).any(axis=1)).tolist():
                new = places[found[at] == _UNKNOWN]
                self._held[lines[at], new] = [
                    _HELD if sought[at] in texts[row] else _ABSENT for row in new.tolist()
                ]
            found = self._held.take(lines, axis=0).take(rows, axis=1)
        return np.equal(found, _HELD)

    def _numbered(self, sought: Sequence[str], texts: int) -> list[int]:
        """Give each string a line; when there are too many, all begin anew."""
        if len(self._lines) + len(sought) > _MOST_LINES:
            self._lines.clear()
            self._held[:] = _UNKNOWN
        lines = [self._lines.setdefault(one, len(self._lines)) for one in sought]
        height, width = self._held.shape
        if height < len(self._lines) or width < texts:
            shape = max(height, _doubled(len(self._lines))), max(width, _doubled(texts))
            grown = np.zeros(shape, dtype=np.uint8)
            grown[:height, :width] = self._held
            self._held = grown
        return lines


def _doubled(size: int) -> int:
    return 1 << max(size - 1, 1).bit_length()
