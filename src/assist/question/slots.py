"""Typed values of a message, its history and the caller's data, with units; numbers that are none stay out."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal

from assist.documents import Span
from assist.messages import Message, Slot
from assist.question.bodies import Found, body_slots
from assist.question.numbers import CHINESE, NUMBER, number, whole
from assist.question.places import provinces
from assist.question.wares import color_slots, person_slots, reason_slots, received, size_slots
from assist.question.wording import LINK
from assist.text.normalize import Normalized
from assist.text.quantities import Dimension, quantities

_NO_SLOT = re.compile(
    rf"(?:七|7)天无理由|12315|12345|第{NUMBER}|\d+vip|[a-z]+\d[a-z0-9\-]*|{NUMBER}[gG](?=手机|网|信号)|一[下点般些样直定起共]|"
    r"\d+(?:\.\d+)?(?:mah|ml|毫升|升|l(?![a-z])|w(?:h|快充)|mm(?!脚)|寸|v(?![a-z])|hz|%|℃|度)|百分百|百分之"
)
_MASKED = re.compile(r"\[orderid_(\d+)\]")
_ORDER = re.compile(r"(?<!\d)\d{16,19}(?!\d)")
_CARRIER = re.compile(
    r"(?<![a-z0-9])(?:sf|yt|jt|jd|zt|zto|sto|yd|dpk|ems|jdv[a-z]?|lp|cn|yz|kk|ytg)[a-z]?\d{9,18}(?!\d)"
)
_WAYBILL = re.compile(r"(?:单号|运单|快递|物流|面单)[^\d，,。\n]{0,8}(?P<v>\d{10,20})(?!\d)")
_MONEY = r"(?:块钱|块|元|圆|rmb)"
_LIMIT = "(?:以内|以下|之内|左右|上下|内(?!存|衣|裤|胆)|封顶|不到|之间)"
_BUDGET = re.compile(
    rf"预算\s*(?:是|在|大概|大约|差不多)*\s*(?:{NUMBER}[\-~到至])?(?P<a>{NUMBER}[wk万千百]?)|"
    rf"(?:{NUMBER}{_MONEY}?[\-~到至])?(?P<b>{NUMBER}[wk万]?)\s*{_MONEY}?\s*(?:的)?{_LIMIT}(?!的?(?:天|号|身高|到货))"
)
_AMOUNT = re.compile(
    rf"(?P<a>\d+(?:\.\d+)?|{CHINESE}+)\s*{_MONEY}(?P<jiao>\d)?|[¥￥$]\s*(?P<b>\d+(?:\.\d+)?)|"
    r"(?:满|退我?|补我?|补偿|赔我?|便宜了?|降了?|少|减|优惠|返|才|卖)\s*(?P<c>\d{1,5}(?:\.\d+)?)(?![\d天件个号点/%折码斤kc米]|发|月|年|小时|分钟|张)"
)
_COUNTED = "[件个双条台箱盒套瓶包份袋只支罐把张顶床副块片桶卷提本辆根]"
_QUANTITY = re.compile(
    rf"(?:买|拍|要|来|订|拿|发|漏发|少发|采购|定|购|下|寄|加购|收到?|各|想要|需要|做|凑)了?(?:过)?\s*(?P<a>\d{{1,6}}|[一二两三四五六七八九十百千俩仨]{{1,5}}){_COUNTED}?(?P<tail>(?<=[俩仨])|(?<={_COUNTED[1:-1][0]})|)|"
    rf"(?P<b>\d{{1,6}}|[二两三四五六七八九十百千]{{1,5}}){_COUNTED}"
)
_NOT_COUNT = re.compile(
    r"订单|颜色|码|月|小时|人|问题|星期|礼拜|地址|链接|款式|口|档|孔|包裹|快递|区别|尺码|型号|多少|装(?!的)|重|包邮|字|钱|半天|点|尺寸|版|牌子|牌|品牌|样|活动|店"
)
# 这两个, 送两只, 第二件: pointed at, given or ranked, not bought.
_GIVEN = re.compile("[这那哪送赠免第每前满]$")
_ELAPSED = re.compile(
    rf"(?P<v>\d{{1,3}}|{CHINESE}{{1,3}}|[好])(?P<more>多|来|几)?\s*(?P<u>个半月|个多月|个月|月|天|日|个?星期|个?礼拜|周)(?P<half>半)?(?:了|多(?:了)?|没|还(?!能到)|都|的时间|前(?:买|收|签|下|拍))"
)
_PASSED = re.compile(
    rf"(?:过了|超过了?|超了|已经|收(?:到)?货|签收|到手|等了|用了|买了|快|都)\s*(?:有|快|都|已经|差不多)*\s*(?P<v>\d{{1,3}}|{CHINESE}{{1,3}})(?P<more>多|来)?\s*(?P<u>个月|天|日|个?星期|个?礼拜|周)"
)
_UNIT_DAYS = {"天": 1, "日": 1, "周": 7, "星": 7, "礼": 7, "月": 30}
_FESTIVAL = "双十一|双11|双十二|双12|618|六一八|99大促|九九大促|黑五|年货节|三八节|38节|国庆|元旦|春节|过年|中秋|端午|五一|圣诞|情人节|七夕|母亲节|父亲节|周末"
_RELATIVE = {
    "大前天": -3,
    "前天": -2,
    "昨天": -1,
    "昨晚": -1,
    "今天": 0,
    "今晚": 0,
    "明天": 1,
    "明早": 1,
    "明晚": 1,
    "后天": 2,
    "大后天": 3,
}
_DATE = re.compile(
    r"(?P<y>20\d\d)[年\-/.](?P<m>\d{1,2})[月\-/.](?P<d>\d{1,2})[日号]?|(?P<m2>\d{1,2})月(?P<d2>\d{1,2})[日号]?|"
    r"(?<!\d)(?P<d3>[12]?\d|3[01])号(?!\d|码|楼|店|线|链接|色|机|床|电池|鞋|的鞋)|"
    rf"(?P<r>大前天|前天|昨天|昨晚|今天|今晚|明天|明早|明晚|大后天|后天)|(?P<w>(?:上|下|这|本)?(?:个)?(?:周|星期|礼拜)[一二三四五六日天])|(?P<f>{_FESTIVAL})"
)
_KEPT_FROM_HISTORY = frozenset(
    {
        *("height_cm", "weight_kg", "foot_cm", "waist_cm", "hip_cm", "bust_cm", "shoulder_cm", "age_months"),
        *("size", "size_habit", "color", "province", "order_id", "waybill", "budget", "person", "skin"),
        *("reason", "days"),
    }
)


def message_slots(
    normalized: Normalized, spelled: str, *, taken: Iterable[tuple[int, int]] = (), on: datetime | None = None
) -> list[tuple[Slot, Span]]:
    """Find the slots of a message, in the order of its text; each place counts once.

    Args:
        normalized: The normalised message.
        spelled: The same text with typos spelled out, for reasons.
        taken: Places in the normalised text that are no slots (item ids).
        on: The moment the message was sent; dates are then full dates, else the words as typed.

    Returns:
        Slots with their places in the original text. A name may occur more than once; the last one stands.
    """
    text = normalized.text
    claimed = [*taken, *(match.span() for match in LINK.finditer(text))]
    kept: list[Found] = []
    for found in _candidates(text, on):
        if all(found.end <= start or found.start >= end for start, end in claimed):
            claimed.append((found.start, found.end))
            kept.append(found)
    kept = [found for found in sorted(kept, key=lambda found: found.start) if found.name]
    slots = [_located(found, normalized) for found in _wanted(kept, text)]
    reasons = [
        Slot(found.name, found.value, spelled[found.start : found.end]) for found in reason_slots(spelled)
    ]
    return [*slots, *((slot, Span(0, max(1, len(normalized.original)))) for slot in reasons)]


def merge(own: Iterable[Slot], earlier: Iterable[Slot], message: Message) -> dict[str, Slot]:
    """Put the slots of all sources together: the message's own, then the history's, then the caller's data."""
    slots = {name: slot for name, slot in _caller_slots(message)}
    slots |= {slot.name: slot for slot in earlier if slot.name in _KEPT_FROM_HISTORY}
    slots |= {slot.name: slot for slot in own}
    return slots


_MEASURED: Mapping[str, tuple[Dimension, float]] = {
    "height_cm": (Dimension.LENGTH, 1.0),
    "weight_kg": (Dimension.WEIGHT, 0.001),
    "foot_cm": (Dimension.LENGTH, 1.0),
    "age_months": (Dimension.MONTHS, 1.0),
}
"""Measures of the shopper: dimension of the words, and what turns its base unit into the slot's."""


def _caller_slots(message: Message) -> Iterator[tuple[str, Slot]]:
    for origin, mapping in (("customer", message.customer), ("order", message.order)):
        for name, value in mapping.items():
            plain = _measure(str(name), value) if name in _MEASURED else _plain_value(value)
            if plain is not None:
                yield name, Slot(str(name), plain, str(value), origin)


def _measure(name: str, value: object) -> float | None:
    """Read a caller's measure as a number in the unit of its name: `165`, `"165cm"`, `"1.65米"`, `"110斤"`."""
    if isinstance(value, bool):
        return None
    if isinstance(value, (int, float, Decimal)):
        return _sane(float(value))
    dimension, scale = _MEASURED[name]
    for found in quantities(str(value)):
        if found.dimension is dimension:
            return _sane(float(found.value) * scale)
    try:
        return _sane(float(str(value)))
    except ValueError:
        return None


def _sane(value: float) -> float | None:
    return value if 0.0 < value < 1_000.0 else None


def _plain_value(value: object) -> str | float | int | None:
    """Return a caller's value as a slot holds it; None: nothing that a slot can hold."""
    if isinstance(value, (datetime, date)):
        return value.isoformat()
    if isinstance(value, bool) or value is None or isinstance(value, (Mapping, list, tuple, set)):
        return None
    if isinstance(value, Decimal):
        return float(value)
    return value if isinstance(value, (int, float, str)) else str(value)


def _located(found: Found, normalized: Normalized) -> tuple[Slot, Span]:
    place = normalized.offsets.original(Span(found.start, found.end))
    return Slot(found.name, found.value, place.of(normalized.original)), place


def _wanted(found: list[Found], text: str) -> list[Found]:
    """Leave out what the shopper received where an earlier value says what was wanted."""
    kept: list[Found] = []
    for item in found:
        names = {other.name for other in kept}
        mutable = item.name in ("size", "color", "quantity")
        if not (mutable and item.name in names and received(text, item.start)):
            kept.append(item)
    return kept


def _candidates(text: str, on: datetime | None) -> Iterator[Found]:
    """Yield what may be a slot; of two that overlap the earlier yielded one stands."""
    digits = _HAS_NUMBER.search(text) is not None
    if digits:
        yield from _numbers_first(text)
        yield from (found for found in size_slots(text) if "/" in str(found.value))
        body = list(body_slots(text))
        # Millimetres are no slot, but for feet.
        yield from (found for found in body if found.name == "foot_cm")
        yield from (Found("", "", *match.span()) for match in _NO_SLOT.finditer(text))
        yield from body
    yield from _dates(text, on)
    yield from size_slots(text)
    if digits:
        yield from _money(text)
        yield from _days(text)
        yield from _counts(text)
    yield from color_slots(text)
    yield from (Found("province", province, start, end) for start, end, province in provinces(text))
    yield from person_slots(text)


_HAS_NUMBER = re.compile(rf"\d|{CHINESE}|[俩仨]")


def _numbers_first(text: str) -> Iterator[Found]:
    for match in _MASKED.finditer(text):
        yield Found("order_id", match[1], *match.span())
    for match in _CARRIER.finditer(text):
        yield Found("waybill", match[0].upper(), *match.span())
    for match in _WAYBILL.finditer(text):
        if not 16 <= len(match["v"]) <= 19 or "订单" not in text[max(0, match.start() - 4) : match.end()]:
            yield Found("waybill", match["v"], *match.span("v"))
    for match in _ORDER.finditer(text):
        yield Found("order_id", match[0], *match.span())


def _money(text: str) -> Iterator[Found]:
    for match in _BUDGET.finditer(text):
        value = number(match["a"] or match["b"])
        if value is not None and value >= 5:
            yield Found("budget", whole(value), *match.span())
    for match in _AMOUNT.finditer(text):
        value = number(match["a"] or match["b"] or match["c"])
        if value is not None:
            tenths = int(match["jiao"]) / 10 if match["jiao"] else 0
            yield Found("amount", whole(value + tenths), *match.span())


def _days(text: str) -> Iterator[Found]:
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


def _counts(text: str) -> Iterator[Found]:
    for match in _QUANTITY.finditer(text):
        value = number(match["a"] or match["b"])
        has_unit = re.search(_COUNTED + "$", match[0]) is not None or match[0][-1] in "俩仨"
        given = _GIVEN.search(text[: match.start()]) is not None
        if value is not None and has_unit and not given and not _NOT_COUNT.match(text, match.end()):
            yield Found("quantity", whole(value), *match.span())


def _dates(text: str, on: datetime | None) -> Iterator[Found]:
    for match in _DATE.finditer(text):
        value = _date(match, on)
        if value:
            yield Found("date", value, *match.span())


def _date(match: re.Match[str], on: datetime | None) -> str:
    word = match[0]
    if match["r"]:
        return word if on is None else (on.date() + timedelta(days=_RELATIVE[match["r"]])).isoformat()
    if match["w"] or match["f"]:
        return word
    year, month, day = match["y"], match["m"] or match["m2"], match["d"] or match["d2"] or match["d3"]
    if on is None and not year:
        return word
    try:
        return _full_date(year, month, int(day), on).isoformat()
    except ValueError:
        return ""


def _full_date(year: str | None, month: str | None, day: int, on: datetime | None) -> date:
    """Complete a date: the year of `on`; a bare day is this month's, or next month's once it is past."""
    if year or on is None:
        return date(int(year or 1), int(month or 1), day)
    if month:
        return date(on.year, int(month), day)
    if day >= on.day:
        return date(on.year, on.month, day)
    return date(on.year + on.month // 12, on.month % 12 + 1, day)
