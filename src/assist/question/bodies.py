"""Measures of a body in a message: height, weight, feet, girth, age."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TypeAlias

from assist.question.numbers import CHINESE, NUMBER, number, whole


@dataclass(frozen=True, slots=True)
class Found:
    """A slot's value in a normalised text; an empty name marks a number that is no slot."""

    name: str
    value: str | float | int
    start: int
    end: int


Reader: TypeAlias = Callable[[re.Match[str], str], Iterator[Found]]
"""Turns a match, given the whole text, into the slots it holds."""

_METRES = rf"(?:(?<![\d.])1\.[4-9]\d?\s*(?:米|m(?![a-z]))|(?<!\d)1\s*[米m]\s*\d{{1,2}}(?!\d)|一米{CHINESE}{{1,2}}(?!斤))"
_CENTI = r"(?<![\d.])(?:[5-9]\d|1\d\d|2[01]\d)(?:\.\d)?\s*(?:cm|厘米|公分)"
_BARE = r"(?<![\d.])1[3-9]\d(?:\.\d)?(?![\d.]|\s*(?:斤|kg|公斤|千克|元|块|g|克|ml|毫升|码|天|个|件|w|mm))"
_HEIGHT = rf"(?:{_METRES}|{_CENTI}|{_BARE}|一[三四五六七八九]{CHINESE}(?!斤|{CHINESE}))"
_WEIGHT_UNIT = r"(?:斤|kg|公斤|千克|k(?![a-z]))"
_WEIGHT = rf"(?<![\d.])(?:\d{{1,3}}(?:\.\d+)?|{CHINESE}{{1,5}})(?:[到\-~至](?:\d{{2,3}}|{CHINESE}{{1,5}})(?:之间)?)?\s*(?:来|多)?\s*{_WEIGHT_UNIT}"
_BETWEEN = r"(?:的个子|左右|的身高|[、/,，;；\s:：的]|体重|重|斤数|和|\+){0,6}"
_PAIR = re.compile(
    rf"(?P<h>{_HEIGHT}){_BETWEEN}(?P<w>{_WEIGHT}|(?<![\d.])\d{{2,3}}(?:\.\d)?(?![\d.a-z米岁码元块天件个号分%小]))"
)
_HEIGHT_SAID = re.compile(
    rf"(?:身高|净高|裸高|个子|(?<![跟楼衣])高)\s*(?:是|大概|大约|差不多|有|在|了)*\s*[:：]?\s*(?P<h>{_METRES}|(?:[5-9]\d|1\d\d|2[01]\d)(?:\.\d)?(?!\d)(?:cm|厘米|公分)?|{CHINESE}{{2,5}}(?:米{CHINESE}{{1,2}})?)"
)
_HEIGHT_ALONE = re.compile(rf"{_METRES}|{_CENTI}")
_HEIGHT_BARE = re.compile(_BARE)
_WEIGHT_SAID = re.compile(
    rf"(?:体重|净重量|(?<![净毛么多轻很太不最承几这有])重)\s*(?:是|大概|大约|差不多|有|在)*\s*[:：]?\s*(?P<w>(?:\d{{2,3}}(?:\.\d)?|{CHINESE}{{2,5}})(?:[到\-~至](?:\d{{2,3}}|{CHINESE}{{2,5}})(?:之间)?)?\s*{_WEIGHT_UNIT}?)(?!\d)"
)
_WEIGHT_ALONE = re.compile(_WEIGHT)
_KID = re.compile("宝宝|孩子|小孩|娃|儿子|女儿|婴儿|闺女|童|小朋友|侄|孙|弟弟|妹妹")
_NO_HEIGHT = re.compile(
    r"(?:长|宽|厚|围|摆|距|径|深|桌子?|床|柜|沙发|窗帘?|布|地毯|屏|尺寸|肩|袖|裤|裙|腿|杆|绳|线|跟)[^，,。 ]{0,4}$"
)
_NO_WEIGHT = re.compile(
    r"(?:瘦|减|掉|胖了|承重|承受|装|能放|够|米|肉|力|载重|买|来|要|拿|发|称)[^，,。 ]{0,3}$"
)
_NO_WEIGHT_AFTER = re.compile(r"装|米|面|肉|水果|苹果|橙|虾|茶|重量的箱|一[箱袋盒包]|多少钱|包邮")
_FOOT = re.compile(
    rf"脚(?:丫子?|板|长|是|的?长度)?\s*(?:量[了的出来]*|大概|大约|差不多|是|有|为|才|就)*\s*[:：]?\s*(?P<v>\d{{2,3}}(?:\.\d+)?|{CHINESE}{{2,4}}(?:点{CHINESE})?)\s*(?P<u>cm|厘米|公分|mm|毫米)?(?!\d|码)"
)
_GIRTH = re.compile(
    rf"(?P<n>腰围?|臀围?|胸围|肩宽)\s*(?:大概|大约|是|有|为)*\s*[:：]?\s*(?P<v>\d{{1,3}}(?:\.\d+)?|{CHINESE}尺{CHINESE}?|\d尺\d?)\s*(?P<u>cm|厘米|公分|尺)?(?!\d)"
)
_THREE = re.compile(
    r"三围\s*(?:是|[:：])?\s*(\d{2,3}(?:\.\d)?)[\s/,，、\-]+(\d{2,3}(?:\.\d)?)[\s/,，、\-]+(\d{2,3}(?:\.\d)?)"
)
_MONTHS = re.compile(rf"(?P<v>{NUMBER})\s*个月(?P<big>大)?")
_YEARS = re.compile(rf"(?P<v>{NUMBER})\s*(?:周?岁)(?P<half>半)?")
_GIRTHS = {"腰": "waist_cm", "臀": "hip_cm", "胸": "bust_cm", "肩": "shoulder_cm"}
_CM_PER_CHI = 100 / 3


def height_cm(text: str) -> float | None:
    """Read a height as typed (`1米63`, `一米七`, `163cm`, `一六五`) in centimetres; None: not one."""
    text = re.sub(r"\s|左右|的个子", "", text)
    metres = re.fullmatch(rf"(1|一)[米m]({CHINESE}{{1,2}}|\d{{1,2}})", text)
    if metres:
        tens = number(metres[2])
        return None if tens is None else 100 + (tens * 10 if tens < 10 and len(metres[2]) == 1 else tens)
    decimal = re.fullmatch(r"(1\.\d{1,2})(?:米|m)", text)
    if decimal:
        return float(decimal[1]) * 100
    return number(re.sub("cm|厘米|公分", "", text))


def weight_kg(text: str, height: float | None = None) -> float | None:
    """Read a weight as typed in kilograms; a range gives its middle.

    Without a unit it is 斤 or kg, whichever makes the more usual build for `height` (body mass index
    nearest 21.5); without a height it is 斤.
    """
    unit = re.search(_WEIGHT_UNIT, text)
    figures = [number(figure) for figure in re.findall(NUMBER, text.replace("来", "").replace("多", ""))]
    known = [figure for figure in figures if figure is not None]
    if not known:
        return None
    value = sum(known) / len(known)
    if unit is None:
        return value / 2 if height is None or _off(value / 2, height) < _off(value, height) else value
    return value / 2 if unit[0] == "斤" else value


def body_slots(text: str) -> Iterator[Found]:
    """Yield the body measures of a normalised text; several readers may claim one place, the first wins."""
    if not _MAY_HOLD.search(text):
        return
    kid = _KID.search(text) is not None
    for match in _PAIR.finditer(text):
        yield from _pair(match, text)
    for match in _THREE.finditer(text):
        yield from _three(match)
    yield from _said(text)
    for match in _FOOT.finditer(text):
        yield from _foot(match)
    for match in _GIRTH.finditer(text):
        yield from _girth(match)
    yield from _ages(text, kid)
    yield from _alone(text, kid)


_MAY_HOLD = re.compile(rf"\d|{CHINESE}")


def _off(weight: float, height: float) -> float:
    return abs(weight / (height / 100) ** 2 - 21.5)


def _pair(match: re.Match[str], text: str) -> Iterator[Found]:
    height = height_cm(match["h"])
    weight = weight_kg(match["w"], height)
    if height is None or weight is None or not 70 <= height <= 220 or not 8 <= weight <= 160:
        return
    if _NO_HEIGHT.search(text[: match.start()]) or not 10 <= weight / (height / 100) ** 2 <= 60:
        return
    yield Found("height_cm", whole(height), *match.span("h"))
    yield Found("weight_kg", whole(weight), *match.span("w"))


def _said(text: str) -> Iterator[Found]:
    for match in _HEIGHT_SAID.finditer(text):
        height = height_cm(match["h"])
        if height is not None and 45 <= height <= 220:
            yield Found("height_cm", whole(height), match.start(), match.end())
    for match in _WEIGHT_SAID.finditer(text):
        weight = weight_kg(match["w"])
        if weight is not None and 3 <= weight <= 160:
            yield Found("weight_kg", whole(weight), match.start(), match.end())


def _alone(text: str, kid: bool) -> Iterator[Found]:
    for match in _HEIGHT_ALONE.finditer(text):
        height = height_cm(match[0])
        least = 50 if kid else 140
        if height and least <= height <= 210 and not _NO_HEIGHT.search(text[: match.start()]):
            yield Found("height_cm", whole(height), *match.span())
    for match in _WEIGHT_ALONE.finditer(text):
        weight = weight_kg(match[0])
        if weight is not None and (3 if kid else 30) <= weight <= 160 and _is_weight(match, text):
            yield Found("weight_kg", whole(weight), *match.span())
    if re.search("穿|码|高|个子|斤|体重|那.{2,4}的呢", text):
        for match in _HEIGHT_BARE.finditer(text):
            if 140 <= float(match[0]) <= 199 and not _NO_HEIGHT.search(text[: match.start()]):
                yield Found("height_cm", whole(float(match[0])), *match.span())


def _is_weight(match: re.Match[str], text: str) -> bool:
    before, after = text[: match.start()], text[match.end() :]
    return not _NO_WEIGHT.search(before) and not _NO_WEIGHT_AFTER.match(after)


def _three(match: re.Match[str]) -> Iterator[Found]:
    for place, name in enumerate(("bust_cm", "waist_cm", "hip_cm"), start=1):
        yield Found(name, whole(float(match[place])), *match.span(place))


def _foot(match: re.Match[str]) -> Iterator[Found]:
    value = number(match["v"].replace("点", ".")) if "点" not in match["v"] else _with_point(match["v"])
    if value is None:
        return
    value = value / 10 if match["u"] in ("mm", "毫米") or value >= 100 else value
    if 8 <= value <= 33:
        yield Found("foot_cm", whole(value), match.start(), match.end())


def _with_point(text: str) -> float | None:
    left, _, right = text.partition("点")
    high, low = number(left), number(right)
    return None if high is None or low is None else high + low / 10


def _girth(match: re.Match[str]) -> Iterator[Found]:
    value = _chi(match["v"]) if "尺" in match["v"] else number(match["v"])
    if value is not None and match["u"] == "尺" and "尺" not in match["v"]:
        value *= _CM_PER_CHI
    if value is not None and 30 <= value <= 160:
        yield Found(_GIRTHS[match["n"][0]], whole(value), match.start(), match.end())


def _chi(text: str) -> float | None:
    """Read 二尺二 in centimetres; one 尺 is a third of a metre, the figure after it a tenth of one."""
    left, _, right = text.partition("尺")
    high, low = number(left), number(right) if right else 0.0
    return None if high is None or low is None else (high + low / 10) * _CM_PER_CHI


def _ages(text: str, kid: bool) -> Iterator[Found]:
    for match in _MONTHS.finditer(text):
        value = number(match["v"])
        if value is not None and (kid or match["big"]) and 0 < value <= 36:
            yield Found("age_months", whole(value), *match.span())
    for match in _YEARS.finditer(text):
        value = number(match["v"])
        if value is not None and 0 < value <= 110:
            yield Found("age_months", whole(value * 12 + (6 if match["half"] else 0)), *match.span())
