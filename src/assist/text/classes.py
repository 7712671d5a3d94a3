"""What each character is for cutting, and texts taken apart by it, many characters at once."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from assist.expressions import expression
from assist.text.lexicon import STOP_TOKENS
from assist.text.normalize import MARK

HAN = "\u4e00-\u9fd5"
"""The Han characters that the engine knows, as a range of a pattern."""

KNOWN_WORD = expression(f"[{HAN}a-z0-9]+")
LETTER = f"[^\\W_{HAN}]"
"""A letter or digit of any script but Han, as a pattern."""

SLOT = "\ue001"
"""Stands for what the engine must not see, in texts that are cut together."""

STOP_CHARS = "".join(sorted(token for token in STOP_TOKENS if len(token) == 1))
_IS_LETTER = expression(LETTER)
_JOINERS = "-_."
# What a code point is for cutting, as bits: part of a word, counted alone, set apart from everything; a letter or
# digit of any script but Han, one that is not plain ASCII, what may join two; not looked at yet.
_WORD, _COUNTED, _APART, _LETTERS, _FOREIGN, _JOINING, _NEW = (1 << bit for bit in range(7))


@lru_cache(maxsize=1)
def _class_table() -> NDArray[np.uint8]:
    """Keep what is known of every code point: see `_WORD` and those beside it."""
    classes = np.full(sys.maxunicode + 1, _NEW, dtype=np.uint8)
    classes[ord(HAN[0]) : ord(HAN[-1]) + 1] = _WORD | _COUNTED
    classes[[ord(char) for char in STOP_CHARS]] = _WORD
    classes[[ord(MARK), ord(SLOT)]] = _APART
    return classes


def classes_of(codes: NDArray[np.uint32]) -> NDArray[np.uint8]:
    """Say of each code point what it is for cutting."""
    found = _class_table()[codes]
    if (found == _NEW).any():
        for code in set(codes[found == _NEW].tolist()):
            _class_table()[code] = _class(chr(code))
        found = _class_table()[codes]
    return found


def _class(char: str) -> int:
    if not _IS_LETTER.match(char):
        return _JOINING if char in _JOINERS else 0
    return _LETTERS | (_WORD if KNOWN_WORD.match(char) else _FOREIGN)


def codes_of(text: str) -> NDArray[np.uint32]:
    """Give the code points of a text."""
    return np.frombuffer(text.encode("utf-32-le"), dtype="<u4")


def odd_runs(classes: NDArray[np.uint8]) -> Iterator[tuple[int, int]]:
    """Find the letters of any script but Han, joined by single - _ or points, that are not all plain ASCII.

    Whatever is special lies within one of these.
    """
    letters = classes & _LETTERS > 0
    joined = np.zeros(len(classes), dtype=bool)
    joined[1:-1] = (classes[1:-1] & _JOINING > 0) & letters[:-2] & letters[2:]
    places = np.flatnonzero(joined | (classes & _FOREIGN > 0))
    if not len(places):
        return iter(())
    inside = np.zeros(len(classes) + 2, dtype=np.int8)
    inside[1:-1] = letters | joined
    edges = np.flatnonzero(inside[1:] != inside[:-1])
    runs = np.searchsorted(edges[::2], places, side="right") - 1
    odd = runs[np.append(True, runs[1:] != runs[:-1])]
    return zip(edges[::2][odd].tolist(), edges[1::2][odd].tolist(), strict=True)


def put_back(text: str, aside: Sequence[str]) -> str:
    """Put what was set aside in the place of the slots, in order."""
    pieces = text.split(SLOT)
    whole = [""] * (len(pieces) + len(aside))
    whole[::2], whole[1::2] = pieces, aside
    return "".join(whole)


def spaced(text: str) -> str:
    """Put one space in the place of each run of what is neither a word's nor a mark."""
    codes = codes_of(text).copy()
    other = classes_of(codes) & (_WORD | _APART) == 0
    codes[other] = ord(" ")
    other[1:] &= other[:-1].copy()
    other[:1] = False
    return str(codes[~other].tobytes(), "utf-32-le")


def spread(codes: NDArray[np.uint32], classes: NDArray[np.uint8], between: str) -> str:
    """Keep the characters that count alone, each with something behind it, and the marks."""
    kept = codes[classes & (_COUNTED | _APART) > 0]
    kept = kept[kept != ord(SLOT)]
    spread = np.full(2 * len(kept), ord(between), dtype="<u4")
    spread[::2] = kept
    behind = np.ones(len(spread), dtype=bool)
    behind[1::2] = kept != ord(MARK)
    return str(spread[behind].tobytes(), "utf-32-le")
