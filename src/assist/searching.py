"""What is looked for to answer a message: rules, promotions and past answers for every part, and advice for the agent."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import chain, islice
from types import MappingProxyType
from typing import TypeAlias

import numpy as np

from assist.arrays import FloatVector
from assist.documents import Audience, Document, Kind
from assist.encoder.base import Encoder
from assist.messages import Message, Part, Question
from assist.question.asked_time import asked_moment
from assist.results import Finding, Hit, Severity
from assist.retrieve.guide import Guide
from assist.retrieve.lanes import Retriever, Scope, Wanted
from assist.retrieve.relevance import LEAN
from assist.store.base import AnswerState
from assist.text.normalize import fold

PartHits: TypeAlias = tuple[tuple[Hit, ...], ...]
"""Hits of every part of a message."""

CLAUSES, ANSWERS = 30, 6
"""Hits per part on rules, and on past answers."""
ADVICE_COSINE = 0.45
"""Internal text at least this like the first part is shown to the agent as advice, never to the shopper."""
UNUSED_ANSWERS = 24
"""So many more past answers are looked at where some may not be used."""
_UNUSED = frozenset({AnswerState.CANDIDATE, AnswerState.STALE, AnswerState.RETIRED})
_BUYER = (Audience.BUYER,)
_SEARCHED = (Kind.POLICY, Kind.PROMOTION, Kind.PAST_ANSWER)
"""What is searched for each part, in this order."""
_ORDER_STAGES = ("售中", "售后", "售前/物流/发货时间", "售前/售后咨询")


@dataclass(frozen=True, slots=True)
class Read:
    """A message on its way through."""

    message: Message
    question: Question
    now: datetime
    rules_at: datetime
    advice: tuple[Finding, ...] = ()


class Searches:
    """Searches of one state of the store, for whole batches of messages; safe to use from any thread.

    Args:
        retriever: Searches the state.
        encoder: Encodes parts and messages.
        guide: What intents add to a part.
        products: The products of the shop by id.
    """

    def __init__(
        self,
        retriever: Retriever,
        encoder: Encoder,
        guide: Guide,
        products: Mapping[str, Document],
    ) -> None:
        self._retriever = retriever
        self._encoder = encoder
        self._guide = guide
        self._products = products

    def find(self, reads: Sequence[Read]) -> tuple[list[PartHits], list[tuple[Finding, ...]]]:
        """Search rules, promotions and past answers for every part, and advice for every message, in one batch."""
        asked = [(read, part) for read in reads for part in read.question.parts]
        plain, whole = self._encoded([part for _, part in asked], reads)
        leaning = [
            self._guide.lean(part, vector, LEAN) for (_, part), vector in zip(asked, plain, strict=True)
        ]
        wanted = [item for read, part in asked for item in self._wanted(read, part)]
        wanted += [
            Wanted(
                read.question.clean,
                Scope(kinds=(Kind.POLICY,), audiences=(Audience.INTERNAL,), moments=(read.now,)),
                1,
                distinct=False,
            )
            for read in reads
        ]
        vectors = [vector for vector in leaning for _ in _SEARCHED]
        found = iter(self._retriever.search_each(wanted, vectors=np.stack([*vectors, *whole])))
        hits = [
            tuple(
                self._part_hits(read, part, [next(found) for _ in _SEARCHED]) for part in read.question.parts
            )
            for read in reads
        ]
        return hits, [tuple(_advice(hit) for hit in next(found) if _bears_on(hit)) for _ in reads]

    def _encoded(
        self, parts: Sequence[Part], reads: Sequence[Read]
    ) -> tuple[list[FloatVector], list[FloatVector]]:
        """Encode every part as it is asked, and every message as a whole; each text once."""
        asked, whole = [part.clean for part in parts], [fold(read.question.clean) for read in reads]
        texts = list(dict.fromkeys([*asked, *whole]))
        vectors = self._encoder.encode(texts, kind="query")
        by_text = dict(zip(texts, vectors, strict=True))
        return [by_text[text] for text in asked], [by_text[text] for text in whole]

    def _wanted(self, read: Read, part: Part) -> list[Wanted]:
        """Searches for one part, of the kinds in `_SEARCHED`."""
        query = _query(part, self._guide.keys(part))
        # Answers that may not be used take no place from those that may.
        unused = min(len(self._retriever.view.states), UNUSED_ANSWERS)
        return [
            Wanted(
                query,
                self._scope(kind, read, part),
                ANSWERS + unused if kind is Kind.PAST_ANSWER else CLAUSES,
                distinct=kind is Kind.PAST_ANSWER,
            )
            for kind in _SEARCHED
        ]

    def _scope(self, kind: Kind, read: Read, part: Part) -> Scope:
        if kind is Kind.PAST_ANSWER:
            products = part.products or read.question.products
            return Scope(products=products, kinds=(kind,), audiences=_BUYER, moments=(read.now,))
        ordered = kind is Kind.POLICY and (part.intent or "").startswith(_ORDER_STAGES)
        moment = read.rules_at if ordered else read.now
        asked = asked_moment(part.clean, read.now) if kind is Kind.POLICY else None
        return Scope(kinds=(kind,), audiences=_BUYER, moments=(moment,) if asked is None else (asked, moment))

    def _part_hits(self, read: Read, part: Part, found: Sequence[Sequence[Hit]]) -> tuple[Hit, ...]:
        policies, promotions, answers = found
        names = part.products or read.question.products
        wanted = {
            category
            for name in names
            if name in self._products
            for category in self._products[name].categories
        }
        states = self._retriever.view.states
        usable = [_in_its_state(hit, states) for hit in answers if states.get(hit.document.id) not in _UNUSED]
        rules = chain(_of_the_time(policies, asked_moment(part.clean, read.now)), promotions)
        return (*(hit for hit in rules if _applies(hit.document, wanted)), *usable[:ANSWERS])


def _query(part: Part, intent_keys: Iterable[str]) -> str:
    """The part's words and, to bridge the shopper's words and the page's, the first keys of what it asks."""
    keys = [*(key for aspect in part.aspects[:1] for key in aspect.keys[:2]), *islice(intent_keys, 2)]
    return " ".join(dict.fromkeys([part.clean, *(key for key in keys if key not in part.clean)]))


def _applies(document: Document, categories: set[str]) -> bool:
    if not categories or not document.categories or "全部" in document.categories:
        return True
    return bool(categories & set(document.categories))


def _in_its_state(hit: Hit, states: Mapping[str, str]) -> Hit:
    """Show an answer in the state that was set, not in the one that its file gave it."""
    document, state = hit.document, states.get(hit.document.id)
    if state is None or state == document.attributes.get("state"):
        return hit
    return replace(hit, document=replace(document, attributes={**document.attributes, "state": state}))


def _of_the_time(hits: Sequence[Hit], asked: datetime | None) -> list[Hit]:
    """Of a rule with a version of the time that is asked about, only that version."""
    then = {hit.document.id for hit in hits if asked is not None and hit.document.validity.holds(asked)}
    return [
        hit
        for hit in hits
        if asked is None or hit.document.id not in then or hit.document.validity.holds(asked)
    ]


def _bears_on(hit: Hit) -> bool:
    return hit.lanes.get("dense", 0.0) >= ADVICE_COSINE


def _advice(hit: Hit) -> Finding:
    return Finding(
        "internal_advice",
        Severity.NOTE,
        f"内部说明「{hit.document.title}」第{hit.chunk.section}条与此有关，仅供客服参考：{hit.chunk.text}",
        evidence=MappingProxyType({"document": hit.document.id, "section": hit.chunk.section}),
    )
