"""milvus-lite: flat vectors and its BM25 function with jieba, fused by reciprocal ranks."""

from __future__ import annotations

from importlib.metadata import version
from pathlib import Path
from typing import Any

from pymilvus import AnnSearchRequest, DataType, Function, FunctionType, MilvusClient, RRFRanker

BATCH = 2_000
NAME = "texts"


class Peer:
    """One collection in a local file."""

    def about(self) -> dict[str, Any]:
        return {
            "versions": {name: version(name) for name in ("milvus-lite", "pymilvus")},
            "settings": "FLAT inner product, SPARSE_INVERTED_INDEX BM25 with jieba, RRF of 10 and 10",
        }

    def build(self, rows: list[tuple[int, str]], vectors: Any, kinds: Any, folder: Path) -> None:
        client = MilvusClient(str(folder / "milvus.db"))
        schema = client.create_schema(auto_id=False)
        schema.add_field("row", DataType.INT64, is_primary=True)
        schema.add_field(
            "text",
            DataType.VARCHAR,
            max_length=8_000,
            enable_analyzer=True,
            analyzer_params={"tokenizer": "jieba"},
        )
        schema.add_field("kind", DataType.INT32)
        schema.add_field("vector", DataType.FLOAT_VECTOR, dim=vectors.shape[1])
        schema.add_field("words", DataType.SPARSE_FLOAT_VECTOR)
        bm25 = Function(
            name="bm25",
            function_type=FunctionType.BM25,
            input_field_names=["text"],
            output_field_names=["words"],
        )
        schema.add_function(bm25)
        indexes = client.prepare_index_params()
        indexes.add_index("vector", index_type="FLAT", metric_type="IP")
        indexes.add_index("words", index_type="SPARSE_INVERTED_INDEX", metric_type="BM25")
        client.create_collection(NAME, schema=schema, index_params=indexes)
        for start in range(0, len(rows), BATCH):
            some = rows[start : start + BATCH]
            client.insert(
                NAME,
                [
                    {"row": row, "text": text, "kind": int(kinds[row]), "vector": vectors[row].tolist()}
                    for row, text in some
                ],
            )
        client.flush(NAME)
        client.close()

    def open(self, folder: Path) -> None:
        self._client = MilvusClient(str(folder / "milvus.db"))
        self._client.load_collection(NAME)

    def dense(self, text: str, vector: Any, k: int) -> list[tuple[int, str]]:
        return self._find([vector.tolist()], "vector", "IP", k)

    def lexical(self, text: str, vector: Any, k: int) -> list[tuple[int, str]]:
        return self._find([text], "words", "BM25", k)

    def hybrid(self, text: str, vector: Any, k: int) -> list[tuple[int, str]]:
        lanes = [
            AnnSearchRequest([vector.tolist()], "vector", {"metric_type": "IP"}, limit=k),
            AnnSearchRequest([text], "words", {"metric_type": "BM25"}, limit=k),
        ]
        return _hits(self._client.hybrid_search(NAME, lanes, RRFRanker(), limit=k, output_fields=["text"]))

    def filtered(self, text: str, vector: Any, k: int, kind: int) -> list[tuple[int, str]]:
        return self._find([vector.tolist()], "vector", "IP", k, filter=f"kind == {kind}")

    def _find(self, asked: Any, field: str, metric: str, k: int, **options: Any) -> list[tuple[int, str]]:
        found = self._client.search(
            NAME,
            asked,
            anns_field=field,
            search_params={"metric_type": metric},
            limit=k,
            output_fields=["text"],
            **options,
        )
        return _hits(found)


def _hits(found: Any) -> list[tuple[int, str]]:
    return [(int(hit["row"] if "row" in hit else hit["id"]), hit["entity"]["text"]) for hit in found[0]]
