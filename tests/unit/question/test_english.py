"""Questions in English, told in Chinese before they are understood."""

import pytest

from assist.question.english import color, told_in_chinese
from assist.question.wording import plain, plain_many


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("how many watts", "功率多少瓦"),
        ("how long is the guarantee", "质保多久"),
        ("will it shrink if i wash it", "会缩水吗"),
        ("do you have size xl in grey?", "灰色xl码有货吗"),
        ("do you send to xinjiang", "新疆能发货吗"),
        ("how many days to beijing", "到北京几天能到"),
        ("my parcel hasn't arrived", "我的快递怎么还没到"),
        ("who covers the return postage", "退货运费谁出"),
        ("i got the wrong colour", "收到的货发错了"),
        ("any vouchers?", "有优惠券吗"),
        ("let me talk to a manager", "转人工"),
        ("thank you very much", "谢谢"),
    ],
)
def test_what_is_asked_is_told_in_chinese(typed, meant):
    assert told_in_chinese(typed) == meant == plain(typed)
    assert plain_many([typed, "在吗"])[0] == meant


@pytest.mark.parametrize("typed", ["a102", "xl", "iphone 15", "shrink会吗", "ok", "", "xyzzy plugh"])
def test_what_is_no_english_or_not_known_is_left(typed):
    assert told_in_chinese(typed) is None


def test_a_colour_without_a_chinese_name_stays():
    assert (color("beige"), color("teal")) == ("米色", "teal")
