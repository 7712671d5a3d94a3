"""Offers lane: what runs at the moment, one line a promotion, when it is asked what can be saved at all."""

from __future__ import annotations

from datetime import datetime, timedelta

from assist.documents import Block, BlockKind, Document, Span
from assist.draft.coupons import coupons
from assist.draft.evidence import Candidate, Evidence, cite
from assist.draft.speak import closed, speak
from assist.draft.units import spans_of
from assist.expressions import expression
from assist.messages import Part
from assist.results import Statement

OFFERS = "售前/价格/优惠"
MAX_OFFERS = 3
SCORE = 0.75
"""As likely as a clause that fits well; the lane speaks only when the question is this general."""
SOON = timedelta(days=60)
"""An end nearer than this is told."""
_GENERAL = expression(
    r"^(?:请问|你们|你家|咱家|现在|目前|最近|这两天|今天|店里|店铺|还|都|搞|做|亲|这款|这个|\s)*"
    r"(?:有|搞|做)?(?:没有|什么|啥|哪些|没)?(?:优惠|活动|折扣|促销|福利)(?:活动|券)?(?:吗|么|嘛|呀|呢|啊|不|没有|没|了|\s|[?？。!！~～])*$"
)
_WANTS_COUPONS = expression(
    r"^(?:请问|你们|您|你|咱|家|现在|目前|最近|今天|店里|店铺|店|还|都|也|亲|这款|这个|我|是|想|要|新客|新人|新用户|第一次[买来]|首单|的|，|,|\s)*"
    r"(?:(?:有没有|没有|有|没|连|能|可以|给|发|领|弄|个|张|点|什么|啥|哪些|可领的?|能领的?|可用的?|能用的?)*(?:优惠|店铺|购物|代金|折扣|满减|新客|新人|平台)*[券卷](?:可以|能|可)?(?:领取?|用|使用|拿)?|"
    r"(?:怎么|如何|在?哪里?|在?哪儿|去哪里?|哪个地方)(?:可以|能)?(?:领取?|拿|获得|弄)(?:到)?(?:优惠|店铺|新客)*[券卷]|"
    r"(?:优惠|店铺|新客|新人)*[券卷](?:要|应该|都|可以)?(?:怎么|如何|在?哪里?|在?哪儿|去哪里?)(?:可以|能)?(?:领取?|拿|找|获得|弄))"
    r"(?:吗|么|嘛|呀|呢|啊|不|都|也|没有|没|了|\s|[?？。!！~～])*$"
)
_TAKEN = expression(
    r"(?:首页|商品页|页面|活动页|客服|点)[^。；]{0,10}领取?|领取[^。；]{0,6}(?:首页|商品页|页面)"
)
_BENEFIT = expression(
    r"(?:减|送|赠|补贴|抵|打|价)\D{0,8}\d+(?:\.\d+)?\s*(?:元|%|折|张|份|件|个)|\d\s*(?:元|件|个).{0,6}(?:减|送|赠|打|折)"
)
_ALL = frozenset({"全部", "全店", "all"})
_NO_RULE = expression(r"例|不参加|不能|不送|退货|退款")


def offers_candidate(part: Part, number: int, evidence: Evidence) -> Candidate | None:
    """Tell up to three running promotions, those that end first before the others; None when none runs.

    Who asks for coupons is told those that can be had now, with where to take them, else what runs besides.
    """
    wants_coupons = _WANTS_COUPONS.match(part.clean) is not None
    if not (part.intent or "").startswith(OFFERS) or not (wants_coupons or _GENERAL.match(part.clean)):
        return None
    running = [item for item in evidence.promotions if item.validity.holds(evidence.now)]
    running.sort(key=lambda item: ((item.validity.valid_to or datetime.max).isoformat(), item.id))
    running = [item for item in running if _concerns(item, evidence)]
    giving = [item for item in running if coupons(item)] if wants_coupons else []
    told = [
        statement
        for document in giving or running
        for statement in (_told(document, number, evidence), _taken(document, number) if giving else None)
    ]
    statements = tuple(statement for statement in told if statement is not None)[:MAX_OFFERS]
    return Candidate(number, "offers", statements, SCORE) if statements else None


def _concerns(document: Document, evidence: Evidence) -> bool:
    """A promotion for other categories than the product's is left out."""
    asked = {category for product in evidence.products.values() for category in product.categories}
    applies = set(document.categories)
    return not asked or not applies or bool((asked | _ALL) & applies)


def _told(document: Document, number: int, evidence: Evidence) -> Statement | None:
    for at, block in enumerate(document.blocks):
        if block.kind is not BlockKind.TEXT:
            continue
        for piece in spans_of(block.span.of(document.text)):
            span = Span(block.span.start + piece.start, block.span.start + piece.end)
            quote = span.of(document.text).rstrip()
            listed = _list_after(document.blocks, at) if quote.endswith("：") else None
            if listed is not None and block.span.end - span.end <= 1:
                span = Span(span.start, listed.end)
            quote = span.of(document.text)
            if _BENEFIT.search(quote) and not _NO_RULE.search(quote):
                return _statement(document, span, block.section, number, evidence)
    return None


def _taken(document: Document, number: int) -> Statement | None:
    """Where a coupon is to be had, in the document's own words."""
    for block in document.blocks:
        for piece in spans_of(block.span.of(document.text)) if block.kind is BlockKind.TEXT else ():
            span = Span(block.span.start + piece.start, block.span.start + piece.end)
            if _TAKEN.search(span.of(document.text)):
                return Statement(
                    closed(speak(span.of(document.text), document)),
                    (cite(document, span, block.section),),
                    (),
                    number,
                )
    return None


def _list_after(blocks: tuple[Block, ...], at: int) -> Span | None:
    following = blocks[at + 1] if at + 1 < len(blocks) else None
    return following.span if following is not None and following.kind is BlockKind.CHECKLIST else None


def _statement(document: Document, span: Span, section: str, number: int, evidence: Evidence) -> Statement:
    end = document.validity.valid_to
    told = f"{end.month}月{end.day}日{f'{end:%H:%M}'}" if end and end - evidence.now <= SOON else ""
    until = f"（{told}结束）" if told else ""
    text = closed(f"「{document.title}」{until}：{speak(span.of(document.text), document)}")
    shown = tuple(item for item in (document.title, told) if item)
    return Statement(text, (cite(document, span, section),), (), number, shown)
