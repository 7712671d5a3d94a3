"""Every way to put a value right, crossed with every kind of value: the later one stands, or the one gone back to."""

import pytest

from assist.question.slots import message_slots
from assist.question.wording import spell
from assist.text.normalize import normalize

ORDERS = ("3345678812345678901", "3345678812345671111")
PARCELS = ("SF1234567890123", "SF1234567890456")
# A slot; the first value in a sentence and alone; the second alone and in a sentence; what each means.
VALUES = [
    ("color", "要黑的", "黑的", "白的", "要白的", "黑色", "白色"),
    ("color", "粉色", "粉", "蓝", "蓝色", "粉色", "蓝色"),
    ("color", "拍焦糖驼", "焦糖驼", "燕麦色", "拍燕麦色", "焦糖驼", "燕麦色"),
    ("size", "M码", "M", "L", "L码", "M", "L"),
    ("size", "要38码", "38", "39", "要39码", "38", "39"),
    ("size", "拿XL", "XL", "2XL", "拿2XL", "XL", "2XL"),
    ("height_cm", "身高165", "165", "163", "身高163", 165, 163),
    ("height_cm", "我一米七", "一米七", "一米七二", "我一米七二", 170, 172),
    ("weight_kg", "体重110斤", "110", "115", "体重115斤", 55, 57.5),
    ("weight_kg", "身高165 体重52kg", "52", "55", "体重55kg", 52, 55),
    ("foot_cm", "脚长24", "24", "24.5", "脚长24.5", 24, 24.5),
    ("waist_cm", "腰围70", "70", "73", "腰围73", 70, 73),
    ("quantity", "买2件", "2件", "3件", "买3件", 2, 3),
    ("quantity", "要两盒", "两盒", "四盒", "要四盒", 2, 4),
    ("province", "寄广东", "广东", "广西", "寄广西", "广东", "广西"),
    ("province", "发成都", "成都", "武汉", "发武汉", "四川", "湖北"),
    ("date", "3号下的单", "3号", "5号", "5号下的单", "3号", "5号"),
    ("date", "昨天买的", "昨天", "前天", "前天买的", "昨天", "前天"),
    ("amount", "退50块", "50", "80", "退80块", 50, 80),
    ("budget", "预算200", "200", "300", "预算300", 200, 300),
    ("order_id", f"订单{ORDERS[0]}", *ORDERS, f"订单{ORDERS[1]}", *ORDERS),
    ("waybill", f"单号{PARCELS[0]}", *PARCELS, f"单号{PARCELS[1]}", *PARCELS),
    ("age_months", "宝宝8个月", "8个月", "10个月", "宝宝10个月", 8, 10),
]
# {A} and {B} are sentences, {a} and {b} the bare values; lines are cut by ' / '.
LATER = """
{A} / 不对 {B}|{A} / 不对 {b}|{A} / 说错了 {b}|{A} / 打错 是{b}|{A} / 不是{a} 是{b}|{A} / 不是{a}，{b}|{A} / 改成{b}|{A} / 应该是{b}
{A} / 哦不 {b}|{A} / 等等 {b}|{A} / 上面那个作废 {b}|{A} / 上面那个作废 / {B}|{A} / 前面说的不算 / {b}|{A} / 算了还是{b}
{A} / 好的 / 哎呀 {a}错了 {b}|{A} / 在吗 / 打错了 / {b}|{A}不对{B}|{A}，哦不，{b}|{A}（打错了，{b}）|{A} / *{b}|{A} / 口误 {b}
{A} / 看错了 {b}|{A} / 刚才发错了 {b}|{A} / 记错了 / {b}|{A} / 是{b} 不是{a}|{A} / {b}才对|{A} / {a}写错了 {b}|{A} / {b} 上面打错
{A} / 咦 不对啊 是{b}|{A} / 更正 {b}|{A} / 重新说 {b}|{A} / 换{b}吧|{A} / 那就{b}|{A} / 还是{b}吧|{A} / 不要{a}了 {b}|{A} / 我想了下 {b}
{A} / 我说错了哈 是{b}哦|{A} / 搞错嘞 {b}|{A} / 唔系 系{b}|{A} / 撤回 {b}|{A} / 上一句删了 {b}|{A} / 以这个为准 {b}|{A} / 最终 {b}
{A} / 确定了 {b}|{A} / 手残 {b}|{A} / 输入法 {b}|{A} / 脑子瓦特了 {b}|{A} / 不不不 {b}|{A} / 错啦错啦 {b}|{A} / 呸 {b}|{A} / 抱歉 {b}
{A} / 有没有货 / 上面错了 {b}|{A} / 怎么弄 / 说错 {b}|{A} / {b}！！打错了|{A} / 刚那条别管 {b}|{A} / 那条无视 {b}|{A} / 当我没说 {b}
{A} / {a}→{b}|{A} / {a}改{b}|{A} / 把{a}改成{b}|{A} / {a}换成{b}|{A} / 别{a}了 {b}|{A} / 不小心打成{a}了 {b}|{a}不对 {B}
"""
FIRST = """
{A} / {B} / 还是按原来的|{A} / {B} / 算了 按第一个|{A} / 不对 {b} / 不对不对 还是{a}|{A} / 错了 / 没错 就是{a}|{A} / 没打错 就是{a}
{A} / {B} / 不 前面那个对|{A} / {B} / 刚才第一次说的是对的|{A} / 不改 就{a}
"""


def standing(text, name):
    normalized = normalize(text.replace(" / ", "\n"))
    found = {slot.name: slot.value for slot, _ in message_slots(normalized, spell(normalized.text))}
    return found.get(name)


def alike(wanted, value):
    if isinstance(wanted, str):
        return str(value).removesuffix("色") == wanted.removesuffix("色")
    return isinstance(value, (int, float)) and abs(value - wanted) <= 0.5


@pytest.mark.parametrize("row", VALUES, ids=lambda row: f"{row[0]}-{row[3]}")
@pytest.mark.parametrize(("ways", "stands"), [(LATER, 6), (FIRST, 5)], ids=["later", "first"])
def test_the_value_put_right_stands(row, ways, stands):
    name, said, first, second, again = row[:5]
    texts = [
        way.format(A=said, a=first, B=again, b=second) for way in ways.strip().replace("\n", "|").split("|")
    ]
    wrong = [(text, got) for text in texts if not alike(row[stands], got := standing(text, name))]
    assert wrong == []


@pytest.mark.parametrize(
    ("text", "name", "value"),
    [
        ("要38 不对 39", "size", "39"),
        ("昨天买的不是39 是40", "size", "40"),
        ("我说的是39 你看成38了", "size", "39"),
        ("原来说38 现在39", "size", "39"),
        ("本来想38 后来决定39", "size", "39"),
        ("是蓝不是粉", "color", "蓝色"),
        ("我说的170是体重不是身高 / 身高185", "weight_kg", 85),
        ("给我爸拿个XXL给我妈拿个M / 我妈那件先不拿", "size", "2XL"),
        ("给我爸拿个XXL给我妈拿个M / 我爸的不要了", "size", "M"),
        ("送到公司 江苏的 / 别送家里上海那边", "province", "江苏"),
    ],
)
def test_a_value_is_put_right_where_it_is_first_told(text, name, value):
    assert alike(value, standing(text, name))


@pytest.mark.parametrize(
    ("text", "name", "value"),
    [
        # Somebody else's, something else's: nothing is put right.
        ("身高165 体重110 / 我妈妈 118", "weight_kg", 55),
        ("要白的 / 还是原来的价格吗", "color", "白色"),
        ("寄广东 / 寄广西 / 还是原来的价格吗", "province", "广西"),
        ("买2件 / 送3个赠品吗", "quantity", 2),
        ("体重110 / 另外 115左右的还有谁", "weight_kg", 55),
    ],
)
def test_what_only_looks_like_a_correction_changes_nothing(text, name, value):
    assert alike(value, standing(text, name))
