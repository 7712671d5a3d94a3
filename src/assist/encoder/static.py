"""The static encoder: one vector per piece of text, added up; microseconds a text, no neural network at run time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from assist.arrays import FloatMatrix, FloatVector
from assist.encoder.base import EncoderIdentity, TextKind
from assist.encoder.checks import check_dim, check_texts
from assist.encoder.pieces import Pieces
from assist.encoder.weights import read_weights
from assist.errors import DimensionError, ModelNotFoundError

_TOKENS_AT_ONCE = 4_096
_TEXTS_AT_ONCE = 16_384


class Cutter(Protocol):
    """Cuts texts into ids of rows; each text gives any number of them, also none."""

    def ids_many(self, texts: Sequence[str]) -> list[list[int]]:
        """Cut each of `texts`."""
        ...


class StaticEncoder:
    """Adds up the weighted vectors of a text's pieces and brings the sum to unit length.

    Safe to share between threads. A text without a known piece gives the last unit vector, so that every row
    has norm 1. Queries and passages are treated alike.

    Args:
        cutter: Turns texts into row numbers of `vectors`.
        vectors: int8 or float, shape (v, d'); may be a memory map. Not copied.
        scales: float32, shape (v,). What each row is multiplied by.
        name: The model's name.
        revision: Changes whenever the vectors would.
        dim: Use only the first `dim` columns; None uses all.

    Raises:
        DimensionError: `vectors` and `scales` disagree in v.
        InputError: `dim` is not between 1 and d'.

    References:
        Arora, Liang & Ma, A Simple but Tough-to-Beat Baseline for Sentence Embeddings (ICLR 2017).
        Reimers & Gurevych, Sentence-BERT (EMNLP 2019); Kusupati et al., Matryoshka Representation Learning (2022).
    """

    def __init__(
        self,
        cutter: Cutter,
        vectors: NDArray[Any],
        scales: FloatVector,
        *,
        name: str,
        revision: str,
        dim: int | None = None,
    ) -> None:
        if vectors.ndim != 2 or len(vectors) != len(scales):
            raise DimensionError(f"vectors of shape {vectors.shape} need as many scales, got {scales.shape}")
        self.cutter = cutter
        self.vectors = vectors[:, : check_dim(dim, vectors.shape[1])]
        self.scales = scales
        self._identity = EncoderIdentity(name=name, revision=revision, dim=self.vectors.shape[1])

    @classmethod
    def open(cls, path: str | Path, *, dim: int | None = None) -> StaticEncoder:
        """Open a file written by `assist.encoder.weights.write_weights`; vectors stay on disk until used.

        Raises:
            ModelNotFoundError: There is no such file.
            EncoderError: The file is damaged or of another format.
            InputError: `dim` is not between 1 and the model's own.
        """
        file = Path(path)
        if not file.is_file():
            raise ModelNotFoundError(f"there is no static model at {file}", model=str(path))
        weights = read_weights(file)
        cutter = Pieces(weights.pieces, simplified=weights.simplified)
        return cls(
            cutter, weights.vectors, weights.scales, name=weights.name, revision=weights.revision, dim=dim
        )

    @property
    def identity(self) -> EncoderIdentity:
        """Name, revision and dimension."""
        return self._identity

    def encode(self, texts: Sequence[str], *, kind: TextKind = "passage") -> FloatMatrix:
        """Encode texts; float32, shape (n, dim), unit rows. `kind` makes no difference.

        Raises:
            InputError: `texts` is one string instead of a sequence, holds something else than strings, or
                `kind` is neither "query" nor "passage".
        """
        check_texts(texts, kind)
        matrix = np.zeros((len(texts), self._identity.dim), dtype=np.float32)
        for start in range(0, len(texts), _TEXTS_AT_ONCE):
            self._fill(matrix[start : start + _TEXTS_AT_ONCE], texts[start : start + _TEXTS_AT_ONCE])
        return unit_rows(matrix)

    def _fill(self, matrix: FloatMatrix, texts: Sequence[str]) -> None:
        ids = self.cutter.ids_many(texts)
        for places, length in _groups(ids):
            tokens = np.array([ids[place] for place in places], dtype=np.int64)
            short = length <= _TOKENS_AT_ONCE
            matrix[places] = self._add_up(tokens) if short else self._add_up_long(tokens[0])

    def _add_up(self, tokens: NDArray[np.int64]) -> FloatMatrix:
        rows = self.vectors[tokens].astype(np.float32)
        sums: FloatMatrix = np.matmul(self.scales[tokens][:, None, :], rows)[:, 0]
        return sums

    def _add_up_long(self, tokens: NDArray[np.int64]) -> FloatMatrix:
        found, counts = np.unique(tokens, return_counts=True)
        total = np.zeros((1, self._identity.dim), dtype=np.float32)
        for start in range(0, len(found), _TOKENS_AT_ONCE):
            part = found[start : start + _TOKENS_AT_ONCE]
            shares = (counts[start : start + _TOKENS_AT_ONCE] * self.scales[part]).astype(np.float32)
            total += shares @ self.vectors[part].astype(np.float32)
        return total


def _groups(ids: Sequence[Sequence[int]]) -> Iterator[tuple[list[int], int]]:
    """Group texts of equal length, so that a group is one array; no group is large in memory."""
    by_length: dict[int, list[int]] = {}
    for place, found in enumerate(ids):
        by_length.setdefault(len(found), []).append(place)
    by_length.pop(0, None)
    for length, places in by_length.items():
        step = max(1, _TOKENS_AT_ONCE // length)
        for start in range(0, len(places), step):
            yield places[start : start + step], length


def unit_rows(matrix: FloatMatrix) -> FloatMatrix:
    """Divide each row by its L2 norm, in place; a row of zeros becomes the last unit vector."""
    norms = np.sqrt(np.einsum("ij,ij->i", matrix, matrix))
    empty = norms < 1e-12
    if empty.any():
        matrix[empty] = 0.0
        matrix[empty, -1] = norms[empty] = 1.0
    matrix /= norms[:, None]
    return matrix
