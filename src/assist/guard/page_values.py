"""What a sentence says of a page's fact, when it is not what the fact says: a figure, a grade, a name, a yes or no."""

from __future__ import annotations

import re
from collections.abc import Sequence

from assist.documents import Fact, Row
from assist.expressions import expression
from assist.guard.subjects import Value, catalog, masked, quantity_of
from assist.text.quantities import Dimension, Quantity, quantities

_VALUE_END = r"[^，,。；;！!～~\n]{1,24}"
_PARTICLES = expression(r"[的哦呢呀啦哈亲～~\s]+$")
_GRADE = expression(r"(?<![\d.])\d{2,4}(?![\d.%])")
_UNIT = expression(r"[(（](?P<unit>[^)）]+)[)）]$")
_LETTERS = expression(r"[^\W\d_]+")
_TOPIC = expression(r"^(?:是否|能否|可否|有无|能不能|支持|可以|可|能)+|(?:功能|与否|情况|方式)$")
_YES = r"(?<![不没无非])(?:可以|能够?|支持|带有?|有|自带|具备|是可?|可)"
_NO = r"(?:不(?:可以?|能够?|支持|建议|含|带|具备|是|要)?|没有?|无法?|别|勿|非)"
_ANSWERS = {
    **dict.fromkeys(
        ("否", "不", "不支持", "不可", "不可以", "不能", "无", "没有", "不是", "不带", "不含"), False
    ),
    **dict.fromkeys(("是", "支持", "可", "可以", "能", "有", "带", "自带", "含"), True),
}
_ASKS = expression(r"[吗么嘛？?]|如果|要是|是否|能不能")
_NAMED_ENDS = ("材质", "产地", "口味", "版型", "方式", "季节", "接口")
_HEDGED = expression("[不看可多都几有以或]")
_SHARE = expression(
    r"(?P<stuff>棉|聚酯纤维|涤纶|氨纶|锦纶|腈纶|羊毛|羊绒|桑蚕丝|亚麻|粘纤|莫代尔|天丝|鸭绒|鹅绒)(?:含量)?(?P<share>\d{1,3})%"
)
_SHARE_BEFORE = expression(
    r"(?P<share>\d{1,3})%的?(?P<stuff>棉|聚酯纤维|涤纶|氨纶|锦纶|腈纶|羊毛|羊绒|桑蚕丝|亚麻|粘纤|莫代尔|天丝|鸭绒|鹅绒)"
)
_PLACES = frozenset({"产地", "发货地"})
_MADE_OF = frozenset({"面料成分", "面料", "材质", "成分", "填充物", "里料", "鞋面材质"})
_PURE = {
    "纯棉": "棉",
    "全棉": "棉",
    "真丝": "丝",
    "真皮": "皮",
    "纯羊毛": "羊毛",
    "纯羊绒": "羊绒",
    "纯亚麻": "麻",
    "实木": "木",
    "全乳胶": "乳胶",
}
"""What a claim of purity must find in a page's composition."""


def canonical(key: str) -> str:
    """Return the name of a key that other words mean too."""
    return next((name for name, others in catalog().synonyms.items() if key in others), key)


def other_value(fact: Fact, sentence: str) -> Value | None:
    """Return what a sentence says of a fact's key, when it is not what the fact says; None: it is, or nothing."""
    denied = _other_answer(fact, sentence) or _other_stuff(fact, sentence)
    if denied:
        return Value(word=denied)
    for key in {fact.key, *catalog().synonyms.get(canonical(fact.key), ()), canonical(fact.key)}:
        if len(key) < 2 or key not in sentence:
            continue
        said = _figure_after(key, sentence)
        if said is not None:
            return None if _stated(said, fact) else Value((said,))
        code = _other_code(key, sentence, fact.value)
        if code is not None:
            return Value(word=code) if code else None
        if key in catalog().named or key.endswith(_NAMED_ENDS):
            name = _name_after(key, sentence)
            hedged = key not in catalog().named and _HEDGED.search(name)
            if name and not hedged and not _same_name(name, fact.value):
                return Value(word=name)
    return None


def _shares(text: str) -> list[re.Match[str]]:
    return list(_SHARE.finditer(text)) or list(_SHARE_BEFORE.finditer(text))


def other_reply(fact: Fact, sentence: str, asked: str, facts: Sequence[Fact]) -> Value | None:
    """Return the only figure of a reply to a question about a fact's key, when no fact of the page states it."""
    names = (fact.key, canonical(fact.key), *catalog().asked.get(canonical(fact.key), ()))
    names += (f"几{fact.key[:-1]}",) if fact.key.endswith("数") else ()
    if not any(len(name) > 1 and name in asked for name in names) or any(
        other.key in sentence for other in facts
    ):
        return None
    said = quantities(sentence)
    if len(said) != 1 or said[0].dimension is Dimension.PLAIN or _ASKS.search(sentence):
        return None
    alike = [item for item in quantities(f"{fact.value}{fact.unit}") if item.dimension is said[0].dimension]
    told = any(
        item.same(said[0]) or _within(said[0], item)
        for other in facts
        for item in quantities(f"{other.value}{other.unit}")
    )
    return None if told or not alike else Value((said[0],))


def _other_answer(fact: Fact, sentence: str) -> str:
    """Return the words that say yes where a fact says no, or no where it says yes; empty: neither."""
    topic = _TOPIC.sub("", fact.key)
    stated = _yes_or_no(fact.value, topic)
    if stated is None or len(topic) < 2 or topic not in sentence or _ASKS.search(sentence):
        return ""
    near = re.escape(topic)
    denied = re.search(rf"{_NO}[^，。；;]{{0,3}}{near}|{near}(?:功能)?(?:是)?(?:{_NO}|不)", sentence)
    if denied is not None:
        return denied[0] if stated else ""
    granted = re.search(
        rf"{_YES}(?:直接)?{near}(?!要|需|的?话|吗)|{near}(?:功能)?(?:是)?(?:可以|支持|有)的", sentence
    )
    return granted[0] if granted is not None and not stated else ""


def _yes_or_no(value: str, topic: str) -> bool | None:
    """Return what a value that is no more than a yes or no says; None: it says more."""
    said = value.strip(" 。的").replace(topic, "") if topic else value
    return _ANSWERS.get(said)


def _other_stuff(fact: Fact, sentence: str) -> str:
    """Return the pure material that a sentence claims and a fact's composition does not hold; empty: none."""
    if canonical(fact.key) not in _MADE_OF or _ASKS.search(sentence):
        return ""
    stated = {(found["stuff"], found["share"]) for found in _shares(fact.value)}
    for found in _shares(sentence):
        known = found["stuff"] in {stuff for stuff, _ in stated}
        if known and (found["stuff"], found["share"]) not in stated:
            return found[0]
    for claim, stuff in _PURE.items():
        at = sentence.find(claim)
        if (
            at >= 0
            and not re.search(stuff, fact.value)
            and not re.search(rf"{_NO}[^，。；;]{{0,3}}$", sentence[:at])
        ):
            return claim
    return ""


def _figure_after(key: str, sentence: str) -> Quantity | None:
    found = quantities(sentence)
    match = re.search(
        rf"{re.escape(key)}(?:是|为|有|约|大[约概]|差不多|需?要|能|可|以|在|共|就|达|到|：|:|\s)*(?P<n>[\ue000-\ue0ff])",
        masked(sentence, found),
    )
    return None if match is None else quantity_of(match["n"], found)


def _other_code(key: str, sentence: str, value: str) -> str | None:
    """Return the grade or code after a key (IPX7) where a value has another of its letters; empty: the same; None: none."""
    said = re.search(rf"{re.escape(key)}(?:是|为|有|达|到|：|:|\s)*([A-Za-z]{{1,5}})-?(\d{{1,4}})", sentence)
    if said is None:
        return None
    stated = re.findall(rf"(?<![A-Za-z]){said[1]}-?(\d{{1,4}})", value, re.IGNORECASE)
    return "" if not stated or said[2] in stated else f"{said[1]}{said[2]}"


def _stated(said: Quantity, fact: Fact) -> bool:
    """Say whether a fact bears a figure out: it states it, has a range around it, or measures something else."""
    stated = quantities(f"{fact.value}{fact.unit}")
    alike = [item for item in stated if item.dimension is said.dimension]
    if said.dimension is Dimension.PLAIN or not alike:
        return not any(item.comparable[:2] == said.comparable[:2] for item in stated) or any(
            item.same(said) for item in stated
        )
    return any(item.same(said) or _within(said, item) for item in alike)


def _within(said: Quantity, item: Quantity) -> bool:
    high = said.value if said.high is None else said.high
    return item.high is not None and item.value <= said.value and high <= item.high


def _name_after(key: str, sentence: str) -> str:
    told = "(?:是|为|在|：|:)?" if key in _PLACES else "(?:是|为|：|:)"
    match = re.search(rf"{re.escape(key)}{told}\s*({_VALUE_END})", sentence)
    return "" if match is None else _PARTICLES.sub("", match[1])


def _same_name(name: str, value: str) -> bool:
    """Say whether two names agree: no figure of its own in the first, no other grade (304, 316), and letters in common."""
    mine, theirs = quantities(name), quantities(value)
    if any(not any(item.same(other) for other in theirs) for item in mine):
        return False
    grades = [set(_GRADE.findall(text)) for text in (name, value)]
    if all(grades) and not grades[0] & grades[1]:
        return False
    words = ["".join(_LETTERS.findall(text)) for text in (name, value)]
    pairs = [{word[at : at + 2] for at in range(len(word) - 1)} or {word} for word in words]
    return not words[0] or words[0] in words[1] or bool(pairs[0] & pairs[1])


def other_cell(header: Sequence[str], row: Row, sentence: str) -> tuple[str, str, Value] | None:
    """Return what a sentence says of a size table's row, when it is not what the row says.

    Returns:
        The column's name, what the row states, and what the sentence says; None: the same, or nothing.
    """
    columns: dict[str, list[tuple[str, tuple[Quantity, ...]]]] = {}
    for head, cell in zip(header[1:], row.cells[1:], strict=False):
        unit = _UNIT.search(head)
        stated = quantities(f"{cell.text}{unit['unit'] if unit else ''}")
        columns.setdefault(_UNIT.sub("", head).strip(), []).append((cell.text, stated))
    for name, cells in columns.items():
        said = _figure_after(name, sentence) if len(name) > 1 else None
        alike = [item for _, stated in cells for item in stated if _alike(item, said)]
        if said is not None and alike and not any(_borne_out(said, item) for item in alike):
            return name, cells[0][0], Value((said,))
    return None


def _alike(item: Quantity, said: Quantity | None) -> bool:
    return said is not None and said.dimension in {Dimension.PLAIN, item.dimension}


def _borne_out(said: Quantity, item: Quantity) -> bool:
    return item.same(said) or item.same_figure(said) or _within(said, item)
