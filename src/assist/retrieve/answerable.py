"""Whether what was found answers a part at all: named measures of the part and its best source -> a probability.

A sentence near what is asked is found for almost any question; whether it answers shows in the form of the question,
in what it demands, and in how the sentence was measured, taken together. Logistic regression (Cox 1958); the weights
are data (`data/answerable.json`), fitted by `benchmarks/train_answerable.py`.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from types import MappingProxyType


def answerable(described: Mapping[str, float]) -> float:
    """Return the probability that a part is answered by what was found for it.

    Args:
        described: By name; what has no weight counts nothing, and what is missing is 0.
    """
    logit = sum(value * described.get(name, 0.0) for name, value in weights().items())
    return 1.0 / (1.0 + math.exp(-max(-30.0, min(30.0, logit))))


@cache
def weights() -> Mapping[str, float]:
    """Give the weights that come with the package."""
    data = json.loads((files("assist.retrieve") / "data" / "answerable.json").read_text("utf-8"))
    return MappingProxyType({name: float(value) for name, value in data.items()})
