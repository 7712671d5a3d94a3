"""Earlier answers on one subject, side by side, where no page and no rule of the shop says which is right."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from assist.clock import shop_time
from assist.documents import Document, Kind, Level
from assist.errors import InputError
from assist.guard.terms import Shop, Term, is_reply, may_meet

_ZONE = "Asia/Shanghai"


def reply_pairs(
    terms: Sequence[Term], wanted: frozenset[str] | None, shop: Shop
) -> Iterator[tuple[Term, Term]]:
    """Pair what replies last said on a subject with every other value that one of them gave.

    Thousands of past answers repeat a few values, so each value is compared once, by its newest reply. A reply
    that a page or a rule of the shop speaks to is held against that instead.

    Args:
        terms: Statements on one subject.
        wanted: Ids of which one must be on either side; None: all.
        shop: Knows the other products.
    """
    rules = [term for term in terms if not is_reply(term) and term.document.level is not Level.LAW]
    groups: dict[tuple[str | None, frozenset[tuple[str, str]]], list[Term]] = {}
    for term in terms:
        if is_reply(term) and not shop.names_another(term) and _says_of_what(term):
            groups.setdefault((term.document.product, term.conditions), []).append(term)
    for replies in groups.values():
        if len(replies) > 1:
            open_ones = [term for term in replies if not any(may_meet(rule, term) for rule in rules)]
            yield from _against_newest(sorted(open_ones, key=_age, reverse=True), wanted)


def _against_newest(replies: Sequence[Term], wanted: frozenset[str] | None) -> Iterator[tuple[Term, Term]]:
    """Pair the first of the replies, newest first, with the first of each other value."""
    seen: list[Term] = []
    for term in replies:
        if any(term.value.same(other.value) for other in seen):
            continue
        seen.append(term)
    for other in seen[1:]:
        ids = {reply.document.id for reply in replies if reply.value.same(other.value)}
        ids |= {reply.document.id for reply in replies if reply.value.same(seen[0].value)}
        if (wanted is None or ids & wanted) and other.document.id != seen[0].document.id:
            yield seen[0], other


def _says_of_what(term: Term) -> bool:
    """Say whether it is known what a reply speaks of: of the shop's rules, or of its product."""
    ruled = term.subject is not None and not term.subject.of_product
    return ruled or term.document.product is not None


def _age(term: Term) -> tuple[bool, datetime]:
    """What the shop wrote as its quick reply counts before what an agent once said; later before earlier."""
    return term.document.kind is Kind.QUICK_REPLY, given_at(term.document)


def given_at(document: Document) -> datetime:
    """Return when an answer was given; unknown: the earliest moment there is."""
    try:
        stated = document.attributes.get("answered_at", "")
        return shop_time(stated, _ZONE) if stated else datetime.min
    except InputError:
        return datetime.min
