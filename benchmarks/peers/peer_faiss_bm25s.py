"""FAISS (exact, as it comes) and bm25s (as it comes) put together by hand, with jieba and reciprocal ranks."""

from __future__ import annotations

import json
import logging
from importlib.metadata import version
from pathlib import Path
from typing import Any

import bm25s
import faiss
import jieba
import numpy as np

DEPTH = 100
RANK_CONSTANT = 60.0


def cut(text: str) -> list[str]:
    return [word for word in jieba.cut_for_search(text.lower()) if word.strip()]


class Peer:
    """What one writes in an afternoon from the two best-known parts."""

    backend = "numpy"

    def __init__(self) -> None:
        jieba.setLogLevel(logging.ERROR)

    def about(self) -> dict[str, Any]:
        return {
            "versions": {name: version(name) for name in ("faiss-cpu", "bm25s", "jieba", "numpy", "numba")},
            "settings": f"IndexFlatIP, BM25 {self.backend} backend, jieba, RRF of {DEPTH} and {DEPTH}",
        }

    def build(self, rows: list[tuple[int, str]], vectors: Any, kinds: Any, folder: Path) -> None:
        texts = [text for _, text in rows]
        index = faiss.IndexFlatIP(vectors.shape[1])
        index.add(vectors)
        faiss.write_index(index, str(folder / "dense.faiss"))
        lexical = bm25s.BM25(method="lucene", k1=1.5, b=0.75)
        lexical.index([cut(text) for text in texts], show_progress=False)
        lexical.save(str(folder / "lexical"))
        (folder / "texts.json").write_text(json.dumps(texts, ensure_ascii=False), "utf-8")
        np.save(folder / "kinds.npy", kinds)

    def open(self, folder: Path) -> None:
        self._dense = faiss.read_index(str(folder / "dense.faiss"))
        self._lexical = bm25s.BM25.load(str(folder / "lexical"))
        if self.backend == "numba":
            self._lexical.backend = "numba"
            self._lexical.activate_numba_scorer()
        self._texts = json.loads((folder / "texts.json").read_text("utf-8"))
        self._kinds = np.load(folder / "kinds.npy")

    def dense(self, text: str, vector: Any, k: int) -> list[tuple[int, str]]:
        return self._hits(self._near(vector, k))

    def lexical(self, text: str, vector: Any, k: int) -> list[tuple[int, str]]:
        return self._hits(self._match(cut(text), k))

    def hybrid(self, text: str, vector: Any, k: int) -> list[tuple[int, str]]:
        score: dict[int, float] = {}
        for lane in (self._near(vector, DEPTH), self._match(cut(text), DEPTH)):
            for rank, row in enumerate(lane, 1):
                score[row] = score.get(row, 0.0) + 1.0 / (RANK_CONSTANT + rank)
        return self._hits(sorted(score, key=lambda row: (-score[row], row))[:k])

    def filtered(self, text: str, vector: Any, k: int, kind: int) -> list[tuple[int, str]]:
        chosen = faiss.IDSelectorBatch(np.flatnonzero(self._kinds == kind))
        parameters = faiss.SearchParameters(sel=chosen)
        rows = self._dense.search(vector[None], k, params=parameters)[1][0]
        return self._hits(rows[rows >= 0].tolist())

    def _near(self, vector: Any, k: int) -> list[int]:
        return list(self._dense.search(vector[None], k)[1][0].tolist())

    def _match(self, tokens: list[str], k: int) -> list[int]:
        known = [token for token in tokens if token in self._lexical.vocab_dict]
        if not known:
            return []
        found = self._lexical.retrieve([known], k=k, show_progress=False, n_threads=0)
        return [int(row) for row, score in zip(found.documents[0], found.scores[0], strict=True) if score > 0]

    def _hits(self, rows: list[int]) -> list[tuple[int, str]]:
        return [(row, self._texts[row]) for row in rows]
