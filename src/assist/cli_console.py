"""What all commands share: where they print, their common arguments, the bar of long work."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

out = Console()
"""Results."""
err = Console(stderr=True)
"""Everything else."""

StorePath = Annotated[Path, typer.Argument(help="Store folder, such as shop.assist.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
EncoderName = Annotated[str, typer.Option(help="Encoder: bundled, a model folder or a name.")]


@contextmanager
def bar() -> Iterator[Callable[[int, int, str], None]]:
    """Show how far long work is, on stderr, one line for each stage."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=err, transient=True) as progress:
        tasks: dict[str, Any] = {}

        def advance(done: int, total: int, what: str) -> None:
            stage = what if what == "encode" else "read"
            if stage not in tasks:
                tasks[stage] = progress.add_task(stage, total=total)
            progress.update(tasks[stage], completed=done, total=total)

        yield advance


def dump(value: object) -> None:
    """Print JSON on stdout."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False, indent=2) + "\n")
