"""Past-answer lane: an approved answer to nearly the same question, if today's pages still bear it out."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np

from assist.documents import Document
from assist.draft.evidence import Candidate, Evidence, cite
from assist.draft.speak import closed
from assist.draft.units import Unit, answer_units, product_units
from assist.messages import Part
from assist.results import Statement
from assist.text.quantities import Dimension, Quantity, quantities
from assist.text.sentences import sentences

MIN_SIMILARITY = 0.62
_UNUSABLE = frozenset({"stale", "retired", "blocked"})
_LOOSE = frozenset({Dimension.PLAIN, Dimension.TIME, Dimension.DATE})
_SOCIAL = re.compile(r"^(?:亲|您好|你好|在的|嗯|好的|不客气|感谢|谢谢)[^，。！!~～]{0,8}[，。！!~～\s]*")


def past_candidates(part: Part, number: int, evidence: Evidence) -> list[Candidate]:
    """Offer the best past answers whose figures all stand in today's pages and rules."""
    hits = evidence.hits[number] if number < len(evidence.hits) else ()
    units = [
        unit for unit in answer_units(hits) if unit.document.attributes.get("state", "") not in _UNUSABLE
    ]
    if not units:
        return []
    likeness = evidence.scorer.similarity(part.clean, [unit.head for unit in units])
    covered = evidence.scorer.score(part, [unit.text for unit in units], [unit.head for unit in units])
    ground = _ground(part, evidence)
    found = []
    for at in np.argsort(-likeness, kind="stable")[:4]:
        unit, like = units[int(at)], float(likeness[int(at)])
        if like >= MIN_SIMILARITY and borne_out(unit.text, ground):
            score = 0.6 * like + 0.3 * float(covered[int(at)])
            found.append(Candidate(number, "past_answer", _say(unit, number), 0.0).scored(score))
    return found


def borne_out(answer: str, ground: Sequence[Quantity]) -> bool:
    """Say whether every figure of an answer stands in the given current ones."""
    figures = [item for item in quantities(answer) if item.dimension not in _LOOSE]
    return all(any(item.same(other) for other in ground) for item in figures)


def _ground(part: Part, evidence: Evidence) -> list[Quantity]:
    """Figures of the scoped pages and of the rules found for this part."""
    found: list[Quantity] = []
    seen: set[tuple[str, str]] = set()
    for name in part.products or evidence.question.products:
        if name in evidence.products:
            _collect(evidence.products[name], found, seen)
    number = evidence.question.parts.index(part)
    for hit in evidence.hits[number] if number < len(evidence.hits) else ():
        if hit.document.kind.value in {"policy", "promotion", "product"}:
            found.extend(quantities(hit.chunk.text))
    return found


def _collect(document: Document, found: list[Quantity], seen: set[tuple[str, str]]) -> None:
    if (document.id, document.version) not in seen:
        seen.add((document.id, document.version))
        for unit in product_units(document):
            found.extend(quantities(unit.quote))


def _say(unit: Unit, number: int) -> tuple[Statement, ...]:
    said = []
    for piece in sentences(unit.text):
        text = _SOCIAL.sub("", piece.of(unit.text)).strip()
        if len(text) > 1:
            start = unit.span.start + piece.start
            place = cite(unit.document, type(unit.span)(start, unit.span.start + piece.end), unit.section)
            said.append(Statement(closed(text), (place,), (), number))
    return tuple(said)
