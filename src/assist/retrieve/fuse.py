"""Two ranked lists -> one: a convex mix of scores on fixed scales, and the collapse of near-duplicates.

The mix is Bruch, Gai & Ingber, An Analysis of Fusion Functions for Hybrid Retrieval (2023), section 4, with scales that
do not depend on what was found: a text that has one common word of the query is no good match because no other has
more. Scoring in both lanes what either found measured better too (`benchmarks/README.md`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from assist.arrays import FloatMatrix, FloatVector, IdVector

Rescore: TypeAlias = Callable[[IdVector], FloatVector]
"""Scores of given rows for one query; int64 (m,) to float32 (m,)."""

Rarity: TypeAlias = Callable[[Sequence[str]], FloatVector]
"""Inverse document frequencies of tokens; float32, as many as tokens."""

_SHARPNESS = 1.5
"""Power of the share of the query that a text holds: half of the words say less than half of what all say."""
_LEAST_ATTAINABLE = 1e-6
_PRODUCT = 1 << 17
_NOT_FOUND = np.float32(-np.inf)


@dataclass(frozen=True, slots=True, eq=False)
class Fused:
    """One query's fused candidates, best first.

    Attributes:
        rows: int64, shape (m,).
        scores: float32, shape (m,), in 0–1, falling; ties by lower row.
        dense: float32, shape (m,): raw score of the dense lane, -inf where it did not find the row.
        sparse: float32, shape (m,): raw score of the sparse lane, likewise.
        cosines: float32, shape (m,), 0–1: what the mix took of the dense lane, known of every row.
        shares: float32, shape (m,), 0–1: BM25 scores as shares of the attainable one, likewise.
    """

    rows: IdVector
    scores: FloatVector
    dense: FloatVector
    sparse: FloatVector
    cosines: FloatVector
    shares: FloatVector

    def taken(self, places: IdVector) -> Fused:
        """Give the candidates at some places, in their order."""
        return Fused(
            self.rows[places],
            self.scores[places],
            self.dense[places],
            self.sparse[places],
            self.cosines[places],
            self.shares[places],
        )

    def head(self, most: int) -> Fused:
        """Give the first candidates."""
        return self.taken(np.arange(min(most, len(self.rows))))


def fuse(
    dense: tuple[IdVector, FloatVector],
    sparse: tuple[IdVector, FloatVector],
    *,
    weight: float,
    attainable: float,
    exact_dense: Rescore,
    exact_sparse: Rescore,
) -> Fused:
    """Mix two lanes' results; padding (-1) is dropped.

    A cosine counts as it is, a BM25 score as a share, sharpened, of what a text can attain for the query: both are 0
    where nothing is alike and near 1 where all is, wherever a list was cut and whatever else was found. What one lane
    did not find is scored by it afterwards, for its place below the cut is known to no one and 0 would be a guess.

    Args:
        dense: Rows and scores of the dense lane, best first.
        sparse: Rows and scores of the sparse lane, best first; padded where no further row has a word of the query.
        weight: Share of the dense lane, 0–1.
        attainable: No BM25 score of the query is larger; see `attainable_scores`.
        exact_dense: Cosines of given rows with the query.
        exact_sparse: BM25 scores of given rows for the query.

    Returns:
        The union of both lists.
    """
    dense_rows, dense_scores = _found(*dense)
    sparse_rows, sparse_scores = _found(*sparse)
    rows = _union(dense_rows, sparse_rows)
    raw_dense = _spread(rows, dense_rows, dense_scores)
    raw_sparse = _spread(rows, sparse_rows, sparse_scores)
    cosines = _completed(raw_dense, rows, exact_dense)
    # A list that ends before its cut holds every row that has a word of the query.
    impacts = (
        _completed(raw_sparse, rows, exact_sparse)
        if len(sparse_rows) == len(sparse[0])
        else np.maximum(raw_sparse, np.float32(0.0))
    )
    return _mixed(rows, (raw_dense, raw_sparse), cosines, impacts, weight, attainable)


def fuse_scored(
    rows: IdVector, cosines: FloatVector, impacts: FloatVector, take: int, *, weight: float, attainable: float
) -> Fused:
    """Mix two lanes that scored every row of a scope; the result is that of `fuse` over the best of each.

    Args:
        rows: int64, ascending: the scope.
        cosines: float32, shape of `rows`: what the dense lane gives each.
        impacts: float32, likewise: what the sparse lane gives, 0 for a row without a word of the query.
        take: So many rows a lane would have found.
        weight: As in `fuse`.
        attainable: As in `fuse`.
    """
    raw_dense = _kept_best(cosines, take)
    raw_sparse = _kept_best(np.where(impacts > 0, impacts, _NOT_FOUND), take)
    if len(rows) > take:
        found = np.flatnonzero(np.maximum(raw_dense, raw_sparse) > _NOT_FOUND)
        rows, cosines, impacts = rows[found], cosines[found], impacts[found]
        raw_dense, raw_sparse = raw_dense[found], raw_sparse[found]
    return _mixed(rows, (raw_dense, raw_sparse), cosines, impacts, weight, attainable)


def _mixed(
    rows: IdVector,
    raw: tuple[FloatVector, FloatVector],
    cosines: FloatVector,
    impacts: FloatVector,
    weight: float,
    attainable: float,
) -> Fused:
    cosines = np.minimum(np.maximum(cosines, 0.0), 1.0)
    shares = np.minimum(impacts / max(attainable, _LEAST_ATTAINABLE), 1.0)
    mixed = weight * cosines + (1.0 - weight) * shares**_SHARPNESS
    # The rows ascend, so a stable sort leaves the lower of two equal ones first.
    order = np.argsort(-mixed, kind="stable")
    mixed, shares = mixed.astype(np.float32), np.asarray(shares, dtype=np.float32)
    return Fused(rows, mixed, *raw, np.asarray(cosines, dtype=np.float32), shares).taken(order)


def _kept_best(scores: FloatVector, take: int) -> FloatVector:
    """Leave the best scores, of equal ones the first, and mark the others as not found."""
    if len(scores) <= take:
        return scores
    kept: FloatVector = np.full(len(scores), _NOT_FOUND, dtype=np.float32)
    best = np.argsort(-scores, kind="stable")[:take]
    kept[best] = scores[best]
    return kept


def attainable_scores(queries: Sequence[Sequence[str]], idf: Rarity) -> FloatVector:
    """Give the least upper bound of the BM25 scores that any text can have for each query.

    A token adds less than its inverse document frequency, however often a text repeats it; one that no text holds
    counts as the rarest.

    Args:
        queries: q lists of tokens; a repeated one counts again, as it does in a score.
        idf: Of the collection that is searched.

    Returns:
        float32, shape (q,); 0 for a query without tokens.
    """
    flat = [token for tokens in queries for token in tokens]
    sums = np.append(np.float32(0.0), np.cumsum(idf(flat), dtype=np.float64)) if flat else np.zeros(1)
    ends = np.cumsum([0, *map(len, queries)])
    return np.asarray(sums[ends[1:]] - sums[ends[:-1]], dtype=np.float32)


def _union(one: IdVector, other: IdVector) -> IdVector:
    """Merge two lists of distinct rows into one that ascends."""
    merged = np.sort(np.concatenate((one, other)))
    return merged[np.append(merged[1:] != merged[:-1], True)] if len(merged) else merged


def _found(rows: IdVector, scores: FloatVector) -> tuple[IdVector, FloatVector]:
    if len(rows) and rows[-1] >= 0:
        return rows, scores
    real = rows >= 0
    return rows[real], scores[real]


def _spread(rows: IdVector, found: IdVector, scores: FloatVector) -> FloatVector:
    spread = np.full(len(rows), -np.inf, dtype=np.float32)
    spread[np.searchsorted(rows, found)] = scores
    return spread


def _completed(scores: FloatVector, rows: IdVector, exact: Rescore) -> FloatVector:
    """Score what the lane did not find."""
    missing = (scores == -np.inf).nonzero()[0]
    if not len(missing):
        return scores
    whole: FloatVector = scores.copy()
    whole[missing] = exact(rows[missing])
    return whole


def collapse(
    vectors: FloatMatrix, kinds: NDArray[np.int8], k: int, cosine: float
) -> tuple[IdVector, IdVector]:
    """Keep the best of near-duplicates.

    Args:
        vectors: float32, shape (m, d), unit rows, best first.
        kinds: int8, shape (m,): only rows of one kind collapse.
        k: Rows to keep.
        cosine: At least this similar is a duplicate.

    Returns:
        keep: int64, positions kept, at most k, best first.
        counts: int64, how many positions each of them stands for.
    """
    alike = _cosines(vectors) >= cosine
    np.fill_diagonal(alike, False)
    # Most hits are like no other; only those that are need looking at one by one.
    if not alike.any():
        keep = np.arange(min(k, len(vectors)), dtype=np.int64)
        return keep, np.ones(len(keep), dtype=np.int64)
    alike &= kinds[:, None] == kinds[None, :]
    lonely: NDArray[np.bool_] = np.logical_not(alike.any(axis=1))
    np.fill_diagonal(alike, True)
    kept: list[int] = []
    counts: list[int] = []
    taken = np.zeros(len(vectors), dtype=bool)
    for at, alone in enumerate(lonely.tolist()):
        if len(kept) == k:
            break
        if taken[at]:
            continue
        group = 1
        if not alone:
            fresh = alike[at] & ~taken
            taken |= fresh
            group = int(fresh.sum())
        taken[at] = True
        kept.append(at)
        counts.append(group)
    return np.asarray(kept, dtype=np.int64), np.asarray(counts, dtype=np.int64)


def _cosines(vectors: FloatMatrix) -> FloatMatrix:
    """Multiply all pairs of rows in blocks so small that BLAS stays on this thread.

    Waking its pool costs more than so small a product, and a hundred times more on a busy machine.
    """
    m, d = vectors.shape
    cosines = np.empty((m, m), dtype=np.float32)
    step = max(_PRODUCT // max(m * d, 1), 1)
    for start in range(0, m, step):
        np.matmul(vectors[start : start + step], vectors.T, out=cosines[start : start + step])
    return cosines
