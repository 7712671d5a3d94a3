"""One suggestion against its labels: each measure is a number, or None where it does not apply."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from assist.draft.order_facts import read_moment
from assist.evaluate.labels import LabelledFact, LabelledQuestion
from assist.results import Citation, Decision, Draft, Suggestion
from assist.text.normalize import fold
from assist.text.quantities import quantities

SHOWN = 3
"""Drafts that an agent sees."""

MEASURES: Mapping[str, str] = {
    "decision_accuracy": "the decision is an acceptable one",
    "intent_accuracy": "the intent of the first part is the labelled one",
    "usable@1": "answerable questions whose first draft states every labelled fact and nothing forbidden",
    "usable@3": "the same of any of three drafts",
    "source@1": "the first draft cites a labelled source",
    "source@3": "any of three drafts does",
    "fact_precision": "of the first draft's typed facts with a labelled key, the share with the labelled value",
    "fact_recall": "share of the labelled facts that the first draft states",
    "part_coverage": "share of the message's parts that the first draft answers, where an answer is wanted",
    "citation_relevance": "share of the first draft's citations that are labelled sources",
    "stale_citation_rate": "share of all drafts' citations that hold neither now nor when the order was paid",
    "violations_per_1000": "questions with a draft that says what it must not, per 1,000",
    "ask_precision": "of the questions that were asked back, the share where that is acceptable",
    "ask_recall": "of the questions to ask back, the share that were",
    "handoff_precision": "of the hand-offs, the share where that is acceptable",
    "handoff_recall": "of the questions to hand off, the share that were",
    "handoff_reason": "of the questions to hand off, the share with the labelled reason",
}
"""What is measured per question, averaged over the questions that it applies to."""
LOWER_IS_BETTER = frozenset({"stale_citation_rate", "violations_per_1000", "ece", "aurc", "edit_chars"})


@dataclass(frozen=True, slots=True)
class Judged:
    """One question's outcome.

    Attributes:
        values: By the names of `MEASURES`; None where a measure does not apply.
        decision: What was decided.
        confidence: Of the first draft, when it was suggested and can be judged; else None.
        raw: Its raw score, likewise.
        usable: Whether it is usable as it stands, likewise.
    """

    values: Mapping[str, float | None]
    decision: Decision
    confidence: float | None
    raw: float | None
    usable: bool | None


def judge(question: LabelledQuestion, suggestion: Suggestion) -> Judged:
    """Judge one suggestion; the question must be labelled with a decision."""
    drafts = suggestion.drafts[:SHOWN]
    usable = [_usable(draft, question) for draft in drafts]
    calibrated = _judgeable(question, suggestion)
    values = {
        **_decisions(question, suggestion),
        **_answers(question, drafts, usable),
        **_citations(question, drafts),
        "part_coverage": _part_coverage(question, suggestion),
    }
    return Judged(
        values={name: values[name] for name in MEASURES},
        decision=suggestion.decision,
        confidence=drafts[0].confidence if calibrated else None,
        raw=drafts[0].debug.get("score", 0.0) if calibrated else None,
        usable=judge_draft(question, drafts[0]) if calibrated else None,
    )


def states(text: str, fact: LabelledFact) -> bool:
    """Say whether a text states a labelled fact: one of its wordings, or the same quantity."""
    folded = fold(text)
    full = fact.value + fact.unit
    wordings = [full, *([fact.value] if fact.bare else []), *fact.accept]
    if any(_holds(folded, fold(wording)) for wording in wordings):
        return True
    figures = quantities(full)
    said = quantities(text)
    return bool(figures) and all(any(figure.same(other) for other in said) for figure in figures)


def _holds(text: str, wording: str) -> bool:
    """Letters and digits count only as whole words: `XL` is not in `2XL`."""
    if not wording.isascii():
        return wording in text
    return re.search(rf"(?<![a-z0-9.]){re.escape(wording)}(?![a-z0-9])(?!\.[0-9])", text) is not None


def forbidden(draft: Draft, question: LabelledQuestion) -> bool:
    """Say whether a draft holds something that it must not."""
    text = fold(draft.text)
    return any(fold(word) in text for word in question.must_not)


def _usable(draft: Draft, question: LabelledQuestion) -> bool:
    return all(states(draft.text, fact) for fact in question.facts) and not forbidden(draft, question)


def _judgeable(question: LabelledQuestion, suggestion: Suggestion) -> bool:
    """A draft was put forward, and the labels say enough to tell whether it can be sent."""
    proposed = suggestion.decision is Decision.SUGGEST and bool(suggestion.drafts)
    unwanted = Decision.SUGGEST not in question.accepted
    return proposed and bool(unwanted or question.facts or question.sources)


def judge_draft(question: LabelledQuestion, draft: Draft) -> bool:
    """Say whether a draft can be sent. One where none is wanted cannot; without labelled facts it must cite a labelled source."""
    if Decision.SUGGEST not in question.accepted:
        return False
    if question.facts:
        return _usable(draft, question)
    return bool(_cited(draft) & question.sources) and not forbidden(draft, question)


def _decisions(question: LabelledQuestion, suggestion: Suggestion) -> dict[str, float | None]:
    made = suggestion.decision
    right = made in question.accepted
    reason = suggestion.handoff.reason if suggestion.handoff else None
    to_hand_off = question.decision is Decision.HANDOFF
    intent = suggestion.question.intent
    return {
        "decision_accuracy": float(right),
        "intent_accuracy": None if question.intent is None else float(intent == question.intent),
        "ask_precision": float(right) if made is Decision.ASK else None,
        "ask_recall": _recall(Decision.ASK, question, made),
        "handoff_precision": float(right) if made is Decision.HANDOFF else None,
        "handoff_recall": _recall(Decision.HANDOFF, question, made),
        "handoff_reason": float(reason == question.reason) if to_hand_off and question.reason else None,
    }


def _recall(wanted: Decision, question: LabelledQuestion, made: Decision) -> float | None:
    """Another acceptable decision leaves the question out: it was neither met nor missed."""
    if question.decision is not wanted or (made is not wanted and made in question.accepted):
        return None
    return float(made is wanted)


def _answers(
    question: LabelledQuestion, drafts: Sequence[Draft], usable: Sequence[bool]
) -> dict[str, float | None]:
    answerable = bool(question.facts) and question.decision is Decision.SUGGEST
    first = drafts[0].text if drafts else ""
    stated = [states(first, fact) for fact in question.facts]
    return {
        "usable@1": float(any(usable[:1])) if answerable else None,
        "usable@3": float(any(usable)) if answerable else None,
        "fact_recall": _share(stated) if answerable else None,
        "fact_precision": _fact_precision(question, drafts) if answerable else None,
        "violations_per_1000": 1000.0 * any(forbidden(draft, question) for draft in drafts),
    }


def _fact_precision(question: LabelledQuestion, drafts: Sequence[Draft]) -> float | None:
    """Compare typed facts key by key; a stated fact whose key has no label cannot be judged."""
    right: list[bool] = []
    for stated in drafts[0].facts if drafts else ():
        rivals = [fact for fact in question.facts if _same_key(stated.key, fact.key)]
        if rivals:
            right.append(any(states(_value(stated.value) + stated.unit, fact) for fact in rivals))
    return _share(right)


def _same_key(one: str, other: str) -> bool:
    first, second = fold(one), fold(other)
    return first in second or second in first


def _value(value: object) -> str:
    return f"{value:f}" if isinstance(value, Decimal) else str(value)


def _citations(question: LabelledQuestion, drafts: Sequence[Draft]) -> dict[str, float | None]:
    wanted = question.sources
    cited = [_cited(draft) for draft in drafts]
    relevant = [(c.document_id, c.section) in wanted for c in (drafts[0].citations if drafts else ())]
    moments = _moments(question)
    stale = [not _holds_at(c, moments) for draft in drafts for c in draft.citations]
    return {
        "source@1": float(any(found & wanted for found in cited[:1])) if wanted else None,
        "source@3": float(any(found & wanted for found in cited)) if wanted else None,
        "citation_relevance": _share(relevant) if wanted else None,
        "stale_citation_rate": _share(stale) if moments else None,
    }


def _cited(draft: Draft) -> set[tuple[str, str]]:
    """Places that the draft or a sentence of it cites."""
    own = [citation for statement in draft.statements for citation in statement.citations]
    return {(citation.document_id, citation.section) for citation in (*draft.citations, *own)}


def _moments(question: LabelledQuestion) -> list[datetime]:
    """Both clocks of a message: now, and when the order was paid; none where the question names no moment."""
    if question.message.on is None:
        return []
    paid_at = read_moment(question.message.order.get("paid_at"))
    return [question.message.on, *([] if paid_at is None else [paid_at])]


def _holds_at(citation: Citation, moments: Sequence[datetime]) -> bool:
    return any(citation.source.validity.holds(moment) for moment in moments)


def _part_coverage(question: LabelledQuestion, suggestion: Suggestion) -> float | None:
    if question.decision is not Decision.SUGGEST:
        return None
    parts = len(suggestion.question.parts)
    verdicts = suggestion.drafts[0].parts if suggestion.drafts else ()
    answered = {verdict.part for verdict in verdicts if verdict.verdict == "answered"}
    return len(answered) / parts if parts else None


def _share(flags: Sequence[bool]) -> float | None:
    return sum(flags) / len(flags) if flags else None
