"""Does a confidence mean something: calibration error, reliability, risk and coverage.

A threshold accepts all drafts of one confidence or none, so ties enter together.

References:
    Guo et al., On Calibration of Modern Neural Networks (2017): ECE over equal-width bins.
    Geifman, Uziel & El-Yaniv, Bias-Reduced Uncertainty Estimation (2019): AURC.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from assist.errors import InputError
from assist.evaluate.intervals import Interval, Values, rounded, statistic_intervals

BINS = 10
TARGET = 0.95
"""Share of usable drafts that `coverage@95` keeps."""


@dataclass(frozen=True, slots=True)
class Calibration:
    """How confidence and usability agree.

    Attributes:
        measures: `ece`, `aurc`, `aurc_raw` (of the raw score), `coverage@95`, `suggested_usable`.
        reliability: Per bin: `low`, `high`, `n`, mean `confidence`, `usable` share.
        risk_coverage: Points of rising coverage: `coverage`, `risk`, `threshold`.
    """

    measures: dict[str, Interval]
    reliability: tuple[dict[str, float | int | None], ...]
    risk_coverage: tuple[dict[str, float | None], ...]


def calibration(
    confidence: Sequence[float], raw: Sequence[float], usable: Sequence[bool], *, seed: int = 0
) -> Calibration:
    """Compare confidences with outcomes.

    Args:
        confidence: n numbers in 0-1.
        raw: n scores, higher is better; what ranks drafts before calibration.
        usable: n outcomes.
        seed: Of the bootstrap.

    Raises:
        InputError: The lengths differ, a number is NaN, or a confidence lies outside 0-1.
    """
    sure, score, good = _checked(confidence, raw, usable)
    names = ("ece", "aurc", "aurc_raw", "coverage@95", "suggested_usable")
    if not len(sure):
        return Calibration(dict.fromkeys(names, Interval(None, None, None, 0)), (), ())
    by_confidence, by_score = _accepted(sure, good), _accepted(score, good)

    def statistic(weights: Values) -> Values:
        total = weights.sum(axis=1)
        columns = [
            _ece(weights, sure, good),
            _aurc(*by_confidence(weights)),
            _aurc(*by_score(weights)),
            _coverage(*by_confidence(weights)),
            weights @ good / total,
        ]
        return np.stack(columns, axis=1)

    found = statistic_intervals(statistic, len(sure), [len(sure)] * len(names), seed=seed)
    return Calibration(
        measures=dict(zip(names, found, strict=True)),
        reliability=_reliability(sure, good),
        risk_coverage=_curve(sure, good),
    )


def ece_and_aurc(sure: Values, good: Values) -> Callable[[Values], Values]:
    """Make the function from weights (b, n) to ECE and AURC (b, 2); NaN where no question has weight."""
    if not len(sure):
        return lambda weights: np.full((len(weights), 2), np.nan)
    accepted = _accepted(sure, good)

    def statistic(weights: Values) -> Values:
        # A resample may hold none of the drafts that can be judged: 0 / 0.
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.stack([_ece(weights, sure, good), _aurc(*accepted(weights))], axis=1)

    return statistic


def _checked(
    confidence: Sequence[float], raw: Sequence[float], usable: Sequence[bool]
) -> tuple[Values, Values, Values]:
    if not len(confidence) == len(raw) == len(usable):
        raise InputError(f"lengths differ: {len(confidence)}, {len(raw)}, {len(usable)}")
    sure, score = np.asarray(confidence, dtype=np.float64), np.asarray(raw, dtype=np.float64)
    if not (np.isfinite(sure).all() and np.isfinite(score).all()):
        raise InputError("a confidence or score is NaN or infinite")
    if len(sure) and not 0.0 <= sure.min() <= sure.max() <= 1.0:
        raise InputError(f"confidences must lie in 0-1, got {sure.min()} to {sure.max()}")
    return sure, score, np.asarray(usable, dtype=np.float64)


def _bins(sure: Values) -> NDArray[np.int64]:
    """Bin i holds i/BINS <= confidence < (i+1)/BINS; the last one holds 1 too."""
    return np.minimum((sure * BINS + 1e-9).astype(np.int64), BINS - 1)


def _ece(weights: Values, sure: Values, good: Values) -> Values:
    bins = np.eye(BINS)[_bins(sure)]
    gaps = np.abs((weights * (sure - good)) @ bins).sum(axis=1)
    ece: Values = gaps / weights.sum(axis=1)
    return ece


def _accepted(score: Values, good: Values) -> Callable[[Values], tuple[Values, Values]]:
    """Prepare: from weights to the weight and the bad weight accepted at each distinct threshold, falling."""
    order = np.argsort(-score, kind="stable")
    ends = np.flatnonzero(np.append(np.diff(score[order]) != 0, True))

    def accumulate(weights: Values) -> tuple[Values, Values]:
        ordered = weights[:, order]
        return ordered.cumsum(axis=1)[:, ends], (ordered * (1.0 - good[order])).cumsum(axis=1)[:, ends]

    return accumulate


def _aurc(taken: Values, bad: Values) -> Values:
    """Average the risk over questions: each counts with the risk of the threshold that lets it in."""
    risk = np.divide(bad, taken, out=np.zeros_like(bad), where=taken > 0)
    steps = np.diff(taken, axis=1, prepend=0.0)
    aurc: Values = (risk * steps).sum(axis=1) / taken[:, -1]
    return aurc


def _coverage(taken: Values, bad: Values) -> Values:
    """Find the largest share that can be accepted with at least TARGET of it usable; 0 if none can."""
    fine = (bad <= (1.0 - TARGET) * taken + 1e-9) & (taken > 0)
    most: Values = np.where(fine, taken, 0.0).max(axis=1) / taken[:, -1]
    return most


def _reliability(sure: Values, good: Values) -> tuple[dict[str, float | int | None], ...]:
    place = _bins(sure)
    table: list[dict[str, float | int | None]] = []
    for number in range(BINS):
        inside = place == number
        n = int(inside.sum())
        table.append(
            {
                "low": number / BINS,
                "high": (number + 1) / BINS,
                "n": n,
                "confidence": rounded(float(sure[inside].mean())) if n else None,
                "usable": rounded(float(good[inside].mean())) if n else None,
            }
        )
    return tuple(table)


def _curve(sure: Values, good: Values) -> tuple[dict[str, float | None], ...]:
    taken, bad = (line[0] for line in _accepted(sure, good)(np.ones((1, len(sure)))))
    thresholds = np.unique(sure)[::-1]
    return tuple(
        {
            "coverage": rounded(part / len(sure)),
            "risk": rounded(wrong / part),
            "threshold": rounded(float(threshold)),
        }
        for part, wrong, threshold in zip(taken.tolist(), bad.tolist(), thresholds, strict=True)
    )
