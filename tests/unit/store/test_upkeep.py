import re
import sqlite3
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from assist.errors import InputError, StoreError
from assist.store.connection import DATABASE
from assist.store.migrations import FORMAT
from unit.store.records import DAY1, RETURNS, open_store, record, sample, texts


@pytest.fixture
def store(tmp_path):
    with open_store(tmp_path / "shop") as opened:
        opened.apply(add=sample())
        yield opened


def execute(store, statement):
    with closing(sqlite3.connect(f"{store.path}/{DATABASE}")) as connection, connection:
        connection.execute(statement)


def test_a_sound_store_has_no_problems(store):
    store.apply(add=[record("returns", "新。")], remove=["shipping"])
    store.log_suggestion("s1", {}, at=DAY1)
    assert store.verify() == ()


VECTOR = np.full(16, 0.25, dtype="<f4").tobytes().hex()


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        ("UPDATE documents SET text = CAST('别的' AS BLOB) WHERE id = 'returns'", "text of document row 1"),
        ("UPDATE documents SET body = CAST('{' AS BLOB) WHERE id = 'returns'", "does not decode"),
        ("UPDATE documents SET body = replace(body, '退货', '换货') WHERE id = 'returns'", "decode|metadata"),
        ("UPDATE documents SET digest = '0' WHERE id = 'returns'", "metadata is not what was stored"),
        ("UPDATE documents SET replaced_at = loaded_at WHERE id = 'returns'", "3 vectors are stored, 0 were"),
        ("DELETE FROM embeddings WHERE chunk_id = 1", "2 vectors are stored, 3 were"),
        ("DELETE FROM chunks WHERE chunk_id = 2", "2 chunks are stored, 3 were|refers to a row of chunks"),
        ("UPDATE chunks SET end = 99999 WHERE chunk_id = 1", "not inside the text"),
        ("UPDATE chunks SET kind = 'x' WHERE chunk_id = 1", "does not decode"),
        ("UPDATE embeddings SET vector = zeroblob(3) WHERE chunk_id = 1", "does not have 16 dimensions"),
        (f"UPDATE embeddings SET vector = x'{VECTOR}' WHERE chunk_id = 1", "vectors are not what was stored"),
        ("UPDATE embeddings SET doc_key = 99 WHERE chunk_id = 1", "refers to a row of documents"),
        ("DELETE FROM settings WHERE key = 'encoder'", "settings cannot be read"),
    ],
)
def test_each_kind_of_damage_is_found(store, statement, words):
    execute(store, statement)
    problems = store.verify()
    assert problems
    assert any(re.search(words, problem) for problem in problems), problems


def test_a_vector_of_wrong_length_stops_the_rebuild(store):
    import shutil

    from assist.errors import StoreCorruptError

    execute(store, "UPDATE embeddings SET vector = zeroblob(3) WHERE chunk_id = 1")
    shutil.rmtree(f"{store.path}/index")
    with open_store(store.path) as again, pytest.raises(StoreCorruptError, match="16 dimensions"):
        again.view()


def test_pages_overwritten_on_disk_are_found(store):
    file = Path(store.path) / DATABASE
    store.close()
    data = file.read_bytes()
    found = []
    for page in range(1, len(data) // 4096):
        file.write_bytes(data[: page * 4096] + b"\xa5" * 4096 + data[(page + 1) * 4096 :])
        found.append(damage_is_found(file.parent))
    file.write_bytes(data)
    assert found
    assert all(found)
    assert not damage_is_found(file.parent)


def damage_is_found(folder):
    try:
        with open_store(folder, read_only=True) as again:
            return again.verify() != ()
    except StoreError:
        return True


def test_info_counts(store):
    store.apply(add=[record("returns", "新。")], remove=["shipping"])
    store.log_suggestion("s1", {}, at=DAY1)
    store.add_feedback("s1", at=DAY1)
    info = store.info()
    expected = {
        "path": store.path,
        "format": FORMAT,
        "revision": 2,
        "documents": {"policy": 1, "product": 1},
        "versions": 4,
        "removed": 1,
        "chunks": 4,
        "suggestions": 1,
        "feedback": 1,
        "dense": "exact",
    }
    assert {key: info[key] for key in expected} == expected
    assert info["encoder"]["name"] == "hashing"
    assert info["database_bytes"] > 4096
    assert info["snapshot_bytes"] > 1000


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


def test_a_database_restored_from_a_backup_does_not_use_the_newer_snapshot(store, tmp_path):
    import shutil

    path = store.path
    store.backup(tmp_path / "copy")
    store.apply(add=[record("returns", "备份之后的规则。")])
    store.close()
    shutil.copy(tmp_path / "copy" / DATABASE, f"{path}/{DATABASE}")
    with open_store(path) as again:
        assert "备份之后的规则。" not in texts(again)
        again.apply(add=[record("returns", "另一条规则。")])
        assert again.revision == 2
    with open_store(path) as again:
        assert "另一条规则。" in texts(again)
        assert again.verify() == ()


def test_compacting_leaves_no_byte_of_what_was_removed(store):
    secret = "绝密条款第九十九条"
    store.apply(add=[record("secret", f"{secret}\n\n只对内。", title=secret)])
    store.log_suggestion("s1", {"document_id": "secret", "quote": secret}, at=DAY1)
    assert holds(Path(store.path), secret)
    store.apply(remove=["secret"])
    store.compact()
    assert not holds(Path(store.path), secret)
    assert holds(Path(store.path), RETURNS)
    assert store.verify() == ()


def holds(folder, text):
    words = [text.encode(), *(word.encode() for word in ("绝密",) if text.startswith(word))]
    files = [one for one in folder.rglob("*") if one.is_file()]
    return any(word in one.read_bytes() for one in files for word in words)


def test_compacting_keeps_earlier_versions(store):
    old = store.document("returns")
    store.apply(add=[record("returns", "新。")])
    store.compact()
    assert store.document("returns", version=old.version) == old
    assert store.revision == 2
    assert store.verify() == ()


def test_compacting_gives_room_back(store):
    many = [record(f"d{number}", f"第{number}条。" * 300) for number in range(200)]
    store.apply(add=many)
    before = store.info()["database_bytes"]
    store.apply(remove=[one.document.id for one in many])
    store.compact()
    assert store.info()["database_bytes"] < before / 4
