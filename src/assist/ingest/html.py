"""Product pages, and policies kept as pages."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator

from assist.documents import Document, Fact, Kind
from assist.errors import MalformedRecordError
from assist.expressions import expression
from assist.ingest.decode import clean
from assist.ingest.dom import Event, Page, parse
from assist.ingest.facts import PRODUCT_CODES, plain_key, unique
from assist.ingest.headings import clause
from assist.ingest.inline import inline_text
from assist.ingest.items import Heading, Item, gather
from assist.ingest.layout import settle
from assist.ingest.metadata import Metadata, read_metadata, several
from assist.ingest.others import others, without
from assist.ingest.page import PageWriter, join_parameters, join_price_boxes
from assist.ingest.source import PAGE_KINDS, Source
from assist.text.normalize import fold

_CODE = expression(r"[A-Za-z0-9][\w\-. ]{2,40}", re.ASCII)
_WRITTEN = expression(r"货\s?号\s?[:：]?\s?([A-Z0-9][A-Z0-9\-_.]{2,30})(?![\w一-鿿])", re.ASCII)
_LINKED_ID = expression(
    r"[?&](?:id|item_?id|num_?iid)=(\d{5,15})|/item/(\d{5,15})|/(\d{8,15})\.html", re.IGNORECASE
)
_CATEGORY_KEYS = ("类目", "商品类目", "分类", "商品分类", "品类")
_NOT_A_CATEGORY = frozenset({"首页", "全部", "全部商品", "所有商品", "home", "商品详情"})
_TECHNICAL_METAS = frozenset(
    {"viewport", "charset", "theme-color", "format-detection", "renderer", "robots", "generator"}
)
_CRUMBS = expression(r"crumb", re.IGNORECASE)


def read_html(source: Source, html: str) -> Document:
    """Read one page as one document.

    Args:
        source: Where it came from.
        html: Its text, decoded.

    Returns:
        A product, unless its folder or its meta tags say otherwise; only products carry facts.

    Raises:
        MalformedRecordError: Nothing can be seen on it, or a meta tag holds an impossible value.
        IngestError: It is too large.
    """
    page = parse(clean(html), path=source.name)
    crumbs, events = _without_breadcrumbs(page.events)
    if source.hinted_kind(PAGE_KINDS) in (None, Kind.PRODUCT):
        events = without(events, others(events))
    gathered = gather(events, max_cell_chars=source.settings.max_cell_chars)
    items = list(join_parameters(join_price_boxes(gathered)))
    writer = PageWriter(
        max_chars=source.settings.max_text_chars, path=source.name, has_articles=_has_articles(items)
    )
    for item in items:
        writer.write(item)
    if not writer.text.strip():
        raise MalformedRecordError("the page shows no text", path=source.name)
    with source.checking():
        return _document(source, page, writer, crumbs)


def _document(source: Source, page: Page, writer: PageWriter, crumbs: tuple[str, ...]) -> Document:
    metadata = read_metadata({name: value for name, value in page.metas.items() if name != "title"})
    kind = metadata.kind or source.hinted_kind(PAGE_KINDS) or Kind.PRODUCT
    facts = tuple(unique(writer.facts)) if kind is Kind.PRODUCT else ()
    codes = [
        code
        for name in PRODUCT_CODES
        for fact in facts
        if plain_key(fact.key) in (name.lower(), name.removeprefix("商品").lower()) and fact.sku is None
        if (code := _code(fact.value))
    ]
    own = metadata.id or _article_number(facts) or _written_number(page, kind) or source.stem
    return Document(
        id=own,
        text=writer.text,
        kind=kind,
        title=writer.title or page.title or page.metas.get("og:title", "") or source.stem,
        level=metadata.level,
        audience=metadata.audience,
        validity=metadata.validity,
        source=source.name,
        product=own if kind is Kind.PRODUCT else metadata.product,
        categories=metadata.categories or _categories(facts) or crumbs,
        keys=metadata.keys,
        aliases=_aliases(own, metadata, codes, page),
        blocks=settle(writer.pieces, writer.text),
        tables=tuple(writer.tables),
        facts=facts,
        assets=tuple(writer.assets),
        attributes={k: v for k, v in metadata.attributes.items() if k.lower() not in _TECHNICAL_METAS},
    )


def _has_articles(items: Iterable[Item]) -> bool:
    found = (clause(item.text) for item in items if isinstance(item, Heading))
    return any(number is not None and number.form == "article" for number in found)


def _article_number(facts: Iterable[Fact]) -> str:
    stated = (_code(fact.value) for fact in facts if plain_key(fact.key) == "货号")
    return next(filter(None, stated), "")


def _written_number(page: Page, kind: Kind) -> str:
    """Find an article number that the page names outside its parameters, as in its trail or in running text."""
    if kind is not Kind.PRODUCT:
        return ""
    found = _WRITTEN.search(fold(inline_text(page.events)).upper())
    return found[1] if found else ""


def _code(value: str) -> str:
    """Return an article number in plain characters; empty when the value is none."""
    code = unicodedata.normalize("NFKC", value).strip()
    return code if _CODE.fullmatch(code) else ""


def _aliases(own: str, metadata: Metadata, codes: Iterable[str], page: Page) -> tuple[str, ...]:
    links = (*page.links, page.metas.get("og:url", ""))
    linked = (next(filter(None, match.groups())) for link in links if (match := _LINKED_ID.search(link)))
    return tuple(name for name in dict.fromkeys((*metadata.aliases, *codes, *linked)) if name != own)


def _categories(facts: Iterable[Fact]) -> tuple[str, ...]:
    stated = (fact.value for fact in facts if fact.key in _CATEGORY_KEYS and fact.sku is None)
    return several(next(stated, ""))


def _without_breadcrumbs(events: list[Event]) -> tuple[tuple[str, ...], list[Event]]:
    """Take the trail `首页 > 服饰 > T恤` off a page; it names categories and is no part of the text."""
    for at, event in enumerate(events):
        names = event.attributes.get("class", "") + " " + event.attributes.get("aria-label", "")
        if not event.closes and event.tag not in ("", "body") and _CRUMBS.search(names):
            trail = several(re.sub(r"[>›»/]", "|", inline_text(_separated(events[at : event.end]))))
            names_only = tuple(name for name in trail if name.lower() not in _NOT_A_CATEGORY)
            return names_only, without(events, [(at, event.end + 1)])
    return (), events


def _separated(events: Iterable[Event]) -> Iterator[Event]:
    for event in events:
        yield event
        if event.tag in ("a", "li", "span"):
            yield Event(text="|")
