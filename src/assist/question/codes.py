"""Order and parcel numbers in a message."""

from __future__ import annotations

import re
from collections.abc import Iterator

from assist.expressions import expression
from assist.question.found import Found

_MASKED = expression(r"\[orderid_(\d+)\]")
_SAID_ORDER = expression(r"(?:订单|交易)(?:编?号码?|id)?[^\da-z，,。\n]{0,6}(?P<v>\d{10,20})(?!\d)")
_ORDER = expression(r"(?<!\d)\d{16,19}(?!\d)")
_SPACED_ORDER = expression(r"(?<!\d)\d{4}(?: \d{3,4}){3,4}(?!\d)")
_CARRIER = expression(
    r"(?<![a-z0-9])(?:sf|yt|jt|jd|zt|zto|sto|yd|dpk|ems|jdv[a-z]?|lp|cn|yz|kk|ytg)[a-z]?\s?\d{9,18}(?!\d)"
)
_WAYBILL = expression(
    r"(?:单号|运单|快递|速递|物流|面单|包裹|中通|圆通|申通|韵达|顺丰|邮政|极兔|京东|德邦|百世|菜鸟)[^\d，,。\n]{0,8}(?P<v>\d{10,20})(?!\d)"
)
_PARCEL = expression("运单|快递|速递|物流|面单|包裹|[通达丰邮兔东邦世鸟]")
_ORDER_CHARS = 16
"""Order numbers of the platform have 16 to 19 digits, parcel numbers fewer."""


_PHONE = r"1[3-9]\d{9}(?!\d)"
_AFTER_ANOTHER = expression(rf"(?<=[\s，,是])(?!{_PHONE})\d{{11,15}}(?!\d)")


def _again(text: str) -> Iterator[Found]:
    """Yield parcel numbers that are typed again without a word beside them."""
    first = _WAYBILL.search(text)
    if first is not None and len(first["v"]) < _ORDER_CHARS:
        for match in _AFTER_ANOTHER.finditer(text, first.end()):
            yield Found("waybill", match[0], *match.span())


def code_slots(text: str) -> Iterator[Found]:
    """Yield order numbers and parcel numbers of a normalised text."""
    for match in _MASKED.finditer(text):
        yield Found("order_id", match[1], *match.span())
    for match in _CARRIER.finditer(text):
        yield Found("waybill", re.sub(r"\s", "", match[0]).upper(), *match.span())
    for match in _SAID_ORDER.finditer(text):
        yield Found("order_id", match["v"], *match.span("v"))
    for match in _WAYBILL.finditer(text):
        # A bare 单号 may be either; its length tells.
        if len(match["v"]) < _ORDER_CHARS or _PARCEL.search(
            text[max(0, match.start() - 4) : match.start("v")]
        ):
            yield Found("waybill", match["v"], *match.span("v"))
    yield from _again(text)
    for pattern in (_ORDER, _SPACED_ORDER):
        for match in pattern.finditer(text):
            digits = match[0].replace(" ", "")
            if _ORDER_CHARS <= len(digits) <= 19:
                yield Found("order_id", digits, *match.span())
