"""Reading rows of the database: documents, chunks, and the numbers that the search lanes are built from."""

from __future__ import annotations

import sqlite3
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import chain, islice
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from assist.arrays import FloatMatrix, IdVector
from assist.documents import BlockKind, Chunk, Document, Span, Validity
from assist.errors import StoreError
from assist.index.counts import TermCounts, count_terms
from assist.index.dense import DenseIndex
from assist.index.filters import ALWAYS_FROM, ALWAYS_TO, NO_PRODUCT, Columns
from assist.index.sparse import SparseIndex
from assist.settings import SearchSettings
from assist.store.codec import decode_document, from_json, to_text
from assist.store.connection import Connections, corrupt
from assist.store.lanes import Base, Catalog, Claim, Lanes
from assist.store.versions import Kept
from assist.store.view import AUDIENCE_CODES, KIND_CODES, LEVEL_CODES, moment_seconds
from assist.text.chunk import search_text
from assist.text.tokenize import Tokenizer

Fields: TypeAlias = tuple[Any, ...]
"""One row as SQLite gives it."""

DOCUMENT_FIELDS = "doc_key, version, source, valid_from, valid_to, text, body"
CHUNK_FIELDS = "doc_key, ordinal, start, end, section, headings, kind, focus_start, focus_end"
_SHOWN = "doc_key, kind, level, audience, product, valid_from, valid_to FROM documents"
_ROWS_AT_ONCE = 8_192
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
            for start in range(0, len(values), _KEYS_AT_ONCE):
                some = values[start : start + _KEYS_AT_ONCE]
                query = f"SELECT {fields} FROM {table} WHERE {key} IN ({','.join('?' * len(some))})"  # noqa: S608
                rows += connection.execute(query, some).fetchall()
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


def read_states(connection: sqlite3.Connection) -> dict[str, str]:
    """Read the state word of every document that has one."""
    return dict(connection.execute("SELECT document_id, state FROM states"))


def read_lanes(
    connection: sqlite3.Connection,
    file: Path,
    *,
    dim: int,
    search: SearchSettings,
    tokenizer: Tokenizer | None = None,
) -> Lanes:
    """Build all that is searched from the tables, without encoding anything.

    Args:
        connection: Inside a read transaction.
        file: The database, for messages.
        dim: Columns of the stored vectors.
        search: Parameters of the indexes.
        tokenizer: Cut the texts anew with this one; None takes the stored tokens.

    Raises:
        StoreCorruptError: A stored vector has the wrong length, or tables disagree.
    """
    documents = _read_documents(connection)
    document_keys = np.fromiter((row[0] for row in documents), dtype=np.int64, count=len(documents))
    ids, keys = _read_ids(connection)
    vectors = np.empty((len(ids), dim), dtype=np.float32)
    lines = _read_embeddings(connection, file, vectors)
    if tokenizer is not None:
        deque(lines, maxlen=0)
        lines = _in_batches(words for _, words in cut_live(connection, file, tokenizer))
    counts = _count(lines)
    numbers = numbers_of(keys, document_keys)
    if len(counts) != len(ids) or numbers is None:
        raise corrupt("tables documents, chunks and embeddings disagree", file)
    products = tuple(sorted({row[4] for row in documents if row[4] is not None}))
    own = product_numbers(documents, products)
    base = Base(
        counts=counts,
        sparse=SparseIndex.from_counts(counts, k1=search.k1, b=search.b),
        vectors=vectors,
        dense=DenseIndex.build(vectors, settings=search),
    )
    catalog = Catalog.of(document_keys, own, products, read_claims(connection))
    return Lanes.of(make_columns(ids, numbers, documents, own), catalog, base)


def read_documents(connection: sqlite3.Connection, keys: Sequence[int]) -> list[Fields]:
    """Read of some documents that are live: key, kind, level, audience, product, start and end; by key."""
    query = f"SELECT {_SHOWN} WHERE replaced_at IS NULL AND doc_key IN"
    return [row for group in _groups(keys) for row in connection.execute(f"{query} ({_marks(group)})", group)]


def read_chunk_rows(
    connection: sqlite3.Connection, file: Path, doc_keys: Sequence[int], *, dim: int
) -> tuple[IdVector, IdVector, FloatMatrix, TermCounts]:
    """Read what is searched of some documents, given by ascending key.

    Returns:
        Chunk ids, document keys, vectors and token counts of their chunks, ascending chunk id.
    """
    query = "SELECT chunk_id, doc_key, vector, tokens FROM embeddings WHERE doc_key IN"
    rows = [
        row
        for group in _groups(doc_keys)
        for row in connection.execute(f"{query} ({_marks(group)}) ORDER BY chunk_id", group)
    ]
    ids, keys = (np.array([row[at] for row in rows], dtype=np.int64) for at in (0, 1))
    vectors = _join_vectors([row[2] for row in rows], dim, file)
    return ids, keys, vectors, count_terms([split_tokens(to_text(row[3])) for row in rows])


def _groups(keys: Sequence[int]) -> Iterator[Sequence[int]]:
    return (keys[start : start + _KEYS_AT_ONCE] for start in range(0, len(keys), _KEYS_AT_ONCE))


def _marks(values: Sequence[int]) -> str:
    return ",".join("?" * len(values))


def numbers_of(keys: IdVector, document_keys: IdVector) -> IdVector | None:
    """Turn document keys into dense document numbers; None where one is not among them."""
    numbers = np.searchsorted(document_keys, keys)
    if len(keys) and (numbers[-1] == len(document_keys) or not np.array_equal(document_keys[numbers], keys)):
        return None
    return numbers


def product_numbers(documents: Sequence[Fields], products: Sequence[str]) -> NDArray[np.int32]:
    """Give the number of every document's product, -1 for none."""
    numbers = {name: number for number, name in enumerate(products)}
    found = (numbers.get(row[4], NO_PRODUCT) for row in documents)
    return np.fromiter(found, dtype=np.int32, count=len(documents))


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


def _read_documents(connection: sqlite3.Connection) -> list[Fields]:
    query = f"SELECT {_SHOWN} WHERE replaced_at IS NULL ORDER BY doc_key"
    return connection.execute(query).fetchall()


def _read_ids(connection: sqlite3.Connection) -> tuple[IdVector, IdVector]:
    """Give chunk id and document key of every search row, ascending."""
    rows = connection.execute(
        "SELECT chunk_id, doc_key FROM embeddings ORDER BY doc_key, chunk_id"
    ).fetchall()
    pairs = np.fromiter(chain.from_iterable(rows), dtype=np.int64, count=2 * len(rows)).reshape(-1, 2)
    return pairs[:, 0].copy(), pairs[:, 1].copy()


def _count(batches: Iterable[Sequence[str]]) -> TermCounts:
    """Count the tokens of joined lines; in batches, since a Python string per token costs much memory."""
    parts = [count_terms([split_tokens(line) for line in batch]) for batch in batches]
    return parts[0] if len(parts) == 1 else TermCounts.concat([count_terms([]), *parts])


def _in_batches(lines: Iterable[str]) -> Iterator[list[str]]:
    remaining = iter(lines)
    while batch := list(islice(remaining, _ROWS_AT_ONCE)):
        yield batch


def _read_embeddings(connection: sqlite3.Connection, file: Path, vectors: FloatMatrix) -> Iterator[list[str]]:
    """Read all rows: fills `vectors`, yields joined tokens in batches."""
    cursor = connection.execute("SELECT vector, tokens FROM embeddings ORDER BY chunk_id")
    place = 0
    while rows := cursor.fetchmany(_ROWS_AT_ONCE):
        vectors[place : place + len(rows)] = _join_vectors([row[0] for row in rows], vectors.shape[1], file)
        place += len(rows)
        yield [to_text(row[1]) for row in rows]


def _join_vectors(blobs: list[bytes], dim: int, file: Path) -> NDArray[np.float32]:
    if any(len(blob) != 4 * dim for blob in blobs):
        raise corrupt(f"a stored vector does not have {dim} dimensions", file)
    return np.frombuffer(b"".join(blobs), dtype="<f4").reshape(len(blobs), dim)


def make_columns(
    ids: IdVector, numbers: IdVector, rows: Sequence[Fields], products: NDArray[np.int32]
) -> Columns:
    """Spread what documents say over their chunks.

    Args:
        ids: int64, shape (n,): chunk ids.
        numbers: int64, shape (n,): which of the documents each belongs to.
        rows: The m documents, as `read_documents` gives them.
        products: int32, shape (m,): numbers of their products.
    """

    def spread(values: Iterator[int], dtype: type[np.signedinteger[Any]]) -> NDArray[Any]:
        return np.fromiter(values, dtype=dtype, count=len(rows))[numbers]

    # Looking a plain string up is several times faster than making a member of an enumeration of it.
    kinds, levels, audiences = (_by_word(codes) for codes in (KIND_CODES, LEVEL_CODES, AUDIENCE_CODES))
    return Columns(
        ids=ids,
        kind=spread((kinds[row[1]] for row in rows), np.int8),
        level=spread((levels[row[2]] for row in rows), np.int8),
        audience=spread((audiences[row[3]] for row in rows), np.int8),
        product=products[numbers],
        valid_from=spread((seconds(row[5], ALWAYS_FROM) for row in rows), np.int64),
        valid_to=spread((seconds(row[6], ALWAYS_TO) for row in rows), np.int64),
        document=numbers.astype(np.int32),
    )


def _by_word(codes: Mapping[Any, int]) -> dict[str, int]:
    return {str(word): code for word, code in codes.items()}


def seconds(text: str | None, otherwise: int) -> int:
    """Turn a moment as the tables keep it into the seconds of `Columns`; None into what stands for no limit."""
    return otherwise if text is None else moment_seconds(datetime.fromisoformat(text))


def read_claims(connection: sqlite3.Connection) -> tuple[Claim, ...]:
    """Read which other names which product pages claim; see `Catalog`."""
    live = "replaced_at IS NULL AND kind = 'product' AND product IS NOT NULL"
    return _claims(connection, live, ())


def read_claims_of(connection: sqlite3.Connection, doc_keys: Sequence[int]) -> tuple[Claim, ...]:
    """Read what some live product pages, given by ascending key, claim."""
    named = "product IS NOT NULL AND doc_key IN"
    groups = (_claims(connection, f"{named} ({_marks(group)})", group) for group in _groups(doc_keys))
    return tuple(chain.from_iterable(groups))


def _claims(connection: sqlite3.Connection, where: str, values: Sequence[int]) -> tuple[Claim, ...]:
    rows = connection.execute(
        f"SELECT doc_key, alias, product FROM aliases JOIN documents USING (doc_key) WHERE {where}"  # noqa: S608
        f" UNION ALL SELECT doc_key, id, product FROM documents WHERE {where} AND id <> product ORDER BY 1, 2",
        [*values, *values],
    )
    return tuple(rows)
