"""Rows into tables, many in a statement, with as little work per value as Python's SQLite module allows.

It looks for an adapter of every value that is not a number, a text or a bytearray: binding bytes takes four times as
long as a bytearray, and None three times as long as a number. So blobs are handed over as bytearrays, and columns
that are empty in all rows of a statement stand as NULL in the statement itself.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from functools import lru_cache
from itertools import chain, islice
from typing import Any

from assist.store.rows import Fields

# SQLite takes 999 values in one statement in every build.
_VALUES_AT_ONCE = 900


def insert_rows(connection: sqlite3.Connection, table: str, rows: Iterable[Fields]) -> None:
    """Insert rows of equal width into a table, inside the caller's transaction."""
    remaining = iter(rows)
    for first in remaining:
        at_once = _VALUES_AT_ONCE // len(first)
        group = [first, *islice(remaining, at_once - 1)]
        if len(group) < at_once:
            connection.executemany(_statement(table, (True,) * len(first), 1), group)
            return
        columns: list[tuple[Any, ...]] = list(zip(*group, strict=True))
        bound = tuple(
            column[0] is not None or any(value is not None for value in column) for column in columns
        )
        kept = (column for column, there in zip(columns, bound, strict=True) if there)
        values = list(chain.from_iterable(zip(*kept, strict=True)))
        connection.execute(_statement(table, bound, at_once), values)


def blob(text: str) -> bytearray:
    """Encode a text as `codec.to_bytes` does, in the form that is bound fastest."""
    return bytearray(text, "utf-8", "surrogatepass")


@lru_cache(maxsize=32)
def _statement(table: str, bound: tuple[bool, ...], rows: int) -> str:
    row = ",".join("?" if there else "NULL" for there in bound)
    return f"INSERT INTO {table} VALUES {','.join([f'({row})'] * rows)}"  # noqa: S608
