"""Whether what a candidate says names what the question demands; see `assist.question.demands`."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import lru_cache

from assist.demand import (
    Amount,
    Demand,
    Detail,
    Figure,
    Name,
    Offer,
    Option,
    People,
    Quality,
    Size,
    Subject,
    Thing,
)
from assist.documents import BlockKind, Document
from assist.draft.evidence import Candidate, Evidence
from assist.expressions import expression
from assist.messages import Part
from assist.text.normalize import fold
from assist.text.quantities import quantities

DOUBT = 0.3
"""A candidate that leaves out what was asked for is this much less likely an answer."""
_OF_GOODS = ("售前/商品", "售前/价格/会员", "售前/库存")
_OF_PARTS = ("售前/商品/尺寸", "售前/商品/材质")
_OF_OFFERS = ("售前/价格", "售前/商品/包装")
_OF_WARRANTY = "售前/售后咨询/质保"
_OF_FAULTS = (Figure, Amount, Name)
_SIZES = expression(r"(?:(?P<from>\d{2}|[2-5]?x*[sml])[-~至到])?(?P<size>\d{2}|[2-5]?x*[sml])码")
_HALF = 0.5
"""More than this share of the words of a thing must be named."""
_OPEN = ("售前/商品/评价", "售前/商品/推荐", "售前/商品/型号", "售前/商品/正品")
"""Questions that many things answer: their form demands nothing."""
_LOOKED_UP = frozenset({"size", "sku", "comparison", "alternatives", "promotion", "summary", "offers"})
_IDLE = frozenset("的了是不在有一个这那和与及或把被让给到也都还就才很太好大小能会可以要想用子儿")


def doubted(candidate: Candidate, part: Part, evidence: Evidence) -> Candidate:
    """Lower the score of a candidate that does not name what the question demands."""
    if not part.demands or candidate.lane in _LOOKED_UP or candidate.verdict != "answered":
        return candidate
    return candidate.scored(candidate.score * DOUBT) if unmet(candidate, part, evidence) else candidate


def unmet(candidate: Candidate, part: Part, evidence: Evidence) -> tuple[Demand, ...]:
    """Return what the question demands and a candidate does not name."""
    asked = (demand for demand in part.demands if _counts(demand, part))
    return tuple(
        demand
        for demand in asked
        if not met(demand, *_read(demand, candidate, part, evidence))
        and not _met_otherwise(demand, candidate, part)
    )


def unnamed(demand: Demand, candidate: Candidate, part: Part, evidence: Evidence) -> bool:
    """Say whether neither a candidate nor the pages in scope name anything of what is demanded."""
    said, _ = _read(demand, candidate, part, evidence)
    pages = _pages(part, evidence)
    match demand:
        case Thing(words, names):
            return not _holds_any(names, said) and not any(_begins(word, f"{said} {pages}") for word in words)
        case Quality(words, _, _):
            text = f"{said} {pages}"
            return not _share(words, text, _touches) or any(_is_other_kind(word, text) for word in words)
        case _:
            return False


def _is_other_kind(word: str, text: str) -> bool:
    """A page that speaks of the thing need not speak of its kind: 无刷 of 无刷电机."""
    return len(word) > 3 and not word.isascii() and word[:2] not in text


def _begins(word: str, text: str) -> bool:
    """A thing is spoken of where it is named whole, or a longer word by its first half: 收纳 of 收纳袋, not 音频 of 空间音频."""
    return word in text or (len(word) > 2 and word[:2] in text and _touches(word, text))


def _met_otherwise(demand: Demand, candidate: Candidate, part: Part) -> bool:
    """Say whether what is demanded in everyday words (`里面煮火锅`) is named in those of the page (`明火`)."""
    words = _words_of(demand)
    phrases = [phrase for phrase in part.paraphrases if _overlap(phrase.said, words)]
    said = _said(candidate) if phrases else ""
    return any(_holds_any(_all_folded(phrase.written), said) for phrase in phrases)


def _words_of(demand: Demand) -> tuple[str, ...]:
    match demand:
        case Thing(words, _) | Quality(words, _, _) | Option(words):
            return words
        case Subject(word, _):
            return (word,)
        case _:
            return ()


def _overlap(said: str, words: Sequence[str]) -> bool:
    core = set(said) - _IDLE
    return any(core & set(word) for word in words)


def met(demand: Demand, said: str, pages: str = "") -> bool:
    """Say whether folded text names what is demanded.

    Args:
        demand: What an answer has to name.
        said: What the candidate says and the headings it stands under, folded.
        pages: The whole pages in scope, folded; a brand counts as named where the page names it anywhere. For a
            detail, their titles.
    """
    match demand:
        case People(pattern) | Figure(pattern) | Offer(pattern):
            return re.search(pattern, said) is not None
        case Option(words):
            return any(_names(word, said) for word in words)
        case Thing(words, names):
            return _holds_any(names, said) or _share(words, said, _names) > _HALF
        case Quality(words, least, names):
            return _holds_any(names, said) or _share(words, said, _touches) >= least
        case Subject(word, names):
            return _holds_any(names, said) or _touches(word, said)
        case Name(words):
            return all(_names(word, said) or (bool(pages) and word in pages) for word in words)
        case Detail(pattern, ware):
            return (bool(ware) and ware in pages) or re.search(pattern, said) is not None
        case Size(size):
            return _tells_of(size, said)
        case Amount(measure, names):
            return _holds_any(names, said) or measure in _measures(said)


def _tells_of(size: str, said: str) -> bool:
    """Say whether a text tells of a size or of none: `26码` is another than 31, `30-32码` holds it."""
    named = [(found["from"] or found["size"], found["size"]) for found in _SIZES.finditer(said)]
    return not named or any(_within(size, *ends) for ends in named)


def _within(size: str, low: str, high: str) -> bool:
    if size.isdigit() and low.isdigit() and high.isdigit():
        return int(low) <= int(size) <= int(high)
    return size in (low, high)


def _holds_any(names: Sequence[str], said: str) -> bool:
    return any(name in said for name in names)


def _share(words: Sequence[str], said: str, holds: Callable[[str, str], bool]) -> float:
    return sum(holds(word, said) for word in words) / len(words)


def _counts(demand: Demand, part: Part) -> bool:
    """Say whether a question of this intent is held to a demand of this kind."""
    intent = part.intent or ""
    if isinstance(demand, Figure) and demand.anywhere:
        return True
    if isinstance(demand, (Detail, Size)):
        return bool(part.products)
    if isinstance(demand, Offer):
        return not intent or intent.startswith(_OF_OFFERS)
    if isinstance(demand, Figure) and intent.startswith(_OF_WARRANTY):
        return True
    if not intent or (isinstance(demand, _OF_FAULTS) and intent.startswith("售后/质量/使用")):
        return bool(part.products)
    if isinstance(demand, Subject):
        return intent.startswith(_OF_PARTS)
    return intent.startswith(_OF_GOODS) and not intent.startswith(_OPEN)


def _names(word: str, text: str) -> bool:
    """A thing is named whole; a longer word also by its first character, two together and half of the others."""
    if word in text:
        return True
    chars = [char for char in word if char not in _IDLE]
    pairs = any(word[at : at + 2] in text for at in range(len(word) - 1))
    return len(chars) > 2 and chars[0] in text and pairs and _touches(word, text)


def _touches(word: str, text: str) -> bool:
    """A property is spoken of with at least half of its characters: 缩水 in `会略微缩一点`."""
    if word.isascii():
        return word in text
    chars = [char for char in word if char not in _IDLE]
    return 2 * sum(char in text for char in chars) >= len(chars)


def _read(demand: Demand, candidate: Candidate, part: Part, evidence: Evidence) -> tuple[str, str]:
    """What a demand is held against: what is said; a subject and a brand may stand anywhere on the page."""
    said = f"{_said(candidate)} {_questions(candidate, evidence)}"
    if isinstance(demand, Subject):
        return f"{said} {_pages(part, evidence)}", ""
    if isinstance(demand, Detail):
        return said, " ".join(fold(document.title) for document in _scope(part, evidence))
    return said, _pages(part, evidence) if isinstance(demand, Name) else ""


def _said(candidate: Candidate) -> str:
    places = [place for statement in candidate.statements for place in statement.citations]
    texts = [statement.text for statement in candidate.statements]
    return fold(" ".join([*texts, *(f"{place.section} {place.quote}" for place in places)]))


def _questions(candidate: Candidate, evidence: Evidence) -> str:
    """Return the questions of a page under which what is said stands as the answer."""
    places = [place for statement in candidate.statements for place in statement.citations]
    pages = [
        (evidence.products[place.document_id], place.span)
        for place in places
        if place.document_id in evidence.products
    ]
    return fold(
        " ".join(
            block.span.of(page.text)
            for page, span in pages
            for block in page.blocks
            if block.kind is BlockKind.QA and block.span.covers(span)
        )
    )


def _scope(part: Part, evidence: Evidence) -> list[Document]:
    names = part.products or evidence.question.products
    return [evidence.products[name] for name in names if name in evidence.products]


def _pages(part: Part, evidence: Evidence) -> str:
    return " ".join(_folded(f"{document.title} {document.text}") for document in _scope(part, evidence))


@lru_cache(maxsize=4_096)
def _measures(said: str) -> frozenset[tuple[str, str]]:
    return frozenset(quantity.comparable[:2] for quantity in quantities(said))


@lru_cache(maxsize=4_096)
def _all_folded(words: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(map(fold, words))


@lru_cache(maxsize=512)
def _folded(text: str) -> str:
    return fold(text)
