"""The shop's own settings, from `shop.toml`."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from assist.errors import MalformedRecordError
from assist.expressions import expression
from assist.ingest.result import Skipped
from assist.ingest.source import Source
from assist.shop import DEFAULT_TAGS, DEFAULT_TARGETS, ShopProfile, StylePack

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib  # type: ignore[import-not-found,unused-ignore]

_LINE = expression(r"line (\d+)")
_SHOP = ("name", "timezone")
_KNOWN = {
    "shop": _SHOP,
    "style": ("openers", "closers", "particles", "emoji", "complaint"),
    "dictionary": ("words",),
    "tags": None,
    "handoff": ("targets", *DEFAULT_TARGETS),
}
"""Names in each table; of `tags` any. What `[shop]` holds may also stand at the top of the file, without a table."""


def read_shop(source: Source, text: str) -> tuple[ShopProfile, tuple[Skipped, ...]]:
    """Read `shop.toml`.

    Returns:
        The profile, with defaults for what the file does not say; and an entry for each name in it that
        means nothing here, most likely a slip of the pen.

    Raises:
        MalformedRecordError: Not TOML, or a value of the wrong type, an unknown time zone or target.
    """
    try:
        root = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError, ValueError) as exc:
        place = _LINE.search(str(exc))
        line = int(place[1]) if place else None
        raise MalformedRecordError(f"not TOML: {exc}", path=source.name, line=line) from exc
    return _profile(_Section(root, "", source.name)), tuple(_unknown(root, source))


def _profile(root: _Section) -> ShopProfile:
    shop, style = _shop(root), root.section("style")
    complaint = style.section("complaint")
    default, pack = ShopProfile(), StylePack()
    return ShopProfile(
        name=shop.text("name", default.name),
        timezone=_timezone(shop, default.timezone),
        style=StylePack(
            openers=style.texts("openers", pack.openers),
            closers=style.texts("closers", pack.closers),
            particles=style.texts("particles", pack.particles),
            emoji=style.texts("emoji", pack.emoji),
            complaint_openers=complaint.texts("openers", pack.complaint_openers),
            complaint_closers=complaint.texts("closers", pack.complaint_closers),
        ),
        words=_words(root),
        tags=_tags(root.section("tags")),
        targets=_targets(root.section("handoff")),
    )


def _shop(root: _Section) -> _Section:
    """`[shop]`, with what stands at the top of the file where the table does not say it."""
    top = {name: root.values[name] for name in _SHOP if name in root.values}
    section = root.section("shop")
    return _Section({**top, **section.values}, section.name if section.values else "", root.path)


def _words(root: _Section) -> tuple[str, ...]:
    """`words` of `[dictionary]`, or `dictionary` itself as a list."""
    if isinstance(root.values.get("dictionary"), list):
        return root.texts("dictionary", ())
    return root.section("dictionary").texts("words", ())


@dataclass(frozen=True, slots=True)
class _Section:
    """A table of the file, with checked access to its values."""

    values: Mapping[str, Any]
    name: str
    path: str

    def section(self, key: str) -> _Section:
        value = self.values.get(key, {})
        if not isinstance(value, dict):
            raise self.wrong(key, "a table", value)
        return _Section(value, f"{self.name}.{key}".lstrip("."), self.path)

    def text(self, key: str, default: str) -> str:
        value = self.values.get(key, default)
        if not isinstance(value, str) or not value.strip():
            raise self.wrong(key, "a text that is not empty", value)
        return value.strip()

    def texts(self, key: str, default: tuple[str, ...]) -> tuple[str, ...]:
        value = self.values.get(key, list(default))
        if not isinstance(value, list) or not all(
            isinstance(entry, str) and entry.strip() for entry in value
        ):
            raise self.wrong(key, "a list of texts", value)
        return tuple(dict.fromkeys(entry.strip() for entry in value))

    def wrong(self, key: str, expected: str, value: object) -> MalformedRecordError:
        name = f"[{self.name}] {key}" if self.name else f"[{key}]"
        return MalformedRecordError(f"{name} must be {expected}, got {str(value)[:60]!r}", path=self.path)


def _timezone(shop: _Section, default: str) -> str:
    name = shop.text("timezone", default)
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as exc:
        # A machine without any zone data cannot tell; then the name is taken as it is.
        if available_timezones():
            raise shop.wrong("timezone", "an IANA name such as Asia/Shanghai", name) from exc
    return name


def _tags(section: _Section) -> Mapping[str, tuple[str, ...]]:
    if not section.values:
        return DEFAULT_TAGS
    return MappingProxyType({name: section.texts(name, ()) for name in section.values})


def _targets(handoff: _Section) -> Mapping[str, str]:
    """The names in `[handoff.targets]`, or in `[handoff]` itself."""
    section = handoff.section("targets")
    for name in section.values:
        if name not in DEFAULT_TARGETS:
            raise section.wrong(name, f"one of {'、'.join(DEFAULT_TARGETS)}", name)
    return MappingProxyType(
        {name: section.text(name, handoff.text(name, default)) for name, default in DEFAULT_TARGETS.items()}
    )


def _unknown(root: Mapping[str, Any], source: Source) -> list[Skipped]:
    names = [f"[{name}]" for name in root if name not in _KNOWN and name not in _SHOP]
    for section, known in _KNOWN.items():
        if known is not None and isinstance(root.get(section), dict):
            names.extend(f"[{section}] {key}" for key in root[section] if key not in known)
    return [Skipped(source.name, None, f"{name} is not known and was ignored") for name in names]
