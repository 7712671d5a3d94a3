"""Cut a message into segments: pieces between punctuation, spaces and line breaks, each with its kind."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from assist.documents import Span, Word
from assist.expressions import expression
from assist.question import lexicon, wording
from assist.question.emotion import asks_human
from assist.question.phrases import any_of
from assist.text.normalize import fold


class SegmentKind(Word):
    """What a segment does in its message."""

    EMPTY = "empty"
    GREETING = "greeting"
    THANKS = "thanks"
    URGING = "urging"
    HUMAN = "human"
    ID = "id"
    SLOT = "slot"
    CORRECTION = "correction"
    QUESTION = "question"
    TAIL = "tail"
    STATEMENT = "statement"


SOCIAL = frozenset({SegmentKind.GREETING, SegmentKind.THANKS, SegmentKind.URGING, SegmentKind.HUMAN})
"""Kinds that ask nothing about goods or orders."""


@dataclass(frozen=True, slots=True)
class Segment:
    """A piece of a message.

    Attributes:
        span: Where it stands in the message's text.
        clean: Its plain wording.
        kind: What it does.
        line: Number of its line, from 0.
        slots: Names of the slots it gives.
    """

    span: Span
    clean: str
    kind: SegmentKind
    line: int = 0
    slots: tuple[str, ...] = ()


_ALNUM = "A-Za-z0-9Ａ-Ｚａ-ｚ０-９"
_BREAK = expression(
    rf"[，,。！!？?；;～~…⋯]+|(?<![0-9]) ?[.．]+(?![0-9])|\n+|"
    rf"(?<![{_ALNUM}\s])[^\S\n]+|[^\S\n]+(?![{_ALNUM}\s])|(?<=[0-9])[^\S\n]+(?=[0-9])"
)
_ASKED = expression("[?？]")
# 掉色吗起球吗 are two questions; 纯棉的吗还是涤纶 is one.
_INNER = expression(
    r"(?<=[吗嘛])(?=[^\s，,。！!？?；;～~…⋯吗嘛呢呀啊哦哈的亲宝])(?!还是|或者|或|谢谢|急)|(?<=..)(?=(?:还有|另外|顺便|以及)[^？?]{2,})"
)

_CUE = expression(
    r"[吗么嘛]$|(?<!了)呢$|^(?!我们?(?:要|快|都|已经|马上)).*了呢$|[吗嘛][，, ]|不$|没$|没有$|否$|什么|怎么|怎样|如何|为什么|为何|多少|多久|多大|多长|多重|多高|多宽|多厚|哪|谁|"
    r"(?<![好十])几(?!天了|个月了|年了|次了|遍了|十|百|千|乎)|能不能|可不可以|会不会|是不是|有没有|要不要|行不行|好不好|"
    r"(?P<v>[一-鿿])不(?P=v)|(?P<u>[一-鿿])没(?P=u)|(?P<w>[一-鿿]{2})不(?P=w)|还是.{1,8}[好呢]|可以吗|"
    r"(?<![a-z])(?:what|how|when|where|which|why|who|is it|does|do you|can i|can you|are you|is there|any)(?![a-z])"
)
_REQUEST = expression(
    r"^(?:能|可以)?(?:帮我|帮忙|请帮|麻烦帮|帮|给我)(?:改|换|开|查|看|催|备注|取消|退|推荐|选|发|申请|处理|拦|留|算)|"
    r"^(?:催一?下|催催|取消|备注|推荐|转人工|同意|开票)|(?:发|说|看|查|催|告诉|介绍|推荐|对比|备注|改)(?:我)?一?下$|(?:发|给)我$|"
    r"^(?:要|想|我要|我想)(?:退|换|开|改|投诉|取消|申请|定做|定制|批发)"
)
_TAIL = expression(
    r"(?:这样|那|都|就|也)?(?:可以|行|好|能行|对|是|没问题|成|ok|能|中)(?:吗|么|不|嘛|吧|呢|不行)?|"
    r"(?:这是)?(?:为什么|怎么办|怎么说|怎么弄|怎么整|怎么回事|什么意思|什么情况|求解|怎么操作|怎么处理|请?帮(?:我|忙)?看(?:看|下|一下)|急|急用|有吗|在线等)(?:呢|啊|了)?|是吧|对吧|是吗|对吗|不是吗"
)
# Typed piece by piece: 电池 / 是 / 锂电的 / 吗; 可不可以 / 备注一下.
_BARE_VERB = expression("(?:这样|那|都|就|也)?(?:是|能|行|对)")
_BEGUN = expression(
    "(?:你们?|我|请问|想问|这个|那个|这款|它)*(?:可不可以|能不能|是不是|有没有|会不会|要不要|可以|能否|怎么|什么时候|为什么|如果)"
    "(?:帮我?|给我?)?"
)
# Said to what was asked before, or only to be handed something; asks nothing of its own.
_ANSWERS = expression("没有|有的|是的|对的|不是的|发我|发我一?下|发来|给我发来")
_DIGITS = expression(r"\d{6,}")


def segments(
    text: str,
    *,
    slots: Sequence[tuple[str, Span]] = (),
    ids: Sequence[Span] = (),
) -> tuple[Segment, ...]:
    """Cut the text of a message.

    Args:
        text: The message's lines joined by line breaks.
        slots: Names of the slots found in it, with their places in `text`.
        ids: Places of product ids and links in `text`.

    Returns:
        Segments in order, not overlapping, without the punctuation between them; none is empty text.
    """
    found = []
    line = 0
    place = 0
    for start, end, asked in _pieces(text):
        line += text.count("\n", place, start)
        place = start
        span = Span(start, end)
        found.append(_segment(text, span, asked, line, slots, ids))
    return tuple(found)


def _segment(
    text: str, span: Span, asked: bool, line: int, slots: Sequence[tuple[str, Span]], ids: Sequence[Span]
) -> Segment:
    raw = span.of(text)
    clean = wording.plain(raw)
    own = [(name, place) for name, place in slots if span.covers(place)]
    inside = [place for place in ids if span.covers(place)]
    names = tuple(dict.fromkeys(name for name, _ in own))
    kind = _kind(raw, clean, asked)
    if kind in (SegmentKind.STATEMENT, SegmentKind.TAIL, SegmentKind.EMPTY):
        kind = _bare_kind(text, span, kind, [place for _, place in own], inside)
    return Segment(span, clean, kind, line, names)


def _pieces(text: str) -> Iterator[tuple[int, int, bool]]:
    """Yield `(start, end, asked)` of each piece; links stay whole."""
    place = 0
    for link in wording.LINK.finditer(text):
        yield from _cut(text, place, link.start())
        yield link.start(), link.end(), False
        place = link.end()
    yield from _cut(text, place, len(text))


def _cut(text: str, start: int, end: int) -> Iterator[tuple[int, int, bool]]:
    place = start
    for found in _BREAK.finditer(text, start, end):
        yield from _inner(text, place, found.start(), _ASKED.search(found[0]) is not None)
        place = found.end()
    yield from _inner(text, place, end, False)


def _inner(text: str, start: int, end: int, asked: bool) -> Iterator[tuple[int, int, bool]]:
    """Cut between two questions that stand without punctuation, where both ask."""
    place = start
    for found in _INNER.finditer(text, start, end):
        rest = wording.plain(text[found.start() : end])
        if (
            _CUE.search(rest)
            and not _TAIL.fullmatch(rest)
            and _CUE.search(wording.plain(text[place : found.start()]))
        ):
            yield place, found.start(), True
            place = found.start()
    if text[place:end].strip():
        yield place, end, asked


def _kind(raw: str, clean: str, asked: bool) -> SegmentKind:
    social = social_kind(clean, raw)
    if social is not None:
        return social
    if not clean or _ANSWERS.fullmatch(clean):
        return SegmentKind.EMPTY
    if corrections().fullmatch(clean):
        return SegmentKind.CORRECTION
    if _TAIL.fullmatch(clean) and (asked or not _BARE_VERB.fullmatch(clean)):
        return SegmentKind.TAIL
    if not asked and _BEGUN.fullmatch(clean):
        return SegmentKind.STATEMENT
    if asked or _CUE.search(clean) or _REQUEST.search(clean):
        return SegmentKind.QUESTION
    return SegmentKind.STATEMENT


def social_kind(clean: str, raw: str) -> SegmentKind | None:
    """Say whether a piece only greets, thanks, hurries or asks for a person; None: it does more."""
    typed = fold(raw).strip(" !！。.~～,，")
    word = clean or typed
    for kind, known in _social_words():
        if word in known or typed in known:
            return kind
    if len(word) > _LONGEST_SOCIAL:
        return None
    if asks_human(fold(raw)):
        return SegmentKind.HUMAN
    pause = lexicon.pattern("quick", "pause")
    if pause.fullmatch(word) or pause.fullmatch(typed):
        return SegmentKind.THANKS
    return SegmentKind.GREETING if lexicon.pattern("quick", "back").fullmatch(word) else None


_LONGEST_SOCIAL = 24


def _bare_kind(
    text: str, span: Span, kind: SegmentKind, slots: Sequence[Span], ids: Sequence[Span]
) -> SegmentKind:
    """Tell pieces that hold only values or ids from those that say something."""
    rest = "".join(
        char
        for place, char in enumerate(text[span.start : span.end], start=span.start)
        if not any(held.start <= place < held.end for held in (*slots, *ids))
    )
    left = _FILL.sub("", wording.plain(rest)) if rest.strip() else ""
    if ids and len(left) <= 1:
        return SegmentKind.ID
    if slots and len(left) <= 1:
        return SegmentKind.SLOT
    if wording.LINK.search(text, span.start, span.end):
        return SegmentKind.ID
    return kind


_FILL = expression(
    "[我要的是穿买拍选拿个了在到发给用想左右大概大约平时平常一般体重身高斤净码号色款就那这改换成为和跟有年纪岁家里住今年尺码"
    "重高、/:：,，.。\\s不对错应该吧]"
)


@cache
def _social_words() -> tuple[tuple[SegmentKind, frozenset[str]], ...]:
    kinds = (SegmentKind.URGING, SegmentKind.GREETING, SegmentKind.THANKS)
    return tuple((kind, frozenset(lexicon.words("quick", str(kind)))) for kind in kinds)


@cache
def corrections() -> re.Pattern[str]:
    """Return what words that take something back look like (啊不对, 打错了, 哦不)."""
    slips = "|".join(lexicon.words("correction", "slips"))
    return expression(rf"(?:{any_of(lexicon.words('correction', 'openers'))}|{slips}|[\s，,])+[了啊哦]*")
