"""How well a short text answers a part of a message: one array of scores for many texts at once."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Collection, Mapping, Sequence
from threading import Lock

import numpy as np

from assist.arrays import FloatMatrix, FloatVector
from assist.encoder.base import Encoder
from assist.messages import Part
from assist.retrieve.guide import Guide
from assist.retrieve.ranker import Ranker
from assist.text.normalize import fold
from assist.text.tokenize import Tokenizer

WEIGHTS = {"dense": 0.42, "coverage": 0.22, "key": 0.36}
"""Shares of the signals when single sentences are compared."""
LEAN = 0.5
"""How far the part's vector turns towards its intent."""
HEAD_SHARE = 0.95
INTENT_KEY_SHARE = 0.75
"""A key that only the intent suggests counts this much of one that was asked for."""
CACHE_TEXTS = 20_000
CACHE_QUERIES = 256
_FIRST_ROWS = 1_024


class Relevance:
    """Scores texts against a part by meaning, by words, by the page's own keys, and by what was answered before.

    Args:
        encoder: Gives the meaning; vectors of up to `CACHE_TEXTS` texts are kept.
        tokenizer: Cuts both sides the same way.
        idf: Inverse document frequency of tokens, shape of the argument; unknown tokens count as rare.
        guide: What intents add.
        familiar: Words that shoppers ask with, whatever they ask about.
        ranker: Weighs signals and traits; None takes the shipped one.
    """

    def __init__(
        self,
        encoder: Encoder,
        tokenizer: Tokenizer,
        idf: Callable[[Sequence[str]], FloatVector],
        guide: Guide,
        *,
        familiar: Collection[str] = (),
        ranker: Ranker | None = None,
    ) -> None:
        self._encoder = encoder
        self._tokenizer = tokenizer
        self._idf = idf
        self._guide = guide
        self._familiar = frozenset(familiar)
        self._rarities: OrderedDict[str, tuple[tuple[str, ...], FloatVector, float]] = OrderedDict()
        self.ranker = ranker or Ranker.bundled()
        self._shelf = _Shelf(CACHE_TEXTS, encoder.identity.dim)
        self._queries: OrderedDict[str, FloatVector] = OrderedDict()
        self._lock = Lock()

    def score(self, part: Part, texts: Sequence[str], heads: Sequence[str]) -> FloatVector:
        """Score n short texts against a part by meaning, words and keys.

        Args:
            part: What is asked.
            texts: What might answer it.
            heads: For each text, its key, heading or title: the words it stands under.

        Returns:
            float32, shape (n,), about 0–1, higher is better.
        """
        if not texts:
            return np.zeros(0, dtype=np.float32)
        found = self.signals(part, texts, heads)
        dense = np.maximum(found["text"], HEAD_SHARE * found["head"])
        aspect = np.maximum(found["aspect_head"], 0.6 * found["aspect_text"])
        intent = INTENT_KEY_SHARE * np.maximum(found["intent_head"], 0.6 * found["intent_text"])
        total = WEIGHTS["dense"] * np.clip(dense, 0.0, 1.0) + WEIGHTS["coverage"] * found["coverage"]
        return np.asarray(total + WEIGHTS["key"] * np.maximum(aspect, intent), dtype=np.float32)

    def signals(
        self,
        part: Part,
        texts: Sequence[str],
        heads: Sequence[str],
        *,
        pieces: Sequence[Sequence[str]] | None = None,
        topics: Sequence[str] | None = None,
        echoes: Sequence[tuple[str, float]] = (),
    ) -> dict[str, FloatVector]:
        """Measure n texts against a part, one column a signal.

        Args:
            part: What is asked.
            texts: What might answer it; n >= 1.
            heads: For each text, the words it stands under.
            pieces: For each text, its sentences.
            topics: For each text, the subjects that its document says it rules on.
            echoes: Earlier answers to like questions, with how alike the questions are, 0–1.

        Returns:
            By name, each float32, shape (n,), about 0–1: `text`, `head`, `piece` (cosines with the part leaned
            towards its intent), `plain` (cosine with the part as asked), `coverage`, `aspect_head`,
            `aspect_text`, `intent_head`, `intent_text`, `topic`, `echo`, `head_unasked` (share of the head's
            words that nothing asks for).
        """
        vectors, words = self._read(texts)
        above, words_above = self._read(heads)
        plain = self._query(part.clean)
        query = self._guide.lean(part, plain, LEAN)
        text, head = vectors @ query, above @ query
        aspects, intents = aspect_keys(part), self._guide.keys(part)
        asked = " ".join([part.clean, *intents, *(key for aspect in part.aspects for key in aspect.keys)])
        return {
            "plain": vectors @ plain,
            "head_unasked": self._unasked(heads, asked),
            "text": text,
            "head": head,
            "piece": np.maximum(text, self._best_piece(query, pieces)) if pieces is not None else text,
            "coverage": self._coverage(part, words, words_above),
            "aspect_head": key_share(aspects, heads),
            "aspect_text": key_share(aspects, texts),
            "intent_head": key_share(intents, heads),
            "intent_text": key_share(intents, texts),
            "topic": key_share({**intents, **aspects}, topics)
            if topics
            else np.zeros(len(texts), dtype=np.float32),
            "echo": self._echo(vectors, echoes) if echoes else np.zeros(len(texts), dtype=np.float32),
        }

    def unfamiliar(self, part: Part) -> tuple[str, ...]:
        """Words of a part that shoppers do not usually ask with: the things it is about."""
        words = dict.fromkeys(self._tokenizer.tokens(part.clean))
        return tuple(
            word for word in words if len(word) > 1 and not word.isdigit() and word not in self._familiar
        )

    def rank(self, columns: Mapping[str, FloatVector]) -> FloatVector:
        """Turn signals and traits into the probability that each text answers; float32, shape (n,)."""
        return self.ranker.rank(columns)

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

    def _coverage(
        self, part: Part, words: Sequence[frozenset[str]], words_above: Sequence[frozenset[str]]
    ) -> FloatVector:
        asked = list(dict.fromkeys(self._tokenizer.tokens(part.clean)))
        if not asked:
            return np.zeros(len(words), dtype=np.float32)
        weights = np.asarray(self._idf(asked), dtype=np.float32)
        present = np.array(
            [
                [token in own or token in above for token in asked]
                for own, above in zip(words, words_above, strict=True)
            ],
            dtype=np.float32,
        )
        # Kernels of the matrix library read past the end of so small an array and may flag what they throw away.
        with np.errstate(invalid="ignore"):
            held = present @ weights
        return np.asarray(held / max(float(weights.sum()), 1e-6), dtype=np.float32)

    def _unasked(self, heads: Sequence[str], asked: str) -> FloatVector:
        """Return the share, by rarity, of each head's words that stand nowhere in what is asked."""
        shares = np.zeros(len(heads), dtype=np.float32)
        for row, head in enumerate(heads):
            tokens, weights, whole = self._rarity(head)
            if tokens:
                missing = np.array([token not in asked for token in tokens], dtype=np.float32)
                shares[row] = float(missing @ weights) / whole
        return shares

    def _rarity(self, head: str) -> tuple[tuple[str, ...], FloatVector, float]:
        """Return a head's words, their rarities and the sum of them; kept for the heads met so far."""
        with self._lock:
            known = self._rarities.get(head)
        if known is None:
            tokens = tuple(sorted(set(self._tokenizer.tokens(head))))
            weights = np.asarray(self._idf(tokens), dtype=np.float32) if tokens else np.zeros(0, np.float32)
            known = (tokens, weights, max(float(weights.sum()), 1e-6))
            with self._lock:
                self._rarities[head] = known
                while len(self._rarities) > CACHE_TEXTS:
                    self._rarities.popitem(last=False)
        return known

    def _read(self, texts: Sequence[str]) -> tuple[FloatMatrix, list[frozenset[str]]]:
        return self._shelf.read(texts, self._learn)

    def _learn(self, texts: Sequence[str]) -> tuple[FloatMatrix, list[frozenset[str]]]:
        vectors = self._encoder.encode([fold(text) for text in texts], kind="passage")
        return vectors, [frozenset(tokens) for tokens in self._tokenizer.tokens_many(texts)]


class _Shelf:
    """Vectors and words of texts, in one matrix; emptied when it is full. Safe to use from any thread."""

    def __init__(self, size: int, dim: int) -> None:
        self._size = size
        self._rows: dict[str, int] = {}
        self._words: list[frozenset[str]] = []
        self._vectors: FloatMatrix = np.empty((_FIRST_ROWS, dim), dtype=np.float32)
        self._lock = Lock()

    def read(
        self, texts: Sequence[str], learn: Callable[[Sequence[str]], tuple[FloatMatrix, list[frozenset[str]]]]
    ) -> tuple[FloatMatrix, list[frozenset[str]]]:
        """Give the vectors, float32, shape (n, d), and the words of n texts; `learn` makes those not known."""
        distinct = list(dict.fromkeys(texts))
        with self._lock:
            missing = [text for text in distinct if text not in self._rows]
            if len(self._rows) + len(missing) > self._size:
                self._rows, self._words, missing = {}, [], distinct
        learned = learn(missing) if missing else None
        with self._lock:
            if learned is not None:
                self._put(missing, *learned)
            if all(text in self._rows for text in distinct):
                rows = [self._rows[text] for text in texts]
                return self._vectors[rows], [self._words[row] for row in rows]
        # Another thread emptied the shelf meanwhile.
        return learn(texts)

    def _put(self, texts: Sequence[str], vectors: FloatMatrix, words: Sequence[frozenset[str]]) -> None:
        for text, vector, known in zip(texts, vectors, words, strict=True):
            if text in self._rows:
                continue
            row = len(self._words)
            if row == len(self._vectors):
                self._vectors = np.concatenate([self._vectors, np.empty_like(self._vectors)])
            self._vectors[row] = vector
            self._words.append(known)
            self._rows[text] = row


def aspect_keys(part: Part) -> dict[str, float]:
    """Keys of what a part asks for, each with its share: the first key of the first aspect counts 1."""
    keys: dict[str, float] = {}
    for position, aspect in enumerate(part.aspects[:4]):
        for order, key in enumerate(aspect.keys):
            keys[key] = max(keys.get(key, 0.0), (1.0 - 0.12 * position) * (1.0 - 0.03 * min(order, 8)))
    return keys


def key_share(keys: Mapping[str, float], texts: Sequence[str]) -> FloatVector:
    """Return for each text the largest share of a key that it holds; float32, shape (n,), 0 without any."""
    return np.array(
        [max((share for key, share in keys.items() if key in text), default=0.0) for text in texts],
        dtype=np.float32,
    )
