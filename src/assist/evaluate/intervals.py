"""Means with bootstrap intervals: one set of resamples for all columns, as matrix products."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from assist.errors import InputError

Values = NDArray[np.float64]
"""float64; one row per question, one column per measure; NaN where a measure does not apply."""

DRAWS = 1_000
"""Bootstrap resamples."""
LEVEL = 0.95
"""Share of the resamples that an interval covers."""
_BLOCK_CELLS = 2_000_000


@dataclass(frozen=True, slots=True)
class Interval:
    """A mean over questions with its 95 % bootstrap interval.

    Attributes:
        mean: The mean; None when the measure applies to no question.
        low: Lower end of the interval.
        high: Upper end.
        n: Questions that the measure applies to.
    """

    mean: float | None
    low: float | None
    high: float | None
    n: int

    def to_dict(self) -> dict[str, float | int | None]:
        """Return `mean`, `low`, `high` and `n`, rounded to 6 decimals."""
        return {"mean": rounded(self.mean), "low": rounded(self.low), "high": rounded(self.high), "n": self.n}


def rounded(value: float | None) -> float | None:
    """Round to the 6 decimals that result files hold; None and NaN become None."""
    return None if value is None or np.isnan(value) else round(float(value), 6) + 0.0


def resamples(n: int, *, seed: int, draws: int = DRAWS) -> Iterator[Values]:
    """Draw bootstrap resamples as counts, in blocks that bound the memory.

    Args:
        n: Questions, >= 1.
        seed: The same seed gives the same resamples.
        draws: How many.

    Yields:
        float64, shape (some, n): how often each question is in each resample; rows sum to n.
    """
    rng = np.random.default_rng(seed)
    size = max(1, min(draws, _BLOCK_CELLS // n))
    for start in range(0, draws, size):
        lines = min(size, draws - start)
        picks = rng.integers(0, n, (lines, n)) + np.arange(lines)[:, None] * n
        counts = np.bincount(picks.ravel(), minlength=lines * n).reshape(lines, n)
        yield counts.astype(np.float64)


def column_means(weights: Values, values: Values) -> Values:
    """Average columns under weights, over the questions that each applies to.

    Args:
        weights: float64, shape (b, n).
        values: float64, shape (n, m), NaN where a measure does not apply.

    Returns:
        float64, shape (b, m); NaN where no question with weight applies.
    """
    known = ~np.isnan(values)
    total = weights @ np.where(known, values, 0.0)
    size = weights @ known.astype(np.float64)
    return np.divide(total, size, out=np.full_like(total, np.nan), where=size > 0)


def intervals(values: Values, *, seed: int) -> list[Interval]:
    """Give the mean of each column with its percentile bootstrap interval over questions.

    Args:
        values: float64, shape (n, m), NaN where a measure does not apply to a question.
        seed: Of the resamples.

    Returns:
        One interval per column.

    Raises:
        InputError: n is 0.

    References:
        Efron & Tibshirani, An Introduction to the Bootstrap (1993), section 13.3.
    """
    sizes = (~np.isnan(values)).sum(axis=0)
    return statistic_intervals(lambda weights: column_means(weights, values), len(values), sizes, seed=seed)


def statistic_intervals(
    statistic: Callable[[Values], Values], n: int, sizes: Sequence[int] | NDArray[np.int64], *, seed: int
) -> list[Interval]:
    """Give any statistics of weighted questions with their percentile bootstrap intervals.

    Args:
        statistic: From weights of shape (b, n) to values of shape (b, m).
        n: Questions.
        sizes: m numbers: what `Interval.n` shall say.
        seed: Of the resamples.

    Raises:
        InputError: n is 0.
    """
    if n < 1:
        raise InputError("an interval needs at least one question, got 0")
    means = statistic(np.ones((1, n)))[0]
    drawn = np.concatenate([statistic(weights) for weights in resamples(n, seed=seed)])
    return [
        _interval(float(mean), column, int(size))
        for mean, column, size in zip(means, drawn.T, sizes, strict=True)
    ]


def _interval(mean: float, drawn: Values, n: int) -> Interval:
    known = drawn[~np.isnan(drawn)]
    if np.isnan(mean) or not len(known):
        return Interval(None, None, None, n)
    low, high = np.quantile(known, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return Interval(mean, float(low), float(high), n)
