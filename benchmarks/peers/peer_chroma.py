"""chroma: HNSW over vectors; it has no ranked full text, so its first answer is of the vectors alone."""

from __future__ import annotations

from importlib.metadata import version
from pathlib import Path
from typing import Any

import chromadb
from chromadb.config import Settings

BATCH = 5_000


class Peer:
    """One persistent collection."""

    def about(self) -> dict[str, Any]:
        return {
            "versions": {"chromadb": version("chromadb")},
            "settings": "HNSW as it comes, inner product; dense only",
        }

    def build(self, rows: list[tuple[int, str]], vectors: Any, kinds: Any, folder: Path) -> None:
        collection = _client(folder).create_collection(
            "texts", embedding_function=None, configuration={"hnsw": {"space": "ip"}}
        )
        for start in range(0, len(rows), BATCH):
            some = rows[start : start + BATCH]
            collection.add(
                ids=[str(row) for row, _ in some],
                documents=[text for _, text in some],
                embeddings=vectors[start : start + len(some)],
                metadatas=[{"kind": int(kinds[row])} for row, _ in some],
            )

    def open(self, folder: Path) -> None:
        self._texts = _client(folder).get_collection("texts", embedding_function=None)

    def dense(self, text: str, vector: Any, k: int) -> list[tuple[int, str]]:
        return self._find(vector, k)

    def filtered(self, text: str, vector: Any, k: int, kind: int) -> list[tuple[int, str]]:
        return self._find(vector, k, where={"kind": kind})

    def _find(self, vector: Any, k: int, **options: Any) -> list[tuple[int, str]]:
        found = self._texts.query(vector[None], n_results=k, include=["documents"], **options)
        return list(zip(map(int, found["ids"][0]), found["documents"][0], strict=True))


def _client(folder: Path) -> Any:
    return chromadb.PersistentClient(str(folder), settings=Settings(anonymized_telemetry=False))
