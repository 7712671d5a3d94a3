"""Promotions that do not run at the moment: named in the message, told with their days, never offered."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from assist.arrays import FloatVector
from assist.documents import Document
from assist.draft.clauses import clause_statements
from assist.draft.evidence import Candidate, Evidence, cite
from assist.draft.figures import amount_named, yuan
from assist.draft.meant import clauses_of, gains_of_named, meant, own_words, said_blocks
from assist.draft.promotions import best_cut, day_of, full_cuts, rules_of
from assist.draft.speak import closed, speak
from assist.draft.units import Unit
from assist.expressions import expression
from assist.messages import Part
from assist.results import StatedFact, Statement
from assist.text.normalize import fold

SCORE = 0.85
_INTENTS = ("售前/价格", "售前/商品/包装", "售前/服务")
OWN_WORDS = 1.5
"""What the share of a question's words that only this clause of a promotion holds adds to its relevance."""
LEAD = 0.05
"""What the days and the rule of a promotion are ahead of its other clauses."""
_DATED = expression(r"\d{1,2}月\d{1,2}日")
_OFFERS = expression(r"满减|满\d|\d减\d|优惠|活动|便宜")
_GIFT = expression("送|赠|券|还给(?!减)")
_WHEN = expression(r"什么时候|啥时候|几[号点]|何时|哪天|开始|现在|活动")
_OF_GIFTS = ("送", "赠", "券")
_NOW_INSTEAD = expression(r"现在(?:还)?(?:有|都有|能用)(?:什么|啥|哪些)")
_SUM = expression(r"多少|几[块多元]|好多|到手|能减|减[不吗得]|便宜")
MAX_PERIOD = 120


def announced_candidate(part: Part, number: int, evidence: Evidence) -> Candidate | None:
    """Tell the days of a promotion that the shopper means and that has ended or not begun."""
    if not (part.intent or "售前/价格").startswith(_INTENTS):
        return None
    document = meant(part, evidence)
    if document is None:
        return None
    begin = document.validity.valid_from
    coming = begin is not None and begin > evidence.now
    said = [_told(document, number, evidence)]
    if coming:
        worked = _worked_out(part, document, number)
        said.extend(worked or _asked_of(part, document, number, evidence) or _terms_said(document, number))
    if not coming or _NOW_INSTEAD.search(part.clean):
        said.extend(_instead(part, number, evidence))
    return Candidate(number, "promotion", tuple(said), SCORE)


def _told(document: Document, number: int, evidence: Evidence) -> Statement:
    """Say that it has ended or not begun, with its days as its page gives them."""
    begin, end = document.validity.valid_from, document.validity.valid_to
    over = end is not None and end <= evidence.now
    moment = end if over else begin
    day = "" if moment is None else day_of(moment)
    place = next(
        (block for block in said_blocks(document) if _DATED.search(block.span.of(document.text))), None
    )
    citations = () if place is None else (cite(document, place.span, place.section),)
    if over:
        text = f"您说的「{document.title}」{day}已经结束了，现在用不了"
    else:
        text = f"您说的「{document.title}」现在还没开始，{day}起才有"
        if place is not None and place.span.end - place.span.start <= MAX_PERIOD:
            text = f"您说的「{document.title}」现在还没开始：{speak(place.span.of(document.text), document)}"
    facts = (StatedFact("活动时间", day, origin="caller"),)
    return Statement(closed(text), citations, facts, number, (day, document.title), dated=True)


def _asked_of(part: Part, document: Document, number: int, evidence: Evidence) -> list[Statement]:
    """What the clause of a promotion to come that is asked about says (its coupon, what it leaves out), if one is."""
    clauses = clauses_of(document)
    if not clauses:
        return []
    scores = evidence.scorer.score(part, [unit.text for unit in clauses], [unit.head for unit in clauses])
    told = np.asarray([_told_anyway(unit) for unit in clauses], np.float32)
    worth = (
        scores + OWN_WORDS * _own_words(part, clauses) + gains_of_named(part, clauses, evidence) + LEAD * told
    )
    best = int(worth.argmax())
    return [] if told[best] else _coming(clause_statements(clauses[best], part, number, evidence))


def _told_anyway(clause: Unit) -> bool:
    """Its days and its rule: what is told to who asks for nothing more."""
    rules = any(clause.span.covers(rule.span) for rule in rules_of(clause.document))
    return rules or (bool(_DATED.search(clause.quote)) and "时间" in clause.head)


def _coming(statements: Sequence[Statement]) -> list[Statement]:
    return [replace(statement, dated=True) for statement in statements]


def _own_words(part: Part, clauses: Sequence[Unit]) -> FloatVector:
    """Share of the question's words that each clause holds, the fewer others hold them the more; the occasion aside."""
    asked = _words(_WHEN.sub(" ", fold(part.text)))
    held = [asked & _words(f"{unit.head} {unit.text}") for unit in clauses]
    often = Counter(word for words in held for word in words)
    shares = [sum(1 / often[word] for word in words) / max(1, len(asked)) for words in held]
    return np.asarray(shares, np.float32)


def _words(text: str) -> frozenset[str]:
    return own_words(text) | {word for word in _OF_GIFTS if word in text}


def _terms_said(document: Document, number: int) -> list[Statement]:
    """The rule of a promotion to come, in its own words."""
    rules = rules_of(document)
    if not rules:
        return []
    rule = rules[0]
    place = cite(document, rule.span, rule.section)
    text = speak(rule.span.of(document.text), document)
    return [Statement(closed(text), (place,), (), number, dated=True)]


def _worked_out(part: Part, document: Document, number: int) -> list[Statement]:
    """What an amount that is named will come to under the rule of a promotion to come, after the rule."""
    amount, rules = amount_named(part.clean), rules_of(document)
    if amount is None or not rules or not _SUM.search(part.clean):
        return []
    rule = best_cut(rules, amount.value)
    saved = rule.off(amount.value)
    whole, off, left = (yuan(value) for value in (amount.value, saved, amount.value - saved))
    times = int(amount.value // rule.threshold) if rule.repeats else 1
    text = f"到时合计{whole}元，满{times}个{rule.threshold}元，减{off}元，付{left}元"
    if not saved:
        text = f"{whole}元到时也不到{rule.threshold}元的门槛，减不了"
    shown = (f"{whole}元", f"{times}个", f"{off}元", f"{left}元", f"{whole}-{off}={left}")
    fact = StatedFact("满减", off, "元", origin="computed", document_id=document.id)
    place = cite(document, rule.span, rule.section)
    worked = Statement(closed(text), (place,), (fact,), number, shown, dated=True)
    return [*_terms_said(document, number), worked]


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
