"""Shop time: the one clock of every validity and deadline, naive inside, converted once at the door."""

from __future__ import annotations

from datetime import date, datetime, time
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from assist.errors import InputError


def shop_time(moment: date | datetime | str | None, timezone: str) -> datetime:
    """Turn what a caller gives into a naive datetime in shop time.

    Args:
        moment: A date (its first moment), a datetime (converted when it carries a time zone), an ISO string
            of either, or None: now.
        timezone: IANA name of the shop's time zone.

    Returns:
        Naive, in shop time.

    Raises:
        InputError: The string is no ISO date or time, or the time zone is unknown.
    """
    zone = _zone(timezone)
    if moment is None:
        return datetime.now(zone).replace(tzinfo=None)
    if isinstance(moment, str):
        moment = _parse(moment)
    if not isinstance(moment, date):
        raise InputError(f"on must be a date, a datetime or an ISO string, got {moment!r}")
    if isinstance(moment, datetime):
        return moment if moment.tzinfo is None else moment.astimezone(zone).replace(tzinfo=None)
    return datetime.combine(moment, time.min)


def _parse(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text.strip().replace("Z", "+00:00"))
    except ValueError:
        raise InputError(f"on must be an ISO date or datetime such as 2026-11-20, got {text!r}") from None


def _zone(timezone: str) -> ZoneInfo:
    try:
        return ZoneInfo(timezone)
    except (ZoneInfoNotFoundError, ValueError):
        raise InputError(f"unknown time zone {timezone!r} in the shop's profile; use an IANA name") from None
