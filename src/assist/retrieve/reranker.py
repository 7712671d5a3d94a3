"""Columns of a query's candidates -> their order: a small net over named columns, plain arrays at run time.

What it looks at is in `candidates.py`; the weights are data (`data/reranker.json`), learnt by
`benchmarks/train_reranker.py` and shipped with a card beside them.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np

from assist.arrays import FloatMatrix, FloatVector
from assist.encoder.base import Encoder
from assist.errors import InputError
from assist.retrieve.candidates import Asked, Candidates
from assist.retrieve.fuse import Fused
from assist.store.view import View

HEAD = 60
"""Candidates that are read and ordered anew; those behind keep their places."""


@dataclass(frozen=True, slots=True, eq=False)
class Reranker:
    """A linear score and one hidden layer that corrects it; immutable.

    score = columns · linear + tanh(columns · hidden + bias) · out

    Attributes:
        encoder: Revision of the encoder whose cosines it was learnt with.
        names: The f columns, in their order.
        linear: float32, shape (f,).
        hidden: float32, shape (f, h).
        bias: float32, shape (h,).
        out: float32, shape (h,).
    """

    encoder: str
    names: tuple[str, ...]
    linear: FloatVector
    hidden: FloatMatrix
    bias: FloatVector
    out: FloatVector

    @classmethod
    def bundled(cls) -> Reranker:
        """Return the shipped model; read once per process."""
        return _bundled()

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Reranker:
        """Read what the file holds.

        Raises:
            InputError: The arrays do not fit together.
        """
        linear, hidden, bias, out = (
            np.asarray(data[name], dtype=np.float32) for name in ("linear", "hidden", "bias", "out")
        )
        names = tuple(data["columns"])
        if (
            linear.shape != (len(names),)
            or hidden.shape != (len(names), len(bias))
            or out.shape != bias.shape
        ):
            raise InputError(
                f"a reranker of {len(names)} columns has arrays of shapes {linear.shape}, {hidden.shape}, "
                f"{bias.shape} and {out.shape}"
            )
        return cls(str(data["encoder"]), names, linear, hidden, bias, out)

    def fits(self, encoder: Encoder) -> bool:
        """Tell whether it was learnt with this encoder."""
        return encoder.identity.revision == self.encoder

    def scores(self, columns: Mapping[str, FloatVector]) -> FloatVector:
        """Score n candidates of one query.

        Args:
            columns: By name, each float32, shape (n,); further ones are not looked at.

        Returns:
            float32, shape (n,), no fixed range.

        Raises:
            InputError: A column is missing.
        """
        missing = [name for name in self.names if name not in columns]
        if missing:
            raise InputError(f"the reranker needs column {missing[0]!r}")
        matrix = np.stack([columns[name] for name in self.names], axis=1)
        corrected = np.tanh(matrix @ self.hidden + self.bias) @ self.out
        return np.asarray(matrix @ self.linear + corrected, dtype=np.float32)


@cache
def _bundled() -> Reranker:
    text = (files("assist.retrieve") / "data" / "reranker.json").read_text("utf-8")
    return Reranker.from_dict(json.loads(text))


class Reranking:
    """Orders the first candidates of a view's queries anew. Safe to use from any thread.

    Args:
        view: What was searched.
        encoder: The one of the view's vectors.
        model: Learnt with this encoder.

    Raises:
        InputError: The model was learnt with another encoder.
    """

    def __init__(self, view: View, encoder: Encoder, model: Reranker) -> None:
        if not model.fits(encoder):
            raise InputError(
                f"the reranker was learnt with revision {model.encoder} of the bundled encoder, not with "
                f"{encoder.identity.name!r} ({encoder.identity.revision}); search without it"
            )
        self._candidates = Candidates(view, encoder)
        self._model = model

    def reordered(self, asked: Asked, fused: Fused) -> Fused:
        """Put the first `HEAD` candidates into a new order; ties by their places so far.

        The scores stay with the places: a candidate that moves takes the score of where it comes to.
        """
        if len(fused.rows) < 2:
            return fused
        head = fused.head(HEAD)
        scores = self._model.scores(self._candidates.columns(asked, head))
        order = np.arange(len(fused.rows))
        order[: len(head.rows)] = np.argsort(-scores, kind="stable")
        return replace(fused.taken(order), scores=fused.scores)
