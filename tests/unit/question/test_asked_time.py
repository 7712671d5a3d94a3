"""The time that a question asks about."""

from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assist.question.asked_time import asked_moment

ON = datetime(2026, 11, 20, 14)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("下个月邮费是不是变了", datetime(2026, 12, 1)),
        ("12月开始多少包邮", datetime(2026, 12, 1)),
        ("12月8号起多少包邮", datetime(2026, 12, 8)),
        ("十二月以后包邮门槛", datetime(2026, 12, 1)),
        ("3月起发货还是48小时吗", datetime(2027, 3, 1)),
        ("明年价保几天", datetime(2027, 1, 1)),
        ("去年9月份的规矩发货是几小时", datetime(2025, 9, 15)),
        ("去年12月买的现在还在保修里没", datetime(2025, 12, 15)),
        ("8月买的 延迟发货咋赔", datetime(2026, 8, 15)),
        ("12月买的鞋开胶了", datetime(2025, 12, 15)),
        ("去年买的 现在还保修吗", datetime(2025, 12, 31)),
        ("12月寄新疆首重多少钱", datetime(2026, 12, 1)),
        ("7月发顺丰收我15 对不对", datetime(2026, 7, 15)),
        ("25年10月买的充电器", datetime(2025, 10, 15)),
        ("元旦当天买 以后降价保几天", datetime(2027, 1, 1)),
        ("双12再买包邮吗", datetime(2026, 12, 12)),
        ("上个月拍的价保几天", datetime(2026, 10, 15)),
    ],
)
def test_a_named_time_is_asked_about(text, expected):
    assert asked_moment(text, ON) == expected


@pytest.mark.parametrize(
    "text",
    [
        "多少包邮",
        "听说下个月49就包邮了 今天湖南买50的要邮费吗",
        "宝宝8个月穿多大",
        "12月生的宝宝穿啥",
        "周日发货么现在",
        "2月龄的猫能吃吗",
        "昨天买的明天能到吗",
    ],
)
def test_most_questions_are_about_now(text):
    assert asked_moment(text, ON) is None


@given(
    st.text(alphabet="去今明年上下个月日号12345678901十二买拍起开始现在", max_size=14),
    st.datetimes(datetime(2024, 1, 1), datetime(2028, 12, 31)),
)
def test_no_words_raise(text, on):
    found = asked_moment(text, on)
    assert found is None or abs(found.year - on.year) <= 1
