"""The command `assist`: parse, call one library function, print. Results on stdout, messages on stderr.

Exit codes: 0 done, 1 error, 2 usage.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from assist.cli_console import AsJson, EncoderName, StorePath, bar, dump, err, out
from assist.cli_encoder import app as encoder_app
from assist.cli_encoder import history_app
from assist.cli_evaluate import app as evaluate_app
from assist.cli_guard import app as guard_app
from assist.cli_guard import report_app
from assist.cli_store import app as store_app
from assist.cli_tune import tune
from assist.errors import AssistError
from assist.results import to_plain

if TYPE_CHECKING:
    from assist.assistant import Assistant
    from assist.loading import AddReport
    from assist.results import Draft, Hit, Suggestion

app = typer.Typer(
    add_completion=False, no_args_is_help=True, help="Reply drafts with exact sources for shop messages."
)
app.add_typer(store_app)
app.add_typer(history_app)
app.add_typer(evaluate_app, name="evaluate")
app.command()(tune)
app.add_typer(encoder_app, name="encoder")
app.add_typer(report_app, name="report")
app.add_typer(guard_app)


def _version(asked: bool) -> None:
    if asked:
        out.print(version("assist"), highlight=False)
        raise typer.Exit


@app.callback()
def root(
    _: Annotated[
        bool,
        typer.Option("--version", callback=_version, is_eager=True, help="Print the version and leave."),
    ] = False,
) -> None:
    """Reply drafts with exact sources for shop messages."""


@app.command()
def add(
    store: StorePath,
    paths: Annotated[list[Path], typer.Argument(help="Files or folders to load.")],
    encoder: EncoderName = "bundled",
    on_error: Annotated[str, typer.Option(help="What to do with broken input: skip or raise.")] = "skip",
    as_json: AsJson = False,
) -> None:
    """Load files into a store; it is made when it does not exist."""
    mode = _on_error(on_error)
    missing = [path for path in paths if not path.exists()]
    if missing:
        raise typer.BadParameter(f"there is no {missing[0]}")
    done = []
    with _opened(store, encoder, create=True) as assistant:
        for path in paths:
            with bar() as progress:
                report = assistant.add_files(path, on_error=mode, progress=progress)
            done.append({"path": str(path), **_as_dict(to_plain(report))})
            if not as_json:
                _print_report(path, report)
    if as_json:
        dump(done if len(done) > 1 else done[0])


@app.command()
def search(
    store: StorePath,
    query: Annotated[str, typer.Argument(help="What to look for.")],
    k: Annotated[int, typer.Option("-k", help="Hits wanted.")] = 10,
    product: Annotated[str | None, typer.Option(help="Only this product and what concerns all.")] = None,
    kind: Annotated[
        list[str] | None, typer.Option(help="Only documents of this kind; may be repeated.")
    ] = None,
    on: Annotated[str | None, typer.Option(help="Only what is valid then (ISO date).")] = None,
    encoder: EncoderName = "bundled",
    as_json: AsJson = False,
) -> None:
    """Print the best passages for a query."""
    with _opened(store, encoder, read_only=True) as assistant:
        hits = assistant.search(query, k=k, product=product, kinds=kind or None, on=on)
    if as_json:
        dump([to_plain(hit) for hit in hits])
    else:
        _print_hits(hits)


@app.command()
def suggest(
    store: StorePath,
    message: Annotated[
        list[str], typer.Argument(help="The message; several arguments are a burst of lines.")
    ],
    product: Annotated[str | None, typer.Option(help="Product id the shopper looks at.")] = None,
    order: Annotated[str | None, typer.Option(help="Order facts as a JSON object.")] = None,
    customer: Annotated[str | None, typer.Option(help="Customer facts as a JSON object.")] = None,
    channel: Annotated[str, typer.Option(help="wangwang, sms or phone.")] = "wangwang",
    on: Annotated[str | None, typer.Option(help="The moment to answer for (ISO); now if not given.")] = None,
    mode: Annotated[str, typer.Option(help="agent: a person sends; auto: nobody reads it first.")] = "agent",
    k: Annotated[int, typer.Option("-k", help="Drafts wanted.")] = 3,
    encoder: EncoderName = "bundled",
    as_json: AsJson = False,
) -> None:
    """Suggest reply drafts for a message."""
    with _opened(store, encoder, read_only=True) as assistant:
        suggestion = assistant.suggest(
            message,
            product=product,
            order=_mapping(order, "--order"),
            customer=_mapping(customer, "--customer"),
            channel=channel,
            on=on,
            mode=mode,
            k=k,
        )
    if as_json:
        dump(suggestion.to_dict())
    else:
        print_suggestion(suggestion, out)


def main() -> None:
    """Run the command line; a known error is one line on stderr and exit code 1."""
    try:
        app()
    except AssistError as error:
        err.print(f"assist: {error}", markup=False, highlight=False)
        sys.exit(1)


@contextmanager
def _opened(
    store: Path, encoder: str, *, create: bool = False, read_only: bool = False
) -> Iterator[Assistant]:
    from assist.assistant import Assistant

    with Assistant.open(store, create=create, encoder=encoder, read_only=read_only) as assistant:
        yield assistant


def _on_error(word: str) -> Any:
    if word not in {"skip", "raise"}:
        raise typer.BadParameter(f"must be skip or raise, got {word!r}")
    return word


def _mapping(text: str | None, option: str) -> dict[str, object] | None:
    if text is None:
        return None
    try:
        value = json.loads(text)
    except json.JSONDecodeError as error:
        raise typer.BadParameter(f"{option} is not JSON: {error}") from error
    if not isinstance(value, dict):
        raise typer.BadParameter(f"{option} must be a JSON object")
    return value


def _print_report(path: Path, report: AddReport) -> None:
    table = Table(title=Text(str(path)), show_header=False)
    table.add_row("loaded", str(len(report.loaded)))
    table.add_row("new version", str(len(report.changed)))
    table.add_row("unchanged", str(len(report.unchanged)))
    table.add_row("chunks", str(report.chunks))
    table.add_row("never shown", str(len(report.blocked)))
    table.add_row("masked", str(report.masked))
    table.add_row("skipped", str(len(report.skipped)))
    out.print(table)
    for item in report.skipped:
        line = "" if item.line is None else f":{item.line}"
        err.print(f"skipped {item.path}{line}: {item.reason}", markup=False, highlight=False)


def _as_dict(value: object) -> dict[str, object]:
    return value if isinstance(value, dict) else {}


def _print_hits(hits: list[Hit]) -> None:
    table = Table("rank", "score", "document", "section", "text")
    for hit in hits:
        text = _clipped(hit.chunk.text.replace("\n", " "), 90)
        cells = (str(hit.rank), f"{hit.score:.3f}", hit.document.id, hit.chunk.section, text)
        table.add_row(*(Text(cell) for cell in cells))
    out.print(table)


def print_suggestion(suggestion: Suggestion, console: Console) -> None:
    """Print a suggestion for a person: decision, drafts, citations with quote and place, findings, timings."""
    tags = "、".join(suggestion.labels)
    head = Text(f"{suggestion.decision}", style="bold")
    console.print(head.append(f"  {suggestion.question.intent or '—'}  {tags}", style="not bold"))
    if suggestion.handoff is not None:
        console.print(Text(f"转人工：{suggestion.handoff.reason} → {suggestion.handoff.target}"))
    for number, draft in enumerate(suggestion.drafts, start=1):
        _print_draft(number, draft, console)
    for finding in suggestion.findings:
        console.print(f"  ! {finding.severity} {finding.kind}: {finding.message}", markup=False)
    spent = "  ".join(f"{stage} {seconds * 1000:.1f} ms" for stage, seconds in suggestion.timings.items())
    console.print(f"[dim]{spent}[/dim]")


def _print_draft(number: int, draft: Draft, console: Console) -> None:
    console.print(f"[cyan]{number}. {draft.confidence:.2f}[/cyan] ", end="")
    console.print(draft.text, markup=False, highlight=False)
    dated = (place for said in draft.statements if said.dated for place in said.citations)
    for citation in (*draft.citations, *dated):
        section = f" §{citation.section}" if citation.section else ""
        place = f"{citation.source.path or citation.document_id}{section} [{citation.span.start}:{citation.span.end}]"
        console.print(
            f"     ↳ {place} 「{_clipped(citation.quote, 120)}」", markup=False, highlight=False, style="dim"
        )
    for finding in draft.findings:
        console.print(f"     ! {finding.severity} {finding.kind}: {finding.message}", markup=False)


def _clipped(text: str, chars: int) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= chars else flat[: chars - 1] + "…"


if __name__ == "__main__":
    main()
