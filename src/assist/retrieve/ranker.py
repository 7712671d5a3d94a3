"""Signals and traits of candidate texts -> the probability that each answers the part.

A linear model over named columns, then a logistic curve; the weights are data (`data/ranker.json`), fitted by
`benchmarks/train_ranker.py` and shipped with a card beside them.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import numpy as np

from assist.arrays import FloatVector
from assist.errors import InputError


@dataclass(frozen=True, slots=True)
class Ranker:
    """A linear ranker with a calibration; immutable.

    Attributes:
        weights: Weight of each named column.
        slope: Steepness of the logistic curve over the linear score.
        offset: Linear score at which a text is as likely right as wrong.
    """

    weights: Mapping[str, float]
    slope: float
    offset: float

    @classmethod
    def bundled(cls) -> Ranker:
        """Return the shipped weights; read once per process."""
        return _bundled()

    def linear(self, columns: Mapping[str, FloatVector]) -> FloatVector:
        """Weigh columns.

        Args:
            columns: By name, each float32, shape (n,).

        Returns:
            float32, shape (n,), no fixed range.

        Raises:
            InputError: A column has no weight, or there is none.
        """
        unknown = sorted(columns.keys() - self.weights.keys())
        if unknown or not columns:
            raise InputError(
                f"the ranker has no weight for column {unknown[0]!r}" if unknown else "no columns"
            )
        names = sorted(columns)
        matrix = np.empty((len(columns[names[0]]), len(names)), dtype=np.float32)
        for at, name in enumerate(names):
            matrix[:, at] = columns[name]
        return np.asarray(
            matrix @ np.array([self.weights[name] for name in names], dtype=np.float32), dtype=np.float32
        )

    def rank(self, columns: Mapping[str, FloatVector]) -> FloatVector:
        """Turn columns into probabilities; float32, shape (n,), each in 0–1."""
        logits = self.slope * (self.linear(columns) - self.offset)
        return np.asarray(1.0 / (1.0 + np.exp(-np.clip(logits, -30.0, 30.0))), dtype=np.float32)


@cache
def _bundled() -> Ranker:
    data = json.loads((files("assist.retrieve") / "data" / "ranker.json").read_text("utf-8"))
    return Ranker(data["weights"], float(data["slope"]), float(data["offset"]))
