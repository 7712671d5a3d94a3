"""Fit the confidence of drafts on the dev questions: is the first suggested draft usable as it stands?

What is fitted on must look like what will be met: each question is answered with a ranker that was fitted without its
group (all questions that one place answers), and the figures come from weights that did not see the group either.
Logistic regression with a small L2 penalty. Only `split: dev` is read. Deterministic.

    python benchmarks/calibrate.py --write
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import MappingProxyType

import numpy as np

from assist import Settings, decide
from assist.encoder import bundled
from assist.evaluate.calibration import calibration
from assist.evaluate.judging import Judged
from assist.evaluate.labels import LabelledQuestion
from assist.results import Decision, Suggestion
from assist.retrieve.ranker import Ranker
from assist.store.local import LocalStore
from assist.suggesting import Suggester
from assist.tuned import Tuned
from assist.tuning.fitting import FOLDS, Values, fit_logistic, fit_ranker, fold_of, probabilities
from assist.tuning.material import SURE, answer, group_of, read_cases
from train_ranker import NOW, QUESTIONS, ROOT, SHOP, dev_questions, loaded, starting_weights

DATA = ROOT / "src" / "assist" / "data" / "confidence.json"
PENALTY = 1.0
"""Of the cross-fitted rankers, as `train_ranker.py` chooses it."""
Row = tuple[LabelledQuestion, Judged, Suggestion]


def main() -> None:
    """Read the labels, fit, report, write."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--shop", type=Path, default=SHOP)
    parser.add_argument("--questions", type=Path, nargs="+", default=list(QUESTIONS))
    parser.add_argument("--write", action="store_true", help="replace the shipped weights")
    args = parser.parse_args()
    with loaded(args.shop) as store:
        rows = [row for row in honest_rows(store, dev_questions(args.questions)) if row[1].usable is not None]
    described = [decide.features(found.drafts[0], found.question) for _, _, found in rows]
    names = list(described[0])
    matrix = np.array([[one[name] for name in names] for one in described], dtype=np.float64)
    usable = np.array([float(bool(judged.usable)) for _, judged, _ in rows])
    raw = np.array([judged.raw or 0.0 for _, judged, _ in rows])
    folds = np.array([fold_of(group_of(question)) for question, _, _ in rows])
    guesses = held_out(matrix, usable, folds)
    found = calibration(guesses.tolist(), raw.tolist(), usable.astype(bool).tolist())
    right = np.array(
        [[float(Decision.SUGGEST in q.accepted), float(Decision.HANDOFF in q.accepted)] for q, _, _ in rows]
    )
    weights = fit_logistic(matrix, usable)
    data = {name: round(float(value), 4) for name, value in zip(names, weights, strict=True)}
    measures = {name: one.mean and round(one.mean, 4) for name, one in found.measures.items()}
    report = {"drafts": len(rows), "held_out": measures, "right_decisions": thresholds(guesses, right)}
    print(json.dumps({**report, "weights": data}, indent=1))
    if args.write:
        DATA.write_text(json.dumps(data, indent=1) + "\n", "utf-8")


def honest_rows(store: LocalStore, questions: Sequence[LabelledQuestion]) -> Iterator[Row]:
    """Answer each question with weights that were fitted on the questions of the other folds, under the shipped curve."""
    shipped = Ranker.bundled()
    names, start = starting_weights()
    cases = read_cases(Suggester.of(store, bundled(), Settings()), questions, names, NOW)
    for number in range(FOLDS):
        seen = [case for case in cases if fold_of(case.group) != number]
        weights = fit_ranker(seen, start, PENALTY)
        named = {name: float(value) for name, value in zip(names, weights, strict=True)}
        tuned = Tuned(ranker=Ranker(MappingProxyType(named), shipped.slope, shipped.offset), confidence=SURE)
        asked = [question for question in questions if fold_of(group_of(question)) == number]
        found = answer(Suggester.of(store, bundled(), Settings(), tuned), asked, NOW)
        yield from zip(asked, found.judged, found.suggestions, strict=True)


def held_out(matrix: Values, usable: Values, folds: Values) -> Values:
    """Guess each row by weights that were fitted on the other folds."""
    guesses = np.empty(len(usable))
    for number in range(FOLDS):
        out = folds == number
        guesses[out] = probabilities(matrix[out], fit_logistic(matrix[~out], usable[~out]))
    return guesses


def thresholds(guesses: Values, right: Values) -> dict[str, float]:
    """Share of right decisions where drafts less sure than a threshold are handed over (`decide.LOW_CONFIDENCE`)."""
    steps = (0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5, 0.55)
    return {
        f"{step:g}": round(float(np.where(guesses >= step, right[:, 0], right[:, 1]).mean()), 4)
        for step in steps
    }


if __name__ == "__main__":
    main()
