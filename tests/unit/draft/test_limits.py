"""A figure that is named against what the page allows: within it, beyond it, or under a condition."""

import pytest

from assist.documents import BlockKind
from assist.draft.limits import limit_candidate
from unit.draft.shop_pages import Page
from unit.draft.writing import evidence, part, said


def rack():
    made = Page()
    made.fact("适用杆径", "18-32mm")
    made.fact("杆高", "最高160cm")
    made.fact("适用温度", "-15℃到8℃")
    made.line("低于-5℃请加一层保暖内衬。超过60kg的人请选加强款。")
    made.table(
        BlockKind.SKU_TABLE,
        ("规格", "托盘承重", "可放电脑", "价格"),
        [("标准款", "5kg以内", "13.3英寸", "89"), ("加强款", "12kg以内", "最大17英寸", "129")],
        "规格",
    )
    return made.document()


def answer(asked, *, intent="售前/商品/功能/能不能用", **fields):
    asked = part(asked, intent=intent, **fields)
    product = rack()
    found = limit_candidate(asked, 0, evidence(asked, pages=[product]))
    for statement in found.statements if found else ():
        for place in statement.citations:
            assert product.text[place.span.start : place.span.end] == place.quote
    return None if found is None else said(found)


@pytest.mark.parametrize(
    ("asked", "text"),
    [
        ("我那杆子2公分粗夹得住不", "这款适用杆径是18-32mm。2公分在这个范围内。"),
        ("杆子5厘米粗能夹吗", "这款适用杆径是18-32mm。5厘米不在这个范围内。"),
        ("零下二十度用着行不", "这款适用温度是-15℃到8℃。零下二十度不在这个范围内。"),
        ("零下十几度扛得住吗", "低于-5℃请加一层保暖内衬。"),
        ("零下三度能用吗", "这款适用温度是-15℃到8℃。零下三度在这个范围内。"),
        ("人140斤 得选加强款吧 行吗", "超过60kg的人请选加强款。"),
    ],
)
def test_the_nearest_limit_is_stated_with_what_it_comes_to(asked, text):
    assert answer(asked) == text


def test_of_a_row_only_the_cell_that_allows_it_is_said():
    text = answer("加强款托盘承10公斤行不", sku=("加强款",))
    assert text == "加强款：托盘承重12kg以内。10公斤在这个范围内。"
    assert (
        answer("加强款电脑16寸放得下吗", sku=("加强款",)) == "加强款：可放电脑最大17英寸。16寸在这个范围内。"
    )


@pytest.mark.parametrize(
    ("asked", "fields"),
    [
        ("杆子多粗能夹", {}),
        ("能夹几厘米的", {}),
        ("夹得住吗", {}),
        ("2公分和3公分的都夹得住不", {}),
        ("2公斤的快递能送上楼不", {"intent": "售前/物流/到货时间"}),
        ("绳子2米能拴狗不", {}),
        ("人有140斤 送礼行吗", {}),
    ],
)
def test_without_one_figure_and_a_limit_of_what_it_measures_nothing_is_said(asked, fields):
    assert answer(asked, **fields) is None
