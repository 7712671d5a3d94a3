"""Which documents each commit touched, so that a reader takes over those and not the whole store."""

from __future__ import annotations

import logging
import secrets
import sqlite3
import zlib
from collections.abc import Iterable
from itertools import chain
from typing import Any

import numpy as np

from assist.arrays import IdVector

_COMMITS_KEPT = 10_000
_LOG = logging.getLogger(__name__)


def write_commit(
    connection: sqlite3.Connection, revision: int, at: str, *, touched: Iterable[int] | None
) -> str:
    """Note a commit that changes what is searched, inside its transaction.

    Args:
        connection: Inside the write transaction.
        revision: The revision that shows the change.
        at: Moment, ISO text.
        touched: Keys of the documents that came, went or have another validity; None: everything is different.

    Returns:
        Its stamp, a random word.
    """
    stamp = secrets.token_hex(8)
    data = None if touched is None else _pack(revision, touched)
    connection.execute(
        "INSERT INTO commits (revision, stamp, at, touched) VALUES (?, ?, ?, ?)", (revision, stamp, at, data)
    )
    return stamp


def read_touched(connection: sqlite3.Connection, stamp: str, revision: int) -> IdVector | None:
    """Find the documents that were touched from the state of a stamp up to a revision.

    Returns:
        int64, ascending: their keys. None where the store was never in that state, or the commits since do not say.
    """
    since = connection.execute("SELECT max(revision) FROM commits WHERE stamp = ?", (stamp,)).fetchone()[0]
    if since is None or since > revision:
        return None
    query = "SELECT revision, touched FROM commits WHERE revision > ? AND revision <= ?"
    keys = [_unpack(*row) for row in connection.execute(query, (since, revision))]
    known = [found for found in keys if found is not None]
    if len(known) < len(keys):
        return None
    # Those of one commit ascend already.
    if len(known) == 1:
        return known[0]
    return np.array(sorted(set(chain.from_iterable(found.tolist() for found in known))), dtype=np.int64)


def find_damaged_commits(connection: sqlite3.Connection) -> list[int]:
    """Give the revisions of commits whose note of what they touched is not what was written."""
    rows = connection.execute("SELECT revision, touched FROM commits WHERE touched IS NOT NULL")
    return [revision for revision, data in rows if _unpack(revision, data) is None]


def forget_commits(connection: sqlite3.Connection) -> None:
    """Delete the commits of long ago; a snapshot that old is not worth building on."""
    newest = "(SELECT max(revision) FROM commits)"
    connection.execute(f"DELETE FROM commits WHERE revision < {newest} - ?", (_COMMITS_KEPT,))  # noqa: S608


def _pack(revision: int, keys: Iterable[int]) -> bytes:
    data = np.array(sorted(set(keys)), dtype="<i8").tobytes()
    return _sum(revision, data) + data


def _unpack(revision: int, data: Any) -> IdVector | None:
    if data is None:
        return None
    # A damaged row may hold anything.
    if not isinstance(data, bytes) or len(data) % 8 != 4 or data[:4] != _sum(revision, data[4:]):
        _LOG.warning("what commit %s touched is not what was noted; everything is read anew", revision)
        return None
    return np.frombuffer(data[4:], dtype="<i8").astype(np.int64)


def _sum(revision: int, data: bytes) -> bytes:
    return zlib.crc32(b"%d\n" % revision + data).to_bytes(4, "little")
