"""SQLite connections: how they are opened, lent to threads, and how SQLite's errors become ours."""

from __future__ import annotations

import logging
import os
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.parse import quote

from assist.errors import AssistError, StoreCorruptError, StoreError, StoreLockedError
from assist.store.background import Background

DATABASE = "store.sqlite3"
"""Name of the database file in a store's folder."""

LOCK = "lock"
"""Name of the file by which processes take turns in making a store and in writing its index files."""

RESTORE_HINT = "restore it from a backup (assist restore BACKUP STORE --replace), or load the shop's files into a new store"

# After a commit of more rows, the log is taken over into the database by a thread: the rows are on disk in the log
# already, and a load goes on with its next documents meanwhile.
_MANY_ROWS = 4_096
# SQLite's own: a commit that makes the log longer takes it over itself.
_LOG_PAGES = 1_000
_LOG = logging.getLogger(__name__)

_PRAGMAS = (
    "PRAGMA foreign_keys = ON",
    "PRAGMA synchronous = FULL",
    "PRAGMA secure_delete = ON",
    "PRAGMA trusted_schema = OFF",
    "PRAGMA cell_size_check = ON",
    "PRAGMA journal_size_limit = 67108864",
    "PRAGMA cache_size = -16000",
    # Pages that a large load changes stay in memory until its commit (128 MB of them at most): written sooner, they
    # would be written a second time.
    "PRAGMA cache_spill = 16384",
    # What a statement of many rows would be undone with is kept there, too, and in no file outside the store.
    "PRAGMA temp_store = MEMORY",
)

# Words of SQLite's own messages, since Python 3.10 has no error codes on its exceptions. Most specific first.
_MESSAGES: tuple[tuple[str, Callable[[str, Path], StoreError]], ...] = (
    ("locked", lambda text, file: _locked(text, file)),
    ("busy", lambda text, file: _locked(text, file)),
    ("malformed", lambda text, file: corrupt(text, file)),
    ("not a database", lambda text, file: corrupt(text, file)),
    ("corrupt", lambda text, file: corrupt(text, file)),
    ("could not decode", lambda text, file: corrupt(text, file)),
    ("no such table", lambda text, file: corrupt(text, file)),
    ("no such column", lambda text, file: corrupt(text, file)),
    ("unsupported file format", lambda text, file: corrupt(text, file)),
    ("closed", lambda text, file: StoreError("the store is closed", path=file.parent)),
    ("readonly", lambda text, file: StoreError("the store cannot be written: read-only", path=file.parent)),
    ("full", lambda text, file: StoreError("the disk is full; nothing was changed", path=file.parent)),
)


# What reading a row raises that does not hold what was written into it.
_UNREADABLE = (ValueError, TypeError, LookupError, AttributeError, OverflowError, RecursionError)


def corrupt(reason: str, file: Path) -> StoreCorruptError:
    """Make the error for a damaged file of the store; the message says how to restore it."""
    return StoreCorruptError(
        f"{file.name} is damaged ({reason}); {RESTORE_HINT}", path=file.parent, file=file.name
    )


def _locked(reason: str, file: Path) -> StoreLockedError:
    return StoreLockedError(f"another writer holds the store ({reason}); try again later", path=file.parent)


def map_error(error: sqlite3.Error | sqlite3.Warning, file: Path) -> StoreError:
    """Turn any exception of `sqlite3` into one of ours; unknown ones become a plain `StoreError`."""
    text = str(error)
    for words, make in _MESSAGES:
        if words in text.lower():
            return make(text, file)
    return StoreError(f"{file.name}: {type(error).__name__}: {text}", path=file.parent)


@contextmanager
def sqlite_errors(file: Path) -> Iterator[None]:
    """Map every exception of `sqlite3` that leaves the block."""
    try:
        yield
    except (sqlite3.Error, sqlite3.Warning) as exc:
        raise map_error(exc, file) from exc
    except UnicodeDecodeError as exc:
        # SQLite quotes names of a damaged schema in its messages, which Python then cannot read.
        raise corrupt(f"a name or a message in it is no text: {exc}", file) from exc


@contextmanager
def decoding(file: Path) -> Iterator[None]:
    """Turn what goes wrong while rows are read into the error of a damaged file; our own errors pass."""
    try:
        yield
    except AssistError:
        raise
    except _UNREADABLE as exc:
        raise corrupt(f"a row cannot be read: {exc!r}", file) from exc


def connect(
    file: Path, *, busy_timeout_s: float, read_only: bool, create: bool = False
) -> sqlite3.Connection:
    """Open one connection in autocommit mode, usable from any one thread at a time.

    Args:
        file: The database.
        busy_timeout_s: How long a statement waits for another process's lock.
        read_only: Never write. On a disk where not even SQLite's own side files can be made, the
            database is read as it lies there.
        create: Make the file if it is absent.

    Raises:
        StoreError: SQLite's own error, mapped by `map_error`.
    """
    mode = "ro" if read_only else "rwc" if create else "rw"
    with sqlite_errors(file):
        try:
            return _open(file, f"mode={mode}", busy_timeout_s)
        except sqlite3.OperationalError:
            if not read_only or not _is_settled(file):
                raise
            return _open(file, "mode=ro&immutable=1", busy_timeout_s)


def _open(file: Path, query: str, busy_timeout_s: float) -> sqlite3.Connection:
    uri = f"file:{quote(file.absolute().as_posix())}?{query}"
    connection = sqlite3.connect(
        uri, uri=True, timeout=busy_timeout_s, isolation_level=None, check_same_thread=False
    )
    try:
        for pragma in _PRAGMAS:
            connection.execute(pragma)
        connection.execute("PRAGMA user_version").fetchone()
    except BaseException:
        connection.close()
        raise
    return connection


def _is_settled(file: Path) -> bool:
    """Say whether the database file alone holds everything (no write-ahead log to apply)."""
    log = file.with_name(file.name + "-wal")
    return file.is_file() and (not log.exists() or log.stat().st_size == 0)


class Connections:
    """Lends each block of code a connection of its own and keeps those at rest for the next one."""

    def __init__(self, file: Path, *, busy_timeout_s: float, read_only: bool) -> None:
        self.file = file
        self.read_only = read_only
        self._busy_timeout_s = busy_timeout_s
        self._idle: list[sqlite3.Connection] = []
        self._lock = threading.Lock()
        self._closed = False
        self._owner = os.getpid()
        self._inherited: list[sqlite3.Connection] = []
        self._checkpoints = Background(self._take_log_over, name="checkpoint")

    @contextmanager
    def lend(self) -> Iterator[sqlite3.Connection]:
        """Lend a connection for a block; SQLite's errors inside the block are mapped.

        Raises:
            StoreError: The store is closed, or an error of SQLite.
        """
        connection = self._take()
        kept = False
        try:
            with sqlite_errors(self.file):
                yield connection
            kept = True
        finally:
            self._give(connection, kept=kept)

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """Lend a connection inside a read transaction: every query in the block sees one commit.

        Raises:
            StoreCorruptError: A row is not what was written: of another type, not JSON, no date.
        """
        with self.asking() as connection:
            connection.execute("BEGIN")
            yield connection
            connection.execute("COMMIT")

    @contextmanager
    def asking(self) -> Iterator[sqlite3.Connection]:
        """Lend a connection for queries that need not see one commit together; raises as `reading` does."""
        with self.lend() as connection, decoding(self.file):
            yield connection

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """Lend a connection inside a write transaction, committed when the block ends without an error.

        Raises:
            StoreLockedError: Another writer was at work for longer than the busy timeout.
            StoreError: The store was opened for reading only, or is closed.
        """
        if self.read_only:
            raise StoreError("the store was opened for reading only", path=self.file.parent)
        with self.lend() as connection:
            before = connection.total_changes
            connection.execute("BEGIN IMMEDIATE")
            yield connection
            # Where the thread is still at the log of the commit before, it grows no further: this one takes it over.
            later = connection.total_changes - before > _MANY_ROWS and not self._checkpoints.is_running
            if later:
                connection.execute("PRAGMA wal_autocheckpoint = 0")
            connection.execute("COMMIT")
            if later:
                connection.execute(f"PRAGMA wal_autocheckpoint = {_LOG_PAGES}")
        if later:
            self._checkpoints.start()

    def settle(self) -> None:
        """Wait until no thread of this store is taking the log over."""
        self._checkpoints.wait()

    def close(self) -> None:
        """Close all connections at rest; those lent out are closed when they come back."""
        self.settle()
        with self._lock:
            self._closed = True
            idle, self._idle = self._idle, []
        for connection in idle:
            connection.close()

    def _take_log_over(self) -> None:
        try:
            with self.lend() as connection:
                connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()
        except StoreError as exc:
            _LOG.warning("the log of %s is left to a later commit: %s", DATABASE, exc)

    def _take(self) -> sqlite3.Connection:
        with self._lock:
            if self._closed:
                raise StoreError("the store is closed", path=self.file.parent)
            self._forget_inherited()
            if self._idle:
                return self._idle.pop()
        return connect(self.file, busy_timeout_s=self._busy_timeout_s, read_only=self.read_only)

    def _give(self, connection: sqlite3.Connection, *, kept: bool) -> None:
        with self._lock:
            if kept and not self._closed:
                self._idle.append(connection)
                return
        # A connection after an error is not trusted again; closing rolls its transaction back.
        connection.close()

    def _forget_inherited(self) -> None:
        # SQLite forbids using or closing a connection in a forked child; keep them alive, untouched.
        if os.getpid() != self._owner:
            self._inherited, self._idle, self._owner = self._idle, [], os.getpid()


@contextmanager
def exclusive(file: Path, *, wait_s: float) -> Iterator[bool]:
    """Hold a lock between processes for a block, by SQLite's portable file locks; the file stays empty.

    Args:
        file: The lock file; made if absent.
        wait_s: How long to wait for another holder.

    Yields:
        Whether the lock was got; the block must do nothing when not.

    Raises:
        StoreError: The lock file cannot be made.
    """
    with (
        sqlite_errors(file),
        closing(sqlite3.connect(file, timeout=wait_s, isolation_level=None)) as connection,
    ):
        try:
            connection.execute("BEGIN EXCLUSIVE")
            held = True
        except sqlite3.OperationalError as exc:
            if not isinstance(map_error(exc, file), StoreLockedError):
                raise
            held = False
        yield held
