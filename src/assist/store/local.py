"""A store in a folder: SQLite for all that must be kept, memory-mapped index files for speed."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import TypeAlias

from assist.documents import Document, Kind, Level
from assist.encoder.base import EncoderIdentity
from assist.errors import InputError, StoreNotFoundError
from assist.settings import SearchSettings, StoreSettings
from assist.shop import ShopProfile
from assist.store import journal, upkeep
from assist.store.backup import copy_database
from assist.store.base import Record, StateChange, shop_now
from assist.store.columns import Entry
from assist.store.connection import DATABASE, Connections
from assist.store.local_journal import LocalJournal
from assist.store.migrations import check_format, migrate
from assist.store.rows import DOCUMENT_FIELDS, make_document, read_kept
from assist.store.schema import (
    check_encoder,
    check_store,
    create_database,
    read_head,
    read_revision,
    write_settings,
)
from assist.store.versions import pick
from assist.store.view import Recent, View
from assist.store.views import Views, tokenizer_of
from assist.store.writing import (
    Writer,
    check_moment,
    check_words,
    cut_all,
    forget_cuts,
    make_entries,
    missing,
    read_live,
)
from assist.text.tokenize import Tokenizer

_Validity: TypeAlias = tuple[int, str | None, str | None]
"""Key of a document's version, and when it holds."""

# A list of more documents than this is read anew every time.
_DOCUMENTS_KEPT = 8_192


class LocalStore(LocalJournal):
    """Documents of every version, their chunks and vectors, the log and the index files, in one folder.

    SQLite is the truth: a write is one transaction, on disk when the call returns. The index files are a
    cache of one state; a missing or damaged one is built anew from SQLite, without encoding. Any number of
    processes and threads read; writers take turns. All methods may be called from any thread.
    """

    def __init__(self, connections: Connections, encoder: EncoderIdentity, views: Views) -> None:
        """Wrap an opened database; use `LocalStore.open`."""
        super().__init__(connections)
        self._encoder = encoder
        self._views = views
        self._decoded: Recent[_Validity, Document] = Recent(_DOCUMENTS_KEPT)

    @classmethod
    def open(
        cls,
        path: str | Path,
        *,
        encoder: EncoderIdentity | None,
        create: bool = False,
        read_only: bool = False,
        settings: StoreSettings | None = None,
        search: SearchSettings | None = None,
    ) -> LocalStore:
        """Open the store in a folder; a writer brings an earlier format up to date.

        Args:
            path: The folder.
            encoder: Identity of the encoder that made, or will make, its vectors; None: whatever the store
                keeps, for the care of it.
            create: Make an empty store where there is none.
            read_only: Never write, not even index files.
            settings: How it behaves on disk.
            search: Parameters of the indexes.

        Raises:
            StoreNotFoundError: There is no store, and `create` is false or the store is to be read only.
            StoreMismatchError: Its vectors are of another encoder.
            StoreVersionError: Its format is a later one, or an earlier one and it is to be read only.
            StoreCorruptError: The database is damaged.
        """
        settings = settings or StoreSettings()
        file = Path(path) / DATABASE
        if create and not read_only and encoder is not None:
            create_database(file, encoder, wait_s=settings.busy_timeout_s)
        if not file.is_file():
            raise StoreNotFoundError("there is no store here; pass create=True to make one", path=path)
        connections = Connections(file, busy_timeout_s=settings.busy_timeout_s, read_only=read_only)
        try:
            with connections.lend() as connection:
                kept = check_store(connection, file, encoder).encoder
                if read_only:
                    check_format(connection, file)
                else:
                    connection.execute("PRAGMA journal_mode = WAL").fetchone()
                    migrate(connection, file)
        except BaseException:
            connections.close()
            raise
        views = Views(connections, kept, settings=settings, search=search or SearchSettings())
        return cls(connections, kept, views)

    def __enter__(self) -> LocalStore:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Release the database, once index files that are being written are; views keep only their numbers."""
        self._views.close()
        self._connections.close()
        self._decoded = Recent(_DOCUMENTS_KEPT)

    @property
    def path(self) -> str:
        """The store's folder."""
        return str(self._file.parent)

    @property
    def revision(self) -> int:
        """Number of commits that changed what readers see, other processes' included."""
        with self._connections.asking() as connection:
            return read_revision(connection)

    @property
    def profile(self) -> ShopProfile:
        """The shop's own settings."""
        with self._connections.reading() as connection:
            return read_head(connection, self._file).profile

    @property
    def encoder(self) -> EncoderIdentity:
        """The encoder whose vectors the store keeps."""
        return self._encoder

    def apply(
        self,
        *,
        add: Sequence[Record] = (),
        remove: Sequence[str] = (),
        profile: ShopProfile | None = None,
        replaced_at: datetime | None = None,
        states: Sequence[StateChange] = (),
    ) -> int:
        """Write documents, removals, the profile and states in one transaction: all of it or nothing.

        Removals come first, so an id may be removed and added anew in one call. A document that is live
        with the same digest costs nothing. See `assist.store.versions` for what a new version replaces.

        Args:
            add: Documents with their chunks and embeddings.
            remove: Ids whose every version leaves every lane at once; unknown ones are passed over.
            profile: The shop's own settings; new words cut every chunk anew, without encoding.
            states: States to set after that, of documents that are live then.
            replaced_at: Moment of this write in shop time; None reads the clock.

        Returns:
            The revision that shows the change; the old one when nothing changed.

        Raises:
            InputError: Records contradict each other or themselves; nothing was written.
            DimensionError: Embeddings do not fit the store or their chunks.
            StoreMismatchError: The store was re-encoded since it was opened.
            StoreLockedError: Another writer was at work for longer than `busy_timeout_s`.
            StoreError: The store is read-only or closed, or the disk is full.
        """
        check_moment(replaced_at, "replaced_at")
        check_words(*remove)
        entries = make_entries(add, dim=self._encoder.dim)
        # Cutting takes the longest, so it is done before other writers are kept waiting.
        tokenizer = tokenizer_of((profile or self.profile).words)
        self._cut_new(entries, tokenizer)
        with self._connections.writing() as connection:
            head = read_head(connection, self._file)
            check_encoder(head, self._encoder, self._file)
            current = tokenizer_of((profile or head.profile).words)
            if current.fingerprint != tokenizer.fingerprint:
                forget_cuts(entries)
            writer = Writer(connection, self._file, head, at=replaced_at or shop_now(head.profile.timezone))
            revision = writer.write(entries, remove, profile, current)
            if states:
                journal.write_changes(connection, states, shop_now(head.profile.timezone))
                revision = head.revision + 1
                write_settings(connection, revision=revision)
        self._views.write_if_due()
        return revision

    def deferred_snapshot(self) -> AbstractContextManager[None]:
        """Put off index files until the end of the block, for a load in several `apply` calls."""
        return self._views.deferred()

    def current(self) -> dict[str, tuple[str, ...]]:
        """Give the digests (`assist.store.codec.digest`) of all live documents, by id.

        A document whose digest is among its id's need not be chunked and encoded again.
        """
        found: dict[str, tuple[str, ...]] = {}
        with self._connections.reading() as connection:
            query = "SELECT id, digest FROM documents WHERE replaced_at IS NULL ORDER BY doc_key"
            for document_id, digest in connection.execute(query):
                found[document_id] = (*found.get(document_id, ()), digest)
        return found

    def document(self, id: str, *, version: str | None = None, on: datetime | None = None) -> Document:
        """Give a document in any version that is kept.

        Args:
            id: The document's id.
            version: SHA-256 of its text, as citations name it; also one that was replaced, or removed and
                not yet compacted away.
            on: The version valid at this moment, in shop time; see `assist.store.versions.pick`.

        Returns:
            The document; without `version` and `on` the live one valid now, else the one that started last.

        Raises:
            InputError: No such document, or none in that version or at that moment.
        """
        check_moment(on, "on")
        with self._connections.reading() as connection:
            now = shop_now(read_head(connection, self._file).profile.timezone)
            picked = pick(read_kept(connection, id), version=version, on=on, now=now)
            if picked is None:
                raise InputError(_absent(id, version, on))
            query = f"SELECT {DOCUMENT_FIELDS} FROM documents WHERE doc_key = ?"  # noqa: S608
            fields = connection.execute(query, (picked.doc_key,)).fetchone()
        return make_document(fields, self._file)

    def loaded_at(self, id: str) -> datetime:
        """Say when the newest live version of a document was loaded (naive, shop time).

        Raises:
            InputError: No such document is live.
        """
        with self._connections.reading() as connection:
            live = [one.loaded_at for one in read_kept(connection, id) if one.replaced_at is None]
        if not live:
            raise InputError(_absent(id, None, None))
        return max(live)

    def documents(
        self, *, kinds: Sequence[Kind] | None = None, levels: Sequence[Level] | None = None
    ) -> tuple[Document, ...]:
        """Give all live documents, or those of some kinds and levels, in the order in which they were loaded.

        Their validity ends where the next version of the same id begins, whatever the file says.
        """
        words = [str(Kind.parse(kind)) for kind in (Kind if kinds is None else kinds)]
        ranks = [str(Level.parse(level)) for level in (Level if levels is None else levels)]
        query = (
            "SELECT doc_key, valid_from, valid_to FROM documents WHERE replaced_at IS NULL"  # noqa: S608
            f" AND kind IN ({','.join('?' * len(words))}) AND level IN ({','.join('?' * len(ranks))})"
            " ORDER BY doc_key"
        )
        with self._connections.reading() as connection:
            found = connection.execute(query, [*words, *ranks]).fetchall()
            # Of a version that is kept, nothing but its validity ever changes.
            kept = self._decoded if len(found) <= _DOCUMENTS_KEPT else Recent(0)
            return tuple(kept.get(found, lambda missing: self._decode(connection, missing)))

    def _decode(self, connection: sqlite3.Connection, found: Sequence[_Validity]) -> list[Document]:
        query = f"SELECT {DOCUMENT_FIELDS} FROM documents WHERE doc_key = ?"  # noqa: S608
        rows = (connection.execute(query, (key,)).fetchone() for key, _, _ in found)
        return [make_document(fields, self._file) for fields in rows]

    def view(self) -> View:
        """Give what is searched at the newest revision; the same object until a commit changes it.

        Raises:
            StoreMismatchError: The store was re-encoded since it was opened.
            StoreCorruptError: The database is damaged. (A damaged index file is only logged: the view is
                then built from the database.)
        """
        return self._views.view()

    def compact(self) -> None:
        """Erase removed documents for good: texts, logged suggestions that quote them, old index files.

        Earlier versions of documents that are still live stay. Other processes may read meanwhile.

        Raises:
            StoreError: As for `apply`.
        """
        upkeep.compact_database(self._connections)
        self._views.write(again=True)

    def verify(self) -> tuple[str, ...]:
        """Check everything: the database, every text, chunk and vector, every index file.

        Returns:
            One line per problem; empty when the store is sound.
        """
        return upkeep.verify_store(self._connections, self._views.snapshots)

    def info(self) -> dict[str, object]:
        """Say what is in the store: counts, sizes in bytes, encoder, kind of index and its recall."""
        return upkeep.describe(self._connections, self._views)

    def backup(self, target: str | Path) -> None:
        """Copy the store into a new folder, in one consistent state, while others read and write.

        The copy holds the database; its index files are built when it is first opened. `backup.restore_store`
        puts it in a store's place.

        Raises:
            InputError: `target` exists and is not an empty folder.
            StoreCorruptError: The database is damaged; no copy is left.
            StoreError: The copy could not be written.
        """
        with self._connections.lend() as connection:
            copy_database(connection, Path(target))

    def _cut_new(self, entries: Sequence[Entry], tokenizer: Tokenizer) -> None:
        with self._connections.reading() as connection:
            live = read_live(connection, {entry.document.id for entry in entries})
        cut_all(missing(entries, live), tokenizer)


def _absent(document_id: str, version: str | None, on: datetime | None) -> str:
    detail = "" if version is None else f" in version {version}"
    detail += "" if on is None else f" valid on {on.isoformat()}"
    return f"no document {document_id!r}{detail} is in the store"
