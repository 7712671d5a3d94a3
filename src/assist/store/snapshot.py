"""Index files: a cache of one state of the store, checked by checksum, replaced as a whole.

```
index/CURRENT            one line: the folder of the newest complete snapshot, and SHA-256 of its manifest
index/000012/            manifest.json; columns/ counts/ dense/ sparse/; rows.* documents.* products.json
index/writing-*/         a snapshot being written; never read, swept by the next writer
```
A snapshot is written beside, flushed to disk and renamed before CURRENT names it; a reader sees the old or
the new one, never a mixture. Nothing here is unpickled.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
import secrets
import shutil
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from assist.encoder.base import EncoderIdentity
from assist.errors import AssistError, StoreCorruptError
from assist.expressions import expression
from assist.index.counts import TermCounts
from assist.index.dense import DenseIndex
from assist.index.filters import Columns
from assist.index.folder import open_array, save_arrays
from assist.index.sparse import SparseIndex
from assist.settings import SearchSettings
from assist.store.flushing import flush_folder
from assist.store.lanes import Base, Catalog, Lanes

FORMAT = 4
"""Version of the snapshot format; another one is not read but written anew."""

HASHED_BYTES = 16 * 2**20
"""Up to this size every file is hashed at every opening; beyond, those whose size or time differ."""

_CURRENT = expression(r"([0-9]{6,18}) ([0-9a-f]{64})\n")
_FILE = expression(r"(?!.*\.\.)[A-Za-z0-9_][A-Za-z0-9_.-]*(/[A-Za-z0-9_][A-Za-z0-9_.-]*)*")
_LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class SnapshotKey:
    """What a snapshot must agree with to be used.

    Attributes:
        store: Random word of the store.
        stamp: Random word of the commit it shows.
        encoder: Whose vectors it holds.
        tokenizer: Fingerprint of the tokenizer that cut its tokens.
        k1: BM25 parameter.
        b: BM25 parameter.
        exact_rows: Size up to which the dense lane is exact.
    """

    store: str
    stamp: str
    encoder: EncoderIdentity
    tokenizer: str
    k1: float
    b: float
    exact_rows: int

    @classmethod
    def of(
        cls, store: str, stamp: str, encoder: EncoderIdentity, tokenizer: str, search: SearchSettings
    ) -> SnapshotKey:
        """Gather a key; of the search settings it takes those that shape the files."""
        return cls(store, stamp, encoder, tokenizer, search.k1, search.b, search.exact_rows)


@dataclass(frozen=True, slots=True)
class Manifest:
    """What `manifest.json` says.

    Attributes:
        folder: Where the snapshot lies.
        key: Fields of its `SnapshotKey`.
        revision: Revision of the store when it was written.
        changed_rows: The store's count of changed rows at that time.
        rows: Chunks in it.
        documents: Documents in it.
        engine: Kind of the dense index.
        files: Relative path to size, SHA-256 and time of change.
    """

    folder: Path
    key: dict[str, Any]
    revision: int
    changed_rows: int
    rows: int
    documents: int
    engine: str
    files: dict[str, dict[str, Any]]

    @property
    def total_bytes(self) -> int:
        """Size of all its files."""
        return sum(int(seal["bytes"]) for seal in self.files.values())


class Snapshots:
    """The index folder of a store."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def manifest(self) -> Manifest | None:
        """Read which snapshot is current; None where there is none yet.

        Raises:
            StoreCorruptError: CURRENT or the manifest is not what was written.
        """
        line = self._current_line()
        while line is not None:
            try:
                match = _CURRENT.fullmatch(line)
                if match is None:
                    raise _damaged("CURRENT", "it does not name a snapshot", self.folder)
                return _read_manifest(self.folder / match[1], match[2])
            except StoreCorruptError:
                # A writer may have replaced and swept the folder meanwhile: that is no damage.
                latest = self._current_line()
                if latest == line:
                    raise
                line = latest
        return None

    def _current_line(self) -> str | None:
        try:
            return (self.folder / "CURRENT").read_bytes().decode("ascii")
        except FileNotFoundError:
            return None
        except (OSError, ValueError) as exc:
            raise _damaged("CURRENT", str(exc), self.folder) from exc

    def open(self, key: SnapshotKey, search: SearchSettings) -> tuple[Manifest, Lanes] | None:
        """Map the current snapshot, of whatever state.

        Args:
            key: What it must agree with; its stamp is not looked at.
            search: Settings for searching it.

        Returns:
            Its manifest and what it holds; None where there is no snapshot of this store and these parameters.

        Raises:
            StoreCorruptError: A file is missing, cut short or changed.
        """
        manifest = self.manifest()
        while manifest is not None and manifest.key == {**asdict(key), "stamp": manifest.key["stamp"]}:
            try:
                check_files(manifest, every=False)
                return manifest, _load(manifest, search)
            except StoreCorruptError:
                # As above, the folder may have been swept meanwhile.
                latest = self.manifest()
                if latest is None or latest.folder == manifest.folder:
                    raise
                manifest = latest
        return None

    def save(self, lanes: Lanes, key: SnapshotKey, *, revision: int, changed_rows: int) -> Path:
        """Write a snapshot of lanes without a tail and make it current; the caller holds the snapshot lock.

        Returns:
            Its folder.

        Raises:
            OSError: The disk is full or not writable; the snapshot before stays current.
        """
        self.folder.mkdir(exist_ok=True)
        self._sweep(keep=self._serials())
        writing = self.folder / f"writing-{secrets.token_hex(8)}"
        try:
            _save_lanes(lanes, writing)
            manifest = {
                "format": FORMAT,
                "key": asdict(key),
                "revision": revision,
                "changed_rows": changed_rows,
                "rows": len(lanes),
                "documents": len(lanes.catalog.keys),
                "engine": lanes.dense.kind,
                "files": {name: _seal(writing / name) for name in _names(writing)},
            }
            data = json.dumps(manifest, indent=1, sort_keys=True).encode()
            _write(writing / "manifest.json", data)
            _flush_folders(writing)
            final = self.folder / f"{max(self._serials(), default=0) + 1:06d}"
            writing.rename(final)
            flush_folder(self.folder)
        except BaseException:
            shutil.rmtree(writing, ignore_errors=True)
            raise
        self._set_current(final, data)
        self._sweep(keep={int(final.name)})
        return final

    def _set_current(self, final: Path, manifest: bytes) -> None:
        beside = self.folder / "CURRENT.new"
        _write(beside, f"{final.name} {hashlib.sha256(manifest).hexdigest()}\n".encode())
        os.replace(beside, self.folder / "CURRENT")
        flush_folder(self.folder)

    def _serials(self) -> set[int]:
        return {int(one.name) for one in self.folder.iterdir() if one.name.isdecimal()}

    def _sweep(self, *, keep: set[int]) -> None:
        """Delete other snapshots; what another process still maps on Windows stays until the next time."""
        for one in self.folder.iterdir():
            abandoned = one.name.startswith("writing-")
            if abandoned or (one.name.isdecimal() and int(one.name) not in keep):
                shutil.rmtree(one, ignore_errors=True)


def check_files(manifest: Manifest, *, every: bool) -> None:
    """Check sizes and checksums of a snapshot's files.

    Args:
        manifest: Says what the files must be.
        every: Hash them all; otherwise a large snapshot's files whose size and time are as written pass.

    Raises:
        StoreCorruptError: A file is missing, cut short or changed.
    """
    trusting = not every and manifest.total_bytes > HASHED_BYTES
    for name, seal in manifest.files.items():
        path = manifest.folder / name
        try:
            status = path.stat()
            if status.st_size != seal["bytes"]:
                raise _damaged(name, f"{status.st_size} bytes, not {seal['bytes']}", manifest.folder)
            if trusting and status.st_mtime_ns == seal["mtime_ns"]:
                continue
            if _hash(path) != seal["sha256"]:
                raise _damaged(name, "its checksum differs", manifest.folder)
        except OSError as exc:
            raise _damaged(name, str(exc), manifest.folder) from exc


def _damaged(name: str, reason: str, folder: Path) -> StoreCorruptError:
    message = f"{name} is not what was written ({reason}); the indexes can be built anew from the database"
    return StoreCorruptError(message, path=folder, file=name)


def _read_manifest(folder: Path, checksum: str) -> Manifest | None:
    try:
        data = (folder / "manifest.json").read_bytes()
        if hashlib.sha256(data).hexdigest() != checksum:
            raise _damaged("manifest.json", "its checksum differs", folder)
        fields: dict[str, Any] = json.loads(data)
        if fields.pop("format") != FORMAT:
            return None
        if not all(_FILE.fullmatch(name) for name in fields["files"]):
            raise _damaged("manifest.json", "it names files outside the snapshot", folder)
        return Manifest(folder=folder, **fields)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as exc:
        raise _damaged("manifest.json", repr(exc), folder) from exc


def _save_lanes(lanes: Lanes, folder: Path) -> None:
    for part in ("columns", "counts", "dense", "sparse"):
        (folder / part).mkdir(parents=True)
    lanes.columns.save(folder / "columns")
    lanes.base.counts.save(folder / "counts")
    lanes.base.dense.save(folder / "dense")
    lanes.base.sparse.save(folder / "sparse")
    save_arrays(folder, "rows", {"vectors": lanes.base.vectors})
    catalog = lanes.catalog
    save_arrays(folder, "documents", {"keys": catalog.keys, "products": catalog.products_of})
    names = {"products": catalog.products, "claims": catalog.claims}
    (folder / "products.json").write_text(json.dumps(names), "ascii")


def _load(manifest: Manifest, search: SearchSettings) -> Lanes:
    folder = manifest.folder
    try:
        vectors = open_array(folder, "rows.vectors.npy", np.float32, mmap=True)
        names = json.loads((folder / "products.json").read_text("ascii"))
        base = Base(
            counts=TermCounts.open(folder / "counts"),
            sparse=SparseIndex.open(folder / "sparse"),
            vectors=vectors,
            dense=DenseIndex.open(folder / "dense", vectors, settings=search),
        )
        catalog = Catalog.of(
            open_array(folder, "documents.keys.npy", np.int64, mmap=True),
            open_array(folder, "documents.products.npy", np.int32, mmap=True),
            tuple(names["products"]),
            tuple((key, alias, product) for key, alias, product in names["claims"]),
        )
        lanes = Lanes.of(Columns.open(folder / "columns"), catalog, base)
    except (AssistError, OSError, ValueError, KeyError, TypeError, EOFError, RuntimeError) as exc:
        raise _damaged("manifest.json", f"its files cannot be opened: {exc!r}", folder) from exc
    if (len(lanes), len(catalog.keys)) != (manifest.rows, manifest.documents):
        raise _damaged("manifest.json", "its counts are not those of the files", folder)
    return lanes


def _names(folder: Path) -> Iterator[str]:
    return (one.relative_to(folder).as_posix() for one in sorted(folder.rglob("*")) if one.is_file())


def _seal(path: Path) -> dict[str, Any]:
    _flush(path)
    status = path.stat()
    return {"bytes": status.st_size, "sha256": _hash(path), "mtime_ns": status.st_mtime_ns}


def _hash(path: Path) -> str:
    found = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(2**20):
            found.update(block)
    return found.hexdigest()


def _write(path: Path, data: bytes) -> None:
    path.write_bytes(data)
    _flush(path)


def _flush(path: Path) -> None:
    with path.open("rb+") as file:
        os.fsync(file.fileno())


def _flush_folders(folder: Path) -> None:
    for one in (folder, *(child for child in folder.rglob("*") if child.is_dir())):
        flush_folder(one)
