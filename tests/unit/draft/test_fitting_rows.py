"""The row of a table that an age, a weight or a number of people falls into."""

import pytest

from assist.documents import BlockKind
from assist.draft.fitting_rows import fitting_row_candidate
from unit.draft.shop_pages import Page
from unit.draft.writing import evidence, part, said


def shop_page(header, rows, kind=BlockKind.SKU_TABLE):
    page = Page()
    page.table(kind, header, rows, "规格")
    return page.document()


PILLOW = shop_page(
    ("款式", "高度", "适合"),
    [("低款", "7cm", "体重110斤以下"), ("高款", "9cm", "体重110斤及以上"), ("护颈款", "8cm", "各种睡姿")],
)
BOTTLE = shop_page(("规格", "高度", "建议年龄"), [("350ml", "17cm", "2-4岁"), ("500ml", "21cm", "5岁以上")])
POT = shop_page(
    ("规格", "建议人数", "价格"),
    [("24cm", "1-2人", "99元"), ("28cm", "3-4人", "129元"), ("32cm", "5人以上", "159元")],
)
BED = shop_page(
    ("型号", "内径", "适合宠物"),
    [("小", "40cm", "5kg以内"), ("中", "55cm", "5-15kg"), ("大", "75cm", "15-30kg")],
)
OVERLAPPING = shop_page(("型号", "适合宠物"), [("小", "5kg以内"), ("大", "不超过30kg")])
DIAPERS = shop_page(("型号", "片数"), [("S", "62片"), ("M", "56片")])


def found(text, product):
    asked = part(text, products=(product.id,))
    return fitting_row_candidate(asked, 0, evidence(asked, pages=[product]))


@pytest.mark.parametrize(
    ("product", "asked", "row"),
    [
        (PILLOW, "侧着睡 140斤 选哪款", "高款"),
        (PILLOW, "55公斤买哪个", "高款"),
        (PILLOW, "我才90斤 拿哪个高度", "低款"),
        (BOTTLE, "娃四岁拿大的小的", "350ml"),
        (BOTTLE, "6岁用哪个", "500ml"),
        (POT, "家里3个人选哪个", "28cm"),
        (POT, "六个人吃买哪款", "32cm"),
        (POT, "三四口人拿哪个", "28cm"),
        (POT, "七八口子人吃饭拍哪个", "32cm"),
        (BED, "狗狗12公斤选哪个", "中"),
    ],
)
def test_the_row_that_holds_the_figure_is_stated(product, asked, row):
    told = found(asked, product)
    assert said(told).startswith(row)
    (place,) = told.statements[0].citations
    assert place.quote.startswith(row)


@pytest.mark.parametrize(
    ("product", "asked"),
    [
        (PILLOW, "140斤睡着会塌吗"),
        (PILLOW, "选哪款"),
        (PILLOW, "枕头多高选哪个 2个人用"),
        (BOTTLE, "4-6岁的娃拿哪个"),
        (POT, "两三个人选哪个"),
        (BOTTLE, "一岁拿哪个"),
        (OVERLAPPING, "狗狗4公斤选哪个"),
        (DIAPERS, "10斤选哪个"),
        (DIAPERS, "宝宝5个月选哪个"),
    ],
)
def test_without_exactly_one_fitting_row_nothing_is_said(product, asked):
    assert found(asked, product) is None


def test_up_to_leaves_out_the_end_that_from_holds():
    assert said(found("110斤选哪个", PILLOW)).startswith("高款")


def test_figures_of_a_header_count_as_shown():
    page = shop_page(
        ("规格", "6小时保温", "建议年龄"), [("350ml", "≥48℃", "2-4岁"), ("500ml", "≥53℃", "5岁以上")]
    )
    (statement,) = found("6岁用哪个", page).statements
    assert statement.shown == ("6小时保温",)
    assert "6小时保温≥53℃" in statement.text
