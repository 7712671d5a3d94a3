"""What a file says about a document besides its text: front matter, meta tags, fields of a record."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from typing import TypeAlias

from assist.documents import Audience, Kind, Level, Validity
from assist.errors import InputError
from assist.expressions import expression

Value: TypeAlias = "str | tuple[str, ...]"
"""A field's value: one text or a list of texts."""

_ABSENT = frozenset({"", "~", "null", "none", "-", "无"})
_FIELDS = {
    "id": "id",
    "_id": "id",
    "item_id": "id",
    "itemid": "id",
    "title": "title",
    "标题": "title",
    "kind": "kind",
    "type": "kind",
    "level": "level",
    "audience": "audience",
    "valid_from": "valid_from",
    "valid_to": "valid_to",
    "applies_to": "categories",
    "category": "categories",
    "categories": "categories",
    "product:category": "categories",
    "keys": "keys",
    "aliases": "aliases",
    "product": "product",
}
_LEVELS = {"法律": "law", "平台": "platform", "店铺": "shop", "商品": "product"}
_AUDIENCES = {"买家": "buyer", "内部": "internal"}
_MOMENT = expression(
    r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?"
    r"(?:[T\s]+(\d{1,2})\s*[:时点](?:\s*(\d{1,2})\s*(?:[:分](?:\s*(\d{1,2})(?:\.\d+)?\s*秒?)?)?)?)?"
    r"\s*(Z|[+-]\d{2}:?\d{2})?",
    re.IGNORECASE,
)
_EPOCH = expression(r"\d{10}(?:\d{3})?")
# China keeps one zone and no summer time; a moment that names its offset is turned into that clock.
_SHOP_ZONE = timezone(timedelta(hours=8))
_SPLIT = expression(r"\s*[,，、;；|>/]\s*")


@dataclass(frozen=True, slots=True)
class Metadata:
    """A document's fields as a file states them; empty or None where it is silent."""

    id: str = ""
    title: str = ""
    kind: Kind | None = None
    level: Level | None = None
    audience: Audience = Audience.BUYER
    validity: Validity = Validity()
    product: str | None = None
    categories: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    attributes: Mapping[str, str] = field(default_factory=dict)


def read_metadata(values: Mapping[str, Value]) -> Metadata:
    """Sort a file's own fields into a document's; names that are not known become attributes.

    Raises:
        InputError: A kind, level, audience or date that cannot be understood.
    """
    known: dict[str, Value] = {}
    attributes: dict[str, str] = {}
    for name, value in values.items():
        target = _FIELDS.get(name.strip().lower().replace("-", "_"))
        if target is not None:
            known.setdefault(target, value)
        elif text := one(value):
            attributes[name.strip()] = text
    return Metadata(
        id=one(known.get("id", "")),
        title=one(known.get("title", "")),
        kind=read_kind(one(known.get("kind", ""))),
        level=_level(one(known.get("level", ""))),
        audience=_audience(one(known.get("audience", ""))),
        validity=Validity(_moment(known, "valid_from"), _moment(known, "valid_to")),
        product=one(known.get("product", "")) or None,
        categories=several(known.get("categories", ())),
        keys=several(known.get("keys", ())),
        aliases=several(known.get("aliases", ())),
        attributes=attributes,
    )


def one(value: Value) -> str:
    """Return a field as one text; a list is joined, a word for nothing is empty."""
    text = "、".join(value) if isinstance(value, tuple) else value.strip()
    return "" if text.lower() in _ABSENT else text


def several(value: Value) -> tuple[str, ...]:
    """Return a field as a list; one text is split at commas, `、`, `>`, `/` and the like."""
    parts: Iterable[str] = value if isinstance(value, tuple) else _SPLIT.split(value)
    return tuple(dict.fromkeys(part.strip() for part in parts if part.strip().lower() not in _ABSENT))


def read_kind(text: str) -> Kind | None:
    """Read a kind's word; None for an empty one.

    Raises:
        InputError: There is no such kind.
    """
    return Kind(Kind.parse(text.lower().replace("-", "_"))) if text else None


def _level(text: str) -> Level | None:
    return Level(Level.parse(_LEVELS.get(text, text.lower()))) if text else None


def _audience(text: str) -> Audience:
    return Audience(Audience.parse(_AUDIENCES.get(text, text.lower()))) if text else Audience.BUYER


def _moment(values: Mapping[str, Value], name: str) -> datetime | None:
    text = one(values.get(name, ""))
    try:
        return parse_moment(text) if text else None
    except InputError as exc:
        raise InputError(f"{name} is {exc}") from exc


def parse_moment(text: str) -> datetime:
    """Read a date or a date with a time, as people and programs write them.

    Args:
        text: `2026-11-01`, `2026/11/1 8:00`, `2026年11月1日 8时30分`, ISO 8601, or seconds since 1970.

    Returns:
        A naive datetime in shop time; a date alone is its first moment, `24:00` the next day's.

    Raises:
        InputError: Not a date, or no such day.

    Examples:
        >>> parse_moment("2026年11月1日 24:00").isoformat()
        '2026-11-02T00:00:00'
    """
    plain = unicodedata.normalize("NFKC", text).strip()
    try:
        if _EPOCH.fullmatch(plain):
            return datetime.fromtimestamp(int(plain[:10]), _SHOP_ZONE).replace(tzinfo=None)
        match = _MOMENT.fullmatch(plain)
        if match is None:
            raise ValueError
        return _from_parts(match)
    except (ValueError, OverflowError):
        raise InputError(f"not a date: {text[:40]!r}; write it like 2026-11-01 or 2026-11-01T08:00") from None


def _from_parts(match: re.Match[str]) -> datetime:
    year, month, day, hour, minute, second = (int(part or 0) for part in match.groups()[:6])
    ends_day = (hour, minute, second) == (24, 0, 0)
    moment = datetime(year, month, day, 0 if ends_day else hour, minute, second) + timedelta(days=ends_day)
    if not match[7]:
        return moment
    offset = match[7].upper().replace(":", "").replace("Z", "+0000")
    return (
        datetime.strptime(moment.strftime("%Y%m%d%H%M%S") + offset, "%Y%m%d%H%M%S%z")
        .astimezone(_SHOP_ZONE)
        .replace(tzinfo=None)
    )
