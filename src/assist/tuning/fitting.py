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
    if not known:
        return np.array(start)
    # All units in one array, those of a case side by side.
    matrix = np.concatenate([case.matrix for case in known])
    right = np.concatenate([case.right for case in known]).astype(np.float64)
    sizes = np.array([len(case.right) for case in known])
    starts = np.cumsum(sizes) - sizes

    def loss(weights: Values) -> tuple[float, Values]:
        logits = SCALE * (matrix @ weights)
        share = np.exp(logits - np.repeat(np.maximum.reduceat(logits, starts), sizes))
        share /= np.repeat(np.add.reduceat(share, starts), sizes)
        good = share * right
        found = np.maximum(np.add.reduceat(good, starts), 1e-12)
        slope = -SCALE * (matrix.T @ (good / np.repeat(found, sizes) - share))
        pull = weights - start
        total = -float(np.log(found).sum()) + penalty * SCALE * float(pull @ pull)
        return total, slope + 2 * penalty * SCALE * pull

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


def cross_fitted(
    cases: Sequence[Case], start: Values, penalty: float, *, beside: Sequence[Case] = ()
) -> Iterator[tuple[Case, Values]]:
    """Give every case with weights that were fitted without its fold, on the others and on those `beside`."""
    for number in range(FOLDS):
        out = [case for case in cases if fold_of(case.group) == number]
        if out:
            seen = [case for case in (*cases, *beside) if fold_of(case.group) != number]
            weights = fit_ranker(seen, start, penalty)
            yield from ((case, weights) for case in out)


def fit_curve(
    cases: Sequence[Case], start: Values, penalty: float, *, beside: Sequence[Case] = ()
) -> tuple[float, float]:
    """Fit `right = logistic(slope * (score - offset))` on first units that the weights have not seen.

    Args:
        cases: What the curve is fitted on.
        start: Of the weights, as in `fit_ranker`.
        penalty: Likewise.
        beside: What only the weights learn from.

    Returns:
        slope and offset.
    """
    scores, labels = [], []
    for case, weights in cross_fitted(cases, start, penalty, beside=beside):
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
    most: Values | None = None,
) -> Values:
    """Logistic regression with an L2 pull on all columns but the first, which is the bias.

    Args:
        matrix: float64, shape (n, m).
        labels: float64, shape (n,), 0 or 1.
        penalty: Strength.
        start: float64, shape (m,), where to; None: zero.
        counts: float64, shape (n,), how much each row counts; None: 1.
        most: float64, shape (m,), what no weight exceeds; None: no limits.

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

    return _minimum(loss, towards, most)


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


def _minimum(loss: Any, start: Values, most: Values | None = None) -> Values:
    from scipy.optimize import Bounds, minimize

    bounds = None if most is None else Bounds(-np.inf, most)
    found: Values = minimize(loss, start, jac=True, method="L-BFGS-B", bounds=bounds).x
    return found
