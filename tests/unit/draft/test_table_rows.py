"""Rows of tables by the words that name them: one alone, one cell, two beside each other, the one that is most."""

import pytest

from assist.documents import BlockKind
from assist.draft.comparison import comparison_candidate
from assist.draft.pages import page_candidates
from assist.draft.skus import named_words
from assist.draft.table_rows import cell_candidate, named_rows, rows_for
from unit.draft.shop_pages import Page
from unit.draft.writing import evidence, part, said

FITS = (
    BlockKind.TABLE,
    ("机型", "硅胶款", "皮纹款", "重量"),
    [
        ("Mate 60", "有", "无", "28g"),
        ("Mate 60 Pro", "有", "有", "30g"),
        ("Mate 70", "无", "有", "29g"),
        ("折叠屏（内外屏）", "无", "无", "41g"),
    ],
    "适配机型",
)
MODES = (
    BlockKind.TABLE,
    ("模式", "噪音", "续航"),
    [("安静模式", "38dB", "约9小时"), ("强劲模式", "62dB", "约2小时"), ("自动", "45dB", "约5小时")],
    "模式",
)
SIZES = (
    BlockKind.SIZE_TABLE,
    ("尺码", "适合身高", "裤长"),
    [("90", "85-94cm", "50cm"), ("100", "95-104cm", "56cm")],
    "尺码表",
)
BEDS = (
    BlockKind.SKU_TABLE,
    ("尺寸", "净重", "价格"),
    [("150×200cm", "3.1kg", "219"), ("200×230cm", "4.2kg", "299"), ("180×220cm", "3.8kg", "259")],
    "规格",
)


def made(*tables, lines=()):
    page = Page()
    for table in tables:
        page.table(*table)
    for line in lines:
        page.line(line)
    return page.document()


def named(table, asked):
    (found,) = made(table).tables
    return [row.cells[0].text for row in named_rows(found, asked)]


@pytest.mark.parametrize(
    ("asked", "rows"),
    [
        ("mate60pro有皮的吗", ["Mate 60 Pro"]),
        ("mate 60有皮纹的吗", ["Mate 60"]),
        ("70有硅胶的没", ["Mate 70"]),
        ("折叠屏能用不", ["折叠屏（内外屏）"]),
        ("小米能用不", []),
        ("160能用吗", []),
    ],
)
def test_a_row_is_named_by_what_tells_it_from_the_others(asked, rows):
    assert named(FITS, asked) == rows


@pytest.mark.parametrize(
    ("asked", "rows"),
    [
        ("强劲的那档吵不吵", ["强劲模式"]),
        ("安静模式和强劲模式", ["安静模式", "强劲模式"]),
        ("哪个模式好", []),
    ],
)
def test_a_part_of_a_word_names_a_row_where_no_other_has_it(asked, rows):
    assert named(MODES, asked) == rows


def test_rows_beside_the_one_that_is_asked_about_are_not_said():
    asked = part("强劲的那档吵不吵")
    given = evidence(asked, pages=[made(MODES)], likes={"噪音": 0.9})
    assert said(page_candidates(asked, 0, given)[0]) == "强劲模式：噪音62dB，续航约2小时。"


SHADES = (
    BlockKind.TABLE,
    ("色号", "名称", "适合"),
    [("N10", "瓷白", "冷白皮"), ("W20", "暖自然", "黄皮、自然肤色"), ("W25", "小麦", "深肤色、自然肤色")],
    "色号表",
)


@pytest.mark.parametrize(
    ("asked", "labels"),
    [
        ("黄皮拍几号", ["W20"]),
        ("我冷白皮选哪个", ["N10"]),
        ("自然肤色买哪个", ["W20", "W25"]),
        ("哪个好看", []),
    ],
)
def test_a_row_is_for_whom_one_of_its_cells_names(asked, labels):
    (table,) = made(SHADES).tables
    assert [row.cells[0].text for row in rows_for(table, asked)] == labels


def test_what_all_rows_are_for_picks_none():
    table = (BlockKind.TABLE, ("型号", "适合"), [("一", "油皮、干皮"), ("二", "干皮")], "型号")
    assert rows_for(made(table).tables[0], "干皮选哪个") == []


def test_who_picks_is_told_the_row_for_such_people_alone():
    asked = part("黄皮拍几号")
    given = evidence(asked, pages=[made(SHADES)], likes={"适合": 0.9})
    assert said(page_candidates(asked, 0, given)[0]) == "W20：名称暖自然，适合黄皮、自然肤色。"


def test_who_stands_between_two_rows_is_told_what_the_page_advises():
    page = Page()
    page.table(*SHADES)
    page.line("在两个色号之间犹豫时选浅一号。", section="色号表")
    asked = part("n10和w20犹豫选哪个", intent="售前/商品/型号/款式差异")
    found = comparison_candidate(asked, 0, evidence(asked, pages=[page.document()]))
    assert found.statements[-1].text == "在两个色号之间犹豫时选浅一号。"
    plain = part("n10和w20区别", intent="售前/商品/型号/款式差异")
    assert len(comparison_candidate(plain, 0, evidence(plain, pages=[page.document()])).statements) == 2


@pytest.mark.parametrize(
    ("asked", "fields", "text"),
    [
        ("mate60pro有皮纹的吗", {}, "Mate 60 Pro有皮纹款。"),
        ("mate60有皮纹的吗", {}, "Mate 60没有皮纹款。"),
        ("mate70多沉", {"aspects": [("重量",)]}, "Mate 70：重量29g。"),
        ("100的裤子多长", {"aspects": [("裤长",)]}, "100码：裤长56cm。"),
        ("强劲能撑多久", {"aspects": [("续航",)]}, "强劲模式：续航约2小时。"),
    ],
)
def test_the_one_cell_is_stated_by_its_row_and_column(asked, fields, text):
    asked = part(asked, **fields)
    product = made(FITS, MODES, SIZES)
    found = cell_candidate(asked, 0, evidence(asked, pages=[product]))
    assert said(found) == text
    (place,) = found.statements[0].citations
    assert product.text[place.span.start : place.span.end] == place.quote


@pytest.mark.parametrize(
    ("asked", "fields", "slots"),
    [
        ("mate60和70哪个有皮纹的", {}, {}),
        ("mate60好看吗", {}, {}),
        ("身高100裤子多长", {"aspects": [("裤长",)]}, {"height_cm": 100}),
        ("100的够穿吗", {"aspects": [("尺码",)]}, {}),
    ],
)
def test_without_one_row_and_one_column_no_cell_is_stated(asked, fields, slots):
    asked = part(asked, **fields)
    assert cell_candidate(asked, 0, evidence(asked, pages=[made(FITS, SIZES)], slots=slots)) is None


@pytest.mark.parametrize("asked", ["安静的强劲的有啥区别", "安静模式比强劲模式少了什么"])
def test_two_rows_that_are_named_stand_beside_each_other(asked):
    asked = part(asked, intent="售前/商品/型号/款式差异")
    found = comparison_candidate(asked, 0, evidence(asked, pages=[made(MODES)]))
    assert [statement.text for statement in found.statements] == [
        "安静模式：噪音38dB，续航约9小时。",
        "强劲模式：噪音62dB，续航约2小时。",
    ]


@pytest.mark.parametrize(
    ("asked", "name"),
    [
        ("最大那床多沉", "200×230cm"),
        ("最小的多重", "150×200cm"),
        ("最贵那款多沉", "200×230cm"),
        ("最轻的多少钱", "150×200cm"),
    ],
)
def test_the_version_that_is_most_is_named_by_its_figures(asked, name):
    asked = part(asked)
    assert named_words(asked, evidence(asked, pages=[made(BEDS)])) == (name,)
