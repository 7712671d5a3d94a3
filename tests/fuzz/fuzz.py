"""Coverage-guided fuzzing: `python tests/fuzz/fuzz.py read tests-of/a.html -runs=100000`, or `store` for a database.

Needs atheris (`pip install 'assist[fuzz]'`). Every input ends in documents or an error of ours; anything else, an input
that takes longer than libFuzzer's `-timeout`, or one that takes more memory than its `-rss_limit_mb`, ends the run.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["assist.ingest", "assist.store", "assist.text"]):
    from assist.documents import Document
    from assist.errors import AssistError, IngestError
    from assist.ingest import read_bytes
    from assist.store.connection import DATABASE
    from assist.store.local import LocalStore
    from assist.testing import HashingEncoder

ENCODER = HashingEncoder(dim=16)


def fuzz_read(name: str) -> None:
    """Read a file of this name."""

    def one(data: bytes) -> None:
        try:
            result = read_bytes(data, name=name)
        except IngestError:
            return
        for document in result.documents:
            check(document)

    atheris.Setup([sys.argv[0], *sys.argv[3:]], one)
    atheris.Fuzz()


def check(document: Document) -> None:
    """Check that all spans lie within the text."""
    for part in (*document.blocks, *document.facts):
        if not 0 <= part.span.start < part.span.end <= len(document.text):
            raise AssertionError(part)


def fuzz_store() -> None:
    """Open a database and ask it everything."""
    folder = Path(tempfile.mkdtemp())

    def one(data: bytes) -> None:
        for path in folder.glob(f"{DATABASE}*"):
            path.unlink()
        (folder / DATABASE).write_bytes(data)
        try:
            with LocalStore.open(folder, encoder=ENCODER.identity, read_only=True) as store:
                store.verify()
                store.info()
                store.documents()
                store.feedback()
        except AssistError:
            return

    atheris.Setup([sys.argv[0], *sys.argv[2:]], one)
    atheris.Fuzz()


if __name__ == "__main__":
    if sys.argv[1] == "read":
        fuzz_read(sys.argv[2])
    else:
        fuzz_store()
