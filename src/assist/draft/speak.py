"""A source's wording -> what an agent would type: layout signs go, cross references get names, facts stay."""

from __future__ import annotations

import re
from functools import lru_cache

from assist.documents import Document, Fact, Level
from assist.expressions import expression
from assist.memo import Memo
from assist.text.normalize import fold
from assist.text.quantities import quantities

_MARKS = expression(r"^\s*(?:#{1,6}\s+|[-*•·]\s+|>\s+)|\*\*|__|`", re.MULTILINE)
_OWN_REFERENCE = expression(r"(?<!》)第\s*(\d+)\s*条")
_OF_SEVERAL = expression(r"(?<=用)第\s*\d+\s*条(?:[、和]第\s*\d+\s*条)+的(?=[一-鿿])")
"""`用第1条、第2条的价保`: which clauses they are tells the shopper nothing."""
_OTHER_REFERENCE = expression(r"(《[^》]+》)第\s*\d+\s*条")
_PLACE = r"(?:请?见|参见)(?:《[^》]+》)?第\s*\d+\s*条(?:和《[^》]+》)?(?=[。；;，,）)]|$)"
_SEE = expression(rf"[，,；;]?\s*(?:详细?|具体)?{_PLACE}")
_TOPIC_ELSEWHERE = expression(
    rf"(^|[，,；;])((?!具体|详细)[^，,；;。：:（(\d不可能由是须应已免均]{{2,10}}?)(?:详|具体)?{_PLACE}"
)
"""`照片要求见第6条`: without the reference the bare topic would say nothing; a topic rules nothing itself."""
_QA_LABEL = expression(r"^\s*(?:问|答|[QqAa])\s*[:：.、]\s*")
_SPACES = expression(r"[ \t　]{2,}")
_SPOKEN: tuple[tuple[re.Pattern[str], str], ...] = (
    (expression(r"(其[他它]|别的|[每各某][个位])买家"), r"\1顾客"),
    (expression(r"买家(?![秀版])|消费者(?!权益|协会|组织)"), "您"),
    (expression(r"本店(?=的|自己|客服|订单|聊天|商品|页面)|(?<=在)本店"), "我们店"),
    (expression(r"本店(?!承担|负责|承诺|赔|按|在\d|自己)"), "我们"),
    (expression(r"(发给|联系|告诉|(?<!查)找|先和)客服(?!电话|热线|中心)"), r"\1我们"),
    (expression(r"^例\s*\d*\s*[：:]"), "比如"),
    (
        expression(r"^((?=[^：]*、|没|未|已)[^：:。；，,\d]{1,30}(?:原因|不符|出库|城市|揽收))：(?=\S)"),
        r"\1的，",
    ),
)
"""A rule's words for shop and shopper, and its labels of cases, as an agent types them; who promises stays."""
_LISTED = expression(r"「([^」]*(商品|地区|情形|情况))」列出的\2")
_PLACES = expression(r"(?:「[^」]+」[、和]?)+(?=(?:以外)?的(?:地区|省份))")
_SOURCE = expression(r"^来源[：:]\s*")
_LAW = expression(
    r"(?<![《一-鿿])([一-鿿]{2,24}(?:法|条例|办法|规定|解释))(?=第[一二三四五六七八九十百]+条|[。；]|$)"
)
_ONLY_LAW = expression(r"[一-鿿]{4,24}(?:法|条例|办法|规定|解释)[。；]?")
_PREDICATE = expression(
    r"^(?:不|未|没|无\S{0,3}，|含|可|能|需|请|见|只|已|支持|适[合用]|添加|建议|每|有[，（(]|配料表|机身|宣称)|[；。：]"
)
_BRACKETED = expression(r"[（(][^）)]*[）)]")
_TELLS = expression(r"(?:情况|感受|说明)$|^含(?!.*[量率])|^(.)不\1")
_MANNER = expression(r"(?:方法|方式)$")
_ABSENT = expression(r"^无(?=$|[，,（(])")
_ABOUT = expression(r"^(?:约|大约|不超过|不低于|不小于|[≤≥<>]|适中|正常|略?偏)")
_SPOKEN_OF: Memo[Document, dict[str, str]] = Memo(2_048)
MAX_PLAIN = 24
"""A longer value follows its key after a colon."""


def speak(text: str, document: Document) -> str:
    """Turn a verbatim piece into a sentence to send; numbers, dates and promises are left untouched."""
    known = _SPOKEN_OF.get(document)
    if known is None:
        known = _SPOKEN_OF.put(document, {})
    said = known.get(text)
    return known.setdefault(text, _speak(text, document)) if said is None else said


def _speak(text: str, document: Document) -> str:
    plain = _MARKS.sub("", text)
    plain = _QA_LABEL.sub("", plain.strip())
    plain = _referred(plain, document)
    if document.level is Level.LAW:
        plain = _lawful(plain)
    elif document.level is not Level.PLATFORM:
        for written, spoken in _SPOKEN:
            plain = written.sub(spoken, plain)
    return _SPACES.sub(" ", plain).strip()


def _referred(text: str, document: Document) -> str:
    """Give references names that a shopper understands, or leave them out."""
    topics = [found.group(2) for found in _TOPIC_ELSEWHERE.finditer(text)]
    plain = _SEE.sub("", _TOPIC_ELSEWHERE.sub("", text))
    if not re.search(r"\w", plain):
        return f"{'、'.join(topics)}另有规定，您需要的话我再细说。" if topics else plain.strip("，；。 ")
    plain = _OTHER_REFERENCE.sub(r"\1", _OF_SEVERAL.sub("", plain))
    plain = _OWN_REFERENCE.sub(lambda found: _named(found.group(1), document), plain)
    plain = _LISTED.sub(r"\1", plain)
    return _PLACES.sub(lambda found: re.sub(r"运费(?=」)|[「」]", "", found.group()), plain)


def _lawful(text: str) -> str:
    """Say where the law is written as a sentence: `来源：消费者权益保护法第二十五条` is a label."""
    named = _LAW.sub(r"《\1》", _SOURCE.sub("", text))
    if _SOURCE.match(text):
        return f"依据是{named}"
    return f"还有{named}" if _ONLY_LAW.fullmatch(text) else text


def _named(number: str, document: Document) -> str:
    for block in document.blocks:
        if block.section == number and block.headings:
            title = re.sub(r"^[\d.、\s第条]+", "", block.headings[-1]).strip()
            return f"「{title}」" if title and not quantities(title) else "相关规则"
    return "相关规则"


def closed(sentence: str) -> str:
    """End a sentence with a full stop unless it already ends like one."""
    sentence = sentence.rstrip("；;，,、")
    return sentence if not sentence or sentence[-1] in "。！？!?～~：:…" else sentence + "。"


_WHOLE_YUAN = expression(r"[.．][0０]+(?![\d０-９])")


def say_fact(fact: Fact, subject: str = "这款") -> str:
    """State a fact as a short sentence, such as `这款不掉色等级是4级。`."""
    key, value = clean_key(fact.key), say_value(fact)
    if fold(key).startswith("是否"):
        return closed(subject + _yes_or_no(key[2:], value))
    if fold(value).startswith(fold(key)):
        return closed(f"{subject}{value}")
    if _ABSENT.match(value):
        return closed(f"{subject}没有{key}{_ABSENT.sub('', value)}")
    if "价" in key and subject == "这款":
        subject = ""
    return closed(f"{subject}{key}{_link(key, value)}{value}")


def say_value(fact: Fact) -> str:
    """Return a fact's value with its unit, such as `59元`."""
    value = _WHOLE_YUAN.sub("", fact.value.strip()) if fact.unit == "元" else fact.value.strip()
    return value + fact.unit if fact.unit and fact.unit not in value else value


def _yes_or_no(asked: str, value: str) -> str:
    """Say what a key that asks 是否 says: a bare 是 or 否 repeats what was asked."""
    if value == "是":
        return asked
    if value != "否":
        return value
    return f"没{asked}" if asked.startswith("有") else f"不{asked}"


def _link(key: str, value: str) -> str:
    """What stands between a key and its value: nothing before `约`, a colon before a predicate, else 是."""
    if _ABOUT.match(value):
        return ""
    manner = _MANNER.search(key) and "，" in value
    predicate = manner or _TELLS.search(key) or _PREDICATE.search(_BRACKETED.sub("", value))
    return "：" if predicate or len(value) > MAX_PLAIN else "是"


@lru_cache(maxsize=4_096)
def clean_key(key: str) -> str:
    """Drop what belongs to a table only: brackets with units, colons, stars."""
    return re.sub(r"[（(][^）)]*[）)]|[:：*＊]", "", key).strip()
