"""Two ranked lists -> one: a convex mix of min-max scaled scores, and the collapse of near-duplicates.

The mix is Bruch, Gai & Ingber, An Analysis of Fusion Functions for Hybrid Retrieval (2023); it measured
better than reciprocal ranks on Chinese service questions.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from assist.arrays import FloatMatrix, FloatVector, IdVector


@dataclass(frozen=True, slots=True, eq=False)
class Fused:
    """One query's fused candidates, best first.

    Attributes:
        rows: int64, shape (m,).
        scores: float32, shape (m,), in 0–1, falling; ties by lower row.
        dense: float32, shape (m,): raw score of the dense lane, -inf where it did not find the row.
        sparse: float32, shape (m,): raw score of the sparse lane, likewise.
    """

    rows: IdVector
    scores: FloatVector
    dense: FloatVector
    sparse: FloatVector


def fuse(
    dense: tuple[IdVector, FloatVector], sparse: tuple[IdVector, FloatVector], *, weight: float
) -> Fused:
    """Mix two lanes' results; padding (-1) is dropped.

    Args:
        dense: Rows and scores of the dense lane, best first.
        sparse: Rows and scores of the sparse lane, best first.
        weight: Share of the dense lane, 0–1.

    Returns:
        The union of both lists.
    """
    dense_rows, dense_scores = _found(*dense)
    sparse_rows, sparse_scores = _found(*sparse)
    rows = np.union1d(dense_rows, sparse_rows)
    raw_dense = _spread(rows, dense_rows, dense_scores)
    raw_sparse = _spread(rows, sparse_rows, sparse_scores)
    mixed = weight * _scaled(raw_dense) + (1.0 - weight) * _scaled(raw_sparse)
    order = np.lexsort((rows, -mixed))
    return Fused(
        rows[order].astype(np.int64),
        mixed[order].astype(np.float32),
        raw_dense[order],
        raw_sparse[order],
    )


def _found(rows: IdVector, scores: FloatVector) -> tuple[IdVector, FloatVector]:
    real = rows >= 0
    return rows[real], scores[real]


def _spread(rows: IdVector, found: IdVector, scores: FloatVector) -> FloatVector:
    spread = np.full(len(rows), -np.inf, dtype=np.float32)
    spread[np.searchsorted(rows, found)] = scores
    return spread


def _scaled(scores: FloatVector) -> NDArray[np.float32]:
    """Min-max over what the lane found; what it did not find scores 0, a single hit scores 1."""
    known = np.isfinite(scores)
    if not known.any():
        return np.zeros(len(scores), dtype=np.float32)
    low, high = float(scores[known].min()), float(scores[known].max())
    if high - low < 1e-9:
        return known.astype(np.float32)
    filled = np.where(known, scores, low)
    return np.asarray((filled - low) / (high - low), dtype=np.float32)


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
    # einsum stays on this thread: waking a BLAS pool costs more than so small a product.
    alike = (np.einsum("id,jd->ij", vectors, vectors) >= cosine) & (kinds[:, None] == kinds[None, :])
    keep: list[int] = []
    counts: list[int] = []
    taken = np.zeros(len(vectors), dtype=bool)
    for at in range(len(vectors)):
        if taken[at]:
            continue
        group = alike[at] & ~taken
        taken |= group
        if len(keep) < k:
            keep.append(at)
            counts.append(int(group.sum()))
    return np.asarray(keep, dtype=np.int64), np.asarray(counts, dtype=np.int64)
