"""What a reader of slots finds in a text."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Found:
    """A slot's value in a normalised text; an empty name marks a number that is no slot."""

    name: str
    value: str | float | int
    start: int
    end: int
