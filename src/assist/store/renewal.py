"""A committed change taken over by a reader: the lanes of before, less what went, and what came beside them.

The work follows the change and the tail, not the store; of the store only the small columns are written anew, in a
few passes. The result answers as lanes built from the tables do.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from assist.arrays import FloatMatrix, IdVector
from assist.documents import Kind
from assist.index.counts import TermCounts
from assist.index.filters import ALWAYS_FROM, ALWAYS_TO, NO_PRODUCT, Columns
from assist.index.growing import GrowingMatrix
from assist.index.overlay import Patch
from assist.index.splicing import Splice
from assist.store.connection import corrupt
from assist.store.lane_rows import (
    make_columns,
    numbers_of,
    product_numbers,
    read_chunk_rows,
    read_claims_of,
    read_documents,
    seconds,
)
from assist.store.lanes import Catalog, Claim, Lanes, Tail
from assist.store.rows import Fields

_ALIGNED = 64
_ROWS_AT_ONCE = 1 << 14
# Bytes of one row in all columns, those that are worked out included.
_ROW_BYTES = 3 * 8 + 4 * 4 + 3


@dataclass(frozen=True, slots=True, eq=False)
class _Change:
    """What became of documents that commits touched.

    Attributes:
        gone: int64, ascending: dense numbers, in the lanes of before, of documents that are no longer live.
        new: Documents that were not there, as `read_documents` gives them.
        ends: Ends of validity of the others, by key.
    """

    gone: IdVector
    new: Sequence[Fields]
    ends: Mapping[int, int]


def renewed(
    connection: sqlite3.Connection,
    file: Path,
    lanes: Lanes,
    touched: IdVector,
    *,
    dim: int,
    known: Lanes | None = None,
) -> Lanes:
    """Take over what commits changed.

    Args:
        connection: Inside a read transaction.
        file: The database, for messages.
        lanes: The state before.
        touched: int64, ascending: keys of the documents that the commits since touched.
        dim: Columns of the stored vectors.
        known: A state on the way from `lanes` to now, of another base: what it has read need not be read again.

    Raises:
        StoreCorruptError: Tables disagree.
    """
    if not len(touched):
        return lanes
    change = _read_change(connection, lanes.catalog.keys, touched)
    catalog, moved = _renew_catalog(connection, lanes.catalog, change)
    new_keys = [row[0] for row in change.new]
    ids, keys, vectors, counts = _read_rows(connection, file, new_keys, known, dim=dim)
    numbers = numbers_of(keys, np.array(new_keys, dtype=np.int64))
    if numbers is None or not _follow(lanes, ids, new_keys):
        raise corrupt("tables documents, chunks and embeddings disagree", file)
    own = catalog.products_of[len(catalog.keys) - len(new_keys) :]
    new = make_columns(ids, numbers, change.new, own)
    gone_rows = _rows_of(lanes.columns, change.gone)
    columns = _renew_columns(lanes.columns, gone_rows, change, catalog, moved, new)
    return Lanes.of(columns, catalog, lanes.base, _renew_tail(lanes, gone_rows, vectors, counts))


def _read_rows(
    connection: sqlite3.Connection, file: Path, doc_keys: Sequence[int], known: Lanes | None, *, dim: int
) -> tuple[IdVector, IdVector, FloatMatrix, TermCounts]:
    """Give what `read_chunk_rows` gives; what the tail of a known state holds is taken from there."""
    tail = None if known is None else known.tail
    if known is None or tail is None:
        return read_chunk_rows(connection, file, doc_keys, dim=dim)
    wanted = np.array(doc_keys, dtype=np.int64)
    places = np.searchsorted(known.catalog.keys, wanted)
    there = np.append(known.catalog.keys, -1)[places] == wanted
    rows = _rows_of(known.columns, places[there])
    in_tail = rows - tail.patch.remaining
    if (there[1:] > there[:-1]).any() or (in_tail < 0).any():
        # Those that are known do not come first, or not from the tail: no such state, but all can be read.
        return read_chunk_rows(connection, file, doc_keys, dim=dim)
    ids, keys, vectors, counts = read_chunk_rows(connection, file, wanted[~there].tolist(), dim=dim)
    return (
        np.concatenate((known.columns.ids[rows], ids)),
        np.concatenate((known.catalog.keys[known.columns.document[rows]], keys)),
        np.concatenate((tail.vectors[in_tail], vectors)),
        tail.counts.renewed(in_tail, counts),
    )


def _follow(lanes: Lanes, ids: IdVector, keys: Sequence[int]) -> bool:
    """Say whether new rows and documents have higher keys than all earlier ones."""
    before, documents = lanes.columns.ids, lanes.catalog.keys
    rows = not len(ids) or not len(before) or bool(ids[0] > before[-1])
    return rows and (not keys or not len(documents) or bool(keys[0] > documents[-1]))


def _read_change(connection: sqlite3.Connection, known: IdVector, touched: IdVector) -> _Change:
    rows = {row[0]: row for row in read_documents(connection, touched.tolist())}
    numbers = np.searchsorted(known, touched)
    there = np.isin(touched, known, assume_unique=True)
    live = np.isin(touched, np.array(list(rows), dtype=np.int64), assume_unique=True)
    return _Change(
        gone=numbers[there & ~live],
        new=[rows[key] for key in touched[live & ~there].tolist()],
        ends={key: seconds(rows[key][6], ALWAYS_TO) for key in touched[live & there].tolist()},
    )


def _renew_catalog(
    connection: sqlite3.Connection, before: Catalog, change: _Change
) -> tuple[Catalog, NDArray[np.int32] | None]:
    """Take documents out and put others after them.

    Returns:
        The catalog, and the new number of every product, -1 for one that is gone; None where they stay the same.
    """
    new_keys = np.array([row[0] for row in change.new], dtype=np.int64)
    keys = np.concatenate((np.delete(before.keys, change.gone), new_keys))
    kept = np.delete(before.products_of, change.gone)
    claims = _renew_claims(connection, before, change)
    used = np.bincount(kept[kept != NO_PRODUCT], minlength=len(before.products)) > 0
    alive = before.products if used.all() else tuple(np.array(before.products, dtype=object)[used])
    came = {row[4] for row in change.new if row[4] is not None}
    products = alive if came <= set(alive) else tuple(sorted({*alive, *came}))
    if products == before.products:
        products_of = np.concatenate((kept, product_numbers(change.new, products)))
        if claims == before.claims:
            return Catalog(keys, products_of, before.products, before.claims, before.numbers), None
        return Catalog.of(keys, products_of, products, claims), None
    own = {name: number for number, name in enumerate(products)}
    moved = np.array([own.get(name, NO_PRODUCT) for name in before.products] + [NO_PRODUCT], dtype=np.int32)
    products_of = np.concatenate((moved[kept], product_numbers(change.new, products)))
    return Catalog.of(keys, products_of, products, claims), moved


def _renew_claims(connection: sqlite3.Connection, before: Catalog, change: _Change) -> tuple[Claim, ...]:
    pages = [row[0] for row in change.new if row[1] == str(Kind.PRODUCT)]
    gone = set(before.keys[change.gone].tolist())
    kept = before.claims
    if any(key in gone for key, _, _ in kept):
        kept = tuple(claim for claim in kept if claim[0] not in gone)
    return kept + read_claims_of(connection, pages)


def _rows_of(columns: Columns, numbers: IdVector) -> IdVector:
    """Give the rows of documents, by ascending number; ascending."""
    first = np.searchsorted(columns.document, numbers, side="left").tolist()
    last = np.searchsorted(columns.document, numbers, side="right").tolist()
    rows = (np.arange(i, j, dtype=np.int64) for i, j in zip(first, last, strict=True))
    return np.concatenate([np.empty(0, dtype=np.int64), *rows])


def _renew_columns(
    before: Columns,
    gone: IdVector,
    change: _Change,
    catalog: Catalog,
    moved: NDArray[np.int32] | None,
    new: Columns,
) -> Columns:
    """Take rows out, renumber documents and products, put rows after them: each column in a few passes."""
    splice = Splice.of(len(before), drop=gone, at=np.full(len(new), len(before)))

    room = _Room(len(before) - len(gone) + len(new))

    def joined(name: str) -> NDArray[Any]:
        return splice(getattr(before, name), getattr(new, name), room.take(getattr(new, name).dtype))

    came, remaining = len(catalog.keys) - len(change.new), len(before) - len(gone)
    document, product = joined("document"), joined("product")
    document[remaining:] += np.int32(came)
    _close_gaps(document[:remaining], change.gone)
    if moved is not None:
        product[:remaining] = moved[product[:remaining]]
        product[remaining:] = new.product
    valid_from, valid_to = joined("valid_from"), joined("valid_to")
    for key, end in change.ends.items():
        number = np.searchsorted(catalog.keys, key)
        first, last = np.searchsorted(document, [number, number + 1])
        valid_to[first:last] = end
    by_product, sorted_products = _renew_order(before, gone, moved, new, room)
    return Columns(
        ids=joined("ids"),
        kind=joined("kind"),
        level=joined("level"),
        audience=joined("audience"),
        product=product,
        valid_from=valid_from,
        valid_to=valid_to,
        document=document,
        by_product=by_product,
        sorted_products=sorted_products,
        dated=np.flatnonzero((valid_from != ALWAYS_FROM) | (valid_to != ALWAYS_TO)).astype(np.int32),
    )


def _close_gaps(numbers: NDArray[np.int32], gone: IdVector) -> None:
    """Renumber in place what ascends and holds none of the gone numbers: each falls by how many of those are lower."""
    places = np.searchsorted(numbers, gone).tolist()
    for lower, (start, end) in enumerate(zip(places, [*places, len(numbers)][1:], strict=True), 1):
        numbers[start:end] -= np.int32(lower)


def _renew_order(
    before: Columns, gone: IdVector, moved: NDArray[np.int32] | None, new: Columns, room: _Room
) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Keep `Columns.by_product` and `sorted_products` in order; names keep their order, so numbers do, too."""
    products = before.sorted_products
    if moved is not None:
        # Of a product that is gone all rows go, too; until then they stay where they are in the order.
        products = np.append(np.maximum.accumulate(moved[:-1]), moved[-1:])[products]
    # A new row is higher than all others, so among equal products it comes last.
    at = np.searchsorted(products, new.sorted_products, side="right")
    splice = Splice.of(len(before), drop=_places_of(before, gone), at=at)
    rows = splice(before.by_product, new.by_product + np.int32(len(before)), room.take(np.int32))
    falls = np.zeros(len(before) + len(new), dtype=np.int32)
    falls[gone] = 1
    np.cumsum(falls, out=falls)
    for start in range(0, len(rows), _ROWS_AT_ONCE):
        rows[start : start + _ROWS_AT_ONCE] -= falls[rows[start : start + _ROWS_AT_ONCE]]
    return rows, splice(products, new.sorted_products, room.take(np.int32))


class _Room:
    """Memory for all columns of n rows in one block: fewer and larger pages, which the system hands out much faster."""

    def __init__(self, n: int) -> None:
        self._block = np.empty((_ROW_BYTES * n) + _ALIGNED * len(fields(Columns)), dtype=np.uint8)
        self._n = n
        self._used = 0

    def take(self, dtype: DTypeLike) -> NDArray[Any]:
        """Give room for one column."""
        size = np.dtype(dtype).itemsize * self._n
        room = self._block[self._used : self._used + size].view(dtype)
        self._used += -(-size // _ALIGNED) * _ALIGNED
        return room


def _places_of(columns: Columns, rows: IdVector) -> IdVector:
    """Find where some rows stand in `by_product`; ascending."""
    products = columns.product[rows]
    places = [np.empty(0, dtype=np.int64)]
    for product in np.unique(products):
        first, last = np.searchsorted(columns.sorted_products, [product, product + 1])
        # Rows of one product ascend.
        own = rows[products == product].astype(np.int32)
        places.append(first + np.searchsorted(columns.by_product[first:last], own))
    return np.concatenate(places)


def _renew_tail(lanes: Lanes, gone: IdVector, vectors: FloatMatrix, counts: TermCounts) -> Tail | None:
    """Take rows out of base and tail, and put others after the tail."""
    before = lanes.tail
    if not len(gone) and not len(vectors):
        return before
    if before is None:
        block, whole = GrowingMatrix.of(vectors[:0], np.empty(0, dtype=np.int64), vectors)
        return Tail(Patch(len(lanes), gone, len(vectors)), counts, whole, block)
    in_base, in_tail = before.patch.split(gone)
    kept = np.delete(np.arange(before.patch.added), in_tail)
    if len(in_tail):
        block, whole = GrowingMatrix.of(before.vectors, kept, vectors)
    else:
        block, whole = before.block.appended(before.vectors, vectors)
    return Tail(
        Patch(len(lanes.base.counts), np.union1d(before.patch.gone, in_base), len(kept) + len(vectors)),
        before.counts.renewed(kept, counts),
        whole,
        block,
    )
