"""What changed since an index was built, searched beside it: rows left out, and rows put after the others.

Building the index of a large collection takes seconds; a few changed rows must be found at once. So the index of an
earlier state stays as it is, its rows that are gone are passed over, and the new ones, the tail, are searched exactly.
Rows are numbered as in an index that was built anew: those that remain in their order, then the tail.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from assist.arrays import FloatMatrix, FloatVector, IdMatrix, IdVector
from assist.index.dense import DenseIndex
from assist.index.ranking import check_k, check_scopes

Scopes: TypeAlias = list[IdVector | None]

# Results taken beyond k when a few rows are gone.
_SPARE = 16


@dataclass(frozen=True, eq=False)
class Patch:
    """How the rows of a state follow from those of an earlier one.

    Nothing here is as long as the earlier state but `kept`, which is worked out when it is first asked for.

    Attributes:
        n: Rows of the earlier state.
        gone: int64, ascending: its rows that are gone; the others become rows 0, 1, ...
        added: How many rows come after those.
    """

    n: int
    gone: IdVector
    added: int

    def __len__(self) -> int:
        """Count the rows of the state."""
        return self.remaining + self.added

    @property
    def remaining(self) -> int:
        """How many rows of the earlier state remain."""
        return self.n - len(self.gone)

    @cached_property
    def kept(self) -> IdVector:
        """Rows of the earlier state that remain; int64, ascending."""
        return np.delete(np.arange(self.n, dtype=np.int64), self.gone)

    @cached_property
    def _firsts(self) -> IdVector:
        """Say from which row on one more earlier row is gone below."""
        firsts: IdVector = self.gone - np.arange(len(self.gone))
        return firsts

    def earlier(self, rows: NDArray[np.int64]) -> NDArray[np.int64]:
        """Turn rows of this state that were there before into rows of the earlier one; any order."""
        return rows + np.searchsorted(self._firsts, rows, side="right")

    def renumbered(self, rows: NDArray[np.int64]) -> NDArray[np.int64]:
        """Turn rows of the earlier state that remain into rows of this one; any shape, -1 stays."""
        return rows - np.searchsorted(self.gone, rows)

    def is_gone(self, rows: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Say of each row of the earlier state whether it is gone."""
        if not len(self.gone):
            return np.zeros(rows.shape, dtype=np.bool_)
        places = np.minimum(np.searchsorted(self.gone, rows), len(self.gone) - 1)
        found: NDArray[np.bool_] = self.gone[places] == rows
        return found

    def split(self, rows: IdVector) -> tuple[IdVector, IdVector]:
        """Split ascending rows of this state into rows of the earlier one and rows of the tail."""
        cut = int(np.searchsorted(rows, self.remaining))
        return self.earlier(rows[:cut]), rows[cut:] - self.remaining

    def split_scopes(self, scopes: Sequence[IdVector | None]) -> tuple[Scopes, Scopes]:
        """Split every scope; queries that share one array object share the parts."""
        known: dict[int, tuple[IdVector | None, IdVector | None]] = {id(None): (None, None)}
        for scope in scopes:
            if scope is not None and id(scope) not in known:
                known[id(scope)] = self.split(scope)
        return [known[id(scope)][0] for scope in scopes], [known[id(scope)][1] for scope in scopes]


class StackedVectors:
    """The vectors of a changed state, not copied together: those that remain, then the tail."""

    def __init__(self, base: FloatMatrix, tail: FloatMatrix, patch: Patch) -> None:
        self._base = base
        self._tail = tail
        self._patch = patch

    def __len__(self) -> int:
        return len(self._patch)

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and dimensions, (n, d)."""
        return len(self), int(self._base.shape[1])

    def __getitem__(self, rows: IdVector | slice) -> FloatMatrix:
        """Gather the vectors of rows, in any order; float32, shape (m, d)."""
        if isinstance(rows, slice):
            rows = np.arange(len(self), dtype=np.int64)[rows]
        found = np.empty((len(rows), self.shape[1]), dtype=np.float32)
        in_tail = rows >= self._patch.remaining
        found[~in_tail] = self._base[self._patch.earlier(rows[~in_tail])]
        found[in_tail] = self._tail[rows[in_tail] - self._patch.remaining]
        return found

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> FloatMatrix:
        """Copy all rows into one matrix."""
        cut = self._patch.remaining
        whole = np.empty(self.shape, dtype=np.float32)
        np.take(self._base, self._patch.kept, axis=0, out=whole[:cut], mode="clip")
        whole[cut:] = self._tail
        return whole if dtype is None else whole.astype(dtype, copy=False)


class DenseOverlay:
    """A dense index with rows left out and a tail; searches and scores as `DenseIndex` does.

    Scores are those of a `DenseIndex` over all the vectors, bit by bit. So are the rows found where the earlier index
    is exact; an approximate one proposes among its own rows, and the tail is always searched exactly.
    """

    def __init__(self, base: DenseIndex, tail: DenseIndex, patch: Patch) -> None:
        self._base = base
        self._tail = tail
        self._patch = patch

    def __len__(self) -> int:
        """Count the rows, n."""
        return len(self._patch)

    @property
    def dim(self) -> int:
        """Dimensions, d."""
        return self._base.dim

    @property
    def kind(self) -> str:
        """Kind of the earlier index; see `DenseIndex.kind`."""
        return self._base.kind

    def search(
        self, queries: FloatMatrix, k: int, *, rows: Sequence[IdVector | None] | None = None
    ) -> tuple[IdMatrix, FloatMatrix]:
        """Find the k rows of highest inner product for each query; see `DenseIndex.search`."""
        check_k(k)
        in_base, in_tail = self._patch.split_scopes(check_scopes(rows, len(queries), len(self)))
        found, scores = self._search_base(queries, k, in_base)
        tail, tail_scores = self._tail.search(queries, k, rows=in_tail)
        tail[tail >= 0] += self._patch.remaining
        both = np.concatenate((self._patch.renumbered(found), tail), axis=1)
        merged = np.concatenate((scores, tail_scores), axis=1)
        # Rows of the tail are the higher ones, so a stable sort leaves the lower of two equal ones first.
        order = np.argsort(-merged, axis=1, kind="stable")[:, :k]
        return np.take_along_axis(both, order, axis=1), np.take_along_axis(merged, order, axis=1)

    def scores(self, query: FloatVector, rows: IdVector) -> FloatVector:
        """Compute the exact scores of given rows for one query; see `DenseIndex.scores`."""
        in_tail = rows >= self._patch.remaining
        scores = np.empty(len(rows), dtype=np.float32)
        scores[~in_tail] = self._base.scores(query, self._patch.earlier(rows[~in_tail]))
        scores[in_tail] = self._tail.scores(query, rows[in_tail] - self._patch.remaining)
        return scores

    def _search_base(self, queries: FloatMatrix, k: int, scopes: Scopes) -> tuple[IdMatrix, FloatMatrix]:
        """Search the earlier rows: a little deeper where nothing limits the rows, and what is gone dropped."""
        unlimited = any(scope is None for scope in scopes)
        spare = min(len(self._patch.gone), k // 2 + _SPARE) if unlimited else 0
        rows, scores = self._base.search(queries, k + spare, rows=scopes)
        gone = self._patch.is_gone(rows)
        poor = np.flatnonzero((scores[:, -1] > -np.inf) & (gone.sum(axis=1) > spare))
        if len(poor):
            # Too many of the best are gone: the rows that remain become a scope of their own.
            among: Scopes = [self._patch.kept] * len(poor)
            rows[poor], scores[poor] = self._base.search(queries[poor], k + spare, rows=among)
            gone[poor] = self._patch.is_gone(rows[poor])
        rows[gone], scores[gone] = -1, -np.inf
        return rows, scores
