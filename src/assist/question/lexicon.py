"""The word lists and patterns of this room, read once from its data files."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from assist.expressions import expression
from assist.question.phrases import PhraseTable
from assist.tables import kept_table

_DATA = Path(__file__).parent / "data"


def file(name: str) -> Path:
    """Return where `data/<name>.toml` is."""
    return _DATA / f"{name}.toml"


@cache
def toml(name: str) -> Mapping[str, Any]:
    """Return the tables of `data/<name>.toml`; read once per process."""
    return kept_table(f"question-{name}", file(name).read_text(encoding="utf-8"))


@cache
def records(name: str) -> tuple[Mapping[str, Any], ...]:
    """Return the records of `data/<name>.jsonl`, in file order; read once per process."""
    lines = (_DATA / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()
    return tuple(json.loads(line) for line in lines if line)


@cache
def words(table: str, key: str) -> tuple[str, ...]:
    """Return a word list of `lexicon.toml`."""
    return tuple(toml("lexicon")[table][key])


@cache
def pattern(table: str, key: str) -> re.Pattern[str]:
    """Return a list of patterns of `lexicon.toml` as one pattern."""
    return expression("|".join(words(table, key)))


@cache
def one_pattern(table: str, key: str) -> re.Pattern[str]:
    """Return a single pattern of `lexicon.toml`."""
    return expression(str(toml("lexicon")[table][key]))


@cache
def patterns(table: str) -> Mapping[str, re.Pattern[str]]:
    """Return a table of `lexicon.toml` whose values are single patterns."""
    return {key: expression(value) for key, value in toml("lexicon")[table].items()}


@cache
def spelling() -> PhraseTable[str]:
    """Return the table of typos, slang and dialect with the plain words."""
    return PhraseTable(toml("spelling")["replace"])
