"""Second thoughts on the intent model: what its first choice needs to be meant, and where a neighbour is meant instead.

The model weighs all words of a message; a few leaves are only meant where something is named, asked or has happened.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

from assist.expressions import expression
from assist.messages import IntentScore
from assist.question import lexicon
from assist.question.emotion import supposes_harm, tells_harm
from assist.question.intent import UNKNOWN
from assist.question.sizes import size_slots
from assist.question.wares import color_slots

Scores: TypeAlias = tuple[IntentScore, ...]

_HARM = "售后/质量/过敏/人身伤害"
_USABLE = "售前/商品/功能/能不能用"
_OTHERS = "通用/风险/他人信息"
_COMMANDS = "通用/风险/指令注入/越权"
_RIVALS = "通用/风险/贬低竞品/比价"
_COMPARE = "售前/商品/型号/款式差异"
_CURE = "通用/风险/医疗功效"
_SHADE, _SHADE_OFF = "售前/商品/颜色/色差", "售后/质量/色差/与描述不符"
_PARCELS = ("售前/物流", "售中/物流")
_FLAW, _MADE_OF = "售后/质量/质量问题/瑕疵", "售前/商品/材质/成分"
INVOICE = "售前/服务/发票"
"""Answered, but for one over more than was paid."""
REVIEWS = "售后/评价/评价/修改评价"
"""Refused where a reward is asked for, else answered."""
_ABUSE, _GENUINE = "售后/投诉/辱骂/情绪激烈", "售前/商品/正品/授权"
_PERSON = "通用/人工/要真人/要主管"
_SMALL_TALK = "通用/寒暄"
_THANKS = "通用/寒暄/感谢/结束"
_CHANGE = "售中/订单/改颜色/尺码/备注"
_STOCK = "售前/库存/有货/补货"
_CHOSEN = 0.5
"""How sure a choice that is stated is meant as one."""
_HEARD = 0.5
"""A wish for a person is heard from this score on."""
_SURE = 0.9
"""A leaf surer than this needs no word that names it."""


def plausible(
    clean: str, scores: Scores, products: Sequence[str], *, asks_person: bool = False, ordered: bool = False
) -> Scores:
    """Return the scores of a part with the first choice that its words bear out.

    Args:
        clean: Plain wording of the part.
        scores: Best first; empty: unknown.
        products: What the part is about.
        asks_person: The message asks for a person.
        ordered: What is wished for is that of an order: something was ordered by mistake, or waits to be sent.
    """
    if tells_harm(clean):
        return (IntentScore(_HARM, 1.0), *(score for score in scores if score.path != _HARM))[:3]
    if not scores:
        return scores
    if _ASKS_CURE.search(clean):
        return (IntentScore(_CURE, _SURE), *(score for score in scores if score.path != _CURE))[:3]
    told = _told(clean, scores, asks_person)
    idle = not told or told[0].path.startswith(_SMALL_TALK)
    unsure = not idle and told[0].score < _CHOSEN and "发" in clean
    if (told != scores or idle or unsure) and chooses(clean):
        # 先发S吧 is said of an order, 给我拿S before one.
        of_order = ordered or "发" in clean or _SLIPPED.search(clean)
        return (IntentScore(_CHANGE if of_order else _STOCK, _CHOSEN), *told)[:3]
    if not told:
        return told
    scores = told
    neighbour = _neighbour(clean, scores[0].path, products)
    if neighbour:
        return _instead(neighbour, scores)
    if _named(clean, scores[0]):
        return scores
    return scores[1:2] if len(scores) > 1 and scores[1].score >= UNKNOWN else ()


def _neighbour(clean: str, first: str, products: Sequence[str]) -> str:
    """Return the leaf that is meant in place of one that is much like it; empty: none."""
    if first == _HARM and supposes_harm(clean):
        # Fear before buying asks whether the goods suit; only harm that happened goes to a person.
        return _USABLE
    if first in _WISHED_AWAY and _WISHED_AWAY[first][0].search(clean) and not _arrived(clean):
        return _WISHED_AWAY[first][1]
    if first in _SENT_WRONG and _OWN_SLIP.search(clean) and not _arrived(clean):
        return _CHANGE
    if said := _said_otherwise(clean, first):
        return said
    if first == _ABUSE and _DOUBTS.search(clean):
        return _GENUINE
    if first == _RIVALS and len(products) > 1:
        return _COMPARE
    if first.startswith(_PARCELS) and _FAULTY.search(clean) and _arrived(clean) and not _ASKS.search(clean):
        return _FLAW
    if first not in (_SHADE, _FLAW):
        return ""
    feared = lexicon.pattern("danger", "feared").search(clean) is not None
    if first == _SHADE:
        return _SHADE_OFF if _arrived(clean) and not feared else ""
    return _MADE_OF if feared and not _arrived(clean) else ""


def _said_otherwise(clean: str, first: str) -> str:
    return next((meant for leaves, said, meant in _SAID if first in leaves and said.search(clean)), "")


def asks_more_time(clean: str) -> bool:
    """Say whether the platform's deadline of receipt is to be put off: done in the shop's account."""
    return _MORE_TIME.search(clean) is not None


_MORE_TIME = expression(
    "(?:延长|延迟|延期|推迟|延)(?:一下|一?下子|几天|[一两二三四五\\d]+天)?(?:确认|自动)?(?:的)?(?:收货|签收)|(?:收货|确认收货)(?:时间|期限|期)?(?:可以|能不能|能|帮我|给我)*(?:延长|延期|推迟|延一?下|往后延)"
)


def wishes_person(clean: str, scores: Scores) -> bool:
    """Say whether the model hears a wish for a person where no word stands that the patterns decide on."""
    heard = bool(scores) and scores[0].path == _PERSON and scores[0].score >= _HEARD
    return heard and not lexicon.one_pattern("human", "ruled").search(clean)


def _told(clean: str, scores: Scores, asks_person: bool) -> Scores:
    """Leave out leaves of which the words tell nothing (错发 where nothing came, a person where none is wished for).

    What remains is as likely as it was among the leaves that remain; empty: nothing likely is left.
    """
    kept = [score for score in scores if _is_told(clean, score, asks_person)]
    if len(kept) == len(scores):
        return scores
    rest = 1.0 - sum(score.score for score in scores if score not in kept)
    likely = tuple(
        IntentScore(score.path, round(min(1.0, score.score / max(rest, 0.05)), 4)) for score in kept
    )
    return likely if likely and likely[0].score >= UNKNOWN else ()


def _is_told(clean: str, score: IntentScore, asks_person: bool) -> bool:
    if score.path == _PERSON:
        return asks_person
    if score.path == _THANKS and score.score < _SURE and _ASKS.search(clean) and not _KNOWS.search(clean):
        return False
    words = lexicon.patterns("told").get(score.path)
    return words is None or score.score >= _SURE or words.search(clean) is not None


def chooses(clean: str) -> bool:
    """Say whether a plain wording names a size or a colour as what is wanted (给我拿黑色l, 要白的 m码)."""
    wants = _WANTS.match(clean)
    return wants is not None and any(True for _ in (*size_slots(clean), *color_slots(clean)))


_SLIPPED = expression("[拍选点下买填]错|[拍选点下买填]成了?")
_WANTS = expression(
    r"(?:那|就|我|咱|帮我|给我|麻烦|先|还是|直接)*(?:要|来|拿|拍|选|买|订|留|发)[^吗么不没几哪怎多什]{1,16}$"
)


# 大脚骨穿这个能矫正吗, 扁平足垫了能治好不: no goods of a shop put a body right.
_AILMENT = "大脚骨|[大拇]趾?外翻|扁平足|高弓足|内八字?|外八字?|[xo]型?腿|罗圈腿|驼背|富贵包|脊柱侧弯|骨盆前倾|斜视|近视|散光|龅牙|地包天|灰指甲|静脉曲张|滑膜炎|腱鞘炎|足跟痛|痛风"
_PUTS_RIGHT = "矫正|矫形|纠正|掰[正直回过]|变[直正]|治(?!安)|痊愈|恢复|消失|好转|根除"
_ASKS_CURE = expression(
    f"(?:{_AILMENT})[^。]{{0,10}}(?:{_PUTS_RIGHT})|(?:{_PUTS_RIGHT})[^，。]{{0,4}}(?:{_AILMENT})"
)


# In another script every message looks like a command; one names what it commands.
_COMMANDED = expression(
    "ignor|prompt|system|instruct|admin|developer|jailbreak|forget|act as|pretend|reveal|repeat|password|sudo|api|sql|role|mode"
)


_FAULTY = expression(
    "开胶|脱胶|张嘴|断(?:了|底|跟|裂|掉|成)|裂(?:了|开|口)|开线|脱线|掉(?:漆|皮|钻|跟|底)|坏(?:了|掉)|[不没]亮了|没反应|充不[进上]|漏[水气油液电]|变形|塌了|松(?:了|动)|卡住|异响|起[泡皮球]|破(?:了|洞|皮)|磨穿|拉不上"
)
"""What shows that goods failed, which are there already."""


# 怕是个骗子吧: a doubt before buying, not abuse.
_DOUBTS = expression("(?:怕|该?不会|会不会)(?:又)?(?:是|遇到|碰到)(?:个|了|一个)?(?:骗|假)")
_KNOWS = expression("知道|明白|懂|了解|清楚")
_ASKS = expression("[吗么]$|什么|怎么|多少|多久|哪|能不能|可不可以|有没有")


# 不要全碎了, 别再发错了: wished for before anything came.
_NOT_WRONG = expression(
    "(?:不要|别|可别|不能)(?:又|再|给我|搞)*(?:发错|寄错|拿错|搞错|弄错|漏发|少发|发漏|拿少)"
)
_NOT_BROKEN = expression(
    "(?:不要|别|可别|不会|不能)(?:又|再|全|都|给我)*(?:碎|压坏|摔坏|坏了|压扁|漏液|破损|破了)"
)
_WISHED_AWAY = {
    "售后/漏错/破损/漏液": (_NOT_BROKEN, "售前/商品/包装/配件/赠品"),
    "售后/漏错/错发": (_NOT_WRONG, _CHANGE),
    "售后/漏错/少发漏发": (_NOT_WRONG, _CHANGE),
}
# 我买错了尺码: nobody sent anything wrong.
_SENT_WRONG = frozenset({"售后/漏错/错发", "售后/漏错/少发漏发"})
_OWN_SLIP = expression("(?:买|拍|下|选|点)(?:单)?错|下错单|[买拍选]了?错的")
# 今天先别发货, 晚几天再发: the order is to wait, nobody hurries it.
_SENT_SOON = frozenset(
    {"售中/物流/催发货", "售前/物流/发货时间", "售中/订单/取消订单/不要了", "售前/物流/到货时间"}
)
_HOLD_BACK = expression(
    r"(?:先|暂时|今天|明天|现在)(?:就|都)?(?:别|不要|不用|甭|别急着)(?:给我)?(?:发(?![错漏票]|什么)|寄)"
    r"|(?:晚|迟|过|等)(?:个|上)?(?:点|些|几天|一?两天|[一两二三四五六七\d]+天|一阵|一段时间|下周)[^吗不没]{0,4}(?:再)(?:给我)?[发寄]"
    r"|(?:延后|推迟|延迟|晚点)(?:几天|[一两二三四五\d]+天|一下)?(?:再)?发货(?!赔|怎么赔|赔付)"
)
# 买三箱发六箱吗, 拍二送三: an offer, no bulk order and no way to order.
_MORE_SENT = expression(
    r"[买拍][一二两三四五六七八九\d]+[件个箱盒袋包瓶份双套斤]?[发送得][一二两三四五六七八九\d]+[件个箱盒袋包瓶份双套斤]?(?!天|小时)"
)
_SUMS = frozenset(
    {"售前/服务/批发/团购", "售中/物流/催发货", "售前/物流/发货时间", "售前/商品/包装/配件/赠品"}
)
_SAID = ((_SENT_SOON, _HOLD_BACK, _CHANGE), (_SUMS, _MORE_SENT, "售前/价格/优惠/活动"))
"""Leaves, what is said where another is meant, and that other."""
_WANTS_TO_KNOW = expression(
    "[查看问吗么叫住要]|告诉|知道|什么|啥|多少|哪|谁|几|给我|发我|发一?下|有没有|是不是"
)


def asks_false_invoice(clean: str) -> bool:
    """Say whether an invoice is wished for over more than was paid, or over other goods."""
    return _FALSE_INVOICE.search(clean) is not None


_FALSE_INVOICE = expression(
    r"(?:金额|数额|价格|价钱|钱)(?:能不能|能否|可以|能|可不可以|帮我|给我|给|开|写|填|改|得|[的往上])*(?:高|多|大|虚)(?:一?[点些])?(?!少)"
    r"|(?<![可])(?:多|虚)开(?:一?[点些]|个?\d+|几[百千十])|开(?:高|多|大)(?:一?[点些]|个?\d+|几[百千十])"
    r"|(?:商品|品名|名称|明细|内容)(?:能不能|能否|可以|能|可不可以|帮我|给我|给)*(?:开|写|改)成?(?:别的|其他|办公|礼品|日用)"
)


def asks_reward(clean: str) -> bool:
    """Say whether a question about reviews asks to be paid for one; how to write or change one is answered."""
    return lexicon.patterns("refused")[REVIEWS].search(clean) is not None


def _named(clean: str, best: IntentScore) -> bool:
    """Say whether a refusal is named by its words, or so sure that it need not be."""
    if best.path == _COMMANDS and clean.isascii():
        return _COMMANDED.search(clean) is not None
    if best.path == _OTHERS and best.score < _SURE and not _WANTS_TO_KNOW.search(clean):
        return False
    words = lexicon.patterns("refused").get(best.path)
    return words is None or best.score >= _SURE or best.path == REVIEWS or words.search(clean) is not None


def _arrived(clean: str) -> bool:
    return lexicon.pattern("danger", "arrived").search(clean) is not None


def _instead(path: str, scores: Scores) -> Scores:
    return (IntentScore(path, scores[0].score), *(score for score in scores[1:] if score.path != path))
