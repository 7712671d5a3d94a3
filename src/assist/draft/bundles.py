"""Which sentences of a page are said together: the best, and those that add something that is asked for.

`SECOND_SHARE`, `SURE` and `SURE_SHARE` were chosen on labelled questions of eight shops, where they left out 118 of 383
further sentences in usable answers and no answer lost a fact; since then they were brought to the steeper curve of a
later fit of the ranker.
"""

from __future__ import annotations

from collections.abc import Sequence

from assist.arrays import FloatVector
from assist.draft.speak import clean_key
from assist.draft.units import Unit, row_tells
from assist.expressions import expression
from assist.messages import Part
from assist.text.normalize import fold

SECOND_SHARE = 0.68
"""A second page unit joins the first when it is at least this share as likely."""
SURE, SURE_SHARE = 0.55, 0.82
"""Where the first is this likely, what names no more of the question joins it from this share on."""
SENTENCE_SHARE = 0.36
"""A sentence that states the best parameter's fact speaks for it from this share on."""
MAX_SENTENCES = 3
_FIGURE_ASKED = expression(r"几|多少|多[大长高重久宽厚远]")
_FIGURE = expression(r"\d")
_CHARACTER = expression(r"[一-鿿a-z0-9]")
_IDLE = frozenset("的了吗么不没是有能会可以用多少几怎什这个那款")


def bundle(units: Sequence[Unit], scores: FloatVector, order: Sequence[int], part: Part) -> list[int]:
    """Choose which units are said together: the best, and those near it that add something.

    Args:
        units: n units of a page.
        scores: How likely each answers the part, shape (n,).
        order: Places of the likeliest units, best first.
        part: What is asked.

    Returns:
        Places of the chosen units, in the order of the page.
    """
    chosen = [_telling(units, scores, order)]
    best = units[chosen[0]]
    for at in order:
        if at in chosen or _tells_nothing(units[at], part):
            continue
        wanted = _share_wanted(units[at], best, float(scores[order[0]]), part)
        near = float(scores[at]) >= wanted * float(scores[order[0]])
        if near and len(chosen) < MAX_SENTENCES and _adds(units[at], [units[have] for have in chosen]):
            chosen.append(at)
    return sorted(chosen, key=lambda at: units[at].span.start)


def _share_wanted(unit: Unit, best: Unit, top: float, part: Part) -> float:
    """How near a unit must come to the best one: what says no more of what is asked must be all but as likely."""
    if top < SURE or _tells_more(unit, best, part) or _explains(unit, best, part):
        return SECOND_SHARE
    return SURE_SHARE


def _tells_more(unit: Unit, best: Unit, part: Part) -> bool:
    """Say whether a unit names more of the question than the best one does, or the first figure where one is asked for."""
    asked = set(_CHARACTER.findall(part.clean)) - _IDLE
    text, told = (fold(f"{item.head} {item.text}") for item in (unit, best))
    figure = _FIGURE_ASKED.search(part.clean) and _FIGURE.search(unit.text) and not _FIGURE.search(best.text)
    return bool(figure) or any(char in text and char not in told for char in asked)


def _explains(unit: Unit, best: Unit, part: Part) -> bool:
    """Say whether a sentence says what a bare parameter does not, of the same property."""
    keys = [key for aspect in part.aspects for key in (aspect.name, *aspect.keys)]
    return best.kind == "fact" and unit.kind != "fact" and any(key[:2] in unit.text for key in keys)


def _tells_nothing(unit: Unit, part: Part) -> bool:
    """A row of a price and a stock adds nothing for who asks for neither; `那加绒的呢` may ask for either."""
    return unit.kind == "row" and not part.clean.endswith("呢") and not row_tells(unit, part.clean)


def _telling(units: Sequence[Unit], scores: FloatVector, order: Sequence[int]) -> int:
    """Let a sentence of the page that states the same fact speak for the bare parameter: it says more."""
    best = order[0]
    fact = units[best].fact
    if fact is None:
        return best
    for at in order[1:]:
        text = fold(units[at].text)
        states = fold(fact.value) in text and fold(clean_key(fact.key)) in text
        if (
            units[at].kind in {"text", "qa"}
            and states
            and float(scores[at]) >= SENTENCE_SHARE * float(scores[best])
        ):
            return at
    return best


def _adds(unit: Unit, said: Sequence[Unit]) -> bool:
    """A unit adds something unless its words, or its fact's value, were already said."""
    if unit.kind == "steps" and said:
        return False
    text = fold(unit.fact.value if unit.fact else unit.text)
    return all(text not in fold(other.text) and fold(other.text) not in text for other in said)
