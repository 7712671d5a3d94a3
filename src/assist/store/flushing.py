"""Names of files and folders put on disk: what a file holds is safe after a power failure only where its name is."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path


def flush_folder(folder: Path) -> None:
    """Put the names in a folder on disk."""
    if os.name != "posix":
        return  # Windows has no handle of a folder that could be flushed
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def make_folder(folder: Path) -> None:
    """Make a folder and those above it where they are missing, and put their names on disk.

    Raises:
        OSError: One cannot be made.
    """
    folder = folder.absolute()
    missing = [one for one in folder.parents if not one.exists()]
    folder.mkdir(parents=True, exist_ok=True)
    for one in (folder, *missing):
        # Who may not read the folder above may still make folders in it.
        with suppress(PermissionError):
            flush_folder(one.parent)
