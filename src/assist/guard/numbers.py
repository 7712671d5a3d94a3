"""Every number of a reply must come from what it cites, from the caller's facts, or from a right sum."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from decimal import Decimal
from functools import lru_cache
from types import MappingProxyType
from typing import TypeAlias

from assist.documents import Span
from assist.expressions import expression
from assist.guard.arithmetic import equations
from assist.results import Citation, Finding, Severity, Statement
from assist.text.quantities import Dimension, Quantity, quantities

_CLAUSE = expression(r"[^，,。；;！!？?\n]+")
_MIN_WORDING = 5
"""Characters beside the figures by which a clause is recognised."""
_Amount: TypeAlias = tuple[Decimal, "Decimal | None", Dimension, str]


def find_unsupported_numbers(
    text: str,
    *,
    citations: Sequence[Citation] = (),
    shown: Sequence[str] = (),
    statements: Sequence[Statement] = (),
    severity: Severity = Severity.BLOCK,
) -> list[Finding]:
    """Find quantities that no source states.

    Compared by type and amount, not by wording: 7天 is 七天, 1千克 is 2斤. A bare number agrees with the same
    figure under any unit, as a table cell does whose unit stands in the header.

    Args:
        text: The draft.
        citations: What it cites.
        shown: Facts of the caller and computed values, as text; a sum (`299-40=259`) is recomputed.
        statements: The draft's stating sentences. A number in one of them must be in that statement's own
            citations or `shown`, or in `shown` above; numbers elsewhere may come from any.
        severity: Of a number without a source.

    Returns:
        Findings of kind `number` by place, and one per sum that is wrong.
    """
    found = quantities(text)
    findings = [*_wrong_sums(text, shown, statements), *_altered_sums(text, found, statements, severity)]
    if not found:
        return findings
    base = tuple(shown)
    for span, evidence in _scopes(text, statements, base):
        inside = [quantity for quantity in found if span.covers(quantity.span)]
        if inside:
            findings += _unfounded(text, span, inside, evidence, severity)
            found = tuple(quantity for quantity in found if not span.covers(quantity.span))
    if found:
        everywhere = _texts(citations, base, statements)
        findings += _unfounded(text, Span(0, len(text)), found, everywhere, severity)
    return sorted(findings, key=_place)


def _unfounded(
    text: str, span: Span, found: Sequence[Quantity], evidence: tuple[str, ...], severity: Severity
) -> list[Finding]:
    """Find the quantities that no source states; where there are none, those that a source states otherwise."""
    return _unsupported(found, evidence, severity) or _rewritten(text, span, found, evidence, severity)


def _texts(
    citations: Iterable[Citation], shown: Sequence[str], statements: Iterable[Statement]
) -> tuple[str, ...]:
    own = (text for statement in statements for text in _own_texts(statement))
    return (*(citation.quote for citation in citations), *shown, *own)


def _own_texts(statement: Statement) -> tuple[str, ...]:
    return (*(citation.quote for citation in statement.citations), *statement.shown)


def _scopes(
    text: str, statements: Iterable[Statement], shown: tuple[str, ...]
) -> Iterator[tuple[Span, tuple[str, ...]]]:
    """Yield where each statement stands in the draft, with the texts that may support it."""
    reached = 0
    for statement in statements:
        start = text.find(statement.text, reached) if statement.text else -1
        if start >= 0:
            reached = start + len(statement.text)
            yield Span(start, reached), (*_own_texts(statement), *shown)


def _unsupported(found: Iterable[Quantity], evidence: tuple[str, ...], severity: Severity) -> list[Finding]:
    stated, known = _known(evidence)
    return [
        _finding(quantity, severity)
        for quantity in found
        if _amount(quantity) not in stated and not any(_agrees(quantity, other) for other in known)
    ]


def _rewritten(
    text: str, span: Span, found: Sequence[Quantity], evidence: tuple[str, ...], severity: Severity
) -> list[Finding]:
    """Find clauses that stand in a source word for word, but with a figure that stands elsewhere in it."""
    wordings = _wordings(evidence)
    findings = []
    for clause in _CLAUSE.finditer(text, span.start, span.end) if wordings else ():
        start, end = clause.span()
        inside = [item for item in found if start <= item.span.start < end]
        stated = wordings.get(_wording(clause[0], start, inside)) if inside else None
        if stated and not any(_all_agree(inside, other) for other in stated):
            wrong = next(
                (item for item, other in zip(inside, stated[0], strict=False) if not _agrees(item, other)),
                inside[0],
            )
            findings.append(_finding(wrong, severity))
    return findings


def _all_agree(found: Sequence[Quantity], stated: Sequence[Quantity]) -> bool:
    return len(found) == len(stated) and all(map(_agrees, found, stated))


def _wording(clause: str, start: int, found: Sequence[Quantity]) -> str:
    """Return a clause with a mark for every figure; empty: too little is left to recognise it by."""
    parts, at = [], 0
    for quantity in found:
        parts += [clause[at : quantity.span.start - start], "#"]
        at = quantity.span.end - start
    whole = "".join([*parts, clause[at:]]).strip()
    return whole if len(whole) - whole.count("#") >= _MIN_WORDING else ""


@lru_cache(maxsize=1024)
def _wordings(evidence: tuple[str, ...]) -> dict[str, list[tuple[Quantity, ...]]]:
    """Return the clauses of the sources by their wording, with the figures that each states."""
    known: dict[str, list[tuple[Quantity, ...]]] = {}
    for text in evidence:
        found = quantities(text)
        for clause in _CLAUSE.finditer(text):
            inside = tuple(item for item in found if clause.start() <= item.span.start < clause.end())
            wording = _wording(clause[0], clause.start(), inside) if inside else ""
            if wording:
                known.setdefault(wording, []).append(inside)
    return known


@lru_cache(maxsize=1024)
def _known(evidence: tuple[str, ...]) -> tuple[frozenset[_Amount], tuple[Quantity, ...]]:
    """Return all that the sources of a statement state: as amounts, which find most of it at once, and whole."""
    stated = [quantity for text in evidence for quantity in _stated(text)]
    distinct = {(_amount(quantity), quantity.scale): quantity for quantity in stated}
    return frozenset(amount for amount, _ in distinct), tuple(distinct.values())


def _amount(quantity: Quantity) -> _Amount:
    return quantity.value, quantity.high, quantity.dimension, quantity.group


@lru_cache(maxsize=8192)
def _stated(text: str) -> tuple[Quantity, ...]:
    """Return what a source states; a sum states each of its numbers."""
    parts = [number for equation in equations(text) for number in equation.numbers]
    return (*quantities(text), *(quantity for part in parts for quantity in quantities(part)))


def _agrees(quantity: Quantity, other: Quantity) -> bool:
    if _amount(quantity) == _amount(other) or quantity.same(other):
        return True
    bare = quantity.dimension is Dimension.PLAIN or other.dimension is Dimension.PLAIN
    return bare and quantity.same_figure(other)


def _finding(quantity: Quantity, severity: Severity) -> Finding:
    evidence = {
        "word": quantity.text,
        "dimension": quantity.dimension.value,
        "ground": "消费者权益保护法第二十条",
        "hint": "改用引用原文里的数字，或先核实",
    }
    message = f"数字“{quantity.text}”没有来源"
    return Finding("number", severity, message, quantity.span, MappingProxyType(evidence))


def _wrong_sums(text: str, shown: Sequence[str], statements: Sequence[Statement]) -> list[Finding]:
    findings = [_wrong_sum(text, equation.span) for equation in equations(text) if not equation.holds]
    computed = (*shown, *(word for statement in statements for word in statement.shown))
    for word in computed:
        findings += [
            _wrong_sum(word, equation.span, inside=False)
            for equation in equations(word)
            if not equation.holds
        ]
    return findings


def _altered_sums(
    text: str, found: Sequence[Quantity], statements: Sequence[Statement], severity: Severity
) -> list[Finding]:
    """Find what was worked out and no longer stands so in the draft: all figures of it, one after the other.

    A figure of a sum may stand elsewhere in its sources: that it is supported does not tell that it is right there.
    """
    findings = []
    for statement in statements:
        computed = any(fact.origin == "computed" for fact in statement.facts)
        if not computed or not statement.text or statement.text in text:
            continue
        figures = quantities(statement.text)
        runs = (found[at : at + len(figures)] for at in range(len(found) - len(figures) + 1))
        if figures and not any(_all_agree(run, figures) for run in runs):
            findings.append(replace(_finding(figures[-1], severity), span=None))
    return findings


def _wrong_sum(text: str, span: Span, *, inside: bool = True) -> Finding:
    word = span.of(text)
    evidence = {"word": word, "ground": "消费者权益保护法第二十条", "hint": "重新计算后再写"}
    place = span if inside else None
    return Finding("number", Severity.BLOCK, f"算式“{word}”不成立", place, MappingProxyType(evidence))


def _place(finding: Finding) -> int:
    return -1 if finding.span is None else finding.span.start
