"""The same sentence with another figure: conflicts on subjects that nobody listed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import lru_cache

from assist.documents import Document, Kind, Span, Versioned
from assist.expressions import expression
from assist.guard.judging import Conflict, judged, of_one_rank
from assist.guard.replies import reply_pairs
from assist.guard.subjects import Value, passages
from assist.guard.terms import Shop, Term, agree, comparable, is_reply, pairs
from assist.text.quantities import Dimension, Quantity, quantities
from assist.text.sentences import sentences

_SOCIAL = expression(r"^(?:亲亲|亲|您好|你好|在的|好的|嗯嗯?)[，,。！!~～\s]*|[的呢哦呀啦哈亲～~。！!\s]+$")
_CALENDAR = frozenset({Dimension.DATE, Dimension.TIME})
_MIN_WORDS = 7
"""Characters beside the figures that two sentences must share to be one statement with other figures."""


def wording_conflicts(shop: Shop, wanted: frozenset[str] | None) -> Iterator[Conflict]:
    """Compare sentences that differ in their figures alone; `wanted`: ids of documents, None: all."""
    by_wording: dict[str, list[Term]] = {}
    for item in shop.documents:
        if item.kind is not Kind.PRODUCT:
            for wording, span, section, found in _wordings(Versioned(item)):
                conditions = frozenset([("products", item.product or "")])
                term = Term(wording, item, Value(found), span, section, conditions, _applies(item, shop))
                by_wording.setdefault(wording, []).append(term)
    known = {(term.document.id, term.span) for term in shop.terms}
    for terms in by_wording.values():
        for one, other in _paired(terms, wanted, shop):
            both = all((term.document.id, term.span) in known for term in (one, other))
            if not both and not agree(one, other, terms) and comparable(one, other) and _tells(one, other):
                key = _named_key(one) or _named_key(other)
                yield judged(replace(one, key=key), replace(other, key=key)) or of_one_rank(one, other)


def _paired(terms: Sequence[Term], wanted: frozenset[str] | None, shop: Shop) -> Iterator[tuple[Term, Term]]:
    if len(terms) > 1:
        yield from pairs(terms, wanted, shop)
        yield from reply_pairs(terms, wanted, shop)


def _applies(item: Document, shop: Shop) -> frozenset[str]:
    return frozenset(item.categories) - {"全部"} or shop.page_categories.get(item.product or "", frozenset())


def _named_key(term: Term) -> str:
    """Name the subject of a sentence: the only key of its document, else what it stands under."""
    document = term.document
    if is_reply(term):
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
def _wordings(held: Versioned) -> tuple[tuple[str, Span, str, tuple[Quantity, ...]], ...]:
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
