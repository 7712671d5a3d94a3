"""New documents, with their chunks and vectors, as columns of the tables."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from assist.documents import Document
from assist.store.base import Record
from assist.store.codec import to_json
from assist.store.inserting import Column, blob, optional


@dataclass(slots=True)
class Entry:
    """A record with what is stored of it; `tokens` is None until its chunks are cut."""

    record: Record
    body: bytes
    text: bytes
    digest: str
    tokens: list[str] | None = None

    @property
    def document(self) -> Document:
        """The record's document."""
        return self.record.document


def document_columns(entries: Sequence[Entry], first: int, at: str) -> tuple[Column, ...]:
    """Give the rows of some documents, of which none has been replaced.

    Args:
        entries: The documents; at least one.
        first: Key of the first; the others' follow.
        at: When they were loaded, ISO text.
    """
    documents = [entry.record.document for entry in entries]
    starts = [_moment(document.validity.valid_from) for document in documents]
    ends = optional([_moment(document.validity.valid_to) for document in documents])
    return (
        range(first, first + len(entries)),
        [document.id for document in documents],
        [document.version for document in documents],
        [entry.digest for entry in entries],
        [str(document.kind) for document in documents],
        [str(document.level) for document in documents],
        [str(document.audience) for document in documents],
        optional([document.product for document in documents]),
        [blob(document.source) for document in documents],
        optional(starts),
        ends,
        ends,
        [at] * len(entries),
        None,
        [0] * len(entries),
        [len(entry.record.chunks) for entry in entries],
        [zlib.crc32(_vectors(entry)) for entry in entries],
        [bytearray(entry.text) for entry in entries],
        [bytearray(entry.body) for entry in entries],
    )


def chunk_columns(entries: Sequence[Entry], first: int, first_chunk: int) -> tuple[Column, ...]:
    """Give the rows of the chunks of some documents, of which at least one has a chunk.

    Args:
        entries: The documents.
        first: Key of the first document; the others' follow.
        first_chunk: Key of the first chunk; the others' follow.
    """
    chunks = [chunk for entry in entries for chunk in entry.record.chunks]
    spans = [chunk.span for chunk in chunks]
    foci = [chunk.focus for chunk in chunks]
    sections = {section: blob(section) for section in {chunk.section for chunk in chunks}}
    headings = {names: blob(to_json(names)) for names in {chunk.headings for chunk in chunks}}
    return (
        range(first_chunk, first_chunk + len(chunks)),
        _doc_keys(entries, first),
        [chunk.ordinal for chunk in chunks],
        [span.start for span in spans],
        [span.end for span in spans],
        [sections[chunk.section] for chunk in chunks],
        [headings[chunk.headings] for chunk in chunks],
        [str(chunk.kind) for chunk in chunks],
        optional([None if focus is None else focus.start for focus in foci]),
        optional([None if focus is None else focus.end for focus in foci]),
    )


def embedding_columns(entries: Sequence[Entry], first: int, first_chunk: int) -> tuple[Column, ...]:
    """Give the rows of the vectors and tokens of those chunks, with arguments as for `chunk_columns`."""
    # Joined at once: a copy of a copy takes ten times as long, since so much memory is fetched anew each time.
    data = bytearray().join(map(_vectors, entries))
    tokens = [blob(joined) for entry in entries for joined in entry.tokens or ()]
    width = len(data) // len(tokens)
    return (
        range(first_chunk, first_chunk + len(tokens)),
        _doc_keys(entries, first),
        [data[start : start + width] for start in range(0, len(data), width)],
        tokens,
    )


def _doc_keys(entries: Sequence[Entry], first: int) -> list[int]:
    counts = [len(entry.record.chunks) for entry in entries]
    found: list[int] = np.repeat(np.arange(first, first + len(entries)), counts).tolist()
    return found


def _vectors(entry: Entry) -> memoryview:
    """Give the vectors as they are stored, row behind row: 32 bit, little end first."""
    return np.ascontiguousarray(entry.record.embeddings, dtype="<f4").data


def _moment(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()
