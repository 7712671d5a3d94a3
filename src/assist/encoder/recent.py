"""Questions that were encoded a moment ago stay at hand: understanding, search and drafts ask for the same vectors."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from functools import lru_cache

import numpy as np

from assist.arrays import FloatMatrix, FloatVector
from assist.encoder.base import Encoder, EncoderIdentity, TextKind
from assist.memo import KeyedMemo

QUERIES_KEPT = 2_048


class RecentQueries:
    """An encoder that keeps the vectors of recent queries; passages go through. Safe to use from any thread.

    Args:
        encoder: Encodes what is not known.
    """

    def __init__(self, encoder: Encoder) -> None:
        self._encoder = encoder
        self._known: KeyedMemo[str, FloatVector] = KeyedMemo(QUERIES_KEPT)

    @classmethod
    def of(cls, encoder: Encoder) -> RecentQueries:
        """Wrap an encoder, or give what was wrapped around this very object."""
        return _recent(encoder) if isinstance(encoder, Hashable) else cls(encoder)

    @property
    def identity(self) -> EncoderIdentity:
        """That of the encoder: the vectors are the same."""
        return self._encoder.identity

    def encode(self, texts: Sequence[str], *, kind: TextKind = "passage") -> FloatMatrix:
        """Encode texts; see `assist.encoder.base.Encoder`."""
        if kind != "query" or not texts:
            return self._encoder.encode(texts, kind=kind)
        found = dict(zip(texts, self._known.get_all(texts), strict=True))
        new = [text for text, vector in found.items() if vector is None]
        if new:
            for text, vector in zip(new, self._encoder.encode(new, kind=kind), strict=True):
                found[text] = self._known.put(text, vector)
        return np.stack([vector for text in texts if (vector := found[text]) is not None])


@lru_cache(maxsize=4)
def _recent(encoder: Encoder) -> RecentQueries:
    return RecentQueries(encoder)
