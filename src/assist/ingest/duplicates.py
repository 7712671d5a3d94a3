"""Groups questions with answers that say the same, among any number of them.

MinHash over character pairs finds candidates, the exact Jaccard similarity decides. Two texts with different
figures or a different number of negations never fall together: `7天` is not `15天`, `能退` is not `不能退`.

References:
    Broder, On the resemblance and containment of documents (1997); Leskovec, Rajaraman & Ullman, Mining of
    Massive Datasets, chapter 3 (banding).
"""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Iterator, Sequence
from functools import cache

import numpy as np
from numpy.typing import NDArray

from assist.expressions import expression

_SAME = 0.9
_BANDS, _ROWS = 10, 3
_MAX_COMPARED = 50
_NOISE = expression(r"[\W_]+|[亲呢哦哈呀啊啦嗯的了吧]")
_FIGURES = expression(r"\d+(?:\.\d+)?|[一二三四五六七八九十百两半]")
_NEGATIONS = expression("[不没无未别非勿]")
_PRIME = np.uint64((1 << 31) - 1)


def clusters(pairs: Sequence[tuple[str, str]], *, similarity: float = _SAME) -> list[list[int]]:
    """Group pairs of question and answer that say the same.

    Args:
        pairs: n questions with their answers.
        similarity: Least Jaccard similarity of the character pairs, of both question and answer, 0–1.

    Returns:
        Positions in `pairs`, each once; groups and their members in ascending order. A member is similar to
        its group's first, so groups do not drift.
    """
    grams = [(_grams(question), _grams(answer)) for question, answer in pairs]
    buckets: dict[object, list[int]] = defaultdict(list)
    groups: dict[int, list[int]] = {}
    for index, (question, answer) in enumerate(pairs):
        keys = list(_keys(question, answer, grams[index]))
        first = _similar(index, keys, buckets, grams, similarity)
        if first is None:
            groups[index] = [index]
            for key in keys:
                buckets[key].append(index)
        else:
            groups[first].append(index)
    return list(groups.values())


def _similar(
    index: int,
    keys: Sequence[object],
    buckets: dict[object, list[int]],
    grams: Sequence[tuple[frozenset[str], frozenset[str]]],
    similarity: float,
) -> int | None:
    """Return the first group's head that the pair at `index` resembles; None for none."""
    seen: set[int] = set()
    for key in keys:
        seen.update(buckets.get(key, ())[:_MAX_COMPARED])
    for other in sorted(seen):
        if all(_jaccard(a, b) >= similarity for a, b in zip(grams[index], grams[other], strict=True)):
            return other
    return None


def _keys(question: str, answer: str, grams: tuple[frozenset[str], frozenset[str]]) -> Iterator[object]:
    strict = tuple(_strict(text) for text in (question, answer))
    signature = _signature(grams[0] | {f"\x00{gram}" for gram in grams[1]})
    for band in range(_BANDS):
        yield (strict, band, signature[band * _ROWS : (band + 1) * _ROWS].tobytes())


def _strict(text: str) -> tuple[tuple[str, ...], int]:
    """Return what must agree exactly: the figures in order, and how often something is negated."""
    plain = unicodedata.normalize("NFKC", text)
    return tuple(_FIGURES.findall(plain)), len(_NEGATIONS.findall(plain))


def _grams(text: str) -> frozenset[str]:
    plain = _NOISE.sub("", unicodedata.normalize("NFKC", text).lower())
    return frozenset(plain[at : at + 2] for at in range(max(len(plain) - 1, 1)))


@cache
def _factors() -> NDArray[np.uint64]:
    """Return the hash functions x -> (a x + b) mod p: uint64, shape (2, bands * rows), always the same."""
    return np.random.default_rng(20_260_101).integers(
        1, int(_PRIME), size=(2, _BANDS * _ROWS), dtype=np.uint64
    )


def _signature(grams: frozenset[str]) -> NDArray[np.uint64]:
    """Return the MinHash signature of a set, uint64, shape (bands * rows,)."""
    codes = np.array([_code(gram) for gram in grams], dtype=np.uint64)
    factors, offsets = _factors()
    hashes = (codes[:, None] * factors + offsets) % _PRIME
    signature: NDArray[np.uint64] = hashes.min(axis=0)
    return signature


def _code(gram: str) -> int:
    # Below 2**31, so that the product with a factor stays within 64 bits.
    code = 0
    for char in gram:
        code = (code * 1_114_111 + ord(char)) % 2_147_483_629
    return code


def _jaccard(first: frozenset[str], second: frozenset[str]) -> float:
    union = len(first | second)
    return len(first & second) / union if union else 1.0
