"""Send real lines of buyers through the demo shop and count what is decided; for a reader, print the lines.

`--data` names a folder with `packs_dev.tar.zst` (not part of this project), `--packs` the packs already unpacked. 200
lines of `taobao_intent` and 100 of `jddc_reply` are drawn by a seed. They are asked without a product and without a
history, of a shop that is not theirs: the figures say what such lines meet, not whether the answers are right. The
results hold ids, decisions and reasons, no text.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import tempfile
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from assist import Assistant, Message
from assist.clock import shop_time
from assist.results import Suggestion

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "benchmarks" / "encoder"))

from packs import unpacked  # noqa: E402

SAMPLES = {"taobao_intent": 200, "jddc_reply": 100}
ON = "2026-11-20T10:00:00"


def main() -> None:
    """Parse the arguments, draw, ask, count."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, help="folder that holds packs_dev.tar.zst")
    parser.add_argument("--packs", type=Path, help="folder with the packs already unpacked")
    parser.add_argument("--shop", type=Path, default=ROOT / "corpus" / "demo_shop")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument(
        "--show", type=int, default=0, help="print this many lines of each set with the answers"
    )
    parser.add_argument("--json", type=Path, help="write the results here")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        packs = args.packs or unpacked(args.data, Path(folder))
        drawn = {name: draw(packs / name, size, args.seed) for name, size in SAMPLES.items()}
    with (
        tempfile.TemporaryDirectory() as folder,
        Assistant.open(Path(folder) / "shop.assist", create=True) as assistant,
    ):
        assistant.add_files(args.shop)
        found = {name: ask(rows, assistant) for name, rows in drawn.items()}
    report = {
        "kind": "real_lines",
        "seed": args.seed,
        "sets": {name: counted(drawn[name], found[name]) for name in drawn},
    }
    for name in drawn:
        for row, suggestion in zip(drawn[name][: args.show], found[name], strict=False):
            print(shown(row, suggestion))
    print(json.dumps({name: one["decisions"] for name, one in report["sets"].items()}, ensure_ascii=False))
    if args.json:
        args.json.write_text(json.dumps(report, ensure_ascii=False, indent=1) + "\n", "utf-8")


def draw(pack: Path, size: int, seed: int) -> list[Mapping[str, Any]]:
    """Draw queries of a pack; the first `n` of a larger draw are those of a smaller one."""
    lines = (pack / "dev" / "queries.jsonl").read_text("utf-8").splitlines()
    rows = [json.loads(line) for line in lines]
    random.Random(seed).shuffle(rows)
    return rows[:size]


def ask(rows: Sequence[Mapping[str, Any]], assistant: Assistant) -> list[Suggestion]:
    """Suggest for each line as a message of its own."""
    on = shop_time(ON, "Asia/Shanghai")
    return assistant.suggest_many([Message(lines=(row["text"],), on=on) for row in rows])


def counted(rows: Sequence[Mapping[str, Any]], found: Sequence[Suggestion]) -> dict[str, Any]:
    """Count decisions and reasons, and keep each line's by its id."""
    ways = [_way(suggestion) for suggestion in found]
    return {
        "lines": len(rows),
        "decisions": dict(Counter(way.partition("/")[0] for way in ways).most_common()),
        "reasons": dict(Counter(way for way in ways if "/" in way).most_common()),
        "emotions": dict(Counter(suggestion.question.emotion.value for suggestion in found).most_common()),
        "rows": {row["_id"]: way for row, way in zip(rows, ways, strict=True)},
    }


def shown(row: Mapping[str, Any], suggestion: Suggestion) -> str:
    """Render one line for a reader."""
    parts = " | ".join(f"{part.clean} → {part.intent}" for part in suggestion.question.parts)
    head = f"{row['_id']} 「{row['text']}」 {_way(suggestion)} {suggestion.question.emotion.value} [{parts}]"
    texts = [f"    {draft.confidence:.2f} {draft.lane}: {draft.text}" for draft in suggestion.drafts[:1]]
    return "\n".join([head, *texts])


def _way(suggestion: Suggestion) -> str:
    reason = f"/{suggestion.handoff.reason.value}" if suggestion.handoff else ""
    return suggestion.decision.value + reason


if __name__ == "__main__":
    main()
