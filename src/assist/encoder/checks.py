"""What every encoder checks at its door."""

from __future__ import annotations

from collections.abc import Sequence
from typing import get_args

from assist.encoder.base import TextKind
from assist.errors import InputError

_KINDS = get_args(TextKind)


def check_texts(texts: Sequence[str], kind: str) -> None:
    """Check the arguments of `Encoder.encode`.

    Raises:
        InputError: `texts` is a string or holds something else than strings; `kind` is unknown.
    """
    if kind not in _KINDS:
        raise InputError(f"kind must be one of {', '.join(_KINDS)}, got {kind!r}")
    if isinstance(texts, str):
        raise InputError("texts must be a sequence of strings, got one string; put it into a list")
    for place, text in enumerate(texts):
        if not isinstance(text, str):
            raise InputError(f"texts[{place}] must be a string, got {type(text).__name__}")


def check_dim(dim: int | None, widest: int) -> int:
    """Give the number of columns to use.

    Raises:
        InputError: `dim` is not between 1 and `widest`.
    """
    if dim is None:
        return widest
    if not 1 <= dim <= widest:
        raise InputError(f"dim must be between 1 and {widest}, got {dim}")
    return dim
