from pathlib import Path

import pytest

import assist
from assist import tables
from assist.tables import kept_table, parse_toml

FILES = sorted(Path(assist.__file__).parent.rglob("data/*.toml"))


@pytest.fixture(autouse=True)
def nothing_kept(monkeypatch, tmp_path):
    monkeypatch.setenv("ASSIST_CACHE", str(tmp_path))


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_what_is_kept_of_a_file_is_what_parsing_it_gives(file, monkeypatch):
    text = file.read_text("utf-8")
    parsed = parse_toml(text)
    assert kept_table(file.stem, text) == parsed
    monkeypatch.setattr(tables, "parse_toml", None)
    assert kept_table(file.stem, text) == parsed


def test_a_changed_file_is_parsed_anew():
    assert kept_table("one", "words = ['棉']") == {"words": ["棉"]}
    assert kept_table("one", "words = ['麻']") == {"words": ["麻"]}


def test_what_is_no_toml_is_refused_and_not_kept():
    for _ in range(2):
        with pytest.raises(ValueError, match="end of document|Unclosed"):
            kept_table("broken", "words = [")
