"""The slow, exact, obvious engines that every other is tested against."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from assist.arrays import FloatMatrix, IdMatrix, IdVector
from assist.index.ranking import check_k, check_scopes


def exact_top_k(
    queries: FloatMatrix, vectors: FloatMatrix, k: int, *, rows: Sequence[IdVector | None] | None = None
) -> tuple[IdMatrix, FloatMatrix]:
    """Find, for each query, the k stored vectors of highest inner product, one pair at a time.

    Args:
        queries: float32, shape (q, d).
        vectors: float32, shape (n, d); n may be 0.
        k: Results wanted per query, >= 1.
        rows: Per query the only rows that count, ascending, or None for all.

    Returns:
        rows: int64, shape (q, k), best first, equal scores by lower row, padded with -1.
        scores: float32, shape (q, k); computed in float64 and rounded once, padded with -inf.

    Raises:
        InputError: k < 1, or `rows` does not fit.

    Examples:
        >>> rows, scores = exact_top_k(np.eye(2, dtype="f4")[:1], np.eye(2, dtype="f4"), 3)
        >>> rows.tolist(), scores.tolist()
        ([[0, 1, -1]], [[1.0, 0.0, -inf]])
    """
    check_k(k)
    scored = []
    for query, scope in zip(queries, check_scopes(rows, len(queries), len(vectors)), strict=True):
        lines = range(len(vectors)) if scope is None else scope.tolist()
        scored.append([(row, _inner_product(query.tolist(), vectors[row].tolist())) for row in lines])
    return _cut(scored, k)


def exact_bm25(
    queries: Sequence[Sequence[str]],
    token_lists: Sequence[Sequence[str]],
    k: int,
    *,
    k1: float = 1.5,
    b: float = 0.75,
    rows: Sequence[IdVector | None] | None = None,
) -> tuple[IdMatrix, FloatMatrix]:
    """Find, for each query, the k token lists of highest BM25 score, one pair at a time, straight from the formula.

    Args:
        queries: q lists of tokens.
        token_lists: n lists of tokens.
        k: Results wanted per query, >= 1.
        k1: Term saturation.
        b: Length normalisation.
        rows: Per query the only rows that count, ascending, or None for all.

    Returns:
        rows: int64, shape (q, k), best first, equal scores by lower row, padded with -1; only scores > 0.
        scores: float32, shape (q, k), padded with -inf.

    Raises:
        InputError: k < 1, or `rows` does not fit.

    References:
        Robertson & Zaragoza, The Probabilistic Relevance Framework: BM25 and Beyond (2009), section 3, with the
        inverse document frequency ln(1 + (N - df + 0.5) / (df + 0.5)).

    Examples:
        >>> rows, scores = exact_bm25([["a"]], [["a", "b"], ["b"]], 2)
        >>> rows.tolist()
        [[0, -1]]
    """
    check_k(k)
    n = len(token_lists)
    mean_length = sum(map(len, token_lists)) / n if n else 0.0
    frequency = {
        token: sum(token in tokens for tokens in token_lists) for query in queries for token in query
    }
    scored = []
    for query, scope in zip(queries, check_scopes(rows, len(queries), n), strict=True):
        line = []
        for row in range(n) if scope is None else scope.tolist():
            tokens = token_lists[row]
            score = 0.0
            for token in query:
                tf = tokens.count(token)
                if tf:
                    df = frequency[token]
                    idf = math.log(1.0 + (n - df + 0.5) / (df + 0.5))
                    score += idf * tf / (tf + k1 * (1.0 - b + b * len(tokens) / mean_length))
            if score > 0.0:
                line.append((row, score))
        scored.append(line)
    return _cut(scored, k)


def _inner_product(one: list[float], other: list[float]) -> float:
    return math.fsum(x * y for x, y in zip(one, other, strict=True))


def _cut(scored: list[list[tuple[int, float]]], k: int) -> tuple[IdMatrix, FloatMatrix]:
    rows = np.full((len(scored), k), -1, dtype=np.int64)
    scores = np.full((len(scored), k), -np.inf, dtype=np.float32)
    for line, pairs in enumerate(scored):
        rounded = [(row, float(np.float32(score))) for row, score in pairs]
        for place, (row, score) in enumerate(sorted(rounded, key=lambda pair: (-pair[1], pair[0]))[:k]):
            rows[line, place] = row
            scores[line, place] = score
    return rows, scores
