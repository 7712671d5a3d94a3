"""Time the store: loading, one changed page, index files, and readers that go on meanwhile.

    python benchmarks/store.py --json benchmarks/results/store.json

Passages are the demo shop's own lines in random order with numbers added, four to a document; vectors are drawn at
random, so encoding is left out. `cpu_s` is the process time of the same work: on a busy machine it says more than
`wall_s`. A reader in a process of its own asks without pause for the revision, the view and a search; it reports how
long each took, which holds every wait for a lock and, for the view, the work of taking a change over; and the CPU time
of the same calls, which holds only the work.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import platform
import random
import re
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

from assist.documents import Chunk, Document, Kind, Span
from assist.encoder.base import EncoderIdentity
from assist.store.base import Record
from assist.store.local import LocalStore
from assist.store.view import View
from assist.store.views import tokenizer_of

CORPUS = Path(__file__).resolve().parents[1] / "corpus" / "demo_shop"
DIM = 256
IDENTITY = EncoderIdentity(name="random", revision="1", dim=DIM)
PER_DOCUMENT = 4
DOCUMENTS_AT_ONCE = 2_500
CHANGES = 7
PAGES_AT_ONCE = 25
CANDIDATES = 100
WORDS = ["退货", "运费", "谁", "承担", "发货"]
QUIET_S = 3.0
_SEEDS_APART = 10_000


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--passages", type=int, nargs="+", default=[2_000, 20_000, 100_000, 200_000])
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--folder", type=Path, help="where the stores are made; a disk like the real one")
    parser.add_argument("--json", type=Path, help="write the raw result here")
    options = parser.parse_args(arguments)
    tokenizer_of(()).tokens("退货")  # the dictionary is loaded once per process
    runs = []
    for passages in options.passages:
        with tempfile.TemporaryDirectory(dir=options.folder) as name:
            runs.append(measure(Path(name) / "shop", passages, options.seed))
        sys.stderr.write(f"{passages} passages done\n")
    text = json.dumps({"machine": machine(), "dim": DIM, "runs": runs}, indent=1, sort_keys=True)
    if options.json:
        options.json.write_text(text + "\n", encoding="utf-8")
    else:
        print(text)


def measure(folder: Path, passages: int, seed: int) -> dict[str, Any]:
    """Measure a store of one size."""
    found: dict[str, Any] = {"passages": passages, "load_average": os.getloadavg()[0]}
    with LocalStore.open(folder, encoder=IDENTITY, create=True) as store:
        with store.deferred_snapshot():
            found["load"] = load(store, passages, seed)
            with timed(found, "first_view"):
                store.view()
        with reader(folder, found, "reader_while_index_files_are_written"), timed(found, "index_files"):
            store.compact()
        found["changes"] = [change(store, folder, seed + 1 + number) for number in range(CHANGES)]
        with reader(folder, found, "reader_while_many_pages_change"), timed(found, "many_changes"):
            pages, longest = change_until_index_files_are_new(store, folder, seed + 50)
            found["many_changes_pages"], found["many_changes_longest_commit_s"] = pages, round(longest, 5)
        with reader(folder, found, "reader_while_pages_change"):
            for number in range(CHANGES):
                store.apply(add=made(PER_DOCUMENT, seed + 100 + number))
                time.sleep(QUIET_S / CHANGES)
        found["database_bytes"] = store.info()["database_bytes"]
    return found


def load(store: LocalStore, passages: int, seed: int) -> dict[str, float]:
    """Load all passages, batch by batch; a batch is made before it is loaded and let go after it, as a load of files does."""
    batches: list[dict[str, float]] = []
    at_once = PER_DOCUMENT * DOCUMENTS_AT_ONCE
    for start in range(0, passages, at_once):
        size = min(at_once, passages - start)
        records = made(size, seed + _SEEDS_APART * start // at_once, first=start)
        batch: dict[str, Any] = {}
        with timed(batch, "apply"):
            store.apply(add=records)
        batches.append({**batch["apply"], "passages": size})
    wall, cpu = (sum(batch[name] for batch in batches) for name in ("wall_s", "cpu_s"))
    return {
        "wall_s": round(wall, 4),
        "cpu_s": round(cpu, 4),
        "passages_per_s": round(passages / wall),
        "passages_per_cpu_s": round(passages / cpu),
        # The batch that other work on the machine disturbed least.
        "quickest_batch_per_cpu_s": max(round(batch["passages"] / batch["cpu_s"]) for batch in batches),
    }


def change(writer: LocalStore, folder: Path, seed: int) -> dict[str, float]:
    """Change one page and say how long the commit took, and how long until another store object shows it."""
    with LocalStore.open(folder, encoder=IDENTITY, read_only=True) as other:
        other.view()
        (record,) = made(PER_DOCUMENT, seed)
        with writer.deferred_snapshot():
            start, cpu = time.perf_counter(), time.process_time()
            revision = writer.apply(add=[record])
            committed = time.perf_counter() - start
            view = other.view()
            if view.revision != revision:
                raise RuntimeError("the change is not visible")
            visible, spent = time.perf_counter() - start, time.process_time() - cpu
            search(view, record.embeddings[:1])
            answered, answer = time.perf_counter() - start, time.process_time() - cpu
    return {
        "commit_s": round(committed, 5),
        "visible_s": round(visible, 5),
        "visible_cpu_s": round(spent, 5),
        "answered_s": round(answered, 5),
        "answered_cpu_s": round(answer, 5),
    }


def search(view: View, query: np.ndarray) -> None:
    """Ask both lanes as a search does."""
    view.dense.search(query, CANDIDATES)
    view.sparse.search([WORDS], CANDIDATES)


def change_until_index_files_are_new(writer: LocalStore, folder: Path, seed: int) -> tuple[int, float]:
    """Change pages, many in a commit, until new index files are there; give their number and the longest commit."""
    current, pages, longest = folder / "index" / "CURRENT", 0, 0.0
    before = current.read_text("ascii")
    while current.read_text("ascii") == before:
        records = made(PER_DOCUMENT * PAGES_AT_ONCE, seed, first=pages * PER_DOCUMENT)
        start = time.perf_counter()
        writer.apply(add=records)
        longest = max(longest, time.perf_counter() - start)
        pages += PAGES_AT_ONCE
        time.sleep(QUIET_S / CHANGES)
    # The next commit takes readers to the new files.
    writer.apply(add=made(PER_DOCUMENT, seed - 1))
    time.sleep(QUIET_S / CHANGES)
    return pages, longest


@contextmanager
def timed(found: dict[str, Any], name: str) -> Iterator[None]:
    wall, cpu = time.perf_counter(), time.process_time()
    yield
    found[name] = {
        "wall_s": round(time.perf_counter() - wall, 4),
        "cpu_s": round(time.process_time() - cpu, 4),
    }


@contextmanager
def reader(folder: Path, found: dict[str, Any], name: str) -> Iterator[None]:
    """Let a process read at full speed during the block, and report how long its calls took."""
    context = multiprocessing.get_context("spawn")
    ready, stop, results = context.Event(), context.Event(), context.Queue()
    process = context.Process(target=read, args=(str(folder), ready, stop, results))
    process.start()
    ready.wait()
    yield
    stop.set()
    found[name] = results.get()
    process.join()


def read(folder: str, ready: Any, stop: Any, results: Any) -> None:
    rng = np.random.default_rng(7)
    query = rng.standard_normal((1, DIM)).astype(np.float32)
    query /= np.linalg.norm(query)
    spent: dict[str, list[float]] = {"revision": [], "view": [], "search": []}
    work: dict[str, list[float]] = {"revision": [], "view": [], "search": []}
    with LocalStore.open(folder, encoder=IDENTITY, read_only=True) as store:
        search(store.view(), query)
        ready.set()
        while not stop.is_set():
            marks = [clocks()]
            _ = store.revision
            marks.append(clocks())
            view = store.view()
            marks.append(clocks())
            search(view, query)
            marks.append(clocks())
            for name, since, until in zip(spent, marks, marks[1:], strict=False):
                spent[name].append(until[0] - since[0])
                work[name].append(until[1] - since[1])
    results.put({name: {**quantiles(spent[name]), **quantiles(work[name], "cpu_")} for name in spent})


def clocks() -> tuple[float, float]:
    return time.perf_counter(), time.thread_time()


def quantiles(times: Sequence[float], of: str = "") -> dict[str, float]:
    found = np.quantile(times, [0.5, 0.99, 1.0]) * 1000
    named = zip(("p50", "p99", "max"), found, strict=True)
    return {"calls": len(times), **{f"{of}{name}_ms": round(float(value), 3) for name, value in named}}


def made(passages: int, seed: int, *, first: int = 0) -> list[Record]:
    """Make documents of four passages; equal ids for equal places, so that another seed changes them."""
    rng, base = random.Random(seed), lines()
    vectors = np.random.default_rng(seed).standard_normal((passages, DIM)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return [
        record(
            f"d{first + at}",
            [f"{rng.choice(base)}，编号{rng.randrange(2000)}" for _ in range(PER_DOCUMENT)],
            vectors[at : at + PER_DOCUMENT],
        )
        for at in range(0, passages, PER_DOCUMENT)
    ]


def record(id: str, texts: Sequence[str], vectors: np.ndarray) -> Record:
    texts = texts[: len(vectors)]
    document = Document(id, "\n".join(texts), Kind.POLICY, title=texts[0][:10])
    chunks, place = [], 0
    for ordinal, text in enumerate(texts):
        chunks.append(Chunk(id, document.version, ordinal, Span(place, place + len(text)), text))
        place += len(text) + 1
    return Record(document, tuple(chunks), vectors)


def lines() -> list[str]:
    """Read the demo shop's lines of 15 to 80 characters."""
    files = [path for path in sorted(CORPUS.rglob("*")) if path.suffix in {".md", ".csv", ".jsonl"}]
    texts = (
        re.sub(r'[{}"\[\]]', "", line).strip()
        for path in files
        for line in path.read_text("utf-8").splitlines()
    )
    return [text[:80] for text in texts if len(text) >= 15]


def machine() -> dict[str, object]:
    names = ("numpy", "faiss-cpu", "rjieba")
    return {
        "date": date.today().isoformat(),
        "processor": platform.processor() or platform.machine(),
        "cores": os.cpu_count(),
        "python": platform.python_version(),
        "packages": {name: version(name) for name in names},
    }


if __name__ == "__main__":
    main()
