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
        """Wrap an encoder, or give what was wrapped around this very object; a wrapped one stays as it is."""
        if isinstance(encoder, RecentQueries):
            return encoder
        return _recent(encoder) if isinstance(encoder, Hashable) else cls(encoder)

    @property
    def identity(self) -> EncoderIdentity:
        """That of the encoder: the vectors are the same."""
        return self._encoder.identity

    def query(self, text: str) -> FloatVector:
        """Encode one query; float32, shape (d,), of unit length, not to be written."""
        known = self._known.get(text)
        return self._keep([text])[text] if known is None else known

    def encode(self, texts: Sequence[str], *, kind: TextKind = "passage") -> FloatMatrix:
        """Encode texts; see `assist.encoder.base.Encoder`."""
        if kind != "query" or not texts:
            return self._encoder.encode(texts, kind=kind)
        found = dict(zip(texts, self._known.get_all(texts), strict=True))
        new = [text for text, vector in found.items() if vector is None]
        if new:
            found |= self._keep(new)
        return np.stack([vector for text in texts if (vector := found[text]) is not None])

    def _keep(self, texts: Sequence[str]) -> dict[str, FloatVector]:
        """Encode queries and keep their vectors, which nobody may write."""
        found = dict(zip(texts, self._encoder.encode(texts, kind="query"), strict=True))
        for text, vector in found.items():
            vector.setflags(write=False)
            self._known.put(text, vector)
        return found


@lru_cache(maxsize=4)
def _recent(encoder: Encoder) -> RecentQueries:
    return RecentQueries(encoder)
