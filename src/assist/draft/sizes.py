"""Size lane: a size from the page's own size table, units converted; between two sizes it says so."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from assist.documents import BlockKind, Document, Row, Span, Table
from assist.draft.evidence import Candidate, Evidence, cite
from assist.draft.size_advice import SizeAdvice, size_advice
from assist.draft.speak import closed
from assist.draft.units import Unit, product_units
from assist.draft.usual_size import unmade_size_candidate, usual_size_candidate
from assist.expressions import expression
from assist.messages import Part, Slot
from assist.results import StatedFact, Statement
from assist.text.normalize import fold

INTENTS = ("售前/尺码/推荐尺码", "售前/尺码/偏大偏小")
_STOCK = "售前/库存"
_RANGE = expression(r"(\d+(?:\.\d+)?)\s*(?:[-~～—–至到]+)\s*(\d+(?:\.\d+)?)")
_NUMBER = expression(r"\d+(?:\.\d+)?")
_SIZE_HEAD = expression(r"尺码|码数|鞋码|欧码|size|规格|码$", re.IGNORECASE)
_BRACKETS = expression(r"[（(][^）)]*[）)]|/.*$")
_WHICH_SIZE = r"(?:穿|选|买|拿|要|拍|用|推荐).{0,4}(?:码|号|多大)|[什么几哪]个?[码号]"
_SLOT_HEADS = {
    "height_cm": "身高",
    "weight_kg": "体重",
    "foot_cm": "脚长",
    "bust_cm": "胸围",
    "waist_cm": "腰围",
    "hip_cm": "臀围",
    "shoulder_cm": "肩宽",
    "neck_cm": "颈围",
    "head_cm": "头围",
}
_OF_SIZES = frozenset(
    {"尺码", "版型", "脚宽", "脚长", "衣长", "胸围", "腰围", "臀围", "肩宽", "袖长", "裤长"}
)
SURE = 0.5
"""An intent at least this sure makes a question one about the size, whatever else it names."""
_LOOSE = expression(r"宽松|大一码|oversize|肥一点|松一点", re.IGNORECASE)
_TIGHT = expression(r"修身|合身|紧一点|贴身")
_RULES = expression(r"以(身高|体重|[胸腰臀颈脖头]围|脚长)为准|按(身高|体重|[胸腰臀颈脖头]围|脚长)")
"""A page's own word on which measure decides."""
_BETWEEN_SIZES = expression(r"(?:之间|中间|介于)[^。；]{0,10}[拍选买穿拿](?P<way>大|小)")
_SLACK_CM = 0.1
"""A foot this much longer than a size tells still fits it."""
_OF_PETS = expression(r"宠物|[猫犬狗]|毛孩")


@dataclass(frozen=True, slots=True)
class _Measure:
    """A column of a size table that a slot can be looked up in."""

    slot: str
    column: int
    factor: float
    unit: str
    name: str


@dataclass(frozen=True, slots=True)
class _Reading:
    """What one measure says: the row it falls into, or which end of the table it is beyond."""

    measure: _Measure
    value: float
    row: int | None
    beyond: int = 0


_MEASURES = (
    ("height_cm", expression(r"身高"), "身高"),
    ("weight_kg", expression(r"体重"), "体重"),
    ("foot_cm", expression(r"脚长"), "脚长"),
    ("age_months", expression(r"月龄|年龄|岁"), "年龄"),
    ("bust_cm", expression(r"胸围"), "胸围"),
    ("waist_cm", expression(r"腰围"), "腰围"),
    ("hip_cm", expression(r"臀围"), "臀围"),
    ("neck_cm", expression(r"颈围|脖围"), "颈围"),
    ("head_cm", expression(r"头围"), "头围"),
)
_GIRTHS = frozenset({"bust_cm", "waist_cm", "hip_cm", "neck_cm", "head_cm"})
"""Measures of a body only where the table gives ranges; one figure a size is what the garment measures."""
_BODY = frozenset({"height_cm", "weight_kg", "foot_cm"})
_DECIDING = frozenset({"foot_cm", "age_months"}) | _GIRTHS
"""Each of these leads to a size by itself; height and weight go together."""


_ANIMAL = expression("[猫狗犬]|宠物")


def for_other_bodies(part: Part, evidence: Evidence) -> bool:
    """Say whether a size is asked for an animal, of a product whose page names none."""
    if not ((part.intent or "").startswith("售前/尺码") and _ANIMAL.search(part.clean)):
        return False
    pages = [evidence.products[name] for name in part.products if name in evidence.products]
    return bool(pages) and not any(_ANIMAL.search(page.text) for page in pages)


def size_candidates(part: Part, number: int, evidence: Evidence) -> list[Candidate]:
    """Recommend a size for the first product in scope that has a size table, or ask for what is missing."""
    names = part.products or evidence.question.products
    product = next((evidence.products[name] for name in names[:1] if name in evidence.products), None)
    if product is None:
        return []
    measured = _measured(part, number, product, evidence)
    if measured is None and (part.intent or "").startswith(_STOCK):
        measured = unmade_size_candidate(number, product, evidence)
    if measured is not None:
        return [measured]
    table = _table(product)
    if _asks_other(part) or (part.intent not in INTENTS and not _asks_size(part, evidence)):
        return []
    usual = usual_size_candidate(part, number, product, evidence)
    if usual is not None:
        return [usual]
    if table is None:
        return []
    return _recommend(part, number, product, table, evidence)


def _asks_other(part: Part) -> bool:
    """Say whether a part rather asks for a price, a filling or another property that no body decides."""
    sure = bool(part.intents) and part.intents[0].score >= SURE
    return bool(part.aspects) and not sure and part.aspects[0].name not in _OF_SIZES


def _measured(part: Part, number: int, product: Document, evidence: Evidence) -> Candidate | None:
    """Read what the size table says of one measure (36码脚长多少, 那肩宽呢): of one size, else of each."""
    if re.search(_WHICH_SIZE, part.clean):
        return None
    given = {_SLOT_HEADS[name] for name in evidence.question.slots if name in _SLOT_HEADS}
    for table in product.tables:
        if table.kind is not BlockKind.SIZE_TABLE:
            continue
        for column, head in enumerate(table.header):
            name = _BRACKETS.sub("", head).strip()
            if len(name) >= 2 and name in part.clean and name not in given and not _SIZE_HEAD.search(name):
                return _of_column(table, column, name, part, number, product, evidence)
    return None


def _of_column(
    table: Table, column: int, name: str, part: Part, number: int, product: Document, evidence: Evidence
) -> Candidate | None:
    rows = [at for at, row in enumerate(table.rows) if _cell(row, column).strip()]
    chosen = [
        at for at in rows if _size(table, at).upper() in _sizes_meant(part, number, table, product, evidence)
    ]
    told = chosen or rows
    if not told:
        return None
    unit = _column_unit(table, column)
    values = [f"{_label(_size(table, at))}{_cell(table.rows[at], column).strip()}{unit}" for at in told]
    text = f"{_label(_size(table, told[0]))}{name}是{_cell(table.rows[told[0]], column).strip()}{unit}"
    text = text if len(told) == 1 else f"{name}：{'，'.join(values)}"
    places = tuple(cite(product, table.rows[at].span, table.section) for at in told)
    return Candidate(number, "size", (Statement(closed(text), places, (), number),), 0.92)


def _sizes_meant(
    part: Part, number: int, table: Table, product: Document, evidence: Evidence
) -> frozenset[str]:
    """The size that is named, else the one that the body known so far leads to."""
    slots = evidence.question.slots
    if "size" in slots:
        return frozenset({str(slots["size"].value).upper()})
    measures = [measure for measure in _measures(table) if measure.slot in slots]
    if not measures or any(measure.slot not in slots for measure in _measures(table)):
        return frozenset()
    found = _recommend(part, number, product, table, evidence)
    return frozenset(
        fact.value.upper() for item in found for said in item.statements for fact in said.facts if fact.value
    )


def _column_unit(table: Table, column: int) -> str:
    """The unit a column is headed with; a bare number of a body measure is in centimetres."""
    head = fold(table.header[column])
    unit = re.search(r"cm|mm|厘米|毫米|kg|斤|英寸", head)
    cells = [_cell(row, column) for row in table.rows]
    if any(re.search(r"[a-z一-鿿]", fold(cell)) for cell in cells):
        return ""
    return unit.group() if unit else ""


def _asks_size(part: Part, evidence: Evidence) -> bool:
    body = {"height_cm", "weight_kg", "foot_cm"} & set(evidence.question.slots)
    return bool(body) and bool(re.search(r"码|穿多大|多大的|尺寸|大小|号", part.clean))


def _table(product: Document) -> Table | None:
    for table in product.tables:
        if table.kind is BlockKind.SIZE_TABLE and table.rows and _measures(table):
            return table
    return None


def _measures(table: Table) -> tuple[_Measure, ...]:
    found = []
    for slot, pattern, name in _MEASURES:
        for column, head in enumerate(table.header):
            if pattern.search(head) and (slot not in _GIRTHS or _ranged(table, column)):
                factor, unit = _unit(slot, fold(head), table, column)
                found.append(_Measure(slot, column, factor, unit, name))
                break
    return tuple(found)


def _ranged(table: Table, column: int) -> bool:
    """Say whether every size of a column spans a range."""
    spans = [bounds(_cell(row, column)) for row in table.rows]
    return all(span is not None and span[0] < span[1] for span in spans)


def _unit(slot: str, head: str, table: Table, column: int) -> tuple[float, str]:
    sample = (
        head
        + " "
        + " ".join(fold(row.cells[column].text) for row in table.rows[:2] if len(row.cells) > column)
    )
    if slot == "weight_kg":
        in_kg = "kg" in sample or "公斤" in sample or "千克" in sample
        return (1.0, "kg") if in_kg else (2.0, "斤")
    if slot == "foot_cm":
        return (10.0, "mm") if "mm" in sample or "毫米" in sample or _large(sample) else (1.0, "cm")
    if slot == "age_months":
        return (1.0, "个月") if "月" in sample else (1.0 / 12.0, "岁")
    return (0.01, "m") if re.search(r"[（(]m[)）]|[（(]米", head) else (1.0, "cm")


def _large(sample: str) -> bool:
    return any(float(found) > 60 for found in _NUMBER.findall(sample))


def bounds(cell: str) -> tuple[float, float] | None:
    """Read a cell such as `161-165`, `150～157`, `≤160`, `170以上`; None when it holds no number."""
    text = fold(cell)
    span = _RANGE.search(text)
    if span:
        return float(span.group(1)), float(span.group(2))
    number = _NUMBER.search(text)
    if number is None:
        return None
    value = float(number.group())
    if re.search(r"以下|以内|≤|<|不足", text):
        return 0.0, value
    if re.search(r"以上|≥|>|\+", text):
        return value, float("inf")
    return value, value


def _recommend(
    part: Part, number: int, product: Document, table: Table, evidence: Evidence
) -> list[Candidate]:
    measures = _measures(table)
    slots = evidence.question.slots
    smaller = _takes_smaller(product)
    found = [
        _read(measure, _value(slots[measure.slot]) * measure.factor, table, smaller=smaller)
        for measure in measures
        if measure.slot in slots
    ]
    readings = [reading for reading in found if reading is not None]
    missing = [m for m in measures if m.slot not in slots and m.slot != "age_months"]
    needs = [m for m in missing if m.slot in _BODY]
    crossed = _is_crossed(table)
    if crossed and not needs:
        readings = _together(readings, table)
    if not readings or (needs and (crossed or not any(r.measure.slot in _DECIDING for r in readings))):
        rule = _rule_of(product)
        return _ask(
            part,
            number,
            [m for m in missing if m.name == rule and m.slot in _GIRTHS] or needs or missing,
            product,
            table,
        )
    if any(reading.measure.slot == "foot_cm" for reading in readings):
        readings = [reading for reading in readings if reading.measure.slot != "age_months"]
    return [_decide(number, product, table, readings, part, evidence)]


def _is_crossed(table: Table) -> bool:
    """Say whether a size stands in several rows, as where heights are set against weights: only both tell."""
    sizes = [_size(table, row) for row in range(len(table.rows))]
    return len(set(sizes)) < len(sizes)


def _together(readings: Sequence[_Reading], table: Table) -> list[_Reading]:
    """Read all measures from the one row that fits all of them; as they are when none does."""
    for at, row in enumerate(table.rows):
        spans = [bounds(_cell(row, reading.measure.column)) for reading in readings]
        if all(span and span[0] <= r.value <= span[1] for span, r in zip(spans, readings, strict=True)):
            return [replace(reading, row=at, beyond=0) for reading in readings]
    return list(readings)


def _value(slot: Slot) -> float:
    return float(slot.value)


def _room_for(
    value: float, known: Sequence[tuple[int, tuple[float, float]]], measure: _Measure, *, smaller: bool
) -> int | None:
    """Of sizes told by one length each, the first that has room for a foot, or the last before it where the page says so."""
    slack = _SLACK_CM * measure.factor
    lengths = sorted((low, at) for at, (low, _) in known)
    beside = [at for low, at in lengths if (low <= value if smaller else low + slack >= value)]
    return (beside[-1] if smaller else beside[0]) if beside else None


def _takes_smaller(product: Document) -> bool:
    """Say whether a page sends who falls between two sizes to the smaller one."""
    found = next((m for unit in product_units(product) if (m := _BETWEEN_SIZES.search(unit.text))), None)
    return found is not None and found["way"] == "小"


def _read(measure: _Measure, value: float, table: Table, *, smaller: bool = False) -> _Reading | None:
    ranges = [
        (at, bounds(row.cells[measure.column].text))
        for at, row in enumerate(table.rows)
        if _has(row, measure)
    ]
    known = [(at, span) for at, span in ranges if span is not None]
    within = [(at, span) for at, span in known if span[0] <= value <= span[1]]
    if within:
        # Where `46-58` is followed by `58-72`, who measures 58 takes the larger.
        touching = [at for at, (low, high) in within if low == value < high]
        return _Reading(measure, value, touching[-1] if touching else within[0][0])
    if not known:
        return None
    at, gap = min(((at, _distance(value, span)) for at, span in known), key=lambda item: (item[1], -item[0]))
    if measure.slot == "foot_cm" and all(low == high for _, (low, high) in known):
        at = _room_for(value, known, measure, smaller=smaller) or at
    lowest, highest = min(span[0] for _, span in known), max(span[1] for _, span in known)
    if lowest <= value <= highest or gap < 0.5:
        return _Reading(measure, value, at)
    return _Reading(measure, value, None, beyond=-1 if value < lowest else 1)


def _cell(row: Row, column: int) -> str:
    return row.cells[column].text if len(row.cells) > column else ""


def _has(row: Row, measure: _Measure) -> bool:
    return len(row.cells) > measure.column


def _distance(value: float, span: tuple[float, float]) -> float:
    low, high = span
    return max(low - value, value - high, 0.0)


def _decide(
    number: int, product: Document, table: Table, readings: Sequence[_Reading], part: Part, evidence: Evidence
) -> Candidate:
    outside = [reading for reading in readings if reading.row is None]
    if outside:
        return _outside(number, product, table, outside[0])
    rows = sorted({reading.row for reading in readings if reading.row is not None})
    remark = _remark(product, part, evidence)
    chosen = rows[0] if len(rows) == 1 else _between(rows, readings, remark, evidence)
    advice = size_advice(product, evidence.question.clean)
    if advice is not None and len(rows) == 1 and _holds(table, chosen + advice.step):
        return _advised(number, product, table, readings, chosen, advice)
    text, shown = _sentence(
        table, readings, rows, chosen, _habit(evidence), pet=_of_pet(table, product, evidence)
    )
    places = tuple(cite(product, table.rows[at].span, table.section) for at in rows)
    size = _size(table, chosen)
    fact = StatedFact("推荐尺码", size, origin="computed", document_id=product.id)
    first = Statement(text, places, (fact,), number, shown)
    return Candidate(number, "size", (first, *remark), 0.96)


def _holds(table: Table, row: int) -> bool:
    """Say whether a row is the next size of a table that goes from size to size."""
    return 0 <= row < len(table.rows) and not _is_crossed(table)


def _advised(
    number: int,
    product: Document,
    table: Table,
    readings: Sequence[_Reading],
    row: int,
    advice: SizeAdvice,
) -> Candidate:
    """Go by the table, then by what the page advises for what the shopper said besides."""
    given, spans, shown = _told(table, readings, row)
    chosen = row + advice.step
    size = _size(table, chosen)
    way = "大" if advice.step > 0 else "小"
    text = closed(
        f"按您{given}，对照尺码表是{_label(_size(table, row))}（{spans}），"
        f"您说{advice.trait}，建议{way}一码，选{_label(size)}"
    )
    why = cite(product, advice.unit.span, advice.unit.section)
    places = (*(cite(product, table.rows[at].span, table.section) for at in (row, chosen)), why)
    fact = StatedFact("推荐尺码", size, origin="computed", document_id=product.id)
    first = Statement(text, places, (fact,), number, shown)
    return Candidate(number, "size", (first, Statement(closed(advice.unit.quote), (why,), (), number)), 0.96)


def _between(
    rows: Sequence[int], readings: Sequence[_Reading], remark: Sequence[Statement], evidence: Evidence
) -> int:
    """Between two sizes: the measure that the page goes by, else the shopper's habit, else the larger."""
    found = _RULES.search("".join(statement.text for statement in remark))
    ruling = next((r.row for r in readings if found and r.measure.name in found.groups()), None)
    if ruling is not None:
        return ruling
    return rows[0] if _TIGHT.search(evidence.question.clean) else rows[-1]


def _of_pet(table: Table, product: Document, evidence: Evidence) -> bool:
    """Say whether it is an animal that is measured."""
    return bool(_OF_PETS.search(" ".join([*table.header, product.title, evidence.question.clean])))


def _habit(evidence: Evidence) -> str:
    if _LOOSE.search(evidence.question.clean) or evidence.message.customer.get("size_habit") == "loose":
        return "loose"
    return ""


def _sentence(
    table: Table, readings: Sequence[_Reading], rows: Sequence[int], chosen: int, habit: str, *, pet: bool
) -> tuple[str, tuple[str, ...]]:
    given, spans, shown = _told(table, readings, chosen)
    given = given if pet else f"您{given}"
    size = _label(_size(table, chosen))
    if len(rows) == 1:
        text = f"按{given}，对照尺码表建议选{size}（{spans}）"
        larger = chosen + 1
        if habit and larger < len(table.rows) and not _is_crossed(table):
            text += f"，喜欢宽松可以看{_label(_size(table, larger))}"
        return closed(text), shown
    sides = "，".join(
        f"{r.measure.name}对应{_label(_size(table, r.row))}" for r in readings if r.row is not None
    )
    return closed(f"按{given}，{sides}，正好在两码之间，建议选{size}"), (*shown, "两码")


def _told(table: Table, readings: Sequence[_Reading], row: int) -> tuple[str, str, tuple[str, ...]]:
    """What the shopper gave, what a row of the table holds of that, and the shopper's figures by themselves."""
    shown = tuple(f"{_plain(reading.value)}{reading.measure.unit}" for reading in readings)
    given = "、".join(f"{r.measure.name}{value}" for r, value in zip(readings, shown, strict=True))
    cells = table.rows[row].cells
    spans = "、".join(f"{r.measure.name}{cells[r.measure.column].text}" for r in readings)
    return given, spans, shown


def _size(table: Table, row: int) -> str:
    column = next((at for at, head in enumerate(table.header) if _SIZE_HEAD.search(head)), 0)
    return table.rows[row].cells[column].text.strip()


def _label(size: str) -> str:
    return size if size.endswith(("码", "号")) else f"{size}码"


def _plain(value: float) -> str:
    return f"{value:.1f}".rstrip("0").rstrip(".")


def _outside(number: int, product: Document, table: Table, reading: _Reading) -> Candidate:
    spans = [bounds(_cell(row, reading.measure.column)) for row in table.rows]
    known = [(span, row) for row, span in enumerate(spans) if span is not None]
    at = min(known)[1] if reading.beyond < 0 else max(known, key=lambda item: item[0][1])[1]
    edge = table.rows[at]
    value = f"{_plain(reading.value)}{reading.measure.unit}"
    cell = _cell(edge, reading.measure.column)
    side = "最小" if reading.beyond < 0 else "最大"
    text = closed(
        f"{reading.measure.name}{value}超出了这款尺码表的范围，"
        f"{side}的{_label(_size(table, at))}对应{reading.measure.name}{cell}，不太建议勉强选"
    )
    place = cite(product, edge.span, table.section)
    return Candidate(number, "size", (Statement(text, (place,), (), number, (value,)),), 0.9)


def _remark(product: Document, part: Part, evidence: Evidence) -> tuple[Statement, ...]:
    """The page's own word on fit, when it has one."""
    for found in product_units(product):
        if re.search(r"尺码感受|偏大|偏小|尺码正常|" + _RULES.pattern, found.text):
            unit = _fuller(found, product)
            text = unit.quote if unit.fact is None else f"{unit.fact.key}：{unit.fact.value}"
            place = cite(product, unit.span, unit.section)
            first = Statement(closed(text), (place,), (), evidence.question.parts.index(part))
            rule = _rule_sentence(product, unit.section, first, part, evidence)
            return (first, *rule)
    return ()


def _rule_of(product: Document) -> str:
    """Name the measure that a page goes by; empty when it names none."""
    found = next((m for unit in product_units(product) if (m := _RULES.search(unit.text))), None)
    return next((name for name in found.groups() if name), "") if found else ""


def _fuller(unit: Unit, product: Document) -> Unit:
    """The page's sentence that holds a parameter says more than the parameter cut out of it."""
    sentences = (other for other in product_units(product) if other.kind == "text")
    fact = unit.fact
    if fact is None:
        return unit
    return next((other for other in sentences if fact.key in other.text and fact.value in other.text), unit)


def _rule_sentence(
    product: Document, section: str, first: Statement, part: Part, evidence: Evidence
) -> tuple[Statement, ...]:
    for unit in product_units(product):
        if _RULES.search(unit.text) and unit.fact is None and closed(unit.quote) != first.text:
            place = cite(product, unit.span, unit.section or section)
            return (Statement(closed(unit.quote), (place,), (), evidence.question.parts.index(part)),)
    return ()


def _ask(
    part: Part, number: int, missing: Sequence[_Measure], product: Document, table: Table
) -> list[Candidate]:
    """Ask for all the measures the table needs in one question; an answer from the fit remark may still win."""
    if part.intent == INTENTS[1] or not missing:
        return []
    feet = [m for m in missing if m.slot == "foot_cm"]
    wanted = (feet or list(missing))[:2]
    names = "和".join("宝宝年龄" if m.slot == "age_months" else m.name for m in wanted)
    whose = "毛孩子的" if _OF_PETS.search(product.title + " ".join(table.header)) else ""
    tail = f"方便说一下{whose}{names}吗？我对着这款的尺码表帮您看。"
    if feet:
        tail = "方便量一下脚长（脚跟到最长脚趾）吗？我对着这款的尺码表帮您看。"
    whole = Span(table.rows[0].span.start, table.rows[-1].span.end)
    asked = Statement(tail, (cite(product, whole, table.section),), (), number)
    return [Candidate(number, "size", (asked,), 0.93, "asked", ask=wanted[0].slot)]
