"""Public test doubles, for our own tests and for those of the services that embed this library."""

from __future__ import annotations

import zlib
from collections.abc import Sequence

import numpy as np

from assist.arrays import FloatMatrix
from assist.encoder.base import EncoderIdentity, TextKind


class HashingEncoder:
    """A deterministic encoder that needs no model: hashed character uni- and bigrams.

    Texts that share characters get similar vectors; nothing else is promised. Fast, and the same on every
    machine, which is all that tests of logic need.
    """

    def __init__(self, dim: int = 64) -> None:
        self._identity = EncoderIdentity(name="hashing", revision="1", dim=dim)

    @property
    def identity(self) -> EncoderIdentity:
        """Name, revision and dimension."""
        return self._identity

    def encode(self, texts: Sequence[str], *, kind: TextKind = "passage") -> FloatMatrix:
        """Encode texts by hashing; float32, shape (n, dim), unit rows. `kind` makes no difference."""
        matrix = np.zeros((len(texts), self._identity.dim), dtype=np.float32)
        for row, text in enumerate(texts):
            self._fill(matrix[row], text.lower())
        return matrix

    def _fill(self, vector: np.ndarray[tuple[int], np.dtype[np.float32]], text: str) -> None:
        grams = [*text, *(text[i : i + 2] for i in range(len(text) - 1))]
        for gram in grams:
            code = zlib.crc32(gram.encode("utf-8", "surrogatepass"))
            vector[code % len(vector)] += 1.0 if code & 0x8000_0000 else -1.0
        norm = float(np.linalg.norm(vector))
        if norm == 0.0:
            vector[0] = 1.0
        else:
            vector /= norm
