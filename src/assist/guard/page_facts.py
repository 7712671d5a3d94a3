"""What a page's parameters state, against its own prose and the answers given about it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from assist.documents import BlockKind, Document, Fact, Kind, Span
from assist.expressions import expression
from assist.guard.judging import Conflict, Status, against_reply, conflict_of
from assist.guard.subjects import Value, catalog, masked, passages, quantity_of
from assist.guard.terms import Shop, Term
from assist.text.quantities import Dimension, Quantity, quantities
from assist.text.sentences import sentences

_PROSE = frozenset({BlockKind.TEXT, BlockKind.QA, BlockKind.CHECKLIST, BlockKind.STEPS, BlockKind.ANSWER})
_VALUE_END = r"[^，,。；;！!～~\n]{1,24}"
_PARTICLES = expression(r"[的哦呢呀啦哈亲～~\s]+$")
_SIZE = expression(r"(?<![A-Za-z0-9])(?:\dX|X{0,3})[SML](?![A-Za-z0-9])")
_CODE = expression(r"(?<![A-Za-z0-9-])[A-Z]{1,3}-?\d{2,4}(?![A-Za-z0-9])")
_GRADE = expression(r"(?<![\d.])\d{2,4}(?![\d.%])")
_LETTERS = expression(r"[^\W\d_]+")


def page_conflicts(shop: Shop, wanted: frozenset[str] | None) -> Iterator[Conflict]:
    """Compare every page's facts with its own sentences and with the past answers about it; `wanted`: ids, None: all."""
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
                        yield conflict_of(
                            stated, other, Status.CONTRADICTION, None, "同一页面写法不同，请改掉一处"
                        )
                else:
                    yield against_reply(other, stated)


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
    """Say whether two names agree: no figure of its own in the first, no other grade (304, 316), and letters in common."""
    mine, theirs = quantities(name), quantities(value)
    if any(not any(item.same(other) for other in theirs) for item in mine):
        return False
    grades = [set(_GRADE.findall(text)) for text in (name, value)]
    if all(grades) and not grades[0] & grades[1]:
        return False
    words = ["".join(_LETTERS.findall(text)) for text in (name, value)]
    pairs = [{word[at : at + 2] for at in range(len(word) - 1)} or {word} for word in words]
    return not words[0] or words[0] in words[1] or bool(pairs[0] & pairs[1])
