"""A source's wording -> what an agent would type: layout signs go, cross references get names, facts stay."""

from __future__ import annotations

import re

from assist.documents import Document, Fact, Level
from assist.text.normalize import fold
from assist.text.quantities import quantities

_MARKS = re.compile(r"^\s*(?:#{1,6}\s+|[-*•·]\s+|>\s+)|\*\*|__|`", re.MULTILINE)
_OWN_REFERENCE = re.compile(r"(?<!》)第\s*(\d+)\s*条")
_OTHER_REFERENCE = re.compile(r"(《[^》]+》)第\s*\d+\s*条")
_SEE = re.compile(
    r"[，,；;]?\s*(?:详细?|具体)?(?:请?见|参见)(?:《[^》]+》)?(?:第\s*\d+\s*条)(?=[。；;，,）)]|$)"
)
_QA_LABEL = re.compile(r"^\s*(?:问|答|[QqAa])\s*[:：.、]\s*")
_SPACES = re.compile(r"[ \t　]{2,}")
_BUYER_WORDS = (("买家", "您"), ("消费者", "您"))


def speak(text: str, document: Document) -> str:
    """Turn a verbatim piece into a sentence to send; numbers, dates and promises are left untouched."""
    plain = _MARKS.sub("", text)
    plain = _QA_LABEL.sub("", plain.strip())
    plain = _SEE.sub("", plain)
    plain = _OTHER_REFERENCE.sub(r"\1", plain)
    plain = _OWN_REFERENCE.sub(lambda found: _named(found.group(1), document), plain)
    if document.level not in {Level.LAW, Level.PLATFORM}:
        for word, spoken in _BUYER_WORDS:
            plain = plain.replace(word, spoken)
    return _SPACES.sub(" ", plain).strip()


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


def say_fact(fact: Fact, subject: str = "这款") -> str:
    """State a fact as a short sentence, such as `这款不掉色等级是4级。`."""
    key, value = clean_key(fact.key), fact.value.strip()
    if fact.unit and fact.unit not in value:
        value += fact.unit
    if fold(key).startswith("是否") or fold(value).startswith(fold(key)):
        return closed(f"{subject}{value}" if subject else value)
    if len(value) > 24 or "，" in value or "；" in value:
        return closed(f"{subject}{key}：{value}")
    return closed(f"{subject}{key}是{value}")


def clean_key(key: str) -> str:
    """Drop what belongs to a table only: brackets with units, colons, stars."""
    return re.sub(r"[（(][^）)]*[）)]|[:：*＊]", "", key).strip()
