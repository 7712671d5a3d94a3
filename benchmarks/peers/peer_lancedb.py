"""LanceDB: vectors without an index, full text over words that jieba cut, fused by reciprocal ranks."""

from __future__ import annotations

import logging
from datetime import timedelta
from importlib.metadata import version
from pathlib import Path
from typing import Any

import jieba
import lancedb
import pyarrow as pa
from lancedb.index import FTS  # noqa: F401  its absence means another version's interface
from lancedb.rerankers import RRFReranker


def cut(text: str) -> str:
    return " ".join(word for word in jieba.cut_for_search(text.lower()) if word.strip())


class Peer:
    """One table; its own Chinese tokenizer needs a dictionary that the package does not bring."""

    def __init__(self) -> None:
        jieba.setLogLevel(logging.ERROR)

    def about(self) -> dict[str, Any]:
        return {
            "versions": {name: version(name) for name in ("lancedb", "pyarrow", "jieba")},
            "settings": "flat vectors, FTS whitespace over jieba's words, RRF",
        }

    def build(self, rows: list[tuple[int, str]], vectors: Any, kinds: Any, folder: Path) -> None:
        dim = vectors.shape[1]
        flat = pa.array(vectors.reshape(-1), type=pa.float32())
        table = pa.table(
            {
                "row": pa.array([row for row, _ in rows], type=pa.int64()),
                "text": [text for _, text in rows],
                "words": [cut(text) for _, text in rows],
                "kind": pa.array(kinds.tolist(), type=pa.int32()),
                "vector": pa.FixedSizeListArray.from_arrays(flat, dim),
            }
        )
        database = lancedb.connect(str(folder))
        made = database.create_table("texts", table)
        made.create_fts_index(
            "words",
            base_tokenizer="whitespace",
            stem=False,
            remove_stop_words=False,
            ascii_folding=False,
            with_position=False,
        )
        made.wait_for_index([index.name for index in made.list_indices()], timeout=timedelta(minutes=10))

    def open(self, folder: Path) -> None:
        self._table = lancedb.connect(str(folder)).open_table("texts")
        self._fuse = RRFReranker()

    def dense(self, text: str, vector: Any, k: int) -> list[tuple[int, str]]:
        return _hits(self._table.search(vector).distance_type("dot"), k)

    def lexical(self, text: str, vector: Any, k: int) -> list[tuple[int, str]]:
        return _hits(self._table.search(cut(text), query_type="fts", fts_columns="words"), k)

    def hybrid(self, text: str, vector: Any, k: int) -> list[tuple[int, str]]:
        query = self._table.search(query_type="hybrid", fts_columns="words").vector(vector).text(cut(text))
        return _hits(query.distance_type("dot").rerank(self._fuse), k)

    def filtered(self, text: str, vector: Any, k: int, kind: int) -> list[tuple[int, str]]:
        query = self._table.search(vector).distance_type("dot").where(f"kind = {kind}", prefilter=True)
        return _hits(query, k)


def _hits(query: Any, k: int) -> list[tuple[int, str]]:
    found = query.select(["row", "text"]).limit(k).to_arrow()
    return list(zip(found["row"].to_pylist(), found["text"].to_pylist(), strict=True))
