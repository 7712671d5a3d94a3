import pytest

from assist.question.aspects import aspects, known
from assist.text.quantities import Dimension


@pytest.mark.parametrize(
    ("clean", "first"),
    [
        ("掉色不", "不掉色"),
        ("起球能退吗", "起球"),
        ("多重", "重量"),
        ("退货运费谁出", "退货运费"),
        ("质量问题运费谁出", "退货运费"),
        ("运费多少", "运费"),
        ("有运费险吗", "运费险"),
        ("保质期多久", "保质期"),
        ("充绒量多少", "充绒量"),
        ("孕妇能用吗", "孕妇"),
        ("穿什么码", "尺码"),
        ("那腰围呢", "腰围"),
        ("保修几年", "保修"),
        ("什么时候发货", "发货时间"),
        ("到成都几天能到", "到货时间"),
        ("is it waterproof", "防水"),
        ("滤芯怎么换", "换部件"),
        ("大了怎么换", "换货"),
    ],
)
def test_first_aspect(clean, first):
    assert aspects(clean)[0].name == first


def test_longer_words_are_more_specific_and_each_aspect_counts_once():
    found = [aspect.name for aspect in aspects("面料克重多少 面料是什么面料")]
    assert found == ["面料克重", "面料成分"]


def test_at_most_four():
    assert len(aspects("掉色起球缩水防水静电颜色口袋")) == 4


def test_nothing_named():
    assert aspects("这个怎么样") == () == aspects("")


def test_every_aspect_has_words_for_pages_and_a_known_dimension():
    names = [aspect.name for aspect in known()]
    assert len(names) == len(set(names)) >= 80
    words = {member.value for member in Dimension}
    assert all(aspect.keys and aspect.dimension in words | {""} for aspect in known())


@pytest.mark.parametrize(
    ("clean", "names"),
    [
        ("打开了能搁多久", ["开封后"]),
        ("开罐能放多久", ["开封后"]),
        ("没打开的能放多久", ["保质期"]),
        ("保质期多久", ["保质期"]),
        ("枕头多高", ["高度"]),
        ("柜子多宽", ["宽度"]),
        ("杯口多大", ["直径"]),
    ],
)
def test_a_narrower_property_stands_in_for_the_wider(clean, names):
    assert [aspect.name for aspect in aspects(clean)] == names
