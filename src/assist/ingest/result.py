"""What reading a file gives: documents, and every part that was left out, with the reason."""

from __future__ import annotations

from dataclasses import dataclass

from assist.documents import Document
from assist.errors import IngestError
from assist.shop import ShopProfile


@dataclass(frozen=True, slots=True)
class Skipped:
    """A file, row or group of rows that did not become a document.

    Attributes:
        path: The file, as its documents' `source` names it.
        line: 1-based line or spreadsheet row; None: the whole file.
        reason: What was wrong, with the value seen and what to do.
        error: Name of the error class; empty: left out on purpose (a greeting, a duplicate), no fault.
    """

    path: str
    line: int | None
    reason: str
    error: str = ""

    @classmethod
    def of(cls, error: IngestError, *, path: str) -> Skipped:
        """Describe an error of the file `path` as an entry of the report."""
        return cls(path=path, line=error.line, reason=error.reason, error=type(error).__name__)


@dataclass(frozen=True, slots=True)
class ReadResult:
    """What one file gave.

    Attributes:
        path: The file, relative to the folder that was read, in posix form.
        documents: In file order.
        skipped: What was left out; together with the documents it accounts for the whole file.
        profile: The shop's settings, when the file was `shop.toml`.
    """

    path: str
    documents: tuple[Document, ...] = ()
    skipped: tuple[Skipped, ...] = ()
    profile: ShopProfile | None = None
