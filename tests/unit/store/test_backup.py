import sqlite3
from contextlib import closing

import pytest

from assist.errors import InputError, StoreCorruptError, StoreError, StoreNotFoundError
from assist.store.backup import backup_store, restore_store
from assist.store.connection import DATABASE
from unit.store.records import DAY1, open_store, record, sample, texts


@pytest.fixture
def store(tmp_path):
    with open_store(tmp_path / "shop") as opened:
        opened.apply(add=sample())
        yield opened


def test_a_backup_is_a_store_of_its_own(store, tmp_path):
    store.log_suggestion("s1", {"a": 1}, at=DAY1)
    store.backup(tmp_path / "copies" / "monday")
    before = texts(store)
    store.apply(remove=["returns"])
    with open_store(tmp_path / "copies" / "monday", create=False) as copy:
        assert texts(copy) == before
        assert copy.revision == 1
        assert copy.suggestion("s1") == {"a": 1}
        assert copy.verify() == ()
        copy.apply(remove=["shipping"])
    assert store.document("shipping").id == "shipping"


def test_a_backup_can_be_read_without_writing(store, tmp_path):
    store.backup(tmp_path / "copy")
    with open_store(tmp_path / "copy", read_only=True) as copy:
        assert len(copy.view()) == 8
    assert [one.name for one in (tmp_path / "copy").iterdir()] == [DATABASE]


def test_a_backup_does_not_overwrite(store, tmp_path):
    (tmp_path / "copy").mkdir()
    (tmp_path / "copy" / "x").write_text("mine")
    with pytest.raises(InputError, match="new or empty folder"):
        store.backup(tmp_path / "copy")
    with pytest.raises(InputError):
        store.backup(store.path)
    assert (tmp_path / "copy" / "x").read_text() == "mine"


def damage(folder):
    """Break a page of the database without making it unreadable at once."""
    with closing(sqlite3.connect(folder / DATABASE)) as connection, connection:
        connection.execute("PRAGMA writable_schema = ON")
        connection.execute("UPDATE sqlite_master SET rootpage = 3 WHERE name = 'documents_by_id'")


def test_a_damaged_store_leaves_no_backup(store, tmp_path):
    damage(tmp_path / "shop")
    with open_store(tmp_path / "shop", read_only=True) as again, pytest.raises(StoreCorruptError):
        again.backup(tmp_path / "copy")
    assert list((tmp_path / "copy").iterdir()) == []


def test_a_backup_that_cannot_be_written_leaves_nothing(store, tmp_path, monkeypatch):
    def fail(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("assist.store.backup.os.fsync", fail)
    with pytest.raises(StoreError, match="No space left"):
        store.backup(tmp_path / "copy")
    assert list((tmp_path / "copy").iterdir()) == []


def test_a_store_of_another_format_can_be_backed_up_before_it_is_brought_up_to_date(store, tmp_path):
    store.close()
    with closing(sqlite3.connect(tmp_path / "shop" / DATABASE)) as connection:
        connection.execute("PRAGMA user_version = 99")
    backup_store(tmp_path / "shop", tmp_path / "copy")
    assert (tmp_path / "copy" / DATABASE).is_file()


def test_restoring_makes_the_store_that_was_backed_up(store, tmp_path):
    store.log_suggestion("s1", {"a": 1}, at=DAY1)
    store.backup(tmp_path / "copy")
    before = texts(store)
    assert restore_store(tmp_path / "copy", tmp_path / "new", replace=False) is None
    with open_store(tmp_path / "new", create=False) as restored:
        assert texts(restored) == before
        assert restored.suggestion("s1") == {"a": 1}
        assert restored.verify() == ()
        restored.apply(remove=["returns"])
    with open_store(tmp_path / "copy", read_only=True) as copy:
        assert texts(copy) == before


def test_restoring_over_a_store_moves_it_aside(store, tmp_path):
    store.backup(tmp_path / "copy")
    store.apply(add=[record("returns", "备份之后的规则。")])
    store.close()
    with pytest.raises(InputError, match="replace=True"):
        restore_store(tmp_path / "copy", tmp_path / "shop", replace=False)
    aside = restore_store(tmp_path / "copy", tmp_path / "shop", replace=True)
    with open_store(tmp_path / "shop") as restored:
        assert "备份之后的规则。" not in texts(restored)
        assert restored.verify() == ()
    with open_store(aside) as before:
        assert "备份之后的规则。" in texts(before)
    assert {one.name for one in tmp_path.iterdir()} == {"shop", "copy", aside.name}


def test_restoring_replaces_a_database_that_cannot_be_opened(store, tmp_path):
    store.backup(tmp_path / "copy")
    before = texts(store)
    store.close()
    (tmp_path / "shop" / DATABASE).write_bytes(b"SQLite format 3\0" + b"\xff" * 5000)
    with pytest.raises(StoreCorruptError, match="assist restore"):
        open_store(tmp_path / "shop")
    restore_store(tmp_path / "copy", tmp_path / "shop", replace=True)
    with open_store(tmp_path / "shop") as restored:
        assert texts(restored) == before


@pytest.mark.parametrize("data", [None, b"", b"no database at all" * 100])
def test_what_is_no_backup_changes_nothing(store, tmp_path, data):
    (tmp_path / "copy").mkdir()
    if data is not None:
        (tmp_path / "copy" / DATABASE).write_bytes(data)
    with pytest.raises((StoreNotFoundError, StoreCorruptError)):
        restore_store(tmp_path / "copy", tmp_path / "shop", replace=True)
    assert {one.name for one in tmp_path.iterdir()} == {"shop", "copy"}
    assert len(store.documents()) == 3


def test_a_restore_that_fails_halfway_puts_back_what_was_there(store, tmp_path, monkeypatch):
    from pathlib import Path

    store.backup(tmp_path / "copy")
    store.close()
    rename = Path.rename

    def fail(self, target):
        if ".restoring-" in self.name:
            raise OSError(28, "No space left on device")
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", fail)
    with pytest.raises(StoreError, match="No space left"):
        restore_store(tmp_path / "copy", tmp_path / "shop", replace=True)
    monkeypatch.undo()
    assert {one.name for one in tmp_path.iterdir()} == {"shop", "copy"}
    with open_store(tmp_path / "shop") as again:
        assert len(again.documents()) == 3
