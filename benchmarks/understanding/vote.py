"""Let the ten nearest past messages vote on what a real Taobao message wants, lane by lane.

`--data` names a folder with `packs_dev.tar.zst` (not part of this project), `--packs` the packs already unpacked. A message
of the development half of `taobao_intent_knn` counts as right where the intent that most of its ten nearest past
messages carry is its own; of intents with equally many votes the one of the nearest message wins. The past messages were
labelled by many hands, so this is no upper bound. nDCG@10 on the descriptions of the intents (`taobao_intent`) is measured by
`benchmarks/retrieval.py`. The results hold numbers, no text.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from assist.encoder import load
from assist.evaluate.beir import read_set
from assist.evaluate.corpus_store import corpus_store, document_ids
from assist.evaluate.lanes import run_lanes
from assist.settings import Settings

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "benchmarks" / "encoder"))

from packs import unpacked  # noqa: E402

PACK = "taobao_intent_knn"
NEAREST = 10


def main() -> None:
    """Parse the arguments, search, count votes."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, help="folder that holds packs_dev.tar.zst")
    parser.add_argument("--packs", type=Path, help="folder with the packs already unpacked")
    parser.add_argument("--encoder", default="bundled")
    parser.add_argument("--json", type=Path, help="write the results here")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        packs = args.packs or unpacked(args.data, Path(folder))
        report = measured(packs / PACK, args.encoder)
    print(json.dumps(report, ensure_ascii=False, indent=1))
    if args.json:
        args.json.write_text(json.dumps(report, ensure_ascii=False, indent=1) + "\n", "utf-8")


def measured(pack: Path, encoder: str) -> dict[str, Any]:
    """Search every message in every lane; return the share whose vote is right."""
    labels = _intents(pack / "corpus.jsonl")
    wanted = _intents(pack / "dev" / "queries.jsonl")
    whole, settings, model = read_set(pack, duplicates="fold"), Settings(), load(encoder)
    with corpus_store(whole.passages, model, folder=None, settings=settings) as view:
        asked = [query.text for query in whole.queries]
        mixes = {"hybrid": settings.search.dense_weight}
        runs = run_lanes(view, model, asked, settings=settings.search, mixes=mixes, depth=NEAREST)
        ids = document_ids(
            view, sorted({int(row) for rows in runs.values() for row in rows.ravel() if row >= 0})
        )
        votes = {
            lane: [vote([labels[ids[row]] for row in line if row >= 0]) for line in rows.tolist()]
            for lane, rows in runs.items()
        }
    own = [wanted[query.id] for query in whole.queries]
    return {
        "kind": "intent_vote",
        "queries": len(own),
        "past_messages": len(labels),
        "nearest": NEAREST,
        "encoder": encoder,
        "right": {
            lane: round(sum(a == b for a, b in zip(found, own, strict=True)) / len(own), 4)
            for lane, found in votes.items()
        },
    }


def vote(intents: Sequence[str]) -> str:
    """Return the most frequent intent; of equally frequent ones the first."""
    return Counter(intents).most_common(1)[0][0] if intents else ""


def _intents(path: Path) -> Mapping[str, str]:
    rows = map(json.loads, path.read_text("utf-8").splitlines())
    return {row["_id"]: row["intent"] for row in rows}


if __name__ == "__main__":
    main()
