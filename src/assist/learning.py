"""What agents do with suggestions: the last suggestions are remembered until feedback names one of them."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from threading import Lock

from assist.errors import InputError
from assist.guard import mask
from assist.messages import Message
from assist.results import Suggestion
from assist.store.base import Store

TRACES = 1_000
"""Suggestions remembered in memory."""


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
    if trace is not None:
        store.log_suggestion(suggestion_id, known, at=trace.at)
    sent = None if sent_text is None else mask(sent_text).text
    store.add_feedback(suggestion_id, chosen=chosen, sent_text=sent, agent=agent, at=at)


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
        "decision": suggestion.decision.value,
        "intent": suggestion.question.intent,
        "tags": list(suggestion.labels),
        "drafts": [
            {
                "text": mask(draft.text).text,
                "lane": draft.lane,
                "confidence": round(draft.confidence, 4),
                "citations": [[c.document_id, c.version, c.span.start, c.span.end] for c in draft.citations],
            }
            for draft in suggestion.drafts
        ],
        "timings": dict(suggestion.timings),
    }
