import json
import logging
import mmap
import os
import shutil
import threading

import numpy as np
import pytest

from assist.errors import StoreCorruptError
from assist.settings import SearchSettings, StoreSettings
from assist.store import snapshot, views
from assist.store.connection import LOCK, exclusive
from assist.store.snapshot import Snapshots, check_files
from unit.store.records import open_store, record, sample, texts


@pytest.fixture
def shop(tmp_path):
    with open_store(tmp_path) as store:
        store.apply(add=sample())
    return tmp_path


def current(shop):
    manifest = Snapshots(shop / "index").manifest()
    assert manifest is not None
    return manifest


def test_a_write_leaves_one_complete_snapshot(shop):
    manifest = current(shop)
    assert sorted(one.name for one in (shop / "index").iterdir()) == ["000001", "CURRENT"]
    assert (manifest.revision, manifest.rows, manifest.documents, manifest.engine) == (1, 8, 3, "exact")
    assert manifest.key["encoder"]["name"] == "hashing"
    on_disk = {
        one.relative_to(manifest.folder).as_posix() for one in manifest.folder.rglob("*") if one.is_file()
    }
    assert set(manifest.files) == on_disk - {"manifest.json"}
    check_files(manifest, every=True)


def test_opening_maps_the_snapshot(shop, caplog):
    with open_store(shop) as store:
        view = store.view()
        assert isinstance(view.vectors.base, mmap.mmap)
        assert not view.vectors.flags.writeable
        assert len(texts(store)) == 8
    assert caplog.records == []


def test_each_change_replaces_the_snapshot(shop):
    with open_store(shop) as store:
        store.apply(remove=["shipping"])
        assert [one.name for one in (shop / "index").iterdir() if one.is_dir()] == ["000002"]
        store.set_state(["returns"], "approved", "")  # changes nothing that is searched
        store.view()
        assert current(shop).folder.name == "000002"


def test_a_snapshot_waits_for_enough_changes(tmp_path):
    with open_store(tmp_path, settings=StoreSettings(snapshot_rows=9)) as store:
        store.apply(add=sample())
        assert not (tmp_path / "index").exists()
        store.apply(add=[record("care", "洗涤。\n\n水温三十度。")])
        assert current(tmp_path).rows == 10
        store.apply(remove=["care"])
        assert current(tmp_path).rows == 10
        assert len(texts(store)) == 8


def test_a_load_in_several_calls_writes_one_snapshot(tmp_path):
    with open_store(tmp_path) as store:
        with store.deferred_snapshot():
            for one in sample():
                store.apply(add=[one])
                assert not (tmp_path / "index").exists()
        assert current(tmp_path).folder.name == "000001"
        assert current(tmp_path).rows == 8


def damage_flip(path):
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


def damage_cut(path):
    path.write_bytes(path.read_bytes()[:-1])


def damage_grow(path):
    path.write_bytes(path.read_bytes() + b"\0")


@pytest.mark.parametrize("damage", [os.remove, damage_flip, damage_cut, damage_grow])
def test_any_damaged_file_is_noticed_and_rebuilt(shop, damage, caplog, tmp_path):
    with open_store(shop) as store:
        before, vectors = texts(store), np.array(store.view().vectors)
    kept = tmp_path / "kept"
    shutil.copytree(shop / "index", kept)
    manifest = current(shop)
    names = ["manifest.json", *manifest.files]
    for name in [*(f"{manifest.folder.name}/{name}" for name in names), "CURRENT"]:
        damage(shop / "index" / name)
        caplog.clear()
        with open_store(shop, read_only=True) as store:
            # Without CURRENT there is no snapshot, which is no damage.
            noticed = any("damaged" in line.message for line in caplog.records) or store.verify() != ()
            assert noticed or (damage is os.remove and name == "CURRENT"), name
            assert texts(store) == before
            np.testing.assert_array_equal(store.view().vectors, vectors)
        shutil.rmtree(shop / "index")
        shutil.copytree(kept, shop / "index")


def test_a_writer_repairs_the_snapshot_when_it_opens(shop, caplog):
    damage_flip(current(shop).folder / "rows.vectors.npy")
    with caplog.at_level(logging.WARNING), open_store(shop) as store:
        assert store.verify() != ()
        assert len(store.view()) == 8
        assert store.verify() == ()
        assert current(shop).folder.name == "000002"
    assert "rows.vectors.npy" in caplog.text
    caplog.clear()
    with open_store(shop) as store:
        store.view()
    assert caplog.records == []


def test_a_missing_index_folder_is_written_anew(shop):
    shutil.rmtree(shop / "index")
    with open_store(shop) as store:
        assert len(store.view()) == 8
        assert store.verify() == ()
    assert current(shop).rows == 8


def test_a_reader_writes_nothing(shop):
    shutil.rmtree(shop / "index")
    before = {one.name for one in shop.iterdir()}
    with open_store(shop, read_only=True) as store:
        assert len(store.view()) == 8
        assert {one.name for one in shop.iterdir()} - before <= {"store.sqlite3-wal", "store.sqlite3-shm"}


def test_a_snapshot_of_another_state_or_another_store_is_not_used(shop, tmp_path):
    with open_store(tmp_path / "other") as other:
        other.apply(add=[record("x", "别家的店。")])
    shutil.rmtree(shop / "index")
    shutil.copytree(tmp_path / "other" / "index", shop / "index")
    with open_store(shop) as store:
        assert "别家的店。" not in texts(store)
        assert len(store.view()) == 8
    assert current(shop).rows == 8


def test_other_search_settings_build_other_indexes(shop):
    with open_store(shop, search=SearchSettings(k1=0.9)) as store:
        store.view()
    assert current(shop).key["k1"] == 0.9


def test_an_older_snapshot_format_is_written_anew_without_a_warning(shop, caplog, monkeypatch):
    monkeypatch.setattr(snapshot, "FORMAT", 2)
    with open_store(shop) as store:
        assert len(store.view()) == 8
    assert json.loads((current(shop).folder / "manifest.json").read_bytes())["format"] == 2
    assert caplog.records == []


def test_a_large_snapshot_is_hashed_only_where_it_changed(shop, monkeypatch):
    manifest = current(shop)
    path = manifest.folder / "rows.vectors.npy"
    monkeypatch.setattr(snapshot, "HASHED_BYTES", 0)
    os.utime(path)  # another time, the same bytes
    check_files(manifest, every=False)
    status = path.stat()
    damage_flip(path)
    with pytest.raises(StoreCorruptError, match=r"rows\.vectors\.npy"):
        check_files(manifest, every=False)
    os.utime(path, ns=(status.st_atime_ns, manifest.files["rows.vectors.npy"]["mtime_ns"]))
    check_files(manifest, every=False)
    with pytest.raises(StoreCorruptError, match="checksum"):
        check_files(manifest, every=True)


def test_a_manifest_cannot_point_outside(shop):
    import hashlib

    manifest = current(shop)
    path = manifest.folder / "manifest.json"
    for name in ("../secret", "/etc/passwd", "a/../../b", "C:\\x", ""):
        fields = json.loads(path.read_bytes())
        fields["files"] = {name: {"bytes": 1, "sha256": "0", "mtime_ns": 0}}
        data = json.dumps(fields).encode()
        path.write_bytes(data)
        line = f"{manifest.folder.name} {hashlib.sha256(data).hexdigest()}\n"
        (shop / "index" / "CURRENT").write_text(line)
        with pytest.raises(StoreCorruptError, match="outside"):
            current(shop)


def test_leftovers_of_a_killed_writer_are_swept(shop):
    (shop / "index" / "writing-0123").mkdir()
    (shop / "index" / "000099").mkdir()
    (shop / "index" / "CURRENT.new").write_text("half a li")
    with open_store(shop) as store:
        assert len(store.view()) == 8
        store.apply(remove=["shipping"])
    assert sorted(one.name for one in (shop / "index").iterdir()) == ["000100", "CURRENT"]


@pytest.mark.parametrize("call", ["rename", "replace", "fsync"])
def test_a_failing_disk_leaves_the_old_snapshot_and_the_commit(shop, call, monkeypatch, caplog):
    from pathlib import Path

    def fail(*_):
        raise OSError(28, "No space left on device")

    with open_store(shop) as store:
        store.view()
        with monkeypatch.context() as patched:
            patched.setattr(Path if call == "rename" else os, call, fail)
            store.apply(remove=["shipping"])
        assert "could not be written" in caplog.text
        assert len(store.view()) == 6
        assert current(shop).rows == 8
    with open_store(shop) as store:
        assert len(store.view()) == 6
        assert current(shop).rows == 6
        assert store.verify() == ()


@pytest.fixture
def held_back(monkeypatch):
    """Let the writing of index files wait until the second event is set; the first says that it began."""
    begun, go_on = threading.Event(), threading.Event()
    save = Snapshots.save

    def slow(self, *args, **kwargs):
        begun.set()
        assert go_on.wait(60)
        return save(self, *args, **kwargs)

    monkeypatch.setattr(Snapshots, "save", slow)
    yield begun, go_on
    go_on.set()


def test_a_commit_does_not_wait_for_large_index_files(shop, held_back):
    begun, go_on = held_back
    with open_store(shop, settings=StoreSettings(waited_rows=7)) as store:
        store.apply(remove=["shipping"])
        assert begun.wait(60)
        # Readers and writers go on while the files are written.
        assert len(store.view()) == 6
        store.apply(remove=["A102"])
        assert len(store.view()) == 3
        assert current(shop).rows == 8
        go_on.set()
    # Closing waited for them.
    assert current(shop).rows < 8
    with open_store(shop) as store:
        assert len(store.view()) == 3
        assert store.verify() == ()


def test_a_writer_does_not_run_far_ahead_of_index_files(shop, held_back, monkeypatch):
    begun, go_on = held_back
    monkeypatch.setattr(views, "_AHEAD", 1)
    with open_store(shop, settings=StoreSettings(waited_rows=7)) as store:
        store.apply(remove=["shipping"])
        assert begun.wait(60)
        writer = threading.Thread(target=store.apply, kwargs={"remove": ["A102"]})
        writer.start()
        # It committed, and waits for the files.
        while store.revision < 3:
            writer.join(0.01)
        writer.join(0.2)
        assert writer.is_alive()
        assert len(store.view()) == 3
        go_on.set()
        writer.join(60)
        assert not writer.is_alive()
    assert current(shop).rows < 8


def test_index_files_that_cannot_be_written_meanwhile_are_logged(shop, monkeypatch, caplog):
    def fail(self, *args, **kwargs):
        raise StoreCorruptError("no", path=shop, file="store.sqlite3")

    monkeypatch.setattr(views.Views, "_write", lambda self, *args, **kwargs: fail(self))
    with open_store(shop, settings=StoreSettings(waited_rows=1)) as store:
        store.apply(remove=["shipping"])
    assert "could not be written" in caplog.text


def test_a_process_that_ends_leaves_index_files_to_the_next(shop, monkeypatch, caplog):
    def refuse(self):
        raise RuntimeError("can't create new thread at interpreter shutdown")

    caplog.set_level(logging.INFO)
    with monkeypatch.context() as patched:
        patched.setattr(threading.Thread, "start", refuse)
        with open_store(shop, settings=StoreSettings(waited_rows=1)) as store:
            store.apply(remove=["shipping"])
    assert "left to the next process" in caplog.text
    assert current(shop).rows == 8
    with open_store(shop) as store:
        assert len(store.view()) == 6
        assert current(shop).rows == 6


def test_a_commit_does_not_wait_for_index_files_that_another_writes(shop, caplog):
    with open_store(shop, settings=StoreSettings(busy_timeout_s=3_600)) as store:
        with exclusive(shop / LOCK, wait_s=0) as held:
            assert held
            store.apply(remove=["shipping"])
            assert len(store.view()) == 6
        assert current(shop).rows == 8
        store.apply(remove=["A102"])
        assert current(shop).rows == 3
    assert caplog.records == []
