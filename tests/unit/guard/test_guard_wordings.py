"""Families of wordings that may not be sent, and lawful ones that look like them."""

from pathlib import Path

import pytest

from assist.guard import mask, screen
from assist.results import Severity

WORDINGS = (Path(__file__).parent / "wordings.txt").read_text("utf-8").splitlines()


@pytest.mark.parametrize("row", [row for row in WORDINGS if row and not row.startswith("#")])
def test_what_may_not_be_sent(row):
    found = [finding for finding in screen(row[1:]) if finding.severity is Severity.BLOCK]
    assert bool(found) is (row[0] == "+")


@pytest.mark.parametrize(
    "text",
    [
        "这边给您查看了一下目前是正常的 妹子尽全力为您解决",
        "我们枣夹核桃都是今年新上架的",
        "那个呢 指的哪一个呀",
        "请商家务必详细填写并保证信息真实有效",
        "如果我是您，我也一定迫不及待等着商品送到",
        "针对您刚才反映的情况我们公司也会不断的去改善，希望改善后能给您带来更好的服务",
        "是的 直接厂家采购 确保正品",
    ],
)
def test_a_class_is_believed_only_where_it_is_named(text):
    assert not [finding for finding in screen(text) if finding.severity is Severity.BLOCK]


def test_item_ids_without_a_gap_are_no_order_number():
    assert mask("您要什么口味的547372065684547481727679").findings == ()
    assert mask("订单号2401879563210045678").findings != ()


@pytest.mark.parametrize(
    "text",
    [
        "公司在科技园南路12号4楼",
        "送到软件园二期B栋8楼",
        "中关村大街1号海龙大厦15层",
        "翠苑三区26幢4单元602",
        "大学城北区宿舍5号楼316",
    ],
)
def test_estates_with_a_quarter_and_a_floor_are_addresses(text):
    assert "[地址]" in mask(text).text
