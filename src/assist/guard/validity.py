"""Whether what a draft cites holds on the days that count."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from types import MappingProxyType

from assist.results import Citation, Finding, Severity

NEAR_END = timedelta(days=3)
"""A source that ends within this time after the last moment is pointed out."""


def find_expired(citations: Sequence[Citation], moments: Sequence[datetime]) -> list[Finding]:
    """Find citations whose source does not hold at any of the moments.

    Args:
        citations: What the draft cites.
        moments: Naive shop times that may count: today, the order's payment; empty: nothing is checked.

    Returns:
        BLOCK per source that holds at none of them, NOTE per source that ends soon after the last one it
        holds at; one finding per source.
    """
    if not moments:
        return []
    sources = {(citation.document_id, citation.version): citation for citation in citations}
    findings = (_judge(citation, moments) for citation in sources.values())
    return [finding for finding in findings if finding is not None]


def _judge(citation: Citation, moments: Sequence[datetime]) -> Finding | None:
    validity = citation.source.validity
    holding = [moment for moment in moments if validity.holds(moment)]
    if not holding:
        return _finding(citation, Severity.BLOCK, "引用的内容在相关日期无效")
    if validity.valid_to is not None and validity.valid_to - max(holding) <= NEAR_END:
        return _finding(citation, Severity.NOTE, "引用的内容即将到期")
    return None


def _finding(citation: Citation, severity: Severity, message: str) -> Finding:
    validity = citation.source.validity
    evidence = {
        "document_id": citation.document_id,
        "section": citation.section,
        "valid_from": "" if validity.valid_from is None else validity.valid_from.isoformat(sep=" "),
        "valid_to": "" if validity.valid_to is None else validity.valid_to.isoformat(sep=" "),
        "hint": "改用当日有效的版本，或先向同事核实",
    }
    return Finding("validity", severity, message, None, MappingProxyType(evidence))
