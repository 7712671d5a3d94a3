"""Fit what tells whether the sources in hand answer a question: answerable, or only near what a page holds.

Logistic regression with an L2 penalty over `draft.answered.describe`, on the dev questions of the demo shop and on the
questions of the other shops that may be read: those with one part that no special lane looks up. Answerable ones are
those with facts to state, the others those to be handed over without a source. Beside them, each counting little and
all with a bias of their own, questions about the invented pages of `near_pages/` that the encoder has not learnt from,
and those that such a page leaves open. Penalty and line come from shops left out whole (the demo shop is one of them,
all pages are another). `split: test` is not read. Deterministic.

    python benchmarks/train_answerable.py --write
"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from html import escape
from pathlib import Path
from typing import Any

import numpy as np

from assist import Settings
from assist.draft.answered import describe
from assist.draft.compose import special_candidates
from assist.draft.pages import page_candidates
from assist.draft.past import past_candidates
from assist.encoder import bundled
from assist.evaluate.labels import LabelledQuestion, read_questions
from assist.messages import Message
from assist.results import Decision, Reason
from assist.suggesting import Suggester
from assist.tuning.fitting import Values, fit_logistic, log_loss, probabilities
from train_ranker import MORE, NOW, OTHERS, QUESTIONS, ROOT, SHOP, dev_questions, loaded

DATA = ROOT / "src" / "assist" / "retrieve" / "data" / "answerable.json"
RESULT = ROOT / "benchmarks" / "results" / "answerable.json"
HARD = ROOT / "benchmarks" / "demo_shop" / "questions_dev5.jsonl"
PAGES = ROOT / "benchmarks" / "near_pages"
OF_PAGES = "pages"
PAGES_COUNT = 0.05
"""How much a question of a page counts: of 0.05 to 1, the most by which no shop left out was told worse."""
EVERY = 3
"""Of a page's answerable questions every third is taken, of those it leaves open all."""
PENALTIES = (0.1, 0.2, 0.5, 1.0, 2.0)
LINES = (0.3, 0.35, 0.4, 0.45, 0.5, 0.55, 0.6)
LEFT_OUT = frozenset(
    {"row_alone", "row_named", "above_shop", "branch", "overdue_unasked", "excluding_unasked", "paid_within"}
)
"""Columns that tell which of two sources answers, not whether one does."""

DOUBTS = ("unmet_", "number_missing", "place_missing", "bearer_missing")
"""Columns whose weights are kept at or below zero."""

Row = tuple[str, Mapping[str, float], float]
"""Shop, description, and 1.0 for an answerable question."""


def main() -> None:
    """Read the labels, fit, report, write."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--write", action="store_true", help="replace the shipped weights and the figures")
    args = parser.parse_args()
    rows = list(read_rows())
    names = ["bias", *sorted({name for _, described, _ in rows for name in described} - LEFT_OUT - {"bias"})]
    matrix = np.array([[described.get(name, 0.0) for name in names] for _, described, _ in rows])
    labels = np.array([label for *_, label in rows])
    shops = np.array([shop for shop, *_ in rows])
    counts = np.where(shops == OF_PAGES, PAGES_COUNT, 1.0)
    # The last column is the pages' own bias: how many of their questions are open says nothing of a shop's.
    widened = np.column_stack([matrix, shops == OF_PAGES])
    # What a source leaves out never speaks for it, however few questions say so.
    most = np.array([0.0 if name.startswith(DOUBTS) else np.inf for name in names] + [np.inf])
    tried = {penalty: left_out(widened, labels, shops, counts, penalty, most) for penalty in PENALTIES}
    of_shops = shops != OF_PAGES
    losses = {value: log_loss(guesses[of_shops], labels[of_shops]) for value, guesses in tried.items()}
    penalty = min(PENALTIES, key=lambda value: losses[value])
    weights = fit_logistic(widened, labels, penalty=penalty, counts=counts, most=most)[:-1]
    unseen = of_shops & (shops != "demo")
    report = {
        "kind": "answerable",
        "losses": {f"{value:g}": round(loss, 4) for value, loss in losses.items()},
        "penalty": penalty,
        "shops_left_out": {
            name: figures(tried[penalty][shops == name], labels[shops == name])
            for name in [*OTHERS, "demo", OF_PAGES]
        },
        "unseen_shops": figures(tried[penalty][unseen], labels[unseen]),
    }
    data = {name: round(float(value), 4) for name, value in zip(names, weights, strict=True)}
    print(json.dumps({**report, "weights": data}, indent=1))
    if args.write:
        DATA.write_text(json.dumps(data, indent=1) + "\n", "utf-8")
        RESULT.write_text(json.dumps(report, indent=1) + "\n", "utf-8")


def read_rows() -> Iterator[Row]:
    """Describe every question that may be fitted on."""
    yield from shop_rows("demo", SHOP, dev_questions([*QUESTIONS, MORE]) + list(read_questions(HARD)))
    for name in OTHERS:
        folder = ROOT / "benchmarks" / f"{name}_shop"
        yield from shop_rows(name, folder / "shop", read_questions(folder / "questions.jsonl"))
    yield from page_rows()


def shop_rows(name: str, shop: Path, questions: Sequence[LabelledQuestion]) -> Iterator[Row]:
    """Describe the questions of one shop."""
    with loaded(shop) as store:
        suggester = Suggester.of(store, bundled(), Settings())
        for question in questions:
            label = label_of(question)
            described = None if label is None else described_question(suggester, question)
            if label is not None and described is not None:
                yield name, described, label


def page_rows() -> Iterator[Row]:
    """Describe questions about the invented pages, each page a product of one shop."""
    pages = [
        (f"{file.stem}{number:03d}", json.loads(line))
        for file in sorted(PAGES.glob("*.jsonl"))
        for number, line in enumerate(file.read_text("utf-8").splitlines())
    ]
    with tempfile.TemporaryDirectory() as folder:
        products = Path(folder) / "products"
        products.mkdir()
        for name, page in pages:
            lines = "".join(f"<p>{escape(unit)}</p>" for unit in page["units"])
            html = f"<html><body><h1>{escape(page['page'])}</h1>{lines}</body></html>"
            (products / f"{name}.html").write_text(html, "utf-8")
        with loaded(Path(folder)) as store:
            suggester = Suggester.of(store, bundled(), Settings())
            for at, (name, page) in enumerate(pages):
                asked = [(question, 1.0) for question, _ in page["q"][-at % EVERY :: EVERY]]
                for question, label in asked + [(question, 0.0) for question, _ in page["no"]]:
                    described = described_message(suggester, Message((question,), product=name))
                    if described is not None:
                        yield OF_PAGES, described, label


def label_of(question: LabelledQuestion) -> float | None:
    """Say whether a question is answerable; None: it teaches nothing of that."""
    if question.decision is Decision.SUGGEST and question.facts:
        return 1.0
    return 0.0 if question.reason is Reason.NO_SOURCE else None


def described_question(suggester: Suggester, question: LabelledQuestion) -> Mapping[str, float] | None:
    """Describe a labelled question."""
    return described_message(suggester, question.message)


def described_message(suggester: Suggester, message: Message) -> Mapping[str, float] | None:
    """Describe a message of one part that no special lane answers."""
    evidence = suggester.explain(message, message.on or NOW)
    if len(evidence.question.parts) != 1:
        return None
    part = evidence.question.parts[0]
    if special_candidates(part, 0, evidence):
        return None
    return describe(part, page_candidates(part, 0, evidence), past_candidates(part, 0, evidence), evidence)


def left_out(
    matrix: Values, labels: Values, shops: np.ndarray, counts: Values, penalty: float, most: Values
) -> Values:
    """Guess each question by weights that did not see its shop."""
    guesses = np.empty(len(labels))
    for name in np.unique(shops):
        out = shops == name
        weights = fit_logistic(matrix[~out], labels[~out], penalty=penalty, counts=counts[~out], most=most)
        guesses[out] = probabilities(matrix[out], weights)
    return guesses


def figures(guesses: Values, labels: Values) -> dict[str, Any]:
    """How well guesses part the answerable ones from the others."""
    right = {f"{line:g}": round(float(((guesses >= line) == (labels > 0)).mean()), 4) for line in LINES}
    return {
        "questions": len(labels),
        "answerable": int(labels.sum()),
        "area_under_curve": round(area(guesses, labels), 4),
        "right_by_line": right,
    }


def area(guesses: Values, labels: Values) -> float:
    """Share of pairs of an answerable and another question that the guesses put in order (ties half)."""
    good, bad = guesses[labels > 0], guesses[labels == 0]
    return float(((good[:, None] > bad).sum() + 0.5 * (good[:, None] == bad).sum()) / (len(good) * len(bad)))


if __name__ == "__main__":
    main()
