"""Which property a question asks about, with the words that pages use for it."""

from __future__ import annotations

from functools import cache

from assist.messages import Aspect
from assist.question import lexicon
from assist.question.phrases import PhraseTable

MOST = 4
"""More properties than this in one question are not asked about, only mentioned."""


def aspects(clean: str) -> tuple[Aspect, ...]:
    """Find the properties that the plain wording of a question names.

    Returns:
        At most four, the most specific first: the longer the words that name it, the more specific; equal
        ones in the order named.
    """
    found: dict[str, tuple[int, int, Aspect]] = {}
    for start, end, aspect in _asks().find(clean):
        held = found.get(aspect.name)
        if held is None or held[0] > start - end:
            found[aspect.name] = (start - end, start, aspect)
    settled = {name for held in found for name in _over().get(held, ())}
    ranked = sorted((item for name, item in found.items() if name not in settled), key=lambda item: item[:2])
    return tuple(aspect for _, _, aspect in ranked[:MOST])


@cache
def known() -> tuple[Aspect, ...]:
    """Return every aspect of the data file, in its order."""
    return tuple(
        Aspect(row["name"], tuple(row["keys"]), row.get("dimension", ""))
        for row in lexicon.toml("aspects")["aspect"]
    )


@cache
def _over() -> dict[str, tuple[str, ...]]:
    """Return the aspects that a narrower one stands in for: how long an opened jar keeps is not its shelf life."""
    return {row["name"]: tuple(row["over"]) for row in lexicon.toml("aspects")["aspect"] if "over" in row}


@cache
def _asks() -> PhraseTable[Aspect]:
    rows = lexicon.toml("aspects")["aspect"]
    return PhraseTable(
        {word: aspect for row, aspect in zip(rows, known(), strict=True) for word in row["ask"]}
    )
