"""What was worked out once is found again: by an object's identity, or by a key.

Documents, chunks and units are immutable and live as long as the revision they were read from; a changed one is a new
object, for which nothing is known. They are told apart by identity because comparing or hashing a document costs more
than most of what is kept for it.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from itertools import islice
from threading import Lock
from typing import Any, Generic, TypeVar

Owner = TypeVar("Owner")
Key = TypeVar("Key", bound=Hashable)
Made = TypeVar("Made")


class Memo(Generic[Owner, Made]):
    """Values by owner, at most `size` of them; the older half goes when it is full. Safe to use from any thread."""

    def __init__(self, size: int) -> None:
        self._size = size
        # The owner is kept beside its value: while it lives, no other object has its id.
        self._kept: dict[int, tuple[Owner, Made]] = {}
        self._lock = Lock()

    def get(self, owner: Owner) -> Made | None:
        """Return what is kept for this very object, or None."""
        found = self._kept.get(id(owner))
        return None if found is None else found[1]

    def put(self, owner: Owner, made: Made) -> Made:
        """Keep and return a value."""
        with self._lock:
            _make_room(self._kept, self._size)
            self._kept[id(owner)] = (owner, made)
        return made


class KeyedMemo(Generic[Key, Made]):
    """Values by key, at most `size` of them, >= 0; the older half goes when it is full. Safe to use from any thread."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._kept: dict[Key, Made] = {}
        self._lock = Lock()

    def get(self, key: Key) -> Made | None:
        """Return what is kept for a key, or None."""
        return self._kept.get(key)

    def get_all(self, keys: Iterable[Key]) -> list[Made | None]:
        """Return what is kept for each key, or None."""
        return list(map(self._kept.get, keys))

    def put(self, key: Key, made: Made) -> Made:
        """Keep and return a value."""
        if self._size > 0:
            with self._lock:
                _make_room(self._kept, self._size)
                self._kept[key] = made
        return made


def _make_room(kept: dict[Any, Any], size: int) -> None:
    """Drop the older half of what is full."""
    if len(kept) >= size:
        for key in list(islice(kept, max(size // 2, 1))):
            del kept[key]
