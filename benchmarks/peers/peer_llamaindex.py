"""LlamaIndex: its FAISS store and its BM25 retriever, fused by its query fusion with reciprocal ranks."""

from __future__ import annotations

import logging
from importlib.metadata import version
from pathlib import Path
from typing import Any

import bm25s
import faiss
import jieba
from llama_index.core import StorageContext, VectorStoreIndex, load_index_from_storage
from llama_index.core.embeddings import MockEmbedding
from llama_index.core.llms import MockLLM
from llama_index.core.retrievers import QueryFusionRetriever
from llama_index.core.schema import QueryBundle, TextNode
from llama_index.core.vector_stores.utils import node_to_metadata_dict
from llama_index.retrievers.bm25 import BM25Retriever
from llama_index.vector_stores.faiss import FaissVectorStore


def cut(text: str) -> list[str]:
    return [word for word in jieba.cut_for_search(text.lower()) if word.strip()]


class Peer:
    """As its guides put it together; bm25s is given words that jieba cut, which its retriever has no option for."""

    def __init__(self) -> None:
        jieba.setLogLevel(logging.ERROR)

    def about(self) -> dict[str, Any]:
        names = (
            "llama-index-core",
            "llama-index-retrievers-bm25",
            "llama-index-vector-stores-faiss",
            "bm25s",
        )
        return {
            "versions": {name: version(name) for name in names},
            "settings": "FAISS flat, bm25s with jieba, QueryFusionRetriever reciprocal_rerank of 10 and 10",
        }

    def build(self, rows: list[tuple[int, str]], vectors: Any, kinds: Any, folder: Path) -> None:
        nodes = [
            TextNode(
                id_=str(row),
                text=text,
                embedding=vectors[row].tolist(),
                metadata={"row": row, "kind": int(kinds[row])},
            )
            for row, text in rows
        ]
        store = FaissVectorStore(faiss_index=faiss.IndexFlatIP(vectors.shape[1]))
        context = StorageContext.from_defaults(vector_store=store)
        index = VectorStoreIndex(
            nodes, storage_context=context, embed_model=MockEmbedding(embed_dim=vectors.shape[1])
        )
        index.storage_context.persist(str(folder / "index"))
        for node in nodes:
            node.embedding = None
        words = bm25s.BM25()
        words.index([cut(text) for _, text in rows], show_progress=False)
        retriever = BM25Retriever(existing_bm25=words, similarity_top_k=10)
        retriever.corpus = [node_to_metadata_dict(node) | {"node_id": node.node_id} for node in nodes]
        retriever.bm25.corpus = retriever.corpus
        retriever.persist(str(folder / "words"))

    def open(self, folder: Path) -> None:
        place = str(folder / "index")
        store = FaissVectorStore.from_persist_dir(place)
        context = StorageContext.from_defaults(vector_store=store, persist_dir=place)
        dim = store.client.d
        index = load_index_from_storage(context, embed_model=MockEmbedding(embed_dim=dim))
        self._near = index.as_retriever(similarity_top_k=10)
        self._words = BM25Retriever.from_persist_dir(str(folder / "words"))
        self._words.similarity_top_k = 10
        self._both = QueryFusionRetriever(
            [self._near, self._words],
            llm=MockLLM(),
            mode="reciprocal_rerank",
            similarity_top_k=10,
            num_queries=1,
            use_async=False,
        )
        _cut_by_jieba()

    def dense(self, text: str, vector: Any, k: int) -> list[tuple[int, str]]:
        return _hits(self._near.retrieve(_bundle(text, vector)), k)

    def lexical(self, text: str, vector: Any, k: int) -> list[tuple[int, str]]:
        return _hits(self._words.retrieve(_bundle(text, vector)), k)

    def hybrid(self, text: str, vector: Any, k: int) -> list[tuple[int, str]]:
        return _hits(self._both.retrieve(_bundle(text, vector)), k)


def _cut_by_jieba() -> None:
    """Let the retriever's own call of bm25s' tokenizer see words that jieba cut."""
    from llama_index.retrievers.bm25 import base

    plain = bm25s.tokenize

    def tokenize(texts: Any, **options: Any) -> Any:
        given = [texts] if isinstance(texts, str) else texts
        return plain(
            [" ".join(cut(text)) for text in given],
            token_pattern=r"\S+",
            stopwords=None,
            stemmer=None,
            show_progress=False,
        )

    base.bm25s.tokenize = tokenize


def _bundle(text: str, vector: Any) -> QueryBundle:
    return QueryBundle(text, embedding=vector.tolist())


def _hits(found: Any, k: int) -> list[tuple[int, str]]:
    return [(int(item.node.metadata["row"]), item.node.text) for item in found[:k]]
