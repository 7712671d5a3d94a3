"""Promotions that do not run at the moment: named in the message, told with their days, never offered."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from assist.documents import Block, BlockKind, Document
from assist.draft.evidence import Candidate, Evidence, cite
from assist.draft.promotions import day_of, event_named, full_cuts, rules_of, terms
from assist.draft.speak import closed, speak
from assist.draft.units import sentence_units
from assist.expressions import expression
from assist.messages import Part
from assist.results import StatedFact, Statement
from assist.text.normalize import fold

SCORE = 0.85
_HAN = expression(r"[一-鿿]{2}")
_INTENTS = ("售前/价格", "售前/商品/包装", "售前/服务", "售中/订单/价格变动")
_STILL = expression(
    r"还(?:[^是要差款]{0,8}?)(?:送|给|减|抵|打|补|领|用|有|参加)|没了|结束|过期|截止|开始(?:了|没|吗)|用不了|不能用|停了|下线"
)
_DATED = expression(r"\d{1,2}月\d{1,2}日")
_OFFERS = expression(r"满减|满\d|优惠|活动|便宜")
_SAID = frozenset({BlockKind.TEXT, BlockKind.CHECKLIST, BlockKind.STEPS})
_GIFT = expression("送|赠|券")
MAX_PERIOD = 120


def announced_candidate(part: Part, number: int, evidence: Evidence) -> Candidate | None:
    """Tell the days of a promotion that the shopper means and that has ended or not begun."""
    if not (part.intent or "售前/价格").startswith(_INTENTS):
        return None
    document = _meant(part, evidence)
    if document is None:
        return None
    begin = document.validity.valid_from
    coming = begin is not None and begin > evidence.now
    said = [_told(document, number, evidence), *(_terms_said(document, number) if coming else ())]
    if not coming:
        said.extend(_instead(part, number, evidence))
    return Candidate(number, "promotion", tuple(said), SCORE)


def _meant(part: Part, evidence: Evidence) -> Document | None:
    """The promotion that the message is about, if it is one that does not run now."""
    away = [item for item in evidence.promotions if not item.validity.holds(evidence.now)]
    running = [item for item in evidence.promotions if item.validity.holds(evidence.now)]
    if not away or any(event_named(part, item) for item in running):
        return None
    wanted = terms(part.text)
    if wanted and any(wanted <= terms(item.text) for item in running):
        return None
    named = [item for item in away if event_named(part, item)]
    named = named or [item for item in away if wanted and wanted <= terms(item.text)]
    if named:
        return max(named, key=lambda item: (_best(part, [item], evidence), item.id))
    return _like(part, away, running, evidence)


def _like(
    part: Part, away: Sequence[Document], running: Sequence[Document], evidence: Evidence
) -> Document | None:
    """A promotion of which only the gift or the goods are named (`还送帆布包不`): words that nothing valid holds."""
    if not _STILL.search(part.clean):
        return None
    names = part.products or evidence.question.products
    valid = [*running, *(evidence.products[name] for name in names if name in evidence.products)]
    rules = [hit.document for hits in evidence.hits for hit in hits]
    words = _pairs(part.clean) - {pair for item in (*valid, *rules) for pair in _pairs(item.text)}
    held = {item.id: len(words & _pairs(item.text)) for item in away}
    found = max(away, key=lambda item: (held[item.id], item.id))
    return found if held[found.id] else None


@lru_cache(maxsize=512)
def _pairs(text: str) -> frozenset[str]:
    """Pairs of Han characters that stand side by side."""
    plain = fold(text)
    return frozenset(plain[at : at + 2] for at in range(len(plain) - 1) if _HAN.fullmatch(plain[at : at + 2]))


def _best(part: Part, documents: Sequence[Document], evidence: Evidence) -> float:
    units = [
        unit
        for document in documents
        for block in _blocks(document)
        for unit in sentence_units(document, block.span, " ".join(block.headings[-1:]), block.section, "text")
    ]
    if not units:
        return 0.0
    scores = evidence.scorer.score(part, [unit.text for unit in units], [unit.head for unit in units])
    return float(scores.max())


def _blocks(document: Document) -> list[Block]:
    return [block for block in document.blocks if block.kind in _SAID]


def _told(document: Document, number: int, evidence: Evidence) -> Statement:
    """Say that it has ended or not begun, with its days as its page gives them."""
    begin, end = document.validity.valid_from, document.validity.valid_to
    over = end is not None and end <= evidence.now
    moment = end if over else begin
    day = "" if moment is None else day_of(moment)
    place = next((block for block in _blocks(document) if _DATED.search(block.span.of(document.text))), None)
    citations = () if place is None else (cite(document, place.span, place.section),)
    if over:
        text = f"您说的「{document.title}」{day}已经结束了，现在用不了"
    else:
        text = f"您说的「{document.title}」现在还没开始，{day}起才有"
        if place is not None and place.span.end - place.span.start <= MAX_PERIOD:
            text = f"您说的「{document.title}」现在还没开始：{speak(place.span.of(document.text), document)}"
    facts = (StatedFact("活动时间", day, origin="caller"),)
    return Statement(closed(text), citations, facts, number, (day, document.title), dated=True)


def _terms_said(document: Document, number: int) -> list[Statement]:
    """The rule of a promotion to come, in its own words."""
    rules = rules_of(document)
    if not rules:
        return []
    rule = rules[0]
    place = cite(document, rule.span, rule.section)
    text = speak(rule.span.of(document.text), document)
    return [Statement(closed(text), (place,), (), number, dated=True)]


def _instead(part: Part, number: int, evidence: Evidence) -> list[Statement]:
    """What runs instead, where offers in general were asked for."""
    asked = _OFFERS.search(part.clean) and not _GIFT.search(part.clean)
    rules = full_cuts(evidence) if asked else []
    if not rules:
        return []
    rule = rules[0]
    place = cite(rule.document, rule.span, rule.section)
    text = (
        f"现在可以参加的是「{rule.document.title}」：{speak(rule.span.of(rule.document.text), rule.document)}"
    )
    return [Statement(closed(text), (place,), (), number, (rule.document.title,))]
