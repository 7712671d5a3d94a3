"""Fit the ranker's weights and its calibration on the dev questions of the demo shop.

Weights: listwise (the probability that a softmax over a part's units gives to those labelled right), drawn
towards the hand-set starting weights by an L2 penalty that five-fold cross-validation chooses. Calibration:
logistic regression of "the first unit is right" on its linear score, unanswerable questions included. Only
`split: dev` is read. Deterministic.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from assist import Assistant, Settings
from assist.draft.pages import ranked_clauses, ranked_page
from assist.draft.units import Unit
from assist.encoder import bundled
from assist.store.local import LocalStore
from assist.suggesting import Suggester
from assist.text.normalize import fold

ROOT = Path(__file__).resolve().parents[1]
DATA = ROOT / "src" / "assist" / "retrieve" / "data" / "ranker.json"
START = ROOT / "benchmarks" / "ranker_start.json"
SCALE = 8.0
sys.path.insert(0, str(ROOT / "benchmarks" / "demo_shop"))

from run import dev_questions, message_of  # noqa: E402


@dataclass(frozen=True, eq=False)
class Case:
    """One part: its units' columns, which of them are right, and which question it belongs to."""

    question: str
    matrix: NDArray[np.float64]
    right: NDArray[np.bool_]


def main() -> None:
    """Read the labels, fit, report, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shop", type=Path, default=ROOT / "corpus" / "demo_shop")
    parser.add_argument("--questions", type=Path, nargs="+", required=True)
    parser.add_argument("--write", action="store_true", help="replace the shipped weights")
    args = parser.parse_args()
    labelled = dev_questions(args.questions)
    start = json.loads(START.read_text("utf-8"))
    names = sorted(start)
    cases = list(read_cases(args.shop, labelled, names))
    report = fit(cases, np.array([start[name] for name in names]))
    print(json.dumps({key: value for key, value in report.items() if key != "weights"}, indent=1))
    weights = {name: round(float(value), 4) for name, value in zip(names, report["weights"], strict=True)}
    print(json.dumps(weights, indent=1))
    if args.write:
        data = {"weights": weights, "slope": report["slope"], "offset": report["offset"]}
        DATA.write_text(json.dumps(data, indent=1) + "\n", "utf-8")


def read_cases(shop: Path, labelled: Sequence[Mapping[str, Any]], names: Sequence[str]) -> Iterator[Case]:
    """Run understanding and retrieval for every question and lay out its parts' units."""
    with tempfile.TemporaryDirectory() as folder:
        path, encoder, settings = Path(folder) / "shop.assist", bundled(), Settings()
        with Assistant.open(path, create=True, encoder=encoder) as assistant:
            assistant.add_files(shop)
        with LocalStore.open(path, encoder=encoder.identity, read_only=True) as store:
            suggester = Suggester.of(store, encoder, settings)
            for question in labelled:
                message = message_of(question)
                evidence = suggester.explain(message, message.on or datetime.now())
                for number, part in enumerate(evidence.question.parts):
                    ranked = [
                        ranked_page(part, number, page, evidence) for page in evidence.products.values()
                    ]
                    ranked.append(ranked_clauses(part, number, evidence))
                    known = [item for item in ranked if item is not None]
                    if known and question["decision"] in {"suggest", "handoff", "decline", "ask"}:
                        matrix = np.concatenate([_matrix(item.columns, names) for item in known])
                        units = [unit for item in known for unit in item.units]
                        yield Case(
                            question["id"], matrix, np.array([is_right(unit, question) for unit in units])
                        )


def _matrix(columns: Mapping[str, Any], names: Sequence[str]) -> NDArray[np.float64]:
    size = len(next(iter(columns.values())))
    return np.stack(
        [np.asarray(columns.get(name, np.zeros(size)), dtype=np.float64) for name in names], axis=1
    )


def is_right(unit: Unit, question: Mapping[str, Any]) -> bool:
    """A unit is right when it stands in a labelled place and, on a page, holds a labelled fact."""
    places = {(document, str(section)) for document, section in question.get("sources") or ()}
    if (unit.document.id, unit.section) not in places:
        return False
    wordings = [
        fold(str(wording))
        for fact in question.get("facts") or ()
        for wording in (fact["value"], *(fact.get("accept") or ()))
    ]
    return unit.kind == "clause" or not wordings or any(wording in fold(unit.text) for wording in wordings)


def fit(cases: Sequence[Case], start: NDArray[np.float64]) -> dict[str, Any]:
    """Choose the penalty by cross-validation, fit on all, calibrate on held-out scores."""
    answerable = [case for case in cases if case.right.any()]
    tried = {penalty: held_out(answerable, start, penalty) for penalty in (0.3, 1.0, 3.0, 10.0, 30.0)}
    penalty = max(tried, key=lambda value: (tried[value], value))
    weights = solve(answerable, start, penalty)
    slope, offset = calibrate(cases, start, penalty)
    return {
        "parts": len(cases),
        "answerable": len(answerable),
        "start_right_at_1": right_at_1(answerable, start),
        "held_out_right_at_1": {str(key): round(value, 4) for key, value in tried.items()},
        "penalty": penalty,
        "fitted_right_at_1": right_at_1(answerable, weights),
        "slope": round(slope, 3),
        "offset": round(offset, 4),
        "weights": weights,
    }


def folds(cases: Sequence[Case]) -> Iterator[tuple[list[Case], list[Case]]]:
    """Split by question into five."""
    names = sorted({case.question for case in cases})
    for fold_number in range(5):
        out = set(names[fold_number::5])
        yield [c for c in cases if c.question not in out], [c for c in cases if c.question in out]


def held_out(cases: Sequence[Case], start: NDArray[np.float64], penalty: float) -> float:
    """Share of parts whose first unit is right, over held-out folds."""
    hits = [(right_at_1(test, solve(train, start, penalty)), len(test)) for train, test in folds(cases)]
    return sum(share * size for share, size in hits) / max(sum(size for _, size in hits), 1)


def right_at_1(cases: Sequence[Case], weights: NDArray[np.float64]) -> float:
    """Share of parts whose first unit is right."""
    return float(np.mean([case.right[int(np.argmax(case.matrix @ weights))] for case in cases]))


def solve(cases: Sequence[Case], start: NDArray[np.float64], penalty: float) -> NDArray[np.float64]:
    """Minimise the listwise loss with an L2 pull towards the start."""

    def loss(weights: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        total, slope = 0.0, np.zeros_like(weights)
        for case in cases:
            logits = SCALE * (case.matrix @ weights)
            share = np.exp(logits - logits.max())
            share /= share.sum()
            good = share * case.right
            total -= float(np.log(max(good.sum(), 1e-12)))
            slope -= SCALE * (case.matrix.T @ (good / max(good.sum(), 1e-12) - share))
        pull = weights - start
        return total + penalty * SCALE * float(pull @ pull), slope + 2 * penalty * SCALE * pull

    found: NDArray[np.float64] = minimize(loss, start, jac=True, method="L-BFGS-B").x
    return found


def calibrate(cases: Sequence[Case], start: NDArray[np.float64], penalty: float) -> tuple[float, float]:
    """Fit `right = logistic(slope * (score - offset))` on the first units of held-out folds."""
    scores, labels = [], []
    for train, test in folds(cases):
        weights = solve([case for case in train if case.right.any()], start, penalty)
        for case in test:
            linear = case.matrix @ weights
            best = int(np.argmax(linear))
            scores.append(linear[best])
            labels.append(float(case.right[best]))
    x, y = np.array(scores), np.array(labels)

    def loss(params: NDArray[np.float64]) -> float:
        logits = params[0] * (x - params[1])
        return float(np.sum(np.logaddexp(0.0, logits) - y * logits) + 0.001 * params[0] ** 2)

    slope, offset = minimize(loss, np.array([8.0, float(np.median(x))]), method="Nelder-Mead").x
    return float(slope), float(offset)


if __name__ == "__main__":
    main()
