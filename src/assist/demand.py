"""What an answer to a question has to name: one small class a kind of demand.

Where a demand has `names`, they are what pages call a property that is asked about; any of them will do.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class Option:
    """One of two things that are asked between (`核桃是云南的还是新疆的`): either of `words` (one where only one is told apart)."""

    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Thing:
    """A thing that is there or not (`有没有烟酰胺`): most of `words`."""

    words: tuple[str, ...]
    names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Quality:
    """What something is or does (`防水膜是gtx的吗`, `防风吗`): at least the share `least` of `words`."""

    words: tuple[str, ...]
    least: float
    names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Subject:
    """The thing of which something is asked (`鞋垫什么料子`); the page may name it anywhere."""

    word: str
    names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Detail:
    """What is asked of a part of the goods (`炸篮有多深`, `鞋垫什么料子`): told by a text that matches the pattern.

    Where a title in scope names `ware`, the goods themselves are asked of (`床垫多厚`), and the page may tell it
    anywhere; empty: never.
    """

    pattern: str
    ware: str = ""


@dataclass(frozen=True, slots=True)
class Size:
    """Of which size something is asked (`31码一只多重`): a text that names only other sizes does not tell it."""

    size: str


@dataclass(frozen=True, slots=True)
class Name:
    """Names in Latin letters: brands, standards, devices; the page may name them anywhere."""

    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class People:
    """Those it is for (`孕妇能用吗`): a text that matches the pattern speaks of them."""

    pattern: str


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure or a word of the kind that is asked for (`百分之几`): a text that matches the pattern tells it.

    One that is asked `anywhere` is wanted whatever the question is about, not of goods alone (`哪家保险公司`).
    """

    pattern: str
    anywhere: bool = False


@dataclass(frozen=True, slots=True)
class Amount:
    """An amount in a unit or of a dimension (`几克`, `多重`): `measure` is family and group of `Quantity.comparable`."""

    measure: tuple[str, str]
    names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Offer:
    """An offer by its terms or its name (`三件八折`, `买一送一`, `购物津贴`): a text that matches the pattern speaks of it."""

    pattern: str


Demand: TypeAlias = (
    Option | Thing | Quality | Subject | Detail | Size | Name | People | Figure | Amount | Offer
)
