"""Keeps the view of the newest revision, and the index files behind it."""

from __future__ import annotations

import logging
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, replace
from functools import lru_cache

from assist.encoder.base import EncoderIdentity
from assist.errors import StoreCorruptError, StoreError
from assist.settings import SearchSettings, StoreSettings
from assist.store.connection import LOCK, Connections, exclusive
from assist.store.rows import RowSource, read_lanes, read_states, trained
from assist.store.schema import Head, check_encoder, is_ancestor, read_head, read_revision
from assist.store.snapshot import Manifest, SnapshotKey, Snapshots, check_files
from assist.store.view import Lanes, View
from assist.text.tokenize import Tokenizer

_TOKENIZERS_KEPT = 4
# The index files of a large store are written anew when one row in this many changed.
_SHARE = 100
_LOG = logging.getLogger(__name__)


@lru_cache(maxsize=_TOKENIZERS_KEPT)
def tokenizer_of(words: tuple[str, ...]) -> Tokenizer:
    """Give the tokenizer of a shop's words; stores of equal words share it, since loading one takes a while."""
    return Tokenizer(words)


class Views:
    """Gives the view of the newest revision, from index files where they fit, else from the tables."""

    def __init__(
        self,
        connections: Connections,
        encoder: EncoderIdentity,
        *,
        settings: StoreSettings,
        search: SearchSettings,
    ) -> None:
        self.snapshots = Snapshots(connections.file.parent / "index")
        self._connections = connections
        self._encoder = encoder
        self._settings = settings
        self._search = search
        self._source = RowSource(connections)
        self._latest: tuple[View, Head] | None = None
        self._lock = threading.Lock()
        self._deferred = 0

    def view(self) -> View:
        """Give the view of the newest revision; threads that ask during its making wait for it."""
        with self._connections.reading() as connection:
            revision = read_revision(connection)
        latest = self._latest
        if latest is not None and latest[0].revision >= revision:
            return latest[0]
        with self._lock:
            return self._renew(revision)[0]

    def forget(self) -> None:
        """Let go of the view."""
        self._latest = None

    @contextmanager
    def deferred(self) -> Iterator[None]:
        """Write no index files until the end of the block."""
        with self._lock:
            self._deferred += 1
        try:
            yield
        finally:
            with self._lock:
                self._deferred -= 1
        self.write_if_due()

    def write_if_due(self) -> None:
        """Write the index files when enough rows changed since the last time."""
        if self._connections.read_only or self._deferred:
            return
        with self._connections.reading() as connection:
            head = read_head(connection, self._connections.file)
        if self._is_due(head):
            self.write()

    def write(self, *, again: bool = False) -> None:
        """Write the index files of the newest state; a failure is logged, since they are only a cache.

        Args:
            again: Also when they are of the newest state already.
        """
        self.view()
        latest = self._latest
        if latest is not None:
            self._write(*latest, again=again)

    def _is_due(self, head: Head) -> bool:
        manifest = self._manifest()
        if manifest is None or manifest.key["store"] != head.store:
            return head.changed_rows >= self._settings.snapshot_rows
        changed = abs(head.changed_rows - manifest.changed_rows)
        # Training the approximate index of a large store takes seconds, so it waits for a share of the rows;
        # what is newer is searched exactly meanwhile.
        large = manifest.rows > self._search.exact_rows
        enough = max(self._settings.snapshot_rows, manifest.rows // _SHARE if large else 0)
        return manifest.key["stamp"] != head.stamp and changed >= enough

    def _renew(self, revision: int) -> tuple[View, Head]:
        latest = self._latest
        if latest is not None and latest[0].revision >= revision:
            return latest
        with self._connections.reading() as connection:
            head = read_head(connection, self._connections.file)
            check_encoder(head, self._encoder, self._connections.file)
            tokenizer = tokenizer_of(head.profile.words)
            lanes, from_tables = self._lanes(connection, head, tokenizer)
            states = read_states(connection)
        view = View(head.revision, lanes, tokenizer=tokenizer, states=states, source=self._source)
        self._latest = view, head
        # Index files found missing or damaged at the first look are written anew; later ones are the
        # business of whoever commits.
        if (
            latest is None
            and from_tables
            and len(view)
            and not (self._connections.read_only or self._deferred)
        ):
            self._write(view, head)
        return view, head

    def _lanes(self, connection: sqlite3.Connection, head: Head, tokenizer: Tokenizer) -> tuple[Lanes, bool]:
        """Give the lanes of a state, and say whether rows had to be read from the tables."""
        earlier = self._earlier(head)
        if earlier is not None and earlier[1] == head.stamp:
            return earlier[0], False
        base = None
        if earlier is not None and is_ancestor(connection, head.revision, earlier[1]):
            base = earlier[0]
        recut = tokenizer.fingerprint != head.tokenizer
        lanes = read_lanes(
            connection,
            self._connections.file,
            dim=head.encoder.dim,
            search=self._search,
            base=None if recut else base,
            tokenizer=tokenizer if recut else None,
        )
        return lanes, True

    def _earlier(self, head: Head) -> tuple[Lanes, str] | None:
        """Find the lanes closest to a state, with their stamp: those held, or those on disk."""
        key, latest = self._key(head), self._latest
        if latest is not None and replace(self._key(latest[1]), stamp=head.stamp) == key:
            manifest = self._manifest()
            if latest[1].stamp == head.stamp or manifest is None or manifest.key["stamp"] != head.stamp:
                return latest[0].lanes, latest[1].stamp
        try:
            opened = self.snapshots.open(key, self._search)
        except StoreCorruptError as exc:
            _LOG.warning("the index files are damaged and are built anew from the database: %s", exc)
            return None
        return None if opened is None else (opened[1], str(opened[0].key["stamp"]))

    def _key(self, head: Head) -> SnapshotKey:
        fingerprint = tokenizer_of(head.profile.words).fingerprint
        return SnapshotKey.of(head.store, head.stamp, head.encoder, fingerprint, self._search)

    def _manifest(self) -> Manifest | None:
        try:
            return self.snapshots.manifest()
        except StoreCorruptError:
            return None

    def _write(self, view: View, head: Head, *, again: bool = False) -> None:
        key, lock = self._key(head), self._connections.file.with_name(LOCK)
        try:
            with exclusive(lock, wait_s=self._settings.busy_timeout_s) as held:
                if held and (again or self._is_wanted(view, key)):
                    lanes = trained(view.lanes, self._search)
                    self.snapshots.save(lanes, key, revision=view.revision, changed_rows=head.changed_rows)
        except (OSError, StoreError) as exc:
            _LOG.warning("the index files could not be written; they will be at the next change: %s", exc)

    def _is_wanted(self, view: View, key: SnapshotKey) -> bool:
        """Say whether the index files on disk are older than `view`, of other parameters, or damaged."""
        manifest = self._manifest()
        if manifest is None or manifest.key["store"] != key.store:
            return True
        if manifest.key != asdict(key):
            return manifest.revision <= view.revision
        try:
            check_files(manifest, every=False)
        except StoreCorruptError:
            return True
        return False
