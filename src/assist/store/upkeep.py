"""Care of a store: what is wrong with it, how large it is, a copy of it."""

from __future__ import annotations

import os
import sqlite3
import zlib
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np

from assist.errors import InputError, StoreCorruptError
from assist.store.codec import body_digest
from assist.store.connection import DATABASE, sqlite_errors
from assist.store.rows import CHUNK_FIELDS, DOCUMENT_FIELDS, make_chunk, make_document
from assist.store.snapshot import Snapshots, check_files

_DOCUMENT = f"{DOCUMENT_FIELDS}, id, digest, chunk_count, vectors_crc, replaced_at IS NULL"
_UNIT_TOLERANCE = 1e-3


def find_problems(connection: sqlite3.Connection, file: Path, *, dim: int) -> Iterator[str]:
    """Check the database: SQLite's own check, references, texts, chunks and vectors.

    Args:
        connection: Inside a read transaction.
        file: The database.
        dim: Columns of the stored vectors.

    Yields:
        One line per problem; nothing when the database is sound.
    """
    problems = [row[0] for row in connection.execute("PRAGMA integrity_check")]
    if problems != ["ok"]:
        yield from (f"{DATABASE}: {problem}" for problem in problems)
        return
    for table, row, parent, _ in connection.execute("PRAGMA foreign_key_check"):
        yield f"{DATABASE}: row {row} of {table} refers to a row of {parent} that is absent"
    for fields in connection.execute(f"SELECT {_DOCUMENT} FROM documents ORDER BY doc_key"):  # noqa: S608
        try:
            yield from _check_document(connection, fields, file, dim)
        except StoreCorruptError as exc:
            yield str(exc)


def _check_document(
    connection: sqlite3.Connection, fields: tuple[Any, ...], file: Path, dim: int
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
    query = "SELECT vector FROM embeddings WHERE doc_key = ? ORDER BY chunk_id"
    vectors = [row[0] for row in connection.execute(query, (doc_key,))]
    if len(vectors) != (count if live else 0):
        yield f"{name}: {len(vectors)} vectors are stored, {count if live else 0} were written"
    elif live:
        yield from (f"{name}: {problem}" for problem in _check_vectors(vectors, dim, crc))


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
    ):
        counts[name] = connection.execute(query).fetchone()[0]
    return counts


def copy_database(connection: sqlite3.Connection, target: Path) -> None:
    """Copy the database into a new store's folder, one consistent state, while others read and write.

    Raises:
        InputError: `target` exists and is not an empty folder.
        StoreError: The copy could not be written.
    """
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise InputError(f"the target of a backup must be a new or empty folder, got {target}")
    target.mkdir(parents=True, exist_ok=True)
    beside = target / f"{DATABASE}.new"
    with sqlite_errors(target / DATABASE), closing(sqlite3.connect(beside, isolation_level=None)) as copy:
        connection.backup(copy)
        # A copy is one file: its journal mode goes back to the log when a writer opens it.
        copy.execute("PRAGMA journal_mode = DELETE").fetchone()
    with beside.open("rb+") as file:
        os.fsync(file.fileno())
    os.replace(beside, target / DATABASE)
