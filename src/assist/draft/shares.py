"""Refund lane: what one of several items bought together gives back, where the rule shares the reductions out by price."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

from assist.draft.evidence import Candidate, Evidence
from assist.draft.figures import yuan
from assist.draft.rulings import Ruling, promotions_running, rules_found, rulings
from assist.draft.speak import closed
from assist.expressions import expression
from assist.messages import Part
from assist.results import StatedFact, Statement
from assist.text.normalize import fold

SCORE = 0.92
CENT = Decimal("0.01")
_N = r"(\d+(?:\.\d+)?)"
_ITEMS = expression(
    rf"(?<![\d.减]){_N}(?:元|块)?(?:的|那件|一件)?(?:\s*[和跟+、与,]\s*{_N}(?:元|块)?(?:的|那件|一件)?)+"
)
_EACH = expression(_N)
_OFF = expression(rf"(?:满减|优惠|减|便宜|抵|券)(?:了|掉|去)?{_N}(?:元|块)?(?!-)")
_BACK = expression(rf"退(?:掉|了|货)?(?:那个|那件|其中)?{_N}(?:元|块)?(?:的|那|这|[件双个条])")
_ASKED = expression(r"退(?:回|我|给我|款)?(?:来)?(?:多少|几|好多)|(?:能|该|会)退多少|多少钱")
_SHARED = expression(r"(?:比例|占比)[^。]{0,12}(?:分摊|摊|退)|(?:分摊|摊)[^。]{0,16}(?:比例|占比)")


def share_candidate(part: Part, number: int, evidence: Evidence) -> Candidate | None:
    """Work out the refund of one item: its price less its share of what came off the whole order."""
    text = fold(part.clean)
    if "退" not in text or not _ASKED.search(text):
        return None
    read = _read(text) or _read(fold(evidence.message.text))
    rule = _rule(number, evidence) if read is not None else None
    if read is None or rule is None:
        return None
    return Candidate(number, "refund", (_worked(*read, rule, number),), SCORE)


def _read(text: str) -> tuple[list[Decimal], Decimal, Decimal] | None:
    """Prices of the items, what came off, and the price of the one that goes back; None: not all of it is said."""
    listed, off, back = _ITEMS.search(text), _OFF.search(text), _BACK.search(text)
    if listed is None or off is None or back is None:
        return None
    prices = [Decimal(found) for found in _EACH.findall(listed.group())]
    taken, returned = Decimal(off[1]), Decimal(back[1])
    fits = returned in prices and 0 < taken < sum(prices)
    return (prices, taken, returned) if fits else None


def _rule(number: int, evidence: Evidence) -> Ruling | None:
    documents = [*rules_found(number, evidence), *promotions_running(evidence)]
    shared = (
        ruling
        for document in documents
        for ruling in rulings(document)
        if _SHARED.search(ruling.text) and ("退" in ruling.text + ruling.head or "优惠" in ruling.text)
    )
    return next(shared, None)


def _worked(prices: list[Decimal], taken: Decimal, returned: Decimal, rule: Ruling, number: int) -> Statement:
    whole = sum(prices, Decimal(0))
    share = (taken * returned / whole).quantize(CENT, ROUND_HALF_UP)
    refund = returned - share
    added = f"{'+'.join(yuan(price) for price in prices)}={yuan(whole)}"
    shared = f"{yuan(taken)}×{yuan(returned)}/{yuan(whole)}={yuan(share)}"
    left = f"{yuan(returned)}-{yuan(share)}={yuan(refund)}"
    text = f"优惠按价格比例分摊到每件：活动价合计{added}元，{yuan(returned)}元那件分摊{shared}元，退{left}元"
    fact = StatedFact("退款", yuan(refund), "元", origin="computed", document_id=rule.document.id)
    return Statement(closed(text), (rule.cited(),), (fact,), number, (added, shared, left))
