"""Sorts of goods: a clause that rules on one sort does not answer who speaks of another (鞋子有异味, 食品有异味)."""

from __future__ import annotations

from functools import lru_cache

from assist.expressions import expression

_SORTS = {
    "food": (
        expression("食品|食物|零食"),
        expression("零食|饼干|肉干|坚果|麦片|面包|茶叶|咖啡|牛奶|能吃|好吃|[吃喝]"),
    ),
    "skin": (
        expression("护肤品?|化妆品|美妆"),
        expression("面霜|精华|洗面奶|乳液|唇膏|口红|面膜|防晒|护肤|爽肤水"),
    ),
    "power": (expression("小家电|家电|数码|电器"), expression("锅|壶|耳机|充电|吸尘器|风扇|音箱|手机|电")),
    "wear": (expression("服饰|服装|衣服|鞋"), expression("衣|鞋|裤|裙|外套|T恤|t恤|卫衣|羽绒|袜|围巾|帽")),
}
"""Of each sort: the words of rules, and the nouns of shoppers."""
_NUMBER = expression(r"^(?:[\s#]*\d*(?:\.\d+)*[\s、.．]*)")


_ASKED_KEPT, _CLAUSES_KEPT = 256, 20_000


def of_other_goods(asked: str, clause: str) -> bool:
    """Say whether a clause opens with a sort of goods that is not asked about, and never speaks of the one that is."""
    meant = _meant(asked)
    if not meant:
        return False
    opening, spoken = _told(clause)
    return bool(opening) and meant.isdisjoint(spoken) and meant.isdisjoint(opening)


@lru_cache(maxsize=_ASKED_KEPT)
def _meant(asked: str) -> frozenset[str]:
    """Sorts that a shopper's words speak of."""
    return frozenset(sort for sort, (_, nouns) in _SORTS.items() if nouns.search(asked))


# Rules are read once, not once a message.
@lru_cache(maxsize=_CLAUSES_KEPT)
def _told(clause: str) -> tuple[frozenset[str], frozenset[str]]:
    """Sorts that the first sentence of a clause, its heading aside, begins with; and those that it speaks of at all."""
    lines = [_NUMBER.sub("", line) for line in clause.strip().split("\n") if line.strip()][:2]
    words = {sort: pattern for sort, (pattern, _) in _SORTS.items()}
    opening = {sort for sort, pattern in words.items() if any(pattern.match(line) for line in lines)}
    return frozenset(opening), frozenset(sort for sort, pattern in words.items() if pattern.search(clause))
