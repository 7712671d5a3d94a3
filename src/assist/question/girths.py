"""Girths and feet in a message: 腰围76, 二尺三的腰, 三围88/66/90, 脚长24.5, 24cm的脚."""

from __future__ import annotations

import re
from collections.abc import Iterator

from assist.expressions import expression
from assist.question.found import Found
from assist.question.numbers import CHINESE, number, whole

_DIGIT = "[一二两三四五六七八九]"
_CHI = rf"(?:\d(?:\.\d)?|{CHINESE}{{1,2}})\s*尺[^\S\n]*(?:\d(?!\d|\s*(?:cm|厘米|公分))|{_DIGIT}{{1,2}})?[^\S\n]*寸?半?"
_FIGURE = rf"(?:\d{{1,3}}(?:\.\d{{1,2}})?|{CHINESE}{{2,5}}(?:点{CHINESE})?)"
_UNIT = r"\s*(?:cm|厘米|公分|mm|毫米)"
_FILL = r"(?:量[了的出来]*|正好|刚好|大概|大约|差不多|也就|[是有在为才就约:：的]|不到|\s)*"
_NAME = "(?P<n>腰围?粗?|臀围?|屁股|胸围?|肩宽|颈围|脖围|脖子|头围?)"
_NOT_AFTER = r"(?![\d.%]|\s*(?:码|号|[件个条双块元天年月岁斤米]))"
_NAMED = expression(
    rf"(?<!下){_NAME}{_FILL}(?:(?P<chi>{_CHI})|(?P<v>{_FIGURE})(?P<u>{_UNIT}|\s*尺)?{_NOT_AFTER})"
)
_BEFORE = expression(
    rf"(?<![\d.])(?:(?P<chi>{_CHI})\s*的?|(?P<v>{_FIGURE})(?:(?P<u>{_UNIT})的?|的)){_NAME}(?!带|包|封|枕|托|衣)"
)
_THREE = expression(
    r"三围\s*(?:是|[:：])?\s*(\d{2,3}(?:\.\d)?)[\s/,，、\-*x×]+(\d{2,3}(?:\.\d)?)[\s/,，、\-*x×]+(\d{2,3}(?:\.\d)?)"
)
_FOOT = expression(
    rf"脚(?:丫子?|板|掌|底|长度?|的长度?)*{_FILL}(?:(?P<low>\d\d(?:\.\d)?)\s*[到至~\-])?"
    rf"(?P<v>{_FIGURE})(?P<u>{_UNIT})?(?P<half>半|[1-9])?(?!\d|{_UNIT}?\s*(?:码|号|宽|高|个|双|斤|岁|天))"
)
_FOOT_BEFORE = expression(
    rf"(?<![\d.])(?P<v>{_FIGURE})(?:(?P<u>{_UNIT})(?P<half>半|[1-9])?的?|的)(?:内|光)?脚(?!感|垫|架|踏|踝)"
)
_GIRTHS = {
    "腰": "waist_cm", "臀": "hip_cm", "屁": "hip_cm", "胸": "bust_cm", "肩": "shoulder_cm", "颈": "neck_cm",
    "脖": "neck_cm", "头": "head_cm",
}  # fmt: skip
_SPANS = {"bust_cm": (20, 160), "neck_cm": (14, 80), "waist_cm": (20, 160), "head_cm": (40, 70)}
"""Centimetres: what can be such a girth, an animal's among them; 30 to 160 for the others."""
_CM_PER_CHI = 100 / 3


def girth_slots(text: str) -> Iterator[Found]:
    """Yield girths of a normalised text, in centimetres."""
    for match in _THREE.finditer(text):
        for place, name in enumerate(("bust_cm", "waist_cm", "hip_cm"), start=1):
            yield Found(name, whole(float(match[place])), *match.span(place))
    for pattern in (_NAMED, _BEFORE):
        for match in pattern.finditer(text):
            value = _girth(match)
            name = _GIRTHS[match["n"][0]]
            low, high = _SPANS.get(name, (30, 160))
            if value is not None and low <= value <= high:
                yield Found(name, whole(value), match.start(), match.end())


def foot_slots(text: str) -> Iterator[Found]:
    """Yield lengths of feet of a normalised text, in centimetres; millimetres are turned into them."""
    for pattern in (_FOOT, _FOOT_BEFORE):
        for match in pattern.finditer(text):
            value = _foot(match)
            if value is not None and 8 <= value <= 33:
                yield Found("foot_cm", whole(value), match.start(), match.end())


def _girth(match: re.Match[str]) -> float | None:
    if match["chi"]:
        return chi_cm(match["chi"])
    value = number(match["v"])
    return value * _CM_PER_CHI if value is not None and match["u"] and "尺" in match["u"] else value


def chi_cm(text: str) -> float | None:
    """Read 二尺二 or 2尺2 in centimetres; one 尺 is a third of a metre, the figure after it a tenth of one."""
    left, _, right = text.replace(" ", "").partition("尺")
    half = 0.05 if right.endswith("半") else 0.0
    right = right.rstrip("寸半")
    high = number(left)
    low = _mean_digit(right) if right else 0.0
    return None if high is None or low is None else (high + low / 10 + half) * _CM_PER_CHI


def _mean_digit(text: str) -> float | None:
    """Read one digit, or two neighbours (六七) as their middle."""
    values = [number(char) for char in text]
    known = [value for value in values if value is not None]
    return sum(known) / len(known) if known else None


def _foot(match: re.Match[str]) -> float | None:
    value = _decimal(match["v"])
    groups = match.groupdict()
    if value is None:
        return None
    if groups.get("low"):
        value = (value + float(groups["low"])) / 2
    if groups["half"] and match["u"]:
        # 24厘米半, 16厘米8: what follows a whole unit are its tenths.
        value += 0.5 if groups["half"] == "半" else int(groups["half"]) / 10
    millimetres = match["u"] is not None and match["u"].strip() in ("mm", "毫米")
    return value / 10 if millimetres or value >= 100 else value


def _decimal(text: str) -> float | None:
    left, point, right = text.partition("点")
    high, low = number(left), number(right) if point else 0.0
    return None if high is None or low is None else high + low / 10
