"""The one check at the doors of numbers."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from assist.arrays import check_matrix
from assist.errors import DimensionError, InputError

MATRICES = arrays.arrays(
    st.sampled_from([np.float32, np.float64]),
    arrays.array_shapes(min_dims=2, max_dims=2, min_side=0, max_side=5),
    elements=st.floats(-100, 100, width=32),
)


@settings(deadline=None)
@given(MATRICES, st.booleans())
def test_what_passes_is_contiguous_float32_of_the_same_values(matrix, turned):
    matrix = matrix.T if turned else matrix
    checked = check_matrix(matrix, "vectors", dim=matrix.shape[1])
    assert checked.dtype == np.float32
    assert checked.flags.c_contiguous
    np.testing.assert_array_equal(checked, matrix.astype(np.float32))


def test_what_already_was_is_not_copied():
    matrix = np.eye(3, dtype=np.float32)
    assert np.shares_memory(check_matrix(matrix, "vectors", unit=True), matrix)


@pytest.mark.parametrize(
    ("matrix", "message"),
    [
        (np.zeros(3, np.float32), r"2-D float array, got shape \(3,\)"),
        (np.zeros((1, 1, 1), np.float32), "2-D"),
        (np.zeros((2, 2), np.int64), "int64"),
        (np.array([[np.nan]], np.float32), "NaN"),
        (np.array([[np.inf]], np.float32), "infinite"),
    ],
)
def test_what_is_no_matrix_is_refused_by_name(matrix, message):
    with pytest.raises(InputError, match=message) as caught:
        check_matrix(matrix, "vectors")
    assert "vectors" in str(caught.value)


def test_columns_and_norms_are_checked_when_asked_for():
    with pytest.raises(DimensionError, match="3 columns, got 2"):
        check_matrix(np.eye(2, dtype=np.float32), "vectors", dim=3)
    with pytest.raises(InputError, match="unit L2 norm"):
        check_matrix(2 * np.eye(2, dtype=np.float32), "vectors", unit=True)
    assert check_matrix(1.0005 * np.eye(2), "vectors", unit=True).shape == (2, 2)
    assert check_matrix(np.zeros((0, 4), np.float32), "vectors", dim=4, unit=True).shape == (0, 4)
