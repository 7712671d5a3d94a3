"""How a reply sounds: impatience, abuse, blame, sarcasm, and another shop's name left in it."""

from __future__ import annotations

import re
from types import MappingProxyType

from assist.expressions import expression
from assist.guard.claims import find_words, tone_lexicon
from assist.guard.lexicon import Lexicon
from assist.guard.skeleton import View
from assist.results import Finding, Severity
from assist.text.normalize import fold

_SHOP_KIND = ("旗舰店", "专卖店", "专营店")
_SHOP_NAME = expression(rf"([\u4e00-\u9fffa-z0-9]{{2,12}}?)(?:官方)?(?:{'|'.join(_SHOP_KIND)})")
_LEAD = expression(
    r"^.*(?:欢迎光临|欢迎来到|这里是|我们是|我是|感谢关注|关注|光临|来到|您好|亲|请|去|到|在|是)"
)
_GENERIC = frozenset({"本", "我们", "咱们", "官方", "品牌", "本店", "天猫", "淘宝", "京东", "我们的", "您的"})


def find_tone(view: View, *, shop: str = "", lexicon: Lexicon | None = None) -> list[Finding]:
    """Find what a shopper would take as rude, and another shop's name.

    Args:
        view: The text to look at.
        shop: The shop's own name; empty: names of shops are not looked at.
        lexicon: Other lists than the package's.

    Returns:
        Findings of kind `impatience`, `tone` and `other_shop`.
    """
    findings = find_words(view, lexicon or tone_lexicon())
    return findings + _other_shops(view, shop) if shop else findings


def _other_shops(view: View, shop: str) -> list[Finding]:
    if not any(kind in view.text for kind in _SHOP_KIND):
        return []
    own = fold(shop)
    return [
        _other_shop(view, match)
        for match in _SHOP_NAME.finditer(view.text)
        if _LEAD.sub("", match[1]) not in _GENERIC and not _is_own(_LEAD.sub("", match[1]), own)
    ]


def _is_own(name: str, own: str) -> bool:
    return not name or name in own


def _other_shop(view: View, match: re.Match[str]) -> Finding:
    span = view.span(match.start(1), match.end())
    evidence = {
        "ground": "沿用的旧答案可能属于别的店铺",
        "hint": "换成本店名称，或删去店名",
        "word": span.of(view.original),
    }
    return Finding("other_shop", Severity.WARN, "出现了别家店铺的名称", span, MappingProxyType(evidence))
