"""Values that a shopper names without wanting them: refused, received, worn until now."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from assist.expressions import expression

_BEFORE = expression(
    r"(?:不要|不想要|不喜欢|除了|[不弗勿唔]是|[不唔][系係]|(?:不要|别)(?:再|给我)*发|别给我?发?|不买|没[拍要选买点]|别要)(?:这个|那个|要)?\Z"
)
_AFTER = expression(
    r"(?:[2-9]?x*[sml])?(?:码|号|色)?的?(?:那[个件款条双])?(?:我?(?:就|都|先|也)?(?:不要|不想要|不考虑|不喜欢)(?:了|，|,|。|$|\s)|就?算了|退(?:掉|了|(?=$|\s))|取消|先?别[发要拿拍])"
)
# 选黑色算了: taken in the end, not given up.
_CHOSEN = expression(r"(?:[选要拿买拍换]|就|还是)\Z")
# 前面说的158不算, L那条作废.
_VOID_AFTER = expression(
    r"(?:cm|斤|码|号|的|那[个条件]|\s)*(?:(?:地址|那边|现在)*(?:就|都|已经)?(?:不算|不作数|作废|别管|忽略|不用了|不住了?|不在了|不去了|不寄了?))"
)
_FEARED_AFTER = expression(r"(?:码|号)?(?:我?(?:就|有点)?[怕嫌]|会不会)(?:太|有点|偏)?[大小紧松短长挤]")
_DENIED_BEFORE = expression(
    r"(?:(?<!是)不是|(?<!还是)(?<!换回)(?<!要)(?:原来|之前|原先|本来|先前)的?[写填拍选说]?的?[是写填拍选]|(?<![没要])[说写填打看听记]成了?|(?:别|不要|不用)再?[送寄发](?![错丢])[^\s，,。]{0,3})\Z"
)
# 昨天买的今天还不发: the day it was bought, not the day of asking.
_ASKING = expression(r"(?:都|也|怎么|为什么|为啥|到现在)*(?:还|才|仍|又)")
_IN_SHOES = expression(
    r"(?:cm|厘米|公分)?是?(?:[穿带加连]着?了?|算上)鞋子?(?:是|有|后|之后|大概)*(?:\Z|(?=[\s，,。的]))"
)
_TODAY = expression(r"(?:今[天日早晚]|现在)\Z")
# What came.
_CAME_BEFORE = expression(
    r"(?:收到(?:的)?(?:是|了)?|到手的?(?:却|竟然|就)?是?|来的是|(?:发|寄|给)(?:过来)?(?:给?我)?(?:了|成|来|的)(?:却|竟然|就)?是?|"
    r"(?:却|竟然?|居然|怎么|结果|为啥|为什么|[要拍买选]的?[^，,。\s]{1,4})(?:发|寄|给)(?:给?我)?)[^，,。换改]{0,2}$"
)
# What was ordered, by mistake or not, and what is worn now.
_ORDERED_BEFORE = expression(
    r"(?:(?:拍|选|下|买|写|填|打|点|勾|下单)错?成了?|(?:结果|却)(?:拍|选|下|买|写|填|点)了|(?:拍|买|下|选|下单)的(?:就?是)?|"
    r"现在(?:[穿用戴拍选]的?是?|的?是)|原来(?:的)?是?)[^，,。换改]{0,2}$"
)
_HELD_AFTER = expression(r"(?:码|号)?的?(?:太|有点|偏|穿着?)?(?:有点)?(?:[大小紧松短长])了")


_WHO = "(?P<who>[妈爸哥姐弟妹爷奶]|自己|老公|老婆|媳妇|对象|朋友|闺蜜|同事|儿子|女儿|孩子|宝宝)"
_PERSON = expression(_WHO)
_LEFT_PERSON = expression(
    rf"{_WHO}的?(?:那?[件个份条双])?(?:就|先|都|暂时)*(?:(?:不[买要拍用拿选订]|算)了|不[买要拍用拿选订](?=$|[\s，,。]))"
)


def left_people(text: str) -> Iterator[tuple[int, str]]:
    """Yield for whom nothing is bought after all (我妈的不买了), each with the place where it is said."""
    return ((found.start(), found["who"]) for found in _LEFT_PERSON.finditer(text))


def is_of(people: Sequence[tuple[int, str]], text: str, start: int, end: int) -> bool:
    """Say whether a value belongs to one of `people`: named in its own clause, before it is said."""
    if not people:
        return False
    clause = re.split(r"[\s，,。;；]", text[:start])[-1]
    named = [match["who"] for match in _PERSON.finditer(clause)]
    return any(who in named[-1:] and end <= place for place, who in people)


def is_refused(text: str, start: int, end: int | None = None) -> bool:
    """Say whether the word at `start` (to `end`) is one the shopper does not want (不要黑的, L码不要了)."""
    if _BEFORE.search(text[:start]):
        return True
    after = _AFTER.match(text, end) if end is not None else None
    return after is not None and not (after[0].endswith("算了") and _CHOSEN.search(text[:start]))


def wish(text: str, start: int, end: int) -> int:
    """Say how much the word is wanted: 0: it came or does not fit (我要M发了L), 1: it was ordered, 2: it is wished for."""
    if _CAME_BEFORE.search(text[:start]) or _HELD_AFTER.match(text, end):
        return 0
    return 1 if _ORDERED_BEFORE.search(text[:start]) else 2


def is_outdone(text: str, start: int, end: int) -> bool:
    """Say whether another value of the same slot counts before this one (不是170, 原来是上海, 38怕小, 今天还不发)."""
    if _DENIED_BEFORE.search(text[:start]) or _in_shoes(text, start, end):
        return True
    if _FEARED_AFTER.match(text, end) or _VOID_AFTER.match(text, end):
        return True
    return _TODAY.search(text[start:end]) is not None and _ASKING.match(text, end) is not None


def _in_shoes(text: str, start: int, end: int) -> bool:
    """Say whether a figure is a height in shoes (穿鞋167 净身高163)."""
    if text[start : start + 1] not in ("1", "一"):
        return False
    return _IN_SHOES.search(text[:start]) is not None or _IN_SHOES.match(text, end) is not None
