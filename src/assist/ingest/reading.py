"""One file, or all files of a folder, each given to the reader of its format."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path, PurePosixPath

from assist.documents import Document
from assist.errors import IngestError, InputError, MalformedRecordError, UnsupportedFormatError
from assist.ingest.decode import decode
from assist.ingest.html import read_html
from assist.ingest.jsonl import read_jsonl
from assist.ingest.markdown import read_markdown
from assist.ingest.result import ReadResult, Skipped
from assist.ingest.shop_toml import read_shop
from assist.ingest.source import Source, load, relative_name
from assist.ingest.table import read_csv, read_xlsx
from assist.settings import IngestSettings

_DEFAULTS = IngestSettings()
_SHOP_FILE = "shop.toml"
_NOT_KNOWLEDGE = frozenset({"readme", "license", "licence", "changelog", "contributing"})
_Reader = Callable[[Source, str], "Iterable[Document | Skipped]"]


def _html(source: Source, text: str) -> Iterable[Document | Skipped]:
    return (read_html(source, text),)


def _markdown(source: Source, text: str) -> Iterable[Document | Skipped]:
    return (read_markdown(source, text),)


_TEXT_READERS: Mapping[str, _Reader] = {
    ".html": _html,
    ".htm": _html,
    ".md": _markdown,
    ".markdown": _markdown,
    ".txt": _markdown,
    ".csv": read_csv,
    ".tsv": read_csv,
    ".jsonl": read_jsonl,
    ".ndjson": read_jsonl,
}
SUFFIXES: tuple[str, ...] = (*_TEXT_READERS, ".xlsx")
"""Suffixes of files that hold documents; besides, the file `shop.toml`."""


def read(
    path: str | Path, *, settings: IngestSettings = _DEFAULTS, root: str | Path | None = None
) -> ReadResult:
    """Read one file.

    Args:
        path: An existing file.
        settings: Limits.
        root: The folder that sources are relative to; None: the file's own.

    Returns:
        Its documents, and what of it was left out.

    Raises:
        InputError: There is no such file, or it is a folder.
        UnsupportedFormatError: Its format, or the columns of its tables, are not known.
        IngestError: It cannot be read at all: too large, not text, broken front matter, nothing to see.
    """
    file = Path(path)
    if not os.path.lexists(file) or file.is_dir():
        what = "a folder; use read_folder" if file.is_dir() else "not there"
        raise InputError(f"path must be an existing file, {str(path)!r} is {what}")
    base = None if root is None else Path(root)
    name = relative_name(file, base)
    _check_suffix(name)
    return _read(load(file, name=name, settings=settings, folders=_folders(file, name, base)))


def read_bytes(data: bytes, *, name: str, settings: IngestSettings = _DEFAULTS) -> ReadResult:
    """Read a file that is already in memory.

    Args:
        data: All of it.
        name: Its path as documents shall name it, posix form; suffix and folders tell format and kind.
        settings: Limits.

    Raises:
        IngestError: As `read`.
    """
    _check_suffix(name)
    if len(data) > settings.max_file_bytes:
        limit = settings.max_file_bytes
        raise IngestError(f"larger than max_file_bytes = {limit}: {len(data)} bytes", path=name)
    folders = tuple(parent.name for parent in PurePosixPath(name).parents if parent.name)
    return _read(Source(name=name, data=data, settings=settings, folders=folders))


def read_folder(
    folder: str | Path,
    *,
    settings: IngestSettings = _DEFAULTS,
    progress: Callable[[int, int, str], None] | None = None,
) -> Iterator[ReadResult]:
    """Read all files of a folder and of the folders in it, in the order of their names.

    Hidden files are passed over. What cannot be read (no permission, a link that leaves the folder, an unknown
    format) comes as a result without documents that says why.

    Args:
        folder: An existing folder; a file is read as the only one.
        settings: Limits, each for one file.
        progress: Called after each file with the number done, the number of all, and its path.

    Returns:
        One result per file, read as the caller walks through them.

    Raises:
        InputError: There is no such folder, or no file in it.
    """
    root = Path(folder)
    if root.is_file():
        return iter([_reported(root, root.parent, settings)])
    if not root.is_dir():
        raise InputError(f"folder must be an existing folder, {str(folder)!r} is not there")
    found, refused = _walk(root)
    if not found and not refused:
        raise InputError(
            f"no file in {str(folder)!r}; looked for {_SHOP_FILE} and files ending in {_supported()}"
        )
    return _results(root, found, refused, settings, progress)


def _results(
    root: Path,
    found: list[Path],
    refused: list[Skipped],
    settings: IngestSettings,
    progress: Callable[[int, int, str], None] | None,
) -> Iterator[ReadResult]:
    for entry in refused:
        yield ReadResult(entry.path, skipped=(entry,))
    for done, path in enumerate(found, 1):
        result = _reported(path, root, settings)
        if progress is not None:
            progress(done, len(found), result.path)
        yield result


def _reported(path: Path, root: Path, settings: IngestSettings) -> ReadResult:
    """Read a file; what it raises becomes the result's report."""
    name = relative_name(path, root)
    if path.stem.lower() in _NOT_KNOWLEDGE:
        return ReadResult(name, skipped=(Skipped(name, None, "a note about the files, not knowledge"),))
    try:
        _check_place(path, root, name)
        return read(path, settings=settings, root=root)
    except IngestError as exc:
        return ReadResult(name, skipped=(Skipped.of(exc, path=name),))


def _check_place(path: Path, root: Path, name: str) -> None:
    if path.is_symlink():
        try:
            path.resolve(strict=True).relative_to(root.resolve())
        except (OSError, ValueError, RuntimeError) as exc:
            raise IngestError("a link that leaves the folder or leads nowhere", path=name) from exc


def _walk(root: Path) -> tuple[list[Path], list[Skipped]]:
    refused: list[Skipped] = []

    def refuse(error: OSError) -> None:
        closed = Path(error.filename)
        # Relative to itself the folder that was given is `.`, which names nothing.
        name = str(root) if closed == root else relative_name(closed, root)
        refused.append(Skipped(name, None, f"cannot be opened: {error.strerror}", "IngestError"))

    found: list[Path] = []
    for folder, folders, files in os.walk(root, onerror=refuse):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        place = Path(folder)
        for name in folders:
            if (place / name).is_symlink():
                refused.append(
                    Skipped(relative_name(place / name, root), None, "a link to a folder", "IngestError")
                )
        found.extend(place / name for name in files if not name.startswith("."))
    found.sort(key=lambda path: path.relative_to(root).parts)
    return found, refused


def _folders(file: Path, name: str, root: Path | None) -> tuple[str, ...]:
    inner = tuple(parent.name for parent in PurePosixPath(name).parents if parent.name)
    outer = (Path(os.path.abspath(root)) if root is not None else Path(os.path.abspath(file)).parent).name
    return (*inner, outer)


def _supported() -> str:
    return " ".join(SUFFIXES)


def _check_suffix(name: str) -> None:
    path = PurePosixPath(name)
    if path.name.lower() != _SHOP_FILE and path.suffix.lower() not in SUFFIXES:
        what = path.suffix or "no suffix"
        message = f"{what} is not a format that is read here; supported: {_SHOP_FILE} {_supported()}"
        raise UnsupportedFormatError(message, path=name)


def _read(source: Source) -> ReadResult:
    if source.suffix == ".xlsx":
        return _gathered(source, read_xlsx(source), ())
    decoded = decode(source.data, path=source.name)
    notes: tuple[Skipped, ...] = ()
    if decoded.lost:
        reason = f"{decoded.lost} characters could not be read as {decoded.encoding} and became U+FFFD"
        notes = (Skipped(source.name, decoded.lost_line, reason, "MalformedRecordError"),)
    if PurePosixPath(source.name).name.lower() == _SHOP_FILE:
        profile, unknown = read_shop(source, decoded.text)
        return ReadResult(source.name, skipped=(*notes, *unknown), profile=profile)
    return _gathered(source, _TEXT_READERS[source.suffix](source, decoded.text), notes)


def _gathered(source: Source, found: Iterable[Document | Skipped], notes: tuple[Skipped, ...]) -> ReadResult:
    """Sort documents and reports apart; of two documents with one id and one validity the first counts."""
    documents: dict[str, Document] = {}
    skipped = list(notes)
    for entry in found:
        if isinstance(entry, Skipped):
            skipped.append(entry)
        elif entry.id in documents:
            skipped.append(_repeated(entry, documents[entry.id], source))
        else:
            documents[entry.id] = entry
    return ReadResult(source.name, tuple(documents.values()), tuple(skipped))


def _repeated(entry: Document, first: Document, source: Source) -> Skipped:
    line = entry.source.rpartition(":")[2]
    message = f"the id {entry.id!r} is already that of {first.source}"
    error = MalformedRecordError(message, path=source.name, line=int(line) if line.isdigit() else None)
    return Skipped.of(error, path=source.name)
