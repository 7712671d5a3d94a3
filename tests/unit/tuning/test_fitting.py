"""The fits find what was hidden in made data, and never look across a fold."""

import numpy as np
import pytest

from assist.tuning.fitting import (
    FOLDS,
    Case,
    cross_fitted,
    fit_curve,
    fit_logistic,
    fit_ranker,
    fold_of,
    log_loss,
    probabilities,
    reciprocal_ranks,
    right_at_1,
)

HIDDEN = np.array([1.0, -0.5, 0.0])


def cases(n=120, seed=0, noise=0.0):
    rng = np.random.default_rng(seed)
    made = []
    for number in range(n):
        matrix = rng.normal(size=(6, 3))
        scores = matrix @ HIDDEN + noise * rng.normal(size=6)
        made.append(Case(f"g{number}", matrix, scores == scores.max()))
    return made


def test_the_ranker_finds_the_hidden_weights_and_a_strong_pull_keeps_the_start():
    train, test = cases(seed=1), cases(seed=2)
    start = np.array([0.0, 0.0, 1.0])
    free, held = fit_ranker(train, start, 0.01), fit_ranker(train, start, 1e6)
    assert right_at_1(test, free) > 0.9 > 0.5 > right_at_1(test, start)
    assert free @ HIDDEN / np.linalg.norm(free) / np.linalg.norm(HIDDEN) > 0.99
    np.testing.assert_allclose(held, start, atol=1e-3)


def test_reciprocal_ranks_by_hand():
    case = Case("g", np.array([[3.0], [2.0], [1.0]]), np.array([False, True, True]))
    none = Case("h", np.array([[3.0]]), np.array([False]))
    assert reciprocal_ranks([case, none], np.array([1.0])) == 0.5
    assert right_at_1([case, none], np.array([1.0])) == 0.0
    assert right_at_1([case, none], np.array([-1.0])) == 1.0
    assert reciprocal_ranks([none], np.array([1.0])) == 0.0


def test_every_case_is_scored_once_by_weights_of_the_other_folds():
    made = cases(25)
    found = list(cross_fitted(made, np.zeros(3), 1.0))
    assert {case.group for case, _ in found} == {case.group for case in made}
    assert len(found) == len(made)
    for case, weights in found[:1]:
        others = [one for one in made if fold_of(one.group) != fold_of(case.group)]
        np.testing.assert_array_equal(weights, fit_ranker(others, np.zeros(3), 1.0))
    assert {fold_of(f"g{number}") for number in range(25)} == set(range(FOLDS))


def test_the_curve_rises_and_gives_about_the_share_that_is_right():
    made = cases(80, noise=1.0)
    slope, offset = fit_curve(made, np.zeros(3), 1.0)
    assert slope > 0
    weights = fit_ranker(made, np.zeros(3), 1.0)
    best = np.array([(case.matrix @ weights).max() for case in made])
    mean = (1 / (1 + np.exp(-slope * (best - offset)))).mean()
    assert mean == pytest.approx(right_at_1(made, weights), abs=0.12)


def test_the_logistic_fit_is_calibrated_on_what_it_saw():
    rng = np.random.default_rng(3)
    matrix = np.column_stack([np.ones(2_000), rng.normal(size=2_000)])
    labels = (rng.random(2_000) < 1 / (1 + np.exp(-(0.5 + 2 * matrix[:, 1])))).astype(float)
    weights = fit_logistic(matrix, labels)
    np.testing.assert_allclose(weights, [0.5, 2.0], atol=0.25)
    assert probabilities(matrix, weights).mean() == pytest.approx(labels.mean(), abs=1e-4)
    assert log_loss(probabilities(matrix, weights), labels) < log_loss(np.full(2_000, labels.mean()), labels)


def test_no_weight_of_the_logistic_fit_exceeds_its_limit():
    matrix = np.array([[1.0, 0.0], [1.0, 1.0]] * 20)
    labels = np.array([0.0, 1.0] * 20)
    assert fit_logistic(matrix, labels)[1] > 1.0
    assert fit_logistic(matrix, labels, most=np.array([np.inf, 0.0])) == pytest.approx([0.0, 0.0], abs=1e-4)
    assert fit_logistic(matrix, labels, most=np.array([np.inf, 0.5]))[1] == pytest.approx(0.5)


def test_the_logistic_fit_is_pulled_to_its_start_and_counts_rows():
    matrix = np.array([[1.0, 0.0], [1.0, 1.0]] * 20)
    labels = np.array([0.0, 1.0] * 20)
    start = np.array([0.0, -2.0])
    held = fit_logistic(matrix, labels, penalty=1e6, start=start)
    assert held[1] == pytest.approx(-2.0, abs=1e-3)
    twice = fit_logistic(np.vstack([matrix, matrix[:2]]), np.concatenate([labels, labels[:2]]))
    counts = np.ones(len(labels))
    counts[:2] = 2.0
    assert fit_logistic(matrix, labels, counts=counts) == pytest.approx(twice, abs=1e-4)
