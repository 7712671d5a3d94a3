"""What a reply may not claim, offer or threaten: the compliance classes, found and explained."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from types import MappingProxyType

from assist.documents import Span
from assist.guard.lexicon import Lexicon, load_lexicon, search_together
from assist.guard.matching import Match
from assist.guard.rules import Rule
from assist.guard.skeleton import CLAUSE_END, SENTENCE_END, Respelled, Skeleton, View
from assist.results import Finding, Severity

CLAIM_LISTS = (
    "absolute",
    "medical",
    "authority",
    "contact",
    "reviews",
    "promise",
    "terms",
    "complaints",
    "disparage",
    "privacy",
)
"""Names of the word lists in `assist/guard/data` that make up the compliance guard."""


TONE_LISTS = ("impatience", "tone")
"""Names of those that make up the tone guard."""


def claim_lexicon() -> Lexicon:
    """Return the package's compliance lists, read once."""
    return _packaged()[0]


def tone_lexicon() -> Lexicon:
    """Return the package's tone lists, read once."""
    return _packaged()[1]


@cache
def _packaged() -> tuple[Lexicon, Lexicon]:
    """Read the lists of both guards, which look at every draft one after the other."""
    lexicons = load_lexicon(CLAIM_LISTS), load_lexicon(TONE_LISTS)
    search_together(*lexicons)
    return lexicons


def find_claims(view: View, *, quotes: Sequence[str] = (), lexicon: Lexicon | None = None) -> list[Finding]:
    """Find what breaks a compliance class.

    Args:
        view: The text to look at.
        quotes: Verbatim texts of cited sources. A word that stands in one of them is the source's own and
            becomes a note; offers and terms that no source can make lawful become a warning when the whole
            sentence is quoted, and stay otherwise.
        lexicon: Other lists than the package's.

    Returns:
        Findings by place; `evidence` holds `ground`, `hint` and `word` (the text found, as written).
    """
    return find_words(view, lexicon or claim_lexicon(), quotes)


def find_words(view: View, lexicon: Lexicon, quotes: Sequence[str] = ()) -> list[Finding]:
    """Apply the rules of a lexicon to every skeleton of a text; findings by place, none twice."""
    findings: list[Finding] = []
    seen: list[tuple[str, Span]] = []
    for skeleton, match in _matches(view, lexicon):
        span = view.span(*_range(skeleton, match))
        kind = match.rule.kind
        if any(kind == other and span.start < at.end and at.start < span.end for other, at in seen):
            continue
        seen.append((kind, span))
        findings.append(_finding(match.rule, span, view, _severity(skeleton, match, quotes)))
    return findings


def _matches(view: View, lexicon: Lexicon) -> Iterator[tuple[Skeleton | Respelled, Match]]:
    for skeleton in view.skeletons:
        for match in lexicon.matches(skeleton):
            yield skeleton, match
    respelled = lexicon.respelled(view.skeletons[0])
    if respelled is not None:
        for match in lexicon.matches(respelled):
            yield respelled, match


def _range(skeleton: Skeleton | Respelled, match: Match) -> tuple[int, int]:
    span = skeleton.source_span(match.start, match.end)
    return span.start, span.end


def _finding(rule: Rule, span: Span, view: View, severity: Severity) -> Finding:
    evidence = {"ground": rule.ground, "hint": rule.hint, "word": span.of(view.original)}
    return Finding(
        kind=rule.kind,
        severity=severity,
        message=rule.message,
        span=span,
        evidence=MappingProxyType(evidence),
    )


def _severity(skeleton: Skeleton | Respelled, match: Match, quotes: Sequence[str]) -> Severity:
    """Weigh a match against the cited quotes."""
    if not quotes:
        return match.rule.severity
    quoted = [_quote_skeleton(quote) for quote in quotes]
    if not match.rule.quotable:
        sentence = _sentence(skeleton.text, match)
        whole = any(sentence in quote for quote in quoted)
        return Severity.WARN if whole else match.rule.severity
    word = skeleton.text[match.start : match.end]
    return Severity.NOTE if any(word in quote for quote in quoted) else match.rule.severity


def _quote_skeleton(quote: str) -> str:
    return View(quote).skeletons[0].text


def _sentence(text: str, match: Match) -> str:
    left = text.rfind(SENTENCE_END, 0, match.start) + 1
    right = text.find(SENTENCE_END, match.end)
    return text[left : len(text) if right < 0 else right].strip(CLAUSE_END)
