"""BM25 over an earlier index, less the rows that are gone, and a tail: the scores of an index built anew, bit by bit.

One changed text changes the number of texts, their mean length and the document frequency of its terms, and with
them a little of every weight. So the weights that the earlier index holds only propose rows: those proposed, and the
tail, are scored with the weights of now. How much a weight can have grown is known exactly, per query; what was not
proposed is below the last proposal by more than that, or the whole query is scored with the weights of now.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from assist.arrays import FloatMatrix, FloatVector, IdMatrix, IdVector
from assist.errors import InputError
from assist.index.bm25 import Bm25, Weights
from assist.index.counts import TermCounts
from assist.index.overlay import Patch
from assist.index.postings import adder
from assist.index.ranking import best_first, check_k, check_scopes, contenders, padded
from assist.index.sparse import SparseIndex
from assist.index.vocabulary import encode

# Proposals beyond k, besides half of k.
_SPARE = 32
# Sums of float32 weights are off by less than this per term, relatively.
_ROUNDING = 4e-7
# Looking one row up in a posting list costs about as much as weighing this many postings.
_LOOKUP_COST = 8
# So many postings per gone row are marked off sooner than the gone rows are looked up.
_MARK_COST = 16


class _Weighted(NamedTuple):
    """A term of a query in one part: its number there, its weight now, and how often it was asked for."""

    number: int
    idf: float
    times: int


@dataclass(frozen=True, slots=True)
class _Plan:
    """One query's terms in each part, by their bytes, as `Forward` sums them up.

    `growth`: no row of the earlier index can score more than this times what it scored there.
    """

    base: tuple[_Weighted, ...]
    tail: tuple[_Weighted, ...]
    growth: float


class SparseOverlay:
    """A BM25 index with rows left out and a tail; searches and scores as `SparseIndex` does, bit by bit.

    Searching is safe from any number of threads.
    """

    def __init__(self, base: SparseIndex, counts: TermCounts, tail: TermCounts, patch: Patch) -> None:
        """Take the earlier index, the counts it was made from, and those of the tail."""
        tokens, gone, added = (
            int(lengths.sum(dtype=np.int64))
            for lengths in (counts.lengths, counts.lengths[patch.gone], tail.lengths)
        )
        self.k1, self.b = base.k1, base.b
        self._before = Bm25.of(len(counts), tokens, base.k1, base.b)
        self._now = Bm25.of(len(patch), tokens - gone + added, base.k1, base.b)
        self._index = base
        self._patch = patch
        self._base = _Counted(counts, self._now)
        self._tail = _Counted(tail, self._now)
        self._lost: dict[int, int] = {}

    def __len__(self) -> int:
        """Count the rows, n."""
        return len(self._patch)

    def search(
        self, queries: Sequence[Sequence[str]], k: int, *, rows: Sequence[IdVector | None] | None = None
    ) -> tuple[IdMatrix, FloatMatrix]:
        """Find the k rows of highest BM25 score for each query; see `SparseIndex.search`."""
        check_k(k)
        in_base, in_tail = self._patch.split_scopes(check_scopes(rows, len(queries), len(self)))
        proposed, before = self._index.search(queries, k + k // 2 + _SPARE, rows=in_base)
        found = [
            self._search_one(plan, k, (proposed[at], before[at]), in_base[at], in_tail[at])
            for at, plan in enumerate(self._plan(queries))
        ]
        return padded(found, len(queries), k)

    def scores(self, query: Sequence[str], rows: IdVector) -> FloatVector:
        """Compute the exact scores of given rows for one query; see `SparseIndex.scores`."""
        if len(rows) and not 0 <= rows.min() <= rows.max() < len(self):
            raise InputError(f"rows must lie within 0..{len(self) - 1}, got {rows.min()}..{rows.max()}")
        plan = self._plan([query])[0]
        in_tail = rows >= self._patch.remaining
        scores = np.empty(len(rows), dtype=np.float32)
        scores[~in_tail] = self._base.scores(plan.base, self._patch.earlier(rows[~in_tail]))
        scores[in_tail] = self._tail.scores(plan.tail, rows[in_tail] - self._patch.remaining)
        return scores

    def idf(self, tokens: Sequence[str]) -> FloatVector:
        """Compute the inverse document frequency of tokens; see `SparseIndex.idf`."""
        found: FloatVector = self._now.idf(self._frequency(*self._find(tokens))).astype(np.float32)
        return found

    def _find(self, tokens: Sequence[str]) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
        return self._base.counts.vocabulary.find(tokens), self._tail.counts.vocabulary.find(tokens)

    def _frequency(self, base: NDArray[np.int32], tail: NDArray[np.int32]) -> NDArray[np.int64]:
        """Count the texts that have each term, from its numbers in both parts, -1 for one that is not there."""
        return self._base.frequency(base) + self._tail.frequency(tail) - self._lost_of(base)

    def _lost_of(self, numbers: NDArray[np.int32]) -> NDArray[np.int64]:
        """Count the rows that are gone among the postings of terms; each term is counted once."""
        if not len(self._patch.gone):
            return np.zeros(len(numbers), dtype=np.int64)
        for number in set(numbers.tolist()) - self._lost.keys():
            self._lost[number] = 0 if number < 0 else self._count_lost(number)
        return np.array([self._lost[number] for number in numbers.tolist()], dtype=np.int64)

    def _count_lost(self, number: int) -> int:
        postings = self._base.postings(number)
        if len(postings) < _MARK_COST * len(self._patch.gone):
            return int(self._gone_marks[postings].sum())
        places = np.minimum(np.searchsorted(postings, self._patch.gone), len(postings) - 1)
        return int((postings[places] == self._patch.gone).sum())

    @cached_property
    def _gone_marks(self) -> NDArray[np.bool_]:
        marks = np.zeros(len(self._base.counts), dtype=np.bool_)
        marks[self._patch.gone] = True
        return marks

    def _plan(self, queries: Sequence[Sequence[str]]) -> list[_Plan]:
        distinct = list(dict.fromkeys(chain.from_iterable(queries)))
        base, tail = self._find(distinct)
        frequency = self._frequency(base, tail)
        idf = self._now.idf(frequency)
        growth = idf / self._before.idf(self._base.frequency(base))
        places = {token: at for at, token in enumerate(distinct)}
        longer = max(self._now.mean_length / self._before.mean_length, 1.0)
        plans = []
        for query in queries:
            asked = Counter(query)
            terms = [at for at in map(places.__getitem__, asked) if frequency[at]]
            terms.sort(key=lambda at: encode(distinct[at]))
            in_base, in_tail = (
                tuple(
                    _Weighted(int(part[at]), float(idf[at]), asked[distinct[at]])
                    for at in terms
                    if part[at] >= 0
                )
                for part in (base, tail)
            )
            most = max((float(growth[at]) for at in terms if base[at] >= 0), default=1.0)
            plans.append(_Plan(in_base, in_tail, most * longer * (1.0 + _ROUNDING * (len(query) + 2))))
        return plans

    def _search_one(
        self,
        plan: _Plan,
        k: int,
        proposed: tuple[IdVector, FloatVector],
        scope: IdVector | None,
        tail_scope: IdVector | None,
    ) -> tuple[IdVector, FloatVector]:
        tail, tail_scores = self._tail.hits(plan.tail, tail_scope, k)
        tail = tail + self._patch.remaining
        rows, before = proposed
        real = rows[rows >= 0]
        remaining = np.sort(real[~self._patch.is_gone(real)])
        scores = self._base.scores(plan.base, remaining)
        found = _best((remaining, scores), (tail, tail_scores), k, self._patch)
        if len(real) < len(rows) or _is_certain(found[1], k, float(before[-1]) * plan.growth):
            return found
        whole = self._base.hits(plan.base, scope, k, without=self._patch.gone)
        return _best(whole, (tail, tail_scores), k, self._patch)


class _Counted:
    """Texts scored from their counts alone, with the weights of now."""

    def __init__(self, counts: TermCounts, weights: Bm25) -> None:
        self.counts = counts
        self._weights = weights

    def postings(self, number: int) -> NDArray[np.int32]:
        """Give the texts that have a term."""
        return self.counts.rows[self.counts.starts[number] : self.counts.starts[number + 1]]

    def frequency(self, numbers: NDArray[np.int32]) -> NDArray[np.int64]:
        """Count the texts that have each term; 0 for number -1."""
        known = np.maximum(numbers, 0)
        if not len(self.counts.vocabulary):
            return np.zeros(len(numbers), dtype=np.int64)
        return np.where(numbers >= 0, self.counts.starts[known + 1] - self.counts.starts[known], 0)

    def hits(
        self, terms: Sequence[_Weighted], scope: IdVector | None, k: int, *, without: IdVector | None = None
    ) -> tuple[IdVector, FloatVector]:
        """Score all texts of a scope, `without` some; those that may be among the k best, ascending."""
        if not terms:
            return np.empty(0, dtype=np.int64), np.empty(0, dtype=np.float32)
        scores = self._all(terms)
        if without is not None:
            scores[without] = 0.0
        if scope is None:
            rows = contenders(scores, k, floor=0.0)
        else:
            rows = scope[contenders(scores[scope], k, floor=0.0)]
        return rows, scores[rows]

    def scores(self, terms: Sequence[_Weighted], rows: IdVector) -> FloatVector:
        """Score texts, in any order."""
        touched = sum(
            int(self.counts.starts[term.number + 1] - self.counts.starts[term.number]) for term in terms
        )
        if len(rows) * len(terms) * _LOOKUP_COST < touched:
            return self._look_up(terms, rows)
        found: FloatVector = self._all(terms)[rows]
        return found

    def _all(self, terms: Sequence[_Weighted]) -> FloatVector:
        scores = np.zeros(len(self.counts), dtype=np.float32)
        add = adder()
        for term in terms:
            entries = slice(*self.counts.starts[term.number : term.number + 2].tolist())
            rows = self.counts.rows[entries]
            add(scores, rows, self._impacts(term, self.counts.counts[entries], self._saturation[rows]))
        return scores

    def _look_up(self, terms: Sequence[_Weighted], rows: IdVector) -> FloatVector:
        wanted = rows.astype(np.int32)
        saturation = self._weights.saturation(self.counts.lengths[rows])
        scores = np.zeros(len(rows), dtype=np.float32)
        for term in terms:
            start = int(self.counts.starts[term.number])
            postings = self.postings(term.number)
            places = np.minimum(np.searchsorted(postings, wanted), len(postings) - 1)
            hits = np.flatnonzero(postings[places] == wanted)
            scores[hits] += self._impacts(term, self.counts.counts[start + places[hits]], saturation[hits])
        return scores

    def _impacts(self, term: _Weighted, counts: NDArray[np.int32], saturation: Weights) -> FloatVector:
        impacts = self._weights.impacts(term.idf, counts, saturation)
        return impacts if term.times == 1 else impacts * term.times

    @cached_property
    def _saturation(self) -> Weights:
        return self._weights.saturation(self.counts.lengths)


def _best(
    base: tuple[IdVector, FloatVector], tail: tuple[IdVector, FloatVector], k: int, patch: Patch
) -> tuple[IdVector, FloatVector]:
    rows = np.concatenate((patch.renumbered(base[0]), tail[0]))
    return best_first(rows, np.concatenate((base[1], tail[1])), k)


def _is_certain(scores: FloatVector, k: int, most: float) -> bool:
    """Say whether k rows surely score more than anything that was not looked at, which is at most `most`."""
    return len(scores) == k and float(scores[-1]) > most
