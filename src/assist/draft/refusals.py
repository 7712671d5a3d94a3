"""Refusals and holding lines: a line that states nothing, with the clause that bears on the matter."""

from __future__ import annotations

from dataclasses import replace

from assist.draft import style
from assist.draft.dressing import plain_draft
from assist.draft.evidence import Candidate, Evidence
from assist.draft.pages import clause_candidates, page_candidates
from assist.messages import Behaviour, Part
from assist.results import Draft, Statement

MIN_SUPPORT, MIN_MEANT = 0.18, 0.12
"""A clause this likely by the words of the message, and by the name of its intent, stands behind a refusal; chosen on dev sets."""
SUPPORT_CHARS = 140
"""What is said beside a refusal or a holding line stays this short."""


def declined(evidence: Evidence) -> tuple[Draft, ...]:
    """Refuse politely, with the clause that says why or what is possible instead, when there is one."""
    part = next(
        (p for p in evidence.question.parts if p.behaviour is Behaviour.DECLINE), evidence.question.parts[0]
    )
    number = evidence.question.parts.index(part)
    line = style.DECLINE_LINES.get(part.intent or "", style.DECLINE_DEFAULT)
    bare = plain_draft(line, evidence, lane="decline", verdict="refused")
    support = _support(part, number, evidence, strict=True)
    plainest = plain_draft(style.DECLINE_DEFAULT, evidence, lane="decline", verdict="refused")
    if support is None:
        return (bare, plainest)
    return (plain_draft(line, evidence, lane="decline", verdict="refused", support=support), bare, plainest)


def _support(part: Part, number: int, evidence: Evidence, *, strict: bool) -> Candidate | None:
    """What bears on a matter that is refused or handed over, by the words of the message or of its intent.

    A message that wants what cannot be done is often about something else (`加个卫星 图发你看看`): the clause is
    then found by what its intent is called. Under a refusal (`strict`) a clause that its intent does not lead to
    is left out.
    """
    if strict:
        meant = _meant(part, number, evidence)
        likely = {place for candidate in meant for place in _cited(candidate)}
        found = [
            candidate
            for candidate in page_candidates(part, number, evidence)
            if candidate.lane != "clause" or _cited(candidate) & likely
        ]
    else:
        meant, found = None, clause_candidates(part, number, evidence)
    fitting = next((candidate for candidate in found if candidate.score >= MIN_SUPPORT), None)
    if fitting is None:
        fitting = next(iter(_meant(part, number, evidence) if meant is None else meant), None)
    return None if fitting is None else replace(fitting, statements=_first_of(fitting.statements))


def _meant(part: Part, number: int, evidence: Evidence) -> list[Candidate]:
    """Clauses found by what the intent is called."""
    leaf = (part.intent or "").split("/")[-1]
    named = replace(part, clean=leaf, text=leaf, aspects=(), paraphrases=())
    return [item for item in clause_candidates(named, number, evidence) if item.score >= MIN_MEANT]


def _cited(candidate: Candidate) -> set[str]:
    """Documents that a candidate cites."""
    return {place.document_id for said in candidate.statements for place in said.citations}


def _first_of(statements: tuple[Statement, ...]) -> tuple[Statement, ...]:
    """As many statements as stay short beside a refusal or a holding line; a list is never cut."""
    kept: list[Statement] = []
    for statement in statements:
        if kept and sum(len(item.text) for item in kept) + len(statement.text) > SUPPORT_CHARS:
            break
        kept.append(statement)
    # What only leads to a list stands before nothing else.
    while len(kept) > 1 and kept[-1].text.endswith("："):
        kept.pop()
    return tuple(kept)


def held(evidence: Evidence, reason: str) -> tuple[Draft, ...]:
    """Write holding lines that promise nothing: with the clause that bears on the matter, and bare."""
    line = style.HOLDING_LINES[reason]
    bare = plain_draft(line, evidence, lane="handoff", verdict="handed_off")
    if reason in {"asks_human", "no_source", "low_confidence", "angry"}:
        return (bare,)
    part = evidence.question.parts[0]
    support = _support(part, 0, evidence, strict=False)
    if support is None:
        return (bare,)
    return (plain_draft(line, evidence, lane="handoff", verdict="handed_off", support=support), bare)
