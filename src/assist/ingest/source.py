"""A file in memory, with the name its documents will carry and what its place says about its kind."""

from __future__ import annotations

import os
import stat
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from assist.documents import Kind
from assist.errors import IngestError, InputError, MalformedRecordError
from assist.settings import IngestSettings

_KIND_WORDS: tuple[tuple[str, Kind], ...] = (
    ("product", Kind.PRODUCT),
    ("商品", Kind.PRODUCT),
    ("宝贝", Kind.PRODUCT),
    ("polic", Kind.POLICY),
    ("规则", Kind.POLICY),
    ("政策", Kind.POLICY),
    ("promo", Kind.PROMOTION),
    ("活动", Kind.PROMOTION),
    ("促销", Kind.PROMOTION),
    ("quick_repl", Kind.QUICK_REPLY),
    ("quick-repl", Kind.QUICK_REPLY),
    ("快捷", Kind.QUICK_REPLY),
    ("话术", Kind.QUICK_REPLY),
    ("past_answer", Kind.PAST_ANSWER),
    ("past-answer", Kind.PAST_ANSWER),
    ("历史", Kind.PAST_ANSWER),
    ("问答", Kind.PAST_ANSWER),
    ("chat", Kind.PAST_ANSWER),
    ("聊天", Kind.PAST_ANSWER),
)

PAGE_KINDS = (Kind.PRODUCT, Kind.POLICY, Kind.PROMOTION)
"""Kinds that a whole file can be."""
ROW_KINDS = (Kind.QUICK_REPLY, Kind.PAST_ANSWER)
"""Kinds that the rows of a table can be."""


@dataclass(frozen=True, slots=True)
class Source:
    """One file to read.

    Attributes:
        name: Its path relative to the folder that was read, posix form; the `source` of its documents.
        data: Its bytes.
        settings: Limits.
        folders: Names of the folders above it, nearest first.
    """

    name: str
    data: bytes
    settings: IngestSettings
    folders: tuple[str, ...] = ()

    @property
    def stem(self) -> str:
        """File name without its suffix."""
        return PurePosixPath(self.name).stem

    @property
    def suffix(self) -> str:
        """Suffix with its dot, in lower case."""
        return PurePosixPath(self.name).suffix.lower()

    def hinted_kind(self, among: Collection[Kind]) -> Kind | None:
        """Return the kind, among some, that the nearest telling folder stands for, or else the file's name."""
        for name in (*self.folders, self.stem):
            for word, kind in _KIND_WORDS:
                if kind in among and name.lower().startswith(word):
                    return kind
        return None

    def at(self, line: int) -> str:
        """Return the source of a row: path and 1-based line."""
        return f"{self.name}:{line}"

    @contextmanager
    def checking(self, line: int | None = None) -> Iterator[None]:
        """Turn what a document class refuses into an error that names this file and line."""
        try:
            yield
        except InputError as exc:
            raise MalformedRecordError(str(exc), path=self.name, line=line) from exc


def load(path: Path, *, name: str, settings: IngestSettings, folders: tuple[str, ...]) -> Source:
    """Read a file's bytes, after looking at its size.

    Raises:
        IngestError: Not a regular file, larger than `max_file_bytes`, or not readable.
    """
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            raise IngestError("not a regular file", path=name)
        _check_size(status.st_size, name, settings)
        with open(path, "rb") as file:
            data = file.read(settings.max_file_bytes + 1)
    except OSError as exc:
        raise IngestError(f"cannot be read: {exc.strerror or exc}", path=name) from exc
    _check_size(len(data), name, settings)
    return Source(name=name, data=data, settings=settings, folders=folders)


def _check_size(size: int, name: str, settings: IngestSettings) -> None:
    if size > settings.max_file_bytes:
        limit = settings.max_file_bytes
        raise IngestError(f"larger than max_file_bytes = {limit}: {size} bytes", path=name)


def relative_name(path: Path, root: Path | None) -> str:
    """Name a file relative to `root`; its bare name when there is no root or it lies elsewhere."""
    if root is not None:
        try:
            return Path(os.path.abspath(path)).relative_to(os.path.abspath(root)).as_posix()
        except ValueError:
            return path.name
    return path.name
