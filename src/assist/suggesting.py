"""The suggesting path: message -> question -> hits -> drafts -> guarded -> decided."""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from types import MappingProxyType

from assist import decide
from assist.checking import Checks, Passed
from assist.documents import Audience, Document, Kind, Level
from assist.draft import compose, quick, refusals
from assist.draft.evidence import Evidence
from assist.draft.order_facts import read_moment
from assist.encoder.base import Encoder
from assist.encoder.recent import RecentQueries
from assist.guard.floors import Floors
from assist.messages import Message, Mode, Question
from assist.preferring import MORE, Preferences, prefer
from assist.question import Intents, Understanding, catalog
from assist.results import Decision, Draft, Finding, Reason, Severity, Suggestion
from assist.retrieve.guide import Guide
from assist.retrieve.lanes import Retriever
from assist.retrieve.relevance import Relevance
from assist.searching import PartHits, Read, Searches
from assist.settings import Settings
from assist.shop import ShopProfile
from assist.store.base import Store
from assist.store.view import View
from assist.tuned import Tuned

MAX_PARTS = 6
"""Different questions of one message that are answered at once."""
SEARCHES_KEPT = 1_024
"""Searches whose hits stay at hand while the store does not change."""


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
        tuned, encoder = tuned or Tuned(), RecentQueries.of(encoder)
        by_kind: dict[Kind, list[Document]] = {kind: [] for kind in Kind}
        for document in documents:
            if document.audience is Audience.BUYER:
                by_kind[document.kind].append(document)
        self._products = {document.id: document for document in by_kind[Kind.PRODUCT]}
        self._catalog = tuple(self._products.values())
        self._promotions = tuple(by_kind[Kind.PROMOTION])
        self._replies = quick.Replies(by_kind[Kind.QUICK_REPLY], profile)
        self._profile = profile
        self._checks = Checks(settings.guard, floors)
        guide = Guide.of(Intents.bundled().leaves, encoder)
        self._relevance: Relevance = Relevance(
            encoder,
            view.tokenizer,
            view.sparse.idf,
            guide,
            ranker=tuned.ranker,
            earlier=None if earlier is None else earlier._relevance,
        )
        retriever = Retriever(view, encoder, tuned.search(settings.search), kept=SEARCHES_KEPT)
        self._searches = Searches(retriever, encoder, guide, self._products)
        self._weights = tuned.confidence
        self._revision = view.revision
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
        return self._revision

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
        hits, _ = self._searches.find([read])
        return self._evidence(read, hits[0])

    def _quick(self, message: Message, now: datetime) -> Suggestion | None:
        """Greeting, thanks, urging and the wish for a person: no encoder, no index."""
        timings: dict[str, float] = {}
        with _timed(timings, "quick"):
            question = self._understanding.quick(message)
            if question is None:
                return None
            evidence = self._evidence(Read(message, question, now, now), ())
            route = _held(decide.route(question), (), evidence)
        if route.decision is Decision.HANDOFF:
            return self._hand_off(evidence, route.reason or Reason.ASKS_HUMAN, (), timings)
        return self._reply(evidence, timings)

    def _reply(self, evidence: Evidence, timings: dict[str, float]) -> Suggestion:
        """Answer small talk from the shop's quick replies; a reply that a guard blocks is not sent."""
        passed = self._guarded(self._replies.replies(evidence), evidence)
        return self._finish(evidence, Decision.QUICK, passed.drafts[:1], timings, passed.blocked)

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
            hits, advice = self._searches.find(reads)
            reads = [replace(read, advice=found) for read, found in zip(reads, advice, strict=True)]
        shared = {stage: spent / len(messages) for stage, spent in timings.items()}
        return [
            self._answer(read, found, k, dict(shared), preferences)
            for read, found in zip(reads, hits, strict=True)
        ]

    def _answer(
        self,
        read: Read,
        hits: PartHits,
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
                compose.Composition(refusals.declined(evidence))
                if refusing
                else compose.compose(evidence, k + 2 + _more(read.question, preferences))
            )
        with _timed(timings, "guard"):
            passed = self._guarded(written.drafts, evidence)
            drafts = prefer(passed.drafts, read.question, preferences, read.now, weights=self._weights)
            drafts, blocked = _falling(drafts[:k]), (*read.advice, *passed.blocked)
        settled = _held(route if refusing else decide.settle(drafts, passed.ahead), drafts, evidence)
        if settled.decision is Decision.HANDOFF:
            return self._hand_off(evidence, settled.reason or Reason.NO_SOURCE, drafts, timings, blocked)
        return self._finish(
            evidence, settled.decision, drafts, timings, blocked,
            ask=written if settled.decision is Decision.ASK else None,
        )  # fmt: skip

    def _guarded(self, drafts: Sequence[Draft], evidence: Evidence) -> Passed:
        """Check every draft, and say how sure those are that may be shown."""
        passed = self._checks.passed(drafts, evidence)
        sure = decide.with_confidence(passed.drafts, evidence.question, self._weights)
        return replace(passed, drafts=sure)

    def _hand_off(
        self,
        evidence: Evidence,
        reason: Reason,
        drafts: tuple[Draft, ...],
        timings: dict[str, float],
        blocked: tuple[Finding, ...] = (),
    ) -> Suggestion:
        passed = self._guarded(refusals.held(evidence, reason.value), evidence)
        holding, more = passed.drafts[:1], passed.blocked
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

    def _evidence(self, read: Read, hits: PartHits) -> Evidence:
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


def _read(message: Message, question: Question, now: datetime, timezone: str) -> Read:
    paid_at = read_moment(message.order.get("paid_at"), timezone)
    return Read(message, question, now, paid_at if paid_at is not None and paid_at < now else now)


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
