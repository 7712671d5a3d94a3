"""A matrix that grows in its own memory."""

import numpy as np

from assist.index.growing import GrowingMatrix

NONE = np.empty(0, dtype=np.int64)


def rows(*values: float) -> np.ndarray:
    return np.repeat(np.array(values, dtype=np.float32)[:, np.newaxis], 4, axis=1)


def test_rows_that_were_given_out_stay_what_they_were():
    block, first = GrowingMatrix.of(rows(), NONE, rows(1, 2))
    _, second = block.appended(first, rows(3))
    _, other = block.appended(first, rows(4))  # the room behind is taken: this one is copied
    assert np.shares_memory(first, second)
    assert not np.shares_memory(first, other)
    assert [one[:, 0].tolist() for one in (first, second, other)] == [[1, 2], [1, 2, 3], [1, 2, 4]]


def test_a_full_block_is_copied_into_a_larger_one():
    block, whole = GrowingMatrix.of(rows(), NONE, rows(0))
    many = np.ones((1_000_000, 4), dtype=np.float32)
    grown, larger = block.appended(whole, many)
    assert grown is not block
    assert larger[:, 0].tolist() == [0, *[1] * 1_000_000]
    again, largest = grown.appended(larger, rows(7))
    assert again is grown
    assert np.shares_memory(largest, larger)


def test_some_rows_are_left_out():
    block, whole = GrowingMatrix.of(rows(), NONE, rows(1, 2, 3))
    other, kept = GrowingMatrix.of(whole, np.array([0, 2]), rows(4))
    assert other is not block
    assert kept[:, 0].tolist() == [1, 3, 4]
    assert kept.flags.c_contiguous
