"""How well a short text answers a part of a message: one array of scores for many texts at once."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from functools import lru_cache

import numpy as np

from assist.arrays import FloatMatrix, FloatVector
from assist.encoder.base import Encoder
from assist.encoder.recent import RecentQueries
from assist.memo import KeyedMemo, Memo
from assist.messages import Part
from assist.retrieve.answerable import answerable
from assist.retrieve.guide import Guide
from assist.retrieve.ranker import Ranker
from assist.retrieve.readings import readings
from assist.retrieve.shelf import Rarity, Shelf, Texts
from assist.retrieve.translation import Sentences, Translation
from assist.text.normalize import fold
from assist.text.tokenize import Tokenizer

WEIGHTS = {"dense": 0.42, "coverage": 0.22, "key": 0.36}
"""Shares of the signals when single sentences are compared."""
LEAN = 0.5
"""How far the part's vector turns towards its intent."""
HEAD_SHARE = 0.95
INTENT_KEY_SHARE = 0.75
"""A key that only the intent suggests counts this much of one that was asked for."""
BARE_CHARS = 6
"""A question of no more characters for each property that it names asks for that and nothing else."""
CACHE_TEXTS = 20_000
_RECENT = 64
_MEASURED, _COMPARED = 1_024, 4_096
CACHE_QUERIES = 2_048


class Relevance:
    """Scores texts against a part by meaning, by words, by the page's own keys, and by what was answered before.

    Args:
        encoder: Gives the meaning; vectors of up to `CACHE_TEXTS` texts are kept.
        tokenizer: Cuts both sides the same way.
        idf: Inverse document frequency of tokens, shape of the argument; unknown tokens count as rare.
        guide: What intents add.
        ranker: Weighs signals and traits; None takes the shipped one.
        earlier: What measured texts of the state before: its texts need not be encoded and cut again.
    """

    def __init__(
        self,
        encoder: Encoder,
        tokenizer: Tokenizer,
        idf: Rarity,
        guide: Guide,
        *,
        ranker: Ranker | None = None,
        earlier: Relevance | None = None,
    ) -> None:
        self._encoder = RecentQueries.of(encoder)
        self._tokenizer = tokenizer
        self._idf = idf
        self._guide = guide
        self.ranker = ranker or Ranker.bundled()
        self._shelf = Shelf(CACHE_TEXTS, encoder.identity.dim, self._encode, self._cut, idf)
        self._before: Shelf | None = None
        if earlier is not None and earlier._reads_like(self):
            # One state back is enough, and holds no longer chain.
            self._before, earlier._before = earlier._shelf, None
        self._parts: Memo[Part, tuple[dict[str, float], dict[str, float]]] = Memo(_RECENT)
        # The same is asked of the same page again and again.
        self._measured: KeyedMemo[Hashable, dict[str, FloatVector]] = KeyedMemo(_MEASURED)
        self._scored: KeyedMemo[Hashable, FloatVector] = KeyedMemo(_MEASURED)
        self._leant: Memo[Part, FloatVector] = Memo(_RECENT)
        self._asked = lru_cache(maxsize=CACHE_QUERIES)(self._words)
        self._translation = Translation.bundled()
        self._told = lru_cache(maxsize=_RECENT)(self._laid_out)
        self._spoken = lru_cache(maxsize=CACHE_TEXTS)(self._translation.words)
        # Several lanes compare the same question with the same earlier ones.
        self._similar = lru_cache(maxsize=_COMPARED)(self._similarity)

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
        key = (part.clean, part.intents, part.aspects, part.paraphrases, tuple(texts), tuple(heads))
        known = self._scored.get(key)
        if known is None:
            known = self._scored.put(key, self._score(part, texts, heads))
        return np.array(known)

    def _score(self, part: Part, texts: Sequence[str], heads: Sequence[str]) -> FloatVector:
        both = self._shelf.read([*texts, *heads])
        found = self._reworded(part, texts, heads, both, self._likeness(part, both))
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
            `aspect_text`, `intent_head`, `intent_text`, `topic`, `echo`, `aspect_bare` (`aspect_head` of a question
            for just that), `head_unasked` (share of the head's words that nothing asks for), `translated` (how well
            text and head explain the question's words), `translated_least` (those that they explain least). The
            arrays are not to be written.
        """
        groups = None if pieces is None else tuple(map(tuple, pieces))
        subjects = None if topics is None else tuple(topics)
        key = (
            part.clean,
            part.intents,
            part.aspects,
            part.paraphrases,
            tuple(texts),
            tuple(heads),
            groups,
            subjects,
            tuple(echoes),
        )
        known = self._measured.get(key)
        if known is None:
            known = self._measured.put(key, self._measure(part, texts, heads, groups, subjects, echoes))
        return dict(known)

    def _measure(
        self,
        part: Part,
        texts: Sequence[str],
        heads: Sequence[str],
        pieces: Sequence[Sequence[str]] | None,
        topics: Sequence[str] | None,
        echoes: Sequence[tuple[str, float]],
    ) -> dict[str, FloatVector]:
        both, n = self._shelf.read([*texts, *heads]), len(texts)
        aspects, intents = self._keys(part)
        asked = " ".join([part.clean, *intents, *(key for aspect in part.aspects for key in aspect.keys)])
        found = self._likeness(part, both)
        text, nothing, vectors = found["text"], np.zeros(n, dtype=np.float32), both.vectors[:n]
        measured = {
            **found,
            "plain": vectors @ self._encoder.query(part.clean),
            "piece": np.maximum(text, self._best_piece(self._leaning(part), pieces)) if pieces else text,
        }
        return {
            **self._reworded(part, texts, heads, both, measured, pieces),
            "head_unasked": both.after(n).unasked(asked),
            "aspect_bare": found["aspect_head"] if _asks_barely(part) else nothing,
            **self._translated(part.clean, texts, heads),
            "topic": key_share({**intents, **aspects}, topics) if topics else nothing,
            "echo": self._echo(vectors, echoes) if echoes else nothing,
        }

    def _likeness(self, part: Part, both: Texts) -> dict[str, FloatVector]:
        """Measure n texts by meaning, words and keys; `both` are the texts, then what stands above each."""
        query, n = self._leaning(part), len(both.rows) // 2
        aspect, intent = both.key_shares(self._keys(part))
        return {
            "text": both.vectors[:n] @ query,
            "head": both.vectors[n:] @ query,
            "coverage": self._coverage(part.clean, both),
            "aspect_head": aspect[n:],
            "aspect_text": aspect[:n],
            "intent_head": intent[n:],
            "intent_text": intent[:n],
        }

    def _reworded(
        self,
        part: Part,
        texts: Sequence[str],
        heads: Sequence[str],
        both: Texts,
        found: Mapping[str, FloatVector],
        pieces: Sequence[Sequence[str]] | None = None,
    ) -> dict[str, FloatVector]:
        """Raise texts that write what the shopper said otherwise to how near the question so reworded comes."""
        raised, n = dict(found), len(texts)
        for reading in readings(part, texts, heads):
            plain = self._encoder.query(reading.text)
            query = self._guide.lean(part, plain, LEAN)
            text, head = both.vectors[:n] @ query, both.vectors[n:] @ query
            nearer = {
                "text": text,
                "head": head,
                "plain": both.vectors[:n] @ plain,
                "piece": np.maximum(text, self._best_piece(query, pieces)) if pieces else text,
                "coverage": self._coverage(reading.text, both),
            }
            for name in nearer.keys() & raised.keys():
                raised[name] = np.where(reading.rows, np.maximum(raised[name], nearer[name]), raised[name])
        return raised

    def rank(self, columns: Mapping[str, FloatVector]) -> FloatVector:
        """Turn signals and traits into the probability that each text answers; float32, shape (n,)."""
        return self.ranker.rank(columns)

    def answers(self, described: Mapping[str, float]) -> float:
        """Turn what describes a part and its best source into the probability that the part can be answered."""
        return answerable(described)

    def rarity(self, tokens: Sequence[str]) -> float:
        """Sum of the inverse document frequencies of tokens: how much they say together."""
        return float(np.sum(self._idf(tokens))) if tokens else 0.0

    def similarity(self, left: str, texts: Sequence[str]) -> FloatVector:
        """Cosine of one query with n texts; float32, shape (n,), not to be written."""
        return self._similar(left, tuple(texts)) if texts else np.zeros(0, dtype=np.float32)

    def _similarity(self, left: str, texts: tuple[str, ...]) -> FloatVector:
        return np.asarray(self._shelf.read(texts).vectors @ self._encoder.query(left), dtype=np.float32)

    def _keys(self, part: Part) -> tuple[dict[str, float], dict[str, float]]:
        """Give the keys that a part's aspects and its intents look for; once a part."""
        known = self._parts.get(part)
        return self._parts.put(part, (aspect_keys(part), self._guide.keys(part))) if known is None else known

    def _leaning(self, part: Part) -> FloatVector:
        """Give the vector of a part, turned towards its intent."""
        known = self._leant.get(part)
        if known is None:
            known = self._leant.put(part, self._guide.lean(part, self._encoder.query(part.clean), LEAN))
        return known

    def _best_piece(self, query: FloatVector, pieces: Sequence[Sequence[str]]) -> FloatVector:
        flat = [piece for group in pieces for piece in group]
        if not flat:
            return np.zeros(len(pieces), dtype=np.float32)
        scores = self._shelf.read(flat).vectors @ query
        best = np.zeros(len(pieces), dtype=np.float32)
        sizes = np.array([len(group) for group in pieces])
        filled = sizes > 0
        best[filled] = np.maximum.reduceat(scores, (np.cumsum(sizes) - sizes)[filled])
        return best

    def _translated(
        self, question: str, texts: Sequence[str], heads: Sequence[str]
    ) -> dict[str, FloatVector]:
        """Say how well texts, with what stands above them, explain the words of a question."""
        told = self._told(tuple(texts), tuple(heads))
        found = self._translation.explain(self._translation.words(question), told)
        return {"translated": found.mean, "translated_least": found.least}

    def _laid_out(self, texts: tuple[str, ...], heads: tuple[str, ...]) -> Sentences:
        cut = self._spoken
        return Sentences.of([cut(f"{head} {text}") for head, text in zip(heads, texts, strict=True)])

    def _echo(self, vectors: FloatMatrix, echoes: Sequence[tuple[str, float]]) -> FloatVector:
        earlier = self._shelf.read([text for text, _ in echoes]).vectors
        weights = np.array([weight for _, weight in echoes], dtype=np.float32)
        return np.asarray(np.clip((vectors @ earlier.T) * weights, 0.0, 1.0).max(axis=1), dtype=np.float32)

    def _coverage(self, question: str, both: Texts) -> FloatVector:
        n, (asked, weights) = len(both.rows) // 2, self._asked(question)
        if not asked:
            return np.zeros(n, dtype=np.float32)
        held = both.holding(asked)
        present = np.maximum(held[:n], held[n:])
        # Kernels of the matrix library read past the end of so small an array and may flag what they throw away.
        with np.errstate(invalid="ignore"):
            covered = present @ weights
        return np.asarray(covered / max(float(weights.sum()), 1e-6), dtype=np.float32)

    def _words(self, text: str) -> tuple[tuple[str, ...], FloatVector]:
        """Cut a question into its distinct words; their rarities, float32.

        Single letters (the sizes of 买的是S发成了M) are left out: where they stand says nothing of what is asked.
        """
        found = dict.fromkeys(self._tokenizer.tokens(text))
        words = tuple(word for word in found if len(word) > 1 or not word.isascii() or word.isdigit())
        return words, np.asarray(self._idf(words) if words else (), dtype=np.float32)

    def _encode(self, texts: Sequence[str]) -> FloatMatrix:
        known = {} if self._before is None else self._before.vectors_of(texts)
        new = [text for text in texts if text not in known]
        if new:
            known |= zip(new, self._encoder.encode([fold(text) for text in new], kind="passage"), strict=True)
        return np.stack([known[text] for text in texts])

    def _cut(self, texts: Sequence[str]) -> list[list[str]]:
        known = {} if self._before is None else self._before.words_of(texts)
        new = [text for text in texts if text not in known]
        known |= zip(new, self._tokenizer.tokens_many(new), strict=True)
        return [known[text] for text in texts]

    def _reads_like(self, other: Relevance) -> bool:
        same = self._encoder.identity == other._encoder.identity
        return same and self._tokenizer.fingerprint == other._tokenizer.fingerprint


def _asks_barely(part: Part) -> bool:
    """Say whether a part asks for properties and says nothing else: 型号, 芯子是什么."""
    return bool(part.aspects) and len(part.clean) <= BARE_CHARS * len(part.aspects)


def aspect_keys(part: Part) -> dict[str, float]:
    """Keys of what a part asks for, each with its share: the first key of the first aspect counts 1."""
    keys: dict[str, float] = {}
    for position, aspect in enumerate(part.aspects[:4]):
        for order, key in enumerate(aspect.keys):
            keys[key] = max(keys.get(key, 0.0), (1.0 - 0.12 * position) * (1.0 - 0.03 * min(order, 8)))
    return keys


def key_share(keys: Mapping[str, float], texts: Sequence[str]) -> FloatVector:
    """Return for each text the largest share of a key that it holds; float32, shape (n,), 0 without any."""
    shares = list(keys.items())
    best = {text: max([share for key, share in shares if key in text], default=0.0) for text in set(texts)}
    return np.array([best[text] for text in texts], dtype=np.float32)
