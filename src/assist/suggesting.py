"""The suggesting path: message -> question -> hits -> drafts -> guarded -> decided."""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import chain, islice
from types import MappingProxyType

import numpy as np

from assist import decide
from assist.arrays import FloatVector
from assist.documents import Audience, Document, Kind, Level
from assist.draft import compose, quick
from assist.draft.evidence import Evidence
from assist.draft.order_facts import read_moment
from assist.encoder.base import Encoder
from assist.guard import check
from assist.guard.floors import Floors
from assist.messages import Message, Mode, Part, Question
from assist.preferring import MORE, Preferences, prefer
from assist.question import Intents, Understanding, catalog
from assist.question.asked_time import asked_moment
from assist.results import Decision, Draft, Finding, Hit, Reason, Severity, Suggestion
from assist.retrieve.guide import Guide
from assist.retrieve.lanes import Retriever, Scope, Wanted
from assist.retrieve.relevance import LEAN, Relevance
from assist.settings import Settings
from assist.shop import ShopProfile
from assist.store.base import AnswerState, Store
from assist.store.view import View
from assist.text.normalize import fold
from assist.tuned import Tuned

CLAUSES, ANSWERS = 30, 6
"""Hits per part on rules, and on past answers."""
MAX_PARTS = 6
"""Different questions of one message that are answered at once."""
SEARCHES_KEPT = 1_024
"""Searches whose hits stay at hand while the store does not change."""
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
class _Read:
    """A message on its way through."""

    message: Message
    question: Question
    now: datetime
    rules_at: datetime
    advice: tuple[Finding, ...] = ()


class Suggester:
    """Everything that suggesting needs of one state of the store; safe to use from any thread."""

    def __init__(
        self,
        view: View,
        documents: Sequence[Document],
        encoder: Encoder,
        profile: ShopProfile,
        settings: Settings,
        tuned: Tuned | None = None,
        floors: Floors | None = None,
        earlier: Suggester | None = None,
    ) -> None:
        tuned = tuned or Tuned()
        by_kind: dict[Kind, list[Document]] = {kind: [] for kind in Kind}
        for document in documents:
            if document.audience is Audience.BUYER:
                by_kind[document.kind].append(document)
        self._products = {document.id: document for document in by_kind[Kind.PRODUCT]}
        self._catalog = tuple(self._products.values())
        self._promotions = tuple(by_kind[Kind.PROMOTION])
        self._replies = quick.Replies(by_kind[Kind.QUICK_REPLY], profile)
        self._profile = profile
        self._settings = settings
        self._floors = floors
        self._encoder = encoder
        self._retriever = Retriever(view, encoder, tuned.search(settings.search), kept=SEARCHES_KEPT)
        self._guide = Guide.of(Intents.bundled().leaves, encoder)
        self._relevance: Relevance = Relevance(
            encoder,
            view.tokenizer,
            view.sparse.idf,
            self._guide,
            ranker=tuned.ranker,
            earlier=None if earlier is None else earlier._relevance,
        )
        self._weights = tuned.confidence
        self._understanding = Understanding(
            encoder=encoder,
            tokenizer=view.tokenizer,
            catalog=catalog(by_kind[Kind.PRODUCT]),
            profile=profile,
            settings=settings.message,
        )

    @classmethod
    def of(
        cls,
        store: Store,
        encoder: Encoder,
        settings: Settings,
        tuned: Tuned | None = None,
        *,
        earlier: Suggester | None = None,
    ) -> Suggester:
        """Read all that suggesting needs from the newest state of a store.

        Args:
            store: The store.
            encoder: The one it was made with.
            settings: Every knob.
            tuned: Stands in for what the store keeps.
            earlier: That of a state before; hands on what it has read.
        """
        while True:
            view = store.view()
            documents = store.documents(kinds=(Kind.PRODUCT, Kind.PROMOTION, Kind.QUICK_REPLY))
            floors = Floors.of(store.documents(levels=(Level.LAW, Level.PLATFORM)))
            profile = store.profile
            fitted = Tuned.from_json(store.tuned) if tuned is None else tuned
            # A commit between the reads would mix two states: read again.
            if store.revision == view.revision:
                return cls(view, documents, encoder, profile, settings, fitted, floors, earlier)

    @property
    def revision(self) -> int:
        """Revision of the store that this was read from."""
        return self._retriever.view.revision

    @property
    def timezone(self) -> str:
        """The shop's time zone at that revision."""
        return self._profile.timezone

    def suggest_many(
        self,
        messages: Sequence[Message],
        clock: Sequence[datetime],
        k: int,
        preferences: Preferences | None = None,
    ) -> list[Suggestion]:
        """Suggest for each message; understanding and retrieval run once for the whole batch.

        Args:
            messages: q messages.
            clock: The moment to answer for, per message, naive shop time.
            k: Drafts wanted per message.
            preferences: What agents' feedback taught; None: nothing.

        Returns:
            One suggestion per message, in order.
        """
        done: dict[int, Suggestion] = {}
        waiting: list[int] = []
        for at, message in enumerate(messages):
            answer = self._quick(message, clock[at])
            if answer is None:
                waiting.append(at)
            else:
                done[at] = answer
        if waiting:
            learned = preferences or Preferences.none()
            asked, moments = [messages[at] for at in waiting], [clock[at] for at in waiting]
            found = self._suggest_slow(asked, moments, k, learned)
            done.update(zip(waiting, found, strict=True))
        return [done[at] for at in range(len(messages))]

    def explain(self, message: Message, now: datetime) -> Evidence:
        """Return all that a draft for a message may be made of, without writing one."""
        read = _read(message, self._understanding.understand(message), now, self._profile.timezone)
        hits, _ = self._retrieve([read])
        return self._evidence(read, hits[0])

    def _quick(self, message: Message, now: datetime) -> Suggestion | None:
        """Greeting, thanks, urging and the wish for a person: no encoder, no index."""
        timings: dict[str, float] = {}
        with _timed(timings, "quick"):
            question = self._understanding.quick(message)
            if question is None:
                return None
            evidence = self._evidence(_Read(message, question, now, now), ())
            route = _held(decide.route(question), (), evidence)
        if route.decision is Decision.HANDOFF:
            return self._hand_off(evidence, route.reason or Reason.ASKS_HUMAN, (), timings)
        return self._reply(evidence, timings)

    def _reply(self, evidence: Evidence, timings: dict[str, float]) -> Suggestion:
        """Answer small talk from the shop's quick replies; a reply that a guard blocks is not sent."""
        drafts, blocked = self._guarded(self._replies.replies(evidence), evidence)
        return self._finish(evidence, Decision.QUICK, drafts[:1], timings, blocked)

    def _suggest_slow(
        self, messages: Sequence[Message], clock: Sequence[datetime], k: int, preferences: Preferences
    ) -> list[Suggestion]:
        timings: dict[str, float] = {}
        with _timed(timings, "understand"):
            questions = self._understanding.understand_many(messages)
            zone = self._profile.timezone
            read = zip(messages, map(_distinct, questions), clock, strict=True)
            reads = [_read(*item, zone) for item in read]
        with _timed(timings, "retrieve"):
            hits, advice = self._retrieve(reads)
            reads = [replace(read, advice=found) for read, found in zip(reads, advice, strict=True)]
        shared = {stage: spent / len(messages) for stage, spent in timings.items()}
        return [
            self._answer(read, found, k, dict(shared), preferences)
            for read, found in zip(reads, hits, strict=True)
        ]

    def _retrieve(
        self, reads: Sequence[_Read]
    ) -> tuple[list[tuple[tuple[Hit, ...], ...]], list[tuple[Finding, ...]]]:
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
        self, parts: Sequence[Part], reads: Sequence[_Read]
    ) -> tuple[list[FloatVector], list[FloatVector]]:
        """Encode every part as it is asked, and every message as a whole; each text once."""
        asked, whole = [part.clean for part in parts], [fold(read.question.clean) for read in reads]
        texts = list(dict.fromkeys([*asked, *whole]))
        vectors = self._encoder.encode(texts, kind="query")
        self._relevance.know(texts, vectors)
        by_text = dict(zip(texts, vectors, strict=True))
        return [by_text[text] for text in asked], [by_text[text] for text in whole]

    def _wanted(self, read: _Read, part: Part) -> list[Wanted]:
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

    def _scope(self, kind: Kind, read: _Read, part: Part) -> Scope:
        if kind is Kind.PAST_ANSWER:
            products = part.products or read.question.products
            return Scope(products=products, kinds=(kind,), audiences=_BUYER, moments=(read.now,))
        ordered = kind is Kind.POLICY and (part.intent or "").startswith(_ORDER_STAGES)
        moment = read.rules_at if ordered else read.now
        asked = asked_moment(part.clean, read.now) if kind is Kind.POLICY else None
        return Scope(kinds=(kind,), audiences=_BUYER, moments=(moment,) if asked is None else (asked, moment))

    def _part_hits(self, read: _Read, part: Part, found: Sequence[Sequence[Hit]]) -> tuple[Hit, ...]:
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

    def _answer(
        self,
        read: _Read,
        hits: tuple[tuple[Hit, ...], ...],
        k: int,
        timings: dict[str, float],
        preferences: Preferences,
    ) -> Suggestion:
        evidence = self._evidence(read, hits)
        route = decide.route(read.question)
        if route.decision is Decision.QUICK:
            route = _held(route, (), evidence)
        if route.decision is Decision.HANDOFF:
            return self._hand_off(evidence, route.reason or Reason.NO_SOURCE, (), timings, read.advice)
        if route.decision is Decision.QUICK:
            return self._reply(evidence, timings)
        with _timed(timings, "draft"):
            refusing = route.decision is Decision.DECLINE
            written = (
                compose.Composition(compose.declined(evidence))
                if refusing
                else compose.compose(evidence, k + 2 + _more(read.question, preferences))
            )
        with _timed(timings, "guard"):
            drafts, blocked = self._guarded(written.drafts, evidence)
            drafts = prefer(drafts, read.question, preferences, read.now, weights=self._weights)
            drafts, blocked = _falling(drafts[:k]), (*read.advice, *blocked)
        settled = _held(route if refusing else decide.settle(drafts, blocked), drafts, evidence)
        if settled.decision is Decision.HANDOFF:
            return self._hand_off(evidence, settled.reason or Reason.NO_SOURCE, drafts, timings, blocked)
        return self._finish(
            evidence, settled.decision, drafts, timings, blocked,
            ask=written if settled.decision is Decision.ASK else None,
        )  # fmt: skip

    def _guarded(
        self, drafts: Sequence[Draft], evidence: Evidence
    ) -> tuple[tuple[Draft, ...], tuple[Finding, ...]]:
        """Check every draft; a blocked one is left out and its findings go to the agent."""
        kept: list[Draft] = []
        blocked: list[Finding] = []
        for draft in drafts:
            findings = check_draft(draft, evidence, self._settings, self._floors)
            if any(finding.severity is Severity.BLOCK for finding in findings):
                blocked.extend(findings)
                continue
            kept.append(replace(draft, findings=findings) if findings else draft)
        return decide.with_confidence(kept, evidence.question, self._weights), tuple(blocked)

    def _hand_off(
        self,
        evidence: Evidence,
        reason: Reason,
        drafts: tuple[Draft, ...],
        timings: dict[str, float],
        blocked: tuple[Finding, ...] = (),
    ) -> Suggestion:
        holding, more = self._guarded(compose.held(evidence, reason.value), evidence)
        holding = holding[:1]
        packet = decide.handoff(
            reason, evidence.message, evidence.question, (*holding, *drafts), self._profile
        )
        suggestion = self._finish(evidence, Decision.HANDOFF, (*holding, *drafts), timings, (*blocked, *more))
        return replace(suggestion, handoff=packet)

    def _finish(
        self,
        evidence: Evidence,
        decision: Decision,
        drafts: tuple[Draft, ...],
        timings: Mapping[str, float],
        findings: tuple[Finding, ...] = (),
        *,
        ask: compose.Composition | None = None,
    ) -> Suggestion:
        return Suggestion(
            id=uuid.uuid4().hex,
            decision=decision,
            drafts=drafts,
            question=evidence.question,
            ask=ask.ask if ask is not None else None,
            findings=(*_noticed(evidence), *findings),
            timings=MappingProxyType({**timings, "total": sum(timings.values())}),
        )

    def _evidence(self, read: _Read, hits: tuple[tuple[Hit, ...], ...]) -> Evidence:
        names = {name for part in read.question.parts for name in part.products} | set(read.question.products)
        return Evidence(
            message=read.message,
            question=read.question,
            hits=hits,
            products={name: self._products[name] for name in sorted(names) if name in self._products},
            catalog=self._catalog,
            promotions=self._promotions,
            profile=self._profile,
            now=read.now,
            rules_at=read.rules_at,
            scorer=self._relevance,
        )


def _held(settled: decide.Route, drafts: Sequence[Draft], evidence: Evidence) -> decide.Route:
    """Hold a decision to the stricter line where the caller sends without a person."""
    if evidence.message.mode is Mode.AGENT:
        return settled
    return decide.unattended(settled, drafts, evidence.question)


def check_draft(
    draft: Draft, evidence: Evidence, settings: Settings, floors: Floors | None = None
) -> tuple[Finding, ...]:
    """Run every guard over a draft with its own citations, the caller's facts and both clocks."""
    return check(
        draft.full,
        # A quick reply is all quote: what it must not say is no better for standing in its own source.
        citations=() if draft.lane == "quick" else draft.citations,
        shown=tuple(word for statement in draft.statements for word in statement.shown),
        statements=draft.statements,
        moments=(evidence.now, evidence.rules_at),
        shop=evidence.profile.name,
        floors=floors,
        settings=settings.guard,
    )


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


def _falling(drafts: Sequence[Draft]) -> tuple[Draft, ...]:
    """The writer's order stands; a later draft is never shown as surer than one before it."""
    kept: list[Draft] = []
    for draft in drafts:
        limit = kept[-1].confidence if kept else 1.0
        kept.append(draft if draft.confidence <= limit else replace(draft, confidence=limit))
    return tuple(kept)


def _more(question: Question, preferences: Preferences) -> int:
    """Write further drafts only where agents taught something that could bring them up."""
    return MORE if preferences.knows(part.intent for part in question.parts) else 0


def _distinct(question: Question) -> Question:
    """Answer a question once however often it was sent, and the first few of a flood of them."""
    parts = tuple({part.clean: part for part in reversed(question.parts)}.values())[::-1][:MAX_PARTS]
    return question if len(parts) == len(question.parts) else replace(question, parts=parts)


def _read(message: Message, question: Question, now: datetime, timezone: str) -> _Read:
    paid_at = read_moment(message.order.get("paid_at"), timezone)
    return _Read(message, question, now, paid_at if paid_at is not None and paid_at < now else now)


def _query(part: Part, intent_keys: Iterable[str]) -> str:
    """The part's words and, to bridge the shopper's words and the page's, the first keys of what it asks."""
    keys = [*(key for aspect in part.aspects[:1] for key in aspect.keys[:2]), *islice(intent_keys, 2)]
    return " ".join(dict.fromkeys([part.clean, *(key for key in keys if key not in part.clean)]))


def _applies(document: Document, categories: set[str]) -> bool:
    if not categories or not document.categories or "全部" in document.categories:
        return True
    return bool(categories & set(document.categories))


def _noticed(evidence: Evidence) -> Iterator[Finding]:
    """What the agent should know about the message itself."""
    if evidence.question.unknown_product is not None:
        yield Finding(
            "unknown_product",
            Severity.WARN,
            f"商品 {evidence.question.unknown_product} 不在知识库里，回复没有用到任何商品页。",
            evidence=MappingProxyType({"product": evidence.question.unknown_product}),
        )


@contextmanager
def _timed(timings: dict[str, float], stage: str) -> Iterator[None]:
    start = time.perf_counter()
    try:
        yield
    finally:
        timings[stage] = timings.get(stage, 0.0) + time.perf_counter() - start
