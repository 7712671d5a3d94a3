"""Money in a message: what may be spent (`budget`, `budget_from`) and sums that are named (`amount`)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from assist.expressions import expression
from assist.question.found import Found
from assist.question.numbers import CHINESE, number, whole

_MONEY = r"(?:块钱|块|元|圆|rmb)"
_FIGURE = rf"(?:\d+(?:\.\d+)?[wk万千百](?:\d(?!\d))?|\d+(?:\.\d+)?|{CHINESE}+)"
_NOT_FIGURE = r"(?<![\d.几好数多第满a-z])"
_NO_MONEY = r"(?!\d|的?(?:天|号|身高|到货|斤|码|岁|米|cm|kg|公分|厘米))"
_LIMIT = "(?:以内|以下|之内|左右|上下|内(?!存|衣|裤|胆|搭|胆)|封顶|不到|出头|之间)"
_BUDGET = expression(
    rf"预算\s*(?:是|在|大概|大约|差不多|有|只有|[:：])*\s*(?:(?P<low>{_FIGURE}){_MONEY}?[\-~到至])?(?P<a>{_FIGURE})|"
    rf"(?:不超过?|不高于|不到|最多|控制在|别超过?|低于)\s*(?P<c>{_FIGURE})(?=\s*{_MONEY}|的|$|[，,。!！?？\s吧以])|"
    rf"{_NOT_FIGURE}(?:(?P<low2>{_FIGURE}){_MONEY}?[\-~到至])?(?P<b>{_FIGURE})\s*{_MONEY}?\s*(?:的)?(?:{_LIMIT}|的?预算){_NO_MONEY}|"
    rf"{_NOT_FIGURE}(?P<low3>\d{{2,5}})[\-~到至](?P<d>\d{{2,5}})(?=的(?!身高|体重|斤|个子))|"
    rf"{_NOT_FIGURE}(?P<e>[一两二三四五六七八九1-9]{{1,2}}[百千])(?=的(?:$|[，,。?？有款]|那种|价位|礼))|"
    rf"(?P<f>千|百)元(?=机|内|以|价|档|级)|(?<![\d.])(?P<g>\d(?:\.\d)?k)(?=够|以|左右|预算|内|能买|可以买)"
)
_FROM = expression(
    rf"{_NOT_FIGURE}(?P<v>{_FIGURE})\s*{_MONEY}?\s*(?:以上|往上|朝上|起步)(?!的?(?:天|年|码|斤|岁))"
)
_PAID = "金额|到手价?|券后价?|折后价?|实付|付了|付款|(?<!眼)花了|只要|卖|差价|人均|单价|标价|原价|现价|报价|总共|合计|一共|总价|共计|算下来|最多出|我出|出价"
_AMOUNT = expression(
    rf"{_NOT_FIGURE}(?P<a>\d+(?:\.\d+)?|[百千]来?|{CHINESE}+(?:来|多)?)\s*{_MONEY}(?P<jiao>\d(?!\d)|{CHINESE}(?!{CHINESE}))?|[¥￥$]\s*(?P<b>\d+(?:\.\d+)?)|"
    r"(?:满|退我?|补我?|补偿|赔我?|便宜了?|降了?|少|减|优惠|返|才|卖)\s*(?P<c>\d{1,5}(?:\.\d+)?)(?![\d天件个号点/%折码斤kc米]|发|月|年|小时|分钟|张)|"
    rf"(?:{_PAID})(?:价|是|要|大概|约|差不多|才|了|在|就|\s|[:：])*(?P<d>\d{{1,5}}(?:\.\d+)?|[一两二三四五六七八九]{CHINESE}{{1,4}})(?![\d天件个双套条盒箱包瓶份只张号点/%折码斤kc米月年小分]|{CHINESE})|"
    r"(?:买|要|看中|拍)(?P<f>[5-9]\d|1[89]\d|[2-9]\d\d|\d{4})(?=的那[款个种](?!码))|"
    rf"(?<![\d.满])(?P<e>\d{{1,5}}(?:\.\d+)?)(?=(?:卖不卖|卖吗|能卖|能拿|拿不拿|成交|出吗|包邮))"
)
# 满300减40, 满199包邮, 300减40: terms of a promotion, no sum of the shopper's.
_TERMS = expression(
    r"满\s*\d+(?:元|块)?\s*(?:立?减|返|送|赠|打|包邮|免邮)\s*(?:\d+)?(?!少|多)|(?<!\d)\d+减\d+"
)
_LEAST = 5


def term_places(text: str) -> Iterator[Found]:
    """Yield the places of a promotion's terms, which hold no slot."""
    for match in _TERMS.finditer(text):
        yield Found("", "", *match.span())


def money_slots(text: str) -> Iterator[Found]:
    """Yield budgets and amounts of a normalised text, in yuan."""
    for match in _FROM.finditer(text):
        value = number(match["v"])
        if value is not None and value >= _LEAST:
            yield Found("budget_from", whole(value), *match.span())
    for match in _BUDGET.finditer(text):
        yield from _budget(match)
    for match in _AMOUNT.finditer(text):
        typed = match["a"] or match["b"] or match["c"] or match["d"] or match["e"] or match["f"]
        value = number(typed.rstrip("来多") if match["a"] else typed)
        if value is not None:
            tenths = (number(match["jiao"]) or 0) / 10 if match["jiao"] else 0
            yield Found("amount", whole(value + tenths), *match.span())


def _budget(match: re.Match[str]) -> Iterator[Found]:
    typed = next(match[name] for name in "abcdefg" if match[name])
    value = number(typed)
    low = number(next((match[name] for name in ("low", "low2", "low3") if match[name]), ""))
    if value is None or value < _LEAST or (low is not None and low >= value):
        return
    place = next(name for name in "abcdefg" if match[name])
    if low is not None:
        yield Found("budget_from", whole(low), match.start(), match.start(place))
        yield Found("budget", whole(value), match.start(place), match.end())
    else:
        yield Found("budget", whole(value), *match.span())
