"""Named arrays and one small description in a folder: plain `.npy` files that open by memory map."""

from __future__ import annotations

import json
import mmap as mapping
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from assist.errors import StoreCorruptError


def save_arrays(folder: Path, prefix: str, arrays: Mapping[str, NDArray[Any]]) -> None:
    """Write each array to `<prefix>.<name>.npy` in an existing folder; no pickle."""
    for name, array in arrays.items():
        np.save(folder / f"{prefix}.{name}.npy", array, allow_pickle=False)


def open_array(folder: Path, file: str, dtype: DTypeLike, *, mmap: bool) -> NDArray[Any]:
    """Open one array; with `mmap` the values stay on disk until they are touched.

    Args:
        folder: Where it lies.
        file: File name inside the folder.
        dtype: What it must hold.
        mmap: Map it read-only instead of reading it.

    Returns:
        A plain one- or two-axis array (a read-only view of the map with `mmap`).

    Raises:
        StoreCorruptError: The file is missing, cut short, or of another type.
    """
    try:
        array = _mapped(folder / file) if mmap else np.load(folder / file, allow_pickle=False)
    except (OSError, ValueError, EOFError, TypeError) as exc:
        raise StoreCorruptError(f"cannot read {file}: {exc}", path=folder, file=file) from exc
    if array.dtype != np.dtype(dtype):
        raise StoreCorruptError(f"{file} holds {array.dtype}, not {np.dtype(dtype)}", path=folder, file=file)
    return array


def _mapped(path: Path) -> NDArray[Any]:
    """Map an array as `np.load` does, in half the time and as a plain array, which is sliced several times faster."""
    with path.open("rb") as file:
        version = np.lib.format.read_magic(file)
        if version != (1, 0):
            raise ValueError(f"array format {version} is not 1.0")
        shape, in_columns, dtype = np.lib.format.read_array_header_1_0(file)
        start = file.tell()
        if dtype.hasobject or in_columns:
            raise ValueError("it holds no plain rows of numbers")
        whole = mapping.mmap(file.fileno(), 0, access=mapping.ACCESS_READ)
    found: NDArray[Any] = np.ndarray(shape, dtype, whole, offset=start)
    return found


def save_description(folder: Path, file: str, values: Mapping[str, object]) -> None:
    """Write a small JSON object with sorted keys."""
    text = json.dumps(dict(values), ensure_ascii=False, sort_keys=True)
    (folder / file).write_text(text + "\n", encoding="utf-8")


def open_description(folder: Path, file: str, expected: Mapping[str, type]) -> dict[str, Any]:
    """Read a small JSON object.

    Args:
        folder: Where it lies.
        file: File name inside the folder.
        expected: The keys it must have, and the type of each value.

    Returns:
        The object; it may have further keys.

    Raises:
        StoreCorruptError: Missing, not a JSON object, or without an expected key.
    """
    try:
        values = json.loads((folder / file).read_text(encoding="utf-8"))
    except (OSError, ValueError) as exc:
        raise StoreCorruptError(f"cannot read {file}: {exc}", path=folder, file=file) from exc
    if not isinstance(values, dict):
        raise StoreCorruptError(f"{file} is not a JSON object", path=folder, file=file)
    for key, kind in expected.items():
        if not isinstance(values.get(key), kind):
            raise StoreCorruptError(f"{file} lacks {key} of type {kind.__name__}", path=folder, file=file)
    return values
