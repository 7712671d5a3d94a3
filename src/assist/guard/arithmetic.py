"""Recomputes what a reply adds up: `18+12×2=42`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from assist.documents import Span
from assist.expressions import expression
from assist.text.normalize import normalize

_NUMBER = r"\d+(?:\.\d+)?%?"
_UNIT = r"(?:元|块|件|个|双|千克|公斤|斤|kg|g|cm|天|小时)?"
_TERM = rf"\(*[¥]?{_NUMBER}{_UNIT}\)*"
_SIGN = r"[-+*/×÷−]"
_EQUATION = expression(rf"(?<![\d.])({_TERM}(?:\s?{_SIGN}\s?{_TERM})+)\s?=\s?[¥]?({_NUMBER}){_UNIT}")
_TOKEN = expression(rf"{_NUMBER}|{_SIGN}|[()]")
_SIGNS = str.maketrans("×÷−", "*/-")
_STRENGTH = {"+": 1, "-": 1, "*": 2, "/": 2}
_CENT = Fraction(1, 100)


@dataclass(frozen=True, slots=True)
class Equation:
    """An equation as written.

    Attributes:
        span: Where it stands in the text given.
        numbers: Its numbers, as written, the result last.
        holds: Whether the result is right, to the cent.
    """

    span: Span
    numbers: tuple[str, ...]
    holds: bool


def equations(text: str) -> Iterator[Equation]:
    """Find sums such as `299-40=259` or `18元+12元×2=42元` and recompute them.

    Examples:
        >>> [equation.holds for equation in equations("运费18+12×2=42元，合计99-10=88")]
        [True, False]
    """
    if "=" not in text and "＝" not in text:
        return
    normal = normalize(text)
    for match in _EQUATION.finditer(normal.text):
        tokens = _TOKEN.findall(match[1].translate(_SIGNS))
        value = _value(tokens)
        if value is not None:
            numbers = (*(token for token in tokens if token[0].isdigit()), match[2])
            holds = abs(value - _fraction(match[2])) < _CENT
            yield Equation(normal.offsets.original(Span(*match.span())), numbers, holds)


def _fraction(number: str) -> Fraction:
    return Fraction(number[:-1]) / 100 if number.endswith("%") else Fraction(number)


def _value(tokens: list[str]) -> Fraction | None:
    """Evaluate with the usual precedence; None when brackets do not match or a divisor is zero."""
    try:
        rest, value = _sum_up(tokens, 0)
    except (IndexError, ZeroDivisionError, ValueError):
        return None
    return None if rest else value


def _sum_up(tokens: list[str], strength: int) -> tuple[list[str], Fraction]:
    """Evaluate the front of `tokens` as far as its signs bind tighter than `strength`."""
    if tokens[0] == "(":
        tokens, value = _sum_up(tokens[1:], 0)
        tokens = tokens[1:]
    else:
        value, tokens = _fraction(tokens[0]), tokens[1:]
    while tokens and _STRENGTH.get(tokens[0], 0) > strength:
        sign = tokens[0]
        tokens, right = _sum_up(tokens[1:], _STRENGTH[sign])
        value = _apply(sign, value, right)
    return tokens, value


def _apply(sign: str, left: Fraction, right: Fraction) -> Fraction:
    if sign == "+":
        return left + right
    if sign == "-":
        return left - right
    return left * right if sign == "*" else left / right
