"""Last days: until when an order can be returned, and until when its price is protected, with the days counted."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from assist.documents import Level
from assist.draft.evidence import Candidate, Evidence
from assist.draft.order_facts import facts_of
from assist.draft.rulings import Ruling, rules_found, rulings
from assist.draft.speak import closed, speak
from assist.expressions import expression
from assist.messages import Part
from assist.results import StatedFact, Statement
from assist.text.quantities import Dimension, quantities

SCORE = 0.9
_LAST_DAY = expression(
    r"最晚|最迟|截止|到(?:哪|几|什么|啥)[天号时日]|到几月|(?:哪|几|什么|啥)[天号时日](?:之前|以前|前)|哪天(?:到期|过期|为止)|"
    r"(?:什么|啥)时候(?:到期|过期|截止|为止)|几号(?:到期|过期|截止)|还(?:有|剩|能退)(?:多少|几)天|(?:剩|还剩)(?:多久|几天)|期限到"
)
_RETURN = expression(r"退[货换]|无理由|七天|7天|(?<!价保)(?:提|申请|点|走)退|退(?!款|差|钱|价|多少|几)")
_RETURN_RULE = expression(
    r"(?:签收|收到(?:商品|货|包裹)|收货)[^。;]{0,14}?[\d一二两三四五六七八九十]+(?:个自然)?[天日](?!无理由)"
)
_RETURNED = expression(r"无理由|退货|不喜欢|七天|7天")
_NO_WINDOW = expression(
    r"换货|质量|瑕疵|破损|故障|换新|保修|价保|降价|运费险|少[发件]|错发|退回|操作退款|不支持|超过|补发|换一次|换同款"
)
_NEXT_DAY = expression(r"次日|第[二2]天|隔天|后一天")
_PROTECTION = expression(r"价保|保价|价格保护|差价|补差")
_LOWER = expression(r"降价|掉价|便宜了|跌价|降了|找补|少了|补")
_PRICE_CHANGED = "售中/订单/价格变动"
_STILL = expression(
    r"(?:还|能|可以|可|给|会|帮|得)[^,，。\s]{0,6}(?:补|退|保|申请|找|差)|[吗不么嘛没]\s*[?？]*$|有没有"
)
_OTHERWISE = expression(
    r"怎么|如何|咋|到账|几次|多久|哪里|哪儿|流程|步骤|多少钱|退多少|补多少|几[块元]|为什么|换货|券"
)
"""What else is asked about a lower price: how, how much, how often."""
_PRICE_RULE = expression(r"价保|保价|价格保护|差价|降价|价格降低|补差")
_FROM_PAYMENT = expression(r"付款|下单|拍下|支付|购买|成交")
_FROM_SIGNING = expression(r"签收|收货")
_BETWEEN = expression(r"(?:之间|期间|以内|内)?(?:付款|下单|拍下|支付|成交)的?(?:订单|商品)?")
MAX_DAYS = 90


@dataclass(frozen=True, slots=True)
class Protection:
    """Days for which an order's price is protected, for orders paid within `[begin, end)` only when these are set."""

    days: int
    ruling: Ruling
    begin: date | None = None
    end: date | None = None

    def of(self, paid: datetime) -> bool:
        """Say whether it is for orders paid then."""
        return (self.begin is None or self.begin <= paid.date()) and (
            self.end is None or paid.date() < self.end
        )


def window_candidate(part: Part, number: int, evidence: Evidence) -> Candidate | None:
    """Tell the last day for what the order in hand may still claim."""
    changed = (part.intent or "").startswith(_PRICE_CHANGED) and _LOWER.search(part.clean)
    if changed or _PROTECTION.search(part.clean):
        last = _LAST_DAY.search(part.clean)
        still = _STILL.search(part.clean) and not _OTHERWISE.search(part.clean)
        return _protected(part, number, evidence) if last or still else None
    if _LAST_DAY.search(part.clean) and _RETURN.search(part.clean):
        return _returnable(number, evidence)
    return None


def _returnable(number: int, evidence: Evidence) -> Candidate | None:
    """Days of the shop's return window, whole days counted from the day after signing."""
    signed = facts_of(evidence).signed_at
    found = None if signed is None else _return_rule(number, evidence)
    if signed is None or found is None:
        return None
    days, ruling, start = found
    last = signed.date() + timedelta(days=days)
    begun, end = f"{signed.month}月{signed.day}日", f"{last.month}月{last.day}日"
    over = evidence.now >= datetime.combine(last + timedelta(days=1), time.min)
    tail = "已经过了" if over else "在这之前提交退货申请就可以"
    text = f"您的订单{begun}签收，从次日零点起算{days}天，到{end}24点截止，{tail}"
    fact = StatedFact("退货截止", end, origin="computed", document_id=ruling.document.id)
    places = tuple(dict.fromkeys(item.cited() for item in (ruling, start) if item is not None))
    worked = Statement(closed(text), places, (fact,), number, (begun, end, "24点", "次日零点", f"{days}天"))
    rule = Statement(_spoken(ruling), (ruling.cited(),), (), number)
    return Candidate(number, "window", (worked, rule), SCORE)


def _return_rule(number: int, evidence: Evidence) -> tuple[int, Ruling, Ruling | None] | None:
    """The days, the sentence that gives them, and the one that says from when they count; the shop's before the law's."""
    documents = sorted(rules_found(number, evidence), key=lambda item: item.level is Level.LAW)
    for document in documents:
        written = rulings(document)
        for ruling in written:
            days = _days(ruling) if _gives_window(ruling) else None
            if days is not None:
                clause = [other for other in written if other.section == ruling.section]
                start = next((other for other in clause if _NEXT_DAY.search(other.text)), None)
                return days, ruling, start
    return None


def _gives_window(ruling: Ruling) -> bool:
    text = ruling.text
    return bool(
        _RETURN_RULE.search(text)
        and _RETURNED.search(text + ruling.head)
        and not _NO_WINDOW.search(text)
        and "退" in text + ruling.head
    )


def _days(ruling: Ruling) -> int | None:
    """The one number of days that a ruling gives; None: none, or several."""
    found = {
        int(item.value)
        for item in quantities(ruling.text)
        if item.dimension is Dimension.DAYS and item.high is None and 1 <= item.value <= MAX_DAYS
    }
    return found.pop() if len(found) == 1 else None


def _protected(part: Part, number: int, evidence: Evidence) -> Candidate | None:
    """Until when a lower price is made up for, of an order whose payment time is known."""
    said = protection_statement(number, evidence)
    if said is None:
        return None
    statements = [said]
    how = _how_to(number, evidence)
    if how is not None and "还在" in said.text and not _LAST_DAY.search(part.clean):
        statements.append(how)
    return Candidate(number, "window", tuple(statements), SCORE)


def protection_statement(number: int, evidence: Evidence) -> Statement | None:
    """Count the days of price protection of the order in hand; None: no payment time, or no rule that holds for it."""
    paid = facts_of(evidence).paid_at
    if paid is None:
        return None
    rules = [rule for document in rules_found(number, evidence) for rule in _protections(rulings(document))]
    held = [rule for rule in rules if rule.of(paid)]
    narrow = [rule for rule in held if rule.begin is not None or rule.end is not None] or held
    if not narrow or len({rule.days for rule in narrow}) > 1:
        return None
    rule = narrow[0]
    if _FROM_SIGNING.search(rule.ruling.text) and not _FROM_PAYMENT.search(rule.ruling.text):
        return None
    last = paid + timedelta(days=rule.days)
    when, end = _moment(paid), _moment(last)
    over = evidence.now >= last
    state = "已经过了价保期，差价申请不了" if over else "还在价保期内，降价了可以申请退差价"
    text = f"您的订单{when}付款，价保{rule.days}天，到{end}截止，现在{state}"
    fact = StatedFact("价保截止", end, origin="computed", document_id=rule.ruling.document.id)
    places = (rule.ruling.cited(),)
    return Statement(closed(text), places, (fact,), number, (when, end, f"{rule.days}天"))


def _protections(written: Iterable[Ruling]) -> list[Protection]:
    found: list[Protection] = []
    for ruling in written:
        subject = _PRICE_RULE.search(ruling.text) or _PRICE_RULE.search(ruling.head)
        days = _days(ruling) if subject and _FROM_PAYMENT.search(ruling.text) else None
        if days is None or not _PRICE_RULE.search(ruling.text) or "工作日" in ruling.text:
            continue
        dates = [item for item in quantities(ruling.text) if item.dimension is Dimension.DATE]
        if not dates:
            found.append(Protection(days, ruling))
        elif len(dates) == 2 and _BETWEEN.search(ruling.text, dates[1].span.end):
            begin, end = (_date(int(item.value), ruling) for item in dates)
            if begin is not None and end is not None:
                last = end if "零点" in ruling.text[dates[1].span.end :][:3] else end + timedelta(days=1)
                found.append(Protection(days, ruling, begin, last))
    return found


def _date(value: int, ruling: Ruling) -> date | None:
    """A date as quantities give it (20261101, 1201); without its year, the year the rule begins to hold."""
    begin = ruling.document.validity.valid_from
    year = value // 10_000 or (0 if begin is None else begin.year)
    try:
        return date(year, value // 100 % 100, value % 100)
    except ValueError:
        return None


_APPLY = expression(r"(?:点击?|选择?|进入)\s*[\"'“「『【]?(?:申请)?(?:价格保护|价保|保价)")


def _how_to(number: int, evidence: Evidence) -> Statement | None:
    """The step that starts a claim, in the rule's own words."""
    for document in rules_found(number, evidence):
        for ruling in rulings(document):
            if _APPLY.search(ruling.text) and ("价" in ruling.head):
                return Statement(f"要申请的话：{_spoken(ruling)}", (ruling.cited(),), (), number)
    return None


_LIST_NUMBER = expression(r"^\s*(?:\d+\s*[.、)）]|[-*•])\s*")


def _spoken(ruling: Ruling) -> str:
    return closed(speak(_LIST_NUMBER.sub("", ruling.span.of(ruling.document.text)), ruling.document))


def _moment(moment: datetime) -> str:
    day = f"{moment.month}月{moment.day}日"
    return day if moment.time() == time.min else f"{day}{moment.hour}:{moment.minute:02d}"
