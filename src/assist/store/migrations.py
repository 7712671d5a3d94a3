"""How a store of an older format becomes one of this version: numbered steps, all of them in one transaction.

A new format is one more entry at the end of `MIGRATIONS`, with the store that the code before it wrote kept under
`tests/golden/stores` (`make.py` there writes it). `schema.TABLES` stays the first format, and a new store is made
by the same steps, so the tables of a store do not depend on when it was made.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from assist.errors import StoreVersionError
from assist.store.journal import cite_again


@dataclass(frozen=True, slots=True)
class Migration:
    """One step from the format before it.

    Attributes:
        adds: What the format has that the one before had not, for people.
        statements: SQL, run in order.
        change: Called after the statements, for what SQL cannot say; inside the transaction.
    """

    adds: str
    statements: tuple[str, ...] = ()
    change: Callable[[sqlite3.Connection], None] | None = None


MIGRATIONS: tuple[Migration, ...] = (
    Migration(
        adds="vectors of another encoder, gathered until all are there; all that logged suggestions cite; an index of"
        " what the columns of the search lanes are made from",
        statements=(
            """CREATE INDEX documents_shown ON documents
                (doc_key, kind, level, audience, product, valid_from, valid_to, id) WHERE replaced_at IS NULL""",
            """CREATE TABLE reencoded (
                chunk_id INTEGER PRIMARY KEY REFERENCES embeddings ON DELETE CASCADE, vector BLOB NOT NULL)""",
        ),
        change=cite_again,
    ),
    Migration(
        adds="which documents each commit touched",
        # NULL, as in all earlier rows: not noted, so whoever held the state before reads everything.
        statements=("ALTER TABLE commits ADD COLUMN touched BLOB",),
    ),
)
"""The steps from format 1 on; the first leads to format 2."""

FORMAT = 1 + len(MIGRATIONS)
"""Version of the format on disk; kept in SQLite's `user_version`."""


def read_format(connection: sqlite3.Connection) -> int:
    """Read the format of a database."""
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def check_format(connection: sqlite3.Connection, file: Path) -> None:
    """Check that a database is in the format of this version.

    Raises:
        StoreVersionError: It is in another; the message says what to do.
    """
    found = read_format(connection)
    if found == FORMAT:
        return
    if 0 < found < FORMAT:
        advice = "the store is of an earlier version; opening it once for writing, such as by `assist compact`, brings it up to date"
    else:
        advice = "the store was written by another version of assist; open it with that one, or a newer one"
    raise StoreVersionError(advice, path=file.parent, expected=_named(FORMAT), found=_named(found))


def migrate(connection: sqlite3.Connection, file: Path) -> None:
    """Bring a database up to the format of this version, in one transaction; do nothing where it is.

    Raises:
        StoreVersionError: It is of a format that this version does not know.
        StoreLockedError: Another writer was at work for longer than the busy timeout.
    """
    if 0 < read_format(connection) < FORMAT:
        connection.execute("BEGIN IMMEDIATE")
        advance(connection)  # from what it is now: another process may have been first
        connection.execute("COMMIT")
    check_format(connection, file)


def advance(connection: sqlite3.Connection) -> None:
    """Take the steps that a database lacks, inside the caller's transaction."""
    for migration in MIGRATIONS[read_format(connection) - 1 :]:
        for statement in migration.statements:
            connection.execute(statement)
        if migration.change is not None:
            migration.change(connection)
    connection.execute(f"PRAGMA user_version = {max(FORMAT, read_format(connection))}")


def _named(number: int) -> str:
    return f"format {number}"
