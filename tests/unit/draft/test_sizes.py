"""Sizes from a page's own table: units converted, between two sizes, outside the table, missing measures."""

import sys
from datetime import datetime
from pathlib import Path

import numpy as np
import pytest

from assist.documents import BlockKind, Span
from assist.draft.evidence import Evidence
from assist.draft.sizes import bounds, size_candidates
from assist.messages import IntentScore, Message, Part, Question, Slot
from assist.shop import ShopProfile

sys.path.insert(0, str(Path(__file__).parent))
from shop_pages import Page, shirt

NOW = datetime(2026, 11, 20, 14)


class Flat:
    """A scorer that likes everything the same."""

    def score(self, part, texts, heads):
        return np.full(len(texts), 0.5, dtype=np.float32)

    def similarity(self, left, texts):
        return np.full(len(texts), 0.5, dtype=np.float32)


def evidence(product, text="穿什么码", **slots):
    part = Part(
        text, text, Span(0, len(text)), (IntentScore("售前/尺码/推荐尺码", 0.9),), products=(product.id,)
    )
    question = Question((part,), {name: Slot(name, value) for name, value in slots.items()}, clean=text)
    return Evidence(
        Message((text,)),
        question,
        ((),),
        {product.id: product},
        (product,),
        (),
        ShopProfile(),
        NOW,
        NOW,
        Flat(),
    )


def suggest(product, text="穿什么码", **slots):
    given = evidence(product, text, **slots)
    return size_candidates(given.question.parts[0], 0, given)


@pytest.mark.parametrize(
    ("cell", "span"),
    [("161-165", (161, 165)), ("150～157", (150, 157)), ("１６１—１６５", (161, 165)), ("165", (165, 165)),
     ("≤160", (0, 160)), ("170以上", (170, float("inf"))), ("—", None)],
)  # fmt: skip
def test_cells_are_read_as_ranges(cell, span):
    assert bounds(cell) == span


def test_height_and_weight_in_one_row_give_that_size_and_cite_the_row():
    (found,) = suggest(shirt(), height_cm=163, weight_kg=55)
    assert "建议选M码" in found.statements[0].text
    assert "体重110斤" in found.statements[0].text
    assert found.statements[0].citations[0].quote == "M | 161-165 | 100-114"


def test_between_two_sizes_it_says_so_and_follows_the_page():
    (found,) = suggest(shirt(), height_cm=163, weight_kg=60)
    assert "两码之间" in found.statements[0].text
    assert "建议选L码" in found.statements[0].text
    assert [c.quote[0] for c in found.statements[0].citations] == ["M", "L"]


def test_between_two_sizes_without_a_rule_a_slim_fit_takes_the_smaller():
    (found,) = suggest(shirt(remark="尺码感受：正常"), "想穿修身点 什么码", height_cm=163, weight_kg=60)
    assert "建议选M码" in found.statements[0].text


def test_outside_the_table_it_says_so_and_names_the_edge():
    (found,) = suggest(shirt(), height_cm=190, weight_kg=100)
    assert "超出" in found.statements[0].text
    assert found.statements[0].citations[0].quote.startswith("L")


def test_a_missing_measure_is_asked_for_and_only_that():
    (found,) = suggest(shirt(), height_cm=163)
    assert found.verdict == "asked"
    assert "体重" in found.statements[0].text
    assert "身高" not in found.statements[0].text


def test_both_missing_are_asked_for_in_one_question():
    (found,) = suggest(shirt())
    assert found.verdict == "asked"
    assert "身高和体重" in found.statements[0].text


def test_shoes_go_by_foot_length_in_millimetres():
    page = Page()
    page.table(BlockKind.SIZE_TABLE, ("鞋码", "脚长(mm)"), [("24", "136-141"), ("26", "148-153")], "尺码表")
    (found,) = suggest(page.document("K1"), foot_cm=15.0)
    assert "26码" in found.statements[0].text
    assert "150mm" in found.statements[0].text


def test_kilogram_tables_are_read_as_kilograms():
    page = Page()
    page.table(
        BlockKind.SIZE_TABLE,
        ("尺码", "身高/cm", "体重/kg"),
        [("S", "150～157", "40～46"), ("M", "158～163", "47～53")],
        "尺码",
    )
    (found,) = suggest(page.document("K2"), height_cm=160, weight_kg=50)
    assert "建议选M码" in found.statements[0].text
    assert "体重50kg" in found.statements[0].text


def test_a_page_without_a_size_table_recommends_nothing():
    page = Page()
    page.fact("材质", "牛皮")
    assert suggest(page.document("K3"), height_cm=160, weight_kg=50) == []


def harness():
    page = Page()
    page.table(
        BlockKind.SIZE_TABLE,
        ("尺码", "胸围(cm)", "颈围(cm)", "参考体重"),
        [
            ("S", "36-46", "32-40", "4-8kg"),
            ("M", "46-58", "38-48", "8-15kg"),
            ("L", "58-72", "46-60", "15-25kg"),
        ],
        "尺码表",
    )
    page.line("以胸围为准，体重只作参考。", section="尺码表")
    return page.document("X1", "狗狗胸背带")


def test_a_girth_that_spans_a_range_leads_to_a_size_by_itself():
    (found,) = suggest(harness(), bust_cm=50)
    assert found.statements[0].text.startswith("按胸围50cm，对照尺码表建议选M码")


def test_where_ranges_touch_the_larger_size_is_taken():
    (found,) = suggest(harness(), bust_cm=58, neck_cm=46)
    assert "建议选L码" in found.statements[0].text


def test_the_measure_that_the_page_goes_by_is_asked_for():
    (found,) = suggest(harness())
    assert found.statements[0].text == "方便说一下毛孩子的胸围吗？我对着这款的尺码表帮您看。"


def test_what_a_garment_measures_is_no_measure_of_a_body():
    page = Page()
    page.table(BlockKind.SIZE_TABLE, ("尺码", "胸围(cm)"), [("M", "104"), ("L", "108")], "尺码表")
    assert suggest(page.document("G1"), bust_cm=104) == []
