"""zvec: HNSW and full text with its built-in jieba, fused by reciprocal ranks."""

from __future__ import annotations

from importlib.metadata import version
from pathlib import Path
from typing import Any

import zvec

BATCH = 1_000
M, EF_CONSTRUCTION, EF = 32, 200, 64


class Peer:
    """One collection, optimised after loading, opened read-only."""

    def __init__(self) -> None:
        zvec.init(log_level=zvec.LogLevel.ERROR, query_threads=1, optimize_threads=2)

    def about(self) -> dict[str, Any]:
        return {
            "versions": {"zvec": version("zvec")},
            "settings": f"HNSW m={M} ef_construction={EF_CONSTRUCTION} ef={EF}, FTS jieba, RRF of 10 and 10",
        }

    def build(self, rows: list[tuple[int, str]], vectors: Any, kinds: Any, folder: Path) -> None:
        schema = zvec.CollectionSchema(
            "texts",
            fields=[
                zvec.FieldSchema(
                    "text", zvec.DataType.STRING, index_param=zvec.FtsIndexParam(tokenizer_name="jieba")
                ),
                zvec.FieldSchema("kind", zvec.DataType.INT32, index_param=zvec.InvertIndexParam()),
            ],
            vectors=[
                zvec.VectorSchema(
                    "vector",
                    zvec.DataType.VECTOR_FP32,
                    dimension=vectors.shape[1],
                    index_param=zvec.HnswIndexParam(
                        metric_type=zvec.MetricType.IP, m=M, ef_construction=EF_CONSTRUCTION
                    ),
                )
            ],
        )
        collection = zvec.create_and_open(str(folder / "collection"), schema)
        for start in range(0, len(rows), BATCH):
            batch = [
                zvec.Doc(
                    id=str(row),
                    vectors={"vector": vectors[row]},
                    fields={"text": text, "kind": int(kinds[row])},
                )
                for row, text in rows[start : start + BATCH]
            ]
            bad = [status for status in collection.insert(batch) if not status.ok()]
            if bad:
                raise RuntimeError(f"insert failed: {bad[0].message()}")
        collection.optimize()
        collection.flush()
        collection.close()

    def open(self, folder: Path) -> None:
        option = zvec.CollectionOption(read_only=True)
        self._collection = zvec.open(str(folder / "collection"), option)
        self._fuse = zvec.RrfReRanker()
        self._ef = zvec.HnswQueryParam(ef=EF)

    def dense(self, text: str, vector: Any, k: int) -> list[tuple[int, str]]:
        return self._find(self._dense(vector), k)

    def lexical(self, text: str, vector: Any, k: int) -> list[tuple[int, str]]:
        return self._find(self._lexical(text), k)

    def hybrid(self, text: str, vector: Any, k: int) -> list[tuple[int, str]]:
        return self._find([self._dense(vector), self._lexical(text)], k, reranker=self._fuse)

    def hybrid_deep(self, text: str, vector: Any, k: int) -> list[tuple[int, str]]:
        """As deep as `assist` looks: a hundred of each lane are fused."""
        return self._find([self._dense(vector), self._lexical(text)], 100, reranker=self._fuse)[:k]

    def filtered(self, text: str, vector: Any, k: int, kind: int) -> list[tuple[int, str]]:
        return self._find(self._dense(vector), k, filter=f"kind = {kind}")

    def _dense(self, vector: Any) -> Any:
        return zvec.Query("vector", vector=vector, param=self._ef)

    def _lexical(self, text: str) -> Any:
        return zvec.Query("text", fts=zvec.Fts(match_string=text))

    def _find(self, queries: Any, k: int, **options: Any) -> list[tuple[int, str]]:
        found = self._collection.query(queries, topk=k, output_fields=["text"], **options)
        return [(int(doc.id), doc.fields["text"]) for doc in found]
