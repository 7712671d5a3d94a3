"""Fit a linear ranker and a logistic confidence: convex problems, deterministic, seconds.

References:
    Cao, Qin, Liu, Tsai & Li, Learning to Rank: From Pairwise Approach to Listwise Approach (2007): the loss.
    Cox, The Regression Analysis of Binary Sequences (1958); Platt, Probabilistic Outputs (1999): the curves.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

Values: TypeAlias = NDArray[np.float64]

SCALE = 8.0
"""Steepness of the softmax over linear scores, which lie about 0-1."""
FOLDS = 5
CONFIDENCE_PENALTY = 3.0


@dataclass(frozen=True, eq=False)
class Case:
    """The units of one part of a question.

    Attributes:
        group: Questions of one group are never on both sides of a split.
        matrix: float64, shape (n, m): the columns of each unit.
        right: bool, shape (n,): which of them answer.
    """

    group: str
    matrix: Values
    right: NDArray[np.bool_]


def fold_of(group: str, folds: int = FOLDS) -> int:
    """Say in which fold a group lies, whatever else is in the data."""
    return crc32(group.encode()) % folds


def fit_ranker(cases: Sequence[Case], start: Values, penalty: float) -> Values:
    """Minimise the listwise loss with an L2 pull towards the starting weights.

    Args:
        cases: Those without a right unit teach nothing and are passed over.
        start: float64, shape (m,).
        penalty: Strength of the pull.

    Returns:
        float64, shape (m,).
    """
    known = [case for case in cases if case.right.any()]

    def loss(weights: Values) -> tuple[float, Values]:
        total, slope = 0.0, np.zeros_like(weights)
        for case in known:
            logits = SCALE * (case.matrix @ weights)
            share = np.exp(logits - logits.max())
            share /= share.sum()
            good = share * case.right
            total -= float(np.log(max(float(good.sum()), 1e-12)))
            slope -= SCALE * (case.matrix.T @ (good / max(float(good.sum()), 1e-12) - share))
        pull = weights - start
        return total + penalty * SCALE * float(pull @ pull), slope + 2 * penalty * SCALE * pull

    return _minimum(loss, start)


def right_at_1(cases: Sequence[Case], weights: Values) -> float:
    """Share of the answerable cases whose first unit is right; 0 without any."""
    found = [bool(case.right[int(np.argmax(case.matrix @ weights))]) for case in cases if case.right.any()]
    return float(np.mean(found)) if found else 0.0


def reciprocal_ranks(cases: Sequence[Case], weights: Values) -> float:
    """Mean reciprocal rank of the first right unit over the answerable cases; 0 without any."""
    found = []
    for case in cases:
        if case.right.any():
            scores = case.matrix @ weights
            found.append(1.0 / (1 + int((scores > scores[case.right].max()).sum())))
    return float(np.mean(found)) if found else 0.0


def cross_fitted(cases: Sequence[Case], start: Values, penalty: float) -> Iterator[tuple[Case, Values]]:
    """Give every case with weights that were fitted without its fold."""
    for number in range(FOLDS):
        out = [case for case in cases if fold_of(case.group) == number]
        if out:
            weights = fit_ranker([case for case in cases if fold_of(case.group) != number], start, penalty)
            yield from ((case, weights) for case in out)


def fit_curve(cases: Sequence[Case], start: Values, penalty: float) -> tuple[float, float]:
    """Fit `right = logistic(slope * (score - offset))` on first units that the weights have not seen.

    Returns:
        slope and offset.
    """
    scores, labels = [], []
    for case, weights in cross_fitted(cases, start, penalty):
        linear = case.matrix @ weights
        best = int(np.argmax(linear))
        scores.append(float(linear[best]))
        labels.append(float(case.right[best]))
    x, y = np.array(scores), np.array(labels)

    def loss(params: Values) -> tuple[float, Values]:
        logits = params[0] * x - params[1]
        off = _logistic(logits) - y
        value = float(np.sum(np.logaddexp(0.0, logits) - y * logits)) + 0.001 * float(params[0]) ** 2
        return value, np.array([float(off @ x) + 0.002 * float(params[0]), -float(off.sum())])

    slope, shift = _minimum(loss, np.array([1.0, float(np.median(x)) if len(x) else 0.0]))
    slope = max(float(slope), 1e-3)
    return slope, float(shift) / slope


def fit_logistic(
    matrix: Values,
    labels: Values,
    *,
    penalty: float = CONFIDENCE_PENALTY,
    start: Values | None = None,
    counts: Values | None = None,
) -> Values:
    """Logistic regression with an L2 pull on all columns but the first, which is the bias.

    Args:
        matrix: float64, shape (n, m).
        labels: float64, shape (n,), 0 or 1.
        penalty: Strength.
        start: float64, shape (m,), where to; None: zero.
        counts: float64, shape (n,), how much each row counts; None: 1.

    Returns:
        float64, shape (m,).
    """
    towards = np.zeros(matrix.shape[1]) if start is None else start
    shares = np.ones(len(matrix)) if counts is None else counts

    def loss(weights: Values) -> tuple[float, Values]:
        logits = matrix @ weights
        pull = np.concatenate([[0.0], (weights - towards)[1:]])
        value = float(np.sum(shares * (np.logaddexp(0.0, logits) - labels * logits)) + penalty * pull @ pull)
        return value, matrix.T @ (shares * (_logistic(logits) - labels)) + 2 * penalty * pull

    return _minimum(loss, towards)


def probabilities(matrix: Values, weights: Values) -> Values:
    """Give the logistic curve over weighted columns."""
    return _logistic(matrix @ weights)


def log_loss(guesses: Values, labels: Values) -> float:
    """Mean negative log likelihood, nats; lower is better."""
    sure = np.clip(guesses, 1e-6, 1.0 - 1e-6)
    return float(-np.mean(labels * np.log(sure) + (1.0 - labels) * np.log(1.0 - sure)))


def _logistic(logits: Values) -> Values:
    found: Values = 1.0 / (1.0 + np.exp(-np.clip(logits, -60.0, 60.0)))
    return found


def _minimum(loss: Any, start: Values) -> Values:
    from scipy.optimize import minimize

    found: Values = minimize(loss, start, jac=True, method="L-BFGS-B").x
    return found
