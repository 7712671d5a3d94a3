"""Trade-in subsidies: what an old machine takes off the price of a new one, read from the promotion that runs."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from assist.documents import Document
from assist.draft.evidence import Evidence
from assist.draft.meant import pairs
from assist.draft.rulings import Ruling, promotions_running, rulings
from assist.expressions import expression
from assist.text.normalize import fold

_N = r"(\d+(?:\.\d+)?)"
TRADED_IN = expression(
    r"以旧换新|(?:拿|用|交|带|给|有|寄|把|回收)(?:回|个|台|了|上|一台|一个)?旧|旧[^,，。\s]{0,4}(?:换|抵|折)|换新补贴"
)
_SUBJECT = expression(r"以旧换新|换新|旧机|交旧|旧")
_OFF = expression(rf"(?:立?减|补贴|抵扣?|优惠|补){_N}元")
_NOT = expression(r"不参加|不参与|不支持|不能|补回|折价|退")


@dataclass(frozen=True, slots=True)
class Subsidy:
    """Yuan off for an old machine handed in, and where it is written."""

    off: Decimal
    ruling: Ruling


def subsidy_for(product: Document, evidence: Evidence) -> Subsidy | None:
    """Find the subsidy for a product: of the sentence that names it, else one for all; None: none, or several."""
    found = [item for document in promotions_running(evidence) for item in subsidies(document)]
    own = [item for item in found if _names(item.ruling, product)]
    others = any(_names(item.ruling, other) for item in found for other in evidence.catalog)
    chosen = own or ([] if others else found)
    return chosen[0] if len({item.off for item in chosen}) == 1 else None


def subsidies(document: Document) -> list[Subsidy]:
    """Read the subsidies of a promotion: one amount a sentence."""
    return [
        Subsidy(Decimal(amounts.pop()), ruling)
        for ruling in rulings(document)
        if _SUBJECT.search(f"{ruling.text} {fold(ruling.head)}") and not _NOT.search(ruling.text)
        if len(amounts := set(_OFF.findall(ruling.text))) == 1 and "满" not in ruling.text
    ]


def _names(ruling: Ruling, product: Document) -> bool:
    """By its id; a sentence without any id names it by its goods (吸尘器)."""
    if fold(product.id) in ruling.text:
        return True
    words = () if _ID.search(ruling.text) else pairs(ruling.text)
    return any(word in product.title for word in words)


_ID = expression(r"[a-z]+\d{2,}")
