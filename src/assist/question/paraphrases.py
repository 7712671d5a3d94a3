"""Which phrases of a question pages word otherwise: 煮火锅 in a tent is 明火 on its page."""

from __future__ import annotations

from functools import cache

from assist.messages import Paraphrase
from assist.question import lexicon
from assist.question.phrases import PhraseTable

MOST = 6
"""Everyday phrases of one question that are followed."""


def paraphrases(clean: str) -> tuple[Paraphrase, ...]:
    """Find the everyday phrases of a plain wording, in order, with what pages write instead."""
    found = {clean[start:end]: written for start, end, written in _table().find(clean)}
    return tuple(Paraphrase(said, written) for said, written in found.items())[:MOST]


@cache
def _table() -> PhraseTable[tuple[str, ...]]:
    """Return every everyday phrase with the words of pages; one of several families has the words of all."""
    written: dict[str, dict[str, None]] = {}
    for family in lexicon.toml("paraphrases")["family"]:
        for said in family["said"]:
            written.setdefault(said, {}).update(dict.fromkeys(family["written"]))
    return PhraseTable({said: tuple(words) for said, words in written.items()})
