"""Numbers as shoppers write them in a slot: digits, Chinese numerals, digit by digit, with 半, 百来 and 二三十."""

from __future__ import annotations

import re

from assist.expressions import expression
from assist.text.numerals import parse_number

CHINESE = "[零〇一二两三四五六七八九十百千万半]"
"""One character of a Chinese numeral."""
NUMBER = rf"(?:\d+(?:\.\d+)?|{CHINESE}+)"
"""Any number, Arabic or Chinese."""

_DIGITS = {char: digit for digit, char in enumerate("零一二三四五六七八九")} | {
    "〇": 0,
    "两": 2,
    "俩": 2,
    "仨": 3,
}
_LARGE = {"w": 10_000.0, "万": 10_000.0, "k": 1_000.0, "千": 1_000.0, "百": 100.0}
_STEPS = {"": 1.0, "十": 10.0, "百": 100.0, "千": 1_000.0, "万": 10_000.0}
# 二三十, 一百二三, 两三百: between two neighbouring digits.
_NEIGHBOURS = expression(
    r"(?P<head>[一二两三四五六七八九十百千万]*[十百千万])?(?P<a>[一二两三四五六七八])(?P<b>[二三四五六七八九])(?P<step>[十百千万]?)"
)


def number(text: str) -> float | None:
    """Read one number (`2w`, `三百五`, `一六五`, `十二`, `两`, `半`, `百八十`); None: it is none.

    Two neighbouring digits before a step (`二三十`, `一百二三`) give their middle.
    """
    if text.isdigit() and text.isascii():
        return float(text)
    if text and all(char in _DIGITS for char in text):
        return float("".join(str(_DIGITS[char]) for char in text))
    if len(text) > 1 and text[-1] in _LARGE and text[:-1].replace(".", "", 1).isdigit():
        return float(text[:-1]) * _LARGE[text[-1]]
    if text[:1] in ("百", "千"):
        text = "一" + text
    between = _NEIGHBOURS.fullmatch(text)
    if (
        between
        and _DIGITS[between["b"]] == _DIGITS[between["a"]] + 1
        and (between["head"] or between["step"])
    ):
        return _middle(between)
    value = parse_number(text)
    return None if value is None else float(value)


def _middle(between: re.Match[str]) -> float | None:
    head = between["head"] or ""
    base = number(head) if head else 0.0
    step = _STEPS[between["step"]] if between["step"] or not head else _STEPS[head[-1]] / 10
    return None if base is None else base + (_DIGITS[between["a"]] + 0.5) * step


def whole(value: float) -> float | int:
    """Return `value` as an int where it is one, else rounded to one decimal."""
    rounded = round(value, 1)
    return int(rounded) if rounded == int(rounded) else rounded
