"""Fit the confidence of drafts on the dev questions: is the first suggested draft usable as it stands?

Usable: every labelled fact is stated, nothing forbidden is, and a suggestion was wanted at all. Logistic
regression with a small L2 penalty; reports the expected calibration error on held-out fifths. Deterministic.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from assist import Assistant
from assist.decide import features

ROOT = Path(__file__).resolve().parents[1]
DATA = ROOT / "src" / "assist" / "data" / "confidence.json"
sys.path.insert(0, str(ROOT / "benchmarks" / "demo_shop"))

from run import dev_questions, forbidden, message_of, states  # noqa: E402

PENALTY = 3.0
BINS = 10


def main() -> None:
    """Read the labels, fit, report, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shop", type=Path, default=ROOT / "corpus" / "demo_shop")
    parser.add_argument("--questions", type=Path, nargs="+", required=True)
    parser.add_argument("--write", action="store_true", help="replace the shipped weights")
    args = parser.parse_args()
    labelled = dev_questions(args.questions)
    names, matrix, usable = read_rows(args.shop, labelled)
    held = np.empty(len(usable))
    for number in range(5):
        out = np.arange(len(usable)) % 5 == number
        held[out] = probabilities(matrix[out], fit(matrix[~out], usable[~out]))
    weights = fit(matrix, usable)
    report = {
        "drafts": len(usable),
        "usable_ratio": round(float(usable.mean()), 4),
        "held_out_ece": round(expected_calibration_error(held, usable), 4),
        "fitted_ece": round(expected_calibration_error(probabilities(matrix, weights), usable), 4),
    }
    data = {name: round(float(value), 4) for name, value in zip(names, weights, strict=True)}
    print(json.dumps({**report, "weights": data}, indent=1))
    if args.write:
        DATA.write_text(json.dumps(data, indent=1) + "\n", "utf-8")


def read_rows(
    shop: Path, labelled: list[Mapping[str, Any]]
) -> tuple[list[str], NDArray[np.float64], NDArray[np.float64]]:
    """Suggest for every question and lay out the first drafts of those that got a suggestion."""
    rows, labels = [], []
    names: list[str] = []
    with (
        tempfile.TemporaryDirectory() as folder,
        Assistant.open(Path(folder) / "shop.assist", create=True) as assistant,
    ):
        assistant.add_files(shop)
        suggestions = assistant.suggest_many([message_of(question) for question in labelled])
    for question, suggestion in zip(labelled, suggestions, strict=True):
        if suggestion.decision.value != "suggest" or not suggestion.drafts:
            continue
        draft = suggestion.drafts[0]
        wanted = "suggest" in {question["decision"], *question.get("decision_ok", ())}
        stated = all(states(draft, fact) for fact in question.get("facts") or ())
        found = features(draft, suggestion.question)
        names = list(found)
        rows.append([found[name] for name in names])
        labels.append(float(wanted and stated and not forbidden(draft, question)))
    return names, np.array(rows), np.array(labels)


def probabilities(matrix: NDArray[np.float64], weights: NDArray[np.float64]) -> NDArray[np.float64]:
    """The logistic curve over the weighted features."""
    return np.asarray(1.0 / (1.0 + np.exp(-(matrix @ weights))))


def fit(matrix: NDArray[np.float64], usable: NDArray[np.float64]) -> NDArray[np.float64]:
    """Minimise the log loss with an L2 penalty on all but the bias."""

    def loss(weights: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        logits = matrix @ weights
        free = np.concatenate([[0.0], weights[1:]])
        value = float(np.sum(np.logaddexp(0.0, logits) - usable * logits) + PENALTY * free @ free)
        return value, matrix.T @ (1.0 / (1.0 + np.exp(-logits)) - usable) + 2 * PENALTY * free

    found: NDArray[np.float64] = minimize(loss, np.zeros(matrix.shape[1]), jac=True, method="L-BFGS-B").x
    return found


def expected_calibration_error(guess: NDArray[np.float64], usable: NDArray[np.float64]) -> float:
    """Mean gap between confidence and share usable over bins of equal width (Guo et al. 2017)."""
    place = np.minimum((guess * BINS).astype(int), BINS - 1)
    gaps = [
        abs(guess[place == b].mean() - usable[place == b].mean()) * np.mean(place == b)
        for b in range(BINS)
        if (place == b).any()
    ]
    return float(sum(gaps))


if __name__ == "__main__":
    main()
