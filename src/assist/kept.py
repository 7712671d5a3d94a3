"""Arrays that are worked out once and kept for later processes, in the user's cache folder.

Only for what follows from its key alone and costs more than reading it: losing the folder loses time, nothing
else. `ASSIST_CACHE` names the folder; when it is set and empty, nothing is kept. Nothing is unpickled, and a file
that is not what was written is worked out anew.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
import shutil
import tempfile
import zlib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

Arrays: TypeAlias = Mapping[str, NDArray[Any]]

_SUMS = "sums.json"
_VERSIONS_KEPT = 4
_LOG = logging.getLogger(__name__)


def kept_arrays(name: str, key: bytes, make: Callable[[], Arrays]) -> Arrays:
    """Give arrays from the cache folder, or make them and keep them there.

    Args:
        name: What they are, as a file name; the last few keys of a name are kept.
        key: All that they depend on, the version of the code that makes them included.
        make: Makes them; called when they are not there or are damaged.

    Returns:
        The arrays by name; read-only memory maps when they were there.
    """
    found = found_arrays(name, key)
    if found is None:
        found = make()
        keep_arrays(name, key, found)
    return found


def found_arrays(name: str, key: bytes) -> Arrays | None:
    """Give arrays from the cache folder; None where they are not there or are damaged."""
    folder = _folder(name, key)
    return None if folder is None else _read(folder)


def keep_arrays(name: str, key: bytes, arrays: Arrays) -> None:
    """Keep arrays in the cache folder, in place of those of the same name and key."""
    folder = _folder(name, key)
    if folder is not None:
        _write(folder, name, arrays)


def _folder(name: str, key: bytes) -> Path | None:
    root = cache_root()
    return None if root is None else root / f"{name}-{hashlib.sha256(key).hexdigest()[:32]}"


def cache_root() -> Path | None:
    """Give the folder for what can be made again: `ASSIST_CACHE`, else the user's; None when nothing is to be kept."""
    named = os.environ.get("ASSIST_CACHE")
    if named is not None:
        return Path(named) if named else None
    above = os.environ.get("XDG_CACHE_HOME") or os.environ.get("LOCALAPPDATA")
    try:
        return (Path(above) if above else Path.home() / ".cache") / "assist"
    except RuntimeError:
        return None  # no home folder is known


def _read(folder: Path) -> Arrays | None:
    try:
        sums: dict[str, int] = json.loads((folder / _SUMS).read_text("ascii"))
        found = {
            name: np.asarray(np.load(folder / f"{name}.npy", mmap_mode="r", allow_pickle=False))
            for name in sums
        }
        sound = all(_sum(found[name]) == value for name, value in sums.items())
    except FileNotFoundError:
        return None
    except (OSError, ValueError, TypeError, AttributeError, EOFError) as error:
        _LOG.warning("kept arrays are damaged and are made anew: %r", error)
        return None
    return found if sound else None


def _write(folder: Path, name: str, arrays: Arrays) -> None:
    """Write beside and rename, so that a reader sees all or nothing; what cannot be written is not kept."""
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        shutil.rmtree(folder, ignore_errors=True)
        beside = Path(tempfile.mkdtemp(prefix="writing-", dir=folder.parent))
        try:
            for part, array in arrays.items():
                np.save(beside / f"{part}.npy", np.ascontiguousarray(array), allow_pickle=False)
            sums = {part: _sum(array) for part, array in arrays.items()}
            (beside / _SUMS).write_text(json.dumps(sums), "ascii")
            beside.rename(folder)
        finally:
            shutil.rmtree(beside, ignore_errors=True)
        _sweep(folder.parent, name)
    except OSError as error:
        _LOG.debug("arrays could not be kept: %r", error)


def _sweep(root: Path, name: str) -> None:
    folders = sorted(root.glob(f"{name}-*"), key=lambda one: one.stat().st_mtime)
    for folder in folders[:-_VERSIONS_KEPT]:
        shutil.rmtree(folder, ignore_errors=True)


def _sum(array: NDArray[Any]) -> int:
    return zlib.crc32(np.ascontiguousarray(array).data.cast("B")) if array.size else 0
