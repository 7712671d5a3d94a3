"""The public surface is exactly what is promised, and importing it is light."""

import subprocess
import sys

import pytest

import assist


def test_all_is_sorted_and_every_name_is_there():
    assert assist.__all__ == sorted(assist.__all__)
    for name in assist.__all__:
        assert getattr(assist, name) is not None


def test_no_public_name_is_missing_from_all():
    hidden = {"TYPE_CHECKING", "annotations", "import_module"}
    submodules = {name for name in vars(assist) if f"assist.{name}" in sys.modules}
    public = {name for name in vars(assist) if not name.startswith("_")} - hidden - submodules
    assert public <= set(assist.__all__)


def test_an_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="nothing_of_the_kind"):
        assist.nothing_of_the_kind  # noqa: B018


def test_import_is_light():
    code = (
        "import assist, sys; heavy = {'torch','faiss','jieba','rjieba','sentence_transformers','numpy','opencc'};"
        "print(sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_the_assistant_module_loads_no_model_library():
    code = (
        "from assist import Assistant; import sys; heavy = {'torch','faiss','jieba','sentence_transformers'};"
        "print(sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
