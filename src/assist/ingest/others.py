"""Parts of a product page that do not speak of the product: other products it recommends, and what buyers wrote."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from assist.expressions import expression
from assist.ingest.dom import Event
from assist.ingest.inline import breaks, on_one_line

_OTHERS = expression(
    r"(?:看了又看|买了还买|买过.{0,4}还买|猜[你您]喜欢|店铺热[卖销]|热[卖销]推荐|相关(?:推荐|(?:商品|宝贝|产品)(?:推荐)?)|[为给][你您]推荐|[掌店][柜长]推荐"
    r"|相似(?:宝贝|商品|产品)|搭配(?:推荐|购买)|同类推荐|更多(?:推荐|宝贝|商品)|宝贝推荐|商品推荐|浏览过|大家都在买)(?:[\s：:|｜]|$)"
    r"|同系列(?:推荐|商品|宝贝)?[\s：:|｜].*[¥￥]"
)
_REVIEWS = expression(
    r"(?:商品|宝贝|累计|用户|买家|顾客|全部|最新|精选)?(?:评价|评论|买家秀|晒单|晒图)(?:列表|展示|区)?\s*[（(]?\s*\d*\+?\s*[)）]?[：:]?"
)
_PARTS = frozenset({"div", "section", "aside", "ul", "footer", "article", "p", "dl"})
_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
_LEAD_CHARS = 60
_LEAD_EVENTS = 24
_LARGEST_SHARE = 0.5


def others(events: Sequence[Event]) -> list[tuple[int, int]]:
    """Find the parts of a page to leave out.

    Args:
        events: The visible page.

    Returns:
        First event and the one after the last of each, in order, none inside another: an element that opens with the
        name of such a part (`猜你喜欢`, `累计评价 2036`) and holds less than half of the page's text; below a heading of
        that name, all up to the next heading of its rank or the end of its surroundings.
    """
    chars = list(_sums(events))
    found: list[tuple[int, int]] = []
    at = 0
    while at < len(events):
        end = _end(events, at)
        if end and chars[end] - chars[at] < _LARGEST_SHARE * chars[-1]:
            found.append((at, end))
            at = end
        else:
            at += 1
    return found


def without(events: Sequence[Event], parts: Sequence[tuple[int, int]]) -> list[Event]:
    """Take parts out of a page in one pass; what holds them ends where it now ends.

    Args:
        events: The visible page; ends of elements are set anew in place.
        parts: First event and the one after the last of each, in order, none overlapping another.
    """
    places: list[int] = []
    kept: list[Event] = []
    at = 0
    for start, end in (*parts, (len(events), len(events))):
        places.extend(range(len(kept), len(kept) + start - at))
        kept.extend(events[at:start])
        places.extend([len(kept)] * (end - start))
        at = end
    for event in kept:
        if event.tag and not event.closes:
            event.end = places[event.end]
    return kept


def _end(events: Sequence[Event], at: int) -> int:
    """Return the index after the part that opens at `at`; 0 when none does."""
    event = events[at]
    if event.closes or (event.tag not in _PARTS and event.tag not in _HEADINGS):
        return 0
    lead = _lead(events, at, event.end)
    if not (_OTHERS.match(lead) or _REVIEWS.fullmatch(lead)):
        return 0
    return event.end + 1 if event.tag in _PARTS else _below(events, at)


def _lead(events: Sequence[Event], at: int, end: int) -> str:
    """Return the first line of an element, looked for among its first events."""
    text = ""
    for event in events[at + 1 : min(end, at + _LEAD_EVENTS)]:
        text += event.text
        if text.strip() and (breaks(event.tag) or len(text) > _LEAD_CHARS):
            break
    return on_one_line(text)


def _below(events: Sequence[Event], at: int) -> int:
    """Return where what stands below a heading ends."""
    index = events[at].end + 1
    while index < len(events):
        event = events[index]
        if not event.tag:
            index += 1
            continue
        if event.closes:
            return index
        if event.tag in _HEADINGS and event.tag <= events[at].tag:
            return index
        index = event.end + 1
    return index


def _sums(events: Sequence[Event]) -> Iterator[int]:
    """Yield how many characters stand before each event, and last how many in all."""
    total = 0
    yield total
    for event in events:
        total += len(event.text.strip())
        yield total
