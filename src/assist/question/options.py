"""Choices of a SKU table that a shopper words without naming them: 一斤装 for 500g, 最大码, 配线那个."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from assist.documents import BlockKind, Document, Row
from assist.expressions import expression
from assist.question import twins
from assist.question.sizes import is_size
from assist.question.wares import sku_slot
from assist.text.normalize import fold
from assist.text.quantities import Dimension, Quantity, quantities

_AMOUNTS = (Dimension.WEIGHT, Dimension.VOLUME, Dimension.CAPACITY)
_END = expression("(?:最|顶)(?P<way>大|小)(?:的?[号码]子?|的?尺码)")
_LEAD = 2.0
"""A choice has few words, so that one character which it alone has tells little."""
_FIGURE = expression(r"\d+(?:\.\d+)?")
_BIGGER = expression(r"(?:^|[\s，,要买拿选是])(?P<way>大|小)(?:一?点)?的(?!比|和|跟|与|话)(?=[^\s，,。])")
"""The larger or the smaller one, said without 最: 大的塞得下电脑吗."""
_WORDED = expression("(?P<size>迷你|小|中|大|加大|特大|超大)(?:号|码|款|杯|份|包|装|罐|瓶|袋|盒)")
_WORDED_LADDER = ("迷你", "小", "中", "大", "加大", "特大", "超大")
_LADDER = ("xxs", "xs", "s", "m", "l", "xl", "2xl", "xxl", "3xl", "xxxl", "4xl", "5xl", "6xl")


def described_options(text: str, words: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Yield `(as typed, the page's own word)` for what a folded text words without naming it.

    Args:
        text: The text.
        words: What the SKU tables of a product let choose.
    """
    asked = [amount for amount in quantities(text) if amount.dimension in _AMOUNTS]
    ends, bigger = list(_END.finditer(text)), list(_BIGGER.finditer(text))
    # Most texts hold none of them: their words are not looked at.
    own = [word for word in words if not is_code(word)] if asked or ends or bigger else []
    yield from _amounts(asked, own)
    yield from _ends(ends, own)
    yield from _worded_ends(ends or bigger, own)


def is_code(word: str) -> bool:
    """Say whether a word of a SKU table is the code of a row (A102-WH-1)."""
    return len(word) >= 5 and re.fullmatch(r"[A-Za-z][A-Za-z\-]*\d[A-Za-z0-9\-]*", word) is not None


def _amounts(asked: Sequence[Quantity], own: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Yield amounts that are those of one choice in another unit: 一斤 is 500g."""
    for amount in asked:
        if not any(amount.text in fold(word) for word in own):
            alike = [word for word in own if _holds_only(word, amount)]
            if len(alike) == 1:
                yield amount.text, alike[0]


def _holds_only(word: str, amount: Quantity) -> bool:
    held = quantities(fold(word))
    return len(held) == 1 and held[0].same(amount)


def _ends(ends: Sequence[re.Match[str]], own: Sequence[str]) -> Iterator[tuple[str, str]]:
    sizes = sorted({word for word in own if _rank(word) is not None}, key=lambda word: _rank(word) or 0.0)
    for found in ends if len(sizes) > 1 else ():
        yield found[0], sizes[-1 if found["way"] == "大" else 0]


def _worded_ends(ends: Sequence[re.Match[str]], own: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Yield the largest or the smallest of sizes told in words (中号, 大号) or of amounts in one unit (50ml, 100ml)."""
    for ranked in (_by_words(own), _by_amounts(own)) if ends else ():
        if len(ranked) > 1:
            for found in ends:
                yield found[0].strip(" ，,要买拿选是"), ranked[-1 if found["way"] == "大" else 0]
            return


def _by_words(own: Sequence[str]) -> list[str]:
    named = {word: found["size"] for word in own if (found := _WORDED.fullmatch(fold(word)))}
    return sorted(named, key=lambda word: _WORDED_LADDER.index(named[word]))


def _by_amounts(own: Sequence[str]) -> list[str]:
    held = {word: quantities(fold(word)) for word in own}
    known = {
        word: found[0] for word, found in held.items() if len(found) == 1 and found[0].dimension in _AMOUNTS
    }
    if len({(amount.dimension, amount.comparable[:2]) for amount in known.values()}) != 1:
        return []
    return sorted(known, key=lambda word: known[word].comparable[2])


def _rank(word: str) -> float | None:
    size = fold(word)
    if not is_size(size):
        return None
    if size in _LADDER:
        return float(_LADDER.index(size))
    return float(size) if re.fullmatch(r"\d{2}(?:\.5)?", size) else None


def priced_options(text: str, page: Document) -> Iterator[str]:
    """Yield the choices that a price in a folded text points to: those of all rows at that price alone (59那个)."""
    asked = {str(reference.price) for reference in twins.references(text) if reference.price is not None}
    for table in page.tables if asked else ():
        column = next((at for at, head in enumerate(table.header) if "价" in head), None)
        if table.kind is not BlockKind.SKU_TABLE or column is None:
            continue
        rows = [row for row in table.rows if len(row.cells) > column]
        at_price = [_FIGURE.findall(row.cells[column].text)[:1] for row in rows]
        for price in asked:
            mine = [_choices(row) for row, own in zip(rows, at_price, strict=True) if own == [price]]
            others = [_choices(row) for row, own in zip(rows, at_price, strict=True) if own != [price]]
            if mine and others:
                yield from sorted(set.intersection(*mine).difference(*others))


def _choices(row: Row) -> set[str]:
    cells = {cell.text.strip() for cell in row.cells}
    return {cell for cell in cells if cell and not is_code(cell) and not _FIGURE.fullmatch(cell.rstrip("元"))}


def pointed_options(text: str, words: Sequence[str]) -> Iterator[str]:
    """Yield the one choice that describing words of a folded text fit: 配线那个, 带保护套的多少钱."""
    pointing = [*twins.references(text), *twins.attributes(text)]
    if not pointing:
        return
    own = [word for word in words if not (is_code(word) or sku_slot(word) or word.isdigit())]
    known = [twins.Traits(fold(word)) for word in own]
    for reference in pointing if len(known) > 1 else ():
        chosen = twins.meant(reference, known, lead=_LEAD) if reference.price is None else None
        if chosen is not None and twins.fit(reference.words, known[chosen]) > 0:
            yield own[chosen]
