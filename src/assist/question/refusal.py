"""Values that a shopper names without wanting them: refused, received, worn until now."""

from __future__ import annotations

from assist.expressions import expression

_BEFORE = expression(r"(?:不要|不想要|不喜欢|除了|不是|别发|别给我?发?|不买|没拍|别要)(?:这个|那个|要)?\Z")
_AFTER = expression(
    r"(?:码|号|色)?的?(?:那[个件款条双])?(?:我?(?:就|都|先|也)?(?:不要|不想要|不考虑|不喜欢)(?:了|，|,|。|$|\s)|就?算了)"
)
_FEARED_AFTER = expression(r"(?:码|号)?(?:我?(?:就|有点)?[怕嫌]|会不会)(?:太|有点|偏)?[大小紧松短长挤]")
_DENIED_BEFORE = expression(
    r"(?:(?<!是)不是|(?<!还是)(?<!换回)(?<!要)(?:原来|之前|原先|本来|先前)的?[写填拍选说]?的?[是写填拍选])\Z"
)
# 昨天买的今天还不发: the day it was bought, not the day of asking.
_ASKING = expression(r"(?:都|也|怎么|为什么|为啥|到现在)*(?:还|才|仍|又)")
_TODAY = expression(r"(?:今[天日早晚]|现在)\Z")
# What came, what was ordered by mistake, what is worn now.
_HELD_BEFORE = expression(
    r"(?:收到(?:的)?(?:是|了)?|来的是|(?:发|寄|给)(?:过来)?(?:给?我)?(?:了|成|来|的)?(?:却|竟然|就)?是?|"
    r"(?:拍|选|下|买|写|填|打|点|勾|下单)错?成了?|(?:拍|买|下|选|下单)的(?:就?是)?|现在(?:穿)?的?是?|原来(?:的)?是?)[^，,。换改]{0,2}$"
)
_HELD_AFTER = expression(r"(?:码|号)?的?(?:太|有点|偏|穿着?)?(?:有点)?(?:[大小紧松短长])了")


def is_refused(text: str, start: int, end: int | None = None) -> bool:
    """Say whether the word at `start` (to `end`) is one the shopper does not want (不要黑的, L码不要了)."""
    return _BEFORE.search(text[:start]) is not None or (
        end is not None and _AFTER.match(text, end) is not None
    )


def is_held(text: str, start: int, end: int) -> bool:
    """Say whether the word is what came or what is had already, not what is wanted (我要M发了L)."""
    return _HELD_BEFORE.search(text[:start]) is not None or _HELD_AFTER.match(text, end) is not None


def is_outdone(text: str, start: int, end: int) -> bool:
    """Say whether another value of the same slot counts before this one (不是170, 原来是上海, 38怕小, 今天还不发)."""
    if _DENIED_BEFORE.search(text[:start]) or _FEARED_AFTER.match(text, end):
        return True
    return _TODAY.search(text[start:end]) is not None and _ASKING.match(text, end) is not None
