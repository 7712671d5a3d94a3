"""In which order reductions are taken, and which exclude each other: read from what the promotions say."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from enum import Enum
from itertools import pairwise

from assist.draft.rulings import Ruling
from assist.expressions import expression


class Reduction(Enum):
    """What can come off a price."""

    CUT = "满减"
    SUBSIDY = "补贴"
    COUPON = "券"
    POINTS = "积分"


_WORDS = {
    Reduction.CUT: expression(r"满减|满\d+元?减\d+(?!元?的?(?:店铺)?券)"),
    Reduction.SUBSIDY: expression(r"补贴|以旧换新"),
    Reduction.COUPON: expression(r"(?<!消费)券"),
    Reduction.POINTS: expression(r"积分"),
}
_IN_TURN = expression(r"顺序|依次|先[^。;]{1,24}?(?:再|后|然后)")
_START = expression(r"顺序|依次|先")
_AFTER = expression(r"(?P<late>[^,;。:]{1,12}?)在(?P<early>[^,;。:]{1,12}?)之?后(?:使用|抵扣|再|用|抵)")
_NET_OF = expression(
    r"按(?:减去|扣除|减掉|用完)(?P<early>[^,;。]{1,12}?)(?:以?后|之后)(?:的|、|[^,;。]{0,8}的)(?:金额|应付)"
)
_EXCLUSIVE = expression(
    r"(?:不能|不可|不得|不与|不和|不可以|无法)[^,;。]{0,4}(?:再|与|和|跟|同时|一起)?[^;。]{0,24}(?:用|同享|叠加|享受)|二选一|不叠加|不同享"
)

Pairs = dict[tuple[Reduction, Reduction], Ruling]
"""Which reduction comes before which, and where that is written."""


def orders(written: Iterable[Ruling]) -> Pairs:
    """Read the pairs of reductions whose order a sentence states; the first sentence on a pair counts."""
    found: Pairs = {}
    for ruling in written:
        for early, late in _stated(ruling):
            if (late, early) not in found:
                found.setdefault((early, late), ruling)
    return found


def _stated(ruling: Ruling) -> list[tuple[Reduction, Reduction]]:
    text = ruling.text
    after, net = _AFTER.search(text), _NET_OF.search(text)
    if after is not None and not _IN_TURN.search(text):
        return _every(_named(after["early"]), _named(after["late"]))
    if net is not None:
        late = _named(text[: net.start()]) or (
            [Reduction.COUPON] if "券" in ruling.head + ruling.document.title else []
        )
        return _every(_named(net["early"]), late)
    if not _IN_TURN.search(text):
        return []
    start = _START.search(text)
    turn = _named(text[start.start() if start is not None else 0 :])
    return [(early, late) for at, early in enumerate(turn) for late in turn[at + 1 :]]


def _every(early: Iterable[Reduction], late: Sequence[Reduction]) -> list[tuple[Reduction, Reduction]]:
    return [(first, then) for first in early for then in late if first is not then]


def _named(text: str) -> list[Reduction]:
    """Reductions by where a text first names them."""
    places = {kind: found.start() for kind, words in _WORDS.items() if (found := words.search(text))}
    return sorted(places, key=lambda kind: places[kind])


def in_order(used: Collection[Reduction], known: Pairs) -> tuple[Reduction, ...] | None:
    """Put reductions into the order that is stated; None where it is not stated for two that follow each other."""
    ranked = sorted(used, key=lambda kind: sum((other, kind) in known for other in used))
    settled = all((early, late) in known for early, late in pairwise(ranked))
    return tuple(ranked) if settled else None


def excluded(used: Collection[Reduction], written: Iterable[Ruling]) -> bool:
    """Say whether a sentence forbids two of the reductions together."""
    return any(
        _EXCLUSIVE.search(ruling.text) and len(set(_named(ruling.text)) & set(used)) >= 2
        for ruling in written
        if not _allows(ruling)
    )


def _allows(ruling: Ruling) -> bool:
    """`可以和满减一起用，不能和生日券同用` forbids coupons with each other, and nothing with 满减."""
    return bool(_TOGETHER.search(ruling.text))


_TOGETHER = expression(r"(?<!不)可以?[与和跟][^,;。]{0,16}(?:一起|同时|叠加|同享)|可叠加|可同享")
