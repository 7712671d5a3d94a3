"""What the writer knows of a unit: one column a trait, one row a unit."""

from dataclasses import replace
from types import MappingProxyType

import numpy as np
import pytest

from assist.documents import BlockKind, Kind, Level
from assist.draft.traits import clause_traits, lacks_aspect, led_by, page_traits
from assist.draft.units import clause_units, product_units
from assist.retrieve.ranker import Ranker
from unit.draft.shop_pages import Page
from unit.draft.writing import evidence, hits, part, policy


def kettle():
    page = Page()
    page.fact("容量", "1.7L")
    page.line("问：能煮奶吗？\n答：不建议。", BlockKind.QA, "常见问题")
    page.line("1. 加水\n2. 通电", BlockKind.STEPS, "使用说明")
    page.table(BlockKind.SKU_TABLE, ("颜色", "价格"), [("白色", "99")], "规格")
    return page.document("K1")


def of_page(asked):
    return page_traits(product_units(kettle()), asked, evidence(asked, pages=[kettle()]))


def of_clauses(asked, *clauses, order=None, **fields):
    found = [h for h in hits(policy("r", clauses, **fields)) if h.chunk.section]
    given = evidence(asked, found=[tuple(found)], order=order)
    return clause_traits(clause_units(found), found, asked, led_by(asked, given))


def test_kinds_of_units_are_told_apart():
    columns = of_page(part("怎么用", aspects=[("容量",)]))
    assert {name: columns[name].tolist() for name in ("fact", "qa", "steps_asked", "row")} == {
        "fact": [1, 0, 0, 0],
        "qa": [0, 1, 0, 0],
        "steps_asked": [0, 0, 1, 0],
        "row": [0, 0, 0, 1],
    }
    assert columns["fact_asked"].tolist() == [1, 0, 0, 0]
    assert not columns["steps_unasked"].any()
    assert of_page(part("好看吗"))["steps_unasked"].tolist() == [0, 0, 1, 0]


def test_a_question_of_how_much_wants_a_figure():
    assert of_page(part("能装多少"))["number_missing"].tolist() == [0, 1, 0, 0]
    assert not of_page(part("好看吗"))["number_missing"].any()


def test_a_page_has_the_first_word_on_the_product_and_not_on_returns():
    assert not of_page(part(intent="售前/商品/材质/成分"))["page_not_ruling"].any()
    assert of_page(part(intent="售后/退换/无理由退货条件"))["page_not_ruling"].all()


@pytest.mark.parametrize(
    ("heading", "asked", "column"),
    [
        ("超过7天怎么办", "能退吗", "overdue_unasked"),
        ("不支持退货的商品", "能退吗", None),
        ("不适用的情形", "能退吗", "excluding_unasked"),
    ],
)
def test_a_clause_on_an_exception_that_was_not_asked_for_is_marked(heading, asked, column):
    columns = of_clauses(part(asked), ("1", heading, "请联系客服。"))
    marked = [name for name in ("overdue_unasked", "excluding_unasked") if columns[name].any()]
    assert column is None or marked == [column]
    late = of_clauses(part("超过十天了不退吗"), ("1", heading, "请联系客服。"))
    assert not late["overdue_unasked"].any()
    assert not late["excluding_unasked"].any()


def test_hits_stand_by_meaning_and_by_their_share_of_the_most_words():
    found = [
        h for h in hits(policy("r", (("1", "退货", "可退。"), ("2", "换货", "可换。")))) if h.chunk.section
    ]
    lanes = ({"dense": 0.5, "sparse": 8.0}, {"sparse": 4.0})
    found = [replace(hit, lanes=MappingProxyType(lane)) for hit, lane in zip(found, lanes, strict=True)]
    columns = clause_traits(
        clause_units(found), found, part(), led_by(part(), evidence(part(), found=[tuple(found)]))
    )
    assert columns["retrieved"] == pytest.approx([0.35 + 0.3, 0.15])


def test_authority_and_kind_are_columns():
    clause = ("1", "退货", "7天内可退。")
    assert of_clauses(part(), clause, level=Level.LAW)["above_shop"].all()
    assert not of_clauses(part(), clause)["above_shop"].any()
    assert of_clauses(part(), clause, kind=Kind.PROMOTION)["promotion"].all()
    assert of_clauses(part(intent="售前/尺码/推荐尺码"), clause)["clause_for_page"].all()


def test_the_orders_branch_marks_the_heading_it_leads_to():
    asked = part("能退吗", intent="售后/退换/无理由退货条件")
    columns = of_clauses(
        asked, ("1", "七天无理由退货", "可退。"), ("2", "超过7天", "请联系客服。"),
        order={"signed_at": "2026-11-01T10:00"},
    )  # fmt: skip
    assert columns["branch"].tolist() == [0, 1]


def test_every_column_is_float32_of_one_length_and_known_to_the_shipped_ranker():
    clauses = of_clauses(part(), ("1", "退货", "7天内可退。"), ("2", "换货", "可换。"))
    for columns, rows in ((of_page(part()), 4), (clauses, 2)):
        assert {column.dtype for column in columns.values()} == {np.dtype(np.float32)}
        assert {column.shape for column in columns.values()} == {(rows,)}
        assert columns.keys() <= Ranker.bundled().weights.keys()


def test_a_property_is_lacking_when_no_unit_holds_its_keys():
    none, some = np.zeros(2, np.float32), np.array([0, 1], np.float32)
    asked = part(aspects=[("噪音",)])
    assert lacks_aspect({"aspect_head": none, "aspect_text": none}, asked)
    assert not lacks_aspect({"aspect_head": none, "aspect_text": some}, asked)
    assert not lacks_aspect({"aspect_head": none, "aspect_text": none}, part())
