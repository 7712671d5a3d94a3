"""Fine-tunes a static model on pairs of texts that belong together: plain numpy, seconds to minutes on one core."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from assist.arrays import FloatMatrix
from assist.encoder.pieces import Pieces
from assist.encoder.static import Cutter, StaticEncoder, unit_rows
from assist.encoder.weights import StaticWeights, quantize
from assist.errors import InputError

EpochDone = Callable[[int, int], None]
"""Called after each epoch with the epochs done and the number of all."""

_NEIGHBOURS = 20
_QUERIES_AT_ONCE = 512
_ALIKE = 0.9
_SHUT = np.float32(-1e4)


@dataclass(frozen=True, slots=True)
class AdaptSettings:
    """How far and how long to learn; `benchmarks/encoder/README.md` says what the defaults were chosen on.

    Attributes:
        ridge: How little the axes are turned and stretched before: the larger, the less.
        epochs: How often every pair is seen.
        batch: Pairs a step, each other's negatives.
        rate: Learning rate.
        temperature: Cosines are divided by it.
        negatives: Mined passages a query that are near and wrong.
        anchor: How strongly each row is held to where it began.
        seed: Of the order and the negatives.
    """

    ridge: float = 10.0
    epochs: int = 8
    batch: int = 256
    rate: float = 0.01
    temperature: float = 0.05
    negatives: int = 2
    anchor: float = 0.01
    seed: int = 0


@dataclass(frozen=True, slots=True)
class Lesson:
    """Pairs to learn from.

    Attributes:
        queries: n texts.
        passages: n texts; the i-th answers the i-th query.
        groups: int64, shape (n,). Pairs of one group mean the same and are never each other's negatives.
    """

    queries: Sequence[str]
    passages: Sequence[str]
    groups: NDArray[np.int64]


def fine_tune(
    base: StaticEncoder,
    lesson: Lesson,
    *,
    name: str,
    settings: AdaptSettings | None = None,
    progress: EpochDone | None = None,
) -> StaticWeights:
    """Learn from pairs in two steps what lies near what in this shop.

    First all rows are stretched along the axes on which texts of a pair agree and shrunk along those on which they
    differ (within-class covariance normalisation): a few hundred pairs are enough for it, and words that do not occur
    in them gain too. Then the rows of the pieces that occur move, so that queries come nearer to their passages
    than to others. Every query is told from the other passages of its batch and from mined ones: near to it for `base`, of another
    group, and not nearly the same text as its own passage. The same lesson, settings and base give the same weights.

    Args:
        base: A model with assist's own pieces.
        lesson: At least two groups of pairs.
        name: The new model's name.
        settings: How far and how long.
        progress: Told the epochs.

    Returns:
        The new model's weights, int8, ready to be written.

    Raises:
        InputError: There is one group only, or `base` has another tokenizer.

    References:
        Hatch, Kajarekar & Stolcke, Within-class Covariance Normalization (2006);
        Henderson et al., Efficient Natural Language Response Suggestion (2017); Duchi, Hazan & Singer, Adaptive
        Subgradient Methods (2011), one step size a row.
    """
    settings = settings or AdaptSettings()
    pieces = base.cutter
    if not isinstance(pieces, Pieces):
        raise InputError("only models with assist's own pieces can be adapted, such as 'bundled'")
    if len(np.unique(lesson.groups)) < 2:
        raise InputError("at least two groups of pairs are needed to tell one from the other")
    student = _Student(base.cutter, _stretched(base, lesson, settings.ridge), settings.anchor)
    queries, passages = student.counts(lesson.queries), student.counts(lesson.passages)
    near = _near(base, lesson)
    rng = np.random.default_rng(settings.seed)
    for epoch in range(settings.epochs):
        order = rng.permutation(len(lesson.queries))
        share = 1.0 - epoch / settings.epochs
        for start in range(0, len(order), settings.batch):
            chosen = order[start : start + settings.batch]
            wrong = _drawn(near, chosen, settings.negatives, rng)
            candidates = np.concatenate([chosen, wrong])
            same = lesson.groups[chosen][:, None] == lesson.groups[candidates][None, :]
            same[np.arange(len(chosen)), np.arange(len(chosen))] = False
            pairs = queries[chosen], passages[candidates]
            student.step(*pairs, same, rate=settings.rate * share, temperature=settings.temperature)
        if progress is not None:
            progress(epoch + 1, settings.epochs)
    codes, scales = quantize(student.table)
    return StaticWeights(codes, scales, pieces.words, pieces.simplified, name)


def _near(base: StaticEncoder, lesson: Lesson) -> NDArray[np.int64]:
    """Give for each query the pairs whose passages are near and wrong, int64, shape (n, 20); -1 where there are fewer."""
    queries = base.encode(lesson.queries, kind="query")
    passages = base.encode(lesson.passages)
    _, first = np.unique(np.asarray(lesson.passages, dtype=object).astype(str), return_index=True)
    others = passages[first]
    found = np.full((len(queries), _NEIGHBOURS), -1, dtype=np.int64)
    for start in range(0, len(queries), _QUERIES_AT_ONCE):
        part = slice(start, start + _QUERIES_AT_ONCE)
        scores = queries[part] @ others.T
        scores[lesson.groups[part][:, None] == lesson.groups[first][None, :]] = -2.0
        scores[passages[part] @ others.T > _ALIKE] = -2.0
        best = np.argsort(-scores, axis=1, kind="stable")[:, :_NEIGHBOURS]
        usable = np.take_along_axis(scores, best, axis=1) > -2.0
        found[part, : best.shape[1]] = np.where(usable, first[best], -1)
    return found


def _drawn(
    near: NDArray[np.int64], chosen: NDArray[np.int64], count: int, rng: np.random.Generator
) -> NDArray[np.int64]:
    picks = rng.integers(0, near.shape[1], (len(chosen), count))
    drawn = np.take_along_axis(near[chosen], picks, axis=1).ravel()
    found: NDArray[np.int64] = np.unique(drawn[drawn >= 0])
    return found


def _stretched(base: StaticEncoder, lesson: Lesson, ridge: float) -> FloatMatrix:
    """Give the rows times the inverse root of the covariance of differences within pairs; of the same overall size."""
    rows = base.vectors.astype(np.float32) * base.scales[:, None]
    apart = base.encode(lesson.queries, kind="query") - base.encode(lesson.passages)
    spread, axes = np.linalg.eigh(apart.T @ apart / np.float32(len(apart)))
    factors = (spread + ridge * spread.mean()) ** -0.5
    turned: FloatMatrix = rows @ ((axes * factors) @ axes.T)
    turned *= np.linalg.norm(rows) / np.linalg.norm(turned)
    return turned


class _Student:
    """The table of rows while it learns."""

    def __init__(self, cutter: Cutter, table: FloatMatrix, anchor: float) -> None:
        self._cutter, self._start, self._anchor = cutter, table, anchor
        self.table = table.copy()
        self._seen = np.zeros(len(table), dtype=np.float32)

    def counts(self, texts: Sequence[str]) -> Any:
        """Count pieces; sparse, shape (n, pieces)."""
        import scipy.sparse

        ids = self._cutter.ids_many(texts)
        ends = np.cumsum([0, *map(len, ids)])
        flat = np.fromiter((i for found in ids for i in found), dtype=np.int64, count=int(ends[-1]))
        ones = np.ones(len(flat), dtype=np.float32)
        return scipy.sparse.csr_matrix((ones, flat, ends), shape=(len(texts), len(self.table)))

    def step(
        self, queries: Any, candidates: Any, same: NDArray[np.bool_], *, rate: float, temperature: float
    ) -> None:
        """Take one step down the gradient of the contrastive loss, and of the distance from the start."""
        rows, places = np.unique(np.concatenate([queries.indices, candidates.indices]), return_inverse=True)
        ours, theirs = (
            _narrowed(counts, part, len(rows))
            for counts, part in zip(
                (queries, candidates), np.split(places.ravel(), [len(queries.indices)]), strict=True
            )
        )
        leaf = self.table[rows]
        pulls = _gradient(ours @ leaf, theirs @ leaf, same, temperature)
        gradient = ours.T @ pulls[0] + theirs.T @ pulls[1]
        gradient += self._anchor / len(same) * (leaf - self._start[rows])
        self._seen[rows] += np.square(gradient).mean(axis=1)
        self.table[rows] -= rate * gradient / (np.sqrt(self._seen[rows]) + 1e-10)[:, None]


def _narrowed(counts: Any, places: NDArray[np.int64], width: int) -> Any:
    import scipy.sparse

    return scipy.sparse.csr_matrix((counts.data, places, counts.indptr), shape=(counts.shape[0], width))


def _gradient(
    queries: FloatMatrix, candidates: FloatMatrix, same: NDArray[np.bool_], temperature: float
) -> tuple[FloatMatrix, FloatMatrix]:
    """Differentiate the cross-entropy, both ways, of each query's own candidate among all.

    Args:
        queries: float32, shape (n, d), not of unit length.
        candidates: float32, shape (m, d), m >= n; the first n are the queries' own.
        same: bool, shape (n, m). Left out of the sums.
        temperature: Cosines are divided by it.

    Returns:
        The derivatives by `queries` and by `candidates`, of their shapes.
    """
    n, itself = len(queries), np.arange(len(queries))
    one, two = unit_rows(queries.copy()), unit_rows(candidates.copy())
    scores = one @ two.T / np.float32(temperature)
    scores[same] = _SHUT
    pull, back = _softmax(scores), _softmax(scores[:, :n].T)
    pull[itself, itself] -= 1.0
    back[itself, itself] -= 1.0
    pull[:, :n] += back.T
    pull /= np.float32(2 * n * temperature)
    return _through_length(pull @ two, one, queries), _through_length(pull.T @ one, two, candidates)


def _softmax(scores: FloatMatrix) -> FloatMatrix:
    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    found: FloatMatrix = powers / powers.sum(axis=1, keepdims=True)
    return found


def _through_length(slope: FloatMatrix, unit: FloatMatrix, raw: FloatMatrix) -> FloatMatrix:
    """Carry a derivative by unit rows back to the rows before they were brought to length."""
    lengths = np.maximum(np.linalg.norm(raw, axis=1, keepdims=True), 1e-6)
    along = (slope * unit).sum(axis=1, keepdims=True)
    found: FloatMatrix = (slope - along * unit) / lengths
    return found
