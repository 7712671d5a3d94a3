"""Texts that were read before stay at hand: their vectors, their words, and which keys stand in them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from threading import Lock
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from assist.arrays import FloatMatrix, FloatVector, IdVector

Encode: TypeAlias = Callable[[Sequence[str]], FloatMatrix]
"""n texts to vectors, float32, shape (n, d)."""
Cut: TypeAlias = Callable[[Sequence[str]], Sequence[Sequence[str]]]
"""n texts to the words of each."""
Rarity: TypeAlias = Callable[[Sequence[str]], FloatVector]
"""Words to their inverse document frequencies, float32, shape of the argument."""

_FIRST_ROWS, _FIRST_KEYS = 1_024, 64
_MOST_KEYS = 1_024
_UNKNOWN, _ABSENT, _HELD = 0, 1, 2
# Characters beyond this many share a place with others where only a few need telling apart.
_PLANE = 1 << 16


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
        return Texts(books, np.array(found, dtype=np.int64))

    def vectors_of(self, texts: Sequence[str]) -> dict[str, FloatVector]:
        """Give the vectors of those texts that were read and are still there."""
        books = self._books
        return {text: books.vectors[books.places[text]] for text in texts if text in books.places}

    def words_of(self, texts: Sequence[str]) -> dict[str, list[str]]:
        """Give the words of those texts that were cut and are still there."""
        books = self._books
        found = {text: books.words_of[books.places[text]] for text in texts if text in books.places}
        return {
            text: [books.words[number] for number in numbers.tolist()]
            for text, numbers in found.items()
            if numbers is not None
        }


class Texts:
    """n texts on a shelf.

    Attributes:
        rows: int64, shape (n,).
        vectors: float32, shape (n, d), unit rows.
    """

    def __init__(self, books: _Books, rows: IdVector, vectors: FloatMatrix | None = None) -> None:
        self._books = books
        self.rows = rows
        self.vectors: FloatMatrix = books.vectors[rows] if vectors is None else vectors
        self._numbers: tuple[NDArray[np.int32], IdVector] | None = None

    def after(self, n: int) -> Texts:
        """Give the texts from the n-th on."""
        return Texts(self._books, self.rows[n:], self.vectors[n:])

    def holding(self, words: Sequence[str]) -> FloatMatrix:
        """Say which of t distinct words each text has; float32, shape (n, t), of 0 and 1."""
        books, held = self._books, np.zeros((len(self.rows), len(words)), dtype=np.float32)
        flat, ends = self._words()
        place = np.zeros(len(books.words), dtype=np.int32)
        for at, word in enumerate(words, start=1):
            number = books.numbers.get(word, len(place))
            if number < len(place):
                place[number] = at
        column = place[flat] if len(place) else flat
        hits = np.flatnonzero(column)
        held[np.searchsorted(ends, hits, side="right"), column[hits] - 1] = 1.0
        return held

    def key_shares(self, groups: Sequence[Mapping[str, float]]) -> list[FloatVector]:
        """Return, for each group of keys, each text's largest share of a key that stands in it.

        Returns:
            Per group float32, shape (n,), 0 where no key stands.
        """
        held = self._books.holding(self.rows, [key for keys in groups for key in keys])
        found, start = [], 0
        for keys in groups:
            shares = np.fromiter(keys.values(), dtype=np.float64, count=len(keys))
            best = (held[:, start : start + len(keys)] * shares).max(axis=1, initial=0.0)
            found.append(np.asarray(best, dtype=np.float32))
            start += len(keys)
        return found

    def unasked(self, asked: str) -> FloatVector:
        """Return the share, by rarity, of each text's words that stand nowhere in `asked`; float32, shape (n,)."""
        books = self._books
        flat, ends = self._words()
        missing = np.ones(len(books.words), dtype=np.bool_)
        # A word stands in the question only if its first character does.
        begun = np.zeros(_PLANE, dtype=np.bool_)
        begun[[ord(char) % _PLANE for char in asked]] = True
        firsts = books.firsts[flat]
        perhaps = set(flat[begun[firsts]].tolist())
        missing[[number for number in perhaps if books.words[number] in asked]] = False
        lines = np.repeat(np.arange(len(ends)), np.diff(ends, prepend=0))
        sums = np.bincount(lines, weights=missing[flat] * books.rarities(flat), minlength=len(ends))
        whole = books.whole(self.rows)
        return np.asarray(sums.astype(np.float32) / whole, dtype=np.float32)

    def _words(self) -> tuple[NDArray[np.int32], IdVector]:
        """Give the numbers of all texts' words, one text after the other, and where each text's end."""
        if self._numbers is None:
            lists = self._books.cut_all(self.rows.tolist())
            ends = np.cumsum([len(found) for found in lists], dtype=np.int64)
            self._numbers = np.concatenate(lists) if lists else np.zeros(0, dtype=np.int32), ends
        return self._numbers


class _Books:
    """What is known of the texts of one shelf; rows are added and never changed."""

    def __init__(self, dim: int, cut: Cut, rarity: Rarity) -> None:
        self.places: dict[str, int] = {}
        self.vectors: FloatMatrix = np.empty((_FIRST_ROWS, dim), dtype=np.float32)
        self.numbers: dict[str, int] = {}
        self.words: list[str] = []
        self.firsts: NDArray[np.uint16] = np.empty(_FIRST_ROWS, dtype=np.uint16)
        self.words_of: list[NDArray[np.int32] | None] = []
        self._texts: list[str] = []
        self._cut = cut
        self._rarity = rarity
        self._rarities: FloatVector = np.full(_FIRST_ROWS, np.nan, dtype=np.float32)
        self._whole: dict[int, float] = {}
        self._keys: dict[str, int] = {}
        self._held = np.zeros((_FIRST_ROWS, _FIRST_KEYS), dtype=np.uint8)
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

    def cut_all(self, rows: Sequence[int]) -> list[NDArray[np.int32]]:
        """Give the numbers of the distinct words of texts; those not cut before are cut in one go."""
        missing = [row for row in dict.fromkeys(rows) if self.words_of[row] is None]
        if missing:
            found = self._cut([self._texts[row] for row in missing])
            with self._lock:
                for row, words in zip(missing, found, strict=True):
                    self.words_of[row] = self._numbered(sorted(set(words)))
        return [numbers for row in rows if (numbers := self.words_of[row]) is not None]

    def _numbered(self, words: Sequence[str]) -> NDArray[np.int32]:
        for word in words:
            if word not in self.numbers:
                number = len(self.words)
                if number == len(self.firsts):
                    self.firsts = np.concatenate([self.firsts, np.empty_like(self.firsts)])
                self.firsts[number] = ord(word[0]) % _PLANE
                self.words.append(word)
                self.numbers[word] = number
        return np.array([self.numbers[word] for word in words], dtype=np.int32)

    def rarities(self, numbers: NDArray[np.int32]) -> FloatVector:
        """Give the rarity of words by number; float32, shape of the argument."""
        with self._lock:
            short = len(self.words) - len(self._rarities)
            if short > 0:
                more = np.full(max(short, len(self._rarities)), np.nan, dtype=np.float32)
                self._rarities = np.concatenate([self._rarities, more])
            found: FloatVector = self._rarities[numbers]
            unknown = np.isnan(found)
            if unknown.any():
                new = sorted(set(numbers[unknown].tolist()))
                self._rarities[new] = self._rarity([self.words[number] for number in new])
                found = self._rarities[numbers]
            return found

    def whole(self, rows: IdVector) -> NDArray[np.float64]:
        """Give the sums of the rarities of texts' words, each at least 1e-6; float64, shape of the argument."""
        sums = list(map(self._whole.get, rows.tolist()))
        if None in sums:
            missing = [row for row in dict.fromkeys(rows.tolist()) if row not in self._whole]
            for row, numbers in zip(missing, self.cut_all(missing), strict=True):
                self._whole[row] = max(float(self.rarities(numbers).sum()), 1e-6)
            sums = list(map(self._whole.get, rows.tolist()))
        return np.array(sums, dtype=np.float64)

    def holding(self, rows: IdVector, keys: Sequence[str]) -> NDArray[np.bool_]:
        """Say which keys stand in which texts; shape (rows, keys)."""
        with self._lock:
            columns = self._columns(keys)
            found: NDArray[np.uint8] = self._held[rows[:, np.newaxis], columns]
            if (found == _UNKNOWN).any():
                self._look(rows, keys, columns, found)
                found = self._held[rows[:, np.newaxis], columns]
            return np.equal(found, _HELD)

    def _columns(self, keys: Sequence[str]) -> IdVector:
        """Give each key a column; when there are too many, all begin anew."""
        if len(self._keys) + len(keys) > _MOST_KEYS:
            self._keys.clear()
            self._held[:] = _UNKNOWN
        columns = np.array([self._keys.setdefault(key, len(self._keys)) for key in keys], dtype=np.int64)
        height, width = self._held.shape
        if height < len(self.vectors) or width < len(self._keys):
            grown = np.zeros((len(self.vectors), max(width, _doubled(len(self._keys)))), dtype=np.uint8)
            grown[:height, :width] = self._held
            self._held = grown
        return columns

    def _look(self, rows: IdVector, keys: Sequence[str], columns: IdVector, found: NDArray[np.uint8]) -> None:
        for at in np.flatnonzero((found == _UNKNOWN).any(axis=0)).tolist():
            new = rows[found[:, at] == _UNKNOWN]
            key = keys[at]
            self._held[new, columns[at]] = [
                _HELD if key in self._texts[row] else _ABSENT for row in new.tolist()
            ]


def _doubled(size: int) -> int:
    return 1 << max(size - 1, 1).bit_length()
