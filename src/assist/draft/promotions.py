"""Promotions that run at the moment: their 满减 rules, prices and days; `payable` works sums out, `announced` tells of others."""

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
from assist.messages import Part
from assist.results import Citation, Statement
from assist.text.normalize import fold

FULL_CUT = expression(r"(每)?满\s*(\d+)\s*元?\s*(?:立)?减\s*(\d+)")
_CAP = expression(r"(?:最多|封顶|上限)(?:减|优惠)?\s*(\d+)\s*元")
_WHEN = expression(r"什么时候|几号|何时|哪天|多久开始|几点|开始|时间")
_EXCLUDED = expression(r"不参[加与](?!以旧换新)|除外|不适用|不能用|不可用")
_ID = expression(r"[A-Za-z]+\d{2,}")
_ITEM = expression(r"[、，,和及；;：:\s]+")
EVENTS = expression(
    r"双\s*1[12](?!\d)|双十[一二]|双旦|(?<!\d)(?:618|99|38)(?=\s*(?:大促|活动|节|那|的活动|满|促销|会场))|国庆|中秋|元旦|春节|年货|"
    r"圣诞|黑五|新年(?!快乐)|女王|七夕|端午|五一|开学|周年|跨年|(?<![\d.])(?:12\.12|1212|11\.11|1111|9\.9)(?![\d.])"
)
_DATED = expression(r"(?:\d{4}年)?\d{1,2}月\d{1,2}日")
_FOLD = expression(r"(?P<n>\d(?:\.\d)?|[一二三四五六七八九]五?)折")
# 3件7折 is no 第二件7折.
_PIECES = expression(
    r"(?P<nth>第?)(?P<pieces>[\d一二两三四五六七八九])[件双份个][^，,。；\d]{0,4}?(?P<n>[\d一二三四五六七八九](?:\.\d)?)折"
)
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
    """Discounts and thresholds in one notation: `7折`, `3件7折` beside it, `满400减60`."""
    plain = fold(text)
    found = {f"{_DIGIT.get(m['n'], m['n'])}折" for m in _FOLD.finditer(plain)}
    for match in _PIECES.finditer(plain):
        pieces, left = (_DIGIT.get(match[name], match[name]) for name in ("pieces", "n"))
        found.add(f"{match['nth']}{pieces}件{left}折")
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


def left_out(document: Document, product: Document) -> Citation | None:
    """Return the sentence by which a promotion leaves a product out: by its id, else by the goods it lists."""
    for unit in sentence_units(document, Span(0, len(document.text)), "", "", "text"):
        cut = _EXCLUDED.search(unit.quote)
        listed = unit.quote if cut is None else unit.quote[: cut.start()]
        if cut is not None and (product.id in unit.quote or _lists(listed, product)):
            return cite(document, unit.span, _place(document, unit.span)[0])
    return None


def _lists(listed: str, product: Document) -> bool:
    """Say whether a list without ids (`头灯、头盔、气炉`) holds a word of the product's title."""
    words = [] if _ID.search(listed) else _ITEM.split(listed.strip())
    return any(len(word) >= 2 and word in product.title for word in words)
