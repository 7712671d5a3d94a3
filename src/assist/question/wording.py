"""Plain wording: fold, spell out slang and typos, leave out address, fillers and particles."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

from assist.expressions import expression
from assist.question import lexicon
from assist.question.english import told_in_chinese
from assist.question.phrases import any_of
from assist.text.normalize import fold

LINK = expression(r"(?:https?://|www\.)[a-z0-9\-._~:/?#@!$&'()*+,;=%]+", re.IGNORECASE)
"""A web address, as far as its ASCII characters go."""

# A pasted card of an order goes with its labels: 订单金额:[金额x].
_LABEL = r"(?:(?:咨询)?(?:订单(?:编?号|金额)|(?:下单|付款)时间|商品(?:id|编号)|(?:运单|退货单)号)\s*:\s*)?"
_MASK = expression(rf"{_LABEL}\[[^\[\]\n]{{1,24}}\]|/:[a-z@^_\-*,.&<>()0-9]{{1,6}}|&nbsp;|#e-s\[[^\]]*\]")
# Order and parcel numbers say nothing about what is asked.
CODE = expression(r"(?:订单号?|单号)?[:：]?\s*(?<![\da-z])[a-z]{0,4}\d{10,20}(?!\d)")
_PICTURES = (
    "\U0001f000-\U0001faff\u2190-\u21ff\u2300-\u23ff\u2460-\u24ff\u2500-\u27bf\u2900-\u2bff\u3030\ufe0f"
)
_PICTURE = expression(f"[{_PICTURES}]+")
_EDGE = " \n[],.!?;:~^-_'\"()<>《》“”‘’【】、。…·，！？；：（）～*`|/\\"
_REPEATED = expression(r"([!?,.~。…])\1+")
_TWICE = tuple(mark * 2 for mark in "!?,.~。…")
_SPACES = expression(r"\s+")
_NOISE = expression(f"[{_PICTURES}\\[&]|/:")


def plain(text: str) -> str:
    """Return the plain wording of a piece of a message.

    Typos, homophones, slang, dialect and initials become plain words; emoji and masked placeholders
    (`[数字x]`), links, address (亲), fillers (请问一下) and particles at the ends are left out. Negation,
    numbers, 吗 and 不 stay. The result may be empty.
    """
    folded = fold(_one_line(text))
    told = told_in_chinese(folded)
    if told is not None:
        return told
    return tidy(_filled(folded, spell(folded)))


def plain_many(texts: Sequence[str]) -> list[str]:
    """Return `plain` of each text; one pass over all of them."""
    rows = [_one_line(text) or "|" for text in texts]
    folded = fold("\n".join(["|", *rows, "|"]))
    typed, lines = folded.split("\n"), spell(folded).split("\n")
    if not len(typed) == len(lines) == len(texts) + 2:
        return [plain(text) for text in texts]
    return [
        told_in_chinese(both[0]) or tidy(_filled(*both))
        for both in zip(typed[1:-1], lines[1:-1], strict=True)
    ]


def _one_line(text: str) -> str:
    """Return the text with a space for everything that folding would turn into a line break."""
    return " ".join(text.splitlines())


def spell(text: str) -> str:
    """Replace slang, typos and pictures that stand for a noun in a folded text."""
    if _PICTURE.search(text):
        text = _drawn().sub(_noun, text)
    return lexicon.spelling().replace(text, str)


def _filled(typed: str, plainer: str) -> str:
    """Leave out of a question in English what its nouns do not need: of what material is it, only the material."""
    return _ENGLISH_FILL.sub("", plainer) if typed.isascii() and not plainer.isascii() else plainer


_ENGLISH_FILL = expression(
    r"(?<![a-z0-9])(?:is|are|it|its|the|this|that|these|an?|do|does|did|you|your|have|has|can|could|i|my|me|we|for|will|would|what|to|of|on|any|please|pls|got|there)(?![a-z0-9]) *"
)


def _noun(found: re.Match[str]) -> str:
    noun: str = lexicon.toml("spelling")["pictures"][found[1] or found[2]]
    return noun


def tidy(text: str) -> str:
    """Leave out of a folded text what asks nothing."""
    if _NOISE.search(text) or "http" in text:
        text = _PICTURE.sub(" ", _MASK.sub(" ", LINK.sub(" ", text)))
    text = CODE.sub(" ", text) if CODE.search(text) else text
    text = text.strip(_EDGE)
    text = _REPEATED.sub(r"\1", text) if any(marks in text for marks in _TWICE) else text
    text = _trim_start(_trim_end(text))
    return _SPACES.sub(" ", text)


def _trim_start(text: str) -> str:
    opener, keep = _openers()
    while text and not keep.match(text):
        found = opener.match(text)
        if not found:
            break
        text = text[found.end() :].lstrip(_EDGE)
    return text


def _trim_end(text: str) -> str:
    closer = _closers()
    while text:
        found = closer.search(text)
        if not found:
            break
        text = text[: found.start()].rstrip(_EDGE)
    return text


@cache
def _drawn() -> re.Pattern[str]:
    pictures = any_of(tuple(lexicon.toml("spelling")["pictures"]))
    return expression(
        rf"({pictures})\ufe0f?(?=[一-鿿])(?!谢|亲|在|你好)|(?<=[有送开要给领寄带装穿养坐])({pictures})\ufe0f?(?=$|[?？])"
    )


@cache
def _openers() -> tuple[re.Pattern[str], re.Pattern[str]]:
    """Return what may go at the beginning, and what must stay though it looks alike."""
    drop = lexicon.words("drop", "address") + lexicon.words("drop", "filler")
    # ASCII fillers (hi) count only as whole words.
    drop_pattern = any_of(drop + lexicon.words("drop", "particles")) + r"(?![a-z])"
    return expression(drop_pattern), expression(any_of(lexicon.words("drop", "keep")))


@cache
def _closers() -> re.Pattern[str]:
    particles = "".join(lexicon.words("drop", "particles"))
    names = any_of(tuple(word for word in lexicon.words("drop", "address") if word != "宝"))
    # 宝 closes a line as address only after a particle or space: 充电宝 and 支付宝 keep theirs.
    thanks = "谢谢你?|谢谢啦|感谢|拜托"
    return expression(
        rf"(?:[{particles}]+|(?<=.)(?:{thanks})|(?:(?<=[吗呢了的 ,])){names}|(?<=[吗呢了 ,])宝)$"
    )
