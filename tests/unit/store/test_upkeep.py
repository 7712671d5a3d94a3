import json
import re
import sqlite3
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from assist.errors import StoreError
from assist.store import upkeep
from assist.store.connection import DATABASE
from assist.store.migrations import FORMAT
from unit.store.records import DAY1, ENCODER, RETURNS, open_store, record, sample, texts


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
        (
            "UPDATE embeddings SET tokens = CAST('别的' AS BLOB) WHERE chunk_id = 1",
            "tokens are not what was stored",
        ),
        ("UPDATE embeddings SET tokens = 7 WHERE chunk_id = 1", "tokens are not what was stored"),
        ("UPDATE embeddings SET vector = 7 WHERE chunk_id = 1", "row cannot be read"),
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
    size = int.from_bytes(data[16:18], "big")
    for place in range(size, len(data), size):
        file.write_bytes(data[:place] + b"\xa5" * size + data[place + size :])
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
    store.apply(add=[record("secret", f"{secret}\n\n只对内。", title=secret, aliases=(secret,))])
    store.apply(add=[record("secret", f"{secret}\n\n第二版。", title=secret)])
    store.set_state(["secret"], "approved", secret)
    store.log_suggestion("s1", {"document_id": "secret", "quote": secret}, at=DAY1)
    store.add_feedback("s1", chosen=0, sent_text=secret, at=DAY1)
    store.view().chunk(0)
    assert holds(Path(store.path), secret)
    store.apply(remove=["secret"])
    store.compact()
    assert not holds(Path(store.path), secret)
    assert holds(Path(store.path), RETURNS)
    assert store.verify() == ()
    store.close()
    assert not holds(Path(store.path), secret)


def holds(folder, text):
    """Look for the first two words of a text in every file, in every encoding that could be used for it."""
    start = text[:2]
    words = [
        start.encode(),
        start.encode("utf-16-le"),
        start.encode("gb18030"),
        json.dumps(start)[1:-1].encode(),
    ]
    vector = ENCODER.encode([text]).tobytes()
    files = [one.read_bytes() for one in folder.rglob("*") if one.is_file()]
    return any(word in data for data in files for word in (*words, vector))


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


def test_recall_is_measured_against_the_exact_search(tmp_path):
    from assist.settings import SearchSettings

    many = [
        record(f"d{number}", f"第{number}条规则，编号{number * 7919 % 10007}，{number * 31 % 977}。")
        for number in range(2100)
    ]
    with open_store(tmp_path / "many", search=SearchSettings(exact_rows=500)) as large:
        large.apply(add=many)
        info = large.info()
    assert info["dense"] != "exact"
    assert 0.8 < info["dense_recall@10"] <= 1.0


def test_recall_of_an_index_that_finds_nothing_is_nothing(store):
    class Blind:
        kind = "blind"

        def search(self, queries, k):
            return np.full((len(queries), k), -1), np.full((len(queries), k), -np.inf, dtype=np.float32)

    assert upkeep.measure_recall(Blind(), store.view().vectors) == 0.0
    assert store.info()["dense_recall@10"] == 1.0
