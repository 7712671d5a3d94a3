"""Products of one kind: those a shopper weighs against one another and tells apart by describing words."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from functools import cache

from assist.expressions import expression
from assist.question import lexicon
from assist.question.naming import ProductEntry, nouns
from assist.question.phrases import PhraseTable, any_of
from assist.question.twins import Traits, traits
from assist.text.normalize import fold

MAX_KIN = 6
"""More products than this share a word because it is general."""
_KIND, _WORD = 4, 2
"""So many characters that two titles share name a kind (空气炸锅, 自动喂食器; one fewer that stand apart: 颈椎枕);
and so many may be a word (轻跑)."""
_MOST_NEAR = 40
"""So many products of a like title are looked into for what they are weighed against."""
_ID = expression(r"(?<![a-z0-9_.\-])[a-z]{1,5}-?\d{1,6}[a-z]{0,3}(?![a-z0-9_])")
_SENTENCE = expression(r"[^。！!？?\n]+[？?]?")
_HAN = expression("[一-鿿]+")
_FOR_ANYONE = expression(
    "男女|同款|可用|家用|车用|送礼|年货|秋冬|春夏|四季|轻便|防滑|旗舰|新款|大容量|不锈钢|户外|露营"
)


class Kin:
    """Finds the kin of products; each is looked for once.

    Args:
        entries: The products by id.
        names: The products by what they are called.
        titles: Their folded titles.
        resolve: Returns the product that an id means.
    """

    def __init__(
        self,
        entries: Mapping[str, ProductEntry],
        names: PhraseTable[tuple[str, ...]],
        titles: Mapping[str, str],
        resolve: Callable[[str], str | None],
    ) -> None:
        self._entries = entries
        self._titles = titles
        self._names = names
        self._resolve = resolve
        self._found: dict[str, tuple[str, ...]] = {}

    def of(self, product: str) -> tuple[str, ...]:
        """Return a product and its kin: a name or a kind's word in both titles, or a page that weighs one against the other."""
        found = self._found.get(product)
        if found is None:
            found = self._found[product] = self._kin(product) if product in self._entries else ()
        return found

    def traits(self, product: str) -> Traits:
        """Return what tells a product from its kin."""
        entry = self._entries[product]
        if entry.page is None:
            return Traits(self._titles[product], " | ".join(map(fold, entry.sku_words)))
        return traits(
            entry.page, entry.sku_words, lambda text: any(other != product for other in self._ids_in(text))
        )

    def _kin(self, product: str) -> tuple[str, ...]:
        entry = self._entries[product]
        found = dict.fromkeys([product])
        neighbours = self._neighbours(product)
        for name in entry.names:
            sharing = [other for other in self._names.get(fold(name)) or () if self._alike(product, other)]
            if len(sharing) <= MAX_KIN:
                found |= dict.fromkeys(sharing)
        for word in (*_kinds(self._titles[product]), *self._grams(product, _KIND)):
            sharing = [other for other in neighbours if word in self._titles[other]]
            if len(sharing) < MAX_KIN:
                found |= dict.fromkeys(sharing)
        found |= dict.fromkeys([*self._weighed(entry), *self._weighing(entry)])
        return tuple(found) if len(found) <= MAX_KIN else (product,)

    def _weighed(self, entry: ProductEntry) -> Iterator[str]:
        """Yield the products that a page weighs its own against (问：和B101有啥不一样？)."""
        for sentence in _SENTENCE.findall(fold(entry.page.text)) if entry.page is not None else ():
            others = [other for other in self._ids_in(sentence) if other != entry.id]
            if others and _weighs().search(sentence):
                yield from (other for other in others if self._alike(entry.id, other))

    def _weighing(self, entry: ProductEntry) -> Iterator[str]:
        """Yield the products whose title has a word of this one's and whose page weighs them against it."""
        words = self._grams(entry.id, _WORD)
        near = [
            name for name in self._neighbours(entry.id) if any(word in self._titles[name] for word in words)
        ]
        for other in near if len(near) <= _MOST_NEAR else ():
            if entry.id in self._weighed(self._entries[other]):
                yield other

    def _neighbours(self, product: str) -> list[str]:
        return [other for other in self._entries if other != product and self._alike(product, other)]

    def _grams(self, product: str, length: int) -> tuple[str, ...]:
        """Return the runs of so many characters of a title that may name a kind."""
        first, _, rest = self._titles[product].partition(" ")
        branded = (
            rest
            and not any(nouns().find(first))
            and any(
                title.startswith(f"{first} ") for other, title in self._titles.items() if other != product
            )
        )
        runs = _HAN.findall(rest if branded else self._titles[product])
        grams = [run[at : at + length] for run in runs for at in range(len(run) - length + 1)]
        grams += [run for run in runs if len(run) == length - 1 > 1]
        return tuple(dict.fromkeys(gram for gram in grams if not _FOR_ANYONE.search(gram)))

    def _ids_in(self, text: str) -> Iterator[str]:
        return filter(None, map(self._resolve, _ID.findall(text)))

    def _alike(self, product: str, other: str) -> bool:
        return self._entries[product].category == self._entries[other].category


def _kinds(title: str) -> Iterator[str]:
    """Yield the nouns of a title, and those that a longer one ends in (蓝牙耳机, 耳机)."""
    for _, _, noun in nouns().find(title):
        yield from (noun[at:] for at in range(len(noun) - 1) if nouns().get(noun[at:]) is not None)


@cache
def _weighs() -> re.Pattern[str]:
    return expression(any_of(lexicon.words("nouns", "weighs")))
