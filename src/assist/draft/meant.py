"""Which promotion a message means that does not run now: by its occasion, its title, its terms, or what it is like."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import numpy as np

from assist.arrays import FloatVector
from assist.documents import Block, BlockKind, Document, Span
from assist.draft.evidence import Evidence
from assist.draft.promotions import EVENTS, event_named, terms
from assist.draft.units import Unit, clause_units, product_units
from assist.expressions import expression
from assist.messages import Part
from assist.text.normalize import fold

NAMED = 0.2
"""A clause that names the product in scope (what does not take part) is asked about that much sooner."""
RIVALS = 10
"""Rules found first that are weighed against a promotion that does not run, beside the page in scope."""
WORD = 0.005
"""What a promotion that does not run gains by every pair of characters of the question that nothing valid holds."""
SURELY = 0.12
"""Without words that ask whether it goes on, a promotion that does not run must fit better by this much."""
TITLE_CHARS = 3
_STILL = expression(
    r"还(?:[^是要差款]{0,8}?)(?:送|给|减|抵|打|补|领|用|有|在|搭|附|算|参加)|没了|结束|过期|截止|开始(?:了|没|吗)|用不了|不能用|停了|下线|赶得上|来得及|(?:没见着|没看到|找不到|搁哪|去哪儿?了)|不是(?:说)?(?:送|有|给)"
)
# What can be used together is a rule of what holds now.
_STACKS = expression("叠加|一起用|同时用|同享|混用|一块用")
_NAME = expression(rf"[一-鿿]{{{TITLE_CHARS}}}")
_HAN = expression(r"[一-鿿]{2}")
_SAID = frozenset({BlockKind.TEXT, BlockKind.CHECKLIST, BlockKind.STEPS})
_GIFT = expression("送|赠|券|搭|还给(?!减)")
_GIVES = expression("送|赠")
GIVES = 0.15
"""A sentence that gives something away fits a question for a gift that much better."""
_FIGURE = expression(r"\d+")
SHARE = 0.4
"""What all the words of a question count that a sentence holds as they stand, figures too."""


def meant(part: Part, evidence: Evidence) -> Document | None:
    """The promotion that the message is about, if it is one that does not run now."""
    away = [item for item in evidence.promotions if not item.validity.holds(evidence.now)]
    running = [item for item in evidence.promotions if item.validity.holds(evidence.now)]
    asked = _with_its_event(part, evidence)
    if not away or any(_names(asked, item) for item in running):
        return None
    wanted = terms(part.text)
    if wanted and any(wanted <= terms(item.text) for item in running):
        return None
    named = [item for item in away if _names(asked, item)]
    named = named or [item for item in away if wanted and wanted <= terms(item.text)]
    if named:
        best = _best(part, named, evidence)
        return max(named, key=lambda item: (best[item.id], item.id))
    return None if EVENTS.search(asked) else _like(part, away, running, evidence)


def _with_its_event(part: Part, evidence: Evidence) -> str:
    """What a part asks, with the occasion that the message names before it (`双12过了没 还能减吗`)."""
    text = fold(part.text)
    whole = EVENTS.search(fold(evidence.message.text))
    return text if whole is None or EVENTS.search(text) else f"{whole.group()} {text}"


def _names(asked: str, document: Document) -> bool:
    """Say whether a question names a promotion: its occasion, or a few characters of its title as they stand."""
    if EVENTS.search(asked):
        return event_named(asked, document)
    title = fold(document.title)
    return any(
        title[at : at + TITLE_CHARS] in asked and _NAME.fullmatch(title[at : at + TITLE_CHARS])
        for at in range(len(title) - TITLE_CHARS + 1)
    )


def _like(
    part: Part, away: Sequence[Document], running: Sequence[Document], evidence: Evidence
) -> Document | None:
    """A promotion of which only the gift or the goods are named (`还送帆布包不`), where nothing that holds fits better."""
    if _STACKS.search(part.clean):
        return None
    still = bool(_STILL.search(part.clean))
    if not still and not _GIFT.search(part.clean):
        return None
    wanted = {kind for product in evidence.products.values() for kind in product.categories}
    away = [item for item in away if not wanted or not item.categories or wanted & set(item.categories)]
    if not away:
        return None
    rules = clause_units(hit for hits in evidence.hits for hit in hits)[:RIVALS]
    pages = evidence.products.values()
    words = pairs(part.clean) - {
        pair for item in (*running, *pages, *(rule.document for rule in rules)) for pair in pairs(item.text)
    }
    best = _best(part, away, evidence)
    best = {item.id: best[item.id] + WORD * len(words & pairs(item.text)) for item in away}
    found = max(away, key=lambda item: (best[item.id], item.id))
    units = [*rules, *(unit for page in pages for unit in product_units(page))]
    valid = max([*_best(part, running, evidence).values(), *_fits(part, units, evidence)], default=0.0)
    return found if best[found.id] > valid + (0.0 if still else SURELY) else None


@lru_cache(maxsize=512)
def pairs(text: str) -> frozenset[str]:
    """Pairs of Han characters that stand side by side."""
    plain = fold(text)
    return frozenset(plain[at : at + 2] for at in range(len(plain) - 1) if _HAN.fullmatch(plain[at : at + 2]))


def _best(part: Part, documents: Sequence[Document], evidence: Evidence) -> dict[str, float]:
    """How well the best clause of each promotion fits; one that names the product in scope fits better."""
    units = [unit for document in documents for unit in clauses_of(document)]
    best = dict.fromkeys((document.id for document in documents), 0.0)
    fits = _fits(part, units, evidence) + gains_of_named(part, units, evidence)
    for unit, fit in zip(units, fits, strict=True):
        best[unit.document.id] = max(best[unit.document.id], float(fit))
    return best


def _fits(part: Part, units: Sequence[Unit], evidence: Evidence) -> FloatVector:
    """How well sentences fit what is asked: relevance, the words they share, and whether they give a gift; shape (n,)."""
    if not units:
        return np.zeros(0, np.float32)
    heads = [
        unit.head if unit.document.title in unit.head else f"{unit.document.title} {unit.head}"
        for unit in units
    ]
    scores = evidence.scorer.score(part, [unit.text for unit in units], heads)
    asked = own_words(part.text)
    held = [len(asked & own_words(f"{unit.head} {unit.text}")) / max(1, len(asked)) for unit in units]
    gift = GIVES if _GIFT.search(part.clean) else 0.0
    given = [gift * bool(_GIVES.search(unit.quote)) for unit in units]
    return scores + np.asarray(held, np.float32) * SHARE + np.asarray(given, np.float32)


@lru_cache(maxsize=2_048)
def own_words(text: str) -> frozenset[str]:
    """Pairs of characters and figures of a text, occasions aside."""
    plain = EVENTS.sub(" ", fold(text))
    return pairs(plain) | frozenset(_FIGURE.findall(plain))


def gains_of_named(part: Part, units: Sequence[Unit], evidence: Evidence) -> FloatVector:
    """What clauses gain by naming the product in scope; shape (n,)."""
    names = part.products or evidence.question.products
    return np.asarray([NAMED * any(name in unit.quote for name in names) for unit in units], np.float32)


def said_blocks(document: Document) -> list[Block]:
    """Return the blocks of a promotion that say something: text and lists, no headings."""
    return [block for block in document.blocks if block.kind in _SAID]


def clauses_of(document: Document) -> list[Unit]:
    """The numbered or headed clauses of a promotion, each with what stands under its heading."""
    found: dict[tuple[str, tuple[str, ...]], Span] = {}
    for block in said_blocks(document):
        place = block.section, tuple(block.headings)
        begin = found[place].start if place in found else block.span.start
        found[place] = Span(begin, block.span.end)
    return [
        Unit(document, span, "clause", span.of(document.text), " ".join(headings[-1:]), section)
        for (section, headings), span in found.items()
    ]
