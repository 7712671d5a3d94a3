"""Array types used in signatures, and the one check at the doors."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from assist.errors import DimensionError, InputError

FloatMatrix: TypeAlias = NDArray[np.float32]
"""float32, two axes, C-contiguous."""
FloatVector: TypeAlias = NDArray[np.float32]
"""float32, one axis."""
IdMatrix: TypeAlias = NDArray[np.int64]
"""int64, two axes; -1 means 'no result'."""
IdVector: TypeAlias = NDArray[np.int64]
"""int64, one axis."""
BoolVector: TypeAlias = NDArray[np.bool_]
"""bool, one axis."""


def check_matrix(
    matrix: NDArray[np.generic], name: str, *, dim: int | None = None, unit: bool = False
) -> FloatMatrix:
    """Check once, at a door, that an array is what the inside trusts it to be.

    Args:
        matrix: Anything array-like with two axes.
        name: How the message calls it.
        dim: Required number of columns; None allows any.
        unit: Require rows of L2 norm 1 within 1e-3.

    Returns:
        The same values as float32, C-contiguous; no copy when it already was.

    Raises:
        InputError: Not 2-D, not floating, not finite, or (with `unit`) a row is not of unit norm.
        DimensionError: The number of columns is not `dim`.
    """
    if matrix.ndim != 2 or not np.issubdtype(matrix.dtype, np.floating):
        raise InputError(f"{name} must be a 2-D float array, got shape {matrix.shape} of {matrix.dtype}")
    if dim is not None and matrix.shape[1] != dim:
        raise DimensionError(f"{name} must have {dim} columns, got {matrix.shape[1]}")
    checked: FloatMatrix = np.ascontiguousarray(matrix, dtype=np.float32)
    if not np.isfinite(checked).all():
        raise InputError(f"{name} holds NaN or infinite values")
    if unit and len(checked) and np.abs(np.linalg.norm(checked, axis=1) - 1.0).max() > 1e-3:
        raise InputError(f"{name} must have rows of unit L2 norm")
    return checked
