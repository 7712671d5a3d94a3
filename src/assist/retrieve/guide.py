"""What an intent adds to a part's own words: the keys that pages and rules use, and where its wordings lie."""

from __future__ import annotations

import json
from collections.abc import Hashable, Sequence
from dataclasses import asdict
from functools import lru_cache

import numpy as np

from assist.arrays import FloatMatrix, FloatVector
from assist.encoder.base import Encoder
from assist.kept import kept_arrays
from assist.messages import Intent, Part

SURE, ALSO = 0.2, 0.12
"""The best intent guides from this score on, the second from that one."""
EXAMPLES = 8
"""Wordings of an intent whose mean is its direction."""
# Version of what `_means` makes.
_FORMAT = 1


class Guide:
    """Keys and directions of all intents; immutable.

    Args:
        intents: The leaves.
        encoder: Encodes keys and some wordings once.
    """

    def __init__(self, intents: Sequence[Intent], encoder: Encoder) -> None:
        self._keys = {intent.path: intent.keys for intent in intents}
        texts = [[" ".join(intent.keys), *intent.examples[:EXAMPLES]] for intent in intents]
        key = json.dumps([_FORMAT, asdict(encoder.identity), texts]).encode()
        means = kept_arrays("guide", key, lambda: {"means": _means(texts, encoder)})["means"]
        self._directions: dict[str, FloatVector] = {
            intent.path: mean for intent, mean in zip(intents, np.array(means), strict=True)
        }

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


def _means(texts: Sequence[Sequence[str]], encoder: Encoder) -> FloatMatrix:
    """Give the direction of the mean of each group of texts, float32, shape (groups, d)."""
    flat = encoder.encode([text for group in texts for text in group], kind="query")
    directions = np.empty((len(texts), flat.shape[1]), dtype=np.float32)
    start = 0
    for line, group in zip(directions, texts, strict=True):
        mean = flat[start : start + len(group)].mean(axis=0)
        line[:] = mean / max(float(np.linalg.norm(mean)), 1e-6)
        start += len(group)
    return directions


@lru_cache(maxsize=4)
def _guide(intents: tuple[Intent, ...], encoder: Encoder) -> Guide:
    return Guide(intents, encoder)
