"""Promotion lane: what runs at the moment, and 满减 worked out step by step; `announced` tells of what does not run."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import lru_cache

from assist.documents import BlockKind, Document, Fact, Span
from assist.draft.evidence import Candidate, Evidence, cite
from assist.draft.speak import closed, speak
from assist.draft.units import sentence_units
from assist.expressions import expression
from assist.messages import Part, Slot
from assist.results import StatedFact, Statement
from assist.text.normalize import fold

FULL_CUT = expression(r"(每)?满\s*(\d+)\s*元?\s*(?:立)?减\s*(\d+)")
_CAP = expression(r"(?:最多|封顶|上限)(?:减|优惠)?\s*(\d+)\s*元")
_COUNTED = expression(r"到手|多少钱|怎么算|减多少|优惠多少|实付|付多少|能减")
_RULE_ASKED = expression(r"满多少|满减(?:怎么|如何|规则)|怎么减|门槛|规则")
"""Who asks for the rule is told the rule, not what one piece comes to."""
_WHEN = expression(r"什么时候|几号|何时|哪天|多久开始|几点|开始|时间")
_EXCLUDED = expression(r"不参加|不参与|除外|不适用")
EVENTS = expression(
    r"双\s*1[12](?!\d)|双十[一二]|双旦|(?<!\d)(?:618|99|38)(?=\s*(?:大促|活动|节|那|的活动|满|促销|会场))|国庆|中秋|元旦|春节|年货|"
    r"圣诞|黑五|新年(?!快乐)|女王|七夕|端午|五一|开学|周年|跨年|(?<![\d.])(?:12\.12|1212|11\.11|1111|9\.9)(?![\d.])"
)
_DATED = expression(r"(?:\d{4}年)?\d{1,2}月\d{1,2}日")
_FOLD = expression(r"(?P<n>\d(?:\.\d)?|[一二三四五六七八九]五?)折")
_DIGIT = {word: str(at) for at, word in enumerate("零一二三四五六七八九")}
_SAME = {
    "双十一": "双11", "双十二": "双12", "双 11": "双11", "双 12": "双12", "12.12": "双12", "1212": "双12",
    "11.11": "双11", "1111": "双11", "9.9": "99", "跨年": "元旦", "新年": "元旦",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class FullCut:
    """A 满减 rule: every (or once) `threshold` yuan, `cut` yuan off, at most `cap`."""

    threshold: int
    cut: int
    repeats: bool
    cap: int | None
    document: Document
    span: Span
    section: str

    def off(self, amount: Decimal) -> Decimal:
        """Yuan taken off an amount of goods."""
        times = int(amount // self.threshold)
        times = times if self.repeats else min(times, 1)
        saved = Decimal(times * self.cut)
        return min(saved, Decimal(self.cap)) if self.cap is not None else saved


def promotion_candidates(part: Part, number: int, evidence: Evidence) -> list[Candidate]:
    """Work out what a price comes to under the 满减 that runs."""
    found = []
    worked = _worked_out(part, number, evidence)
    if worked is not None:
        found.append(worked)
    return found


def schedule_candidate(part: Part, number: int, evidence: Evidence) -> Candidate | None:
    """Say until when a running promotion that is named goes on (双12什么时候结束), in its own words."""
    if not _WHEN.search(part.clean):
        return None
    running = [item for item in evidence.promotions if item.validity.holds(evidence.now)]
    for document in (item for item in running if event_named(part.text, item)):
        for block in document.blocks:
            text = block.span.of(document.text)
            if block.kind is BlockKind.TEXT and len(_DATED.findall(text)) >= 1:
                place = cite(document, block.span, block.section)
                said = Statement(closed(speak(text, document)), (place,), (), number)
                return Candidate(number, "promotion", (said,), 0.85)
    return None


def event_named(asked: str, document: Document) -> bool:
    """Say whether a question names the occasion (双12, 元旦) that a promotion's title names."""
    text, title = fold(asked), fold(document.title + " " + document.id)
    for found in EVENTS.finditer(text):
        name = _SAME.get(found.group(), found.group())
        if name in title or found.group() in title:
            return True
    return False


@lru_cache(maxsize=1_024)
def terms(text: str) -> frozenset[str]:
    """Discounts and thresholds in one notation: `7折`, `满400减60`."""
    plain = fold(text)
    found = {f"{_DIGIT.get(m['n'], m['n'])}折" for m in _FOLD.finditer(plain)}
    return frozenset(found | {f"满{m.group(2)}减{m.group(3)}" for m in FULL_CUT.finditer(plain)})


def day_of(moment: datetime) -> str:
    """A day as people say it: `12月8日`."""
    return f"{moment.month}月{moment.day}日"


def full_cuts(evidence: Evidence) -> list[FullCut]:
    """Return the 满减 rules that run now, best known first by document id."""
    rules: list[FullCut] = []
    for document in sorted(evidence.promotions, key=lambda item: item.id):
        # A coupon has to be claimed, and not by everyone: it is no promotion that the payment page applies.
        if document.validity.holds(evidence.now) and "券" not in document.title:
            rules.extend(rules_of(document))
    return rules


def rules_of(document: Document) -> list[FullCut]:
    """Read every tier of the first sentence that rules; worked examples and coupons are no rules."""
    for unit in sentence_units(document, Span(0, len(document.text)), "", "", "text"):
        section, heading = _place(document, unit.span)
        example = "例" in unit.quote + heading or unit.quote.lstrip().startswith("#") or "券" in unit.quote
        tiers = [] if example else list(FULL_CUT.finditer(unit.quote))
        cap = _CAP.search(unit.quote)
        rules = [
            FullCut(
                int(found.group(2)), int(found.group(3)), bool(found.group(1)),
                int(cap.group(1)) if cap else None, document, unit.span, section,
            )
            for found in tiers
            if int(found.group(2)) > 0
        ]  # fmt: skip
        if rules:
            return rules
    return []


def best_cut(rules: Sequence[FullCut], amount: Decimal) -> FullCut:
    """Of a promotion's tiers, the one that takes most off; below all thresholds the lowest."""
    return max(rules, key=lambda rule: (rule.off(amount), -rule.threshold))


def _place(document: Document, span: Span) -> tuple[str, str]:
    block = next((block for block in document.blocks if block.span.covers(span)), None)
    return ("", "") if block is None else (block.section, " ".join(block.headings))


def _worked_out(part: Part, number: int, evidence: Evidence) -> Candidate | None:
    if not _COUNTED.search(part.clean) or _RULE_ASKED.search(part.clean):
        return None
    rules, total = full_cuts(evidence), _total(part, evidence)
    if not rules or total is None:
        return None
    amount, steps, places = total
    rule = best_cut([rule for rule in rules if rule.document.id == rules[0].document.id], amount)
    product = next((evidence.products[name] for name in part.products if name in evidence.products), None)
    if product is not None and _excluded(rule.document, product):
        return None
    statement = _arithmetic(rule, amount, steps, number, priced=bool(places))
    return Candidate(number, "promotion", (*places, statement), 0.92)


def _total(part: Part, evidence: Evidence) -> tuple[Decimal, list[str], tuple[Statement, ...]] | None:
    """The amount the shopper names, else price times quantity of the product in scope."""
    slot = evidence.question.slots.get("amount")
    if slot is not None:
        return Decimal(str(slot.value)), [], ()
    product = next((evidence.products[name] for name in part.products if name in evidence.products), None)
    price = None if product is None else price_of(product)
    unit = None if price is None else amount_of(price)
    if product is None or price is None or unit is None:
        return None
    quantity = _quantity(evidence.question.slots.get("quantity"))
    subject = "这款" if quantity > 1 else ""
    text = closed(f"{subject}{price.key}是{price.value if '元' in price.value else price.value + '元'}")
    place = cite(product, price.span, price.section)
    number = evidence.question.parts.index(part)
    first = Statement(text, (place,), (StatedFact.of(price, product.id),), number)
    steps = [f"{_money(unit)}×{quantity}={_money(unit * quantity)}元"] if quantity > 1 else []
    return unit * quantity, steps, (first,)


def _quantity(slot: Slot | None) -> int:
    return max(1, int(float(slot.value))) if slot is not None else 1


def price_of(product: Document) -> Fact | None:
    """The price a shopper pays today as the page states it."""
    for word in ("到手价", "活动价", "促销价", "券后价", "现价", "售价", "价格", "日常价"):
        for fact in product.facts:
            if fact.sku is None and word in fact.key and re.search(r"\d", fact.value):
                return fact
    return None


def amount_of(price: Fact) -> Decimal | None:
    """Read the amount of a price; None for a range or for words."""
    found = re.findall(r"\d+(?:\.\d+)?", re.sub(r"(?<=\d),(?=\d{3}(?!\d))", "", fold(price.value)))
    return Decimal(found[0]) if len(found) == 1 else None


def _excluded(document: Document, product: Document) -> bool:
    for unit in sentence_units(document, Span(0, len(document.text)), "", "", "text"):
        if _EXCLUDED.search(unit.quote) and product.id in unit.quote:
            return True
    return False


def _arithmetic(
    rule: FullCut, amount: Decimal, steps: Sequence[str], number: int, *, priced: bool
) -> Statement:
    """Work the cut out; right after the price of one piece its total needs no second mention."""
    saved = rule.off(amount)
    times = int(amount // rule.threshold) if rule.repeats else min(1, int(amount // rule.threshold))
    total = _money(amount)
    alone = priced and not steps
    if saved == 0:
        text = f"不到{rule.threshold}元的门槛，满减暂时用不上，付{total}元"
        text = f"单买这一件{text}" if alone else f"合计{total}元，{text}"
        shown = [f"{total}元"]
    else:
        final = _money(amount - saved)
        text = f"合计{total}元，满{times}个{rule.threshold}元，减{_money(saved)}元，到手{final}元"
        shown = [f"{total}元", f"{times}个", f"{_money(saved)}元", f"{final}元", *steps]
        if alone and times == 1:
            text = f"按满减活动，满{rule.threshold}元减{_money(saved)}元，算下来实付{final}元"
    if steps:
        text = f"{steps[0]}；{text}"
    fact = StatedFact("到手价", _money(amount - saved), "元", origin="computed", document_id=rule.document.id)
    return Statement(
        closed(text), (cite(rule.document, rule.span, rule.section),), (fact,), number, tuple(shown)
    )


def _money(value: Decimal) -> str:
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    return text or "0"
