"""How long a suggestion takes: tables from `results/suggest.json`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

STAGES = {
    "all": "all stages",
    "understand": "understanding",
    "retrieve": "search",
    "draft": "drafts",
    "guard": "guards",
    "wall": "all stages, wall",
}


def suggest(result: Mapping[str, Any] | None) -> Iterator[str]:
    """Yield the lines of the section; none without a result."""
    if result is None:
        return
    trees = result["trees"]
    yield "## How long a suggestion takes"
    yield ""
    yield f"`python benchmarks/suggest.py`: the development questions of the demo shop, median of {result['rounds']} processes"
    yield f"each, one thread, {result['machine']['cores']} cores. Milliseconds of CPU a message; the processes had answered other"
    yield "questions before, not these. " + _turns(trees)
    yield ""
    yield "| stage | " + " | ".join(f"{name} p50 / p95 / p99 | mean" for name in trees) + " |"
    yield "|---|" + "---:|---:|" * len(trees)
    for stage, label in STAGES.items():
        cells = (_cells(tree["suggest_ms"][stage]) for tree in trees.values())
        yield f"| {label} | {' | '.join(cells)} |"
    yield ""
    yield "`suggest_many`, milliseconds of CPU a message, and a fresh process, seconds of CPU (wall):"
    yield ""
    yield "| | " + " | ".join(trees) + " |"
    yield "|---|" + "---:|" * len(trees)
    for size in next(iter(trees.values()))["batch_ms"]:
        row = " | ".join(f"{tree['batch_ms'][size]:.2f}" for tree in trees.values())
        yield f"| batch of {int(size):,} | {row} |"
    for step, label in (
        ("import", "import"),
        ("open", "open"),
        ("answer", "first answer"),
        ("all", "together"),
    ):
        row = " | ".join(_fresh(tree["fresh"], step) for tree in trees.values())
        yield f"| {label} | {row} |"
    yield ""


def _turns(trees: Mapping[str, Any]) -> str:
    """Say how two trees were compared."""
    if "before" not in trees:
        return "The machine was shared with other work."
    return (
        "Two commits took turns, message by message, on a machine shared with other work: their ratio counts."
    )


def _cells(stage: Mapping[str, float]) -> str:
    return f"{stage['p50']:.1f} / {stage['p95']:.1f} / {stage['p99']:.1f} | {stage['mean']:.1f}"


def _fresh(times: Mapping[str, float], step: str) -> str:
    return f"{times[f'{step}_cpu_s']:.2f} ({times[f'{step}_wall_s']:.2f})"
