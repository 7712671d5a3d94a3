"""What is to be paid: prices added up, then 满减, subsidy, coupon and points in the order that the rules state."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from assist.documents import Document
from assist.draft.basket import Line, lines_of
from assist.draft.coupons import Coupon, coupon_meant
from assist.draft.evidence import Candidate, Evidence, cite
from assist.draft.figures import Named, amount_named, points_named, yuan
from assist.draft.meant import pairs
from assist.draft.points import PointsRule, points_rule
from assist.draft.promotions import FullCut, best_cut, full_cuts, left_out
from assist.draft.rulings import Ruling, promotions_running, rules_found, rulings
from assist.draft.speak import closed
from assist.draft.stacking import Pairs, Reduction, excluded, in_order, orders
from assist.draft.subsidies import TRADED_IN, Subsidy, subsidy_for
from assist.expressions import expression
from assist.messages import Part
from assist.results import Citation, StatedFact, Statement
from assist.text.normalize import fold

SCORE = 0.92
_COUNTED = expression(
    r"到手|多少钱|怎么算|减多少|优惠多少|实付|付多少|能减|(?:给|付)(?:多少|几|好多)|减得?了"
)
_ANY_SUM = expression(r"多少|几[块多元]|好多|到手|实付|能减|减[不吗得]|怎么算")
_TOGETHER_ASKED = expression(
    r"(?:一起|一共|总共|合计|共|加起来|拍下来|下来)(?:要|是|得|付|给)?(?:多少|几[块多元]|好多)|多少钱|几块钱|付多少|到手"
)
_PUT_TOGETHER = expression(r"一起|一共|总共|共|加|凑|合计|[两几三](?:件|样|个)|减|到手|都[要买拿]|满")
_RULE_ASKED = expression(
    r"满多少|凑[到够满]?多少|多少(?:才|就|可以|能)[^,，。]{0,2}减|满减(?:怎么|如何|规则)|怎么减|门槛|规则"
)
"""Who asks for the rule is told the rule, not what one piece comes to."""
_NOT_PRICE = expression(
    r"差(?:价|多少|几|别)|分别|各(?:是|要|多少|自)|哪[个款件]|区别|[贵便]宜?多少|一样|相比|"
    r"运费|邮费|快递|退|赔|分期|首付|定金|尾款|积分能换|[重长宽高]|几天|多久|小时|发票|几点|保修|能[用吃]多"
)
_ALONE = expression(
    r"第[二2两]件|\d件[^,;。]{0,4}折|满\d+件|买[一二两三\d]+[件]?送[一二\d]|立减\d+元|加\d+元换|件\d折"
)
"""Offers that this lane cannot work out: where one may hold for the goods, no sum is made."""
_ANY_COUPON = expression(r"(?<![客人日员购])券")
"""Coupons in general: what the payment page takes off by itself is told without them."""


@dataclass(frozen=True, slots=True)
class _Asked:
    """Reductions that a question counts on, each with its rule."""

    coupon: Coupon | None = None
    subsidy: Subsidy | None = None
    points: tuple[Named, PointsRule] | None = None

    @property
    def kinds(self) -> tuple[Reduction, ...]:
        """The reductions asked for."""
        known = (
            (Reduction.SUBSIDY, self.subsidy),
            (Reduction.COUPON, self.coupon),
            (Reduction.POINTS, self.points),
        )
        return tuple(kind for kind, rule in known if rule is not None)


@dataclass(slots=True)
class _Sum:
    """A sum under way: what is left to pay, and what was said so far."""

    number: int
    left: Decimal
    rest: Decimal = Decimal(0)
    said: list[Statement] = field(default_factory=list)

    def say(self, text: str, places: Sequence[Citation], shown: Sequence[str], *facts: StatedFact) -> None:
        """Add a step."""
        self.said.append(
            Statement(closed(text), tuple(dict.fromkeys(places)), facts, self.number, tuple(shown))
        )


def payable_candidate(part: Part, number: int, evidence: Evidence) -> Candidate | None:
    """Work out a sum that takes more than one step: pieces, several products, coupon, subsidy, points."""
    if _RULE_ASKED.search(part.clean) or not _ANY_SUM.search(part.clean):
        return None
    asked = _asked_for(part, number, evidence)
    if asked is None:
        return None
    amount, lines = amount_named(part.clean), lines_of(part, evidence)
    if not asked.kinds and (amount is not None or not _several(lines, part)):
        return None
    if _NOT_PRICE.search(part.clean) or (amount is None and not lines):
        return None
    return _worked(asked, amount, lines, number, evidence)


def _several(lines: Sequence[Line], part: Part) -> bool:
    """Say whether what several things cost together is asked, and not what each does or how they differ."""
    if len(lines) > 1:
        return bool(_PUT_TOGETHER.search(part.clean))
    return any(line.pieces > 1 for line in lines) and bool(_TOGETHER_ASKED.search(part.clean))


def cut_candidate(part: Part, number: int, evidence: Evidence) -> Candidate | None:
    """Work out what an amount, or the product in scope, comes to under the 满减 that runs."""
    if not _COUNTED.search(part.clean) or _RULE_ASKED.search(part.clean) or not full_cuts(evidence):
        return None
    if _asked_for(part, number, evidence) is None and not _ANY_COUPON.search(part.clean):
        return None
    amount = amount_named(part.clean) or _amount_slot(part, evidence)
    lines = () if amount is not None else lines_of(part, evidence)
    if amount is None and len(lines) != 1:
        return None
    products = [evidence.products[name] for name in part.products if name in evidence.products]
    rule = full_cuts(evidence)[0]
    if any(left_out(rule.document, product) is not None for product in products[:1]):
        return None
    return _worked(_Asked(), amount, lines, number, evidence)


def _amount_slot(part: Part, evidence: Evidence) -> Named | None:
    """An amount that was understood although no word names it as one; what is taken off is none."""
    slot = evidence.question.slots.get("amount")
    if slot is None or (slot.text and _TAKEN_OFF.search(part.clean.partition(fold(slot.text))[0])):
        return None
    return Named(Decimal(str(slot.value)), slot.text)


_TAKEN_OFF = expression(r"(?:减|抵|券|满|优惠|便宜|补)(?:了|个|掉)?\s*$")


def _asked_for(part: Part, number: int, evidence: Evidence) -> _Asked | None:
    """Read which reductions a question counts on; None: one of them whose rule is not surely known."""
    wants_coupon, coupon = coupon_meant(part.clean, evidence)
    if wants_coupon and coupon is None:
        return None
    subsidy = None
    if TRADED_IN.search(part.clean):
        names = part.products or evidence.question.products
        products = [evidence.products[name] for name in names if name in evidence.products]
        subsidy = subsidy_for(products[0], evidence) if len(products) == 1 else None
        if subsidy is None:
            return None
    held = points_named(part.clean)
    rule = points_rule(number, evidence) if held is not None else None
    if held is not None and rule is None:
        return None
    return _Asked(coupon, subsidy, (held, rule) if held is not None and rule is not None else None)


def _worked(
    asked: _Asked, amount: Named | None, lines: Sequence[Line], number: int, evidence: Evidence
) -> Candidate | None:
    running = promotions_running(evidence)
    written = [ruling for document in running for ruling in rulings(document)]
    if amount is None and any(_offered_alone(ruling, lines, evidence) for ruling in written):
        return None
    cuts = full_cuts(evidence)
    cuts = [rule for rule in cuts if rule.document.id == cuts[0].document.id]
    total = _Sum(number, Decimal(0) if amount is None else amount.value)
    steps = [] if amount is not None else _opened(total, lines, cuts)
    cuts = [] if amount is None and not _takes_part(lines, cuts) else cuts
    cut = best_cut(cuts, total.left) if cuts and total.left > 0 else None
    used = [*((Reduction.CUT,) if cut is not None and cut.off(total.left) > 0 else ()), *asked.kinds]
    of_rules = [ruling for document in rules_found(number, evidence) for ruling in rulings(document)]
    known = orders([*written, *of_rules])
    turn = in_order(used, known)
    if turn is None or excluded(used, [*written, *of_rules]) or _coupon_refused(asked, lines):
        return None
    if cut is not None and Reduction.CUT not in used:
        _cut_step(total, cut, steps, alone=not asked.kinds, priced=amount is None, last=not asked.kinds)
    elif cut is None and steps:
        total.say("，".join(steps), [item for said in total.said for item in said.citations], steps)
    before: Reduction | None = None
    for kind in turn:
        last = kind is turn[-1]
        extra = _between(before, kind, known)
        if kind is Reduction.CUT and cut is not None:
            _cut_step(
                total,
                best_cut(cuts, total.left),
                steps,
                alone=len(turn) == 1,
                priced=amount is None,
                last=last,
            )
        elif kind is Reduction.SUBSIDY and asked.subsidy is not None:
            _subsidy_step(total, asked.subsidy, extra, last=last, first=before is None)
        elif kind is Reduction.COUPON and asked.coupon is not None:
            _coupon_step(total, asked.coupon, extra, last=last, first=before is None)
        elif kind is Reduction.POINTS and asked.points is not None:
            _points_step(total, *asked.points, extra)
        before = kind
    return Candidate(number, "promotion", tuple(total.said), SCORE) if total.said else None


def _between(before: Reduction | None, kind: Reduction, known: Pairs) -> list[Citation]:
    """The sentence that puts one reduction after another."""
    ruling = None if before is None else known.get((before, kind))
    return [] if ruling is None else [ruling.cited()]


def _offered_alone(ruling: Ruling, lines: Sequence[Line], evidence: Evidence) -> bool:
    """Say whether an offer of another kind may hold for what is bought."""
    if not _ALONE.search(ruling.text) or "退" in ruling.text:
        return False
    if any(_is_about(ruling, line.product) for line in lines):
        return True
    return not any(_is_about(ruling, item) for item in evidence.catalog)


def _is_about(ruling: Ruling, product: Document) -> bool:
    return fold(product.id) in ruling.text or any(word in product.title for word in pairs(ruling.text))


def _coupon_refused(asked: _Asked, lines: Sequence[Line]) -> bool:
    """Say whether the coupon's own rules leave out what is bought."""
    if asked.coupon is None:
        return False
    document = asked.coupon.ruling.document
    return any(left_out(document, line.product) is not None for line in lines)


def _takes_part(lines: Sequence[Line], cuts: Sequence[FullCut]) -> bool:
    """Say whether any of what is bought counts towards the 满减."""
    return bool(cuts) and any(left_out(cuts[0].document, line.product) is None for line in lines)


def _opened(total: _Sum, lines: Sequence[Line], cuts: Sequence[FullCut]) -> list[str]:
    """Say the prices, and add up what takes part; what does not is told and kept aside. Returns the sums to show."""
    named = len(lines) > 1
    parts: list[Line] = []
    rest: list[Line] = []
    for line in lines:
        total.said.append(line.said(total.number, named=named))
        reason = left_out(cuts[0].document, line.product) if cuts else None
        (parts if reason is None else rest).append(line)
        if reason is not None:
            who = line.name if named else "这款"
            total.say(f"{who}不参加满减，也不计入门槛", (reason,), ())
    total.left = sum((line.total for line in parts), Decimal(0))
    total.rest = sum((line.total for line in rest), Decimal(0))
    if not parts:
        total.left, total.rest = total.rest, Decimal(0)
    counted = parts or rest
    steps = [f"{yuan(line.each)}×{line.pieces}={yuan(line.total)}元" for line in counted if line.pieces > 1]
    if len(counted) > 1:
        steps.append(f"{'+'.join(yuan(line.total) for line in counted)}={yuan(total.left)}元")
    return steps


def _cut_step(
    total: _Sum, rule: FullCut, steps: Sequence[str], *, alone: bool, priced: bool, last: bool
) -> None:
    """Work the 满减 out; right after the price of one piece its total needs no second mention."""
    amount, saved = total.left, rule.off(total.left)
    times = int(amount // rule.threshold) if rule.repeats else min(1, int(amount // rule.threshold))
    whole, final = yuan(amount), yuan(amount - saved)
    single = priced and not steps and not total.rest
    result = "到手" if alone else "实付" if last else "剩"
    shown = [
        f"{whole}元",
        f"{times}个",
        f"{yuan(saved)}元",
        f"{final}元",
        f"{whole}-{yuan(saved)}={final}",
        *steps,
    ]
    if saved == 0:
        pay = f"，付{whole}元" if last and not total.rest else ""
        text = f"不到{rule.threshold}元的门槛，满减暂时用不上{pay}"
        text = f"单买这一件{text}" if single else f"合计{whole}元，{text}"
        if total.rest:
            text = f"参加满减的只有{whole}元，不到{rule.threshold}元的门槛，减不了"
    elif single and times == 1:
        text = f"按满减活动，满{rule.threshold}元减{yuan(saved)}元，算下来{'实付' if last else '剩'}{final}元"
    else:
        text = f"合计{whole}元，满{times}个{rule.threshold}元，减{yuan(saved)}元，{result}{final}元"
    text = f"{steps[-1] if len(steps) == 1 else '，'.join(steps)}；{text}" if steps else text
    total.left -= saved
    if total.rest and last:
        both = total.left + total.rest
        sums = f"{yuan(total.left)}+{yuan(total.rest)}={yuan(both)}"
        text += f"，一共付{sums}元"
        shown.append(sums)
        total.left = both
    fact = StatedFact("到手价", yuan(total.left), "元", origin="computed", document_id=rule.document.id)
    total.say(text, [cite(rule.document, rule.span, rule.section)], shown, fact)


def _coupon_step(total: _Sum, coupon: Coupon, extra: Sequence[Citation], *, last: bool, first: bool) -> None:
    places, left = [coupon.ruling.cited(), *extra], total.left
    limit = yuan(coupon.threshold)
    if left < coupon.threshold:
        text = f"{yuan(left)}元不到{limit}元，{coupon.name}用不上，{_due(last)}{yuan(left)}元"
        fact = StatedFact("应付", yuan(left), "元", origin="computed", document_id=coupon.ruling.document.id)
        total.say(text, places, (f"{yuan(left)}元",), fact)
        return
    total.left = left - coupon.off
    head = "" if first else "再"
    reached = f"{yuan(left)}元满{limit}元，{head}用" if coupon.threshold else f"{head}用"
    text = f"{reached}{coupon.name}减{yuan(coupon.off)}元，{_due(last)}{yuan(total.left)}元"
    _take(total, text, left, coupon.off, places, coupon.ruling)


def _subsidy_step(
    total: _Sum, subsidy: Subsidy, extra: Sequence[Citation], *, last: bool, first: bool
) -> None:
    left = total.left
    total.left = left - subsidy.off
    text = f"{'' if first else '再'}减以旧换新补贴{yuan(subsidy.off)}元，{_due(last)}{yuan(total.left)}元"
    _take(total, text, left, subsidy.off, [subsidy.ruling.cited(), *extra], subsidy.ruling)


def _points_step(total: _Sum, held: Named, rule: PointsRule, extra: Sequence[Citation]) -> None:
    left, worth = total.left, rule.worth(held.value)
    cap = rule.cap(left)
    off = worth if cap is None else min(worth, cap)
    total.left = left - off
    points = f"{yuan(held.value)}积分"
    text = f"{points}抵{yuan(off)}元"
    shown = [points]
    if cap is not None:
        text = f"{points}值{yuan(worth)}元，这单最多抵{yuan(cap)}元，抵{yuan(off)}元"
        shown += [f"{yuan(worth)}元", f"{yuan(cap)}元"]
    text += f"，实付{yuan(total.left)}元"
    places = [rule.ruling.cited(), rule.limit.cited(), *extra]
    _take(total, text, left, off, places, rule.ruling, shown)


def _due(last: bool) -> str:
    return "实付" if last else "剩"


def _take(
    total: _Sum, text: str, left: Decimal, off: Decimal, places: Sequence[Citation], ruling: Ruling,
    shown: Sequence[str] = (),
) -> None:  # fmt: skip
    """Say a step that takes `off` from `left`, with its sum for the guard to recompute."""
    now = yuan(total.left)
    fact = StatedFact("应付", now, "元", origin="computed", document_id=ruling.document.id)
    sums = f"{yuan(left)}-{yuan(off)}={now}"
    total.say(text, places, (f"{yuan(left)}元", f"{yuan(off)}元", f"{now}元", sums, *shown), fact)
