"""Fit the learned half of the intent model on the bundled wordings and the dev questions.

Multinomial logistic regression over the bundled encoder's embedding and the character n-grams of the plain
wording; the dev questions of the demo shop count `SHOP_WEIGHT` times, being whole messages. Only `split: dev` is
read. Prints top-1 and top-3 on the dev half of `benchmarks/understanding/intents.jsonl`, which is not fitted on.
Needs scikit-learn. Deterministic.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from sklearn.linear_model import LogisticRegression

from assist.encoder import bundled
from assist.question import wording
from assist.question.intent import IntentModel, Intents, LearnedIntents, grams_of
from assist.text.tokenize import Tokenizer

ROOT = Path(__file__).resolve().parents[1]
DATA = ROOT / "src" / "assist" / "question" / "data" / "intent_weights.npz"
HELD = ROOT / "benchmarks" / "understanding" / "intents.jsonl"
RARE = 3
"""An n-gram in fewer wordings than this has no weight."""
GRAM_SHARE, INVERSE_PENALTY, ROUNDS = 1.5, 20.0, 200
SHOP_WEIGHT = 3.0
sys.path.insert(0, str(ROOT / "benchmarks" / "demo_shop"))

from run import dev_questions  # noqa: E402


def main() -> None:
    """Read the wordings, fit, report, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--questions", type=Path, nargs="+", required=True)
    parser.add_argument("--write", action="store_true", help="replace the shipped weights")
    args = parser.parse_args()
    intents, encoder = Intents.bundled(), bundled()
    paths = [leaf.path for leaf in intents.leaves]
    texts = [(text, at, 1.0) for at, leaf in enumerate(intents.leaves) for text in leaf.examples]
    for question in dev_questions(args.questions):
        if question.get("intent") in paths:
            texts.append((" ".join(question["messages"]), paths.index(question["intent"]), SHOP_WEIGHT))
    plain = [wording.plain(text) or text for text, _, _ in texts]
    counts = Counter(gram for text in plain for gram in grams_of(text))
    grams = sorted(gram for gram, count in counts.items() if count >= RARE)
    features = sparse.hstack(
        [sparse.csr_matrix(encoder.encode(plain, kind="query")), GRAM_SHARE * _held(plain, grams)]
    )
    model = LogisticRegression(C=INVERSE_PENALTY, max_iter=ROUNDS)
    model.fit(
        features.tocsr(),
        np.array([leaf for _, leaf, _ in texts]),
        sample_weight=np.array([weight for _, _, weight in texts]),
    )
    width = encoder.identity.dim
    learned = LearnedIntents(
        revision=encoder.identity.revision,
        paths=tuple(paths),
        grams=tuple(grams),
        by_embedding=model.coef_[:, :width].astype(np.float32),
        by_gram=(GRAM_SHARE * model.coef_[:, width:].T).astype(np.float32),
        bias=model.intercept_.astype(np.float32),
        words=_familiar(intents),
    )
    if args.write:
        learned.save(DATA)
    print(json.dumps(_report(IntentModel(intents, encoder, learned=learned), paths), indent=1))


def _familiar(intents: Intents) -> frozenset[str]:
    """Words that at least `RARE` wordings hold."""
    texts = [text for leaf in intents.leaves for text in leaf.examples]
    cut = Tokenizer().tokens_many(wording.plain_many(texts))
    counts = Counter(token for tokens in cut for token in set(tokens))
    return frozenset(word for word, count in counts.items() if count >= RARE and len(word) > 1)


def _held(texts: Sequence[str], grams: Sequence[str]) -> sparse.csr_matrix:
    """Rows of unit length over the n-grams that each text holds."""
    places = {gram: at for at, gram in enumerate(grams)}
    rows = [sorted(places[gram] for gram in grams_of(text) if gram in places) for text in texts]
    values = np.concatenate([np.full(len(row), len(row) ** -0.5 if row else 0.0) for row in rows])
    ends = np.cumsum([0, *(len(row) for row in rows)])
    columns = np.array([place for row in rows for place in row])
    return sparse.csr_matrix((values.astype(np.float32), columns, ends), shape=(len(rows), len(grams)))


def _report(model: IntentModel, paths: Sequence[str]) -> dict[str, float | int]:
    rows = [json.loads(line) for line in HELD.read_text("utf-8").splitlines()]
    rows = [row for row in rows if row["split"] == "dev"]
    plain = [wording.plain(row["text"]) or row["text"] for row in rows]
    scores = model.probabilities(plain, bundled().encode(plain, kind="query"))
    order: NDArray[np.int64] = np.argsort(-scores, axis=1)
    right = [{paths.index(path) for path in (row["intent"], *row["also"])} for row in rows]
    best = [found[0] in wanted for found, wanted in zip(order, right, strict=True)]
    near = [bool(set(found[:3]) & wanted) for found, wanted in zip(order.tolist(), right, strict=True)]
    return {
        "lines": len(rows),
        "top_1": round(float(np.mean(best)), 4),
        "top_3": round(float(np.mean(near)), 4),
    }


if __name__ == "__main__":
    main()
