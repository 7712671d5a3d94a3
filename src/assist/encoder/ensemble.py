"""Two encoders as one: their vectors side by side, each with its share."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from assist.arrays import FloatMatrix
from assist.encoder.base import Encoder, EncoderIdentity, TextKind
from assist.errors import InputError


class EnsembleEncoder:
    """Concatenates the rows of two encoders, so that cosines add up in fixed shares.

    The cosine of two texts is `(1 - weight) * first + weight * second`.

    Args:
        first: One encoder.
        second: The other.
        weight: Share of the second, between 0 and 1.

    Raises:
        InputError: `weight` is not between 0 and 1.
    """

    def __init__(self, first: Encoder, second: Encoder, *, weight: float = 0.5) -> None:
        if not 0.0 < weight < 1.0:
            raise InputError(f"weight must lie between 0 and 1, got {weight}")
        self._parts = ((first, math.sqrt(1.0 - weight)), (second, math.sqrt(weight)))
        one, two = first.identity, second.identity
        self._identity = EncoderIdentity(
            name=f"{one.name}+{two.name}",
            revision=f"{one.revision}+{two.revision}@{weight:g}",
            dim=one.dim + two.dim,
            query_prefix=one.query_prefix or two.query_prefix,
            passage_prefix=one.passage_prefix or two.passage_prefix,
        )

    @property
    def identity(self) -> EncoderIdentity:
        """Names and revisions of both, the sum of their dimensions; prefixes of the first that has any."""
        return self._identity

    def encode(self, texts: Sequence[str], *, kind: TextKind = "passage") -> FloatMatrix:
        """Encode with both; float32, shape (n, dim), unit rows."""
        rows = [encoder.encode(texts, kind=kind) * np.float32(share) for encoder, share in self._parts]
        return np.concatenate(rows, axis=1)
