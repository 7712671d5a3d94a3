"""Rows into tables, many in a statement, with as little work per value as Python's SQLite module allows.

It looks for an adapter of every value that is not a number, a text or a bytearray: binding bytes takes four times as
long as a bytearray, and None three times as long as a number. So blobs are handed over as bytearrays, and columns
that are empty in all rows stand as NULL in the statement itself. Rows are given column by column: a tuple for every
row is one more object to make, and for Python's collector to look at.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from functools import lru_cache
from typing import Any, TypeAlias

Column: TypeAlias = Sequence[Any] | None
"""One value for every row; None: NULL in all of them."""

# SQLite takes 999 values in one statement in every build.
_VALUES_AT_ONCE = 900


def insert_columns(connection: sqlite3.Connection, table: str, columns: Sequence[Column]) -> None:
    """Insert rows into a table, inside the caller's transaction.

    Args:
        connection: Inside the write transaction.
        table: Whose columns are given, all and in order.
        columns: Of one length, those that are given.
    """
    bound = tuple(column is not None for column in columns)
    given = [column for column in columns if column is not None]
    width, rows = len(given), len(given[0])
    values: list[Any] = [None] * (width * rows)
    for place, column in enumerate(given):
        values[place::width] = column
    start = 0
    while start < rows:
        # Statements of few sizes: each is prepared once.
        at_once = min(_VALUES_AT_ONCE // width, 1 << (rows - start).bit_length() - 1)
        group = values[start * width : (start + at_once) * width]
        connection.execute(_statement(table, bound, at_once), group)
        start += at_once


def optional(values: Sequence[Any]) -> Column:
    """Make a column of values of which all may be None."""
    return None if all(value is None for value in values) else values


def blob(text: str) -> bytearray:
    """Encode a text as `codec.to_bytes` does, in the form that is bound fastest."""
    return bytearray(text, "utf-8", "surrogatepass")


@lru_cache(maxsize=64)
def _statement(table: str, bound: tuple[bool, ...], rows: int) -> str:
    row = ",".join("?" if there else "NULL" for there in bound)
    return f"INSERT INTO {table} VALUES {','.join([f'({row})'] * rows)}"  # noqa: S608
