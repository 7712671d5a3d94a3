"""The two sparse kernels, from scipy: adding posting lists into a score array, and turning rows into columns."""

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
    kernels = _compiled_kernels()
    if kernels is None:
        return add_plainly
    csc_matvec = kernels.csc_matvec
    one = np.ones(1, dtype=np.float32)

    def add(scores: FloatVector, rows: RowVector, impacts: FloatVector) -> None:
        column = np.array((0, len(rows)), dtype=np.int32)
        csc_matvec(len(scores), 1, column, rows, impacts, one, scores)

    return add


def _compiled_kernels() -> Any:
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
