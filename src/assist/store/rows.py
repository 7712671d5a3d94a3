"""Reading rows of the database: documents and chunks, and the words of their texts."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, TypeAlias

from assist.documents import BlockKind, Chunk, Document, Span, Validity
from assist.errors import StoreError
from assist.store.codec import decode_document, from_json, to_text
from assist.store.connection import Connections, corrupt
from assist.store.versions import Kept
from assist.text.chunk import search_text
from assist.text.tokenize import Tokenizer

Fields: TypeAlias = tuple[Any, ...]
"""One row as SQLite gives it."""

DOCUMENT_FIELDS = "doc_key, version, source, valid_from, valid_to, text, body"
CHUNK_FIELDS = "doc_key, ordinal, start, end, section, headings, kind, focus_start, focus_end"
# SQLite takes 999 values in one query in every build.
_KEYS_AT_ONCE = 900
# A control character: tokens are normalised, so none holds one, though a shop's own word may hold a space.
_BETWEEN = "\x1f"
_ALWAYS = Validity()


def read_moment(text: str | None) -> datetime | None:
    """Read a moment as the tables keep it."""
    return None if text is None else datetime.fromisoformat(text)


def make_document(fields: Fields, file: Path) -> Document:
    """Build a document from `DOCUMENT_FIELDS`.

    Raises:
        StoreCorruptError: The row does not decode, or its text is not the text that was stored.
    """
    doc_key, version, source, valid_from, valid_to, text, body = fields
    try:
        undated = valid_from is None and valid_to is None
        validity = _ALWAYS if undated else Validity(read_moment(valid_from), read_moment(valid_to))
        document = decode_document(body, text, source=to_text(source), validity=validity)
    except (ValueError, KeyError, TypeError, IndexError, AttributeError) as exc:
        raise corrupt(f"document row {doc_key} does not decode: {exc!r}", file) from exc
    if document.version != version:
        raise corrupt(f"the text of document row {doc_key} is not the text that was stored", file)
    return document


def make_chunk(fields: Fields, document: Document, file: Path) -> Chunk:
    """Build a chunk from `CHUNK_FIELDS` and its document.

    Raises:
        StoreCorruptError: The row does not decode, or its span is not inside the text.
    """
    _, ordinal, start, end, section, headings, kind, focus_start, focus_end = fields
    try:
        span = Span(start, end)
        if end > len(document.text):
            raise ValueError(f"span [{start}, {end}) is not inside the text")
        return Chunk(
            document_id=document.id,
            version=document.version,
            ordinal=ordinal,
            span=span,
            text=span.of(document.text),
            section=to_text(section),
            headings=tuple(from_json(to_text(headings))),
            kind=BlockKind(kind),
            focus=None if focus_start is None else Span(focus_start, focus_end),
        )
    except (ValueError, TypeError, AttributeError) as exc:
        raise corrupt(f"chunk {ordinal} of {document.id!r} does not decode: {exc!r}", file) from exc


def read_kept(connection: sqlite3.Connection, document_id: str) -> list[Kept]:
    """Read all kept versions of a document, in the order in which they were loaded."""
    rows = connection.execute(
        "SELECT doc_key, version, valid_from, valid_to, loaded_at, replaced_at, removed"
        " FROM documents WHERE id = ? ORDER BY doc_key",
        (document_id,),
    )
    return [
        Kept(
            doc_key=doc_key,
            version=version,
            validity=Validity(read_moment(start), read_moment(end)),
            loaded_at=datetime.fromisoformat(loaded_at),
            replaced_at=read_moment(replaced_at),
            removed=bool(removed),
        )
        for doc_key, version, start, end, loaded_at, replaced_at, removed in rows
    ]


class RowSource:
    """Reads single documents and chunks for views, each in a query of its own."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    def read_documents(self, doc_keys: Sequence[int]) -> list[Document]:
        """Read versions of documents, in the order asked.

        Raises:
            StoreError: One was removed and compacted away.
        """
        found = {row[0]: row for row in self._read(DOCUMENT_FIELDS, "documents", "doc_key", doc_keys)}
        if len(found) < len(set(doc_keys)):
            raise self._gone("document")
        return [make_document(found[key], self._connections.file) for key in doc_keys]

    def read_chunks(
        self, chunk_ids: Sequence[int], documents_of: Callable[[Sequence[int]], list[Document]]
    ) -> list[Chunk]:
        """Read chunks, in the order asked; `documents_of` gives their documents by key.

        Raises:
            StoreError: The document of one was removed and compacted away.
        """
        rows = self._read(f"chunk_id, {CHUNK_FIELDS}", "chunks", "chunk_id", chunk_ids)
        found = {row[0]: row[1:] for row in rows}
        if len(found) < len(set(chunk_ids)):
            raise self._gone("chunk")
        fields = [found[chunk_id] for chunk_id in chunk_ids]
        documents = documents_of([row[0] for row in fields])
        return [
            make_chunk(row, document, self._connections.file)
            for row, document in zip(fields, documents, strict=True)
        ]

    def _read(self, fields: str, table: str, key: str, values: Sequence[int]) -> list[Fields]:
        """Select the rows of a table whose key is one of some values, in no order to rely on."""
        rows: list[Fields] = []
        # Rows of a key never change, so no transaction is needed around the queries.
        with self._connections.asking() as connection:
            for group in in_groups(values):
                query = f"SELECT {fields} FROM {table} WHERE {key} IN ({marks_for(group)})"  # noqa: S608
                rows += connection.execute(query, group).fetchall()
        return rows

    def read_keys(self, document_id: str) -> list[int]:
        """Read the keys of all versions of a document."""
        with self._connections.reading() as connection:
            rows = connection.execute("SELECT doc_key FROM documents WHERE id = ?", (document_id,))
            return [row[0] for row in rows]

    def _gone(self, what: str) -> StoreError:
        return StoreError(
            f"this {what} was removed from the store since the view was taken; take a new view",
            path=self._connections.file.parent,
        )


def in_groups(keys: Sequence[int]) -> Iterator[Sequence[int]]:
    """Split keys into groups small enough for one query."""
    return (keys[start : start + _KEYS_AT_ONCE] for start in range(0, len(keys), _KEYS_AT_ONCE))


def marks_for(values: Sequence[int]) -> str:
    """Give a question mark for every value of a query."""
    return ",".join("?" * len(values))


def cut_live(connection: sqlite3.Connection, file: Path, tokenizer: Tokenizer) -> Iterator[tuple[int, str]]:
    """Cut the text of every live chunk into tokens, in ascending chunk id.

    Yields:
        Chunk id and its tokens, joined as by `join_tokens`.
    """
    live = f"SELECT {DOCUMENT_FIELDS} FROM documents WHERE replaced_at IS NULL ORDER BY doc_key"  # noqa: S608
    ordered = f"SELECT {CHUNK_FIELDS}, chunk_id FROM chunks WHERE doc_key = ? ORDER BY ordinal"  # noqa: S608
    for fields in connection.execute(live):
        document = make_document(fields, file)
        rows = connection.execute(ordered, (fields[0],)).fetchall()
        chunks = [make_chunk(row[:-1], document, file) for row in rows]
        yield from zip((row[-1] for row in rows), join_tokens(document, chunks, tokenizer), strict=True)


def join_tokens(document: Document, chunks: Sequence[Chunk], tokenizer: Tokenizer) -> list[str]:
    """Cut what the sparse lane indexes of some chunks; each chunk's tokens joined to one text."""
    return cut_texts([search_text(document, chunk) for chunk in chunks], tokenizer)


def cut_texts(texts: Sequence[str], tokenizer: Tokenizer) -> list[str]:
    """Cut texts into tokens; each text's tokens joined to one."""
    return tokenizer.lines(texts, between=_BETWEEN)


def split_tokens(joined: str) -> list[str]:
    """Split what `join_tokens` joined."""
    return joined.split(_BETWEEN) if joined else []
