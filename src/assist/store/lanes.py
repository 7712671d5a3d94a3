"""The numbers of one state of a store, as the lanes search them: an earlier state whole, and what changed since."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from assist.arrays import FloatMatrix, IdVector
from assist.index.counts import TermCounts
from assist.index.dense import DenseIndex
from assist.index.filters import Columns
from assist.index.growing import GrowingMatrix
from assist.index.overlay import DenseOverlay, Patch, StackedVectors
from assist.index.sparse import SparseIndex
from assist.index.sparse_overlay import SparseOverlay
from assist.settings import SearchSettings

Claim: TypeAlias = tuple[int, str, str]
"""Key of a product page, another name that it claims, and the product that the name stands for."""


@dataclass(frozen=True, slots=True, eq=False)
class Catalog:
    """The m live documents of a state, and the names of products.

    Attributes:
        keys: int64, shape (m,), ascending: the store's key of each dense document number.
        products_of: int32, shape (m,): number of each document's product, -1 for none.
        products: Names of the products, by number; ascending.
        claims: Other names of products, ascending; where two pages claim one, the first has it.
        numbers: Products' names and other names, with the number they stand for; worked out by `of`.
    """

    keys: IdVector
    products_of: NDArray[np.int32]
    products: tuple[str, ...]
    claims: tuple[Claim, ...]
    numbers: Mapping[str, int]

    @classmethod
    def of(
        cls,
        keys: IdVector,
        products_of: NDArray[np.int32],
        products: tuple[str, ...],
        claims: tuple[Claim, ...],
    ) -> Catalog:
        """Put the parts together."""
        own = {name: number for number, name in enumerate(products)}
        numbers: dict[str, int] = {}
        for _, alias, product in claims:
            numbers.setdefault(alias, own[product])
        return cls(keys, products_of, products, claims, MappingProxyType({**numbers, **own}))


@dataclass(frozen=True, slots=True, eq=False)
class Base:
    """The large arrays of a state, memory-mapped where possible.

    Attributes:
        counts: How often each token is in each chunk; what `sparse` and later states are made from.
        sparse: BM25 index over the chunks' tokens.
        vectors: float32, shape (n, d), unit rows.
        dense: Index over `vectors`.
    """

    counts: TermCounts
    sparse: SparseIndex
    vectors: FloatMatrix
    dense: DenseIndex


@dataclass(frozen=True, slots=True, eq=False)
class Tail:
    """What a later state has in place of some rows of a `Base`.

    Attributes:
        patch: Which rows are gone, and how many came.
        counts: Tokens of those that came.
        vectors: float32, shape (`patch.added`, d): theirs.
        block: What `vectors` lies in.
    """

    patch: Patch
    counts: TermCounts
    vectors: FloatMatrix
    block: GrowingMatrix

    @property
    def size(self) -> int:
        """Rows that are not as in the base."""
        return len(self.patch.gone) + self.patch.added


@dataclass(frozen=True, slots=True, eq=False)
class Lanes:
    """What is searched in one state of the store; read-only, shared by threads.

    Attributes:
        columns: One row per chunk, ascending chunk id.
        catalog: Documents and products.
        base: The state that the indexes were built from.
        tail: What changed since; None: nothing.
        dense: Dense index over all rows.
        sparse: BM25 index over all rows.
        vectors: float32, shape (n, d): all rows.
    """

    columns: Columns
    catalog: Catalog
    base: Base
    tail: Tail | None
    dense: DenseIndex | DenseOverlay
    sparse: SparseIndex | SparseOverlay
    vectors: FloatMatrix | StackedVectors

    @classmethod
    def of(cls, columns: Columns, catalog: Catalog, base: Base, tail: Tail | None = None) -> Lanes:
        """Put the parts together."""
        if tail is None:
            return cls(columns, catalog, base, None, base.dense, base.sparse, base.vectors)
        beside = DenseIndex.build(tail.vectors, settings=untrained(SearchSettings()))
        return cls(
            columns,
            catalog,
            base,
            tail,
            DenseOverlay(base.dense, beside, tail.patch),
            SparseOverlay(base.sparse, base.counts, tail.counts, tail.patch),
            StackedVectors(base.vectors, tail.vectors, tail.patch),
        )

    def __len__(self) -> int:
        """Count the rows."""
        return len(self.columns)

    def merged(self) -> Lanes:
        """Make one base of base and tail; its dense index is exact, whatever the size (see `trained`)."""
        if self.tail is None:
            return self
        vectors = np.asarray(self.vectors)
        counts = self.base.counts.renewed(self.tail.patch.kept, self.tail.counts)
        sparse = SparseIndex.from_counts(counts, k1=self.sparse.k1, b=self.sparse.b)
        dense = DenseIndex.build(vectors, settings=untrained(SearchSettings()))
        return Lanes.of(self.columns, self.catalog, Base(counts, sparse, vectors, dense))

    def trained(self, search: SearchSettings) -> Lanes:
        """Make one base of base and tail, with the approximate index that a large state wants."""
        whole = self.merged()
        base = whole.base
        if base.dense.kind != "exact" or len(whole) <= search.exact_rows:
            return whole
        dense = DenseIndex.build(base.vectors, settings=search)
        return Lanes.of(whole.columns, whole.catalog, replace(base, dense=dense))


def untrained(search: SearchSettings) -> SearchSettings:
    """Ask for a dense index that is ready at once: exact, whatever the number of rows."""
    return replace(search, exact_rows=sys.maxsize)
