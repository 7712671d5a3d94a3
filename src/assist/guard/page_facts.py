"""What a page's parameters state, against its own prose and the answers given about it."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence

from assist.documents import BlockKind, Document, Fact, Kind, Span
from assist.expressions import expression
from assist.guard.judging import Conflict, Status, against_reply, conflict_of
from assist.guard.page_values import canonical, other_cell, other_reply, other_value
from assist.guard.subjects import Passage, Value, catalog, passages
from assist.guard.terms import Shop, Term
from assist.text.sentences import sentences

_PROSE = frozenset({BlockKind.TEXT, BlockKind.QA, BlockKind.CHECKLIST, BlockKind.STEPS, BlockKind.ANSWER})
_SIZE = expression(r"(?<![A-Za-z0-9])(?:\dX|X{0,3})[SML](?![A-Za-z0-9])")
_CODE = expression(r"(?<![A-Za-z0-9-])[A-Z]{1,3}-?\d{2,4}(?![A-Za-z0-9])")


def page_conflicts(shop: Shop, wanted: frozenset[str] | None) -> Iterator[Conflict]:
    """Compare every page's facts with its own sentences and with the past answers about it; `wanted`: ids, None: all."""
    known = {subject.key for subject in catalog().subjects}
    replies: dict[str, list[Document]] = {}
    for item in shop.documents:
        if item.kind in (Kind.PAST_ANSWER, Kind.QUICK_REPLY) and item.product:
            replies.setdefault(item.product, []).append(item)
    for page in shop.documents:
        if page.kind is not Kind.PRODUCT:
            continue
        told = [page, *replies.get(page.id, ())]
        if wanted is not None and page.id not in wanted:
            told = [item for item in told if item.id in wanted]
        facts = [fact for fact in page.facts if fact.sku is None]
        for item in told:
            yield from _told_otherwise(page, facts, item, known)


def _told_otherwise(
    page: Document, facts: Sequence[Fact], told: Document, known: Collection[str]
) -> Iterator[Conflict]:
    for passage in passages(told):
        if passage.kind not in _PROSE:
            continue
        text = passage.span.of(told.text)
        asked = "" if told.kind is Kind.PRODUCT else passage.heading
        for span in sentences(text):
            at = Span(passage.span.start + span.start, passage.span.start + span.end)
            for fact in facts:
                value = None if canonical(fact.key) in known else other_value(fact, span.of(text))
                value = value or other_reply(fact, span.of(text), asked, page.facts)
                if value is not None and not _of_another(page, fact, span.of(text)):
                    stated = Term(canonical(fact.key), page, Value(word=fact.value), fact.span, fact.section)
                    yield from _weighed(stated, Term(stated.key, told, value, at, passage.section))
            if told.id != page.id:
                yield from _other_size(page, told, at, passage)


def _weighed(stated: Term, other: Term) -> Iterator[Conflict]:
    """Hold what a text says against what its page states: a reply against the page, or the page against itself."""
    if other.document.id != stated.document.id:
        yield against_reply(other, stated)
    elif not (stated.span.start < other.span.end and other.span.start < stated.span.end):
        yield conflict_of(stated, other, Status.CONTRADICTION, None, "同一页面写法不同，请改掉一处")


def _other_size(page: Document, told: Document, at: Span, passage: Passage) -> Iterator[Conflict]:
    """Compare what a reply says of one size with that size's row."""
    sentence = at.of(told.text)
    for table in page.tables:
        if table.kind is not BlockKind.SIZE_TABLE:
            continue
        named = [row for row in table.rows if row.cells and _names(row.cells[0].text, sentence)]
        differs = other_cell(table.header, named[0], sentence) if len(named) == 1 else None
        if differs is not None:
            key, stated, value = differs
            one = Term(key, page, Value(word=stated), named[0].span, table.section)
            yield against_reply(Term(key, told, value, at, passage.section), one)


def _names(size: str, sentence: str) -> bool:
    return re.search(rf"(?<![A-Za-z0-9]){re.escape(size)}(?![A-Za-z0-9])", sentence) is not None


def _of_another(page: Document, fact: Fact, sentence: str) -> bool:
    """Say whether a sentence speaks of a size or another product that the fact is not about."""
    if any(size not in fact.value for size in _SIZE.findall(sentence)):
        return True
    return any(code != page.id and code not in page.aliases for code in _CODE.findall(sentence))
