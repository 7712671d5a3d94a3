"""What a message names for a sum, in many wordings."""

from decimal import Decimal

import pytest

from assist.draft.figures import amount_named, plain, points_named, weight_named, yuan


@pytest.mark.parametrize(
    ("text", "kg"),
    [
        ("寄3.5公斤", "3.5"), ("一共2.6kg", "2.6"), ("两公斤4的", "2.4"), ("三斤半", "1.75"), ("3斤2", "1.6"),
        ("800克", "0.8"), ("２．５千克", "2.5"), ("一公斤三", "1.3"), ("1公斤2件", "1"), ("5斤", "2.5"),
    ],
)  # fmt: skip
def test_a_weight_is_read_in_kilograms(text, kg):
    assert weight_named(text).value == Decimal(kg)


@pytest.mark.parametrize("text", ["寄新疆多少钱", "2公斤和3公斤的", "1到2公斤", "三件"])
def test_no_weight_or_more_than_one_is_none(text):
    assert weight_named(text) is None


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("200块东西", "200"), ("付150 邮费几多", "150"), ("100块的货", "100"), ("凑到650 给多少", "650"),
        ("总共350 我有2000分", "350"), ("应付260", "260"), ("一共420块", "420"), ("买三百五的东西", "350"),
        ("实付199.5元", "199.5"), ("双12凑到900能减多少", "900"), ("这单88元 寄西藏2公斤", "88"),
        ("共3.2公斤 付80", "80"), ("满300减40 我买了450的东西", "450"),
    ],
)  # fmt: skip
def test_what_the_goods_come_to_is_read(text, amount):
    assert amount_named(text).value == Decimal(amount)


@pytest.mark.parametrize(
    "text",
    [
        "能减40不",
        "满300减40买3件",
        "一共2.6kg",
        "10元券怎么用",
        "付100还是付200",
        "有2000积分",
        "补30元运费",
        "买3件",
    ],
)
def test_what_is_taken_off_or_counted_is_no_amount_of_goods(text):
    assert amount_named(text) is None


@pytest.mark.parametrize(
    ("text", "points"),
    [("3000积分能抵多少", 3000), ("我有2000分", 2000), ("还有积分300能顶几块", 300), ("两千积分", 2000)],
)
def test_points_are_read(text, points):
    assert points_named(text).value == points


@pytest.mark.parametrize("text", ["30分钟发货吗", "能抵多少", "我有100积分她有200积分"])
def test_minutes_and_two_numbers_of_points_are_none(text):
    assert points_named(text) is None


def test_amounts_are_written_as_people_write_them():
    assert [yuan(Decimal(value)) for value in ("54", "185.689", "9.90", "0")] == ["54", "185.69", "9.9", "0"]
    assert [plain(Decimal(value)) for value in ("3.50", "100", "4")] == ["3.5", "100", "4"]
