"""Named arrays and one small description in a folder: plain `.npy` files that open by memory map."""

from __future__ import annotations

import json
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
        array = np.load(folder / file, mmap_mode="r" if mmap else None, allow_pickle=False)
    except (OSError, ValueError, EOFError) as exc:
        raise StoreCorruptError(f"cannot read {file}: {exc}", path=folder, file=file) from exc
    if array.dtype != np.dtype(dtype):
        raise StoreCorruptError(f"{file} holds {array.dtype}, not {np.dtype(dtype)}", path=folder, file=file)
    # A plain view: slicing np.memmap costs several times as much as slicing np.ndarray.
    return np.asarray(array)


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
