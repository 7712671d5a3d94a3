"""Term counts of many texts: what BM25 is computed from, kept apart so that a store can persist it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from assist.errors import StoreCorruptError
from assist.index.folder import open_array, save_arrays
from assist.index.postings import group_by_term
from assist.index.vocabulary import Vocabulary

_PREFIX = "counts"


@dataclass(frozen=True, slots=True, eq=False)
class TermCounts:
    """How often each of v terms is in each of n texts, term by term.

    Attributes:
        vocabulary: The v terms.
        starts: int64, shape (v + 1,); term t owns the entries `starts[t]:starts[t + 1]`.
        rows: int32, one per entry: the text; ascending and distinct within a term.
        counts: int32, one per entry: occurrences of the term in that text, >= 1.
        lengths: int32, shape (n,): tokens of each text, repetitions counted.
    """

    vocabulary: Vocabulary
    starts: NDArray[np.int64]
    rows: NDArray[np.int32]
    counts: NDArray[np.int32]
    lengths: NDArray[np.int32]

    def __len__(self) -> int:
        """Count the texts, n."""
        return len(self.lengths)

    @classmethod
    def concat(cls, parts: Sequence[TermCounts]) -> TermCounts:
        """Put texts after texts; the same as counting all token lists together."""
        vocabularies = [part.vocabulary.terms() for part in parts]
        terms = sorted(set(chain.from_iterable(vocabularies)))
        vocabulary = Vocabulary.build(terms)
        numbers = [
            vocabulary.find(own)[_term_of_entry(part)] for part, own in zip(parts, vocabularies, strict=True)
        ]
        shifts = np.cumsum([0, *(len(part) for part in parts)])
        rows = [part.rows + np.int32(shift) for part, shift in zip(parts, shifts, strict=False)]
        term = np.concatenate([np.empty(0, dtype=np.int32), *numbers])
        # Parts come in order of their rows, so a stable sort by term leaves the rows of a term ascending.
        order = np.argsort(term, kind="stable")
        return cls(
            vocabulary=vocabulary,
            starts=_starts(np.bincount(term, minlength=len(terms))),
            rows=np.concatenate([np.empty(0, dtype=np.int32), *rows])[order],
            counts=np.concatenate([np.empty(0, dtype=np.int32), *(part.counts for part in parts)])[order],
            lengths=np.concatenate([np.empty(0, dtype=np.int32), *(part.lengths for part in parts)]),
        )

    def renewed(self, rows: NDArray[np.int64], newer: TermCounts) -> TermCounts:
        """Keep only some texts and put others after them; the same as counting all of them together.

        A few passes over the entries and no Python object per term, so that one changed page of a large shop
        costs little.

        Args:
            rows: int64, ascending: the texts to keep.
            newer: Counts of the others.
        """
        moved, starts = self._moved(rows)
        known = self.vocabulary.match(newer.vocabulary)
        new = np.flatnonzero(known < 0)
        unknown = newer.vocabulary.taken(new)
        places = known.astype(np.int64)
        places[new] = self.vocabulary.places(unknown)
        frequency, added = np.diff(starts), np.diff(newer.starts)
        frequency[known[known >= 0]] += added[known >= 0]
        vocabulary = self.vocabulary.changed(
            drop=np.flatnonzero(frequency == 0), add=unknown, places=places[new]
        )
        # New entries of a known term stand at its end; those of an unknown one before the term after it.
        at = np.repeat(starts[np.where(known >= 0, known + 1, places)], added)
        kept = moved >= 0
        sizes = np.insert(frequency, places[new], added[new])
        return TermCounts(
            vocabulary=vocabulary,
            starts=_starts(sizes[sizes > 0]),
            rows=np.insert(moved[kept], at, newer.rows + np.int32(len(rows))),
            counts=np.insert(self.counts[kept], at, newer.counts),
            lengths=np.concatenate((self.lengths[rows], newer.lengths)),
        )

    def _moved(self, rows: NDArray[np.int64]) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
        """Number the texts anew: the text of every entry, -1 for one that is gone, and where terms then start."""
        place = np.full(len(self), -1, dtype=np.int32)
        place[rows] = np.arange(len(rows), dtype=np.int32)
        moved = place[self.rows]
        gone = np.flatnonzero(moved < 0)
        return moved, self.starts - np.searchsorted(gone, self.starts)

    def save(self, folder: Path) -> None:
        """Write the arrays into an existing folder."""
        self.vocabulary.save(folder, f"{_PREFIX}.vocabulary")
        arrays: dict[str, NDArray[Any]] = {
            "starts": self.starts,
            "rows": self.rows,
            "counts": self.counts,
            "lengths": self.lengths,
        }
        save_arrays(folder, _PREFIX, arrays)

    @classmethod
    def open(cls, folder: Path, *, mmap: bool = True) -> TermCounts:
        """Open what `save` wrote.

        Raises:
            StoreCorruptError: A file is missing or the arrays do not fit together.
        """
        opened = cls(
            vocabulary=Vocabulary.open(folder, f"{_PREFIX}.vocabulary", mmap=mmap),
            starts=open_array(folder, f"{_PREFIX}.starts.npy", np.int64, mmap=mmap),
            rows=open_array(folder, f"{_PREFIX}.rows.npy", np.int32, mmap=mmap),
            counts=open_array(folder, f"{_PREFIX}.counts.npy", np.int32, mmap=mmap),
            lengths=open_array(folder, f"{_PREFIX}.lengths.npy", np.int32, mmap=mmap),
        )
        fits = len(opened.starts) == len(opened.vocabulary) + 1 and len(opened.rows) == len(opened.counts)
        if not fits or opened.starts[-1] != len(opened.rows):
            file = f"{_PREFIX}.starts.npy"
            raise StoreCorruptError(f"{file} does not fit the other files", path=folder, file=file)
        return opened


def count_terms(token_lists: Sequence[Sequence[str]]) -> TermCounts:
    """Count the terms of n texts given as lists of tokens; no Python loop over texts or entries.

    Args:
        token_lists: n lists; any may be empty; n may be 0.

    Returns:
        The counts; terms in ascending order, so that equal texts give equal arrays.
    """
    # A dictionary that numbers what it has not seen, driven by map: the fastest way from str to int in Python.
    seen: defaultdict[str, int] = defaultdict()
    seen.default_factory = seen.__len__
    lengths = np.fromiter(map(len, token_lists), dtype=np.int64, count=len(token_lists))
    tokens = chain.from_iterable(token_lists)
    first_seen = np.fromiter(map(seen.__getitem__, tokens), dtype=np.int32, count=int(lengths.sum()))
    terms = sorted(seen)
    number = np.empty(len(terms), dtype=np.int32)
    number[np.fromiter(map(seen.__getitem__, terms), dtype=np.int64, count=len(terms))] = np.arange(
        len(terms)
    )
    starts, rows = group_by_term(number[first_seen], lengths, len(terms))
    return _merge_repetitions(Vocabulary.build(terms), starts, rows, lengths.astype(np.int32))


def _merge_repetitions(
    vocabulary: Vocabulary, starts: NDArray[np.int64], rows: NDArray[np.int32], lengths: NDArray[np.int32]
) -> TermCounts:
    is_first = np.ones(len(rows), dtype=np.bool_)
    is_first[1:] = rows[1:] != rows[:-1]
    is_first[starts[:-1]] = True
    first = np.flatnonzero(is_first)
    return TermCounts(
        vocabulary=vocabulary,
        starts=np.searchsorted(first, starts).astype(np.int64),
        rows=rows[first],
        counts=np.diff(first, append=len(rows)).astype(np.int32),
        lengths=lengths,
    )


def _term_of_entry(counts: TermCounts) -> NDArray[np.int32]:
    return np.repeat(np.arange(len(counts.vocabulary), dtype=np.int32), np.diff(counts.starts))


def _starts(frequency: NDArray[np.int64]) -> NDArray[np.int64]:
    return np.concatenate((np.zeros(1, dtype=np.int64), np.cumsum(frequency, dtype=np.int64)))
