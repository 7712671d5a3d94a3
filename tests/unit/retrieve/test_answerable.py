"""Named measures to the probability that a part can be answered: the sum by hand, and bounded."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assist.retrieve.answerable import answerable, weights

NAMES = sorted(weights())


@given(st.dictionaries(st.sampled_from(NAMES), st.floats(-3, 3)))
def test_the_logit_is_the_sum_of_weighted_measures(described):
    logit = sum(weights()[name] * value for name, value in described.items())
    assert answerable(described) == pytest.approx(1 / (1 + math.exp(-max(-30.0, min(30.0, logit)))))


def test_what_has_no_weight_counts_nothing():
    assert answerable({"bias": 1.0, "weather": 9.0}) == answerable({"bias": 1.0})


def test_far_measures_stay_finite():
    name = max(NAMES, key=lambda one: abs(weights()[one]))
    assert sorted([answerable({name: 1e9}), answerable({name: -1e9})]) == pytest.approx([0.0, 1.0], abs=1e-9)


def test_the_shipped_weights_trust_what_was_measured_alike_and_doubt_what_is_left_out():
    assert weights()["text"] > 0
    assert weights()["plain"] > 0
    assert weights()["past_answer"] > 0
    assert weights()["number_missing"] < 0
    assert weights()["unmet_thing"] < 0
