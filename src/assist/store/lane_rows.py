"""Reading the numbers that the search lanes are built from."""

from __future__ import annotations

import sqlite3
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import chain, islice
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from assist.arrays import FloatMatrix, IdVector
from assist.index.counts import TermCounts, count_terms
from assist.index.dense import DenseIndex
from assist.index.filters import ALWAYS_FROM, ALWAYS_TO, NO_PRODUCT, Columns
from assist.index.sparse import SparseIndex
from assist.settings import SearchSettings
from assist.store.codec import to_text
from assist.store.connection import corrupt
from assist.store.lanes import Base, Catalog, Claim, Lanes
from assist.store.rows import Fields, cut_live, in_groups, marks_for, split_tokens
from assist.store.view import AUDIENCE_CODES, KIND_CODES, LEVEL_CODES, moment_seconds
from assist.text.tokenize import Tokenizer

_SHOWN = "doc_key, kind, level, audience, product, valid_from, valid_to FROM documents"
_ROWS_AT_ONCE = 8_192


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
    return [
        row for group in in_groups(keys) for row in connection.execute(f"{query} ({marks_for(group)})", group)
    ]


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
        for group in in_groups(doc_keys)
        for row in connection.execute(f"{query} ({marks_for(group)}) ORDER BY chunk_id", group)
    ]
    ids, keys = (np.array([row[at] for row in rows], dtype=np.int64) for at in (0, 1))
    vectors = _join_vectors([row[2] for row in rows], dim, file)
    return ids, keys, vectors, count_terms([split_tokens(to_text(row[3])) for row in rows])


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


def read_states(connection: sqlite3.Connection) -> dict[str, str]:
    """Read the state word of every document that has one."""
    return dict(connection.execute("SELECT document_id, state FROM states"))


def read_claims(connection: sqlite3.Connection) -> tuple[Claim, ...]:
    """Read which other names which product pages claim; see `Catalog`."""
    live = "replaced_at IS NULL AND kind = 'product' AND product IS NOT NULL"
    return _claims(connection, live, ())


def read_claims_of(connection: sqlite3.Connection, doc_keys: Sequence[int]) -> tuple[Claim, ...]:
    """Read what some live product pages, given by ascending key, claim."""
    named = "product IS NOT NULL AND doc_key IN"
    groups = (_claims(connection, f"{named} ({marks_for(group)})", group) for group in in_groups(doc_keys))
    return tuple(chain.from_iterable(groups))


def _claims(connection: sqlite3.Connection, where: str, values: Sequence[int]) -> tuple[Claim, ...]:
    rows = connection.execute(
        f"SELECT doc_key, alias, product FROM aliases JOIN documents USING (doc_key) WHERE {where}"  # noqa: S608
        f" UNION ALL SELECT doc_key, id, product FROM documents WHERE {where} AND id <> product ORDER BY 1, 2",
        [*values, *values],
    )
    return tuple(rows)
