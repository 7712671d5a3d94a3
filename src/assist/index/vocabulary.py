"""Terms as one sorted UTF-8 blob: nothing to build at open, no Python object per term."""

from __future__ import annotations

import zlib
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from assist.errors import StoreCorruptError
from assist.index.folder import open_array, save_arrays

_PREFIX_BYTES = 8


@dataclass(frozen=True, slots=True, eq=False)
class Vocabulary:
    """v distinct terms, numbered 0..v-1 in the order of their UTF-8 bytes.

    Attributes:
        blob: uint8, all terms one after the other.
        offsets: int64, shape (v + 1,); term i is `blob[offsets[i]:offsets[i + 1]]`.
        hashes: uint32, shape (v,), the CRC-32 of every term, ascending.
        numbers: int32, shape (v,); the term that `hashes[i]` belongs to.
    """

    blob: NDArray[np.uint8]
    offsets: NDArray[np.int64]
    hashes: NDArray[np.uint32]
    numbers: NDArray[np.int32]

    @classmethod
    def build(cls, terms: Sequence[str]) -> Vocabulary:
        """Build from distinct terms in ascending order (of code points, which is that of their bytes)."""
        encoded = [encode(term) for term in terms]
        lengths = np.fromiter(map(len, encoded), dtype=np.int64, count=len(encoded))
        crc = np.fromiter(map(zlib.crc32, encoded), dtype=np.uint32, count=len(encoded))
        order = np.argsort(crc, kind="stable")
        return cls(
            blob=np.array(bytearray(b"".join(encoded)), dtype=np.uint8),
            offsets=np.concatenate((np.zeros(1, dtype=np.int64), np.cumsum(lengths))),
            hashes=crc[order],
            numbers=order.astype(np.int32),
        )

    def __len__(self) -> int:
        """Count the terms, v."""
        return len(self.hashes)

    def find(self, terms: Sequence[str]) -> NDArray[np.int32]:
        """Look up many terms at once.

        Returns:
            int32, shape (len(terms),): the number of each term, -1 for one that is not there.
        """
        encoded = [encode(term) for term in terms]
        crc = np.fromiter(map(zlib.crc32, encoded), dtype=np.uint32, count=len(encoded))
        first = np.searchsorted(self.hashes, crc, side="left").tolist()
        places = zip(first, crc.tolist(), encoded, strict=True)
        return np.array([self._from(place, own, term) for place, own, term in places], dtype=np.int32)

    def _from(self, place: int, crc: int, term: bytes) -> int:
        while place < len(self.hashes) and self.hashes.item(place) == crc:
            number = self.numbers.item(place)
            if self._bytes(number) == term:
                return number
            place += 1
        return -1

    def _bytes(self, number: int) -> bytes:
        return self.blob[self.offsets.item(number) : self.offsets.item(number + 1)].tobytes()

    def match(self, other: Vocabulary) -> NDArray[np.int32]:
        """Look up all terms of another vocabulary; no Python object per term.

        Returns:
            int32, shape (len(other),): the number here of each of its terms, -1 for one that is not there.
        """
        found = np.full(len(other), -1, dtype=np.int32)
        if not len(self):
            return found
        first = np.minimum(np.searchsorted(self.hashes, other.hashes), len(self) - 1)
        hits = np.flatnonzero(self.hashes[first] == other.hashes)
        own, theirs = self.numbers[first[hits]], other.numbers[hits]
        same = self._equal(own, other, theirs)
        found[theirs[same]] = own[same]
        # Two terms of one hash are looked at one by one.
        for at in hits[~same].tolist():
            term = int(other.numbers[at])
            found[term] = self._from(int(first[at]), int(other.hashes[at]), other._bytes(term))
        return found

    def _equal(
        self, own: NDArray[np.int32], other: Vocabulary, theirs: NDArray[np.int32]
    ) -> NDArray[np.bool_]:
        """Compare terms here with as many terms of another vocabulary, byte by byte."""
        lengths = self.offsets[own + 1] - self.offsets[own]
        same: NDArray[np.bool_] = lengths == other.offsets[theirs + 1] - other.offsets[theirs]
        pairs = np.flatnonzero(same)
        sizes = lengths[pairs]
        within = np.arange(sizes.sum()) - np.repeat(np.cumsum(sizes) - sizes, sizes)
        mine, its = self.offsets[own[pairs]], other.offsets[theirs[pairs]]
        differ = self.blob[np.repeat(mine, sizes) + within] != other.blob[np.repeat(its, sizes) + within]
        same[np.repeat(pairs, sizes)[differ]] = False
        return same

    def places(self, other: Vocabulary) -> NDArray[np.int64]:
        """Say before which term here each term of another vocabulary stands; int64, shape (len(other),)."""
        own, theirs = self._prefixes(), other._prefixes()
        found: NDArray[np.int64] = np.searchsorted(own, theirs, side="left")
        ends = np.searchsorted(own, theirs, side="right")
        for at in np.flatnonzero(ends > found).tolist():
            alike = range(int(found[at]), int(ends[at]))
            found[at] += bisect_left(alike, other._bytes(at), key=self._bytes)
        return found

    def _prefixes(self) -> NDArray[np.uint64]:
        """Give the first eight bytes of every term as one number; they ascend."""
        lengths = np.diff(self.offsets)
        found = np.zeros(len(self), dtype=np.uint64)
        for byte in range(_PREFIX_BYTES):
            found <<= np.uint64(8)
            longer = np.flatnonzero(lengths > byte)
            found[longer] |= self.blob[self.offsets[longer] + byte].astype(np.uint64)
        return found

    def taken(self, numbers: NDArray[np.int64]) -> Vocabulary:
        """Keep only some terms, given by ascending number."""
        lengths = np.diff(self.offsets)
        alive = np.zeros(len(self), dtype=np.bool_)
        alive[numbers] = True
        hashes, kept = self._hashes_of(alive, np.cumsum(alive) - 1)
        return Vocabulary(
            blob=self.blob[np.repeat(alive, lengths)],
            offsets=np.concatenate(([0], np.cumsum(lengths[numbers]))),
            hashes=hashes,
            numbers=kept,
        )

    def changed(self, *, drop: NDArray[np.int64], add: Vocabulary, places: NDArray[np.int64]) -> Vocabulary:
        """Leave some terms out and put others in; the same as building from the terms that result.

        Args:
            drop: Numbers, ascending.
            add: Terms that are not there yet.
            places: Before which term each of those stands; what `places` gives.
        """
        if not len(drop) and not len(add):
            return self
        lengths = np.diff(self.offsets)
        alive = np.ones(len(self), dtype=np.bool_)
        alive[drop] = False
        inserted = np.insert(alive, places, True)
        number = np.cumsum(inserted) - 1
        # Where the old and the new terms stand once the new ones are put in, before the dropped ones go.
        new_at = places + np.arange(len(places))
        old_at = np.delete(np.arange(len(inserted)), new_at)
        new_lengths = np.diff(add.offsets)
        blob = np.insert(
            self.blob[np.repeat(alive, lengths)],
            np.repeat(np.concatenate(([0], np.cumsum(lengths * alive)))[places], new_lengths),
            add.blob,
        )
        hashes, numbers = self._hashes_of(alive, number[old_at])
        at = np.searchsorted(hashes, add.hashes, side="right")
        return Vocabulary(
            blob=blob,
            offsets=np.concatenate(([0], np.cumsum(np.insert(lengths, places, new_lengths)[inserted]))),
            hashes=np.insert(hashes, at, add.hashes),
            numbers=np.insert(numbers, at, number[new_at][add.numbers].astype(np.int32)),
        )

    def _hashes_of(
        self, alive: NDArray[np.bool_], number: NDArray[np.int64]
    ) -> tuple[NDArray[np.uint32], NDArray[np.int32]]:
        kept = alive[self.numbers]
        return self.hashes[kept], number[self.numbers[kept]].astype(np.int32)

    def terms(self) -> list[str]:
        """List all terms in order; makes v strings."""
        return [term.decode("utf-8", "surrogatepass") for term in self._listed()]

    def _listed(self) -> list[bytes]:
        whole, ends = self.blob.tobytes(), self.offsets.tolist()
        return [whole[i:j] for i, j in zip(ends, ends[1:], strict=False)]

    def save(self, folder: Path, prefix: str) -> None:
        """Write four arrays into an existing folder."""
        arrays: dict[str, NDArray[Any]] = {
            "blob": self.blob,
            "offsets": self.offsets,
            "hashes": self.hashes,
            "numbers": self.numbers,
        }
        save_arrays(folder, prefix, arrays)

    @classmethod
    def open(cls, folder: Path, prefix: str, *, mmap: bool = True) -> Vocabulary:
        """Open what `save` wrote.

        Raises:
            StoreCorruptError: A file is missing or the four do not fit together.
        """
        opened = cls(
            blob=open_array(folder, f"{prefix}.blob.npy", np.uint8, mmap=mmap),
            offsets=open_array(folder, f"{prefix}.offsets.npy", np.int64, mmap=mmap),
            hashes=open_array(folder, f"{prefix}.hashes.npy", np.uint32, mmap=mmap),
            numbers=open_array(folder, f"{prefix}.numbers.npy", np.int32, mmap=mmap),
        )
        fits = len(opened.offsets) == len(opened.hashes) + 1 == len(opened.numbers) + 1
        if not fits or opened.offsets[-1] != len(opened.blob):
            file = f"{prefix}.offsets.npy"
            raise StoreCorruptError(f"{file} does not fit the other files", path=folder, file=file)
        return opened


def encode(term: str) -> bytes:
    """Give the bytes by which terms are kept and ordered."""
    # A lone surrogate can come out of broken input; it must not make a search fail.
    return term.encode("utf-8", "surrogatepass")
