"""The commands that care for a store: parse, call one library function, print. They need no encoder but the store's."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table
from rich.text import Text

from assist.cli_console import AsJson, StorePath, bar, dump, err, out
from assist.results import to_plain

if TYPE_CHECKING:
    from assist.store.local import LocalStore

app = typer.Typer()


@app.command()
def info(store: StorePath, as_json: AsJson = False) -> None:
    """Print what is in a store."""
    with _opened(store, read_only=True) as opened:
        facts = opened.info()
    if as_json:
        dump(to_plain(facts))
        return
    table = Table(show_header=False)
    for key, value in facts.items():
        table.add_row(Text(key), Text(str(to_plain(value))))
    out.print(table)


@app.command()
def verify(store: StorePath, as_json: AsJson = False) -> None:
    """Check a store; exits with 1 when something is wrong."""
    with _opened(store, read_only=True) as opened:
        problems = opened.verify()
    if as_json:
        dump({"sound": not problems, "problems": list(problems)})
    else:
        for problem in problems:
            out.print(problem, markup=False)
        err.print("sound" if not problems else f"{len(problems)} problem(s)")
    if problems:
        raise typer.Exit(1)


@app.command()
def backup(
    store: StorePath, target: Annotated[Path, typer.Argument(help="A new or empty folder for the copy.")]
) -> None:
    """Copy a store, in one consistent state, while it is in use."""
    from assist.store.backup import backup_store

    backup_store(store, target)
    err.print(f"{store} is copied to {target}", markup=False)


@app.command()
def restore(
    backup: Annotated[Path, typer.Argument(help="Folder that a backup was written to.")],
    store: StorePath,
    replace: Annotated[
        bool, typer.Option("--replace", help="Move a store that is there aside; stop what has it open first.")
    ] = False,
) -> None:
    """Make the store that a backup holds."""
    from assist.store.backup import restore_store

    aside = restore_store(backup, store, replace=replace)
    err.print(f"{store} holds what {backup} holds", markup=False)
    if aside is not None:
        err.print(f"what was there is now at {aside}", markup=False)


@app.command()
def compact(store: StorePath) -> None:
    """Erase removed documents for good and give the room back."""
    with _opened(store) as opened:
        opened.compact()
    err.print(f"{store} is compacted", markup=False)


@app.command()
def reencode(
    store: StorePath,
    encoder: Annotated[str, typer.Option(help="The new encoder: bundled, a model folder or a name.")],
) -> None:
    """Give a store another encoder's vectors while it is in use; a run that was killed goes on where it stopped."""
    from assist.encoder import load
    from assist.store.reencoding import reencode_store

    model = load(encoder)
    with bar() as progress:
        revision = reencode_store(store, model, progress=progress)
    err.print(f"{store} has the vectors of {model.identity.name} from revision {revision} on", markup=False)


@contextmanager
def _opened(store: Path, *, read_only: bool = False) -> Iterator[LocalStore]:
    from assist.store.local import LocalStore

    with LocalStore.open(store, encoder=None, read_only=read_only) as opened:
        yield opened
