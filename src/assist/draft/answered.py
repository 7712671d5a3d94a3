"""What tells whether the best source of a part answers it, or only speaks of something near it."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence

from assist.demand import Demand, Quality, Thing
from assist.draft.demands import unmet, unnamed
from assist.draft.evidence import Candidate, Evidence
from assist.expressions import expression
from assist.messages import Part

LEAST = 0.45
"""A part less likely answered than this is checked by a person; chosen on shops left out (`train_answerable.py`)."""
_FORMS = {
    "asks_yes_no": expression(r"(?:吗|不|(?<!什)么|没|嘛)$|会不会|能不能|可不可以|是不是|有没有"),
    "asks_how_much": expression(r"几|多少|多[大长高重宽厚久沉]"),
    "asks_what": expression("什么|哪"),
    "asks_when": expression("什么时候|几号|几点|哪天|多久"),
    "asks_how": expression("怎么"),
    "asks_which_of_two": expression("还是"),
    "asks_who": expression("谁"),
    "asks_where": expression("哪里|哪儿"),
    "asks_why": expression("为什么|怎么会"),
}
_FIELDS = {
    "of_function": "售前/商品/功能",
    "of_material": "售前/商品/材质",
    "of_size": "售前/商品/尺寸",
    "of_use": "售前/商品/使用",
    "of_price": "售前/价格",
    "of_freight": "售前/物流",
    "of_service": "售前/服务",
    "of_fit": "售前/尺码",
    "of_stock": "售前/库存",
    "of_after_sales": "售后",
}
"""Fields of the intent tree, by how much is asked there that no page holds."""
_MOST_ASPECTS = 2
_HALF = 0.5
_DECISIVE = ("unmet_figure", "unmet_option", "unmet_amount", "unmet_detail", "unmet_size")
"""Without a figure of the kind that is asked for, or either of two options, nothing is an answer: of 49 labelled questions one was."""
_OF_THINGS = ("售前/商品", "售前/尺码", "售后/质量/使用故障", "通用/寒暄", "通用/风险/索要")
"""Fields in which a thing that is asked for stands on the page or nowhere; what sounds like small talk is of the goods, too."""
_NOT_OF_THINGS = ("售前/商品/包装", "售前/商品/推荐", "售前/商品/评价", "售前/商品/正品")
"""What comes with the goods is told by the whole of a list, and the others by many things."""
_OF_GOODS, _OF_USE = "售前/商品", "售后/质量/使用故障"
_MATERIAL = expression(
    "[皮铁钢木布棉麻胶瓷铝铜金银竹纸革绒毛丝]|塑料?|玻璃|化纤|纤维|纯|真|实心|天然|人造|合成"
)
"""A page that tells what something is made of answers whether it is of another material."""
_LIST_ASKED = expression(
    r"(?:都有|有|是|分别是?|包括|包含)(?:哪些?|啥|什么|哪几[种个款项样])|哪几[种个款项样]|分别(?:是|有)|列一下|说说都有"
)
_COUNT = expression(r"(?:共|约|多达|内置)?\s*\d+\s*[余多]?[大个]?[种款个项样类档套组道色](?:[一-鿿]{2,4})?")
_OF_THE_PROPERTY = 0.9
_SHORT_CHARS = 8


def is_answered(
    part: Part, general: Sequence[Candidate], past: Sequence[Candidate], evidence: Evidence
) -> bool:
    """Say whether what was found for a part answers it.

    Args:
        part: What is asked.
        general: What pages and clauses say, with the columns of the best.
        past: Past answers to nearly the same question.
        evidence: What the writer is given.
    """
    described = describe(part, general, past, evidence)
    if described is None:
        return True
    if any(name in described for name in _DECISIVE) or _asks_for_the_unknown(part, general, evidence):
        return False
    if _only_counted(part, general):
        return False
    if _states_the_property(described) or _names_the_entry(part, general):
        return True
    return evidence.scorer.answers(described) >= LEAST


def _states_the_property(described: Mapping[str, float]) -> bool:
    """Say whether the best source is the page's own entry for what is asked, and for no more: the price to 多少钱."""
    return described.get("fact", 0.0) > 0 and described.get("aspect_bare", 0.0) >= _OF_THE_PROPERTY


def _asks_for_the_unknown(part: Part, general: Sequence[Candidate], evidence: Evidence) -> bool:
    """Say whether a thing (`有没有空间音频`) or a value (`羊毛是澳洲的吗`) is asked for that neither page nor source names."""
    if part.paraphrases or not part.products:
        return False
    intent = part.intent or _OF_GOODS
    best = max((item for item in general if item.columns), key=lambda item: item.score)
    return any(_counts(demand, intent) and unnamed(demand, best, part, evidence) for demand in part.demands)


def _only_counted(part: Part, general: Sequence[Candidate]) -> bool:
    """Say whether a list is asked for (那8个菜单都有哪些) and all that is known is how many there are (`8种`)."""
    if not _LIST_ASKED.search(part.clean):
        return False
    first = max((item for item in general if item.columns), key=lambda item: item.score)
    facts = [fact for said in first.statements for fact in said.facts]
    return bool(facts) and all(_COUNT.fullmatch(fact.value.strip()) for fact in facts)


def _counts(demand: Demand, intent: str) -> bool:
    """Say whether a question of this field is one for just this thing or value."""
    match demand:
        case Thing():
            return intent.startswith(_OF_THINGS) and not intent.startswith(_NOT_OF_THINGS)
        case Quality(words, least, _) if _HALF < least < 1.0:
            of_goods = intent.startswith((_OF_GOODS, _OF_USE))
            return of_goods and not _MATERIAL.search("".join(words))
        case _:
            return False


def _names_the_entry(part: Part, general: Sequence[Candidate]) -> bool:
    """Say whether a short part names the page's entry that answers first by the page's own word: 鞋底 to 鞋底什么材料."""
    first = max((item for item in general if item.columns), key=lambda item: item.score)
    keys = [fact.key for said in first.statements[:1] for fact in said.facts]
    return len(part.clean) <= _SHORT_CHARS and any(len(key) > 1 and key in part.clean for key in keys)


def describe(
    part: Part, general: Sequence[Candidate], past: Sequence[Candidate], evidence: Evidence
) -> Mapping[str, float] | None:
    """Describe a part and the best source that was found for it; None: no page or clause was measured.

    Returns:
        By name: `bias`; the form and the field of the question, its length and the words that it is about; the kinds
        of its demands that the best source does not meet; how like it is to a past question; the columns of the source.
    """
    best = max((item for item in general if item.columns), key=lambda item: item.score, default=None)
    if best is None:
        return None
    left_out = unmet(best, part, evidence)
    return {
        "bias": 1.0,
        "chars": math.log1p(len(part.clean)),
        "content": math.log1p(len(part.content)),
        "rarity": math.log1p(evidence.scorer.rarity(part.content)),
        "aspects": float(min(len(part.aspects), _MOST_ASPECTS)),
        "intent_score": part.intents[0].score if part.intents else 0.0,
        "no_intent": float(part.intent is None),
        "past_answer": max((item.score for item in past), default=0.0),
        "demands_met": float(bool(part.demands) and not left_out),
        "no_demands": float(not part.demands),
        **{f"unmet_{type(demand).__name__.lower()}": 1.0 for demand in left_out},
        **dict(_matching(part)),
        **best.columns,
    }


def _matching(part: Part) -> Iterator[tuple[str, float]]:
    """Forms and fields that a part is of; the others are 0."""
    intent = part.intent or ""
    yield from ((name, 1.0) for name, form in _FORMS.items() if form.search(part.clean))
    yield from ((name, 1.0) for name, start in _FIELDS.items() if intent.startswith(start))
