"""A query beside each of its candidates -> columns: words, meaning of words, letters, neighbours, places in the list.

Words are those of the sparse lane, their meanings the vectors that the encoder gives them alone. Everything that is
known of a text by itself stays at hand.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from threading import Lock
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from assist.arrays import FloatMatrix, FloatVector, IdVector
from assist.encoder.base import Encoder
from assist.retrieve.fuse import Fused
from assist.store.view import View
from assist.text.normalize import fold

_TEXTS_KEPT, _WORDS_KEPT, _FIRST_WORDS = 65_536, 32_768, 1_024
_MOST_CHARS, _MOST_ASKED = 200, 80
_NEIGHBOURS = 3
_SAME, _CLOSE, _NEAR = 0.99, 0.7, 0.5
_SHARPNESS = 1.5
_SPREAD = ("cos", "share", "words", "neigh")
"""Columns of which a candidate's distance to the best and the query's mean are columns too."""


class _Text(NamedTuple):
    """What is known of a candidate's text by itself.

    Attributes:
        words: int64: numbers of its distinct words.
        length: Words, repeats included.
        chars: int64: code points, white space left out.
    """

    words: IdVector
    length: int
    chars: IdVector


class _Texts:
    """n texts one after the other, and where each begins."""

    def __init__(self, texts: Sequence[_Text]) -> None:
        self.n = len(texts)
        self.counts = np.array([text.length for text in texts])
        self.words, self.word_starts, self.word_sizes = _joined([text.words for text in texts])
        self.chars, self.char_starts, self.char_sizes = _joined([text.chars for text in texts])


class _Words:
    """Words seen so far: their vectors and how rare they are."""

    def __init__(self, dim: int) -> None:
        self.numbers: dict[str, int] = {}
        self.vectors = np.zeros((_FIRST_WORDS, dim), dtype=np.float32)
        self.rarities = np.zeros(_FIRST_WORDS, dtype=np.float32)
        self.texts: dict[int, _Text] = {}

    def put(self, words: Sequence[str], vectors: FloatMatrix, rarities: FloatVector) -> None:
        """Number new words."""
        first, last = len(self.numbers), len(self.numbers) + len(words)
        if last > len(self.vectors):
            # Who still reads the smaller arrays finds in them all that it knows of.
            room = max(last, 2 * len(self.vectors)) - first
            self.vectors = np.concatenate(
                [self.vectors[:first], np.zeros((room, self.vectors.shape[1]), "f4")]
            )
            self.rarities = np.concatenate([self.rarities[:first], np.zeros(room, "f4")])
        self.vectors[first:last] = vectors
        self.rarities[first:last] = rarities
        self.numbers.update(zip(words, range(first, last), strict=True))


@dataclass(frozen=True, slots=True)
class Asked:
    """A query as it is compared.

    Attributes:
        text: The folded query.
        tokens: Its tokens in the sparse lane.
        attainable: The bound of its BM25 scores.
    """

    text: str
    tokens: Sequence[str]
    attainable: float


class Candidates:
    """Compares queries with rows of one view. Safe to use from any thread.

    Args:
        view: What was searched.
        encoder: The one of the view's vectors.
    """

    def __init__(self, view: View, encoder: Encoder) -> None:
        self._view = view
        self._encoder = encoder
        self._lock = Lock()
        self._words = _Words(encoder.identity.dim)

    def columns(self, asked: Asked, fused: Fused) -> dict[str, FloatVector]:
        """Measure the candidates of one query.

        Args:
            asked: The query.
            fused: m candidates, best first; m >= 1.

        Returns:
            By name, each float32, shape (m,).
        """
        words, texts, query = self._read(asked, fused.rows)
        vectors = np.asarray(self._view.vectors[fused.rows], dtype=np.float32)
        found = {
            "cos": fused.cosines,
            "share": fused.shares,
            "share_sharp": fused.shares**_SHARPNESS,
            "rank": np.log(np.arange(1.0, len(fused.rows) + 1.0)) / 4.0,
            "neigh": _neighbours(vectors),
            **_meanings(query, words, texts),
            **_letters(asked, query, words, texts),
            **_lengths(asked, texts),
        }
        found |= _spread(found)
        return {name: np.asarray(column, dtype=np.float32) for name, column in found.items()}

    def _read(self, asked: Asked, rows: IdVector) -> tuple[_Words, _Texts, IdVector]:
        """Give the words, the candidates' texts, and the numbers of the query's words."""
        with self._lock:
            words = self._words
            if len(words.texts) > _TEXTS_KEPT or len(words.numbers) > _WORDS_KEPT:
                self._words = words = _Words(self._encoder.identity.dim)
            numbers = rows.tolist()
            missing = [at for at in numbers if at not in words.texts]
            folded = [fold(chunk.text) for chunk, _ in self._view.pairs(np.array(missing, dtype=np.int64))]
            cut = self._view.tokenizer.tokens_many(folded)
            self._learn(words, [*cut, asked.tokens])
            for at, text, tokens in zip(missing, folded, cut, strict=True):
                held = np.array(sorted({words.numbers[token] for token in tokens}) or [-1], dtype=np.int64)
                words.texts[at] = _Text(held, len(tokens), _codes(text)[:_MOST_CHARS])
            query = np.array([words.numbers[token] for token in asked.tokens], dtype=np.int64)
            return words, _Texts([words.texts[at] for at in numbers]), query

    def _learn(self, words: _Words, cut: Sequence[Sequence[str]]) -> None:
        new = list(dict.fromkeys(token for tokens in cut for token in tokens if token not in words.numbers))
        if new:
            words.put(new, self._encoder.encode(new), self._view.sparse.idf(new))


def _meanings(query: IdVector, words: _Words, texts: _Texts) -> dict[str, NDArray[np.floating]]:
    """Find for each word of one side the likest of the other.

    References:
        Khattab & Zaharia, ColBERT (2020), section 3.3: late interaction.
    """
    names = (
        "words",
        "words_even",
        "words_rare",
        "words_least",
        "near",
        "close",
        "held",
        "filled",
        "filled_even",
    )
    if not len(query):
        return {name: np.zeros(texts.n) for name in (*names, "same")}
    asked, times = np.unique(query, return_counts=True)
    # A text without words stands for its first one; it is like nothing.
    distinct, places = np.unique(texts.words, return_inverse=True)
    alike = words.vectors[asked] @ words.vectors[distinct].T
    alike[:, distinct < 0] = 0.0
    likest = np.maximum.reduceat(alike[:, places], texts.word_starts, axis=1)
    weights = words.rarities[asked] * times
    weights = weights / max(float(weights.sum()), 1e-6)
    rare = weights**2 / max(float((weights**2).sum()), 1e-6)
    filled = alike.max(axis=0)[places]
    rarities = np.where(texts.words < 0, np.float32(1.0), words.rarities[texts.words])
    mass = np.add.reduceat(rarities, texts.word_starts)
    same = np.add.reduceat(np.where(filled > _SAME, rarities, 0.0), texts.word_starts)
    return {
        "words": weights @ likest,
        "words_even": likest.mean(axis=0),
        "words_rare": rare @ likest,
        "words_least": likest[weights >= 0.5 * weights.max()].min(axis=0),
        "near": weights @ (likest > _NEAR),
        "close": weights @ (likest > _CLOSE),
        "held": weights @ (likest > _SAME),
        "filled": np.add.reduceat(filled * rarities, texts.word_starts) / mass,
        "filled_even": np.add.reduceat(filled, texts.word_starts) / texts.word_sizes,
        "same": same / mass,
    }


def _letters(asked: Asked, query: IdVector, words: _Words, texts: _Texts) -> dict[str, NDArray[np.floating]]:
    """Compare letter by letter: a typo or another cut into words leaves most letters and pairs as they are."""
    chars = _codes(asked.text)
    distinct, order = np.unique(chars, return_inverse=True)
    weights = _char_weights(asked.tokens, words.rarities[query], distinct)
    owner = np.repeat(np.arange(texts.n), texts.char_sizes)
    places = np.minimum(np.searchsorted(distinct, texts.chars), len(distinct) - 1)
    hit = distinct[places] == texts.chars
    held = _present(owner[hit], places[hit], (texts.n, len(distinct)))
    covered, shared = held @ weights / weights.sum(), np.bincount(owner, hit, texts.n) / texts.char_sizes
    run = _longest_run(chars[:_MOST_ASKED], texts)
    found = {"letters": covered, "letters_back": shared, "run": run / min(len(chars), _MOST_ASKED)}
    if len(chars) < 2:
        return {**found, "pairs": covered, "pairs_back": shared, "figures": np.zeros(texts.n)}
    wide = len(distinct)
    pairs = np.unique(order[:-1] * wide + order[1:])
    follows = hit[:-1] & hit[1:] & (owner[:-1] == owner[1:])
    seen = places[:-1] * wide + places[1:]
    at = np.minimum(np.searchsorted(pairs, seen), len(pairs) - 1)
    both = follows & (pairs[at] == seen)
    held = _present(owner[:-1][both], at[both], (texts.n, len(pairs)))
    weighed = weights[pairs // wide] + weights[pairs % wide]
    figure = _is_figure(distinct)
    figures = figure[pairs // wide] & figure[pairs % wide]
    return {
        **found,
        "pairs": held @ weighed / weighed.sum(),
        "pairs_back": np.bincount(owner[:-1], both, texts.n) / np.maximum(texts.char_sizes - 1, 1),
        "figures": held @ (figures / max(int(figures.sum()), 1)),
    }


def _char_weights(tokens: Sequence[str], rarities: FloatVector, distinct: IdVector) -> NDArray[np.float64]:
    """Spread the rarity of each word of a query over its letters."""
    weights = np.zeros(len(distinct))
    for token, rarity in zip(tokens, rarities.tolist(), strict=True):
        chars = _codes(token)
        places = np.minimum(np.searchsorted(distinct, chars), len(distinct) - 1)
        known = distinct[places] == chars
        np.add.at(weights, places[known], rarity / len(chars))
    return np.maximum(weights, 0.01)


def _longest_run(chars: IdVector, texts: _Texts) -> NDArray[np.int64]:
    """Give the length of the longest run of a query's letters that stands in each text."""
    first = np.zeros(len(texts.chars), dtype=np.bool_)
    first[texts.char_starts] = True
    run, best = np.zeros((2, len(first)), dtype=np.int64)
    for char in chars.tolist():
        before = np.empty_like(run)
        before[1:] = run[:-1]
        before[first] = 0
        run = np.where(texts.chars == char, before + 1, 0)
        np.maximum(best, run, out=best)
    longest: NDArray[np.int64] = np.maximum.reduceat(best, texts.char_starts)
    return longest


def _neighbours(vectors: FloatMatrix) -> FloatVector:
    """Give the mean cosine with the first few candidates; none is its own neighbour."""
    first = vectors[:_NEIGHBOURS]
    alike = vectors @ first.T
    np.fill_diagonal(alike, 0.0)
    others = np.full(len(vectors), len(first), dtype=np.float32)
    others[: len(first)] -= 1.0
    return np.asarray(alike.sum(axis=1) / np.maximum(others, 1.0), dtype=np.float32)


def _lengths(asked: Asked, texts: _Texts) -> dict[str, NDArray[np.floating]]:
    """Lengths in words, as logarithms near zero, and what the query's words are worth."""
    held, wanted = np.log1p(texts.counts), float(np.log1p(len(asked.tokens)))
    alike = np.ones(texts.n)
    return {
        "length": held / 3.0 - 1.0,
        "shorter": np.maximum(wanted - held, 0.0),
        "longer": np.maximum(held - wanted, 0.0) / 2.0,
        "asked": alike * (wanted / 3.0 - 1.0),
        "attainable": alike * (np.log(max(asked.attainable, 1.0)) / 3.0 - 1.0),
        "length_mean": alike * (held.mean() / 3.0 - 1.0),
    }


def _spread(found: Mapping[str, NDArray[np.floating]]) -> dict[str, NDArray[np.floating]]:
    """Say of a query how good its best and its mean candidate are, and how far each candidate is from them."""
    spread: dict[str, NDArray[np.floating]] = {}
    for name in _SPREAD:
        column = found[name]
        best, mean = float(column.max()), float(column.mean())
        deviation = max(float(column.std()), 1e-4)
        spread |= {
            f"{name}_best": np.full(len(column), best - 0.5),
            f"{name}_mean": np.full(len(column), mean),
            f"{name}_below": column - best,
            f"{name}_standard": (column - mean) / (5.0 * deviation),
        }
    return spread


def _joined(parts: Sequence[IdVector]) -> tuple[IdVector, IdVector, IdVector]:
    sizes = np.array([len(part) for part in parts], dtype=np.int64)
    return np.concatenate(parts), np.cumsum(sizes) - sizes, sizes


def _present(rows: IdVector, columns: IdVector, shape: tuple[int, int]) -> NDArray[np.float64]:
    present = np.zeros(shape)
    present[rows, columns] = 1.0
    return present


def _codes(text: str) -> IdVector:
    """Turn a text into its code points without white space; an empty one is a single zero."""
    codes = np.frombuffer("".join(text.split()).encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    return codes.astype(np.int64) if len(codes) else np.zeros(1, dtype=np.int64)


def _is_figure(chars: IdVector) -> NDArray[np.bool_]:
    """Find digits and Latin letters: sizes, models, numbers."""
    found: NDArray[np.bool_] = ((chars >= 48) & (chars <= 57)) | ((chars >= 97) & (chars <= 122))
    return found
