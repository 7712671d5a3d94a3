"""How far a finished draft, whatever lane wrote it, speaks of what was asked: what its confidence rests on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import islice

from assist.draft.evidence import Evidence
from assist.results import Statement

MOST_QUOTES = 12
"""Quotes compared with a part; a longer draft is told by its first ones."""


def fit_of_draft(statements: Sequence[Statement], evidence: Evidence) -> Mapping[str, float]:
    """Measure what a draft states against every part of the message.

    Returns:
        `meaning`, the cosine of the likest quote with the part that fares worst; empty for a draft without statements.
    """
    if not statements:
        return {}
    quotes = dict.fromkeys(place.quote for statement in statements for place in statement.citations)
    first, scorer, parts = list(islice(quotes, MOST_QUOTES)), evidence.scorer, evidence.question.parts
    likest = min(
        (float(scorer.similarity(part.clean, first).max(initial=0.0)) for part in parts), default=0.0
    )
    # Rounded, because the last digits of a matrix product depend on how many rows it had.
    return {"meaning": round(likest, 3)}
