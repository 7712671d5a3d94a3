import numpy as np
import pytest

from assist.errors import StoreCorruptError
from assist.index.folder import open_array, open_description, save_arrays, save_description


@pytest.mark.parametrize("mmap", [True, False])
@pytest.mark.parametrize("values", [[1, 2, 3], []])
def test_arrays_come_back(tmp_path, mmap, values):
    save_arrays(tmp_path, "x", {"a": np.array(values, dtype=np.int32)})
    opened = open_array(tmp_path, "x.a.npy", np.int32, mmap=mmap)
    assert type(opened) is np.ndarray
    assert opened.tolist() == values
    assert opened.flags.writeable is (not mmap)


@pytest.mark.parametrize("mmap", [True, False])
def test_a_missing_short_or_foreign_file_is_corrupt(tmp_path, mmap):
    path = tmp_path / "x.a.npy"
    with pytest.raises(StoreCorruptError, match="cannot read"):
        open_array(tmp_path, path.name, np.int32, mmap=mmap)
    np.save(path, np.arange(1000, dtype=np.int32))
    path.write_bytes(path.read_bytes()[:300])
    with pytest.raises(StoreCorruptError, match="cannot read"):
        open_array(tmp_path, path.name, np.int32, mmap=mmap)
    path.write_bytes(b"")
    with pytest.raises(StoreCorruptError, match="cannot read"):
        open_array(tmp_path, path.name, np.int32, mmap=mmap)
    np.save(path, np.arange(3, dtype=np.int64))
    with pytest.raises(StoreCorruptError, match="holds int64"):
        open_array(tmp_path, path.name, np.int32, mmap=mmap)


@pytest.mark.parametrize("mmap", [True, False])
def test_a_pickled_array_is_refused(tmp_path, mmap):
    np.save(tmp_path / "x.npy", np.array([{}], dtype=object), allow_pickle=True)
    with pytest.raises(StoreCorruptError):
        open_array(tmp_path, "x.npy", object, mmap=mmap)


def test_a_mapped_array_cannot_be_written(tmp_path):
    save_arrays(tmp_path, "x", {"a": np.arange(3)})
    assert not open_array(tmp_path, "x.a.npy", np.int64, mmap=True).flags.writeable


def test_descriptions_come_back(tmp_path):
    save_description(tmp_path, "d.json", {"n": 3, "词": "运费"})
    assert open_description(tmp_path, "d.json", {"n": int}) == {"n": 3, "词": "运费"}


@pytest.mark.parametrize("text", ["", "[1]", "{", "{}", '{"n": "3"}', None])
def test_a_broken_description_is_corrupt(tmp_path, text):
    if text is not None:
        (tmp_path / "d.json").write_text(text)
    with pytest.raises(StoreCorruptError) as caught:
        open_description(tmp_path, "d.json", {"n": int})
    assert caught.value.file == "d.json"
