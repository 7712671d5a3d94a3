"""BM25 over impact scores that are computed once and opened by memory map."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import chain
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from assist.arrays import FloatMatrix, FloatVector, IdMatrix, IdVector
from assist.errors import InputError, StoreCorruptError
from assist.index.bm25 import Bm25
from assist.index.counts import TermCounts, count_terms
from assist.index.folder import open_array, open_description, save_arrays, save_description
from assist.index.forward import Forward
from assist.index.postings import add_slices
from assist.index.ranking import (
    NEARLY_ALL,
    best_first,
    check_k,
    check_scopes,
    contenders,
    covers,
    inside,
    leaders,
    padded,
)
from assist.index.vocabulary import Vocabulary

_PREFIX = "sparse"
_DESCRIPTION = "sparse.json"
_CHUNK = 1 << 21
# Impacts are added up as whole numbers of this fraction, rounded up: two bytes instead of four, in cache and memory.
_SCALE = 64
_MOST_SUM = np.iinfo(np.uint16).max
_MOST_POSTINGS = np.iinfo(np.int32).max
# Scoring one row exactly costs about as much as adding so many postings, besides one for each of its terms.
_ROW_COST = 24
# Below this share of rows touched, collecting the touched rows beats looking through the whole array of sums.
_FEW_TOUCHED = 16
# Results taken beyond k when a few rows are out of scope.
_SPARE = 16
_TERMS_KEPT = 1 << 16
_UNSEEN: Any = object()

_Found = tuple[IdVector, FloatVector]


class _Term(NamedTuple):
    """A term that is known: its number, where its postings lie, no less than its largest rounded impact, its idf."""

    number: int
    start: int
    end: int
    most: int
    idf: float


class _Plan:
    """What one query adds up: its known terms, the last first, and how often each was asked for.

    Attributes:
        numbers: Numbers of the terms.
        weights: How often each was asked for.
        bounds: int32: where their postings begin and end, see `add_slices`.
        touched: Postings altogether.
        most: No sum can be larger.
        slack: A sum is above the scaled score, by less than this.
    """

    __slots__ = ("bounds", "most", "numbers", "slack", "touched", "weights")

    def __init__(self, terms: Sequence[tuple[_Term, int]]) -> None:
        ordered = sorted(terms, reverse=True)
        self.numbers = [term.number for term, _ in ordered]
        self.weights = [weight for _, weight in ordered]
        self.bounds = np.array([end for term, _ in ordered for end in (term.start, term.end)], dtype=np.int32)
        self.touched = sum(term.end - term.start for term, _ in ordered)
        self.most = sum(term.most * weight for term, weight in ordered)
        self.slack = sum(self.weights)


class SparseIndex:
    """BM25 with the smoothed inverse document frequency of Lucene; a row without any query term is never a hit.

    score(q, d) = sum over tokens t of q of ln(1 + (N - df + 0.5) / (df + 0.5)) * tf / (tf + k1 (1 - b + b |d| / avg))

    A query adds up the posting slices of its terms, rounded to whole numbers: nothing depends on the number of terms
    stored, and little on the number of rows. The rows that may be among the best by those sums are then scored
    exactly, term by term in the order of the vocabulary. So a score is the same, bit by bit, whichever way a search
    took and in whatever order the tokens came. Searching is safe from any number of threads.

    References:
        Robertson & Zaragoza, The Probabilistic Relevance Framework: BM25 and Beyond (2009), section 3.
        Kamphuis, de Vries, Boytsov & Lin, Which BM25 Do You Mean? (2020), row "Lucene (accurate)".
    """

    def __init__(
        self,
        vocabulary: Vocabulary,
        starts: NDArray[np.int64],
        rows: NDArray[np.int32],
        rounded: NDArray[np.uint16],
        forward: Forward,
        *,
        n: int,
        k1: float,
        b: float,
    ) -> None:
        """Take arrays as they are; use `build`, `from_counts` or `open`."""
        self._vocabulary = vocabulary
        self._starts = starts
        self._rows = rows
        self._rounded = rounded
        self._forward = forward
        self._n = n
        self.k1 = k1
        self.b = b
        self._known: dict[str, _Term | None] = {}
        self._unseen_idf = float(_idf(n, np.zeros(1, dtype=np.int64))[0])
        self._row_cost = _ROW_COST + len(rows) // max(n, 1)
        self._local = threading.local()

    def __len__(self) -> int:
        """Count the rows, n."""
        return self._n

    @property
    def n_terms(self) -> int:
        """Distinct terms, v."""
        return len(self._vocabulary)

    @classmethod
    def build(cls, token_lists: Sequence[Sequence[str]], *, k1: float = 1.5, b: float = 0.75) -> SparseIndex:
        """Build from n texts given as lists of tokens.

        Args:
            token_lists: n lists; any may be empty; n may be 0.
            k1: Term saturation, >= 0.
            b: Length normalisation, 0-1.

        Returns:
            The index; row i is `token_lists[i]`.

        Raises:
            InputError: k1 or b is out of range.
        """
        return cls.from_counts(count_terms(token_lists), k1=k1, b=b)

    @classmethod
    def from_counts(cls, counts: TermCounts, *, k1: float = 1.5, b: float = 0.75) -> SparseIndex:
        """Build from counted terms; the vocabulary and the rows are shared with `counts`.

        Raises:
            InputError: k1 or b is out of range, or there are more than 2^31 - 1 postings.
        """
        if k1 < 0 or not 0 <= b <= 1:
            raise InputError(f"k1 >= 0 and 0 <= b <= 1 must hold, got k1={k1}, b={b}")
        n = len(counts)
        if len(counts.rows) > _MOST_POSTINGS:
            raise InputError(f"an index holds at most {_MOST_POSTINGS} postings, got {len(counts.rows)}")
        impacts = _impacts(counts, k1, b)
        forward = Forward.of(counts.starts, counts.rows, impacts, n=n)
        return cls(counts.vocabulary, counts.starts, counts.rows, _rounded(impacts), forward, n=n, k1=k1, b=b)

    def search(
        self, queries: Sequence[Sequence[str]], k: int, *, rows: Sequence[IdVector | None] | None = None
    ) -> tuple[IdMatrix, FloatMatrix]:
        """Find the k rows of highest BM25 score for each query.

        Args:
            queries: q lists of tokens; unknown tokens count for nothing, a repeated token counts twice.
            k: Results wanted per query, >= 1.
            rows: Per query the only rows that count, ascending, or None for all. They are applied before the cut,
                so k hits come back whenever k rows of the scope have any query term.

        Returns:
            rows: int64, shape (q, k), best first, equal scores by lower row, padded with -1.
            scores: float32, shape (q, k), > 0, padded with -inf.

        Raises:
            InputError: k < 1, or `rows` does not fit.
        """
        check_k(k)
        scopes = check_scopes(rows, len(queries), self._n)
        plans = self._plan(queries)
        if plans:
            # Whoever searches both lanes asks next for the scores of what only the other one found.
            self._local.last = tuple(queries[-1]), plans[-1]
        found = (self._search_one(plan, k, scope) for plan, scope in zip(plans, scopes, strict=True))
        return padded(found, len(queries), k)

    def scores(self, query: Sequence[str], rows: IdVector) -> FloatVector:
        """Compute the exact scores of given rows for one query.

        Args:
            query: Tokens.
            rows: int64, shape (m,), any order.

        Returns:
            float32, shape (m,), the very numbers that `search` gives; 0 for a row without any query term.
        """
        if len(rows) and not 0 <= rows.min() <= rows.max() < self._n:
            raise InputError(f"rows must lie within 0..{self._n - 1}, got {rows.min()}..{rows.max()}")
        return self._score(self._plan_again(query), rows)

    def idf(self, tokens: Sequence[str]) -> FloatVector:
        """Compute the inverse document frequency of tokens, ln(1 + (N - df + 0.5) / (df + 0.5)).

        Args:
            tokens: t tokens; an unknown one has df = 0 and so the highest value.

        Returns:
            float32, shape (t,).
        """
        known = self._look_up(tokens)
        terms = map(known.__getitem__, tokens)
        found = (self._unseen_idf if term is None else term.idf for term in terms)
        return np.fromiter(found, dtype=np.float32, count=len(tokens))

    def save(self, folder: Path) -> None:
        """Write plain arrays and a description into an existing folder."""
        self._vocabulary.save(folder, f"{_PREFIX}.vocabulary")
        arrays: dict[str, NDArray[Any]] = {
            "starts": self._starts,
            "rows": self._rows,
            "rounded": self._rounded,
        }
        save_arrays(folder, _PREFIX, arrays)
        self._forward.save(folder)
        save_description(folder, _DESCRIPTION, {"n": self._n, "k1": float(self.k1), "b": float(self.b)})

    @classmethod
    def open(cls, folder: Path, *, mmap: bool = True) -> SparseIndex:
        """Open what `save` wrote; with `mmap` nothing is read but a few headers.

        Raises:
            StoreCorruptError: A file is missing, or the files do not fit together.
        """
        about = open_description(folder, _DESCRIPTION, {"n": int, "k1": float, "b": float})
        vocabulary = Vocabulary.open(folder, f"{_PREFIX}.vocabulary", mmap=mmap)
        opened = cls(
            vocabulary,
            open_array(folder, f"{_PREFIX}.starts.npy", np.int64, mmap=mmap),
            open_array(folder, f"{_PREFIX}.rows.npy", np.int32, mmap=mmap),
            open_array(folder, f"{_PREFIX}.rounded.npy", np.uint16, mmap=mmap),
            Forward.open(folder, n=about["n"], n_terms=len(vocabulary), mmap=mmap),
            n=about["n"],
            k1=about["k1"],
            b=about["b"],
        )
        opened._check_files(folder)
        return opened

    def _check_files(self, folder: Path) -> None:
        v, postings = len(self._vocabulary), len(self._rows)
        fits = len(self._starts) == v + 1 and len(self._rounded) == postings == len(self._forward)
        if not fits or self._starts[-1] != postings:
            file = f"{_PREFIX}.starts.npy"
            raise StoreCorruptError(f"{file} does not fit the other files", path=folder, file=file)

    def _plan(self, queries: Sequence[Sequence[str]]) -> list[_Plan]:
        known = self._look_up(list(chain.from_iterable(queries)))
        return [
            _Plan([(term, weight) for token, weight in Counter(query).items() if (term := known[token])])
            for query in queries
        ]

    def _plan_again(self, query: Sequence[str]) -> _Plan:
        """Give the plan of a query; at hand where it is the last one that this thread searched for."""
        last: tuple[Sequence[str], _Plan] | None = getattr(self._local, "last", None)
        return last[1] if last is not None and last[0] == tuple(query) else self._plan([query])[0]

    def _look_up(self, tokens: Sequence[str]) -> dict[str, _Term | None]:
        """Look all tokens up at once; those that were asked for lately are at hand."""
        known = {token: self._known.get(token, _UNSEEN) for token in tokens}
        new = [token for token, term in known.items() if term is _UNSEEN]
        if new:
            found = dict(zip(new, self._terms(self._vocabulary.find(new)), strict=True))
            known |= found
            if len(self._known) > _TERMS_KEPT:
                self._known.clear()
            self._known |= found
        return known

    def _terms(self, numbers: NDArray[np.int32]) -> list[_Term | None]:
        if not len(self._vocabulary):
            return [None] * len(numbers)
        known = np.maximum(numbers, 0)
        starts, ends = self._starts[known], self._starts[known + 1]
        idf = _idf(self._n, ends - starts)
        fields = zip(numbers.tolist(), starts.tolist(), ends.tolist(), idf.tolist(), strict=True)
        return [
            None if number < 0 else _Term(number, start, end, int(rarity * _SCALE) + 2, rarity)
            for number, start, end, rarity in fields
        ]

    def _search_one(self, plan: _Plan, k: int, scope: IdVector | None) -> _Found:
        if not plan.numbers or (scope is not None and not len(scope)):
            return np.empty(0, dtype=np.int64), np.empty(0, dtype=np.float32)
        if scope is not None and len(scope) * self._row_cost < plan.touched:
            scores = self._score(plan, scope)
            places = contenders(scores, k, floor=0.0)
            return best_first(scope[places], scores[places], k)
        if scope is not None and covers(scope, self._n, NEARLY_ALL):
            return self._search_nearly_all(plan, k, scope)
        if scope is None and plan.touched * _FEW_TOUCHED < self._n:
            return self._best(plan, self._leaders_touched(plan, k), k)
        return self._best(plan, self._leaders(plan, k, scope), k)

    def _leaders(self, plan: _Plan, k: int, scope: IdVector | None) -> IdVector:
        with self._added(plan) as sums:
            if scope is None:
                return leaders(sums, k, plan.slack)[0]
            return scope[leaders(sums.take(scope), k, plan.slack)[0]]

    def _leaders_touched(self, plan: _Plan, k: int) -> IdVector:
        bounds = plan.bounds.tolist()
        slices = [self._rows[i:j] for i, j in zip(bounds[::2], bounds[1::2], strict=True)]
        touched = np.concatenate(slices)
        with self._added(plan, touched) as sums:
            values = sums[touched]
        # A row is listed once per term it has, so k rows are surely among the k * t best entries.
        places, _ = leaders(values, k * len(plan.numbers), plan.slack)
        return np.unique(touched[places]).astype(np.int64)

    def _search_nearly_all(self, plan: _Plan, k: int, scope: IdVector) -> _Found:
        """Search everything a little deeper and drop what is outside; pass over the scope only if that left few."""
        with self._added(plan) as sums:
            rows, least = leaders(sums, k + k // 2 + _SPARE, plan.slack)
            found = self._best(plan, rows[inside(scope, rows)], k)
            # What was not looked at has a sum below `least`, and so a smaller score.
            if least == 1 or (len(found[1]) == k and found[1][-1] * _SCALE >= least):
                return found
            return self._best(plan, scope[leaders(sums.take(scope), k, plan.slack)[0]], k)

    def _best(self, plan: _Plan, rows: IdVector, k: int) -> _Found:
        return best_first(rows, self._score(plan, rows), k)

    def _score(self, plan: _Plan, rows: IdVector) -> FloatVector:
        return self._forward.scores(plan.numbers, plan.weights, rows)

    @contextmanager
    def _added(self, plan: _Plan, touched: NDArray[np.int32] | None = None) -> Iterator[NDArray[Any]]:
        """Lend this thread's array of sums with the rounded impacts of a query added up; all zeros again after it."""
        if plan.most > _MOST_SUM:
            yield self._added_wide(plan)
            return
        sums: NDArray[np.uint16] | None = getattr(self._local, "sums", None)
        if sums is None:
            sums = np.zeros(self._n, dtype=np.uint16)
        # While lent it belongs to nobody else: after an exception half-way it is dropped, not used again.
        self._local.sums = None
        weights = np.array(plan.weights, dtype=np.uint16)
        add_slices(sums, plan.bounds, self._rows, self._rounded, weights)
        yield sums
        sums[slice(None) if touched is None else touched] = 0
        self._local.sums = sums

    def _added_wide(self, plan: _Plan) -> NDArray[np.uint64]:
        """Add up a query so long that its sums need more than two bytes."""
        sums = np.zeros(self._n, dtype=np.uint64)
        bounds = plan.bounds.tolist()
        for i, j, weight in zip(bounds[::2], bounds[1::2], plan.weights, strict=True):
            one, whole = np.array([weight], dtype=np.uint64), np.array([0, j - i], dtype=np.int32)
            add_slices(sums, whole, self._rows[i:j], self._rounded[i:j].astype(np.uint64), one)
        return sums


def _idf(n: int, frequency: NDArray[np.int64]) -> NDArray[np.float64]:
    return np.asarray(np.log1p((n - frequency + 0.5) / (frequency + 0.5)), dtype=np.float64)


def _rounded(impacts: FloatVector) -> NDArray[np.uint16]:
    rounded = np.empty(len(impacts), dtype=np.uint16)
    for start in range(0, len(impacts), _CHUNK):
        piece = slice(start, start + _CHUNK)
        rounded[piece] = np.floor(impacts[piece] * np.float32(_SCALE)) + 1
    return rounded


def _impacts(counts: TermCounts, k1: float, b: float) -> FloatVector:
    formula = Bm25.of(len(counts), int(counts.lengths.sum(dtype=np.int64)), k1, b)
    frequency = np.diff(counts.starts)
    idf, saturation = formula.idf(frequency), formula.saturation(counts.lengths)
    impacts = np.empty(len(counts.rows), dtype=np.float32)
    term = np.repeat(np.arange(len(frequency), dtype=np.int32), frequency)
    # In pieces, so that the float64 intermediates stay small beside the result.
    for start in range(0, len(impacts), _CHUNK):
        piece = slice(start, start + _CHUNK)
        entries = counts.counts[piece], saturation[counts.rows[piece]]
        impacts[piece] = formula.impacts(idf[term[piece]], *entries)
    return impacts
