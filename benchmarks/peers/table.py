"""Tables of `benchmarks/README.md` from the raw results of `run.py`."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np

NAMES = {
    "assist": "**assist**",
    "zvec": "zvec",
    "txtai": "txtai",
    "llamaindex": "LlamaIndex + FAISS + bm25s",
    "langchain": "LangChain FAISS + BM25 ensemble",
    "haystack": "Haystack in memory",
    "lancedb": "LanceDB",
    "milvus": "milvus-lite",
    "chroma": "chroma (vectors only)",
    "faiss_bm25s": "FAISS Flat + bm25s by hand",
    "faiss_bm25s_numba": "the same, bm25s with numba",
    "tantivy": "tantivy (words only)",
}
FILTERS = ("one_percent", "ten_percent", "half")

Peers = Mapping[str, Any]


def peers(folder: Path) -> Iterator[str]:
    """All runs found in a folder, largest first."""
    files = sorted(folder.glob("peers_*.json"), key=lambda file: -int(file.stem.split("_")[1]))
    runs = [json.loads(file.read_text("utf-8")) for file in files]
    if not runs:
        return
    yield "## Beside other libraries"
    yield ""
    yield "`python benchmarks/peers/run.py --texts FILE --work FOLDER --json OUT`: the same real Chinese texts (payment, shop and"
    yield "property questions, reviews, search queries; not part of the project) and the same vectors of the bundled encoder for"
    yield "all; each peer in a process and an environment of its own, on one core, one thread a library; rounds in turn. Every"
    yield "answer is ten hits with their text; encoding the query is counted in `search` alone. **CPU ms** is the process time of"
    yield "a query, median over rounds: the machine was shared with other work (load average below), so times, wall times above"
    yield "all, are longer than on a quiet one and only compare within the run. Times of `assist` include the collapse of"
    yield "near-duplicates. *hybrid* asks every question for the first time, so all ten documents are read and decoded; *search*,"
    yield "which comes last in a round, finds them at hand."
    yield ""
    for run in runs:
        yield from _run(run)


def _run(run: Mapping[str, Any]) -> Iterator[str]:
    settings, machine = run["settings"], run["machine"]
    before, after = machine["load_before"][0], machine["load_after"][0]
    yield f"### {settings['rows']:,} texts"
    yield ""
    yield f"{settings['dim']} dimensions, {settings['queries']} queries in {settings['rounds']} rounds, {machine['date']}, {machine['processor']},"
    yield f"{machine['cores']} cores, {machine['memory_bytes'] / 2**30:.0f} GiB, Python {machine['python']}; load average {before:.1f} before and {after:.1f} after."
    yield ""
    found = {name: peer for name, peer in run["peers"].items() if "error" not in peer}
    yield from _queries(found)
    yield from _filters(found)
    yield from _threads(found)
    yield from _costs(found)
    for name, peer in found.items():
        versions = ", ".join(f"{package} {number}" for package, number in peer["about"]["versions"].items())
        yield f"- {NAMES[name]}: {peer['about']['settings']} ({versions})"
    for name, peer in run["peers"].items():
        if "error" in peer:
            yield f"- {NAMES[name]}: did not finish: {peer['error']}"
    yield ""


def _queries(found: Peers) -> Iterator[str]:
    own = _cpu(found.get("assist", {}), "hybrid")
    yield "| | hybrid, CPU ms | × assist | hybrid wall p50 / p99 ms | vectors alone, CPU ms | words alone, CPU ms | recall@10 of the vectors |"
    yield "|---|---:|---:|---:|---:|---:|---:|"
    for name, peer in found.items():
        for operation, extra in (
            ("hybrid", ""),
            ("hybrid_deep", ", 100 of each lane"),
            ("search", " `search`, query encoded"),
        ):
            if operation != "hybrid" and operation not in peer["rounds"]:
                continue
            value = _cpu(peer, operation)
            times = "—" if own is None or value is None else f"{value / own:.1f}"
            alone = operation == "hybrid"
            recall = peer["quality"].get("dense", {}).get("recall_at_10") if alone else None
            yield (
                f"| {NAMES[name]}{extra} | {_ms(value)} | {times} | {_wall(peer, operation)} |"
                f" {_ms(_cpu(peer, 'dense')) if alone else ''} | {_ms(_cpu(peer, 'lexical')) if alone else ''} |"
                f" {'' if not alone else '—' if recall is None else f'{recall:.3f}'} |"
            )
    yield ""


def _filters(found: Peers) -> Iterator[str]:
    yield "Vectors under a filter: CPU ms, and hits that came back of 10 (thousands of rows match):"
    yield ""
    yield "| | 1 % of the rows | 10 % | 45 % |"
    yield "|---|---:|---:|---:|"
    for name, peer in found.items():
        if f"filtered_{FILTERS[0]}" in peer["rounds"]:
            cells = [_filtered(peer, f"filtered_{share}") for share in FILTERS]
            yield f"| {NAMES[name]} | " + " | ".join(cells) + " |"
    yield ""


def _filtered(peer: Mapping[str, Any], label: str) -> str:
    quality = peer["quality"].get(label, {})
    if "returned" not in quality:
        return "failed"
    return f"{_ms(_cpu(peer, label))}, {quality['returned']:.1f} of 10, recall {quality['recall_at_10']:.2f}"


def _threads(found: Peers) -> Iterator[str]:
    measured = {
        name: [one for one in peer["threads"] if "error" not in one]
        for name, peer in found.items()
        if peer.get("threads")
    }
    if not any(measured.values()):
        return
    many = max(one["threads"] for runs in measured.values() for one in runs)
    yield f"Hybrid searches a second from one thread and from {many}, on all cores, in turn; median, and the best. Other work took its"
    yield "share of the cores meanwhile:"
    yield ""
    yield f"| | one thread | {many} threads | × |"
    yield "|---|---:|---:|---:|"
    for name, runs in measured.items():
        rates = {
            threads: [one["queries"] / one["wall_s"] for one in runs if one["threads"] == threads]
            for threads in (1, many)
        }
        if all(rates.values()):
            cells = [f"{np.median(rate):,.0f} ({max(rate):,.0f})" for rate in rates.values()]
            yield f"| {NAMES[name]} | {' | '.join(cells)} | {np.median(rates[many]) / np.median(rates[1]):.2f} |"
    yield ""


def _costs(found: Peers) -> Iterator[str]:
    yield "A fresh process up to its first answer, and what an index costs (memory: resident beyond the bare interpreter after"
    yield "the rounds, without pages of files; building is without encoding):"
    yield ""
    yield "| | import, CPU s | open, CPU s | first answer, CPU s | all, CPU s (wall s) | build, CPU s (wall s) | disk MB | memory MB |"
    yield "|---|---:|---:|---:|---:|---:|---:|---:|"
    for name, peer in found.items():
        steps = [_least(peer, step) for step in ("import", "open", "first")]
        whole = min(one["first"]["process_cpu_s"] for one in peer["openings"])
        wall = min(one["answered_s"]["wall_s"] for one in peer["openings"])
        build, memory = peer["build"], peer["memory"]
        added = (memory["memory"]["anon"] - memory["bare"]["anon"]) / 1e6
        shared = name == "faiss_bm25s_numba"
        built = "as above" if shared else f"{build['cpu_s']:.0f} ({build['wall_s']:.0f})"
        cells = [f"{step:.2f}" for step in steps]
        yield (
            f"| {NAMES[name]} | {' | '.join(cells)} | {whole:.2f} ({wall:.1f}) | {built} |"
            f" {build['disk_bytes'] / 1e6:,.0f} | {added:,.0f} |"
        )
    yield ""


def _least(peer: Mapping[str, Any], step: str) -> float:
    return min(one[step]["cpu_s"] for one in peer["openings"])


def _cpu(peer: Mapping[str, Any], operation: str) -> float | None:
    rounds = [one["cpu_ms"] for one in peer.get("rounds", {}).get(operation, []) if "cpu_ms" in one]
    return float(np.median(rounds)) if rounds else None


def _wall(peer: Mapping[str, Any], operation: str) -> str:
    rounds = [one["wall_ms"] for one in peer["rounds"].get(operation, []) if "wall_ms" in one]
    if not rounds:
        return "—"
    p50, p99 = np.percentile(np.concatenate(rounds), [50, 99])
    return f"{p50:.2f} / {p99:.1f}"


def _ms(value: float | None) -> str:
    return "—" if value is None else f"{value:.2f}" if value < 100 else f"{value:,.0f}"
