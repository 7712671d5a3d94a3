"""The patterns by which quantities are found in text that `numerals.plain_forms` has folded.

`masked` blots out what looks like a quantity and is none; `quantity_pattern` finds what is left.
Both are compiled when first needed.
"""

from __future__ import annotations

import re
from functools import lru_cache

from assist.expressions import expression
from assist.text.numerals import ARABIC, CHINESE, CHINESE_DECIMAL, DIGITS
from assist.text.units import unit_pattern

MASK = "\0"
"""Stands for one character of something that is no quantity."""

_ORDINAL_TIME = "天|日|周|年|个月|小时|个工作日|个星期"
_LIST_NUMBER = rf"[（(]?(?:\d{{1,3}}(?:\.\d{{1,2}})*|[{DIGITS}十]{{1,3}})"
# What a look-alike begins with; the rows are tried nowhere else.
_LOOK_ALIKE_FIRST = rf"a-z\d._+\-/ \t>#（(例图附步型货款编单工卡尾邮验手电门订微群周星礼双第{DIGITS}十百半"
# One row per class of look-alike; rows are tried in order at each place.
_LOOK_ALIKES = (
    # addresses on the net, emoticon codes (/:018)
    r"https?://[!-~]+|www\.[!-~]+|(?<![a-z0-9._+-])[a-z0-9._+-]+@[a-z0-9.-]+|/:\d+",
    # numbers of standards: gb/t 22849-2014
    r"(?<![a-z])(?:gb|qb|fz|hg|ny|ly|sb|sn|db|iso|iec|en|jis|astm)(?:/[a-z]+)?\s?\d[\d.]*(?:-\d+)?",
    # model names that begin with letters: a102, kf-4l, usb3.0, ip68
    r"(?<![a-z0-9])(?!rmb\s?\d|x\d{1,3}(?![a-z0-9]))[a-z]+(?:[-_/][a-z]+)*[-_]?\d[a-z0-9]*(?:[-_.][a-z0-9]+)*",
    # letter sizes: 165/88a; 2xl, xxl
    r"\d{2,3}/\d{2,3}[a-c](?![a-z])",
    # phones, hotlines, ids
    r"(?<![\d.])(?:(?:0\d{2,3}|[48]00)-\d{3,4}-?\d{3,4}|\d{8,})(?![\d.])|(?<![\d.])(?:12315|12345)(?![\d.元块天个件万kmwl%℃小码])",
    # labelled numbers: 步骤2, 尾号1234, 例1
    r"(?:例|图|附件|步骤|型号|货号|款号|编号|单号|工号|卡号|尾号|邮编|验证码|手机号?|电话|门牌|订单(?!\d{1,3}(?:个?小时|天|个?工作日))|qq|微信号?|vx|wx|群号?|id|no\.?)[:：]?\s?\d+"
    r"(?![\d.年月]|:[0-5]\d|\s?[点元块件])",
    r"(?<![年月日天时\d.])\d+(?=号?(?:楼|库|仓|栋|幢|单元|室|链接|店|线|院|电池|色|门))",
    # 周三, 双11, 618大促, 第3条、第一步 (but 第8天 is a number of days)
    r"(?:周|星期|礼拜)[一二三四五六日]",
    r"双\s?(?:11|12|十一|十二)(?!\d)",
    r"(?<!\d)(?:1111|1212|618|818|520|99|88|38)(?=大促|活动|节|狂欢|年货|期间|会员)",
    rf"第(?!(?:\d+|[三四五六七八九十]{{1,3}})(?:{_ORDINAL_TIME}))(?:\d+|{CHINESE})(?:[、,，至到~-](?:\d+|{CHINESE})(?=条|款|项|章|步|点))*[条款项章节步点页件个名位次代季种类批期双套台张]?",
    # list markers at the start of a line
    rf"(?m:^[ \t>]*(?:#+\s*{_LIST_NUMBER}(?=[\s.、)）:：])[.、)）]?|{_LIST_NUMBER}(?:[、)）:](?!\d)|\.(?![\d]))))",
    r"(?<=[】。；;！!：:])\d{1,2}(?=[.、．](?!\d))",
    # materials and products whose name is a number
    r"(?:304|316l?|430|202|201)(?=不锈钢|钢|食品级|内胆|材质)|(?:925|999|990)(?=银|足|纯银|金)|(?:24|22|18|14|9)k(?=金|白金|镀|玫瑰)",
    r"[2-6]g(?=网|手机|全网|流量|信号|版|套餐|路由|频)|[248]k(?=屏|高清|超清|视频|画质|分辨率|电视|投影|显示)|\d合一",
    # idioms
    rf"一年四季|一天到晚|一年到头|三天两头|[{DIGITS}\d]分(?=袖|裤)|三包|三角|一日三餐|一元化|百分百|一度|一成不变|半天(?!内|左右|以|时间|之)|一分钱一分货|一折就|一级棒|一时",
)
_PAIR = "一两|一二|两三|二三|三四|三五|四五|五六|六七|七八|八九"
# A number at the end of a line and a letter at the start of the next are no quantity.
_BREAK = expression("[\n\r\v\f\x85\u2028\u2029]")
_HOUR = r"2[0-4]|[01]?\d"
_CHINESE_HOUR = "二十[一二三四]?|十[一二三四五六七八九]?|[零一二三四五六七八九]|两"
_PART_OF_DAY = "凌晨|清晨|早上|早|上午|中午|下午|傍晚|今晚|明晚|晚上|晚|夜里|半夜"
_MONTH = r"1[0-2]|0?[1-9]|十[一二]?|[一二三四五六七八九]"
_DAY = r"3[01]|[12]\d|0?[1-9]|三十一?|二十[一二三四五六七八九]?|十[一二三四五六七八九]?|[一二三四五六七八九]"
_YEAR = rf"(?:19|20)\d\d|\d\d(?=年\d{{1,2}}月)|二零[{DIGITS}]{{2}}"
# What a quantity can begin with; the pattern is tried nowhere else.
_FIRST = rf"\d{DIGITS}十百千万亿两半负¥r\-凌清早上中下傍今明晚夜"
_NUMBER = f"(?:{ARABIC}|{CHINESE_DECIMAL}|半)"
_MULTIPLIER = r"(?:万|亿|千(?![克瓦米卡])|百(?!搭|货|分)|[wk](?![a-z]))(?:\d(?![\d.a-z]))?"


@lru_cache(maxsize=1)
def _look_alikes() -> re.Pattern[str]:
    return expression(f"(?=[{_LOOK_ALIKE_FIRST}])(?:{'|'.join(f'(?:{row})' for row in _LOOK_ALIKES)})")


def masked(text: str) -> str:
    """Replace every look-alike in folded `text`, and every line break, by as many `MASK` characters."""
    return _BREAK.sub(MASK, _look_alikes().sub(lambda found: MASK * len(found[0]), text))


@lru_cache(maxsize=1)
def quantity_pattern() -> re.Pattern[str]:
    """Return the pattern of one quantity; its outermost named group says which kind it is.

    The kinds: `ymd` (2026-11-20), `date` (2026年11月20日, 11月), `year`, `day` (3号), `time`, `fraction` (百分之三),
    `edges` (30×20×10cm), `tail` (1米63, 3块5, 2尺1), `about` (三五天), `half` (两个半小时), `general`.
    """
    unit = unit_pattern()
    bare = rf"(?![\d.%{DIGITS}十百千万]|\s?{unit})"
    kinds = (
        r"(?P<ymd>(?<!\d)(?P<ymd_y>(?:19|20)\d\d)(?P<ymd_s>[-/.])(?P<ymd_m>1[0-2]|0?[1-9])(?P=ymd_s)"
        r"(?P<ymd_d>3[01]|[12]\d|0?[1-9])(?!\d))",
        rf"(?P<date>(?<![\d.{DIGITS}十])(?:(?P<date_y>{_YEAR})年\s?)?(?P<date_m>{_MONTH})月(?!龄|大|嫂|子|经|租|供|费)"
        rf"(?:份|(?P<date_d>{_DAY})(?:[日号]|{bare}))?)",
        rf"(?P<year>(?<!\d)(?P<year_y>{_YEAR})年(?!内|以|半|来|多))",
        rf"(?P<day>(?<![\d.{DIGITS}十])(?:(?P<day_a>{_DAY})\s?[-~至到]\s?)?(?P<day_d>{_DAY})"
        rf"(?:号(?![码库楼店仓线院门机色链接款口馆厅])|日(?=[前起止]|截|开始|零点|晚|上午|下午|\s?\d{{1,2}}:)|(?<=[日号][-~至到]\d)日"
        rf"|(?<=[日号][-~至到]\d\d)日))",
        rf"(?P<time>(?<![\d.:])(?:(?P<time_part>{_PART_OF_DAY})的?\s?)?"
        rf"(?:(?P<time_h>{_HOUR}):(?P<time_m>[0-5]\d)(?::[0-5]\d)?(?![\d:])"
        rf"|(?P<time_o>{_HOUR}|{_CHINESE_HOUR})(?:点|时(?=[0-5]\d分|[前后止起\0]|$))"
        rf"(?P<time_q>半|钟|整|[一三]刻|[0-5]?\d(?:分|{bare})|[一二三四五]?十[{DIGITS}]?分?)?(?![{DIGITS}儿击赞评心]|\d)))",
        rf"(?P<fraction>(?P<fraction_d>百|千|万|{CHINESE}|\d+)分之(?P<fraction_n>{CHINESE_DECIMAL}|{ARABIC}))",
        rf"(?P<edges>{ARABIC}(?:\s?[×x*]\s?{ARABIC}){{1,3}}\s?(?P<edges_u>cm|mm|m|厘米|毫米|米|公分|㎝|㎜)(?![a-z]))",
        rf"(?P<tail>(?<![\d.])(?P<tail_w>\d+|{CHINESE})(?:(?P<tail_u>[米m尺块])|(?P<tail_y>元)(?=[\d{DIGITS}]{{1,2}}角))"
        rf"(?P<tail_r>\d{{1,2}}|[{DIGITS}]{{1,2}}|[一二三四五六七八九]十[{DIGITS}]?)(?P<tail_e>[毛角])?(?![\d.]|(?<=块[{DIGITS}])[^\W钱的吧吗呢啊以左就能可包发]|\s?(?:{unit}|[-~]\d)))",
        rf"(?P<about>(?P<about_t>[一二三四五六七八九]?十)?(?P<about_n>{_PAIR})(?P<about_m>十?[百千万]*)"
        rf"(?:(?P<about_u>{unit})|(?<=[十百千万])))",
        rf"(?P<half>(?P<half_n>{ARABIC}|{CHINESE})个(?P<half_h>[半多几来])(?P<half_u>小时|月|钟头|钟|星期|礼拜))",
        rf"(?P<general>(?P<sign>(?<![^\s\0(（:：,，、在为是到至~])-|零下|负)?(?P<money>¥|rmb)?\s?(?P<a>{_NUMBER})"
        rf"(?P<a_m>{_MULTIPLIER})?(?:[多几来余+](?=\s?{unit}))?(?:\s?(?P<a_u>{unit}))?(?P<a_h>半(?![价折袖年天个小月径斤]))?"
        rf"(?:(?:\s?[~至到或]\s?|-|\s-\s)¥?(?P<b>{_NUMBER})(?P<b_m>{_MULTIPLIER})?(?:\s?(?P<b_u>{unit}))?)?)",
    )
    return expression(f"(?=[{_FIRST}])(?:{'|'.join(kinds)})")
