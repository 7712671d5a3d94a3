"""What a product is called: ids, model names, nouns of its title, the words of its SKU table."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache

from assist.documents import BlockKind, Document, Kind, Table
from assist.expressions import expression
from assist.question import lexicon
from assist.question.phrases import PhraseTable
from assist.text.normalize import fold


@dataclass(frozen=True, slots=True)
class ProductEntry:
    """What a shopper may call one product.

    Attributes:
        id: The product's own id.
        title: Its title.
        aliases: Other ids of it (商品ID, 货号, the id in a link).
        category: Category words; they never set the scope.
        names: Model words and product nouns, normalised.
        sku_words: Colours, sizes and variants of its SKU table, as the page writes them.
        page: The page itself, for what else tells it from its kin.
    """

    id: str
    title: str
    aliases: tuple[str, ...] = ()
    category: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    sku_words: tuple[str, ...] = ()
    page: Document | None = field(default=None, repr=False, compare=False)


_NAME_KEYS = expression("款名|型号|品名|产品名称|商品名称|系列|货号|款号")
_SKU_HEADS = expression(
    "颜色|尺码|规格|版本|款式|套餐|口味|容量|尺寸|套装|型号|分类|码数|sku|内存|香型|色号|编码", re.I
)
_UNNAMED = expression("项目|内容|参数|属性|名称|指标|配置|对比|明细|清单|")
"""How the column of versions is headed in a table that was turned upright."""
_OPTIONS = expression(r"\s*[/、，,;；|]\s*|\s{2,}")
_SIZE_RANGE = expression(r"(\d{2})\s*[-~～—至到]\s*(\d{2})")
_MODEL = expression(r"(?<![a-z0-9])[a-z]{1,5}-?\d{2,6}[a-z]{0,3}(?![a-z0-9])")
# Measures and standards that look like model names.
_NO_MODEL = expression(r"(?:spf|pa|pd|qc|usb|type|ip|ipx|gb|no|tf|sd|hz|dpi|wifi|ddr|mp|t)-?\d")
_RUN = expression(r"[一-鿿a-z0-9.]+")


def product_entry(document: Document) -> ProductEntry:
    """Read from a product page what the product is called."""
    return ProductEntry(
        id=document.id,
        title=document.title,
        aliases=document.aliases,
        category=document.categories,
        names=tuple(dict.fromkeys(_names(document))),
        sku_words=tuple(dict.fromkeys(_sku_words(document.tables))),
        page=document,
    )


def product_entries(documents: Iterable[Document]) -> Iterator[ProductEntry]:
    """Read the entries of the product pages among `documents`; others are passed over."""
    return (product_entry(document) for document in documents if document.kind is Kind.PRODUCT)


def has_variant(title: str, variant: str) -> bool:
    """Say whether a folded title holds a variant word such as `pro` on its own."""
    return variant in title and re.search(rf"(?<![a-z]){re.escape(variant)}(?![a-z])", title) is not None


def _names(document: Document) -> Iterator[str]:
    title = fold(document.title)
    yield from models(title)
    for fact in document.facts:
        if fact.sku is None and _NAME_KEYS.fullmatch(fact.key.strip()):
            yield from _stated_names(fold(fact.value))
    yield from title_names(title)


def _stated_names(value: str) -> Iterator[str]:
    yield from models(value)
    if 3 <= len(value) <= 16 and not value.isdigit():
        yield value
        yield from title_names(value)


def models(text: str) -> Iterator[str]:
    """Yield the model names of a folded text (`a102`), without measures such as `spf50`."""
    return (found[0] for found in _MODEL.finditer(text) if not _NO_MODEL.match(found[0]))


def title_names(title: str) -> Iterator[str]:
    """Yield the product nouns of a folded title, bare, with the words before them, and with a variant word."""
    variants = [word for word in lexicon.words("nouns", "variants") if has_variant(title, word)]
    for run in _RUN.findall(title):
        for start, end, noun in nouns().find(run):
            names = [noun] if start == 0 else [run[:end], noun]
            yield from names
            yield from (name + variant for name in names for variant in variants)


@cache
def nouns() -> PhraseTable[str]:
    """Return the table of product nouns; those too general to name one (鞋, 外套) are left out."""
    general = set(lexicon.words("nouns", "generic"))
    return PhraseTable({word: word for word in lexicon.words("nouns", "heads") if word not in general})


def _sku_words(tables: Iterable[Table]) -> Iterator[str]:
    for table in tables:
        if table.kind is BlockKind.SKU_TABLE:
            columns = [place for place, head in enumerate(table.header) if _SKU_HEADS.search(head)]
            if not columns or _UNNAMED.fullmatch(table.header[0]):
                columns = list(dict.fromkeys((0, *columns)))
            for row in table.rows:
                for place in columns:
                    if place < len(row.cells):
                        yield from _options(row.cells[place].text)


def _options(cell: str) -> Iterator[str]:
    """Yield the choices of one cell: `S / M / L`, `36-45`."""
    for option in filter(None, _OPTIONS.split(cell.strip())):
        span = _SIZE_RANGE.fullmatch(option)
        if span and int(span[1]) < int(span[2]) <= int(span[1]) + 40:
            yield from map(str, range(int(span[1]), int(span[2]) + 1))
        else:
            yield option
