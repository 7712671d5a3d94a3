"""Train the learned compliance scorer (`src/assist/guard/data/scorer.npz`).

    python benchmarks/guards/train_scorer.py [--replies REPLIES.jsonl]

Violations and lawful neighbours come from `scorer_patterns.toml`; lawful sentences also from the demo shop's rules,
quick replies and past answers, and, when given, from real replies (one JSON object a line with `text`). The
lawful `dev` half of `tests/golden/guard_claims.jsonl` counts too. The threshold is set on the `dev` half of `compliance.jsonl`; the `test` half is not read.
"""

from __future__ import annotations

import argparse
import itertools
import json
import random
import re
from importlib import import_module
from pathlib import Path

import numpy as np
from scipy.optimize import minimize
from scipy.sparse import csr_matrix

from assist.documents import Kind
from assist.guard import screen
from assist.guard.learned import features
from assist.ingest import read_folder
from assist.text.sentences import sentences

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
PER_PATTERN, SEED = 60, 7
LEAST = 0.93
"""The threshold is never lower than this: a lawful reply kept from an agent costs more than a missed one."""
FALSE_ALARMS = 0.02
"""Share of lawful dev sentences that may be found."""


def expanded(pattern: str, random_: random.Random) -> list[str]:
    """Spell out at most `PER_PATTERN` alternatives of a wording."""
    parts = [part.split("|") for part in re.split(r"\{([^}]*)\}", pattern)]
    total = int(np.prod([len(part) for part in parts]))
    if total <= PER_PATTERN:
        return ["".join(choice) for choice in itertools.product(*parts)]
    return list({"".join(random_.choice(part) for part in parts) for _ in range(PER_PATTERN)})


def lawful(replies: Path | None, limit: int) -> list[str]:
    """Collect sentences of the demo shop, and real replies, that the word lists let pass."""
    documents = [item for result in read_folder(ROOT / "corpus/demo_shop") for item in result.documents]
    texts = [item.attributes.get("answer", item.text) for item in documents if item.kind is not Kind.PRODUCT]
    if replies is not None:
        rows = [json.loads(line)["text"] for line in replies.open(encoding="utf-8")]
        texts += random.Random(SEED).sample(rows, min(limit, len(rows)))
    found = {span.of(text) for text in texts for span in sentences(text) if 5 <= span.end - span.start <= 80}
    return sorted(text for text in found if not screen(text, learned=False))


def training_rows(replies: Path | None, limit: int) -> tuple[list[str], list[str]]:
    """Return sentences and their classes."""
    reader = import_module("tomllib" if __import__("sys").version_info >= (3, 11) else "tomli")
    patterns = reader.loads((HERE / "scorer_patterns.toml").read_text(encoding="utf-8"))
    random_ = random.Random(SEED)
    texts: list[str] = []
    names: list[str] = []
    for name, wordings in patterns.items():
        for wording in wordings:
            for text in expanded(wording, random_):
                texts.append(text)
                names.append(name)
    clean = lawful(replies, limit)
    clean += 3 * [row["text"] for row in earlier() if row["class"] is None]
    return texts + clean, names + ["clean"] * len(clean)


def earlier() -> list[dict[str, str]]:
    """Return the `dev` half of the sentences that the word lists were written with."""
    lines = (ROOT / "tests/golden/guard_claims.jsonl").read_text(encoding="utf-8").splitlines()
    return [row for row in map(json.loads, lines) if row["split"] == "dev"]


def fit(
    matrix: np.ndarray, labels: np.ndarray, classes: int, strength: float
) -> tuple[np.ndarray, np.ndarray]:
    """Fit multinomial logistic regression with an L2 penalty; classes weigh alike, `clean` three times."""
    rows, columns = matrix.shape
    counts = np.bincount(labels, minlength=classes)
    share = np.where(np.arange(classes) == classes - 1, 3.0, 1.0) / counts
    weight = share[labels] / share[labels].sum() * rows
    target = np.eye(classes)[labels]
    sparse = csr_matrix(matrix)

    def loss(flat: np.ndarray) -> tuple[float, np.ndarray]:
        table = flat.reshape(classes, columns + 1)
        logits = sparse @ table[:, :-1].T + table[:, -1]
        logits -= logits.max(axis=1, keepdims=True)
        log = logits - np.log(np.exp(logits).sum(axis=1, keepdims=True))
        slope = weight[:, None] * (np.exp(log) - target) / rows
        gradient = np.concatenate([(sparse.T @ slope).T, slope.sum(axis=0)[:, None]], axis=1)
        gradient[:, :-1] += strength * table[:, :-1]
        value = -(weight[:, None] * target * log).sum() / rows + 0.5 * strength * (table[:, :-1] ** 2).sum()
        return float(value), gradient.ravel()

    start = np.zeros(classes * (columns + 1))
    done = minimize(loss, start, jac=True, method="L-BFGS-B", options={"maxiter": 150})
    table = done.x.reshape(classes, columns + 1)
    return table[:, :-1], table[:, -1]


def main() -> None:
    """Train, set the threshold, write the weights and print what they reach on dev."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--replies", type=Path, help="Real replies, one JSON object a line with `text`.")
    parser.add_argument("--limit", type=int, default=6_000, help="So many of them.")
    parser.add_argument("--strength", type=float, default=3e-6, help="Of the L2 penalty.")
    parser.add_argument("--out", type=Path, default=ROOT / "src/assist/guard/data/scorer.npz")
    options = parser.parse_args()
    texts, names = training_rows(options.replies, options.limit)
    classes = [*sorted(set(names) - {"clean"}), "clean"]
    labels = np.array([classes.index(name) for name in names])
    weights, bias = fit(features(texts), labels, len(classes), options.strength)
    dev = [json.loads(line) for line in (HERE / "compliance.jsonl").open(encoding="utf-8")]
    dev = [row for row in dev if row["split"] == "dev"]
    logits = features([row["text"] for row in dev]) @ weights.T + bias
    chance = np.exp(logits - logits.max(axis=1, keepdims=True))
    guilty = 1.0 - chance[:, -1] / chance.sum(axis=1)
    clean = np.sort([value for value, row in zip(guilty, dev, strict=True) if not row["violates"]])
    threshold = max(LEAST, float(clean[int(np.ceil(len(clean) * (1 - FALSE_ALARMS))) - 1]) + 1e-3)
    scales = np.abs(weights).max(axis=1) / 127.0
    np.savez_compressed(
        options.out,
        classes=np.array(classes),
        weights=np.round(weights / scales[:, None]).astype(np.int8),
        scales=scales.astype(np.float32),
        bias=bias.astype(np.float32),
        threshold=np.float32(threshold),
    )
    unlisted = [value for value, row in zip(guilty, dev, strict=True) if row["wording"] == "unlisted"]
    report = {
        "sentences": len(texts),
        "clean": names.count("clean"),
        "threshold": round(threshold, 3),
        "dev_unlisted_recall": round(float(np.mean(np.array(unlisted) >= threshold)), 3),
        "dev_false_alarms": round(float(np.mean(clean >= threshold)), 3),
        "bytes": options.out.stat().st_size,
    }
    print(json.dumps(report))


if __name__ == "__main__":
    main()
