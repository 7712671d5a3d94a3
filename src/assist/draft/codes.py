"""Codes of a display: what is said of E2 is no answer to who sees E4."""

from __future__ import annotations

from assist.demand import Name
from assist.expressions import expression
from assist.messages import Part
from assist.text.normalize import fold

_CODE = expression(r"(?<![a-z0-9])[a-z]{1,3}-?\d{1,3}(?![a-z0-9])")


def asked_codes(part: Part) -> frozenset[str]:
    """Return the codes that a part asks about, folded."""
    named = (code for demand in part.demands if isinstance(demand, Name) for code in demand.words)
    return frozenset(code for code in named if _CODE.fullmatch(code))


def is_of_other_codes(text: str, asked: frozenset[str]) -> bool:
    """Say whether a text names codes, and none of those that are asked about."""
    named = set(_CODE.findall(fold(text))) if asked else set()
    return bool(named) and not named & asked
