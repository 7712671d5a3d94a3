"""Clause lane: the sentences of a clause that answer, with their exceptions; steps and checklists whole."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from assist.documents import Block, BlockKind, Document, Span
from assist.draft.days import names_days, rules_on_others
from assist.draft.evidence import Evidence, cite
from assist.draft.models import named_in
from assist.draft.order_facts import facts_of
from assist.draft.promotions import EVENTS
from assist.draft.speak import closed, speak
from assist.draft.units import WHOLE, Unit, lines_of, rows_of, said_rows, spans_of
from assist.expressions import expression
from assist.memo import Memo
from assist.messages import Part
from assist.results import Statement

SHORT_CLAUSE_CHARS = 130
"""A clause this short is said whole."""
MAX_CHARS = 190
"""Sentences are added up to this length; steps and checklists may be longer."""
_REGIONS = {
    "华北": ("北京", "天津", "河北", "山西", "内蒙古"),
    "东北": ("辽宁", "吉林", "黑龙江"),
    "华东": ("上海", "江苏", "浙江", "安徽", "福建", "江西", "山东"),
    "华中": ("河南", "湖北", "湖南"),
    "华南": ("广东", "广西", "海南"),
    "西南": ("重庆", "四川", "贵州", "云南", "西藏"),
    "西北": ("陕西", "甘肃", "青海", "宁夏", "新疆"),
    "江浙沪": ("上海", "江苏", "浙江"),
    "江浙沪皖": ("安徽",),
    "港澳台": ("香港", "澳门", "台湾"),
}
"""Regions by which rules on freight and delivery speak of provinces."""
_CHINESE_NUMBER = expression(
    r"\s*(?:第\s*[〇零一二三四五六七八九十百\d]{1,5}\s*条[\s、：:]+|[一二三四五六七八九十]{1,3}、\s*)(?=[^\s\n])"
)
_EXCEPTION = expression(
    r"^(?:但|不过|除外|例外|其中|只有|以下|另有|如果|如需|超过|已经)|除外|不包括|不适用|不参加|不支持|为准"
)
_PROVIDE = expression(r"提供|准备|材料|证据|保留|以下商品|凭证|拍下|清单")
_SHOWN = ("售后/质量/质量问题", "售后/漏错/少发漏发", "售后/漏错/错发")
"""Intents that are settled by what the shopper shows: the list of what to provide leads."""
_THEN = expression(r"核实|审核|通过后|收到后|确认后|仓库在")
_BACK = expression(r"\s*(?:超过)?(?:以上|上面|上述)(?!商品)")
"""A sentence that points back at what stands before it."""
BACK_SHARE = 0.5
"""What points back leads only when it is twice as likely as what it points at."""
CASE_MARGIN = 0.5
"""A case that holds a word of the case in hand leads the others by this much."""
_TOLD = frozenset({"date", "days"})
_HOW = expression(r"怎么|如何|流程|步骤|哪里|需要什么|要什么|提供|准备|材料|凭证|证据|申请|操作")


@dataclass(frozen=True, slots=True)
class _Piece:
    """A sentence, a whole list (`listed`), or one item of a list of cases or row of a table (`case`)."""

    span: Span
    listed: bool
    case: bool = False


_CUT: Memo[Unit, dict[tuple[Block, ...], tuple[_Piece, ...]]] = Memo(4_096)
_NAMED_IN: Memo[tuple[Document, ...], dict[str, tuple[str, ...]]] = Memo(8)
_TEXTS_KEPT = 20_000


def clause_statements(
    unit: Unit, part: Part, number: int, evidence: Evidence, *, focus: Sequence[str] = ()
) -> tuple[Statement, ...]:
    """Say what a clause says about a part.

    Args:
        unit: The clause.
        part: What is asked.
        number: The part's number.
        evidence: For relevance.
        focus: Words (a province, a reason, an order state) whose sentences must be among those said.

    Returns:
        One statement a sentence or list, in the clause's order, each citing its own place.
    """
    text = unit.document.text
    focus = (*focus, *_regions(unit, evidence))
    found = _pieces(unit, evidence)
    pieces = [piece for piece in found if piece.listed or _concerns(piece.span.of(text), evidence)]
    if not pieces:
        return ()
    if len(pieces) == len(found):
        pieces = _whole_unless_told(pieces, unit, part, focus)
    chosen = _choose(unit, pieces, part, evidence, focus)
    return tuple(
        _state(unit, pieces[at].span, number, goes_on=at + 1 in chosen and not pieces[at + 1].listed)
        for at in chosen
    )


def _regions(unit: Unit, evidence: Evidence) -> tuple[str, ...]:
    """Regions that hold the shopper's province, where a clause does not name the province itself."""
    slot = evidence.question.slots.get("province")
    if slot is None or str(slot.value) in unit.quote:
        return ()
    return tuple(name for name, provinces in _REGIONS.items() if slot.value in provinces)


def wants_steps(part: Part) -> bool:
    """Say whether a part asks how to do something or what to provide."""
    return bool(_HOW.search(part.clean))


def _state(unit: Unit, span: Span, number: int, *, goes_on: bool) -> Statement:
    """State one piece; an item of a running enumeration keeps its semicolon before the next item."""
    quote = span.of(unit.document.text)
    rows = said_rows(unit.document, span)
    text = closed("；".join(rows) if rows else speak(quote, unit.document))
    if goes_on and quote.rstrip().endswith("；") and text.endswith("。"):
        text = text[:-1] + "；"
    return Statement(text, (cite(unit.document, span, unit.section),), part=number)


def _pieces(unit: Unit, evidence: Evidence) -> tuple[_Piece, ...]:
    """Cut a clause into sentences and lists; its heading line is left out.

    Steps, and lists of what to provide, stay whole; a list of cases (by region, by reason, by category) is cut
    into its items, so that the case in hand can be said alone. While no product is known, a list of products
    stays whole too: what one of them has says nothing of the one that is meant.
    """
    known = _CUT.get(unit)
    if known is None:
        known = _CUT.put(unit, {})
    by_product = () if evidence.products else _by_product(unit, evidence)
    cut = known.get(by_product)
    return known.setdefault(by_product, _cut(unit, by_product)) if cut is None else cut


def _by_product(unit: Unit, evidence: Evidence) -> tuple[Block, ...]:
    """Return the lists of a clause that are lists of products."""
    lists = (block for block in _blocks(unit) if block.kind is BlockKind.CHECKLIST)
    return tuple(block for block in lists if _named(block.span.of(unit.document.text), evidence))


def _blocks(unit: Unit) -> list[Block]:
    return [
        block
        for block in unit.document.blocks
        if unit.span.covers(block.span) and block.kind not in {BlockKind.HEADING, BlockKind.TITLE}
    ]


def _cut(unit: Unit, by_product: Sequence[Block]) -> tuple[_Piece, ...]:
    blocks = _blocks(unit)
    if not blocks:
        return tuple(_Piece(span, False) for span in _sentences(unit.document, unit.span))
    pieces: list[_Piece] = []
    for block in blocks:
        before = pieces[-1].span.of(unit.document.text) if pieces else ""
        if block.kind is BlockKind.CHECKLIST and block not in by_product and not _PROVIDE.search(before):
            pieces.extend(_Piece(span, False, case=True) for span in lines_of(unit.document, block.span))
        elif block.kind is BlockKind.TABLE:
            rows = rows_of(unit.document, block.span)
            pieces.extend([_Piece(span, False, case=True) for span in rows] or [_Piece(block.span, True)])
        elif block.kind in WHOLE:
            pieces.append(_Piece(block.span, True))
        else:
            start = _after_number(unit, block.span)
            pieces.extend(
                _Piece(span, False) for span in _sentences(unit.document, Span(start, block.span.end))
            )
    return tuple(pieces)


def _after_number(unit: Unit, span: Span) -> int:
    """Return where a numbered paragraph begins to rule: the number of a clause is not said."""
    text = span.of(unit.document.text)
    number = _CHINESE_NUMBER.match(text)
    if number is None and unit.section:
        number = re.match(rf"\s*{re.escape(unit.section)}\s*[.．、)）]\s*(?=\S)", text)
    return span.start + (number.end() if number else 0)


def _whole_unless_told(
    pieces: Sequence[_Piece], unit: Unit, part: Part, focus: Sequence[str]
) -> list[_Piece]:
    """Put a list of cases together again when nothing asked tells one case from the others."""
    text = unit.document.text
    cases = [piece.span.of(text) for piece in pieces if piece.case]
    words = (*focus, *telling_words(part.clean, cases, unit.head))
    if not cases or any(word in case for word in words for case in cases):
        return list(pieces)
    merged: list[_Piece] = []
    for piece in pieces:
        if (
            piece.case
            and merged
            and merged[-1].listed
            and text[merged[-1].span.end : piece.span.start].count("\n") == 1
        ):
            merged[-1] = _Piece(Span(merged[-1].span.start, piece.span.end), True)
        else:
            merged.append(_Piece(piece.span, True) if piece.case else piece)
    return merged


def _sentences(document: Document, span: Span) -> list[Span]:
    found = [Span(span.start + s.start, span.start + s.end) for s in spans_of(span.of(document.text))]
    return [place for place in found if not place.of(document.text).lstrip().startswith("#")]


def _choose(
    unit: Unit, pieces: Sequence[_Piece], part: Part, evidence: Evidence, focus: Sequence[str]
) -> list[int]:
    texts = [piece.span.of(unit.document.text) for piece in pieces]
    listed = [text for piece, text in zip(pieces, texts, strict=True) if piece.case]
    focus = (*focus, *telling_words(part.clean, listed, unit.head))
    cases = any(piece.case for piece in pieces) and any(word in text for word in focus for text in texts)
    if sum(map(len, texts)) <= SHORT_CLAUSE_CHARS and not cases:
        return list(range(len(pieces)))
    scores = evidence.scorer.score(part, texts, [""] * len(texts))
    for word in focus:
        scores = scores + np.array([CASE_MARGIN if word in text else 0.0 for text in texts], dtype=np.float32)
    for at in range(1, len(pieces)):
        if pieces[at].listed and _announces(texts[at - 1]):
            scores[at] = max(scores[at], scores[at - 1])
    scores = scores * np.array([BACK_SHARE if _BACK.match(text) else 1.0 for text in texts], dtype=np.float32)
    shown = (part.intent or "").startswith(_SHOWN)
    margin = CASE_MARGIN if shown else 0.25 if wants_steps(part) else 0.0
    scores = scores + np.array([margin if piece.listed else 0.0 for piece in pieces], dtype=np.float32)
    return _fill(texts, scores, pieces)


def _concerns(text: str, evidence: Evidence) -> bool:
    return not (_of_others(text, evidence) or _of_other_days(text, evidence))


def _of_other_days(text: str, evidence: Evidence) -> bool:
    """Say whether a sentence is of orders paid on other days than this one; a message that names a day may mean it."""
    if not names_days(text):
        return False
    paid = facts_of(evidence).paid_at
    if paid is None and (_TOLD & evidence.question.slots.keys() or EVENTS.search(evidence.question.clean)):
        return False
    return rules_on_others(text, paid or evidence.now)


def _of_others(text: str, evidence: Evidence) -> bool:
    """Say whether a sentence speaks of products by their ids, and of none that is asked about."""
    named = _named(text, evidence)
    if not evidence.products:
        return bool(named) and "例如" not in text
    return bool(named) and not any(name in evidence.products for name in named)


def _named(text: str, evidence: Evidence) -> tuple[str, ...]:
    """Return the ids of products that stand in a text; a large catalogue is gone through once a text."""
    known = _NAMED_IN.get(evidence.catalog)
    if known is None or len(known) > _TEXTS_KEPT:
        known = _NAMED_IN.put(evidence.catalog, {})
    named = known.get(text)
    if named is None:
        named = known[text] = named_in(text, evidence.catalog)
    return named


def _announces(text: str) -> bool:
    """Say whether a sentence ends with a colon: what it announces follows."""
    return text.rstrip().endswith(("：", ":"))


def telling_words(asked: str, cases: Sequence[str], topic: str = "") -> tuple[str, ...]:
    """Words of the question that tell some cases of a list from the others, longest first.

    A word of the `topic` that the cases stand under tells none of them: `运费谁承担` under 退货运费谁承担 asks for all.
    """
    if len(cases) < 2:
        return ()
    held = {gram: sum(gram in case for case in cases) for gram in _grams(asked)}
    return tuple(
        sorted(
            (g for g, n in held.items() if 0 < n < len(cases) and g not in topic), key=lambda g: (-len(g), g)
        )
    )[:4]


@lru_cache(maxsize=256)
def _grams(asked: str) -> frozenset[str]:
    runs = re.findall(r"[一-鿿]{2,}|[a-z0-9]{2,}", asked)
    return frozenset(
        run[at : at + size] for run in runs for size in (4, 3, 2) for at in range(len(run) - size + 1)
    )


def _fill(texts: Sequence[str], scores: np.ndarray, pieces: Sequence[_Piece]) -> list[int]:
    order = sorted(range(len(texts)), key=lambda at: (-float(scores[at]), at))
    best = order[0]
    chosen, length = {best}, len(texts[best])
    for neighbor in (best - 1, best + 1):
        if 0 <= neighbor < len(texts) and _belongs(texts, pieces, best, neighbor):
            chosen.add(neighbor)
            length += len(texts[neighbor])
    for at in order[1:]:
        if at in chosen or float(scores[at]) < 0.7 * float(scores[best]):
            continue
        if length + len(texts[at]) <= MAX_CHARS:
            chosen.add(at)
            length += len(texts[at])
    chosen |= {at - 1 for at in chosen if at and pieces[at].listed and _announces(texts[at - 1])}
    alone = {at for at in chosen if _BACK.match(texts[at]) and at - 1 not in chosen}
    chosen = chosen - alone or chosen
    kept = {at for at in chosen if at + 1 in chosen or not _announces(texts[at])}
    return sorted(kept | {lead for at in kept if (lead := _lead_of(at, texts, pieces)) is not None})


def _lead_of(at: int, texts: Sequence[str], pieces: Sequence[_Piece]) -> int | None:
    """The sentence that announces a case that says nothing alone (`已经全额退款的订单` under `差价不退：`)."""
    if not pieces[at].case or "：" in texts[at] or ":" in texts[at]:
        return None
    before = next((earlier for earlier in range(at - 1, -1, -1) if not pieces[earlier].case), None)
    return before if before is not None and _announces(texts[before]) else None


def _belongs(texts: Sequence[str], pieces: Sequence[_Piece], best: int, neighbor: int) -> bool:
    """A list belongs to the sentence that announces it; what follows from it and an exception, to what they follow."""
    if pieces[best].case:
        return neighbor < best and _announces(texts[neighbor])
    if pieces[neighbor].case:
        return False
    if pieces[neighbor].listed:
        return _announces(texts[best])
    if pieces[best].listed and neighbor > best:
        return bool(_THEN.match(texts[neighbor].lstrip()))
    if pieces[best].listed:
        return _announces(texts[neighbor])
    return neighbor > best and bool(_EXCEPTION.search(texts[neighbor]))
