"""How well a short text answers a part of a message: one array of scores for many texts at once."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Sequence
from threading import Lock

import numpy as np

from assist.arrays import FloatMatrix, FloatVector
from assist.encoder.base import Encoder
from assist.messages import Part
from assist.text.normalize import fold
from assist.text.tokenize import Tokenizer

WEIGHTS = {"dense": 0.42, "coverage": 0.26, "key": 0.32}
"""Shares of the three signals; chosen on the dev half of the demo-shop questions."""

CACHE_TEXTS = 20_000


class Relevance:
    """Scores texts against a part by meaning, by words and by the page's own keys.

    Args:
        encoder: Gives the meaning; vectors of texts are kept for the most recent `CACHE_TEXTS` texts.
        tokenizer: Cuts both sides the same way.
        idf: Inverse document frequency of tokens, shape of the argument; unknown tokens count as rare.
    """

    def __init__(
        self,
        encoder: Encoder,
        tokenizer: Tokenizer,
        idf: Callable[[Sequence[str]], FloatVector],
    ) -> None:
        self._encoder = encoder
        self._tokenizer = tokenizer
        self._idf = idf
        self._cache: OrderedDict[str, tuple[FloatVector, frozenset[str]]] = OrderedDict()
        self._lock = Lock()

    def score(self, part: Part, texts: Sequence[str], heads: Sequence[str]) -> FloatVector:
        """Score n texts against a part.

        Args:
            part: What is asked.
            texts: What might answer it.
            heads: For each text, its key, heading or title: the words it stands under.

        Returns:
            float32, shape (n,), each in 0–1, higher is better.
        """
        if not texts:
            return np.zeros(0, dtype=np.float32)
        vectors, words = self._read(texts)
        query = self._encoder.encode([part.clean], kind="query")[0]
        dense = np.clip(vectors @ query, 0.0, 1.0)
        covered = self._coverage(part, words, heads)
        keyed = _key_match(part, texts, heads)
        total = WEIGHTS["dense"] * dense + WEIGHTS["coverage"] * covered + WEIGHTS["key"] * keyed
        return np.asarray(total, dtype=np.float32)

    def similarity(self, left: str, texts: Sequence[str]) -> FloatVector:
        """Cosine of one query with n texts; float32, shape (n,)."""
        if not texts:
            return np.zeros(0, dtype=np.float32)
        vectors, _ = self._read(texts)
        return np.asarray(vectors @ self._encoder.encode([left], kind="query")[0], dtype=np.float32)

    def coverage(self, part: Part, text: str, head: str = "") -> float:
        """Share of the part's words, weighted by rarity, that `text` or `head` holds; 0–1."""
        _, words = self._read([text])
        return float(self._coverage(part, words, [head])[0])

    def _coverage(self, part: Part, words: Sequence[frozenset[str]], heads: Sequence[str]) -> FloatVector:
        asked = list(dict.fromkeys(self._tokenizer.tokens(part.clean)))
        if not asked:
            return np.zeros(len(words), dtype=np.float32)
        weights = np.asarray(self._idf(asked), dtype=np.float32)
        under = [frozenset(self._tokenizer.tokens(head)) for head in heads]
        present = np.array(
            [
                [token in own or token in above for token in asked]
                for own, above in zip(words, under, strict=True)
            ],
            dtype=np.float32,
        )
        return np.asarray(present @ weights / max(float(weights.sum()), 1e-6), dtype=np.float32)

    def _read(self, texts: Sequence[str]) -> tuple[FloatMatrix, list[frozenset[str]]]:
        with self._lock:
            missing = [text for text in dict.fromkeys(texts) if text not in self._cache]
        if missing:
            self._learn(missing)
        with self._lock:
            found = [self._cache[text] for text in texts]
            while len(self._cache) > CACHE_TEXTS:
                self._cache.popitem(last=False)
        return np.stack([vector for vector, _ in found]), [words for _, words in found]

    def _learn(self, texts: Sequence[str]) -> None:
        vectors = self._encoder.encode([fold(text) for text in texts], kind="passage")
        words = [frozenset(tokens) for tokens in self._tokenizer.tokens_many(texts)]
        with self._lock:
            for text, vector, tokens in zip(texts, vectors, words, strict=True):
                self._cache[text] = (vector, tokens)


def _key_match(part: Part, texts: Sequence[str], heads: Sequence[str]) -> FloatVector:
    """1 where the text stands under a key of what is asked, 0.6 where it holds one; later keys count less."""
    best = np.zeros(len(texts), dtype=np.float32)
    for position, aspect in enumerate(part.aspects[:4]):
        rank_share = 1.0 - 0.12 * position
        for order, key in enumerate(aspect.keys):
            share = rank_share * (1.0 - 0.03 * min(order, 8))
            for row, (text, head) in enumerate(zip(texts, heads, strict=True)):
                if key in head:
                    best[row] = max(best[row], share)
                elif key in text:
                    best[row] = max(best[row], 0.6 * share)
    return best
