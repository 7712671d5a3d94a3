"""Copies of a store: made while others read and write, and put in the place of a lost one."""

from __future__ import annotations

import os
import secrets
import shutil
import sqlite3
from contextlib import closing
from datetime import datetime
from pathlib import Path

from assist.errors import InputError, StoreError, StoreNotFoundError
from assist.store.connection import DATABASE, connect, corrupt, sqlite_errors
from assist.store.flushing import flush_folder, make_folder
from assist.store.schema import check_store

_WAIT_S = 5.0


def copy_database(connection: sqlite3.Connection, target: Path) -> None:
    """Copy the database into a new store's folder, one consistent state, while others read and write.

    The copy is checked before it gets its name, so that what lies there under this name can be restored.

    Raises:
        InputError: `target` exists and is not an empty folder.
        StoreCorruptError: The database is damaged; no copy is left.
        StoreError: The copy could not be written.
    """
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise InputError(f"the target of a backup must be a new or empty folder, got {target}")
    beside = target / f"{DATABASE}.new"
    try:
        make_folder(target)
        _write_copy(connection, beside, target / DATABASE)
        os.replace(beside, target / DATABASE)
        flush_folder(target)
    except OSError as exc:
        raise StoreError(f"the copy cannot be written: {exc}", path=target) from exc
    finally:
        beside.unlink(missing_ok=True)


def _write_copy(connection: sqlite3.Connection, beside: Path, file: Path) -> None:
    with sqlite_errors(file), closing(sqlite3.connect(beside, isolation_level=None)) as copy:
        connection.backup(copy)
        # A copy is one file: its journal mode goes back to the log when a writer opens it.
        copy.execute("PRAGMA journal_mode = DELETE").fetchone()
        problem = copy.execute("PRAGMA integrity_check(1)").fetchone()[0]
    if problem != "ok":
        raise corrupt(f"found while copying: {problem}", file)
    with beside.open("rb+") as written:
        os.fsync(written.fileno())


def backup_store(path: Path, target: Path) -> None:
    """Copy a store, of whatever format and encoder, into a new folder, while others read and write it.

    Raises:
        StoreNotFoundError: There is no store.
        InputError: `target` exists and is not an empty folder.
        StoreCorruptError: The database is damaged, or no store; no copy is left.
        StoreError: The copy could not be written.
    """
    file = path / DATABASE
    if not file.is_file():
        raise StoreNotFoundError("there is no store here", path=path)
    opened = connect(file, busy_timeout_s=_WAIT_S, read_only=True)
    with sqlite_errors(file), closing(opened) as connection:
        check_store(connection, file, None)
        copy_database(connection, target)


def restore_store(backup: Path, target: Path, *, replace: bool) -> Path | None:
    """Make the store that a backup holds; whatever was there before is moved aside, never deleted.

    Args:
        backup: Folder that a backup was written to, or any store's folder.
        target: Where the store is to be.
        replace: Allow that something is there already.

    Returns:
        Where that was moved to; None where nothing was.

    Raises:
        StoreNotFoundError: `backup` holds no store.
        InputError: Something is at `target` and `replace` is false.
        StoreCorruptError: The backup is damaged; nothing was changed.
        StoreError: The copy could not be written; nothing was changed.
    """
    taken = target.exists() and (not target.is_dir() or any(target.iterdir()))
    if taken and not replace:
        raise InputError(f"there is something at {target}; pass replace=True (--replace) to move it aside")
    beside = target.absolute().with_name(f".{target.name}.restoring-{secrets.token_hex(4)}")
    try:
        backup_store(backup, beside)
        return _put_in_place(beside, target.absolute(), taken=taken)
    except OSError as exc:
        raise StoreError(f"the store cannot be put there: {exc}", path=target) from exc
    finally:
        shutil.rmtree(beside, ignore_errors=True)


def _put_in_place(beside: Path, target: Path, *, taken: bool) -> Path | None:
    aside = None
    if taken:
        aside = target.with_name(
            f"{target.name}.before-{datetime.now():%Y%m%d-%H%M%S}-{secrets.token_hex(2)}"
        )
        target.rename(aside)
    elif target.exists():
        target.rmdir()
    try:
        beside.rename(target)
    except OSError:
        if aside is not None:
            aside.rename(target)
        raise
    flush_folder(target.parent)
    return aside
