"""Where the shop's texts disagree on one subject: pages, policies, promotions, replies and the law, side by side."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from types import MappingProxyType

from assist.documents import Audience, BlockKind, Document, Fact, Kind, Level, Span, Validity, Word
from assist.guard.subjects import (
    Reading,
    Subject,
    Value,
    catalog,
    masked,
    passages,
    quantity_of,
    read_text,
    statutes,
)
from assist.results import Citation, Finding, Severity, Source
from assist.text.quantities import Dimension, Quantity, quantities
from assist.text.sentences import sentences

_REPLIES = frozenset({Kind.PAST_ANSWER, Kind.QUICK_REPLY})
_AUTHORITY = {Level.LAW: 3, Level.PLATFORM: 2, Level.SHOP: 1, Level.PRODUCT: 0}
_PROSE = frozenset({BlockKind.TEXT, BlockKind.QA, BlockKind.CHECKLIST, BlockKind.STEPS, BlockKind.ANSWER})
_SOCIAL = re.compile(r"^(?:亲亲|亲|您好|你好|在的|好的|嗯嗯?)[，,。！!~～\s]*|[的呢哦呀啦哈亲～~。！!\s]+$")
_CALENDAR = frozenset({Dimension.DATE, Dimension.TIME})
_MIN_WORDS = 7
"""Characters beside the figures that two sentences must share to be one statement with other figures."""
_VALUE_END = r"[^，,。；;！!～~\n]{1,24}"
_PARTICLES = re.compile(r"[的哦呢呀啦哈亲～~\s]+$")
_SIZE = re.compile(r"(?<![A-Za-z0-9])(?:\dX|X{0,3})[SML](?![A-Za-z0-9])")
_CODE = re.compile(r"(?<![A-Za-z0-9-])[A-Z]{1,3}-?\d{2,4}(?![A-Za-z0-9])")
_LETTERS = re.compile(r"[^\W\d_]+")


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


@dataclass(frozen=True, slots=True)
class Term:
    """A statement of a document on a subject, with when and for what it holds."""

    key: str
    document: Document
    value: Value
    span: Span
    section: str
    conditions: frozenset[tuple[str, str]] = frozenset()
    categories: frozenset[str] = frozenset()
    subject: Subject | None = None


def find_conflicts(
    documents: Iterable[Document], *, involving: Iterable[str] | None = None, since: datetime | None = None
) -> tuple[Conflict, ...]:
    """Compare what documents state on the same subjects.

    Args:
        documents: All live documents; law and platform texts are among them, or the built-in statutes count.
        involving: Only conflicts with one of these document ids; None: all.
        since: Texts that ended before this moment (naive shop time) are left out; None: none is.

    Returns:
        One conflict per subject and pair of documents that hold at one time; what is below a floor first,
        then by key and ids. Replies are compared with the newest pages and rules, not with one another; one
        that says what any rule on its subject says agrees with the rules.
    """
    shop = _Shop.of([document for document in documents if not _ended(document.validity, since)])
    wanted = None if involving is None else frozenset(involving)
    found: dict[tuple[str, str, str], Conflict] = {}
    for judge in (_subject_conflicts, _page_conflicts, _wording_conflicts):
        for conflict in judge(shop, wanted):
            one, other = sorted(side.document_id for side in conflict.sides)
            found.setdefault((conflict.key, one, other), conflict)
    order = list(Status)
    return tuple(sorted(found.values(), key=lambda item: (order.index(item.status), item.key, _ids(item))))


def _ended(validity: Validity, since: datetime | None) -> bool:
    return since is not None and validity.valid_to is not None and validity.valid_to <= since


def _ids(conflict: Conflict) -> tuple[str, str]:
    return conflict.sides[0].document_id, conflict.sides[1].document_id


@dataclass(frozen=True, slots=True)
class _Shop:
    """The documents with what is asked of them again and again."""

    documents: tuple[Document, ...]
    categories: tuple[str, ...]
    page_categories: Mapping[str, frozenset[str]]
    newest: Mapping[str, datetime]
    terms: tuple[Term, ...]

    @classmethod
    def of(cls, documents: Sequence[Document]) -> _Shop:
        categories = tuple(
            sorted({name for item in documents for name in item.categories if name != "全部"}, key=len)[::-1]
        )
        pages = {item.id: frozenset(item.categories) for item in documents if item.kind is Kind.PRODUCT}
        terms = tuple(term for item in documents for term in _terms(item, categories, pages))
        newest: dict[str, datetime] = {}
        for item in documents:
            newest[item.id] = max(newest.get(item.id, datetime.min), _start(item))
        return cls(tuple(documents), categories, pages, newest, terms + _missing_statutes(terms, categories))

    def replaced(self, document: Document) -> bool:
        """Say whether a later version of the same document is loaded."""
        return _start(document) < self.newest.get(document.id, datetime.min)

    def names_another(self, term: Term) -> bool:
        """Say whether a reply speaks of another product than its own."""
        sentence = term.span.of(term.document.text)
        return any(page != term.document.product and page in sentence for page in self.page_categories)


def _start(document: Document) -> datetime:
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
    for span, section, reading in _readings(_Held(document), categories):
        named = frozenset(word for group, word in reading.conditions if group == "category")
        conditions = frozenset(item for item in reading.conditions if item[0] != "category")
        yield Term(
            reading.subject.key,
            document,
            reading.value,
            span,
            section,
            conditions,
            named or own,
            reading.subject,
        )


class _Held:
    """Carries a document through `lru_cache` by id, kind and version of its text."""

    __slots__ = ("document",)

    def __init__(self, document: Document) -> None:
        self.document = document

    def _name(self) -> tuple[str, Kind, str, int]:
        return self.document.id, self.document.kind, self.document.version, len(self.document.blocks)

    def __hash__(self) -> int:
        return hash(self._name())

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Held) and self._name() == other._name()


@lru_cache(maxsize=20_000)
def _readings(held: _Held, categories: tuple[str, ...]) -> tuple[tuple[Span, str, Reading], ...]:
    text = held.document.text
    found = []
    for passage in passages(held.document):
        for reading in read_text(passage.span.of(text), heading=passage.heading, categories=categories):
            start = passage.span.start
            span = Span(start + reading.sentence.start, start + reading.sentence.end)
            found.append((span, passage.section, reading))
    return tuple(found)


# -- known subjects ----------------------------------------------------------------------------------


def _subject_conflicts(shop: _Shop, wanted: frozenset[str] | None) -> Iterator[Conflict]:
    by_key: dict[str, list[Term]] = {}
    for term in shop.terms:
        by_key.setdefault(term.key, []).append(term)
    for terms in by_key.values():
        for one, other in _pairs(terms, wanted, shop):
            if _agree(one, other, terms) or not _comparable(one, other) or _outranked(one, other, terms):
                continue
            conflict = _judged(one, other)
            if conflict is not None:
                yield conflict


def _agree(one: Term, other: Term, terms: Sequence[Term]) -> bool:
    """Say whether two statements agree, or one document says several things and one of them is the other's."""
    if one.value.same(other.value):
        return True
    mine, theirs = (_said_by(term, terms) for term in (one, other))
    if any(value.same(other.value) for value in mine) or any(value.same(one.value) for value in theirs):
        return True
    reply = next((term for term in (one, other) if _is_reply(term)), None)
    if reply is None:
        return False
    rules = (term for term in terms if not _is_reply(term) and term.document.level is not Level.LAW)
    return any(rule.value.same(reply.value) and _may_meet(rule, reply) for rule in rules)


def _outranked(rule: Term, reply: Term, terms: Sequence[Term]) -> bool:
    """Say whether a more specific rule than this one is what a reply should say."""
    if not _is_reply(reply) or (rule.subject is not None and rule.subject.right):
        return False
    return any(
        not _is_reply(term) and _specific(term) > _specific(rule) and _comparable(term, reply)
        for term in terms
    )


def _said_by(term: Term, terms: Sequence[Term]) -> list[Value]:
    """What the same document says on the subject under the same conditions."""
    return [
        other.value
        for other in terms
        if other.document is term.document and other.conditions == term.conditions and other.span == term.span
    ]


def _pairs(terms: Sequence[Term], wanted: frozenset[str] | None, shop: _Shop) -> Iterator[tuple[Term, Term]]:
    """Pair every rule with every other rule, and the newest rules with what replies say."""
    rules = [term for term in terms if not _is_reply(term)]
    replies = [term for term in terms if _is_reply(term) and not shop.names_another(term)]
    for at, one in enumerate(rules):
        told = () if shop.replaced(one.document) else replies
        for other in (*rules[at + 1 :], *told):
            if wanted is not None and one.document.id not in wanted and other.document.id not in wanted:
                continue
            yield one, other


def _comparable(one: Term, other: Term) -> bool:
    """Say whether both may hold at one time for one product under one condition."""
    mine, theirs = one.document, other.document
    if mine.id == theirs.id and (mine.kind is not Kind.PRODUCT or one.span == other.span):
        return False
    return _may_meet(one, other) and one.conditions == other.conditions


def _may_meet(one: Term, other: Term) -> bool:
    """Say whether both may hold at one time for one product, whatever their conditions."""
    mine, theirs = one.document, other.document
    # A reply that names no product says nothing about a page.
    apart = (_is_reply(one) or _is_reply(other)) and Kind.PRODUCT in {mine.kind, theirs.kind}
    if (apart or (mine.product and theirs.product)) and mine.product != theirs.product:
        return False
    if one.categories and other.categories and not one.categories & other.categories:
        return False
    return _overlap(mine.validity, theirs.validity)


def _overlap(one: Validity, other: Validity) -> bool:
    starts = [moment for moment in (one.valid_from, other.valid_from) if moment is not None]
    ends = [moment for moment in (one.valid_to, other.valid_to) if moment is not None]
    return not starts or not ends or max(starts) < min(ends)


def _judged(one: Term, other: Term) -> Conflict | None:
    subject = one.subject
    if subject is not None and subject.right:
        return _judged_right(subject, one, other)
    if _is_reply(one) or _is_reply(other):
        return _against_reply(one, other)
    ranks = _specific(one), _specific(other)
    if ranks[0] != ranks[1]:
        best = one if ranks[0] > ranks[1] else other
        return _conflict(one, other, Status.OVERRIDE, best, f"「{best.document.title}」写得更具体，以它为准")
    return _equals(one, other)


def _judged_right(subject: Subject, one: Term, other: Term) -> Conflict | None:
    high, low = (one, other) if _authority(one) >= _authority(other) else (other, one)
    worse = _less(subject, low.value, high.value)
    level = high.document.level
    floor = level in {Level.LAW, Level.PLATFORM} or not (_is_reply(low) or _is_reply(high))
    if _authority(high) > _authority(low) and floor:
        if not worse:
            return None
        reason = f"给买家的少于「{high.document.title}」，以「{high.document.title}」为准"
        return _conflict(one, other, Status.BELOW_FLOOR, high, reason)
    if _is_reply(one) or _is_reply(other):
        return _against_reply(one, other)
    return _equals(one, other)


def _authority(term: Term) -> float:
    """Rank of a text on rights; a reply only repeats what its level rules."""
    rank = _AUTHORITY[term.document.level or Level.SHOP]
    return rank - 0.5 if _is_reply(term) else rank


def _less(subject: Subject, low: Value, high: Value) -> bool:
    """Say whether `low` gives the shopper less than `high`."""
    if low.word:
        return subject.values.index(low.word) < subject.values.index(high.word)
    mine, theirs = low.quantities[0].comparable, high.quantities[0].comparable
    if mine[:2] != theirs[:2]:
        return False
    return mine[2] < theirs[2] if subject.better == "more" else mine[2] > theirs[2]


def _against_reply(one: Term, other: Term) -> Conflict:
    rule = other if _is_reply(one) else one
    return _conflict(
        one, other, Status.CONTRADICTION, rule, f"回复与「{rule.document.title}」不一致，以后者为准"
    )


def _equals(one: Term, other: Term) -> Conflict:
    """Two texts of one rank: a buyer's text before an internal one, then the later one; else undecided."""
    inside = [term.document.audience is Audience.INTERNAL for term in (one, other)]
    if inside[0] != inside[1]:
        best = other if inside[0] else one
        return _conflict(
            one, other, Status.CONTRADICTION, best, "内部说明与对外的规则不一致，以对外的规则为准"
        )
    starts = [term.document.validity.valid_from or datetime.min for term in (one, other)]
    if starts[0] == starts[1] or one.document.id == other.document.id:
        return _conflict(one, other, Status.CONTRADICTION, None, "两处写法不同，分不出先后，请改掉一处")
    best = one if starts[0] > starts[1] else other
    return _conflict(
        one, other, Status.CONTRADICTION, best, f"两处写法不同，以较新的「{best.document.title}」为准"
    )


def _is_reply(term: Term) -> bool:
    return term.document.kind in _REPLIES


def _specific(term: Term) -> int:
    document = term.document
    if document.kind is Kind.PROMOTION:
        return 3
    return {Level.PRODUCT: 4, Level.SHOP: 2, Level.PLATFORM: 1, Level.LAW: 0}[document.level or Level.SHOP]


def _conflict(one: Term, other: Term, status: Status, best: Term | None, reason: str) -> Conflict:
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


# -- what a page states, against its own prose and earlier answers --------------------------------------


def _page_conflicts(shop: _Shop, wanted: frozenset[str] | None) -> Iterator[Conflict]:
    known = {subject.key for subject in catalog().subjects}
    replies: dict[str, list[Document]] = {}
    for item in shop.documents:
        if item.kind is Kind.PAST_ANSWER and item.product:
            replies.setdefault(item.product, []).append(item)
    for page in shop.documents:
        if page.kind is not Kind.PRODUCT:
            continue
        told = [page, *replies.get(page.id, ())]
        if wanted is not None and page.id not in wanted:
            told = [item for item in told if item.id in wanted]
        facts = [fact for fact in page.facts if fact.sku is None and _canonical(fact.key) not in known]
        for item in told:
            yield from _told_otherwise(page, facts, item)


def _canonical(key: str) -> str:
    return next((name for name, others in catalog().synonyms.items() if key in others), key)


def _told_otherwise(page: Document, facts: Sequence[Fact], told: Document) -> Iterator[Conflict]:
    for passage in passages(told):
        if passage.kind not in _PROSE:
            continue
        text = passage.span.of(told.text)
        for span in sentences(text):
            sentence = span.of(text)
            for fact in facts:
                value = _other_value(fact, sentence)
                if value is None or _of_another(page, fact, sentence):
                    continue
                at = Span(passage.span.start + span.start, passage.span.start + span.end)
                key = _canonical(fact.key)
                stated = Term(key, page, _as_value(fact.value), fact.span, fact.section)
                other = Term(key, told, value, at, passage.section)
                if told.id == page.id:
                    if not (fact.span.start < at.end and at.start < fact.span.end):
                        yield _conflict(
                            stated, other, Status.CONTRADICTION, None, "同一页面写法不同，请改掉一处"
                        )
                else:
                    yield _against_reply(other, stated)


def _of_another(page: Document, fact: Fact, sentence: str) -> bool:
    """Say whether a sentence speaks of a size or another product that the fact is not about."""
    if any(size not in fact.value for size in _SIZE.findall(sentence)):
        return True
    return any(code != page.id and code not in page.aliases for code in _CODE.findall(sentence))


def _as_value(text: str) -> Value:
    return Value(word=text)


def _other_value(fact: Fact, sentence: str) -> Value | None:
    """Return what a sentence says of a fact's key, when it is not what the fact says; None: it is, or nothing."""
    for key in {fact.key, *catalog().synonyms.get(_canonical(fact.key), ()), _canonical(fact.key)}:
        if len(key) < 2 or key not in sentence:
            continue
        said = _figure_after(key, sentence)
        if said is not None:
            return None if _stated(said, fact) else Value((said,))
        if key in catalog().named:
            name = _name_after(key, sentence)
            if name and not _same_name(name, fact.value):
                return Value(word=name)
    return None


def _figure_after(key: str, sentence: str) -> Quantity | None:
    found = quantities(sentence)
    match = re.search(
        rf"{re.escape(key)}(?:是|为|有|约|大约|达|：|:|\s)*(?P<n>[\ue000-\ue0ff])", masked(sentence, found)
    )
    return None if match is None else quantity_of(match["n"], found)


def _stated(said: Quantity, fact: Fact) -> bool:
    """Say whether a fact bears a figure out: it states it, has a range around it, or measures something else."""
    stated = quantities(f"{fact.value}{fact.unit}")
    alike = [item for item in stated if item.dimension is said.dimension]
    if said.dimension is Dimension.PLAIN or not alike:
        return not any(item.comparable[:2] == said.comparable[:2] for item in stated) or any(
            item.same(said) for item in stated
        )
    return any(item.same(said) or _within(said, item) for item in alike)


def _within(said: Quantity, item: Quantity) -> bool:
    high = said.value if said.high is None else said.high
    return item.high is not None and item.value <= said.value and high <= item.high


def _name_after(key: str, sentence: str) -> str:
    match = re.search(rf"{re.escape(key)}(?:是|为|：|:)\s*({_VALUE_END})", sentence)
    return "" if match is None else _PARTICLES.sub("", match[1])


def _same_name(name: str, value: str) -> bool:
    """Say whether two names agree: no figure of its own in the first, and letters in common."""
    mine, theirs = quantities(name), quantities(value)
    if any(not any(item.same(other) for other in theirs) for item in mine):
        return False
    words = ["".join(_LETTERS.findall(text)) for text in (name, value)]
    pairs = [{word[at : at + 2] for at in range(len(word) - 1)} or {word} for word in words]
    return not words[0] or words[0] in words[1] or bool(pairs[0] & pairs[1])


# -- any other subject: the same sentence with another figure --------------------------------------------


def _wording_conflicts(shop: _Shop, wanted: frozenset[str] | None) -> Iterator[Conflict]:
    by_wording: dict[str, list[Term]] = {}
    for item in shop.documents:
        if item.kind is not Kind.PRODUCT:
            for wording, span, section, found in _wordings(_Held(item)):
                conditions = frozenset([("products", item.product or "")])
                term = Term(wording, item, Value(found), span, section, conditions, _applies(item, shop))
                by_wording.setdefault(wording, []).append(term)
    known = {(term.document.id, term.span) for term in shop.terms}
    for terms in by_wording.values():
        for one, other in _pairs(terms, wanted, shop) if len(terms) > 1 else ():
            both = all((term.document.id, term.span) in known for term in (one, other))
            if not both and not _agree(one, other, terms) and _comparable(one, other) and _tells(one, other):
                key = _named_key(one) or _named_key(other)
                yield _judged(_renamed(one, key), _renamed(other, key)) or _equals(one, other)


def _applies(item: Document, shop: _Shop) -> frozenset[str]:
    return frozenset(item.categories) - {"全部"} or shop.page_categories.get(item.product or "", frozenset())


def _renamed(term: Term, key: str) -> Term:
    return Term(
        key,
        term.document,
        term.value,
        term.span,
        term.section,
        term.conditions,
        term.categories,
        term.subject,
    )


def _named_key(term: Term) -> str:
    """Name the subject of a sentence: the only key of its document, else what it stands under."""
    document = term.document
    if document.kind in _REPLIES:
        return ""
    headings = (
        item.headings[-1] for item in document.blocks if item.headings and item.span.covers(term.span)
    )
    return document.keys[0] if len(document.keys) == 1 else next(headings, document.title)


def _tells(one: Term, other: Term) -> bool:
    """Say whether other figures make another rule: the dates of two promotions do not."""
    pairs = zip(one.value.quantities, other.value.quantities, strict=False)
    return any(not a.same(b) and a.dimension not in _CALENDAR for a, b in pairs)


@lru_cache(maxsize=20_000)
def _wordings(held: _Held) -> tuple[tuple[str, Span, str, tuple[Quantity, ...]], ...]:
    text = held.document.text
    found = []
    for passage in passages(held.document):
        slice_ = passage.span.of(text)
        for span in sentences(slice_):
            sentence = span.of(slice_)
            stated = quantities(sentence)
            wording = _wording(sentence, stated) if stated else ""
            if wording:
                at = Span(passage.span.start + span.start, passage.span.start + span.end)
                found.append((wording, at, passage.section, stated))
    return tuple(found)


def _wording(sentence: str, stated: Sequence[Quantity]) -> str:
    """Return a sentence without its figures and courtesies; empty: too little is left to compare."""
    bare = _SOCIAL.sub("", _SOCIAL.sub("", sentence))
    start = sentence.find(bare)
    parts, at = [], start
    for quantity in stated:
        if start <= quantity.span.start and quantity.span.end <= start + len(bare):
            parts += [sentence[at : quantity.span.start], f"<{quantity.dimension.value}>"]
            at = quantity.span.end
    parts.append(sentence[at : start + len(bare)])
    words = sum(len(part) for part in parts if not part.startswith("<"))
    return "".join(parts) if words >= _MIN_WORDS else ""


# -- drafts ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Floors:
    """What law and platform guarantee the shopper, by subject."""

    terms: Mapping[str, tuple[Term, ...]]

    @classmethod
    def of(cls, documents: Iterable[Document] = ()) -> Floors:
        """Read the floors from law and platform texts; the built-in statutes stand in for what is missing."""
        shop = _Shop.of([item for item in documents if item.level in {Level.LAW, Level.PLATFORM}])
        found: dict[str, list[Term]] = {}
        for term in shop.terms:
            if term.subject is not None and term.subject.right:
                found.setdefault(term.key, []).append(term)
        return cls(MappingProxyType({key: tuple(terms) for key, terms in found.items()}))

    def below(self, text: str, *, moments: Sequence[datetime] = ()) -> tuple[Finding, ...]:
        """Find sentences that give the shopper less than a floor.

        Args:
            text: A draft, or the caller's own words.
            moments: A floor counts when it holds at one of them (naive shop time); empty: all count.

        Returns:
            Findings of kind `conflict`, severity BLOCK, with the floor's words as `ground`.
        """
        findings = []
        for reading in read_text(text):
            floor = self._broken(reading, moments)
            if floor is not None:
                findings.append(_floor_finding(reading, floor, text))
        return tuple(findings)

    def _broken(self, reading: Reading, moments: Sequence[datetime]) -> Term | None:
        for floor in self.terms.get(reading.subject.key, ()):
            validity = floor.document.validity
            holds = not moments or any(validity.holds(moment) for moment in moments)
            if holds and _less(reading.subject, reading.value, floor.value):
                return floor
        return None


@lru_cache(maxsize=1)
def statutory_floors() -> Floors:
    """Return the floors that the built-in statutes set, for texts outside any store."""
    return Floors.of()


def _floor_finding(reading: Reading, floor: Term, text: str) -> Finding:
    evidence = {
        "word": reading.value.text,
        "key": reading.subject.key,
        "floor": floor.value.text,
        "document_id": floor.document.id,
        "ground": reading.subject.ground or floor.document.title,
        "hint": f"按「{floor.document.title}」答：{floor.span.of(floor.document.text)}",
    }
    message = f"{reading.subject.key}低于「{floor.document.title}」的规定"
    return Finding("conflict", Severity.BLOCK, message, reading.sentence, MappingProxyType(evidence))
