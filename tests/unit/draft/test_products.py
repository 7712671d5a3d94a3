"""Whole products: a neutral summary, alternatives within a budget, which one is meant."""

from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from assist.draft.products import (
    alternatives_candidate,
    summary_candidate,
    which_product,
)
from unit.draft.shop_pages import shirt
from unit.draft.writing import evidence, page, part, said

POT = page("C1", title="山木 空气炸锅 C1 小型", facts=[("到手价", "199元"), ("容量", "4L"), ("功率", "1300W"),
           ("产地", "宁波"), ("货号", "SM-C1")])  # fmt: skip
BIG = page("C2", title="山木 空气炸锅 C2 大号", facts=[("到手价", "359元"), ("容量", "5.5L"), ("功率", "1700W"),
           ("产地", "宁波"), ("货号", "SM-C2")])  # fmt: skip
BANK = page("F1", title="山木 充电宝 F1 快充", facts=[("到手价", "139元"), ("容量", "20000mAh")])


def test_a_summary_says_three_sourced_points_in_one_breath_and_asks_on():
    product = page(facts=[("货号", "SM-1"), ("到手价", "59元"), ("容量", "4L"), ("净重", "3kg"), ("保修", "2年"),
                   ("功率", "1300W")])  # fmt: skip
    asked = part("这个怎么样", vague=True)
    found = summary_candidate(asked, 0, evidence(asked, pages=[product]))
    assert said(found) == "这款容量是4L，净重是3kg，保修是2年。"
    assert all(len(statement.citations) == 1 for statement in found.statements)
    assert (found.verdict, found.ask, found.choices) == ("asked", "aspect", ("功率",))
    assert "功率" in found.tail


def test_a_size_table_is_a_choice_and_no_facts_are_no_summary():
    asked = part("这个怎么样", vague=True)
    assert summary_candidate(asked, 0, evidence(asked, pages=[shirt()])).choices[0] == "尺码"
    assert summary_candidate(asked, 0, evidence(asked, pages=[page(lines=["很好用。"])])) is None
    assert summary_candidate(asked, 0, evidence(asked)) is None


@settings(deadline=None)
@given(budget=st.integers(1, 500))
def test_no_alternative_costs_more_than_the_budget(budget):
    prices = {"C1": 199, "C2": 359}
    asked = part("推荐个空气炸锅")
    given = evidence(asked, catalog=[POT, BIG, BANK], slots={"budget": Decimal(budget)})
    found = alternatives_candidate(asked, 0, given)
    offered = [statement.citations[0].document_id for statement in found.statements] if found else []
    assert offered == [name for name, price in prices.items() if price <= budget]


def test_an_alternative_is_named_with_its_price_and_the_need_it_meets():
    asked = part("有没有20000mah充电宝")
    found = alternatives_candidate(asked, 0, evidence(asked, catalog=[POT, BANK]))
    assert said(found) == "山木 充电宝 F1 快充：到手价是139元。"
    assert found.lead


def test_nothing_fits_nothing_is_offered():
    asked = part("推荐个行李箱")
    assert alternatives_candidate(asked, 0, evidence(asked, catalog=[POT, BANK])) is None


def test_which_of_a_few_like_products_is_asked_with_what_each_page_says():
    asked = part("空气炸锅功率多大", aspects=[("功率",)])
    found = which_product(asked, 0, evidence(asked, catalog=[POT, BIG, BANK]))
    assert (found.verdict, found.ask) == ("asked", "product")
    assert [choice.split()[0] for choice in found.choices] == ["C1", "C2"]
    assert "C1功率是1300W。" in said(found)
    assert "C2功率是1700W。" in said(found)
    assert "F1" not in said(found)


def test_no_like_product_or_too_many_are_not_listed():
    asked = part("行李箱多大")
    assert which_product(asked, 0, evidence(asked, catalog=[POT])) is None
    many = [page(f"C{n}", title=f"空气炸锅 C{n}", facts=[("容量", "4L")]) for n in range(4)]
    asked = part("空气炸锅多大")
    assert which_product(asked, 0, evidence(asked, catalog=many)) is None
