"""How many a shopper wants or got: 两件, 来50套, 拍3, 数量2, x2."""

from __future__ import annotations

import re
from collections.abc import Iterator

from assist.expressions import expression
from assist.question.found import Found
from assist.question.numbers import number, whole

_COUNTED = "(?:[件个双条台箱盒套瓶份袋只支罐把张顶床副块片桶卷提本辆根]|对(?!不|方|面|应|比|待|吗|了|付)|包(?!邮|装|裹|退|括|换|赔|含|税))"
_CHINESE_COUNT = "[一二两三四五六七八九十百千俩仨]{1,5}"
_ENDED = "(?=$|[\\s，,。!！?？;；~])"
_VERBS = "[改变][成到为]|换成|[加增减降]到|买|拍|要|来|订|拿|发|漏发|少发|采购|定|购|下|寄|加购|收到?|各|想要|需要|做|凑|留|带|补|缺|一共|总共|共|批发|数量(?:是|为|[:：])?"
_QUANTITY = expression(
    rf"(?:{_VERBS})了?(?:过)?\s*(?P<a>\d{{1,6}}|{_CHINESE_COUNT}){_COUNTED}?|"
    rf"(?P<b>\d{{1,6}}|[二两三四五六七八九十百千]{{1,5}}|一[百千]){_COUNTED}"
)
# A bare 一件 counts where nothing else can be meant: at the end of a choice, or alone.
_ONE = expression(
    rf"(?:^|[\s，,码号色款黑白红蓝绿黄紫灰粉棕smlx]|的|(?<![这那都也就不])是)(?P<v>一)[件双条套个台箱盒瓶份对](?:{_ENDED}|[黑白红蓝绿黄紫灰粉棕smlx就]|.色)"
)
_BARE = expression(
    rf"(?:拍|数量(?:是|为|[:：])?|各要?)\s*(?P<a>\d{{1,3}})(?:{_ENDED}|(?=[发送有能可便]))|"
    rf"(?<=[码号色款件smlx的])[x×*]\s*(?P<b>\d{{1,3}}){_ENDED}|^[x×]\s*(?P<c>\d{{1,3}}){_ENDED}|^(?P<d>[俩仨]){_ENDED}|"
    r"(?:来|拿|买|订)(?P<e>[双件条套箱盒])(?=[\d黑白红蓝绿黄紫灰粉smlx])"
)
_DOZENS = expression(r"(?P<n>\d|[一两二三四五])打(?=$|[\s，,。的吧])")
_NOT_COUNT = expression(
    r"套|订单|颜色|码|月|小时|人|问题|星期|礼拜|地址|链接|款式|口|档|孔|包裹|快递|区别|尺码|型号|多少|装(?!的)|重|字|钱|半天|半?月|多月|点|尺寸|版|牌子|牌|品牌|样|活动|店|叉|x(?![a-z0-9])|加|客服|商家"
)
# 这两个, 送两只, 第二件: pointed at, given or ranked, not bought.
_GIVEN = expression("[这那哪送赠免第每前满几]$")


def count_slots(text: str) -> Iterator[Found]:
    """Yield quantities of a normalised text."""
    for match in _QUANTITY.finditer(text):
        value = number(match["a"] or match["b"])
        has_unit = re.search(_COUNTED + "$", match[0]) is not None or match[0][-1] in "俩仨"
        given = match["a"] is None and _GIVEN.search(text[: match.start()]) is not None
        if value is not None and has_unit and not given and not _NOT_COUNT.match(text, match.end()):
            yield Found("quantity", whole(value), *match.span())
    for match in _DOZENS.finditer(text):
        yield Found("quantity", whole(12 * (number(match["n"]) or 1)), *match.span())
    for match in _ONE.finditer(text):
        yield Found("quantity", 1, match.start("v"), match.start("v") + 2)
    for match in _BARE.finditer(text):
        name = next(name for name in "abcde" if match[name])
        value = 1.0 if name == "e" else number(match[name])
        if value is not None and value > 0:
            yield Found("quantity", whole(value), *match.span(name))
