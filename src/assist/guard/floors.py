"""What law and platform guarantee the shopper, held against a draft."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from types import MappingProxyType

from assist.documents import Document, Level
from assist.guard.subjects import Reading, read_text
from assist.guard.terms import Shop, Term, gives_less
from assist.results import Finding, Severity

_TEXTS_KEPT = 8_192


@dataclass(frozen=True, slots=True)
class Floors:
    """What law and platform guarantee the shopper, by subject."""

    terms: Mapping[str, tuple[Term, ...]]

    @classmethod
    def of(cls, documents: Iterable[Document] = ()) -> Floors:
        """Read the floors from law and platform texts; the built-in statutes stand in for what is missing."""
        shop = Shop.of([item for item in documents if item.level in {Level.LAW, Level.PLATFORM}])
        found: dict[str, list[Term]] = {}
        for term in shop.terms:
            if term.subject is not None and term.subject.right:
                found.setdefault(term.key, []).append(term)
        return cls(MappingProxyType({key: tuple(terms) for key, terms in found.items()}))

    def below(self, text: str, *, moments: Sequence[datetime] = ()) -> tuple[Finding, ...]:
        """Find sentences that give the shopper less than a floor.

        Args:
            text: A draft, or the caller's own words.
            moments: A floor counts when it holds at one of them (naive shop time); empty: all count.

        Returns:
            Findings of kind `conflict`, severity BLOCK, with the floor's words as `ground`.
        """
        findings = []
        for reading in _read(text):
            floor = self._broken(reading, moments)
            if floor is not None:
                findings.append(_floor_finding(reading, floor, text))
        return tuple(findings)

    def _broken(self, reading: Reading, moments: Sequence[datetime]) -> Term | None:
        for floor in self.terms.get(reading.subject.key, ()):
            validity = floor.document.validity
            holds = not moments or any(validity.holds(moment) for moment in moments)
            if holds and gives_less(reading.subject, reading.value, floor.value):
                return floor
        return None


# Drafts about one page say the same again and again; what a text says does not depend on the floors.
@lru_cache(maxsize=_TEXTS_KEPT)
def _read(text: str) -> tuple[Reading, ...]:
    return read_text(text)


@lru_cache(maxsize=1)
def statutory_floors() -> Floors:
    """Return the floors that the built-in statutes set, for texts outside any store."""
    return Floors.of()


def _floor_finding(reading: Reading, floor: Term, text: str) -> Finding:
    evidence = {
        "word": reading.value.text,
        "key": reading.subject.key,
        "floor": floor.value.text,
        "document_id": floor.document.id,
        "ground": reading.subject.ground or floor.document.title,
        "hint": f"按「{floor.document.title}」答：{floor.span.of(floor.document.text)}",
    }
    message = f"{reading.subject.key}低于「{floor.document.title}」的规定"
    return Finding("conflict", Severity.BLOCK, message, reading.sentence, MappingProxyType(evidence))
