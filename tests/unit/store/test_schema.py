import sqlite3
from contextlib import closing
from dataclasses import replace

import pytest

from assist.errors import (
    StoreCorruptError,
    StoreError,
    StoreLockedError,
    StoreMismatchError,
    StoreNotFoundError,
    StoreVersionError,
)
from assist.store.connection import DATABASE, LOCK, exclusive
from assist.store.local import LocalStore
from assist.store.migrations import FORMAT
from assist.testing import HashingEncoder
from unit.store.records import ENCODER, open_store, sample


def execute(path, statement):
    with closing(sqlite3.connect(path / DATABASE)) as connection, connection:
        connection.execute(statement)


def test_no_store_is_not_made_unless_asked(tmp_path):
    with pytest.raises(StoreNotFoundError, match="create=True"):
        open_store(tmp_path / "shop", create=False)
    with pytest.raises(StoreNotFoundError):
        open_store(tmp_path / "shop", create=True, read_only=True)
    assert not (tmp_path / "shop").exists()


def test_a_new_store_is_empty(tmp_path):
    with open_store(tmp_path / "deep" / "shop") as store:
        assert (store.revision, len(store.view()), store.documents(), store.current()) == (0, 0, (), {})
        assert store.path == str(tmp_path / "deep" / "shop")
        assert store.encoder == ENCODER.identity
        assert store.verify() == ()


def test_a_creation_that_was_cut_short_is_no_store(tmp_path):
    (tmp_path / DATABASE).touch()
    with pytest.raises(StoreNotFoundError, match="empty file"):
        open_store(tmp_path, create=False)
    with open_store(tmp_path, create=True) as store:
        assert store.revision == 0


def test_creating_twice_keeps_what_is_there(tmp_path):
    with open_store(tmp_path) as store:
        store.apply(add=sample())
    with open_store(tmp_path) as store:
        assert len(store.documents()) == 3


@pytest.mark.parametrize(
    "change", [{"name": "other"}, {"revision": "2"}, {"dim": 32}, {"query_prefix": "query: "}]
)
def test_another_encoder_is_refused_by_name(tmp_path, change):
    open_store(tmp_path).close()
    with pytest.raises(StoreMismatchError, match="expected hashing@1, d=16, found ") as caught:
        LocalStore.open(tmp_path, encoder=replace(ENCODER.identity, **change))
    assert str(next(iter(change.values()))) in caught.value.found
    with pytest.raises(StoreMismatchError, match="found hashing@1, d=64"):
        LocalStore.open(tmp_path, encoder=HashingEncoder().identity)


@pytest.mark.parametrize("number", [0, 99])
def test_another_format_is_refused(tmp_path, number):
    open_store(tmp_path).close()
    execute(tmp_path, f"PRAGMA user_version = {number}")
    for options in ({}, {"read_only": True}):
        with pytest.raises(StoreVersionError, match="another version of assist") as caught:
            open_store(tmp_path, **options)
        assert (caught.value.expected, caught.value.found) == (f"format {FORMAT}", f"format {number}")


def test_a_store_whose_format_is_raised_while_it_is_open_says_so(tmp_path):
    with open_store(tmp_path) as store, open_store(tmp_path, read_only=True) as reader:
        store.apply(add=sample())
        execute(tmp_path, f"PRAGMA user_version = {FORMAT + 1}")
        with pytest.raises(StoreVersionError):
            store.apply(remove=["returns"])
        with pytest.raises(StoreVersionError):
            reader.view()


@pytest.mark.parametrize(
    "statement",
    [
        "PRAGMA application_id = 7",
        "DELETE FROM settings WHERE key = 'encoder'",
        "UPDATE settings SET value = 'x' WHERE key = 'revision'",
        "UPDATE settings SET value = '{}' WHERE key = 'profile'",
        "DROP TABLE settings",
    ],
)
def test_a_database_that_is_no_store_is_refused(tmp_path, statement):
    open_store(tmp_path).close()
    execute(tmp_path, statement)
    with pytest.raises(StoreCorruptError, match="restore it from a backup") as caught:
        open_store(tmp_path)
    assert caught.value.file == DATABASE


@pytest.mark.parametrize("data", [b"not a database at all" * 100, b"SQLite format 3\0" + b"\xff" * 5000])
def test_a_damaged_file_is_refused(tmp_path, data):
    (tmp_path / DATABASE).write_bytes(data)
    for options in ({}, {"create": False}, {"read_only": True}):
        with pytest.raises(StoreCorruptError, match="restore it from a backup"):
            open_store(tmp_path, **options)


def test_a_schema_whose_names_are_no_text_is_refused(tmp_path):
    with open_store(tmp_path) as store:
        store.apply(add=sample())
    data = (tmp_path / DATABASE).read_bytes()
    (tmp_path / DATABASE).write_bytes(
        data.replace(b"CREATE TABLE settings", b"CREATE \xff\xff\xff\xff\xff settings")
    )
    with pytest.raises(StoreCorruptError, match="restore it from a backup"):
        open_store(tmp_path, read_only=True)


def test_a_file_in_the_place_of_the_folder_is_refused(tmp_path):
    (tmp_path / "shop").write_text("x")
    with pytest.raises(StoreError, match="folder cannot be made"):
        open_store(tmp_path / "shop")
    with pytest.raises(StoreNotFoundError):
        open_store(tmp_path / "shop", create=False)


def test_two_processes_do_not_make_a_store_at_once(tmp_path):
    from assist.settings import StoreSettings

    with exclusive(tmp_path / LOCK, wait_s=0), pytest.raises(StoreLockedError):
        open_store(tmp_path, settings=StoreSettings(busy_timeout_s=0.01))
