"""What broke some days after it came: the rule on faults that still holds for it (`才用十天就充不进电了`)."""

from __future__ import annotations

from collections.abc import Iterator

from assist.draft.evidence import Candidate, Evidence
from assist.draft.order_facts import facts_of
from assist.draft.rulings import Ruling, rules_found, rulings
from assist.draft.speak import closed, speak
from assist.expressions import expression
from assist.messages import Part
from assist.results import StatedFact, Statement
from assist.text.quantities import Dimension, quantities

SCORE = 0.85
_AFTER_SALES = ("售后", "售前/售后咨询")
_SINCE = expression(
    r"(?:用|买|收|到手|戴|穿|才|刚|盖|睡|骑|拿|装|开).{0,4}(?:\d+|[一二两三四五六七八九十半几俩仨]+)(?:多|来)?个?(?:天|月|年|周|星期|礼拜|回|次)"
)
_BROKE = expression(
    r"坏|断了?|裂|崩|掉[^色价毛]|脱(?:落|线|胶|皮)|开[胶线裂]|烂|漏[水气油液]|散架|失灵|罢工|不[亮转响动热灵]了?|通不了|充不[进上了]|开不了?[机开]|没反应|没声|鼓包|死机|卡死"
)
_RULES = expression(
    r"签收[^。；]{0,8}?(?P<days>\d+)\s*(?:天|日)[^。；]{0,24}(?:质量|故障|坏)[^。]{0,40}?(?:退|换|修)"
)
_FURTHER = expression(r"[,，;；](?:签收)?后?(?P<days>\d+)\s*[天日](?:之?内|以内)[^,，;；。]{0,8}[退换修]")
_NOT_THIS = expression(r"无理由|超过\s*\d|少发|漏发|错发|破损")
_DAYS_OF = {Dimension.DAYS: 1, Dimension.MONTHS: 30, Dimension.YEARS: 365}


def claim_candidate(part: Part, number: int, evidence: Evidence) -> Candidate | None:
    """State the rule on faults whose days have not passed yet, after what the order's facts say of them."""
    asked = part.clean
    if not (part.intent or "售后").startswith(_AFTER_SALES) or not (
        _SINCE.search(asked) and _BROKE.search(asked)
    ):
        return None
    passed = _passed(part, evidence)
    if passed is None:
        return None
    rules = [found for found in _on_faults(number, evidence) if passed <= found[0]]
    if not rules:
        return None
    days, told = min(rules, key=lambda item: item[0])
    stated = (Statement(_words(rule), (rule.cited(),), (), number) for rule in told)
    return Candidate(number, "clause", (*_signed(passed, days, number, evidence), *stated), SCORE)


def _words(rule: Ruling) -> str:
    return closed(speak(rule.span.of(rule.document.text), rule.document))


def _passed(part: Part, evidence: Evidence) -> int | None:
    """Days since the parcel was signed for, else those that the shopper tells."""
    signed = facts_of(evidence).signed_at
    if signed is not None:
        return (evidence.now.date() - signed.date()).days
    told = [item for item in quantities(part.clean) if item.dimension in _DAYS_OF and item.high is None]
    return int(told[0].value * _DAYS_OF[told[0].dimension]) if len(told) == 1 else None


def _on_faults(number: int, evidence: Evidence) -> Iterator[tuple[int, tuple[Ruling, ...]]]:
    """Yield the days of every rule on faults with its sentence, and the next one where it says what to send."""
    for document in rules_found(number, evidence):
        known = rulings(document)
        for at, ruling in enumerate(known):
            told = tuple(_days(ruling.text))
            then = known[at + 1 : at + 2]
            asks = bool(then) and then[0].section == ruling.section and then[0].text.startswith("请")
            yield from ((days, (ruling, *then) if asks else (ruling,)) for days in told)


def _days(text: str) -> Iterator[int]:
    """Yield the days of a rule on faults; it may give several (`签收7天内有质量问题可以退货，15天内可以换新或维修`)."""
    found = _RULES.search(text)
    if found is None or _NOT_THIS.search(found.group()):
        return
    yield int(found["days"])
    for further in _FURTHER.finditer(text, found.end("days")):
        yield int(further["days"])


def _signed(passed: int, days: int, number: int, evidence: Evidence) -> Iterator[Statement]:
    signed = facts_of(evidence).signed_at
    if signed is not None:
        when, since = f"{signed.month}月{signed.day}日", f"{passed}天"
        fact = StatedFact("签收天数", since, origin="caller")
        text = f"您的订单{when}签收，到今天{since}，还在{days}天内。"
        yield Statement(text, (), (fact,), number, (when, since, f"{days}天"))
