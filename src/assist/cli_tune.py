"""The command `assist tune`: parse, call one library function, print."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from assist.cli_console import AsJson, EncoderName, StorePath, dump, err
from assist.cli_evaluate import bar, print_table

if TYPE_CHECKING:
    from assist.tuning import TuningReport


def tune(
    store: StorePath,
    questions: Annotated[
        Path | None, typer.Argument(help="Labelled questions, JSON Lines; else the feedback in the store.")
    ] = None,
    split: Annotated[str | None, typer.Option(help="Only rows of this split.")] = None,
    reset: Annotated[bool, typer.Option(help="Go back to what is shipped.")] = False,
    encoder: EncoderName = "bundled",
    as_json: AsJson = False,
) -> None:
    """Fit the mix of lanes, the ranker and the confidence to a shop's own labels; kept only where better."""
    from assist import tuning

    if reset:
        forgotten = tuning.reset(store, encoder=encoder)
        err.print("back to what is shipped" if forgotten else "nothing was tuned")
        return
    with bar() as progress:
        report = tuning.tune(store, questions, split=split, encoder=encoder, progress=progress)
    if as_json:
        dump(report.to_dict())
    else:
        _print(report)
    err.print(report.words, markup=False, highlight=False)


def _print(report: TuningReport) -> None:
    rows = [
        [
            part.name,
            part.measure,
            f"{part.before:.4f}",
            "–" if part.after is None else f"{part.after:.4f}",
            "yes" if part.kept else "no",
        ]
        for part in report.parts
    ]
    print_table(["part", "on the held-back questions", "before", "fitted", "kept"], rows)
