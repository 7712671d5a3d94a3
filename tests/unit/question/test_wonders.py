"""A doubt whether something is a fault is a question whether it is as it should be."""

import pytest

from assist.question.wonders import wonders


@pytest.mark.parametrize(
    ("typed", "clean", "asked"),
    [
        ("放久了发黄 坏了？", "放久了发黄 坏了", "放久了发黄正常吗"),
        ("冒小水珠 坏了吧", "冒小水珠 坏了吧", "冒小水珠正常吗"),
        ("灯自己灭了 是不是坏了", "灯自己灭了 是不是坏了", "灯自己灭了正常吗"),
        ("锅底有彩虹色是质量问题吗", "锅底有彩虹色是质量问题吗", "锅底有彩虹色正常吗"),
        ("蜂蜜结晶了是变质了吗", "蜂蜜结晶了是变质了吗", "蜂蜜结晶了正常吗"),
        ("毛衣掉浮毛 有问题吧?", "毛衣掉浮毛 有问题吧", "毛衣掉浮毛正常吗"),
    ],
)
def test_a_doubt_is_a_question_whether_it_is_as_it_should_be(typed, clean, asked):
    assert wonders(clean, typed) == asked


@pytest.mark.parametrize(
    ("typed", "clean"),
    [
        ("风扇坏了", "风扇坏了"),
        ("屏幕不亮 坏了吧", "屏幕不亮 坏了吧"),
        ("坏了怎么办？", "坏了怎么办"),
        ("坏了能修吗", "坏了能修吗"),
        ("质量问题谁出运费", "质量问题谁出运费"),
        ("坏了？", "坏了"),
    ],
)
def test_a_complaint_and_a_question_about_repair_stay(typed, clean):
    assert wonders(clean, typed) == clean
