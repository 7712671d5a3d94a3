"""The units that quantities are written in, as data: dimension, size in the base unit, names, exceptions."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from types import MappingProxyType

from assist.documents import Word


class Dimension(Word):
    """What a quantity measures; its value is in the base unit named here."""

    MONEY = "money"
    """yuan"""
    DAYS = "days"
    """days"""
    HOURS = "hours"
    """hours"""
    MINUTES = "minutes"
    """minutes"""
    LENGTH = "length"
    """centimetres"""
    WEIGHT = "weight"
    """grams"""
    VOLUME = "volume"
    """millilitres"""
    PERCENT = "percent"
    """a ratio: 5 % and 九五折 are 0.05 and 0.95"""
    COUNT = "count"
    """pieces of what the unit names"""
    DATE = "date"
    """year * 10000 + month * 100 + day; a part that is not said is 0"""
    TIME = "time"
    """minutes after midnight"""
    SIZE = "size"
    """the number before 码"""
    POWER = "power"
    """watts"""
    CAPACITY = "capacity"
    """milliampere hours"""
    TEMPERATURE = "temperature"
    """degrees Celsius"""
    YEARS = "years"
    """years"""
    MONTHS = "months"
    """months"""
    OTHER = "other"
    """a number with a unit of no dimension above (220V, 4级, 2倍), in that unit"""
    PLAIN = "plain"
    """a bare number"""


@dataclass(frozen=True, slots=True)
class Unit:
    """One way of writing a unit.

    Attributes:
        name: As written, in lower case and half width.
        dimension: What it measures.
        scale: Base units in one of it.
        group: Quantities of different groups never agree: 3件 and 3次, 7天 and 7个工作日.
        chinese_one: Whether 一 before it is meant as a number (一天), not as an article (一个).
    """

    name: str
    dimension: Dimension
    scale: Fraction = Fraction(1)
    group: str = ""
    chinese_one: bool = True


# dimension, scale, group, names that 一 may count, names that 一 may not count
_Row = tuple[Dimension, Fraction | int, str, str, str]
_D = Dimension
_ROWS: tuple[_Row, ...] = (
    (_D.MONEY, 1, "", "元 块钱 元钱 元整 人民币 rmb yuan cny", "块"),
    (_D.MONEY, Fraction(1, 10), "", "毛 毛钱 角", ""),
    (_D.MONEY, Fraction(1, 100), "", "分钱", ""),
    (_D.DAYS, 1, "", "天 日 自然日 个自然日 day days", ""),
    (_D.DAYS, 1, "working", "工作日 个工作日", ""),
    (_D.DAYS, 7, "", "周 星期 个星期 礼拜 个礼拜 week weeks", ""),
    (_D.HOURS, 1, "", "小时 个小时 钟头 个钟头 个钟 h hr hrs hour hours", ""),
    (_D.MINUTES, 1, "", "分钟 min mins minute minutes", ""),
    (_D.MINUTES, Fraction(1, 60), "", "秒 秒钟 s sec", ""),
    (_D.MONTHS, 1, "", "个月 month months", ""),
    (_D.MONTHS, 1, "age", "月龄 个月大 个月龄", ""),
    (_D.MONTHS, 3, "", "季度 个季度", ""),
    (_D.YEARS, 1, "", "年 周年 year years", ""),
    (_D.YEARS, 1, "age", "岁 周岁", ""),
    (_D.LENGTH, Fraction(1, 10_000), "", "微米 μm um", ""),
    (_D.LENGTH, Fraction(1, 10), "", "mm 毫米 ㎜", ""),
    (_D.LENGTH, 1, "", "cm 厘米 公分 ㎝", ""),
    (_D.LENGTH, 100, "", "m 米 公尺", ""),
    (_D.LENGTH, 100_000, "", "km 公里 千米 ㎞", ""),
    (_D.LENGTH, Fraction(100, 3), "", "尺", ""),
    (_D.LENGTH, Fraction(254, 100), "", "英寸 吋 inch inches", ""),
    (_D.WEIGHT, Fraction(1, 1000), "", "mg 毫克 ㎎", ""),
    (_D.WEIGHT, 1, "", "g 克", ""),
    (_D.WEIGHT, 50, "", "两", ""),
    (_D.WEIGHT, 500, "", "斤 市斤", ""),
    (_D.WEIGHT, 1000, "", "kg kgs 千克 公斤 ㎏", ""),
    (_D.WEIGHT, 1_000_000, "", "吨", ""),
    (_D.WEIGHT, Fraction(45359237, 100_000), "", "磅 lb lbs", ""),
    (_D.VOLUME, 1, "", "ml 毫升 cc ㏄ ㎖", ""),
    (_D.VOLUME, 1000, "", "l 升 公升", ""),
    (_D.PERCENT, Fraction(1, 100), "", "%", ""),
    (_D.PERCENT, Fraction(1, 1000), "", "‰", ""),
    (_D.PERCENT, Fraction(1, 10), "", "折 成", ""),
    (_D.POWER, 1, "", "w 瓦", ""),
    (_D.POWER, 1000, "", "kw 千瓦", ""),
    (_D.CAPACITY, 1, "", "mah 毫安时 毫安", ""),
    (_D.CAPACITY, 1000, "", "ah", ""),
    (_D.TEMPERATURE, 1, "", "℃ °c 摄氏度 度", ""),
    (_D.SIZE, 1, "", "码", ""),
    (_D.COUNT, 1, "piece", "件 pcs pc", "个 只"),
    (_D.COUNT, 1, "set", "套 件套", ""),
    (_D.COUNT, 1, "pair", "双", "对 副"),
    (_D.COUNT, 1, "bag", "袋", "包"),
    (_D.COUNT, 1, "time", "", "次 回 遍"),
    (_D.COUNT, 1, "person", "", "人 位 名"),
    (_D.COUNT, 1, "order", "", "单 笔"),
    (_D.COUNT, 1, "grain", "", "颗 粒"),
    (_D.COUNT, 1, "", "盒 箱 瓶 罐 桶 台", "条 款 张 片 支 把 枚 根 顶 份 组 卷 盘 杯 勺 碗 本 部 辆"),
    (_D.COUNT, 1, "", "期", "种 类 层 项 处 步 页 圈 档 股 格 口 样 门 家"),
    (_D.OTHER, 1, "", "级 倍 星 星级 支纱 匹 克拉 度电 积分 分 寸", ""),
    (_D.OTHER, 1, "", "v 伏 hz 赫兹 wh kwh va db 分贝 gb mb tb kb mbps a 转 目 dpi ppi", ""),
    (_D.OTHER, 1, "area", "㎡ m² m2 平方米 平米 平方", ""),
)

_NOT_BEFORE: Mapping[str, str] = MappingProxyType(
    {
        "天": "[猫际使然气空鹅堂花津线]",
        "日": "[常用系本元历期]",
        "周": "[边围口期一二三四五六日末刊岁年]",
        "年": "[级代货会底初中轻纪龄制]",
        "岁": "[月]",
        "月": "[份]",
        "小时": "[候]",
        "米": "[饭粉色白线其]",
        "升": "[级降值温学]",
        "克": "[拉服隆莱]",
        "块": "[排面肉牛布糖板电屏香肥毛饼巧玻豆地硬表砖石蛋手积拼]",
        "元": "[旦素件]",
        "毛": "[衣毯绒巾线球呢料领利孔病]",
        "角": "[度落色质]",
        "折": "[叠痕线返现合磨旧断腾射算扇]",
        "成": "[为功分都品人熟立交本员年套双对份型]",
        "度": "[可旋全环空假数量过角高低]",
        "码": "[头数字表率]",
        "件": "[套]",
        "双": "[面重色层头人倍十1]",
        "套": "[装餐路]",
        "条": "[款件码纹形]",
        "只": "[要能有是会可用收发退换支剩]",
        "对": r"[\d不于比方应称照折一]",
        "包": "[邮含装括裹退换修赔安]",
        "次": "[日数元]",
        "位": "[置于移]",
        "名": "[称字单下额]",
        "单": "[独品价号色层双面人身反肩鞋件]",
        "台": "[阶式灯面湾]",
        "张": "[力开]",
        "份": "[额]",
        "支": "[持付撑纱架]",
        "部": "[分位件门]",
        "片": "[刻段]",
        "期": "[间望限待]",
        "种": "[植草子]",
        "类": "[似型别]",
        "层": "[次]",
        "项": "[目链]",
        "处": "[理于]",
        "步": "[骤行]",
        "口": "[腔感味罩红碑袋]",
        "样": "[式子品机]",
        "门": "[店槛锁票]",
        "家": "[用居里人具电长]",
        "本": "[店款品来身地次月周人站色]",
        "格": "[式]",
        "组": "[合装]",
        "根": "[据本]",
        "分": "[之期辨开离体享类别层袖裤区装割配析钱钟]",
        "级": "[别]",
        "星": "[期座]",
        "转": "[账换发运人接入身让]",
        "目": "[前的录标]",
        "回": "[来去复头购寄]",
        "人": "[工员民家群体]",
        "两": "[个件天双套盒瓶次周年月款位种台条块张只人边面者家袋包箱三百千万码分点岁倍]",
        "款": "[式项]",
        "杯": "[子]",
        "盘": "[子]",
        "勺": "[子]",
        "盒": "[子]",
        "箱": "[子包]",
        "m": "码",
        "l": "码",
        "s": "码",
        "a": "[类级型区]",
    }
)
"""After these the unit's character belongs to another word: 3天猫, 2升级."""


def _units() -> Iterator[Unit]:
    for dimension, scale, group, counted, articles in _ROWS:
        for name in counted.split():
            yield Unit(name, dimension, Fraction(scale), group or _own_group(dimension, name))
        for name in articles.split():
            yield Unit(
                name, dimension, Fraction(scale), group or _own_group(dimension, name), chinese_one=False
            )


def _own_group(dimension: Dimension, name: str) -> str:
    return name if dimension in (Dimension.COUNT, Dimension.OTHER) else ""


UNITS: Mapping[str, Unit] = MappingProxyType({unit.name: unit for unit in _units()})
"""Every unit by its name in lower case and half width."""


def unit_pattern() -> str:
    """Return a pattern of all unit names, longest first, with the exceptions that follow them."""
    return "(?:" + "|".join(_name_pattern(name) for name in sorted(UNITS, key=len, reverse=True)) + ")"


def _name_pattern(name: str) -> str:
    pattern = re.escape(name)
    if name[-1].isascii() and name[-1].isalpha():
        # 163cm110斤 is two quantities, 5g8 is a code.
        pattern += "(?![a-z])" if len(name) > 1 else "(?![a-z0-9])"
    return pattern + _not_before(_NOT_BEFORE.get(name, "").strip("[]"))


def _not_before(chars: str) -> str:
    """Return a pattern that none of the characters follows.

    Two at a time: Python compiles a set of more scattered characters in a hundred times the time, and this pattern
    holds several hundred of them.
    """
    digit = r"(?!\d)" if chars.startswith(r"\d") else ""
    chars = chars.removeprefix(r"\d")
    return digit + "".join(f"(?![{chars[at : at + 2]}])" for at in range(0, len(chars), 2))
