"""What a text rules on: statements on known subjects (days of return, who pays freight), read as typed values.

The subjects are data (`data/subjects.toml`): patterns over a sentence whose quantities are masked, so that one
pattern reads 7天, 七天 and 168小时 alike.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from assist.documents import Block, BlockKind, Document, Kind, Level, Span
from assist.expressions import expression
from assist.guard.wordlists import read_list
from assist.text.quantities import Dimension, Quantity, quantities
from assist.text.sentences import sentences

if TYPE_CHECKING:
    from ahocorasick_rs import AhoCorasick

_FIRST_MARK, _FILL = 0xE000, "\uf8ff"
_MARK = f"[\ue000-\ue0ff]{_FILL}*"
_SYNTAX = {
    "<n>": f"(?P<n>{_MARK})",
    "<n2>": f"(?P<n2>{_MARK})",
    "<m>": f"(?P<m>{_MARK})",
    "<x>": _MARK,
    "<w>": "(?P<w>[一二两双三四五六七八九十百0-9]+)",
    "<got>": (
        "(?:签收|收货|到货|货到|拿到(?:货|手|商品|宝贝|包裹|快递|东西)?|到手|收到(?:商品|货物?|宝贝|包裹|快递|东西)?)"
        "(?:商品|货物?|了|之日|次日|当日|当天|后|之后|以后|起|算起|起算|开始|时)*的?"
    ),
    "<paid>": (
        "(?:付款|拍下|下单|支付|购买|付[了完好]款|拍[了完好]|付)(?:成功|完成|付款|了)*(?:之日|后|之后|以后|起|算起|开始|当天)*的?"
    ),
    "<bad>": (
        "(?<![非无])(?<!不是)(?<!不属)(?<!不属于)(?:(?:质量|做工)(?:上)?(?:有|存在|出)?(?:问题|毛病|缺陷|瑕疵)"
        "|质量不(?:合格|过关|好)|有?(?:瑕疵|毛病)|(?:是|就)坏的|坏了)"
    ),
    "<in>": "之?(?:以内|内|里)",
    "<no>": (
        "(?:恕|概|一律|一概|均|都|全部|也|是)*(?:不再?(?:予以?|能够?|可以?|给予?|支持|接受|享受|办理|受理|适用|参与|参加|提供|同意|允许|得)?|无法|没法|拒绝)"
        "(?:再|给|办理|享受|支持|申请|进行|退货)*?"
    ),
    "……": "[^。；;]{0,40}?",
    "…": "[^，,。；;]{0,16}?",
    "，": "[，,]",
}
_TOKENS = expression("|".join(map(re.escape, _SYNTAX)) + r"|\[\^?[^\]]*\]")
_PIECE_END = expression("[，,、；;：:]")
_SILENT = frozenset({BlockKind.TITLE, BlockKind.HEADING, BlockKind.QUESTION, BlockKind.SKU_TABLE})
_MAX_QUANTITIES = 200
_DAY_MINUTES = 24 * 60
_AFTER = expression("[之以]后")
_DIAL = expression("[一二两三四五六七八九十0-9]{1,3}点[半钟整]?")


@dataclass(frozen=True, slots=True)
class Subject:
    """Something that a shop's texts rule on.

    Attributes:
        key: Its name, as front matter names it.
        words: One of them stands in every sentence that rules on it.
        patterns: Tried in order on a masked sentence; groups `n`, `n2` hold the value, `m` the condition.
        right: The higher level is a floor for the shopper; otherwise the most specific source stands.
        better: `more` or `less`: what the shopper gains by.
        values: Word values, worst for the shopper first; empty: the value is a quantity.
        dimensions: Dimensions that the value may have.
        context: Must be found in the sentence or its heading; None: nothing is needed.
        without: Must be found in neither; None: nothing is in the way.
        exempt: Word values for which `without` is not looked at.
        seals: Must not be found anywhere in the text; None: nothing is in the way.
        ignores: Groups of conditions that say nothing about it.
        floor: What the law says, for a shop that has not loaded it; empty: nothing.
        ground: Where the law says it.
        of_product: It differs from product to product; a reply that names none cannot be held against another.
    """

    key: str
    words: tuple[str, ...]
    patterns: tuple[re.Pattern[str], ...]
    right: bool = False
    better: str = "more"
    values: tuple[str, ...] = ()
    dimensions: frozenset[str] = frozenset()
    context: re.Pattern[str] | None = None
    without: re.Pattern[str] | None = None
    exempt: frozenset[str] = frozenset()
    seals: re.Pattern[str] | None = None
    ignores: frozenset[str] = frozenset()
    floor: str = ""
    ground: str = ""
    of_product: bool = False


@dataclass(frozen=True, slots=True)
class Value:
    """What is stated: a quantity (two for a span of time), or one of the subject's words."""

    quantities: tuple[Quantity, ...] = ()
    word: str = ""

    @property
    def text(self) -> str:
        """As written."""
        return self.word or "–".join(item.text for item in self.quantities)

    def same(self, other: Value) -> bool:
        """Say whether both state the same, however written."""
        if self.word or other.word or len(self.quantities) != len(other.quantities):
            return self.word == other.word and not (self.quantities or other.quantities)
        return all(_alike(a, b) for a, b in zip(self.quantities, other.quantities, strict=True))


def _alike(one: Quantity, other: Quantity) -> bool:
    """Say whether two figures are the same, months counted as 30 to 31 days: 365天 is a year."""
    if one.same(other):
        return True
    if one.dimension is other.dimension is Dimension.TIME:
        return _half_a_day_apart(one, other)
    mine, theirs = sorted((one.comparable, other.comparable), key=lambda item: item[0])
    if (mine[0], theirs[0]) != ("months", "time") or mine[3] or theirs[3]:
        return False
    days = theirs[2] / _DAY_MINUTES
    return mine[2] * 30 <= days <= mine[2] * 31


def _half_a_day_apart(one: Quantity, other: Quantity) -> bool:
    """Say whether one hour is said as on a dial (四点), of which the other is the afternoon's."""
    early, late = sorted((one, other), key=lambda item: item.comparable[2])
    spoken = _DIAL.fullmatch(early.text) is not None
    return spoken and late.comparable[2] - early.comparable[2] == _DAY_MINUTES // 2


@dataclass(frozen=True, slots=True)
class Reading:
    """A statement on a subject in one sentence.

    Attributes:
        subject: What it rules on.
        value: What it states.
        sentence: Place of the sentence in the text.
        conditions: When it holds: pairs of group and word (`region`, `新疆`).
    """

    subject: Subject
    value: Value
    sentence: Span
    conditions: frozenset[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Catalog:
    """All subjects with the words that condition them."""

    subjects: tuple[Subject, ...]
    conditions: Mapping[str, re.Pattern[str]]
    ordinary: frozenset[str]
    synonyms: Mapping[str, tuple[str, ...]]
    named: frozenset[str]
    asked: Mapping[str, tuple[str, ...]]


@cache
def catalog() -> Catalog:
    """Return the package's subjects, read once."""
    table = read_list("subjects")
    conditions = {group: expression("|".join(words)) for group, words in table["conditions"].items()}
    return Catalog(
        subjects=tuple(_subject(entry) for entry in table["subject"]),
        conditions=MappingProxyType(conditions),
        ordinary=frozenset(table["default_conditions"]),
        synonyms=MappingProxyType({key: tuple(words) for key, words in table["synonyms"].items()}),
        named=frozenset(table["named"]["keys"]),
        asked=MappingProxyType({key: tuple(words) for key, words in table["asked"].items()}),
    )


def _subject(entry: Mapping[str, Any]) -> Subject:
    return Subject(
        key=entry["key"],
        words=tuple(entry["words"]),
        patterns=tuple(_compiled(pattern) for pattern in entry["patterns"]),
        right=entry.get("right", False),
        better=entry.get("better", "more"),
        values=tuple(entry.get("values", ())),
        dimensions=frozenset(entry.get("dimensions", ())),
        context=expression(entry["context"]) if "context" in entry else None,
        without=expression(entry["without"]) if "without" in entry else None,
        exempt=frozenset(entry.get("without_exempts", ())),
        seals=expression(entry["seals"]) if "seals" in entry else None,
        ignores=frozenset(entry.get("ignores", ())),
        floor=entry.get("floor", ""),
        ground=entry.get("ground", ""),
        of_product=entry.get("of_product", False),
    )


def _compiled(pattern: str) -> re.Pattern[str]:
    return expression(_TOKENS.sub(lambda found: _SYNTAX.get(found[0], found[0]), pattern))


def masked(text: str, found: Sequence[Quantity]) -> str:
    """Replace every quantity by a mark and fillers of the same length, so that places stay."""
    parts, at = [], 0
    for number, quantity in enumerate(found[:_MAX_QUANTITIES]):
        span = quantity.span
        parts += [text[at : span.start], chr(_FIRST_MARK + number), _FILL * (span.end - span.start - 1)]
        at = span.end
    return "".join([*parts, text[at:]])


def quantity_of(mark: str, found: Sequence[Quantity]) -> Quantity:
    """Return the quantity that a mark stands for."""
    return found[ord(mark[0]) - _FIRST_MARK]


def read_text(text: str, *, heading: str = "", categories: Sequence[str] = ()) -> tuple[Reading, ...]:
    """Read every statement on a known subject.

    Args:
        text: Sentences; places count from its start.
        heading: What they stand under; part of their context.
        categories: Product categories of the shop, which condition a statement that names one.
    """
    hits = _hits(text)
    if not hits:
        return ()
    sealed = _sealed(text)
    return tuple(
        replace(reading, sentence=span)
        for span in sentences(text)
        if any(span.start <= start < span.end for _, start, _ in hits)
        for reading in _read_sentence(span.of(text), heading, tuple(categories), sealed)
    )


def _sealed(text: str) -> frozenset[str]:
    """Return the subjects that a word anywhere in the text takes out of play."""
    return frozenset(item.key for item in catalog().subjects if item.seals and item.seals.search(text))


def touched(text: str) -> list[Subject]:
    """Return the subjects that a text may rule on, by their words; most texts rule on none."""
    _, owners = _words()
    found = {at for word, _, _ in _hits(text) for at in owners[word]}
    return [catalog().subjects[at] for at in sorted(found)]


def _hits(text: str) -> list[tuple[int, int, int]]:
    """Find the subjects' words: number of the word, start and end."""
    # The automaton takes no lone surrogates; no word holds one.
    whole = text.encode("utf-8", "replace").decode("utf-8")
    return _words()[0].find_matches_as_indexes(whole, overlapping=True)


@cache
def _words() -> tuple[AhoCorasick, tuple[tuple[int, ...], ...]]:
    """Give the automaton of all subjects' words, and the places of the subjects that have each word."""
    from ahocorasick_rs import AhoCorasick, Implementation

    owners: dict[str, list[int]] = {}
    for at, subject in enumerate(catalog().subjects):
        for word in subject.words:
            owners.setdefault(word, []).append(at)
    automaton = AhoCorasick(list(owners), implementation=Implementation.ContiguousNFA)
    return automaton, tuple(map(tuple, owners.values()))


@lru_cache(maxsize=20_000)
def _read_sentence(
    sentence: str, heading: str, categories: tuple[str, ...], sealed: frozenset[str]
) -> tuple[Reading, ...]:
    return tuple(_readings(sentence, heading, categories, sealed))


def _readings(
    sentence: str, heading: str, categories: tuple[str, ...], sealed: frozenset[str]
) -> Iterator[Reading]:
    subjects = [subject for subject in touched(sentence) if subject.key not in sealed]
    if not subjects:
        return
    span = Span(0, len(sentence))
    found = quantities(sentence)
    skeleton = masked(sentence, found)
    for subject in subjects:
        seen: list[Value] = []
        for match in (match for pattern in subject.patterns for match in pattern.finditer(skeleton)):
            value = _value(subject, match, found)
            if value is None or any(value.same(other) for other in seen):
                continue
            if _fits(subject, value, sentence, heading):
                seen.append(value)
                held = _conditions(sentence, match, found, heading, categories)
                kept = frozenset(item for item in held if item[0] not in subject.ignores)
                yield Reading(subject, value, span, kept)


def _fits(subject: Subject, value: Value, sentence: str, heading: str) -> bool:
    around = f"{heading}\n{sentence}"
    if subject.context is not None and not subject.context.search(around):
        return False
    return subject.without is None or value.word in subject.exempt or not subject.without.search(sentence)


def _value(subject: Subject, match: re.Match[str], found: Sequence[Quantity]) -> Value | None:
    groups = match.groupdict()
    word = next((name for name in subject.values if groups.get(name)), "")
    if word:
        return Value(word=word)
    if groups.get("w"):
        times = quantities(f"{groups['w'].replace('双', '两')}倍")[:1]
        return Value(times) if times else None
    stated = tuple(quantity_of(groups[name], found) for name in ("n", "n2") if groups.get(name))
    if not stated or any(item.dimension.value not in subject.dimensions for item in stated):
        return None
    return Value(stated)


def _conditions(
    sentence: str, match: re.Match[str], found: Sequence[Quantity], heading: str, categories: Sequence[str]
) -> frozenset[tuple[str, str]]:
    """Find what conditions a statement: in its own piece of the sentence, else before it, else above it."""
    start = max((end.end() for end in _PIECE_END.finditer(sentence, 0, match.start())), default=0)
    places = (sentence[start : match.end()], sentence[:start], heading)
    held: set[tuple[str, str]] = set()
    groups = dict(catalog().conditions)
    if categories:
        groups["category"] = expression("|".join(map(re.escape, categories)))
    for group, words in groups.items():
        for place in places:
            found_here = (_AFTER.sub("后", word) for word in words.findall(place))
            here = {(group, word) for word in found_here if word not in catalog().ordinary}
            if here:
                held |= here
                break
    if match.groupdict().get("m"):
        amount = quantity_of(match["m"], found)
        held.add(("amount", f"{amount.value.normalize():f} {amount.dimension.value}"))
    return frozenset(held)


@dataclass(frozen=True, slots=True)
class Passage:
    """A slice of a document that states something, with what it stands under."""

    span: Span
    heading: str
    section: str
    kind: BlockKind


def passages(document: Document) -> tuple[Passage, ...]:
    """Return the slices of a document that state something: all blocks but titles, headings and questions."""
    if not document.blocks:
        return (Passage(Span(0, len(document.text)), document.title, "", BlockKind.TEXT),)
    question = document.attributes.get("question", "") if document.kind is Kind.PAST_ANSWER else ""
    return tuple(
        Passage(block.span, question or _heading(block), block.section, block.kind)
        for block in document.blocks
        if block.kind not in _SILENT
    )


def _heading(block: Block) -> str:
    return block.headings[-1] if block.headings else block.section


@lru_cache(maxsize=1)
def statutes() -> Mapping[str, Document]:
    """Return the law on each right as a document of its own, for a shop that has not loaded its text."""
    return MappingProxyType(
        {
            subject.key: Document(
                id=f"law:{subject.ground}", text=subject.floor, title=subject.ground, level=Level.LAW
            )
            for subject in catalog().subjects
            if subject.floor
        }
    )
