"""Keeps the view of the newest revision, and the index files behind it."""

from __future__ import annotations

import logging
import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from functools import lru_cache

from assist.arrays import IdVector
from assist.encoder.base import EncoderIdentity
from assist.errors import StoreCorruptError, StoreError
from assist.settings import SearchSettings, StoreSettings
from assist.store.background import Background
from assist.store.changes import read_touched
from assist.store.connection import LOCK, Connections, exclusive
from assist.store.lane_rows import read_lanes, read_states
from assist.store.lanes import Lanes
from assist.store.renewal import renewed
from assist.store.rows import RowSource
from assist.store.schema import Head, check_encoder, read_head, read_revision
from assist.store.snapshot import Manifest, SnapshotKey, Snapshots, check_files
from assist.store.view import View
from assist.text.tokenize import Tokenizer

_TOKENIZERS_KEPT = 4
# Index files are written anew when one row in this many changed, or so many: what is newer is searched beside them.
_SHARE = 50
_MOST = 5_000
# With more, and more than one row in four, the indexes are built anew in memory.
_MANY = 2_000
_MANY_SHARE = 4
# A writer that is so many rows ahead of index files that are being written waits for them.
_AHEAD = 250
_LOG = logging.getLogger(__name__)


@lru_cache(maxsize=_TOKENIZERS_KEPT)
def tokenizer_of(words: tuple[str, ...]) -> Tokenizer:
    """Give the tokenizer of a shop's words; stores of equal words share it, since loading one takes a while."""
    return Tokenizer(words)


@dataclass(frozen=True, slots=True, eq=False)
class _Held:
    """A view with the state that its indexes were built from.

    Attributes:
        view: What is searched.
        head: What the settings table said.
        base: Revision of that state.
        on_disk: Whether the indexes are those of a snapshot.
    """

    view: View
    head: Head
    base: int
    on_disk: bool


@dataclass(frozen=True, slots=True, eq=False)
class _Taken:
    """Lanes of the newest state: base and on_disk as in `_Held`, and what an earlier view can hand on."""

    lanes: Lanes
    base: int
    on_disk: bool
    earlier: View | None = None
    touched: Sequence[int] = ()


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
        self._latest: _Held | None = None
        self._lock = threading.Lock()
        self._deferred = 0
        self._written_from = 0
        self._background = Background(self._write_quietly, name="writing of index files")

    def view(self) -> View:
        """Give the view of the newest revision; threads that ask during its making wait for it."""
        with self._connections.asking() as connection:
            revision = read_revision(connection)
        latest = self._latest
        if latest is not None and latest.view.revision >= revision:
            return latest.view
        with self._lock:
            held, wanting = self._renew(revision)
        if wanting and len(held.view) <= self._settings.waited_rows:
            self._write(held.view, held.head)
        elif wanting and self._background.start():
            self._written_from = held.head.changed_rows
        return held.view

    def close(self) -> None:
        """Wait for index files that are being written, and let go of the view."""
        self._background.wait()
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
        self.write_if_due(wait=True)

    def write_if_due(self, *, wait: bool = False) -> None:
        """Write the index files when enough rows changed since the last time.

        Args:
            wait: Write them before this returns; otherwise those of many rows are written in a thread.
        """
        if self._connections.read_only or self._deferred:
            return
        with self._connections.reading() as connection:
            head = read_head(connection, self._connections.file)
        if not self._is_due(head):
            return
        manifest = self._manifest()
        if wait or manifest is None or manifest.rows <= self._settings.waited_rows:
            self.write()
        elif self._background.start():
            self._written_from = head.changed_rows
        elif head.changed_rows - self._written_from > _AHEAD:
            # Readers that move to the new files take over at once what changed since.
            self._background.wait()

    def _write_quietly(self) -> None:
        try:
            self.write()
        except StoreError as exc:
            _LOG.warning("the index files could not be written; they will be at the next change: %s", exc)

    def write(self, *, again: bool = False) -> None:
        """Write the index files of the newest state; a failure is logged, since they are only a cache.

        Args:
            again: Also when they are of the newest state already.
        """
        self.view()
        latest = self._latest
        if latest is not None:
            self._write(latest.view, latest.head, again=again)

    def _is_due(self, head: Head) -> bool:
        manifest = self._manifest()
        if manifest is None or manifest.key["store"] != head.store:
            return head.changed_rows >= self._settings.snapshot_rows
        changed = abs(head.changed_rows - manifest.changed_rows)
        enough = max(self._settings.snapshot_rows, min(manifest.rows // _SHARE, _MOST))
        return manifest.key["stamp"] != head.stamp and changed >= enough

    def _renew(self, revision: int) -> tuple[_Held, bool]:
        """Give the view of the newest revision, and whether index files were found wanting at the first look."""
        latest = self._latest
        if latest is not None and latest.view.revision >= revision:
            return latest, False
        with self._connections.reading() as connection:
            head = read_head(connection, self._connections.file)
            check_encoder(head, self._encoder, self._connections.file)
            tokenizer = tokenizer_of(head.profile.words)
            taken = self._taken(connection, head)
            found = taken or self._read(connection, head, tokenizer)
            states = read_states(connection)
        view = View(
            head.revision,
            found.lanes,
            tokenizer=tokenizer,
            states=states,
            source=self._source,
            earlier=found.earlier,
            touched=found.touched,
        )
        self._latest = _Held(view, head, found.base, found.on_disk)
        # Index files found missing, damaged or old at the first look are written anew; later ones are the
        # business of whoever commits.
        idle = latest is not None or self._connections.read_only or self._deferred or not len(view)
        return self._latest, not idle and (taken is None or self._is_due(head))

    def _taken(self, connection: sqlite3.Connection, head: Head) -> _Taken | None:
        """Take over what changed since the view that is held, or since the index files, where one of them serves."""
        held = self._latest
        if held is not None and replace(self._key(held.head), stamp=head.stamp) == self._key(head):
            touched = read_touched(connection, held.head.stamp, head.revision)
            if touched is not None:
                newer = self._newer(connection, head, held, touched) if len(touched) else None
                return newer or self._advanced(connection, head, held, touched)
        return self._snapshot(connection, head)

    def _advanced(self, connection: sqlite3.Connection, head: Head, held: _Held, touched: IdVector) -> _Taken:
        file, dim = self._connections.file, head.encoder.dim
        lanes = renewed(connection, file, held.view.lanes, touched, dim=dim)
        base, on_disk = held.base, held.on_disk
        if lanes.tail is not None and lanes.tail.size > max(_MANY, len(lanes) // _MANY_SHARE):
            lanes, base, on_disk = lanes.merged(), head.revision, False
        return _Taken(lanes, base, on_disk, held.view, touched.tolist())

    def _newer(
        self, connection: sqlite3.Connection, head: Head, held: _Held, touched: IdVector
    ) -> _Taken | None:
        """Open index files that are newer than the indexes that are held: a short tail, and no use of deleted files."""
        manifest = self._manifest()
        if manifest is None or manifest.revision < held.base + held.on_disk:
            return None
        found = self._snapshot(connection, head, known=held.view.lanes)
        return None if found is None else replace(found, earlier=held.view, touched=touched.tolist())

    def _snapshot(
        self, connection: sqlite3.Connection, head: Head, *, known: Lanes | None = None
    ) -> _Taken | None:
        """Open the index files and take over what changed since; see `renewed` for `known`."""
        try:
            opened = self.snapshots.open(self._key(head), self._search)
        except StoreCorruptError as exc:
            _LOG.warning("the index files are damaged and are built anew from the database: %s", exc)
            return None
        if opened is None:
            return None
        manifest, lanes = opened
        touched = read_touched(connection, str(manifest.key["stamp"]), head.revision)
        if touched is None:
            return None
        file, dim = self._connections.file, head.encoder.dim
        lanes = renewed(connection, file, lanes, touched, dim=dim, known=known)
        return _Taken(lanes, manifest.revision, on_disk=True)

    def _read(self, connection: sqlite3.Connection, head: Head, tokenizer: Tokenizer) -> _Taken:
        """Build the lanes from the tables."""
        recut = tokenizer.fingerprint != head.tokenizer
        lanes = read_lanes(
            connection,
            self._connections.file,
            dim=head.encoder.dim,
            search=self._search,
            tokenizer=tokenizer if recut else None,
        )
        return _Taken(lanes, head.revision, on_disk=False)

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
        # Nobody waits for files that another one is writing: a later commit sees whether they are due again.
        wait_s = self._settings.busy_timeout_s if again else 0.0
        try:
            with exclusive(lock, wait_s=wait_s) as held:
                if held and (again or self._is_wanted(view, key)):
                    lanes = view.lanes.trained(self._search)
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
