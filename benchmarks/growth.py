"""How the cost of loading, searching, suggesting and compacting grows with the number of passages.

    python benchmarks/growth.py --texts FILE --rows 1000 10000 100000 --json benchmarks/results/growth.json

FILE as for `benchmarks/peers/run.py`. A store holds the demo shop and the texts as past answers. Every CPU time is
that of the process; `add_ten` loads ten more documents into the full store, index files included.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from assist import Assistant, Document, Kind
from peers.data import read_texts
from peers.machine import machine

ROOT = Path(__file__).resolve().parents[1]
QUESTIONS = ROOT / "benchmarks" / "demo_shop" / "questions.jsonl"
SEARCHES, SUGGESTIONS = 200, 60


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--texts", type=Path, required=True)
    parser.add_argument("--rows", type=int, nargs="+", default=[1_000, 10_000, 100_000])
    parser.add_argument("--json", type=Path, required=True)
    options = parser.parse_args(arguments)
    texts = read_texts(options.texts, max(options.rows) + SEARCHES + 10)
    asked, more, stored = texts[:SEARCHES], texts[SEARCHES : SEARCHES + 10], texts[SEARCHES + 10 :]
    result: dict[str, Any] = {"kind": "growth", "texts": options.texts.name, "machine": machine(), "runs": []}
    for rows in options.rows:
        print(f"{rows} rows", file=sys.stderr, flush=True)
        result["runs"].append(measure(stored[:rows], asked, more))
    result["machine"]["load_after"] = os.getloadavg()
    options.json.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")


def measure(stored: list[str], asked: list[str], more: list[str]) -> dict[str, Any]:
    questions = [json.loads(line) for line in QUESTIONS.read_text("utf-8").splitlines()]
    questions = [one for one in questions if one.get("split") == "dev"][:SUGGESTIONS]
    found: dict[str, Any] = {"rows": len(stored)}
    with (
        tempfile.TemporaryDirectory() as folder,
        Assistant.open(Path(folder) / "shop.assist", create=True) as assistant,
    ):
        assistant.add_files(ROOT / "corpus" / "demo_shop")
        documents = [_answer(f"text:{number}", text) for number, text in enumerate(stored)]
        found["add_s"] = _spent(lambda: assistant.add(documents))
        found["dense"] = assistant.info()["dense"]
        found["search_ms"] = _each(lambda text: assistant.search(text), asked)
        found["suggest_ms"] = _each(
            lambda one: assistant.suggest(one["messages"], product=one.get("product"), on=one["on"]),
            questions,
        )
        documents = [_answer(f"more:{number}", text) for number, text in enumerate(more)]
        found["add_ten_s"] = _spent(lambda: assistant.add(documents))
        found["search_after_s"] = _spent(lambda: assistant.search(asked[0]))
        assistant.remove([f"text:{number}" for number in range(0, len(stored), 50)])
        found["compact_s"] = _spent(assistant._store.compact)
    return found


def _answer(id: str, text: str) -> Document:
    question, answer = f"{text[:12]}吗", text
    return Document(
        id=id,
        text=f"{question}\n{answer}",
        kind=Kind.PAST_ANSWER,
        attributes={"question": question, "answer": answer, "state": "approved"},
    )


def _spent(call: Callable[[], Any]) -> dict[str, float]:
    wall, cpu = time.perf_counter(), time.process_time()
    call()
    return {"wall": time.perf_counter() - wall, "cpu": time.process_time() - cpu}


def _each(call: Callable[[Any], Any], items: Sequence[Any]) -> dict[str, float]:
    for item in items[:20]:
        call(item)
    walls, cpus = [], []
    for item in items:
        wall, cpu = time.perf_counter(), time.process_time()
        call(item)
        walls.append(1e3 * (time.perf_counter() - wall))
        cpus.append(1e3 * (time.process_time() - cpu))
    wall_50, wall_99 = np.percentile(walls, [50, 99]).tolist()
    cpu_50, cpu_99 = np.percentile(cpus, [50, 99]).tolist()
    return {"wall_p50": wall_50, "wall_p99": wall_99, "cpu_p50": cpu_50, "cpu_p99": cpu_99}


if __name__ == "__main__":
    main()
