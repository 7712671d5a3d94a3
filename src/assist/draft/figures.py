"""Figures that a message names for a sum: what the goods come to, what they weigh, how many points there are."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache

from assist.expressions import expression
from assist.text.numerals import parse_number
from assist.text.quantities import Dimension, Quantity, quantities

LEAST_BARE = Decimal(10)
"""A number without a unit is an amount of goods from here on: 买3 is three of them."""
LEAST_POINTS = 50
"""Fewer 分 are a length of trousers or a mark."""
_TENTHS = expression(
    r"(\d|[一二三四五六七八九])(?![\d.]|\s*(?:[斤克元块件个只袋盒瓶条双台套两]|公斤|千克|kg|g|ml|毛))"
)
_SUMS_UP = expression(
    r"(?:实付|应付|付款|付了?|给了?|总共|一共|共计|合计|总计|总价|总额|凑[到够满]?|加起来|算下来|花了?|金额|订单|到手|买了?|买[够满个]|拍了?|单价|这单|共)"
    r"(?:是|有|大概|大约|差不多|约|一共|了|个|才|[:：])*\s*$"
)
_OF_GOODS = expression(r"\s*(?:元|块钱?)?\s*(?:左右)?的?\s*(?:东西|货|商品|订单|单子|物品|包裹|衣服|鞋|零食)")
_TAKEN_OFF = expression(
    r"(?:减|抵|补|[券卷]|满|便宜|省|优惠|返|少|差|贵|退|邮费|运费|加|补贴|红包|顶)(?:了|个|掉|去)?\s*$"
)
_AFTER_COUPON = expression(r"\s*(?:元|块)?\s*(?:[的]?(?:优惠)?[券卷]|红包|以上|以下|折)")
_POINTS_BEFORE = expression(r"积分(?:有|还有|是|剩|剩下|大概|现在|一共|够|攒了|共|[:：])*\s*$")


@dataclass(frozen=True, slots=True)
class Named:
    """A figure of the message: its value in the unit of the question, and as typed."""

    value: Decimal
    text: str


@lru_cache(maxsize=4_096)
def weight_named(text: str) -> Named | None:
    """The one weight that a text names, in kilograms; None: none, or more than one."""
    found = [_weighed(quantity, text) for quantity in quantities(text) if _is_weight(quantity)]
    return found[0] if len({item.value for item in found}) == 1 else None


def _is_weight(quantity: Quantity) -> bool:
    return quantity.dimension is Dimension.WEIGHT and quantity.high is None and quantity.value > 0


def _weighed(quantity: Quantity, text: str) -> Named:
    """`两公斤4` is 2.4 kg: a digit right after the unit are its tenths."""
    value, end = quantity.value, quantity.span.end
    tenths = _TENTHS.match(text, end) if quantity.unit[-1:] in {"斤", "克", "g"} else None
    if tenths is not None:
        digit = parse_number(tenths[1])
        scale = Decimal(quantity.scale.numerator) / quantity.scale.denominator
        value, end = value + (digit or 0) * scale / 10, tenths.end()
    return Named(value / 1000, text[quantity.span.start : end])


@lru_cache(maxsize=4_096)
def amount_named(text: str) -> Named | None:
    """What the goods come to as a text names it, in yuan; None: not said, or not surely.

    What is taken off (减40, 10元券), and thresholds (满300), are no amounts of goods.
    """
    sure: list[Named] = []
    likely: list[Named] = []
    for quantity in quantities(text):
        if quantity.dimension not in {Dimension.MONEY, Dimension.PLAIN} or quantity.high is not None:
            continue
        before, end = text[: quantity.span.start], quantity.span.end
        named = Named(quantity.value, quantity.text)
        if _TENTHS_OF.search(before) or _AFTER_COUPON.match(text, end) or _POINTS_BEFORE.search(before):
            continue
        cued = _SUMS_UP.search(before) or _OF_GOODS.match(text, end)
        if cued and (quantity.unit or quantity.value >= LEAST_BARE):
            sure.append(named)
        elif quantity.unit and not _TAKEN_OFF.search(before):
            likely.append(named)
    chosen = sure or likely
    return chosen[0] if len({item.value for item in chosen}) == 1 else None


_TENTHS_OF = expression(r"(?:公斤|千克|kg|斤)$")


@lru_cache(maxsize=4_096)
def points_named(text: str) -> Named | None:
    """How many points a text names; None: none, or more than one number of them."""
    found = [
        Named(quantity.value, quantity.text)
        for quantity in quantities(text)
        if quantity.unit == "积分"
        or (quantity.unit == "分" and quantity.value >= LEAST_POINTS)
        or (quantity.dimension is Dimension.PLAIN and _POINTS_BEFORE.search(text[: quantity.span.start]))
    ]
    return found[0] if len({item.value for item in found}) == 1 else None


def yuan(value: Decimal) -> str:
    """An amount as people write it: `185.69`, `54`, `9.9`."""
    text = f"{value.quantize(Decimal('0.01'), ROUND_HALF_UP):f}"
    return text.rstrip("0").rstrip(".") or "0"


def plain(value: Decimal) -> str:
    """A number without needless zeros."""
    return f"{value:f}".rstrip("0").rstrip(".") if "." in f"{value:f}" else f"{value:f}"
