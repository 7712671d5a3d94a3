"""Read quantities (numbers with units, dates, times) from Chinese and English text.

Slots are read from messages with it, and the number guard compares what it finds in a draft with what it
finds in the cited text. What looks like a number and is none (product codes, ordinals, idioms) is left out.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache

from assist.documents import Span
from assist.text.numerals import parse_number
from assist.text.readings import Reading, read, times
from assist.text.units import Dimension

__all__ = ["Dimension", "Quantity", "parse_number", "quantities"]

_SHORT, _RECENT = 512, 8_192


@dataclass(frozen=True, slots=True)
class Quantity:
    """A value with its unit, and where it stands.

    Attributes:
        value: In the base unit of the dimension (yuan, days, hours, minutes, cm, g, ml, ratio 0–1, W, mAh,
            °C, years, months); see `Dimension` for dates and times.
        high: Upper end of a range (`3-5天`), in the same unit; None: no range.
        dimension: What it measures.
        unit: As written; empty for a bare number and for an amount whose unit only the context gives.
        span: Where it stands in the text given.
        text: The slice of the text given that `span` names.
        scale: Base units in one unit as written.
        group: Refines the dimension: what is counted, working days, ages.
    """

    value: Decimal
    high: Decimal | None
    dimension: Dimension
    unit: str
    span: Span
    text: str
    scale: Fraction = Fraction(1)
    group: str = ""

    @property
    def figures(self) -> tuple[Decimal, ...]:
        """The number as written, or both ends of a range, whatever the unit."""
        ends = (self.value,) if self.high is None else (self.value, self.high)
        return tuple(_rounded(times(end, 1 / self.scale)) for end in ends)

    def same(self, other: Quantity) -> bool:
        """Say whether both state the same amount, however written: 7天 = 七天 = 一周, 1千克 = 2斤.

        Days, hours and minutes compare with one another, and so do years and months; working days, ages and
        different things counted do not. A date without its year agrees with any year.
        """
        if self.dimension is Dimension.DATE and other.dimension is Dimension.DATE:
            return _same_date(self.value, other.value) and _same_date(self.high, other.high)
        return self.comparable == other.comparable

    def same_figure(self, other: Quantity) -> bool:
        """Say whether the numbers as written are equal; for a table cell whose unit stands in the header."""
        return self.figures == other.figures

    @property
    def comparable(self) -> tuple[str, str, Decimal, Decimal | None]:
        """Family and group of what is measured, and the amount (a range: both ends) in one unit per family.

        A time of day is one of 24 hours: 24:00 and 0:00 are the same.
        """
        if self.dimension is Dimension.TIME:
            return "clock", self.group, self.value % _DAY_MINUTES, None
        family, factor = _FAMILIES.get(self.dimension, (self.dimension.value, 1))
        high = None if self.high is None else _rounded(self.high * factor)
        return family, self.group, _rounded(self.value * factor), high


_DAY_MINUTES = 24 * 60
_FAMILIES = {
    Dimension.DAYS: ("time", 1440),
    Dimension.HOURS: ("time", 60),
    Dimension.MINUTES: ("time", 1),
    Dimension.YEARS: ("months", 12),
    Dimension.MONTHS: ("months", 1),
}
# Units of one of these may follow each other directly: 3斤2两, 1小时30分钟, 1年3个月.
_JOINING = frozenset({*_FAMILIES, Dimension.MONEY, Dimension.LENGTH, Dimension.WEIGHT, Dimension.VOLUME})


def quantities(text: str) -> tuple[Quantity, ...]:
    """Find the quantities of `text`, in order, not overlapping.

    Reads Arabic, full-width and Chinese numerals (七天, 三百块, 2w, 一米六三, 9块9), ranges (3-5天, 两三天),
    discounts (95折), fractions (百分之三), sizes (30×20cm), dates and times. A bare number is PLAIN; after a
    money word (预算300, 满300减40) it is MONEY. Codes (A102, USB3.0), ordinals (第一步), list numbers,
    phone numbers and idioms are not quantities.

    Args:
        text: Any text; spans of the result point into it.

    Returns:
        Quantities whose `text` is `text[span.start:span.end]`.
    """
    return _recent(text) if len(text) <= _SHORT else _quantities(text)


def _quantities(text: str) -> tuple[Quantity, ...]:
    return tuple(_joined([_quantity(reading, text) for reading in read(text)], text))


# Writer and guards read the same sentences of pages and rules for one message after the other.
_recent = lru_cache(maxsize=_RECENT)(_quantities)


def _quantity(reading: Reading, text: str) -> Quantity:
    unit, span = reading.unit, Span(reading.start, reading.end)
    return Quantity(
        value=reading.value,
        high=reading.high,
        dimension=unit.dimension,
        unit=reading.written,
        span=span,
        text=span.of(text),
        scale=unit.scale,
        group=unit.group,
    )


def _joined(found: Iterable[Quantity], text: str) -> list[Quantity]:
    """Add up what is one amount in two units: 3斤2两, 1小时30分."""
    joined: list[Quantity] = []
    for quantity in found:
        last = joined[-1] if joined else None
        both = None if last is None or last.span.end != quantity.span.start else _sum(last, quantity, text)
        if both is None:
            joined.append(quantity)
        else:
            joined[-1] = both
    return joined


def _sum(last: Quantity, quantity: Quantity, text: str) -> Quantity | None:
    if last.dimension is Dimension.HOURS and quantity.unit == "分":
        quantity = replace(quantity, dimension=Dimension.MINUTES, group="")
    family, factor = _FAMILIES.get(last.dimension, (last.dimension.value, 1))
    other, other_factor = _FAMILIES.get(quantity.dimension, (quantity.dimension.value, 1))
    smaller = quantity.scale * other_factor < last.scale * factor
    whole = last.high is None and quantity.high is None and last.unit and quantity.unit
    if (
        last.dimension not in _JOINING
        or not (smaller and whole)
        or (family, last.group) != (other, quantity.group)
    ):
        return None
    span = Span(last.span.start, quantity.span.end)
    value = last.value + quantity.value * other_factor / factor
    return replace(last, value=value, span=span, text=span.of(text))


def _same_date(one: Decimal | None, other: Decimal | None) -> bool:
    """Compare two dates; the larger parts that one does not say are not compared."""
    if one is None or other is None:
        return one is other
    smaller = min(one, other)
    if smaller >= 10_000 or one == other:
        return one == other
    modulus = 100 if smaller < 100 else 10_000
    return one % modulus == other % modulus


def _rounded(value: Decimal) -> Decimal:
    """Drop what thirds leave behind, so that equal amounts compare equal."""
    return round(value, 6)
