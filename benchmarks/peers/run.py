"""Compare `assist` with what one would use instead, on the same texts and vectors, side by side.

    python benchmarks/peers/run.py --texts FILE --work FOLDER --rows 200000 --peers assist zvec txtai --json OUT

FILE holds one JSON object with `text` or one plain text a line (`.zst` is unpacked); a few of the texts become the
queries. Under FOLDER come the data, one index per peer, and one virtual environment per peer, made from
`requirements/` when missing. Each peer runs in a process of its own (`worker.py`), kept to one core and one thread
a library; build, opening and rounds of queries are timed, the rounds in turn: A B C, A B C, … Query vectors are
given to all; encoding is counted in `search` of `assist` alone. A finished build is used again (`--rebuild` not).
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
from data import KINDS, Data, K, prepare
from machine import machine

HERE = Path(__file__).resolve().parent
SOURCE = HERE.parents[1] / "src"
PEERS = {
    "assist": None,
    "zvec": "zvec",
    "txtai": "txtai",
    "faiss_bm25s": "faiss_bm25s",
    "faiss_bm25s_numba": "faiss_bm25s",
    "tantivy": "tantivy",
    "lancedb": "lancedb",
    "llamaindex": "llamaindex",
    "langchain": "langchain",
    "haystack": "haystack",
    "milvus": "milvus",
    "chroma": "chroma",
}
"""Peers and the requirements file each needs; `assist` runs in this interpreter."""
ONE_THREAD = (
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
    "RAYON_NUM_THREADS",
    "LANCE_CPU_THREADS",
)
FILTERS = KINDS[:3]
THREADED = {"assist", "zvec"}
"""Peers that say they may be searched from several threads at once."""
MANY_THREADS = 8
ANSWERED = 100


def main(arguments: Sequence[str] | None = None) -> None:
    options = _options(arguments)
    data = prepare(
        options.texts, options.work / f"data_{options.rows}", rows=options.rows, queries=options.queries,
        seed=options.seed,
    )  # fmt: skip
    result: dict[str, Any] = {
        "kind": "peers",
        "settings": {
            "texts": options.texts.name, "rows": options.rows, "queries": options.queries, "seed": options.seed,
            "rounds": options.rounds, "budget_s": options.budget, "dim": data.vectors.shape[1], "k": K,
            "data": json.loads((data.folder / "about.json").read_text("utf-8")),
        },
        "machine": machine(),
        "peers": {},
    }  # fmt: skip
    for name in options.peers:
        result["peers"][name] = _built(name, data, options)
    _openings(result["peers"], data, options)
    _rounds(result["peers"], data, options)
    result["machine"]["load_after"] = os.getloadavg()
    for peer in result["peers"].values():
        peer.pop("index", None)
    text = json.dumps(result, ensure_ascii=False, sort_keys=True, indent=None)
    options.json.write_text(text.replace('}, "', '},\n "') + "\n", "utf-8")


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--texts", type=Path, required=True, help="the texts to search")
    parser.add_argument(
        "--work", type=Path, required=True, help="data, indexes and environments are kept here"
    )
    parser.add_argument("--json", type=Path, required=True, help="write the raw result here")
    parser.add_argument("--peers", nargs="+", choices=sorted(PEERS), default=list(PEERS))
    parser.add_argument("--rows", type=int, default=200_000)
    parser.add_argument("--queries", type=int, default=500)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--openings", type=int, default=3)
    parser.add_argument("--budget", type=float, default=3.0, help="seconds a peer may take for one round")
    parser.add_argument(
        "--build-limit", type=float, default=1800.0, help="seconds after which a build is given up"
    )
    parser.add_argument("--core", type=int, default=0, help="queries run on this core alone")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--rebuild", action="store_true")
    return parser.parse_args(arguments)


class Process:
    """A worker and the pipe to it."""

    def __init__(self, name: str, data: Data, index: Path, work: Path, limit_s: float) -> None:
        self.name, self._limit_s = name, limit_s
        environment = {**os.environ, **dict.fromkeys(ONE_THREAD, "1"), "HF_HUB_OFFLINE": "1"}
        environment["TOKENIZERS_PARALLELISM"] = "false"
        environment["PYTHONPATH"] = str(SOURCE) if PEERS[name] is None else ""
        command = [
            str(python_of(name, work)), str(HERE / "worker.py"),
            "--peer", name, "--data", str(data.folder), "--index", str(index),
        ]  # fmt: skip
        self.started = time.perf_counter()
        log = (work / f"{name}.log").open("a", encoding="utf-8")
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, text=True, env=environment
        )

    def ask(self, do: str, **what: Any) -> dict[str, Any]:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        try:
            self._process.stdin.write(json.dumps({"do": do, **what}) + "\n")
            self._process.stdin.flush()
            line = _line(self._process, self._limit_s)
        except (BrokenPipeError, TimeoutError) as error:
            self._process.kill()
            return {"error": f"{do}: {type(error).__name__} {error}"}
        if not line:
            return {"error": f"{do}: the process ended with {self._process.wait()}"}
        answer: dict[str, Any] = json.loads(line)
        return answer

    def close(self) -> None:
        if self._process.poll() is None:
            self.ask("quit")
        try:
            self._process.wait(timeout=30)
        except subprocess.TimeoutExpired:
            self._process.kill()


def _line(process: subprocess.Popen[str], limit_s: float) -> str:
    import select

    assert process.stdout is not None
    ready, _, _ = select.select([process.stdout], [], [], limit_s)
    if not ready:
        raise TimeoutError(f"no answer within {limit_s:.0f} s")
    return process.stdout.readline()


def python_of(name: str, work: Path) -> Path:
    """The interpreter of a peer; its virtual environment is made when it is missing."""
    requirements = PEERS[name]
    if requirements is None:
        return Path(sys.executable)
    folder = work / "environments" / requirements
    ready = folder / ".ready"
    if not ready.is_file():
        say(f"{requirements}: virtual environment")
        if not folder.is_dir():
            subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
        file = HERE / "requirements" / f"{requirements}.txt"
        pip = [str(folder / "bin" / "python"), "-m", "pip", "install", "--quiet"]
        pinned = [line for line in file.read_text("utf-8").splitlines() if line.startswith("torch==")]
        if pinned:
            # First and alone, so that no other package draws in a build for graphics cards.
            subprocess.run([*pip, *pinned], check=True)
        subprocess.run([*pip, "-r", str(file)], check=True)
        ready.touch()
    return folder / "bin" / "python"


def _built(name: str, data: Data, options: argparse.Namespace) -> dict[str, Any]:
    """Build a peer's index, or take what an earlier run measured."""
    shared = "faiss_bm25s" if name == "faiss_bm25s_numba" else name
    index = options.work / f"index_{options.rows}" / shared
    note = index.with_suffix(".build.json")
    process = Process(name, data, index, options.work, options.build_limit)
    try:
        about = process.ask("import")
        if "error" in about:
            say(f"{name}: {about['error']}")
            return {"error": about["error"]}
        digest = json.loads((data.folder / "about.json").read_text("utf-8"))["sha256"]
        known = json.loads(note.read_text("utf-8")) if note.is_file() else {}
        if options.rebuild or known.get("data") != digest:
            say(f"{name}: build")
            built = process.ask("build") | {"load": os.getloadavg(), "date": date.today().isoformat()}
            if "error" in built:
                say(f"{name}: {built['error']}")
                return {"about": about["about"], "build": built, "error": built["error"]}
            known = built | {"data": digest}
            note.write_text(json.dumps(known), "utf-8")
        return {"about": about["about"], "build": known, "index": str(index)}
    finally:
        process.close()


def _openings(peers: dict[str, Any], data: Data, options: argparse.Namespace) -> None:
    """Import, open, first answer: in fresh processes, the peers in turn."""
    for peer in peers.values():
        peer["openings"] = []
    for number in range(options.openings):
        for name, peer in peers.items():
            if "error" in peer:
                continue
            say(f"opening {number + 1}: {name}")
            process = Process(name, data, Path(peer["index"]), options.work, options.build_limit)
            process.ask("pin", core=options.core)
            steps = {step: process.ask(step) for step in ("import", "open", "first")}
            steps["answered_s"] = {"wall_s": time.perf_counter() - process.started}
            process.close()
            failed = [step["error"] for step in steps.values() if "error" in step]
            if failed:
                say(f"{name}: {failed[0]}")
                peer["error"] = failed[0]
            else:
                steps["import"].pop("about")
                peer["openings"].append(steps)


def _rounds(peers: dict[str, Any], data: Data, options: argparse.Namespace) -> None:
    processes: dict[str, Process] = {}
    for name, peer in peers.items():
        if "error" not in peer:
            processes[name] = _ready(name, peer, data, options)
            peer["rounds"] = {}
    try:
        for name, process in processes.items():
            peers[name]["quality"] = _quality(process, peers[name]["operations"], data)
        for number in range(options.rounds):
            for name, process in processes.items():
                say(f"round {number + 1}: {name}")
                _round(process, peers[name], number, options)
        for name, process in processes.items():
            peers[name]["memory"] = process.ask("memory")
        for name in THREADED & processes.keys():
            peers[name]["threads"] = [
                processes[name].ask("threads", operation="hybrid", threads=threads, queries=options.queries)
                for threads in (1, MANY_THREADS) * options.rounds
            ]
    finally:
        for process in processes.values():
            process.close()


def _ready(name: str, peer: dict[str, Any], data: Data, options: argparse.Namespace) -> Process:
    process = Process(name, data, Path(peer["index"]), options.work, options.build_limit)
    process.ask("pin", core=options.core)
    for step in ("import", "open", "first"):
        process.ask(step)
    peer["operations"] = process.ask("operations").get("operations", [])
    return process


def _round(process: Process, peer: dict[str, Any], number: int, options: argparse.Namespace) -> None:
    each = max(options.queries // options.rounds, 1)
    for operation in peer["operations"]:
        variants = range(len(FILTERS)) if operation == "filtered" else (None,)
        for kind in variants:
            label = operation if kind is None else f"filtered_{FILTERS[kind]}"
            measured = process.ask(
                "round", operation=operation, first=number * each, queries=each, budget_s=options.budget,
                warm_up=20, kind=kind or 0,
            )  # fmt: skip
            peer["rounds"].setdefault(label, []).append(measured)


def _quality(process: Process, operations: Sequence[str], data: Data) -> dict[str, Any]:
    """Recall of the dense lane against the exact rows, and how many of k come back under a filter."""
    found: dict[str, Any] = {}
    if "dense" in operations:
        found["dense"] = _recall(
            process.ask("answers", operation="dense", queries=ANSWERED, budget_s=30.0), data.truth()
        )
    if "filtered" in operations:
        for kind, name in enumerate(FILTERS):
            answers = process.ask("answers", operation="filtered", queries=ANSWERED, budget_s=20.0, kind=kind)
            found[f"filtered_{name}"] = _recall(answers, data.truth(name))
    return found


def _recall(answers: dict[str, Any], truth: Any) -> dict[str, Any]:
    if "error" in answers:
        return answers
    rows = answers["rows"]
    shares = [len(set(some) & set(right.tolist())) / K for some, right in zip(rows, truth, strict=False)]
    return {
        "queries": len(rows),
        "recall_at_10": float(np.mean(shares)),
        "returned": float(np.mean([len(some) for some in rows])),
    }


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
