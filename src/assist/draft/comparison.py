"""Comparison lane: the one property that is asked about, of both products; all that differs where none is; versions."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

from assist.documents import Document, Fact
from assist.draft.comparatives import Comparative, comparative
from assist.draft.evidence import Candidate, Evidence, cite
from assist.draft.pages import best_statement, fact_statement
from assist.draft.promotions import price_of
from assist.draft.speak import clean_key, closed, say_value
from assist.draft.table_rows import rows_compared
from assist.expressions import expression
from assist.messages import Part
from assist.results import StatedFact, Statement
from assist.text.normalize import fold
from assist.text.quantities import Quantity, quantities

DULL = expression(
    r"货号|商品ID|编号|执行标准|品牌|条码|款号|型号|备案|注册|许可|生产商|厂家|地址|电话|安全类别"
)
TELLING = expression(
    r"材质|面料|成分|配料|容量|功率|充绒|含绒|续航|重量|净重|净含量|适用|保修|版型|厚薄|防|降噪|产地|快充|输出|吸力|跟高|鞋底"
)
COMPARE = "售前/商品/型号/款式差异"
_INTENTS = ("售前/商品", "售前/尺码", "售前/库存", "售前/售后咨询", "售前/价格")
_TOGETHER = expression(r"都有|都能|一起|同时|一块儿?|也(?:能|有|是)")
MAX_DIFFERENCES = 5
TELLING_SHARE = 0.15
"""How much more a telling property counts among the differences."""
SCORE, LIST_SCORE = 0.9, 0.93
MIN_SCORE = 0.3
"""A sentence of a page stands for the property asked about when it is at least this likely to answer."""
_IN_GENERAL = expression(
    r"(?:什么|啥|哪些?|有何|乜)(?:的?区别|差别|不同|差异|两样)|区别|差别|差异|不一样|不同|两样|差(?:在|哪|啥|什么)|怎么选|咋选|(?:贵|强|升级)(?:在|了)(?:哪|啥|什么)|比[^，。？]{0,8}(?:多|少|强|好)(?:了|点|些|出)*(?:啥|什么|哪|在)|[选挑拿]哪|哪[个款件双种台]更?(?:好|合适|值|划算|推荐)|对比|比一比"
)
_WHICH = expression(
    r"[跟和与]\S{1,10}哪[个款件双种台]|哪[个款件双种台]更?(?:轻|重|沉|亮|大|小|长|短|厚|薄|快|贵|便宜)"
)
_DEARER = expression(
    r"(?:凭什么|为什么|为何|怎么|因为什么)(?![^，。]*(?:别家|别人|人家|外面|其[他它]家|这么贵))[^，。]{0,8}(?:贵|便宜|[多差]\d)|[贵差多便宜]\d+[^，。]{0,3}(?:在|是)(?:哪|什么)"
    r"|多花(?:的|那|了)?[\d一二两三几百]+[^，。]{0,4}(?:值|在哪|买|图)"
)
"""Why one version costs more than another."""
_ENDING = expression("(?:[款版轴色号装味型码杯盒袋]|套装|套餐)$")
_NONE = expression("无|没有|[-—/×]")
_FIGURE = expression(r"\d+(?:\.\d+)?")
_BRACKETED = expression(r"[（(][^）)]*[）)]")
_STOCK = expression(r"库存|sku|编码|条码|货号|编号")
_OF_VERSIONS = expression(r"版本?|款式|口味|味儿?|规格|颜色|香型|尺码|[俩两仨三几]个?种|分别|各|排")
_LABELS = ("版本", "款式", "口味", "规格", "型号", "颜色", "香型", "尺码")
_EACH = expression(
    r"分别|各(?:是|有|自|多|几)|都(?:是|有)?多少|排(?:一?下|个|序)|哪[个款种]|[俩两仨三几]个?(?:版本|款|口味|味|规格|种)|区别|差(?:在|哪|啥|什么|别)|不同|不一样|多(?:了|点|些|出)*(?:什么|哪)"
)


def comparison_candidate(
    part: Part, number: int, evidence: Evidence, *, twin: bool = False
) -> Candidate | None:
    """Compare two products in scope, or the versions of one; every cell is sourced.

    Where one property is asked about (哪个轻, 哪个能进洗碗机) what each page says on it is told, and which one it is
    where the figures say so; else what differs is listed and nothing is judged.

    Args:
        part: What is asked.
        number: The part's number.
        evidence: What may be said.
        twin: Whether the second product may be the one that the first one's page names (`这两款`).
    """
    both = _both(part, evidence)
    if len(both) == 1:
        rows = rows_compared(part, number, both[0]) if compares(part) or twin else None
        one_property = bool(part.aspects or comparative(part.clean))
        found = versions_candidate(part, number, both[0])
        found = (found or rows) if one_property else (rows or found)
        named = found is rows or _OF_VERSIONS.search(part.clean)
        if found is not None and (named or not _twin(both[0], evidence)):
            return found
        beside = twin or (part.intent == COMPARE and _IN_GENERAL.search(part.clean))
        both = [*both, *_twin(both[0], evidence)] if beside else both
    if len(both) < 2 or not (part.intent or COMPARE).startswith(_INTENTS):
        return None
    found = _of_property(both, part, number, evidence)
    listing = (
        twin
        or _IN_GENERAL.search(part.clean)
        or (part.intent == COMPARE and not _TOGETHER.search(part.clean))
    )
    return found or (_of_all(both, part, number, evidence) if listing else None)


def _both(part: Part, evidence: Evidence) -> list[Document]:
    """The products in scope, two at most; beside one that is named, the one that is open (`跟C610比多了啥`)."""
    names = part.products if len(part.products) >= 2 else evidence.question.products
    both = [evidence.products[name] for name in names if name in evidence.products][:2]
    opened = evidence.message.product
    if len(both) == 1 and opened not in {None, both[0].id} and compares(part):
        both = [*(item for item in evidence.catalog if item.id == opened), *both]
    return both


def compares(part: Part) -> bool:
    """Say whether a part asks in what two things differ, or which of them is more so."""
    return any(form.search(part.clean) for form in (_IN_GENERAL, _WHICH, _DEARER))


def _of_property(both: Sequence[Document], part: Part, number: int, evidence: Evidence) -> Candidate | None:
    """What each page says on the one property that is asked about."""
    measure = comparative(part.clean)
    general = _IN_GENERAL.search(part.clean)
    asked = part.aspects or part.paraphrases or _EACH.search(part.clean)
    if measure is None and (general or not asked):
        return None
    keys = [] if measure is None else list(measure.keys)
    keys += [] if general else [key for aspect in part.aspects for key in aspect.keys]
    keys += [] if general else [word for phrase in part.paraphrases for word in phrase.written]
    facts = _same_fact(both, keys) or _like_facts(both, measure)
    if facts is not None:
        told = _told(both, facts, number)
        said = [*told, *_verdict(both, facts, measure, number)]
        return Candidate(number, "comparison", tuple(said), SCORE)
    if general:
        return None
    found = [best_statement(part, number, product, evidence, least=MIN_SCORE) for product in both]
    if any(item is None for item in found):
        return None
    said = [_by_name(item, product) for item, product in zip(found, both, strict=True) if item is not None]
    return Candidate(number, "comparison", tuple(said), SCORE)


def _told(both: Sequence[Document], facts: tuple[Fact, Fact], number: int) -> list[Statement]:
    """Both values in one sentence where pages call the property alike."""
    if clean_key(facts[0].key) == clean_key(facts[1].key):
        return [_difference(both, facts, number)]
    return [fact_statement(fact, item, number, item.id) for fact, item in zip(facts, both, strict=True)]


def _same_fact(both: Sequence[Document], keys: Sequence[str]) -> tuple[Fact, Fact] | None:
    """The facts of both pages on one key, by the first key that both have."""
    found = [[_fact(product, key) for key in keys] for product in both]
    for left, right in zip(*found, strict=True):
        if left is not None and right is not None:
            return left, right
    return None


def _like_facts(both: Sequence[Document], measure: Comparative | None) -> tuple[Fact, Fact] | None:
    """The facts of both pages on what a comparative measures, each under its own key (净重, 总重)."""
    keys = () if measure is None else measure.keys
    left, right = (
        next((f for f in (_fact(item, key) for key in keys) if f is not None), None) for item in both
    )
    return None if left is None or right is None else (left, right)


def _fact(product: Document, key: str) -> Fact | None:
    if key in {"到手价", "价格"}:
        return price_of(product)
    plain = [fact for fact in product.facts if fact.sku is None]
    exact = next((fact for fact in plain if clean_key(fact.key) == key), None)
    return exact or next((fact for fact in plain if key in clean_key(fact.key)), None)


def _verdict(
    both: Sequence[Document], facts: Sequence[Fact], measure: Comparative | None, number: int
) -> list[Statement]:
    """Say which one it is where both values are one quantity of one kind."""
    found = [_quantity(fact) for fact in facts]
    left, right = found
    if measure is None or not measure.word or left is None or right is None:
        return []
    *kind, less, _ = left.comparable
    *other, more, _ = right.comparable
    if kind != other:
        return []
    places = tuple(cite(product, fact.span, fact.section) for fact, product in zip(facts, both, strict=True))
    if less == more:
        return [Statement("两款一样。", places, (), number)]
    first = (less < more) == measure.less
    winner = both[0] if first else both[1]
    return [Statement(closed(f"{winner.id}{measure.word}"), places, (), number, (winner.id,))]


def _quantity(fact: Fact) -> Quantity | None:
    found = list(quantities(_BRACKETED.sub("", fact.value)))
    return found[0] if len(found) == 1 else None


def _by_name(statement: Statement, product: Document) -> Statement:
    """Put the product before a sentence that does not name it."""
    if product.id in statement.text:
        return statement
    return replace(statement, text=f"{product.id}：{statement.text}", shown=(*statement.shown, product.id))


def _of_all(both: Sequence[Document], part: Part, number: int, evidence: Evidence) -> Candidate | None:
    pairs = _asked_pairs(_differences(both[0], both[1], part, evidence), part)[:MAX_DIFFERENCES]
    statements = tuple(_difference(both, pair, number) for pair in pairs)
    if not statements:
        return None
    return Candidate(
        number, "comparison", statements, LIST_SCORE, lead=f"{both[0].id}和{both[1].id}主要差在："
    )


def _twin(product: Document, evidence: Evidence) -> list[Document]:
    """The one other product that a page names, or whose page names it: what 这两款 means."""
    others = [other for other in evidence.catalog if other.id != product.id]
    twins = [other for other in others if other.id in product.text or product.id in other.text]
    same = [other for other in twins if set(other.categories) & set(product.categories)] or twins
    return same if len(same) == 1 else []


def _asked_pairs(pairs: list[tuple[Fact, Fact]], part: Part) -> list[tuple[Fact, Fact]]:
    """Only what is asked about, where the pages differ in it."""
    asked = [pair for pair in pairs if any(key in pair[0].key for a in part.aspects for key in a.keys[:3])]
    return asked or pairs


def _differences(left: Document, right: Document, part: Part, evidence: Evidence) -> list[tuple[Fact, Fact]]:
    other = {clean_key(fact.key): fact for fact in right.facts if fact.sku is None}
    pairs = [
        (fact, other[clean_key(fact.key)])
        for fact in left.facts
        if fact.sku is None
        and not DULL.search(fact.key)
        and clean_key(fact.key) in other
        and fold(fact.value) != fold(other[clean_key(fact.key)].value)
    ]
    if not pairs:
        return []
    scores = evidence.scorer.score(part, [f.key for f, _ in pairs], [f.key for f, _ in pairs])
    named = [any(key in pair[0].key for a in part.aspects for key in a.keys) for pair in pairs]
    order = sorted(
        range(len(pairs)),
        key=lambda at: (
            not named[at],
            -round(float(scores[at]) + TELLING_SHARE * bool(TELLING.search(pairs[at][0].key)), 3),
            at,
        ),
    )
    return [pairs[at] for at in order]


def _difference(both: Sequence[Document], pair: tuple[Fact, Fact], number: int) -> Statement:
    left, right = pair
    text = closed(f"{clean_key(left.key)}：{both[0].id}是{say_value(left)}，{both[1].id}是{say_value(right)}")
    places = (cite(both[0], left.span, left.section), cite(both[1], right.span, right.section))
    facts = (StatedFact.of(left, both[0].id), StatedFact.of(right, both[1].id))
    return Statement(text, places, facts, number)


def versions_candidate(part: Part, number: int, product: Document) -> Candidate | None:
    """Say a property of every version of one product (仨味儿辣度排一下), or all that its versions differ in."""
    dearer = _DEARER.search(part.clean) is not None
    if not (dearer or _EACH.search(part.clean)):
        return None
    rows = _by_sku(product)
    label = _label_of(rows)
    if label is None:
        return None
    named = [row for row in rows if label in row and _is_named(row, label, part)]
    if dearer and not named:
        return None
    rows = named if len({row[label].value for row in named}) > 1 else rows
    keys = [key for key in rows[0] if key != label and not _STOCK.search(key)]
    asked = [] if dearer else _asked_keys(keys, part)
    if not (asked or dearer or _IN_GENERAL.search(part.clean)):
        return None
    told = [_of_versions(rows, label, key, product, number) for key in asked or keys]
    said = [item for item in told if item is not None][:MAX_DIFFERENCES]
    return Candidate(number, "comparison", tuple(said), SCORE) if said else None


def _label_of(rows: Sequence[dict[str, Fact]]) -> str | None:
    """The column that names the versions: the first where it tells all rows apart, else one that is headed so."""
    first = next(iter(rows[0]), "价") if rows else "价"
    tells = len({row[first].value for row in rows if first in row}) == len(rows) > 1
    if tells and not (_STOCK.search(first) or "价" in first):
        return first
    return next((key for key in _LABELS if len({row[key].value for row in rows if key in row}) > 1), None)


def _is_named(row: dict[str, Fact], label: str, part: Part) -> bool:
    """Say whether a part names a version by its word (红的 of 红轴), or by what it costs (118的)."""
    name = fold(row[label].value)
    word = _ENDING.sub("", name)
    priced = [fact.value for key, fact in row.items() if "价" in key]
    figures = [figure for value in priced for figure in _FIGURE.findall(value)]
    costs = any(re.search(rf"(?<![\d.]){figure}(?![\d.])", part.clean) for figure in figures)
    called = len(word) > 1 or re.search(
        f"{re.escape(word)}(?:[的款版轴色号装味型码杯盒袋]|[和跟与比])", part.clean
    )
    return costs or (bool(called) and word in part.clean)


def _asked_keys(keys: Iterable[str], part: Part) -> list[str]:
    measure = comparative(part.clean)
    wanted = [key for aspect in part.aspects for key in aspect.keys] + list(measure.keys if measure else ())
    return [key for key in keys if key in part.clean or any(word in key for word in wanted)][:2]


def _by_sku(product: Document) -> list[dict[str, Fact]]:
    rows: dict[str, dict[str, Fact]] = {}
    for fact in product.facts:
        if fact.sku is not None:
            rows.setdefault(fact.sku, {})[clean_key(fact.key)] = fact
    return [row for row in rows.values() if row]


def _of_versions(
    rows: Sequence[dict[str, Fact]], label: str, key: str, product: Document, number: int
) -> Statement | None:
    """One property of every version, where the version alone decides it and it differs."""
    values: dict[str, Fact] = {}
    for row in rows:
        if label not in row or key not in row:
            return None
        known = values.setdefault(row[label].value, row[key])
        if known.value != row[key].value:
            return None
    if len({fact.value for fact in values.values()}) < 2:
        return None
    told = "，".join(f"{name}{_is(fact)}" for name, fact in values.items())
    places = tuple(cite(product, fact.span, fact.section) for fact in values.values())
    facts = tuple(StatedFact.of(fact, product.id) for fact in values.values())
    return Statement(closed(f"{key}：{told}"), places, facts, number, (*values, key))


def _is(fact: Fact) -> str:
    value = say_value(fact)
    if _NONE.fullmatch(value):
        return "没有"
    return value if value.startswith("约") else f"是{value}"
