"""Dates and elapsed days in a message: 昨天, 双11, 3号, 十一月十二号, 上周五, 收货8天了."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, datetime, timedelta

from assist.expressions import expression
from assist.question.found import Found
from assist.question.numbers import CHINESE, number, whole

_ELAPSED = expression(
    rf"(?P<v>\d{{1,3}}|{CHINESE}{{1,3}}|[好])(?P<more>多|来|几)?\s*(?P<u>个半月|个多月|个月|月|天|日|个?星期|个?礼拜|周)(?P<half>半)?(?:了|多(?:了)?|没|还(?!能到)|都|的时间|前(?:买|收|签|下|拍))"
)
_PASSED = expression(
    rf"(?:过了|超过了?|超了|已经|收(?:到)?货|签收|到手|等了|用了|买了|快|都)\s*(?:有|快|都|已经|差不多)*\s*(?P<v>\d{{1,3}}|{CHINESE}{{1,3}})(?P<more>多|来)?\s*(?P<u>个月|天|日|个?星期|个?礼拜|周)"
)
_UNIT_DAYS = {"天": 1, "日": 1, "周": 7, "星": 7, "礼": 7, "月": 30}
_FESTIVAL = (
    "双十一|双11|双十二|双12|618|六一八|99大促|九九大促|黑五|年货节|三八节|38节|国庆|元旦|春节|过年|除夕|中秋|端午|五一|十一(?=期间|假|买|拍|能|前|后|发|长假|的时候)|"
    "圣诞|情人节|七夕|母亲节|父亲节|教师节|儿童节|元宵|清明|开学"
)
_SPAN = "(?:上+|下+|这|本)个?(?:周末|星期|礼拜|周|月)(?:初|底|末)?|周末|月[初底末]|年[前后底初](?!货)"
_DAYS_FROM_NOW = {
    **{
        "大前天": -3,
        "前天": -2,
        "前儿": -2,
        "前晚": -2,
        "昨天": -1,
        "昨儿": -1,
        "昨日": -1,
        "昨晚": -1,
        "昨夜": -1,
    },
    **{"今天": 0, "今儿": 0, "今日": 0, "今晚": 0, "今早": 0, "今晨": 0, "今夜": 0},
    **{"明天": 1, "明儿": 1, "明日": 1, "明早": 1, "明晚": 1, "后天": 2, "后儿": 2, "大后天": 3},
}
_DAY_NAME = "[一二两三四五六七八九十]"
_NOT_DAY = "(?!码|楼|店|线|链接|色|机|床|电池|鞋|的鞋|杯|碗|箱|柜|口|门|球|字|针|车|桌|衣|款)"
_DATE = expression(
    r"(?P<y>20\d\d)[年\-/.](?P<m>\d{1,2})[月\-/.](?P<d>\d{1,2})[日号]?|(?P<m2>\d{1,2})月(?:份)?(?P<d2>\d{1,2})[日号]?|"
    r"(?<![\d.])(?P<m3>1[0-2]|[1-9])[./](?P<d4>3[01]|[12]\d|[1-9])(?![\d./])(?=[号日]|\s*(?:当天|那天)?(?:就|才|已经)?(?:买|拍|下单|下的|付|签收|收|发|到货|寄|退))[号日]?|"
    rf"(?P<m5>{_DAY_NAME}{{1,2}})月(?P<d5>{_DAY_NAME}{{1,3}})[日号]|"
    rf"(?<![\d.\-a-z])(?P<d3>[12]?\d|3[01])号{_NOT_DAY}|(?<![一-龥])(?P<d6>[一二三]?十?[一二三四五六七八九十])号{_NOT_DAY}(?=买|拍|下|付|签|收|能|到|发|前|之前|送|寄|的|就|要|$|[\s，,])|"
    rf"(?P<r>{'|'.join(sorted(_DAYS_FROM_NOW, key=len, reverse=True))})|"
    rf"(?P<w>(?:上+|下+|这|本)?(?:个)?(?:周|星期|礼拜)[一二三四五六日天](?!岁)|{_SPAN}|(?<![\d.])(?:1[0-2]|[1-9])月份(?=[\s，,。]|$)|(?<![\d.])(?:1[0-2]|[1-9])月份?(?=买|拍|下|收|付|入|能|发|之?前|之?后|初|底))|(?P<f>{_FESTIVAL})"
)


def date_slots(text: str, on: datetime | None) -> Iterator[Found]:
    """Yield dates of a normalised text: in full where `on`, the moment of the message, is known."""
    for match in _DATE.finditer(text):
        value = _date(match, on)
        if value:
            yield Found("date", value, *match.span())


def day_slots(text: str) -> Iterator[Found]:
    """Yield how many days have passed."""
    for pattern in (_ELAPSED, _PASSED):
        for match in pattern.finditer(text):
            value = _elapsed(match["v"], match["u"])
            if value is not None:
                yield Found("days", whole(value), match.start("v"), match.end())


def _elapsed(figure: str, unit: str) -> float | None:
    value = 3.0 if figure == "好" else number(figure)
    if value is None:
        return None
    key = next(char for char in unit if char in _UNIT_DAYS)
    value += 0.5 if "半" in unit else 0
    return value * _UNIT_DAYS[key]


def _date(match: re.Match[str], on: datetime | None) -> str:
    word = match[0]
    if match["r"]:
        away = timedelta(days=_DAYS_FROM_NOW[match["r"]])
        return word if on is None else (on.date() + away).isoformat()
    if match["w"] or match["f"]:
        return word
    year, month = match["y"], _figure(match["m"] or match["m2"] or match["m3"] or match["m5"])
    day = _figure(match["d"] or match["d2"] or match["d3"] or match["d4"] or match["d5"] or match["d6"])
    if day is None or (on is None and not year):
        return word if day is not None and day <= 31 else ""
    try:
        return _full_date(year, month, day, on).isoformat()
    except ValueError:
        return ""


def _figure(text: str | None) -> int | None:
    value = number(text) if text else None
    return None if value is None else int(value)


def _full_date(year: str | None, month: int | None, day: int, on: datetime | None) -> date:
    """Complete a date: the year of `on`; a bare day is this month's, or next month's once it is past."""
    if year or on is None:
        return date(int(year or 1), month or 1, day)
    if month:
        return date(on.year, month, day)
    if day >= on.day:
        return date(on.year, on.month, day)
    return date(on.year + on.month // 12, on.month % 12 + 1, day)
