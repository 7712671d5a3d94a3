"""Reads the TOML files of `assist/guard/data`."""

from __future__ import annotations

import sys
from functools import cache
from importlib import import_module, resources
from typing import Any


def parse_toml(text: str) -> dict[str, Any]:
    """Parse TOML text; raises `ValueError` when it is none."""
    reader = import_module("tomllib" if sys.version_info >= (3, 11) else "tomli")
    table: dict[str, Any] = reader.loads(text)
    return table


def read_list_file(name: str) -> str:
    """Return the text of one of the package's list files, named without suffix."""
    return (resources.files("assist.guard") / "data" / f"{name}.toml").read_text(encoding="utf-8")


@cache
def read_words(name: str) -> dict[str, tuple[str, ...]]:
    """Return the lists of a file of plain words; a string counts as a list of its characters."""
    return {key: tuple(words) for key, words in parse_toml(read_list_file(name)).items()}
