"""Rank documents for a batch of queries by each lane alone and by their mix, straight on a view's arrays."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from assist.arrays import FloatMatrix, IdMatrix, check_matrix
from assist.encoder.base import Encoder
from assist.index.ranking import padded
from assist.retrieve.candidates import Asked
from assist.retrieve.fuse import Fused, Rescore, attainable_scores, fuse
from assist.retrieve.reranker import Reranker, Reranking
from assist.settings import SearchSettings
from assist.store.view import View
from assist.text.normalize import fold

Found: TypeAlias = tuple[IdMatrix, FloatMatrix]
"""Rows (q, m) padded with -1, and scores (q, m) padded with -inf, best first."""

SEARCH_BATCH = 512


def run_lanes(
    view: View,
    encoder: Encoder,
    queries: Sequence[str],
    *,
    settings: SearchSettings,
    mixes: Mapping[str, float],
    depth: int,
    ranked: bool = False,
    jobs: int = 1,
    progress: Callable[[int, int, str], None] | None = None,
) -> dict[str, IdMatrix]:
    """Run the lanes over all queries, exactly as a search without limits does, duplicates not collapsed.

    Args:
        view: What is searched.
        encoder: The one of the view's vectors.
        queries: q texts.
        settings: `candidates` chunks are taken from each lane before fusion.
        mixes: Names of the mixes wanted, with their dense share.
        depth: Documents kept per query.
        ranked: Run a further lane `ranked`, the mix of `settings` with its first candidates ordered anew; only for
            an encoder that the bundled reranker fits.
        jobs: Threads.
        progress: Called with queries done, of how many, and the stage.

    Returns:
        By lane (`sparse`, `dense`, each mix, `ranked`) int64, shape (q, depth): dense document numbers, best first,
        each once, padded with -1.

    Raises:
        InputError: The encoder gave vectors that are not finite or not of unit norm.
    """
    folded = [fold(query) for query in queries]
    take = max(settings.candidates, depth)
    reranking = Reranking(view, encoder, Reranker.bundled()) if ranked else None

    def search(start: int) -> dict[str, IdMatrix]:
        texts = folded[start : start + SEARCH_BATCH]
        vectors = check_matrix(encoder.encode(texts, kind="query"), "query vectors", unit=True)
        tokens = view.tokenizer.tokens_many(texts)
        dense = view.dense.search(vectors, take)
        sparse = view.sparse.search(tokens, take)
        rows = {"sparse": sparse[0], "dense": dense[0]}
        exact = [
            (partial(view.dense.scores, v), partial(view.sparse.scores, t))
            for v, t in zip(vectors, tokens, strict=True)
        ]
        most = attainable_scores(tokens, view.sparse.idf).tolist()
        mixed = partial(_mixed, dense, sparse, most, exact)
        rows.update({name: _in_order(mixed(weight)) for name, weight in mixes.items()})
        if reranking is not None:
            queries = map(Asked, texts, tokens, most)
            found = zip(queries, mixed(settings.dense_weight), strict=True)
            rows["ranked"] = _in_order([reranking.reordered(query, fused) for query, fused in found])
        return {name: fold_rows(one, view.columns.document, depth) for name, one in rows.items()}

    parts: list[dict[str, IdMatrix]] = []
    with ThreadPoolExecutor(max_workers=jobs) as pool:
        for part in pool.map(search, range(0, len(folded), SEARCH_BATCH)):
            parts.append(part)
            if progress is not None:
                progress(min(len(parts) * SEARCH_BATCH, len(folded)), len(folded), "search")
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}


def _mixed(
    dense: Found,
    sparse: Found,
    attainable: Sequence[float],
    exact: Sequence[tuple[Rescore, Rescore]],
    weight: float,
) -> list[Fused]:
    return [
        fuse(
            (dense[0][at], dense[1][at]),
            (sparse[0][at], sparse[1][at]),
            weight=weight,
            attainable=attainable[at],
            exact_dense=exact_dense,
            exact_sparse=exact_sparse,
        )
        for at, (exact_dense, exact_sparse) in enumerate(exact)
    ]


def _in_order(fused: Sequence[Fused]) -> IdMatrix:
    width = max((len(one.rows) for one in fused), default=1)
    rows, _ = padded(((one.rows, one.scores) for one in fused), len(fused), max(width, 1))
    return rows


def fold_rows(rows: IdMatrix, document: NDArray[np.integer[Any]], depth: int) -> IdMatrix:
    """Turn ranked chunk rows into ranked documents: each stands where its best chunk stands.

    Args:
        rows: int64, shape (q, m), best first, padded with -1.
        document: Whole numbers, shape (n,): document number of each row.
        depth: Documents kept.

    Returns:
        int64, shape (q, depth), padded with -1.
    """
    q, m = rows.shape
    numbers = np.where(rows >= 0, np.asarray(document)[rows], -1)
    order = np.argsort(numbers, axis=1, kind="stable")
    ranked = np.take_along_axis(numbers, order, axis=1)
    first = np.ones((q, m), dtype=np.bool_)
    first[:, 1:] = ranked[:, 1:] != ranked[:, :-1]
    first &= ranked >= 0
    keep = np.zeros((q, m), dtype=np.bool_)
    np.put_along_axis(keep, order, first, axis=1)
    place = np.cumsum(keep, axis=1) - 1
    line, column = np.nonzero(keep & (place < depth))
    folded = np.full((q, depth), -1, dtype=np.int64)
    folded[line, place[line, column]] = numbers[line, column]
    return folded
