"""`assist` itself: its store on disk and its hybrid search, near-duplicates collapsed, as `Assistant.search` does it."""

from __future__ import annotations

from importlib.metadata import version
from pathlib import Path
from typing import Any

import assist
from assist.assistant import Assistant
from assist.documents import BlockKind, Chunk, Document, Kind, Span
from assist.encoder import load
from assist.retrieve.lanes import Retriever, Scope
from assist.settings import Settings
from assist.store.base import Record
from assist.store.local import LocalStore

KINDS = (Kind.PROMOTION, Kind.POLICY, Kind.QUICK_REPLY, Kind.PAST_ANSWER)
BATCH = 20_000
_ANY = Scope()


class Peer:
    """A store of one-chunk documents with the given vectors."""

    def about(self) -> dict[str, Any]:
        names = ("faiss-cpu", "numpy", "scipy", "rjieba")
        return {
            "versions": {"assist": assist.__version__, **{name: version(name) for name in names}},
            "settings": "as it comes: convex mix of 40 and 40",
        }

    def build(self, rows: list[tuple[int, str]], vectors: Any, kinds: Any, folder: Path) -> None:
        store = LocalStore.open(folder / "store", encoder=load("bundled").identity, create=True)
        with store, store.deferred_snapshot():
            for start in range(0, len(rows), BATCH):
                store.apply(
                    add=[
                        _record(row, text, KINDS[int(kinds[row])], vectors[row])
                        for row, text in rows[start : start + BATCH]
                    ]
                )

    def open(self, folder: Path) -> None:
        self._assistant = Assistant.open(folder / "store", read_only=True)
        self._retriever = Retriever(
            self._assistant._store.view(), self._assistant._encoder, Settings().search
        )
        self._view = self._retriever.view

    def hybrid(self, text: str, vector: Any, k: int) -> list[tuple[int, str]]:
        return _rows(self._retriever.search([text], k, [_ANY], vectors=vector[None])[0])

    def search(self, text: str, vector: Any, k: int) -> list[tuple[int, str]]:
        """The public door: the query is encoded too, and the store is asked for a newer revision."""
        return _rows(self._assistant.search(text, k=k))

    def dense(self, text: str, vector: Any, k: int) -> list[tuple[int, str]]:
        return self._texts(self._view.dense.search(vector[None], k)[0][0])

    def lexical(self, text: str, vector: Any, k: int) -> list[tuple[int, str]]:
        return self._texts(self._view.sparse.search(self._view.tokenizer.tokens_many([text]), k)[0][0])

    def filtered(self, text: str, vector: Any, k: int, kind: int) -> list[tuple[int, str]]:
        scope = Scope(kinds=(KINDS[kind],)).rows(self._view)
        return self._texts(self._view.dense.search(vector[None], k, rows=[scope])[0][0])

    def _texts(self, rows: Any) -> list[tuple[int, str]]:
        found = rows[rows >= 0]
        pairs = self._view.pairs(found)
        return [(row, chunk.text) for row, (chunk, _) in zip(found.tolist(), pairs, strict=True)]


def _record(row: int, text: str, kind: Kind, vector: Any) -> Record:
    document = Document(id=str(row), text=text, kind=kind)
    span = Span(0, len(text))
    chunk = Chunk(document.id, document.version, 0, span, text, kind=BlockKind.TEXT)
    return Record(document, (chunk,), vector[None])


def _rows(hits: Any) -> list[tuple[int, str]]:
    return [(int(hit.document.id), hit.chunk.text) for hit in hits]
