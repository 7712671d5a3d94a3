"""Find the numbers of a text with their units: the reading behind `assist.text.quantities`."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from assist.expressions import expression
from assist.text.numerals import DIGITS, MULTIPLIERS, parse_number, plain_forms
from assist.text.patterns import masked, quantity_pattern
from assist.text.units import UNITS, Dimension, Unit

_SPANS_OF_TIME = frozenset(
    {Dimension.DAYS, Dimension.HOURS, Dimension.MINUTES, Dimension.MONTHS, Dimension.YEARS}
)
_HALVED = frozenset({*_SPANS_OF_TIME, Dimension.LENGTH, Dimension.WEIGHT, Dimension.VOLUME, Dimension.SIZE})
_MAY_HOLD = expression(r"[\d０-９零〇一二三四五六七八九十两兩半壹贰叁肆伍陆柒捌玖拾]")
_MONEY_BEFORE = expression(
    r"(?:满|减|直降|返现?|省|赔|抵|到手价?|售价|价格|单价|价位|日常价|活动价|原价|现价|券后价?|预算|实付|付了?|应付|运费|邮费"
    r"|差价|定金|尾款|红包|优惠券?|便宜|花了?|卖|满\d{1,5}元?-)[:为是约在要的不]{0,2}\s?$"
)
_MONEY_AFTER = expression(r"\s?(?:包邮|减\d|以?内?的?预算|的?价位)")
_POWER_NEAR = expression("功率|瓦|充|氮化镓|适配器|插头")
_POINTS_NOT_TIME = expression(r"[要建说原注不同区意理好小几:]")
_HOUR_FOLLOWS = expression("[前后钟整之以开发到至]")
_DEMONSTRATIVES = frozenset("这那哪某每另同各头前后上下任双")
_SIZE_STEPS = frozenset("大小加减")
_NEVER_CHINESE = frozenset({"分", "星", "目", "转", "角"})
_TWO_WORDS = frozenset({"十一", "一一", "二二"})
_AFTERNOON = frozenset({"下午", "傍晚", "晚上", "晚", "今晚", "明晚"})
_EVENING = _AFTERNOON - {"下午", "傍晚"}
_NIGHT = frozenset({"凌晨", "夜里", "半夜"})
# Written with a capital G these are radio generations and bands, not grams.
_GENERATIONS = tuple(map(Decimal, ["2", "2.4", "3", "4", "5", "5.8", "6"]))
_QUARTERS = {"半": 30, "钟": 0, "整": 0, "一刻": 15, "三刻": 45}
# Beyond these the word is no unit: 360度 is an angle.
_HIGHEST = {"折": Decimal(100), "成": Decimal(100), "度": Decimal(300)}
# A Chinese numeral before any other character belongs to a name: 十八味, 五百强.
_MORE_OF_A_WORD = expression(r"[^\W\d以之左右上下内外多的了吧吗呢啊呀哦能可有就没还减满到至和或是都才够]")
_LARGEST = Decimal(10) ** 15
_PLAIN = Unit("", Dimension.PLAIN)
_YUAN = Unit("", Dimension.MONEY)
_DATE = Unit("", Dimension.DATE)
_TIME = Unit("", Dimension.TIME)
_RATIO = Unit("", Dimension.PERCENT)
_HUNDREDTH = Unit("折", Dimension.PERCENT, Fraction(1, 100))
_SIZE_STEP = Unit("码", Dimension.COUNT, group="size step")


class Reading(NamedTuple):
    """A number with its unit.

    Attributes:
        number: As written, in units of `unit`.
        unit: What it is written in.
        written: The unit as the text has it; empty where there is none.
        start: Where it begins in the text.
        end: Where it ends.
        high: Upper end of a range, in base units.
    """

    number: Decimal
    unit: Unit
    written: str
    start: int
    end: int
    high: Decimal | None = None

    @property
    def value(self) -> Decimal:
        """The number in base units of its dimension."""
        return times(self.number, self.unit.scale)


def read(text: str) -> Iterator[Reading]:
    """Yield the readings of `text`, in order, not overlapping."""
    if _MAY_HOLD.search(text):
        yield from _Reader(text).read()


class _Reader:
    """One pass over one text; `plain` is its folded form, character for character."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.plain = masked(plain_forms(text))

    def read(self) -> Iterator[Reading]:
        pattern, place = quantity_pattern(), 0
        while match := pattern.search(self.plain, place):
            kind = str(match.lastgroup)
            if kind == "general":
                found, place = self._general(match)
            else:
                found, place = _KINDS[kind](self, match), match.end()
            yield from found

    def _general(self, match: re.Match[str]) -> tuple[list[Reading], int]:
        first = self._first(match)
        if first is not None and match["b"]:
            ranged = self._range(match, first)
            if ranged is not None:
                return [ranged], ranged.end
        end = max(map(match.end, ("a", "a_m", "a_u", "a_h")))
        if first is None or not self._is_meant(match["a"], first):
            return [], self._after_code(end) if match["a"][0].isdigit() else end
        return [first], end

    def _after_code(self, end: int) -> int:
        """Step over the letters and digits that make a number a code: 3xl, 88vip."""
        while end < len(self.plain) and self.plain[end].isascii() and self.plain[end].isalnum():
            end += 1
        return end

    def _first(self, match: re.Match[str]) -> Reading | None:
        """Read the first number with what only it may have: a sign, a currency sign, a half (一年半)."""
        reading = self._measure(match, "a")
        if reading is None or not (match["sign"] or match["money"] or match["a_h"]):
            return reading
        number = reading.number + (Decimal("0.5") if match["a_h"] else 0)
        return reading._replace(
            number=-number if match["sign"] else number,
            written=reading.written or self.text[match.start("money") : match.end("money")],
            start=match.start(),
            end=max(reading.end, match.end("a_h")),
        )

    def _measure(self, match: re.Match[str], name: str) -> Reading | None:
        number = parse_number(match[name])
        if number is None or number > _LARGEST:
            return None
        word, multiplier, start = match[f"{name}_u"], match[f"{name}_m"] or "", match.start(name)
        if word:
            end = match.end(f"{name}_u")
            unit = self._unit_at(UNITS[word], start, number)
            return Reading(
                _multiplied(number, multiplier), unit, self.text[end - len(word) : end], start, end
            )
        end = match.end(f"{name}_m") if multiplier else match.end(name)
        unit = self._unit_by_context(match.start(), end)
        if unit is _PLAIN and multiplier[:1] in ("k", "w"):
            if multiplier != "w":
                return None
            if self._is_power(number, end):
                return Reading(number, UNITS["w"], self.text[end - 1], start, end)
        return Reading(_multiplied(number, multiplier), unit, "", start, end)

    def _unit_by_context(self, start: int, end: int) -> Unit:
        """Return yuan where the words around a bare number speak of money."""
        before = _MONEY_BEFORE.search(self.plain, max(0, start - 8), start)
        return _YUAN if before or self.plain[start] in "¥r" or _MONEY_AFTER.match(self.plain, end) else _PLAIN

    def _is_power(self, number: Decimal, end: int) -> bool:
        """Say whether the `w` that ends at `end` means watts, not ten thousand: 65W, but 2w of budget."""
        near = _POWER_NEAR.search(self.plain, max(0, end - 10), end + 4)
        return number >= 5 or self.text[end - 1] == "W" or near is not None

    def _unit_at(self, unit: Unit, start: int, number: Decimal) -> Unit:
        if unit.name == "码" and start and self.plain[start - 1] in _SIZE_STEPS:
            return _SIZE_STEP
        return _HUNDREDTH if unit.name in ("折", "成") and number >= 10 else unit

    def _before(self, start: int) -> str:
        """Return the character before `start`, or nothing."""
        return self.plain[start - 1] if start else ""

    def _range(self, match: re.Match[str], first: Reading) -> Reading | None:
        """Join both ends of a range, if they are one: same dimension, rising."""
        second = self._measure(match, "b")
        if second is None or (match["a_u"] and not match["b_u"]) or not self._is_meant(match["b"], second):
            return None
        if not match["a_u"] and (second.unit is not _PLAIN or first.unit is _PLAIN):
            multiplier = "" if match["a_m"] else match["b_m"] or ""
            first = first._replace(number=_multiplied(first.number, multiplier), unit=second.unit)
        elif second.unit is _PLAIN:
            second = second._replace(unit=first.unit)
        same = (first.unit.dimension, first.unit.group) == (second.unit.dimension, second.unit.group)
        if not same or first.value >= second.value:
            return None
        return first._replace(written=second.written or first.written, end=second.end, high=second.value)

    def _is_meant(self, word: str, measure: Reading) -> bool:
        """Say whether number and unit are one, not a part of a code or an idiom."""
        after = self.plain[measure.end : measure.end + 1]
        if not measure.written and after.isascii() and after.isalpha():
            return False
        if not word[0].isdigit():
            return _is_meant_chinese(word, measure, self._before(measure.start), after)
        if measure.written in ("M", "S") or measure.number > _HIGHEST.get(measure.unit.name, _LARGEST):
            return False
        return measure.written != "G" or measure.number not in _GENERATIONS

    def year_month_day(self, match: re.Match[str]) -> list[Reading]:
        year, month, day = (int(match[f"ymd_{part}"]) for part in "ymd")
        return _whole(match, Decimal(year * 10_000 + month * 100 + day), _DATE)

    def date(self, match: re.Match[str]) -> list[Reading]:
        year, month, day = (parse_number(match[f"date_{part}"] or "0") or Decimal(0) for part in "ymd")
        return _whole(match, _full_year(year) * 10_000 + month * 100 + day, _DATE)

    def year(self, match: re.Match[str]) -> list[Reading]:
        return _whole(match, (parse_number(match["year_y"]) or Decimal(0)) * 10_000, _DATE)

    def day(self, match: re.Match[str]) -> list[Reading]:
        first, last = parse_number(match["day_a"] or match["day_d"]), parse_number(match["day_d"])
        if first is None or last is None or first > last:
            return []
        high = last if match["day_a"] else None
        return [Reading(first, _DATE, match[0][-1], match.start(), match.end(), high)]

    def time(self, match: re.Match[str]) -> list[Reading]:
        if match["time_h"]:
            hour, minute = int(match["time_h"]), int(match["time_m"])
        elif self._is_hour(match):
            hour, minute = int(parse_number(match["time_o"]) or 0), _minutes(match["time_q"] or "整")
        else:
            return []
        return _whole(match, Decimal(_hour(hour, match["time_part"] or "") * 60 + minute), _TIME)

    def _is_hour(self, match: re.Match[str]) -> bool:
        """Say whether 点 means o'clock: 16点, 下午三点, 三点半, but not 注意3点 or 一点小问题."""
        if match["time_part"] in ("早", "晚") and match["time_o"] == "一":
            return False
        if match["time_part"] or (match["time_q"] and match["time_o"] != "一") or match["time_o"] == "零":
            return True
        after, before = self.plain[match.end() : match.end() + 1], self._before(match.start())
        if match["time_o"].isdigit():
            return not _POINTS_NOT_TIME.match(after)
        if before and before in "天日今明早晚":
            return True
        return match["time_o"] != "一" and bool(before in tuple("到至-~") or _HOUR_FOLLOWS.match(after))

    def fraction(self, match: re.Match[str]) -> list[Reading]:
        below = Decimal(MULTIPLIERS.get(match["fraction_d"], 0)) or parse_number(match["fraction_d"])
        above = parse_number(match["fraction_n"])
        return _whole(match, above / below, _RATIO) if above is not None and below else []

    def edges(self, match: re.Match[str]) -> list[Reading]:
        """Give each edge of 30×20×10cm the unit that stands after the last."""
        unit, written = UNITS[match["edges_u"]], self.text[match.start("edges_u") : match.end()]
        spans = [found.span() for found in _EDGE.finditer(self.plain, match.start(), match.start("edges_u"))]
        readings = [Reading(_decimal(self.plain[a:b]), unit, written, a, b) for a, b in spans]
        return [*readings[:-1], readings[-1]._replace(end=match.end())]

    def tail(self, match: re.Match[str]) -> list[Reading]:
        """Read 1米63, 一米七, 3块5, 5元5角, 2尺1."""
        whole, written = parse_number(match["tail_w"]), match["tail_u"] or match["tail_y"]
        if whole is None:
            return []
        return _whole(match, whole + _tail(match["tail_r"]), UNITS[written], written)

    def about(self, match: re.Match[str]) -> list[Reading]:
        """Read 三五天, 两三百块, 十七八岁 as ranges."""
        tens = (parse_number(match["about_t"]) or 0) if match["about_t"] else 0
        factor = 1
        for char in match["about_m"]:
            factor *= MULTIPLIERS[char]
        low, high = ((DIGITS.find(char) if char != "两" else 2) for char in match["about_n"])
        unit = UNITS[match["about_u"]] if match["about_u"] else _PLAIN
        number, top = (Decimal(tens + end) * factor for end in (low, high))
        return [
            Reading(number, unit, match["about_u"] or "", match.start(), match.end(), times(top, unit.scale))
        ]

    def half(self, match: re.Match[str]) -> list[Reading]:
        """Read 两个半小时, 3个半月, 2个多小时."""
        whole, name = parse_number(match["half_n"]), _LONG_NAMES[match["half_u"]]
        if whole is None:
            return []
        half = Decimal("0.5") if match["half_h"] == "半" else 0
        return _whole(match, whole + half, UNITS[name], match["half_u"])


_LONG_NAMES = {"月": "个月", "小时": "小时", "钟头": "小时", "钟": "小时", "星期": "星期", "礼拜": "星期"}
_EDGE = expression(r"[\d,]+(?:\.\d+)?")
_KINDS: dict[str, Callable[[_Reader, re.Match[str]], list[Reading]]] = {
    "ymd": _Reader.year_month_day,
    "date": _Reader.date,
    "year": _Reader.year,
    "day": _Reader.day,
    "time": _Reader.time,
    "fraction": _Reader.fraction,
    "edges": _Reader.edges,
    "tail": _Reader.tail,
    "about": _Reader.about,
    "half": _Reader.half,
}


def _whole(match: re.Match[str], number: Decimal, unit: Unit, written: str = "") -> list[Reading]:
    """Return one reading for all of the match."""
    return [Reading(number, unit, written, match.start(), match.end())]


def _is_meant_chinese(word: str, measure: Reading, before: str, after: str) -> bool:
    """Say whether a Chinese numeral is a number here: 七天, 三百; not 一个, 这两款, 万一."""
    unit = measure.unit
    if word in ("零", "半"):
        return word == "半" and (unit.dimension in _HALVED or unit is _SIZE_STEP)
    if before and before in "几数":
        return False
    if not measure.written:
        is_number = len(word) > 1 and word not in _TWO_WORDS and any(char in MULTIPLIERS for char in word)
        return is_number and not _MORE_OF_A_WORD.match(after)
    if unit.name in _NEVER_CHINESE or (measure.written.isascii() and measure.written != "%"):
        return False
    if unit.dimension is Dimension.COUNT and before and before in _DEMONSTRATIVES:
        return False
    if len(word) == 2 and all(char in DIGITS for char in word):
        return unit.name in ("折", "成")
    return word != "一" or unit.chinese_one


def _full_year(year: Decimal) -> Decimal:
    return year + 2000 if 0 < year < 100 else year


def _hour(hour: int, part: str) -> int:
    """Turn an hour of a part of the day into one of 24: 下午4 is 16, 中午1 is 13, 凌晨12 is 0, 晚上12 is 24."""
    if part in _EVENING and hour == 12:
        return 24
    if part in _AFTERNOON and hour < 12 or part == "中午" and hour < 3:
        return hour + 12
    return 0 if part in _NIGHT and hour == 12 else hour


def _minutes(text: str) -> int:
    return _QUARTERS[text] if text in _QUARTERS else int(parse_number(text.rstrip("分")) or 0)


def _tail(text: str) -> Decimal:
    """Read what follows 米 or 块 as a decimal part: 63, 6, 六三, 六十三."""
    digits = text if text.isdigit() else str(parse_number(text))
    return Decimal(f"0.{digits}")


def _decimal(text: str) -> Decimal:
    return Decimal(text.replace(",", ""))


def _multiplied(number: Decimal, multiplier: str) -> Decimal:
    """Apply 万, 千, w ..., with the digit that may follow: 3万5 is 35,000."""
    if not multiplier:
        return number
    factor = MULTIPLIERS[multiplier[0]]
    return number * factor + (int(multiplier[1:]) * factor // 10 if multiplier[1:] else 0)


def times(value: Decimal, scale: Fraction) -> Decimal:
    """Multiply exactly, as far as decimals go."""
    return value if scale == 1 else value * scale.numerator / scale.denominator
