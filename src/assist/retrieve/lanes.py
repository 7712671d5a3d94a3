"""Queries -> hits: scope, both lanes, fusion, collapse; the whole batch in a few array operations."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from types import MappingProxyType
from typing import NamedTuple, TypeAlias

import numpy as np

from assist.arrays import FloatMatrix, FloatVector, IdVector
from assist.documents import Audience, Chunk, Document, Kind
from assist.encoder.base import Encoder
from assist.errors import InputError
from assist.index.filters import Filter
from assist.memo import KeyedMemo
from assist.results import Hit
from assist.retrieve.candidates import Asked
from assist.retrieve.fuse import Fused, attainable_scores, collapse, fuse, fuse_scored
from assist.retrieve.reranker import Reranker, Reranking
from assist.settings import SearchSettings
from assist.store.view import AUDIENCE_CODES, KIND_CODES, View, moment_seconds
from assist.text.normalize import fold


@dataclass(frozen=True, slots=True)
class Scope:
    """What a query may find; each limit is applied before the cut at k.

    Attributes:
        products: Product ids or aliases; rows of other products are out, rows of no product stay. None: no
            limit. Empty: only rows of no product.
        kinds: Kinds allowed; None: all.
        audiences: Audiences allowed; None: all.
        moments: A row must be valid at one of them; empty: validity is not looked at.
        excluded_documents: Dense document numbers that are out.
    """

    products: tuple[str, ...] | None = None
    kinds: tuple[Kind, ...] | None = None
    audiences: tuple[Audience, ...] | None = None
    moments: tuple[datetime, ...] = ()
    excluded_documents: frozenset[int] = field(default_factory=frozenset)

    @classmethod
    def read(
        cls,
        *,
        product: str | None,
        kinds: Sequence[str | Kind] | None,
        moment: datetime | None,
        filters: Mapping[str, str] | None,
    ) -> Scope:
        """Read the limits of a search as callers give them.

        Raises:
            InputError: An unknown kind, filter or audience; the message lists the known ones.
        """
        unknown = sorted(set(filters or ()) - {"audience"})
        if unknown:
            raise InputError(f"unknown filter {unknown[0]!r}; known: audience")
        audience = (filters or {}).get("audience")
        return cls(
            products=None if product is None else (product,),
            kinds=None if kinds is None else tuple(Kind(Kind.parse(kind)) for kind in kinds),
            audiences=None if audience is None else (Audience(Audience.parse(audience)),),
            moments=() if moment is None else (moment,),
        )

    def rows(self, view: View) -> IdVector | None:
        """Turn the scope into ascending rows of a view; None: every row passes."""
        if self == _NO_LIMIT:
            return None
        return view.filters.rows(self.as_filter(view))

    def as_filter(self, view: View) -> Filter:
        """Turn words into the numbers of a view."""
        numbers = None
        if self.products is not None:
            known = (view.product_number.get(name) for name in self.products)
            numbers = frozenset(number for number in known if number is not None)
        return Filter(
            kinds=None if self.kinds is None else frozenset(KIND_CODES[kind] for kind in self.kinds),
            audiences=None
            if self.audiences is None
            else frozenset(AUDIENCE_CODES[who] for who in self.audiences),
            products=numbers,
            at=tuple(moment_seconds(moment) for moment in self.moments),
            exclude_documents=self.excluded_documents or None,
        )


_NO_LIMIT = Scope()
# Hits looked at per hit wanted, in each lane and for near-duplicates, and at least. Measured on four sets of real
# queries: with 40 of each lane the best ten are those of 100 in 99 to 100 of 100 queries, and nDCG@10 is the same.
_DEPTH = 4
_LEAST = 40
# A scope of so few rows is scored whole: finding the best of it first costs more than that.
_SMALL = 512


@dataclass(frozen=True, slots=True)
class Wanted:
    """One search.

    Attributes:
        text: The query; an empty one finds nothing.
        scope: What it may find.
        k: Hits wanted, >= 1.
        distinct: Let near-duplicates collapse into the best of them, so that k hits are k things.
    """

    text: str
    scope: Scope
    k: int
    distinct: bool = True


class _Searched(NamedTuple):
    """What a search found, best first, and the scope: while that is held, no other rows have its id.

    Kept as arrays, of which the garbage collector knows nothing: thousands of hits would make its rounds long.
    """

    rows: IdVector
    scores: FloatVector
    dense: FloatVector
    sparse: FloatVector
    counts: IdVector | None
    scope: IdVector | None


_Key: TypeAlias = tuple[str, int, int, bool, int, bytes]
"""All that hits depend on in one view: text, rows, hits wanted, whether distinct, depth, vector."""
_QUERIES_KEPT, _RARITIES_KEPT, _ROWS_KEPT = 1_024, 16_384, 4_096


class Retriever:
    """Searches one view with one encoder.

    Args:
        view: What is searched.
        encoder: Must be the one the view's vectors were made with.
        settings: Weights and limits.
        kept: Searches whose hits stay at hand: shoppers ask the same of the same product again and again.

    Raises:
        InputError: `settings.ranked` with an encoder that the bundled reranker was not learnt with.
    """

    def __init__(self, view: View, encoder: Encoder, settings: SearchSettings, *, kept: int = 0) -> None:
        self.view = view
        self._encoder = encoder
        self._settings = settings
        self._reranking = Reranking(view, encoder, Reranker.bundled()) if settings.ranked else None
        self._recent: KeyedMemo[_Key, _Searched] = KeyedMemo(kept)
        self._queries: KeyedMemo[str, Asked] = KeyedMemo(_QUERIES_KEPT)
        self._rarities: KeyedMemo[str, float] = KeyedMemo(_RARITIES_KEPT)
        self._read_rows: KeyedMemo[int, tuple[Chunk, Document]] = KeyedMemo(_ROWS_KEPT)

    def search(
        self,
        queries: Sequence[str],
        k: int,
        scopes: Sequence[Scope],
        *,
        vectors: FloatMatrix | None = None,
        distinct: bool = True,
    ) -> list[tuple[Hit, ...]]:
        """Find the best hits for each query.

        Args:
            queries: q texts.
            k: Hits wanted per query, >= 1.
            scopes: One scope per query.
            vectors: float32, shape (q, d), unit rows: what the dense lane looks for; None encodes the queries.
            distinct: Let near-duplicates collapse into the best of them, so that k hits are k things.

        Returns:
            Per query at most k hits, best first; ties by lower row. An empty query finds nothing.
        """
        wanted = [Wanted(text, scope, k, distinct) for text, scope in zip(queries, scopes, strict=True)]
        return self.search_each(wanted, vectors=vectors)

    def search_each(
        self, wanted: Sequence[Wanted], *, vectors: FloatMatrix | None = None
    ) -> list[tuple[Hit, ...]]:
        """Find hits for searches that differ in more than their text, in one go; see `search`."""
        if not len(self.view):
            return [() for _ in wanted]
        asked = {text: self._read(text) for text in dict.fromkeys(one.text for one in wanted)}
        if not any(query.text for query in asked.values()):
            return [() for _ in wanted]
        if vectors is None:
            vectors = self._encoder.encode([asked[one.text].text for one in wanted], kind="query")
        most = max(one.k for one in wanted)
        take = max(min(max(_DEPTH * most, _LEAST), self._settings.candidates), most)
        rows = self._allowed([one.scope for one in wanted])
        keys = [
            (one.text, id(scope), one.k, one.distinct, take, vector.tobytes())
            for one, scope, vector in zip(wanted, rows, vectors, strict=True)
        ]
        found = {key: known for key in keys if (known := self._recent.get(key)) is not None}
        # Of equal searches in a batch the last one stands for all.
        new = {key: at for at, key in enumerate(keys) if key not in found and asked[wanted[at].text].text}
        places = list(new.values())
        fresh = self._search(
            [wanted[at] for at in places], asked, vectors[places], [rows[at] for at in places], take
        )
        for key, searched in zip(new, fresh, strict=True):
            found[key] = self._recent.put(key, searched)
        hits = {key: self._hits(searched) for key, searched in found.items()}
        return [hits.get(key, ()) for key in keys]

    def _read(self, text: str) -> Asked:
        """Work out what both lanes and their mix look at, once a text."""
        known = self._queries.get(text)
        if known is not None:
            return known
        folded = fold(text)
        tokens = self.view.tokenizer.tokens(folded)
        attainable = float(attainable_scores([tokens], self._idf)[0])
        return self._queries.put(text, Asked(folded, tokens, attainable))

    def _idf(self, tokens: Sequence[str]) -> FloatVector:
        """Look rarities up; those of words that were asked for before are at hand."""
        known = {token: self._rarities.get(token) for token in tokens}
        new = [token for token, rarity in known.items() if rarity is None]
        if new:
            found = dict(zip(new, self.view.sparse.idf(new).tolist(), strict=True))
            for token, rarity in found.items():
                self._rarities.put(token, rarity)
            known |= found
        return np.array([known[token] for token in tokens], dtype=np.float32)

    def _search(
        self,
        wanted: Sequence[Wanted],
        asked: Mapping[str, Asked],
        vectors: FloatMatrix,
        rows: Sequence[IdVector | None],
        take: int,
    ) -> Iterator[_Searched]:
        """Search small scopes whole, all of one query together, and larger ones by the indexes."""
        small = {at: scope for at, scope in enumerate(rows) if scope is not None and len(scope) <= _SMALL}
        done: dict[int, Fused] = {}
        for places in _alike(small, wanted, vectors):
            query, scopes = asked[wanted[places[0]].text], [small[at] for at in places]
            done.update(zip(places, self._scan(query, vectors[places[0]], scopes, take), strict=True))
        far = [at for at in range(len(wanted)) if at not in small]
        queries = [asked[wanted[at].text] for at in far]
        done.update(
            zip(far, self._look_up(queries, vectors[far], [rows[at] for at in far], take), strict=True)
        )
        for at, one in enumerate(wanted):
            fused = done[at]
            if self._reranking is not None:
                fused = self._reranking.reordered(asked[one.text], fused)
            yield self._cut(fused, one.k, one.distinct, rows[at])

    def _scan(
        self, query: Asked, vector: FloatVector, scopes: Sequence[IdVector], take: int
    ) -> Iterator[Fused]:
        """Score every row of a few scopes for one query in one go."""
        flat = np.concatenate(scopes)
        cosines, impacts = self.view.dense.scores(vector, flat), self.view.sparse.scores(query.tokens, flat)
        start = 0
        for scope in scopes:
            own = slice(start, start := start + len(scope))
            yield fuse_scored(
                scope,
                cosines[own],
                impacts[own],
                take,
                weight=self._settings.dense_weight,
                attainable=query.attainable,
            )

    def _look_up(
        self,
        queries: Sequence[Asked],
        vectors: FloatMatrix,
        rows: Sequence[IdVector | None],
        take: int,
    ) -> Iterator[Fused]:
        """Ask both indexes for their best, and score in each what only the other one found."""
        if not queries:
            return
        dense_rows, dense_scores = self.view.dense.search(vectors, take, rows=rows)
        sparse_rows, sparse_scores = self.view.sparse.search(
            [query.tokens for query in queries], take, rows=rows
        )
        for at, query in enumerate(queries):
            yield fuse(
                (dense_rows[at], dense_scores[at]),
                (sparse_rows[at], sparse_scores[at]),
                weight=self._settings.dense_weight,
                attainable=query.attainable,
                exact_dense=partial(self.view.dense.scores, vectors[at]),
                exact_sparse=partial(self.view.sparse.scores, query.tokens),
            )

    def _allowed(self, scopes: Sequence[Scope]) -> list[IdVector | None]:
        known: dict[Scope, IdVector | None] = {}
        for scope in scopes:
            if scope not in known:
                known[scope] = scope.rows(self.view)
        return [known[scope] for scope in scopes]

    def _cut(self, fused: Fused, k: int, distinct: bool, scope: IdVector | None) -> _Searched:
        keep, counts = self._distinct(fused, k) if distinct else (np.arange(min(k, len(fused.rows))), None)
        return _Searched(
            fused.rows[keep], fused.scores[keep], fused.dense[keep], fused.sparse[keep], counts, scope
        )

    def _hits(self, searched: _Searched) -> tuple[Hit, ...]:
        rows, scores, dense_scores, sparse_scores, counts, _ = searched
        found = zip(
            self._pairs(rows),
            scores.tolist(),
            dense_scores.tolist(),
            sparse_scores.tolist(),
            [1] * len(rows) if counts is None else counts.tolist(),
            strict=True,
        )
        return tuple(
            Hit(chunk, document, score, rank, _lanes(dense, sparse), duplicates)
            for rank, ((chunk, document), score, dense, sparse, duplicates) in enumerate(found, start=1)
        )

    def _pairs(self, rows: IdVector) -> Iterable[tuple[Chunk, Document]]:
        """Give chunks with their documents; those of earlier searches are at hand."""
        numbers = rows.tolist()
        known = dict(zip(numbers, self._read_rows.get_all(numbers), strict=True))
        new = [row for row, pair in known.items() if pair is None]
        if new:
            read = self.view.pairs(np.array(new, dtype=np.int64))
            known |= {row: self._read_rows.put(row, pair) for row, pair in zip(new, read, strict=True)}
        return filter(None, known.values())

    def _distinct(self, fused: Fused, k: int) -> tuple[IdVector, IdVector]:
        head = fused.rows[: _DEPTH * k]
        vectors = np.asarray(self.view.vectors[head], dtype=np.float32)
        kinds = self.view.columns.kind[head]
        return collapse(vectors, kinds, k, self._settings.duplicate_cosine)


def _alike(places: Iterable[int], wanted: Sequence[Wanted], vectors: FloatMatrix) -> Iterable[list[int]]:
    """Group searches for the same text and vector."""
    groups: dict[tuple[str, bytes], list[int]] = {}
    for at in places:
        groups.setdefault((wanted[at].text, vectors[at].tobytes()), []).append(at)
    return groups.values()


def _lanes(dense: float, sparse: float) -> MappingProxyType[str, float]:
    if dense == -math.inf:
        return MappingProxyType({} if sparse == -math.inf else {"sparse": sparse})
    return MappingProxyType({"dense": dense} if sparse == -math.inf else {"dense": dense, "sparse": sparse})
