"""What the writer knows of a unit that relevance does not: its kind, its rank in authority, the order's branch."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence

import numpy as np

from assist.arrays import FloatVector
from assist.documents import Kind, Level
from assist.draft.clauses import wants_steps
from assist.draft.evidence import Evidence
from assist.draft.orders import branch_of
from assist.draft.skus import named_words
from assist.draft.units import Unit
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
_OVERDUE = re.compile("超过|超期|逾期|过期|过保")
_OVERDUE_ASKED = re.compile(
    r"超|逾|过期|过了|过保|忘|\d+天|[一二三四五六七八九十半]个?[天月年]|俩月|好久|太久"
)
_HOW_MUCH = re.compile(r"多少|几[个天号点度克斤升年月件码折层档瓦寸]|多[大长高重宽厚久]|百分之|几成")
_FIGURE = re.compile(r"[\d０-９一二两三四五六七八九十半百]")
_STEPS = re.compile(r"^\s*1[.、]\s", re.MULTILINE)
_EXCLUDES = re.compile(r"(?:^|\s)(?:不计入|不适用|不支持|不参加|不在|不属于|例外|不发货)")


def page_traits(units: Sequence[Unit], part: Part, evidence: Evidence) -> dict[str, FloatVector]:
    """Describe units of a product page; every column float32, shape (n,)."""
    asked = part.aspects[0].keys[:4] if part.aspects else ()
    ruled = part.intent is None or part.intent.startswith(PAGE_RULES)
    named = bool(named_words(part, evidence))
    about_skus = (part.intent or "售前/库存").startswith(("售前/库存", "售前/商品/尺寸"))
    steps = wants_steps(part)
    return {
        "number_missing": _number_missing(units, part),
        "fact": _column(units, lambda unit: unit.kind == "fact"),
        "fact_asked": _column(
            units, lambda unit: unit.kind == "fact" and ruled and any(key in unit.head for key in asked)
        ),
        "qa": _column(units, lambda unit: unit.kind == "qa"),
        "row": _column(units, lambda unit: unit.kind == "row"),
        "row_named": _column(units, lambda unit: unit.kind == "row" and named),
        "row_alone": _column(
            units, lambda unit: unit.kind == "row" and named and about_skus and not part.aspects
        ),
        "steps_asked": _column(units, lambda unit: unit.kind == "steps" and steps),
        "steps_unasked": _column(units, lambda unit: unit.kind == "steps" and not steps),
        "page_not_ruling": _column(units, lambda unit: not ruled),
    }


def clause_traits(
    units: Sequence[Unit], hits: Sequence[Hit], part: Part, evidence: Evidence
) -> dict[str, FloatVector]:
    """Describe clauses; every column float32, shape (n,)."""
    branch = branch_of(part, evidence)
    for_page = (part.intent or "").startswith(PAGE_INTENTS)
    asked_late = bool(_OVERDUE_ASKED.search(part.clean))
    steps = wants_steps(part)
    return {
        "number_missing": _number_missing(units, part),
        "clause": _column(units, lambda unit: True),
        "clause_for_page": _column(units, lambda unit: for_page),
        "promotion": _column(units, lambda unit: unit.document.kind is Kind.PROMOTION),
        "above_shop": _column(units, lambda unit: unit.document.level in {Level.LAW, Level.PLATFORM}),
        "retrieved": np.array([hit.score for hit in hits], dtype=np.float32),
        "branch": _column(units, lambda unit: any(word in unit.head for word in branch)),
        "overdue_unasked": _column(units, lambda unit: bool(_OVERDUE.search(unit.head)) and not asked_late),
        "excluding_unasked": _column(
            units, lambda unit: bool(_EXCLUDES.search(unit.head)) and "不" not in part.clean
        ),
        "steps_unasked": _column(units, lambda unit: bool(_STEPS.search(unit.text)) and not steps),
        "steps_asked": _column(units, lambda unit: bool(_STEPS.search(unit.text)) and steps),
    }


def _number_missing(units: Sequence[Unit], part: Part) -> FloatVector:
    """A question that asks how much or how many is not answered by a text without any figure."""
    asked = bool(_HOW_MUCH.search(part.clean))
    return _column(units, lambda unit: asked and not _FIGURE.search(unit.text))


def lacks_aspect(columns: Mapping[str, FloatVector], part: Part) -> bool:
    """Say whether a page nowhere speaks of the property that is asked about."""
    held = np.maximum(columns["aspect_head"], columns["aspect_text"])
    return bool(part.aspects) and not held.any()


def _column(units: Sequence[Unit], holds: Callable[[Unit], bool]) -> FloatVector:
    return np.array([1.0 if holds(unit) else 0.0 for unit in units], dtype=np.float32)
