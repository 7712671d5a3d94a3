"""Labelled questions, or feedback, run through the rooms -> what the fits are made on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType

import numpy as np

from assist import decide
from assist.clock import shop_time
from assist.draft.pages import ranked_clauses, ranked_page
from assist.draft.units import Unit
from assist.evaluate.judging import Judged, judge
from assist.evaluate.labels import LabelledQuestion
from assist.learning import used
from assist.messages import Message
from assist.results import Decision, Suggestion
from assist.store.base import Outcome
from assist.suggesting import Suggester
from assist.text.normalize import fold
from assist.tuning.fitting import Case, Values

SHOWN = 3
_BATCH = 128
_RANKED = frozenset({Decision.SUGGEST, Decision.HANDOFF, Decision.DECLINE, Decision.ASK})


SURE: Mapping[str, float] = MappingProxyType(
    {name: 10.0 if name == "bias" else 0.0 for name in decide.FEATURES}
)
"""A confidence that hands nothing over: what is fitted on drafts must not be chosen by what it replaces."""


@dataclass(frozen=True, eq=False)
class Answered:
    """What a suggester does with labelled questions.

    Attributes:
        judged: One per question, in order.
        suggestions: Likewise.
    """

    judged: tuple[Judged, ...]
    suggestions: tuple[Suggestion, ...]

    @property
    def quality(self) -> float:
        """Mean of decision accuracy and, over the answerable questions, usable@1; 0-1."""
        means = []
        for name in ("decision_accuracy", "usable@1"):
            values = [value for one in self.judged if (value := one.values[name]) is not None]
            if values:
                means.append(sum(values) / len(values))
        return sum(means) / len(means) if means else 0.0


def group_of(question: LabelledQuestion) -> str:
    """Name the group of a question: all that one place answers are one group, so that no fold has seen it."""
    return "/".join(min(question.sources)) if question.sources else question.id


def from_feedback(outcomes: Iterable[Outcome], timezone: str) -> list[LabelledQuestion]:
    """Read feedback as labels: the used draft's places answer; where nothing was used, a person was needed."""
    found = []
    for outcome in outcomes:
        drafts = outcome.payload.get("drafts") or ()
        if not drafts or "places" not in drafts[0] or outcome.payload.get("decision") != "suggest":
            continue
        chosen = outcome.feedback.get("chosen")
        number, _ = used([draft["text"] for draft in drafts], chosen, outcome.feedback.get("sent_text"))
        places = () if number is None else drafts[number]["places"]
        decision = Decision.HANDOFF if number is None else Decision.SUGGEST
        message = Message(
            lines=tuple(str(outcome.payload["message"]).split("\n")),
            product=outcome.payload.get("product"),
            on=shop_time(outcome.payload["on"], timezone),
        )
        found.append(
            LabelledQuestion(
                id=f"feedback {outcome.key}",
                line=outcome.key,
                message=message,
                decision=decision,
                accepted=frozenset({decision}),
                sources=frozenset((document, section) for _, document, section, _ in places),
            )
        )
    return found


def answer(suggester: Suggester, questions: Sequence[LabelledQuestion], now: datetime) -> Answered:
    """Suggest for all questions and judge each."""
    suggestions: list[Suggestion] = []
    for start in range(0, len(questions), _BATCH):
        messages = [question.message for question in questions[start : start + _BATCH]]
        suggestions += suggester.suggest_many(messages, [message.on or now for message in messages], SHOWN)
    judged = tuple(judge(question, found) for question, found in zip(questions, suggestions, strict=True))
    return Answered(judged, tuple(suggestions))


def read_cases(
    suggester: Suggester, questions: Sequence[LabelledQuestion], names: Sequence[str], now: datetime
) -> list[Case]:
    """Run understanding and retrieval for every question and lay out its parts' units.

    Args:
        suggester: What runs.
        questions: With their labels.
        names: The columns wanted, in this order; one that a unit lacks is 0.
        now: Moment of the questions that name none.
    """
    return [
        case
        for question in questions
        if question.decision in _RANKED
        for case in _cases(suggester, question, names, now)
    ]


def _cases(
    suggester: Suggester, question: LabelledQuestion, names: Sequence[str], now: datetime
) -> Iterable[Case]:
    evidence = suggester.explain(question.message, question.message.on or now)
    for number, part in enumerate(evidence.question.parts):
        ranked = [ranked_page(part, number, page, evidence) for page in evidence.products.values()]
        ranked.append(ranked_clauses(part, number, evidence))
        known = [item for item in ranked if item is not None]
        if known:
            matrix = np.concatenate([_matrix(item.columns, names) for item in known])
            right = [is_right(unit, question) for item in known for unit in item.units]
            yield Case(group_of(question), matrix, np.array(right))


def _matrix(columns: Mapping[str, np.ndarray], names: Sequence[str]) -> Values:
    size = len(next(iter(columns.values())))
    return np.stack(
        [np.asarray(columns.get(name, np.zeros(size)), dtype=np.float64) for name in names], axis=1
    )


def is_right(unit: Unit, question: LabelledQuestion) -> bool:
    """A unit is right when it stands in a labelled place and, on a page, holds a labelled fact."""
    if (unit.document.id, unit.section) not in question.sources:
        return False
    wordings = [fold(wording) for fact in question.facts for wording in (fact.value, *fact.accept)]
    return unit.kind == "clause" or not wordings or any(wording in fold(unit.text) for wording in wordings)
