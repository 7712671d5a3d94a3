"""Comparatives as shoppers ask with them (更轻, 充得快), and what pages call the measure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from assist.expressions import expression
from assist.tables import kept_table

_DATA = Path(__file__).parent / "data" / "comparatives.toml"


@dataclass(frozen=True, slots=True)
class Comparative:
    """One row of the data file.

    Attributes:
        asked: Finds it in a plain wording.
        keys: What pages call the measure, best first.
        word: How the product that wins is called; empty: the values are told and nobody is said to win.
        less: Whether the smaller value wins.
    """

    asked: re.Pattern[str]
    keys: tuple[str, ...]
    word: str = ""
    less: bool = False


def comparative(clean: str) -> Comparative | None:
    """Return the first comparative that a plain wording asks with."""
    return next((row for row in _rows() if row.asked.search(clean)), None)


@cache
def _rows() -> tuple[Comparative, ...]:
    return tuple(
        Comparative(expression(row["asked"]), tuple(row["keys"]), row.get("word", ""), row.get("less", False))
        for row in kept_table("comparatives", _DATA.read_text(encoding="utf-8"))["comparative"]
    )
