"""Coupons that hold now, read from how shops write them: what they take off, from which amount on, and whose they are."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from assist.documents import Document
from assist.draft.evidence import Evidence
from assist.draft.rulings import Ruling, promotions_running, rulings
from assist.expressions import expression
from assist.memo import Memo

_N = r"(\d+(?:\.\d+)?)"
_KINDS = {
    "新客": expression(r"新客|新人|首单|新用户|新会员|首次(?:购买|下单)|头[回一]次?(?:买|下单|拍|在)|第一[次回](?:买|下单|拍|在)"),
    "生日": expression(r"生日"),
    "加购": expression(r"加购"),
    "会员": expression(r"会员(?!生日)|银卡|金卡"),
    "关注": expression(r"关注|收藏|入会"),
}  # fmt: skip
"""Whose a coupon is, in the words of shops and shoppers; the first that a text holds counts."""
_WORD = expression(r"[券卷](?!后价)|优惠券")
_NEWCOMER = "新客"
_FOR_SOME = (_NEWCOMER, "生日")
"""Coupons that not everyone has are counted on only when they are named."""
_FULL = (
    expression(rf"满{_N}元?(?:可用|使用|能用)?[,，]?(?:立?减|抵|-|送){_N}元?"),
    expression(rf"{_N}元(?:的)?(?:无门槛)?(?:优惠|店铺|新客|新人|生日|会员|入会|关注)*券[^。;]{{0,12}}?满{_N}元?(?:以上)?(?:就|即)?(?:可用|能用|使用|可使用|可以用)"),
    expression(rf"满{_N}元?(?:以上)?(?:就|即)?(?:可用|能用|使用|可使用|可以用)(?:的)?[^。;]{{0,6}}?{_N}元(?:优惠|店铺|新客|新人|生日|会员)*券"),
    expression(rf"面额{_N}元[^。;]{{0,10}}?满{_N}元"),
)  # fmt: skip
_THRESHOLD_SECOND = (1, 3)
_ITS_COUPON = expression(r"元?[^、和与跟,;。]{0,5}[券卷]")
"""`满199元减15元的店铺券` is a coupon; `满300减40、新客券` is a promotion and one."""
_FREE = expression(rf"{_N}元(?:的)?无门槛(?:优惠|店铺)?券|无门槛(?:的)?{_N}元(?:优惠|店铺)?券")


@dataclass(frozen=True, slots=True)
class Coupon:
    """What a coupon takes off from which amount on, both in yuan, and where it is written."""

    kind: str
    name: str
    threshold: Decimal
    off: Decimal
    ruling: Ruling


_COUPONS: Memo[Document, tuple[Coupon, ...]] = Memo(2_048)


def coupons(document: Document) -> tuple[Coupon, ...]:
    """Read the coupons of a document."""
    known = _COUPONS.get(document)
    return _COUPONS.put(document, tuple(_read(document))) if known is None else known


def coupon_meant(asked: str, evidence: Evidence) -> tuple[bool, Coupon | None]:
    """Whether a question counts on a coupon, and the one that it means; None: no coupon of the kind, or several.

    Args:
        asked: What is asked, normalised.
        evidence: The promotions that run.
    """
    kind = next((kind for kind, words in _KINDS.items() if words.search(asked)), "")
    if not _WORD.search(asked) and kind != _NEWCOMER:
        return False, None
    running = [coupon for item in promotions_running(evidence) for coupon in coupons(item)]
    fitting = [
        coupon for coupon in running if (coupon.kind == kind if kind else coupon.kind not in _FOR_SOME)
    ]
    distinct = {(coupon.threshold, coupon.off) for coupon in fitting}
    return True, fitting[0] if len(distinct) == 1 else None


def _read(document: Document) -> Iterator[Coupon]:
    for ruling in rulings(document):
        about = f"{ruling.text} {ruling.head} {document.title}"
        found = _amounts(ruling.text, sole="券" in document.title + ruling.head)
        if found is None:
            continue
        kind = next((kind for kind, words in _KINDS.items() if words.search(about)), "")
        yield Coupon(kind, f"{kind}券" if kind else "店铺券", *found, ruling)


def _amounts(text: str, *, sole: bool) -> tuple[Decimal, Decimal] | None:
    """Threshold and amount off; None: none given, or more than one pair.

    Args:
        text: A sentence.
        sole: It stands where only coupons are ruled on: `满99减10` is one there, and a promotion elsewhere.
    """
    free = _FREE.search(text)
    if free is not None:
        return Decimal(0), Decimal(free[1] or free[2])
    found: set[tuple[Decimal, Decimal]] = set()
    for at, pattern in enumerate(_FULL):
        for match in pattern.finditer(text):
            if at == 0 and not sole and not _ITS_COUPON.match(text, match.end()):
                continue
            pair = (match[2], match[1]) if at in _THRESHOLD_SECOND else (match[1], match[2])
            found.add((Decimal(pair[0]), Decimal(pair[1])))
    pairs = {(threshold, off) for threshold, off in found if 0 < off < threshold}
    return pairs.pop() if len(pairs) == 1 else None
