"""The BM25 formula for one state of a collection; every path that scores uses it, so that they agree bit by bit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Weights = NDArray[np.floating[Any]]
"""float64, whatever the axes."""


@dataclass(frozen=True, slots=True)
class Bm25:
    """What the weights of a collection depend on besides the counts themselves.

    Attributes:
        n: Texts.
        mean_length: Tokens of a text on average, > 0.
        k1: Term saturation.
        b: Length normalisation.
    """

    n: int
    mean_length: float
    k1: float
    b: float

    @classmethod
    def of(cls, n: int, tokens: int, k1: float, b: float) -> Bm25:
        """Take the collection's size in texts and in tokens."""
        return cls(n, max(tokens / n if n else 0.0, 1e-9), k1, b)

    def idf(self, frequency: NDArray[Any]) -> Weights:
        """Compute ln(1 + (n - df + 0.5) / (df + 0.5)) of document frequencies."""
        return np.log1p((self.n - frequency + 0.5) / (frequency + 0.5))

    def saturation(self, lengths: NDArray[np.int32]) -> Weights:
        """Compute k1 (1 - b + b |d| / mean) of texts' lengths."""
        return self.k1 * (1.0 - self.b + self.b * lengths / self.mean_length)

    @staticmethod
    def impacts(idf: Any, counts: NDArray[np.int32], saturation: Weights) -> NDArray[np.float32]:
        """Compute idf tf / (tf + saturation) of entries; in float64, rounded once.

        Args:
            idf: float64, of every entry's term: an array of shape (e,) or one number for all.
            counts: int32, shape (e,).
            saturation: float64, shape (e,): of every entry's text.
        """
        tf = counts.astype(np.float64)
        weights: NDArray[np.float32] = (idf * tf / (tf + saturation)).astype(np.float32)
        return weights
