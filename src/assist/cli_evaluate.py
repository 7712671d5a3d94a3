"""The commands `assist evaluate ...`: parse, call one library function, print. Results on stdout, the rest on stderr."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from assist.evaluate import Comparison, Interval

app = typer.Typer(
    no_args_is_help=True, help="Measure retrieval and drafts on labelled sets; compare two results."
)

EncoderName = Annotated[str, typer.Option(help="Encoder: bundled, a model folder or a name.")]
JsonFile = Annotated[Path | None, typer.Option("--json", help="Write the result here.")]
HtmlFile = Annotated[Path | None, typer.Option("--html", help="Write a page with charts here.")]
Sample = Annotated[int | None, typer.Option(min=1, help="Only this many random questions.")]
Seed = Annotated[int, typer.Option(help="Of the sample and the intervals.")]
Jobs = Annotated[int, typer.Option(min=1, help="How many at once.")]


@app.command()
def retrieval(
    folder: Annotated[Path, typer.Argument(help="BEIR layout: corpus.jsonl, queries.jsonl, qrels.tsv.")],
    queries: Annotated[Path | None, typer.Option(help="Another queries file.")] = None,
    qrels: Annotated[Path | None, typer.Option(help="Another qrels file.")] = None,
    encoder: EncoderName = "bundled",
    dense_weight: Annotated[
        list[float] | None, typer.Option(help="Also measure this dense share of the mix; may be repeated.")
    ] = None,
    measure: Annotated[
        list[str] | None, typer.Option(help="Measures such as nDCG@10, R@5; may be repeated.")
    ] = None,
    store: Annotated[
        Path | None, typer.Option(help="Keep the store in this folder, for the next run.")
    ] = None,
    duplicates: Annotated[
        str, typer.Option(help="A document id that comes twice: raise, or fold into one document.")
    ] = "raise",
    ranked: Annotated[
        bool | None,
        typer.Option(
            help="Also order the first hits anew; by default up to 2,000 queries with the bundled encoder."
        ),
    ] = None,
    json_file: JsonFile = None,
    html_file: HtmlFile = None,
    sample: Sample = None,
    seed: Seed = 0,
    jobs: Jobs = 1,
) -> None:
    """Run each lane and the hybrid over a retrieval set and measure what they find."""
    from assist.evaluate import evaluate_retrieval, retrieval_html
    from assist.evaluate.measures import DEFAULT

    with bar() as progress:
        result = evaluate_retrieval(
            folder,
            queries=queries,
            qrels=qrels,
            encoder=encoder,
            measures=tuple(measure or DEFAULT),
            dense_weights=tuple(dense_weight or ()),
            store=store,
            duplicates=_duplicates(duplicates),
            ranked=ranked,
            sample=sample,
            seed=seed,
            jobs=jobs,
            progress=progress,
        )
    _write(json_file, result.to_json)
    _write(html_file, lambda: retrieval_html(result))
    if json_file is None:
        _print_lanes({**result.lanes, **{f"hybrid at {w}": found for w, found in result.fusion.items()}})


@app.command()
def drafts(
    store: Annotated[Path, typer.Argument(help="Store folder, such as shop.assist.")],
    questions: Annotated[Path, typer.Argument(help="Labelled questions or a log of replies, JSON Lines.")],
    split: Annotated[str | None, typer.Option(help="Only rows of this split.")] = None,
    encoder: EncoderName = "bundled",
    on: Annotated[
        str | None, typer.Option(help="The moment (ISO) for rows that name none; else now.")
    ] = None,
    json_file: JsonFile = None,
    html_file: HtmlFile = None,
    sample: Sample = None,
    seed: Seed = 0,
    jobs: Jobs = 1,
) -> None:
    """Suggest for every labelled question and compare with its labels."""
    from assist.evaluate import drafts_html, evaluate_drafts

    with bar() as progress:
        result = evaluate_drafts(
            store,
            questions,
            split=split,
            encoder=encoder,
            on=on,
            sample=sample,
            seed=seed,
            jobs=jobs,
            progress=progress,
        )
    _write(json_file, result.to_json)
    _write(html_file, lambda: drafts_html(result))
    if json_file is None:
        _print_measures(result.measures)


@app.command()
def replay(
    store: Annotated[Path, typer.Argument(help="Store folder, such as shop.assist.")],
    log: Annotated[Path, typer.Argument(help="Replies or labelled questions in order of time, JSON Lines.")],
    split: Annotated[str | None, typer.Option(help="Only rows of this split.")] = None,
    encoder: EncoderName = "bundled",
    passes: Annotated[
        int, typer.Option(min=1, help="How often the log is gone through; the last is measured.")
    ] = 1,
    json_file: JsonFile = None,
    seed: Seed = 0,
) -> None:
    """Replay a log and measure how feedback moves the chosen draft; nothing is written to the store."""
    from assist.evaluate import evaluate_replay

    with bar() as progress:
        result = evaluate_replay(
            store, log, split=split, encoder=encoder, passes=passes, seed=seed, progress=progress
        )
    _write(json_file, result.to_json)
    if json_file is None:
        _print_measures(result.measures)


@app.command()
def compare(
    before: Annotated[Path, typer.Argument(help="JSON result of the earlier run.")],
    after: Annotated[Path, typer.Argument(help="JSON result of the later run.")],
    measure: Annotated[
        list[str] | None, typer.Option(help="Fail only on a drop of this measure; may be repeated.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    seed: Seed = 0,
) -> None:
    """Compare two results question by question; exits with 1 when a measure got significantly worse."""
    from assist.evaluate import compare as compare_results

    found = compare_results(before, after, gates=measure or None, seed=seed)
    if as_json:
        sys.stdout.write(json.dumps(found.to_dict(), ensure_ascii=False, indent=2) + "\n")
    else:
        _print_comparison(found)
    if not found.same_data:
        _say("the two results were not run on the same files")
    if found.dropped:
        _say(f"significantly worse: {', '.join(found.dropped)}")
        raise typer.Exit(1)


def _duplicates(word: str) -> Any:
    if word not in {"raise", "fold"}:
        raise typer.BadParameter(f"must be raise or fold, got {word!r}")
    return word


def _write(path: Path | None, make: Callable[[], str]) -> None:
    if path is not None:
        path.write_text(make(), encoding="utf-8", newline="\n")


def _say(text: str) -> None:
    sys.stderr.write(text + "\n")


@contextmanager
def bar() -> Iterator[Callable[[int, int, str], None]]:
    """Show one progress bar per stage on stderr."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        tasks: dict[str, TaskID] = {}

        def advance(done: int, total: int, what: str) -> None:
            if what not in tasks:
                tasks[what] = bar.add_task(what, total=total)
            bar.update(tasks[what], completed=done, total=total)

        yield advance


def print_table(head: list[str], rows: list[list[str]]) -> None:
    """Print a table on stdout."""
    from rich.console import Console
    from rich.table import Table

    table = Table(*head)
    for row in rows:
        table.add_row(*row)
    Console().print(table)


def _print_lanes(lanes: Mapping[str, Mapping[str, Interval]]) -> None:
    names = list(next(iter(lanes.values())))
    rows = [[lane, *(_mean(found[name].mean) for name in names)] for lane, found in lanes.items()]
    print_table(["lane", *names], rows)


def _print_measures(measures: Mapping[str, Interval]) -> None:
    rows = [
        [name, _mean(one.mean), f"{_mean(one.low)}–{_mean(one.high)}", str(one.n)]
        for name, one in measures.items()
    ]
    print_table(["measure", "mean", "interval", "questions"], rows)


def _print_comparison(found: Comparison) -> None:
    rows = [
        [
            change.measure,
            _mean(change.before),
            _mean(change.after),
            f"{_mean(change.difference)} ({_mean(change.low)} to {_mean(change.high)})",
            "worse" if change.worse else "better" if change.significant else "",
        ]
        for change in found.changes
    ]
    print_table(["measure", "before", "after", "difference", "significant"], rows)
    moved = [[one.id, one.measure, _mean(one.before), _mean(one.after)] for one in found.moved]
    if moved:
        print_table(["question that moved", "measure", "before", "after"], moved)


def _mean(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"
