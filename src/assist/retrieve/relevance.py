"""How well a short text answers a part of a message: one array of scores for many texts at once."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from threading import Lock

import numpy as np

from assist.arrays import FloatMatrix, FloatVector
from assist.encoder.base import Encoder
from assist.messages import Part
from assist.retrieve.guide import Guide
from assist.text.normalize import fold
from assist.text.tokenize import Tokenizer

WEIGHTS = {"dense": 0.42, "coverage": 0.22, "key": 0.36, "echo": 0.2}
"""Shares of the signals; chosen on the dev half of the demo-shop questions."""
LEAN = 0.5
"""How far the part's vector turns towards its intent."""
HEAD_SHARE = 0.95
INTENT_KEY_SHARE = 0.75
"""A key that only the intent suggests counts this much of one that was asked for."""
CACHE_TEXTS = 20_000
CACHE_QUERIES = 256


class Relevance:
    """Scores texts against a part by meaning, by words, by the page's own keys, and by what was answered before.

    Args:
        encoder: Gives the meaning; vectors of texts are kept for the most recent `CACHE_TEXTS` texts.
        tokenizer: Cuts both sides the same way.
        idf: Inverse document frequency of tokens, shape of the argument; unknown tokens count as rare.
        guide: What intents add.
    """

    def __init__(
        self,
        encoder: Encoder,
        tokenizer: Tokenizer,
        idf: Callable[[Sequence[str]], FloatVector],
        guide: Guide,
    ) -> None:
        self._encoder = encoder
        self._tokenizer = tokenizer
        self._idf = idf
        self._guide = guide
        self._cache: OrderedDict[str, tuple[FloatVector, frozenset[str]]] = OrderedDict()
        self._queries: OrderedDict[str, FloatVector] = OrderedDict()
        self._lock = Lock()

    def score(
        self,
        part: Part,
        texts: Sequence[str],
        heads: Sequence[str],
        *,
        pieces: Sequence[Sequence[str]] | None = None,
        topics: Sequence[str] | None = None,
        echoes: Sequence[tuple[str, float]] = (),
    ) -> FloatVector:
        """Score n texts against a part.

        Args:
            part: What is asked.
            texts: What might answer it.
            heads: For each text, its key, heading or title: the words it stands under.
            pieces: For each text, its sentences; a text means as much as its best one.
            topics: For each text, the subjects that its document says it rules on.
            echoes: Earlier answers to like questions, with how alike the questions are, 0–1.

        Returns:
            float32, shape (n,), about 0–1, higher is better.
        """
        if not texts:
            return np.zeros(0, dtype=np.float32)
        vectors, words = self._read(texts)
        query = self._guide.lean(part, self._query(part.clean), LEAN)
        dense = np.maximum(vectors @ query, HEAD_SHARE * (self._read(heads)[0] @ query))
        if pieces is not None:
            dense = np.maximum(dense, self._best_piece(query, pieces))
        total = WEIGHTS["dense"] * np.clip(dense, 0.0, 1.0)
        total += WEIGHTS["coverage"] * self._coverage(part, words, heads)
        total += WEIGHTS["key"] * key_match(part, self._guide.keys(part), texts, heads, topics)
        if echoes:
            total += WEIGHTS["echo"] * self._echo(vectors, echoes)
        return np.asarray(total, dtype=np.float32)

    def similarity(self, left: str, texts: Sequence[str]) -> FloatVector:
        """Cosine of one query with n texts; float32, shape (n,)."""
        if not texts:
            return np.zeros(0, dtype=np.float32)
        vectors, _ = self._read(texts)
        return np.asarray(vectors @ self._query(left), dtype=np.float32)

    def _query(self, text: str) -> FloatVector:
        with self._lock:
            known = self._queries.get(text)
        if known is None:
            known = np.asarray(self._encoder.encode([text], kind="query")[0], dtype=np.float32)
            with self._lock:
                self._queries[text] = known
                while len(self._queries) > CACHE_QUERIES:
                    self._queries.popitem(last=False)
        return known

    def _best_piece(self, query: FloatVector, pieces: Sequence[Sequence[str]]) -> FloatVector:
        flat = [piece for group in pieces for piece in group]
        if not flat:
            return np.zeros(len(pieces), dtype=np.float32)
        scores = self._read(flat)[0] @ query
        best = np.zeros(len(pieces), dtype=np.float32)
        start = 0
        for row, group in enumerate(pieces):
            if group:
                best[row] = scores[start : start + len(group)].max()
            start += len(group)
        return best

    def _echo(self, vectors: FloatMatrix, echoes: Sequence[tuple[str, float]]) -> FloatVector:
        earlier = self._read([text for text, _ in echoes])[0]
        weights = np.array([weight for _, weight in echoes], dtype=np.float32)
        return np.asarray(np.clip((vectors @ earlier.T) * weights, 0.0, 1.0).max(axis=1), dtype=np.float32)

    def _coverage(self, part: Part, words: Sequence[frozenset[str]], heads: Sequence[str]) -> FloatVector:
        asked = list(dict.fromkeys(self._tokenizer.tokens(part.clean)))
        if not asked:
            return np.zeros(len(words), dtype=np.float32)
        weights = np.asarray(self._idf(asked), dtype=np.float32)
        under = self._read(heads)[1]
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
            found = {text: self._cache[text] for text in texts if text in self._cache}
        missing = [text for text in dict.fromkeys(texts) if text not in found]
        if missing:
            found.update(self._learn(missing))
        return np.stack([found[text][0] for text in texts]), [found[text][1] for text in texts]

    def _learn(self, texts: Sequence[str]) -> dict[str, tuple[FloatVector, frozenset[str]]]:
        vectors = self._encoder.encode([fold(text) for text in texts], kind="passage")
        words = [frozenset(tokens) for tokens in self._tokenizer.tokens_many(texts)]
        learned = {text: (vector, known) for text, vector, known in zip(texts, vectors, words, strict=True)}
        with self._lock:
            self._cache.update(learned)
            while len(self._cache) > CACHE_TEXTS:
                self._cache.popitem(last=False)
        return learned


def key_match(
    part: Part,
    intent_keys: Mapping[str, float],
    texts: Sequence[str],
    heads: Sequence[str],
    topics: Sequence[str] | None = None,
) -> FloatVector:
    """Score how surely each text stands under a key of what is asked.

    Args:
        part: Its aspects come with their keys, best first.
        intent_keys: Keys that the intent suggests, with how surely.
        texts: n texts.
        heads: What each stands under.
        topics: Subjects of each text's document.

    Returns:
        float32, shape (n,): 1 under the first key of the first aspect, less for later ones; 0.6 of that
        where the key is only in the text, 0.4 where only the document names it as a subject; keys of the
        intent alone count `INTENT_KEY_SHARE`.
    """
    keys: dict[str, float] = {}
    for position, aspect in enumerate(part.aspects[:4]):
        for order, key in enumerate(aspect.keys):
            keys[key] = max(keys.get(key, 0.0), (1.0 - 0.12 * position) * (1.0 - 0.03 * min(order, 8)))
    for key, sure in intent_keys.items():
        keys[key] = max(keys.get(key, 0.0), INTENT_KEY_SHARE * sure)
    best = np.zeros(len(texts), dtype=np.float32)
    for row, (text, head) in enumerate(zip(texts, heads, strict=True)):
        under = max((share for key, share in keys.items() if key in head), default=0.0)
        within = max((share for key, share in keys.items() if key in text), default=0.0)
        about = (
            max((share for key, share in keys.items() if key in topics[row]), default=0.0) if topics else 0.0
        )
        best[row] = max(under, 0.6 * within, 0.4 * about)
    return best
