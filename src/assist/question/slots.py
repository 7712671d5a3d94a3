"""Typed values of a message, its history and the caller's data, with units; numbers that are none stay out."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal

from assist.documents import Span
from assist.expressions import expression
from assist.messages import Message, Slot
from assist.question import english
from assist.question.bodies import body_slots
from assist.question.codes import code_slots
from assist.question.corrections import restored, retyped
from assist.question.counts import count_slots
from assist.question.dates import date_slots, day_slots
from assist.question.found import Found
from assist.question.money import money_slots, term_places
from assist.question.numbers import CHINESE, NUMBER
from assist.question.places import provinces
from assist.question.refusal import is_of, is_outdone, is_refused, left_people, wish
from assist.question.sizes import kid_sizes, size_slots
from assist.question.wares import color_slots, person_slots, reason_slots
from assist.question.wording import LINK
from assist.text.normalize import Normalized
from assist.text.quantities import Dimension, quantities

_NO_SLOT = expression(
    rf"(?:七|7)天无理由|12315|12345|第{NUMBER}|\d+vip|(?<![\da-z])(?![smlx]{{1,3}}\d{{1,2}}[件双条套])[a-z]+\d[a-z0-9\-]*|{NUMBER}[gG](?=手机|网|信号)|一[下点般些样直定起]|"
    r"\d+(?:\.\d+)?(?:mah|ml|毫升|升|l(?![a-z])|w(?:h|快充)|mm(?!脚)|寸|v(?![a-z])|hz|%|℃|度)|百分百|百分之"
)
_KEPT_FROM_HISTORY = frozenset(
    {
        *("height_cm", "weight_kg", "foot_cm", "waist_cm", "hip_cm", "bust_cm", "shoulder_cm", "age_months"),
        *(
            "size",
            "size_habit",
            "color",
            "province",
            "order_id",
            "waybill",
            "budget",
            "budget_from",
            "person",
            "skin",
        ),
        *("reason", "days"),
    }
)


def message_slots(
    normalized: Normalized,
    spelled: str,
    *,
    taken: Iterable[tuple[int, int]] = (),
    before: Sequence[Slot] = (),
    on: datetime | None = None,
) -> list[tuple[Slot, Span]]:
    """Find the slots of a message, in the order of its text; each place counts once.

    Args:
        normalized: The normalised message.
        spelled: The same text with typos spelled out, for reasons.
        taken: Places in the normalised text that are no slots (item ids).
        before: Slots of earlier turns, which a correction may mean.
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
    again = list(retyped(text, kept, before))
    kept = [found for found in _wanted(kept, text) if not any(_overlap(found, other) for other in again)]
    kept = sorted([*kept, *again], key=lambda found: found.start)
    kept = _meant(sorted([*kept, *restored(text, kept)], key=lambda found: found.start), text)
    slots = [_located(found, normalized) for found in kept]
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


def _overlap(one: Found, other: Found) -> bool:
    return one.start < other.end and other.start < one.end


def _wanted(found: list[Found], text: str) -> list[Found]:
    """Leave out what came, what was ordered and what is worn where another value says what is wanted."""
    wishes = [
        wish(text, item.start, item.end) if item.name in ("size", "color", "quantity") else 0
        for item in found
    ]
    most: dict[str, int] = {}
    for item, much in zip(found, wishes, strict=True):
        most[item.name] = max(much, most.get(item.name, 0))
    return [item for item, much in zip(found, wishes, strict=True) if much == most[item.name]]


def _meant(found: list[Found], text: str) -> list[Found]:
    """Leave out what is given up, and what is denied, feared or was so before where another value stands."""
    left = tuple(left_people(text))
    found = [item for item in found if item.name not in _CHOICES or not _given_up(item, text)]
    shares = _COUNT_OF_A_KIND.search(text) is not None
    outdone = [
        is_outdone(text, item.start, item.end)
        or is_of(left, text, item.start, item.end)
        or (item.name in _CHOICES and _AT_NEED.match(text, item.end) is not None)
        or (item.name == "quantity" and _is_share(item, text, shares))
        for item in found
    ]
    names = {item.name for item, less in zip(found, outdone, strict=True) if not less}
    return [item for item, less in zip(found, outdone, strict=True) if not less or item.name not in names]


def _given_up(item: Found, text: str) -> bool:
    """Say whether a choice is refused later on (黑的白的都要 / 白的不要了)."""
    word = text[item.start : item.end]
    later = text.find(word, item.end)
    if later > 0 and is_refused(text, later, later + len(word)):
        return True
    bare = re.escape(word.rstrip("码号色的款"))
    return (
        bare != ""
        and re.search(rf"(?:不要|不想要|别要){bare}(?:码|号|色|的)?(?=了|$|\s|[，,。])", text[item.end :])
        is not None
    )


def _is_share(item: Found, text: str, shares: bool) -> bool:
    """Say whether a count is a share of the whole: 也带一个, 一件M一件L."""
    return text[item.start - 1 : item.start] == "也" or (shares and item.value == 1)


_CHOICES = frozenset({"size", "color"})
_AT_NEED = expression("(?:码|号|色|的)?也(?:行|可以?|成|好)(?!吗|么|不)")
_COUNT_OF_A_KIND = expression(
    "一[件双条个]([^\\s一]{1,4})[\\s，,和]*一[件双条个](?!\\1)[smlx\\d黑白红蓝绿黄紫灰粉棕米卡]"
)


def _candidates(text: str, on: datetime | None) -> Iterator[Found]:
    """Yield what may be a slot; of two that overlap the earlier yielded one stands."""
    digits = _HAS_NUMBER.search(text) is not None
    if digits:
        yield from code_slots(text)
        yield from term_places(text)
        yield from (found for found in size_slots(text) if "/" in str(found.value))
        yield from kid_sizes(text)
        body = list(body_slots(text))
        # Millimetres and 寸 are no slot, but for feet and girths.
        yield from (found for found in body if found.name in _EARLY)
        yield from (Found("", "", *match.span()) for match in _NO_SLOT.finditer(text))
        yield from body
    yield from date_slots(text, on)
    yield from size_slots(text)
    if digits:
        yield from money_slots(text)
        yield from day_slots(text)
        yield from count_slots(text)
    yield from color_slots(text)
    yield from (Found("province", province, start, end) for start, end, province in provinces(text))
    yield from (
        Found("province", province, start, end)
        for start, end, place in english.places(text)
        for _, _, province in provinces(place)
    )
    yield from person_slots(text)


_EARLY = frozenset({"foot_cm", "waist_cm", "hip_cm", "bust_cm"})
_HAS_NUMBER = expression(rf"\d|{CHINESE}|[俩仨]")
