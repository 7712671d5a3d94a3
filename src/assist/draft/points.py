"""Points: what they are worth and how much of a payment they may cover, read from the rule and worked out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal

from assist.documents import Document
from assist.draft.evidence import Candidate, Evidence
from assist.draft.figures import Named, amount_named, plain, points_named, yuan
from assist.draft.rulings import Ruling, promotions_running, rules_found, rulings
from assist.draft.speak import closed
from assist.expressions import expression
from assist.memo import Memo
from assist.messages import Part
from assist.results import StatedFact, Statement
from assist.text.normalize import fold

SCORE = 0.92
_N = r"(\d+(?:\.\d+)?)"
_WORTH = (
    expression(rf"{_N}(?:个)?(?:积分|分)(?:可以?|能|就)?(?:相当于|抵扣?|换|兑换?|当|=|等于|减|顶)(?:现金)?{_N}元"),
    expression(rf"{_N}(?:个)?(?:积分|分)?[:：比]{_N}元?(?:的比例)?(?:抵|兑)"),
)  # fmt: skip
_EVERY = expression(r"每(?=\d+(?:个)?(?:积分|分))")
_MOST_RATE = expression(rf"(?:最多|最高|上限|不超过|不高于)[^,;。]{{0,14}}?{_N}%|{_N}%(?:封顶|为上限|以内)")
_MOST_YUAN = expression(rf"(?:最多|最高|上限|不超过|封顶)(?:可以?|只能|能)?(?:抵扣?|用|为|是)?{_N}元")
_ASKED = expression(
    r"积分|(?<!\d)\d+分(?!钟)[^,，。]{0,6}(?:抵|顶|换|当|减)|(?:抵|顶|换|当|减)[^,，。]{0,6}\d+分"
)
_FIGURE_ASKED = expression(r"(?:抵|顶|换|当|值|减|用|省)[^,，。]{0,5}(?:多少|几|好多)|多少钱|几块")
_WHOLE_SUM = expression(r"[券卷]|旧|到手|付(?:多少|几)|买[^,，。]{0,8}多少钱")
"""What is to be paid in the end is asked, not what the points are worth."""


@dataclass(frozen=True, slots=True)
class PointsRule:
    """What points are worth: `yuan` for every `points`, at most `rate` of what is payable and `most` yuan.

    Attributes:
        points: Points of one unit.
        yuan: Yuan that a unit is worth.
        rate: Largest share of the payable amount, 0–1; None: not limited by share.
        most: Largest amount in yuan; None: not limited.
        ruling: Where the worth is written.
        limit: Where the limit is written; the same sentence, as a rule.
    """

    points: int
    yuan: Decimal
    rate: Decimal | None
    most: Decimal | None
    ruling: Ruling
    limit: Ruling

    def worth(self, held: Decimal) -> Decimal:
        """Yuan of so many points, whole units only."""
        return (held // self.points) * self.yuan

    def cap(self, payable: Decimal) -> Decimal | None:
        """Most that points may cover of an amount; None: no limit."""
        limits = [
            limit
            for limit in (None if self.rate is None else payable * self.rate, self.most)
            if limit is not None
        ]
        return min(limits) if limits else None


_RULES: Memo[Document, tuple[PointsRule, ...]] = Memo(2_048)


def points_rule(number: int, evidence: Evidence) -> PointsRule | None:
    """Find the one rule on what points are worth; None: none, or rules that differ."""
    found = [rule for item in _documents(number, evidence) for rule in points_rules(item)]
    distinct = {(rule.points, rule.yuan, rule.rate, rule.most) for rule in found}
    return found[0] if len(distinct) == 1 else None


def _documents(number: int, evidence: Evidence) -> list[Document]:
    return [*rules_found(number, evidence), *promotions_running(evidence)]


def points_rules(document: Document) -> tuple[PointsRule, ...]:
    """Read what points are worth from a document."""
    known = _RULES.get(document)
    return _RULES.put(document, tuple(_read(rulings(document)))) if known is None else known


def _read(written: Iterable[Ruling]) -> Iterator[PointsRule]:
    held = tuple(written)
    for ruling in held:
        found = next((match for pattern in _WORTH if (match := pattern.search(ruling.text))), None)
        if found is None or "积分" not in ruling.text + fold(ruling.head) or Decimal(found[1]) < 1:
            continue
        clause = [
            ruling,
            *(
                other
                for other in held
                if other.section == ruling.section and other.head == ruling.head and other is not ruling
            ),
        ]
        limit = next((item for item in clause if _limits(item) != (None, None)), ruling)
        yield PointsRule(int(Decimal(found[1])), Decimal(found[2]), *_limits(limit), ruling, limit)


def _limits(ruling: Ruling) -> tuple[Decimal | None, Decimal | None]:
    rate, most = _MOST_RATE.search(ruling.text), _MOST_YUAN.search(ruling.text)
    share = None if rate is None else Decimal(rate[1] or rate[2]) / 100
    return share, None if most is None else Decimal(most[1])


def points_candidate(part: Part, number: int, evidence: Evidence) -> Candidate | None:
    """Work out what the points that a shopper names are worth, within the limit of what is payable."""
    asked = _ASKED.search(part.clean) and _FIGURE_ASKED.search(part.clean)
    if not asked or _WHOLE_SUM.search(part.clean):
        return None
    held, rule = points_named(part.clean), points_rule(number, evidence)
    if held is None or rule is None:
        return None
    payable = amount_named(part.clean) or amount_named(fold(evidence.message.text))
    return Candidate(number, "points", (points_statement(rule, held, payable, number),), SCORE)


def points_statement(rule: PointsRule, held: Named, payable: Named | None, number: int) -> Statement:
    """State what points are worth; without a payable amount the limit is told with it."""
    worth, points = rule.worth(held.value), f"{plain(held.value)}积分"
    unit = f"{rule.points}分抵{yuan(rule.yuan)}元"
    shown = [held.text, points, unit, f"{yuan(worth)}元"]
    text, taken = f"{unit}，{points}就是{yuan(worth)}元", worth
    cap = None if payable is None else rule.cap(payable.value)
    if payable is not None and cap is not None:
        taken, limit = min(worth, cap), _limit_words(rule, payable.value)
        shown += [payable.text, f"{yuan(payable.value)}元", f"{yuan(cap)}元", *limit[1]]
        text += f"；单笔最多抵{limit[0]}"
        text += f"，所以能抵{yuan(taken)}元" if cap < worth else f"，没超过，能抵{yuan(taken)}元"
    elif rule.rate is not None or rule.most is not None:
        limit_text = (
            f"应付金额的{plain(rule.rate * 100)}%"
            if rule.rate is not None
            else f"{yuan(rule.most or worth)}元"
        )
        worked = "" if held.value == rule.points else f"，{points}可以抵{yuan(worth)}元"
        text = f"{unit}{worked}，单笔最多抵{limit_text}"
    fact = StatedFact("积分抵扣", yuan(taken), "元", origin="computed", document_id=rule.ruling.document.id)
    places = tuple(dict.fromkeys((rule.ruling.cited(), rule.limit.cited())))
    return Statement(closed(text), places, (fact,), number, tuple(shown))


def _limit_words(rule: PointsRule, payable: Decimal) -> tuple[str, tuple[str, ...]]:
    """The limit for an amount, with its sum: `应付260元的10%，260×10%=26元`."""
    shared = None if rule.rate is None else payable * rule.rate
    if shared is None or (rule.most is not None and rule.most < shared):
        return f"{yuan(rule.most or payable)}元", ()
    percent = f"{plain((rule.rate or Decimal(0)) * 100)}%"
    sums = f"{yuan(payable)}×{percent}={yuan(shared)}"
    return f"应付金额的{percent}，也就是{sums}元", (sums, percent)
