"""Which of two statements stands, and why: by rights and their floors, by how specific, by date."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from assist.documents import Audience, Kind, Level, Word
from assist.guard.replies import given_at
from assist.guard.subjects import Subject
from assist.guard.terms import Term, authority, gives_less, is_reply, specificity
from assist.results import Citation, Source


class Status(Word):
    """What kind of conflict it is."""

    BELOW_FLOOR = "below_floor"
    OVERRIDE = "override"
    CONTRADICTION = "contradiction"


@dataclass(frozen=True, slots=True)
class Conflict:
    """Two texts that state different values on one subject.

    Attributes:
        key: The subject.
        status: BELOW_FLOOR: one gives the shopper less than a higher level does on a right; OVERRIDE: two
            levels set a specific value and the more specific stands; CONTRADICTION: equal levels, or a
            reply against a rule.
        sides: Where each says it, verbatim.
        values: What each says.
        wins: Id of the document that stands; None: undecided, one of the texts should be changed.
        reason: Why, in Chinese.
    """

    key: str
    status: Status
    sides: tuple[Citation, Citation]
    values: tuple[str, str]
    wins: str | None
    reason: str


def judged(one: Term, other: Term) -> Conflict | None:
    """Weigh two statements that differ; None: the lower one gives the shopper more than a floor, which is no conflict."""
    if is_reply(one) and is_reply(other):
        return _between_replies(one, other)
    subject = one.subject
    if subject is not None and subject.right:
        return _judged_right(subject, one, other)
    if is_reply(one) or is_reply(other):
        return against_reply(one, other)
    ranks = specificity(one), specificity(other)
    if ranks[0] != ranks[1]:
        best = one if ranks[0] > ranks[1] else other
        return conflict_of(
            one, other, Status.OVERRIDE, best, f"「{best.document.title}」写得更具体，以它为准"
        )
    return of_one_rank(one, other)


def _judged_right(subject: Subject, one: Term, other: Term) -> Conflict | None:
    high, low = (one, other) if authority(one) >= authority(other) else (other, one)
    worse = gives_less(subject, low.value, high.value)
    level = high.document.level
    floor = level in {Level.LAW, Level.PLATFORM} or not (is_reply(low) or is_reply(high))
    if authority(high) > authority(low) and floor:
        if not worse:
            return None
        reason = f"给买家的少于「{high.document.title}」，以「{high.document.title}」为准"
        return conflict_of(one, other, Status.BELOW_FLOOR, high, reason)
    if is_reply(one) or is_reply(other):
        return against_reply(one, other)
    return of_one_rank(one, other)


def _between_replies(one: Term, other: Term) -> Conflict:
    """Of two replies the shop's quick reply stands, else the later one; undecided where neither is dated later."""
    ranks = [(term.document.kind is Kind.QUICK_REPLY, given_at(term.document)) for term in (one, other)]
    if ranks[0] == ranks[1]:
        return conflict_of(
            one, other, Status.CONTRADICTION, None, "两条回复说法不同，分不出先后，请核对后改掉一条"
        )
    best = one if ranks[0] > ranks[1] else other
    return conflict_of(
        one, other, Status.CONTRADICTION, best, "两条回复说法不同，暂以快捷短语或较新的一条为准，请核对"
    )


def against_reply(one: Term, other: Term) -> Conflict:
    """Hold a reply against a rule or a page, which stands."""
    rule = other if is_reply(one) else one
    return conflict_of(
        one, other, Status.CONTRADICTION, rule, f"回复与「{rule.document.title}」不一致，以后者为准"
    )


def of_one_rank(one: Term, other: Term) -> Conflict:
    """Two texts of one rank: a buyer's text before an internal one, then the later one; else undecided."""
    inside = [term.document.audience is Audience.INTERNAL for term in (one, other)]
    if inside[0] != inside[1]:
        best = other if inside[0] else one
        return conflict_of(
            one, other, Status.CONTRADICTION, best, "内部说明与对外的规则不一致，以对外的规则为准"
        )
    starts = [term.document.validity.valid_from or datetime.min for term in (one, other)]
    if starts[0] == starts[1] or one.document.id == other.document.id:
        return conflict_of(one, other, Status.CONTRADICTION, None, "两处写法不同，分不出先后，请改掉一处")
    best = one if starts[0] > starts[1] else other
    return conflict_of(
        one, other, Status.CONTRADICTION, best, f"两处写法不同，以较新的「{best.document.title}」为准"
    )


def conflict_of(one: Term, other: Term, status: Status, best: Term | None, reason: str) -> Conflict:
    """Write a conflict down, its sides in the order of ids and places."""
    sides = sorted((one, other), key=lambda term: (term.document.id, term.span))
    return Conflict(
        key=one.key,
        status=status,
        sides=(_cite(sides[0]), _cite(sides[1])),
        values=(sides[0].value.text, sides[1].value.text),
        wins=None if best is None else best.document.id,
        reason=reason,
    )


def _cite(term: Term) -> Citation:
    item = term.document
    source = Source(item.title, item.kind, item.level or Level.SHOP, item.validity, item.source)
    return Citation(item.id, item.version, term.section, term.span, term.span.of(item.text), source)
