"""A question in the words of the page: where a text writes what the shopper said otherwise, it is read so."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from assist.messages import Part

MOST = 8
"""Readings of one question that are tried on one page or list of clauses."""


class Reading(NamedTuple):
    """A question reworded for some of n texts.

    Attributes:
        text: The question with the page's word in place of the shopper's.
        rows: Which texts, or what stands above them, have that word; bool, shape (n,).
    """

    text: str
    rows: NDArray[np.bool_]


def readings(part: Part, texts: Sequence[str], heads: Sequence[str]) -> Iterator[Reading]:
    """Reword a question by each word that some of n texts write and the shopper says otherwise.

    A text without the word is never compared with its reading: what no page speaks of comes no nearer.
    """
    found = 0
    for paraphrase in part.paraphrases:
        for word in paraphrase.written:
            rows = np.array([word in text or word in head for text, head in zip(texts, heads, strict=True)])
            if found < MOST and rows.any():
                found += 1
                yield Reading(part.clean.replace(paraphrase.said, word), rows)
