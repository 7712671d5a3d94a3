"""What a part wants: one of the leaves of the intent tree, by its wordings.

Each leaf is known by some twenty wordings. A text is compared with them twice: by the cosine of their
embeddings, where the best wording and the mean of the best three of a leaf count, and by its character
n-grams under a naive Bayes model of the leaves. A softmax over the weighted sum gives the score; over the bundled
encoder it is multiplied with that of a logistic regression learned from the same wordings and from whole messages
(`data/intent_weights.npz`, `benchmarks/train_intents.py`).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Hashable, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cache, lru_cache
from importlib.resources import as_file, files
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from assist.arrays import FloatMatrix, FloatVector, check_matrix
from assist.encoder.base import Encoder
from assist.kept import kept_arrays
from assist.messages import Behaviour, Intent, IntentScore
from assist.question import lexicon, phrases, wording
from assist.question.nearest import Wordings, in_turns, products
from assist.text import normalize

# Fitted by maximum likelihood on the development half of the labelled wordings and on those 872 development
# messages of taobao_intent whose label answers to a leaf.
_BEST, _MEAN, _GRAMS = 1.6, 12.35, 2.44
# Share of the learned weights; half and half was best on the dev questions.
_LEARNED = np.float32(0.5)
# Texts that are scored together; more would only need more memory.
_TOGETHER = 256
_SMOOTHING = 0.05
# Below this score a leaf was right one time in six; the intent is then unknown.
UNKNOWN = 0.2
_TOP = 3
_LENGTHS = (1, 2, 3)
# Version of what `_learn` makes.
_FORMAT = 3


@dataclass(frozen=True, slots=True, eq=False)
class LearnedIntents:
    """A logistic regression over an embedding and the n-grams of a text.

    Attributes:
        revision: Of the encoder whose embeddings it was learned on.
        paths: The leaves, in column order.
        grams: n-grams that have a weight, in row order.
        by_embedding: float32, shape (leaves, d).
        by_gram: float32, shape (grams, leaves); the rows of a text's n-grams are added and divided by the root of
            their number.
        bias: float32, shape (leaves,).
        words: Words of two characters and more that several wordings hold: what shoppers ask with.
    """

    revision: str
    paths: tuple[str, ...]
    grams: tuple[str, ...]
    by_embedding: FloatMatrix
    by_gram: FloatMatrix
    bias: FloatVector
    words: frozenset[str]

    @classmethod
    def bundled(cls) -> LearnedIntents:
        """Return the shipped weights; read once per process."""
        return _bundled_weights()

    def save(self, path: Path) -> None:
        """Write the weights as half-precision arrays."""
        names = json.dumps([self.revision, self.paths, self.grams, sorted(self.words)], ensure_ascii=False)
        np.savez(
            path,
            names=np.frombuffer(names.encode("utf-8"), dtype=np.uint8),
            by_embedding=self.by_embedding.astype(np.float16),
            by_gram=self.by_gram.astype(np.float16),
            bias=self.bias,
        )

    def log_odds(
        self, grams: Sequence[Collection[str]], embeddings: FloatMatrix, places: Mapping[str, int]
    ) -> FloatMatrix:
        """Return the linear score of every leaf for texts' n-grams and embeddings, float32, shape (q, leaves).

        `places` numbers the n-grams that have a weight.
        """
        rows = [[places[gram] for gram in own if gram in places] for own in grams]
        roots = np.sqrt([max(1, len(row)) for row in rows]).astype(np.float32)
        scores: FloatMatrix = products(embeddings, self.by_embedding) + self.bias
        scores += _sums(self.by_gram, rows) / roots[:, None]
        return scores


@cache
def _bundled_weights() -> LearnedIntents:
    with (
        as_file(files("assist.question") / "data" / "intent_weights.npz") as path,
        np.load(path, allow_pickle=False) as arrays,
    ):
        revision, paths, grams, words = json.loads(arrays["names"].tobytes().decode("utf-8"))
        by_embedding, by_gram, bias = (
            arrays[name].astype(np.float32, order="C") for name in ("by_embedding", "by_gram", "bias")
        )
    return LearnedIntents(revision, tuple(paths), tuple(grams), by_embedding, by_gram, bias, frozenset(words))


class Intents:
    """The leaves of the intent tree, in file order."""

    def __init__(self, leaves: Sequence[Intent]) -> None:
        self.leaves = tuple(leaves)
        self._by_path: Mapping[str, Intent] = {leaf.path: leaf for leaf in self.leaves}

    @classmethod
    def bundled(cls) -> Intents:
        """Return the 77 leaves that come with the package; read once per process."""
        return _bundled()

    def __len__(self) -> int:
        return len(self.leaves)

    def get(self, path: str | None) -> Intent | None:
        """Return the leaf with this path, or None."""
        return self._by_path.get(path or "")

    def behaviour(self, path: str | None) -> Behaviour:
        """Return what a leaf calls for; an unknown intent is answered where a source is found."""
        leaf = self.get(path)
        return Behaviour.ANSWER if leaf is None else leaf.behaviour


class IntentModel:
    """Scores texts against the wordings of all leaves; immutable once built, safe to share by threads.

    Args:
        intents: The leaves; each needs at least one example.
        encoder: Encodes the wordings now and the texts later.
        learned: Weights to multiply with; None takes the shipped ones where encoder and leaves are those that they
            were learned on, else goes without.
    """

    def __init__(self, intents: Intents, encoder: Encoder, *, learned: LearnedIntents | None = None) -> None:
        self.intents = intents
        self._encoder = encoder
        arrays = kept_arrays(
            "intents", _key(intents, encoder), lambda: _learn(encoder, _plain_wordings(intents))
        )
        self._wordings = Wordings(arrays["embeddings"], arrays["sizes"].tolist())
        self._weights: FloatMatrix = arrays["weights"]
        grams: list[str] = json.loads(arrays["grams"].tobytes().decode("utf-8", "surrogatepass"))
        self._vocabulary = dict(zip(grams, range(len(grams)), strict=True))
        known = learned or LearnedIntents.bundled()
        same = known.revision == encoder.identity.revision and known.paths == tuple(
            leaf.path for leaf in intents.leaves
        )
        self._learned = known if same else None
        self._places = {gram: at for at, gram in enumerate(known.grams)} if same else {}

    @classmethod
    def of(cls, intents: Intents, encoder: Encoder) -> IntentModel:
        """Build a model, or give the one that was built for these very objects."""
        return _model(intents, encoder) if isinstance(encoder, Hashable) else cls(intents, encoder)

    def classify(self, texts: Sequence[str]) -> list[tuple[IntentScore, ...]]:
        """Score plain texts.

        Returns:
            For each text up to three leaves, best first, each with its probability; nothing where the best
            one stays below `UNKNOWN`. Ties go to the leaf that comes first in the tree.
        """
        if not texts:
            return []
        return self.classify_encoded(texts, self._encoder.encode(list(texts), kind="query"))

    def classify_encoded(
        self, texts: Sequence[str], embeddings: FloatMatrix
    ) -> list[tuple[IntentScore, ...]]:
        """Score plain texts whose embeddings are at hand, float32, shape (q, d), unit rows."""
        found: list[tuple[IntentScore, ...]] = []
        for start in range(0, len(texts), _TOGETHER):
            group = slice(start, start + _TOGETHER)
            scores = self.probabilities(texts[group], embeddings[group])
            order = np.argsort(-scores, axis=1, kind="stable")[:, :_TOP]
            found += map(self._best, scores, order)
        return found

    def probabilities(self, texts: Sequence[str], embeddings: FloatMatrix) -> FloatMatrix:
        """Return the probability of every leaf, float32, shape (q, leaves), rows summing to 1."""
        known = self._wordings.embeddings
        best, mean = self._wordings.cosines(check_matrix(embeddings, "embeddings", dim=known.shape[1]))
        grams = [grams_of(text) for text in texts]
        scores = _BEST * best + _MEAN * mean + _GRAMS * self._gram_scores(grams)
        if self._learned is None:
            return _softmax(scores)
        learned = _log_softmax(self._learned.log_odds(grams, embeddings, self._places))
        return _softmax((1.0 - _LEARNED) * _log_softmax(scores) + _LEARNED * learned)

    def _gram_scores(self, grams: Sequence[Collection[str]]) -> FloatMatrix:
        known = self._vocabulary
        rows = [[known[gram] for gram in own if gram in known] for own in grams]
        sizes = np.array([len(row) + 5 for row in rows], dtype=np.float32)
        return _sums(self._weights, rows) / sizes[:, None]

    def _best(self, scores: FloatVector, order: NDArray[np.int64]) -> tuple[IntentScore, ...]:
        if scores[order[0]] < UNKNOWN:
            return ()
        return tuple(
            IntentScore(self.intents.leaves[leaf].path, round(float(scores[leaf]), 4)) for leaf in order
        )


def _sums(weights: FloatMatrix, rows: Sequence[Sequence[int]]) -> FloatMatrix:
    """Add up, for each text, the rows of a matrix that it has; float32, shape (q, columns)."""
    sums = np.zeros((len(rows), weights.shape[1]), dtype=np.float32)
    for total, known in zip(sums, rows, strict=True):
        if known:
            np.add.reduce(weights[known], axis=0, out=total)
    return sums


@lru_cache(maxsize=4)
def _model(intents: Intents, encoder: Encoder) -> IntentModel:
    return IntentModel(intents, encoder)


@cache
def _bundled() -> Intents:
    return Intents([_leaf(record) for record in lexicon.records("intents")])


def _leaf(record: Mapping[str, Any]) -> Intent:
    lists = {key: tuple(record[key]) for key in ("sources", "slots", "examples", "keys")}
    return Intent(path=record["path"], behaviour=Behaviour(record["behaviour"]), **lists)


def _plain_wordings(intents: Intents) -> list[list[str]]:
    """Return the plain form of every example by leaf; a wording that is all filler stays as written."""
    examples = [example for leaf in intents.leaves for example in leaf.examples]
    plain = iter(wording.plain_many(examples))
    return [
        list(dict.fromkeys(next(plain) or example for example in leaf.examples)) for leaf in intents.leaves
    ]


def _key(intents: Intents, encoder: Encoder) -> bytes:
    """Name all that `_learn` depends on: examples, encoder, and the code and lists by which examples become plain."""
    files = [Path(module.__file__ or "") for module in (wording, phrases, normalize)]
    files += [lexicon.file("lexicon"), lexicon.file("spelling")]
    rules = [hashlib.sha256(file.read_bytes()).hexdigest() for file in files]
    return json.dumps(
        [_FORMAT, asdict(encoder.identity), [leaf.examples for leaf in intents.leaves], rules]
    ).encode()


def _learn(encoder: Encoder, wordings: Sequence[Sequence[str]]) -> dict[str, NDArray[Any]]:
    """Work out all that the model knows of the wordings of each leaf."""
    texts, sizes = list(chain.from_iterable(wordings)), [len(rows) for rows in wordings]
    vocabulary, weights = _bayes(texts, sizes)
    grams = json.dumps(list(vocabulary), ensure_ascii=False).encode("utf-8", "surrogatepass")
    embeddings = encoder.encode([texts[row] for row in in_turns(sizes)], kind="query")
    return {
        "embeddings": embeddings,
        "weights": weights,
        "grams": np.frombuffer(grams, dtype=np.uint8),
        "sizes": np.array(sizes, dtype=np.int64),
    }


def _bayes(texts: Sequence[str], sizes: Sequence[int]) -> tuple[dict[str, int], FloatMatrix]:
    """Return the n-grams' places and each one's log odds by leaf, float32, shape (grams, leaves).

    Multinomial naive Bayes with additive smoothing; subtracting the mean over leaves leaves the choice as it
    is and lets an n-gram that tells nothing weigh nothing (Manning, Raghavan & Schuetze 2008, section 13.2).
    """
    vocabulary: dict[str, int] = {}
    places = [[vocabulary.setdefault(gram, len(vocabulary)) for gram in grams_of(text)] for text in texts]
    leaves = np.repeat(np.repeat(np.arange(len(sizes)), sizes), [len(row) for row in places])
    cells = np.fromiter(chain.from_iterable(places), dtype=np.int64) * len(sizes) + leaves
    counts = np.bincount(cells, minlength=len(vocabulary) * len(sizes)).reshape(len(vocabulary), len(sizes))
    smoothed = counts.astype(np.float32) + np.float32(_SMOOTHING)
    logs = np.log(smoothed / smoothed.sum(axis=0, keepdims=True))
    weights: FloatMatrix = np.ascontiguousarray(logs - logs.mean(axis=1, keepdims=True), dtype=np.float32)
    return vocabulary, weights


def grams_of(text: str) -> tuple[str, ...]:
    """Return the character n-grams of a text with marked ends, each once.

    In the order of the text, not of a set: in another order their weights add up to other last digits.
    """
    marked = "^" + text.replace(" ", "") + "$"
    found = (marked[place : place + size] for size in _LENGTHS for place in range(len(marked) - size + 1))
    return tuple(dict.fromkeys(found))


def _log_softmax(values: FloatMatrix) -> FloatMatrix:
    shifted = values - values.max(axis=1, keepdims=True)
    result: FloatMatrix = (shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))).astype(np.float32)
    return result


def _softmax(values: FloatMatrix) -> FloatMatrix:
    shifted = np.exp(values - values.max(axis=1, keepdims=True))
    result: FloatMatrix = (shifted / shifted.sum(axis=1, keepdims=True)).astype(np.float32)
    return result
