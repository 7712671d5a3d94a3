"""What the form of a question demands of an answer."""

import pytest

from assist.demand import Amount, Figure, Name, Offer, Option, People, Quality, Subject, Thing
from assist.draft.demands import met
from assist.question.demands import demands as read_demands
from assist.text.tokenize import Tokenizer

WORDS = Tokenizer().words


def demands(text):
    return read_demands(text, WORDS)


def wanted(text):
    return set(demands(text))


@pytest.mark.parametrize(
    ("text", "demand"),
    [
        ("核桃是云南的还是新疆的", Option(("云南", "新疆"))),
        ("用的是国产牛还是进口牛", Option(("国产", "进口"))),
        ("燕麦色偏黄还是偏灰", Option(("黄", "灰"))),
        ("有没有烟酰胺", Thing(("烟酰胺",))),
        ("后跟有反光条吗", Thing(("反光",))),
        ("是不伤珊瑚的那种么", Quality(("伤珊瑚",), 0.51)),
        ("拉链是ykk的么", Name(("ykk",))),
        ("接switch能投电视吗", Name(("switch",))),
        ("充电盒电池多少毫安", Figure("mah|毫安")),
        ("领围多少厘米", Amount(("length", ""))),
        ("领围多少厘米", Subject("领围")),
        ("神经酰胺浓度百分之几", Figure("\\d\\s*%|％|百分之|成")),
        ("购物津贴怎么用", Offer("津贴")),
    ],
)
def test_a_form_demands_what_it_names(text, demand):
    assert demand in wanted(text)


@pytest.mark.parametrize(
    "text", ["", "这个怎么样", "都三天了还不发", "我想换个大一码的", "什么时候发货", "x" * 200]
)
def test_other_forms_demand_nothing(text):
    assert demands(text) == ()


def test_somebody_it_is_for_is_to_be_spoken_of():
    (demand,) = demands("孕妇能用吗")
    assert isinstance(demand, People)
    assert "孕" in demand.pattern


def test_a_property_may_be_named_as_pages_name_it():
    (demand,) = [item for item in demands("这锅多重") if isinstance(item, Amount)]
    assert demand.measure == ("weight", "")
    assert any("重" in name for name in demand.names)


@pytest.mark.parametrize(
    ("text", "told", "near"),
    [
        ("白色s码还剩几件", "白色 s：库存12件", "白色现货"),
        ("电池充满要多久", "充电时间3小时", "续航3小时"),
        ("多久能充满", "约2小时充满", "充电口是type-c，续航3小时"),
        ("烘干得多长时间", "低温烘干40分钟", "静置12小时，之后低温烘干到干透"),
        ("优惠券什么时候过期", "领取后7天内有效", "满200减20"),
        ("黑色几号能有货", "预计11月25日到货", "库存是0"),
        ("内衬什么颜色", "内衬：深灰色", "有黑色和灰色"),
        ("纽扣是什么色", "金属扣银色", "有黑色和米色"),
        ("这灯多少流明", "光通量800流明", "色温4000k"),
    ],
)
def test_a_figure_of_that_very_thing_is_wanted(text, told, near):
    (demand,) = [item for item in demands(text) if isinstance(item, Figure)]
    assert met(demand, told)
    assert not met(demand, near)
