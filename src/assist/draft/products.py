"""Lanes over whole products: a neutral summary, alternatives that fit a constraint, which of a few is meant."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from assist.documents import BlockKind, Document, Fact
from assist.draft.comparison import DULL, TELLING
from assist.draft.evidence import Candidate, Evidence, cite
from assist.draft.pages import fact_statement
from assist.draft.promotions import amount_of, price_of
from assist.draft.speak import clean_key, closed, say_fact
from assist.expressions import expression
from assist.messages import Part
from assist.results import StatedFact, Statement
from assist.text.normalize import fold

MAX_ALTERNATIVES = 3
MIN_NOUN = 3
"""Characters of a word that names a kind of product."""


def summary_candidate(part: Part, number: int, evidence: Evidence) -> Candidate | None:
    """Three neutral points with their sources and one question whose choices the page gives."""
    product = _first_product(part, evidence)
    if product is None:
        return None
    facts = _telling(product)[:3]
    if not facts:
        return None
    statements = _in_one_breath(facts, product, number)
    choices = _choices(product)
    tail = f"您更关心哪方面呢：{'、'.join(choices)}？我给您细说。" if choices else "您更关心哪方面呢？"
    return Candidate(number, "summary", statements, 0.9, "asked", tail=tail, ask="aspect", choices=choices)


def _in_one_breath(facts: Sequence[Fact], product: Document, number: int) -> tuple[Statement, ...]:
    """Say several facts as one sentence, each piece with its own source."""
    said = []
    for at, fact in enumerate(facts):
        stated = fact_statement(fact, product, number, "这款" if at == 0 else "")
        end = "。" if at == len(facts) - 1 else "，"
        said.append(replace(stated, text=stated.text.rstrip("。") + end))
    return tuple(said)


def _first_product(part: Part, evidence: Evidence) -> Document | None:
    names = part.products or evidence.question.products
    return next((evidence.products[name] for name in names if name in evidence.products), None)


def _telling(product: Document) -> list[Fact]:
    usable = [fact for fact in product.facts if fact.sku is None and not DULL.search(fact.key)]
    usable = [fact for fact in usable if "价" not in fact.key and len(fact.value) <= 40]
    return sorted(usable, key=lambda fact: (not TELLING.search(fact.key), fact.span.start))


def _choices(product: Document) -> tuple[str, ...]:
    has = []
    if any(table.kind is BlockKind.SIZE_TABLE for table in product.tables):
        has.append("尺码")
    telling = [fact for fact in _telling(product)[3:] if TELLING.search(fact.key)]
    heads = list(dict.fromkeys(clean_key(fact.key) for fact in telling))
    return tuple(dict.fromkeys([*has, *heads]))[:4]


def which_product(part: Part, number: int, evidence: Evidence) -> Candidate | None:
    """Ask which of a few like products is meant, and say of each what its page says on the matter."""
    text = fold(part.clean)
    nouns = [word for word in _nouns(text) if len(word) >= MIN_NOUN]
    alike = [product for product in evidence.catalog if any(word in fold(product.title) for word in nouns)]
    if not 1 <= len(alike) <= MAX_ALTERNATIVES:
        return None
    said = [item for item in (_of_each(product, part, number) for product in alike) if item is not None]
    names = tuple(f"{product.id} {_short(product.title)}" for product in alike)
    asked = Statement(f"您看的是{'，还是'.join(names)}呢？", (), (), number, names)
    return Candidate(number, "which", (*said, asked), 0.8, "asked", ask="product", choices=names)


def _of_each(product: Document, part: Part, number: int) -> Statement | None:
    for aspect in part.aspects[:1]:
        for key in aspect.keys:
            for fact in product.facts:
                if fact.sku is None and key in clean_key(fact.key):
                    return fact_statement(fact, product, number, product.id)
    return None


def _short(title: str) -> str:
    """The telling words of a page title: without the model code, at most a dozen characters."""
    words = [word for word in re.split(r"[\s【】]+", title) if word and not re.fullmatch(r"[A-Z]+\d+", word)]
    return " ".join(words[:3])[:16]


def alternatives_candidate(part: Part, number: int, evidence: Evidence) -> Candidate | None:
    """Name products that meet what the shopper said: a budget, a category word, a need; or ask for it."""
    scored = _fitting(part, evidence, _yuan(evidence, "budget_from"), _yuan(evidence, "budget"))
    if not scored:
        return None
    statements = []
    for product, reason in scored[:MAX_ALTERNATIVES]:
        statements.append(_offer(product, reason, number))
    return Candidate(number, "alternatives", tuple(statements), 0.86, lead="按您说的，可以看看这几款：")


def _yuan(evidence: Evidence, name: str) -> Decimal | None:
    slot = evidence.question.slots.get(name)
    return None if slot is None else Decimal(str(slot.value))


def _fitting(
    part: Part, evidence: Evidence, least: Decimal | None, most: Decimal | None
) -> list[tuple[Document, Fact | None]]:
    found: list[tuple[float, Document, Fact | None]] = []
    for product in evidence.catalog:
        price = price_of(product)
        value = None if price is None else amount_of(price)
        if most is not None and (value is None or value > most):
            continue
        if least is not None and (value is None or value < least):
            continue
        reason, strength = _reason(product, part, evidence)
        if strength > 0.0:
            found.append((strength, product, reason))
    found.sort(key=lambda item: (-item[0], item[1].id))
    return [(product, reason) for _, product, reason in found]


def _reason(product: Document, part: Part, evidence: Evidence) -> tuple[Fact | None, float]:
    """What of the product meets the shopper's words: a shared need in a fact, or the kind of thing wanted."""
    wanted = fold(part.clean)
    title = fold(product.title)
    nouns = [word for word in _nouns(wanted) if word in title]
    needs = [
        fact
        for fact in product.facts
        if fact.sku is None and any(word in fold(fact.value) for word in _nouns(wanted))
    ]
    if not nouns and not needs:
        return None, 0.0
    return (needs[0] if needs else None), float(len(nouns)) + 0.8 * bool(needs)


_FILLER = expression(
    r"推荐|有没有|哪[款个种]|合适|给我?|想要?|需要|一[款个]|比较|适合|用的|可以|便宜|以内|以下|左右|块钱?|元"
)


def _nouns(text: str) -> list[str]:
    bare = _FILLER.sub(" ", text)
    runs = re.findall(r"[一-鿿]{2,}", bare)
    grams = [run[at : at + size] for run in runs for size in (4, 3, 2) for at in range(len(run) - size + 1)]
    return list(dict.fromkeys(grams))


def _offer(product: Document, reason: Fact | None, number: int) -> Statement:
    price = price_of(product)
    places, facts, words = [], [], []
    for fact in (price, reason):
        if fact is not None:
            places.append(cite(product, fact.span, fact.section))
            facts.append(StatedFact.of(fact, product.id))
            words.append(say_fact(fact, "").rstrip("。"))
    text = closed(f"{product.title}：{'，'.join(words)}" if words else product.title)
    return Statement(text, tuple(places), tuple(facts), number, (product.title,))
