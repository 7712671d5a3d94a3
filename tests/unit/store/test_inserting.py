"""Rows that are inserted many in a statement read as those inserted one by one."""

import sqlite3
from contextlib import closing

import pytest

from assist.store.codec import to_bytes
from assist.store.inserting import blob, insert_columns, optional


def stored(columns):
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.execute(
            "CREATE TABLE things (key INTEGER PRIMARY KEY, word TEXT, often, seldom, data BLOB)"
        )
        insert_columns(connection, "things", columns)
        query = "SELECT key, word, often, seldom, data, typeof(data) FROM things ORDER BY key"
        return connection.execute(query).fetchall()


@pytest.mark.parametrize("count", [0, 1, 2, 3, 299, 300, 301, 599, 700, 1023])
def test_all_rows_are_there_however_many(count):
    columns = (range(count), [f"字{key}" for key in range(count)], None, None)
    data = [blob(f"数{key}") for key in range(count)]
    expected = [(key, f"字{key}", None, None, to_bytes(f"数{key}"), "blob") for key in range(count)]
    assert stored((*columns, data)) == expected


@pytest.mark.parametrize("filled", [None, 0, 1, 90, 179])
def test_a_value_in_one_row_alone_is_kept(filled):
    seldom = [7 if key == filled else None for key in range(180)]
    columns = (range(180), ["字"] * 180, None, optional(seldom), [bytearray()] * 180)
    assert [row[3] for row in stored(columns)] == seldom


def test_columns_of_different_lengths_are_refused():
    with pytest.raises(ValueError, match="size"):
        stored((range(3), ["字"] * 2, None, None, [bytearray()] * 3))


def test_a_blob_keeps_half_a_surrogate_pair_as_the_codec_does():
    assert bytes(blob("退\ud83d货")) == to_bytes("退\ud83d货")
