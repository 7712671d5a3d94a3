"""Findings about a text: what must not be sent, stored or shown.

`check` runs every guard of `CHECKS` on a draft; each is a plain function that can be called alone. `screen`
looks at a text without sources (a past answer, the caller's own words), and `mask` replaces personal data.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property, lru_cache
from types import MappingProxyType
from typing import TypeAlias

from assist.guard.claims import claim_lexicon, find_claims, find_words, tone_lexicon
from assist.guard.floors import Floors, statutory_floors
from assist.guard.learned import find_unlisted
from assist.guard.lexicon import Lexicon, disguised, shop_lexicon
from assist.guard.numbers import find_unsupported_numbers
from assist.guard.pii import PLACEHOLDERS, Masked, find_pii, mask
from assist.guard.skeleton import View
from assist.guard.tone import find_tone
from assist.guard.validity import find_expired
from assist.results import Citation, Finding, Severity, Statement
from assist.settings import GuardSettings
from assist.text.normalize import fold

__all__ = ["CHECKS", "PLACEHOLDERS", "Evidence", "Masked", "check", "mask", "screen"]

_DEFAULT = GuardSettings()
_RECENT, _FOUND = 1_024, 8_192


@dataclass(frozen=True)
class Evidence:
    """A draft with all that the guards may hold it against.

    Attributes:
        view: The draft's text.
        citations: What it cites.
        shown: Facts of the caller and computed values, as text.
        statements: Its stating sentences.
        moments: Naive shop times that may count.
        shop: The shop's name; empty: unknown.
        floors: What law and platform guarantee the shopper; None: what the built-in statutes say.
        settings: How strict to be.
    """

    view: View
    citations: tuple[Citation, ...] = ()
    shown: tuple[str, ...] = ()
    statements: tuple[Statement, ...] = ()
    moments: tuple[datetime, ...] = ()
    shop: str = ""
    floors: Floors | None = None
    settings: GuardSettings = GuardSettings()

    @cached_property
    def cited(self) -> tuple[Citation, ...]:
        """The draft's citations and those of its statements, each once, in order."""
        return each_once(
            (*self.citations, *(place for statement in self.statements for place in statement.citations))
        )

    @cached_property
    def quotes(self) -> tuple[str, ...]:
        """The quotes of all citations."""
        return tuple(citation.quote for citation in self.cited)

    @cached_property
    def own(self) -> Lexicon | None:
        """The shop's own word lists; None: it has none."""
        return shop_lexicon(self.settings.lists)


Check: TypeAlias = Callable[[Evidence], list[Finding]]
"""A guard: a draft with its evidence in, findings out."""


def check_numbers(evidence: Evidence) -> list[Finding]:
    """Every number stands in a cited quote or in what the caller gave."""
    return find_unsupported_numbers(
        evidence.view.original,
        citations=evidence.citations,
        shown=evidence.shown,
        statements=evidence.statements,
        severity=Severity(Severity.parse(evidence.settings.unsourced_number)),
    )


def check_verbatim(evidence: Evidence) -> list[Finding]:
    """Every citation quotes something, and as much as its span says."""
    return [
        Finding(
            "verbatim",
            Severity.BLOCK,
            "引用没有原文，或与所指位置不符",
            None,
            MappingProxyType({"document_id": citation.document_id, "section": citation.section}),
        )
        for citation in evidence.cited
        if not citation.quote.strip() or len(citation.quote) != citation.span.end - citation.span.start
    ]


def check_validity(evidence: Evidence) -> list[Finding]:
    """Every cited source holds at one of the moments, but for those whose own days are told."""
    if not evidence.moments:
        return []
    dated = [place for statement in evidence.statements if statement.dated for place in statement.citations]
    return find_expired([place for place in evidence.cited if place not in dated], evidence.moments)


def check_claims(evidence: Evidence) -> list[Finding]:
    """Nothing is claimed, offered or threatened that may not be, nor anything that the shop's own lists name."""
    return list(_claims(evidence.view.original, evidence.quotes, evidence.own))


def check_pii(evidence: Evidence) -> list[Finding]:
    """No personal data, except what a source or the caller's own facts show word for word."""
    findings = _pii(evidence.view.original)
    if not findings:
        return []
    known = [fold(text) for text in (*evidence.quotes, *evidence.shown, *_shown_in(evidence.statements))]
    return [_weighed(finding, evidence.view.original, known) for finding in findings]


def check_tone(evidence: Evidence) -> list[Finding]:
    """Nothing rude, impatient or mocking, and no other shop's name."""
    return list(_tone(evidence.view.original, evidence.shop, evidence.own))


def check_floors(evidence: Evidence) -> list[Finding]:
    """Nothing gives the shopper less than law and platform do."""
    moments = evidence.moments
    floors = evidence.floors or statutory_floors()
    return list(floors.below(evidence.view.original, moments=moments))


def each_once(citations: Iterable[Citation]) -> tuple[Citation, ...]:
    """Return citations without repeats, in order; a draft has a handful, which compare sooner than they hash."""
    kept: list[Citation] = []
    for citation in citations:
        if citation not in kept:
            kept.append(citation)
    return tuple(kept)


# Drafts about one page say the same again and again, whoever asks. What was found in a text takes little room beside
# the forms in which it is looked at, and is kept for longer.
@lru_cache(maxsize=_RECENT)
def _view(text: str) -> View:
    return View(text)


@lru_cache(maxsize=_FOUND)
def _claims(text: str, quotes: tuple[str, ...], own: Lexicon | None) -> tuple[Finding, ...]:
    found = find_claims(_view(text), quotes=quotes, lexicon=_with(claim_lexicon(), own))
    return tuple(found if own is None else found + find_words(_view(text), own, quotes))


@lru_cache(maxsize=_FOUND)
def _pii(text: str) -> tuple[Finding, ...]:
    return tuple(find_pii(_view(text)))


@lru_cache(maxsize=_FOUND)
def _tone(text: str, shop: str, own: Lexicon | None) -> tuple[Finding, ...]:
    return tuple(find_tone(_view(text), shop=shop, lexicon=_with(tone_lexicon(), own)))


CHECKS: tuple[Check, ...] = (
    check_numbers,
    check_verbatim,
    check_validity,
    check_floors,
    check_claims,
    check_pii,
    check_tone,
)
"""The guards, in the order in which they run."""


def check(
    text: str,
    *,
    citations: Sequence[Citation] = (),
    shown: Sequence[str] = (),
    statements: Sequence[Statement] = (),
    moments: Sequence[datetime] = (),
    shop: str = "",
    floors: Floors | None = None,
    settings: GuardSettings = _DEFAULT,
) -> tuple[Finding, ...]:
    """Run all guards on a draft.

    Args:
        text: The draft as it would be sent; spans of the findings point into it.
        citations: What it cites.
        shown: Facts of the caller (an order's waybill, a height) and computed values, as text.
        statements: Its stating sentences; numbers in one must come from its own evidence.
        moments: Naive shop times of which one must lie in each source's validity; empty: not checked.
        shop: The shop's own name, for names of other shops; empty: not checked.
        floors: What law and platform guarantee the shopper; None: what the built-in statutes say.
        settings: How strict to be.

    Returns:
        Findings in the order of `CHECKS`. One of severity BLOCK keeps the draft from being shown.
    """
    evidence = Evidence(
        _view(text), tuple(citations), tuple(shown), tuple(statements), tuple(moments), shop, floors, settings
    )
    return tuple(finding for run in CHECKS for finding in run(evidence))


def screen(
    text: str,
    *,
    quotes: Sequence[str] = (),
    shop: str = "",
    floors: Floors | None = None,
    extra: Lexicon | None = None,
    learned: bool = True,
) -> tuple[Finding, ...]:
    """Look at a text that has no sources of its own: a past answer, or what the caller is about to send.

    Args:
        text: The text; spans of the findings point into it.
        quotes: Verbatim texts of sources; what stands in one of them weighs less.
        shop: The shop's own name, for names of other shops; empty: not checked.
        floors: What law and platform guarantee the shopper; None: what the built-in statutes say.
        extra: The shop's own word lists and disguises, read by `assist.guard.lexicon.shop_lexicon(paths)`.
        learned: Let the learned scorer look at what the lists let pass.

    Returns:
        Findings by place: compliance classes, `conflict` (less than the law gives), `pii`, `impatience`, `tone` and `other_shop`, each with
        `ground`, `hint` and `word` in its evidence. One of severity BLOCK keeps the text from being shown.
    """
    view = View(text)
    findings = [
        *find_claims(view, quotes=quotes, lexicon=_with(claim_lexicon(), extra)),
        *find_pii(view),
        *find_tone(view, shop=shop, lexicon=_with(tone_lexicon(), extra)),
    ]
    findings += (floors or statutory_floors()).below(text)
    if extra is not None:
        findings += find_words(view, extra, quotes)
    if learned:
        seen = [finding.span for finding in findings if finding.span is not None]
        findings += find_unlisted(view, quotes=quotes, seen=seen)
    return tuple(sorted(findings, key=_place))


def _with(lexicon: Lexicon, own: Lexicon | None) -> Lexicon:
    return lexicon if own is None else disguised(lexicon, own)


def _place(finding: Finding) -> int:
    return 0 if finding.span is None else finding.span.start


def _shown_in(statements: Collection[Statement]) -> list[str]:
    return [word for statement in statements for word in statement.shown]


def _weighed(finding: Finding, text: str, known: Sequence[str]) -> Finding:
    """Make a note of data that a source or the caller gave for this very reply."""
    word = "" if finding.span is None else fold(finding.span.of(text))
    given = any(word in source for source in known)
    return replace(finding, severity=Severity.NOTE) if given else finding
