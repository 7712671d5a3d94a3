"""Several ranked lists into one, for a whole batch at once; deterministic and blind to the order of the lists."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from assist.arrays import FloatMatrix, IdMatrix
from assist.errors import InputError
from assist.index.ranking import check_k, padded

RankedLists = tuple[IdMatrix, FloatMatrix]
"""What a search gives: rows (q, m) padded with -1, and scores (q, m) padded with -inf, best first."""


def min_max(scores: FloatMatrix, *, floor: float | None = None) -> FloatMatrix:
    """Map the scores of each line to 0-1: the best to 1, the worst (or `floor`) to 0.

    Args:
        scores: float32, shape (q, m), padded with -inf.
        floor: What shall become 0; None takes the lowest score of the line. With the lowest score that the measure
            can give (0 for BM25, -1 for a cosine) the last hit of a line is not worth nothing.

    Returns:
        float32, shape (q, m), 0 where the line is padded. A line whose scores are all equal becomes all 1.

    References:
        Bruch, Gai & Ingber, An Analysis of Fusion Functions for Hybrid Retrieval (2022), section 4.1.
    """
    present = np.isfinite(scores)
    high = scores.max(axis=1, keepdims=True, initial=-np.inf)
    lowest = np.where(present, scores, np.inf).min(axis=1, keepdims=True, initial=np.inf)
    low = lowest if floor is None else np.minimum(np.float32(floor), lowest)
    width = np.where(high > low, high - low, 1.0)
    above = np.where(present, scores, low) - np.where(np.isfinite(low), low, 0.0)
    scaled = np.where(high > low, above / width, 1.0)
    return np.where(present, scaled, 0.0).astype(np.float32)


def convex(
    lists: Sequence[RankedLists],
    k: int,
    *,
    weights: Sequence[float],
    floors: Sequence[float | None] | None = None,
) -> RankedLists:
    """Fuse by the weighted sum of min-max normalised scores; a row that a list lacks gets 0 from it.

    Args:
        lists: At least one; all with the same q.
        k: Results wanted per query, >= 1.
        weights: One per list, >= 0.
        floors: One per list, see `min_max`; None for all None.

    Returns:
        rows: int64, shape (q, k), best first, equal scores by lower row, padded with -1.
        scores: float32, shape (q, k), 0 to the sum of weights, padded with -inf.

    Raises:
        InputError: k < 1, no list, or the lengths differ.
    """
    lows = [None] * len(lists) if floors is None else list(floors)
    _check(lists, k, weights, lows)
    parts = [
        weight * min_max(scores, floor=low).astype(np.float64)
        for (_, scores), weight, low in zip(lists, weights, lows, strict=True)
    ]
    return _sum_by_row([rows for rows, _ in lists], parts, k)


def rrf(
    lists: Sequence[RankedLists],
    k: int,
    *,
    rank_constant: float = 60.0,
    weights: Sequence[float] | None = None,
) -> RankedLists:
    """Fuse by reciprocal ranks: a row gets weight / (rank_constant + rank) from each list that has it; ranks from 1.

    Args:
        lists: At least one; all with the same q.
        k: Results wanted per query, >= 1.
        rank_constant: How little the first ranks stand out, > 0.
        weights: One per list, >= 0; None for all 1.

    Returns:
        rows: int64, shape (q, k), best first, equal scores by lower row, padded with -1.
        scores: float32, shape (q, k), > 0, padded with -inf.

    Raises:
        InputError: k < 1, no list, rank_constant <= 0, or the lengths differ.

    References:
        Cormack, Clarke & Buettcher, Reciprocal Rank Fusion outperforms Condorcet and individual Rank Learning
        Methods (2009).
    """
    shares = [1.0] * len(lists) if weights is None else list(weights)
    _check(lists, k, shares, shares)
    if rank_constant <= 0:
        raise InputError(f"rank_constant must be > 0, got {rank_constant}")
    parts = [
        np.broadcast_to(weight / (rank_constant + 1.0 + np.arange(rows.shape[1])), rows.shape)
        for (rows, _), weight in zip(lists, shares, strict=True)
    ]
    return _sum_by_row([rows for rows, _ in lists], parts, k)


def _check(
    lists: Sequence[RankedLists], k: int, weights: Sequence[float], lows: Sequence[float | None]
) -> None:
    check_k(k)
    if not lists or not len(lists) == len(weights) == len(lows):
        raise InputError(f"one weight per list is wanted: {len(lists)} lists, {len(weights)} weights")
    if min(weights) < 0:
        raise InputError(f"weights must be >= 0, got {list(weights)}")
    if len({len(rows) for rows, _ in lists}) > 1:
        raise InputError(f"lists differ in their number of queries: {[len(rows) for rows, _ in lists]}")


def _sum_by_row(rows: Sequence[IdMatrix], parts: Sequence[NDArray[np.float64]], k: int) -> RankedLists:
    row, part = np.concatenate(rows, axis=1), np.concatenate(parts, axis=1)
    q = len(row)
    line, place = np.nonzero(row >= 0)
    row, part = row[line, place], part[line, place]
    # Equal rows side by side and their parts by size: the sum does not depend on the order of the lists.
    order = np.lexsort((part, row, line))
    line, row, part = line[order], row[order], part[order]
    is_first = np.ones(len(row), dtype=np.bool_)
    is_first[1:] = (row[1:] != row[:-1]) | (line[1:] != line[:-1])
    first = np.flatnonzero(is_first)
    score = np.add.reduceat(part, first).astype(np.float32) if len(first) else np.empty(0, dtype=np.float32)
    line, row = line[first], row[first]
    order = np.lexsort((row, -score, line))
    row, score = row[order], score[order]
    cuts = np.searchsorted(line, np.arange(q + 1)).tolist()
    return padded(((row[i:j][:k], score[i:j][:k]) for i, j in zip(cuts, cuts[1:], strict=False)), q, k)
