"""What a shop's documents state on the known subjects, with when and for what each statement holds."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from functools import lru_cache

from assist.documents import Document, Kind, Level, Span, Validity, Versioned
from assist.expressions import expression
from assist.guard.subjects import Reading, Subject, Value, catalog, passages, read_text, statutes

_CODE = expression(r"(?<![A-Za-z0-9-])[A-Za-z]{1,6}-?\d[A-Za-z0-9-]*")
_REPLIES = frozenset({Kind.PAST_ANSWER, Kind.QUICK_REPLY})
_MONTH_MINUTES = 30 * 24 * 60
_AUTHORITY = {Level.LAW: 3, Level.PLATFORM: 2, Level.SHOP: 1, Level.PRODUCT: 0}


@dataclass(frozen=True, slots=True)
class Term:
    """A statement of a document on a subject, with when and for what it holds; `goods`: kinds of goods that it names."""

    key: str
    document: Document
    value: Value
    span: Span
    section: str
    conditions: frozenset[tuple[str, str]] = frozenset()
    categories: frozenset[str] = frozenset()
    subject: Subject | None = None
    goods: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Shop:
    """The documents with what is asked of them again and again."""

    documents: tuple[Document, ...]
    categories: tuple[str, ...]
    page_categories: Mapping[str, frozenset[str]]
    newest: Mapping[str, datetime]
    terms: tuple[Term, ...]

    @classmethod
    def of(cls, documents: Sequence[Document]) -> Shop:
        """Read the terms of all documents; the built-in statutes stand in for rights that no law text states."""
        categories = tuple(
            sorted({name for item in documents for name in item.categories if name != "全部"}, key=len)[::-1]
        )
        pages = {item.id: frozenset(item.categories) for item in documents if item.kind is Kind.PRODUCT}
        documents = [_about_named(item, pages.keys()) for item in documents]
        terms = tuple(term for item in documents for term in _terms(item, categories, pages))
        newest: dict[str, datetime] = {}
        for item in documents:
            newest[item.id] = max(newest.get(item.id, datetime.min), starts_at(item))
        return cls(tuple(documents), categories, pages, newest, terms + _missing_statutes(terms, categories))

    def replaced(self, document: Document) -> bool:
        """Say whether a later version of the same document is loaded."""
        return starts_at(document) < self.newest.get(document.id, datetime.min)

    def names_another(self, term: Term) -> bool:
        """Say whether a reply speaks of another product than its own."""
        sentence = term.span.of(term.document.text)
        return any(page != term.document.product and page in sentence for page in self.page_categories)


def _about_named(document: Document, pages: Collection[str]) -> Document:
    """Return a reply with the product that it names; one that names none, or several, stays as it is."""
    if document.kind not in _REPLIES or document.product:
        return document
    named = set(_CODE.findall(document.text)).intersection(pages)
    return replace(document, product=named.pop()) if len(named) == 1 else document


def starts_at(document: Document) -> datetime:
    """Return the moment from which a document holds; one without a date held always."""
    return document.validity.valid_from or datetime.min


def _missing_statutes(terms: Sequence[Term], categories: tuple[str, ...]) -> tuple[Term, ...]:
    stated = {term.key for term in terms if term.document.level is Level.LAW}
    return tuple(
        term
        for key, document in statutes().items()
        if key not in stated
        for term in _terms(document, categories, {})
        if term.key == key
    )


def _terms(
    document: Document, categories: tuple[str, ...], pages: Mapping[str, frozenset[str]]
) -> Iterator[Term]:
    own = frozenset(document.categories) - {"全部"} or pages.get(document.product or "", frozenset())
    for span, section, reading in _readings(Versioned(document), categories):
        named = frozenset(word for group, word in reading.conditions if group == "category")
        # A promotion's own period is its validity.
        dropped = {"category", "goods"} | ({"period"} if document.kind is Kind.PROMOTION else set())
        goods = frozenset(word for group, word in reading.conditions if group == "goods")
        conditions = frozenset(item for item in reading.conditions if item[0] not in dropped)
        yield Term(
            reading.subject.key,
            document,
            reading.value,
            span,
            section,
            conditions,
            named or own,
            reading.subject,
            goods or frozenset(catalog().conditions["goods"].findall(" ".join(own))),
        )


@lru_cache(maxsize=20_000)
def _readings(held: Versioned, categories: tuple[str, ...]) -> tuple[tuple[Span, str, Reading], ...]:
    text = held.document.text
    found = []
    for passage in passages(held.document):
        for reading in read_text(passage.span.of(text), heading=passage.heading, categories=categories):
            start = passage.span.start
            span = Span(start + reading.sentence.start, start + reading.sentence.end)
            found.append((span, passage.section, reading))
    return tuple(found)


def is_reply(term: Term) -> bool:
    """Say whether a reply states it: a past answer or a quick reply."""
    return term.document.kind in _REPLIES


def specificity(term: Term) -> int:
    """Rank a text on specific values: product > promotion > shop > platform > law."""
    document = term.document
    if document.kind is Kind.PROMOTION:
        return 3
    return {Level.PRODUCT: 4, Level.SHOP: 2, Level.PLATFORM: 1, Level.LAW: 0}[document.level or Level.SHOP]


def authority(term: Term) -> float:
    """Rank of a text on rights; a reply only repeats what its level rules."""
    rank = _AUTHORITY[term.document.level or Level.SHOP]
    return rank - 0.5 if is_reply(term) else rank


def pairs(terms: Sequence[Term], wanted: frozenset[str] | None, shop: Shop) -> Iterator[tuple[Term, Term]]:
    """Pair every rule with every other rule, and the newest rules with what replies say."""
    rules = [term for term in terms if not is_reply(term)]
    replies = [term for term in terms if is_reply(term) and not shop.names_another(term)]
    for at, one in enumerate(rules):
        told = () if shop.replaced(one.document) else replies
        for other in (*rules[at + 1 :], *told):
            if wanted is not None and one.document.id not in wanted and other.document.id not in wanted:
                continue
            yield one, other


def comparable(one: Term, other: Term) -> bool:
    """Say whether both may hold at one time for one product under one condition."""
    mine, theirs = one.document, other.document
    if mine.id == theirs.id and (mine.kind is not Kind.PRODUCT or one.span == other.span):
        return False
    if one.goods and other.goods and not _overlaps(one.goods, other.goods):
        return False
    return may_meet(one, other) and one.conditions == other.conditions


def _overlaps(one: frozenset[str], other: frozenset[str]) -> bool:
    """Say whether two lists of kinds of goods have one in common: 家电 holds 小家电."""
    return any(a in b or b in a for a in one for b in other)


def may_meet(one: Term, other: Term) -> bool:
    """Say whether both may hold at one time for one product, whatever their conditions."""
    mine, theirs = one.document, other.document
    # A reply that names no product says nothing about a page.
    apart = (is_reply(one) or is_reply(other)) and Kind.PRODUCT in {mine.kind, theirs.kind}
    if (apart or (mine.product and theirs.product)) and mine.product != theirs.product:
        return False
    if one.categories and other.categories and not one.categories & other.categories:
        return False
    return _overlap(mine.validity, theirs.validity)


def _overlap(one: Validity, other: Validity) -> bool:
    starts = [moment for moment in (one.valid_from, other.valid_from) if moment is not None]
    ends = [moment for moment in (one.valid_to, other.valid_to) if moment is not None]
    return not starts or not ends or max(starts) < min(ends)


def agree(one: Term, other: Term, terms: Sequence[Term]) -> bool:
    """Say whether two statements agree, or one document says several things and one of them is the other's."""
    if one.value.same(other.value):
        return True
    mine, theirs = (_said_by(term, terms) for term in (one, other))
    if any(value.same(other.value) for value in mine) or any(value.same(one.value) for value in theirs):
        return True
    reply = next((term for term in (one, other) if is_reply(term)), None)
    if reply is None:
        return False
    rules = (term for term in terms if not is_reply(term) and term.document.level is not Level.LAW)
    return any(rule.value.same(reply.value) and may_meet(rule, reply) for rule in rules)


def _said_by(term: Term, terms: Sequence[Term]) -> list[Value]:
    """What the same document says on the subject under the same conditions."""
    return [
        other.value
        for other in terms
        if other.document is term.document and other.conditions == term.conditions and other.span == term.span
    ]


def outranked(rule: Term, reply: Term, terms: Sequence[Term]) -> bool:
    """Say whether a more specific rule than this one is what a reply should say."""
    if not is_reply(reply) or (rule.subject is not None and rule.subject.right):
        return False
    return any(
        not is_reply(term) and specificity(term) > specificity(rule) and comparable(term, reply)
        for term in terms
    )


def gives_less(subject: Subject, low: Value, high: Value) -> bool:
    """Say whether `low` gives the shopper less than `high`."""
    if low.word:
        return subject.values.index(low.word) < subject.values.index(high.word)
    mine, theirs = (_in_days(value.quantities[0].comparable) for value in (low, high))
    # So many working days are at least so many days.
    longer = subject.better == "less" and (mine[1], theirs[1]) == ("working", "")
    if mine[0] != theirs[0] or (mine[1] != theirs[1] and not longer):
        return False
    return mine[2] < theirs[2] if subject.better == "more" else mine[2] > theirs[2]


def _in_days(amount: tuple[str, str, Decimal, Decimal | None]) -> tuple[str, str, Decimal, Decimal | None]:
    """Read months as thirty days each, so that half a month compares with seven days."""
    family, group, value, high = amount
    return ("time", group, value * _MONTH_MINUTES, high) if family == "months" else amount
