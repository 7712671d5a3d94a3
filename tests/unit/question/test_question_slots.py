from datetime import date, datetime
from decimal import Decimal

import pytest

from assist.messages import Message, Slot
from assist.question.bodies import body_slots, height_cm, weight_kg
from assist.question.numbers import number, whole
from assist.question.slots import merge, message_slots
from assist.question.wording import spell
from assist.text.normalize import normalize


def slots(text, *, on=None):
    normalized = normalize(text)
    found = message_slots(normalized, spell(normalized.text), on=on)
    return {slot.name: slot.value for slot, _ in found}


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("1米63", 163),
        ("163", 163),
        ("163cm", 163),
        ("一米六三", 163),
        ("一米七", 170),
        ("1.8米", 180),
        ("一六五", 165),
        ("1m6", 160),
    ],
)
def test_heights(typed, expected):
    assert height_cm(typed) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("typed", "height", "expected"),
    [
        ("110斤", None, 55),
        ("55kg", None, 55),
        ("五十五公斤", None, 55),
        ("110", 163, 55),
        ("75", 175, 75),
        ("130到140斤", None, 67.5),
    ],
)
def test_weights(typed, height, expected):
    assert weight_kg(typed, height) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("2w", 20000),
        ("三百五", 350),
        ("一六五", 165),
        ("十二", 12),
        ("两", 2),
        ("俩", 2),
        ("半", 0.5),
        ("24.5", 24.5),
        ("abc", None),
    ],
)
def test_numbers(text, value):
    assert number(text) == value


def test_whole_numbers_are_ints():
    assert whole(55.0) == 55
    assert isinstance(whole(55.0), int)
    assert whole(52.54) == 52.5


@pytest.mark.parametrize(
    "text",
    [
        "七天无理由包括内衣吗",
        "打12315",
        "A102掉色吗",
        "5G手机能用吗",
        "20000mah能上飞机吗",
        "1.7l重吗",
        "第一次用要先洗吗",
        "能装5斤米吗",
        "多久能瘦10斤",
        "第二件半价吗",
        "衣长120cm吗",
    ],
)
def test_numbers_that_are_no_slots_stay_out(text):
    assert slots(text) == {}


@pytest.mark.parametrize(
    ("text", "name", "value"),
    [
        ("不要黑的 要藏青的", "color", "藏青"),
        ("黑的换成白的", "color", "白色"),
        ("我要M发了L", "size", "M"),
        ("错了 是S码", "size", "S"),
        ("不要37了 要38码", "size", "38"),
        ("平时穿L", "size_habit", "L"),
        ("要XXL的", "size", "2XL"),
    ],
)
def test_refused_replaced_and_received_values(text, name, value):
    assert slots(text)[name] == value


def test_refusal_alone_gives_no_colour():
    assert "color" not in slots("不要黑的")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("昨天下单的", "2026-11-24"),
        ("11月20号买的", "2026-11-20"),
        ("3号能到吗", "2026-12-03"),
        ("2026年1月5日", "2026-01-05"),
        ("下周三到吗", "下周三"),
        ("双11便宜吗", "双11"),
    ],
)
def test_dates_are_full_where_the_moment_is_known(text, expected):
    assert slots(text, on=datetime(2026, 11, 25, 10))["date"] == expected


def test_dates_stay_words_where_it_is_not():
    assert slots("昨天下单的")["date"] == "昨天"
    assert slots("3号能到吗")["date"] == "3号"
    assert "date" not in slots("2月31号", on=datetime(2026, 1, 1))


@pytest.mark.parametrize(
    ("text", "province"),
    [
        ("长沙发吗", "湖南"),
        ("沙发多长", None),
        ("新疆长绒棉吗", None),
        ("到安康几天", "陕西"),
        ("祝您安康", None),
    ],
)
def test_places_that_are_part_of_words(text, province):
    assert slots(text).get("province") == province


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("别发错颜色", None),
        ("有色差吗", None),
        ("不会碎了吧", None),
        ("发错颜色了", "错发"),
        ("质量有问题", "质量问题"),
    ],
)
def test_reasons_are_what_happened(text, reason):
    assert slots(text).get("reason") == reason


def test_text_is_as_typed_and_place_is_original():
    normalized = normalize("我身高 １米６３ 呀")
    ((slot, place),) = message_slots(normalized, normalized.text)
    assert slot == Slot("height_cm", 163, place.of(normalized.original), "message")
    assert "１米６３" in slot.text


def test_sources_in_order_of_nearness():
    message = Message(
        ("x",),
        customer={"height_cm": 160, "weight_kg": 50, "vip": True},
        order={
            "order_id": "1",
            "paid_at": datetime(2026, 11, 1, 9),
            "day": date(2026, 1, 2),
            "amount": Decimal("59.5"),
            "lines": [1],
        },
    )
    earlier = [Slot("height_cm", 165, "165", "history"), Slot("quantity", 2, "两件", "history")]
    found = merge([Slot("height_cm", 170, "170")], earlier, message)
    assert (found["height_cm"].value, found["height_cm"].origin) == (170, "message")
    assert (found["weight_kg"].value, found["weight_kg"].origin) == (50, "customer")
    assert found["paid_at"].value == "2026-11-01T09:00:00"
    assert (found["day"].value, found["amount"].value) == ("2026-01-02", 59.5)
    assert {"quantity", "lines", "vip"}.isdisjoint(found)


@pytest.mark.parametrize(
    ("text", "height"),
    [
        ("118高46斤的穿哪个", 118),
        ("娃98高 30斤", 98),
        ("105高,36斤拿几码", 105),
        ("儿子112高 体重40斤", 112),
        ("女儿126高，52斤", 126),
        ("我172高130斤", 172),
        ("152高 90斤", 152),
        ("桌子75高20斤重", None),
        ("柜子120高 50斤", None),
        ("床头90高30斤", None),
        ("118高的那款", None),
    ],
)
def test_a_figure_before_the_word_is_a_height_beside_a_weight(text, height):
    found = [item.value for item in body_slots(text) if item.name == "height_cm"]
    assert found[:1] == ([] if height is None else [height])
