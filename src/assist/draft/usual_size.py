"""The size that is usually worn (平时穿38): what the page makes of it, and that it is not made at all."""

from __future__ import annotations

from collections.abc import Iterator

from assist.documents import BlockKind, Document, Span
from assist.draft.evidence import Candidate, Evidence, cite
from assist.draft.speak import closed
from assist.draft.units import Unit, product_units
from assist.expressions import expression
from assist.messages import Part
from assist.results import StatedFact, Statement

SCORE = 0.94
_SIZE = expression(r"\d{2}(?:\.5)?")
_SIZES = expression(r"(?<![\d.])(\d{2}(?:\.5)?)\s*[-~～—–至到]\s*(\d{2}(?:\.5)?)(?![\d.])")
_SIZE_KEY = expression("尺码(?:范围)?|鞋码(?:范围)?|码数|码段")
_SIZE_HEAD = expression("尺码|码数|鞋码|码$")
_PAIRED = expression(
    r"平[时常日][^，。；\d]{0,4}穿(?P<worn>\d{2}(?:\.5)?)码?的?[^，。；\d]{0,4}[拍选买穿](?P<right>\d{2}(?:\.5)?)(?!\d)"
)
"""`平时穿38的拍37`: what holds of one size holds of the others."""
_SHIFTED = expression(
    r"(?:版型|本款|这款|尺码|鞋型|整体|比正码)?[^，。；的]{0,4}偏(?P<runs>大|小)(?P<by>一|半|1|0\.5)个?码"
    r"|比(?:平[时常日]|日常|正常)[^，。；\d]{0,6}(?P<way>大|小)(?P<step>一|半|1|0\.5)个?码"
)
_STEPS = {"一": 1.0, "1": 1.0, "半": 0.5, "0.5": 0.5}


def usual_size_candidate(part: Part, number: int, product: Document, evidence: Evidence) -> Candidate | None:
    """Turn the size that is usually worn into that of this product by the page's own rule, or say that it is not made.

    None: no size in figures is told, a foot is measured, or the page has no rule for it.
    """
    worn = _told(evidence)
    if worn is None:
        return None
    made = dict(_made(product))
    if made and not min(made) <= worn <= max(made):
        return _not_made(worn, made, number, product, advice="，不太建议勉强选")
    for unit in product_units(product):
        shift = None if unit.fact is not None and unit.fact.sku else _shift(unit.text)
        if shift is not None:
            return _by_rule(worn, worn + shift, unit, made, number, product)
    return None


def unmade_size_candidate(number: int, product: Document, evidence: Evidence) -> Candidate | None:
    """Say which sizes a product comes in where the one that is asked for lies beyond them; None: it does not."""
    worn, made = _told(evidence), dict(_made(product))
    beyond = worn is not None and made and not min(made) <= worn <= max(made)
    return _not_made(worn, made, number, product) if worn is not None and beyond else None


def _told(evidence: Evidence) -> float | None:
    """The size in figures that is told; None: none is, or a foot is measured."""
    slots = evidence.question.slots
    told = slots.get("size_habit") or slots.get("size")
    known = told is not None and "foot_cm" not in slots and _SIZE.fullmatch(str(told.value))
    return float(told.value) if told is not None and known else None


def _shift(text: str) -> float | None:
    """By how much the right size differs from the usual one; None: the text has no rule that holds for everybody."""
    paired = _PAIRED.search(text)
    if paired is not None:
        return float(paired["right"]) - float(paired["worn"])
    found = _SHIFTED.search(text)
    if found is None:
        return None
    if found["way"]:
        return _STEPS[found["step"]] * (1 if found["way"] == "大" else -1)
    return _STEPS[found["by"]] * (-1 if found["runs"] == "大" else 1)


def _by_rule(
    worn: float, right: float, unit: Unit, made: dict[float, Span], number: int, product: Document
) -> Candidate:
    place = cite(product, unit.span, unit.section)
    rule = Statement(closed(unit.quote if unit.fact is None else unit.text), (place,), (), number)
    if made and right not in made:
        return Candidate(number, "size", (rule,), SCORE)
    fact = StatedFact("推荐尺码", f"{right:g}", origin="computed", document_id=product.id)
    shown = (f"{worn:g}码", f"{right:g}码")
    text = f"您平时穿{worn:g}码，这款建议选{right:g}码。"
    return Candidate(number, "size", (rule, Statement(text, (place,), (fact,), number, shown)), SCORE)


def _not_made(
    worn: float, made: dict[float, Span], number: int, product: Document, advice: str = ""
) -> Candidate:
    least, most = min(made), max(made)
    listed, missing = f"{least:g}-{most:g}码", f"{worn:g}码"
    text = f"这款尺码是{listed}，没有{missing}{advice}。"
    places = tuple(cite(product, span) for span in dict.fromkeys((made[least], made[most])))
    return Candidate(number, "size", (Statement(text, places, (), number, (listed, missing)),), SCORE)


def _made(product: Document) -> Iterator[tuple[float, Span]]:
    """Yield the sizes in figures that a page lists, each with where it stands."""
    for fact in product.facts:
        found = _SIZES.fullmatch(fact.value.split("，")[0].strip().removesuffix("码"))
        if fact.sku is None and found is not None and _SIZE_KEY.fullmatch(fact.key.strip()):
            yield from ((float(size), fact.span) for size in found.groups())
    for table in product.tables:
        column = next((at for at, head in enumerate(table.header) if _SIZE_HEAD.search(head)), None)
        if table.kind not in {BlockKind.SIZE_TABLE, BlockKind.SKU_TABLE} or column is None:
            continue
        for row in table.rows:
            cell = row.cells[column].text.strip().removesuffix("码") if len(row.cells) > column else ""
            spread = _SIZES.fullmatch(cell)
            sizes = spread.groups() if spread else (cell,) if _SIZE.fullmatch(cell) else ()
            yield from ((float(size), row.span) for size in sizes)
