"""Which version of a document counts when: what a newcomer replaces, where an older one ends, who was valid."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from assist.documents import Document, Validity
from assist.errors import InputError


@dataclass(frozen=True, slots=True)
class Live:
    """A live version as its document states it."""

    doc_key: int
    version: str
    digest: str
    stated: Validity


@dataclass(frozen=True, slots=True)
class Kept:
    """A version in the store with its two clocks.

    Attributes:
        doc_key: Its row.
        version: SHA-256 of its text.
        validity: When it holds, its end clipped to the start of the next live version.
        loaded_at: When it was loaded.
        replaced_at: When it stopped being live; None: it is live.
        removed: It was removed, not replaced.
    """

    doc_key: int
    version: str
    validity: Validity
    loaded_at: datetime
    replaced_at: datetime | None
    removed: bool

    def was_live(self, moment: datetime) -> bool:
        """Say whether the store answered from this version at `moment`."""
        return self.loaded_at <= moment and (self.replaced_at is None or moment < self.replaced_at)


def check_distinct(documents: Iterable[tuple[Document, str]]) -> None:
    """Check that documents loaded together do not contradict each other.

    Args:
        documents: Documents with their digests.

    Raises:
        InputError: Two of one id start to hold at the same moment and say different things.
    """
    seen: dict[tuple[str, datetime | None], str] = {}
    for document, digest in documents:
        start = document.validity.valid_from
        if seen.setdefault((document.id, start), digest) != digest:
            since = "no valid_from" if start is None else f"valid_from {start.isoformat()}"
            raise InputError(
                f"document {document.id!r} is given twice with {since} and different content;"
                " give the two different dates, or load one of them"
            )


def replaced(live: Sequence[Live], newcomers: Sequence[Live]) -> set[int]:
    """Find the live versions that give way to newcomers of the same id.

    A newcomer replaces the live version that starts at the same moment, and one of the same text whose
    interval it overlaps (its dates were corrected). A newcomer without any date says what holds from now
    on: it replaces every live version, unless one of them has no beginning either; then only that one.

    Returns:
        Their keys.
    """
    gone: set[int] = set()
    starts = {old.stated.valid_from for old in live}
    for new in newcomers:
        undated = new.stated == Validity() and None not in starts
        gone.update(old.doc_key for old in live if undated or _same_place(old, new))
    return gone


def _same_place(old: Live, new: Live) -> bool:
    if old.stated.valid_from == new.stated.valid_from:
        return True
    return old.version == new.version and _overlap(old.stated, new.stated)


def _overlap(one: Validity, other: Validity) -> bool:
    return _starts_before_end(one, other) and _starts_before_end(other, one)


def _starts_before_end(one: Validity, other: Validity) -> bool:
    return one.valid_from is None or other.valid_to is None or one.valid_from < other.valid_to


def effective_ends(live: Iterable[Live]) -> dict[int, datetime | None]:
    """Clip each live version of one id to the start of the next.

    Args:
        live: Versions that start at different moments, in any order.

    Returns:
        Key to the end of its effective validity; None is open.
    """
    ordered = sorted(live, key=lambda one: one.stated.valid_from or datetime.min)
    starts = [one.stated.valid_from for one in ordered[1:]]
    return {
        one.doc_key: _earlier(one.stated.valid_to, start)
        for one, start in zip(ordered, [*starts, None], strict=False)
    }


def _earlier(one: datetime | None, other: datetime | None) -> datetime | None:
    return min((moment for moment in (one, other) if moment is not None), default=None)


def pick(versions: Sequence[Kept], *, version: str | None, on: datetime | None, now: datetime) -> Kept | None:
    """Pick one of all kept versions of a document.

    Args:
        versions: In the order in which they were loaded.
        version: Only one with this text; also one that was replaced or removed.
        on: The one valid at this moment. Among several, the one from which the store answered then; for a
            moment before the first load, the live one.
        now: The moment that counts where neither is given: the live version valid now, else the live one
            that started last.

    Returns:
        The version, or None where none fits.
    """
    found = [one for one in versions if version in (None, one.version)]
    if on is not None:
        valid = [one for one in found if one.validity.holds(on)]
        return (
            _newest([one for one in valid if one.was_live(on)])
            or _newest(_live(valid))
            or _newest(_kept(valid))
        )
    if version is not None:
        return max(found, key=lambda one: one.doc_key, default=None)
    live = _live(found)
    return _newest([one for one in live if one.validity.holds(now)]) or _newest(live)


def _live(versions: Iterable[Kept]) -> list[Kept]:
    return [one for one in versions if one.replaced_at is None]


def _kept(versions: Iterable[Kept]) -> list[Kept]:
    return [one for one in versions if not one.removed]


def _newest(versions: Iterable[Kept]) -> Kept | None:
    return max(versions, key=lambda one: (one.validity.valid_from or datetime.min, one.doc_key), default=None)
