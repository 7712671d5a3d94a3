"""Spans of days by which a rule holds for some orders alone: `11月10日至11月14日付款的，72小时内发出`."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from functools import lru_cache

from assist.expressions import expression

_SPAN = expression(
    r"(?:(?P<year>20\d\d)年)?(?P<month>\d{1,2})月(?P<day>\d{1,2})日[^。；，]{0,8}?(?:到|至|-|－|～|~|—)\s*"
    r"(?:(?P<to_year>20\d\d)年)?(?:(?P<to_month>\d{1,2})月)?(?P<to_day>\d{1,2})日"
)
_OF_ORDERS = expression(r"[^。；，]{0,6}(?:付款|下单|支付|拍下|成交)|(?:[）)]|期间)?的(?:订单|现货)")
"""What stands behind a span of days in which an order is placed or paid."""


def rules_on(text: str, moment: datetime) -> bool:
    """Say whether a text rules on a span of days (2026年11月1日到11月12日) that holds a moment."""
    return any(_holds(found, moment) for found in _spans(text))


def rules_on_others(sentence: str, moment: datetime) -> bool:
    """Say whether a sentence is of orders paid in a span of days, and the moment is not one of them.

    A year that is not written is the moment's.
    """
    found = [span for span in _spans(sentence) if _OF_ORDERS.match(sentence, span.end())]
    return bool(found) and not any(_holds(span, moment) for span in found)


def names_days(text: str) -> bool:
    """Say whether a text names a span of days at all; few do."""
    return bool(_spans(text))


# Rules are looked at sentence by sentence for every message.
@lru_cache(maxsize=20_000)
def _spans(text: str) -> tuple[re.Match[str], ...]:
    return tuple(_SPAN.finditer(text))


def _holds(found: re.Match[str], moment: datetime) -> bool:
    year, month, day = (int(found[name] or moment.year) for name in ("year", "month", "day"))
    try:
        first = datetime(year, month, day)
        last = datetime(int(found["to_year"] or year), int(found["to_month"] or month), int(found["to_day"]))
    except ValueError:
        return False
    return first <= moment < last + timedelta(days=1)
