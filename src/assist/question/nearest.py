"""How near a text comes to the wordings of every leaf: the best cosine, and the mean of the best three."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from assist.arrays import FloatMatrix
from assist.index.faiss_engine import inner_products

_NEAREST = 3
# Texts of one or two messages are compared one by one, those of a batch by a matrix product.
_FEW = 12
Rows: TypeAlias = NDArray[np.int64]


class Wordings:
    """The embeddings of all leaves' wordings, in turns: the first of every leaf, then the second of those that have one.

    Args:
        embeddings: float32, shape (n, d), rows in the order of `in_turns(sizes)`.
        sizes: Number of wordings of each leaf, each at least 1.
    """

    def __init__(self, embeddings: FloatMatrix, sizes: Sequence[int]) -> None:
        self.embeddings = embeddings
        self._leaves = _by_size(sizes)
        self._turns = [int(count) for count in (np.array(sizes) > np.arange(max(sizes))[:, None]).sum(axis=1)]
        self._rows = _padded_rows(sizes)

    def cosines(self, queries: FloatMatrix) -> tuple[FloatMatrix, FloatMatrix]:
        """Compare texts with all wordings.

        Args:
            queries: float32, shape (q, d), unit rows.

        Returns:
            best: float32, shape (q, leaves): the highest cosine with a wording of each leaf.
            mean: float32, shape (q, leaves): the mean of the highest three; -1 stands for those a leaf has not.
        """
        search = self._one_by_one if len(queries) <= _FEW else self._together
        highest = search(queries)
        return highest[0], (highest[2] + highest[1] + highest[0]) / np.float32(_NEAREST)

    def _one_by_one(self, queries: FloatMatrix) -> FloatMatrix:
        """Return the highest cosines, highest first, shape (3, q, leaves); the last column stands for no wording."""
        cosines = np.full((len(queries), len(self.embeddings) + 1), -1.0, dtype=np.float32)
        cosines[:, :-1] = products(queries, self.embeddings)
        highest = np.partition(cosines[:, self._rows], -_NEAREST, axis=2)[:, :, -_NEAREST:]
        highest.sort(axis=2)
        result: FloatMatrix = np.moveaxis(highest, 2, 0)[::-1]
        return result

    def _together(self, queries: FloatMatrix) -> FloatMatrix:
        """Return the same, kept while all leaves' wordings are gone through in turns."""
        cosines = self.embeddings @ queries.T
        highest = np.full((_NEAREST, len(self._leaves), len(queries)), -1.0, dtype=np.float32)
        free = np.empty_like(highest[0])
        first = 0
        for count in self._turns:
            best, second, third = highest[:, :count]
            turn, lower = cosines[first : first + count], free[:count]
            np.minimum(best, turn, out=lower)
            np.maximum(best, turn, out=best)
            np.minimum(second, lower, out=turn)
            np.maximum(second, lower, out=second)
            np.maximum(third, turn, out=third)
            first += count
        result = np.empty_like(highest)
        result[:, self._leaves] = highest
        turned: FloatMatrix = result.transpose(0, 2, 1)
        return turned


def in_turns(sizes: Sequence[int]) -> Rows:
    """Return the rows of wordings that stand leaf by leaf, in turns: the leaves' first ones, then their second ones.

    Leaves with more wordings come first, so that each turn is one run of rows.

    Examples:
        >>> in_turns([1, 3]).tolist()
        [1, 0, 2, 3]
    """
    firsts = np.cumsum([0, *sizes[:-1]])
    leaves = _by_size(sizes)
    turns = [[firsts[leaf] + turn for leaf in leaves if sizes[leaf] > turn] for turn in range(max(sizes))]
    return np.concatenate([np.array(turn, dtype=np.int64) for turn in turns])


def _by_size(sizes: Sequence[int]) -> Rows:
    order: Rows = np.argsort(-np.array(sizes), kind="stable")
    return order


def _padded_rows(sizes: Sequence[int]) -> Rows:
    """Return the wordings' places in turns by leaf, shape (leaves, widest); the gaps name the row after the last."""
    total, widest = sum(sizes), max(_NEAREST, *sizes)
    places = np.empty(total, dtype=np.int64)
    places[in_turns(sizes)] = np.arange(total)
    rows = np.full((len(sizes), widest), total, dtype=np.int64)
    start = 0
    for leaf, size in enumerate(sizes):
        rows[leaf, :size] = places[start : start + size]
        start += size
    return rows


def products(queries: FloatMatrix, vectors: FloatMatrix) -> FloatMatrix:
    """Multiply row by row, so that a text scores the same in every batch, and wake no threads for so little."""
    found = np.empty((len(queries), len(vectors)), dtype=np.float32)
    rows = np.ascontiguousarray(vectors)
    for line, query in zip(found, queries, strict=True):
        line[:] = inner_products(query, rows)
    return found
