"""One peer in a process of its own, driven by lines of JSON on standard input and output; see `run.py`.

    PYTHON benchmarks/peers/worker.py --peer zvec --data FOLDER --index FOLDER

Needs nothing but numpy and the peer's own packages. A time is wall time of one call; CPU time is that of the whole
process, all its threads, divided by the calls.
"""

from __future__ import annotations

import argparse
import importlib
import json
import os
import resource
import shutil
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TextIO

MOST_WARM_UP_S = 5.0
OPERATIONS = ("hybrid", "lexical", "dense", "filtered", "search", "hybrid_deep")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--peer", required=True)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--index", type=Path, required=True)
    options = parser.parse_args()
    answers = _own_output()
    worker = Worker(options.peer, options.data, options.index)
    for line in sys.stdin:
        command = json.loads(line)
        try:
            answer = getattr(worker, "do_" + command.pop("do"))(**command)
        except Exception as error:  # the runner reports it and goes on with the other peers
            answer = {"error": f"{type(error).__name__}: {error}"[:500]}
        answers.write(json.dumps(answer) + "\n")
        answers.flush()


def _own_output() -> TextIO:
    """Keep standard output for answers alone; what a package prints goes to standard error."""
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    return answers


class Worker:
    """The commands of the runner, one method each."""

    def __init__(self, name: str, data: Path, index: Path) -> None:
        self.name = name
        self.index = index
        self.data_folder = data
        self.peer: Any = None
        self.bare = _memory()

    def do_import(self) -> dict[str, Any]:
        """Import the peer's packages; the interpreter and numpy are not counted."""
        import numpy  # noqa: F401  every peer needs it, so it is nobody's cost

        self.bare = _memory()
        wall, cpu = time.perf_counter(), time.process_time()
        module = importlib.import_module(f"peer_{self.name}")
        self.peer = module.Peer()
        return {**_since(wall, cpu), "memory": _memory(), "bare": self.bare, "about": self.peer.about()}

    def do_pin(self, core: int) -> dict[str, Any]:
        os.sched_setaffinity(0, {core})
        return {}

    def do_build(self) -> dict[str, Any]:
        """Build from texts and vectors into an empty folder; reading the data is not counted."""
        data = self._data()
        rows = list(enumerate(data.texts))
        vectors = data.vectors[:]
        shutil.rmtree(self.index, ignore_errors=True)
        self.index.mkdir(parents=True)
        before = _memory()
        wall, cpu = time.perf_counter(), time.process_time()
        self.peer.build(rows, vectors, data.kinds, self.index)
        return {**_since(wall, cpu), "before": before, "most_bytes": _most(), "disk_bytes": _size(self.index)}

    def do_open(self) -> dict[str, Any]:
        wall, cpu = time.perf_counter(), time.process_time()
        self.peer.open(self.index)
        return _since(wall, cpu)

    def do_first(self) -> dict[str, Any]:
        """The first hybrid query, or what the peer has; with it, what the process has cost since it was started."""
        data = self._data()
        call = next(getattr(self.peer, name) for name in OPERATIONS if hasattr(self.peer, name))
        wall, cpu = time.perf_counter(), time.process_time()
        hits = call(data.queries[0], data.query_vectors[0], 10)
        spent = _since(wall, cpu)
        return {**spent, "process_cpu_s": time.process_time(), "hits": len(hits), "memory": _memory()}

    def do_operations(self) -> dict[str, Any]:
        return {"operations": [name for name in OPERATIONS if hasattr(self.peer, name)]}

    def do_round(
        self, operation: str, first: int, queries: int, budget_s: float, warm_up: int = 0, kind: int = 0
    ) -> dict[str, Any]:
        """Time queries one after the other until they are done or the budget is spent; at least three."""
        call = self._call(operation, kind)
        until = time.perf_counter() + MOST_WARM_UP_S
        for place in range(warm_up):
            call(first + place)
            if time.perf_counter() > until:
                break
        walls: list[float] = []
        until, cpu = time.perf_counter() + budget_s, time.process_time()
        for place in range(first, first + queries):
            start = time.perf_counter()
            call(place)
            walls.append(time.perf_counter() - start)
            if time.perf_counter() > until and len(walls) >= 3:
                break
        spent = time.process_time() - cpu
        return {"wall_ms": [round(1e3 * wall, 4) for wall in walls], "cpu_ms": 1e3 * spent / len(walls)}

    def do_answers(self, operation: str, queries: int, budget_s: float, kind: int = 0) -> dict[str, Any]:
        """What the peer finds for the first queries, as row numbers."""
        call = self._call(operation, kind)
        found: list[list[int]] = []
        until = time.perf_counter() + budget_s
        for place in range(queries):
            hits = call(place)
            if any(not isinstance(text, str) for _, text in hits):
                raise TypeError("a hit came without its text")
            found.append([int(row) for row, _ in hits])
            if time.perf_counter() > until:
                break
        return {"rows": found}

    def do_threads(self, operation: str, threads: int, queries: int) -> dict[str, Any]:
        """Share queries among threads that may use every core."""
        os.sched_setaffinity(0, range(os.cpu_count() or 1))
        call = self._call(operation, 0)
        with ThreadPoolExecutor(threads) as pool:
            list(pool.map(call, range(2 * threads)))
            wall, cpu = time.perf_counter(), time.process_time()
            list(pool.map(call, range(queries)))
        return {**_since(wall, cpu), "threads": threads, "queries": queries, "load": os.getloadavg()}

    def do_memory(self) -> dict[str, Any]:
        return {"memory": _memory(), "bare": self.bare, "most_bytes": _most()}

    def do_quit(self) -> dict[str, Any]:
        # Some packages hang or crash when their threads are taken down.
        os._exit(0)

    def _call(self, operation: str, kind: int) -> Callable[[int], list[tuple[int, str]]]:
        data, method = self._data(), getattr(self.peer, operation)
        texts, vectors = data.queries, data.query_vectors
        n = len(texts)
        if operation == "filtered":
            return lambda place: method(texts[place % n], vectors[place % n], 10, kind)
        return lambda place: method(texts[place % n], vectors[place % n], 10)

    def _data(self) -> Any:
        if not hasattr(self, "_loaded"):
            from data import Data

            self._loaded = Data(self.data_folder)
        return self._loaded


def _since(wall: float, cpu: float) -> dict[str, float]:
    return {"wall_s": time.perf_counter() - wall, "cpu_s": time.process_time() - cpu}


def _memory() -> dict[str, int]:
    """Resident bytes: all, and of them those that are not pages of a file."""
    fields = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
    return {
        name: int(fields[field].split()[0]) * 1024 for name, field in (("rss", "VmRSS"), ("anon", "RssAnon"))
    }


def _most() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def _size(folder: Path) -> int:
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())


if __name__ == "__main__":
    main()
