"""Fit the confidence of drafts: is the first suggested draft usable as it stands?

Logistic regression with an L2 penalty. How much each feature counts is learnt from the dev questions of all shops; how
sure a draft is at all only from questions that no rule was read from (`UNTOUCHED`): they share the bias that is
shipped, every other set has one of its own in the fit. The demo shop's fifth set, of hard kinds, is one of them as its
drafts were when it came: rules were read from it since, so that `FIRST` keeps features and outcomes of that moment.
Its sixth set is of the same mixture as the test half and nobody has read it. Questions that the ranker was fitted on are answered with weights that did not see their group (all questions that one
place answers), or their shop. The figures come from weights that did not see the shop, or for the demo shop the group. `split: dev` is
read of what has splits; the test half and the second shop are only measured, with what is fitted. Deterministic.

    python benchmarks/calibrate.py --write
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np

from assist import Settings, decide
from assist.encoder import bundled
from assist.evaluate.calibration import calibration
from assist.evaluate.labels import LabelledQuestion, read_questions
from assist.results import Decision
from assist.retrieve.ranker import Ranker
from assist.store.local import LocalStore
from assist.suggesting import Suggester
from assist.tuned import Tuned
from assist.tuning.fitting import (
    FOLDS,
    Case,
    Values,
    fit_logistic,
    fit_ranker,
    fold_of,
    log_loss,
    probabilities,
)
from assist.tuning.material import SURE, answer, group_of, read_cases
from train_ranker import (
    MORE,
    NOW,
    QUESTIONS,
    ROOT,
    SHOP,
    answerable,
    bare_questions,
    joined,
    loaded,
    other_cases,
    starting_weights,
)
from train_ranker import OTHERS as READ

DATA = ROOT / "src" / "assist" / "data" / "confidence.json"
RESULT = ROOT / "benchmarks" / "results" / "confidence.json"
BENCHMARKS = ROOT / "benchmarks"

FIRST = BENCHMARKS / "demo_shop" / "first_drafts_dev5.json"
HARD = "hard kinds, first drafts"
HARD_COUNT = 0.43
"""How much a question of the hard kinds counts of another: together with the two shops they then make up the share of
such kinds in the demo shop's labelled questions, 203 of 527."""
UNREAD = BENCHMARKS / "demo_shop" / "questions_dev6.jsonl"
UNTOUCHED = ("eleventh", "twelfth", UNREAD.stem, HARD)
"""Sets whose questions nothing else was made from when they were answered."""
OTHERS = (*READ, *UNTOUCHED[:2])
RANKER_PENALTY = 3.0
"""Of the cross-fitted rankers, as `train_ranker.py` chooses it."""
PENALTIES = (0.3, 1.0, 3.0, 10.0)
SURE_STEPS = (0.7, 0.75, 0.8, 0.85, 0.9)
STEPS = (0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5, 0.55, 0.6)


@dataclass(frozen=True, eq=False)
class Drafts:
    """First drafts that were suggested and can be judged; n of them.

    Attributes:
        matrix: float64, shape (n, m): `decide.features`.
        usable: float64, shape (n,), 0 or 1.
        raw: float64, shape (n,): scores of the drafts.
        right: float64, shape (n, 2): whether suggesting, and handing over, is a right decision.
        sets: Name of the set of each.
        folds: What is left out together with it.
    """

    matrix: Values
    usable: Values
    raw: Values
    right: Values
    sets: np.ndarray
    folds: np.ndarray

    @classmethod
    def of(cls, parts: Iterable[Drafts]) -> Drafts:
        """Put several together."""
        parts = list(parts)
        names = ("matrix", "usable", "raw", "right", "sets", "folds")
        return cls(*(np.concatenate([getattr(part, name) for part in parts]) for name in names))


def main() -> None:
    """Read the labels, fit, report, write."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--write", action="store_true", help="replace the shipped weights and the figures")
    args = parser.parse_args()
    drafts = Drafts.of(known_drafts())
    tried = {penalty: held_out(drafts, penalty) for penalty in PENALTIES}
    losses = {penalty: loss_untouched(drafts, guesses) for penalty, guesses in tried.items()}
    penalty = min(PENALTIES, key=lambda value: losses[value])
    weights = fit(drafts, penalty)
    data = {name: round(float(value), 4) for name, value in zip(decide.FEATURES, weights, strict=True)}
    report = {
        "kind": "confidence",
        "drafts": {str(name): int((drafts.sets == name).sum()) for name in np.unique(drafts.sets)},
        "penalties": {f"{value:g}": round(loss, 4) for value, loss in losses.items()},
        "penalty": penalty,
        "held_out": {name: one for name, one in by_set(drafts, tried[penalty])},
        "right_decisions": thresholds(drafts, tried[penalty]),
        "sendable": sendable(drafts, tried[penalty]),
        "only_measured": {name: one for name, one in measured(weights)},
    }
    print(json.dumps({**report, "weights": data}, indent=1))
    if args.write:
        DATA.write_text(json.dumps(data, indent=1) + "\n", "utf-8")
        RESULT.write_text(json.dumps(report, indent=1) + "\n", "utf-8")


@dataclass(frozen=True, eq=False)
class Material:
    """What the ranker is fitted on.

    Attributes:
        cases: Of the demo shop's questions.
        more: Of its fourth set, for the weights alone.
        others: Of the other shops that may be read, by name.
    """

    cases: Sequence[Case]
    more: Sequence[Case]
    others: Mapping[str, Sequence[Case]]

    def without(self, *, fold: int | None = None, shop: str = "") -> Tuned:
        """Fit a ranker on all but one fold of the demo shop, or one shop, under the shipped curve."""
        names, start = starting_weights()
        demo = [case for case in (*self.cases, *self.more) if fold is None or fold_of(case.group) != fold]
        weights = fit_ranker([*demo, *joined(self.others, shop)], start, RANKER_PENALTY)
        named = MappingProxyType({name: float(value) for name, value in zip(names, weights, strict=True)})
        shipped = Ranker.bundled()
        return Tuned(ranker=Ranker(named, shipped.slope, shipped.offset), confidence=SURE)


def known_drafts() -> Iterator[Drafts]:
    """Answer all questions that may be fitted on."""
    with loaded(SHOP) as store:
        material = read_material(store)
        questions = [
            (path.stem, question) for path in QUESTIONS for question in read_questions(path, split="dev")
        ]
        for number in range(FOLDS):
            tuned = material.without(fold=number)
            for name in dict.fromkeys(stem for stem, _ in questions):
                inside = [q for stem, q in questions if stem == name and _group_fold(q) == number]
                yield answered(store, tuned, inside, name, _group_fold)
            hard = [q for q in read_questions(MORE, split="dev") if _group_fold(q) == number]
            yield answered(store, tuned, hard, MORE.stem, _group_fold)
            unread = [q for q in read_questions(UNREAD) if _group_fold(q) == number]
            yield answered(store, tuned, unread, UNREAD.stem, _group_fold)
    yield first_drafts()
    for name in OTHERS:
        folder = BENCHMARKS / f"{name}_shop"
        with loaded(folder / "shop") as store:
            questions_of = read_questions(folder / "questions.jsonl")
            yield answered(store, material.without(shop=name), questions_of, name, lambda question: FOLDS)


def read_material(store: LocalStore) -> Material:
    """Lay out what the ranker is fitted on, as `train_ranker.py` does."""
    names, _ = starting_weights()
    suggester = Suggester.of(store, bundled(), Settings())
    asked = [question for path in QUESTIONS for question in read_questions(path, split="dev")]
    more = [*answerable(read_questions(MORE, split="dev")), *bare_questions(store)]
    return Material(
        read_cases(suggester, asked, names, NOW), read_cases(suggester, more, names, NOW), other_cases(names)
    )


def _group_fold(question: LabelledQuestion) -> int:
    return fold_of(group_of(question))


def answered(
    store: LocalStore,
    tuned: Tuned,
    questions: Sequence[LabelledQuestion],
    name: str,
    fold: Callable[[LabelledQuestion], int],
) -> Drafts:
    """Answer questions and lay out the drafts that can be judged."""
    found = answer(Suggester.of(store, bundled(), Settings(), tuned), questions, NOW)
    rows = [
        row
        for row in zip(questions, found.judged, found.suggestions, strict=True)
        if row[1].usable is not None
    ]
    described = [decide.features(suggestion.drafts[0], suggestion.question) for _, _, suggestion in rows]
    return Drafts(
        np.array([[one[key] for key in decide.FEATURES] for one in described], dtype=np.float64),
        np.array([float(bool(judged.usable)) for _, judged, _ in rows]),
        np.array([judged.raw or 0.0 for _, judged, _ in rows]),
        np.array(
            [[float(way in q.accepted) for way in (Decision.SUGGEST, Decision.HANDOFF)] for q, _, _ in rows]
        ),
        np.array([name] * len(rows)),
        # A shop is left out whole; of the demo shop a fold of groups.
        np.array([name if name in OTHERS else f"demo {fold(question)}" for question, _, _ in rows]),
    )


def first_drafts() -> Drafts:
    """Read how the drafts of the hard kinds were before any rule was read from them."""
    kept = json.loads(FIRST.read_text("utf-8"))
    if kept["names"] != list(decide.FEATURES):
        raise SystemExit(
            f"{FIRST} describes other features: lay it out anew, with the drafts of {kept['revision']}"
        )
    rows = kept["rows"]
    return Drafts(
        np.array([row["features"] for row in rows]),
        np.array([row["usable"] for row in rows], dtype=np.float64),
        np.array([row["raw"] for row in rows]),
        np.array([row["right"] for row in rows], dtype=np.float64),
        np.array([HARD] * len(rows)),
        np.array([f"hard {row['fold']}" for row in rows]),
    )


def fit(drafts: Drafts, penalty: float) -> Values:
    """Fit the weights; a set that rules were read from has a bias of its own, which is left out of the result."""
    names = [name for name in np.unique(drafts.sets) if name not in UNTOUCHED]
    own = np.stack([drafts.sets == name for name in names], axis=1).astype(np.float64)
    counts = np.where(drafts.sets == HARD, HARD_COUNT, 1.0)
    matrix = np.hstack([drafts.matrix, own])
    return fit_logistic(matrix, drafts.usable, penalty=penalty, counts=counts)[: -len(names)]


def held_out(drafts: Drafts, penalty: float) -> Values:
    """Guess each draft by weights that did not see its shop, or of the demo shop its group."""
    guesses = np.empty(len(drafts.usable))
    for name in np.unique(drafts.folds):
        out = drafts.folds == name
        seen = Drafts(*(getattr(drafts, one)[~out] for one in drafts.__dataclass_fields__))
        guesses[out] = probabilities(drafts.matrix[out], fit(seen, penalty))
    return guesses


def loss_untouched(drafts: Drafts, guesses: Values) -> float:
    """Log loss over what was untouched, left out."""
    inside = np.isin(drafts.sets, UNTOUCHED)
    return log_loss(guesses[inside], drafts.usable[inside])


def by_set(drafts: Drafts, guesses: Values) -> Iterator[tuple[str, dict[str, Any]]]:
    """Give the figures of every set, of the untouched ones together, and of all that may be fitted on."""
    masks = {str(name): drafts.sets == name for name in np.unique(drafts.sets)}
    masks["untouched"] = np.isin(drafts.sets, UNTOUCHED)
    masks["all"] = np.ones(len(drafts.usable), dtype=bool)
    for name, inside in masks.items():
        yield name, figures(guesses[inside], drafts.raw[inside], drafts.usable[inside])


def figures(guesses: Values, raw: Values, usable: Values) -> dict[str, Any]:
    """ECE, AURC and the rest with their intervals, and the ECE that a perfect calibration would show by chance."""
    found = calibration(guesses.tolist(), raw.tolist(), usable.astype(bool).tolist())
    measures = {
        name: {"mean": one.mean, "low": one.low, "high": one.high} for name, one in found.measures.items()
    }
    return {
        "drafts": len(usable),
        **measures,
        "ece_by_chance": by_chance(guesses),
        "reliability": list(found.reliability),
    }


def by_chance(guesses: Values, rounds: int = 200) -> float:
    """Mean ECE of outcomes drawn with exactly these probabilities: what so few drafts show without any error."""
    draws = np.random.default_rng(0).random((rounds, len(guesses))) < guesses
    place = np.eye(10)[np.minimum((guesses * 10).astype(np.int64), 9)]
    gaps = np.abs((guesses - draws) @ place).sum(axis=1) / len(guesses)
    return round(float(gaps.mean()), 4)


def thresholds(drafts: Drafts, guesses: Values) -> dict[str, float]:
    """Share of right decisions where drafts less sure than a threshold are handed over (`decide.LOW_CONFIDENCE`)."""
    suggest, hand_over = drafts.right.T
    return {
        f"{step:g}": round(float(np.where(guesses >= step, suggest, hand_over).mean()), 4) for step in STEPS
    }


def sendable(drafts: Drafts, guesses: Values) -> dict[str, dict[str, float]]:
    """How many drafts of the shops left out are as sure as each step, and how many of those are usable (`decide.AUTO_CONFIDENCE`)."""
    found = {}
    for step in SURE_STEPS:
        sure = (guesses >= step) & np.isin(drafts.sets, OTHERS)
        found[f"{step:g}"] = {
            "drafts": int(sure.sum()),
            "usable": round(float(drafts.usable[sure].mean()), 4) if sure.any() else None,
        }
    return found


def measured(weights: Values) -> Iterator[tuple[str, dict[str, Any]]]:
    """Measure what nothing is fitted on, with the fitted weights: the demo shop's test half and the second shop."""
    named = dict(zip(decide.FEATURES, map(float, weights), strict=True))
    tuned = Tuned(confidence=MappingProxyType(named))
    second = BENCHMARKS / "second_shop"
    for name, shop, path, split in (
        ("demo shop, test", SHOP, QUESTIONS[0], "test"),
        ("second shop", second / "shop", second / "questions.jsonl", None),
    ):
        with loaded(shop) as store:
            questions = read_questions(path, split=split)
            found = answer(Suggester.of(store, bundled(), Settings(), tuned), questions, NOW)
        judged = [one for one in found.judged if one.confidence is not None and one.usable is not None]
        columns = [
            [float(getattr(one, key) or 0.0) for one in judged] for key in ("confidence", "raw", "usable")
        ]
        yield name, figures(*map(np.array, columns))


if __name__ == "__main__":
    main()
