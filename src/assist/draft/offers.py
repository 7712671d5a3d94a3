"""Offers lane: what runs at the moment, when it is asked what can be saved at all; what comes free with a product."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from itertools import chain, zip_longest

from assist.documents import Block, BlockKind, Document, Span
from assist.draft.coupons import coupons
from assist.draft.evidence import Candidate, Evidence, cite
from assist.draft.models import named_in
from assist.draft.promotions import EVENTS, FULL_CUT, left_out
from assist.draft.speak import closed, speak
from assist.draft.units import lines_of, spans_of
from assist.expressions import expression
from assist.messages import Part
from assist.results import Statement

OFFERS, BOX = "售前/价格/优惠", "售前/商品/包装"
MAX_OFFERS = 3
SCORE = 0.75
"""As likely as a clause that fits well; the lane speaks only when the question is this general."""
GIFT_SCORE = 0.88
SOON = timedelta(days=60)
"""An end nearer than this is told."""
_GENERAL = expression(
    r"^[^，。,]{0,10}?(?:有|搞|做|给|打|什么|啥|哪些|没|(?=优惠|活动|折扣|促销|福利))(?:没有|什么|啥|哪些|没)?"
    r"(?:优惠|活动|折扣|促销|福利|折)(?:活动|力度)?(?:吗|么|嘛|呀|呢|啊|不|有没有|没有|没|了|\s|[?？。!！~～])*$"
)
_SPECIFIC = expression(
    r"会员|学生|生日|新[人客]|老[客顾]|粉丝|直播|券|满|团购|企业|积分|红包|叠加|同时|一起|几折|还|首单|收藏|节|军|教师"
)
"""Who asks for one kind of offer is told of that one."""
_WANTS_COUPONS = expression(
    r"^(?:请问|你们|您|你|咱|家|现在|目前|最近|今天|店里|店铺|店|还|都|也|亲|一样|这[个款件双条][一-鿿]{0,3}(?=有|能|可)|这款|这个|我|是|想|要|新客|新人|新用户|第一次[买来]|首单|的|，|,|\s)*"
    r"(?:(?:有没有|没有|有|没|连|能|可以|给|发|领|弄|个|张|点|什么|啥|哪些|可领的?|能领的?|可用的?|能用的?)*(?:优惠|店铺|购物|代金|折扣|满减|新客|新人|平台)*[券卷](?:可以|能|可)?(?:领取?|用|使用|拿)?|"
    r"(?:怎么|如何|在?哪里?|在?哪儿|去哪里?|哪个地方)(?:可以|能)?(?:领取?|拿|获得|弄)(?:到)?(?:优惠|店铺|新客)*[券卷]|"
    r"(?:优惠|店铺|新客|新人)*[券卷](?:要|应该|都|可以)?(?:怎么|如何|在?哪里?|在?哪儿|去哪里?)(?:可以|能)?(?:领取?|拿|找|获得|弄))"
    r"(?:吗|么|嘛|呀|呢|啊|吧|不|都|也|没有|没|了|\s|[?？。!！~～])*$"
)
_TAKEN = expression(
    r"(?:首页|商品页|页面|活动页|客服|点)[^。；]{0,10}领取?|领取[^。；]{0,6}(?:首页|商品页|页面)"
)
_BENEFIT = expression(
    r"(?:减|送|赠|补贴|抵|打|价|领)\D{0,8}\d+(?:\.\d+)?\s*(?:元|%|折|[张份件个把根瓶双套支片只台袋包盒条罐枚副])|\d\s*(?:元|件|个).{0,6}(?:减|送|赠|打|折)|\d(?:\.\d)?\s*折|半价"
)
_GIVES = expression(r"(?:送|赠)(?!货|达|到|上门|完)(?P<gift>[^，。；,;]{2,24})")
_GIFT_ASKED = expression(r"(?:送|赠)(?!货|达|到|上门|来|去|给别人|人|礼物?|长辈|朋友|爸|妈|老)|赠品")
_ANY_GIFT = expression(r"赠品|送(?:什么|啥|点|东西|礼)|有(?:没有)?(?:什么|啥)?(?:送|赠)的?(?:吗|么|不|没)?$")
_ALL = frozenset({"全部", "全店", "all"})
_NUMBERED = expression(r"\s*\d{1,2}\s*[.．、]\s*(?=[^\s\d])")
_NO_RULE = expression(r"例|不能|不送|没有")
_AFTERWARDS = expression(r"退货|退款|扣回")
_OF_GOODS = expression(
    r"(?:活动期间|同一单|单笔)?(?:买|拍)?(?P<goods>[一-鿿、]{2,24}?)，?(?:参加|单笔|同一单|第[二2两]件|下单|立减|满\d|任意|送|\d件)"
)
_AND = expression(r"[、和及或与加]")
_NO_GOODS = expression("全店|单笔|店铺|活动|商品|任意|每|订单|会员|本店|实付|付款|期间|全场|同款")
_KIND = expression(r"[具类品装子头款]$")
_HAN = expression(r"[一-鿿]{2,}")
_IDLE = frozenset("的了是不在有一个这那和与及或把被让给到也都还就才很太送买赠吗么呢没带配东西")


def offers_candidate(part: Part, number: int, evidence: Evidence) -> Candidate | None:
    """Tell up to three offers that run, those that end first before the others; None when none runs.

    Of each promotion first what it gives for the product in scope, then what holds for all goods. Who asks for coupons
    is told those that can be had now, with where to take them, else what runs besides.
    """
    wants_coupons = _WANTS_COUPONS.match(part.clean) is not None
    if not (part.intent or "").startswith(OFFERS) or not (wants_coupons or _is_general(part)):
        return None
    running = _running(evidence)
    giving = [document for document in running if coupons(document)] if wants_coupons else []
    told = [_coupons_of(document, number, evidence) for document in giving]
    told = told or [_offers_of(document, number, evidence) for document in running]
    in_turn = [statement for round_ in zip_longest(*told) for statement in round_ if statement is not None]
    chosen = in_turn[:MAX_OFFERS]
    statements = tuple(chain.from_iterable([s for s in found if s in chosen] for found in told))
    return Candidate(number, "offers", statements, SCORE) if statements else None


def gift_candidate(part: Part, number: int, evidence: Evidence) -> Candidate | None:
    """Tell of the gift of a running promotion that is asked about (送手托不); what is in the box is none."""
    if not (part.intent or BOX).startswith((OFFERS, BOX)) or not _GIFT_ASKED.search(part.clean):
        return None
    if not evidence.products:
        return None
    gifts = ((document, *place) for document in _running(evidence) for place in _gifts(document))
    for document, span, section, gift in gifts:
        rank = _rank(span.of(document.text), evidence, excluded=False)
        if rank is not None and (_is_named(gift, part) or (rank == 0 and _ANY_GIFT.search(part.clean))):
            said = _statement(document, span, section, number, evidence)
            return Candidate(number, "offers", (said,), GIFT_SCORE)
    return None


def _gifts(document: Document) -> Iterator[tuple[Span, str, str]]:
    """Yield the sentences of a promotion, and the items of its lists, that give something: place, section, gift."""
    listed = (block for block in document.blocks if block.kind is BlockKind.CHECKLIST)
    items = [(line, block.section) for block in listed for line in lines_of(document, block.span)]
    told = [(span, block.section) for span, block in _benefits(document)]
    for span, section in (*told, *items):
        text = span.of(document.text)
        gives = _GIVES.search(text)
        if gives is not None and "\n" not in text:
            yield span, section, gives["gift"]


def _is_general(part: Part) -> bool:
    asked = part.clean
    return bool(_GENERAL.match(asked)) and not (_SPECIFIC.search(asked) or EVENTS.search(asked))


def _is_named(gift: str, part: Part) -> bool:
    """Say whether a gift is the one that is asked for, in whatever order its characters stand (托手, 手托)."""
    wanted = set("".join(_HAN.findall(part.clean))) - _IDLE
    return len(wanted & (set(gift) - _IDLE)) > 1


def _running(evidence: Evidence) -> list[Document]:
    running = [item for item in evidence.promotions if item.validity.holds(evidence.now)]
    running.sort(key=lambda item: ((item.validity.valid_to or datetime.max).isoformat(), item.id))
    return [item for item in running if _applies(item, evidence)]


def _applies(document: Document, evidence: Evidence) -> bool:
    """A promotion for other categories than the product's is left out."""
    asked = {category for product in evidence.products.values() for category in product.categories}
    applies = set(document.categories)
    return not asked or not applies or bool((asked | _ALL) & applies)


def _offers_of(document: Document, number: int, evidence: Evidence) -> list[Statement]:
    """What one promotion gives: for the product in scope first; without one, its first rule alone."""
    found = [(span, block.section) for span, block in _benefits(document)]
    if not evidence.products:
        return [_statement(document, *found[0], number, evidence)] if found else []
    excluded = any(left_out(document, product) is not None for product in evidence.products.values())
    ranked = [
        (rank, *place)
        for place in found
        if (rank := _rank(place[0].of(document.text), evidence, excluded=excluded)) is not None
    ]
    ranked.sort(key=lambda item: item[0])
    return [
        _statement(document, span, section, number, evidence, first=at == 0)
        for at, (_, span, section) in enumerate(ranked)
    ]


def _coupons_of(document: Document, number: int, evidence: Evidence) -> list[Statement]:
    """What a promotion gives as a coupon (all that it gives, where it is one), and where it is to be had."""
    found = list(_benefits(document))
    named = [place for place in found if "券" in place[0].of(document.text)] or found[:1]
    said = [_statement(document, span, block.section, number, evidence) for span, block in named[:1]]
    taken = _taken(document, number)
    return [*said, *([taken] if taken is not None and taken.text not in said[0].text else [])] if said else []


def _rank(text: str, evidence: Evidence, *, excluded: bool) -> int | None:
    """Order offers: for the product in scope, for all goods, a 满减 for goods that it may be one of; None: for others."""
    cuts = FULL_CUT.search(text) is not None
    named, goods = named_in(text, evidence.catalog), _goods(text)
    if (excluded and cuts) or (named and not evidence.products.keys() & set(named)):
        return None
    if named or (goods and _is_of(goods, evidence)):
        return 0
    if not goods:
        return 1
    return 2 if cuts else None


def _goods(text: str) -> list[str]:
    """The kinds of goods that an offer begins with (`饭盒和水杯第二件9折`); none where it is for all."""
    found = _OF_GOODS.match(text)
    words = _AND.split(found["goods"]) if found else []
    return [word for word in words if word and not _NO_GOODS.search(word)]


def _is_of(goods: Sequence[str], evidence: Evidence) -> bool:
    """Say whether the product in scope is of one of these kinds: 炒锅 is of 锅具, 午餐盒 of 饭盒."""
    titles = [product.title for product in evidence.products.values()]
    return any(word in title or _KIND.sub("", word)[-1:] in title for word in goods for title in titles)


def _benefits(document: Document) -> Iterator[tuple[Span, Block]]:
    """Yield the sentences of a promotion that give something, each with the list that it announces."""
    for at, block in enumerate(document.blocks):
        if block.kind is not BlockKind.TEXT:
            continue
        for piece in spans_of(block.span.of(document.text)):
            span = Span(block.span.start + piece.start, block.span.start + piece.end)
            listed = (
                _list_after(document.blocks, at) if span.of(document.text).rstrip().endswith("：") else None
            )
            if listed is not None and block.span.end - span.end <= 1:
                span = Span(span.start, listed.end)
            number = _NUMBERED.match(span.of(document.text))
            span = Span(span.start + (number.end() if number else 0), span.end)
            if _gives(span.of(document.text)):
                yield span, block


def _gives(quote: str) -> bool:
    found: re.Match[str] | None = _BENEFIT.search(quote)
    return found is not None and not _NO_RULE.search(quote, 0, found.end()) and not _AFTERWARDS.search(quote)


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


def _list_after(blocks: Sequence[Block], at: int) -> Span | None:
    following = blocks[at + 1] if at + 1 < len(blocks) else None
    return following.span if following is not None and following.kind is BlockKind.CHECKLIST else None


def _statement(
    document: Document, span: Span, section: str, number: int, evidence: Evidence, *, first: bool = True
) -> Statement:
    """Say an offer; the first of a promotion under its title and with its end, where that is near."""
    end = document.validity.valid_to
    told = f"{end.month}月{end.day}日{f'{end:%H:%M}'}" if end and end - evidence.now <= SOON else ""
    until = f"（{told}结束）" if told else ""
    lead = f"「{document.title}」{until}：" if first else ""
    text = closed(lead + speak(span.of(document.text), document))
    shown = tuple(item for item in (document.title, told) if item) if first else ()
    return Statement(text, (cite(document, span, section),), (), number, shown)
