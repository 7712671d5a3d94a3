"""What was worked out for an object is found again by the object's identity.

Documents, chunks and units are immutable and live as long as the revision they were read from; a changed one is a new
object, for which nothing is known. They are told apart by identity because comparing or hashing a document costs more
than most of what is kept for it.
"""

from __future__ import annotations

from itertools import islice
from threading import Lock
from typing import Generic, TypeVar

Owner = TypeVar("Owner")
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
            if len(self._kept) >= self._size:
                for key in list(islice(self._kept, max(self._size // 2, 1))):
                    del self._kept[key]
            self._kept[id(owner)] = (owner, made)
        return made
