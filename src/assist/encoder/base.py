"""What an encoder is: texts in, a float32 matrix with unit rows out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol, TypeAlias, runtime_checkable

from assist.arrays import FloatMatrix

TextKind: TypeAlias = Literal["query", "passage"]
"""A shopper's question, or a text that may answer it; some models prefix them differently."""

Backend: TypeAlias = Literal["torch", "onnx", "openvino"]
"""What runs a transformer."""

Progress: TypeAlias = Callable[[int, int], None]
"""Called after each portion with the number of texts done and the number of all."""


@dataclass(frozen=True, slots=True)
class EncoderIdentity:
    """What makes two encoders interchangeable; a store keeps the one it was built with.

    Attributes:
        name: The model's name.
        revision: Changes whenever the vectors would; a hash of the weights where there are any.
        dim: Columns of every matrix it returns.
        query_prefix: Put before a query.
        passage_prefix: Put before a passage.
    """

    name: str
    revision: str
    dim: int
    query_prefix: str = ""
    passage_prefix: str = ""


@runtime_checkable
class Encoder(Protocol):
    """One method and an identity; anything that has both can be used."""

    @property
    def identity(self) -> EncoderIdentity:
        """Say which model this is."""
        ...

    def encode(self, texts: Sequence[str], *, kind: TextKind = "passage") -> FloatMatrix:
        """Encode texts.

        Args:
            texts: n texts; any may be empty; n may be 0.
            kind: What the texts are.

        Returns:
            float32, shape (n, dim), rows of unit L2 norm; a text with nothing to encode gives a row of
            unit norm all the same. The caller owns it.
        """
        ...
