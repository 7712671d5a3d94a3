"""Keys and values in lines of text: parameters (`面料：棉`) and prices (`到手价 59 元`)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from assist.documents import Fact, Span
from assist.expressions import expression
from assist.text.normalize import fold

_PARAMETER = expression(
    r"[\s★☆●○•·▪■□◆◇▶►✅✔✓☑※*]*([^\s：:。，,；;！!？?、][^：:。，；;！？、]{0,23}?)\s*[：:](?!//)\s*(?=\S)"
)
_NO_KEY = "问 答 q a Q A 注 例 注意 提示 说明 备注 温馨提示 特别提示 视频 图"
_NOT_KEYS = frozenset(_NO_KEY.split())
_UNIT_WORDS = (
    "元|人民币|cm|mm|m|厘米|毫米|米|英寸|寸|kg|g|mg|克|千克|公斤|斤|ml|mL|ML|l|L|毫升|升|件|个|片|粒|℃|°C|w|W|kW|V|A"
    "|mAh|Wh|dB|Pa|Hz|岁|天|个月|年|小时|分钟|码|%|％|kJ|kcal"
)
_BETWEEN = expression(r"\s*[|｜]\s*|[ \xa0\u3000]{2,}|\u3000(?=[^\s：:。，,；;]{2,10}[：:])")
_SPACED = expression(r"\s*([^\s\d：:。，,；;！!？?、]{2,8})[ \xa0\u3000](\S[^。！？]{0,40}?)\s*")
_KEY_UNIT = expression(
    rf"(.+?)\s*(?:[（(]\s*(?:单位\s*[：:]?\s*)?({_UNIT_WORDS})\s*[)）]|/\s*({_UNIT_WORDS}))"
)
_PRICE_KEY = r"(?:[一-鿿0-9０-９]{0,8}[价價]格?|定金|尾款|预付款|到手|券后|折后|拍下)"
_AMOUNT = r"[\d０-９][\d０-９,，.．]{0,11}"
_MONEY = rf"(?P<mark>[¥￥]\s*)?(?P<value>{_AMOUNT}(?:\s*[-~～—至]\s*[¥￥]?\s*{_AMOUNT})?)\s*(?P<unit>元|块钱?|RMB)?"
_NOTE = r"(?:\s*起)?(?:\s*/\s*[件个双盒袋瓶支只套台条包箱斤罐])?(?:\s*[（(][^（）()]{0,30}[)）])?"
_STATEMENT = expression(rf"[【\[]?\s*(?P<key>{_PRICE_KEY})?\s*[】\]]?\s*[：:]?\s*{_MONEY}{_NOTE}")
_PRICE_GAP = expression(r"[\s|｜/／;；，,、·]*")
_PRICE_LABEL = expression(rf"\s*[【\[]?({_PRICE_KEY})[】\]]?\s*[：:]?\s*")
_PRICE_VALUE = expression(rf"\s*{_MONEY}{_NOTE}\s*")
_MAX_PRICE_LINE = 200
_BARE_PRICE = "价格"
_OF_BEFORE = expression(r"原价|吊牌|专柜|市场|参考|日常|划线|门市|零售")

PARAMETER_HEADING = expression(
    r"参数|属性|信息|标签|商品详情|宝贝详情|基本资料|产品规格|成分表|营养成分|specification", re.I
)
_COMMON_KEYS = (
    "商品ID 宝贝ID 商品编号 货号 款号 型号 品牌 品名 款名 材质 面料 面料成分 成分 里料 填充物 充绒量 版型 厚薄 尺码感受 产地 执行标准 "
    "安全类别 鞋面材质 鞋底材质 净含量 容量 额定功率 额定电压 保质期 生产日期 配料 储存方法 致敏原 适用肤质 备案编号 保修 净重 重量 尺寸 "
    "适用季节 适用年龄 上市时间 电池容量 额定能量 类目 分类 颜色 规格 洗涤方式"
)
KNOWN_KEYS = frozenset(_COMMON_KEYS.split())
"""Keys that product pages of all trades use; one of them shows that lines are parameters."""
_KNOWN = frozenset(map(fold, KNOWN_KEYS))
PRODUCT_CODES = ("货号", "商品货号", "款号", "型号", "商品ID", "宝贝ID", "商品编号", "商品编码", "SPU")


@dataclass(frozen=True, slots=True)
class Statement:
    """A key and a value in a line; offsets count from the start of the line."""

    key: str
    value: str
    start: int
    end: int
    unit: str = ""

    def fact(self, line_start: int, *, section: str) -> Fact:
        """Place the statement in a text whose line starts at `line_start`."""
        span = Span(line_start + self.start, line_start + self.end)
        return Fact(key=self.key, value=self.value, span=span, unit=self.unit, section=section)


def key_and_unit(key: str) -> tuple[str, str]:
    """Take a unit in brackets off a key: `充绒量(g)` is `充绒量` in `g`; the unit is empty if there is none."""
    key = key.strip().strip("：:").strip()
    match = _KEY_UNIT.fullmatch(key)
    return (match[1], match[2] or match[3]) if match else (key, "")


def parameter(line: str) -> Statement | None:
    """Read a line `key：value`; None when it is no such line."""
    match = _PARAMETER.match(line)
    if match is None or match[1].strip() in _NOT_KEYS:
        return None
    value = line[match.end() :].rstrip()
    key, unit = key_and_unit(match[1])
    start = match.start(1)
    return priced(Statement(key, value, start, match.end() + len(value), unit))


def statements(line: str) -> tuple[Statement, ...]:
    """Read a line of one parameter, or of several with bars or wide gaps between them; empty when it is no such line.

    >>> [(s.key, s.value) for s in statements("货号：A1 | 面料：棉 ｜ 袖长：短袖")]
    [('货号', 'A1'), ('面料', '棉'), ('袖长', '短袖')]
    >>> [(s.key, s.value) for s in statements("商品货号 A1 ｜ 材质 ABS")]
    [('商品货号', 'A1'), ('材质', 'ABS')]
    >>> [(s.key, s.value) for s in statements("售价：¥88 起　商品ID：712300456789")]
    [('售价', '88'), ('商品ID', '712300456789')]
    """
    parts = list(_parts(line))
    found = [_spaced(part) if part and is_keyless(part) else parameter(part) for _, part in parts]
    stated = [statement for statement in found if statement is not None]
    if len(parts) < 2 or len(stated) < len(parts) or not any(is_known_key(one.key) for one in stated):
        single = parameter(line)
        return (single,) if single is not None else ()
    return tuple(
        replace(one, start=one.start + start, end=one.end + start)
        for one, (start, _) in zip(stated, parts, strict=True)
    )


def is_keyless(text: str) -> bool:
    """Say whether a text has no colon that could follow a key."""
    return not any(mark in text for mark in "：:")


def is_known_key(key: str) -> bool:
    """Say whether product pages of all trades use a key, whatever blanks or script it is written in."""
    return plain_key(key) in _KNOWN


def plain_key(key: str) -> str:
    """Return a key folded, without blanks, `商品` ahead of it and what stands before a slash: `型号/货　号` is `货号`."""
    short = "".join(fold(key).split()).rpartition("/")[2]
    return short if short in _KNOWN else short.removeprefix("商品")


def _parts(line: str) -> Iterator[tuple[int, str]]:
    """Yield the parts of a line between bars or wide gaps, each with where it begins."""
    start = 0
    for gap in _BETWEEN.finditer(line):
        if gap.start() > start:
            yield start, line[start : gap.start()]
        start = gap.end()
    if line[start:].strip():
        yield start, line[start:]


def _spaced(part: str) -> Statement | None:
    """Read `适用年龄 6岁以上`."""
    match = _SPACED.fullmatch(part)
    return Statement(match[1], match[2], match.start(1), match.end(2)) if match else None


def priced(statement: Statement) -> Statement:
    """Set amount and unit apart where the key names a price; anything else comes back as it is."""
    money = _PRICE_VALUE.fullmatch(statement.value) if is_price_label(statement.key) else None
    if money is None:
        return statement
    return Statement(statement.key, money["value"], statement.start, statement.end, "元")


def before(statement: Statement | None, struck: Iterable[str]) -> Statement | None:
    """Name a price that the page strikes through for what it is: 划线价, unless its own name says so."""
    if statement is None or not any(statement.value in text for text in struck):
        return statement
    return statement if _OF_BEFORE.search(statement.key) else replace(statement, key="划线价")


def prices(line: str) -> tuple[Statement, ...]:
    """Read a line that says nothing but prices; empty when it says anything else.

    >>> [(s.key, s.value) for s in prices("到手价 59 元 / 日常价：¥89")]
    [('到手价', '59'), ('日常价', '89')]
    """
    if len(line) > _MAX_PRICE_LINE:
        return ()
    found: list[Statement] = []
    at = len(line) - len(line.lstrip())
    while at < len(line):
        match = _STATEMENT.match(line, at)
        if match is None or not (match["key"] or match["mark"]):
            return ()
        end = match.start() + len(match[0].rstrip())
        found.append(Statement(match["key"] or _BARE_PRICE, match["value"], match.start(), end, "元"))
        at = _after_gap(line, match.end())
    return tuple(found)


def _after_gap(line: str, at: int) -> int:
    gap = _PRICE_GAP.match(line, at)
    return gap.end() if gap else at


def is_price_label(text: str) -> bool:
    """Say whether a text is nothing but the name of a price."""
    return _PRICE_LABEL.fullmatch(text) is not None


def is_price_value(text: str) -> bool:
    """Say whether a text is nothing but an amount of money."""
    match = _PRICE_VALUE.fullmatch(text)
    return match is not None and bool(match["mark"] or match["unit"])


def is_parameter_list(lines: Iterable[str], heading: str) -> bool:
    """Say whether lines are parameters rather than prose or a checklist."""
    stated = [statements(line) for line in lines]
    keyed = [found for found in stated if found]
    if not keyed:
        return False
    share = len(keyed) / len(stated)
    if PARAMETER_HEADING.search(heading):
        return share >= 0.5
    return share >= 0.8 and any(is_known_key(statement.key) for found in keyed for statement in found)


def unique(facts: Iterable[Fact]) -> Iterator[Fact]:
    """Drop facts that an earlier one already states about the same SKU."""
    seen: set[tuple[str, str, str | None]] = set()
    for fact in facts:
        identity = (fact.key, fact.value, fact.sku)
        if identity not in seen:
            seen.add(identity)
            yield fact
