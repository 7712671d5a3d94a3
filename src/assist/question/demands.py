"""What an answer to a question has to name: the thing asked for, one of two options, a figure of the right kind.

`拉链是YKK的吗` is not answered by what the fabric is made of, nor `核桃是云南的还是新疆的` by the list of nuts: however
alike a sentence of the page is, it must speak of what was asked for. Only what the form of the question settles is
demanded; a question in another form demands nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from typing import Any, TypeAlias

from assist.demand import Amount, Demand, Figure, Name, Offer, Option, People, Quality, Subject, Thing
from assist.expressions import expression
from assist.question import lexicon
from assist.question.aspects import aspects
from assist.question.details import details
from assist.question.numbers import number
from assist.question.shown import shown_codes
from assist.text.quantities import quantities

_PIECES = expression(r"[\s，。？！,?!；;、]+")
_WORD = expression(r"[\w.+-]+")
_CHOICE = expression(r"(?P<one>[^是]{1,8}?)的?还是(?P<other>.{1,8})")
_LATIN = expression(r"(?<![a-z0-9])[a-z]{2,}(?![a-z0-9])")
_CAPITALS = expression(r"(?<![A-Za-z0-9])[A-Z]{2,}(?![A-Za-z0-9])")
_HAS = expression(
    r"(?P<asks>有没有|有木有|含不含|带不带|加没加|配不配|含有|加了|含(?!量)|有|带|配)(?P<thing>.{1,8}?)"
    r"(?:没有|没|不|吗|(?<!什)么|嘛|呢|的)*$"
)
_IS = expression(r"(?<![还要就不])是(?P<what>.{1,10}?)(?:的?那种|的)*(?:吗|(?<!什)么|嘛|不|吧|不是)$")
_DOES = expression(r"^(?P<what>.{2,14}?)(?:吗|不|(?<!什)么|嘛)$")
_OR_NOT = expression(r"(?P<verb>[^\s是有能会要好对行可够])(?:不|没)(?P=verb)(?P<rest>[^\s的吗啊呀]{0,3})")
_OF_WHAT = expression(r"(?P<of>[^\s]{1,8}?)(?:用的?是?|是)?(?:什么|哪种|哪家|哪个牌)(?!时候|问题|意思|样)")
_ASKS_BACK = expression("没有$|没$|不$|吗$|(?<!什)么$|嘛$")
_EDGES = expression(r"^[偏带发有是]|[色的款]$")
_NO_NOUN = frozenset("子面的里")
"""Characters that tell little of a thing: 扣 of 扣子, 布 of 里面的布."""
_COUNTED = expression("[一两三四五六几半每单\\d]*[件只双条台个包袋罐瓶盒支颗粒片张根把块套份次回]")
_VALUES = expression("成分|材质|面料|配料|颜色|填充|香味")
_HOW_MUCH = expression(
    r"(?P<of>[^\s，。？！,?!；;、]{0,8}?)(?:一般|大概|一共|是|有|能|占|要|得)*"
    r"(?:(?:几|多少)(?P<unit>[^\s，。？！,?!；;、的了吗呢\d]{0,3})|(?P<how>多[长高宽厚深粗远重沉大]))"
)
_MEASURES = {
    "多长": "", "多高": "length", "多宽": "length", "多厚": "length", "多深": "length", "多粗": "length", "多远": "length",
    "多重": "weight", "多沉": "weight", "多大": "",
}  # fmt: skip
_CHOOSES = expression("[拍选用买要拿穿涂挑配入戴]$")
"""拍几号 asks for a shade or a size, not for a day."""
_KINDS = frozenset("样种款色个家")
"""How many kinds there are is told by naming them."""
_RARE_UNITS = frozenset("牛兆代寸档道匹转帕赫伏安层级")
_ANYTHING = frozenset({"东西", "什么", "点什", "点东", "点什么", "点东西", "些什么"})
_HALF, _MOST = 0.5, 0.51
"""Half of the words of a quality, or more than half of them."""
MOST_CHARS = 80
"""A longer piece tells a story; its form settles nothing."""


Cut: TypeAlias = Callable[[str], Sequence[str]]
"""Cuts a text into words."""


def demands(clean: str, cut: Cut, typed: str = "") -> tuple[Demand, ...]:
    """Read from the plain wording of a question what an answer must name; empty: nothing in particular.

    Args:
        clean: The plain wording.
        cut: Cuts a text into words.
        typed: As typed; in a message in Latin letters only capitals tell names from words.
    """
    if len(clean) > MOST_CHARS:
        return ()
    found = [demand for piece in _PIECES.split(clean) for demand in _of_piece(piece, cut)]
    named = (*_latin(clean, typed), *(Name((code,)) for _, code in shown_codes(clean)))
    found += [*named, *_figures(clean, cut), *_anywhere(clean), *_offers(clean)]
    return tuple(dict.fromkeys([*found, *details(clean)]))


def content(tokens: Sequence[str]) -> tuple[str, ...]:
    """Return the distinct tokens of a question without those that only ask, and without bare numbers."""
    idle = _scaffold()
    return tuple(dict.fromkeys(token for token in tokens if token not in idle and not token.isdigit()))


def _of_piece(piece: str, cut: Cut) -> Iterator[Demand]:
    choice = _CHOICE.search(piece)
    if choice is not None:
        yield from _option(choice["one"], choice["other"], cut)
        return
    if lexicon.pattern("demand", "how_much").search(piece):
        return
    demand = (
        _people(piece) or _thing(piece, cut) or _or_not(piece) or _quality(piece, cut) or _of_what(piece, cut)
    )
    if demand is not None:
        yield demand


def _option(one: str, other: str, cut: Cut) -> Iterator[Demand]:
    """One of two options, by what sets them apart: `国产牛还是进口牛` wants 国产 or 进口."""
    one, other = one.removesuffix("的"), re.sub(r"(?:的|吗|呢|啊|呀).*$", "", other)
    one = one[max(one.rfind(other[:1]), 0) :] if other else one
    first = _EDGES.sub("", "".join(_content(_apart(one, other), cut))[-3:])
    second = _EDGES.sub("", "".join(_content(_apart(other, one), cut))[:3])
    words = tuple(word for word in (first, second) if word)
    if words:
        yield Option(words)


def _apart(text: str, other: str) -> str:
    return "".join(char for char in text if char not in other)


def _thing(piece: str, cut: Cut) -> Demand | None:
    """A thing that is there or not: `有没有烟酰胺`, `后跟有反光条吗`."""
    found = _HAS.search(piece)
    if found is None or not (_ASKS_BACK.search(piece) or len(found["asks"]) == 3):
        return None
    words = tuple(
        word for word in _content(re.sub("成分|卖$|办法", "", found["thing"]), cut) if len(word) > 1
    )
    return Thing(words, _names(found["thing"], values=False)) if words else None


def _quality(piece: str, cut: Cut) -> Demand | None:
    """What something is or does: `防水膜是gtx的吗`, `防风吗`."""
    found = _IS.search(piece)
    if found is not None:
        words = _content(found["what"], cut)
        return Quality(words, _MOST, _names(found["what"])) if words else None
    found = _DOES.search(piece)
    words = _content(found["what"], cut) if found is not None else ()
    return Quality(words, _HALF, _names(piece)) if words else None


def _or_not(piece: str) -> Demand | None:
    """`搓不搓泥`, `裹没裹油`: the verb and what it is done to."""
    found = _OR_NOT.search(piece)
    if found is None:
        return None
    rest = "" if found["rest"] in _ANYTHING else found["rest"]
    return Quality((found["verb"] + rest,), 1.0, _names(piece))


def _of_what(piece: str, cut: Cut) -> Demand | None:
    """`鞋垫什么料子`, `防腐剂用的哪种`: the thing that it is asked of."""
    found = _OF_WHAT.search(piece)
    words = _content(found["of"], cut) if found is not None else ()
    return Subject(words[-1]) if words and len(words[-1]) > 1 else None


def _people(piece: str) -> Demand | None:
    """Those it is for: what suits grown-ups says nothing of a child or of somebody pregnant."""
    for asked, told in _listed("people"):
        if asked.search(piece):
            return People(told)
    return None


def _latin(clean: str, typed: str) -> Iterator[Demand]:
    """Names in Latin letters: brands, standards, devices."""
    usual = _usual_latin()
    found = _LATIN.findall(clean)
    if clean.isascii():
        found = [word.lower() for word in _CAPITALS.findall(typed)] if not typed.isupper() else []
    words = tuple(word for word in dict.fromkeys(found) if word not in usual)
    if words:
        yield Name(words)


def _figures(clean: str, cut: Cut) -> Iterator[Demand]:
    """A figure or a word of the kind that is asked for: percent, levels, where it is from, what is sold apart.

    `{0}` stands for the characters of the thing that the first group names, `{1}` for all of it.
    """
    for asked, told in _listed("figures"):
        about = asked.search(clean)
        if about is not None:
            yield Figure(_told(told, about))
            return
    for found in _HOW_MUCH.finditer(clean):
        yield from _measure(found, cut)


def _anywhere(clean: str) -> Iterator[Demand]:
    """A word that is wanted whatever the question is about."""
    for asked, told in _listed("figures_anywhere"):
        about = asked.search(clean)
        if about is not None:
            yield Figure(_told(told, about), anywhere=True)


@cache
def _listed(name: str) -> tuple[tuple[re.Pattern[str], Any], ...]:
    """What words of a list ask for, with what each wants to be told."""
    return tuple((expression(asked), told) for asked, told in lexicon.toml("lexicon")["demand"][name])


def _told(told: str, about: re.Match[str]) -> str:
    """Fill a pattern in with the thing that the first group of a question names."""
    word = (about[1] or "") if about.groups() else ""
    chars = "".join(char for char in word if char not in _NO_NOUN)
    return told.replace("{0}", chars).replace("{1}", re.escape(word))


def _measure(found: re.Match[str], cut: Cut) -> Iterator[Demand]:
    """An amount in the unit that is asked for (`几克`, `多重`), of the thing that is asked about."""
    unit = (found["unit"] or "").removeprefix("个")
    if unit[:1] == "号" and _CHOOSES.search(found["of"] or ""):
        return
    read = quantities(f"3{unit}")
    named = _names(found[0])
    if read and read[0].unit and read[0].group != "piece" and unit[:1] not in _KINDS:
        yield Amount(read[0].comparable[:2], named)
    elif _MEASURES.get(found["how"] or ""):
        yield Amount((_MEASURES[found["how"]], ""), named)
    words = _content(found["of"] or "", cut)
    if words and len(words[-1]) > 1:
        yield Subject(words[-1], _names(found["of"]))
    elif unit[:1] in _RARE_UNITS and not (read and read[0].unit):
        yield Figure(re.escape(unit[0]))


def _offers(clean: str) -> Iterator[Demand]:
    """An offer that is named by its terms or its name; other offers tell nothing of it."""
    for asked, told in _listed("offers"):
        found = asked.search(clean)
        if found is not None:
            yield Offer(told.format(*(_either(group) for group in found.groups())))


def _either(figure: str) -> str:
    """Return a pattern for a figure as digits or as a Chinese numeral."""
    value = number(figure)
    digits = "" if value is None else f"{value:g}"
    written = [other for other, known in _WRITTEN.items() if known == digits]
    return (
        "(?:" + "|".join(re.escape(word) for word in dict.fromkeys([figure, digits, *written]) if word) + ")"
    )


_WRITTEN = {
    "一": "1",
    "二": "2",
    "两": "2",
    "三": "3",
    "四": "4",
    "五": "5",
    "六": "6",
    "七": "7",
    "八": "8",
    "九": "9",
    "十": "10",
}


def _names(text: str, *, values: bool = True) -> tuple[str, ...]:
    """What pages call a property that is named.

    A list of things (成分) tells what something is made of, but not that a thing which it leaves out (without
    `values`) is in it or not.
    """
    found = [key for aspect in aspects(text) for key in aspect.keys]
    return tuple(found) if values or not any(_VALUES.search(key) for key in found) else ()


def _content(text: str, cut: Cut) -> tuple[str, ...]:
    """What is left of a phrase without the words that only ask; what stands side by side stays together."""
    idle = _scaffold()
    kept = "".join(" " if word in idle or _COUNTED.fullmatch(word) else word for word in cut(text))
    return tuple(word for word in _WORD.findall(kept) if not word.isdigit())


@cache
def _scaffold() -> frozenset[str]:
    return frozenset(lexicon.words("demand", "scaffold"))


@cache
def _usual_latin() -> frozenset[str]:
    return frozenset(lexicon.words("demand", "latin"))
