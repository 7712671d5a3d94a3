import numpy as np
import pytest

from assist.shop import ShopProfile
from assist.store.changes import find_damaged_commits, read_touched, write_commit
from assist.store.connection import DATABASE
from assist.store.schema import read_head
from unit.store.records import open_store, record, sample, texts


@pytest.fixture
def store(tmp_path):
    with open_store(tmp_path) as opened:
        opened.apply(add=sample())
        yield opened


def touched(store, stamp, revision=10):
    with store._connections.reading() as connection:
        found = read_touched(connection, stamp, revision)
    return None if found is None else found.tolist()


def stamp(store):
    with store._connections.reading() as connection:
        return read_head(connection, store._file).stamp


def test_a_commit_says_which_documents_it_touched(store):
    first = stamp(store)
    assert touched(store, first) == []
    store.apply(add=[record("returns", "十五天内可退。")])
    second = stamp(store)
    store.apply(remove=["A102"])
    assert touched(store, first) == [1, 3, 4]
    assert touched(store, first, 2) == [1, 4]
    assert touched(store, second) == [3]
    assert touched(store, "never") is None
    assert touched(store, second, 1) is None


def test_new_words_touch_everything(store):
    first = stamp(store)
    store.apply(profile=ShopProfile(words=("由买家",)))
    assert touched(store, first) is None


def damage(store, data):
    with store._connections.writing() as connection:
        connection.execute("UPDATE commits SET touched = ? WHERE revision = 2", (data,))


@pytest.mark.parametrize("data", [b"", b"\x00" * 12, b"\x00" * 7, "text", 5])
def test_a_damaged_note_is_not_believed(store, tmp_path, caplog, data):
    with open_store(tmp_path, read_only=True) as reader:
        reader.view()
        store.apply(add=[record("returns", "十五天内可退。")])
        damage(store, data)
        assert "十五天内可退。" in texts(reader)
    assert "commit 2" in caplog.text
    assert store.verify() == (f"{DATABASE}: what commit 2 touched is not what was noted",)


def test_notes_are_of_distinct_keys(store):
    with store._connections.writing() as connection:
        write_commit(connection, 7, "", touched=[5, 3, 5])
        assert find_damaged_commits(connection) == []
        row = connection.execute("SELECT touched FROM commits WHERE revision = 7").fetchone()
    assert np.frombuffer(row[0][4:], dtype="<i8").tolist() == [3, 5]
