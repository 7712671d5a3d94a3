"""Height and weight in a message; girths, feet and ages have readers of their own."""

from __future__ import annotations

import re
from collections.abc import Iterator

from assist.expressions import expression
from assist.question.ages import KID, age_slots
from assist.question.found import Found
from assist.question.girths import foot_slots, girth_slots
from assist.question.numbers import CHINESE, NUMBER, number, whole
from assist.question.pets import pet_slots

_ONES = "[零〇一二两三四五六七八九十半]"
_METRES = (
    rf"(?:(?<![\d.])1\.[4-9]\d?\s*(?:米|m(?![a-z]))|(?<!\d)1\s*[米m]\s*(?:\d{{1,2}}(?!\d)|{_ONES}{{1,2}}(?!斤))|"
    rf"一米(?:{_ONES}{{1,2}}(?!斤)|\d{{1,2}}(?!\d)))"
)
_CENTI = (
    r"(?:(?<![\d.])(?:[5-9]\d|1\d\d|2[01]\d)(?:\.\d)?|一百[一二三四五六七八九零十]{1,4})\s*(?:cm|厘米|公分)"
)
_BARE = r"(?<![\d.])1[3-9]\d(?:\.\d)?(?![\d.]|\s*(?:斤|kg|公斤|千克|元|块|g|克|ml|毫升|码|天|个|件|w|mm))"
# 1.83: metres without the word, beside a weight or where a height is named.
_DECIMAL = r"(?<![\d.])1\.[4-9]\d?(?![\d.]|\s*[a-z万元块])"
# 118高: centimetres said after the figure, beside a weight.
_HIGH = r"(?<![\d.])(?:[5-9]\d|1\d\d)(?=高)"
_HEIGHT = rf"(?:{_METRES}|{_CENTI}|{_BARE}|{_DECIMAL}|一[三四五六七八九]{CHINESE}(?!斤|{CHINESE}))"
_WEIGHT_UNIT = r"(?:斤|kg|公斤|千克|k(?![a-z]))"
_RANGED = rf"(?:[到\-~至](?:\d{{2,3}}|{CHINESE}{{1,5}})(?:之间)?)?"
_WEIGHT = rf"(?<![\d.])(?:\d{{1,3}}(?:\.\d+)?|{CHINESE}{{1,5}}){_RANGED}\s*(?:来|多)?\s*{_WEIGHT_UNIT}"
_BARE_WEIGHT = (
    r"(?:(?<![\d.])\d{2,3}(?:\.\d)?(?![\d.a-z米岁码元块天件个号分%小])|"
    r"(?:[一两]百|[九八七]十)[一二三四五六七八九十零]{0,4}(?![一二三四五六七八九十零百千万元块天件个号码分]))"
)
_BETWEEN = r"(?:的?个子|偏[瘦胖]|[微有点]*[瘦胖]|女生|男生|左右|的?身高|[、/,，;；\s:：的\-+高和]|体重|重|斤数|男|女){0,6}"
_PAIR = expression(rf"(?P<h>{_HEIGHT}|{_HIGH}){_BETWEEN}(?P<w>{_WEIGHT}|{_BARE_WEIGHT})")
# A child's: 110 18kg.
_KID_PAIR = expression(rf"(?<![\d.])(?P<h>[6-9]\d|1[0-2]\d)(?:cm|厘米|公分)?{_BETWEEN}(?P<w>{_WEIGHT})")
_KID_HEIGHT = expression(
    r"(?:儿子|女儿|闺女|孩子|小孩|宝宝|宝贝|娃)(?:现在|今年|身高|大概|大约|才|有|是|\d{1,2}岁半?|\s)*(?P<h>[7-9]\d|1[0-6]\d)(?:的|左右)?(?=$|[\s，,。!！?？;；]|穿|能|该|选)(?!\s*(?:斤|kg|公斤|天))"
)
_PAIR_TURNED = expression(
    rf"(?P<w>{_WEIGHT})[、/,，;；\s:：的\-+和]{{0,4}}(?P<h>{_METRES}|{_CENTI}|{_BARE}|一[四五六七八]{CHINESE}(?!斤))"
)
_HEIGHT_SAID = expression(
    rf"(?:(?:身高|净高|裸高|个子)(?:接近|将近|大概|大约|差不多|不到|快|[是有在了嘛呢啊]|\s)*|(?<![跟楼衣])高(?:大概|大约|[是有]|\s)*)[:：]?\s*"
    rf"(?P<h>{_METRES}|{_DECIMAL}|(?:[5-9]\d|1\d\d|2[01]\d)(?:\.\d)?(?!\d)(?:cm|厘米|公分)?|"
    rf"{CHINESE}{{2,5}}(?!{CHINESE}|斤|公斤|kg)(?:米{CHINESE}{{1,2}})?)"
)
_HEIGHT_ALONE = expression(rf"{_METRES}|{_CENTI}|{_DECIMAL}(?=的?(?:个子|身高))")
_HEIGHT_BARE = expression(_BARE)
_OWN_HEIGHT = expression(
    r"(?:^|[\s，,。;；]|对了)(?:我(?:自己)?|本人|他|她|老公|老婆|对象|男友|女友|儿子|女儿)(?:是|有|才|只有|大概)?\s*(?P<h>1[4-9]\d)(?:的|左右)?(?=$|[\s，,。!！?？;；]|穿|能|该|选)"
)
_WEIGHT_SAID = expression(
    rf"(?:体重|净重量|(?:减肥|怀孕|生娃|孕|产)[前后](?:是|有)?\d{{2,3}}斤?[\s，,]*(?:现在|如今)|(?<![净毛么多轻很太不最承几这有])重)\s*(?:接近|将近|大概|大约|差不多|不到|快|[是有在嘛呢啊])*\s*[:：]?\s*(?P<w>(?:\d{{2,3}}(?:\.\d)?|{CHINESE}{{2,5}})(?:[到\-~至](?:\d{{2,3}}|{CHINESE}{{2,5}})(?:之间)?)?(?:\s*(?:单位)?是?{_WEIGHT_UNIT})?)(?!\d)"
)
_WEIGHT_ALONE = expression(_WEIGHT)
_NO_HEIGHT = expression(
    r"(?:长|宽|厚|围|摆|距|径|深|桌子?|床|柜|沙发|窗帘?|门|墙|架|布|地毯|屏|尺寸|肩|袖|裤|裙|腿|杆|绳|线|跟|腰|臀|胸|(?<![光赤])脚)[^，,。 ]{0,4}$"
)
_NO_HEIGHT_AFTER = expression(
    r"\s*(?:的|高|长|宽)?(?:大|小|双人|单人)?(?:床|桌|柜|沙发|窗|布|地毯|地垫|屏|帐|线|绳|门|墙|架|版|款(?!.{0,6}穿)|直径|腰|臀|胸|脚)|\s*[长宽厚]"
)
_SUM_BEFORE = expression(r"(?:花|付|卖|价|金额|[退补]我?)[了是的:： ]*$")
_NO_WEIGHT = expression(
    r"(?:瘦|减|掉|胖了|承重|承受|装|能放|够|米|肉|力|载重|买|来|要|拿|发|称(?!了|出|完))[^，,。 ]{0,3}$"
)
_NO_WEIGHT_AFTER = expression(r"装|米|面|肉|水果|苹果|橙|虾|茶|重量的箱|的?箱|一[箱袋盒包]|多少钱|包邮")


def height_cm(text: str) -> float | None:
    """Read a height as typed (`1米63`, `一米七`, `163cm`, `一六五`, `1.83`) in centimetres; None: not one."""
    text = re.sub(r"\s|左右|的个子", "", text)
    metres = re.fullmatch(rf"(1|一)[米m]({CHINESE}{{1,2}}|\d{{1,2}})", text)
    if metres:
        tens = number(metres[2])
        return None if tens is None else 100 + (tens * 10 if tens < 10 and len(metres[2]) == 1 else tens)
    decimal = re.fullmatch(r"(1\.\d{1,2})(?:米|m)?", text)
    if decimal:
        return float(decimal[1]) * 100
    return number(re.sub("cm|厘米|公分", "", text))


def weight_kg(text: str, height: float | None = None) -> float | None:
    """Read a weight as typed in kilograms; a range gives its middle.

    Without a unit it is 斤 or kg, whichever makes the more usual build for `height` (body mass index
    nearest 21.5); without a height it is 斤.
    """
    unit = re.search(_WEIGHT_UNIT, text)
    said = (text[: unit.start()] if unit else text).replace("来", "").replace("多", "")
    figures = [number(figure) for figure in re.findall(NUMBER, said)]
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
    kid = KID.search(text) is not None
    for pattern in (_PAIR, _PAIR_TURNED, *((_KID_PAIR,) if kid else ())):
        place, match = 0, pattern.search(text)
        while match:
            pair = list(_pair(match, text))
            yield from pair
            # A figure that is no weight may begin a pair of its own: 168 / 168.5 / 55kg.
            place = match.end() if pair else max(place + 1, min(match.start("h"), match.start("w")) + 1)
            match = pattern.search(text, place)
    if _MAY_BE_GIRTH.search(text):
        yield from girth_slots(text)
        yield from foot_slots(text)
    yield from pet_slots(text)
    yield from _said(text, _height_in(text, kid))
    yield from age_slots(text)
    yield from _alone(text, kid)


_GROWN = 165.0
"""Centimetres; a bare weight is read as a grown-up's where no child is spoken of."""
_MAY_HOLD = expression(rf"\d|{CHINESE}")
_MAY_BE_GIRTH = expression("[腰臀胸肩围脚头]|屁股|脖子")


def _off(weight: float, height: float) -> float:
    return abs(weight / (height / 100) ** 2 - 21.5)


def _pair(match: re.Match[str], text: str) -> Iterator[Found]:
    height = height_cm(match["h"])
    weight = weight_kg(match["w"], height)
    # 170 / 170打错了: the same figure twice is no pair.
    if (
        height is None
        or weight is None
        or match["h"] == match["w"]
        or _typed_again(match, text)
        or not 70 <= height <= 220
        or not 8 <= weight <= 160
    ):
        return
    before = text[: match.start("h")]
    if (
        _NO_HEIGHT.search(before)
        or _SUM_BEFORE.search(before)
        or not 10 <= weight / (height / 100) ** 2 <= 60
    ):
        return
    if re.fullmatch(r"1\.\d", match["h"]) and not re.search(_WEIGHT_UNIT, match["w"]):
        return
    yield Found("height_cm", whole(height), *match.span("h"))
    yield Found("weight_kg", whole(weight), *match.span("w"))


def _typed_again(match: re.Match[str], text: str) -> bool:
    """Say whether the second figure is the height once more, not a weight: 53kg 161 / 162, 165 / 163."""
    if re.search(_WEIGHT_UNIT, match["w"]) or "体" in match[0] or "重" in match[0]:
        return False
    apart = "\n" in match[0] or _WEIGHT_ALONE.search(text, 0, match.start()) is not None
    figures = [number(re.sub("[^\\d.]", "", match[name])) for name in "hw"]
    return apart and abs((figures[0] or 0.0) - (figures[1] or 0.0)) <= _SLIP_CM


_SLIP_CM = 5


def _height_in(text: str, kid: bool) -> float | None:
    """Return the height that a bare weight is told beside, else that of most grown-ups; None: a child's."""
    found = _PAIR.search(text)
    height = height_cm(found["h"]) if found else None
    return height or (None if kid else _GROWN)


def _said(text: str, height_beside: float | None) -> Iterator[Found]:
    for match in _HEIGHT_SAID.finditer(text):
        height = height_cm(match["h"])
        thing = match[0][0] == "高" and _NO_HEIGHT.search(text[: match.start()])
        if height is not None and 45 <= height <= 220 and not thing:
            yield Found("height_cm", whole(height), match.start(), match.end())
    for match in _WEIGHT_SAID.finditer(text):
        weight = weight_kg(match["w"], height_beside)
        if weight is not None and 3 <= weight <= 160:
            yield Found("weight_kg", whole(weight), match.start(), match.end())


def _alone(text: str, kid: bool) -> Iterator[Found]:
    for match in _HEIGHT_ALONE.finditer(text):
        height = height_cm(match[0])
        least = 50 if kid else 140
        if height and least <= height <= 210 and _is_height(match, text):
            yield Found("height_cm", whole(height), *match.span())
    for match in _WEIGHT_ALONE.finditer(text):
        weight = weight_kg(match[0])
        if weight is not None and (3 if kid else 30) <= weight <= 160 and _is_weight(match, text):
            yield Found("weight_kg", whole(weight), *match.span())
    for pattern in (_OWN_HEIGHT, _KID_HEIGHT):
        for match in pattern.finditer(text):
            yield Found("height_cm", int(match["h"]), *match.span("h"))
    if re.search("穿|码|高|个子|斤|体重|那.{2,4}的呢", text):
        for match in _HEIGHT_BARE.finditer(text):
            if 140 <= float(match[0]) <= 199 and not _NO_HEIGHT.search(text[: match.start()]):
                yield Found("height_cm", whole(float(match[0])), *match.span())


def _is_height(match: re.Match[str], text: str) -> bool:
    thing = _NO_HEIGHT.search(text[: match.start()])
    return not thing and not _NO_HEIGHT_AFTER.match(text, match.end())


def _is_weight(match: re.Match[str], text: str) -> bool:
    before, after = text[: match.start()], text[match.end() :]
    return not _NO_WEIGHT.search(before) and not _NO_WEIGHT_AFTER.match(after)
