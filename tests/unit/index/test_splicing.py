"""Rows taken out and put in by pieces."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assist.index.splicing import Splice


@pytest.mark.parametrize("dtype", [np.int8, np.int32, np.int64])
def test_what_lies_between_is_copied(dtype):
    splice = Splice.of(6, drop=np.array([1, 2, 5]), at=np.array([0, 2, 6]))
    spliced = splice(np.arange(6, dtype=dtype), np.array([10, 20, 30], dtype=dtype))
    assert (spliced.tolist(), spliced.dtype) == ([10, 0, 20, 3, 4, 30], dtype)


def test_runs_of_dropped_places_are_one_piece():
    pieces = Splice.of(1_000, drop=np.arange(10, 900), at=np.full(5, 1_000)).pieces
    assert pieces == ((0, 10, 0, 0), (900, 1_000, 0, 5), (1_000, 1_000, 0, 0))


@given(st.data())
def test_it_does_what_deleting_and_inserting_do(data):
    n = data.draw(st.integers(0, 12))
    drop = data.draw(st.sets(st.integers(0, max(n - 1, 0)), max_size=n))
    at = np.array(sorted(data.draw(st.lists(st.integers(0, n), max_size=6))), dtype=np.int64)
    gone = np.array(sorted(drop), dtype=np.int64)
    old, new = np.arange(n), np.arange(100, 100 + len(at))
    whole = np.insert(old, at, new)
    assert Splice.of(n, drop=gone, at=at)(old, new).tolist() == whole[~np.isin(whole, gone)].tolist()
