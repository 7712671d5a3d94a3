"""LangChain: its FAISS store and its BM25 retriever in an ensemble; the second cannot be saved and is built at every open."""

from __future__ import annotations

import json
import logging
import warnings
from importlib.metadata import version
from pathlib import Path
from typing import Any

import jieba

warnings.simplefilter("ignore")
from langchain_classic.retrievers import EnsembleRetriever  # noqa: E402
from langchain_community.docstore.in_memory import InMemoryDocstore  # noqa: E402
from langchain_community.retrievers import BM25Retriever  # noqa: E402
from langchain_community.vectorstores import FAISS  # noqa: E402
from langchain_community.vectorstores.utils import DistanceStrategy  # noqa: E402
from langchain_core.documents import Document  # noqa: E402
from langchain_core.embeddings import Embeddings  # noqa: E402


def cut(text: str) -> list[str]:
    return [word for word in jieba.cut_for_search(text.lower()) if word.strip()]


class Given(Embeddings):
    """Hands out the vector of the query in hand."""

    vector: Any = None

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        raise NotImplementedError

    def embed_query(self, text: str) -> list[float]:
        return list(self.vector.tolist())


class Peer:
    """As its guides put it together, with jieba in place of splitting at spaces."""

    def __init__(self) -> None:
        jieba.setLogLevel(logging.ERROR)
        self._given = Given()

    def about(self) -> dict[str, Any]:
        names = ("langchain-community", "langchain-classic", "faiss-cpu", "rank-bm25", "jieba")
        return {
            "versions": {name: version(name) for name in names},
            "settings": "FAISS flat, BM25Retriever with jieba, EnsembleRetriever 0.5 and 0.5 of 10 and 10",
        }

    def build(self, rows: list[tuple[int, str]], vectors: Any, kinds: Any, folder: Path) -> None:
        import faiss

        store = FAISS(
            embedding_function=self._given,
            index=faiss.IndexFlatIP(vectors.shape[1]),
            docstore=InMemoryDocstore(),
            index_to_docstore_id={},
            distance_strategy=DistanceStrategy.MAX_INNER_PRODUCT,
        )
        store.add_embeddings(
            list(zip([text for _, text in rows], vectors.tolist(), strict=True)),
            metadatas=[{"row": row, "kind": int(kinds[row])} for row, _ in rows],
            ids=[str(row) for row, _ in rows],
        )
        store.save_local(str(folder / "faiss"))
        (folder / "texts.json").write_text(json.dumps([text for _, text in rows]), "utf-8")

    def open(self, folder: Path) -> None:
        self._store = FAISS.load_local(
            str(folder / "faiss"),
            self._given,
            allow_dangerous_deserialization=True,
            distance_strategy=DistanceStrategy.MAX_INNER_PRODUCT,
        )
        texts = json.loads((folder / "texts.json").read_text("utf-8"))
        documents = [Document(text, metadata={"row": row}) for row, text in enumerate(texts)]
        self._words = BM25Retriever.from_documents(documents, preprocess_func=cut, k=10)
        near = self._store.as_retriever(search_kwargs={"k": 10})
        self._both = EnsembleRetriever(retrievers=[near, self._words], weights=[0.5, 0.5])

    def dense(self, text: str, vector: Any, k: int) -> list[tuple[int, str]]:
        return _hits(self._store.similarity_search_by_vector(vector.tolist(), k=k), k)

    def lexical(self, text: str, vector: Any, k: int) -> list[tuple[int, str]]:
        return _hits(self._words.invoke(text), k)

    def hybrid(self, text: str, vector: Any, k: int) -> list[tuple[int, str]]:
        self._given.vector = vector
        return _hits(self._both.invoke(text), k)

    def filtered(self, text: str, vector: Any, k: int, kind: int) -> list[tuple[int, str]]:
        return _hits(self._store.similarity_search_by_vector(vector.tolist(), k=k, filter={"kind": kind}), k)


def _hits(documents: Any, k: int) -> list[tuple[int, str]]:
    return [(document.metadata["row"], document.page_content) for document in documents[:k]]
