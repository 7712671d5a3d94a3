"""One write to the store: what is checked before it, and what it does to the tables in its transaction."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import islice
from pathlib import Path

import numpy as np

from assist.arrays import check_matrix
from assist.documents import Validity
from assist.errors import DimensionError, InputError
from assist.shop import ShopProfile
from assist.store.base import Record
from assist.store.changes import write_commit
from assist.store.codec import body_digest, encode_body, encode_profile, to_bytes
from assist.store.columns import Entry, chunk_columns, document_columns, embedding_columns
from assist.store.inserting import insert_columns
from assist.store.rows import cut_live, cut_texts, read_moment
from assist.store.schema import Head, write_settings
from assist.store.versions import Live, check_distinct, effective_ends, replaced
from assist.text.chunk import search_text
from assist.text.tokenize import Tokenizer

_IDS_AT_ONCE = 500
_RECORDS_AT_ONCE = 512
_ALWAYS = Validity()


def make_entries(records: Sequence[Record], *, dim: int) -> list[Entry]:
    """Check records and encode what is stored of them; exact repeats are dropped.

    Raises:
        InputError: Two contradict each other, chunks are not slices of their document, embeddings do not
            match the chunks or are not unit rows, or a date carries a time zone.
        DimensionError: Embeddings have another dimension than the store.
    """
    entries: dict[tuple[str, str], Entry] = {}
    check_embeddings(records, dim=dim)
    for record in records:
        check_record(record)
        body, text = encode_body(record.document), to_bytes(record.document.text)
        digest = body_digest(body, text)
        entries.setdefault((record.document.id, digest), Entry(record, body, text, digest))
    check_distinct((entry.document, entry.digest) for entry in entries.values())
    return list(entries.values())


def check_embeddings(records: Sequence[Record], *, dim: int) -> None:
    """Check the embeddings of all records; raises as `make_entries` does."""
    for record in records:
        found = record.embeddings
        if found.shape != (len(record.chunks), dim):
            wanted = f"({len(record.chunks)}, {dim}), one row per chunk"
            name = f"embeddings of {record.document.id!r}"
            raise DimensionError(f"{name} must have shape {wanted}; got {found.shape}")
        if found.dtype != np.float32:
            raise InputError(f"embeddings of {record.document.id!r} must be float32, got {found.dtype}")
    for start in range(0, len(records), _RECORDS_AT_ONCE):
        group = [record.embeddings for record in records[start : start + _RECORDS_AT_ONCE]]
        check_matrix(np.concatenate(group), "embeddings", unit=True)


def check_record(record: Record) -> None:
    """Check names, dates and chunks of one record; raises as `make_entries` does."""
    document = record.document
    check_words(document.id, document.product or "", *document.aliases)
    if document.validity != _ALWAYS:
        for moment in (document.validity.valid_from, document.validity.valid_to):
            check_moment(moment, f"validity of {document.id!r}")
    text, named = document.text, (document.id, document.version)
    for ordinal, chunk in enumerate(record.chunks):
        span = chunk.span
        if (
            chunk.ordinal != ordinal
            or (chunk.document_id, chunk.version) != named
            or text[span.start : span.end] != chunk.text
        ):
            raise InputError(
                f"chunk {ordinal} of {document.id!r} is not the slice of its document that it names"
            )


def check_words(*words: str) -> None:
    """Check that names can be kept and found again.

    Raises:
        InputError: One holds half of a surrogate pair.
    """
    for word in words:
        try:
            word.encode()
        except UnicodeEncodeError as exc:
            raise InputError(f"an id, product or alias must be valid Unicode, got {word!r}") from exc


def check_moment(moment: datetime | None, name: str) -> None:
    """Check that a moment is naive, that is, in shop time.

    Raises:
        InputError: It carries a time zone.
    """
    if moment is not None and moment.tzinfo is not None:
        raise InputError(f"{name} must be naive, in shop time; got {moment.isoformat()}")


def in_groups(values: Iterable[str]) -> Iterator[list[str]]:
    """Split values into groups small enough for one query."""
    listed = list(values)
    return (listed[at : at + _IDS_AT_ONCE] for at in range(0, len(listed), _IDS_AT_ONCE))


def read_live(connection: sqlite3.Connection, ids: Iterable[str]) -> dict[str, list[Live]]:
    """Read the live versions of some documents; ids without one are absent."""
    found: dict[str, list[Live]] = {}
    for group in in_groups(ids):
        marks = ",".join("?" * len(group))
        rows = connection.execute(
            "SELECT id, doc_key, version, digest, valid_from, stated_to FROM documents"  # noqa: S608
            f" WHERE id IN ({marks}) AND replaced_at IS NULL ORDER BY doc_key",
            group,
        )
        for document_id, doc_key, version, digest, start, end in rows:
            stated = Validity(read_moment(start), read_moment(end))
            found.setdefault(document_id, []).append(Live(doc_key, version, digest, stated))
    return found


def missing(entries: Sequence[Entry], live: dict[str, list[Live]]) -> list[Entry]:
    """Find the entries that are not live as they stand: those that must be written."""
    known = {(document_id, one.digest) for document_id, versions in live.items() for one in versions}
    return [entry for entry in entries if (entry.document.id, entry.digest) not in known]


def cut_all(entries: Iterable[Entry], tokenizer: Tokenizer) -> None:
    """Cut the chunks of those entries that are not cut yet, for the sparse lane."""
    uncut = [entry for entry in entries if entry.tokens is None]
    texts = [search_text(entry.document, chunk) for entry in uncut for chunk in entry.record.chunks]
    lines = iter(cut_texts(texts, tokenizer))
    for entry in uncut:
        entry.tokens = list(islice(lines, len(entry.record.chunks)))


def forget_cuts(entries: Iterable[Entry]) -> None:
    """Forget tokens that another tokenizer made; they are cut again when they are written."""
    for entry in entries:
        entry.tokens = None


class Writer:
    """Changes the tables inside the caller's write transaction and counts the search rows it touched."""

    def __init__(self, connection: sqlite3.Connection, file: Path, head: Head, *, at: datetime) -> None:
        self._connection = connection
        self._file = file
        self._head = head
        self._at = at.isoformat()
        self._rows = 0
        self._changed = False
        self._touched: set[int] = set()
        self._recut = False

    def write(
        self,
        entries: Sequence[Entry],
        remove: Sequence[str],
        profile: ShopProfile | None,
        tokenizer: Tokenizer,
    ) -> int:
        """Do all of one write, in the order profile, removals, additions; returns the new revision."""
        if profile is not None:
            self.set_profile(profile)
        self.remove(remove)
        if tokenizer.fingerprint != self._head.tokenizer:
            self.recut(tokenizer)
        self.add(entries, tokenizer)
        return self.finish(tokenizer)

    def set_profile(self, profile: ShopProfile) -> None:
        """Keep another shop profile."""
        data = encode_profile(profile)
        if data != encode_profile(self._head.profile):
            write_settings(self._connection, profile=data)
            self._changed = True

    def remove(self, ids: Iterable[str]) -> None:
        """Take all versions of documents out of every lane; unknown ids are passed over."""
        for group in in_groups(ids):
            marks = ",".join("?" * len(group))
            where = f"id IN ({marks}) AND removed = 0"
            keys = self._connection.execute(f"SELECT doc_key FROM documents WHERE {where}", group)  # noqa: S608
            self._drop_rows([row[0] for row in keys])
            update = f"UPDATE documents SET removed = 1, replaced_at = coalesce(replaced_at, ?) WHERE {where}"  # noqa: S608
            self._connection.execute(update, [self._at, *group])
            self._connection.execute(f"DELETE FROM states WHERE document_id IN ({marks})", group)  # noqa: S608

    def add(self, entries: Sequence[Entry], tokenizer: Tokenizer) -> None:
        """Write what is new, end what it replaces, and clip neighbouring versions to each other."""
        live = read_live(self._connection, {entry.document.id for entry in entries})
        new = missing(entries, live)
        first = self._next_key("documents")
        # A newcomer alone replaces nothing and ends where it says.
        counts = Counter(entry.document.id for entry in new)
        arrivals: dict[str, list[Live]] = {id: [] for id, n in counts.items() if n > 1 or id in live}
        for doc_key, entry in enumerate(new, first):
            document = entry.document
            if document.id in arrivals:
                arrival = Live(doc_key, document.version, entry.digest, document.validity)
                arrivals[document.id].append(arrival)
        self._replace(arrivals, live, {(entry.document.id, entry.digest) for entry in entries})
        self._insert(new, first, tokenizer)
        for versions in read_live(self._connection, arrivals).values():
            self._clip(versions)

    def recut(self, tokenizer: Tokenizer) -> None:
        """Cut the text of every live chunk anew, after the shop's words changed."""
        fresh = [
            (to_bytes(words), chunk_id)
            for chunk_id, words in cut_live(self._connection, self._file, tokenizer)
        ]
        self._connection.executemany("UPDATE embeddings SET tokens = ? WHERE chunk_id = ?", fresh)
        self._rows += len(fresh)
        self._changed |= bool(fresh)
        self._recut = True

    def finish(self, tokenizer: Tokenizer) -> int:
        """Advance the revision if anything changed.

        Returns:
            The revision that readers see after the commit.
        """
        if not self._changed:
            return self._head.revision
        revision = self._head.revision + 1
        write_settings(self._connection, revision=revision, tokenizer=tokenizer.fingerprint)
        if self._rows:
            touched = None if self._recut else self._touched
            stamp = write_commit(self._connection, revision, self._at, touched=touched)
            rows = self._head.changed_rows + self._rows
            write_settings(self._connection, stamp=stamp, changed_rows=rows)
        return revision

    def _next_key(self, table: str) -> int:
        row = self._connection.execute("SELECT seq FROM sqlite_sequence WHERE name = ?", (table,)).fetchone()
        return 1 if row is None else int(row[0]) + 1

    def _replace(
        self, arrivals: dict[str, list[Live]], live: dict[str, list[Live]], loaded: set[tuple[str, str]]
    ) -> None:
        gone: list[int] = []
        for document_id, versions in arrivals.items():
            # What the same call loads again unchanged stands beside the newcomers, not in their way.
            old = [one for one in live.get(document_id, ()) if (document_id, one.digest) not in loaded]
            gone.extend(replaced(old, versions))
        self._drop_rows(gone)
        update = "UPDATE documents SET replaced_at = ? WHERE doc_key = ?"
        self._connection.executemany(update, [(self._at, doc_key) for doc_key in gone])

    def _drop_rows(self, doc_keys: Sequence[int]) -> None:
        delete = "DELETE FROM embeddings WHERE doc_key = ?"
        dropped = self._connection.executemany(delete, [(doc_key,) for doc_key in doc_keys]).rowcount
        self._rows += max(dropped, len(doc_keys))
        self._changed |= bool(doc_keys)
        self._touched.update(doc_keys)

    def _insert(self, new: Sequence[Entry], first: int, tokenizer: Tokenizer) -> None:
        cut_all(new, tokenizer)
        next_chunk = self._next_key("chunks")
        for start in range(0, len(new), _RECORDS_AT_ONCE):
            next_chunk = self._insert_group(new[start : start + _RECORDS_AT_ONCE], first + start, next_chunk)
        aliases = ((key, alias) for key, entry in enumerate(new, first) for alias in entry.document.aliases)
        self._connection.executemany("INSERT OR IGNORE INTO aliases VALUES (?, ?)", aliases)
        self._rows += sum(max(1, len(entry.record.chunks)) for entry in new)
        self._changed |= bool(new)
        self._touched.update(range(first, first + len(new)))

    def _insert_group(self, group: Sequence[Entry], first: int, first_chunk: int) -> int:
        """Write some documents with their chunks; returns the key of the chunk that comes next."""
        insert_columns(self._connection, "documents", document_columns(group, first, self._at))
        chunks = sum(len(entry.record.chunks) for entry in group)
        if chunks:
            insert_columns(self._connection, "chunks", chunk_columns(group, first, first_chunk))
            insert_columns(self._connection, "embeddings", embedding_columns(group, first, first_chunk))
        return first_chunk + chunks

    def _clip(self, versions: Sequence[Live]) -> None:
        ends = effective_ends(versions)
        update = "UPDATE documents SET valid_to = ? WHERE doc_key = ?"
        rows = [(None if end is None else end.isoformat(), key) for key, end in ends.items()]
        self._connection.executemany(update, rows)
        self._touched.update(ends)
