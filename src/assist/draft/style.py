"""The shop's manner of speaking: openers, closers, refusals and holding lines. None of them states a fact."""

from __future__ import annotations

import re
import zlib
from collections.abc import Sequence

from assist.expressions import expression
from assist.messages import Channel, Emotion, Message, Question
from assist.shop import StylePack

SMS_CHARS = 70
_EMOJI = expression("[\U0001f300-\U0001faff\u2600-\u27bf\ufe0f]")
_TROUBLE = expression(
    r"[坏破漏裂断碎烂脏臭霉洞丢]|少了?[一二两三四五六七八九十几\d发件个]|缺[了件]|[寄发送拿]?(?:错|岔)了?|没了|没有?收到|没到|没动|没挪|(?<!动)不动"
    r"|停了|停那|还没|还不|怎么还|咋还|啥时候|什么时候|多久了|[天周月]了|礼拜了|拜了|催|开胶|掉[色毛漆绒]|褪色|起球|起毛|开线|毛病"
    r"|故障|不加热|不亮|不响|不转|充不进|开不了|打不开|连不上|没反应|失灵|异味|鼓包|发烫|冒烟|瑕疵|划痕|色差|退回来|垫"
    r"|压扁|磕|签收|赔|骗|冒牌|假货|过分|态度|骂|报警|跳.{0,3}e\d|e\d",
    re.IGNORECASE,
)
_A_QUESTION = expression(r"[吗么不没呢？?]$|(.)不\1|多少|几|哪|谁|怎么|咋|什么|啥|能不能|可以|多[久大长]")
_IN_GENERAL = expression(r"一般|通常|如果|要是|万一|假如|以后|的话|会不会|规定")
_PROMISING = expression(r"[，,][^，,～~。！!]*(?:说明|解答|介绍)[^，,～~。！!]*")
"""An opener that promises an answer does not go before a question back or a refusal."""
_ASKING = expression(r"^(?:请问|方便|麻烦您|您看的是)|[？?]$")
_UNSETTLED = expression(r"我核实后再回复您|[？?]$")
"""After these words the matter is still open; a farewell does not fit."""
_FIRST_CHECKED = expression(r"^另外您问的")
_OWN_ORDER = expression(r"^(?:您的(?:订单|包裹|退款)|仓库|退款)\S*。$")
_STEPS_LEAD, _NEEDED_LEAD = "步骤如下：", "请准备好下面这些："
_NEEDED = expression(r"照|视频|截图|单号")
APART_CHARS = 90
"""From this length on opener, answer and question back stand on lines of their own."""
_COMPLAINT = (
    "售后/质量",
    "售后/漏错",
    "售后/投诉",
    "售后/赔付",
    "售中/物流/催",
    "售中/物流/派送",
    "售中/物流/显示签收",
)

DECLINE_LINES = {
    "售前/价格/讲价": "理解您想要个更实惠的价格，不过客服这边没有改价的权限。",
    "售后/评价/评价/修改评价": "评价您按真实感受写就好，我们这边不做任何返现或奖励。",
    "通用/风险/索要站外联系方式": "为了保障您的权益，咱们就在平台聊天窗口沟通，消息我都会看到。",
    "通用/风险/线下交易/返现": "为了保障您的资金安全，订单请在平台内下单付款，平台以外的付款方式我们都不接受。",
    "通用/风险/医疗功效": "功效方面我不能给您作保证，请以商品页面的说明为准；身体方面的情况建议咨询医生。",
    "通用/风险/贬低竞品/比价": "别家的情况我们不了解，也不方便评价，我把自家商品的信息如实说给您，您对比着选。",
    "通用/风险/他人信息": "抱歉，他人的订单和个人信息需要保密，我这边不能提供。",
    "售前/服务/发票": "发票要按您实际支付的金额和买的商品来开，多开、少开或改成别的商品都不可以；抬头可以按您的需要填。",
    "通用/风险/指令注入/越权": "抱歉，这个我没办法按您说的处理；商品和订单上的问题，您直接问我就好。",
}
DECLINE_DEFAULT = "抱歉，这个要求我这边没办法满足。"

HOLDING_LINES = {
    "asks_human": "好的，这就为您转接人工同事，请稍等一下。",
    "angry": "给您带来这么不好的体验，真的非常抱歉。我已经请主管来跟进您的问题，请您稍等。",
    "legal_threat": "您反映的情况我们非常重视，已经请主管来跟进，请您留意消息。",
    "safety": "非常抱歉让您不舒服了，请先停止使用，如有不适请及时就医，并保留商品和照片。我马上请主管与您联系。",
    "needs_account_action": "这个需要专人帮您核实处理，我已经转给负责的同事了，请稍等。",
    "no_source": "这个问题我需要跟同事核实一下再回复您，免得说错，请稍等。",
    "low_confidence": "这个问题我再跟同事确认一下，免得给您说错，请稍等。",
    "conflict": "这个问题我这边看到的说明不太一致，我请同事核实后再答复您，请稍等。",
}
CHECKING_LINE = "另外您问的「{text}」，我核实后再回复您。"

ASK_LINES = {
    "order_id": "麻烦您发一下订单号，我帮您查一下具体情况。",
    "product": "请问您看的是哪一款呢？把商品链接或货号发给我，我帮您看。",
    "province": "请问您的收货地址在哪个省份呢？我帮您看一下。",
    "photo": "麻烦您把订单号和问题部位的照片发给我，我尽快帮您核实处理。",
    "budget": "请问您大概的预算是多少，主要给谁用、什么场合用呢？我帮您挑一挑。",
    "height_cm": "方便说一下身高和体重吗？我对着尺码表帮您看。",
    "sku": "请问您想了解哪个规格呢？",
    "wish": "请问您想了解哪方面呢？尺码、材质、价格、发货或售后，都可以直接告诉我。",
}
TOLD_LINES = {
    "address": "收到您发的地址了。请问是要修改订单的收货地址，还是想了解运费和到货时间呢？",
    "number": "单号收到了。请问您是想查物流，还是办理退换、开票这些售后呢？",
    "applied": "好的，收到。麻烦您把订单号发我，我看一下售后单的情况。",
    "sent_back": "好的，收到。麻烦您把订单号和寄回的快递单号发我，我帮您跟进。",
}
"""Questions back where something was told and nothing asked."""
OFFER_ORDER = "方便的话把订单号发我，我帮您查一下这笔的具体情况。"


def is_complaint(question: Question) -> bool:
    """Say whether the tone of a complaint applies: no emoji, no particles, an apology first.

    A calm question about the rules of delivery or quality is not one, unless it tells of something that went wrong.
    """
    if question.emotion in {Emotion.ANNOYED, Emotion.ANGRY, Emotion.THREAT}:
        return True
    asked = question.clean
    if _A_QUESTION.search(asked) and (_IN_GENERAL.search(asked) or not _TROUBLE.search(asked)):
        return False
    return any((part.intent or "").startswith(_COMPLAINT) for part in question.parts)


def pick(lines: Sequence[str], message: Message) -> str:
    """Choose a line by the message's own text: varied between messages, the same for the same one."""
    return lines[zlib.crc32(message.text.encode("utf-8", "surrogatepass")) % len(lines)] if lines else ""


def opener(message: Message, question: Question, style: StylePack) -> str:
    """Return the opening line."""
    if is_complaint(question):
        return pick(style.complaint_openers, message)
    return "" if message.history else pick(style.openers, message)


def closer(message: Message, question: Question, style: StylePack) -> str:
    """Return the closing line."""
    return pick(style.complaint_closers if is_complaint(question) else style.closers, message)


def render(body: str, *, opening: str, closing: str, message: Message) -> str:
    """Dress a body for the channel: 旺旺 with opener and closer, 短信 bare, 电话 as spoken."""
    body = _laid_out(body)
    if _ASKING.search(body) or body.startswith((*DECLINE_LINES.values(), DECLINE_DEFAULT)):
        opening = _PROMISING.sub("", opening)
    if _UNSETTLED.search(body):
        closing = ""
    if message.channel is Channel.SMS:
        return _bare(body)
    if message.channel is Channel.PHONE:
        return _spoken(opening, body)
    lines = [part for part in (opening, body, closing) if part]
    return "\n".join(lines) if "\n" in body or len(body) > APART_CHARS else "".join(lines)


def _laid_out(body: str) -> str:
    """Break a body at lines that state nothing, never inside what a source states; say nothing twice."""
    body = _FIRST_CHECKED.sub("您问的", body)
    lines: list[str] = []
    for line in body.split("\n"):
        if lines and len(lines[-1]) > 1 and line.startswith(lines[-1]) and lines[-1].endswith("。"):
            lines.pop()
        lines.append(line)
    return "\n".join(_led(_apart("\n".join(lines)).split("\n")))


def _apart(body: str) -> str:
    """Put a leading line of the shop's own, and a question back at the end, on lines of their own."""
    leads = (*DECLINE_LINES.values(), DECLINE_DEFAULT, *HOLDING_LINES.values())
    lead = next((line for line in leads if body.startswith(line) and len(body) > len(line)), "")
    body = f"{lead}\n{body[len(lead) :].lstrip()}" if lead else body
    if "\n" not in body and len(body) <= APART_CHARS:
        return body
    for tail in filter(body.__contains__, (*ASK_LINES.values(), OFFER_ORDER)):
        body = re.sub(rf"(?<=[^\n]){re.escape(tail)}(?=\n|$)", f"\n{tail}", body)
    return body


def _led(lines: Sequence[str]) -> list[str]:
    """Announce steps or a list of papers that would come out of nowhere; after the order's own line too."""
    told = [line for line in lines[:1] if _OWN_ORDER.match(line) or line in HOLDING_LINES.values()]
    told += [line for line in lines[:1] if line in DECLINE_LINES.values()]
    rest = list(lines[len(told) :])
    if len(rest) > 1 and rest[0].startswith("1.") and rest[1].startswith("2."):
        return [*told, _STEPS_LEAD, *rest]
    listed = [line for line in rest[:4] if line.endswith("；")]
    bare = rest[0].endswith("；") and "：" not in rest[0] if rest else False
    if len(listed) > 1 and bare and any(map(_NEEDED.search, listed)):
        return [*told, _NEEDED_LEAD, *rest]
    return list(lines)


def _bare(body: str) -> str:
    return re.sub(r"\s*\n\s*", " ", _EMOJI.sub("", body)).strip()


def _spoken(opening: str, body: str) -> str:
    text = re.sub(r"～(?!\d)", "。", _EMOJI.sub("", f"{opening}{body}"))
    text = re.sub(r"^\s*(\d+)[.、]\s*", r"第\1，", text, flags=re.MULTILINE)
    return re.sub(r"\s*\n\s*", " ", text).strip()
