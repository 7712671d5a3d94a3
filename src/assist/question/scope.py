"""Which products a text is about: ids, links, model names, title nouns, variants of the one in view."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from typing import TypeAlias

from assist.documents import Document
from assist.expressions import expression
from assist.question import lexicon, twins
from assist.question.corrections import RESTORES, SETTLED
from assist.question.kin import Kin
from assist.question.naming import ProductEntry, has_variant, product_entries
from assist.question.options import described_options, is_code, pointed_options, priced_options
from assist.question.phrases import PhraseTable, any_of
from assist.question.shown import shown_codes
from assist.question.wares import color_slots
from assist.text.normalize import fold

Cut: TypeAlias = Callable[[str], Sequence[str]]
"""Cuts a text into words; `Tokenizer.words`."""

_LINK_ID = expression(r"(?:[?&/](?:id|item_?id|num_iid|sku)=?|item/)(\d{6,})", re.I)
_TOKEN = expression(r"(?<![a-z0-9_.\-])[a-z0-9][a-z0-9_\-]{1,30}(?![a-z0-9_])")
_NAMED_ID = expression(
    r"(?:货号|款号|商品id|商品编号|(?<!单)编号|宝贝id)\s*(?:是|为|:|：)?\s*([a-z0-9][a-z0-9\-]{2,20})"
)
_NOT_PRODUCT = expression(r"(?:单号|订单|运单|快递|物流|电话|手机|税号|账号|验证码)[^，,。\n]{0,6}$")
_CODE = expression(r"[a-z]{1,3}-?\d{1,3}")
_SEPARATE = expression("你家|你们家?的?|店里|店铺里?|另外|还有|那个|那款|上次|之前买")
_MEASURES = expression(r"\s*(?:[天块元件个号月年岁度米斤时分秒层楼折克毫升双条瓶盒箱%]|cm|mm|kg|ml|w|/)")
_MAX_TWINS = 6
_BARE = expression(r"(?<![a-z0-9.\-])\d{3,5}(?![a-z0-9.%])")
_FEWEST_FIGURES = 3
_THAT = expression(r"(?:的|号)?[那这][个款件双台盒瓶副种把袋条只块罐支套]")
# 跟F101比哪个轻: the product in view is the other one.
_AGAINST = expression(
    r"(?:^|[\s，,])(?:它|这个|这款|我(?:这个|这款|看的)?)?(?:跟|和|与|同|比)(?!.*[一-鿿a-z0-9](?:和|跟|与))"
)
_NO_NOUN = expression(r"(?:哪|有[什啥]|区别|差|的区别|对比|比|谁|怎么|咋)|\Z")
_LONGEST_NOUN = 6


@dataclass(frozen=True, slots=True)
class Mention:
    """Products that a text names.

    Attributes:
        products: Their ids, in the order named.
        firm: Named by id, model or full name; a bare noun (充电宝) is not firm.
        unknown: An id the shop does not have.
        compares: The text sets products against each other.
        points: The text also says 这个, the product in view.
        places: Where ids stand in the folded text, so that they are not read as other numbers.
        pointing: The describing words that name the product (带帽子那款); they ask nothing.
        left: Products named and then taken back.
    """

    products: tuple[str, ...] = ()
    firm: bool = False
    unknown: str | None = None
    compares: bool = False
    points: bool = False
    places: tuple[tuple[int, int], ...] = ()
    pointing: str = ""
    left: tuple[str, ...] = ()


_NOTHING = Mention()


class Catalog:
    """The shop's products by everything they are called.

    Args:
        entries: One per product; a later entry with the same id replaces the earlier one.
    """

    def __init__(self, entries: Sequence[ProductEntry] = ()) -> None:
        self._entries = {entry.id: entry for entry in entries}
        self._titles = {entry.id: fold(entry.title) for entry in self._entries.values()}
        self._ids: dict[str, str] = {}
        names: dict[str, dict[str, None]] = {}
        for entry in self._entries.values():
            self._remember(entry, names)
        self._names = PhraseTable({name: tuple(ids) for name, ids in names.items()})
        self._shapes = frozenset(map(_shape, self._ids))
        self._skus: dict[str, PhraseTable[str]] = {}
        self.kin = Kin(self._entries, self._names, self._titles, self.resolve)

    def __len__(self) -> int:
        return len(self._entries)

    def __contains__(self, product: str) -> bool:
        return product in self._entries

    def entry(self, product: str) -> ProductEntry | None:
        """Return the entry with this very id; None: no such product."""
        return self._entries.get(product)

    def resolve(self, word: str) -> str | None:
        """Return the id of the product that `word` (an id, alias or SKU code, in any case) names, or None."""
        return self._ids.get(fold(word))

    def siblings(self, product: str) -> tuple[str, ...]:
        """Return `product` and its closest kin: those that share its most particular name; at most six."""
        entry = self._entries.get(product)
        kin: tuple[str, ...] = ()
        for name in entry.names if entry else ():
            sharing = self._names.get(fold(name)) or ()
            alike = tuple(other for other in sharing if self._same_category(product, other))
            if 1 < len(alike) <= _MAX_TWINS and (not kin or len(alike) < len(kin)):
                kin = alike
        return kin or ((product,) if entry else ())

    def mention(self, text: str, *, context: str | None = None, words: Cut | None = None) -> Mention:
        """Find what a folded text names.

        Args:
            text: Folded text of one part or message.
            context: The product in view; `pro和普通版` then means it and its twin.
            words: Cuts a text into words; a bare noun inside a longer word (咖啡 in 咖啡色) then names nothing.
        """
        at, unknown, places = self._named_ids(text, context)
        ids = _standing(at, text)
        taken_back = set(at.values()) - set(ids)
        ids = [product for product in ids if product]
        named, firm = self._named(text, words)
        variants = self._variants(text, context) if not named else ()
        pointing = ""
        if not ids and not variants:
            variants, pointing = self._described(text, context, named, firm=firm)
        named = [] if variants else named
        products = tuple(
            product for product in dict.fromkeys([*ids, *named, *variants]) if product not in taken_back
        )
        compares = _compares().search(text) is not None
        if not products and unknown is None:
            return Mention(compares=True) if compares else _NOTHING
        return Mention(
            products,
            bool(ids or variants) or firm,
            unknown,
            compares,
            _points().search(text) is not None or _AGAINST.search(text) is not None and twins.compares(text),
            tuple(places),
            pointing,
            tuple(sorted(filter(None, taken_back))),
        )

    def sku_places(self, text: str, products: Sequence[str]) -> tuple[tuple[int, int, str], ...]:
        """Find where a folded text names SKUs of `products`: `(start, end, the page's own word)`, in order.

        A colour counts that can only be one of theirs (黑的, 曜石黑); a number counts that measures nothing.
        """
        found: dict[tuple[int, int], str] = {}
        for product in products:
            for start, end, word in self._sku_table(product).find(text):
                if not (word.isdigit() and _MEASURES.match(text, end)):
                    found[start, end] = word
        for colour in color_slots(text):
            inside = any(start < colour.end and colour.start < end for start, end in found)
            own = self.sku_choice(str(colour.value), products)
            if not inside and own != colour.value:
                found[colour.start, colour.end] = own
        return tuple((start, end, word) for (start, end), word in sorted(found.items()))

    def described_skus(self, text: str, products: Sequence[str]) -> tuple[tuple[str, str], ...]:
        """Return amounts and ends of the sizes that are SKUs of one product, each with the page's own word (一斤, 500g)."""
        entry = self._entries.get(products[0]) if len(products) == 1 else None
        return tuple(described_options(text, entry.sku_words)) if entry is not None else ()

    def pointed_skus(self, text: str, products: Sequence[str]) -> tuple[str, ...]:
        """Return the page's own words for the SKUs of one product that describing words or a price fit (配线那个, 59那个)."""
        entry = self._entries.get(products[0]) if len(products) == 1 else None
        if entry is None:
            return ()
        priced = priced_options(text, entry.page) if entry.page is not None else ()
        return (
            *pointed_options(text, entry.sku_words),
            *(word for word in priced if word in entry.sku_words),
        )

    def sku_choice(self, word: str, products: Sequence[str]) -> str:
        """Return the one SKU word of `products` that holds `word` (黑 → 曜石黑); else `word` itself."""
        entries = [self._entries[product] for product in products if product in self._entries]
        own = {option for entry in entries for option in entry.sku_words if not is_code(option)}
        stem = word[:-1] if len(word) > 1 and word.endswith("色") else word
        if any(fold(option) in (word, stem) for option in own):
            return next(option for option in sorted(own) if fold(option) in (word, stem))
        holding = sorted(option for option in own if stem in fold(option)) or sorted(
            option for option in own if len(stem) > 1 and re.search(".".join(stem), fold(option))
        )
        return holding[0] if len(holding) == 1 else word

    def _remember(self, entry: ProductEntry, names: dict[str, dict[str, None]]) -> None:
        codes = [word for word in entry.sku_words if is_code(word)]
        for word in (entry.id, *entry.aliases, *codes):
            self._ids.setdefault(fold(word), entry.id)
        for name in filter(None, map(fold, entry.names)):
            if name not in map(fold, entry.category):
                names.setdefault(name, {})[entry.id] = None

    def _same_category(self, product: str, other: str) -> bool:
        return self._entries[product].category == self._entries[other].category

    def _numbers(self, text: str, context: str | None) -> dict[tuple[int, int], str]:
        """Return the products that the figures of their ids alone name: 310跟311哪件轻, 不对 我说502, 502那台."""
        found: dict[tuple[int, int], str] = {}
        for match in _BARE.finditer(text):
            own = self._by_figures.get(match[0], ())
            near = [product for product in own if context is not None and product in self.kin.of(context)]
            if len(near or own) == 1:
                found[match.span()] = (near or own)[0]
        joined = len(set(found.values())) > 1 and twins.compares(text)
        return {
            (start, end): product
            for (start, end), product in found.items()
            if joined or _corrected().search(text[:start]) or _THAT.match(text, end)
        }

    @cached_property
    def _by_figures(self) -> dict[str, tuple[str, ...]]:
        table: dict[str, tuple[str, ...]] = {}
        for product in self._entries:
            figures = re.findall(r"\d+", product)
            if len(figures) == 1 and len(figures[0]) >= _FEWEST_FIGURES:
                table[figures[0]] = (*table.get(figures[0], ()), product)
        return table

    def _named_ids(
        self, text: str, context: str | None
    ) -> tuple[dict[tuple[int, int], str], str | None, list[tuple[int, int]]]:
        """Return the products named by id ("": none of the shop's), an id it does not have, and where ids stand."""
        ids: dict[tuple[int, int], str] = {}
        unknown: str | None = None
        places: list[tuple[int, int]] = []
        shown = {start for start, _ in shown_codes(text)}
        for start, end, word in _id_words(text):
            product = self.resolve(word)
            if product is None and (start in shown or not self._looks_like_id(text, start, word, context)):
                continue
            places.append((start, end))
            if product is None:
                unknown = word.upper()
            ids[start, end] = product or ""
        figures = self._numbers(text, context)
        return dict(sorted((ids | figures).items())), unknown, sorted([*places, *figures])

    def _looks_like_id(self, text: str, start: int, word: str, context: str | None) -> bool:
        before = text[max(0, start - 16) : start]
        if self._on_page(word, context):
            return False
        if _NOT_PRODUCT.search(before) or (word.isdigit() and not 9 <= len(word) <= 14):
            return bool(_NAMED_ID.search(before + word))
        return _shape(word) in self._shapes or bool(_NAMED_ID.search(before + word))

    def _on_page(self, word: str, context: str | None) -> bool:
        """Say whether a short code stands on the page in view: the shop need not sell what its page speaks of."""
        entry = None if context is None else self._entries.get(context)
        page = None if entry is None or not _CODE.fullmatch(word) else entry.page
        return page is not None and word in _TOKEN.findall(fold(page.text))

    def _named(self, text: str, words: Cut | None) -> tuple[list[str], bool]:
        """Return the products that names single out, and whether one of the names is more than a bare noun."""
        products: list[str] = []
        firm = False
        for start, end, ids in self._names.find(text):
            if words and _is_noun(text[start:end]) and not _on_edges(text, start, end, words(text)):
                continue
            chosen = ids if len(ids) == 1 else self._narrowed(ids, text)
            if len(chosen) == 1:
                products.append(chosen[0])
                own = chosen is not ids or not _is_noun(text[start:end])
                firm = firm or own or _SEPARATE.search(text[max(0, start - 6) : start]) is not None
            elif _names_both(text, ids, self._titles):
                products += chosen
                firm = True
        if len(products) == 1 and _variant().search(text) and _plain_version().search(text):
            products = list(self.siblings(products[0]))
        return products, firm

    def _narrowed(self, ids: tuple[str, ...], text: str) -> tuple[str, ...]:
        """Keep those of several products whose variant the text names."""
        for variant in lexicon.words("nouns", "variants"):
            if has_variant(text, variant) and not _plain_version().search(text):
                return tuple(product for product in ids if has_variant(self._titles[product], variant))
        if len(ids) <= _MAX_TWINS and _plain_version().search(text) and not _variant().search(text):
            return tuple(product for product in ids if not _variant().search(self._titles[product]))
        return ids

    def _variants(self, text: str, context: str | None) -> tuple[str, ...]:
        named, bare = _variant().search(text), _plain_version().search(text)
        if context is None or not (named or bare):
            return ()
        kin = self.siblings(context)
        if len({bool(_variant().search(self._titles[product])) for product in kin}) < 2:
            return ()
        both = bool(named and bare) or bool(named and _compares().search(text) and "和" in text)
        if both:
            return kin
        return tuple(
            product for product in kin if bool(_variant().search(self._titles[product])) == bool(named)
        )

    def _described(
        self, text: str, context: str | None, named: Sequence[str], *, firm: bool
    ) -> tuple[tuple[str, ...], str]:
        """Return the products that describing words mean, one of a few like ones or those compared, and those words."""
        both = self._both(text, context, named) or self._titled(text, context)
        if both:
            return both, ""
        pointing = [] if named and firm else list(twins.references(text))
        if not pointing:
            return (), ""
        kin = self.kin.of(context) if context is not None else self._shared(text)
        if len(kin) < 2:
            return (), ""
        known = [self.kin.traits(product) for product in kin]
        for reference in pointing:
            chosen = twins.meant(reference, known)
            if chosen is not None and kin[chosen] != context:
                return (kin[chosen],), reference.text
        return (), ""

    def _both(self, text: str, context: str | None, named: Sequence[str]) -> tuple[str, ...]:
        """Return the like products that a text compares by their number (两副耳机) or by a word for each."""
        counted = twins.several(text)
        if counted is not None:
            return self._counted(*counted, context)
        pairs = list(twins.compared(text))
        if not pairs:
            return ()
        around = context or next(iter(named), None)
        kin = self.kin.of(around) if around is not None else self._shared(text)
        known = [self.kin.traits(product) for product in kin]
        for pair in pairs if len(kin) > 1 else ():
            chosen = [twins.meant(twins.Reference(words), known) for words in pair]
            if None not in chosen and chosen[0] != chosen[1]:
                return tuple(kin[at] for at in chosen if at is not None)
        return ()

    def _titled(self, text: str, context: str | None) -> tuple[str, ...]:
        """Return the product in view and the one other of its kin, where a text holds a word of each title alone: 单里加绒拿哪个."""
        kin = self.kin.of(context) if context is not None and twins.weighs(text) else ()
        own = {product: twins.own_pairs(self._titles[product], text) for product in kin}
        named = [
            product
            for product in kin
            if own[product].difference(*(own[other] for other in kin if other != product))
        ]
        return (
            (context, *(other for other in named if other != context))
            if context in named and len(named) == 2
            else ()
        )

    def _counted(self, number: int, noun: str, context: str | None) -> tuple[str, ...]:
        """Return the products of a kind where the shop has just so many."""
        for end in range(min(len(noun), _LONGEST_NOUN), 0, -1):
            holding = [product for product, title in self._titles.items() if noun[:end] in title]
            if not holding:
                continue
            kin = self.kin.of(context if context in holding else holding[0])
            alike = kin if set(holding) <= set(kin) else tuple(holding)
            return tuple(sorted(alike)) if len(alike) == number else ()
        kin = self.kin.of(context) if context is not None else ()
        return kin if len(kin) == number and _NO_NOUN.match(noun) else ()

    def _shared(self, text: str) -> tuple[str, ...]:
        """Return the few products that share a name which stands in a text."""
        return next((ids for _, _, ids in self._names.find(text) if 1 < len(ids) <= _MAX_TWINS), ())

    def _sku_table(self, product: str) -> PhraseTable[str]:
        table = self._skus.get(product)
        if table is None:
            entry = self._entries.get(product)
            words = {form: word for word in (entry.sku_words if entry else ()) for form in _forms(fold(word))}
            table = self._skus[product] = PhraseTable(words)
        return table


def catalog(documents: Iterable[Document]) -> Catalog:
    """Build the catalog of the product pages among `documents`."""
    return Catalog(tuple(product_entries(documents)))


def _id_words(text: str) -> list[tuple[int, int, str]]:
    links = [(found.start(1), found.end(1), found[1]) for found in _LINK_ID.finditer(text)]
    taken = {start for start, _, _ in links}
    tokens = [
        (found.start(), found.end(), found[0])
        for found in _TOKEN.finditer(text)
        if found.start() not in taken
    ]
    return sorted(links + [token for token in tokens if any(char.isdigit() for char in token[2])])


def _standing(ids: Mapping[tuple[int, int], str], text: str) -> list[str]:
    """Return the products that stand after 不是A102 是A103, A102 打错了 A103, 还是A103吧 and 不看A102了."""
    wanted: list[str] = []
    last = 0
    for at, ((start, end), product) in enumerate(ids.items()):
        between, last = text[last:start], end
        if len(ids) > 1 and (_DENIED.search(text[:start]) or _LEFT.match(text, end)):
            wanted = [other for other in wanted if other != product]
            continue
        corrected = _corrected().search(text[:start]) is not None or _EARLIER_WRONG.match(text, end)
        after_all = _AFTER_ALL.search(text[:start])
        chosen = after_all is not None and (
            product in list(ids.values())[:at]
            or _SETTLES.search(after_all[0]) is not None
            or _DECIDED.match(text, end) is not None
        )
        chosen = chosen or _CHANGED_TO.fullmatch(between) is not None
        wanted = [product] if corrected or chosen else [*wanted, product]
    if len(set(wanted)) > 1 and RESTORES.search(text, last):
        return wanted[:1]
    return wanted


_DENIED = expression(
    r"(?:(?<!是)不是|不要|别|[打写说填选拍看]成|(?:原来|本来|之前)[说想要看买]*的?)(?:\s*|[这那][个款件双])\Z"
)
# A102→A103, A102改A103, A102 *A103, A102 / 定了 A103.
_CHANGED_TO = expression(rf"的?\s*(?:[改换][成为]?|→|[-=]+>|\*|{SETTLED})\s*")
_SETTLES = expression("[就只]|算了|[换改]")
_AFTER_ALL = expression(
    r"(?:^|[\s，,])(?:那|算了|我)?(?:嗯+|对|(?:还是|[就只])(?:[要买看选拿说问改换]|[说问]的?)?|换(?:一?[个款件])?|[换改]成)\s*\Z"
)
_LEFT = expression(r"(?:的|这[款个]|那[款个]|[\s，,])*(?:就|先)?不(?:看|要|买)了")
_EARLIER_WRONG = expression(
    r"(?:才对|[!！\s]*[打发说写]错)|[^\n]{0,12}(?:上面|刚才|前面|之前|上一?条)(?:那[个款]*|的|我)?[发打写说拿看]?错"
)
_DECIDED = expression("(?:的)?(?:吧|好了|算了)")


@cache
def _corrected() -> re.Pattern[str]:
    known = any_of([word for word in lexicon.words("correction", "openers") if _TAKES_BACK.search(word)])
    slips = "|".join(lexicon.words("correction", "slips"))
    return expression(
        rf"(?:{known}|{slips}|(?<=\n)[哦噢啊呃额诶])(?:我?[说问要看买指]的?|[是系係了的啊哦呀数号\s，,。:：]|应该|问)*\Z"
    )


_TAKES_BACK = expression(
    "不是(?:[这那说]|一[款个])|不对|[哦啊噢]不|不不|撤回|收回|唔[系係]|[弗勿]是|不是不是|算了"
)


def _shape(word: str) -> str:
    """Return letters as `a` and digits as `0`: ids of one shop look alike (`a102` → `a000`)."""
    return re.sub(r"\d", "0", re.sub("[a-z]", "a", word))


def _is_noun(name: str) -> bool:
    return name in _noun_set()


def _on_edges(text: str, start: int, end: int, words: Sequence[str]) -> bool:
    """Say whether a place in a text begins and ends where words do."""
    edges: set[int] = set()
    place = 0
    for word in words:
        place = max(place, text.find(word, place))
        edges |= {place, place + len(word)}
        place += len(word)
    return start in edges and end in edges


def _names_both(text: str, ids: tuple[str, ...], titles: dict[str, str]) -> bool:
    """Say whether a shared noun stands for all its few products: 空气炸锅pro和普通版."""
    kinds = {bool(_variant().search(titles[product])) for product in ids}
    both = _variant().search(text) and _plain_version().search(text)
    return len(ids) <= _MAX_TWINS and len(kinds) == 2 and bool(both)


def _forms(word: str) -> tuple[str, ...]:
    """Return how a SKU word may be typed: 黑色 also 黑的."""
    if word.endswith("色") and len(word) == 2:
        return (word, word[0] + "的", word[0] + "款")
    return (word,) if word and word not in {"-", "—"} else ()


@cache
def _noun_set() -> frozenset[str]:
    return frozenset(lexicon.words("nouns", "heads"))


@cache
def _variant() -> re.Pattern[str]:
    return expression(rf"(?<![a-z]){any_of(lexicon.words('nouns', 'variants'))}(?![a-z])")


@cache
def _plain_version() -> re.Pattern[str]:
    return expression(any_of(lexicon.words("nouns", "plain")))


@cache
def _compares() -> re.Pattern[str]:
    return expression(any_of(lexicon.words("nouns", "compare")))


@cache
def _points() -> re.Pattern[str]:
    return expression(any_of(lexicon.words("nouns", "this")))
