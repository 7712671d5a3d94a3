"""How likely a sentence makes the words of a question: shoppers' words learnt beside the words that answer them.

A page says 褪色, a shopper 掉色; of pairs of a question and the sentence that answers it is learnt how often a word of the
one goes with a word of the other. The weights are data (`data/translation.npz`), fitted by
`benchmarks/train_translation.py`.

References:
    Brown, Della Pietra, Della Pietra & Mercer, The Mathematics of Statistical Machine Translation (Computational
    Linguistics 19(2), 1993), Model 1; Berger & Lafferty, Information Retrieval as Statistical Translation (SIGIR 1999).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import as_file, files
from pathlib import Path
from typing import NamedTuple, cast

import numpy as np
from numpy.typing import NDArray

from assist.arrays import FloatMatrix, FloatVector, IdVector
from assist.encoder import bundled
from assist.encoder.pieces import Pieces

LOG_STEP = 12.0 / 255.0
"""One step of the stored codes: e to the minus code times this is a probability."""
CHANCE = 0.05
"""Share of a question's words that come from nowhere in the sentence."""
LENGTH = 0.5
"""The power of a sentence's length that its words share: 1 would hold long ones to be a mixture of all they say."""
_NUMBERS = 1 << 16
"""Numbers that words may have."""
_FULL = 4.0
"""A mean log ratio that counts as 1."""
_FEW = 3
"""One of so many words of a question, at least one, is among its least explained ones."""


class Words:
    """Cuts texts into the pieces of a vocabulary and, numbered apart, their single characters.

    So 充电头 and 充电器 share something, and 水 within 防水 is not the word 水.

    Args:
        pieces: The vocabulary.
    """

    def __init__(self, pieces: Pieces) -> None:
        singles = [word for word in pieces.words if len(word) == 1 and word > "z"]
        self._pieces = pieces
        self._singles = dict(zip(singles, range(len(pieces), len(pieces) + len(singles)), strict=True))

    def __len__(self) -> int:
        """Count pieces and characters."""
        return len(self._pieces) + len(self._singles)

    def cut(self, text: str) -> NDArray[np.uint16]:
        """Number the distinct pieces and characters of a text; ascending."""
        folded = self._pieces.fold(text)
        singles = {number for char in folded if (number := self._singles.get(char)) is not None}
        return np.array(sorted({*self._pieces.ids(folded), *singles}), dtype=np.uint16)


@dataclass(frozen=True, slots=True, eq=False)
class Sentences:
    """n sentences, laid out to be scored by many questions.

    Attributes:
        words: int64, shape (u,). The distinct words of all of them.
        shares: float32, shape (u, n). What each word is of each sentence: 1 / (its words) ** `LENGTH`, or 0.
    """

    words: IdVector
    shares: FloatMatrix

    @classmethod
    def of(cls, cut: Sequence[NDArray[np.uint16]]) -> Sentences:
        """Lay out sentences as `Translation.words` cuts them."""
        sizes = np.array([len(sentence) for sentence in cut], dtype=np.int64)
        flat = np.concatenate(cut) if len(cut) else np.zeros(0, dtype=np.uint16)
        # Marks for every number there is take a fifth of the time of sorting.
        held = np.zeros(_NUMBERS, dtype=np.bool_)
        held[flat] = True
        words = np.flatnonzero(held)
        shares = np.zeros((len(words), len(cut)), dtype=np.float32)
        shares[_places(words).take(flat), np.repeat(np.arange(len(cut)), sizes)] = np.repeat(
            np.maximum(sizes, 1) ** -LENGTH, sizes
        )
        return cls(words, shares)


def _places(words: IdVector) -> NDArray[np.uint16]:
    """Say of every number where it stands among words, counted from 0; of what does not stand there, nothing."""
    places: NDArray[np.uint16] = np.empty(_NUMBERS, dtype=np.uint16)
    places[words] = np.arange(len(words), dtype=np.uint16)
    return places


class Explained(NamedTuple):
    """How well each of n sentences explains a question's words: log P(word | sentence) / P(word), about 0-1.

    Attributes:
        mean: float32, shape (n,). Over all words.
        least: float32, shape (n,). Over the third of them that each explains least: what is asked and not said.
    """

    mean: FloatVector
    least: FloatVector


class Translation:
    """A table of which words of a question go with which words of an answer; immutable.

    Args:
        words: Cuts both sides into v words.
        starts: int64, shape (v + 1,). Where the entries of each word of a question begin.
        givens: uint16, shape (e,). The words of answers, ascending within an entry's word.
        codes: uint8, shape (e,). Their probabilities, see `LOG_STEP`.
        background: float32, shape (v,). How often questions use each word at all; positive.
    """

    def __init__(
        self,
        words: Words,
        starts: IdVector,
        givens: NDArray[np.uint16],
        codes: NDArray[np.uint8],
        background: FloatVector,
    ) -> None:
        self._words = words
        self._starts = starts
        self._givens = givens
        self._chances: FloatVector = np.exp(-LOG_STEP * np.arange(256)).astype(np.float32)[codes]
        self._background = background

    @classmethod
    def bundled(cls) -> Translation:
        """Return the shipped table; read once per process."""
        return _bundled()

    def words(self, text: str) -> NDArray[np.uint16]:
        """Cut a text as `score` wants it."""
        return self._words.cut(text)

    def explain(self, question: NDArray[np.uint16], sentences: Sentences) -> Explained:
        """Say how well n sentences explain the words of a question.

        Args:
            question: As `words` cuts it.
            sentences: n of them.

        Returns:
            Zeros for a question without a known word.
        """
        if not len(question):
            nothing = np.zeros(sentences.shares.shape[1], dtype=np.float32)
            return Explained(nothing, nothing)
        chances = self._between(question, sentences.words)
        chance = CHANCE * self._background[question, np.newaxis]
        ratios = np.log1p((1.0 - CHANCE) * (chances @ sentences.shares) / chance) / np.float32(_FULL)
        few = max(1, len(question) // _FEW)
        return Explained(ratios.mean(axis=0), np.partition(ratios, few - 1, axis=0)[:few].mean(axis=0))

    def _between(self, question: NDArray[np.uint16], words: IdVector) -> FloatMatrix:
        """Look up how likely each of q words is beside each of u; float32, shape (q, u)."""
        chances = np.zeros((len(question), len(words)), dtype=np.float32)
        held = np.zeros(_NUMBERS, dtype=np.bool_)
        held[words] = True
        starts, ends = self._starts.take(question), self._starts.take(question + np.int64(1))
        entries = [slice(*both) for both in zip(starts.tolist(), ends.tolist(), strict=True)]
        givens = np.concatenate([self._givens[entry] for entry in entries])
        kept = np.flatnonzero(held.take(givens))
        rows = np.searchsorted(np.cumsum(ends - starts), kept, side="right")
        found = np.concatenate([self._chances[entry] for entry in entries]).take(kept)
        chances[rows, _places(words).take(givens.take(kept))] = found
        return chances


def read_table(path: Path, words: Words) -> Translation:
    """Read a table that `benchmarks/train_translation.py` wrote."""
    with np.load(path, allow_pickle=False) as found:
        return Translation(words, found["starts"], found["givens"], found["codes"], found["background"])


@cache
def _bundled() -> Translation:
    with as_file(files("assist.retrieve") / "data" / "translation.npz") as path:
        # The bundled model is always cut by its own pieces; other static models may be cut otherwise.
        return read_table(path, Words(cast(Pieces, bundled().cutter)))
