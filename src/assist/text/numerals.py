"""Read one number, however it is written: `12`, `1,299`, `１．５万`, `三百五`, `一点五`, `半`, `2w`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from types import MappingProxyType

from assist.expressions import expression


def _plain_forms() -> dict[int, str]:
    """Return one-for-one replacements: full width, capitals, financial and traditional forms."""
    wide = {code: chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F) if code != 0xFF0C}
    forms = {code: char.lower() for code, char in wide.items()}
    forms |= {code: chr(code + 32) for code in range(ord("A"), ord("Z") + 1)}
    odd = "￥¥〜∼−–—〇壹贰叁肆伍陆柒捌玖拾佰仟萬億兩點塊雙號個歲週鐘時間釐餘顆張條雲幾單層檔級種樓"
    even = "¥¥~~---零一二三四五六七八九十百千万亿两点块双号个岁周钟时间厘余颗张条云几单层档级种楼"
    return forms | {ord(old): new for old, new in zip(odd, even, strict=True)}


_PLAIN_FORMS: Mapping[str, str] = {chr(code): form for code, form in _plain_forms().items()}
_NOT_PLAIN = expression(f"[{''.join(map(re.escape, _PLAIN_FORMS))}]")

DIGITS = "零一二三四五六七八九"
ARABIC = r"(?:\d{1,3}(?:,\d{3})+(?!\d)|\d+)(?:\.\d+)?"
CHINESE = "(?:[零一二三四五六七八九十]|两)(?:[零一二三四五六七八九十百千万亿]|两(?=[百千万]))*"
CHINESE_DECIMAL = f"{CHINESE}(?:点[{DIGITS}]+)?"

_DIGIT = {char: value for value, char in enumerate(DIGITS)} | {"两": 2}
_SMALL = {"十": 10, "百": 100, "千": 1_000}
_LARGE = {"万": 10_000, "亿": 100_000_000}
MULTIPLIERS: Mapping[str, int] = MappingProxyType({**_SMALL, **_LARGE, "w": 10_000, "k": 1_000})
"""What a word after an Arabic number multiplies it by."""

# Nobody writes a number that is longer; a hostile text might.
_MAX_CHARS = 40
_MIXED = expression(rf"(-?)({ARABIC})([百千万亿wk]?)(\d?)")


def plain_forms(text: str) -> str:
    """Turn full width, capitals, financial and traditional forms into plain ones; places in the text do not move."""
    return _NOT_PLAIN.sub(lambda found: _PLAIN_FORMS[found[0]], text)


def parse_number(text: str) -> Decimal | None:
    """Read `text` as one number without a unit.

    Args:
        text: Arabic or Chinese, full or half width, with thousands commas or a multiplier (`万 千 百 w k`).

    Returns:
        Its value, or None where the whole of `text` is not one number, or is longer than 40 characters.
    """
    plain = plain_forms(text.strip())
    if len(plain) > _MAX_CHARS:
        return None
    if plain == "半":
        return Decimal("0.5")
    mixed = _MIXED.fullmatch(plain)
    if mixed is None:
        negative = plain.startswith("负")
        value = chinese_number(plain.removeprefix("负"))
        return -value if negative and value is not None else value
    value = _mixed_value(mixed)
    return -value if mixed[1] and value is not None else value


def _mixed_value(mixed: re.Match[str]) -> Decimal | None:
    number, factor, rest = Decimal(mixed[2].replace(",", "")), MULTIPLIERS.get(mixed[3], 1), mixed[4]
    if rest and factor == 1:
        return None
    return number * factor + (int(rest) * factor // 10 if rest else 0)


def chinese_number(text: str) -> Decimal | None:
    """Read a Chinese numeral (`三百五`, `一万两千`, `二〇二六`, `一点五`); None where it is none."""
    whole, dot, decimals = text.partition("点")
    value = _chinese_integer(whole)
    if value is None or not dot:
        return None if value is None else Decimal(value)
    if not decimals or any(char not in _DIGIT for char in decimals):
        return None
    return Decimal(f"{value}.{_digits(decimals)}")


def _digits(text: str) -> str:
    return "".join(str(_DIGIT[char]) for char in text)


def _chinese_integer(text: str) -> int | None:
    if not text:
        return None
    if all(char in _DIGIT for char in text):
        return int(_digits(text))
    total, rest = 0, text
    for word, factor in (("亿", 100_000_000), ("万", 10_000)):
        head, found, tail = rest.partition(word)
        if found:
            section = _section(head)
            if section is None:
                return None
            # 一万二 is 12,000: a single digit after the multiplier counts its tenths.
            if len(tail) == 1 and tail in _DIGIT and tail != "零":
                return total + section * factor + _DIGIT[tail] * factor // 10
            total, rest = total + section * factor, tail
    last = _section(rest) if rest else 0
    return None if last is None else total + last


def _section(text: str) -> int | None:
    """Read a numeral below ten thousand: 三百五, 一千零五, 十五."""
    total, digit, above, zero = 0, None, 10_000, False
    for char in text:
        if char in _SMALL:
            factor = _SMALL[char]
            if factor >= above or (digit is None and factor != 10):
                return None
            total, digit, above = total + (1 if digit is None else digit) * factor, None, factor
        elif char not in _DIGIT or digit is not None:
            return None
        elif char == "零":
            zero = True
        else:
            digit = _DIGIT[char]
    if digit is None:
        return total if text else None
    return total + (digit * above // 10 if 100 <= above < 10_000 and not zero else digit)
