"""Charts as SVG text for a page that opens offline; Latin letters and digits only, so that any font will do."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from typing import Any

from assist.errors import MissingDependencyError
from assist.evaluate.intervals import Interval

Point = Mapping[str, float | int | None]

_SETTINGS: dict[Any, Any] = {
    "svg.hashsalt": "assist",
    "svg.fonttype": "path",
    "font.family": "DejaVu Sans",
    "font.size": 9,
}
_METADATA = ("Date", "Creator", "Format", "Type")
"""Left out, so that the same numbers give the same bytes."""
_BLUE, _GREY, _RED = "#2f6f9f", "#9aa5ad", "#b5493b"
_LANE_COLORS = {"sparse": _GREY, "dense": "#6fa8c7", "hybrid": _BLUE}


def lane_chart(lanes: Mapping[str, Mapping[str, Interval]]) -> str:
    """Draw each measure's mean with its interval, lanes side by side.

    Raises:
        MissingDependencyError: matplotlib is not installed.
    """

    def draw(axes: Any) -> None:
        names = list(next(iter(lanes.values())))
        width = 0.8 / len(lanes)
        for number, (lane, found) in enumerate(lanes.items()):
            places = [at + (number - (len(lanes) - 1) / 2) * width for at in range(len(names))]
            means = [found[name].mean or 0.0 for name in names]
            ends = [
                [mean - (found[name].low or 0.0) for name, mean in zip(names, means, strict=True)],
                [(found[name].high or 0.0) - mean for name, mean in zip(names, means, strict=True)],
            ]
            axes.bar(places, means, width, yerr=ends, label=lane, color=_LANE_COLORS.get(lane), capsize=2)
        axes.set_xticks(range(len(names)), names, fontsize=8)
        axes.set_ylim(0, 1)
        axes.figure.legend(loc="outside lower center", ncols=3, frameon=False)

    return _svg(draw, width=8.6)


def reliability_chart(table: Sequence[Point], ece: Interval) -> str:
    """Draw the share of usable drafts over their mean confidence, with the number of drafts in each bin.

    Raises:
        MissingDependencyError: matplotlib is not installed.
    """

    def draw(axes: Any) -> None:
        filled = [line for line in table if line["n"]]
        most = max((int(line["n"] or 0) for line in filled), default=1)
        axes.bar(
            [(float(line["low"] or 0) + float(line["high"] or 0)) / 2 for line in filled],
            [0.25 * int(line["n"] or 0) / most for line in filled],
            0.09,
            color="#dfe6ea",
            label="drafts per bin",
        )
        axes.plot([0, 1], [0, 1], color=_GREY, linestyle="--", label="perfectly calibrated")
        axes.plot(
            [line["confidence"] for line in filled],
            [line["usable"] for line in filled],
            color=_BLUE,
            marker="o",
            label="usable",
        )
        for line in filled:
            axes.annotate(
                str(line["n"]), (line["confidence"], line["usable"]), (4, 6), textcoords="offset points"
            )
        axes.set(xlim=(0, 1), ylim=(0, 1.05), xlabel="confidence", ylabel="share of usable drafts")
        axes.set_title("" if ece.mean is None else f"ECE {ece.mean:.3f}")
        axes.figure.legend(loc="outside lower center", ncols=3, frameon=False)

    return _svg(draw, width=4.6, height=4.2)


def risk_coverage_chart(points: Sequence[Point], aurc: Interval, *, target: float) -> str:
    """Draw the share of unusable drafts among the surest, over how many are accepted.

    Raises:
        MissingDependencyError: matplotlib is not installed.
    """

    def draw(axes: Any) -> None:
        axes.step(
            [point["coverage"] for point in points],
            [point["risk"] for point in points],
            where="post",
            color=_BLUE,
        )
        axes.axhline(1 - target, color=_RED, linestyle="--", label=f"{target:.0%} usable")
        axes.set(xlim=(0, 1), ylim=(0, 1), xlabel="coverage", ylabel="share of unusable drafts")
        axes.set_title("" if aurc.mean is None else f"AURC {aurc.mean:.3f}")
        axes.figure.legend(loc="outside lower center", ncols=3, frameon=False)

    return _svg(draw, width=4.6, height=4.2)


def _svg(draw: Any, *, width: float, height: float = 3.4) -> str:
    """Draw into a figure of its own and return the SVG element; no window system, no global figure."""
    try:
        import matplotlib
        from matplotlib.backends.backend_svg import FigureCanvasSVG
        from matplotlib.figure import Figure
    except ImportError as exc:
        raise MissingDependencyError("matplotlib", extra="evaluate") from exc
    with matplotlib.rc_context(_SETTINGS):
        figure = Figure(figsize=(width, height), layout="constrained")
        FigureCanvasSVG(figure)
        axes = figure.add_subplot()
        draw(axes)
        for side in ("top", "right"):
            axes.spines[side].set_visible(False)
        buffer = io.StringIO()
        figure.savefig(buffer, format="svg", metadata=dict.fromkeys(_METADATA))
    text = buffer.getvalue()
    return text[text.index("<svg") :]
