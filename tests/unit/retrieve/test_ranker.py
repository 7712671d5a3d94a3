"""Columns to probabilities: the same sum by hand, and nothing it does not know."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assist.errors import InputError
from assist.retrieve.ranker import Ranker

RANKER = Ranker({"text": 2.0, "fact": -1.0, "row": 0.5}, slope=4.0, offset=0.25)
VALUES = st.floats(-2, 2, width=32)


@given(st.lists(st.tuples(VALUES, VALUES), min_size=1, max_size=8))
def test_the_linear_score_is_the_sum_of_weighted_columns(rows):
    text, fact = (np.array(column, np.float32) for column in zip(*rows, strict=True))
    linear = RANKER.linear({"fact": fact, "text": text})
    np.testing.assert_allclose(linear, 2.0 * text - fact, atol=1e-5)
    assert linear.dtype == np.float32


@given(st.lists(VALUES, min_size=2, max_size=8))
def test_probabilities_rise_with_the_linear_score(values):
    column = np.array(sorted(values), np.float32)
    chances = RANKER.rank({"text": column})
    assert (np.diff(chances) >= 0).all()
    assert ((chances >= 0) & (chances <= 1)).all()


def test_the_offset_is_even_odds():
    assert RANKER.rank({"text": np.array([0.125], np.float32)})[0] == pytest.approx(0.5)


def test_far_scores_stay_finite():
    chances = RANKER.rank({"text": np.array([-1e6, 1e6], np.float32)})
    assert chances.tolist() == pytest.approx([0.0, 1.0], abs=1e-6)


def test_an_unknown_column_and_no_column_are_refused():
    with pytest.raises(InputError, match="'colour'"):
        RANKER.linear({"text": np.zeros(1, np.float32), "colour": np.zeros(1, np.float32)})
    with pytest.raises(InputError, match="no columns"):
        RANKER.rank({})


def test_the_shipped_ranker_is_read_once_and_weighs_the_meaning():
    assert Ranker.bundled() is Ranker.bundled()
    assert Ranker.bundled().slope > 0
    assert {
        "text",
        "head",
        "plain",
        "coverage",
        "aspect_head",
        "retrieved",
    } <= Ranker.bundled().weights.keys()
