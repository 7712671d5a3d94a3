"""Rows taken out of arrays and others put in, by copying what lies between: no mask and no index as long as the array."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from assist.arrays import IdVector


@dataclass(frozen=True, slots=True)
class Splice:
    """What is copied from an array, and what comes from another one after it, piece by piece.

    Attributes:
        pieces: `old[i:j]`, then `new[a:b]`, as (i, j, a, b).
    """

    pieces: tuple[tuple[int, int, int, int], ...]

    @classmethod
    def of(cls, n: int, *, drop: IdVector, at: IdVector) -> Splice:
        """Drop some of n places, and put new ones before others.

        Args:
            n: Length of the arrays.
            drop: int64, ascending: places to leave out.
            at: int64, one per new value, never falling: the place of the old array that it stands before; n: at the end.
        """
        breaks = np.flatnonzero(np.diff(drop) > 1)
        first = drop[np.concatenate(([0], breaks + 1))] if len(drop) else drop
        last = drop[np.concatenate((breaks, [-1]))] if len(drop) else drop
        begins, ends = [0, *(last + 1).tolist()], [*first.tolist(), n]
        places, starts = np.unique(at, return_index=True)
        stops = [*starts[1:].tolist(), len(at)]
        waiting = list(zip(places.tolist(), starts.tolist(), stops, strict=False))[::-1]
        pieces = []
        for begin, end in zip(begins, ends, strict=True):
            place = begin
            while waiting and waiting[-1][0] <= end:
                before, a, b = waiting.pop()
                # What stands before a place that goes stands before the next that stays.
                before = max(before, place)
                pieces.append((place, before, a, b))
                place = before
            pieces.append((place, end, 0, 0))
        return cls(tuple(pieces))

    def __call__(self, old: NDArray[Any], new: NDArray[Any], out: NDArray[Any] | None = None) -> NDArray[Any]:
        """Copy one array of n values together with its new ones, which must be of the same type, into `out` or anew."""
        parts = [part for i, j, a, b in self.pieces for part in (old[i:j], new[a:b])]
        return np.concatenate(parts, out=out)
