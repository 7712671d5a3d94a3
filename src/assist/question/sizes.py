"""Sizes in a message: XL, 两个加, 42码, 40码半, 39的奶油白, 170/92A, 均码."""

from __future__ import annotations

import re
from collections.abc import Iterator

from assist.expressions import expression
from assist.question.ages import KID
from assist.question.found import Found
from assist.question.numbers import number
from assist.question.refusal import is_refused

_LETTER = r"(?:[2-9]xl|x{0,5}[sl]|m|xxs)"
_COLOUR_END = "[黑白红蓝绿黄紫灰粉棕橙青米驼银金咖褐杏色]"
# Two letters or more are a size wherever they stand alone; one letter needs a word beside it.
_LETTER_SIZE = expression(r"(?<![a-z0-9.\-])(?<![a-z0-9]/)(?P<v>[2-9]xl|x{1,5}[sl])(?![a-z0-9])(?:码|号)?")
# A letter alone among Chinese words is a size, unless it names a shape or a part (S钩, M号笔芯, L型).
_SINGLE = expression(
    r"(?<![a-z0-9.\-&+%~])(?<![a-z0-9]/)(?P<v>[smlf])(?![a-z&+%~'.\-])(?!\d(?![件双条套个]))(?!\s?(?!ma(?![a-z]))[a-z]{2})(?!钩|[型形级区盘键店牌弯曲]|系列|证|秒|/s)(?:尺码|码|号|的)?"
)
# 两个叉, 3个加, 三加大, 2x: how many X stand before the L.
_EXTRA = expression(
    r"(?<![a-z0-9.十百])(?P<n>[一两俩二三四五六2-6])(?:个)?(?:叉|x(?![a-z0-9*×])|加大)的?(?:l(?![a-z]))?(?:码|号)?|"
    r"(?<![a-z0-9.十百])(?P<k>[一两俩二三四五六2-6])个加(?:码|号|的|$|(?=[\s，,。?？!！有]))|(?<![a-z0-9.十百])(?P<j>[两二三四2-4])加(?=码|号|的|$|[\s，,。?？!！])"
)
_NUMBER_SIZE = expression(
    r"(?<![\d.])(?P<v>[1-5]\d(?:\.5)?|[6-9]\d|1[0-7]\d)\s*(?:半码|的?码(?P<half>半)?|号鞋|的鞋|号的鞋)(?!数|表|对照)"
)
# Sizes of other countries, where they are chosen: 要8码, 8.5码.
_SMALL_SIZE = expression(r"(?:(?<=[穿要拿选])|(?<![^\s，,]))(?P<v>[4-9](?:\.5)?|1[0-3]\.5)码(?!可选|选|以)")
_HALF_SIZE = expression(r"(?<![\d.])(?P<v>[34]\d)(?:码半|半码|半(?=的|$|[\s，,。?？!！]))")
_CHINESE_SIZE = expression(
    r"(?<![一-龥])(?P<v>[二三四]十[一二三四五六七八九]?)码(?P<half>半)?|(?<=[穿要拿是])(?P<w>[二三四]十[一二三四五六七八九]?)码"
)
_SHOE = r"(?:3[4-9]|4[0-8])(?:\.5)?"
_NO_SHOE = r"(?![\d.]|\s*(?:[块元天件个双套斤岁年月日小分人度包盒瓶支条次折米寸w%℃]|kg|cm|厘米|公分|g(?![a-z])|ml|l(?![a-z])|v))"
_SHOE_SAID = expression(
    rf"(?:穿|双|鞋子?|[男女]款|这[回次]|[上这][回次]买的|实际|应该|其实|要|拍|拿|换(?:成|个)?|改成?|选|来|现在是|尺码|鞋码|鞋号|码数|码子|平时|平常)(?:[的个双件条是]|[:：]|\s)*(?P<v>{_SHOE})(?:码|号|的)?{_NO_SHOE}(?!的?宽|店)"
)
_SHOE_ASKED = expression(
    rf"(?<![\d.\-/])(?P<v>{_SHOE}|2[5-9]|3[0-3])(?:码|号|的)?(?=还?有(?:没有|货|吗|现货|不(?![一-龥])|么|嘛)|还有|没有?货|没有了|没了|缺货|断码|断货|[太偏][大小]|[大小]了|会不会[大小]|合不合适|合适吗|挤脚)"
)
_SHOE_OF = expression(rf"(?<![\d.\-/])(?P<v>{_SHOE})的(?=脚|[一-龥]{{0,3}}{_COLOUR_END})")
_SHOE_COLOURED = expression(rf"(?:{_COLOUR_END}|色)\s?(?P<v>{_SHOE})(?=$|[\s，,码])")
_SHOES_BOTH = expression(
    rf"(?<![\d.\-/])(?P<v>{_SHOE})(?:码)?(?:和|跟|还是|或者?|与|、)(?P<w>{_SHOE}){_NO_SHOE}"
)
_WAIST_ALONE = expression(
    r"(?:^|[\s，,])(?:[哦啊嗯那就要是]|还是)*(?P<v>2[5-9]|3\d|4[0-4])(?:的|码)?(?=$|[\s，,！!])"
)
_WAIST_SIZE = expression(r"(?<![\d.\-/])(?P<v>2[5-9]|3\d|4[0-4])的?(?:裤|牛仔|腰(?!围))")
_REFUSED_SHOE = expression(
    r"(?:不要|换下)[34]\d(?:\.5)?了?|(?<![\d.])[34]\d(?:\.5)?(?:码)?的?(?:就?不要了?|算了)"
)
_SHOE_CHOSEN = expression(
    rf"(?:(?:^|[\s，,])(?:还是|就|那|没有的?话?|拍|要|直接)*|[大小]的?话?就)(?P<v>{_SHOE})(?=吧|怕|嫌|[\s，,]|$)"
)
_ALONE_SHOE = expression(rf"(?:^|[\s，,])(?P<v>{_SHOE})(?=$|[\s，,!！])")
_CODE_SIZE = expression(r"(?<!\d)(?P<v>1[3-9]\d/\d{2,3}[abcy]|1[5-9][05][abcy])(?![a-z0-9])")
_KID_SIZE = expression(
    r"(?:要|拿|选|拍|换|改|穿|买)(?P<v>[7-9]0|1[0-6]0)(?:的|还是(?P<w>[7-9]0|1[0-6]0)(?!\d))"
)
_CHOSEN_SIZE = expression(r"(?<![\d.])(?P<v>[7-9]0|1[0-8][05])的(?:吧|也行|也可以)")
_SPEAKS_OF_SIZES = expression(
    r"\d\s*半?码|[34]\d半|(?:穿|[男女]款)\s?[34]\d(?!\d)|双|\d号鞋|鞋|脚|[怕嫌偏太][大小]"
)
_WORD_SIZE = expression(r"(?P<v>均码|加大码|中码|大号|中号|小号|加大号|特大号)(?!差|和)")
_HABIT = expression(
    r"(?:平时|平常|一般|以前|之前|往常|日常|通常|习惯)[^，,。?？]{0,6}(?:穿|买|拿)[^，,。?？\d]{0,6}$"
)
_HABIT_ALONE = expression("(?:平时|平常|往常|日常|通常)(?:都|是|的)*$")
"""Enough before a figure: 平常38."""
_PATTERNS = (
    *(
        _CODE_SIZE,
        _LETTER_SIZE,
        _EXTRA,
        _SINGLE,
        _HALF_SIZE,
        _CHINESE_SIZE,
        _SMALL_SIZE,
        _NUMBER_SIZE,
        _SHOES_BOTH,
    ),
    *(_SHOE_SAID, _SHOE_ASKED, _SHOE_OF, _SHOE_COLOURED, _WAIST_SIZE, _WORD_SIZE, _CHOSEN_SIZE),
)
_MAY_HOLD = expression("[smlxf\\d码号叉加]")


def size_slots(text: str) -> Iterator[Found]:
    """Yield sizes (`XL`, `42`, `170/92A`) and the size usually worn of a normalised text."""
    if not _MAY_HOLD.search(text):
        return
    for match in _REFUSED_SHOE.finditer(text):
        yield Found("", "", match.start(), match.end())
    # A bare figure is a size where the message speaks of sizes or feet.
    shoes = (_ALONE_SHOE, _SHOE_CHOSEN) if _SPEAKS_OF_SIZES.search(text) else ()
    waists = (_WAIST_ALONE,) if "裤" in text else ()
    for pattern in (*_PATTERNS, *shoes, *waists):
        for match in pattern.finditer(text):
            yield from _sizes(pattern, match, text)


def kid_sizes(text: str) -> Iterator[Found]:
    """Yield sizes of children, which are heights (要90的, 拿130还是140), where a child is spoken of."""
    if KID.search(text):
        for match in _KID_SIZE.finditer(text):
            for group in ("v", "w"):
                if match[group]:
                    yield Found("size", match[group], *match.span(group))


def _sizes(pattern: re.Pattern[str], match: re.Match[str], text: str) -> Iterator[Found]:
    for group in ("v", "w", "n", "k", "j"):
        word = match.groupdict().get(group)
        if word is None:
            continue
        start, end = match.start(group), match.end(group) if pattern is _SHOES_BOTH else match.end()
        if not is_refused(text, start, end):
            worn = _HABIT.search(text[:start]) or (word.isdigit() and _HABIT_ALONE.search(text[:start]))
            name = "size_habit" if worn else "size"
            yield Found(name, _value(match, group, word), start, end)


def _value(match: re.Match[str], group: str, word: str) -> str:
    if group in "nkj":
        count = int(number(word) or 1)
        return "XL" if count == 1 else f"{count}XL"
    if match.re is _CHINESE_SIZE:
        word = f"{number(word):g}"
    half = match.re is _HALF_SIZE or match.groupdict().get("half")
    return word + ".5" if half else _usual(word)


def _usual(word: str) -> str:
    """Return the usual form: XXL is 2XL."""
    found = re.fullmatch("(x{2,5})([sl])", word)
    return f"{len(found[1])}X{found[2].upper()}" if found else word.upper()


def is_size(word: str) -> bool:
    """Say whether a word of a SKU table is a size."""
    return _SKU_SIZE.fullmatch(word.lower()) is not None


_SKU_SIZE = expression(rf"(?:{_LETTER}|[1-5]\d(?:\.5)?|[6-9][05]|1[0-7]\d)(?:码)?|均码")
