"""Order branch: what the caller's order facts and the clock say, put before the clause that rules on it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from decimal import Decimal
from itertools import chain

from assist.documents import Document, Span
from assist.draft.days import rules_on, rules_on_others
from assist.draft.evidence import Candidate, Evidence, cite
from assist.draft.order_facts import OrderFacts, OrderState, facts_of, read_moment
from assist.draft.skus import named_words, row_holds
from assist.draft.speak import closed
from assist.draft.units import Unit, clause_units, is_sku_row, product_units, row_words, sentence_units
from assist.draft.windows import protection_statement
from assist.expressions import expression
from assist.memo import Memo
from assist.messages import Part
from assist.results import Citation, StatedFact, Statement
from assist.text.normalize import fold
from assist.text.quantities import Dimension, Quantity, quantities

_PROMISES = expression(
    r"(?:付款|下单|拍下|支付)后?[^。；]{0,8}\d+\s*(?:个?小时|天)[^。；]{0,4}(?:发货|发出|寄出)|\d+\s*(?:个?小时|天)内?(?:发货|发出|寄出)|"
    r"(?:发货|发出|寄出)[^。；]{0,30}(?:最晚|最迟|不超过|不晚于)[^。；]{0,6}(?:付款|下单|拍下|支付)后?\d+\s*(?:个?小时|天)"
)

_SCHEDULE = expression(r"\d{1,2}月\d{1,2}日[^。；]{0,16}(?:发货|发出|寄出)")
_SCHEDULED = ("售中/物流/催", "售前/物流/发货时间", "售中/预售")
SCHEDULED_SCORE = 0.88
_SENT = ("已出库", "已经出库", "已发货", "已经发货", "已发出", "出库后", "发货后")
_UNSENT = ("没出库", "未出库", "未发货", "没发货", "还没发", "发货前", "出库前")
_SHIPPING = ("售中/物流/催发货", "售前/物流/发货时间")


def with_order(candidate: Candidate, part: Part, evidence: Evidence) -> Candidate:
    """Put what the order's facts say before a candidate's own statements, when they bear on the part."""
    facts = facts_of(evidence)
    for prefix, branch in _BRANCHES:
        if (part.intent or "").startswith(prefix):
            said = branch(facts, candidate, evidence)
            statements = tuple(replace(item, part=candidate.part) for item in said)
            return (
                replace(candidate, statements=(*statements, *candidate.statements), lead="")
                if said
                else candidate
            )
    return candidate


def focus_of(part: Part, evidence: Evidence) -> tuple[str, ...]:
    """Words of the branch that the order's facts pick: sent or not yet sent, late or in time."""
    facts = facts_of(evidence)
    intent = part.intent or ""
    if intent.startswith("售中/订单") and (facts.shipped or facts.state is OrderState.UNSENT):
        return _SENT if facts.shipped else _UNSENT
    method = (facts.refund or {}).get("method")
    if method and intent.startswith("售后/退款"):
        return (str(method),)
    if intent.startswith("售中/物流/催发货") and _hours_since(facts.paid_at, evidence.now) > 48:
        return ("超过48小时", "赔付")
    return ()


_CASES = {
    "售后/漏错/错发": ("发错", "错发"),
    "售后/漏错/少发漏发": ("少发", "漏发", "少件"),
    "售后/漏错/破损/漏液": ("破损", "漏液"),
}
"""What shops call a case that shoppers seldom name (买的是s 寄的是m)."""


def branch_of(part: Part, evidence: Evidence) -> tuple[str, ...]:
    """Words in the heading of the clause that the order's facts or the case in hand lead to; empty without these."""
    facts, intent = facts_of(evidence), part.intent or ""
    if intent in _CASES:
        return _CASES[intent]
    province = evidence.question.slots.get("province")
    if province is not None and intent.startswith("售前/物流"):
        return (str(province.value)[:2],)
    if intent.startswith(("售后/退换", "售前/售后咨询/七天无理由范围")) and facts.signed_at is not None:
        late = evidence.now >= datetime.combine(facts.signed_at.date() + timedelta(days=8), time.min)
        return ("超过", "超期", "过期", "逾期") if late else ("七天无理由", "7天无理由", "无理由退货")
    if intent in _SHIPPING and not facts.shipped and facts.paid_at is not None:
        promise = find_promise(evidence.question.parts.index(part), evidence)
        if promise is not None and _hours_since(facts.paid_at, evidence.now) > promise.hours:
            return ("延迟", "赔付", "超时", "晚发")
    return ()


def _hours_since(moment: datetime | None, now: datetime) -> float:
    return 0.0 if moment is None else (now - moment) / timedelta(hours=1)


def scheduled_candidate(part: Part, number: int, evidence: Evidence) -> Candidate | None:
    """Tell when a product that ships on set days (a presale) goes out: its page rules, not the shop's usual hours."""
    if not (part.intent or "").startswith(_SCHEDULED) or facts_of(evidence).shipped:
        return None
    said = list(_of_the_version(part, number, evidence)) or [
        Statement(closed(place.quote), (place,), (), number) for place in dict.fromkeys(_schedule(evidence))
    ]
    if not said:
        return None
    paid = facts_of(evidence).paid_at
    if paid is not None:
        when = _moment(paid)
        said.insert(0, replace(_caller(f"您的订单是{when}付款的", [when], "付款时间", when), part=number))
    return Candidate(number, "page", tuple(said), SCHEDULED_SCORE)


def _schedule(evidence: Evidence) -> list[Citation]:
    """Sentences of the page in scope that set the days of shipping."""
    return [
        cite(product, unit.span, unit.section)
        for product in evidence.products.values()
        for unit in product_units(product)
        if unit.kind in {"text", "qa"} and _SCHEDULE.search(unit.quote)
    ]


def _of_the_version(part: Part, number: int, evidence: Evidence) -> Iterator[Statement]:
    """Say when the version that is named, or that was ordered, goes out where the table of versions sets a day."""
    ordered = fold(str(evidence.message.order.get("sku") or "")).split()
    named = named_words(part, evidence) or tuple(ordered)
    for product in evidence.products.values() if named else ():
        for unit in product_units(product):
            if is_sku_row(unit) and _SCHEDULE.search(unit.quote) and _names(unit.quote, named):
                place = cite(product, unit.span, unit.section)
                yield Statement(closed(row_words(unit, asked=part.clean)), (place,), (), number)


def _names(row: str, named: Sequence[str]) -> bool:
    """A version that was ordered has a size, too, which the table of colours need not hold."""
    return row_holds(row, named) or row_holds(row, named[:1])


@dataclass(frozen=True, slots=True)
class Promise:
    """A promised time to ship: hours, the words that promise it, and where they stand."""

    hours: Decimal
    words: str
    citation: Citation


_PROMISED: Memo[Unit, tuple[Promise, ...]] = Memo(8_192)


def find_promise(number: int, evidence: Evidence) -> Promise | None:
    """Find the promise that holds for the order: the product page's own before the shop's rule."""
    found = [
        promise
        for product in evidence.products.values()
        for unit in product_units(product)
        for promise in _promised(unit, (unit,))
    ]
    for unit in clause_units(evidence.hits[number] if number < len(evidence.hits) else ()):
        said = sentence_units(unit.document, unit.span, unit.head, unit.section, "text")
        found.extend(_promised(unit, said))
    moment = facts_of(evidence).paid_at or evidence.now
    own = (item for item in found if rules_on(item.citation.quote, moment))
    usual = (item for item in found if not rules_on_others(item.citation.quote, moment))
    return next(chain(own, usual), None)


def _promised(unit: Unit, said: Iterable[Unit]) -> tuple[Promise, ...]:
    """Return the promises of what a unit says; looked for once a unit."""
    known = _PROMISED.get(unit)
    if known is None:
        promises = (_promise(item.document, item.span, item.section) for item in said)
        known = _PROMISED.put(unit, tuple(item for item in promises if item is not None))
    return known


def _promise(document: Document, span: Span, section: str) -> Promise | None:
    text = span.of(document.text)
    if not _PROMISES.search(fold(text)):
        return None
    for quantity in quantities(text):
        hours = _as_hours(quantity)
        if hours is not None:
            return Promise(hours, quantity.text, cite(document, span, section))
    return None


def _as_hours(quantity: Quantity) -> Decimal | None:
    if quantity.dimension is Dimension.HOURS:
        return quantity.value
    return quantity.value * 24 if quantity.dimension is Dimension.DAYS else None


def _shipping(facts: OrderFacts, candidate: Candidate, evidence: Evidence) -> tuple[Statement, ...]:
    if facts.shipped:
        return _on_its_way(facts)
    if facts.paid_at is None or facts.state is not OrderState.UNSENT:
        return ()
    exact = _hours_since(facts.paid_at, evidence.now)
    passed = max(0, int(exact))
    paid = _moment(facts.paid_at)
    days = passed // 24
    long = f"（{days}天{'多' if passed % 24 else ''}）" if days >= 3 else ""
    promise = find_promise(candidate.part, evidence)
    shown = [paid, f"{passed}小时"]
    if promise is None:
        text = f"您的订单是{paid}付款的，到现在约{passed}小时，还没有发出"
        return (_caller(text, shown, "付款时间", paid),)
    deadline = _moment(facts.paid_at + timedelta(hours=float(promise.hours)))
    if exact > promise.hours:
        text = f"您的订单是{paid}付款的，到现在约{passed}小时{long}，已经超过承诺的{promise.words}，这是我们没做好"
        shown.append(f"{days}天")
    else:
        text = (
            f"您的订单是{paid}付款的，到现在约{passed}小时，还在承诺的{promise.words}内，最晚{deadline}前发出"
        )
        shown.append(deadline)
    said = _caller(text, shown, "付款至今", f"{passed}小时")
    return (replace(said, citations=(promise.citation,)),)


def _on_its_way(facts: OrderFacts) -> tuple[Statement, ...]:
    if facts.signed_at is not None:
        signed = _moment(facts.signed_at)
        return (_caller(f"您的包裹显示{signed}已签收", [signed], "签收时间", signed),)
    if facts.shipped_at is None:
        return (_caller("您的订单显示已经发出了", [], "订单状态", facts.status),)
    when = _moment(facts.shipped_at)
    carrier = f"由{facts.carrier}" if facts.carrier else ""
    waybill = f"，运单号{facts.waybill}" if facts.waybill else ""
    shown = [when, facts.waybill, facts.carrier]
    end = waybill or ("" if carrier else "了")
    return (_caller(f"您的订单{when}已经{carrier}发出{end}", shown, "发货时间", when),)


def _delivery(facts: OrderFacts, candidate: Candidate, evidence: Evidence) -> tuple[Statement, ...]:
    arrived = facts.shipped or facts.signed_at is not None
    return _on_its_way(facts) if arrived else _shipping(facts, candidate, evidence)


def _returning(facts: OrderFacts, candidate: Candidate, evidence: Evidence) -> tuple[Statement, ...]:
    """Days since signing against the cited clause's days, counted from 0:00 of the day after signing."""
    if facts.signed_at is None:
        return ()
    when = f"{facts.signed_at.month}月{facts.signed_at.day}日"
    passed = (evidence.now.date() - facts.signed_at.date()).days
    allowed = _allowed_days(candidate)
    if allowed is None:
        text = f"您的订单{when}签收，到今天{passed}天"
        return (_caller(text, [when, f"{passed}天"], "签收天数", f"{passed}天"),)
    start = datetime.combine(facts.signed_at.date() + timedelta(days=1), time.min)
    if evidence.now < start + timedelta(days=allowed):
        last = start + timedelta(days=allowed - 1)
        end = f"{last.month}月{last.day}日"
        text = f"您的订单{when}签收，从次日起算，{allowed}天到{end}24点截止，现在还在期限内"
        return (_caller(text, [when, end, f"{allowed}天", "24点"], "签收天数", f"{passed}天"),)
    text = f"您的订单{when}签收，到今天已经{passed}天，超过{allowed}天了"
    return (_caller(text, [when, f"{passed}天", f"{allowed}天"], "签收天数", f"{passed}天"),)


def _allowed_days(candidate: Candidate) -> int | None:
    """Days for a return without a reason, read from the sentences that are cited."""
    for statement in candidate.statements:
        for citation in statement.citations:
            if (
                "签收" not in citation.quote
                and "无理由" not in citation.quote
                and "超过" not in citation.quote
            ):
                continue
            for quantity in quantities(citation.quote):
                if quantity.dimension is Dimension.DAYS and 5 <= quantity.value <= 30:
                    return int(quantity.value)
    return None


def _price(facts: OrderFacts, candidate: Candidate, evidence: Evidence) -> tuple[Statement, ...]:
    if facts.paid_at is None:
        return ()
    protected = protection_statement(candidate.part, evidence)
    if protected is not None:
        return (protected,)
    when = f"{facts.paid_at.month}月{facts.paid_at.day}日"
    days = (evidence.now.date() - facts.paid_at.date()).days
    text = f"您的订单{when}付款，到今天{days}天"
    return (_caller(text, [when, f"{days}天"], "付款天数", f"{days}天"),)


def _refund(facts: OrderFacts, candidate: Candidate, evidence: Evidence) -> tuple[Statement, ...]:
    if not facts.refund:
        return ()
    said, shown = [], []
    zone = evidence.profile.timezone
    received = read_moment(facts.refund.get("received_at") or facts.refund.get("returned_signed_at"), zone)
    refunded = read_moment(facts.refund.get("refunded_at"), zone)
    if received is not None:
        shown.append(_moment(received))
        said.append(f"仓库{shown[-1]}已签收您的退货")
    if refunded is not None:
        shown.append(_moment(refunded))
        said.append(f"退款{shown[-1]}已经操作")
    status = facts.refund.get("status")
    if not said and status:
        said.append(f"您的退款目前是「{status}」")
    amount = facts.refund.get("amount")
    if amount and said:
        shown.append(f"{amount}元")
        said.append(f"金额{amount}元")
    return (_caller("，".join(said), shown, "退款", str(status or "")),) if said else ()


def _status(facts: OrderFacts, candidate: Candidate, evidence: Evidence) -> tuple[Statement, ...]:
    if facts.shipped:
        return _on_its_way(facts)
    if facts.state is OrderState.UNSENT:
        return (_caller("您的订单目前还没有发出", [], "订单状态", facts.status or "未发货"),)
    return ()


def _caller(text: str, shown: Sequence[str], key: str, value: str) -> Statement:
    fact = StatedFact(key, value, origin="caller")
    return Statement(closed(text), (), (fact,), 0, tuple(item for item in shown if item))


def _moment(moment: datetime) -> str:
    day = f"{moment.month}月{moment.day}日"
    return day if moment.time() == time.min else f"{day}{moment.hour}:{moment.minute:02d}"


_Branch = Callable[[OrderFacts, Candidate, Evidence], tuple[Statement, ...]]
_BRANCHES: tuple[tuple[str, _Branch], ...] = (
    ("售中/物流/催发货", _shipping),
    ("售前/物流/发货时间", _shipping),
    ("售中/物流", _delivery),
    ("售中/订单/价格变动", _price),
    ("售中/订单", _status),
    ("售后/退换", _returning),
    ("售前/售后咨询/七天无理由范围", _returning),
    ("售后/退款/退款进度", _refund),
)
"""Intent prefix and what its order facts say; the first that fits speaks."""
