"""A matrix that rows are put after, without copying those that are there."""

from __future__ import annotations

import threading

import numpy as np

from assist.arrays import FloatMatrix, IdVector

# From this size on numpy asks for large pages, which the system hands out many times faster.
_AT_LEAST_BYTES = 1 << 22


class GrowingMatrix:
    """Rows in a block of memory with room behind them; what was given out never changes.

    Memory that a process has not touched before is dear, some milliseconds for a few megabytes, so a state of the rows
    shares the block with the one before it and takes the room behind. Safe to use from any thread.
    """

    def __init__(self, block: FloatMatrix, used: int) -> None:
        """Take a block of which the first rows are used; use `of`."""
        self._block = block
        self._used = used
        self._lock = threading.Lock()

    @classmethod
    def of(cls, rows: FloatMatrix, kept: IdVector, more: FloatMatrix) -> tuple[GrowingMatrix, FloatMatrix]:
        """Copy some rows, and others after them, into a new block.

        Returns:
            The block, and those rows as a matrix that lies in it.
        """
        n, d = len(kept) + len(more), more.shape[1]
        block = np.empty((max(2 * n, _AT_LEAST_BYTES // (4 * max(d, 1))), d), dtype=np.float32)
        np.take(rows, kept, axis=0, out=block[: len(kept)], mode="clip")
        block[len(kept) : n] = more
        return cls(block, n), block[:n]

    def appended(self, rows: FloatMatrix, more: FloatMatrix) -> tuple[GrowingMatrix, FloatMatrix]:
        """Put rows after those of a matrix that was given out.

        Returns:
            The block that holds them now, another one where there is no room behind; and all rows, as `of` gives them.
        """
        n = len(rows) + len(more)
        with self._lock:
            # Room that a later state took is no longer free.
            free = self._used == len(rows) and n <= len(self._block)
            if free:
                self._used = n
        if not free:
            return self.of(rows, np.arange(len(rows)), more)
        self._block[len(rows) : n] = more
        return self, self._block[:n]
