"""Ages in a message, in months: 18个月, 一岁半, 2岁3个月, 七十多岁."""

from __future__ import annotations

import re
from collections.abc import Iterator

from assist.expressions import expression
from assist.question.found import Found
from assist.question.numbers import CHINESE, NUMBER, number, whole

KID = expression(
    "宝宝|[男女]宝|孩子|小孩|男孩|女孩|娃|儿子|女儿|婴|闺女|童|小朋友|侄|孙|外甥|弟弟|妹妹|崽|新生儿"
)
"""A child is spoken of."""

_RANGE = rf"(?:(?P<low>{NUMBER})\s*(?:个月|岁)?\s*[\-~到至]\s*)?"
_YEARS = expression(
    rf"{_RANGE}(?P<v>{NUMBER})\s*(?P<more>多|来)?\s*周?岁(?:零|又|多)?(?:(?P<half>半)|(?P<m>{NUMBER})\s*个月)?"
)
_BARE_HALF = expression(rf"(?<![\d.{CHINESE[1:-1]}周])岁半")
_MONTHS = expression(rf"{_RANGE}(?P<v>{NUMBER})\s*(?:个多?(?P<half>半)?多?月(?P<big>大)?|(?P<term>月龄))")
# Months that count something else: a warranty, use, waiting.
_SPAN_BEFORE = expression(
    "(?:用|买|穿|拍|下单|收到|过|等|放|存|吃|喝|戴|卖|开|保修|质保|保质期?|有效期?|保鲜|超过?|近|每|隔|才|玩|分|提前|最多|至少)了?"
    "(?:是|有|快|才|大概|差不多|了|已经)*$"
)
_SPAN_AFTER = expression(
    "了?(?:以|之)?(?:内|前|后)|就?坏|没[有收发到]|的?(?:保修|质保|保质|包换|会员|试用)|多?了?还|分期|免息|一|才(?!对)|用?完"
)
_OF_AGE = expression(
    "了?的?(?:(?:小?[男女])|宝|娃|孩|婴|崽|能|可以|可不可以|适合)?(?:可以)?(?:小?[男女]|宝|娃|孩|婴|崽|穿|戴|吃|喝|用(?!坏))"
)
_SMALL = 7
"""Years below which an age is a child's."""
_NEWBORN = expression("百天|百日|一百天")
_NEWBORN_MONTHS = {"百天": 3, "百日": 3, "一百天": 3}


def age_slots(text: str) -> Iterator[Found]:
    """Yield ages of a normalised text, in months; a range gives its middle."""
    if not _MAY_HOLD.search(text):
        return
    kid = KID.search(text) is not None
    for match in _YEARS.finditer(text):
        value = _middle(match)
        if value is not None and 0 < value <= 110:
            months = 6 if match["half"] else number(match["m"] or "0") or 0
            kid = kid or value < _SMALL
            yield Found("age_months", whole(value * 12 + months), *match.span())
    for match in _BARE_HALF.finditer(text):
        yield Found("age_months", 18, *match.span())
    told = list(_MONTHS.finditer(text))
    kid = kid or any(match["big"] or match["term"] for match in told) or "月龄" in text
    for match in told:
        value = _middle(match)
        if value is not None and 0 < value <= 36 and _is_age(match, text, kid):
            yield Found("age_months", whole(value + (0.5 if match["half"] else 0)), *match.span())
    if kid:
        for match in _NEWBORN.finditer(text):
            yield Found("age_months", _NEWBORN_MONTHS[match[0]], *match.span())


_MAY_HOLD = expression("月|岁|百天|百日")


def _middle(match: re.Match[str]) -> float | None:
    value = number(match["v"])
    low = number(match["low"]) if match["low"] else value
    return None if value is None or low is None or low > value else (value + low) / 2


def _is_age(match: re.Match[str], text: str, kid: bool) -> bool:
    if match["big"] or match["term"]:
        return True
    if _SPAN_BEFORE.search(text[: match.start()]) or _SPAN_AFTER.match(text, match.end()):
        return False
    return kid or _OF_AGE.match(text, match.end()) is not None
