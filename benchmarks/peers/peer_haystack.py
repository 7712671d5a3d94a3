"""Haystack: its in-memory store, both retrievers and its joiner with reciprocal ranks."""

from __future__ import annotations

from importlib.metadata import version
from pathlib import Path
from typing import Any

from haystack import Document
from haystack.components.joiners import DocumentJoiner
from haystack.document_stores.in_memory import InMemoryDocumentStore
from haystack.document_stores.types import DuplicatePolicy


class Peer:
    """The store scans Python objects; use it with few rows."""

    def about(self) -> dict[str, Any]:
        return {
            "versions": {"haystack-ai": version("haystack-ai")},
            "settings": "InMemoryDocumentStore as it comes, DocumentJoiner reciprocal_rank_fusion of 10 and 10",
        }

    def build(self, rows: list[tuple[int, str]], vectors: Any, kinds: Any, folder: Path) -> None:
        store = InMemoryDocumentStore(embedding_similarity_function="dot_product", shared=False)
        documents = [
            Document(
                id=str(row),
                content=text,
                embedding=vectors[row].tolist(),
                meta={"row": row, "kind": int(kinds[row])},
            )
            for row, text in rows
        ]
        store.write_documents(documents, policy=DuplicatePolicy.NONE)
        store.save_to_disk(str(folder / "store.json"))

    def open(self, folder: Path) -> None:
        self._store = InMemoryDocumentStore.load_from_disk(str(folder / "store.json"))
        self._join = DocumentJoiner(join_mode="reciprocal_rank_fusion", top_k=10)

    def dense(self, text: str, vector: Any, k: int) -> list[tuple[int, str]]:
        return _hits(self._near(vector, k))

    def lexical(self, text: str, vector: Any, k: int) -> list[tuple[int, str]]:
        return _hits(self._store.bm25_retrieval(text, top_k=k))

    def hybrid(self, text: str, vector: Any, k: int) -> list[tuple[int, str]]:
        lanes = [self._near(vector, k), self._store.bm25_retrieval(text, top_k=k)]
        return _hits(self._join.run(documents=lanes, top_k=k)["documents"])

    def filtered(self, text: str, vector: Any, k: int, kind: int) -> list[tuple[int, str]]:
        wanted = {"field": "meta.kind", "operator": "==", "value": kind}
        return _hits(self._near(vector, k, filters=wanted))

    def _near(self, vector: Any, k: int, **options: Any) -> list[Document]:
        return self._store.embedding_retrieval(
            vector.tolist(), top_k=k, return_embedding=False, scale_score=False, **options
        )


def _hits(documents: list[Document]) -> list[tuple[int, str]]:
    return [(int(document.meta["row"]), document.content or "") for document in documents]
