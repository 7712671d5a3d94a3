"""txtai: its default vector index (FAISS) and its own BM25, texts in SQLite, its default mix of normalised scores."""

from __future__ import annotations

import os
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

# txtai names the function that gives vectors by its path when it saves, and asks for this leave to load it again.
os.environ["ALLOW_RESOLVE_TRANSFORM"] = "1"
from txtai import Embeddings

GIVEN: dict[str, Any] = {}


def given_vectors(texts: list[str]) -> Any:
    """Stand in for an encoder: hand out the vectors of the data."""
    return np.stack([GIVEN[text] for text in texts])


class Peer:
    """One `Embeddings` with hybrid search and content."""

    def about(self) -> dict[str, Any]:
        return {
            "versions": {name: version(name) for name in ("txtai", "faiss-cpu", "torch")},
            "settings": "hybrid=True, content=True, as it comes (one token per Han character)",
        }

    def build(self, rows: list[tuple[int, str]], vectors: Any, kinds: Any, folder: Path) -> None:
        GIVEN.update((text, vectors[row]) for row, text in rows)
        embeddings = Embeddings(
            method="external", transform="peer_txtai.given_vectors", hybrid=True, content=True
        )
        embeddings.index((row, {"text": text, "kind": int(kinds[row])}, None) for row, text in rows)
        embeddings.save(str(folder / "index"))

    def open(self, folder: Path) -> None:
        self._embeddings = Embeddings()
        self._embeddings.load(str(folder / "index"))

    def hybrid(self, text: str, vector: Any, k: int) -> list[tuple[int, str]]:
        return self._find(text, vector, k, None)

    def dense(self, text: str, vector: Any, k: int) -> list[tuple[int, str]]:
        return self._find(text, vector, k, 1.0)

    def lexical(self, text: str, vector: Any, k: int) -> list[tuple[int, str]]:
        return self._find(text, vector, k, 0.0)

    def filtered(self, text: str, vector: Any, k: int, kind: int) -> list[tuple[int, str]]:
        _give(text, vector)
        query = "select id, text, score from txtai where similar(:query, 1.0) and kind = :kind"
        found = self._embeddings.search(query, k, parameters={"query": text, "kind": kind})
        return [(int(hit["id"]), hit["text"]) for hit in found]

    def _find(self, text: str, vector: Any, k: int, weight: float | None) -> list[tuple[int, str]]:
        _give(text, vector)
        found = self._embeddings.search(text, k, weights=weight)
        return [(int(hit["id"]), hit["text"]) for hit in found]


def _give(text: str, vector: Any) -> None:
    GIVEN.clear()
    GIVEN[text] = vector
