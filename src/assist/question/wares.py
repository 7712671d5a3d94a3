"""Colours, people, skin and reasons in a message: slots that are words, not measures."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from assist.expressions import expression
from assist.question import english, lexicon
from assist.question.found import Found
from assist.question.phrases import PhraseTable
from assist.question.refusal import is_refused
from assist.question.sizes import is_size

_SHORT = expression(
    r"(?P<v>[黑白红蓝绿黄紫灰粉棕橙橘])(?:[的滴嘅哒の](?!确|话)|额(?![\u4e00-\u9fff])|款|(?=[sml](?:码|号|(?![a-z0-9]))|[2-9]?x*[sl](?![a-z])|[拍写填选买]成|(?<=成.)了|t恤|裤|裙|鞋|衬衫|卫衣|外套|\s|/|$))"
)
# A shade that no list holds: a word for what it looks like, and the colour (焦糖驼, 克莱因蓝, 铁锈红).
_THINGS = (
    "雾霾|焦糖|奶油|牛油果|薄荷|燕麦|抹茶|奶茶|樱花|香芋|宝石|孔雀|克莱因|牛仔|海军|橄榄|荧光|西瓜|樱桃|铁锈|咖啡|巧克力|摩卡|可可|"
    "月光|珍珠|石墨|曜石|水泥|高级|太空|星空|天空|薰衣草|葡萄|丁香|豆沙|芭比|马卡龙|柠檬|玫瑰|沙丘|大地|复古|森林|莫兰迪|松石|青瓷|"
    "芝麻|冰川|远山|岩石|丛林|极光|星光|午夜|暗夜|深海|海洋|海盐|珊瑚|蜜桃|西柚|梅子|红豆|车厘子|拿铁|榛果|胡桃|小麦|麦芽|云朵|陶瓷|"
    "贝壳|苔藓|翡翠|青柠|苹果|黄油|芝士|芒果|烟熏|板栗|枫叶|银河|香槟|鹅绒|象牙|亚麻|藕荷|栀子|山茶|琥珀|曙光|魅夜"
)
_SHADE = expression(
    rf"(?:{_THINGS}|深|浅|暗|亮|藏|墨|烟|军|酒|姜|藕|湖|湛|黛|脏|雾|奶|炭|碳|冰|桃|栗|玄|(?<![小\d一二两三四五六七八九十几])米)"
    "(?:黑(?![科夜])|白(?!天|酒)|红(?!枣|包|酒|茶)|蓝(?!牙|光)|绿(?!茶|豆|植)|黄(?!金|瓜|油|包)|紫(?!外|薯)|灰(?!尘)|(?<![奶冰])粉(?![丝末])|棕|橙(?!汁)|驼|咖(?!啡)|杏(?!仁)|褐|卡其|青(?!菜|春))色?|"
    rf"(?:{_THINGS})[色金银]"
)
# Chosen by the bare word: 还是白吧, 黑38.
_CHOSEN = expression(
    r"(?:(?:还是|就|改|换|要|按)(?P<v>[黑白红蓝绿黄紫灰粉棕橙橘])(?=吧|了?$|了?\s|[，,。])|(?:^|[\s，,])(?P<w>[黑白红蓝绿黄紫灰粉棕橙橘])(?=\s?[34]\d(?!\d)|吧(?:$|[\s，,。]))|(?:^|[\s，,（(:：]|[是要拿])(?P<x>[黑白红蓝绿黄紫灰粉棕橙橘])(?=才对|不是|[哦呀啊]?(?:[!！）)；;]|$|[\s，,。]))|(?<=一[个件条双])(?P<u>[黑白红蓝绿黄紫灰粉棕橙橘])(?=$|[\s，,一]))"
)
_FOREIGN = expression(
    r"(?<![a-z])(?:(?P<en>black|white|red|blue|green|yellow|purple|gr[ae]y|pink|brown|orange|beige)(?![a-z]|\s?friday)|"
    r"(?P<py>hei|bai|hong|lan|lv|huang|zi|hui|fen|zong|ju)\s?(?:se(?![a-z])|色))|(?P<zh>[黑白红蓝绿黄紫灰粉棕橙])se(?![a-z])"
)
_SOUNDS = {
    **{"hei": "黑", "bai": "白", "hong": "红", "lan": "蓝", "lv": "绿", "huang": "黄", "zi": "紫"},
    **{"hui": "灰", "fen": "粉", "zong": "棕", "ju": "橘"},
}
"""Colours by their pinyin."""
_NOT_SHORT = expression(
    r"(?:明|坦|空|洁|漂|美|雪|增|淡|告|表|独|旁|对|显|偏|(?<![改要先])发|泛|变|晒|抹|蛋|眼|小|网|走|分|大|最|刷|通|口|朱|泪|脸|皮肤|皮)\Z"
)

# 别发错, 不会碎了吧: feared, not happened.
_FEARED = expression(r"(?:不会|会|怕|别|不要|不要再|别再|会不会|万一|担心)(?:全|又|再|给我|有)?\Z")
# In order: the first that matches is the reason.
_REASONS = tuple(
    (name, expression(pattern))
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


def color_slots(text: str) -> Iterator[Found]:
    """Yield colours of a normalised text; a colour that is refused (不要黑的) is none."""
    listed = [(start, end, word) for start, end, word in _colours().find(text)]
    shades = [(*match.span(), match[0]) for match in _SHADE.finditer(text)]
    # A listed word may be the end of a shade (芝麻灰, 麻灰).
    for start, end, word in sorted([*listed, *shades], key=lambda found: found[0]):
        if not is_refused(text, start, end):
            yield Found("color", word, start, end)
    for match in _SHORT.finditer(text):
        if not _NOT_SHORT.search(text[: match.start()]) and not is_refused(text, *match.span()):
            yield Found("color", match["v"] + "色", match.start(), match.end())
    for match in _CHOSEN.finditer(text):
        group = next(name for name in "vwux" if match[name])
        if not is_refused(text, *match.span(group)):
            yield Found("color", match[group] + "色", *match.span(group))
    for match in _FOREIGN.finditer(text):
        if not is_refused(text, *match.span()):
            said = english.color(match["en"]) if match["en"] else ""
            yield Found("color", said or _SOUNDS.get(match["py"], match["zh"]) + "色", *match.span())


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


@cache
def _colours() -> PhraseTable[str]:
    return PhraseTable({word: word for word in lexicon.words("wares", "colors")})


@cache
def _meanings(key: str) -> PhraseTable[str]:
    rows = lexicon.toml("lexicon")[key]
    return PhraseTable({word: name for name, row in rows.items() for word in row})


def sku_slot(word: str) -> str:
    """Return the slot that a word of a SKU table fills: `size`, `color`, or nothing."""
    if is_size(word):
        return "size"
    return "color" if _SKU_COLOUR.search(word) else ""


_SKU_COLOUR = expression("[色黑白红蓝绿黄紫灰粉棕橙青米驼银金咖褐]$")
