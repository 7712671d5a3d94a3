"""What is searched at one revision: numbers for the lanes, and documents and chunks decoded on demand."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Collection, Hashable, Iterator, Mapping, Sequence
from datetime import datetime
from threading import Lock
from types import MappingProxyType
from typing import Generic, Protocol, TypeVar, overload

import numpy as np

from assist.arrays import IdVector
from assist.documents import Audience, Chunk, Document, Kind, Level
from assist.errors import InputError
from assist.index.filters import FilterCache
from assist.store.lanes import Lanes
from assist.text.tokenize import Tokenizer

KIND_CODES: Mapping[Kind, int] = MappingProxyType({kind: code for code, kind in enumerate(Kind)})
"""The numbers that stand for kinds in `Columns.kind`."""
LEVEL_CODES: Mapping[Level, int] = MappingProxyType({level: code for code, level in enumerate(Level)})
"""The numbers that stand for levels in `Columns.level`."""
AUDIENCE_CODES: Mapping[Audience, int] = MappingProxyType({who: code for code, who in enumerate(Audience)})
"""The numbers that stand for audiences in `Columns.audience`."""

_EPOCH = datetime(1970, 1, 1)
_Key = TypeVar("_Key", bound=Hashable)
_Read = TypeVar("_Read")
_DOCUMENTS_KEPT = 2_048
_CHUNKS_KEPT = 8_192


def moment_seconds(moment: datetime) -> int:
    """Turn a naive datetime in shop time into the seconds that `Columns` and `Filter.at` count in."""
    return int((moment - _EPOCH).total_seconds() // 1)


class Source(Protocol):
    """Where a view reads documents and chunks from when they are asked for."""

    def read_documents(self, doc_keys: Sequence[int]) -> list[Document]:
        """Read versions of documents, in the order asked."""
        ...

    def read_chunks(
        self, chunk_ids: Sequence[int], documents_of: Callable[[Sequence[int]], list[Document]]
    ) -> list[Chunk]:
        """Read chunks, in the order asked; `documents_of` gives their documents by key."""
        ...

    def read_keys(self, document_id: str) -> list[int]:
        """Read the keys of all versions of a document."""
        ...


class Recent(Generic[_Key, _Read]):
    """What was read last stays at hand; what is not is read in one go. Safe to use from any thread."""

    def __init__(self, size: int, kept: Mapping[_Key, _Read] = MappingProxyType({})) -> None:
        self._size = size
        self._kept = OrderedDict(kept)
        self._lock = Lock()

    def without(self, keys: Collection[_Key]) -> dict[_Key, _Read]:
        """Give what is at hand, but for some keys."""
        with self._lock:
            kept = dict(self._kept)
        for key in keys:
            kept.pop(key, None)
        return kept

    def get(self, keys: Sequence[_Key], read: Callable[[Sequence[_Key]], list[_Read]]) -> list[_Read]:
        """Give the values of keys, in order; `read` gives those of keys that are not at hand."""
        with self._lock:
            found = {key: self._kept[key] for key in keys if key in self._kept}
            for key in found:
                self._kept.move_to_end(key)
        missing = [key for key in dict.fromkeys(keys) if key not in found]
        if missing:
            fresh = dict(zip(missing, read(missing), strict=True))
            found |= fresh
            with self._lock:
                self._kept |= fresh
                while len(self._kept) > self._size:
                    self._kept.popitem(last=False)
        return [found[key] for key in keys]


class Documents(Sequence[Document]):
    """The live documents by dense document number, decoded when asked for; the last ones stay decoded."""

    def __init__(self, keys: IdVector, read: Callable[[Sequence[int]], list[Document]]) -> None:
        self._keys = keys
        self._read = read

    def __len__(self) -> int:
        return len(self._keys)

    @overload
    def __getitem__(self, index: int) -> Document: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[Document, ...]: ...
    def __getitem__(self, index: int | slice) -> Document | tuple[Document, ...]:
        if isinstance(index, slice):
            return tuple(self._read([key])[0] for key in self._keys[index].tolist())
        return self._read([int(self._keys[index])])[0]

    def __iter__(self) -> Iterator[Document]:
        return (self._read([key])[0] for key in self._keys.tolist())


class View:
    """An immutable state of the store for searching; safe to use from any thread, also after later commits.

    Rows are positions 0..n-1 in ascending chunk id. A document's rows stand together, in text order.

    Attributes:
        revision: The revision it shows.
        lanes: The numbers of this state; the next four are its parts.
        columns: What filters look at; see `assist.index.filters`.
        dense: Dense index.
        sparse: BM25 index.
        vectors: float32, shape (n, d), unit rows; not to be written. Taken by rows; `numpy.asarray` gives all.
        tokenizer: The tokenizer that made the sparse index; queries need the same one.
        documents: Live documents by dense document number (`columns.document`), decoded on demand.
        product_number: Product names and aliases to the numbers in `columns.product`.
        states: State words of past answers by document id; a document without one is absent.
        filters: Gives the rows of a filter; the last ones stay at hand.
    """

    def __init__(
        self,
        revision: int,
        lanes: Lanes,
        *,
        tokenizer: Tokenizer,
        states: Mapping[str, str],
        source: Source,
        earlier: View | None = None,
        touched: Collection[int] = (),
    ) -> None:
        """Show a state; what an earlier view has read stays at hand, but for the documents touched since."""
        self.revision = revision
        self.lanes = lanes
        self.columns = lanes.columns
        self.dense = lanes.dense
        self.sparse = lanes.sparse
        self.vectors = lanes.vectors
        self.tokenizer = tokenizer
        self.states = MappingProxyType(dict(states))
        self.product_number: Mapping[str, int] = lanes.catalog.numbers
        self._source = source
        self.filters = FilterCache(lanes.columns)
        documents: Mapping[int, Document] = {} if earlier is None else earlier._documents.without(touched)
        chunks: Mapping[int, Chunk] = {} if earlier is None else earlier._chunks.without(())
        self._documents: Recent[int, Document] = Recent(_DOCUMENTS_KEPT, documents)
        self._chunks: Recent[int, Chunk] = Recent(_CHUNKS_KEPT, chunks)
        self.documents: Sequence[Document] = Documents(lanes.catalog.keys, self._read_documents)

    @property
    def ids(self) -> IdVector:
        """Chunk ids by row: int64, shape (n,), ascending."""
        ids: IdVector = self.columns.ids
        return ids

    def __len__(self) -> int:
        return len(self.columns.ids)

    def chunk(self, row: int) -> Chunk:
        """Read the chunk at a row.

        Raises:
            InputError: There is no such row.
            StoreError: Its document was removed and compacted away since this view was taken.
        """
        return self._read_chunks([int(self.ids[self._check(row)])])[0]

    def document_of(self, row: int) -> Document:
        """Read the document that the chunk at a row belongs to; raises as `chunk` does."""
        return self.documents[int(self.columns.document[self._check(row)])]

    def pairs(self, rows: IdVector) -> list[tuple[Chunk, Document]]:
        """Read the chunks at rows, each with its document; raises as `chunk` does.

        Args:
            rows: int64, shape (m,), each within 0..n-1.
        """
        chunks = self._read_chunks(self.ids[rows].tolist())
        keys = self.lanes.catalog.keys[self.columns.document[rows]]
        return list(zip(chunks, self._read_documents(keys.tolist()), strict=True))

    def rows_of(self, document_id: str) -> IdVector:
        """Find the rows of all live versions of a document.

        Returns:
            int64, ascending; empty when the document is not live in this view.
        """
        keys = np.asarray(self._source.read_keys(document_id), dtype=np.int64)
        numbers = np.flatnonzero(np.isin(self.lanes.catalog.keys, keys, assume_unique=True))
        rows = [np.arange(*self._range(int(number)), dtype=np.int64) for number in numbers]
        return np.concatenate(rows) if rows else np.empty(0, dtype=np.int64)

    def _range(self, number: int) -> tuple[int, int]:
        first, last = np.searchsorted(self.columns.document, [number, number + 1])
        return int(first), int(last)

    def _check(self, row: int) -> int:
        if not 0 <= row < len(self):
            raise InputError(f"row must be in 0..{len(self) - 1}, got {row}")
        return int(row)

    def _read_documents(self, doc_keys: Sequence[int]) -> list[Document]:
        return self._documents.get(doc_keys, self._source.read_documents)

    def _read_chunks(self, chunk_ids: Sequence[int]) -> list[Chunk]:
        return self._chunks.get(
            chunk_ids, lambda missing: self._source.read_chunks(missing, self._read_documents)
        )
