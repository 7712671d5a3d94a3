"""Values typed again without saying what they are: 打错了 165, *37, 不是165是168, 178才对, 体重说错了 120."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass
from functools import cache

from assist.expressions import expression
from assist.messages import Slot
from assist.question import lexicon
from assist.question.bodies import height_cm, weight_kg
from assist.question.found import Found
from assist.question.girths import chi_cm
from assist.question.numbers import CHINESE, NUMBER, number, whole
from assist.question.phrases import any_of

_MAY_HOLD = expression(rf"\d|{CHINESE}{{2}}|{CHINESE}[件个双条台箱盒套瓶份只包尺]")
_VALUE = rf"(?P<v>\d尺\d?|[一两二三四]尺[一二三四五六七八九半]?|\d+(?:\.\d+)?(?:[kw百千](?![a-z]))?|{CHINESE}{{2,}})"
_OLD = rf"(?P<old>\d尺\d?|\d+(?:\.\d+)?|{CHINESE}{{2,}})"
_UNIT = r"(?:斤|码|号|cm|kg|厘米|公斤|公分|块|元|件|双|个|的|那个|这个)*"
_ENDED = r"(?:厘米|公分)?(?![\d.a-z%])(?=$|[\s，,。!！?？;；~）)]|[吧哈才的呀哦啊了那这]|也[行可]|就[行够好可]|左右|以内)"
_WHO = r"(?:[我他她](?:们|家|的)*)?(?:[妈爸哥姐弟妹爷奶]|老公|老婆|媳妇|对象|[男女]朋友|儿子|女儿|孩子|宝宝|宝贝|娃)?"
_FILL = rf"(?:[了的啊哦呃啦咧嘞哩\s，,。:：!！是系係要到]|应该|身高|体重|脚长|{_WHO}(?=是|\d))*"
_NAMES = {
    **{"身高": "height_cm", "个子": "height_cm", "体重": "weight_kg", "斤数": "weight_kg", "脚长": "foot_cm"},
    **{"腰围": "waist_cm", "腰": "waist_cm", "臀围": "hip_cm", "胸围": "bust_cm", "数量": "quantity"},
    **{
        "件数": "quantity",
        "个数": "quantity",
        "尺码": "size",
        "码数": "size",
        "鞋码": "size",
        "码子": "size",
    },
    **{"预算": "budget", "价格": "amount", "金额": "amount", "年龄": "age_months", "月龄": "age_months"},
}
"""What a shopper calls a value, with its slot."""
_BEFORE = "(?:原来|原先|先前|刚才|之前|前面|刚开始|一开始|最开始|最初)"
RESTORES = expression(
    rf"(?:还是|就要|换回|改回|恢复成?|就?[按照])(?:就)?(?:要|选|拿|用|[按照])?着?(?:{_BEFORE}|第一)(?:那?[个款件双条种]|[说写发]?的)*(?=$|[\s，,。!！?？]|[吧了好]|就[行好])|"
    rf"(?:第一[个次遍条]|(?P<last>{_BEFORE}))(?:第一[个次遍])?(?:那[个条次]|[说写发打]的?|的)+(?:才|就|都|没?是)*(?:对(?!不|吗|么)|没错|正确|准)的?"
)
_MORE = expression(
    rf"再(?:加|来|要|拍|买)(?P<v>\d{{1,3}}|{CHINESE}{{1,2}})[件个双条台箱盒套瓶份只包](?!多|怎|能|有)"
)
# A count with its measure word at the head of a line: 来两套 / 一套先试试.
_COUNTED = expression(
    rf"(?:^|\n)[那就先]*(?P<v>\d{{1,3}}|{CHINESE}{{1,2}})[件个双条台箱盒套瓶份只包](?=先|就[行好够]|够|也[行可]|吧|起)|"
    rf"(?:^|[\s，,])(?:那|先)?[就只]要?(?P<w>\d{{1,3}}|{CHINESE}{{1,2}})[件个双条台箱盒套瓶份只包](?=$|[\s，,。])"
)
SETTLED = "(?:最终|最后|确定了?|定了?|想好了|我?想了(?:一?下|想)|等等|等会|呸|那就)[是要\\s，,]*"
"""Words after which a value is the one that stands, though nothing is said of the one before."""
_TURNED = expression(
    "(?:(?<!\\d)[说写打填报搞弄发]|身高体重)[^\\s，,\\d]{0,2}(?:反|颠倒|倒)了(?!\\s*是?\\d)|(?:身高|体重)[和跟]?(?:身高|体重)(?:说|写|打|填)?(?:反|颠?倒|对调|换)了?|颠倒了|对调一?下"
)
_CALLED = expression(
    r"(?<![\d.])(?P<v>\d{2,3}(?:\.\d)?)(?:那个|这个)?(?:说的)?是(?:我的?)?(?P<name>体重|身高|腰围|臀围|胸围|脚长)(?![\d是])"
)
_KEEPS = expression("(?:不用?|别|先不)(?:再)?[改换]了")
_CHANGED = expression("[改换→]")
_FARTHEST = 0.35
"""A corrected figure lies nearer than this share to the one it replaces."""
_FARTHEST_SUM = 2.0
"""Sums change by more: 预算500, 放宽到800."""
_NEXT = 0.15
"""A figure typed again without a word of correction lies nearer than this."""
_CHOICES = ("size", "color")
_SUMS = frozenset({"budget", "budget_from", "amount"})
_FREE = _SUMS | {"quantity"}
_OWN_FIGURE = frozenset({"height_cm", "foot_cm", "waist_cm", "hip_cm", "bust_cm", "shoulder_cm"})
"""Slots whose value is the figure as it is usually typed, whatever the unit was."""
_NO_FIGURES = frozenset({"date", "order_id", "waybill", "color", "province", "days", "person", "skin"})
_MOST_METRES = 2.3
"""A height below it is typed in metres."""
_NOT = expression(r"不是\s*\Z")
_OF_HEIGHT = expression("身高|个子|净高|厘米|公分|cm")
_OF_WEIGHT = expression("[瘦胖轻]了|现在|最近|[去今]年|体重|[秤称]")
_DIGIT_LOST = expression("个(?:0|零)|一?[个位]数|小数点")
_SAME = 0.1
"""Figures that differ by less are the same one."""
_LEAST_MM = 100
"""No foot is as many centimetres long; such a figure is in millimetres."""
_SHOES = frozenset(step / 2 for step in range(68, 97))
"""Sizes of shoes, which are told without a word: 不是39 是40."""
_SEEN_HEIGHTS = range(145, 196)
"""A corrected figure of nobody knows what is a height when it lies here."""


@dataclass(frozen=True, slots=True)
class _Given:
    """A value given before: its slot, and the figure that was typed for it."""

    name: str
    value: str | float | int
    figure: float


def retyped(text: str, kept: Sequence[Found], before: Sequence[Slot] = ()) -> Iterator[Found]:
    """Yield values that replace an earlier one of a normalised text or of the turns before it.

    Args:
        text: The text.
        kept: The values already found, in the order of the text.
        before: Slots of earlier turns, oldest first; only a word of correction reaches back to them.
    """
    if _MAY_HOLD.search(text):
        yield from _figures(text, kept, before)
        yield from _recounted(text, kept)
        yield from _renamed(text)
    if len(kept) > 1:
        yield from _swapped(text, kept)
        yield from _unchanged(text, kept)


def _figures(text: str, kept: Sequence[Found], before: Sequence[Slot]) -> Iterator[Found]:
    earlier = [given for slot in before if (given := _given(slot.name, slot.value, slot.text))]
    places: set[int] = set()
    for pattern in (*_marked(), *_UNMARKED):
        history = () if _is_unmarked(pattern) else earlier
        for match in pattern.finditer(text):
            found = _replacement(match, text, kept, history) if match.start("v") not in places else None
            if found:
                places.add(found.start)
                yield found


def restored(text: str, kept: Sequence[Found]) -> Iterator[Found]:
    """Yield the values that a message goes back to, in place of a later one: 还是按原来的, 前面那个对."""
    for match in RESTORES.finditer(text) if len(kept) > 1 else ():
        own: dict[str, list[Found]] = {}
        for found in kept:
            if found.end <= match.start():
                own.setdefault(found.name, []).append(found)
        for name, told in own.items():
            other = [found for found in told if found.value != told[-1].value]
            if other:
                back = other[-1] if match["last"] else other[0]
                yield Found(name, back.value, *match.span())


def _renamed(text: str) -> Iterator[Found]:
    """Yield figures that are told afterwards what they are: 170是体重 不是身高."""
    for match in _CALLED.finditer(text):
        found = _first_figure(_NAMES[match["name"]], match["v"], *match.span("v"))
        if found:
            yield found


def _swapped(text: str, kept: Sequence[Found]) -> Iterator[Found]:
    """Yield height and weight the other way round where they were told so: 身高110 体重165 / 说反了."""
    for match in _TURNED.finditer(text):
        told = {found.name: found for found in kept if found.end <= match.start()}
        height, weight = told.get("height_cm"), told.get("weight_kg")
        if height is None or weight is None:
            continue
        figures = [re.findall(r"\d+(?:\.\d+)?", text[item.start : item.end]) for item in (weight, height)]
        tall = height_cm(figures[0][-1]) if all(figures) else None
        if tall is not None and tall in _SEEN_HEIGHTS:
            weighed = weight_kg(figures[1][-1], tall) or 0.0
            yield Found("height_cm", whole(tall), match.start(), match.start() + 1)
            yield Found("weight_kg", whole(weighed), match.start() + 1, match.end())


def _recounted(text: str, kept: Sequence[Found]) -> Iterator[Found]:
    """Yield counts that another is added to, or that are told anew with no more than a measure word."""
    counts = [(float(found.value), found.start, found.end) for found in kept if found.name == "quantity"]
    for match in _MORE.finditer(text):
        before = [value for value, _, end in counts if end <= match.start()]
        told = any(start >= match.end() for _, start, _ in counts)
        more = number(match["v"])
        if before and more and not told:
            yield Found("quantity", whole(before[-1] + more), *match.span())
    for match in _COUNTED.finditer(text):
        value = number(match["v"] or match["w"])
        if value and counts and counts[-1][2] <= match.start():
            yield Found("quantity", whole(value), *match.span())


def _unchanged(text: str, kept: Sequence[Found]) -> Iterator[Found]:
    """Yield what stood before a change that is taken back: 黑色改白色 / 算了不改了."""
    for match in _KEEPS.finditer(text):
        for name in _CHOICES:
            own = [found for found in kept if found.name == name and found.end <= match.start()]
            if len(own) > 1 and _CHANGED.search(text[own[-2].end : own[-1].start]):
                yield Found(name, own[-2].value, match.start(), match.end())


def _replacement(
    match: re.Match[str], text: str, kept: Sequence[Found], history: Sequence[_Given]
) -> Found | None:
    start, end = match.span("v")
    words = match.groupdict()
    over = {found.name for found in kept if found.start < end and start < found.end}
    if over and not _misread(over, match, kept):
        return None
    own = [
        _given(found.name, found.value, text[found.start : found.end]) for found in kept if found.end <= start
    ]
    earlier = [*history, *filter(None, own)]
    figure = _figure(match["v"])
    if figure is not None and figure < _MOST_METRES and any(given.name == "height_cm" for given in earlier):
        figure *= 100
    if figure is not None and figure >= _LEAST_MM and {given.name for given in earlier} == {"foot_cm"}:
        figure /= 10
    name = _NAMES.get(words.get("name") or "")
    near = _target(figure or 0.0, earlier, match, name)
    if near is not None:
        return Found(near.name, _scaled(near, match["v"], figure or 0.0), start, end)
    old = _figure(words["old"]) if words.get("old") else None
    if not earlier and name is None and {old, figure} <= _SHOES:
        return Found("size", match["v"], start, end)
    unknown = not earlier or name is not None
    if unknown and not _is_unmarked(match.re) and (name == "quantity" or not _CHOOSES.search(match[0])):
        return _first_figure(name, match["v"], start, end)
    return None


def _misread(over: Set[str], match: re.Match[str], kept: Sequence[Found]) -> bool:
    """Say whether a figure that was read as a value is rather one put right.

    A lone figure is easily read as a height (不是130 是140; 130码 / 140吧; 预算100 / 提高到150; 最近瘦了 140了), and one after
    a denied one as a weight beside it (不是162 152).
    """
    if match.groupdict().get("old") is not None:
        denied = _NOT.search(match.string, 0, match.start("old")) is not None
        return over <= ({"height_cm", "weight_kg"} if denied else {"height_cm"})
    earlier = {found.name for found in kept if found.end <= match.start("v")}
    if over != {"height_cm"} or _OF_HEIGHT.search(match[0]):
        return False
    if _NAMES.get(match.groupdict().get("name") or "", "height_cm") != "height_cm":
        return True
    if over & earlier:
        return False
    if _OF_WEIGHT.search(match[0]):
        return "weight_kg" in earlier
    return bool(earlier & (_SUMS | {"size"})) and "weight_kg" not in earlier


def _target(
    figure: float, earlier: Sequence[_Given], match: re.Match[str], name: str | None
) -> _Given | None:
    """Return what a figure replaces: the value that was named, or typed before, else the nearest one."""
    if name is not None:
        named = [given for given in earlier if given.name == name]
        return named[-1] if named else None
    old = match.groupdict().get("old")
    if old is not None:
        denied = _NOT.search(match.string, 0, match.start("old")) is not None
        same = [
            given
            for given in earlier
            if abs(given.figure - (_figure(old) or 0.0)) < _SAME and (denied or _near(figure, given))
        ]
        return same[-1] if same else None
    if _DIGIT_LOST.search(match[0]):
        tenfold = [
            given
            for given in earlier
            if any(figure in (given.figure * step, given.figure / step) for step in (10, 100))
        ]
        return tenfold[-1] if tenfold else None
    farthest = _NEXT if _is_unmarked(match.re) and _AGREES.search(match[0]) is None else None
    distances = [
        (abs(figure - given.figure) / given.figure, -place)
        for place, given in enumerate(earlier)
        if _near(figure, given, farthest)
    ]
    return earlier[-min(distances)[1]] if distances else None


def _near(figure: float, given: _Given, farthest: float | None = None) -> bool:
    limit = farthest or (_FARTHEST_SUM if given.name in _FREE else _FARTHEST)
    return abs(figure - given.figure) <= given.figure * limit


def _figure(typed: str) -> float | None:
    return chi_cm(typed) if "尺" in typed else number(typed)


def _given(name: str, value: str | float | int, typed: str) -> _Given | None:
    if name in _NO_FIGURES:
        return None
    if name in _OWN_FIGURE or name in _SUMS:
        return _Given(name, value, float(value))
    found = re.search(NUMBER, typed)
    figure = number(found[0]) if found else None
    return _Given(name, value, figure) if figure else None


def _scaled(near: _Given, typed: str, figure: float) -> str | float | int:
    """Return the typed figure in the unit of the value it replaces."""
    if isinstance(near.value, str):
        return typed
    return whole(figure * float(near.value) / near.figure)


def _first_figure(name: str | None, typed: str, start: int, end: int) -> Found | None:
    """Read a corrected figure where nothing was understood before it: by its name, else as a height."""
    if name == "weight_kg":
        value = weight_kg(typed)
    elif name is not None:
        value = number(typed) if name in _OWN_FIGURE or name == "quantity" else None
    else:
        value = height_cm(typed)
        name = "height_cm" if value is not None and value in _SEEN_HEIGHTS else None
    return Found(name, whole(value), start, end) if name and value else None


# A figure alone on a later line, or with 吧, is typed again: 腰围70 / 75; 24码 / 25吧 长得快.
_AGAIN = expression(
    rf"(?:^|\n|\s(?=[\d.]+吧))(?:[^\s\d，,。]{{1,5}}(?=(?:\d|{CHINESE}{{2}})[\d.]*{CHINESE}*吧(?:$|\n))|(?:[ 嗯哦那就是咳额呃诶唉啊噢哈嘿]|说实话|实话|老实说|[净裸]重|空腹|[脱穿]着?了?衣服|(?:不够|没有|不行)的?话?|[净裸]身?高|[光赤]脚|实际上?|准确[说点]?|好吧|[^\s\d]{{1,4}}说(?:是|要|该|现?在|都|有|已经|[他她我])*|刚?(?:才|刚)?问[过了]+(?:一?下)?|上秤[称看]?了?|又?[长涨胖瘦]了|快|都)*){_VALUE}(?:cm|厘米|公分)?(?:(?:吧(?![?？])|了|啊|哦|也[行成]|也可以|也能接受|都行)?(?:\s?(?:[昨今]天|刚才?|刚刚|重新)*[称量测看](?:的|过了?|了))?[!！~。]*(?=$|\n)|吧(?![?？])|了?(?=\s[^\d\s]))"
)
# After words that tell nothing else, too: 我瞅瞅 115.
_LED = expression(
    rf"\n(?!.*(?:[妈爸哥姐弟妹爷奶他她]|老[公婆]|另|再|还|也|加|和|跟))[^\s\d，,。?？]{{1,6}}[\s，,]+{_VALUE}(?=$|\n)"
)
_AGREES = expression("吧|行|可以|接受|成|的话")
_UNMARKED = (_AGAIN, _LED)
"""Without a word of correction."""


def _is_unmarked(pattern: re.Pattern[str]) -> bool:
    return any(pattern is other for other in _UNMARKED)


# 38还是39, 170改成175 choose; they do not say that the first was a slip.
_CHOOSES = expression("还是|[改换]")


@cache
def _marked() -> tuple[re.Pattern[str], ...]:
    known = any_of([word for word in lexicon.words("correction", "openers") if word not in ("不是", "不")])
    slips = "|".join(lexicon.words("correction", "slips"))
    openers = rf"(?:{known}|{slips}|不是(?=[\s，,是])|不(?!要))+"
    name = any_of(list(_NAMES))
    left = r"(?:^|[\s，,。;；（(]|[\d斤码])"
    return (
        expression(
            rf"(?P<name>{name})(?:[那这]个|那里|的|我|是|从?\d+|\s)*(?:{openers}|[改换变]){_FILL}(?:不是\d+)?{_FILL}{_VALUE}{_ENDED}"
        ),
        expression(
            rf"不是\s*{_OLD}{_UNIT}(?:[，,\s]*(?:而?是|应该是|要)|[，,\s])\s*(?:(?:刚才?|刚刚|现在)?[量称测]?(?:的|了|是)*)?{_VALUE}{_ENDED}"
        ),
        expression(
            rf"(?<![\d.]){_OLD}{_UNIT}\s*(?:{openers}|[改换→]|[-=]+>)[了的啊哦\s，,是]*{_VALUE}{_ENDED}"
        ),
        expression(
            rf"(?:不要|别|[打写说填选拍看]成|(?:原来|本来|之前)[说想要写选]*的?){_OLD}{_UNIT}了?[\s，,]*(?:后来|现在)?(?:决定|改|想|要|是)*{_VALUE}{_ENDED}"
        ),
        expression(rf"是\s*{_VALUE}{_UNIT}[，,\s]*你?们?[打写说填看听弄搞]成{_OLD}(?!\d)"),
        expression(
            rf"(?P<old>\d+(?:\.\d+)?|{CHINESE}+){_UNIT}\s*(?:[太有]点?|没有?那么|不止)[多少大小贵重高]?(?:了|啦)?[\s，,]*[补退赔加减给]?{_VALUE}{_ENDED}"
        ),
        expression(rf"(?:是|^|(?<=[\s，,]))\s*{_VALUE}{_UNIT}[，,\s]*不是\s*{_OLD}(?!\d)"),
        expression(rf"{left}{openers}{_FILL}{_VALUE}{_ENDED}"),
        expression(
            rf"(?:^|[\s，,])[哦啊嗯呃诶哎欸我他她]*(?:现在|最近|如今|今年|今天称|不止|不到|[再又重][量称测](?:一[下遍])?|[哦啊嗯呃我]*(?:[今昨]天|刚才?|刚刚|早上|晚上|早晨)(?:又|自己)?[称量测](?:的|了|出来|下来|一?下)*(?:是|有|才|只有)?|[胖瘦重轻长高]了?\d+[多几]?(?:斤|cm|厘米|公分)[\s，,]*(?:现在|到)?|[^\s，,\d]{{0,3}}[胖瘦重轻长]到了?)(?:[^\s，,\d]{{0,4}}|[^\d\n]{{0,6}}\s){_VALUE}了?(?=$|[\s，,。])"
        ),
        expression(rf"(?:^|[\s，,]){_VALUE}了(?=(?:现在|最近|如今|目前)(?:$|[\s，,。]))"),
        expression(rf"(?:^|[\s，,])(?:\*|{SETTLED})\s*{_VALUE}{_ENDED}"),
        expression(rf"\n\s*{_VALUE}(?:cm|厘米|公分)?[\s!！,，。~]*(?:{slips})"),
        expression(rf"(?<![\d.a-z]){_VALUE}\s*(?:才[对是行够]|才正确|\*(?=$|\s))"),
    )
