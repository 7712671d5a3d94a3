import gzip
import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from assist.errors import StoreError, StoreVersionError
from assist.store import migrations
from assist.store.connection import DATABASE
from assist.store.local import LocalStore
from assist.store.migrations import FORMAT, MIGRATIONS, Migration
from golden.stores import make
from unit.store.records import open_store, sample

GOLDEN = Path(make.__file__).parent
FORMATS = [int(path.name[6:].split(".")[0]) for path in sorted(GOLDEN.glob("format*.json"))]


@pytest.fixture(params=FORMATS)
def old(request, tmp_path):
    """A store that an earlier version wrote, and what is in it."""
    data = gzip.decompress((GOLDEN / f"format{request.param}.sqlite3.gz").read_bytes())
    (tmp_path / DATABASE).write_bytes(data)
    return tmp_path, json.loads((GOLDEN / f"format{request.param}.json").read_text("utf-8"))


def open_old(folder, **options):
    return LocalStore.open(folder, encoder=make.ENCODER.identity, **options)


def tables(folder):
    with closing(sqlite3.connect(folder / DATABASE)) as connection:
        found = connection.execute("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY name")
        return [(name, " ".join(sql.split())) for name, sql in found]


def test_a_store_of_every_earlier_format_is_kept_for_the_tests():
    assert set(range(1, FORMAT)) <= set(FORMATS)


def test_an_old_store_opens_with_all_that_is_in_it(old, tmp_path):
    folder, expected = old
    with open_old(folder) as store:
        assert make.found(store) == expected
        assert store.verify() == ()
        assert store.info()["format"] == FORMAT
    with open_store(tmp_path / "fresh"):
        assert tables(folder) == tables(tmp_path / "fresh")


def test_an_old_store_can_be_written_and_cared_for(old):
    folder, expected = old
    with open_old(folder) as store:
        assert (
            store.apply(add=[make.record("new", "新的规则。")], remove=["A102"]) == expected["revision"] + 1
        )
        store.add_feedback("s1", chosen=None, at=make.AT)
        store.compact()
        assert set(store.current()) == {*expected["current"], "new"} - {"A102"}
        assert len(store.feedback()) == len(expected["feedback"]) + 1
        assert store.verify() == ()


def test_compacting_an_old_store_erases_the_suggestions_that_quote_what_was_removed(old):
    folder, _ = old
    with open_old(folder) as store:
        store.apply(remove=["returns"])
        store.compact()
        assert store.suggestion("s1") == {"erased": True}
        assert [(one["chosen"], one["sent_text"]) for one in store.feedback()] == [(0, None)]


def test_an_old_store_is_not_touched_by_a_reader(old):
    folder, _ = old
    before = (folder / DATABASE).read_bytes()
    if before == b"" or FORMATS == [FORMAT]:
        pytest.skip("there is no earlier format")
    with pytest.raises(StoreVersionError, match="assist compact") as caught:
        open_old(folder, read_only=True)
    assert caught.value.expected == f"format {FORMAT}"
    assert (folder / DATABASE).read_bytes() == before
    open_old(folder).close()
    with open_old(folder, read_only=True) as store:
        assert store.documents()


def test_a_step_that_fails_leaves_the_old_store(tmp_path, monkeypatch):
    with open_store(tmp_path) as store:
        store.apply(add=sample())
    before = tables(tmp_path)

    def fail(connection):
        raise sqlite3.OperationalError("database or disk is full")

    step = Migration("a table", ("CREATE TABLE more (key INTEGER PRIMARY KEY)",), fail)
    monkeypatch.setattr(migrations, "MIGRATIONS", (*MIGRATIONS, step))
    monkeypatch.setattr(migrations, "FORMAT", FORMAT + 1)
    with pytest.raises(StoreError, match="disk is full"):
        open_store(tmp_path)
    monkeypatch.undo()
    assert tables(tmp_path) == before
    with open_store(tmp_path) as store:
        assert len(store.documents()) == 3


def test_steps_are_taken_in_order_and_once(tmp_path, monkeypatch):
    open_store(tmp_path).close()
    calls = []
    steps = tuple(
        Migration(
            name, (f"CREATE TABLE {name} (key INTEGER PRIMARY KEY)",), lambda _, name=name: calls.append(name)
        )
        for name in ("second", "third")
    )
    monkeypatch.setattr(migrations, "MIGRATIONS", (*MIGRATIONS, *steps))
    monkeypatch.setattr(migrations, "FORMAT", FORMAT + 2)
    for _ in range(2):
        with open_store(tmp_path) as store:
            store.apply(add=sample())
    assert calls == ["second", "third"]
    assert {"second", "third"} <= {name for name, _ in tables(tmp_path)}
