"""Page lane: facts, sentences, steps and answered questions of the product in scope."""

from __future__ import annotations

import re
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from weakref import WeakKeyDictionary

import numpy as np

from assist.arrays import FloatVector
from assist.documents import Document, Fact, Kind
from assist.draft.bundles import MAX_SENTENCES, bundle
from assist.draft.clauses import clause_statements
from assist.draft.codes import asked_codes, is_of_other_codes
from assist.draft.days import rules_on
from assist.draft.evidence import Candidate, Evidence, Scorer, cite, within
from assist.draft.goods import of_other_goods
from assist.draft.order_facts import facts_of
from assist.draft.orders import focus_of
from assist.draft.skus import named_words, row_holds
from assist.draft.speak import clean_key, closed, say_fact, speak
from assist.draft.table_rows import of_other_rows
from assist.draft.traits import Led, clause_traits, lacks_aspect, led_by, page_traits
from assist.draft.units import (
    Unit,
    answer_units,
    clause_units,
    figured_heads,
    is_sku_row,
    product_units,
    row_words,
    sentences_of,
)
from assist.expressions import expression
from assist.memo import KeyedMemo, Memo
from assist.messages import Part
from assist.results import Hit, StatedFact, Statement
from assist.text.normalize import fold

NEXT_CLAUSE_SHARE, TOGETHER_CHARS = 0.85, 220
"""A second clause joins the first from this share on, up to this length together."""
PAGE_LEAD = 1.2
"""On what a page may set for its product, the page stays first up to this many times its score."""
OF_ITS_TIME_SHARE = 0.15
OF_THE_PLACE = 1.15
"""What a rule on sending gains by naming the province in question."""
_SENDING = ("售前/物流",)
_PAGE_WINS = ("售前/售后咨询/质保", "售前/物流/包邮", "售前/物流/发货时间", "售前/商品/生产日期")
_WARRANTY = "售前/售后咨询/质保"
PAGE_RULES = 2.0
"""Where a page itself rules on it, its word stands before the shop's general rule up to this many times its score."""
_RULED: Mapping[str, re.Pattern[str]] = {
    "售前/售后咨询/质保": expression(
        r"(?:质保|保修|三包).{0,8}[\d一二三两半]|终身(?:质保|保修|维修)|\d+\s*(?:天|个?月|年)[^。；]{0,10}(?:修|换新|更换)"
    ),
    "售前/物流/包邮": expression(r"包邮|[运邮]费"),
    "售前/物流/发货时间": expression(r"\d.{0,8}(?:发货|发出|寄出|发完)|(?:发货|发出|寄出).{0,8}\d"),
}
CODE = 0.1
"""What an item number keeps of its score where it is not what is asked for."""
UNOPENED = 0.4
"""What the shelf life keeps of its score where it is asked how long an opened pack keeps."""
_OPENED = "开封后"
_SHELF_LIFE = expression(r"^(?:保质期|有效期|限用日期|最佳食用)")
_CODES = expression(r"货号|商品ID|款号|条码|^(?:产品)?型号$")
_CODE_ASKED = expression(r"货号|型号|款号|编号|条码|id|几号")
OF_PAGES = ("fact", "page", "steps")
_WHICH = expression(r"哪[个款种件双台口把套床]")
FITS = ("topic",)
"""Signals that go on with a candidate: they tell whether it answers at all, not only better than the others."""
LACKING = 0.5
"""A page that nowhere speaks of what is asked about answers this much less likely."""
BARE = 0.7
"""What a parameter keeps of its score where the page has steps and it is asked how to go about it."""
_FAULT = "售后/质量/使用故障"
"""Nor does a parameter tell what to do about a fault."""
_MANNER_ASKED = expression(
    r"怎么(?:搞|弄|连|配|操作|设置?|调|装|拆|安|接|换|进(?!货)|退出|切换?|打开|关)|(?:搜|连|配|装|找|接)不(?:到|上|好|成)|不会(?:弄|连|装|用|搞)"
)
FORMER = 0.4
"""A price of before the offer answers this much less likely, unless it is asked for."""
_FORMER_ASKED = expression("原价|吊牌|专柜|划线|参考价|市场价|原来|之前|以前|打折前|活动前")
ECHO_LIKENESS = 0.5
"""Earlier questions at least this like the part lend their answers as hints."""
_CASES = ("售后/漏错", "售后/质量/质量问题")
_WITHOUT_SKUS: Memo[Document, tuple[Unit, ...]] = Memo(2_048)
_SUPPORTED: Memo[Document, dict[str, tuple[Fact, ...]]] = Memo(2_048)
_ECHOES: Memo[Part, tuple[Sequence[Hit], list[tuple[str, float]]]] = Memo(64)
_LEADS = {"law": "按法律规定：", "platform": "按平台规则："}


@dataclass(frozen=True, slots=True, eq=False)
class Ranked:
    """Units of a part with their columns and the probability that each answers it.

    Attributes:
        units: n units.
        columns: Signals and traits by name, each float32, shape (n,).
        scores: float32, shape (n,).
    """

    units: tuple[Unit, ...]
    columns: Mapping[str, FloatVector]
    scores: FloatVector

    def measured(self, at: int) -> dict[str, float]:
        """Return every column of one unit."""
        return {name: float(column[at]) for name, column in self.columns.items()}


_RANKED: WeakKeyDictionary[Scorer, KeyedMemo[Hashable, Ranked]] = WeakKeyDictionary()
"""The same is asked of the same page and the same rules again and again; by who measured it, with whom it goes."""
_RANKED_KEPT = 512


def page_candidates(part: Part, number: int, evidence: Evidence) -> list[Candidate]:
    """Answer a part from product pages and clauses, best first.

    The page wins over the shop's rule on a specific value (freight, warranty, shipping time); a clause that
    scores clearly higher stays first.
    """
    found: list[Candidate] = []
    for product in _products(part, evidence):
        found.extend(_from_page(part, number, product, evidence))
    found.extend(_from_clauses(part, number, evidence))
    found.sort(key=lambda item: -standing(item, part))
    if found and found[0].lane in OF_PAGES and _rules(found[0], part):
        # The shop's general rule on the same matter does not hold for this product.
        found = [item for item in found if item.lane in OF_PAGES or not _rules(item, part)]
    return found


def clause_candidates(part: Part, number: int, evidence: Evidence) -> list[Candidate]:
    """Answer a part from clauses alone, best first."""
    return sorted(_from_clauses(part, number, evidence), key=lambda item: -item.score)


def standing(candidate: Candidate, part: Part) -> float:
    """Return what a candidate is ordered by: its score, raised for the page on what a page sets itself.

    Product page before shop rule before platform rule: what the page says of its own freight, warranty and shipping
    stands, even where a general clause fits the words better.
    """
    if candidate.lane not in OF_PAGES or not (part.intent or "").startswith(_PAGE_WINS):
        return candidate.score
    if _rules(candidate, part):
        return candidate.score * PAGE_RULES
    return candidate.score * (1.0 if (part.intent or "").startswith(_WARRANTY) else PAGE_LEAD)


def _rules(candidate: Candidate, part: Part) -> bool:
    """Say whether a candidate rules on the freight, the warranty or the time of shipping that is asked about."""
    ruled = [pattern for start, pattern in _RULED.items() if (part.intent or "").startswith(start)]
    return any(pattern.search(said.text) for pattern in ruled for said in candidate.statements)


def _products(part: Part, evidence: Evidence) -> list[Document]:
    names = part.products or evidence.question.products
    return [evidence.products[name] for name in names if name in evidence.products][:2]


def ranked_page(part: Part, number: int, product: Document, evidence: Evidence) -> Ranked | None:
    """Rank every unit of a product page; rows beside the one that is asked about are left out, as are those of other SKUs.

    While none is named, no row of the SKU table is said at all: it is true of one SKU alone.
    """
    named, echoed = named_words(part, evidence), echoes(part, number, evidence)
    units = _speaking(product, named)
    others = of_other_rows(units, product, part.clean)
    units = tuple(unit for at, unit in enumerate(units) if at not in others) if others else units
    codes = asked_codes(part)
    units = tuple(unit for unit in units if not is_of_other_codes(unit.text, codes)) if codes else units
    if not units:
        return None
    # What is kept holds the units and so the page: while it is kept, no other one has its id.
    kept, key = _kept(evidence), (*_asked(part), id(product), named, tuple(echoed))
    return kept.get(key) or kept.put(key, _ranked_page(part, units, evidence, echoed))


def _kept(evidence: Evidence) -> KeyedMemo[Hashable, Ranked]:
    kept = _RANKED.get(evidence.scorer)
    return _RANKED.setdefault(evidence.scorer, KeyedMemo(_RANKED_KEPT)) if kept is None else kept


def _asked(part: Part) -> tuple[Hashable, ...]:
    """All of a part that its signals and traits depend on."""
    return part.clean, part.intents, part.aspects, part.paraphrases


def _ranked_page(
    part: Part,
    units: tuple[Unit, ...],
    evidence: Evidence,
    echoed: Sequence[tuple[str, float]],
) -> Ranked:
    signals = evidence.scorer.signals(
        part,
        [u.text for u in units],
        [u.head for u in units],
        pieces=[u.text.split("\n") if u.kind == "steps" else () for u in units],
        echoes=echoed,
    )
    columns = {**signals, **page_traits(units, part, evidence)}
    scores = evidence.scorer.rank(columns)
    if any(aspect.name == _OPENED for aspect in part.aspects):
        scores = scores * np.array([UNOPENED if _is_shelf_life(unit) else 1.0 for unit in units], np.float32)
    if not _CODE_ASKED.search(part.clean):
        scores = scores * np.array([CODE if _is_code(unit) else 1.0 for unit in units], np.float32)
    broken = (part.intent or "").startswith(_FAULT)
    if broken or (_MANNER_ASKED.search(part.clean) and any(unit.kind == "steps" for unit in units)):
        scores = scores * np.array([BARE if unit.kind == "fact" else 1.0 for unit in units], np.float32)
    return Ranked(units, columns, scores * LACKING if lacks_aspect(columns, part) else scores)


def _is_shelf_life(unit: Unit) -> bool:
    return unit.fact is not None and bool(_SHELF_LIFE.search(unit.fact.key))


def _is_code(unit: Unit) -> bool:
    """An item number holds the words of whoever names the product by it, and answers nothing else."""
    return unit.fact is not None and bool(_CODES.search(unit.fact.key))


def _speaking(product: Document, named: Sequence[str]) -> tuple[Unit, ...]:
    """Return the units of a page that may speak while these words name a SKU, or none does."""
    if named:
        rows = (unit for unit in product_units(product) if unit.kind != "row" or row_holds(unit.quote, named))
        return tuple(rows)
    known = _WITHOUT_SKUS.get(product)
    if known is None:
        known = _WITHOUT_SKUS.put(product, tuple(u for u in product_units(product) if not is_sku_row(u)))
    return known


def ranked_clauses(part: Part, number: int, evidence: Evidence) -> Ranked | None:
    """Rank the clauses that were found for a part."""
    found = evidence.hits[number] if number < len(evidence.hits) else ()
    hits = [hit for hit in found if hit.document.kind in {Kind.POLICY, Kind.PROMOTION}]
    hits = [hit for hit in hits if not of_other_goods(part.clean, hit.chunk.text)]
    units = clause_units(hits)
    if not units:
        return None
    echoed, led = echoes(part, number, evidence), led_by(part, evidence)
    lanes = tuple((hit.lanes.get("dense"), hit.lanes.get("sparse")) for hit in hits)
    # What is kept holds the units: while it is kept, no others have their ids.
    kept, key = _kept(evidence), (*_asked(part), tuple(map(id, units)), lanes, led, tuple(echoed))
    return kept.get(key) or kept.put(key, _ranked_clauses(part, units, hits, evidence, led, echoed))


def _ranked_clauses(
    part: Part,
    units: tuple[Unit, ...],
    hits: Sequence[Hit],
    evidence: Evidence,
    led: Led,
    echoed: Sequence[tuple[str, float]],
) -> Ranked:
    signals = evidence.scorer.signals(
        part,
        [u.text for u in units],
        [u.head for u in units],
        pieces=[sentences_of(unit.text) for unit in units],
        topics=[" ".join(u.document.keys) for u in units],
        echoes=echoed,
    )
    columns = {**signals, **clause_traits(units, hits, part, led)}
    return Ranked(units, columns, evidence.scorer.rank(columns))


def _from_page(part: Part, number: int, product: Document, evidence: Evidence) -> list[Candidate]:
    ranked = ranked_page(part, number, product, evidence)
    if ranked is None:
        return []
    units, scores = ranked.units, ranked.scores
    order = [int(at) for at in np.argsort(-scores, kind="stable")[:6]]
    chosen = _with_each_aspect(bundle(units, scores, order, part), units, scores, part)
    subject = _subject(product, part, evidence)
    statements = _say_units([units[at] for at in chosen], product, number, subject, part)
    best = within(float(scores[order[0]]))
    head = Candidate(
        number,
        _lane(units[order[0]]),
        statements,
        best,
        signals=_fit(ranked, order[0]),
        columns=ranked.measured(order[0]),
    )
    rest = [at for at in order if at not in chosen][:2]
    other = [
        Candidate(
            number,
            _lane(units[at]),
            _say_units([units[at]], product, number, subject, part),
            within(float(scores[at])),
            signals=_fit(ranked, at),
        )
        for at in rest
    ]
    return [head, *other]


def _fit(ranked: Ranked, at: int) -> dict[str, float]:
    # Rounded, because the last digits of a matrix product depend on how many rows it had.
    return {name: round(float(ranked.columns[name][at]), 3) for name in FITS if name in ranked.columns}


def _with_each_aspect(
    chosen: Sequence[int], units: Sequence[Unit], scores: np.ndarray, part: Part
) -> list[int]:
    """Add the fact of every property that is asked about (壶多沉 线够长不) and not yet said."""
    told = list(chosen)
    for aspect in part.aspects[:MAX_SENTENCES] if len(part.aspects) > 1 else ():
        said = " ".join(f"{units[at].head} {units[at].text}" for at in told)
        if any(key in said for key in aspect.keys):
            continue
        facts = [
            at
            for at, unit in enumerate(units)
            if unit.fact is not None and any(key in clean_key(unit.fact.key) for key in aspect.keys[:3])
        ]
        if facts:
            told.append(max(facts, key=lambda at: (float(scores[at]), -at)))
    return sorted(told, key=lambda at: units[at].span.start)


def _lane(unit: Unit) -> str:
    return {"fact": "fact", "qa": "page", "steps": "steps"}.get(unit.kind, "page")


def best_statement(
    part: Part, number: int, product: Document, evidence: Evidence, *, least: float
) -> Statement | None:
    """Say what answers a part best of one page, under the product's own name; None: nothing is that likely."""
    ranked = ranked_page(part, number, product, evidence)
    if ranked is None or float(ranked.scores.max()) < least:
        return None
    unit = ranked.units[int(ranked.scores.argmax())]
    return _say_unit(unit, product, number, product.id, part)


def _say_units(
    units: Sequence[Unit], product: Document, number: int, subject: str, part: Part
) -> tuple[Statement, ...]:
    return tuple(_say_unit(unit, product, number, subject, part) for unit in units)


def _say_unit(unit: Unit, product: Document, number: int, subject: str, part: Part) -> Statement:
    if unit.fact is not None:
        return fact_statement(unit.fact, product, number, subject)
    if unit.kind == "row":
        place = cite(product, unit.span, unit.section)
        return Statement(closed(row_words(unit, asked=part.clean)), (place,), (), number, figured_heads(unit))
    text = closed(speak(unit.quote, product))
    facts = supporting_facts(product, unit.quote)
    places = [cite(product, unit.span, unit.section), *(cite(product, f.span, f.section) for f in facts)]
    return Statement(text, tuple(places), tuple(StatedFact.of(fact, product.id) for fact in facts), number)


def fact_statement(fact: Fact, product: Document, number: int, subject: str = "这款") -> Statement:
    """State one fact with its place."""
    place = cite(product, fact.span, fact.section)
    return Statement(say_fact(fact, subject), (place,), (StatedFact.of(fact, product.id),), number)


def supporting_facts(product: Document, quote: str) -> list[Fact]:
    """Return the page's facts whose key and value both occur in a sentence: they confirm it."""
    known = _SUPPORTED.get(product)
    if known is None:
        known = _SUPPORTED.put(product, {})
    found = known.get(quote)
    return list(known.setdefault(quote, _supporting(product, quote)) if found is None else found)


def _supporting(product: Document, quote: str) -> tuple[Fact, ...]:
    folded = fold(quote)
    facts = (
        fact
        for fact in product.facts
        if fact.sku is None and fold(clean_key(fact.key)) in folded and fold(fact.value) in folded
    )
    return tuple(islice(facts, 2))


def _subject(product: Document, part: Part, evidence: Evidence) -> str:
    """`这款` is what the shopper looks at; another one, one of several, or the one that is asked for (哪款), is named."""
    opened = evidence.message.product
    if opened is None and _WHICH.search(part.clean):
        return product.id
    return "这款" if len(evidence.question.products) < 2 and opened in {None, product.id} else product.id


def _from_clauses(part: Part, number: int, evidence: Evidence) -> list[Candidate]:
    ranked = ranked_clauses(part, number, evidence)
    if ranked is None:
        return []
    units = ranked.units
    scores = _of_the_place(units, _of_its_time(units, ranked.scores, evidence), part, evidence)
    focus = (*focus_words(evidence), *focus_of(part, evidence))
    order = [int(at) for at in np.argsort(-scores, kind="stable")[:3]]
    said = {at: clause_statements(units[at], part, number, evidence, focus=focus) for at in order}
    found = [
        Candidate(
            number,
            "clause",
            said[at],
            within(float(scores[at])),
            lead=_LEADS.get(str(units[at].document.level), ""),
            signals=_fit(ranked, at),
            columns=ranked.measured(at) if at == order[0] else {},
        )
        for at in order
        if said[at]
    ]
    case = (part.intent or "").startswith(_CASES)
    return [_completed(found[0], units, scores, order, said, case=case), *found[1:]] if found else []


def _of_the_place(units: Sequence[Unit], scores: FloatVector, part: Part, evidence: Evidence) -> FloatVector:
    """Raise rules on sending that name the province in question above those for everywhere else."""
    place = evidence.question.slots.get("province")
    if place is None or not (part.intent or "").startswith(_SENDING):
        return scores
    names = {str(place.value), place.text}
    raised = [OF_THE_PLACE if any(name in unit.text for name in names if name) else 1.0 for unit in units]
    return np.asarray(np.minimum(scores * np.array(raised, np.float32), 1.0), dtype=np.float32)


def _of_its_time(units: Sequence[Unit], scores: FloatVector, evidence: Evidence) -> FloatVector:
    """Raise the clause for orders paid in a span of days above the others of its document for such an order.

    The clause that it names and stands in for (`其他条件和第1条相同`) falls to nothing.
    """
    paid = facts_of(evidence).paid_at
    best = int(np.argmax(scores))
    if paid is None:
        return scores
    mates = [at for at, unit in enumerate(units) if unit.document.id == units[best].document.id]
    special = max(
        (at for at in mates if rules_on(units[at].text, paid)), key=lambda at: float(scores[at]), default=None
    )
    if special is None or scores[special] < OF_ITS_TIME_SHARE * scores[best]:
        return scores
    raised: FloatVector = np.array(scores, dtype=np.float32)
    raised[special] = scores[best]
    for at in mates:
        if at != special:
            named = f"第{units[at].section}条" in units[special].text
            raised[at] = 0.0 if named else min(scores[at], np.nextafter(scores[best], np.float32(0.0)))
    return raised


def _completed(
    first: Candidate,
    units: Sequence[Unit],
    scores: np.ndarray,
    order: Sequence[int],
    said: Mapping[int, tuple[Statement, ...]],
    *,
    case: bool,
) -> Candidate:
    """Add the next clause of the same document when it fits nearly as well and both stay short together.

    What went wrong with a parcel or a product is one case or another: the next clause is of another case.
    """
    if case:
        return first
    length = sum(len(statement.text) for statement in first.statements)
    for at in order[1:3]:
        near = float(scores[at]) >= NEXT_CLAUSE_SHARE * float(scores[order[0]])
        same = units[at].document.id == units[order[0]].document.id
        more = said[at]
        if near and same and more and length + sum(len(item.text) for item in more) <= TOGETHER_CHARS:
            return replace(first, statements=(*first.statements, *more))
    return first


def echoes(part: Part, number: int, evidence: Evidence) -> list[tuple[str, float]]:
    """Earlier answers to like questions: hints where to look, never quoted from here."""
    hits = evidence.hits[number] if number < len(evidence.hits) else ()
    known = _ECHOES.get(part)
    if known is None or known[0] is not hits:
        known = _ECHOES.put(part, (hits, _echoes(part, hits, evidence)))
    return known[1]


def _echoes(part: Part, hits: Sequence[Hit], evidence: Evidence) -> list[tuple[str, float]]:
    units = answer_units(hits)
    likeness = evidence.scorer.similarity(part.clean, [unit.head for unit in units])
    found = [(unit.text, float(like)) for unit, like in zip(units, likeness, strict=True)]
    return sorted((pair for pair in found if pair[1] >= ECHO_LIKENESS), key=lambda pair: -pair[1])[:3]


def focus_words(evidence: Evidence) -> tuple[str, ...]:
    """Words of the slots that pick a branch of a clause."""
    names = ("province", "reason", "payment", "size", "carrier")
    values = [str(evidence.question.slots[name].value) for name in names if name in evidence.question.slots]
    kinds = [category for product in evidence.products.values() for category in product.categories]
    return tuple(dict.fromkeys([*values, *kinds]))
