"""What may be found: columns beside the vectors, and conditions on them that give row numbers before any scoring."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field, fields
from operator import attrgetter
from pathlib import Path
from threading import Lock
from typing import Any

import numpy as np
from numpy.typing import NDArray

from assist.arrays import BoolVector, IdVector
from assist.errors import InputError
from assist.index.folder import open_array, save_arrays

ALWAYS_FROM = int(np.iinfo(np.int64).min)
"""`valid_from` of a row without a beginning."""
ALWAYS_TO = int(np.iinfo(np.int64).max)
"""`valid_to` of a row without an end."""
NO_PRODUCT = -1
"""`product` of a row that every product shares."""

_PREFIX = "columns"
_FEW_NUMBERS = 8
_FILTERS_KEPT = 32
_DTYPES = {
    "ids": np.int64,
    "kind": np.int8,
    "level": np.int8,
    "audience": np.int8,
    "product": np.int32,
    "valid_from": np.int64,
    "valid_to": np.int64,
    "document": np.int32,
    "by_product": np.int32,
    "sorted_products": np.int32,
    "dated": np.int32,
}
_DERIVED = ("by_product", "sorted_products", "dated")


def _not_given() -> NDArray[np.int32]:
    return np.full(1, -1, dtype=np.int32)


@dataclass(frozen=True, slots=True, eq=False)
class Columns:
    """What a filter can ask about each of n rows; every array has shape (n,) and may be a read-only memory map.

    Attributes:
        ids: int64, ascending, chosen by the store.
        kind: int8, number of the document kind.
        level: int8, number of the authority level.
        audience: int8, number of the audience.
        product: int32, dense product number, -1 for none.
        valid_from: int64, seconds; `ALWAYS_FROM` for no beginning.
        valid_to: int64, seconds, the first moment when it no longer holds; `ALWAYS_TO` for no end.
        document: int32, dense document number.
        by_product: int32, the rows in the order of (product, row); worked out when not given.
        sorted_products: int32, `product[by_product]`; worked out when not given.
        dated: int32, the rows that do not hold always, ascending, any number of them; worked out when not given.
    """

    ids: IdVector
    kind: NDArray[np.int8]
    level: NDArray[np.int8]
    audience: NDArray[np.int8]
    product: NDArray[np.int32]
    valid_from: NDArray[np.int64]
    valid_to: NDArray[np.int64]
    document: NDArray[np.int32]
    by_product: NDArray[np.int32] = field(default_factory=_not_given, repr=False)
    sorted_products: NDArray[np.int32] = field(default_factory=_not_given, repr=False)
    dated: NDArray[np.int32] = field(default_factory=_not_given, repr=False)

    def __post_init__(self) -> None:
        for name, dtype in _DTYPES.items():
            array = getattr(self, name)
            if array.dtype != dtype or array.ndim != 1:
                raise InputError(
                    f"{name} must be {np.dtype(dtype)} with one axis, got {array.dtype} {array.shape}"
                )
            if name not in _DERIVED and len(array) != len(self.ids):
                raise InputError(f"{name} has {len(array)} rows, ids has {len(self.ids)}")
        if len(self.dated) == 1 and self.dated[0] == -1:
            dated = (self.valid_from != ALWAYS_FROM) | (self.valid_to != ALWAYS_TO)
            object.__setattr__(self, "dated", np.flatnonzero(dated).astype(np.int32))
            order = np.argsort(self.product, kind="stable").astype(np.int32)
            object.__setattr__(self, "by_product", order)
            object.__setattr__(self, "sorted_products", self.product[order])

    def __len__(self) -> int:
        """Count the rows, n."""
        return len(self.ids)

    def take(self, rows: IdVector) -> Columns:
        """Keep only some rows, in the order given."""
        return Columns(**{name: getattr(self, name)[rows] for name in _given()})

    @classmethod
    def concat(cls, parts: Sequence[Columns]) -> Columns:
        """Put rows after rows.

        Raises:
            InputError: There is no part.
        """
        if not parts:
            raise InputError("at least one part is needed")
        return cls(**{name: np.concatenate([getattr(part, name) for part in parts]) for name in _given()})

    def save(self, folder: Path) -> None:
        """Write one array per column into an existing folder."""
        save_arrays(folder, _PREFIX, {name: getattr(self, name) for name in _DTYPES})

    @classmethod
    def open(cls, folder: Path, *, mmap: bool = True) -> Columns:
        """Open what `save` wrote; with `mmap` nothing is read but the headers.

        Raises:
            StoreCorruptError: A file is missing, cut short, or of another type.
        """
        arrays: dict[str, Any] = {
            name: open_array(folder, f"{_PREFIX}.{name}.npy", dtype, mmap=mmap)
            for name, dtype in _DTYPES.items()
        }
        return cls(**arrays)

    def rows_of_products(self, products: NDArray[np.int32]) -> IdVector:
        """Give the rows of distinct products, ascending; costs as much as there are rows, not n."""
        first = np.searchsorted(self.sorted_products, products, side="left").tolist()
        last = np.searchsorted(self.sorted_products, products, side="right").tolist()
        parts = [self.by_product[i:j] for i, j in zip(first, last, strict=True)]
        rows: IdVector = np.sort(np.concatenate([np.empty(0, dtype=np.int64), *parts]))
        return rows


@dataclass(frozen=True, slots=True)
class Filter:
    """Conditions that a row must all meet; None or an empty `at` asks nothing.

    Attributes:
        kinds: Kind numbers that pass.
        levels: Level numbers that pass.
        audiences: Audience numbers that pass.
        products: Product numbers that pass.
        shared: With `products`, rows of no product pass too.
        at: Moments in seconds; a row passes if it holds at any of them: valid_from <= moment < valid_to.
        documents: Document numbers that pass.
        exclude_documents: Document numbers that do not.
    """

    kinds: frozenset[int] | None = None
    levels: frozenset[int] | None = None
    audiences: frozenset[int] | None = None
    products: frozenset[int] | None = None
    shared: bool = True
    at: tuple[int, ...] = ()
    documents: frozenset[int] | None = None
    exclude_documents: frozenset[int] | None = None

    def rows(self, columns: Columns) -> IdVector | None:
        """Find the rows that pass.

        A product scope starts from that product's rows, so its cost follows their number; other conditions cost a
        few passes over their own column. Validity looks only at the rows that are dated at all.

        Args:
            columns: The n rows.

        Returns:
            int64, ascending; None when everything passes.
        """
        scope = self._product_rows(columns)
        for passing, column in (
            (self.kinds, columns.kind),
            (self.levels, columns.level),
            (self.audiences, columns.audience),
            (self.documents, columns.document),
        ):
            if passing is not None:
                scope = _narrow(scope, column, passing, keep=True)
        if self.exclude_documents:
            scope = _narrow(scope, columns.document, self.exclude_documents, keep=False)
        return self._valid(scope, columns) if self.at else scope

    def standing(self, columns: Columns) -> bytes:
        """Say which dated rows hold at the moments, packed; equal bytes, equal `rows` of otherwise equal filters."""
        if not self.at:
            return b""
        return b"1" + np.packbits(self._held(columns, columns.dated.astype(np.int64))).tobytes()

    def _product_rows(self, columns: Columns) -> IdVector | None:
        if self.products is None:
            return None
        wanted = self.products - {NO_PRODUCT} | ({NO_PRODUCT} if self.shared else set())
        return columns.rows_of_products(np.array(sorted(wanted), dtype=np.int32))

    def _valid(self, scope: IdVector | None, columns: Columns) -> IdVector | None:
        if scope is not None and len(scope) <= len(columns.dated):
            kept: IdVector = scope[self._held(columns, scope)]
            return kept
        dated = columns.dated.astype(np.int64)
        return _without(scope, dated[~self._held(columns, dated)], len(columns))

    def _held(self, columns: Columns, rows: IdVector) -> BoolVector:
        valid_from, valid_to = columns.valid_from[rows], columns.valid_to[rows]
        held = np.zeros(len(rows), dtype=np.bool_)
        for moment in self.at:
            held |= (valid_from <= moment) & (moment < valid_to)
        return held


# All that a filter says but for its moments.
_timeless = attrgetter(*(item.name for item in fields(Filter) if item.name != "at"))


class FilterCache:
    """Gives the rows of filters over the same columns; those asked for last are at hand, as the very same arrays.

    Only what a filter says besides its moments, and which dated rows hold at those, decide what passes: a filter
    that differs in its moment alone costs a look at the dated rows. Safe to use from any thread.
    """

    def __init__(self, columns: Columns) -> None:
        self._columns = columns
        self._known: OrderedDict[tuple[Hashable, bytes], IdVector | None] = OrderedDict()
        self._lock = Lock()

    def rows(self, condition: Filter) -> IdVector | None:
        """Give `condition.rows(columns)`; not to be written."""
        key = (_timeless(condition), condition.standing(self._columns))
        with self._lock:
            if key in self._known:
                self._known.move_to_end(key)
                return self._known[key]
        rows = condition.rows(self._columns)
        with self._lock:
            self._known[key] = rows
            while len(self._known) > _FILTERS_KEPT:
                self._known.popitem(last=False)
        return rows


def _narrow(
    scope: IdVector | None, column: NDArray[Any], numbers: frozenset[int], *, keep: bool
) -> IdVector | None:
    """Keep of a scope the rows whose column is (or is not) one of the numbers; None when nothing was left out."""
    values = column if scope is None else column[scope]
    passing = _is_one_of(values, sorted(numbers))
    if not keep:
        passing = ~passing
    if scope is None:
        return None if passing.all() else np.flatnonzero(passing)
    kept: IdVector = scope[passing]
    return kept


def _is_one_of(values: NDArray[Any], numbers: Sequence[int]) -> BoolVector:
    # For the few numbers of an enumeration, comparing is several times faster than a set operation.
    if len(numbers) > _FEW_NUMBERS:
        return np.isin(values, np.array(numbers, dtype=np.int64))
    passing = np.zeros(len(values), dtype=np.bool_)
    for number in numbers:
        passing |= values == number
    return passing


def _without(scope: IdVector | None, excluded: IdVector, n: int) -> IdVector | None:
    if not len(excluded):
        return scope
    if scope is None:
        passing = np.ones(n, dtype=np.bool_)
        passing[excluded] = False
        return np.flatnonzero(passing)
    places = np.minimum(np.searchsorted(excluded, scope), len(excluded) - 1)
    kept: IdVector = scope[excluded[places] != scope]
    return kept


def _given() -> list[str]:
    return [item.name for item in fields(Columns) if item.name not in _DERIVED]
