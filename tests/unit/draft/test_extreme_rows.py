"""The row of a table that is most in what is asked for."""

import pytest

from assist.documents import BlockKind
from assist.draft.extreme_rows import extreme_row_candidate
from unit.draft.shop_pages import Page
from unit.draft.writing import evidence, part, said

PROGRAMMES = (("程序", "大约用时"), [("日常洗", "48分钟"), ("快洗", "28分钟"), ("羊毛", "1小时10分钟")])
LEVELS = (
    ("档位", "风量", "噪音"),
    [("一档", "120m³/h", "26dB"), ("二档", "180m³/h", "38dB"), ("三档", "260m³/h", "52dB")],
)
EVEN = (("程序", "用时"), [("甲", "28分钟"), ("乙", "28分钟"), ("丙", "40分钟")])
SOME = (("程序", "用时"), [("甲", "28分钟"), ("乙", "看重量"), ("丙", "40分钟")])


def found(asked, *tables):
    page = Page()
    for header, rows in tables:
        page.table(BlockKind.TABLE, header, rows, "功能")
    product = page.document()
    given = part(asked, products=(product.id,))
    return extreme_row_candidate(given, 0, evidence(given, pages=[product]))


@pytest.mark.parametrize(
    ("asked", "text"),
    [
        ("最快多久洗完", "快洗：大约用时28分钟。"),
        ("哪个最慢", "羊毛：大约用时1小时10分钟。"),
        ("哪档最安静", "一档：噪音26dB。"),
        ("最吵的时候多少分贝", "三档：噪音52dB。"),
    ],
)
def test_the_row_that_is_most_is_stated_with_its_figure(asked, text):
    assert said(found(asked, PROGRAMMES, LEVELS)) == text


@pytest.mark.parametrize(
    ("asked", "tables"),
    [
        ("最快多久发货", [PROGRAMMES]),
        ("多久洗完", [PROGRAMMES]),
        ("羊毛最快多久", [PROGRAMMES]),
        ("最快多久洗完", [EVEN]),
        ("最快多久洗完", [SOME]),
        ("最便宜的是哪个", [PROGRAMMES]),
        ("最快多久洗完", [PROGRAMMES, PROGRAMMES]),
    ],
)
def test_without_one_most_of_what_is_asked_nothing_is_stated(asked, tables):
    assert found(asked, *tables) is None
