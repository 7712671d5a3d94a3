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
from assist.index.postings import adder
from assist.index.ranking import (
    NEARLY_ALL,
    best_first,
    check_k,
    check_scopes,
    contenders,
    covers,
    inside,
    padded,
)
from assist.index.vocabulary import Vocabulary

_PREFIX = "sparse"
_DESCRIPTION = "sparse.json"
_CHUNK = 1 << 21
# Looking one row up in a posting list costs about as much as adding this many postings one after the other.
_LOOKUP_COST = 40
# Below this share of rows touched, collecting the touched rows beats looking through the whole score array.
_FEW_TOUCHED = 16
# Results taken beyond k when a few rows are out of scope.
_SPARE = 16


class _Term(NamedTuple):
    """One known term of a query: where its postings lie, and how often it was asked for."""

    size: int
    start: int
    end: int
    weight: int


class SparseIndex:
    """BM25 with the smoothed inverse document frequency of Lucene; a row without any query term is never a hit.

    score(q, d) = sum over tokens t of q of ln(1 + (N - df + 0.5) / (df + 0.5)) * tf / (tf + k1 (1 - b + b |d| / avg))

    A query adds up the posting slices of its terms; nothing depends on the number of terms stored, and little on
    the number of rows. Searching is safe from any number of threads. Terms are always added rarest first, so a score
    is the same, bit by bit, whichever way a search took and in whatever order the tokens came.

    References:
        Robertson & Zaragoza, The Probabilistic Relevance Framework: BM25 and Beyond (2009), section 3.
        Kamphuis, de Vries, Boytsov & Lin, Which BM25 Do You Mean? (2020), row "Lucene (accurate)".
    """

    def __init__(
        self,
        vocabulary: Vocabulary,
        starts: NDArray[np.int64],
        rows: NDArray[np.int32],
        impacts: FloatVector,
        *,
        n: int,
        k1: float,
        b: float,
    ) -> None:
        """Take arrays as they are; use `build`, `from_counts` or `open`."""
        self._vocabulary = vocabulary
        self._starts = starts
        self._rows = rows
        self._impacts = impacts
        self._n = n
        self.k1 = k1
        self.b = b
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
            InputError: k1 or b is out of range.
        """
        if k1 < 0 or not 0 <= b <= 1:
            raise InputError(f"k1 >= 0 and 0 <= b <= 1 must hold, got k1={k1}, b={b}")
        impacts = _impacts(counts, k1, b)
        return cls(counts.vocabulary, counts.starts, counts.rows, impacts, n=len(counts), k1=k1, b=b)

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
        found = (self._search_one(terms, k, scope) for terms, scope in zip(plans, scopes, strict=True))
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
        return self._score_scope(self._plan([query])[0], rows)

    def idf(self, tokens: Sequence[str]) -> FloatVector:
        """Compute the inverse document frequency of tokens, ln(1 + (N - df + 0.5) / (df + 0.5)).

        Args:
            tokens: t tokens; an unknown one has df = 0 and so the highest value.

        Returns:
            float32, shape (t,).
        """
        found = self._vocabulary.find(list(tokens))
        known = np.maximum(found, 0)
        sizes = (
            self._starts[known + 1] - self._starts[known] if len(self._vocabulary) else np.zeros(len(found))
        )
        frequency = np.where(found >= 0, sizes, 0)
        return np.log1p((self._n - frequency + 0.5) / (frequency + 0.5)).astype(np.float32)

    def save(self, folder: Path) -> None:
        """Write plain arrays and a description into an existing folder."""
        self._vocabulary.save(folder, f"{_PREFIX}.vocabulary")
        arrays: dict[str, NDArray[Any]] = {
            "starts": self._starts,
            "rows": self._rows,
            "impacts": self._impacts,
        }
        save_arrays(folder, _PREFIX, arrays)
        save_description(folder, _DESCRIPTION, {"n": self._n, "k1": float(self.k1), "b": float(self.b)})

    @classmethod
    def open(cls, folder: Path, *, mmap: bool = True) -> SparseIndex:
        """Open what `save` wrote; with `mmap` nothing is read but a few headers.

        Raises:
            StoreCorruptError: A file is missing, or the files do not fit together.
        """
        about = open_description(folder, _DESCRIPTION, {"n": int, "k1": float, "b": float})
        opened = cls(
            Vocabulary.open(folder, f"{_PREFIX}.vocabulary", mmap=mmap),
            open_array(folder, f"{_PREFIX}.starts.npy", np.int64, mmap=mmap),
            open_array(folder, f"{_PREFIX}.rows.npy", np.int32, mmap=mmap),
            open_array(folder, f"{_PREFIX}.impacts.npy", np.float32, mmap=mmap),
            n=about["n"],
            k1=about["k1"],
            b=about["b"],
        )
        opened._check_files(folder)
        return opened

    def _check_files(self, folder: Path) -> None:
        v, postings = len(self._vocabulary), len(self._rows)
        fits = len(self._starts) == v + 1 and len(self._impacts) == postings
        if not fits or self._starts[-1] != postings:
            file = f"{_PREFIX}.starts.npy"
            raise StoreCorruptError(f"{file} does not fit the other files", path=folder, file=file)

    def _plan(self, queries: Sequence[Sequence[str]]) -> list[list[_Term]]:
        """Look all queries' terms up at once; each query's known terms come rarest first."""
        distinct = list(dict.fromkeys(chain.from_iterable(queries)))
        found = self._vocabulary.find(distinct)
        known = np.flatnonzero(found >= 0)
        numbers = found[known]
        starts, ends = self._starts[numbers].tolist(), self._starts[numbers + 1].tolist()
        terms = {
            distinct[place]: (end - start, start, end)
            for place, start, end in zip(known.tolist(), starts, ends, strict=True)
        }
        return [
            sorted(_Term(*terms[token], weight) for token, weight in Counter(query).items() if token in terms)
            for query in queries
        ]

    def _search_one(self, terms: list[_Term], k: int, scope: IdVector | None) -> tuple[IdVector, FloatVector]:
        if not terms:
            return np.empty(0, dtype=np.int64), np.empty(0, dtype=np.float32)
        if scope is not None and covers(scope, self._n, NEARLY_ALL):
            return self._search_nearly_all(terms, k, scope)
        if scope is not None:
            scores = self._score_scope(terms, scope)
            places = contenders(scores, k, floor=0.0)
            return best_first(scope[places], scores[places], k)
        touched = sum(term.size for term in terms)
        if touched * _FEW_TOUCHED < self._n:
            return self._search_touched(terms, k)
        return self._search_all(terms, k)

    def _search_touched(self, terms: list[_Term], k: int) -> tuple[IdVector, FloatVector]:
        with self._zeros() as scores:
            self._add(terms, scores)
            touched = np.concatenate([self._rows[term.start : term.end] for term in terms])
            values = scores[touched]
            scores[touched] = 0.0
        # A row is listed once per term it has, so k rows are surely among the k * t best entries.
        places = contenders(values, k * len(terms), floor=0.0)
        rows, first = np.unique(touched[places], return_index=True)
        return best_first(rows.astype(np.int64), values[places[first]], k)

    def _search_all(self, terms: list[_Term], k: int) -> tuple[IdVector, FloatVector]:
        with self._zeros() as scores:
            self._add(terms, scores)
            rows = contenders(scores, k, floor=0.0)
            values = scores[rows]
            scores.fill(0.0)
        return best_first(rows, values, k)

    def _search_nearly_all(self, terms: list[_Term], k: int, scope: IdVector) -> tuple[IdVector, FloatVector]:
        """Search everything a little deeper and drop what is outside; pass over the scope only if that left few."""
        with self._zeros() as scores:
            self._add(terms, scores)
            wanted = k + k // 2 + _SPARE
            leaders = contenders(scores, wanted, floor=0.0)
            rows = leaders[inside(scope, leaders)]
            if len(rows) < k and len(leaders) >= wanted:
                rows = scope[contenders(scores[scope], k, floor=0.0)]
            values = scores[rows]
            scores.fill(0.0)
        return best_first(rows, values, k)

    def _lookup_pays(self, m: int, terms: list[_Term]) -> bool:
        return m * len(terms) * _LOOKUP_COST < sum(term.size for term in terms)

    def _score_scope(self, terms: list[_Term], rows: IdVector) -> FloatVector:
        if self._lookup_pays(len(rows), terms):
            return self._look_up(terms, rows, np.zeros(len(rows), dtype=np.float32))
        with self._zeros() as scores:
            self._add(terms, scores)
            taken: FloatVector = scores.take(rows)
            scores.fill(0.0)
        return taken

    def _add(self, terms: list[_Term], scores: FloatVector) -> None:
        add = adder()
        for term in terms:
            impacts = self._impacts[term.start : term.end]
            add(
                scores,
                self._rows[term.start : term.end],
                impacts if term.weight == 1 else impacts * term.weight,
            )

    def _look_up(self, terms: list[_Term], rows: IdVector, scores: FloatVector) -> FloatVector:
        wanted = rows.astype(np.int32)
        for term in terms:
            postings = self._rows[term.start : term.end]
            places = np.minimum(np.searchsorted(postings, wanted), len(postings) - 1)
            hits = np.flatnonzero(postings[places] == wanted)
            impacts = self._impacts[term.start + places[hits]]
            scores[hits] += impacts if term.weight == 1 else impacts * term.weight
        return scores

    @contextmanager
    def _zeros(self) -> Iterator[FloatVector]:
        """Lend this thread's score array, all zeros; the user leaves it all zeros."""
        scores: FloatVector | None = getattr(self._local, "scores", None)
        if scores is None:
            scores = np.zeros(self._n, dtype=np.float32)
        # While lent it belongs to nobody else: after an exception half-way it is dropped, not used again.
        self._local.scores = None
        yield scores
        self._local.scores = scores


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
