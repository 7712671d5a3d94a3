"""An HTML page as a flat list of what a reader sees of it, in order; the only file that knows selectolax.

A flat list, so that a page nested ten thousand deep needs no recursion.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from assist.errors import MalformedRecordError
from assist.expressions import expression

if TYPE_CHECKING:
    from selectolax.lexbor import LexborHTMLParser, LexborNode

_UNSEEN = (
    "script style template noscript head nav iframe object embed svg canvas audio map button input textarea"
    " datalist dialog math frameset noframes"
)
_UNSEEN_TAGS = frozenset(_UNSEEN.split())
_FORMATTING_NAMES = "a b big code em font i nobr s small strike strong tt u"
_FORMATTING = frozenset(_FORMATTING_NAMES.split())
_FLAT = (
    "area base br col embed hr img input link meta source track wbr p li dt dd tr td th thead tbody tfoot option"
    " rb rt rp optgroup colgroup html head body"
)
_NOT_NESTED = frozenset(_FLAT.split())
_UNSEEN_STYLE = expression(r"(?:^|;)(?:display:none|visibility:(?:hidden|collapse))(?:!important)?(?:;|$)")
_RULE = expression(r"([^{}]{1,200})\{([^{}]{0,2000})\}")
_AT_RULE = expression(
    r"@[^{};]{0,300}\{(?:[^{}]{0,2000}\{[^{}]{0,2000}\})*[^{}]{0,2000}\}|@[^{};]{0,300};|/\*.{0,2000}?\*/",
    re.DOTALL,
)
_SIMPLE_SELECTOR = expression(r"([a-z][a-z0-9]*)?((?:[.#][\w-]+)*)", re.IGNORECASE)
# Tabs and folds are hidden until they are clicked; what they hold is still part of the page.
_FOLDED = expression(r"tab|pane|panel|collapse|accordion|fold|modal|swiper|slide|more|detail", re.IGNORECASE)
_TAG = expression(r"<(/?)([a-zA-Z][^\s/>]{0,30})([^>]{0,200})")
# A joiner between two letters shows nothing; between two emoji it makes one of them.
_INVISIBLE = expression(r"[\u200b\u200c\u2060\ufeff\u00ad]|(?<=\w)\u200d|\u200d(?=\w)")
_MAX_WORK = 250_000_000
_WORK_PER_TAG = 1_000
_WORK_PER_COPY = 500
_LOOK_BACK = 16
_MAX_CSS_CHARS = 200_000


@dataclass(slots=True)
class Event:
    """A piece of text, or the start or end of an element.

    Attributes:
        tag: Element name in lower case; empty for text.
        text: The text, as written; empty for elements.
        attributes: Of an element's start.
        end: Of an element's start: index of its end event.
        closes: True at an element's end.
    """

    tag: str = ""
    text: str = ""
    attributes: Mapping[str, str] = field(default_factory=dict)
    end: int = 0
    closes: bool = False


@dataclass(frozen=True, slots=True)
class Page:
    """What a page shows, and what its head says.

    Attributes:
        events: The visible body in order.
        title: Text of `<title>`.
        metas: `name` or `property` of each `<meta>` in lower case, with its content.
        links: `href` of canonical and alternate links.
    """

    events: list[Event]
    title: str
    metas: Mapping[str, str]
    links: tuple[str, ...]


def parse(html: str, *, path: str) -> Page:
    """Parse a page as a browser would, and keep what can be seen.

    Left out: scripts, styles, templates, form controls, navigation, comments, and all that is hidden by an
    attribute, an inline style or a plain rule of the page's own style sheet. Nothing is fetched.

    Raises:
        MalformedRecordError: So large or so deeply nested that it would take more than a few seconds.
    """
    from selectolax.lexbor import LexborHTMLParser

    _check_work(html, path)
    tree = LexborHTMLParser(html)
    hidden = _HiddenRules("\n".join(node.text() for node in tree.css("style"))[:_MAX_CSS_CHARS])
    root = tree.body
    return Page(
        events=list(_events(root, hidden)) if root is not None else [],
        title=_title(tree),
        metas=_metas(tree),
        links=tuple(href for node in tree.css("link[rel]") if (href := _canonical(node))),
    )


def _check_work(html: str, path: str) -> None:
    # A parser walks its stack of open elements at most tags, and copies formatting elements left open into
    # each new block: cheap on any honest page, hours on a hostile one. This pass costs little and bounds it.
    open_tags: list[str] = []
    copies: dict[str, int] = {}
    work = 0
    for match in _TAG.finditer(html):
        tag = match[2].lower()
        work += _WORK_PER_TAG + len(open_tags) + _WORK_PER_COPY * len(copies)
        if work > _MAX_WORK:
            raise MalformedRecordError(
                "the page has too many or too deeply nested tags to be read", path=path
            )
        _count_open(open_tags, copies, match, tag)


def _count_open(open_tags: list[str], copies: dict[str, int], match: re.Match[str], tag: str) -> None:
    if not match[1]:
        if tag not in _NOT_NESTED:
            open_tags.append(tag)
        if tag in _FORMATTING:
            copies[match[0]] = copies.get(match[0], 0) + 1
        return
    if tag in open_tags[-_LOOK_BACK:]:
        while open_tags.pop() != tag:
            pass
        if tag in _FORMATTING:
            _forget_copy(copies, tag)


def _forget_copy(copies: dict[str, int], tag: str) -> None:
    latest = next((key for key in reversed(copies) if _TAG.match(key)[2].lower() == tag), None)  # type: ignore[index]
    if latest is not None:
        copies[latest] -= 1
        if not copies[latest]:
            del copies[latest]


def _title(tree: LexborHTMLParser) -> str:
    node = tree.css_first("title")
    return " ".join(node.text().split()) if node is not None else ""


def _metas(tree: LexborHTMLParser) -> dict[str, str]:
    found: dict[str, str] = {}
    for node in tree.css("meta[content]"):
        name = (
            node.attributes.get("name") or node.attributes.get("property") or node.attributes.get("itemprop")
        )
        content = node.attributes.get("content")
        if name and content:
            found.setdefault(name.strip().lower(), content.strip())
    return found


def _canonical(node: LexborNode) -> str:
    kinds = (node.attributes.get("rel") or "").lower().split()
    return (node.attributes.get("href") or "") if {"canonical", "alternate"} & set(kinds) else ""


def _events(root: LexborNode, hidden: _HiddenRules) -> Iterator[Event]:
    """Walk the tree in page order with pointers alone."""
    events: list[Event] = []
    starts: list[int] = []
    node: LexborNode | None = root
    while node is not None:
        child = _enter(node, hidden, events, starts)
        if child is not None:
            node = child
            continue
        node = _leave(node, events, starts)
    return iter(events)


def _enter(
    node: LexborNode, hidden: _HiddenRules, events: list[Event], starts: list[int]
) -> LexborNode | None:
    tag = node.tag or ""
    if tag == "-text":
        events.append(Event(text=_INVISIBLE.sub("", node.text_content or "")))
        return None
    if not tag or tag.startswith("-") or tag in _UNSEEN_TAGS:
        return None
    attributes = {name: value or "" for name, value in node.attributes.items()}
    if tag != "body" and hidden.hides(tag, attributes):
        return None
    events.append(Event(tag=tag, attributes=attributes, end=len(events) + 1))
    child = node.first_child
    if child is None:
        events.append(Event(tag=tag, closes=True))
    else:
        starts.append(len(events) - 1)
    return child


def _leave(node: LexborNode, events: list[Event], starts: list[int]) -> LexborNode | None:
    current: LexborNode | None = node
    while starts and current is not None:
        if current.next is not None:
            return current.next
        current = current.parent
        start = starts.pop()
        events[start].end = len(events)
        events.append(Event(tag=events[start].tag, closes=True))
    return None


class _HiddenRules:
    """Which elements cannot be seen, by their attributes or by a simple rule of the page's style sheet."""

    def __init__(self, css: str) -> None:
        self._selectors: dict[str, tuple[str, frozenset[str], str]] = {}
        for selectors, body in _RULE.findall(_AT_RULE.sub("", css)):
            self._note(selectors, _squeezed(body))

    def _note(self, selectors: str, body: str) -> None:
        for selector in map(str.strip, selectors.split(",")):
            match = _SIMPLE_SELECTOR.fullmatch(selector)
            if match is None or not selector or _FOLDED.search(selector):
                continue
            if _UNSEEN_STYLE.search(body):
                classes = frozenset(re.findall(r"\.([\w-]+)", match[2]))
                self._selectors[selector] = (
                    (match[1] or "").lower(),
                    classes,
                    "".join(re.findall(r"#([\w-]+)", match[2])),
                )
            elif "display:" in body:
                self._selectors.pop(selector, None)

    def hides(self, tag: str, attributes: Mapping[str, str]) -> bool:
        """Say whether an element and all it holds are out of sight."""
        if "hidden" in attributes or attributes.get("aria-hidden", "").strip().lower() == "true":
            return True
        if _UNSEEN_STYLE.search(_squeezed(attributes.get("style", ""))):
            return True
        return bool(self._selectors) and self._ruled_out(tag, attributes)

    def _ruled_out(self, tag: str, attributes: Mapping[str, str]) -> bool:
        classes = frozenset(attributes.get("class", "").split())
        return any(
            name in ("", tag) and wanted <= classes and identity in ("", attributes.get("id"))
            for name, wanted, identity in self._selectors.values()
        )


def _squeezed(style: str) -> str:
    return re.sub(r"/\*.*?\*/|\s+", "", style).lower()
