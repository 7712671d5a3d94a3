"""The commands `assist check`, `approve`, `retire` and `report ...`: parse, call one library function, print."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer
from rich.text import Text

from assist.cli_console import AsJson, EncoderName, StorePath, dump, err, out
from assist.results import Severity, to_plain

if TYPE_CHECKING:
    from assist.agreement import AnswerReview
    from assist.guard.conflicts import Conflict
    from assist.results import Citation, Finding

app = typer.Typer()
report_app = typer.Typer(no_args_is_help=True, help="What in a store needs a person's eye.")
Ids = Annotated[list[str], typer.Argument(help="Ids of past answers.")]


@app.command()
def check(
    text: Annotated[
        list[str] | None, typer.Argument(help="Texts to check; none: one a line from standard input.")
    ] = None,
    store: Annotated[
        Path | None, typer.Option(help="A store, for the shop's name and its law and platform texts.")
    ] = None,
    words: Annotated[
        list[Path] | None, typer.Option(help="The shop's own word lists (TOML); may be repeated.")
    ] = None,
    encoder: EncoderName = "bundled",
    as_json: AsJson = False,
) -> None:
    """Check texts of your own before they are sent; exits with 1 when one may not be sent."""
    texts = text or [line.rstrip("\n") for line in sys.stdin if line.strip()]
    found = _found(texts, store, encoder, tuple(map(str, words or ())))
    if as_json:
        dump(
            [
                {"text": line, "findings": to_plain(findings)}
                for line, findings in zip(texts, found, strict=True)
            ]
        )
    else:
        for line, findings in zip(texts, found, strict=True):
            _print_check(line, findings)
    if any(finding.severity is Severity.BLOCK for findings in found for finding in findings):
        raise typer.Exit(1)


@app.command()
def approve(
    store: StorePath,
    ids: Ids,
    reason: Annotated[str, typer.Option(help="Why, for the record.")] = "人工确认",
    encoder: EncoderName = "bundled",
) -> None:
    """Let past answers be drafted, again or for the first time."""
    _set_state("approve", store, ids, reason, encoder)


@app.command()
def retire(
    store: StorePath,
    ids: Ids,
    reason: Annotated[str, typer.Option(help="Why, for the record.")] = "人工停用",
    encoder: EncoderName = "bundled",
) -> None:
    """Keep past answers out of every draft."""
    _set_state("retire", store, ids, reason, encoder)


def _set_state(
    verb: Literal["approve", "retire"], store: Path, ids: list[str], reason: str, encoder: str
) -> None:
    from assist.assistant import Assistant

    with Assistant.open(store, encoder=encoder) as assistant:
        change = assistant.approve if verb == "approve" else assistant.retire
        err.print(f"{verb}d {change(ids, reason=reason)}")


@report_app.command()
def conflicts(
    store: StorePath,
    on: Annotated[str | None, typer.Option(help="Leave out what ended before (ISO date); now.")] = None,
    encoder: EncoderName = "bundled",
    as_json: AsJson = False,
) -> None:
    """List what the shop's texts and the law say against each other, with both quotes and which one stands."""
    from assist.assistant import Assistant

    with Assistant.open(store, encoder=encoder, read_only=True) as assistant:
        found = assistant.conflicts(on=on)
    if as_json:
        dump([to_plain(conflict) for conflict in found])
        return
    for conflict in found:
        _print_conflict(conflict)
    err.print(f"{len(found)} conflict(s)")


@report_app.command()
def stale(
    store: StorePath,
    state: Annotated[
        list[str] | None,
        typer.Option(help="candidate, approved, stale, retired or blocked; may be repeated."),
    ] = None,
    encoder: EncoderName = "bundled",
    as_json: AsJson = False,
) -> None:
    """List past answers that a changed text left behind: state, reason, and the passages they rested on."""
    from assist.assistant import Assistant

    with Assistant.open(store, encoder=encoder, read_only=True) as assistant:
        found = assistant.past_answers(states=state or ("stale", "retired"))
    if as_json:
        dump([to_plain(review) for review in found])
        return
    for review in found:
        _print_review(review)
    err.print(f"{len(found)} answer(s)")


def _found(
    texts: Sequence[str], store: Path | None, encoder: str, lists: tuple[str, ...]
) -> list[tuple[Finding, ...]]:
    from assist.assistant import Assistant
    from assist.guard import screen
    from assist.guard.lexicon import shop_lexicon
    from assist.settings import GuardSettings, Settings

    if store is None:
        extra = shop_lexicon(lists)
        return [screen(text, extra=extra) for text in texts]
    settings = Settings(guard=GuardSettings(lists=lists))
    with Assistant.open(store, encoder=encoder, settings=settings, read_only=True) as assistant:
        return [assistant.check(text) for text in texts]


def _print_check(text: str, findings: Sequence[Finding]) -> None:
    out.print(Text("ok    " if not findings else "found ", style="bold").append(text, style="not bold"))
    for finding in findings:
        word, ground = finding.evidence.get("word", ""), finding.evidence.get("ground", "")
        hint = finding.evidence.get("hint", "")
        out.print(
            f"      {finding.severity} {finding.kind}「{word}」{finding.message}；{ground}；{hint}",
            markup=False,
        )


def _print_conflict(conflict: Conflict) -> None:
    head = Text(f"{conflict.status} ", style="bold").append(conflict.key, style="bold cyan")
    out.print(head.append(f"  {conflict.reason}", style="not bold"))
    for side, value in zip(conflict.sides, conflict.values, strict=True):
        mark = "✓" if side.document_id == conflict.wins else " "
        out.print(f"  {mark} {value}  {_place(side)}", markup=False, highlight=False)


def _print_review(review: AnswerReview) -> None:
    since = "" if review.since is None else f" {review.since:%Y-%m-%d %H:%M}"
    out.print(Text(f"{review.state}{since} ", style="bold").append(review.document_id, style="cyan"))
    out.print(f"    问：{review.question}\n    答：{review.answer}", markup=False, highlight=False)
    if review.reason:
        out.print(f"    {review.reason}", markup=False, highlight=False)
    for pin in review.pins:
        out.print(f"    ↳ {_place(pin)}", markup=False, highlight=False, style="dim")


def _place(citation: Citation) -> str:
    validity = citation.source.validity
    start = "" if validity.valid_from is None else f"{validity.valid_from:%Y-%m-%d}"
    end = "" if validity.valid_to is None else f"{validity.valid_to:%Y-%m-%d}"
    held = f" {start}–{end}" if start or end else ""
    section = f" §{citation.section}" if citation.section else ""
    quote = " ".join(citation.quote.split())
    return (
        f"{citation.document_id}{section} ({citation.source.level}{held}, {citation.version[:8]}) 「{quote}」"
    )
