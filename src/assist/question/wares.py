"""Sizes, colours, people, skin and reasons in a message: slots that are words, not measures."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from assist.question import lexicon
from assist.question.bodies import Found
from assist.question.phrases import PhraseTable

_LETTER = r"(?:[2-9]xl|x{0,5}[sl]|m|xxs)"
# Two letters or more are a size wherever they stand alone; one letter needs a word beside it.
_LETTER_SIZE = re.compile(r"(?<![a-z0-9.\-/])(?P<v>[2-9]xl|x{1,5}[sl])(?![a-z0-9])(?:码|号)?")
_SINGLE = re.compile(
    r"(?<![a-z0-9.\-])(?P<v>[sml])(?:码|号|的|尺码|(?=$|[，,。!！?？\s/和跟与还或行吗换选发来收会合能可够大小紧松是呢不没有]))"
)
_SINGLE_BEFORE = re.compile(
    r"(?:穿|要|拍|拿|买|换(?:成|个)?|改成|选|发(?:了|成|的)?|是|和|跟|与|个|或|还是|有|拍的|收到|，|,|\s|/|^)$"
)
_NUMBER_SIZE = re.compile(
    r"(?<![\d.])(?P<v>[1-5]\d(?:\.5)?|[6-9]\d|1[0-7]\d)\s*(?:码|号鞋|的鞋|号的鞋)(?!数|表|对照)"
)
_SHOE_VERB = re.compile(
    r"(?:穿|要|拍|拿|换(?:成|个)?|改成?|选)\s*(?P<v>[34]\d(?:\.5)?)(?:的|吧|$|[\s，,。!！?？吗能行改换])"
)
_REFUSED_SHOE = re.compile(r"(?:不要|换下)[34]\d(?:\.5)?了?")
_ALONE_SHOE = re.compile(r"(?:^|[\s，,])(?P<v>3[4-9]|4[0-8])(?=$|[\s，,])")
_CODE_SIZE = re.compile(r"(?<!\d)(?P<v>1[3-9]\d/\d{2,3}[abcy])(?![a-z])")
_WORD_SIZE = re.compile(r"(?P<v>均码|加大码|中码|大号|中号|小号|加大号|特大号)(?!差|和)")
_HABIT = re.compile(
    r"(?:平时|平常|一般|以前|之前|往常|日常|通常|习惯)[^，,。?？]{0,6}(?:穿|买|拿)[^，,。?？\d]{0,6}$"
)
_NEGATED = re.compile(r"(?:不要|不想要|不喜欢|除了|不是|别发|别给我发?|不买|没拍)(?:这个|那个|要)?\Z")
_RECEIVED = re.compile(
    r"(?:收到(?:的)?(?:是|了)?|来的是|(?:发|寄|给)(?:过来)?(?:给?我)?(?:了|成|来|的)?(?:却|竟然|就)?是?)[^，,。]{0,2}$"
)

_SHORT = re.compile(
    r"(?P<v>[黑白红蓝绿黄紫灰粉棕橙])(?:的(?!确|话)|款|(?=[sml]码|[2-9]?x*[sl](?![a-z])|t恤|裤|裙|鞋|衬衫|卫衣|外套|\s|$))"
)
_NOT_SHORT = re.compile(
    r"(?:明|坦|空|洁|漂|美|雪|增|淡|告|表|独|旁|对|显|偏|发|泛|变|晒|抹|蛋|眼|小|网|走|分|大|最|刷|通|口|朱|泪|脸|皮肤|皮)$"
)

# 别发错, 不会碎了吧: feared, not happened.
_FEARED = re.compile("(?:不会|会|怕|别|不要|不要再|别再|会不会|万一|担心)(?:全|又|再|给我|有)?$")
# In order: the first that matches is the reason.
_REASONS = tuple(
    (name, re.compile(pattern))
    for name, pattern in (
        ("过敏", "过敏(?!原|吗|不|么)|红疹|起疹|烂脸"),
        ("错发", "发错|错发|寄错|配错货|发成|不是我(?:买|要|拍)的|要(?:的是?)?[^，,。]{1,4}发(?:了|的|来)"),
        ("漏发", "少发|漏发|发漏|少了|漏了一|只收到|没(?:有)?赠品|少件|缺件|缺了|少一"),
        ("破损", "破损|碎了|摔坏|压坏|压扁|漏液|漏了|破了|洒了|烂了"),
        (
            "质量问题",
            "(?<!睡眠)质量(?:有)?(?:问题|不好|不行|太差|差)|瑕疵|开线|开胶|脱线|破洞|划痕|坏了|坏的|有问题|次品|残次|做工差",
        ),
        ("描述不符", "描述不符|与描述|不符|货不对板|图片不一样|虚假宣传"),
        (
            "色差",
            "(?<![不会怕没])有色差(?!吗|么|不|没|嘛|吧|怎)|色差(?:太|好|很|这么|那么)大(?!吗)|颜色差(?:太|好|很|那么|这么)",
        ),
        ("拍错", "拍错|买错|下错|选错|拍多|买重|重复买|手滑"),
        (
            "尺码不合适",
            "尺码不合|不合身|不合脚|(?:买|穿着?|码|号|鞋子?|衣服|裤子?|裙子?|尺寸)[^，,。味声气]{0,3}(?:大|小)了|^[大小]了(?:想|要|能|点|一|换|，|,|$|\\s)|(?<=[，,。 ])[大小]了(?=[，,。 换想能要])",
        ),
        ("不喜欢", "不喜欢|不满意|不合适|不想要|不要了|后悔|没看上|不好看"),
    )
)


def size_slots(text: str) -> Iterator[Found]:
    """Yield sizes (`XL`, `42`, `170/92A`) and the size usually worn of a normalised text."""
    for match in _REFUSED_SHOE.finditer(text):
        yield Found("", "", match.start(), match.end())
    shoes = (_ALONE_SHOE,) if _NUMBER_SIZE.search(text) else ()
    for pattern in (_CODE_SIZE, _LETTER_SIZE, _SINGLE, _NUMBER_SIZE, _SHOE_VERB, _WORD_SIZE, *shoes):
        for match in pattern.finditer(text):
            before = text[: match.start("v")]
            if pattern is _SINGLE and match[0] == match["v"] and not _SINGLE_BEFORE.search(before):
                continue
            if not _NEGATED.search(before):
                name = "size_habit" if _HABIT.search(before) else "size"
                yield Found(name, _size(match["v"]), match.start(), match.end())


def received(text: str, start: int) -> bool:
    """Say whether what stands at `start` is what came, not what was wanted (我要M发了L)."""
    return _RECEIVED.search(text[:start]) is not None


def color_slots(text: str) -> Iterator[Found]:
    """Yield colours of a normalised text; a colour that is refused (不要黑的) is none."""
    for start, end, word in _colours().find(text):
        if not _NEGATED.search(text[:start]):
            yield Found("color", word, start, end)
    for match in _SHORT.finditer(text):
        before = text[: match.start()]
        if not _NOT_SHORT.search(before) and not _NEGATED.search(before):
            yield Found("color", match["v"] + "色", match.start(), match.end())


def person_slots(text: str) -> Iterator[Found]:
    """Yield for whom it is, and the skin it is for."""
    for start, end, name in _meanings("people").find(text):
        yield Found("person", name, start, end)
    for start, end, name in _meanings("skins").find(text):
        yield Found("skin", name, start, end)


def reason_slots(text: str) -> Iterator[Found]:
    """Yield the gravest reason of dissatisfaction that a spelled-out text gives."""
    for name, pattern in _REASONS:
        match = pattern.search(text)
        if match and not _FEARED.search(text[: match.start()]):
            yield Found("reason", name, *match.span())
            return


def is_refused(text: str, start: int) -> bool:
    """Say whether the word at `start` is one the shopper does not want."""
    return _NEGATED.search(text[:start]) is not None


def _size(word: str) -> str:
    """Return the usual form: XXL is 2XL."""
    found = re.fullmatch("(x{2,5})([sl])", word)
    return f"{len(found[1])}X{found[2].upper()}" if found else word.upper()


@cache
def _colours() -> PhraseTable[str]:
    return PhraseTable({word: word for word in lexicon.words("wares", "colors")})


@cache
def _meanings(key: str) -> PhraseTable[str]:
    rows = lexicon.toml("lexicon")[key]
    return PhraseTable({word: name for name, row in rows.items() for word in row})


def sku_slot(word: str) -> str:
    """Return the slot that a word of a SKU table fills: `size`, `color`, or nothing."""
    if _SKU_SIZE.fullmatch(word.lower()):
        return "size"
    return "color" if _SKU_COLOUR.search(word) else ""


_SKU_SIZE = re.compile(rf"(?:{_LETTER}|[1-5]\d(?:\.5)?|[6-9][05]|1[0-7]\d)(?:码)?|均码")
_SKU_COLOUR = re.compile("[色黑白红蓝绿黄紫灰粉棕橙青米驼银金咖褐]$")
