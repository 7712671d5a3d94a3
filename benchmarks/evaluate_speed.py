"""Time evaluation runs of many questions over a large store: retrieval, then drafts; the most memory used.

    python benchmarks/evaluate_speed.py --corpus FOLDER --questions 10000 --passages 50000 --jobs 2

FOLDER is a retrieval set in BEIR layout whose texts serve as passages; the queries are invented from them. The
drafts run over the demo shop and these passages as past answers, with its labelled questions over and over.
A time of retrieval includes loading, three lanes, measures and intervals; that of drafts includes opening, every
stage, judging and intervals, and not the loading of the store. CPU time is that of all processes, and says more than
the clock where the machine is shared; `--fewer` asks a part of the questions first, to see whether one costs the same.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import random
import resource
import tempfile
import time
from pathlib import Path
from typing import Any

from assist import Assistant, Document, Kind
from assist.evaluate import evaluate_drafts, evaluate_retrieval

ROOT = Path(__file__).resolve().parents[1]
QUESTIONS = ROOT / "benchmarks" / "demo_shop" / "questions.jsonl"


def main() -> None:
    arguments = _arguments()
    texts = _texts(arguments.corpus / "corpus.jsonl")[: arguments.passages]
    result: dict[str, Any] = {
        "kind": "evaluate_speed",
        "questions": arguments.questions,
        "passages": len(texts),
        "jobs": arguments.jobs,
        "machine": {"processor": platform.machine(), "cores": os.cpu_count()},
        "python": platform.python_version(),
        "load_average": round(os.getloadavg()[0], 1),
    }
    with tempfile.TemporaryDirectory() as temporary:
        work = Path(temporary)
        for q in dict.fromkeys((arguments.fewer or arguments.questions, arguments.questions)):
            ending = "" if q == arguments.questions else f"_{q}"
            if "retrieval" in arguments.only:
                result[f"retrieval{ending}"] = _retrieval(work, texts, q, arguments.jobs)
            if "drafts" in arguments.only:
                result[f"drafts{ending}"] = _drafts(work, texts, q, arguments.jobs)
    print(json.dumps(result, indent=1))
    if arguments.json:
        arguments.json.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")


def _retrieval(work: Path, texts: list[str], q: int, jobs: int) -> dict[str, Any]:
    rng = random.Random(7)
    picks = [rng.randrange(len(texts)) for _ in range(q)]
    queries = [texts[pick][:40] for pick in picks]
    _lines(work / "corpus.jsonl", [{"_id": str(n), "text": text} for n, text in enumerate(texts)])
    _lines(work / "queries.jsonl", [{"_id": f"q{n}", "text": text} for n, text in enumerate(queries)])
    rows = [f"q{n}\t{pick}\t1" for n, pick in enumerate(picks)]
    (work / "qrels.tsv").write_text("\n".join(["query-id\tcorpus-id\tscore", *rows]), encoding="utf-8")
    start, spent = time.perf_counter(), _cpu_s()
    found = evaluate_retrieval(work, jobs=jobs)
    return {
        "total_s": round(time.perf_counter() - start, 1),
        "cpu_s": round(_cpu_s() - spent, 1),
        **found.times,
        "most_memory_bytes": _memory(),
    }


def _drafts(work: Path, texts: list[str], q: int, jobs: int) -> dict[str, Any]:
    labelled = [json.loads(line) for line in QUESTIONS.read_text("utf-8").splitlines()]
    _lines(work / "questions.jsonl", [{**labelled[n % len(labelled)], "id": f"n{n}"} for n in range(q)])
    store = work / "shop.assist"
    if not store.exists():
        with Assistant.open(store, create=True) as assistant:
            assistant.add_files(ROOT / "corpus" / "demo_shop")
            assistant.add([_answer(n, text) for n, text in enumerate(texts)])
    start, spent = time.perf_counter(), _cpu_s()
    found = evaluate_drafts(store, work / "questions.jsonl", jobs=jobs)
    return {
        "total_s": round(time.perf_counter() - start, 1),
        "cpu_s": round(_cpu_s() - spent, 1),
        **found.times,
        "most_memory_bytes": _memory(),
    }


def _answer(number: int, text: str) -> Document:
    question, answer = f"{text[:12]}吗", text
    return Document(
        id=f"speed:{number}",
        text=f"{question}\n{answer}",
        kind=Kind.PAST_ANSWER,
        attributes={"question": question, "answer": answer},
    )


def _cpu_s() -> float:
    """CPU seconds so far, of this process and of those it has waited for."""
    spent = os.times()
    return spent.user + spent.system + spent.children_user + spent.children_system


def _memory() -> int:
    """Most bytes resident so far, of this process and of the largest of its children."""
    who = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    return max(resource.getrusage(one).ru_maxrss for one in who) * 1024


def _texts(path: Path) -> list[str]:
    with path.open(encoding="utf-8") as handle:
        return [json.loads(line)["text"] for line in handle]


def _lines(path: Path, rows: list[dict[str, Any]]) -> None:
    path.write_text("\n".join(json.dumps(row, ensure_ascii=False) for row in rows) + "\n", encoding="utf-8")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--corpus", type=Path, required=True, help="a set in BEIR layout")
    parser.add_argument("--questions", type=int, default=10_000)
    parser.add_argument("--fewer", type=int, help="so many first, of the same store")
    parser.add_argument("--passages", type=int, default=50_000)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--only", nargs="+", default=["retrieval", "drafts"], choices=["retrieval", "drafts"])
    parser.add_argument("--json", type=Path, help="write the result here")
    return parser.parse_args()


if __name__ == "__main__":
    main()
