"""Files to documents: product pages, policies, quick replies, past answers, chat exports, the shop's settings.

`read` takes one file, `read_folder` all of a folder. Nothing is fetched, nothing is executed, no file outside
the folder is opened; what cannot be read is reported with file and line, and the rest is read.
"""

from __future__ import annotations

from assist.ingest.reading import SUFFIXES, read, read_bytes, read_folder
from assist.ingest.result import ReadResult, Skipped

__all__ = ["SUFFIXES", "ReadResult", "Skipped", "read", "read_bytes", "read_folder"]
