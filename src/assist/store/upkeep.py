"""Care of a store: what is wrong with it, what is in it, and how the room of what was removed comes back."""

from __future__ import annotations

import logging
import sqlite3
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from assist.arrays import FloatMatrix
from assist.errors import StoreCorruptError
from assist.index.dense import DenseIndex
from assist.index.overlay import DenseOverlay, StackedVectors
from assist.settings import SearchSettings
from assist.store.changes import find_damaged_commits, forget_commits
from assist.store.codec import body_digest, to_bytes
from assist.store.connection import DATABASE, Connections, decoding
from assist.store.journal import erase_removed
from assist.store.migrations import FORMAT
from assist.store.rows import CHUNK_FIELDS, DOCUMENT_FIELDS, join_tokens, make_chunk, make_document
from assist.store.schema import read_head
from assist.store.snapshot import Snapshots, check_files
from assist.store.views import Views, tokenizer_of
from assist.text.tokenize import Tokenizer

_DOCUMENT = f"{DOCUMENT_FIELDS}, id, digest, chunk_count, vectors_crc, replaced_at IS NULL"
_UNIT_TOLERANCE = 1e-3
_RECALL_K = 10
_RECALL_QUERIES = 64
_LOG = logging.getLogger(__name__)


def find_problems(
    connection: sqlite3.Connection, file: Path, *, dim: int, tokenizer: Tokenizer | None
) -> Iterator[str]:
    """Check the database: SQLite's own check, references, texts, chunks, vectors and tokens.

    Args:
        connection: Inside a read transaction.
        file: The database.
        dim: Columns of the stored vectors.
        tokenizer: The one that made the stored tokens; None: they are not checked.

    Yields:
        One line per problem; nothing when the database is sound.
    """
    problems = [row[0] for row in connection.execute("PRAGMA integrity_check")]
    if problems != ["ok"]:
        yield from (f"{DATABASE}: {problem}" for problem in problems)
        return
    for table, row, parent, _ in connection.execute("PRAGMA foreign_key_check"):
        yield f"{DATABASE}: row {row} of {table} refers to a row of {parent} that is absent"
    for revision in find_damaged_commits(connection):
        yield f"{DATABASE}: what commit {revision} touched is not what was noted"
    for fields in connection.execute(f"SELECT {_DOCUMENT} FROM documents ORDER BY doc_key"):  # noqa: S608
        try:
            with decoding(file):
                yield from list(_check_document(connection, fields, file, dim, tokenizer))
        except StoreCorruptError as exc:
            yield str(exc)


def _check_document(
    connection: sqlite3.Connection,
    fields: tuple[Any, ...],
    file: Path,
    dim: int,
    tokenizer: Tokenizer | None,
) -> Iterator[str]:
    doc_key, text, body = fields[0], fields[5], fields[6]
    document_id, digest, count, crc, live = fields[7:]
    name = f"{DATABASE}: document row {doc_key} ({document_id!r})"
    document = make_document(fields[:7], file)
    if body_digest(body, text) != digest:
        yield f"{name}: its metadata is not what was stored"
    ordered = f"SELECT {CHUNK_FIELDS} FROM chunks WHERE doc_key = ? ORDER BY ordinal"  # noqa: S608
    chunks = [make_chunk(row, document, file) for row in connection.execute(ordered, (doc_key,))]
    if [chunk.ordinal for chunk in chunks] != list(range(count)):
        yield f"{name}: {len(chunks)} chunks are stored, {count} were written"
    query = "SELECT vector, tokens FROM embeddings WHERE doc_key = ? ORDER BY chunk_id"
    rows = connection.execute(query, (doc_key,)).fetchall()
    if len(rows) != (count if live else 0):
        yield f"{name}: {len(rows)} vectors are stored, {count if live else 0} were written"
    elif live:
        yield from (f"{name}: {problem}" for problem in _check_vectors([row[0] for row in rows], dim, crc))
        cut = [] if tokenizer is None else join_tokens(document, chunks, tokenizer)
        if tokenizer is not None and [to_bytes(joined) for joined in cut] != [row[1] for row in rows]:
            yield f"{name}: its tokens are not what was stored"


def _check_vectors(blobs: list[bytes], dim: int, crc: int) -> Iterator[str]:
    joined = b"".join(blobs)
    if any(len(blob) != 4 * dim for blob in blobs):
        yield f"a vector does not have {dim} dimensions"
    elif zlib.crc32(joined) != crc:
        yield "its vectors are not what was stored"
    else:
        norms = np.linalg.norm(np.frombuffer(joined, dtype="<f4").reshape(-1, dim), axis=1)
        if not (np.abs(norms - 1.0) <= _UNIT_TOLERANCE).all():
            yield "a vector is not of unit length"


def find_snapshot_problems(snapshots: Snapshots, rows: int, documents: int, stamp: str) -> Iterator[str]:
    """Check the index files: every checksum, and the counts where the snapshot is of the newest state."""
    try:
        manifest = snapshots.manifest()
        if manifest is None:
            return
        check_files(manifest, every=True)
    except StoreCorruptError as exc:
        yield str(exc)
        return
    if manifest.key.get("stamp") == stamp and (manifest.rows, manifest.documents) != (rows, documents):
        yield (
            f"{manifest.folder.name}: holds {manifest.rows} chunks of {manifest.documents} documents,"
            f" the database {rows} of {documents}"
        )


def count_all(connection: sqlite3.Connection) -> dict[str, object]:
    """Count what is in the tables."""
    kinds = "SELECT kind, count(*) FROM documents WHERE replaced_at IS NULL GROUP BY kind ORDER BY kind"
    counts: dict[str, object] = {"documents": dict(connection.execute(kinds))}
    for name, query in (
        ("versions", "SELECT count(*) FROM documents"),
        ("removed", "SELECT count(*) FROM documents WHERE removed = 1"),
        ("chunks", "SELECT count(*) FROM embeddings"),
        ("suggestions", "SELECT count(*) FROM suggestions"),
        ("feedback", "SELECT count(*) FROM feedback"),
        ("reencoded", "SELECT count(*) FROM reencoded"),
    ):
        counts[name] = connection.execute(query).fetchone()[0]
    return counts


def compact_database(connections: Connections) -> None:
    """Erase what was removed and give the room back; see `LocalStore.compact`."""
    with connections.writing() as connection:
        erase_removed(connection)
        forget_commits(connection)
    connections.settle()
    with connections.lend() as connection:
        # The copy that this makes may be larger than memory.
        connection.execute("PRAGMA temp_store = FILE")
        connection.execute("VACUUM")
        connection.execute("PRAGMA temp_store = MEMORY")
        busy = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
        if busy:
            _LOG.warning("a reader kept the log of %s from being emptied; compact again", DATABASE)


def verify_store(connections: Connections, snapshots: Snapshots) -> tuple[str, ...]:
    """Check the database and the index files; one line per problem."""
    try:
        with connections.reading() as connection:
            head = read_head(connection, connections.file)
            tokenizer = tokenizer_of(head.profile.words)
            current = tokenizer if tokenizer.fingerprint == head.tokenizer else None
            checked = find_problems(connection, connections.file, dim=head.encoder.dim, tokenizer=current)
            problems = list(checked)
            rows = connection.execute("SELECT count(*) FROM embeddings").fetchone()[0]
            live = "SELECT count(*) FROM documents WHERE replaced_at IS NULL"
            documents = connection.execute(live).fetchone()[0]
    except StoreCorruptError as exc:
        return (str(exc),)
    return (*problems, *find_snapshot_problems(snapshots, rows, documents, head.stamp))


def describe(connections: Connections, views: Views) -> dict[str, object]:
    """Say what is in a store; see `LocalStore.info`."""
    view, folder = views.view(), connections.file.parent
    with connections.reading() as connection:
        head = read_head(connection, connections.file)
        counts = count_all(connection)
    return {
        "path": str(folder),
        "format": FORMAT,
        "revision": head.revision,
        **counts,
        "encoder": asdict(head.encoder),
        "tokenizer": {"engine": view.tokenizer.engine, "fingerprint": view.tokenizer.fingerprint},
        "dense": view.dense.kind,
        f"dense_recall@{_RECALL_K}": measure_recall(view.dense, view.vectors),
        "database_bytes": _total_bytes(folder.glob(f"{DATABASE}*")),
        "snapshot_bytes": _total_bytes(views.snapshots.folder.rglob("*")),
    }


def measure_recall(dense: DenseIndex | DenseOverlay, vectors: FloatMatrix | StackedVectors) -> float:
    """Measure how many of the exact nearest vectors the dense index finds, on queries made from the store's own.

    Args:
        dense: The index; an exact one needs no measuring.
        vectors: float32, shape (n, d), unit rows: what it indexes.

    Returns:
        Mean recall among the first 10, 0-1, over at most 64 queries; each query lies between two stored vectors,
        and a result as close as the tenth exact one counts as found.
    """
    if dense.kind == "exact":
        return 1.0
    whole = np.asarray(vectors)
    k = min(_RECALL_K, len(whole))
    picked = np.linspace(0, len(whole) - 2, _RECALL_QUERIES).astype(np.int64)
    queries = whole[picked] + whole[picked + 1]
    queries /= np.maximum(np.linalg.norm(queries, axis=1, keepdims=True), 1e-6)
    exact = DenseIndex(whole, None, settings=SearchSettings())
    _, wanted = exact.search(queries, k)
    _, found = dense.search(queries, k)
    return round(float((found >= wanted[:, -1:]).mean()), 4)


def _total_bytes(paths: Iterable[Path]) -> int:
    return sum(path.stat().st_size for path in paths if path.is_file())
