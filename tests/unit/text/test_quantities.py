from decimal import Decimal

import pytest

from assist.documents import Span
from assist.text.quantities import Dimension, quantities


def read(text):
    """Each quantity as `text=value[~high] dimension`."""
    found = []
    for quantity in quantities(text):
        high = "" if quantity.high is None else f"~{quantity.high.normalize():f}"
        found.append(f"{quantity.text}={quantity.value.normalize():f}{high} {quantity.dimension}")
    return found


def one(text):
    (quantity,) = quantities(text)
    return quantity


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("163 110斤", ["163=163 plain", "110斤=55000 weight"]),
        ("163/110", ["163=163 plain", "110=110 plain"]),
        ("身高1米63体重110", ["1米63=163 length", "110=110 plain"]),
        ("身高163cm110斤", ["163cm=163 length", "110斤=55000 weight"]),
        ("体重五十公斤 身高一百六十三", ["五十公斤=50000 weight", "一百六十三=163 plain"]),
        (
            "一米六三，1m7，一米七，1米63cm",
            ["一米六三=163 length", "1m7=170 length", "一米七=170 length", "1米63cm=163 length"],
        ),
        ("腰围2尺1", ["2尺1=70 length"]),
        ("三百块以内", ["三百块=300 money"]),
        ("预算2w", ["2w=20000 money"]),
        ("宝宝6个月大 3岁半", ["6个月大=6 months", "3岁半=3.5 years"]),
        ("脚长24.5，平时穿38码半", ["24.5=24.5 plain", "38码半=38.5 size"]),
        ("拿大一码还是大半码", ["一码=1 count", "半码=0.5 count"]),
        ("买两件，送一双", ["两件=2 count", "一双=1 count"]),
    ],
)
def test_what_shoppers_type(text, expected):
    assert read(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("签收后7天内，七天无理由，７天", ["7天=7 days", "七天=7 days", "７天=7 days"]),
        (
            "一周，两个星期，十五日内，3个工作日",
            ["一周=7 days", "两个星期=14 days", "十五日=15 days", "3个工作日=3 days"],
        ),
        ("48小时内发货，30秒，20分钟", ["48小时=48 hours", "30秒=0.5 minutes", "20分钟=20 minutes"]),
        (
            "半年，一年半，半个月，3个半月",
            ["半年=0.5 years", "一年半=1.5 years", "半个月=0.5 months", "3个半月=3.5 months"],
        ),
        ("两个半小时，2个多小时", ["两个半小时=2.5 hours", "2个多小时=2 hours"]),
        (
            "1小时30分钟，1年3个月，3斤2两",
            ["1小时30分钟=1.5 hours", "1年3个月=1.25 years", "3斤2两=1600 weight"],
        ),
        (
            "满300减40，满59包邮，到手价：59元",
            ["300=300 money", "40=40 money", "59=59 money", "59元=59 money"],
        ),
        (
            "¥59.00，1,299元，9块9，三块五毛，5元5角",
            [
                "¥59.00=59 money",
                "1,299元=1299 money",
                "9块9=9.9 money",
                "三块五毛=3.5 money",
                "5元5角=5.5 money",
            ],
        ),
        ("1万元，十块零五毛，20多块", ["1万元=10000 money", "十块零五毛=10.5 money", "20多块=20 money"]),
        ("棉95% 氨纶5%，-3%以内", ["95%=0.95 percent", "5%=0.05 percent", "-3%=-0.03 percent"]),
        ("百分之三，三分之一", ["百分之三=0.03 percent", f"三分之一={Decimal(1) / 3:f} percent"]),
        (
            "9折，95折，八五折，九成新",
            ["9折=0.9 percent", "95折=0.95 percent", "八五折=0.85 percent", "九成=0.9 percent"],
        ),
        (
            "210g/㎡，3.6kg，5㎏，2斤，一公斤",
            [
                "210g=210 weight",
                "3.6kg=3600 weight",
                "5㎏=5000 weight",
                "2斤=1000 weight",
                "一公斤=1000 weight",
            ],
        ),
        ("5.5L，300ml，一点五升", ["5.5L=5500 volume", "300ml=300 volume", "一点五升=1500 volume"]),
        ("1300W，65w，2千瓦", ["1300W=1300 power", "65w=65 power", "2千瓦=2000 power"]),
        (
            "20000mAh，2万毫安，2w毫安",
            ["20000mAh=20000 capacity", "2万毫安=20000 capacity", "2w毫安=20000 capacity"],
        ),
        ("30℃，零下18度", ["30℃=30 temperature", "零下18度=-18 temperature"]),
        ("265×325×310mm", ["265=26.5 length", "325=32.5 length", "310mm=31 length"]),
        ("500g×2袋", ["500g=500 weight", "2袋=2 count"]),
        ("220V~ 50Hz，3-4级，2倍", ["220V=220 other", "50Hz=50 other", "3-4级=3~4 other", "2倍=2 other"]),
        ("8件套，6期免息", ["8件套=8 count", "6期=6 count"]),
    ],
)
def test_what_pages_state(text, expected):
    assert read(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("3-5天", "3-5天=3~5 days"),
        ("3到5天", "3到5天=3~5 days"),
        ("3天至5天", "3天至5天=3~5 days"),
        ("80～200℃", "80～200℃=80~200 temperature"),
        ("1-2万毫安", "1-2万毫安=10000~20000 capacity"),
        ("三五天", "三五天=3~5 days"),
        ("一两天", "一两天=1~2 days"),
        ("两三百块", "两三百块=200~300 money"),
        ("十七八岁", "十七八岁=17~18 years"),
        ("36-40码", "36-40码=36~40 size"),
        ("155-160", "155-160=155~160 plain"),
        ("3-5号到货", "3-5号=3~5 date"),
    ],
)
def test_ranges(text, expected):
    assert read(text) == [expected]


def test_a_falling_pair_is_no_range():
    assert read("163-110") == ["163=163 plain", "110=110 plain"]
    assert read("满300-40") == ["300=300 money", "40=40 money"]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("2026-11-20", 20261120),
        ("2026/1/5", 20260105),
        ("2026年11月20日", 20261120),
        ("26年1月", 20260100),
        ("11月20日", 1120),
        ("十一月二十日", 1120),
        ("11月20号", 1120),
        ("11月", 1100),
        ("2026年", 20260000),
        ("3号", 3),
    ],
)
def test_dates(text, value):
    quantity = one(f"是{text}发货")
    assert (quantity.text, quantity.value, quantity.dimension) == (text, value, Dimension.DATE)


@pytest.mark.parametrize(
    ("text", "minutes"),
    [
        ("16:00", 960),
        ("16点", 960),
        ("16点30分", 990),
        ("下午4点", 960),
        ("晚上八点半", 1230),
        ("中午1点", 780),
        ("凌晨12点", 0),
        ("中午12点", 720),
        ("晚上12点", 1440),
        ("今晚12点半", 1470),
        ("零点", 0),
        ("三点半", 210),
        ("20:00:00", 1200),
    ],
)
def test_times(text, minutes):
    quantity = one(f"在{text}前")
    assert (quantity.text, quantity.value, quantity.dimension) == (text, minutes, Dimension.TIME)


def test_a_date_with_its_time():
    assert read("2026-12-10T20:00") == ["2026-12-10=20261210 date", "20:00=1200 time"]
    assert read("12月10日20:00开始") == ["12月10日=1210 date", "20:00=1200 time"]
    assert read("11月1日-11日") == ["11月1日=1101 date", "11日=11 date"]


@pytest.mark.parametrize(
    "text",
    [
        "A102和C501",
        "货号SM-A102",
        "型号 KF-4L",
        "USB3.0",
        "IP68",
        "SKU A102-WH-1",
        "S925纯银",
        "5G手机",
        "支持5G",
        "4K高清",
        "2XL",
        "88VIP",
        "3D",
        "165/88A",
        "GB 18401 B类",
        "GB/T 22849-2014",
        "304不锈钢",
        "18K金",
        "七分裤",
        "第一步",
        "第2件半价",
        "第3条、第4条",
        "第二天",
        "一下",
        "一点小问题",
        "早一点",
        "一般",
        "一起",
        "一个",
        "一次性",
        "一块去",
        "万一",
        "千万别",
        "十分满意",
        "百分百",
        "好几百块",
        "这两款",
        "这三种",
        "三包",
        "二合一",
        "一分钱一分货",
        "五百强",
        "十八味",
        "周三",
        "双11",
        "双十一",
        "618大促",
        "12315",
        "400-820-8820",
        "13800138000",
        "718263540102",
        "尾号1234",
        "步骤2",
        "1号链接",
        "3号库",
        "12号楼",
        "https://item.example.com/1482791.html",
        "/:018",
        "零件",
        "",
        "## 2 退货运费",
        "1. 点申请售后",
        "2、选退货",
        "（3）等待",
        "一、总则",
        "【处理结果】1.按照规则",
    ],
)
def test_no_quantities(text):
    assert read(text) == []


def test_list_numbers_are_not_confused_with_amounts_at_the_start_of_a_line():
    assert read("1.5升装\n3天内\n2、3天到") == ["1.5升=1500 volume", "3天=3 days", "2=2 plain", "3天=3 days"]


def test_a_number_does_not_take_its_unit_from_the_next_line():
    assert read("S | 43\nM | 44") == ["43=43 plain", "44=44 plain"]
    assert read("最低\n-3%") == ["-3%=-0.03 percent"]


def test_ten_thousand_or_watts():
    assert read("65w") == ["65w=65 power"]
    assert read("2W") == ["2W=2 power"]
    assert read("2w快充") == ["2w=2 power"]
    assert read("销量3w+") == ["3w=30000 plain"]
    assert read("预算10w") == ["10w=100000 money"]


def test_grams_or_radio_generation():
    assert read("500G装") == ["500G=500 weight"]
    assert read("5g盐") == ["5g=5 weight"]
    assert read("2.4G") == []


def test_an_angle_is_no_temperature():
    assert read("360度旋转，烤箱200度") == ["360=360 plain", "200度=200 temperature"]


def test_fields():
    quantity = one("大约 3-5 斤")
    assert quantity.span == Span(3, 8)
    assert (quantity.unit, quantity.value, quantity.high) == ("斤", 1500, 2500)
    assert quantity.figures == (3, 5)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("7天", "七天"),
        ("7天", "７天"),
        ("7天", "一周"),
        ("168小时", "7天"),
        ("48小时", "2天"),
        ("1年", "12个月"),
        ("一年半", "18个月"),
        ("1千克", "2斤"),
        ("2斤", "1000g"),
        ("1公斤", "1kg"),
        ("1.5L", "1500毫升"),
        ("1米63", "163cm"),
        ("9块9", "9.90元"),
        ("¥59", "59元"),
        ("95折", "九五折"),
        ("3%", "百分之三"),
        ("20000mAh", "2万毫安"),
        ("3-5天", "三到五天"),
        ("2件", "两个"),
        ("11月20日", "2026-11-20"),
        ("20号", "11月20日"),
        ("下午4点", "16:00"),
        ("2尺1", "70厘米"),
        ("65w", "65W"),
    ],
)
def test_same_amounts(first, second):
    assert one(first).same(one(second))
    assert one(second).same(one(first))


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("7天", "8天"),
        ("7天", "7个工作日"),
        ("7天", "7个月"),
        ("3件", "3次"),
        ("1年", "1岁"),
        ("3-5天", "3天"),
        ("3-5天", "3-6天"),
        ("59元", "59%"),
        ("2斤", "2公斤"),
        ("4级", "4倍"),
        ("11月20日", "11月21日"),
        ("2025-11-20", "2026-11-20"),
        ("11月", "11月20日"),
        ("59", "59元"),
        ("16:00", "16:30"),
        ("42码", "大42码"),
    ],
)
def test_different_amounts(first, second):
    assert not one(first).same(one(second))
    assert not one(second).same(one(first))


def test_same_figure_compares_what_is_written():
    assert one("59").same_figure(one("59元"))
    assert one("155-160").same_figure(one("155-160cm"))
    assert one("100").same_figure(one("100斤"))
    assert not one("59").same_figure(one("95元"))


def test_a_zero_denominator_is_no_quantity():
    assert read("零分之三") == []


def test_midnight_is_the_same_at_either_end_of_the_day() -> None:
    late, early = quantities("晚上12点")[0], quantities("0:00")[0]
    assert late.same(early)
    assert not late.same(quantities("中午12点")[0])
    assert not quantities("16:00")[0].same(quantities("16小时")[0])


@pytest.mark.parametrize(
    ("text", "found"),
    [("统一8元", "8元"), ("唯一3天", "3天"), ("订单8元", "8元"), ("订单16:00前付款", "16:00")],
)
def test_a_figure_after_a_word_that_ends_like_a_number(text: str, found: str) -> None:
    assert [item.text for item in quantities(text)] == [found]
