"""Parts, lanes and style put together: ranked drafts that cover every part in the order asked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from assist.demand import Figure, Thing
from assist.draft import style
from assist.draft.announced import announced_candidate
from assist.draft.answered import is_answered
from assist.draft.claims import claim_candidate
from assist.draft.comparison import COMPARE, compares, comparison_candidate
from assist.draft.demands import doubted, unmet
from assist.draft.dressing import dressed
from assist.draft.evidence import Candidate, Evidence
from assist.draft.extreme_rows import extreme_row_candidate
from assist.draft.fits import fitting_part_candidate
from assist.draft.fitting_rows import fitting_row_candidate
from assist.draft.limits import limit_candidate
from assist.draft.meant import pairs
from assist.draft.offers import gift_candidate, offers_candidate
from assist.draft.orders import scheduled_candidate, with_order
from assist.draft.other_times import of_its_time, without_newer_answers
from assist.draft.pages import OF_PAGES, page_candidates, standing
from assist.draft.past import past_candidates
from assist.draft.payable import cut_candidate
from assist.draft.products import (
    alternatives_candidate,
    summary_candidate,
    which_product,
)
from assist.draft.promotions import schedule_candidate
from assist.draft.sizes import for_other_bodies, size_candidates
from assist.draft.skus import sku_candidates
from assist.draft.sums import sum_candidate
from assist.draft.table_rows import cell_candidate
from assist.expressions import expression
from assist.messages import Behaviour, Part
from assist.results import Ask, Draft, PartVerdict, Statement

MIN_SCORE = 0.3
"""Below this what is found beside a looked-up answer is not worth showing."""
SURE_REFUSAL = 0.5
"""An intent to be refused counts from this score on."""
SURE_OF_GOODS = 0.55
"""From this one on where everyday words name a property of the goods."""
SURE_TO_ASK = 0.5
"""What an intent makes the answer depend on (photos, the order, the destination) is asked for from this score on."""
MIN_WITHOUT_PRODUCT = 0.5
ASIDE_CHARS = 8
BRIEF_CHARS = 120
APART_CHARS = 90
"""Statements longer than this together stand on lines of their own."""
PAST = 0.8
"""An earlier answer stands before today's pages and rules when it fits that much better."""
BESIDE = 0.3
"""What a page says stands back where an order is to be changed or cancelled."""
OWN_TERM = 1.2
"""A page that says how long its goods are mended for the very fault stands before the shop's general terms."""
_FAULTS = ("售后/质量", "售后/维修", "售前/售后咨询/质保")
_TERM = expression(r"\d+\s*(?:天|个?月|年)[^，。；]{0,6}(?:免费|保修|质保|包换|包修|换新|修)")
_CHANGES = ("售中/订单/改", "售中/订单/取消")
_RETURNS = ("售后/退换", "售后/退款")
_RETURNED = expression("退|换(?!算)|赔|售后|无理由")
"""What a page says of other things stands back, too, where it is asked what can be returned."""
NEXT_SHARE = 0.5
"""Another way to answer is worth showing from this share of the best one's score on."""
RECOMMEND = "售前/商品/推荐/求选"
_BOTH = expression(
    r"分别|(?:[俩两](?:款|台|双|件|锅|壶|机|种)|[这那][俩两])[^码号]{0,10}(?:哪|谁|区别|不同|一样|更|差|怎么选)"
)
"""Words that ask about two products at once."""
ARRIVAL = "售前/物流/到货时间"
ORDER_NEEDED = ("售中/物流/催",)
"""Intents whose answer depends on the order; without its facts the order number is asked for."""
ORDER_HELPS = ("售中/订单/价格变动", "售后/退款/退款进度", "售中/订单")
"""Intents that a rule answers in general and the order in particular: the number is offered to be looked up."""
PHOTO_NEEDED = ("售后/质量/质量问题", "售后/漏错")
"""Intents that a person can only judge from photos, unless a page answers the question that is put (`能洗么`)."""
_QUESTION = expression(
    r"(?:[吗嘛么不没]|正常吧?)$|怎么|多久|几[天个次]|多少|能不能|会不会|正不正常|是不是|正常[吗么不]|什么"
)
_ABOUT_ORDER = ("applied", "sent_back")
"""What is told of an order: its number is what is missing."""
_REGION = expression("东北|华北|华东|华南|华中|西南|西北|江浙沪|江浙|京津冀|珠三角|港澳台|海外|国外|偏远")
PRICES = "售前/价格/优惠"
PRODUCT_NEEDED = ("售前/商品", "售前/尺码", "售后/质量/使用故障", "售前/库存")
"""Intents that only a product page can answer."""
_OF_PARCEL = expression(
    "快递(?:盒|箱|袋|单|包装)|纸箱|箱子|外箱|外包装|包裹|气泡膜|面单|牌子|品牌|你们?店|这家店"
)
"""What is asked of the parcel, the brand or the shop is the same whatever the product is."""
_SPARE = expression(
    "单(?:独)?(?:[买卖配]|购)|另(?:外)?[买配]|补(?:买|配|一[个只条]|[个只条])|配一?[个只条]|过保|换要|修要"
)
"""The price of a spare part or of a repair is none of the product's own."""
_PRICE = expression(
    r"(?:要|得|是|卖|一个|单个)?(?:多少钱?|几块钱?|什么价格?|怎么卖|价格)(?:一个|一只)?[啊呀呢]?"
)

_OF_TABLES = (limit_candidate, cell_candidate, extreme_row_candidate)
"""Lanes that state one figure or cell of a page, where no SKU or size is told."""


@dataclass(frozen=True, slots=True)
class Composition:
    """What was written.

    Attributes:
        drafts: Best first.
        ask: The one thing that the best draft asks back for, if any.
    """

    drafts: tuple[Draft, ...]
    ask: Ask | None = None


def compose(evidence: Evidence, k: int) -> Composition:
    """Write up to k drafts, best first.

    Args:
        evidence: What may be said.
        k: Drafts wanted, >= 1; fewer come back when there is nothing different to say.

    Returns:
        Drafts with statements, citations and raw scores (as `confidence`, not yet calibrated), and the
        question back. Each draft covers every part; a part without a source is said to be checked.
    """
    choices = _choices(evidence)
    drafts: list[Draft] = []
    for plan in _plans(choices, k):
        draft = _write(plan, evidence)
        if draft is not None and _differs(draft, drafts):
            drafts.append(draft)
    asking = next((found[0] for found in choices if found and found[0].ask), None)
    ask = None if asking is None else Ask(asking.ask, asking.tail or _line(asking), asking.choices)
    return Composition(tuple(drafts[:k]), ask)


def _choices(evidence: Evidence) -> list[list[Candidate]]:
    """Return the ways to answer each part; what a thing costs is not known where it is not known whether it is sold."""
    found: list[list[Candidate]] = []
    for number, part in enumerate(evidence.question.parts):
        before = evidence.question.parts[number - 1] if number else None
        of_it = (
            before is not None
            and not found[-1]
            and _SPARE.search(before.clean)
            and _PRICE.fullmatch(part.clean)
        )
        found.append([] if of_it else candidates(part, number, evidence))
    return found


def candidates(part: Part, number: int, evidence: Evidence) -> list[Candidate]:
    """Return the ways to answer one part that are good enough, best first."""
    if part.behaviour is Behaviour.DECLINE and part.intents and part.intents[0].score >= _sure(part):
        return [_refusal(part, number)]
    if part.told in style.TOLD_LINES and not (part.told in _ABOUT_ORDER and _order_known(evidence)):
        slot = "order_id" if part.told in _ABOUT_ORDER else "wish"
        return [Candidate(number, "ask", (), 0.7, "asked", tail=style.TOLD_LINES[part.told], ask=slot)]
    if part.behaviour is Behaviour.ASK and part.intent is None:
        return [_asking(number, "wish")]
    fitting = fitting_row_candidate(part, number, evidence)
    if fitting is None and for_other_bodies(part, evidence):
        return []
    if _sized_for_nothing(part, evidence):
        return _ask_instead(part, number, evidence)
    special = special_candidates(part, number, evidence)
    special = [fitting, *special] if fitting is not None and not _is_sized(special) else special
    special = [item for item in special if item.lane != "size" or not _lacks_figure(item, part, evidence)]
    if not special and _asks_price(part) and not _known(part, evidence):
        return _ask_instead(part, number, evidence)
    general = page_candidates(part, number, evidence)
    past = past_candidates(part, number, evidence)
    found = [*special, *(with_order(item, part, evidence) for item in general), *past]
    found = without_newer_answers([of_its_time(item, evidence) for item in found], evidence)
    if special or not _is_scoped(part, evidence):
        usable = _likely(found, part, evidence, looked_up=bool(special))
    else:
        usable = _in_order(found, part, evidence) if is_answered(part, general, past, evidence) else []
    if not usable:
        return _ask_instead(part, number, evidence)
    usable = [item for item in usable if item.score >= NEXT_SHARE * usable[0].score]
    return [_with_ask(item, part, evidence) for item in usable]


def _is_sized(special: Sequence[Candidate]) -> bool:
    return any(item.lane in {"size", "promotion"} and not item.ask for item in special)


def _lacks_figure(candidate: Candidate, part: Part, evidence: Evidence) -> bool:
    """Say whether a size table tells another figure than is asked for: how wide it is, not how far it stretches."""
    return candidate.verdict == "answered" and any(
        isinstance(demand, Figure) for demand in unmet(candidate, part, evidence)
    )


def _sure(part: Part) -> float:
    """How sure an intent must be to refuse: surer where the part speaks of a product as its page might."""
    return SURE_OF_GOODS if part.paraphrases and part.products else SURE_REFUSAL


def _refusal(part: Part, number: int) -> Candidate:
    """Among other questions, a wish that must be refused is refused in its place."""
    line = style.DECLINE_LINES.get(part.intent or "", style.DECLINE_DEFAULT)
    return Candidate(number, "decline", (), 0.6, "refused", lead=line)


def _known(part: Part, evidence: Evidence) -> bool:
    return bool(part.products or evidence.question.products)


def _asks_price(part: Part) -> bool:
    """Say whether what goods cost is asked, and nothing else."""
    return (part.intent or "").startswith(PRICES) and [aspect.name for aspect in part.aspects] == ["价格"]


def _is_scoped(part: Part, evidence: Evidence) -> bool:
    """Say whether the product is known, or the question is of a kind that needs none."""
    return _known(part, evidence) or not _needs_product(part)


def _needs_product(part: Part) -> bool:
    """Say whether only a product page answers; what is asked of the parcel, the brand or the shop needs none."""
    return (part.intent or "").startswith(PRODUCT_NEEDED) and not _OF_PARCEL.search(part.clean)


def _sized_for_nothing(part: Part, evidence: Evidence) -> bool:
    """Say whether a size is asked for a body and no product is known: no rule tells a size, and no presenter's does."""
    told = _BODY & evidence.question.slots.keys()
    return part.intent == _SIZE_ADVICE and bool(told) and not _is_scoped(part, evidence)


_SIZE_ADVICE = "售前/尺码/推荐尺码"
_BODY = frozenset({"height_cm", "weight_kg", "foot_cm"})


def _in_order(found: Sequence[Candidate], part: Part, evidence: Evidence) -> list[Candidate]:
    """Order candidates by their standing; one that names what is demanded stands before one that does not."""
    return sorted(found, key=lambda item: -_standing(doubted(item, part, evidence), part))


def _standing(candidate: Candidate, part: Part) -> float:
    intent = part.intent or ""
    beside = candidate.lane in OF_PAGES and (
        intent.startswith(_CHANGES) or (intent.startswith(_RETURNS) and not _tells_of_returns(candidate))
    )
    of_fault = intent.startswith(_FAULTS) and candidate.lane in OF_PAGES and _tells_term(candidate, part)
    share = PAST if candidate.lane == "past_answer" else BESIDE if beside else OWN_TERM if of_fault else 1.0
    return standing(candidate, part) * share


def _tells_term(candidate: Candidate, part: Part) -> bool:
    """Say whether a page tells for how long its own goods are mended or exchanged, by a word of the question."""
    asked = pairs(part.clean)
    return any(_TERM.search(said.text) and asked & pairs(said.text) for said in candidate.statements)


def _tells_of_returns(candidate: Candidate) -> bool:
    return any(_RETURNED.search(said.text) for said in candidate.statements)


def _likely(
    found: Sequence[Candidate], part: Part, evidence: Evidence, *, looked_up: bool
) -> list[Candidate]:
    """Leave out what is unlikely an answer; what was looked up goes first as it is.

    A question about a product that is not known needs a rule that fits very well, or is asked back.
    """
    likely = [doubted(item, part, evidence) for item in found]
    if not looked_up:
        likely.sort(key=lambda item: -_standing(item, part))
    least = MIN_SCORE if _is_scoped(part, evidence) else MIN_WITHOUT_PRODUCT
    return [item for item in likely if item.score >= least or item.verdict == "asked"]


def _ask_instead(part: Part, number: int, evidence: Evidence) -> list[Candidate]:
    """Nothing answers: ask for the product or the wish where that is what is missing."""
    intent = part.intent or ""
    if intent == RECOMMEND:
        return [_asking(number, "budget")]
    of_goods = _needs_product(part) or _asks_price(part)
    if of_goods and not _known(part, evidence) and evidence.question.unknown_product is None:
        return [which_product(part, number, evidence) or _asking(number, "product")]
    if intent.startswith(ORDER_NEEDED) and not _order_known(evidence):
        return [_asking(number, "order_id")]
    if intent.startswith(PHOTO_NEEDED) and not any(isinstance(item, Thing) for item in part.demands):
        return [_asking(number, "photo")]
    return []


def _asking(number: int, slot: str) -> Candidate:
    return Candidate(number, "ask", (), 0.7, "asked", tail=style.ASK_LINES[slot], ask=slot)


def _order_known(evidence: Evidence) -> bool:
    return bool(evidence.message.order) or "order_id" in evidence.question.slots


def special_candidates(part: Part, number: int, evidence: Evidence) -> list[Candidate]:
    """Lanes that answer one kind of question; when one of them speaks it goes first."""
    if part.vague:
        summary = summary_candidate(part, number, evidence)
        return [summary] if summary else []
    first = announced_candidate(part, number, evidence) or scheduled_candidate(part, number, evidence)
    first = first or fitting_part_candidate(part, number, evidence)
    first = first or claim_candidate(part, number, evidence) or sum_candidate(part, number, evidence)
    if first is not None:
        return [first]
    found: list[Candidate | None] = []
    both = bool(_BOTH.search(part.clean))
    if part.intent == COMPARE or len(part.products) >= 2 or both or compares(part):
        found.append(comparison_candidate(part, number, evidence, twin=both))
    if part.intent == RECOMMEND:
        found.append(alternatives_candidate(part, number, evidence))
    found.extend([] if _SPARE.search(part.clean) else sku_candidates(part, number, evidence))
    sized = size_candidates(part, number, evidence)
    found = [*sized, *found] if sized and not sized[0].ask else [*found, *sized]
    if all(item is None or item.ask for item in found):
        found.insert(0, next((said for lane in _OF_TABLES if (said := lane(part, number, evidence))), None))
    found.append(gift_candidate(part, number, evidence))
    if (part.intent or "").startswith(("售前/价格", "售前/商品/尺寸")):
        found.append(schedule_candidate(part, number, evidence))
        found.append(cut_candidate(part, number, evidence))
        found.append(offers_candidate(part, number, evidence))
    return [item for item in found if item is not None]


def _with_ask(candidate: Candidate, part: Part, evidence: Evidence) -> Candidate:
    """Add the question back that the answer depends on: the order, the photos, the destination."""
    intent = part.intent or ""
    if candidate.ask or not part.intents or part.intents[0].score < SURE_TO_ASK:
        return candidate
    if intent.startswith(ORDER_NEEDED) and not _order_known(evidence):
        return _also_ask(candidate, "order_id")
    if intent.startswith(ORDER_HELPS) and not _order_known(evidence) and candidate.lane == "clause":
        return replace(candidate, tail=style.OFFER_ORDER)
    if intent.startswith(PHOTO_NEEDED) and not (candidate.lane in OF_PAGES and _QUESTION.search(part.clean)):
        return _also_ask(candidate, "photo")
    if intent == ARRIVAL and "province" not in evidence.question.slots and not _of_region(candidate, part):
        return replace(_also_ask(candidate, "province"), statements=_brief(candidate.statements))
    return candidate


def _of_region(candidate: Candidate, part: Part) -> bool:
    """Say whether the region that a part names (`寄到东北`) is one that the answer rules on."""
    said = "".join(statement.text for statement in candidate.statements)
    return any(region in said for region in _REGION.findall(part.clean))


def _brief(statements: tuple[Statement, ...]) -> tuple[Statement, ...]:
    """What is short enough to stand before a question back; nothing otherwise."""
    return statements if sum(len(statement.text) for statement in statements) <= BRIEF_CHARS else ()


def _also_ask(candidate: Candidate, slot: str) -> Candidate:
    return replace(candidate, ask=slot, tail=style.ASK_LINES[slot], verdict="asked")


def _plans(choices: Sequence[Sequence[Candidate]], k: int) -> list[list[Candidate | None]]:
    """The best candidate of every part, then the same with one part answered in its next way."""
    first: list[Candidate | None] = []
    for found in choices:
        said = {statement.text for chosen in first if chosen for statement in chosen.statements}
        first.append(next((item for item in found if _new(item, said)), found[0] if found else None))
    plans = [first]
    for depth in range(1, k + 2):
        for number, found in enumerate(choices):
            if depth < len(found):
                plans.append([*first[:number], found[depth], *first[number + 1 :]])
    return plans


def _aside(part: Part) -> bool:
    """A few words that ask for nothing by themselves belong to the question beside them."""
    return part.intent is None and not part.aspects and len(part.clean) <= ASIDE_CHARS


def _new(candidate: Candidate, said: set[str]) -> bool:
    """Two parts of a message are not answered by the same sentences, but for the news that an offer does not run."""
    if any(statement.dated for statement in candidate.statements):
        return True
    return not candidate.statements or not {statement.text for statement in candidate.statements} <= said


def _write(plan: Sequence[Candidate | None], evidence: Evidence) -> Draft | None:
    spoken = [candidate for candidate in plan if candidate is not None]
    if not spoken:
        return None
    lines: list[str] = []
    statements: list[Statement] = []
    verdicts: list[PartVerdict] = []
    for number, candidate in enumerate(plan):
        part = evidence.question.parts[number]
        verdict = candidate.verdict if candidate else "answered" if _aside(part) else "checking"
        verdicts.append(PartVerdict(number, part.text, verdict))
        if candidate is None and _aside(part):
            continue
        if candidate is None:
            lines.append(style.CHECKING_LINE.format(text=part.text.strip()))
            continue
        fresh = _unsaid(candidate, statements)
        statements.extend(fresh.statements)
        lines.append(_line(fresh))
    body = "\n".join(line for line in lines if line)
    score = min(candidate.score for candidate in spoken) * (1.0 if len(spoken) == len(plan) else 0.8)
    return dressed(body, tuple(statements), tuple(verdicts), spoken, score, evidence)


def _unsaid(candidate: Candidate, said: Sequence[Statement]) -> Candidate:
    """Leave out what an earlier part of the message was answered with: nobody says a thing twice in a breath."""
    texts = {statement.text for statement in said}
    fresh = tuple(s for s in candidate.statements if s.text not in texts)
    return candidate if len(fresh) == len(candidate.statements) else replace(candidate, statements=fresh)


def _line(candidate: Candidate) -> str:
    texts = [statement.text for statement in candidate.statements]
    joint = "\n" if any("\n" in text for text in texts) or sum(map(len, texts)) > APART_CHARS else ""
    body = "".join(
        text if at == len(texts) - 1 or text.endswith("；") else text + joint for at, text in enumerate(texts)
    )
    return "".join(
        piece for piece in (candidate.lead, joint if candidate.lead else "", body, candidate.tail) if piece
    )


def _differs(draft: Draft, others: Sequence[Draft]) -> bool:
    """A draft is worth showing when it says something that no earlier one says."""
    mine = {statement.text for statement in draft.statements}
    return (
        all(not mine <= {statement.text for statement in other.statements} for other in others) or not others
    )
