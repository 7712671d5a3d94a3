"""What is true of one SKU, and asking which one when they differ."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assist.documents import BlockKind, Fact
from assist.draft.skus import named_words, row_holds, sku_candidates
from assist.question.demands import demands
from assist.text.tokenize import Tokenizer
from unit.draft.shop_pages import Page
from unit.draft.writing import evidence, part, said


def jacket(weights=("84g", "90g", "96g"), whole=None):
    page = Page()
    if whole:
        page.fact("充绒量", whole)
    rows = [("J-BK-M", "黑色", "M"), ("J-BK-L", "黑色", "L"), ("J-SB-M", "雾霾蓝", "M")]
    rows = [(*row, weight) for row, weight in zip(rows, weights, strict=True)]
    page.table(BlockKind.SKU_TABLE, ("SKU编码", "颜色", "尺码", "充绒量"), rows, "规格")
    for row, cells in zip(page.tables[0].rows, rows, strict=True):
        page.facts.append(Fact("充绒量", cells[3], row.span, sku=cells[0], section="规格"))
    return page.document("J1", "测试羽绒服")


def found(product, text="充绒量多少", *, sku=(), slots=None):
    asked = part(text, aspects=[("充绒量",)], sku=sku)
    return sku_candidates(asked, 0, evidence(asked, pages=[product], slots=slots))


def test_a_named_sku_gets_its_own_value_and_row():
    (one,) = found(jacket(), slots={"color": "黑色", "size": "L"})
    assert one.verdict == "answered"
    assert "90g" in said(one)
    assert "84g" not in said(one)
    assert one.statements[0].citations[0].quote == "J-BK-L | 黑色 | L | 90g"
    assert one.statements[0].facts[0].sku == "J-BK-L"


def test_skus_that_differ_and_none_named_are_asked_about_with_the_pages_choices():
    (one,) = found(jacket())
    assert (one.verdict, one.ask) == ("asked", "sku")
    assert one.choices == ("黑色", "雾霾蓝")
    assert "黑色、雾霾蓝" in said(one)
    assert len(one.statements[0].citations) == 3


def test_one_value_for_all_skus_is_said_once_without_asking():
    (one,) = found(jacket(("90g", "90g", "90g")))
    assert one.verdict == "answered"
    assert said(one) == "这款充绒量是90g。"


def shoes():
    page = Page()
    rows = [
        ("S-1", "蜜桃粉", "22-26", "129元"),
        ("S-2", "蜜桃粉", "27-30", "139元"),
        ("S-3", "奶咖", "22-26", "129元"),
    ]
    page.table(BlockKind.SKU_TABLE, ("SKU编码", "颜色", "尺码段", "价格"), rows, "颜色")
    for row, cells in zip(page.tables[0].rows, rows, strict=True):
        page.facts.append(Fact("价格", cells[3], row.span, sku=cells[0], section="颜色"))
    return page.document("S1", "测试童鞋")


@pytest.mark.parametrize(
    ("size", "price"), [("22", "129元"), ("26", "129元"), ("27", "139元"), ("30", "139元")]
)
def test_a_size_lies_in_the_row_that_gives_several(size, price):
    asked = part("蜜桃粉多少钱", aspects=[("价格",)])
    given = evidence(asked, pages=[shoes()], slots={"color": "蜜桃粉", "size": size})
    (one,) = sku_candidates(asked, 0, given)
    assert price in said(one)
    assert len(one.statements) == 1


def test_a_colour_without_the_size_is_said_with_the_sizes_it_has():
    asked = part("雾霾蓝的2XL有吗", intent="售前/库存/有货/补货")
    (one,) = sku_candidates(
        asked, 0, evidence(asked, pages=[jacket()], slots={"color": "雾霾蓝", "size": "2XL"})
    )
    assert said(one) == "雾霾蓝的尺码是M，没有2XL。"
    (place,) = one.statements[0].citations
    assert "雾霾蓝 | M" in place.quote


@pytest.mark.parametrize(
    "slots", [{"color": "黑色", "size": "L"}, {"color": "红色", "size": "L"}, {"color": "黑色"}]
)
def test_a_size_that_is_there_or_a_colour_that_is_not_is_left_to_the_page(slots):
    asked = part("有吗", intent="售前/库存/有货/补货")
    assert sku_candidates(asked, 0, evidence(asked, pages=[jacket()], slots=slots)) == []


def test_a_further_word_picks_one_of_the_rows_that_are_left():
    page = Page()
    rows = [
        ("E-1", "浅烘（花果酸）", "12颗", "36"),
        ("E-2", "中烘（坚果甜）", "12颗", "38"),
        ("E-3", "三种各12颗", "36颗", "89"),
    ]
    page.table(BlockKind.SKU_TABLE, ("SKU编码", "烘焙度", "规格", "价格"), rows, "规格")
    for row, cells in zip(page.tables[0].rows, rows, strict=True):
        page.facts.append(Fact("价格", cells[3], row.span, sku=cells[0], section="规格"))
    asked = part("坚果甜那个12颗怎么卖", aspects=[("价格",)], sku=("12颗",))
    (one,) = sku_candidates(asked, 0, evidence(asked, pages=[page.document("E1", "测试咖啡")]))
    assert [statement.facts[0].value for statement in one.statements] == ["38"]


def test_a_value_for_the_whole_product_is_left_to_the_page():
    assert found(jacket(whole="90g")) == []


def test_a_colour_that_names_two_rows_gets_both_values():
    (one,) = found(jacket(), slots={"color": "黑色"})
    assert [s.facts[0].value for s in one.statements] == ["84g", "90g"]


def test_nothing_without_a_product_an_aspect_or_a_sku_fact_of_it():
    assert sku_candidates(part("充绒量"), 0, evidence(pages=[jacket()])) == []
    asked = part("面料", aspects=[("面料",)])
    assert sku_candidates(asked, 0, evidence(asked, pages=[jacket()])) == []
    asked = part("充绒量", aspects=[("充绒量",)])
    assert sku_candidates(asked, 0, evidence(asked)) == []


def test_words_that_no_row_holds_yield_to_what_the_slots_settled_on():
    asked = part(sku=("粉色",))
    given = evidence(asked, pages=[jacket()], slots={"color": "黑色"})
    assert named_words(asked, given) == ("黑色",)


@pytest.mark.parametrize(
    ("row", "named", "holds"),
    [
        ("J-1 | 黑色 | M", ("m",), True),
        ("J-1 | 黑色 | XL", ("l",), False),
        ("J-1 | 黑色 | M / L", ("l", "黑色"), True),
        ("J-1 | 奶油白 | M", ("奶白",), True),
        ("J-1 | 藏青 | M", ("黑色",), False),
        ("J-1 | 黑色 | M", (), True),
    ],
)
def test_letters_name_whole_cells_and_chinese_words_may_be_shortened(row, named, holds):
    assert row_holds(row, named) is holds


@given(st.lists(st.sampled_from(["黑色", "藏青", "xl", "m", "3xl"]), min_size=1, max_size=4, unique=True))
def test_a_row_holds_each_of_its_own_cells(cells):
    assert all(row_holds(" | ".join(cells), (cell,)) for cell in cells)


def pans():
    page = Page()
    rows = [("单锅", "139元"), ("锅+玻璃盖", "169元"), ("礼盒", "229元")]
    page.table(BlockKind.SKU_TABLE, ("规格", "价格"), rows, "规格价格")
    for row, cells in zip(page.tables[0].rows, rows, strict=True):
        page.facts.append(Fact("价格", cells[1], row.span, sku=cells[0], section="规格价格"))
    return page.document("P1", "测试锅")


@pytest.mark.parametrize(
    ("asked", "named"),
    [
        ("带盖儿的多少钱", ("盖",)),
        ("加盖子那款多少钱", ("盖",)),
        ("有盖的几块", ("盖",)),
        ("不带盖的多少钱", ()),
        ("带盖吗多少钱", ()),
        ("带勺子的多少钱", ()),
    ],
)
def test_a_version_is_named_by_what_it_comes_with(asked, named):
    question = part(asked, aspects=[("价格",)])
    assert named_words(question, evidence(question, pages=[pans()])) == named


@pytest.mark.parametrize(
    ("asked", "intent", "spoken"),
    [
        ("盖子摔了 单买多少钱", "售前/商品/包装/配件/赠品", False),
        ("过保了 换个把手要多少钱", "售后/维修/保修/维修申请", False),
        ("坏了怎么办 多少钱", "售前/售后咨询/质保/三包", False),
        ("多少钱", "售前/价格/优惠/活动", True),
    ],
)
def test_the_price_of_a_piece_or_a_repair_stands_in_no_row(asked, intent, spoken):
    given = part(asked, intent=intent, aspects=[("价格",)], demands=demands(asked, Tokenizer().words))
    assert bool(sku_candidates(given, 0, evidence(given, pages=[pans()]))) is spoken


def test_what_holds_of_each_of_a_few_is_told_with_the_question():
    page = Page()
    rows = [("奶茶色", "小号", "0.5kg"), ("黑色", "小号", "0.5kg"), ("黑色", "大号", "0.8kg")]
    page.table(BlockKind.SKU_TABLE, ("颜色", "规格", "重量"), rows, "规格")
    for row, cells in zip(page.tables[0].rows, rows, strict=True):
        page.facts.append(Fact("重量", cells[2], row.span, sku="".join(cells[:2]), section="规格"))
    asked = part("多重", aspects=[("重量",)])
    (one,) = sku_candidates(asked, 0, evidence(asked, pages=[page.document("B1", "测试包")]))
    assert (one.verdict, one.ask, one.choices) == ("asked", "sku", ("小号", "大号"))
    assert said(one) == "重量：小号是0.5kg，大号是0.8kg。请问您看的是哪一个？"
    assert {fact.value for fact in one.statements[0].facts} == {"0.5kg", "0.8kg"}


def test_a_choice_with_more_than_one_value_is_not_told():
    assert "84g" not in said(found(jacket())[0])


def buttoned(*columns):
    page = Page()
    rows = [("黑色", "银色"), ("米色", "金色")]
    page.table(BlockKind.SKU_TABLE, ("颜色", *columns), rows, "规格")
    for row, cells in zip(page.tables[0].rows, rows, strict=True):
        page.facts.append(Fact(columns[0], cells[1], row.span, sku=cells[0], section="规格"))
    return page.document("C1", "测试大衣")


def test_the_colour_of_a_part_is_none_of_the_goods():
    asked = part("扣子什么颜色", aspects=[("颜色",)], sku=("黑色",))
    (one,) = sku_candidates(asked, 0, evidence(asked, pages=[buttoned("金属扣")], slots={"color": "黑色"}))
    assert said(one) == "黑色的金属扣是银色。"
    asked = part("拉链是什么颜色", aspects=[("颜色",)])
    assert sku_candidates(asked, 0, evidence(asked, pages=[buttoned("金属扣")])) == []
    asked = part("有什么颜色", aspects=[("颜色",)])
    assert "黑色、米色" in said(*sku_candidates(asked, 0, evidence(asked, pages=[buttoned("金属扣")])))


def test_a_size_that_is_named_twice_is_the_one_that_a_row_holds():
    asked = part("L那个充绒量多少", aspects=[("充绒量",)], sku=("L",))
    (one,) = sku_candidates(asked, 0, evidence(asked, pages=[jacket()], slots={"size": "大号"}))
    assert "90g" in said(one)


@pytest.mark.parametrize(
    ("asked", "named"),
    [
        ("甜的那种多少钱", ("甜",)),
        ("辣的那款", ("辣",)),
        ("大的那种", ()),
        ("咸的那种", ()),
        ("味的那个", ()),
    ],
)
def test_a_version_is_called_by_one_character_of_its_name_alone(asked, named):
    page = Page()
    rows = [("甜椒味", "12元"), ("香辣味", "13元"), ("原味", "14元")]
    page.table(BlockKind.SKU_TABLE, ("口味", "价格"), rows, "规格")
    given = part(asked)
    assert named_words(given, evidence(given, pages=[page.document()])) == named


def test_a_column_that_only_tells_whether_it_is_there_is_no_answer_to_how_far():
    page = Page()
    page.table(BlockKind.SKU_TABLE, ("规格", "遥控器"), [("旋钮款", "无"), ("智能款", "有")], "规格")
    for row, value in zip(page.tables[0].rows, ("无", "有"), strict=True):
        page.facts.append(Fact("遥控器", value, row.span, sku=row.cells[0].text, section="规格"))
    product = page.document()
    for text, asks in (("遥控离多远还能按", False), ("有遥控吗", True)):
        asked = part(text, aspects=[("遥控",)], demands=demands(text, Tokenizer().words))
        assert bool(sku_candidates(asked, 0, evidence(asked, pages=[product]))) is asks


def test_that_the_black_one_is_black_tells_nothing():
    page = jacket()
    product = replace(
        page,
        facts=(
            *page.facts,
            *(
                Fact("外观", row.cells[1].text, row.span, sku=row.cells[0].text, section="规格")
                for row in page.tables[0].rows
            ),
        ),
    )
    asked = part("黑色的会掉色吗", aspects=[("外观",)], sku=("黑色",))
    assert sku_candidates(asked, 0, evidence(asked, pages=[product])) == []
