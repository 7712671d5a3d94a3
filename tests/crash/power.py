"""What a disk may hold after the power failed: what was flushed, and of the rest anything or nothing.

`faults.c` writes every call down that changes a file below a folder. From that, `Disk` keeps apart what a flush made
certain and what the system may still have held in memory: writes and lengths of a file until the file is flushed,
names in a folder until the folder is. No order is assumed among what was not flushed, but for the names in one folder.
"""

from __future__ import annotations

import random
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias

_HEAD = struct.Struct("=4q")
# A write that was under way when the power failed may be there up to any sector.
_SECTOR = 512


@dataclass(eq=False)
class File:
    """What is certain of a file, and the writes (place and bytes) and lengths (and None) since."""

    certain: bytes = b""
    since: list[tuple[int, bytes | None]] = field(default_factory=list)

    def left(self, rng: random.Random, share: float) -> bytes:
        """Give what is there afterwards, where each change since the flush is kept with some probability."""
        data = bytearray(self.certain)
        for place, written in self.since:
            if rng.random() >= share:
                continue
            if written is None:
                data = data[:place].ljust(place, b"\0")
                continue
            if rng.random() < 0.3:
                written = written[: _SECTOR * rng.randint(0, len(written) // _SECTOR)]
            data = data.ljust(place, b"\0")
            data[place : place + len(written)] = written
        return bytes(data)


@dataclass(eq=False)
class Folder:
    """The names in a folder: now, those that are certain, and each change since."""

    now: dict[str, Node] = field(default_factory=dict)
    certain: dict[str, Node] = field(default_factory=dict)
    since: list[dict[str, Node | None]] = field(default_factory=list)

    def change(self, names: dict[str, Node | None]) -> None:
        _apply(self.now, names)
        self.since.append(names)

    def left(self, rng: random.Random, share: float) -> dict[str, Node]:
        names = dict(self.certain)
        for change in self.since:
            if rng.random() >= share:
                break
            _apply(names, change)
        return names


Node: TypeAlias = "File | Folder"


def _apply(names: dict[str, Node], change: dict[str, Node | None]) -> None:
    for name, node in change.items():
        if node is None:
            names.pop(name, None)
        else:
            names[name] = node


class Disk:
    """All that lies below a folder; what is there at first is certain."""

    def __init__(self, root: Path) -> None:
        self._place = root
        self._root = _read(root)

    def replay(self, trace: Path) -> int:
        """Follow what a process did; gives the number of flushes."""
        flushes = 0
        for kind, path, where, data in _records(trace):
            flushes += kind in "sd"
            if path == str(self._place):
                if kind == "d":
                    self._flush(self._root)
                continue
            folder, name = self._folder_of(path)
            if folder is not None:
                self._follow(kind, folder, name, where, data)
        return flushes

    def leave(self, rng: random.Random, share: float) -> None:
        """Write into the (empty) root what is there afterwards; each uncertain change stays with some probability."""
        _write(self._place, self._root, rng, share)

    def _folder_of(self, path: str) -> tuple[Folder | None, str]:
        *parents, name = Path(path).relative_to(self._place).parts
        node: Node | None = self._root
        for parent in parents:
            node = node.now.get(parent) if isinstance(node, Folder) else None
        return (node if isinstance(node, Folder) else None), name

    def _follow(self, kind: str, folder: Folder, name: str, where: int, data: bytes) -> None:
        node = folder.now.get(name)
        if kind == "m":
            folder.change({name: Folder()})
        elif kind == "u":
            folder.change({name: None})
        elif kind == "r":
            assert node is not None
            folder.change({name: None, Path(data.decode()).name: node})
        elif kind == "d":
            assert isinstance(node, Folder)
            self._flush(node)
        elif node is None and kind in "cos":
            node = File()
            folder.change({name: node})
        if isinstance(node, File):
            self._change(kind, node, where, data)

    def _change(self, kind: str, file: File, where: int, data: bytes) -> None:
        if kind == "s":
            file.certain, file.since = data, []
        elif kind == "w":
            file.since.append((where, data))
        elif kind in "to":
            file.since.append((where, None))

    def _flush(self, folder: Folder) -> None:
        folder.certain, folder.since = dict(folder.now), []


def _records(trace: Path) -> Iterator[tuple[str, str, int, bytes]]:
    data, at = trace.read_bytes(), 0
    while at + _HEAD.size <= len(data):
        kind, long, size, where = _HEAD.unpack_from(data, at)
        at += _HEAD.size
        yield chr(kind), data[at : at + long].decode(), where, data[at + long : at + long + size]
        at += long + size


def _read(path: Path) -> Folder:
    names: dict[str, Node] = {
        one.name: _read(one) if one.is_dir() else File(one.read_bytes()) for one in path.iterdir()
    }
    return Folder(dict(names), dict(names))


def _write(place: Path, folder: Folder, rng: random.Random, share: float) -> None:
    for name, node in folder.left(rng, share).items():
        if isinstance(node, Folder):
            (place / name).mkdir()
            _write(place / name, node, rng, share)
        elif not name.endswith("-shm"):  # SQLite makes it anew at every start
            (place / name).write_bytes(node.left(rng, share))
