"""Nearest vectors by inner product: exact while that is quick, approximate with exact re-scoring beyond."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from assist.arrays import FloatMatrix, FloatVector, IdMatrix, IdVector
from assist.errors import DimensionError, InputError, StoreCorruptError
from assist.index.faiss_engine import ApproximateIndex, HalfVectors, inner_products, inner_products_at
from assist.index.folder import open_description, save_description
from assist.index.ranking import (
    NEARLY_ALL,
    best_first,
    check_k,
    check_scopes,
    contenders,
    covers,
    inside,
    padded,
)
from assist.settings import SearchSettings

_DEFAULTS = SearchSettings()
_DESCRIPTION = "dense.json"
_FILE = "dense.faiss"
# Inner products of unit vectors in float32 are off by less than half of this, whatever the order of summation.
_SLACK = 2e-5
# From this many queries on, one blocked matrix product beats one pass over the vectors per query.
_PRODUCT_QUERIES = 8
_QUERY_TILE = 64
_ROW_TILE = 1 << 17
_GATHER_TILE = 1 << 14
_SCORE_TILE = 1 << 12
# Rows proposed by the approximate index per result wanted, and at least.
_PROPOSED_PER_RESULT = 2.5
_PROPOSED_AT_LEAST = 200
_MOST = 0.5
# Rounding the vectors takes as long as ten scans, and pays in a process that asks more often than that.
_SCANS_BEFORE_ROUNDING = 8
_ROUNDED_ROWS = 4_096
# Rows that a rounded scan gives per result wanted, and more: those that rounding may have put in a wrong order.
_ROUNDED_PER_RESULT, _ROUNDED_MORE = 2, 64
# A scope below one in so many rows is scanned faster than the approximate index can skip what is outside.
_NARROW_SHARE = 50

_Found = tuple[IdVector, FloatVector]


class DenseIndex:
    """Unit vectors ranked by inner product, which is their cosine.

    Up to `settings.exact_rows` rows a search is exact; where many are asked for, vectors rounded to half precision say
    which rows need looking at. Beyond, an approximate index proposes rows and the vectors
    decide. A filter that leaves at most `settings.exact_scope_rows` rows is always searched exactly, a broader one
    is handed to the approximate index, and whenever that finds fewer than k although more exist, the search is done
    again exactly. Scores are summed in float64 and rounded once, so a row has the same score on every path, equal
    vectors have equal scores, and ties fall to the lower row.

    Searching is safe from any number of threads. The vectors are never copied; they may be a read-only memory map.
    """

    def __init__(
        self, vectors: FloatMatrix, approximate: ApproximateIndex | None, *, settings: SearchSettings
    ) -> None:
        """Take the parts as they are; use `build` or `open`."""
        self._vectors = np.asarray(vectors)
        self._approximate = approximate
        self._settings = settings
        self._scans = 0
        self._rounded: HalfVectors | None = None

    def __len__(self) -> int:
        """Count the rows, n."""
        return len(self._vectors)

    @property
    def dim(self) -> int:
        """Dimensions, d."""
        return int(self._vectors.shape[1])

    @property
    def kind(self) -> str:
        """How a search without filter is done: `exact`, or the approximate index in one word."""
        return "exact" if self._approximate is None else self._approximate.kind

    @classmethod
    def build(cls, vectors: FloatMatrix, *, settings: SearchSettings = _DEFAULTS) -> DenseIndex:
        """Build over vectors that are kept, not copied.

        Args:
            vectors: float32, C-contiguous, shape (n, d), rows of unit L2 norm; n may be 0; may be a memory map.
            settings: `exact_rows` and `exact_scope_rows` count here.

        Returns:
            The index; the same vectors give the same one.

        Raises:
            InputError: Not a C-contiguous float32 matrix.
        """
        _check_vectors(vectors)
        wanted = len(vectors) > settings.exact_rows and ApproximateIndex.fits(*vectors.shape)
        approximate = ApproximateIndex.build(np.asarray(vectors)) if wanted else None
        return cls(vectors, approximate, settings=settings)

    def search(
        self, queries: FloatMatrix, k: int, *, rows: Sequence[IdVector | None] | None = None
    ) -> tuple[IdMatrix, FloatMatrix]:
        """Find the k rows of highest inner product for each query.

        Args:
            queries: float32, shape (q, d), rows of unit L2 norm; q may be 0.
            k: Results wanted per query, >= 1.
            rows: Per query the only rows that count, ascending, or None for all. They are applied before the cut:
                min(k, rows in the scope) results always come back. Queries that share one array object are
                searched together.

        Returns:
            rows: int64, shape (q, k), best first, equal scores by lower row, padded with -1.
            scores: float32, shape (q, k), padded with -inf.

        Raises:
            InputError: k < 1, queries are not a float32 matrix, or `rows` does not fit.
            DimensionError: queries and vectors differ in d.
        """
        check_k(k)
        checked = self._check_queries(queries)
        scopes = check_scopes(rows, len(checked), len(self))
        found: list[_Found] = [(np.empty(0, dtype=np.int64), np.empty(0, dtype=np.float32))] * len(checked)
        for lines, scope in _by_scope(scopes):
            for line, result in zip(lines, self._search_scope(checked[lines], k, scope), strict=True):
                found[line] = result
        return padded(found, len(checked), k)

    def scores(self, query: FloatVector, rows: IdVector) -> FloatVector:
        """Compute the exact scores of given rows for one query.

        Args:
            query: float32, shape (d,).
            rows: int64, shape (m,), any order.

        Returns:
            float32, shape (m,), the very numbers that `search` gives.

        Raises:
            InputError: A row outside 0..n-1, or the query is not float32.
            DimensionError: The query does not have d numbers.
        """
        checked = self._check_queries(query[np.newaxis])[0].astype(np.float64)
        if len(rows) and not 0 <= rows.min() <= rows.max() < len(self):
            raise InputError(f"rows must lie within 0..{len(self) - 1}, got {rows.min()}..{rows.max()}")
        return self._scores(checked, rows)

    def save(self, folder: Path) -> None:
        """Write a description, and the approximate index if there is one, into an existing folder; no vectors."""
        save_description(folder, _DESCRIPTION, {"n": len(self), "d": self.dim, "kind": self.kind})
        if self._approximate is not None:
            self._approximate.save(folder / _FILE)

    @classmethod
    def open(cls, folder: Path, vectors: FloatMatrix, *, settings: SearchSettings = _DEFAULTS) -> DenseIndex:
        """Open what `save` wrote, over the same vectors, which are not read.

        Raises:
            StoreCorruptError: A file is missing or damaged, or does not belong to these vectors.
            InputError: The vectors are not a C-contiguous float32 matrix.
        """
        _check_vectors(vectors)
        about = open_description(folder, _DESCRIPTION, {"n": int, "d": int, "kind": str})
        approximate = None if about["kind"] == "exact" else ApproximateIndex.open(folder / _FILE)
        shapes = {(about["n"], about["d"]), vectors.shape}
        if approximate is not None:
            shapes.add((len(approximate), approximate.dim))
        if len(shapes) > 1:
            raise StoreCorruptError(
                f"index and vectors differ in shape: {sorted(map(str, shapes))}",
                path=folder,
                file=_DESCRIPTION,
            )
        return cls(vectors, approximate, settings=settings)

    def _check_queries(self, queries: FloatMatrix) -> FloatMatrix:
        if queries.ndim != 2 or queries.dtype != np.float32:
            raise InputError(
                f"queries must be a float32 matrix, got shape {queries.shape} of {queries.dtype}"
            )
        if queries.shape[1] != self.dim:
            raise DimensionError(f"queries must have {self.dim} columns, got {queries.shape[1]}")
        return np.ascontiguousarray(queries)

    def _search_scope(self, queries: FloatMatrix, k: int, scope: IdVector | None) -> list[_Found]:
        if scope is not None and len(scope) == len(self):
            scope = None
        size = len(self) if scope is None else len(scope)
        m = max(round(_PROPOSED_PER_RESULT * k), _PROPOSED_AT_LEAST)
        narrow = scope is not None and size <= max(
            self._settings.exact_scope_rows, len(self) // _NARROW_SHARE
        )
        if self._approximate is None or narrow or 2 * m > size:
            return self._exact(queries, k, scope)
        return self._proposed(_propose(self._approximate, queries, m, scope), queries, k, scope)

    def _proposed(
        self, proposed: IdMatrix, queries: FloatMatrix, k: int, scope: IdVector | None
    ) -> list[_Found]:
        found = []
        for rows, query in zip(np.sort(proposed, axis=1), queries, strict=True):
            real = rows[np.searchsorted(rows, 0) :]
            result = (
                self._among(query, real, k) if len(real) >= k else self._exact(query[np.newaxis], k, scope)[0]
            )
            found.append(result)
        return found

    def _exact(self, queries: FloatMatrix, k: int, scope: IdVector | None) -> list[_Found]:
        if len(queries) >= _PRODUCT_QUERIES:
            return self._exact_many(queries, k, scope)
        if scope is not None and not covers(scope, len(self), _MOST):
            return [self._among(query, scope, k) for query in queries]
        return [self._scan(query, k, scope) for query in queries]

    def _scan(self, query: FloatVector, k: int, scope: IdVector | None) -> _Found:
        whole = scope is None or covers(scope, len(self), NEARLY_ALL)
        if whole and self._approximate is None and len(self) >= _ROUNDED_ROWS:
            rows = self._leading(query, k, scope)
            if rows is not None:
                return self._among(query, rows, k)
        products = inner_products(query, self._vectors)
        if scope is None:
            return self._settle(query, contenders(products, k, slack=_SLACK), k)
        return self._settle(query, scope[contenders(products[scope], k, slack=_SLACK)], k)

    def _leading(self, query: FloatVector, k: int, scope: IdVector | None) -> IdVector | None:
        """Find by rounded vectors all rows that may be among the k best, ascending; None where that is not sure."""
        self._scans += 1
        if self._rounded is None:
            if self._scans <= _SCANS_BEFORE_ROUNDING:
                return None
            self._rounded = HalfVectors(self._vectors)
        rows, products = self._rounded.search(query, _ROUNDED_PER_RESULT * k + _ROUNDED_MORE)
        least = products[-1]
        if scope is not None:
            within = inside(scope, rows)
            rows, products = rows[within], products[within]
        # The k-th of these is at least as good as this, and what is not among them is worse.
        bound = products[k - 1] - 2 * HalfVectors.ERROR if len(rows) >= k else -np.inf
        return np.sort(rows[products >= bound]) if least < bound else None

    def _among(self, query: FloatVector, rows: IdVector, k: int) -> _Found:
        products = inner_products_at(query, self._vectors, np.ascontiguousarray(rows))
        return self._settle(query, rows[contenders(products, k, slack=_SLACK)], k)

    def _exact_many(self, queries: FloatMatrix, k: int, scope: IdVector | None) -> list[_Found]:
        found: list[_Found] = []
        for start in range(0, len(queries), _QUERY_TILE):
            some = queries[start : start + _QUERY_TILE]
            kept: list[list[IdVector]] = [[] for _ in some]
            for rows, block in self._blocks(scope):
                for line, products in zip(kept, some @ block.T, strict=True):
                    line.append(rows[contenders(products, k, slack=_SLACK)])
            found += [
                self._settle(query, np.concatenate(line), k) for query, line in zip(some, kept, strict=True)
            ]
        return found

    def _blocks(self, scope: IdVector | None) -> Iterator[tuple[IdVector, FloatMatrix]]:
        if scope is None:
            for start in range(0, max(len(self), 1), _ROW_TILE):
                block = self._vectors[start : start + _ROW_TILE]
                yield np.arange(start, start + len(block), dtype=np.int64), block
            return
        for start in range(0, max(len(scope), 1), _GATHER_TILE):
            rows = scope[start : start + _GATHER_TILE]
            yield rows, self._vectors.take(rows, axis=0)

    def _settle(self, query: FloatVector, rows: IdVector, k: int) -> _Found:
        return best_first(rows, self._scores(query.astype(np.float64), rows), k)

    def _scores(
        self, query: FloatVector | np.ndarray[tuple[int], np.dtype[np.float64]], rows: IdVector
    ) -> FloatVector:
        scores = np.empty(len(rows), dtype=np.float32)
        for start in range(0, len(rows), _SCORE_TILE):
            piece = slice(start, start + _SCORE_TILE)
            vectors = self._vectors.take(rows[piece], axis=0).astype(np.float64)
            scores[piece] = np.einsum("md,d->m", vectors, query)
        return scores


def _by_scope(scopes: Sequence[IdVector | None]) -> Iterator[tuple[list[int], IdVector | None]]:
    groups: dict[int, list[int]] = {}
    for line, scope in enumerate(scopes):
        groups.setdefault(id(scope), []).append(line)
    for lines in groups.values():
        yield lines, scopes[lines[0]]


def _propose(index: ApproximateIndex, queries: FloatMatrix, m: int, scope: IdVector | None) -> IdMatrix:
    if scope is None or not covers(scope, len(index), NEARLY_ALL):
        return index.propose(queries, m, scope=scope)
    # Dropping the few proposals that lie outside is cheaper than asking the index to skip them.
    proposed = index.propose(queries, m)
    proposed[~inside(scope, proposed)] = -1
    poor = np.flatnonzero((proposed >= 0).sum(axis=1) < m // 2)
    if len(poor):
        proposed[poor] = index.propose(queries[poor], m, scope=scope)
    return proposed


def _check_vectors(vectors: FloatMatrix) -> None:
    if vectors.ndim != 2 or vectors.dtype != np.float32 or not vectors.flags.c_contiguous:
        raise InputError(
            f"vectors must be a C-contiguous float32 matrix, got shape {vectors.shape} of {vectors.dtype}"
        )
