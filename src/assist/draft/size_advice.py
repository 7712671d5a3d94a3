"""What a page advises those who differ from its table: 脚背厚的宝宝大一码, 要套厚毛衣请选大一码, 喜欢合身的可以选小一码."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from assist.documents import Document
from assist.draft.units import Unit, product_units
from assist.expressions import expression

_ADVICE = expression(r"(?P<way>大|小)[一1半]个?[码号]")
_NOT_WISHED = expression(r"(?:[不别没怕]|会不会|是不是)[^\s，。]{0,6}\Z")
_ASKED = expression(r"[^\s，。]{0,2}[吗么嘛不]")
"""不喜欢宽松 wishes for nothing of the kind, and 版型宽松吗 only asks."""
_SENTENCE = expression(r"[。；;！!\n]")
_NOT_ADVICE = expression(r"比|同样|相比|偏[大小]|不(?:用|必|要|建议)")
"""Another model, or how the whole model turns out, is compared: that is no advice for some shoppers."""


@dataclass(frozen=True, slots=True)
class _Trait:
    """What a page may single out and a shopper may say of themselves."""

    name: str
    page: re.Pattern[str]
    shopper: re.Pattern[str]


_TRAITS = (
    _Trait(
        "脚背偏高",
        expression("脚背[^，。；]{0,2}[高厚]|[高厚]脚背"),
        expression(r"脚背[^，。？?不]{0,4}(?:高|厚|肉|肥|胖|鼓)|[高厚肉]脚背|肉脚|脚丫?子?肉[嘟乎墩]"),
    ),
    _Trait(
        "脚偏宽",
        expression(r"脚[^，。；长]{0,3}[宽肥胖]|[宽胖]脚"),
        expression(r"脚(?!背|长)[^，。？?不]{0,4}(?:宽|肥|胖)(?!度?\s*\d)|[宽胖肥]脚|大脚骨|拇外翻"),
    ),
    _Trait(
        "里面要套厚衣服",
        expression("[套穿搭加][^，。；]{0,3}(?:厚|毛衣|卫衣)"),
        expression(r"(?:套|里面|里头|内搭|打底)[^，。？?不]{0,8}(?:毛衣|卫衣|羊毛衫|厚|棉[衣袄]|抓绒)"),
    ),
    _Trait("要穿厚袜子", expression("厚[^，。；]{0,2}袜"), expression("厚[^，。？?]{0,3}袜")),
    _Trait(
        "喜欢宽松",
        expression("(?:喜欢|想要?|要)[^，。；]{0,2}宽松"),
        expression("宽松|松一点|肥一点|oversize"),
    ),
    _Trait(
        "喜欢合身",
        expression("(?:喜欢|想要?|要)[^，。；]{0,2}(?:合身|修身|贴身)"),
        expression("合身|修身|紧一点|贴身"),
    ),
)


@dataclass(frozen=True, slots=True)
class SizeAdvice:
    """A page's advice that fits what the shopper said.

    Attributes:
        trait: What it is about, as it is said to the shopper.
        step: 1 for the next larger size, -1 for the next smaller.
        unit: Where the page says so.
    """

    trait: str
    step: int
    unit: Unit


def size_advice(product: Document, asked: str) -> SizeAdvice | None:
    """Find the page's advice for what a shopper says of feet, layers or taste; None without any.

    Args:
        product: The page.
        asked: The whole message, folded.
    """
    told = [trait for trait in _TRAITS if _tells(trait, asked)]
    if not told:
        return None
    for unit in product_units(product):
        for who, step in _advised(unit.quote):
            trait = next((trait for trait in told if trait.page.search(who)), None)
            if trait is not None:
                return SizeAdvice(trait.name, step, unit)
    return None


def _tells(trait: _Trait, asked: str) -> bool:
    """Say whether a shopper tells a trait of themselves, neither denies it nor asks for it."""
    return any(
        not _NOT_WISHED.search(asked[: found.start()]) and not _ASKED.match(asked, found.end())
        for found in trait.shopper.finditer(asked)
    )


def _advised(text: str) -> Iterator[tuple[str, int]]:
    """Give whom a text advises to take another size, and which way; half a size is a whole one where there is none."""
    for sentence in _SENTENCE.split(text):
        found = _ADVICE.search(sentence)
        if found is not None and not _NOT_ADVICE.search(sentence):
            yield sentence[: found.start()], 1 if found["way"] == "大" else -1
