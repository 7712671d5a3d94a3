from decimal import Decimal

import pytest

from assist.text.quantities import parse_number


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("12", "12"),
        (" 1,299.50 ", "1299.50"),
        ("１２", "12"),
        ("1.5万", "15000"),
        ("2w", "20000"),
        ("3千5", "3500"),
        ("-3", "-3"),
        ("负三", "-3"),
        ("半", "0.5"),
        ("两", "2"),
        ("零", "0"),
        ("十", "10"),
        ("十五", "15"),
        ("二十", "20"),
        ("一百零五", "105"),
        ("一百二", "120"),
        ("一百二十", "120"),
        ("三百五", "350"),
        ("一千零五十", "1050"),
        ("两千五", "2500"),
        ("一万二", "12000"),
        ("一万两千", "12000"),
        ("一万零五", "10005"),
        ("四万五千六百", "45600"),
        ("一亿", "100000000"),
        ("一点五", "1.5"),
        ("三点零八", "3.08"),
        ("二〇二六", "2026"),
        ("一六三", "163"),
        ("贰拾", "20"),
        ("兩百", "200"),
    ],
)
def test_numbers(text, expected):
    assert parse_number(text) == Decimal(expected)


@pytest.mark.parametrize(
    "text", ["", " ", "百", "千万", "十百", "1..2", "1,29", "3天", "A102", "一点", "9" * 50, "一" * 5000]
)
def test_not_numbers(text):
    assert parse_number(text) is None
