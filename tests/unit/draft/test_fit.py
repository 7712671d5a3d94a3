"""A finished draft is measured against every part of the message; the part that fares worst tells."""

from types import SimpleNamespace

import numpy as np
import pytest

from assist.draft.fit import fit_of_draft
from assist.results import Statement

LIKENESS = {
    ("运费谁出", "运费由本店承担"): 0.8,
    ("运费谁出", "七天内可退"): 0.3,
    ("几天能退", "运费由本店承担"): 0.2,
}


def evidence(*parts):
    def similarity(left, texts):
        return np.array([LIKENESS.get((left, text), 0.5) for text in texts], dtype=np.float32)

    asked = tuple(SimpleNamespace(clean=part) for part in parts)
    return SimpleNamespace(
        scorer=SimpleNamespace(similarity=similarity), question=SimpleNamespace(parts=asked)
    )


def said(*quotes):
    return Statement("", tuple(SimpleNamespace(quote=quote) for quote in quotes))


@pytest.mark.parametrize(
    ("parts", "quotes", "meaning"),
    [
        (["运费谁出"], ["七天内可退", "运费由本店承担"], 0.8),
        (["运费谁出", "几天能退"], ["运费由本店承担"], 0.2),
        (["运费谁出", "几天能退"], ["运费由本店承担", "七天内可退"], 0.5),
        (["运费谁出"], [], 0.0),
    ],
)
def test_the_part_whose_likest_quote_is_least_like_tells(parts, quotes, meaning):
    found = fit_of_draft([said(quote) for quote in quotes] or [said()], evidence(*parts))
    assert found == {"meaning": pytest.approx(meaning)}


def test_a_draft_that_states_nothing_is_not_measured():
    assert fit_of_draft((), evidence("运费谁出")) == {}
