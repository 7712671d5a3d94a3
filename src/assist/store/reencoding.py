"""Another encoder's vectors for a store that stays in use: gathered beside, then swapped in by one transaction.

Every batch is committed, so a run that was killed goes on where it stopped. Readers and writers keep working with
the encoder they know until the swap; from then on they get `StoreMismatchError`, never vectors of two encoders.
"""

from __future__ import annotations

import json
import sqlite3
import zlib
from collections.abc import Callable, Sequence
from dataclasses import asdict
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import TypeAlias

from assist.arrays import check_matrix
from assist.encoder.base import Encoder
from assist.errors import EncoderError, StoreError, StoreNotFoundError
from assist.settings import SearchSettings, StoreSettings
from assist.store.base import shop_now
from assist.store.changes import write_commit
from assist.store.connection import DATABASE, Connections
from assist.store.local import LocalStore
from assist.store.migrations import migrate
from assist.store.rows import CHUNK_FIELDS, DOCUMENT_FIELDS, make_chunk, make_document
from assist.store.schema import check_store, read_head, read_setting, write_settings
from assist.text.chunk import embed_text

Progress: TypeAlias = Callable[[int, int, str], None]
"""Called with how much is done, of how much, and what is being done."""

BATCH = 512
"""Chunks encoded and committed at a time."""
_TARGET = "reencoding"
# So few chunks are encoded while other writers wait, since they might add more for ever.
_LAST = 64


def reencode_store(
    path: str | Path,
    encoder: Encoder,
    *,
    settings: StoreSettings | None = None,
    search: SearchSettings | None = None,
    progress: Progress | None = None,
) -> int:
    """Give every chunk of a store another encoder's vector, while others read and write the store.

    A run that was stopped goes on where it was; one with another encoder than the stopped one starts anew, and one
    with the encoder that the store has drops what was gathered.

    Args:
        path: The store's folder.
        encoder: The new encoder.
        settings: How the store behaves on disk.
        search: Parameters of the indexes.
        progress: Called after every batch with chunks done, chunks in all, and `encode`.

    Returns:
        The revision from which on the store keeps the new encoder's vectors.

    Raises:
        StoreNotFoundError: There is no store.
        EncoderError: The encoder gave something that is not a matrix of unit rows.
        StoreError: Another run with another encoder started meanwhile; or as for `LocalStore.apply`.
    """
    settings = settings or StoreSettings()
    file = Path(path) / DATABASE
    if not file.is_file():
        raise StoreNotFoundError("there is no store here", path=path)
    connections = Connections(file, busy_timeout_s=settings.busy_timeout_s, read_only=False)
    try:
        with connections.lend() as connection:
            check_store(connection, file, None)
            migrate(connection, file)
        Reencoding(connections, encoder, progress).run()
    finally:
        connections.close()
    with LocalStore.open(path, encoder=encoder.identity, settings=settings, search=search) as store:
        return store.view().revision  # writes the index files, too


class Reencoding:
    """One run: what is missing is encoded batch by batch, and swapped in when nothing is missing."""

    def __init__(self, connections: Connections, encoder: Encoder, progress: Progress | None) -> None:
        self._connections = connections
        self._file = connections.file
        self._encoder = encoder
        self._target = json.dumps(asdict(encoder.identity), ensure_ascii=False)
        self._progress = progress

    def run(self) -> None:
        """Do it; returns when the store keeps the new vectors."""
        if not self._begin():
            return
        while True:
            with self._connections.reading() as connection:
                missing = _missing(connection)
            if len(missing) > _LAST:
                self._gather(missing)
            elif self._finish():
                return

    def _begin(self) -> bool:
        """Note the new encoder; returns False where the store has it already."""
        with self._connections.writing() as connection:
            done = read_head(connection, self._file).encoder == self._encoder.identity
            if done or read_setting(connection, _TARGET) != self._target:
                _forget(connection)
            if not done:
                write_settings(connection, **{_TARGET: self._target})
        return not done

    def _gather(self, missing: Sequence[int]) -> None:
        for start in range(0, len(missing), BATCH):
            with self._connections.reading() as connection:
                texts = _texts(connection, missing[start : start + BATCH], self._file)
            rows = self._encode(texts)
            with self._connections.writing() as connection:
                self._check_target(connection)
                _keep(connection, rows)
                done, total = _counts(connection)
            if self._progress is not None:
                self._progress(done, total, "encode")

    def _finish(self) -> bool:
        """Encode the last few and swap, all in one transaction; returns False when there are too many again."""
        with self._connections.writing() as connection:
            self._check_target(connection)
            missing = _missing(connection)
            if len(missing) > _LAST:
                return False
            _keep(connection, self._encode(_texts(connection, missing, self._file)))
            self._swap(connection)
        return True

    def _swap(self, connection: sqlite3.Connection) -> None:
        head = read_head(connection, self._file)
        new = "SELECT vector FROM reencoded WHERE reencoded.chunk_id = embeddings.chunk_id"
        rows = connection.execute(f"UPDATE embeddings SET vector = ({new})").rowcount  # noqa: S608
        ordered = "SELECT doc_key, vector FROM embeddings ORDER BY doc_key, chunk_id"
        sums = [
            (zlib.crc32(b"".join(vector for _, vector in vectors)), doc_key)
            for doc_key, vectors in groupby(connection.execute(ordered), key=itemgetter(0))
        ]
        connection.executemany("UPDATE documents SET vectors_crc = ? WHERE doc_key = ?", sums)
        _forget(connection)
        revision, at = head.revision + 1, shop_now(head.profile.timezone).isoformat()
        stamp = write_commit(connection, revision, at, touched=None)
        write_settings(connection, encoder=self._target, revision=revision, stamp=stamp)
        write_settings(connection, changed_rows=head.changed_rows + rows)

    def _check_target(self, connection: sqlite3.Connection) -> None:
        if read_setting(connection, _TARGET) != self._target:
            raise StoreError(
                "another re-encoding of this store was started or has ended", path=self._file.parent
            )

    def _encode(self, texts: dict[int, str]) -> list[tuple[int, bytes]]:
        if not texts:
            return []
        found = self._encoder.encode(list(texts.values()), kind="passage")
        vectors = check_matrix(found, "embeddings", dim=self._encoder.identity.dim, unit=True)
        if len(vectors) != len(texts):
            raise EncoderError(f"the encoder gave {len(vectors)} vectors for {len(texts)} texts")
        return [(chunk_id, row.astype("<f4").tobytes()) for chunk_id, row in zip(texts, vectors, strict=True)]


def _missing(connection: sqlite3.Connection) -> list[int]:
    query = "SELECT chunk_id FROM embeddings EXCEPT SELECT chunk_id FROM reencoded ORDER BY 1"
    return [row[0] for row in connection.execute(query)]


def _counts(connection: sqlite3.Connection) -> tuple[int, int]:
    query = "SELECT (SELECT count(*) FROM reencoded), (SELECT count(*) FROM embeddings)"
    done, total = connection.execute(query).fetchone()
    return done, total


def _texts(connection: sqlite3.Connection, chunk_ids: Sequence[int], file: Path) -> dict[int, str]:
    """Read what is encoded of some chunks; those removed meanwhile are absent."""
    by_id = f"SELECT {CHUNK_FIELDS} FROM chunks JOIN embeddings USING (chunk_id, doc_key) WHERE chunk_id = ?"  # noqa: S608
    by_key = f"SELECT {DOCUMENT_FIELDS} FROM documents WHERE doc_key = ?"  # noqa: S608
    found = [(chunk_id, connection.execute(by_id, (chunk_id,)).fetchone()) for chunk_id in chunk_ids]
    documents = {
        doc_key: make_document(connection.execute(by_key, (doc_key,)).fetchone(), file)
        for doc_key in {row[0] for _, row in found if row is not None}
    }
    return {
        chunk_id: embed_text(documents[row[0]], make_chunk(row, documents[row[0]], file))
        for chunk_id, row in found
        if row is not None
    }


def _keep(connection: sqlite3.Connection, rows: Sequence[tuple[int, bytes]]) -> None:
    """Keep vectors of chunks that are still there."""
    insert = "INSERT OR REPLACE INTO reencoded SELECT chunk_id, ? FROM embeddings WHERE chunk_id = ?"
    connection.executemany(insert, [(vector, chunk_id) for chunk_id, vector in rows])


def _forget(connection: sqlite3.Connection) -> None:
    connection.execute("DELETE FROM reencoded")
    connection.execute("DELETE FROM settings WHERE key = ?", (_TARGET,))
