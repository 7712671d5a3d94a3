"""Labelled questions, or a log of real replies -> how good decisions, drafts, citations and confidences are."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np

from assist.clock import shop_time
from assist.encoder import load as load_encoder
from assist.encoder.base import EncoderIdentity
from assist.errors import InputError
from assist.evaluate import replies
from assist.evaluate.calibration import BINS, TARGET, Calibration, calibration
from assist.evaluate.intervals import Interval, intervals, rounded
from assist.evaluate.judging import MEASURES, SHOWN
from assist.evaluate.labels import LabelledQuestion, check_known, read_questions
from assist.evaluate.outcomes import Case, Outcome, Timing, latencies, run_questions
from assist.evaluate.provenance import hashes, versions
from assist.evaluate.result_file import to_json
from assist.loading import Progress
from assist.results import Decision
from assist.store.local import LocalStore

WORST = 20
"""Questions shown in the report."""


@dataclass(frozen=True, slots=True)
class DraftsEvaluation:
    """What `evaluate_drafts` measured.

    Attributes:
        settings: Everything that was chosen.
        versions: What it was run with.
        data: SHA-256 by file.
        measures: Intervals by measure; see `judging.MEASURES`, `replies.MEASURES`, `calibration`.
        confusion: How often each labelled decision became which.
        reliability: Per bin of confidence: how many, how sure, how often usable.
        risk_coverage: Risk at each coverage, with the threshold that gives it.
        rows: Per question: `id`, `split`, `phenomenon`, `expected`, `decision`, `confidence`, `raw`, `usable`,
            `values`.
        worst: The worst questions, with drafts and sources; for the report, never in the JSON.
        times: Seconds per message and stage; all that may differ between two runs.
    """

    settings: Mapping[str, object]
    versions: Mapping[str, str]
    data: Mapping[str, str]
    measures: Mapping[str, Interval]
    confusion: Mapping[str, Mapping[str, int]]
    reliability: tuple[Mapping[str, float | int | None], ...]
    risk_coverage: tuple[Mapping[str, float | None], ...]
    rows: tuple[Mapping[str, object], ...]
    worst: tuple[Case, ...] = ()
    times: Mapping[str, object] = field(default_factory=lambda: MappingProxyType({}))

    def to_dict(self) -> dict[str, Any]:
        """Return what the JSON file holds."""
        return {
            "kind": "drafts",
            "settings": dict(self.settings),
            "versions": dict(self.versions),
            "data": dict(self.data),
            "measures": {name: interval.to_dict() for name, interval in self.measures.items()},
            "confusion": {word: dict(counts) for word, counts in self.confusion.items()},
            "reliability": [dict(line) for line in self.reliability],
            "risk_coverage": [dict(point) for point in self.risk_coverage],
            "times": dict(self.times),
            "rows": [dict(row) for row in self.rows],
        }

    def to_json(self) -> str:
        """Return the text of the JSON file; two runs differ in `times` only."""
        return to_json(self.to_dict())


def evaluate_drafts(
    store: str | Path,
    questions: str | Path,
    *,
    split: str | None = None,
    encoder: str = "bundled",
    on: date | datetime | str | None = None,
    sample: int | None = None,
    seed: int = 0,
    jobs: int = 1,
    progress: Progress | None = None,
) -> DraftsEvaluation:
    """Suggest for every labelled question and compare with its labels; the store is only read.

    Rows with a `decision` are judged by their labels, rows with a `reply` (or `answer`) against that text; a row
    may have both.

    Args:
        store: Folder of the store.
        questions: JSON Lines; see `assist.evaluate.labels.read_questions`.
        split: Only this split.
        encoder: What the store was built with.
        on: The moment to answer for where a row names none; None: now, and two runs may then differ.
        sample: Evaluate this many random questions; None: all.
        seed: Of the sample and of the intervals.
        jobs: Processes.
        progress: Called with how much is done, of how much, and what.

    Raises:
        InputError: A file is missing, the set is empty, an argument is impossible.
        MalformedRecordError: A broken row, or one that names an unknown product or source; with file and line.
        StoreError: The store cannot be opened.
        MissingDependencyError: There are replies to compare with, and rapidfuzz is not installed.
    """
    if jobs < 1:
        raise InputError(f"jobs must be >= 1, got {jobs}")
    identity, about, zone = _checked(store, questions, split, encoder)
    now = None if on is None else shop_time(on, zone)
    read = read_questions(questions, split=split, timezone=zone, now=now)
    asked = _sampled(read, sample, seed)
    if any(question.reply for question in asked):
        replies.check_ready()
    start = time.perf_counter()
    outcomes = run_questions(store, asked, encoder=encoder, jobs=jobs, progress=progress)
    spent = time.perf_counter() - start
    single = latencies(store, asked, encoder=encoder)
    judged = _calibrated(outcomes, seed)
    return DraftsEvaluation(
        settings={
            "encoder": identity.name,
            "split": split,
            "on": None if now is None else now.isoformat(),
            "sample": sample,
            "seed": seed,
            "questions": len(asked),
            "drafts": SHOWN,
            "ece_bins": BINS,
            "coverage_target": TARGET,
            **about,
        },
        versions=versions(identity),
        data=hashes({Path(questions).name: Path(questions)}),
        measures={**_measured(outcomes, seed), **judged.measures},
        confusion=_confusion(asked, outcomes),
        reliability=judged.reliability,
        risk_coverage=judged.risk_coverage,
        rows=tuple(_row(question, outcome) for question, outcome in zip(asked, outcomes, strict=True)),
        worst=_worst(asked, outcomes),
        times=_times(spent, len(asked), jobs, outcomes, single),
    )


def _checked(
    store: str | Path, questions: str | Path, split: str | None, encoder: str
) -> tuple[EncoderIdentity, dict[str, object], str]:
    """Check labels against the store; returns the encoder, what the store holds, and the shop's time zone."""
    identity = load_encoder(encoder).identity
    with LocalStore.open(store, encoder=identity, read_only=True) as opened:
        zone = opened.profile.timezone
        labelled = read_questions(questions, split=None, timezone=zone)
        view = opened.view()
        documents = opened.current().keys()
        check_known(questions, labelled, products=view.product_number.keys(), documents=documents)
        return identity, {"documents": len(documents), "chunks": len(view)}, zone


def _sampled(
    questions: tuple[LabelledQuestion, ...], sample: int | None, seed: int
) -> tuple[LabelledQuestion, ...]:
    if sample is None or sample >= len(questions):
        return questions
    if sample < 1:
        raise InputError(f"sample must be >= 1, got {sample}")
    picks = np.random.default_rng(seed).choice(len(questions), sample, replace=False)
    return tuple(questions[i] for i in sorted(picks.tolist()))


def _measured(outcomes: Sequence[Outcome], seed: int) -> dict[str, Interval]:
    """Give every per-question measure that applies to this file, with its interval."""
    names = [*MEASURES, *replies.MEASURES]
    values = np.array(
        [[_number(outcome.values.get(name)) for name in names] for outcome in outcomes], dtype=np.float64
    )
    found = dict(zip(names, intervals(values, seed=seed), strict=True))
    labelled = any(outcome.judged for outcome in outcomes)
    replied = any("edit_chars" in outcome.values for outcome in outcomes)
    kept = [*(MEASURES if labelled else ()), *(replies.MEASURES if replied else ())]
    return {name: found[name] for name in kept}


def _number(value: float | None) -> float:
    return float("nan") if value is None else value


def _calibrated(outcomes: Sequence[Outcome], seed: int) -> Calibration:
    known = [outcome for outcome in outcomes if outcome.usable is not None]
    return calibration(
        [_number(outcome.confidence) for outcome in known],
        [_number(outcome.raw) for outcome in known],
        [bool(outcome.usable) for outcome in known],
        seed=seed,
    )


def _confusion(
    questions: Sequence[LabelledQuestion], outcomes: Sequence[Outcome]
) -> dict[str, dict[str, int]]:
    """Count labelled decision (rows) against the one made (columns)."""
    pairs = Counter(
        (question.decision.value, outcome.decision)
        for question, outcome in zip(questions, outcomes, strict=True)
        if question.decision is not None
    )
    words = [decision.value for decision in Decision]
    return {word: {other: pairs[word, other] for other in words} for word in words}


def _row(question: LabelledQuestion, outcome: Outcome) -> dict[str, object]:
    return {
        "id": question.id,
        "split": question.split,
        "phenomenon": question.phenomenon,
        "expected": None if question.decision is None else question.decision.value,
        "decision": outcome.decision,
        "confidence": rounded(outcome.confidence),
        "raw": rounded(outcome.raw),
        "usable": outcome.usable,
        "values": {name: rounded(value) for name, value in outcome.values.items() if value is not None},
    }


def _worst(questions: Sequence[LabelledQuestion], outcomes: Sequence[Outcome]) -> tuple[Case, ...]:
    """Order by what hurts a shop most: a forbidden statement, a wrong decision, an unusable sure draft."""
    order = sorted(range(len(outcomes)), key=lambda at: (-outcomes[at].badness, questions[at].line))
    return tuple(outcomes[at].case for at in order[:WORST] if outcomes[at].badness > 0)


def _times(
    spent: float, n: int, jobs: int, outcomes: Sequence[Outcome], single: Sequence[Timing]
) -> dict[str, object]:
    """Of the batch, and of questions asked one by one, as an agent waits for them."""
    batch = [outcome.timings for outcome in outcomes]
    return {
        "batch_s": round(spent, 3),
        "questions_per_s": round(n / max(spent, 1e-9), 1),
        "jobs": jobs,
        "batch": dict(_percentiles(batch)),
        "single": dict(_percentiles(single)),
    }


def _percentiles(timings: Sequence[Timing]) -> Iterator[tuple[str, dict[str, float | int]]]:
    """Give p50, p95 and p99 seconds of every stage, over the messages that went through it."""
    for stage in sorted({stage for timing in timings for stage in timing}):
        spent = [timing[stage] for timing in timings if stage in timing]
        p50, p95, p99 = np.percentile(spent, [50, 95, 99]).tolist()
        yield (
            stage,
            {"p50_s": round(p50, 6), "p95_s": round(p95, 6), "p99_s": round(p99, 6), "n": len(spent)},
        )
