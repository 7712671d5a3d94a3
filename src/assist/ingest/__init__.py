"""Files to documents: product pages, policies, quick replies, past answers, chat exports, the shop's settings.

`read` takes one file, `read_folder` all of a folder. Nothing is fetched, nothing is executed, no file outside
the folder is opened; what cannot be read is reported with file and line, and the rest is read.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from assist.ingest.result import ReadResult, Skipped

if TYPE_CHECKING:
    from assist.ingest.reading import SUFFIXES, read, read_bytes, read_folder

__all__ = ["SUFFIXES", "ReadResult", "Skipped", "read", "read_bytes", "read_folder"]


def __getattr__(name: str) -> object:
    """Load the readers when one is first asked for: whoever only suggests never needs them."""
    if name not in __all__:
        raise AttributeError(f"module 'assist.ingest' has no attribute {name!r}")
    return getattr(import_module("assist.ingest.reading"), name)
