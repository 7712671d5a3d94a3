"""What the writer knows of a unit that relevance does not: its kind, its rank in authority, the order's branch."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

import numpy as np

from assist.arrays import FloatVector
from assist.documents import Kind, Level
from assist.draft.clauses import wants_steps
from assist.draft.days import rules_on
from assist.draft.evidence import Evidence
from assist.draft.order_facts import facts_of
from assist.draft.orders import branch_of
from assist.draft.skus import named_words
from assist.draft.units import Unit
from assist.expressions import expression
from assist.memo import Memo
from assist.messages import Part
from assist.results import Hit

PAGE_INTENTS = (
    "售前/商品/材质",
    "售前/商品/尺寸",
    "售前/商品/颜色",
    "售前/商品/功能",
    "售前/商品/使用",
    "售前/商品/生产日期",
    "售前/尺码",
)
"""Intents that only a page can answer."""
PAGE_RULES = (
    "售前/商品",
    "售前/尺码",
    "售前/库存",
    "售前/售后咨询/质保",
    "售前/物流",
    "售后/质量/使用",
    "售后/维修",
)
"""Intents on which a product page has the first word."""
_LANES = ("dense", "sparse")
_MEANING = 0.7
"""What meaning counts of a hit's standing; words are the rest."""
_KINDS: Memo[tuple[Unit, ...], tuple[FloatVector, ...]] = Memo(512)
_ABOVE_SHOP = (Level.LAW, Level.PLATFORM)
_OVERDUE = expression("超过|超期|逾期|过期|过保")
_OVERDUE_ASKED = expression(
    r"超|逾|过期|过了|过保|忘|\d+天|[一二三四五六七八九十半]个?[天月年]|俩月|好久|太久"
)
# A heading of a slip (发票开错) is for those who speak of one.
_FAULT = expression("[开填写拍下买]错|丢失|遗失")
_FAULT_ASKED = expression("[错误丢换改补]|不对|没了|找不到")
_HOW_MUCH = expression(r"多少|几[个天号点度克斤升年月件码折层档瓦寸]|多[大长高重宽厚久]|百分之|几成")
_FIGURE = expression(r"[\d０-９一二两三四五六七八九十半百]")
_STEPS = expression(r"^\s*1[.、]\s", re.MULTILINE)
_EXCLUDES = expression(r"(?:^|\s)(?:不计入|不适用|不支持|不参加|不在|不属于|例外|不发货)")


_WHERE = expression(r"哪里|哪儿|哪个仓|寄到?哪|发到?哪|地址|在哪|什么地方")
_PLACE = expression(r"[省市区县]|路\d|\d号|园|仓|地址|页面|订单页|首页|窗口|邮箱|点“")
_WHO = expression(r"谁(?:出|付|承担|负责|给|来)|算谁|谁的")
_BEARS = expression(r"承担|负责|不收|由您|由我们|由本店|自理|免费|自付")


class _Held(NamedTuple):
    """What units hold, whatever is asked; each float32, shape (n,), of 0 and 1.

    Attributes:
        bare: No figure stands in the text.
        nowhere: No place does.
        unborne: Nor who bears it.
        steps: It is a list of steps.
        late: The heading is of what comes too late.
        slip: The heading is of a slip.
        excluded: The heading is of what is excluded.
        promotion: The document is a promotion.
        above_shop: The document is law, or a platform's rule.
    """

    bare: FloatVector
    nowhere: FloatVector
    unborne: FloatVector
    steps: FloatVector
    late: FloatVector
    slip: FloatVector
    excluded: FloatVector
    promotion: FloatVector
    above_shop: FloatVector


_MISSED = (_FIGURE, _PLACE, _BEARS)
_HEADED = (_OVERDUE, _FAULT, _EXCLUDES)
_READ: Memo[Unit, bytes] = Memo(8_192)
"""What each unit holds, a byte for every field of `_Held`."""


def _held(units: Sequence[Unit]) -> _Held:
    rows = [_READ.get(unit) or _READ.put(unit, _read(unit)) for unit in units]
    columns = np.frombuffer(b"".join(rows), dtype=np.uint8).reshape(len(units), len(_Held._fields))
    return _Held(*np.ascontiguousarray(columns.T, dtype=np.float32))


def _read(unit: Unit) -> bytes:
    found = [pattern.search(unit.text) is None for pattern in _MISSED]
    found.append(_STEPS.search(unit.text) is not None)
    found += (pattern.search(unit.head) is not None for pattern in _HEADED)
    found += (unit.document.kind is Kind.PROMOTION, unit.document.level in _ABOVE_SHOP)
    return bytes(found)


def _missing(held: _Held, part: Part) -> dict[str, FloatVector]:
    """Say what the question asks for and a text has none of: a figure, a place, who bears it."""
    nothing = np.zeros_like(held.bare)
    return {
        "number_missing": held.bare if _HOW_MUCH.search(part.clean) else nothing,
        "place_missing": held.nowhere if _WHERE.search(part.clean) else nothing,
        "bearer_missing": held.unborne if _WHO.search(part.clean) else nothing,
    }


def page_traits(units: tuple[Unit, ...], part: Part, evidence: Evidence) -> dict[str, FloatVector]:
    """Describe units of a product page; every column float32, shape (n,)."""
    asked = part.aspects[0].keys[:4] if part.aspects else ()
    ruled = part.intent is None or part.intent.startswith(PAGE_RULES)
    named = bool(named_words(part, evidence))
    about_skus = (part.intent or "售前/库存").startswith(("售前/库存", "售前/商品/尺寸"))
    steps = wants_steps(part)
    fact, qa, row, listed = _kinds(units)
    nothing = np.zeros(len(units), dtype=np.float32)
    keyed = _flags(any(key in unit.head for key in asked) for unit in units) if ruled and asked else nothing
    return {
        **_missing(_held(units), part),
        "fact": fact,
        "fact_asked": fact * keyed,
        "qa": qa,
        "row": row,
        "row_named": row if named else nothing,
        "row_alone": row if named and about_skus and not part.aspects else nothing,
        "steps_asked": listed if steps else nothing,
        "steps_unasked": nothing if steps else listed,
        "page_not_ruling": nothing if ruled else np.ones(len(units), dtype=np.float32),
    }


def _kinds(units: tuple[Unit, ...]) -> tuple[FloatVector, ...]:
    """Say of the units of a page which are facts, answered questions, rows and steps."""
    known = _KINDS.get(units)
    if known is None:
        names = ("fact", "qa", "row", "steps")
        known = _KINDS.put(units, tuple(_flags(unit.kind == name for unit in units) for name in names))
    return known


class Led(NamedTuple):
    """What an order leads to among clauses.

    Attributes:
        branch: Words in the heading of the clause that its facts or the case in hand lead to.
        paid: When it was paid, naive shop time.
    """

    branch: tuple[str, ...]
    paid: datetime | None


def led_by(part: Part, evidence: Evidence) -> Led:
    """Say what the order leads to."""
    return Led(branch_of(part, evidence), facts_of(evidence).paid_at)


def clause_traits(units: Sequence[Unit], hits: Sequence[Hit], part: Part, led: Led) -> dict[str, FloatVector]:
    """Describe clauses; every column float32, shape (n,)."""
    branch, paid = led
    for_page = (part.intent or "").startswith(PAGE_INTENTS)
    steps = wants_steps(part)
    nothing, always = np.zeros(len(units), dtype=np.float32), np.ones(len(units), dtype=np.float32)
    held = _held(units)
    late = nothing if _OVERDUE_ASKED.search(part.clean) else held.late
    slip = nothing if _FAULT_ASKED.search(part.clean) else held.slip
    return {
        **_missing(held, part),
        "paid_within": nothing if paid is None else _flags(rules_on(unit.text, paid) for unit in units),
        "clause": always,
        "clause_for_page": always if for_page else nothing,
        "promotion": held.promotion,
        "above_shop": held.above_shop,
        "retrieved": _standing(hits),
        "branch": _flags(any(word in unit.head for word in branch) for unit in units) if branch else nothing,
        "overdue_unasked": np.maximum(late, slip),
        "excluding_unasked": nothing if "不" in part.clean else held.excluded,
        "steps_unasked": nothing if steps else held.steps,
        "steps_asked": held.steps if steps else nothing,
    }


def _standing(hits: Sequence[Hit]) -> FloatVector:
    """Say how hits stand among each other: cosines as they are, words as a share of the hit that has most of them.

    Unlike a hit's score, which counts words against all that was asked: here one of the hits is meant.
    """
    cosines, impacts = (
        np.array([max(hit.lanes.get(lane, 0.0), 0.0) for hit in hits], dtype=np.float32) for lane in _LANES
    )
    most = max(float(impacts.max(initial=0.0)), 1e-6)
    return np.asarray(_MEANING * cosines + (1.0 - _MEANING) * impacts / most, dtype=np.float32)


def lacks_aspect(columns: Mapping[str, FloatVector], part: Part) -> bool:
    """Say whether a page nowhere speaks of the property that is asked about."""
    held = np.maximum(columns["aspect_head"], columns["aspect_text"])
    return bool(part.aspects) and not held.any()


def _flags(held: Iterable[bool]) -> FloatVector:
    return np.array(list(held), dtype=np.float32)
