"""Whether a parcel to a named place goes free: the one rule that holds there, held against the amount if one is named."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from assist.documents import Document
from assist.draft.evidence import Candidate, Evidence
from assist.draft.figures import amount_named, plain, yuan
from assist.draft.freight import is_of, names_place, of_other_carrier, of_return, rules_itself, tariffs
from assist.draft.rulings import Ruling, rules_found, rulings
from assist.draft.speak import closed, speak
from assist.expressions import expression
from assist.memo import Memo
from assist.messages import Part
from assist.results import StatedFact, Statement
from assist.text.normalize import fold

SCORE = 0.92
_ASKED = expression(r"运费|邮费|运废|快递费|首重|续重|包邮|免邮|要钱|加钱|加几块|加多少|另收|收钱")
_FREE = expression(
    r"满(?P<from>\d+(?:\.\d+)?)元?(?:的|以上|及以上|就|即|可|起|,|整单|全部|一律)*(?:包邮|免(?:运|邮)费|免邮)"
)
_ELSE = expression(
    r"(?:不满|不足|未满|不到|低于)(?:\d+(?:\.\d+)?)?元?(?:的|,|每单|每笔|统一|一律|需|要|另)*(?:加收|收取?|付|支付|补)?(?:运费|邮费|快递费)?(?P<fee>\d+(?:\.\d+)?)元"
)
_WHEN_ASKED = expression("几天|多久|什么时候|啥时候|何时|几号|哪天")
"""包邮的话几天到 asks for the time."""
_NOT_REACHED = expression(r"(?:差点|没|不|未)[凑够满到足]|凑不|差.{0,3}到|还差|少了?点")
_REMOTE = expression("(?<!非)偏远|除外|以外|不含")
_PLACES = expression(
    "江浙沪|北京|天津|上海|重庆|河北|山西|内蒙|辽宁|吉林|黑龙江|江苏|浙江|安徽|福建|江西|山东|河南|湖北|湖南|广东|广西|海南|"
    "四川|贵州|云南|西藏|陕西|甘肃|青海|宁夏|新疆|东北|港澳"
)
_LISTED = expression(r"^[^：:。；;]*[：:]")


@dataclass(frozen=True, slots=True)
class Threshold:
    """From which amount a parcel goes free, and what is charged below it.

    Attributes:
        free_from: In yuan.
        fee: In yuan.
        ruling: Where both are written, in one sentence.
    """

    free_from: Decimal
    fee: Decimal
    ruling: Ruling


_THRESHOLDS: Memo[Document, tuple[Threshold, ...]] = Memo(2_048)


def freight_free_candidate(part: Part, number: int, evidence: Evidence) -> Candidate | None:
    """Say from which amount a parcel to the named place goes free, or what it costs.

    None where no place is named, a page speaks of its own freight, or not just one rule holds there.
    """
    place = evidence.question.slots.get("province")
    text = part.clean
    if (
        place is None
        or not _ASKED.search(text)
        or of_return(text)
        or of_other_carrier(text)
        or _WHEN_ASKED.search(text)
    ):
        return None
    if any(rules_itself(page) for page in evidence.products.values()):
        return None
    province, to = str(place.value), place.text or str(place.value)
    for document in rules_found(number, evidence):
        named = [ruling for ruling in rulings(document) if _speaks(ruling) and names_place(ruling, province)]
        held = [item for item in thresholds(document) if not named or item.ruling in named]
        general = [item for item in held if named or not _names_any(item.ruling)]
        if len(general) == 1 and len(named) <= 1:
            return _by_threshold(general[0], to, number, evidence)
        fares = [tariff.ruling for tariff in tariffs(document) if tariff.ruling in named]
        if len(fares) == 1 and len(named) == 1:
            return _said(fares[0], to, number, evidence)
        if named or held:
            return None
    return None


def thresholds(document: Document) -> tuple[Threshold, ...]:
    """Read the sentences of a document that say both from where a parcel goes free and what it costs below."""
    known = _THRESHOLDS.get(document)
    return _THRESHOLDS.put(document, tuple(_read(rulings(document)))) if known is None else known


def _read(written: Iterable[Ruling]) -> Iterable[Threshold]:
    for ruling in written:
        free, below = _FREE.search(ruling.text), _ELSE.search(ruling.text)
        if free is not None and below is not None and not of_other_carrier(ruling.text + ruling.head):
            yield Threshold(Decimal(free["from"]), Decimal(below["fee"]), ruling)


def _speaks(ruling: Ruling) -> bool:
    """Say whether a sentence rules on what sending costs."""
    return bool(re.search("元", ruling.text)) and bool(
        re.search("运费|包邮|免邮|邮费|首重|收|加", ruling.text)
    )


def _names_any(ruling: Ruling) -> bool:
    """Say whether a sentence, or what stands over it, is for some places only."""
    over = ruling.text + fold(ruling.head)
    return bool(_REMOTE.search(over)) or bool(_PLACES.search(over))


def _by_threshold(rule: Threshold, to: str, number: int, evidence: Evidence) -> Candidate:
    asked = evidence.question.parts[number].clean
    amount = amount_named(asked) or amount_named(fold(evidence.message.text))
    if amount is None or _NOT_REACHED.search(asked):
        return _said(rule.ruling, to, number, evidence)
    paid, limit, fee = plain(amount.value), plain(rule.free_from), yuan(rule.fee)
    if amount.value >= rule.free_from:
        text = f"寄{to}：实付满{limit}元包邮，{paid}元够了，不收运费"
        sums: tuple[str, ...] = ()
        due = "0"
    else:
        short = yuan(rule.free_from - amount.value)
        text = f"寄{to}：实付满{limit}元包邮，{paid}元还差{short}元，运费{fee}元"
        sums, due = (f"{limit}-{paid}={short}",), fee
    fact = StatedFact("运费", due, "元", origin="computed", document_id=rule.ruling.document.id)
    shown = (amount.text, f"{paid}元", *sums)
    first = Statement(closed(text), (rule.ruling.cited(),), (fact,), number, shown)
    return Candidate(number, "freight", (first, *_of_goods(rule.ruling, number, evidence)), SCORE)


def _said(ruling: Ruling, to: str, number: int, evidence: Evidence) -> Candidate:
    """Say the rule in its own words; the place takes the room of the list that it stands in."""
    words = speak(ruling.span.of(ruling.document.text), ruling.document)
    first = Statement(closed(f"寄{to}：{_LISTED.sub('', words, count=1)}"), (ruling.cited(),), (), number)
    return Candidate(number, "freight", (first, *_of_goods(ruling, number, evidence)), SCORE)


def _of_goods(ruling: Ruling, number: int, evidence: Evidence) -> Sequence[Statement]:
    """What the same clause says of the very goods that are open."""
    pages = tuple(evidence.products.values())
    others = (
        other for other in rulings(ruling.document) if other.section == ruling.section and other != ruling
    )
    return [
        Statement(
            closed(speak(other.span.of(other.document.text), other.document)), (other.cited(),), (), number
        )
        for other in others
        if any(is_of(other, page) for page in pages)
    ]
