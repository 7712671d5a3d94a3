"""Regular expressions that are compiled once and kept for later processes.

Python compiles an expression anew in every process, and those that a first answer needs take a third of a second.
What they compile to is a list of numbers, which is kept beside other things that can be made again (`assist.kept`);
making an expression of it takes microseconds. Where nothing is kept, or this Python keeps its expressions in another
way, they are compiled as ever. For patterns of the package; one that is built from a shop's words is left to `re`.
"""

from __future__ import annotations

import importlib
import json
import re
import sys
from collections.abc import Mapping
from functools import cache
from threading import Lock
from typing import Any, NamedTuple

import numpy as np

from assist.kept import Arrays, found_arrays, keep_arrays

_NAME = "expressions"
_FORMAT = 1
_MOST = 2_048
"""Expressions kept; of more, the newest."""
_WORTH_KEEPING = 16
"""So many new ones are worth writing all again."""


class _Compiled(NamedTuple):
    """What the engine is given besides the pattern."""

    flags: int
    groups: int
    names: dict[str, int]
    code: Any


_new: dict[tuple[str, int], None] = {}
_writing = Lock()


def expression(pattern: str, flags: int = 0) -> re.Pattern[str]:
    """Compile as `re.compile` does; the result equals what that gives.

    Raises:
        re.error: The pattern is none.
    """
    key = pattern, int(flags)
    found = _known().get(key)
    if found is not None:
        return _restored(pattern, found)
    compiled = re.compile(pattern, flags)
    if len(_new) < _MOST:
        _new[key] = None
    return compiled


def keep_expressions() -> None:
    """Keep what was compiled in this process for later ones; nothing happens while it is little."""
    with _writing:
        new = list(_new)
        if len(new) < _WORTH_KEEPING or _engine() is None:
            return
        every = {**_known(), **{key: _taken_apart(*key) for key in new}}
        keep_arrays(_NAME, _key(), _packed(dict(list(every.items())[-_MOST:])))
        for key in new:
            del _new[key]


def _packed(every: Mapping[tuple[str, int], _Compiled]) -> Arrays:
    rows = [[*key, one.flags, one.groups, one.names, len(one.code)] for key, one in every.items()]
    names = json.dumps(rows, ensure_ascii=False).encode("utf-8", "surrogatepass")
    codes = [np.asarray(one.code, dtype=np.uint32) for one in every.values()]
    return {"names": np.frombuffer(names, dtype=np.uint8), "codes": np.concatenate(codes)}


@cache
def _known() -> Mapping[tuple[str, int], _Compiled]:
    """Read what was kept; each code is an array."""
    arrays = found_arrays(_NAME, _key()) if _engine() is not None else None
    if arrays is None:
        return {}
    known: dict[tuple[str, int], _Compiled] = {}
    start = 0
    rows = json.loads(arrays["names"].tobytes().decode("utf-8", "surrogatepass"))
    for pattern, asked, flags, groups, names, size in rows:
        known[pattern, asked] = _Compiled(flags, groups, names, arrays["codes"][start : start + size])
        start += size
    return known


def _key() -> bytes:
    """Name all that the numbers depend on besides pattern and flags."""
    return json.dumps([_FORMAT, sys.version, sys.byteorder, getattr(_engine(), "MAGIC", None)]).encode()


@cache
def _engine() -> Any:
    """Give the compiled part of `re`, or None where it is not made as it was in Python 3.10 to 3.14."""
    try:
        engine = importlib.import_module("_sre")
        probe = _restored_by(engine, "(?P<a>a|b)+", _taken_apart("(?P<a>a|b)+", 0))
        return engine if probe == re.compile("(?P<a>a|b)+") else None
    except (ImportError, AttributeError, TypeError, ValueError, RuntimeError):
        return None


def _taken_apart(pattern: str, flags: int) -> _Compiled:
    """Compile up to the point where the engine takes over."""
    modern = sys.version_info >= (3, 11)
    parser = importlib.import_module("re._parser" if modern else "sre_parse")
    compiler = importlib.import_module("re._compiler" if modern else "sre_compile")
    parsed = parser.parse(pattern, flags)
    state = parsed.state
    code = compiler._code(parsed, flags)
    return _Compiled(int(flags | state.flags), state.groups - 1, dict(state.groupdict), code)


def _restored(pattern: str, found: _Compiled) -> re.Pattern[str]:
    return _restored_by(_engine(), pattern, found)


def _restored_by(engine: Any, pattern: str, found: _Compiled) -> re.Pattern[str]:
    names: list[str | None] = [None] * (found.groups + 1)
    for name, group in found.names.items():
        names[group] = name
    code = found.code if isinstance(found.code, list) else found.code.tolist()
    restored: re.Pattern[str] = engine.compile(
        pattern, found.flags, code, found.groups, found.names, tuple(names)
    )
    return restored
