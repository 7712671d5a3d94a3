"""What an intent adds to a part's own words: the keys that pages and rules use, and where its wordings lie."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from functools import lru_cache

import numpy as np

from assist.arrays import FloatVector
from assist.encoder.base import Encoder
from assist.messages import Intent, Part

SURE, ALSO = 0.2, 0.12
"""The best intent guides from this score on, the second from that one."""
EXAMPLES = 8
"""Wordings of an intent whose mean is its direction."""


class Guide:
    """Keys and directions of all intents; immutable.

    Args:
        intents: The leaves.
        encoder: Encodes keys and some wordings once.
    """

    def __init__(self, intents: Sequence[Intent], encoder: Encoder) -> None:
        self._keys = {intent.path: intent.keys for intent in intents}
        texts = [[" ".join(intent.keys), *intent.examples[:EXAMPLES]] for intent in intents]
        flat = encoder.encode([text for group in texts for text in group], kind="query")
        self._directions: dict[str, FloatVector] = {}
        start = 0
        for intent, group in zip(intents, texts, strict=True):
            mean = flat[start : start + len(group)].mean(axis=0)
            self._directions[intent.path] = np.asarray(
                mean / max(float(np.linalg.norm(mean)), 1e-6), dtype=np.float32
            )
            start += len(group)

    @classmethod
    def of(cls, intents: tuple[Intent, ...], encoder: Encoder) -> Guide:
        """Build a guide, or give the one that was built for these very objects."""
        return _guide(intents, encoder) if isinstance(encoder, Hashable) else cls(intents, encoder)

    def keys(self, part: Part) -> dict[str, float]:
        """Words that clauses and parameters about this part's intent use, with how surely: 0–1.

        The best intent's first key counts 1; the second intent's count by how near its score comes.
        """
        found: dict[str, float] = {}
        for at, intent in enumerate(part.intents[:2]):
            if intent.score < (SURE if at == 0 else ALSO):
                break
            share = 1.0 if at == 0 else intent.score / part.intents[0].score
            for order, key in enumerate(self._keys.get(intent.path, ())):
                found.setdefault(key, share * (1.0 - 0.04 * min(order, 8)))
        return found

    def lean(self, part: Part, query: FloatVector, share: float) -> FloatVector:
        """Turn a query's vector towards its intent.

        Args:
            part: Whose intent.
            query: float32, shape (d,), unit norm.
            share: How far: 0 leaves it, 1 weighs both alike.

        Returns:
            float32, shape (d,), unit norm.
        """
        if not part.intents or part.intents[0].score < SURE:
            return query
        direction = self._directions.get(part.intents[0].path)
        if direction is None:
            return query
        leaning = query + np.float32(share * part.intents[0].score) * direction
        return np.asarray(leaning / max(float(np.linalg.norm(leaning)), 1e-6), dtype=np.float32)


@lru_cache(maxsize=4)
def _guide(intents: tuple[Intent, ...], encoder: Encoder) -> Guide:
    return Guide(intents, encoder)
