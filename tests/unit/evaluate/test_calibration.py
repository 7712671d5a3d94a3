"""Calibration measures against values worked by hand and a slow, obvious version."""

import math

import numpy as np
import pytest

from assist.errors import InputError
from assist.evaluate.calibration import calibration, ece_and_aurc


def slow_aurc(confidence, usable):
    risks = []
    for one in confidence:
        accepted = [good for other, good in zip(confidence, usable, strict=True) if other >= one]
        risks.append(1 - sum(accepted) / len(accepted))
    return sum(risks) / len(risks)


def slow_coverage(confidence, usable):
    best = 0.0
    for one in confidence:
        accepted = [good for other, good in zip(confidence, usable, strict=True) if other >= one]
        if sum(accepted) / len(accepted) >= 0.95:
            best = max(best, len(accepted) / len(confidence))
    return best


def slow_ece(confidence, usable):
    total = 0.0
    for number in range(10):
        inside = [at for at, one in enumerate(confidence) if min(int(one * 10 + 1e-9), 9) == number]
        if inside:
            gap = sum(confidence[at] for at in inside) - sum(usable[at] for at in inside)
            total += abs(gap)
    return total / len(confidence)


def test_the_measures_agree_with_the_slow_versions_ties_included():
    rng = np.random.default_rng(5)
    confidence = np.round(rng.random(60), 1).tolist()
    usable = (rng.random(60) < np.array(confidence)).tolist()
    found = calibration(confidence, confidence, usable).measures
    assert found["ece"].mean == pytest.approx(slow_ece(confidence, usable))
    assert found["aurc"].mean == pytest.approx(slow_aurc(confidence, usable))
    assert found["aurc_raw"].mean == pytest.approx(slow_aurc(confidence, usable))
    assert found["coverage@95"].mean == pytest.approx(slow_coverage(confidence, usable))
    assert found["suggested_usable"].mean == pytest.approx(sum(usable) / 60)


def test_a_perfect_ranking_has_the_smallest_aurc_and_full_coverage_where_all_is_usable():
    good = [True, True, False, False]
    best = calibration([0.9, 0.8, 0.2, 0.1], [0.1, 0.2, 0.8, 0.9], good).measures
    assert best["aurc"].mean < best["aurc_raw"].mean
    assert best["coverage@95"].mean == 0.5
    assert calibration([0.9, 0.8], [1.0, 1.0], [True, True]).measures["coverage@95"].mean == 1.0


def test_the_table_counts_every_draft_once_and_the_curve_ends_at_full_coverage():
    found = calibration([0.0, 0.05, 0.55, 1.0], [0.0] * 4, [False, True, True, True])
    assert [line["n"] for line in found.reliability] == [2, 0, 0, 0, 0, 1, 0, 0, 0, 1]
    assert found.reliability[0]["usable"] == 0.5
    assert found.risk_coverage[0] == {"coverage": 0.25, "risk": 0.0, "threshold": 1.0}
    assert found.risk_coverage[-1]["coverage"] == 1.0
    assert found.risk_coverage[-1]["risk"] == 0.25


def test_nothing_suggested_has_no_calibration():
    found = calibration([], [], [])
    assert found.measures["ece"].mean is None
    assert found.reliability == ()


@pytest.mark.parametrize(
    ("confidence", "raw"), [([math.nan], [0.0]), ([0.5], [math.nan]), ([1.5], [0.0]), ([0.5, 0.5], [0.0])]
)
def test_impossible_confidences_are_refused(confidence, raw):
    with pytest.raises(InputError):
        calibration(confidence, raw, [True])


def test_resampled_statistics_know_when_no_draft_was_drawn():
    statistic = ece_and_aurc(np.array([0.5, 0.9]), np.array([1.0, 0.0]))
    assert np.isnan(statistic(np.zeros((1, 2)))).all()
    assert np.isnan(ece_and_aurc(np.empty(0), np.empty(0))(np.zeros((3, 0)))).all()
