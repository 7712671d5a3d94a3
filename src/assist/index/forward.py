"""The terms of every row beside the postings of every term: what scores given rows exactly, however many terms."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from assist.arrays import FloatVector, IdVector
from assist.errors import StoreCorruptError
from assist.index.folder import open_array, save_arrays
from assist.index.postings import RowVector, sum_slices, transposed

_PREFIX = "forward"


class Forward:
    """Impact scores of n rows, row by row; the terms of a row ascend.

    A row's score is summed up over its terms in their order, in float32: the same, bit by bit, whichever rows are
    asked for together. Safe to use from any thread.
    """

    def __init__(
        self, starts: NDArray[np.int64], terms: RowVector, impacts: FloatVector, *, n_terms: int
    ) -> None:
        self._starts = starts
        self._terms = terms
        self._impacts = impacts
        self._n_terms = n_terms
        self._local = threading.local()

    @classmethod
    def of(cls, starts: NDArray[np.int64], rows: RowVector, impacts: FloatVector, *, n: int) -> Forward:
        """Turn the postings of every term, with their impacts, into the terms of n rows."""
        return cls(*transposed(starts, rows, impacts, n), n_terms=len(starts) - 1)

    def scores(self, numbers: Sequence[int], weights: Sequence[int], rows: IdVector) -> FloatVector:
        """Score rows for a query.

        Args:
            numbers: Distinct terms.
            weights: How often each was asked for.
            rows: int64, shape (m,), any order.

        Returns:
            float32, shape (m,); 0 for a row without any of the terms.
        """
        if not len(rows):
            return np.empty(0, dtype=np.float32)
        ascend = len(rows) == 1 or bool((rows[:-1] <= rows[1:]).all())
        order = None if ascend else np.argsort(rows)
        falling = (rows if order is None else rows[order])[::-1]
        bounds = np.empty(2 * len(rows), dtype=np.int32)
        bounds[::2] = self._starts[falling]
        bounds[1::2] = self._starts[falling + 1]
        with self._lent_weights() as query:
            query[numbers] = weights
            sums = sum_slices(bounds, self._terms, self._impacts, query)[::-1]
            query[numbers] = 0.0
        if order is None:
            return sums
        scores = np.empty_like(sums)
        scores[order] = sums
        return scores

    def __len__(self) -> int:
        """Count the entries of all rows."""
        return len(self._terms)

    @contextmanager
    def _lent_weights(self) -> Iterator[FloatVector]:
        """Lend this thread's array of one weight per term, all zeros; the user leaves it all zeros."""
        weights: FloatVector | None = getattr(self._local, "weights", None)
        if weights is None:
            weights = np.zeros(self._n_terms, dtype=np.float32)
        # While lent it belongs to nobody else: after an exception half-way it is dropped, not used again.
        self._local.weights = None
        yield weights
        self._local.weights = weights

    def save(self, folder: Path) -> None:
        """Write three arrays into an existing folder."""
        save_arrays(folder, _PREFIX, {"starts": self._starts, "terms": self._terms, "impacts": self._impacts})

    @classmethod
    def open(cls, folder: Path, *, n: int, n_terms: int, mmap: bool = True) -> Forward:
        """Open what `save` wrote.

        Raises:
            StoreCorruptError: A file is missing or the three do not fit together.
        """
        starts = open_array(folder, f"{_PREFIX}.starts.npy", np.int64, mmap=mmap)
        terms = open_array(folder, f"{_PREFIX}.terms.npy", np.int32, mmap=mmap)
        impacts = open_array(folder, f"{_PREFIX}.impacts.npy", np.float32, mmap=mmap)
        if len(starts) != n + 1 or starts[-1] != len(terms) or len(terms) != len(impacts):
            file = f"{_PREFIX}.starts.npy"
            raise StoreCorruptError(f"{file} does not fit the other files", path=folder, file=file)
        return cls(starts, terms, impacts, n_terms=n_terms)
