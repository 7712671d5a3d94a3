"""Read JSON Lines and JSON with file and line in every complaint."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NoReturn

from assist.errors import InputError, MalformedRecordError

_NOT_A_NUMBER = re.compile(r"\bNaN\b|\bInfinity\b")


def fail(path: Path, line: int, reason: str) -> NoReturn:
    """Refuse a record.

    Raises:
        MalformedRecordError: Always, with file and line.
    """
    raise MalformedRecordError(reason, path=path, line=line)


def read_lines(path: Path) -> Iterator[tuple[int, str]]:
    """Yield the lines that are not blank with their number from 1.

    Raises:
        InputError: There is no such file.
        MalformedRecordError: A line is not UTF-8.
    """
    if not path.is_file():
        raise InputError(f"there is no file {path}")
    with path.open("rb") as handle:
        for number, raw in enumerate(handle, start=1):
            try:
                text = raw.decode("utf-8-sig" if number == 1 else "utf-8").rstrip("\r\n")
            except UnicodeDecodeError:
                fail(path, number, "the line is not UTF-8")
            if text.strip():
                yield number, text


def read_objects(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    """Yield the JSON objects of a JSON Lines file with their line.

    Raises:
        InputError: There is no such file.
        MalformedRecordError: A line is no JSON object, or holds NaN or Infinity.
    """
    for number, text in read_lines(path):
        value = _parsed(path, number, text)
        if not isinstance(value, dict):
            fail(path, number, f"the line must be a JSON object, got {type(value).__name__}")
        yield number, value


def read_object(path: Path) -> dict[str, Any]:
    """Read a file that is one JSON object.

    Raises:
        InputError: There is no such file.
        MalformedRecordError: It is no JSON object, or holds NaN or Infinity; with the line.
    """
    text = _whole(path)
    found = _NOT_A_NUMBER.search(text)
    try:
        value = json.loads(text, parse_constant=_no_constant)
    except json.JSONDecodeError as error:
        fail(path, error.lineno, f"the file is not JSON: {error.msg}")
    except _NotANumber as error:
        fail(path, text.count("\n", 0, found.start() if found else 0) + 1, f"{error} is not a score")
    if not isinstance(value, dict):
        fail(path, 1, "the file must hold one JSON object")
    return value


class _NotANumber(Exception):
    """NaN or Infinity where a number was expected."""


def _no_constant(word: str) -> NoReturn:
    raise _NotANumber(word)


def _whole(path: Path) -> str:
    if not path.is_file():
        raise InputError(f"there is no file {path}")
    try:
        return path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError:
        fail(path, 1, "the file is not UTF-8")


def _parsed(path: Path, line: int, text: str) -> object:
    try:
        value: object = json.loads(text, parse_constant=_no_constant)
    except json.JSONDecodeError as error:
        fail(path, line, f"the line is not JSON: {error.msg}")
    except _NotANumber as error:
        fail(path, line, f"{error} is not a number")
    return value
