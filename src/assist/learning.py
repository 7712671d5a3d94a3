"""What agents do with suggestions: remembered until feedback names them, kept, and turned into votes."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from difflib import SequenceMatcher
from threading import Lock
from typing import Any

from assist import decide
from assist.errors import InputError
from assist.guard import mask
from assist.messages import Message
from assist.preferring import Place, Preferences, Vote, places_of
from assist.results import Draft, Suggestion
from assist.store.base import Logged, Outcome, Store
from assist.text.normalize import fold

TRACES = 1_000
"""Suggestions remembered in memory."""
SKIPPED = -0.5
"""Vote on a draft that was passed over: weaker than a pick, for agents also pass over what is right."""
SAME = 0.5
"""A sent text at least this like a draft was made from it; 1 is the very text."""


@dataclass(frozen=True, slots=True)
class Trace:
    """A suggestion with the message it was made for."""

    suggestion: Suggestion
    message: Message
    at: datetime


class Traces:
    """Remembers the last `TRACES` suggestions; safe to use from any thread."""

    def __init__(self) -> None:
        self._kept: OrderedDict[str, Trace] = OrderedDict()
        self._lock = Lock()

    def remember(
        self, suggestions: Sequence[Suggestion], messages: Sequence[Message], clock: Sequence[datetime]
    ) -> None:
        """Keep a batch of suggestions; the oldest fall out."""
        with self._lock:
            for suggestion, message, at in zip(suggestions, messages, clock, strict=True):
                self._kept[suggestion.id] = Trace(suggestion, message, at)
            while len(self._kept) > TRACES:
                self._kept.popitem(last=False)

    def get(self, suggestion_id: str) -> Trace | None:
        """Return a remembered suggestion, or None."""
        with self._lock:
            return self._kept.get(suggestion_id)


def keep_feedback(
    store: Store,
    traces: Traces,
    suggestion_id: str,
    *,
    chosen: int | None,
    sent_text: str | None,
    agent: str | None,
    at: datetime,
) -> None:
    """Write what an agent did with a suggestion, and the suggestion itself, personal data masked.

    Raises:
        InputError: The suggestion is unknown, or it has no such draft.
    """
    trace = traces.get(suggestion_id)
    known = payload(trace) if trace is not None else store.suggestion(suggestion_id)
    drafts = known.get("drafts")
    _check_choice(chosen, len(drafts) if isinstance(drafts, list) else 0)
    logged = None if trace is None else Logged(known, trace.at)
    sent = None if sent_text is None else mask(sent_text).text
    store.add_feedback(suggestion_id, chosen=chosen, sent_text=sent, agent=agent, at=at, logged=logged)


def _check_choice(chosen: object, drafts: int) -> None:
    if chosen is None:
        return
    if isinstance(chosen, bool) or not isinstance(chosen, int) or not 0 <= chosen < drafts:
        raise InputError(f"chosen must be the number of one of the {drafts} drafts, from 0, got {chosen!r}")


def payload(trace: Trace) -> dict[str, object]:
    """Return what is logged of a suggestion; the shopper's words and the drafts are masked."""
    suggestion = trace.suggestion
    return {
        "message": mask(trace.message.text).text,
        "product": trace.message.product,
        "on": trace.at.isoformat(),
        "decision": suggestion.decision.value,
        "intent": suggestion.question.intent,
        "tags": list(suggestion.labels),
        "drafts": [_draft(draft, suggestion) for draft in suggestion.drafts],
        "timings": dict(suggestion.timings),
    }


def _draft(draft: Draft, suggestion: Suggestion) -> dict[str, object]:
    return {
        "text": mask(draft.text).text,
        "lane": draft.lane,
        "confidence": round(draft.confidence, 4),
        "features": decide.features(draft, suggestion.question),
        "citations": [
            {
                "document_id": cited.document_id,
                "version": cited.version,
                "section": cited.section,
                "span": [cited.span.start, cited.span.end],
            }
            for cited in draft.citations
        ],
        "places": [list(place) for place in places_of(draft, suggestion.question)],
    }


def used(texts: Sequence[str], chosen: int | None, sent_text: str | None) -> tuple[int | None, float]:
    """Say which draft was used, and how much of it was sent.

    Args:
        texts: The drafts as shown, best first.
        chosen: What the agent said; None: nothing.
        sent_text: What was sent; None: the chosen draft as it stood.

    Returns:
        The number of the draft, or None; and the likeness of its text and what was sent, 0-1.
    """
    if sent_text is None:
        return chosen, 0.0 if chosen is None else 1.0
    sent = fold(sent_text)
    likeness = [SequenceMatcher(None, fold(text), sent, autojunk=False).ratio() for text in texts]
    if chosen is not None:
        return chosen, likeness[chosen]
    best = max(range(len(texts)), key=lambda at: (likeness[at], -at), default=None)
    return (None, 0.0) if best is None or likeness[best] < SAME else (best, likeness[best])


def votes(outcome: Outcome) -> Iterator[Vote]:
    """Turn what an agent did with a suggestion into votes on the places its drafts rest on.

    The used draft's places gain as much as was sent of it; those of drafts above it, which were passed over, lose.
    Where none was used only the first draft's lose: it alone was surely read. A place that the used draft shares
    loses nothing.
    """
    drafts = [draft for draft in outcome.payload.get("drafts") or () if "places" in draft]
    texts = [draft["text"] for draft in drafts]
    chosen = outcome.feedback.get("chosen")
    if chosen is not None and not (isinstance(chosen, int) and 0 <= chosen < len(drafts)):
        return
    number, likeness = used(texts, chosen, outcome.feedback.get("sent_text"))
    agent, at = str(outcome.feedback.get("agent") or ""), datetime.fromisoformat(outcome.feedback["at"])
    gained = set() if number is None else _places(drafts[number])
    if likeness >= SAME:
        yield from (Vote(place, likeness, agent, at) for place in sorted(gained))
    passed = drafts[: 1 if number is None else number]
    lost = {place for draft in passed for place in _places(draft)} - gained
    yield from (Vote(place, SKIPPED, agent, at) for place in sorted(lost))


def _places(draft: Mapping[str, Any]) -> set[Place]:
    return {Place(*place) for place in draft["places"]}


class Learned:
    """What a store's feedback taught, kept up to date with it; safe to use from any thread."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._lock = Lock()
        self._stamp = (0, 0)
        self._preferences = Preferences.none()

    def preferences(self) -> Preferences:
        """Give the preferences of all feedback so far, other processes' included; a few microseconds if none is new."""
        stamp = self._store.feedback_stamp()
        with self._lock:
            if stamp != self._stamp:
                self._read(stamp)
            return self._preferences

    def _read(self, stamp: tuple[int, int]) -> None:
        """Add what is new; after an undo, sum up anew."""
        undone, newest = self._stamp
        same = stamp[0] == undone
        fresh = self._store.outcomes(after=newest if same else 0)
        known = self._preferences if same else Preferences.none()
        self._preferences = known.plus(vote for outcome in fresh for vote in votes(outcome))
        # What was written between the two reads is in already, and must not be counted again.
        self._stamp = (stamp[0], fresh[-1].key if fresh else stamp[1])
