"""Run questions through the assistant, in batches and processes, and keep of each what is judged and shown."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import TypeAlias

from assist.assistant import Assistant
from assist.evaluate.judging import SHOWN, judge
from assist.evaluate.labels import LabelledQuestion
from assist.evaluate.replies import compare_reply
from assist.loading import Progress
from assist.results import Draft, Suggestion

Timing: TypeAlias = Mapping[str, float]
"""Seconds by stage."""

BATCH = 128
"""Questions per call: enough to share the array work, few enough to bound the memory."""
LATENCY_QUESTIONS = 100
"""Questions asked again one by one, for the time an agent waits."""


@dataclass(frozen=True, slots=True)
class ShownDraft:
    """A draft as the report shows it; a source is document, section and quote."""

    text: str
    confidence: float
    sources: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True, slots=True)
class Case:
    """A question with what came of it, for reading."""

    id: str
    message: str
    product: str
    wanted: str
    got: str
    drafts: tuple[ShownDraft, ...]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What is kept of one question.

    Attributes:
        values: Measures by name; None or absent where they do not apply.
        decision: The decision's word.
        judged: It has labels.
        confidence: Of the first draft, where it can be judged.
        raw: Its raw score.
        usable: Whether it is usable.
        timings: Seconds per stage, a batch's shared work divided by its messages.
        case: For reading.
    """

    values: Mapping[str, float | None]
    decision: str
    judged: bool
    confidence: float | None
    raw: float | None
    usable: bool | None
    timings: Timing
    case: Case

    @property
    def badness(self) -> float:
        """How much a question hurts: 4 for a forbidden statement, 2 for a wrong decision, then draft and source."""
        value = {name: found for name, found in self.values.items() if found is not None}
        score = 4.0 * (value.get("violations_per_1000", 0.0) > 0)
        score += 2.0 * (1.0 - value.get("decision_accuracy", 1.0))
        score += 1.0 - value.get("usable@3", 1.0) + 0.5 * (1.0 - value.get("source@3", 1.0))
        if self.usable is False:
            score += self.confidence or 0.0
        return score + (1.0 - value.get("edit_similarity@3", 1.0))


def run_questions(
    store: str | Path,
    questions: Sequence[LabelledQuestion],
    *,
    encoder: str,
    jobs: int = 1,
    progress: Progress | None = None,
) -> list[Outcome]:
    """Suggest for all questions and judge each; with several jobs every process opens the store itself.

    Args:
        store: Folder of the store, only read.
        questions: What to ask.
        encoder: What the store was built with.
        jobs: Processes; 1 stays in this one.
        progress: Called with questions done, of how many, and the stage.

    Returns:
        One outcome per question, in order, whatever `jobs` is.
    """
    batches = [questions[start : start + BATCH] for start in range(0, len(questions), BATCH)]
    outcomes: list[Outcome] = []
    with _answering(store, encoder, batches, jobs) as answered:
        for found in answered:
            outcomes.extend(found)
            if progress is not None:
                progress(len(outcomes), len(questions), "suggest")
    return outcomes


def latencies(store: str | Path, questions: Sequence[LabelledQuestion], *, encoder: str) -> list[Timing]:
    """Time the stages of questions asked one at a time, in a warm assistant."""
    asked = questions[:: max(len(questions) // LATENCY_QUESTIONS, 1)][:LATENCY_QUESTIONS]
    with Assistant.open(store, encoder=encoder, read_only=True) as assistant:
        assistant.suggest_many([asked[0].message], k=SHOWN)
        return [dict(assistant.suggest_many([one.message], k=SHOWN)[0].timings) for one in asked]


@contextmanager
def _answering(
    store: str | Path, encoder: str, batches: Sequence[Sequence[LabelledQuestion]], jobs: int
) -> Iterator[Iterator[list[Outcome]]]:
    if jobs == 1 or len(batches) == 1:
        with Assistant.open(store, encoder=encoder, read_only=True) as assistant:
            yield (_answer(assistant, batch) for batch in batches)
        return
    # Spawned, not forked: the index and the arithmetic libraries run threads.
    with ProcessPoolExecutor(
        min(jobs, len(batches)),
        mp_context=get_context("spawn"),
        initializer=_open_here,
        initargs=(str(store), encoder),
    ) as pool:
        yield pool.map(_answer_here, batches)


_HERE: list[Assistant] = []
"""The assistant of a worker process; it lives as long as the process."""


def _open_here(store: str, encoder: str) -> None:
    _HERE.append(Assistant.open(store, encoder=encoder, read_only=True))


def _answer_here(batch: Sequence[LabelledQuestion]) -> list[Outcome]:
    return _answer(_HERE[-1], batch)


def _answer(assistant: Assistant, batch: Sequence[LabelledQuestion]) -> list[Outcome]:
    suggestions = assistant.suggest_many([question.message for question in batch], k=SHOWN)
    return [_outcome(*pair) for pair in zip(batch, suggestions, strict=True)]


def _outcome(question: LabelledQuestion, suggestion: Suggestion) -> Outcome:
    judged = judge(question, suggestion) if question.decision is not None else None
    values: dict[str, float | None] = dict(judged.values) if judged else {}
    if question.reply and question.reply.strip():
        values.update(compare_reply(question.reply, [draft.text for draft in suggestion.drafts[:SHOWN]]))
    return Outcome(
        values=values,
        decision=suggestion.decision.value,
        judged=judged is not None,
        confidence=judged.confidence if judged else None,
        raw=judged.raw if judged else None,
        usable=judged.usable if judged else None,
        timings=dict(suggestion.timings),
        case=_case(question, suggestion),
    )


def _case(question: LabelledQuestion, suggestion: Suggestion) -> Case:
    reason = f" ({suggestion.handoff.reason})" if suggestion.handoff else ""
    return Case(
        id=question.id,
        message=question.message.text,
        product=question.message.product or "",
        wanted=_wanted(question),
        got=f"{suggestion.decision}{reason}",
        drafts=tuple(_shown(draft) for draft in suggestion.drafts[:SHOWN]),
    )


def _wanted(question: LabelledQuestion) -> str:
    words = [" / ".join(sorted(decision.value for decision in question.accepted))]
    words += [f"{fact.key}: {fact.value}{fact.unit}" for fact in question.facts]
    words += [f"[{document} § {section}]" for document, section in sorted(question.sources)]
    words += [f"never: {word}" for word in question.must_not]
    words += [f"reply: {question.reply}"] if question.reply else []
    return "; ".join(word for word in words if word)


def _shown(draft: Draft) -> ShownDraft:
    sources = [(c.document_id, c.section, c.quote) for c in draft.citations]
    return ShownDraft(draft.text, draft.confidence, tuple(dict.fromkeys(sources)))
