"""What is asked of one part of the goods (`炸篮有多深`, `鞋垫什么料子`), or of one size (`31码一只多重`).

That the page names the part, or tells the same of another part or size, is no answer: what is asked must stand
beside the part itself.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from assist.demand import Demand, Detail, Size
from assist.expressions import expression
from assist.question import lexicon

_PART = r"(?P<part>[\u4e00-\u9fff])(?:子|儿|部)?"
_LINK = r"(?:的|是|有|大概|大约|到底|会|用|都|它)*"
_UNIT = r"(?:厘米|公分|毫米|cm|mm)"
_LENGTH = expression(
    rf"{_PART}{_LINK}(?:多[长宽厚深粗高](?!时间|久)|[长宽厚深粗高直内外径围]{{1,2}}{_LINK}(?:几|多少)|(?:几|多少){_UNIT})"
)
_WEIGHT = expression(rf"{_PART}{_LINK}(?:多[重沉]|(?:重|净重){_LINK}(?:几|多少))")
_EXTENT = expression(rf"{_PART}{_LINK}多大")
_HOLDS = expression(rf"{_PART}里面?{_LINK}(?:能不能|能|可以|够)[揣放装塞搁]得?[下进]")
_MATERIAL = expression(
    rf"{_PART}{_LINK}(?:(?:什么|哪种)(?:料|材料|材质|面料|布|做)(?!的?颜色)|材质{_LINK}什么)"
)
_DEGREE = expression(rf"{_PART}{_LINK}(?P<how>[深浅宽窄厚薄粗细])不(?P=how)")
_OPPOSITES = {"深": "浅", "宽": "窄", "厚": "薄", "粗": "细"}
_SIZE = expression(r"(?<![\da-z.])(?P<size>\d{2}|[2-5]?x{0,4}l|x{0,3}s|m)码[^，。]{0,4}多[重沉]")
_METER = r"\d\s*(?:mm|cm|m(?![la-z])|厘米|毫米|公分|米|寸|英寸)"
_GRAM = r"\d\s*(?:kg|g(?![a-z])|克|千克|公斤|斤|两)"
_VOLUME = r"\d\s*(?:ml|l(?![a-z])|毫升|升)"
_NEAR, _CLOSE = r"[^。；;|\n]{0,14}", r"[^。；;|，、\n]{0,5}"
"""How far behind a part its figure stands, and how far before it."""


def details(clean: str) -> Iterator[Demand]:
    """Read what is asked of a part or of a size from the plain wording of a question."""
    for form, told in ((_LENGTH, _METER), (_WEIGHT, _GRAM)):
        for found in form.finditer(clean):
            yield from _of_part(found["part"], told)
    for form in (_EXTENT, _HOLDS):
        for found in form.finditer(clean):
            yield from _of_part(found["part"], rf"{_METER}|{_VOLUME}|[放装揣塞容]")
    for found in _MATERIAL.finditer(clean):
        yield from _of_part(found["part"], _materials(), _CLOSE)
    for found in _DEGREE.finditer(clean):
        yield from _of_part(found["part"], rf"[{found['how']}{_other(found['how'])}]|{_METER}")
    for found in _SIZE.finditer(clean):
        yield Size(found["size"])


def _of_part(part: str, told: str, near: str = _NEAR) -> Iterator[Detail]:
    is_ware = part in lexicon.words("demand", "ware_parts")
    if is_ware or part in lexicon.words("demand", "parts"):
        names = next((group for group in lexicon.words("demand", "same_part") if part in group), part)
        yield Detail(rf"[{names}]{near}(?:{told})|(?:{told}){_CLOSE}[{names}]", ware=part if is_ware else "")


def _other(how: str) -> str:
    return next(b if how == a else a for a, b in _OPPOSITES.items() if how in (a, b))


@cache
def _materials() -> str:
    return "|".join(lexicon.words("demand", "materials"))
