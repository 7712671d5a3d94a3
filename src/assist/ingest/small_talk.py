"""Lines of a chat that neither ask nor answer: greetings, thanks, `稍等`, pictures, automatic texts."""

from __future__ import annotations

import re
import unicodedata

from assist.expressions import expression

_COURTESIES = (
    "在吗 在不在 在不 早 在么 在嘛 有人吗 有人在吗 有人没 你好呀 你好啊 您好呀 你好 您好 哈喽 哈啰 嗨 hello hi hey 早上好 上午好 中午好 下午好 晚上好 "
    "早安 晚安 掌柜的 掌柜 老板 客服 小二 亲亲 亲爱的 宝子 宝宝 宝 亲 好的呢 好的呀 好的吧 好的 好滴 好哒 好吧 好嘞 好呢 好 嗯嗯 嗯 恩 哦哦 哦 噢 ok okay "
    "谢谢您 谢谢你 谢谢啦 谢谢了 谢谢 多谢 感谢您 感谢 辛苦了 麻烦了 知道了 明白了 了解了 了解 收到 明白 行吧 行 可以 没事了 没事 不用了 "
    "拍了 拍下了 已拍 付了 付款了 下单了 买了 领了 懂了 懂 回头聊 你忙 您忙 看看 我看看 我先看看 我再看看 你们 您们 okk "
    "拜拜 再见 回见 不客气 不谢 应该的 在的 在呢 在哦 在呀 在 请讲 请说 您说 你说 您请说 请问 人呢 呢 哦 哈 呀 啊 啦 哒 嘿嘿 哈哈 呵呵 thanks thank you bye yes"
)
_COURTESY = expression("|".join(sorted(map(re.escape, set(_COURTESIES.split())), key=len, reverse=True)))
_OPENING = expression(
    r"欢迎(?:光临|来到)|很高兴为您服务|为您服务|有什么(?:可以|能)?(?:帮|需要|为)|请问有什么|祝您?(?:生活|购物)愉快|期待您?的?(?:再次)?光临|"
    r"还有(?:其他|别的|什么)(?:问题|疑问|需要)吗?|给您?(?:拜年|问好)|满意.{0,6}(?:评价|好评)"
)
_HOLDING = expression(
    r"(?:请|麻烦)?您?(?:稍等|稍候|等一下|等下|等一等|稍等片刻|等我一下|不要着急|别着急|别急)|(?:我|这边|马上|正在)(?:这边)?(?:帮您|给您|为您|先|去)?"
    r"(?:帮您|给您|为您)?(?:查|看|核实|确认|问|查询|查看|核对|咨询)(?:一下|下|看|一看)|正在(?:为您)?(?:查询|核实|处理)"
)
_AUTOMATIC = expression(
    r"自动回复|机器人(?:客服)?|当前(?:排队|咨询)(?:人数|量)|系统(?:提示|消息)|已为您转接|转接(?:至|给|到)?(?:人工|客服)|会话(?:已)?结束"
)
_WORDLESS = expression(r"(?:\[[^\[\]]{1,12}\]|【(?:图片|表情|视频|语音)】|/:[\w\-^~]{1,6}|\s)+")
_NOISE = expression(r"[\W_]+")
_MAX_COURTESY_CHARS = 24
_MAX_OPENING_CHARS = 60
_MAX_HOLDING_CHARS = 30
_FIGURE = expression(r"\d")
_NUMBER_LABEL = expression(
    r"订单(?:编?号)?|(?:快递|物流|运)单(?:编?号)?|手机号?码?|电话(?:号码)?|单号|[a-z]{0,3}(?=\d{9})"
)


def is_courtesy(text: str) -> bool:
    """Say whether a line is only a greeting, thanks or a nod.

    >>> is_courtesy("好的，谢谢亲～"), is_courtesy("你好，能退吗"), is_courtesy("您好，欢迎光临，请问有什么可以帮您")
    (True, False, True)
    """
    plain = _plain(text)
    if len(plain) <= _MAX_COURTESY_CHARS and not _COURTESY.sub("", plain):
        return True
    if len(text) > _MAX_OPENING_CHARS or _FIGURE.search(text):
        return False
    return _OPENING.search(text) is not None and "?" not in text.replace("？", "?").rstrip("?？吗 ")[:-1]


def is_holding(text: str) -> bool:
    """Say whether an agent's line only asks to wait.

    >>> is_holding("亲，稍等，我帮您查一下哦"), is_holding("查到了，明天发出")
    (True, False)
    """
    if len(text) > _MAX_HOLDING_CHARS or _FIGURE.search(text) or not _HOLDING.search(text):
        return False
    rest = _COURTESY.sub("", _plain(_HOLDING.sub("", text)))
    return len(rest) <= 4


def is_number(text: str) -> bool:
    """Say whether a line holds nothing but order, waybill or telephone numbers.

    >>> is_number("订单号2209087712039955013"), is_number("运单 YT8826153309417"), is_number("100g的")
    (True, True, False)
    """
    plain = _plain(text)
    return len(_FIGURE.findall(plain)) >= 7 and not re.sub(r"\d", "", _NUMBER_LABEL.sub("", plain))


def is_automatic(text: str) -> bool:
    """Say whether a line was written by a machine in an agent's name."""
    return _AUTOMATIC.search(text) is not None


def is_wordless(text: str) -> bool:
    """Say whether a line holds only pictures, emoji or punctuation."""
    return _WORDLESS.fullmatch(text) is not None or not _plain(text)


def _plain(text: str) -> str:
    return _NOISE.sub("", unicodedata.normalize("NFKC", text).lower())
