"""What is put together in one question: the product in scope times its pieces, or several named ones, each at its price."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from assist.documents import Document, Fact
from assist.draft.evidence import Evidence, cite
from assist.draft.figures import yuan
from assist.draft.meant import pairs
from assist.draft.promotions import amount_of, price_of
from assist.draft.skus import named_words, row_holds
from assist.draft.speak import closed
from assist.expressions import expression
from assist.messages import Part
from assist.results import StatedFact, Statement
from assist.text.normalize import fold
from assist.text.quantities import Dimension, quantities

_TOGETHER = expression(r"加上?(?!送|购|急|价|钱|起来|多少)|[和跟+]|还有|再(?:买|来|拿|拍|加)|、")
_TOKEN = expression(r"\d+(?:\.\d+)?(?:kg|ml|g|l|升|克|斤|寸|码)")
_NAME = expression(r"[A-Za-z]+\d+[A-Za-z]?")
_OF_WORDS = expression(r"(?:的|色的?|那[个件款条])$")
SURE = 1.5
"""A named product fits this many times as well as the next."""
MAX_PIECES = 100


@dataclass(frozen=True, slots=True)
class Line:
    """Pieces of one product at one price.

    Attributes:
        product: Its page.
        price: The price as the page states it.
        each: The same in yuan.
        pieces: How many.
        label: What tells its SKU, as the page writes it; empty: the product at its page's price.
        name: What to call it beside other products.
    """

    product: Document
    price: Fact
    each: Decimal
    pieces: int
    label: str = ""
    name: str = ""

    @property
    def total(self) -> Decimal:
        """Yuan of all pieces."""
        return self.each * self.pieces

    def said(self, number: int, *, named: bool) -> Statement:
        """State the price of one piece."""
        whose = f"{self.name}{self.label}" if named else f"{self.label}的" if self.label else ""
        subject = whose or ("这款" if self.pieces > 1 else "")
        key = "" if named else self.price.key
        text = f"{subject}{key}是{yuan(self.each)}元"
        place = cite(self.product, self.price.span, self.price.section)
        fact = StatedFact.of(self.price, self.product.id)
        return Statement(closed(text), (place,), (fact,), number, (self.label, self.name) if named else ())


def lines_of(part: Part, evidence: Evidence) -> tuple[Line, ...]:
    """Read what is bought; empty: it is not said, or not surely.

    Several products are read from a list (`4L炸锅加包牛肉干`), each known by words that no other title holds.
    """
    pieces = [piece for piece in _TOGETHER.split(fold(part.text)) if piece.strip()]
    found = [_resolved(piece, evidence) for piece in pieces] if len(pieces) > 1 else []
    known = [line for line in found if line is not None]
    if len(known) >= 2 and len({line.product.id for line in known}) == len(known) == len(found):
        return tuple(known)
    if len({line.product.id for line in known}) > 1:
        return ()
    names = part.products or evidence.question.products
    products = [evidence.products[name] for name in names if name in evidence.products]
    line = _in_scope(products[0], part, evidence) if len(products) == 1 else None
    return () if line is None else (line,)


def _in_scope(product: Document, part: Part, evidence: Evidence) -> Line | None:
    slot = evidence.question.slots.get("quantity")
    pieces = max(1, int(float(slot.value))) if slot is not None else 1
    said = [fold(_OF_WORDS.sub("", word)) for word in part.sku]
    for words in (said, named_words(part, evidence)):
        known = [word for word in words if word]
        facts = _priced(known, product)
        if facts:
            return _line(product, facts, pieces, "".join(_as_written(word, product, facts) for word in known))
    return _of_page(product, pieces)


def _as_written(word: str, product: Document, facts: Sequence[Fact]) -> str:
    """A word as the page writes it, where one cell of the SKUs holds it (黑 -> 黑色)."""
    cells = {cell for fact in facts for cell in _row(product, fact) if word in fold(cell)}
    cell = cells.pop() if len(cells) == 1 else ""
    return cell if cell and len(cell) <= len(word) + 2 else word.upper() if word.isascii() else word


def _priced(words: Sequence[str], product: Document) -> list[Fact]:
    """Prices of the SKUs that the words name: those with a cell that is just the word before others."""
    if not words:
        return []
    rows = {fact: _row(product, fact) for fact in product.facts if fact.sku is not None and "价" in fact.key}
    whole = [fact for fact, cells in rows.items() if all(word in map(fold, cells) for word in words)]
    return whole or [fact for fact, cells in rows.items() if row_holds(" | ".join(cells), words)]


def _row(product: Document, fact: Fact) -> list[str]:
    return [
        cell.text.strip()
        for table in product.tables
        for row in table.rows
        if row.span.covers(fact.span) or fact.span.covers(row.span)
        for cell in row.cells
    ]


def _line(product: Document, facts: Sequence[Fact], pieces: int, label: str) -> Line | None:
    """A line at the one price of the SKUs; None: they differ."""
    amounts = {amount_of(fact) for fact in facts}
    each = amounts.pop() if len(amounts) == 1 else None
    return None if each is None or pieces > MAX_PIECES else Line(product, facts[0], each, pieces, label)


def _of_page(product: Document, pieces: int) -> Line | None:
    price = price_of(product)
    each = None if price is None else amount_of(price)
    if price is None or each is None or pieces > MAX_PIECES:
        return None
    return Line(product, price, each, pieces)


def _resolved(piece: str, evidence: Evidence) -> Line | None:
    """The product that a few words name, with its pieces and the SKU that they tell."""
    product = _named(piece, evidence)
    if product is None:
        return None
    counted = [item for item in quantities(piece) if item.dimension is Dimension.COUNT]
    pieces = int(counted[0].value) if counted else 1
    tokens = _TOKEN.findall(piece)
    facts = _priced(tokens, product)
    label = "".join(f"（{token}）" for token in tokens) if facts else ""
    line = _line(product, facts, pieces, label) if facts else _of_page(product, pieces)
    return None if line is None else replace(line, name=_called(product, piece))


def _called(product: Document, piece: str) -> str:
    """A product's name in speech: the word of its title that the shopper's words are in, and its id."""
    words = [word for word in product.title.split() if not _NAME.fullmatch(word)]
    asked = pairs(piece)
    best = max(words, key=lambda word: (len(pairs(word) & asked), -len(word)), default="")
    return f"{best}{product.id}" if pairs(best) & asked else product.id


def _named(piece: str, evidence: Evidence) -> Document | None:
    """The one product that a few words name: by its id, else by words that few other titles hold."""
    by_id = [item for item in evidence.catalog if fold(item.id) in piece]
    if by_id:
        return by_id[0] if len(by_id) == 1 else None
    words, tokens = pairs(piece), _TOKEN.findall(piece)
    held = [item for item in evidence.catalog if any(word in item.title for word in words)]
    rare = {word: sum(word in item.title for item in held) for word in words}
    scores = [(_likeness(item, rare, tokens), item) for item in held]
    ranked = sorted(scores, key=lambda pair: (-pair[0], pair[1].id))[:2]
    sure = len(ranked) == 1 or (len(ranked) == 2 and ranked[0][0] >= SURE * ranked[1][0])
    return ranked[0][1] if sure else None


def _likeness(item: Document, rare: Mapping[str, int], tokens: Sequence[str]) -> float:
    """Words of the shopper's that a title holds, each the more the fewer titles hold it, and its measures (4L)."""
    title = fold(item.title)
    words = sum(1 / often for word, often in rare.items() if word in item.title)
    return words + sum(token in title for token in tokens)
