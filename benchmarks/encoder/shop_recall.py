"""Measures encoders on a shop's labelled questions: is a labelled passage among the first k hits of a plain search?

    python benchmarks/encoder/shop_recall.py --encoder bundled --encoder e5-small-zh --json OUT

A store of the shop is made for each encoder. Every line of a question is searched as it is, within its product and
at its time; what the encoder does shows in the dense lane, what a shop would get in the mix with BM25.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

from assist import Assistant
from assist.encoder import Encoder, load
from assist.testing import HashingEncoder

ROOT = Path(__file__).resolve().parents[2]
K = 5
HASHING = "hashing"
"""Hashed character pairs, without any learning: what a library would begin with."""


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--encoder", action="append", default=[])
    parser.add_argument("--shop", type=Path, default=ROOT / "corpus" / "demo_shop")
    parser.add_argument(
        "--questions", type=Path, default=ROOT / "benchmarks" / "demo_shop" / "questions.jsonl"
    )
    parser.add_argument("--json", type=Path)
    arguments = parser.parse_args()
    questions = [json.loads(line) for line in arguments.questions.read_text(encoding="utf-8").splitlines()]
    asked = [question for question in questions if question.get("sources")]
    found = {name: measured(name, arguments.shop, asked) for name in arguments.encoder or ["bundled"]}
    print(json.dumps(found, ensure_ascii=False, indent=1))
    if arguments.json:
        arguments.json.write_text(json.dumps(found, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def measured(name: str, shop: Path, asked: list[dict[str, Any]]) -> dict[str, Any]:
    """Give R@5 of the labelled sources by split."""
    encoder: Encoder = HashingEncoder(256) if name == HASHING else load(name)
    with (
        tempfile.TemporaryDirectory() as folder,
        Assistant.open(Path(folder) / "shop.assist", create=True, encoder=encoder) as assistant,
    ):
        assistant.add_files(shop)
        shares = [recall(assistant, question) for question in asked]
    splits = np.array([question.get("split", "dev") for question in asked])
    values = np.array(shares)
    return {
        "revision": encoder.identity.revision,
        "recall": {s: round(float(values[splits == s].mean()), 4) for s in sorted(set(splits))},
        "questions": {s: int((splits == s).sum()) for s in sorted(set(splits))},
    }


def recall(assistant: Assistant, question: dict[str, Any]) -> float:
    """Give the share of the labelled documents that are among the first hits of any line."""
    hits = assistant.search_many(
        question["messages"], k=K, product=question.get("product"), on=question.get("on")
    )
    documents = {hit.document.id for some in hits for hit in some}
    wanted = {source[0] for source in question["sources"]}
    return len(wanted & documents) / len(wanted)


if __name__ == "__main__":
    main()
