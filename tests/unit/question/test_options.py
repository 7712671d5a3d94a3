"""Choices of a SKU table that are worded without being named, and what then is asked."""

import pytest

from assist.documents import BlockKind, Cell, Document, Kind, Row, Span, Table
from assist.messages import Message, Turn
from assist.question import Understanding, catalog
from assist.question.options import described_options, pointed_options
from assist.shop import ShopProfile
from assist.testing import HashingEncoder
from assist.text.tokenize import Tokenizer

SETS = ("单茶壶（不含杯）", "茶壶＋双层玻璃杯4只")


@pytest.mark.parametrize(
    ("text", "words", "found"),
    [
        ("一斤装多少钱", ("250g", "500g"), [("一斤", "500g")]),
        ("半升的多少钱", ("500ml", "1L"), [("半升", "500ml")]),
        ("500g的多少钱", ("250g", "500g"), []),
        ("一斤装多少钱", ("500g单支", "500g袋装"), []),
        ("最大码多少钱", ("S", "M", "3XL", "XL"), [("最大码", "3XL")]),
        ("最小码多少钱", ("36", "37", "42"), [("最小码", "36")]),
    ],
)
def test_amounts_and_ends_of_the_sizes(text, words, found):
    assert list(described_options(text, words)) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [("配杯那套多少钱", [SETS[1]]), ("不含杯的那个多少钱", [SETS[0]]), ("好看的那个多少钱", [])],
)
def test_describing_words_choose_among_sets(text, found):
    assert list(pointed_options(text, SETS)) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [("带杯的多少钱", [SETS[1]]), ("陶瓷的多少钱", []), ("玻璃杯的咋卖", [SETS[1]])],
)
def test_what_a_price_is_asked_of_chooses_too(text, found):
    assert list(pointed_options(text, SETS)) == found


def _page(id, title, rows):
    table = Table(
        BlockKind.SKU_TABLE,
        ("颜色", "规格", "价格"),
        tuple(Row(tuple(Cell(cell) for cell in row), Span(0, 1)) for row in rows),
    )
    return Document(id, title, kind=Kind.PRODUCT, title=title, categories=("茶",), tables=(table,))


@pytest.fixture(scope="module")
def reader():
    pages = (
        _page("W71", "竹里 焖茶壶 W71 1L 带提手", (("奶油白", SETS[0], "59"), ("墨绿", SETS[1], "89"))),
        _page("W72", "竹里 焖茶壶 W72 1.5L 电子测温", (("墨绿", "单壶", "129"),)),
    )
    return Understanding(
        encoder=HashingEncoder(), tokenizer=Tokenizer(), catalog=catalog(pages), profile=ShopProfile()
    )


def test_a_worded_choice_is_named_by_the_pages_own_word(reader):
    (part,) = reader.understand(Message(("配杯那套什么材质",), product="W71")).parts
    assert part.products == ("W71",)
    assert SETS[1] in part.sku


def test_a_price_that_one_choice_has_names_it(reader):
    (part,) = reader.understand(Message(("89那套什么材质",), product="W71")).parts
    assert set(part.sku) == {"墨绿", SETS[1]}
    assert reader.catalog.pointed_skus("60那套什么材质", ("W71",)) == ()


def test_words_that_only_point_ask_nothing(reader):
    (part,) = reader.understand(Message(("测温的那个多重",), product="W71")).parts
    assert part.products == ("W72",)
    assert part.clean == "多重"


def test_a_follow_up_that_only_points_asks_the_question_before_it(reader):
    history = (Turn("buyer", "手柄烫不烫"), Turn("agent", "W71的提手是竹的，不烫～"))
    (part,) = reader.understand(Message(("测温那个咧",), product="W71", history=history)).parts
    assert (part.products, part.clean) == (("W72",), "手柄烫不烫")


def test_a_sku_and_how_much_asks_the_price(reader):
    (part,) = reader.understand(Message(("墨绿的多少",), product="W71")).parts
    assert part.clean == "墨绿的多少钱"


def test_a_shortened_colour_is_the_pages_own(reader):
    question = reader.understand(Message(("奶白还有吗",), product="W71"))
    assert question.slots["color"].value == "奶油白"


@pytest.mark.parametrize(
    ("text", "words", "found"),
    [
        ("大的能放a4吗", ("中号", "大号"), [("大的", "大号")]),
        ("要小的多少钱", ("小杯", "大杯", "红色"), [("小的", "小杯")]),
        ("小的装得下多少", ("500ml", "1L", "白色"), [("小的", "500ml")]),
        ("最大号多重", ("小号", "中号", "加大号"), [("最大号", "加大号")]),
        ("大的和小的差在哪", ("中号", "大号"), []),
        ("大的多少钱", ("红色", "大号"), []),
    ],
)
def test_the_larger_or_the_smaller_one(text, words, found):
    assert list(described_options(text, words)) == found
