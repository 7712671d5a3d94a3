"""Fit the ranker's weights and its curve on the dev questions of the demo shop.

Weights: listwise (the probability that a softmax over a part's units gives to those labelled right), drawn towards the
hand-set starting weights by an L2 penalty that cross-validation over groups of questions chooses. Curve: logistic
regression of "the first unit is right" on scores of weights that did not see the question, unanswerable ones included.
Only `split: dev` is read. Deterministic.

    python benchmarks/train_ranker.py --write
"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import numpy as np

from assist import Assistant, Settings
from assist.encoder import bundled
from assist.evaluate.labels import LabelledQuestion, read_questions
from assist.store.local import LocalStore
from assist.suggesting import Suggester
from assist.tuning.fitting import Case, Values, cross_fitted, fit_curve, fit_ranker, right_at_1
from assist.tuning.material import read_cases

ROOT = Path(__file__).resolve().parents[1]
DATA = ROOT / "src" / "assist" / "retrieve" / "data" / "ranker.json"
START = ROOT / "benchmarks" / "ranker_start.json"
QUESTIONS = (
    ROOT / "benchmarks" / "demo_shop" / "questions.jsonl",
    ROOT / "benchmarks" / "demo_shop" / "questions_dev2.jsonl",
    ROOT / "benchmarks" / "demo_shop" / "questions_dev3.jsonl",
)
MORE = ROOT / "benchmarks" / "demo_shop" / "questions_dev4.jsonl"
"""Its answerable half bears on the weights alone: half of the set is unanswerable, which no shop's messages are, and
would draw the curve down."""
SHOP = ROOT / "corpus" / "demo_shop"
NOW = datetime(2026, 11, 20, 14)
"""Moment of the questions that name none."""
PENALTIES = (0.3, 1.0, 3.0, 10.0, 30.0)


def main() -> None:
    """Read the labels, fit, report, write."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--shop", type=Path, default=SHOP)
    parser.add_argument("--questions", type=Path, nargs="+", default=list(QUESTIONS))
    parser.add_argument(
        "--more", type=Path, default=MORE, help="questions whose answers bear on the weights alone"
    )
    parser.add_argument("--write", action="store_true", help="replace the shipped weights")
    args = parser.parse_args()
    names, start = starting_weights()
    with loaded(args.shop) as store:
        suggester = Suggester.of(store, bundled(), Settings())
        cases = read_cases(suggester, dev_questions(args.questions), names, NOW)
        answerable = [question for question in dev_questions([args.more]) if question.facts]
        more = read_cases(suggester, answerable, names, NOW)
    tried = {penalty: held_out(cases, start, penalty) for penalty in PENALTIES}
    penalty = max(tried, key=lambda value: (tried[value], value))
    weights = fit_ranker([*cases, *more], start, penalty)
    slope, offset = fit_curve(cases, start, penalty)
    report = {
        "parts": len(cases),
        "answerable": sum(bool(case.right.any()) for case in cases),
        "start_right_at_1": round(right_at_1(cases, start), 4),
        "held_out_right_at_1": {str(key): round(value, 4) for key, value in tried.items()},
        "penalty": penalty,
        "fitted_right_at_1": round(right_at_1(cases, weights), 4),
    }
    data = {
        "weights": {name: round(float(value), 4) for name, value in zip(names, weights, strict=True)},
        "slope": round(slope, 3),
        "offset": round(offset, 4),
    }
    print(json.dumps({**report, **data}, indent=1))
    if args.write:
        DATA.write_text(json.dumps(data, indent=1) + "\n", "utf-8")


def starting_weights() -> tuple[list[str], Values]:
    """Read the hand-set weights that fits are drawn towards."""
    start = json.loads(START.read_text("utf-8"))
    names = sorted(start)
    return names, np.array([start[name] for name in names], dtype=np.float64)


def dev_questions(paths: Sequence[Path]) -> list[LabelledQuestion]:
    """Read the questions that may be fitted on."""
    return [question for path in paths for question in read_questions(path, split="dev")]


@contextmanager
def loaded(shop: Path) -> Iterator[LocalStore]:
    """Open a store that holds a shop's files, and nothing learned."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "shop.assist"
        with Assistant.open(path, create=True) as assistant:
            assistant.add_files(shop)
        with LocalStore.open(path, encoder=bundled().identity, read_only=True) as store:
            yield store


def held_out(cases: Sequence[Case], start: Values, penalty: float) -> float:
    """Share of answerable parts whose first unit is right, by weights that did not see their group."""
    found = [
        right_at_1([case], weights)
        for case, weights in cross_fitted(cases, start, penalty)
        if case.right.any()
    ]
    return float(np.mean(found))


if __name__ == "__main__":
    main()
