"""The time a question asks about: 下个月多少包邮, 明年价保几天, 去年9月买的; most questions are about now."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from assist.expressions import expression
from assist.question.numbers import CHINESE, number

_NOW = expression(r"现在|今天|今儿|今日|今晚|目前|如今|当前|眼下|这会儿?|刚才?|昨")
_NEXT_MONTH = expression(r"下个?月")
_LAST_MONTH = expression(r"上个?月")
_NEXT_YEAR = expression(r"明年|(?:过完|过了)年|年后")
_LAST_YEAR = expression(r"去年|上一年")
_FIGURE = rf"(?:1[0-2]|[1-9]|{CHINESE}{{1,2}})"
_MONTH = expression(
    rf"(?<![\d.个]) ?(?:(?P<y>(?:20)?2\d)年)?(?P<m>{_FIGURE})月(?:份|(?P<d>\d{{1,2}}|{CHINESE}{{1,3}})[日号])?"
    r"(?P<after>[^，。？?\s]{0,3}?(?:起|开始|之?后|往后|改))?(?P<bought>[^，。？?\s]{0,4}?(?:(?:买|拍|下的?单|付|入手)(?:的|了|过)|那会|那时|的时候|的规))?"
    r"(?P<did>[^，。？?\s]{0,4}?(?:买|拍|下单|付|发|寄|收|退|修|换))?"
)
_EVENT = expression(
    r"(?P<e>元旦|双十二|双12|双十一|双11|圣诞|国庆)(?:节)?(?:当天|那天|以?后|过后|再?(?:买|拍|下单|付))"
)
_DAYS = {
    "元旦": (1, 1), "双十二": (12, 12), "双12": (12, 12), "双十一": (11, 11), "双11": (11, 11), "圣诞": (12, 25),
    "国庆": (10, 1),
}  # fmt: skip
_BOUGHT_LAST_YEAR = expression(r"去年[^，。？?\s]{0,3}?(?:买|拍|下的?单|付|入手)")
_NO_MONTH = expression(r"月龄|月大|月的?(?:宝|娃|孩|猫|狗)")


def asked_moment(text: str, on: datetime) -> datetime | None:
    """Return the moment whose rules a question asks for, where its words say that this is not now.

    Args:
        text: The question, normalised.
        on: The moment the message was sent, naive shop time.

    Returns:
        A moment within the time that is named (the first of next month, the middle of a month that is over);
        None: the question is about now.
    """
    named = _month(text, on)
    if named is not None and (named[1] or not _NOW.search(text)):
        return named[0]
    if _NOW.search(text):
        return datetime(on.year - 1, 12, 31) if _BOUGHT_LAST_YEAR.search(text) else None
    event = _EVENT.search(text)
    if event is not None:
        return _next(*_DAYS[event["e"]], on)
    first = datetime.combine(on.date().replace(day=1), time.min)
    if _NEXT_MONTH.search(text):
        return (first + timedelta(days=32)).replace(day=1)
    if _LAST_MONTH.search(text):
        return (first - timedelta(days=1)).replace(day=15)
    if _NEXT_YEAR.search(text):
        return datetime(on.year + 1, 1, 1)
    if _LAST_YEAR.search(text):
        return datetime(on.year - 1, 12, 31)
    return None


def _next(month: int, day: int, on: datetime) -> datetime | None:
    """The next such day; None: it is that day."""
    moment = datetime(on.year, month, day)
    if moment.date() == on.date():
        return None
    return moment if moment > on else datetime(on.year + 1, month, day)


def _month(text: str, on: datetime) -> tuple[datetime, bool] | None:
    """Read a month or a day of it that something begins at (12月起), or was bought in (去年9月买的; then True)."""
    found = _MONTH.search(text)
    if found is None or _NO_MONTH.search(text):
        return None
    month, day = number(found["m"]), number(found["d"]) if found["d"] else None
    if (
        month is None
        or not 1 <= month <= 12
        or not (any(found[name] for name in ("after", "bought", "did", "y")) or _LAST_YEAR.search(text))
    ):
        return None
    over = bool(found["bought"]) or bool(_LAST_YEAR.search(text))
    over = over or (bool(found["did"]) and not found["after"] and int(month) < on.month)
    year = on.year
    if found["y"]:
        year = 2000 + int(found["y"][-2:])
        over = (year, int(month)) < (on.year, on.month)
    elif _LAST_YEAR.search(text) or (over and int(month) > on.month):
        year -= 1
    elif _NEXT_YEAR.search(text) or (not over and int(month) < on.month):
        year += 1
    try:
        return datetime(year, int(month), int(day or (15 if over else 1))), bool(found["bought"])
    except ValueError:
        return None
