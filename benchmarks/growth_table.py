"""The table and the plot of `benchmarks/README.md` from the raw result of `growth.py`."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

ROWS = (
    ("load all, CPU s", ("add_s", "cpu")),
    ("load ten more, CPU s", ("add_ten_s", "cpu")),
    ("`search`, CPU ms p50", ("search_ms", "cpu_p50")),
    ("`search`, CPU ms p99", ("search_ms", "cpu_p99")),
    ("`suggest`, CPU ms p50", ("suggest_ms", "cpu_p50")),
    ("`suggest`, CPU ms p99", ("suggest_ms", "cpu_p99")),
    ("compact, CPU s", ("compact_s", "cpu")),
)


def growth(here: Path) -> Iterator[str]:
    """The growth of every cost; draws the plot beside the page."""
    file = here / "results" / "growth.json"
    if not file.is_file():
        return
    result = json.loads(file.read_text("utf-8"))
    runs, machine = result["runs"], result["machine"]
    _plot(runs, here / "growth.svg")
    yield "## How cost grows"
    yield ""
    yield "`python benchmarks/growth.py --texts FILE`: the demo shop and so many real texts as past answers in one store. CPU time of"
    yield f"the process, index files included; {machine['date']}, {machine['cores']} cores, load average {machine['load_before'][0]:.1f} before and {machine['load_after'][0]:.1f} after:"
    yield "the machine was shared, so read the growth, not the times. The last column is the exponent x of cost ~ rows^x"
    yield "between the first and the last size: 1 is in proportion, 2 would be quadratic."
    yield ""
    yield "| | " + " | ".join(f"{run['rows']:,} ({run['dense']})" for run in runs) + " | x |"
    yield "|---|" + "---:|" * (len(runs) + 1)
    for name, (group, key) in ROWS:
        values = [run[group][key] for run in runs]
        cells = " | ".join(f"{value:.2f}" for value in values)
        yield f"| {name} | {cells} | {_exponent(runs, values):.2f} |"
    yield ""
    yield "![CPU time of search and suggest by number of passages](growth.svg)"
    yield ""


def _exponent(runs: Sequence[Mapping[str, Any]], values: Sequence[float]) -> float:
    return math.log(values[-1] / values[0]) / math.log(runs[-1]["rows"] / runs[0]["rows"])


def _plot(runs: Sequence[Mapping[str, Any]], file: Path) -> None:
    import matplotlib as mpl

    mpl.use("svg")
    mpl.rcParams["svg.hashsalt"] = "growth"
    from matplotlib import pyplot as plt

    figure, axes = plt.subplots(figsize=(6, 3.4), layout="constrained")
    rows = [run["rows"] for run in runs]
    for name, group, colour in (("search", "search_ms", "C0"), ("suggest", "suggest_ms", "C1")):
        for key, line in (("cpu_p50", "-o"), ("cpu_p99", "--s")):
            axes.plot(rows, [run[group][key] for run in runs], line, color=colour, label=f"{name} {key[4:]}")
    axes.set(xscale="log", yscale="log", xlabel="passages", ylabel="CPU ms")
    axes.grid(alpha=0.3)
    axes.legend(fontsize="small", ncols=2)
    figure.savefig(file, metadata={"Date": None})
    plt.close(figure)
