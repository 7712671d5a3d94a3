"""Reads the TOML files of `assist/guard/data`."""

from __future__ import annotations

from functools import cache
from importlib import resources
from typing import Any

from assist.tables import kept_table


def read_list_file(name: str) -> str:
    """Return the text of one of the package's list files, named without suffix."""
    return (resources.files("assist.guard") / "data" / f"{name}.toml").read_text(encoding="utf-8")


def read_list(name: str) -> dict[str, Any]:
    """Return the tables of one of the package's list files."""
    return kept_table(f"guard-{name}", read_list_file(name))


@cache
def read_words(name: str) -> dict[str, tuple[str, ...]]:
    """Return the lists of a file of plain words; a string counts as a list of its characters."""
    return {key: tuple(words) for key, words in read_list(name).items()}
