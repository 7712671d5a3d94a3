"""The tables of a store, and what its first rows say about it."""

from __future__ import annotations

import json
import secrets
import sqlite3
from contextlib import closing
from dataclasses import asdict, dataclass
from pathlib import Path

from assist.encoder.base import EncoderIdentity
from assist.errors import (
    StoreError,
    StoreLockedError,
    StoreMismatchError,
    StoreNotFoundError,
)
from assist.shop import ShopProfile
from assist.store.changes import write_commit
from assist.store.codec import decode_profile, encode_profile
from assist.store.connection import LOCK, connect, corrupt, exclusive, sqlite_errors
from assist.store.flushing import make_folder
from assist.store.migrations import advance, check_format

# A passage with its vector takes 1.5 KB: of SQLite's own pages of 4 KB, a fourth would stay empty.
_PAGE_BYTES = 8_192
APPLICATION_ID = 0x61737374
"""Marks the file as ours: `asst` in ASCII."""

# Format 1, frozen: what later formats add stands in `migrations`.
TABLES = (
    "CREATE TABLE settings (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID",
    # One row per commit that changed what is searched: a snapshot is of this store's past only if its stamp
    # is here; after a restore from a backup, it need not be.
    "CREATE TABLE commits (revision INTEGER PRIMARY KEY, stamp TEXT NOT NULL, at TEXT NOT NULL)",
    # One row per version of a document that was ever loaded. valid_to is the effective end, clipped to
    # the start of the next live version; stated_to is what the document itself says.
    """CREATE TABLE documents (
        doc_key INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL, version TEXT NOT NULL,
        digest TEXT NOT NULL, kind TEXT NOT NULL, level TEXT NOT NULL, audience TEXT NOT NULL,
        product TEXT, source BLOB NOT NULL, valid_from TEXT, valid_to TEXT, stated_to TEXT,
        loaded_at TEXT NOT NULL, replaced_at TEXT, removed INTEGER NOT NULL DEFAULT 0,
        chunk_count INTEGER NOT NULL, vectors_crc INTEGER NOT NULL, text BLOB NOT NULL, body BLOB NOT NULL)""",
    "CREATE INDEX documents_by_id ON documents (id, version)",
    "CREATE INDEX documents_live ON documents (doc_key) WHERE replaced_at IS NULL",
    """CREATE TABLE chunks (
        chunk_id INTEGER PRIMARY KEY AUTOINCREMENT,
        doc_key INTEGER NOT NULL REFERENCES documents ON DELETE CASCADE, ordinal INTEGER NOT NULL,
        start INTEGER NOT NULL, end INTEGER NOT NULL, section BLOB NOT NULL, headings BLOB NOT NULL,
        kind TEXT NOT NULL, focus_start INTEGER, focus_end INTEGER)""",
    "CREATE UNIQUE INDEX chunks_by_document ON chunks (doc_key, ordinal)",
    # What the search lanes are built from: one row per chunk of a live document, none for history.
    """CREATE TABLE embeddings (
        chunk_id INTEGER PRIMARY KEY REFERENCES chunks ON DELETE CASCADE,
        doc_key INTEGER NOT NULL REFERENCES documents ON DELETE CASCADE,
        vector BLOB NOT NULL, tokens BLOB NOT NULL)""",
    "CREATE INDEX embeddings_by_document ON embeddings (doc_key)",
    """CREATE TABLE aliases (
        doc_key INTEGER NOT NULL REFERENCES documents ON DELETE CASCADE, alias TEXT NOT NULL,
        PRIMARY KEY (doc_key, alias)) WITHOUT ROWID""",
    """CREATE TABLE states (
        document_id TEXT PRIMARY KEY, state TEXT NOT NULL, reason TEXT NOT NULL, at TEXT NOT NULL)
        WITHOUT ROWID""",
    """CREATE TABLE suggestions (
        key INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, at TEXT NOT NULL, payload TEXT NOT NULL)""",
    """CREATE TABLE cited (
        suggestion_key INTEGER NOT NULL REFERENCES suggestions ON DELETE CASCADE, document_id TEXT NOT NULL,
        PRIMARY KEY (document_id, suggestion_key)) WITHOUT ROWID""",
    """CREATE TABLE feedback (
        key INTEGER PRIMARY KEY AUTOINCREMENT,
        suggestion_key INTEGER NOT NULL REFERENCES suggestions ON DELETE CASCADE,
        body TEXT NOT NULL)""",
    "CREATE INDEX feedback_by_suggestion ON feedback (suggestion_key)",
)


@dataclass(frozen=True, slots=True)
class Head:
    """What the settings table says.

    Attributes:
        encoder: The encoder whose vectors the store keeps.
        profile: The shop's own settings.
        revision: Grows with every commit that readers should notice.
        stamp: Random word, new with every commit that changes what is searched; ties a snapshot to it.
        changed_rows: Search rows added or dropped since the store was made.
        tokenizer: Fingerprint of the tokenizer that made the stored tokens.
        store: Random word, given to the store when it was made.
    """

    encoder: EncoderIdentity
    profile: ShopProfile
    revision: int
    stamp: str
    changed_rows: int
    tokenizer: str
    store: str


def create_database(file: Path, encoder: EncoderIdentity, *, wait_s: float) -> None:
    """Make the database of an empty store, and its folder; do nothing where there is one already.

    Raises:
        StoreLockedError: Another process is at it and needs longer than `wait_s`.
        StoreError: The folder or the file cannot be made.
    """
    try:
        if not file.is_file():
            make_folder(file.parent)
    except OSError as exc:
        raise StoreError(f"the folder cannot be made: {exc}", path=file.parent) from exc
    with exclusive(file.with_name(LOCK), wait_s=wait_s) as held:
        if not held:
            raise StoreLockedError("another process is making this store", path=file.parent)
        opened = connect(file, busy_timeout_s=wait_s, read_only=False, create=True)
        with sqlite_errors(file), closing(opened) as connection:
            if is_empty(connection):
                create_tables(connection, encoder, ShopProfile())


def create_tables(connection: sqlite3.Connection, encoder: EncoderIdentity, profile: ShopProfile) -> None:
    """Make the tables and the first settings in one transaction."""
    connection.execute(f"PRAGMA page_size = {_PAGE_BYTES}")
    connection.execute("PRAGMA journal_mode = WAL").fetchone()
    connection.execute("BEGIN IMMEDIATE")
    for statement in TABLES:
        connection.execute(statement)
    connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    connection.execute("PRAGMA user_version = 1")
    advance(connection)
    stamp = write_commit(connection, 0, "", touched=())
    write_settings(
        connection,
        encoder=json.dumps(asdict(encoder), ensure_ascii=False),
        profile=encode_profile(profile),
        revision=0,
        stamp=stamp,
        changed_rows=0,
        tokenizer="",
        store=secrets.token_hex(8),
    )
    connection.execute("COMMIT")


def is_empty(connection: sqlite3.Connection) -> bool:
    """Say whether the database has no table at all: its creation never finished."""
    return bool(connection.execute("SELECT count(*) FROM sqlite_master").fetchone() == (0,))


def write_settings(connection: sqlite3.Connection, **values: str | int) -> None:
    """Set rows of the settings table, inside the caller's transaction."""
    connection.executemany(
        "INSERT INTO settings VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
        [(key, str(value)) for key, value in values.items()],
    )


def read_setting(connection: sqlite3.Connection, key: str) -> str | None:
    """Read one row of the settings table."""
    row = connection.execute("SELECT value FROM settings WHERE key = ?", (key,)).fetchone()
    return None if row is None else str(row[0])


def read_revision(connection: sqlite3.Connection) -> int:
    """Read the revision alone: a few microseconds."""
    return int(connection.execute("SELECT value FROM settings WHERE key = 'revision'").fetchone()[0])


def read_head(connection: sqlite3.Connection, file: Path) -> Head:
    """Read the settings table.

    Raises:
        StoreVersionError: Another version has changed the format meanwhile.
        StoreCorruptError: A row is missing or unreadable.
    """
    check_format(connection, file)
    return read_settings(connection, file)


def read_settings(connection: sqlite3.Connection, file: Path) -> Head:
    """Read the settings table, whatever the format: it is the same in all of them.

    Raises:
        StoreCorruptError: A row is missing or unreadable.
    """
    rows = dict(connection.execute("SELECT key, value FROM settings"))
    try:
        return Head(
            encoder=EncoderIdentity(**json.loads(rows["encoder"])),
            profile=decode_profile(rows["profile"]),
            revision=int(rows["revision"]),
            stamp=rows["stamp"],
            changed_rows=int(rows["changed_rows"]),
            tokenizer=rows["tokenizer"],
            store=rows["store"],
        )
    except (KeyError, TypeError, ValueError) as exc:
        raise corrupt(f"its settings cannot be read: {exc!r}", file) from exc


def check_store(connection: sqlite3.Connection, file: Path, encoder: EncoderIdentity | None) -> Head:
    """Check that a database is a store, of whatever format, and of this encoder; read its settings.

    Args:
        connection: To the database.
        file: The database, for messages.
        encoder: Whose vectors it must keep; None: whoever's it keeps.

    Raises:
        StoreNotFoundError: The database is empty: its creation never finished.
        StoreMismatchError: It keeps another encoder's vectors; the message names both.
        StoreCorruptError: It is damaged, or no store.
    """
    if is_empty(connection):
        raise StoreNotFoundError(
            "no store here, only an empty file; pass create=True to make one", path=file.parent
        )
    if connection.execute("PRAGMA application_id").fetchone() != (APPLICATION_ID,):
        raise corrupt("it is not a store", file)
    head = read_settings(connection, file)
    if encoder is not None:
        check_encoder(head, encoder, file)
    return head


def check_encoder(head: Head, encoder: EncoderIdentity, file: Path) -> None:
    """Check that a store keeps the vectors of this encoder.

    Raises:
        StoreMismatchError: It keeps another encoder's; the message names both and says what to do.
    """
    if head.encoder != encoder:
        raise StoreMismatchError(
            "the store was built with another encoder; open it with that one, or re-encode it (assist reencode)",
            path=file.parent,
            expected=_name(head.encoder),
            found=_name(encoder),
        )


def _name(encoder: EncoderIdentity) -> str:
    prefixes = f", prefixes {encoder.query_prefix!r} {encoder.passage_prefix!r}"
    shown = prefixes if encoder.query_prefix or encoder.passage_prefix else ""
    return f"{encoder.name}@{encoder.revision}, d={encoder.dim}{shown}"
