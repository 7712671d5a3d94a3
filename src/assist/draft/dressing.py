"""What is said, put into a draft: opener, body, closer, its citations and its facts."""

from __future__ import annotations

from collections.abc import Sequence

from assist.draft import style
from assist.draft.evidence import Candidate, Evidence
from assist.draft.fit import fit_of_draft
from assist.results import Citation, Draft, PartVerdict, StatedFact, Statement


def dressed(
    body: str,
    statements: tuple[Statement, ...],
    verdicts: tuple[PartVerdict, ...],
    spoken: Sequence[Candidate],
    score: float,
    evidence: Evidence,
) -> Draft:
    """Dress what was written for the parts of a message; the raw score stands as the confidence."""
    message, question, pack = evidence.message, evidence.question, evidence.profile.style
    opening = style.opener(message, question, pack)
    asking = any(candidate.tail or candidate.ask for candidate in spoken)
    closing = "" if asking else style.closer(message, question, pack)
    return Draft(
        text=style.render(body, opening=opening, closing=closing, message=message),
        short=body,
        full="\n".join(part for part in (opening, body, closing) if part),
        confidence=score,
        citations=unique_citations(statements),
        facts=_facts(statements),
        parts=verdicts,
        statements=statements,
        lane="+".join(dict.fromkeys(candidate.lane for candidate in spoken)),
        debug={
            **min(spoken, key=lambda item: item.score).signals,
            **fit_of_draft(statements, evidence),
            "score": score,
        },
    )


def unique_citations(statements: Sequence[Statement]) -> tuple[Citation, ...]:
    """Citations of all statements in order, each place once.

    The place of a statement that says that its source has ended or not begun stays with the statement: the draft
    does not rest on it.
    """
    found: dict[tuple[str, str, int, int], Citation] = {}
    for statement in statements:
        for citation in () if statement.dated else statement.citations:
            key = (citation.document_id, citation.version, citation.span.start, citation.span.end)
            found.setdefault(key, citation)
    return tuple(found.values())


def _facts(statements: Sequence[Statement]) -> tuple[StatedFact, ...]:
    return tuple(dict.fromkeys(fact for statement in statements for fact in statement.facts))


def plain_draft(
    line: str, evidence: Evidence, *, lane: str, verdict: str, support: Candidate | None = None
) -> Draft:
    """Write a draft that leads with a line that states nothing: a refusal, a holding line, a question back."""
    statements = support.statements if support else ()
    texts = [line, *(statement.text for statement in statements)]
    body = ("\n" if any("\n" in text for text in texts) else "").join(texts)
    verdicts = tuple(PartVerdict(at, part.text, verdict) for at, part in enumerate(evidence.question.parts))
    opening = style.opener(evidence.message, evidence.question, evidence.profile.style)
    if lane in {"handoff", "quick"}:
        opening = ""
    score = support.score if support else 0.6
    return Draft(
        text=style.render(body, opening=opening, closing="", message=evidence.message),
        short=body,
        full=f"{opening}{body}",
        confidence=score,
        citations=unique_citations(statements),
        facts=_facts(statements),
        parts=verdicts,
        statements=statements,
        lane=lane,
        debug={"score": score},
    )
