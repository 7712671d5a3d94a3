"""Measures `assist adapt`: on the demo shop's past answers, and on real service chats of another shop.

    python benchmarks/encoder/adapt.py --data DIR --json OUT

Each pair is held out once (four folds). The bundled model has learned from the `jddc` pairs already, among others;
the demo shop's it has never seen. Without `--data` only the demo shop is measured.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from pathlib import Path
from typing import Any

from corpus import read_pairs

from assist.adapting import Pair, adapt
from assist.encoder import load
from assist.encoder.adapt import AdaptSettings

DEMO = Path(__file__).resolve().parents[2] / "corpus" / "demo_shop" / "past_answers.jsonl"
SEEDS = (0, 1, 2)
MOST_CHARS = 512


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--data", type=Path, help="folder with train_pairs.jsonl.zst")
    parser.add_argument("--json", type=Path)
    arguments = parser.parse_args()
    found = {"demo shop, past answers": [measured(demo_pairs(), seed) for seed in SEEDS]}
    if arguments.data:
        found["jddc, training pairs"] = [measured(chat_pairs(arguments.data), SEEDS[0])]
    print(json.dumps(found, ensure_ascii=False, indent=1))
    if arguments.json:
        arguments.json.write_text(json.dumps(found, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def measured(pairs: list[Pair], seed: int) -> dict[str, Any]:
    """Adapt the bundled model and give the report, with the seconds it took."""
    started = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        report = adapt(pairs, load("bundled"), folder, settings=AdaptSettings(seed=seed)).to_dict()
    return {**report, "folder": None, "seconds": round(time.perf_counter() - started, 1)}


def demo_pairs() -> list[Pair]:
    """Read the demo shop's past answers."""
    rows = [json.loads(line) for line in DEMO.read_text(encoding="utf-8").splitlines()]
    return [Pair(row["question"], row["answer"], "past answers") for row in rows]


def chat_pairs(data: Path) -> list[Pair]:
    """Read the pairs of a real shop's chats."""
    pairs = [p for p in read_pairs(data / "train_pairs.jsonl.zst") if p.source.startswith("jddc")]
    return [Pair(pair.q[:MOST_CHARS], pair.p[:MOST_CHARS], "chats") for pair in pairs if pair.q and pair.p]


if __name__ == "__main__":
    main()
