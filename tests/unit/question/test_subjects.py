"""A subject in the place of another of its sort, in a burst, after a turn, and by a step of sizes."""

import pytest

from assist.messages import Message, Turn
from assist.question.subjects import replaced


@pytest.mark.parametrize(
    ("old", "new", "asked"),
    [
        ("元旦满多少减", "我问双12", "双12满多少减"),
        ("信用卡退款几天到", "我付的微信零钱", "微信零钱退款几天到"),
        ("普票几天开好", "那开专票咧", "专票几天开好"),
        ("到江苏几天", "青海的", "到青海几天"),
        ("小家电保修几个月", "那鞋子呢", "鞋子保修几个月"),
        ("顺丰要加钱吗", "德邦呢", "德邦要加钱吗"),
        ("l码适合多少斤", "那加大一号的呢", "xl码适合多少斤"),
        ("27码脚长多少", "小一码的呢", "26码脚长多少"),
        ("黑色还有吗", "那白色呢", "白色还有吗"),
    ],
)
def test_the_new_subject_takes_the_place_of_the_old_one(old, new, asked):
    assert replaced(old, new) == asked


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("元旦满多少减", "双12几号开始"),
        ("保修多久", "那鞋子呢"),
        ("元旦满多少减", "到青海"),
        ("6xl适合多少斤", "再大一号呢"),
        ("元旦满多少减", "我问元旦"),
        ("元旦满多少减", ""),
    ],
)
def test_what_says_more_or_has_no_counterpart_replaces_nothing(old, new):
    assert replaced(old, new) is None


@pytest.mark.parametrize(
    ("lines", "asked"),
    [
        (("国庆满多少减", "错了我问黑五"), "黑五满多少减"),
        (("花呗退款几天到", "记错了", "我付的银行卡"), "银行卡退款几天到"),
        (("新疆邮费首重多少", "说错 宁夏的"), "宁夏邮费首重多少"),
    ],
)
def test_a_corrected_subject_is_asked_about_with_the_first_question(understanding, lines, asked):
    parts = understanding.understand(Message(lines)).parts
    assert [part.clean for part in parts] == [asked]


def test_a_subject_that_is_added_replaces_nothing(understanding):
    question = understanding.understand(Message(("国庆满多少减", "黑五满多少减")))
    assert [part.clean for part in question.parts] == ["国庆满多少减", "黑五满多少减"]


def test_a_follow_up_asks_the_question_before_it_of_another_subject(understanding):
    history = (Turn("buyer", "普票几天开好"), Turn("agent", "3个工作日内开好哦"))
    question = understanding.understand(Message(("那专票呢",), history=history))
    assert [part.clean for part in question.parts] == ["专票几天开好"]


def test_a_length_measured_again_counts_with_its_unit(understanding):
    question = understanding.understand(Message(("宝宝脚长15厘米", "重量了下 16厘米 穿几码")))
    assert question.slots["foot_cm"].value == 16
