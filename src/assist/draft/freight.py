"""Freight lane: a tariff by weight and place, its free-shipping threshold, or a surcharge a piece, worked out."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal

from assist.documents import Document
from assist.draft.evidence import Candidate, Evidence
from assist.draft.figures import Named, amount_named, plain, weight_named, yuan
from assist.draft.meant import pairs
from assist.draft.rulings import Ruling, rules_found, rulings
from assist.draft.speak import closed, speak
from assist.expressions import expression
from assist.memo import Memo
from assist.messages import Part
from assist.results import StatedFact, Statement
from assist.text.normalize import fold
from assist.text.numerals import parse_number

SCORE = 0.92
_NUMBER = r"(\d+(?:\.\d+)?)"
_KG = r"(公斤|千克|kg|斤|克|g)"
_ASKED = expression(r"运费|邮费|快递费|首重|续重|包邮|免邮|[要得该]补|补多少|补好多|补几")
_FIGURE_ASKED = expression(r"多少|几[块元多]|好多|怎么[算收]|咋[算收]|[运邮]费|快递费|要钱|免|补")
_RETURNED = expression(r"退货|寄回|退回|换货|返修|寄修|退换|退款|运费险")
_OTHER_CARRIER = expression(r"顺丰|京东|德邦|ems|邮政|空运|加急|闪送|同城")
_FIRST = (
    expression(rf"首重(?:是|为)?\(?{_NUMBER}?{_KG}\)?(?:以?内)?(?:按|收|是|为|[:=])*{_NUMBER}元"),
    expression(rf"首重(?:运费|费用)?(?:按|收|是|为|[:=])*{_NUMBER}元[/每]?\(?{_NUMBER}?{_KG}"),
    expression(rf"{_NUMBER}?{_KG}(?:以内|之内|内|及以内|起)(?:\([^)]*\))?(?:运费|邮费)?(?:按|收|是|为|[:=])*{_NUMBER}元"),
    expression(rf"首{_NUMBER}?{_KG}(?:按|收|是|为|[:=])*{_NUMBER}元"),
)  # fmt: skip
"""The first weight and its fare, as tariffs are written; the second form gives the fare before the weight."""
_STEP = (
    expression(rf"(?:续重|续|每(?:增加?|多|超过?|续重?|加)|超出?部?分?,?每|之后,?每|以上,?每)(?:每|,)*(?:增加|超过|续重)?{_NUMBER}?{_KG}(?:加收|另加|再加|多收|加|收|按|为|是|[:=])*{_NUMBER}元"),
    expression(rf"(?:续重|每(?:增加?|多|超))(?:运费|费用)?(?:加收|加|收|按|为|是|[:=])*{_NUMBER}元[/每]?\(?{_NUMBER}?{_KG}"),
)  # fmt: skip
_ROUNDED_UP = expression(
    r"(?:不足|不满|不到|未满|未达)[^,;]{0,8}(?:按|算|计)|向上取整|进位|进一|四舍五不入|取整收"
)
_FREE_ALL = expression(
    rf"满{_NUMBER}元?(?:的|以上|及以上|就|即|可|起|,|整单|全部)*(?:包邮|免(?:运|邮)费|免邮)"
)
_FREE_FIRST = expression(rf"满{_NUMBER}元?(?:的|以上|就|即|可|,)*免首重")
_EXCEPT = expression(r"除(?!.{0,12}(?:均|外的?[都均]))|不含|除外|以外|外包邮|不发|不包括")
_PIECE = expression(
    r"每(?P<unit>[台件袋个箱双套瓶盒包只条桶])(?:要|需要?|另外?|额外|须|得|都|单独)*(?:补|加收|加|收|另收)(?:交|收)?(?:运费|邮费|快递费|差价)?(?P<fee>\d+(?:\.\d+)?)元"
)
_SHORT = {"江苏": "江", "浙江": "浙", "上海": "沪", "安徽": "皖"}
_NEAR = expression(r"江浙沪皖?")
_REGIONS = {
    "东北三省": ("辽宁", "吉林", "黑龙江"),
    "东三省": ("辽宁", "吉林", "黑龙江"),
}
_REMOTE = expression(r"(?<!非)偏远(?:地区|省份)?")
_REMOTE_IS = expression(r"偏远(?:地区|省份)(?:是|指|为|包括|包含|有|:|\()")


@dataclass(frozen=True, slots=True)
class Tariff:
    """A fare by weight: the first kilograms, then a fare for every further step, begun steps counted whole.

    Attributes:
        first_kg: Weight that the first fare covers.
        first_yuan: That fare.
        step_kg: Weight of one further step.
        step_yuan: Fare of one.
        rounds_up: Whether the rule says that a step begun is a step.
        free_from: Amount from which the fare (`frees_all`), or its first part, is not charged; None: none.
        frees_all: What is free from that amount on.
        ruling: Where it is written.
    """

    first_kg: Decimal
    first_yuan: Decimal
    step_kg: Decimal
    step_yuan: Decimal
    rounds_up: bool
    free_from: Decimal | None
    frees_all: bool
    ruling: Ruling

    def steps(self, kg: Decimal) -> int | None:
        """Count the further steps of a weight; None: the rule does not say what a begun step costs."""
        exact = max(Decimal(0), kg - self.first_kg) / self.step_kg
        whole = exact.to_integral_value(ROUND_CEILING)
        return int(whole) if self.rounds_up or whole == exact else None


_TARIFFS: Memo[Document, tuple[Tariff, ...]] = Memo(2_048)


def freight_candidate(part: Part, number: int, evidence: Evidence) -> Candidate | None:
    """Work out what a parcel costs to send, where place and weight, or place and count, are known."""
    place = evidence.question.slots.get("province")
    if place is None or not _asks(part, evidence) or of_other_carrier(part.clean):
        return None
    province = str(place.value)
    pages = tuple(evidence.products.values())
    by_piece = _by_piece(province, pages, number, evidence)
    if by_piece is not None:
        return by_piece
    weight = weight_named(part.clean) or weight_named(fold(evidence.message.text))
    if weight is None or any(rules_itself(page) for page in pages):
        return None
    found = [tariff for item in rules_found(number, evidence) for tariff in tariffs(item)]
    held = [tariff for tariff in found if names_place(tariff.ruling, province)]
    return None if len(held) != 1 else _by_weight(held[0], weight, place.text or province, number, evidence)


def of_return(text: str) -> bool:
    """Say whether a folded text is about sending something back."""
    return _RETURNED.search(text) is not None


def of_other_carrier(text: str) -> bool:
    """Say whether a folded text names a carrier, whose fares are its own."""
    return _OTHER_CARRIER.search(text) is not None


def _asks(part: Part, evidence: Evidence) -> bool:
    """Say whether a part asks what sending costs: by its own words, or as it goes on asking about that."""
    text = part.clean
    if of_return(text):
        return False
    if _ASKED.search(text):
        return bool(_FIGURE_ASKED.search(text))
    before = " ".join(turn.text for turn in evidence.message.history[-2:])
    follows = bool(before) and _ASKED.search(fold(before)) is not None and not of_return(fold(before))
    return follows and weight_named(text) is not None and _FIGURE_ASKED.search(text) is not None


def tariffs(document: Document) -> tuple[Tariff, ...]:
    """Read the fares by weight of a document."""
    known = _TARIFFS.get(document)
    return _TARIFFS.put(document, tuple(_read(rulings(document)))) if known is None else known


def _read(written: Iterable[Ruling]) -> Iterator[Tariff]:
    for ruling in written:
        first, step = _first(ruling.text), _step(ruling.text)
        if first is None or step is None or of_other_carrier(ruling.text + ruling.head):
            continue
        all_free, first_free = _FREE_ALL.search(ruling.text), _FREE_FIRST.search(ruling.text)
        free = all_free or first_free
        yield Tariff(
            *first, *step, bool(_ROUNDED_UP.search(ruling.text)),
            None if free is None else Decimal(free[1]), all_free is not None, ruling,
        )  # fmt: skip


def _first(text: str) -> tuple[Decimal, Decimal] | None:
    plain_text = _WORDY.sub(_as_digits, text)
    for at, pattern in enumerate(_FIRST):
        found = pattern.search(plain_text)
        if found is not None:
            kg, unit, fare = (found[2], found[3], found[1]) if at == 1 else (found[1], found[2], found[3])
            return _kilograms(kg, unit), Decimal(fare)
    return None


def _step(text: str) -> tuple[Decimal, Decimal] | None:
    plain_text = _WORDY.sub(_as_digits, text)
    for at, pattern in enumerate(_STEP):
        found = pattern.search(plain_text)
        if found is not None:
            kg, unit, fare = (found[2], found[3], found[1]) if at == 1 else (found[1], found[2], found[3])
            weight = _kilograms(kg, unit)
            return (weight, Decimal(fare)) if weight else None
    return None


_WORDY = expression(r"[一二两三四五六七八九十]+(?=公斤|千克|kg|元|块)|块(?:钱)?|\s+")


def _as_digits(found: re.Match[str]) -> str:
    """A fare in one notation: 一公斤 -> 1公斤, 块 -> 元."""
    word = found.group()
    if not word.strip():
        return ""
    if word.startswith("块"):
        return "元"
    value = parse_number(word)
    return word if value is None else plain(Decimal(value))


def _kilograms(figure: str | None, unit: str) -> Decimal:
    scale = {"斤": Decimal("0.5"), "克": Decimal("0.001"), "g": Decimal("0.001")}.get(unit, Decimal(1))
    return Decimal(figure or 1) * scale


def names_place(ruling: Ruling, province: str) -> bool:
    """Say whether a ruling is about a province: by its name, by 江浙沪, or as one of the remote places it defines."""
    for text in (ruling.text, fold(ruling.head)):
        at = text.find(province)
        if at >= 0:
            return not _EXCEPT.search(text[max(0, at - 8) : at + len(province) + 20])
        near = _NEAR.search(text)
        if near is not None and _SHORT.get(province, " ") in near.group():
            return True
        if any(region in text and province in names for region, names in _REGIONS.items()):
            return True
    return bool(_REMOTE.search(ruling.text + fold(ruling.head))) and _is_remote(ruling.document, province)


def _is_remote(document: Document, province: str) -> bool:
    return any(_REMOTE_IS.search(other.text) and province in other.text for other in rulings(document))


def rules_itself(page: Document) -> bool:
    """Say whether a page speaks of its own freight: the shop's tariff may not be the one that holds."""
    return any("包邮" in ruling.text or "运费" in ruling.text for ruling in rulings(page))


def _by_weight(tariff: Tariff, weight: Named, to: str, number: int, evidence: Evidence) -> Candidate | None:
    steps = tariff.steps(weight.value)
    if steps is None:
        return None
    amount = amount_named(evidence.question.parts[number].clean) or amount_named(fold(evidence.message.text))
    free = tariff.free_from is not None and amount is not None and amount.value >= tariff.free_from
    text, sums, fare = _worked(tariff, weight, steps, free=free)
    shown = [weight.text, *sums]
    if amount is not None and tariff.free_from is not None:
        reached = f"{plain(amount.value)}元"
        shown += [amount.text, reached]
        what = "包邮" if tariff.frees_all else "免首重"
        limit = f"{plain(tariff.free_from)}元"
        text = (
            f"实付{reached}满{limit}{what}，{text}"
            if free
            else f"{text}（{reached}不到实付满{limit}，不{what}）"
        )
    fact = StatedFact("运费", yuan(fare), "元", origin="computed", document_id=tariff.ruling.document.id)
    place = tariff.ruling.cited()
    said = [Statement(closed(f"寄{to}：{text}"), (place,), (fact,), number, tuple(shown))]
    if amount is None and tariff.free_from is not None:
        saved = "包邮" if tariff.frees_all else "免首重，续重照收"
        said.append(Statement(f"实付满{plain(tariff.free_from)}元{saved}。", (place,), (), number))
    return Candidate(number, "freight", tuple(said), SCORE)


def _worked(tariff: Tariff, weight: Named, steps: int, *, free: bool) -> tuple[str, list[str], Decimal]:
    """Say the sum: words, what the guard may recompute, and the fare."""
    first, step = yuan(tariff.first_yuan), yuan(tariff.step_yuan)
    further = tariff.step_yuan * steps
    charged = tariff.first_kg + steps * tariff.step_kg
    kg = f"{plain(charged)}公斤"
    typed = f"{plain(weight.value)}公斤"
    counted = f"{typed}按{kg}算，" if weight.value != charged else f"{typed}，"
    shown = [kg, typed, f"{steps}"]
    if free and tariff.frees_all:
        return "不用付运费", [], Decimal(0)
    if free:
        sums = f"{steps}×{step}={yuan(further)}" if steps else "0元"
        text = f"{counted}续重{steps}×{step}元，运费共{yuan(further)}元" if steps else "不用付运费"
        return text, [*shown, sums], further
    if not steps:
        return f"{counted}在首重以内，运费{first}元", shown, tariff.first_yuan
    fare = tariff.first_yuan + further
    text = f"{counted}首重{first}元+续重{steps}×{step}元，运费共{yuan(fare)}元"
    return text, [*shown, f"{first}+{steps}×{step}={yuan(fare)}"], fare


def _by_piece(province: str, pages: Sequence[Document], number: int, evidence: Evidence) -> Candidate | None:
    """A surcharge for every piece that a page, or a rule that names its goods, sets for a place."""
    counted = evidence.question.slots.get("quantity")
    pieces = int(float(counted.value)) if counted is not None else 0
    if pieces < 2:
        return None
    of_pages = [ruling for page in pages for ruling in rulings(page) if province in ruling.text]
    of_rules = [
        ruling
        for document in rules_found(number, evidence)
        for ruling in rulings(document)
        if names_place(ruling, province) and any(is_of(ruling, page) for page in pages)
    ]
    for ruling in (*of_pages, *of_rules):
        found = _PIECE.search(ruling.text)
        if found is not None:
            return _pieces(ruling, found, pieces, number)
    return None


def is_of(ruling: Ruling, page: Document) -> bool:
    """Say whether a ruling names the goods of a page: two characters of its title, or its id."""
    return fold(page.id) in ruling.text or bool(pairs(page.title) & pairs(ruling.text))


def _pieces(ruling: Ruling, found: re.Match[str], pieces: int, number: int) -> Candidate:
    fee, unit = Decimal(found["fee"]), found["unit"]
    total = yuan(fee * pieces)
    rule = Statement(
        closed(speak(ruling.span.of(ruling.document.text), ruling.document)), (ruling.cited(),), (), number
    )
    text = f"{pieces}{unit}一共补{pieces}×{yuan(fee)}={total}元。"
    fact = StatedFact("补运费", total, "元", origin="computed", document_id=ruling.document.id)
    shown = (f"{pieces}{unit}", f"{total}元", f"{pieces}×{yuan(fee)}={total}")
    worked = Statement(text, (ruling.cited(),), (fact,), number, shown)
    return Candidate(number, "freight", (worked, rule), SCORE)
