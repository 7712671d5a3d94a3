import numpy as np
import pytest

from assist.kept import kept_arrays


@pytest.fixture
def calls(monkeypatch, tmp_path):
    monkeypatch.setenv("ASSIST_CACHE", str(tmp_path / "cache"))
    return []


def _make(calls, value=1.0):
    def make():
        calls.append(value)
        return {"one": np.full((2, 3), value, dtype=np.float32), "none": np.empty(0, dtype=np.uint8)}

    return make


def test_what_was_made_once_is_read_the_next_time(calls):
    made = kept_arrays("thing", b"key", _make(calls))
    read = kept_arrays("thing", b"key", _make(calls))
    assert calls == [1.0]
    np.testing.assert_array_equal(made["one"], read["one"])
    assert read["one"].dtype == np.float32
    assert read["none"].shape == (0,)
    assert not read["one"].flags.writeable


def test_another_key_is_another_thing(calls):
    kept_arrays("thing", b"key", _make(calls))
    other = kept_arrays("thing", b"other", _make(calls, 2.0))
    assert calls == [1.0, 2.0]
    assert other["one"][0, 0] == 2.0


@pytest.mark.parametrize("damage", ["cut", "changed", "gone", "sums"])
def test_damaged_files_are_made_anew(calls, tmp_path, damage):
    kept_arrays("thing", b"key", _make(calls))
    (folder,) = (tmp_path / "cache").iterdir()
    file = folder / "one.npy"
    if damage == "cut":
        file.write_bytes(file.read_bytes()[:-4])
    elif damage == "changed":
        file.write_bytes(file.read_bytes()[:-4] + b"\0\0\0\1")
    elif damage == "gone":
        file.unlink()
    else:
        (folder / "sums.json").write_text("[]")
    assert kept_arrays("thing", b"key", _make(calls))["one"][1, 2] == 1.0
    assert kept_arrays("thing", b"key", _make(calls))["one"][1, 2] == 1.0
    assert calls == [1.0, 1.0]


def test_only_the_last_few_keys_of_a_name_stay(calls, tmp_path):
    for number in range(7):
        kept_arrays("thing", bytes([number]), _make(calls))
    kept_arrays("other", b"key", _make(calls))
    assert len(list((tmp_path / "cache").glob("thing-*"))) == 4
    assert len(list((tmp_path / "cache").glob("*"))) == 5


def test_an_empty_name_of_the_folder_keeps_nothing(calls, monkeypatch):
    monkeypatch.setenv("ASSIST_CACHE", "")
    kept_arrays("thing", b"key", _make(calls))
    kept_arrays("thing", b"key", _make(calls))
    assert calls == [1.0, 1.0]


def test_a_folder_that_cannot_be_written_costs_nothing_but_time(calls, monkeypatch, tmp_path):
    blocked = tmp_path / "file"
    blocked.write_text("in the way")
    monkeypatch.setenv("ASSIST_CACHE", str(blocked / "cache"))
    assert kept_arrays("thing", b"key", _make(calls))["one"].sum() == 6.0
    assert calls == [1.0]


def test_without_the_variable_it_lies_in_the_users_cache_folder(calls, monkeypatch, tmp_path):
    monkeypatch.delenv("ASSIST_CACHE")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))
    kept_arrays("thing", b"key", _make(calls))
    assert len(list((tmp_path / "xdg" / "assist").glob("thing-*"))) == 1
