"""The error tree is the one its docstring draws, and every error says where and what."""

import inspect
import re
import textwrap

import pytest

from assist import errors
from assist.errors import (
    AssistError,
    DimensionError,
    EncoderError,
    EncoderUnavailableError,
    IngestError,
    InputError,
    MalformedRecordError,
    MissingDependencyError,
    ModelNotFoundError,
    StoreCorruptError,
    StoreError,
    StoreLockedError,
    StoreMismatchError,
    StoreNotFoundError,
    StoreVersionError,
    UnsupportedFormatError,
)

LINE = re.compile(r"^([│├└─ ]*)(\w+Error)(?: \((\w+)\))?(.*)$")


def drawn():
    """Name -> parent, foreign base and attributes, as the module's docstring draws them."""
    tree, path = {}, []
    for line in textwrap.dedent(errors.__doc__).splitlines():
        found = LINE.match(line)
        if found:
            depth = len(found[1]) // 3
            path[depth:] = [found[2]]
            tree[found[2]] = (path[depth - 1] if depth else None, found[3], re.findall(r"\.(\w+)", found[4]))
    return tree


def public():
    return {
        name: kind
        for name, kind in inspect.getmembers(errors, inspect.isclass)
        if issubclass(kind, AssistError) and not name.startswith("_")
    }


def made():
    """One of each."""
    found = {"expected": "2", "found": "1"}
    return [
        AssistError("x"),
        InputError("x"),
        DimensionError("x"),
        *(
            kind("坏了", path="a.csv", line=3)
            for kind in (IngestError, UnsupportedFormatError, MalformedRecordError)
        ),
        *(kind("坏了", path="s.assist") for kind in (StoreError, StoreNotFoundError, StoreLockedError)),
        StoreCorruptError("坏了", path="s.assist", file="dense.faiss"),
        *(kind("不同", path="s.assist", **found) for kind in (StoreVersionError, StoreMismatchError)),
        EncoderError("x"),
        EncoderUnavailableError("x"),
        ModelNotFoundError("没有这个模型", model="bge"),
        MissingDependencyError("matplotlib", extra="evaluate"),
    ]


def test_the_tree_is_the_one_drawn():
    tree, kinds = drawn(), public()
    assert tree.keys() == kinds.keys()
    for name, (parent, foreign, _) in tree.items():
        bases = [base for base in inspect.getmro(kinds[name])[1:] if base.__name__ in kinds]
        assert (bases[0].__name__ if bases else None) == parent
        if foreign:
            assert foreign in {base.__name__ for base in inspect.getmro(kinds[name])}


def test_every_error_can_be_made_raised_and_caught_as_ours():
    assert {type(error) for error in made()} == set(public().values())
    for error in made():
        with pytest.raises(AssistError) as caught:
            raise error
        assert str(caught.value)


def test_every_error_carries_the_attributes_drawn_for_it_and_its_parents():
    tree = drawn()
    for error in made():
        name = type(error).__name__
        while name:
            for attribute in tree[name][2]:
                assert getattr(error, attribute), (error, attribute)
            name = tree[name][0]


def test_a_file_error_says_file_and_line():
    assert str(MalformedRecordError("缺列", path="a.csv", line=3)) == "a.csv:3: 缺列"
    assert str(IngestError("太大", path="a.csv")) == "a.csv: 太大"
    assert str(IngestError("太大")) == "太大"
    assert IngestError("太大", path="a.csv").reason == "太大"


def test_a_store_error_says_where_and_what_was_expected():
    error = StoreVersionError("格式不同", path="s.assist", expected="2", found="1")
    assert str(error) == "s.assist: 格式不同 (expected 2, found 1)"


def test_a_missing_package_comes_with_the_line_to_type():
    error = MissingDependencyError("matplotlib", extra="evaluate")
    assert "pip install 'assist[evaluate]'" in str(error)
    assert isinstance(error, ImportError)
    assert isinstance(InputError("x"), ValueError)
