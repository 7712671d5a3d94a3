"""Two clauses of one shop, side by side: told apart where they contradict each other, left alone where they do not."""

import pytest

from assist.documents import Document, Kind, Level
from assist.guard.conflicts import find_conflicts

APART = [
    ("现货付款后48小时内发货。", "现货订单72小时内发出。"),
    ("现货付款后四十八小时内发货。", "拍下后24小时发货。"),
    ("评价不返现。", "晒图评价返现5元。"),
    ("换货免费一次，运费本店承担。", "换货产生的来回运费由买家承担。"),
    ("可以修改地址，发货前联系客服。", "下单后一律不支持改地址。"),
    ("周末正常发货。", "周六周日不发货，顺延到周一。"),
    ("整机保修一年，电机保修三年。", "电机质保两年。"),
    ("每人限购2件。", "每个ID限购五件。"),
]
ALIKE = [
    ("现货付款后48小时内发货。", "付款之后两天之内给您发出。"),
    ("现货付款后48小时内发货。", "大促期间现货付款后72小时内发货。"),
    ("全店满59元包邮，新疆除外。", "新疆订单需补运费20元。"),
    ("整机保修一年，电机保修三年。", "电机质保36个月。"),
    ("换货运费本店承担。", "质量问题换货的运费本店承担。"),
    ("评价不返现。", "说好评返现的是骗子，谨防上当。"),
    ("可以修改地址，发货前联系客服。", "发货后不能修改地址。"),
    ("周末正常发货。", "周末客服不在线。"),
]


def conflicts(one, other):
    pages = [
        Document(id=name, text=text, title=name, kind=Kind.POLICY, level=Level.SHOP)
        for name, text in (("a", one), ("b", other))
    ]
    return find_conflicts(pages)


@pytest.mark.parametrize("pair", APART)
def test_clauses_that_contradict_each_other(pair):
    assert conflicts(*pair)


@pytest.mark.parametrize("pair", ALIKE)
def test_clauses_that_do_not(pair):
    assert not conflicts(*pair)
