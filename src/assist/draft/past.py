"""Past-answer lane: an approved answer to nearly the same question, if today's pages still bear it out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from assist.documents import Document, Span
from assist.draft.codes import asked_codes, is_of_other_codes
from assist.draft.evidence import Candidate, Evidence, Scorer, cite, within
from assist.draft.speak import closed
from assist.draft.units import Unit, answer_units, clause_units, product_units, sentences_of, spans_of
from assist.expressions import expression
from assist.memo import Memo
from assist.messages import Part
from assist.results import Statement
from assist.text.normalize import fold
from assist.text.quantities import Dimension, Quantity, quantities

MIN_SIMILARITY = 0.62
MIN_SUPPORT, RIVAL_MARGIN = 0.4, 0.05
"""A figure counts as borne out by a sentence at least this like; a likelier one with another figure refutes it."""
ALIKE = 0.55
"""A place of today's pages and rules at least this like a sentence without figures bears it out."""
_UNUSABLE = frozenset({"candidate", "stale", "retired", "blocked"})
_LOOSE = frozenset({Dimension.PLAIN, Dimension.TIME, Dimension.DATE})
_HEADED: Memo[Unit, tuple[_Ground, ...]] = Memo(4_096)
_COUNTED = expression(r"(?<![\d.年月第-])(\d+)([晚夜遍泵滴勺层档孔颗粒根片张场])")
"""Counts in words that are no units."""
_DAY = expression(r"(\d{1,2})月(\d{1,2})[日号]")
_SOCIAL = expression(r"^(?:亲|您好|你好|在的|嗯|好的|不客气|感谢|谢谢)[^，。！!~～]{0,8}[，。！!~～\s]*")


# 发错颜色了怎么办 was answered to somebody in trouble; it is no answer to 这是什么颜色.
_TROUBLE = expression(
    "[发寄]错|[发寄]成|[漏少]发|[发寄]少|[漏少]了|破损|破了|碎|坏了|开线|开胶|过敏|丢了|没收到"
)


def past_candidates(part: Part, number: int, evidence: Evidence) -> list[Candidate]:
    """Offer the best past answers whose figures all stand in today's pages and rules."""
    hits = evidence.hits[number] if number < len(evidence.hits) else ()
    told, codes = _TROUBLE.search(part.clean) is not None, asked_codes(part)
    units = [
        unit
        for unit in answer_units(hits)
        if unit.document.attributes.get("state", "") not in _UNUSABLE
        and (told or not _TROUBLE.search(unit.head))
        and not is_of_other_codes(unit.text, codes)
    ]
    if not units:
        return []
    likeness = evidence.scorer.similarity(part.clean, [unit.head for unit in units])
    alike = [
        int(at) for at in np.argsort(-likeness, kind="stable")[:4] if float(likeness[at]) >= MIN_SIMILARITY
    ]
    ground = _ground(part, number, evidence) if alike else []
    texts = [place.text for place in ground]
    sound = [at for at in alike if borne_out(units[at].text, texts, evidence.scorer)]
    if not sound:
        return []
    covered = evidence.scorer.score(part, [unit.text for unit in units], [unit.head for unit in units])
    return [
        Candidate(
            number,
            "past_answer",
            _say(units[at], number, ground, evidence.scorer),
            within(0.6 * float(likeness[at]) + 0.3 * float(covered[at])),
        )
        for at in sound
    ]


def borne_out(answer: str, ground: Sequence[str], scorer: Scorer) -> bool:
    """Say whether what stands today bears an earlier answer out.

    Every figure of a sentence must stand in a like sentence of today's pages and rules, and no clearly more
    alike sentence may give another figure of the same kind.

    Args:
        answer: The earlier answer.
        ground: Sentences of the scoped pages and of the rules in force.
        scorer: Says how alike two sentences are.
    """
    for sentence in sentences_of(answer):
        figures = [item for item in quantities(sentence) if item.dimension not in _LOOSE]
        if figures and not _stands(sentence, figures, ground, scorer):
            return False
        if _counted_otherwise(sentence, ground, scorer) or not _days_stand(sentence, ground):
            return False
    return True


def _days_stand(sentence: str, ground: Sequence[str]) -> bool:
    """Say whether every day of the year that is named (`11月20日前发`) stands in today's pages and rules."""
    days = set(_DAY.findall(fold(sentence)))
    return not days or days <= {day for text in ground for day in _DAY.findall(fold(text))}


def _counted_otherwise(sentence: str, ground: Sequence[str], scorer: Scorer) -> bool:
    """Say whether today's pages count the same thing in another number (100晚 and 30晚), and none in this one."""
    counted = dict(reversed(pair) for pair in _COUNTED.findall(fold(sentence)))
    if not counted or not ground:
        return False
    alike = scorer.similarity(sentence, ground).tolist()
    near = [fold(text) for like, text in zip(alike, ground, strict=True) if like >= MIN_SUPPORT]
    for word, number in counted.items():
        told = {other for text in near for other, unit in _COUNTED.findall(text) if unit == word}
        if told and number not in told:
            return True
    return False


def _stands(sentence: str, figures: Sequence[Quantity], ground: Sequence[str], scorer: Scorer) -> bool:
    told = [(text, found) for text, found in zip(ground, map(_figures, ground), strict=True) if found.amounts]
    amounts = {figure.comparable for figure in figures}
    if not amounts <= set().union(*(found.amounts for _, found in told)):
        return False
    alike = scorer.similarity(sentence, [text for text, _ in told]).tolist()
    given = [(like, found) for like, (_, found) in zip(alike, told, strict=True)]
    for figure in figures:
        amount = figure.comparable
        same = [like for like, found in given if amount in found.amounts]
        rival = [
            like
            for like, found in given
            if figure.dimension in found.dimensions and amount not in found.amounts
        ]
        if not same or max(same) < MIN_SUPPORT or (rival and max(rival) > max(same) + RIVAL_MARGIN):
            return False
    return True


class _Ground(NamedTuple):
    """A place of today's pages and rules: what is compared, and where it stands."""

    text: str
    document: Document
    span: Span
    section: str


class _Figures(NamedTuple):
    """What a sentence states, as `Quantity.same` compares it; dates are left out."""

    amounts: frozenset[tuple[str, str, Decimal, Decimal | None]]
    dimensions: frozenset[Dimension]


@lru_cache(maxsize=20_000)
def _figures(text: str) -> _Figures:
    found = [item for item in quantities(text) if item.dimension not in _LOOSE]
    return _Figures(frozenset(item.comparable for item in found), frozenset(item.dimension for item in found))


def _ground(part: Part, number: int, evidence: Evidence) -> list[_Ground]:
    """Sentences of the scoped pages and of the rules found for this part."""
    found = [
        _Ground(unit.text, unit.document, unit.span, unit.section)
        for name in part.products or evidence.question.products
        if name in evidence.products
        for unit in product_units(evidence.products[name])
    ]
    for unit in clause_units(evidence.hits[number] if number < len(evidence.hits) else ()):
        known = _HEADED.get(unit)
        if known is None:
            known = _HEADED.put(unit, tuple(_headed(unit)))
        found.extend(known)
    return found


def _headed(unit: Unit) -> Iterator[_Ground]:
    for piece in spans_of(unit.text):
        span = Span(unit.span.start + piece.start, unit.span.start + piece.end)
        yield _Ground(f"{unit.head} {piece.of(unit.text)}", unit.document, span, unit.section)


def _say(unit: Unit, number: int, ground: Sequence[_Ground], scorer: Scorer) -> tuple[Statement, ...]:
    """Say an earlier answer sentence by sentence; each cites the answer, and what bears it out today."""
    said = []
    for piece in spans_of(unit.text):
        text = _SOCIAL.sub("", piece.of(unit.text)).strip()
        if len(text) > 1:
            span = Span(unit.span.start + piece.start, unit.span.start + piece.end)
            places = [cite(unit.document, span, unit.section)]
            today = _bearing(text, ground, scorer)
            if today is not None:
                places.append(cite(today.document, today.span, today.section))
            said.append(Statement(closed(text), tuple(places), (), number))
    return tuple(said)


def _bearing(sentence: str, ground: Sequence[_Ground], scorer: Scorer) -> _Ground | None:
    """Return the place of today's pages and rules that says the same: with all its figures, or very much alike."""
    if not ground:
        return None
    amounts = _figures(sentence).amounts
    alike = scorer.similarity(sentence, [place.text for place in ground])
    least = MIN_SUPPORT if amounts else ALIKE
    for at in map(int, np.argsort(-alike, kind="stable")):
        if float(alike[at]) < least:
            return None
        if amounts <= _figures(ground[at].text).amounts:
            return ground[at]
    return None
