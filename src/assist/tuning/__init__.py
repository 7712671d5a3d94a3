"""Fit the mix of lanes, the ranker and the confidence to one shop's own labelled questions or feedback.

Each part is fitted on most of the questions and kept only if it is better on the part held back; what is kept must
then, together, decide and answer the held-back questions at least as well as what was there. Else nothing changes.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from types import MappingProxyType

import numpy as np

from assist import decide
from assist.encoder import load as load_encoder
from assist.encoder.base import Encoder
from assist.errors import InputError
from assist.evaluate.labels import LabelledQuestion, check_known, read_questions
from assist.retrieve.lanes import Retriever, Scope
from assist.retrieve.ranker import Ranker
from assist.settings import Settings
from assist.store.base import shop_now
from assist.store.local import LocalStore
from assist.suggesting import Suggester
from assist.tuned import Tuned
from assist.tuning.fitting import (
    Values,
    fit_curve,
    fit_logistic,
    fit_ranker,
    fold_of,
    log_loss,
    probabilities,
    reciprocal_ranks,
)
from assist.tuning.material import SURE, Answered, answer, from_feedback, group_of, read_cases

MIN_ROWS = 100
"""Labelled questions or feedbacks below which nothing is fitted: fewer would fit their accidents."""
HELD_BACK = 3
"""One group of questions in this many is held back."""
DENSE_WEIGHTS = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8)
PENALTIES = (3.0, 10.0, 30.0, 100.0)
"""Strengths of the pull towards the weights in use, tried by cross-fitting."""
DEPTH = 10
MIN_DRAFTS = 40
"""Judged drafts on the fitted side below which the confidence stays as it is."""

Step = Callable[[int, int, str], None]


@dataclass(frozen=True, slots=True)
class Part:
    """What became of one part.

    Attributes:
        name: `fusion`, `ranker`, `confidence` or `together`.
        measure: What is compared on the held-back questions.
        before: With what was in use.
        after: With what was fitted; None: there was too little to fit.
        kept: The fitted one is used from now on.
    """

    name: str
    measure: str
    before: float
    after: float | None
    kept: bool


@dataclass(frozen=True, slots=True)
class TuningReport:
    """What `tune` did.

    Attributes:
        rows: Questions fitted on.
        held_back: Questions compared on.
        parts: In the order fitted; `together` comes last.
        tuned: What the store uses now.
        changed: Something was kept.
    """

    rows: int
    held_back: int
    parts: tuple[Part, ...]
    tuned: Tuned
    changed: bool

    @property
    def words(self) -> str:
        """Say in one line what happened."""
        kept = [part.name for part in self.parts[:-1] if part.kept]
        done = (
            f"kept: {', '.join(kept)}"
            if kept
            else "nothing was better on the held-back questions; all stays as it was"
        )
        return f"fitted on {self.rows} rows, compared on {self.held_back} held back; {done}"

    def to_dict(self) -> dict[str, object]:
        """Return plain data for JSON."""
        return {
            "rows": self.rows,
            "held_back": self.held_back,
            "changed": self.changed,
            "parts": [asdict(part) for part in self.parts],
            "tuned": json.loads(self.tuned.to_json()),
        }


@dataclass(frozen=True, eq=False)
class _Bench:
    """The store opened, and the questions on their two sides."""

    store: LocalStore
    encoder: Encoder
    settings: Settings
    fitted: tuple[LabelledQuestion, ...]
    held: tuple[LabelledQuestion, ...]

    def suggester(self, tuned: Tuned) -> Suggester:
        return Suggester.of(self.store, self.encoder, self.settings, tuned)

    def answered(self, tuned: Tuned, questions: Sequence[LabelledQuestion]) -> Answered:
        return answer(self.suggester(tuned), questions, shop_now(self.store.profile.timezone))


def tune(
    store: str | Path,
    questions: str | Path | None = None,
    *,
    split: str | None = None,
    encoder: str | Encoder = "bundled",
    settings: Settings | None = None,
    progress: Step | None = None,
) -> TuningReport:
    """Fit to labelled questions, or to the store's own feedback, and keep in the store what is better.

    Args:
        store: Folder of the store; written only if something is kept.
        questions: JSON Lines with labels (see `assist.evaluate.labels`); None: the feedback in the store.
        split: Only rows of this split.
        encoder: What the store was built with.
        settings: What is in use besides.
        progress: Called with steps done, of how many, and the step.

    Raises:
        InputError: Fewer than MIN_ROWS rows have labels; nothing was changed.
        MalformedRecordError: A broken row, or one that names what the store does not hold.
        StoreError: The store cannot be opened or written.
    """
    model = load_encoder(encoder) if isinstance(encoder, str) else encoder
    settings = settings or Settings()
    with LocalStore.open(
        store, encoder=model.identity, settings=settings.store, search=settings.search
    ) as opened:
        rows = _rows(opened, questions, split)
        held = tuple(row for row in rows if fold_of(group_of(row), HELD_BACK) == 0)
        fitted = tuple(row for row in rows if fold_of(group_of(row), HELD_BACK) != 0)
        bench = _Bench(opened, model, settings, fitted, held)
        tuned, parts = _fit(
            bench, Tuned.from_json(opened.tuned), progress or (lambda done, total, step: None)
        )
        changed = parts[-1].kept
        if changed:
            about = {
                "rows": len(fitted),
                "held_back": len(held),
                "at": shop_now(opened.profile.timezone).isoformat(),
            }
            tuned = replace(tuned, about=MappingProxyType(about))
            opened.set_tuned(tuned.to_json())
        return TuningReport(len(fitted), len(held), parts, tuned, changed)


def reset(store: str | Path, *, encoder: str | Encoder = "bundled") -> bool:
    """Go back to what is shipped; False where nothing was tuned."""
    model = load_encoder(encoder) if isinstance(encoder, str) else encoder
    with LocalStore.open(store, encoder=model.identity) as opened:
        tuned = opened.tuned is not None
        if tuned:
            opened.set_tuned(None)
        return tuned


def _rows(store: LocalStore, questions: str | Path | None, split: str | None) -> tuple[LabelledQuestion, ...]:
    zone = store.profile.timezone
    if questions is None:
        rows = tuple(from_feedback(store.outcomes(), zone))
        what = f"{store.path} holds {len(rows)} feedbacks on suggestions"
    else:
        read = read_questions(questions, split=split, timezone=zone)
        rows = tuple(row for row in read if row.decision is not None)
        known = store.view().product_number.keys()
        check_known(questions, rows, products=known, documents=store.current().keys())
        what = f"{questions} holds {len(rows)} labelled questions"
    if len(rows) < MIN_ROWS:
        raise InputError(f"tuning needs at least {MIN_ROWS} rows, {what}; nothing was changed")
    return rows


def _fit(bench: _Bench, used: Tuned, progress: Step) -> tuple[Tuned, tuple[Part, ...]]:
    progress(0, 4, "fusion")
    mixed, fusion = _fusion(bench, used)
    progress(1, 4, "ranker")
    ranked, ranker = _ranker(bench, mixed)
    progress(2, 4, "confidence")
    before = bench.answered(used, bench.held)
    whole, confidence = _confidence(bench, ranked)
    progress(3, 4, "together")
    tried, kept = [whole], used
    if fusion.kept or ranker.kept:
        tried.append(replace(used, confidence=_confidence(bench, used)[0].confidence))
    qualities = [(bench.answered(one, bench.held).quality, one) for one in tried if one != used]
    fine = [(quality, one) for quality, one in qualities if quality >= before.quality]
    if fine:
        kept = max(fine, key=lambda pair: pair[0])[1]
    after = max((quality for quality, _ in qualities), default=None)
    together = Part("together", "mean of decision accuracy and usable@1", before.quality, after, kept != used)
    progress(4, 4, "together")
    parts = (
        replace(fusion, kept=kept.dense_weight != used.dense_weight),
        replace(ranker, kept=kept.ranker != used.ranker),
        replace(confidence, kept=kept.confidence != used.confidence),
        together,
    )
    return kept, parts


def _fusion(bench: _Bench, used: Tuned) -> tuple[Tuned, Part]:
    """Choose the share of the dense lane by the reciprocal rank of the labelled places."""
    own = used.search(bench.settings.search).dense_weight
    shares = sorted({*DENSE_WEIGHTS, own}, key=lambda share: (abs(share - own), share))
    found = {share: _hit_ranks(bench, share, bench.fitted) for share in shares}
    best = max(shares, key=lambda share: found[share])
    before = _hit_ranks(bench, own, bench.held)
    after = before if best == own else _hit_ranks(bench, best, bench.held)
    better = after > before
    part = Part("fusion", f"RR@{DEPTH} of labelled places", before, after, better)
    return (replace(used, dense_weight=best) if better else used), part


def _hit_ranks(bench: _Bench, share: float, questions: Sequence[LabelledQuestion]) -> float:
    asked = [question for question in questions if question.sources]
    if not asked:
        return 0.0
    search = replace(bench.settings.search, dense_weight=share)
    retriever = Retriever(bench.store.view(), bench.encoder, search)
    scopes = [
        Scope(
            products=None if question.message.product is None else (question.message.product,),
            moments=() if question.message.on is None else (question.message.on,),
        )
        for question in asked
    ]
    hits = retriever.search([question.message.text for question in asked], DEPTH, scopes)
    ranks = [
        next(
            (1.0 / hit.rank for hit in found if (hit.document.id, hit.chunk.section) in question.sources), 0.0
        )
        for question, found in zip(asked, hits, strict=True)
    ]
    return sum(ranks) / len(ranks)


def _ranker(bench: _Bench, used: Tuned) -> tuple[Tuned, Part]:
    """Fit the ranker's weights, pulled towards those in use."""
    now = shop_now(bench.store.profile.timezone)
    own = used.ranker or Ranker.bundled()
    names = sorted(own.weights)
    suggester = bench.suggester(used)
    start = np.array([own.weights[name] for name in names])
    fitted, held = (read_cases(suggester, side, names, now) for side in (bench.fitted, bench.held))
    before = reciprocal_ranks(held, start)
    measure = "RR of the right sentence"
    if not any(case.right.any() for case in fitted):
        return used, Part("ranker", measure, before, None, False)
    inner = [case for case in fitted if fold_of(case.group) != 0]
    outer = [case for case in fitted if fold_of(case.group) == 0]
    penalty = max(PENALTIES, key=lambda p: (reciprocal_ranks(outer, fit_ranker(inner, start, p)), p))
    weights = fit_ranker(fitted, start, penalty)
    after = reciprocal_ranks(held, weights)
    if after <= before:
        return used, Part("ranker", measure, before, after, False)
    slope, offset = fit_curve(fitted, start, penalty)
    ranker = Ranker(_named(names, weights), slope, offset)
    return replace(used, ranker=ranker), Part("ranker", measure, before, after, True)


def _confidence(bench: _Bench, used: Tuned) -> tuple[Tuned, Part]:
    """Fit the confidence of first drafts, pulled towards the weights in use."""
    names = decide.FEATURES
    sure = replace(used, confidence=SURE)
    fitted, labels = confidence_rows(bench.answered(sure, bench.fitted), names)
    held, outcomes = confidence_rows(bench.answered(sure, bench.held), names)
    measure = "log loss of first drafts' confidence"
    own = np.array([(used.confidence or decide.shipped())[name] for name in names])
    before = log_loss(probabilities(held, own), outcomes) if len(outcomes) else 0.0
    if len(labels) < MIN_DRAFTS or not 0.0 < labels.mean() < 1.0 or not len(outcomes):
        return used, Part("confidence", measure, before, None, False)
    weights = fit_logistic(fitted, labels, start=own)
    after = log_loss(probabilities(held, weights), outcomes)
    better = after < before
    part = Part("confidence", measure, before, after, better)
    return (replace(used, confidence=_named(names, weights)) if better else used), part


def confidence_rows(answered: Answered, names: Sequence[str]) -> tuple[Values, Values]:
    """Lay out the features of the first drafts that can be judged, and whether each is usable.

    Returns:
        float64, shapes (n, len(names)) and (n,).
    """
    rows, labels = [], []
    for judged, suggestion in zip(answered.judged, answered.suggestions, strict=True):
        if judged.usable is not None:
            found = decide.features(suggestion.drafts[0], suggestion.question)
            rows.append([found[name] for name in names])
            labels.append(float(judged.usable))
    return np.array(rows, dtype=np.float64).reshape(-1, len(names)), np.array(labels, dtype=np.float64)


def _named(names: Sequence[str], weights: Values) -> Mapping[str, float]:
    return MappingProxyType(
        {name: round(float(value), 6) for name, value in zip(names, weights, strict=True)}
    )
