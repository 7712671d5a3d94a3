"""What a spare part fits, read from the column of models of the page of spare parts."""

import pytest

from assist.documents import BlockKind
from assist.draft.fits import fitting_part_candidate
from unit.draft.shop_pages import Page
from unit.draft.writing import evidence, page, part, said


def parts_page(head="适用机型"):
    made = Page()
    rows = [
        ("墨盒 黑", "59", "P100、P200通用"),
        ("硒鼓 小容量", "129", "仅P100"),
        ("硒鼓 大容量", "199", "仅P200"),
        ("清洁组件", "49", "仅P200"),
    ]
    made.table(BlockKind.SKU_TABLE, ("规格", "价格", head), rows, "规格价格")
    return made.document("INK", "打印机耗材")


@pytest.mark.parametrize(
    ("asked", "text"),
    [
        ("墨盒p200能用吗", "墨盒 黑：适用机型P100、P200通用。"),
        ("硒鼓装得上p100不", "硒鼓 小容量：适用机型仅P100。硒鼓 大容量：适用机型仅P200。"),
        ("清洁那个组件通用吗", "清洁组件：适用机型仅P200。"),
    ],
)
def test_the_rows_that_are_named_say_what_they_fit(asked, text):
    product = parts_page()
    found = fitting_part_candidate(
        part(asked, products=("P200", "INK")),
        0,
        evidence(pages=[page("P200", facts=[("净重", "5kg")]), product]),
    )
    assert said(found) == text
    for statement in found.statements:
        (place,) = statement.citations
        assert product.text[place.span.start : place.span.end] == place.quote


@pytest.mark.parametrize(
    ("asked", "head"),
    [
        ("墨盒多少钱", "适用机型"),
        ("墨盒老人能用吗", "适用人群"),
        ("喷头能换吗", "适用机型"),
        ("墨盒撕开包装了能退吗", "适用机型"),
        ("墨盒放了两年还能用吗", "适用机型"),
        ("硒鼓p100能自己安装吗", "适用机型"),
    ],
)
def test_without_the_question_the_column_or_the_part_nothing_is_said(asked, head):
    product = parts_page(head)
    assert fitting_part_candidate(part(asked, products=("INK",)), 0, evidence(pages=[product])) is None
