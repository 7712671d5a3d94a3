"""tantivy: full text alone, over words that jieba cut; it has no vectors."""

from __future__ import annotations

import json
import logging
from importlib.metadata import version
from pathlib import Path
from typing import Any

import jieba
import tantivy


def cut(text: str) -> list[str]:
    return [word for word in jieba.cut_for_search(text.lower()) if word.strip()]


class Peer:
    """One index; the words are joined by spaces, the text is stored beside them."""

    def __init__(self) -> None:
        jieba.setLogLevel(logging.ERROR)

    def about(self) -> dict[str, Any]:
        return {
            "versions": {name: version(name) for name in ("tantivy", "jieba")},
            "settings": "whitespace tokens from jieba, BM25; lexical only",
        }

    def build(self, rows: list[tuple[int, str]], vectors: Any, kinds: Any, folder: Path) -> None:
        schema = (
            tantivy.SchemaBuilder()
            .add_integer_field("row", stored=True)
            .add_text_field("words", tokenizer_name="whitespace")
            .add_text_field("text", stored=True, tokenizer_name="raw")
            .build()
        )
        index = tantivy.Index(schema, path=str(folder))
        writer = index.writer(heap_size=200_000_000, num_threads=1)
        for row, text in rows:
            writer.add_document(tantivy.Document(row=row, words=" ".join(cut(text)), text=text))
        writer.commit()
        writer.wait_merging_threads()

    def open(self, folder: Path) -> None:
        self._index = tantivy.Index.open(str(folder))
        self._searcher = self._index.searcher()

    def lexical(self, text: str, vector: Any, k: int) -> list[tuple[int, str]]:
        words = [json.dumps(word, ensure_ascii=False) for word in cut(text)]
        query = self._index.parse_query(" ".join(words), ["words"])
        found = self._searcher.search(query, k, count=False).hits
        documents = [self._searcher.doc(address) for _, address in found]
        return [(int(document["row"][0]), document["text"][0]) for document in documents]
