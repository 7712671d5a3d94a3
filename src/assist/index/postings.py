"""The sparse kernels, from scipy: adding posting lists, summing up rows, and turning rows into columns and back."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Callable
from functools import lru_cache
from importlib.machinery import PathFinder
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from assist.arrays import FloatVector

RowVector = NDArray[np.int32]
Adder = Callable[[FloatVector, RowVector, FloatVector], None]

# So few entries are sorted sooner than scipy is imported: a reader that takes over one changed page needs no more.
_FEW = 1 << 16


@lru_cache(maxsize=1)
def adder() -> Adder:
    """Give the function `add(scores, rows, impacts)` that does `scores[rows] += impacts`; rows are distinct.

    scipy's compiled matrix-vector kernel does it 6 times faster than numpy's indexing and without the interpreter
    lock. It is not part of scipy's public interface, hence the plain version for a scipy without it.
    """
    kernels = compiled_kernels()
    if kernels is None:
        return add_plainly
    csc_matvec = kernels.csc_matvec
    one = np.ones(1, dtype=np.float32)

    def add(scores: FloatVector, rows: RowVector, impacts: FloatVector) -> None:
        column = np.array((0, len(rows)), dtype=np.int32)
        csc_matvec(len(scores), 1, column, rows, impacts, one, scores)

    return add


def add_slices(
    sums: NDArray[Any],
    bounds: NDArray[np.int32],
    rows: RowVector,
    values: NDArray[Any],
    weights: NDArray[Any],
) -> None:
    """Add weighted slices of posting lists: `sums[rows[i:j]] += values[i:j] * weight`, whole numbers.

    Args:
        sums: shape (n,), of the type of `values`; added to in place.
        bounds: int32, i and j of the slices, the last slice first: `i0, j0, i1, j1, ...` with j1 <= i0.
        rows: int32; distinct within a slice.
        values: One per entry of `rows`.
        weights: One per slice, of the type of `values`.
    """
    kernels = compiled_kernels()
    if kernels is None:
        for i, j, weight in zip(bounds[::2], bounds[1::2], weights, strict=True):
            sums[rows[i:j]] += values[i:j] * weight
        return
    # The kernel takes columns that follow each other. Between two slices that come in falling order it sees a column
    # that ends before it starts, which is empty: so one call adds slices from anywhere.
    columns = np.zeros(len(bounds) - 1, dtype=weights.dtype)
    columns[::2] = weights
    kernels.csc_matvec(len(sums), len(columns), bounds, rows, values, columns, sums)


def sum_slices(
    bounds: NDArray[np.int32], terms: RowVector, impacts: FloatVector, weights: FloatVector
) -> FloatVector:
    """Sum up weighted slices: `sum(impacts[i:j] * weights[terms[i:j]])`, each from left to right in float32.

    Args:
        bounds: int32, i and j of m slices, in the order that `add_slices` wants.
        terms: int32.
        impacts: float32, one per entry of `terms`.
        weights: float32, one per term.

    Returns:
        float32, shape (m,).
    """
    kernels = compiled_kernels()
    if kernels is None:
        return _sum_plainly(bounds, terms, impacts, weights)
    sums = np.zeros(len(bounds) - 1, dtype=np.float32)
    kernels.csr_matvec(len(sums), len(weights), bounds, terms, impacts, weights, sums)
    return sums[::2]


def _sum_plainly(
    bounds: NDArray[np.int32], terms: RowVector, impacts: FloatVector, weights: FloatVector
) -> FloatVector:
    lengths = bounds[1::2] - bounds[::2]
    places = np.repeat(bounds[::2] - np.concatenate(([0], np.cumsum(lengths)[:-1])), lengths)
    places += np.arange(len(places))
    sums = np.zeros(len(lengths), dtype=np.float32)
    np.add.at(sums, np.repeat(np.arange(len(lengths)), lengths), impacts[places] * weights[terms[places]])
    return sums


def transposed(
    starts: NDArray[np.int64], rows: RowVector, values: FloatVector, n: int
) -> tuple[NDArray[np.int64], RowVector, FloatVector]:
    """Turn the rows of every term into the terms of every row.

    Args:
        starts: int64, shape (v + 1,).
        rows: int32; `rows[starts[t]:starts[t + 1]]` are those of term t.
        values: float32, one per entry.
        n: Rows.

    Returns:
        starts: int64, shape (n + 1,).
        terms: int32; those of a row ascend.
        values: float32, one per entry of `terms`.
    """
    v = len(starts) - 1
    kernels = compiled_kernels()
    if kernels is None:
        order = np.argsort(rows, kind="stable")
        ends = np.concatenate((np.zeros(1, dtype=np.int64), np.cumsum(np.bincount(rows, minlength=n))))
        terms = np.repeat(np.arange(v, dtype=np.int32), np.diff(starts))
        return ends.astype(np.int64), terms[order], values[order]
    ends = np.empty(n + 1, dtype=np.int32)
    terms, turned = np.empty_like(rows), np.empty_like(values)
    kernels.csr_tocsc(v, n, starts.astype(np.int32), rows, values, ends, terms, turned)
    return ends.astype(np.int64), terms, turned


@lru_cache(maxsize=1)
def compiled_kernels() -> Any:
    """Load scipy's extension module by itself: all of `scipy.sparse` takes longer to import than a first answer."""
    name = "scipy.sparse._sparsetools"
    if name in sys.modules:
        return sys.modules[name]
    package = importlib.util.find_spec("scipy")
    folders = [] if package is None else list(package.submodule_search_locations or ())
    spec = PathFinder.find_spec("_sparsetools", [str(Path(folder) / "sparse") for folder in folders])
    if spec is None or spec.loader is None:
        return None
    try:
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
    except ImportError:
        return None
    return module if hasattr(module, "csc_matvec") else None


def add_plainly(scores: FloatVector, rows: RowVector, impacts: FloatVector) -> None:
    """Add impacts at rows with numpy alone; the same sums, bit by bit."""
    scores[rows] += impacts


def group_by_term(
    terms: NDArray[np.int32], lengths: NDArray[np.int64], n_terms: int
) -> tuple[NDArray[np.int64], RowVector]:
    """Turn the terms of every row into the rows of every term; a row that has a term twice comes twice.

    Args:
        terms: int32, the term numbers of row 0, then of row 1, and so on.
        lengths: int64, shape (n,): how many belong to each row.
        n_terms: v, one more than the highest number possible.

    Returns:
        starts: int64, shape (v + 1,).
        rows: int32; `rows[starts[t]:starts[t + 1]]` ascend.
    """
    if len(terms) <= _FEW:
        order = np.argsort(terms, kind="stable")
        starts = np.concatenate(
            (np.zeros(1, dtype=np.int64), np.cumsum(np.bincount(terms, minlength=n_terms)))
        )
        return starts.astype(np.int64), np.repeat(np.arange(len(lengths), dtype=np.int32), lengths)[order]
    from scipy.sparse import csr_array

    ends = np.concatenate((np.zeros(1, dtype=np.int64), np.cumsum(lengths)))
    marks = np.ones(len(terms), dtype=np.int8)
    columns = csr_array((marks, terms, ends), shape=(len(lengths), n_terms)).tocsc()
    return columns.indptr.astype(np.int64), columns.indices.astype(np.int32)
