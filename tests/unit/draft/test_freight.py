"""Freight worked out from tariffs as shops write them, against a sum by hand."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assist.draft.freight import freight_candidate, names_place, tariffs
from assist.draft.rulings import rulings
from assist.guard import check
from unit.draft.writing import evidence, hits, page, part, policy, said

FREIGHT = "售前/物流/包邮/运费"
TARIFF = (
    "新疆、西藏：首重1千克20元，每增加1千克加11元，不足1千克按1千克算；单笔实付满288元免首重20元，续重照收。"
)
NEAR = "甘肃、青海：首重1千克9元，每增加1千克加4元，不足1千克按1千克算；单笔实付满168元包邮。"


def ask(text, rule=TARIFF, *more, province="新疆", pages=(), slots=None, history=(), intent=FREIGHT):
    document = policy("ship", [("1", "运费", rule, *more)])
    asked = part(text, intent=intent)
    slots = {"province": province, **(slots or {})} if province else (slots or {})
    given = evidence(asked, found=[hits(document)], slots=slots, pages=pages, history=history)
    return freight_candidate(asked, 0, given)


@pytest.mark.parametrize(
    ("written", "first", "step"),
    [
        ("新疆：首重1千克20元，每增加1千克加11元", (1, 20), (1, 11)),
        ("新疆首重20元/kg，续重11元/kg", (1, 20), (1, 11)),
        ("新疆：首重1kg内20元，续重每1kg加收11元", (1, 20), (1, 11)),
        ("新疆1公斤以内20元，每超过1公斤加11元", (1, 20), (1, 11)),
        ("新疆3公斤以内25元，超出部分每公斤6元", (3, 25), (1, 6)),
        ("发新疆首重一公斤二十元，续重一公斤十一元", (1, 20), (1, 11)),
        ("新疆：首重（1公斤）20块，续重每公斤11块", (1, 20), (1, 11)),
        ("新疆：首1kg 20元，续1kg 11元", (1, 20), (1, 11)),
        ("新疆首重500克12元，每增加500克加6元", ("0.5", 12), ("0.5", 6)),
        ("新疆：首重２千克２２元，每多1千克收7.5元", (2, 22), (1, "7.5")),
    ],
)  # fmt: skip
def test_tariffs_are_read_as_shops_write_them(written, first, step):
    (tariff,) = tariffs(policy("ship", [("1", "运费", written + "。")]))
    assert (tariff.first_kg, tariff.first_yuan) == tuple(map(Decimal, map(str, first)))
    assert (tariff.step_kg, tariff.step_yuan) == tuple(map(Decimal, map(str, step)))
    assert not tariff.rounds_up


@pytest.mark.parametrize(
    "written",
    [
        "新疆、西藏运费请咨询客服。",
        "单笔满59元包邮，不满59元收运费8元。",
        "新疆首重1千克20元。",
        "改发顺丰：首重1千克20元，每增加1千克加11元。",
        "例如：首重1千克20元，每增加1千克加11元，2千克是31元。",
    ],
)
def test_what_is_no_tariff_of_the_shop_is_not_read(written):
    assert tariffs(policy("ship", [("1", "运费", written)])) == ()


@pytest.mark.parametrize(
    ("words", "rounds"),
    [
        ("不足1千克按1千克算", True), ("不满1kg按1kg计", True), ("重量向上取整", True), ("以签收为准", False),
    ],
)  # fmt: skip
def test_rounding_counts_only_where_it_is_ruled(words, rounds):
    (tariff,) = tariffs(policy("ship", [("1", "运费", f"西藏：首重1千克20元，每增加1千克加11元，{words}。")]))
    assert tariff.rounds_up is rounds
    assert tariff.steps(Decimal("2.5")) == (2 if rounds else None)
    assert tariff.steps(Decimal("3")) == 2


@given(grams=st.integers(1, 30_000))
def test_a_fare_is_the_first_and_every_step_begun(grams):
    (tariff,) = tariffs(policy("ship", [("1", "运费", TARIFF)]))
    left, steps = grams - 1_000, 0
    while left > 0:
        left, steps = left - 1_000, steps + 1
    assert tariff.steps(Decimal(grams) / 1000) == steps


def test_a_fare_is_shown_step_by_step_and_passes_the_guards():
    found = ask("150块东西3.5公斤到新疆邮费")
    assert (
        said(found)
        == "寄新疆：3.5公斤按4公斤算，首重20元+续重3×11元，运费共53元（150元不到实付满288元，不免首重）。"
    )
    (statement,) = found.statements
    assert statement.facts[0].value == "53"
    assert statement.facts[0].origin == "computed"
    assert statement.citations[0].quote == TARIFF
    assert check(statement.text, citations=statement.citations, statements=found.statements) == ()
    wrong = statement.text.replace("53元", "55元")
    assert any(finding.kind == "number" for finding in check(wrong, statements=found.statements))


@pytest.mark.parametrize(
    ("text", "rule", "words"),
    [
        ("寄新疆一共2.6kg 邮费几多", TARIFF, "2.6公斤按3公斤算，首重20元+续重2×11元，运费共42元"),
        ("新疆2公斤运费多少", TARIFF, "2公斤，首重20元+续重1×11元，运费共31元"),
        ("半公斤 寄新疆 付50 邮费多少", TARIFF, "0.5公斤按1公斤算，在首重以内，运费20元"),
        ("付300 三公斤到新疆运费", TARIFF, "实付300元满288元免首重，3公斤，续重2×11元，运费共22元"),
        ("邮费怎么算 甘肃 两斤 付200", NEAR, "实付200元满168元包邮，不用付运费"),
    ],
)
def test_thresholds_and_weights_change_the_sum(text, rule, words):
    province = "甘肃" if "甘肃" in text else "新疆"
    found = ask(text, rule, province=province)
    assert words in said(found)
    statements = found.statements
    assert check(said(found), citations=statements[0].citations, statements=statements) == ()


@pytest.mark.parametrize(
    ("text", "options"),
    [
        ("寄新疆邮费多少", {}),
        ("3公斤邮费多少", {"province": None}),
        ("3公斤寄广东邮费多少", {"province": "广东"}),
        ("3公斤寄新疆发顺丰运费多少", {}),
        ("退货3公斤从新疆寄回运费多少", {}),
        ("3公斤的寄新疆多久到", {}),
        ("3.5公斤寄新疆运费", {"rule": "新疆：首重1千克20元，每增加1千克加11元。"}),
    ],
)
def test_without_what_it_takes_there_is_no_sum(text, options):
    assert ask(text, **{"rule": TARIFF, **options}) is None


def test_a_page_with_its_own_word_on_freight_is_not_overruled_by_the_tariff():
    own = page(sections=[("运费", "本品全国包邮，新疆、西藏除外。")])
    assert ask("3公斤寄新疆运费多少", pages=[own]) is None
    assert ask("3公斤寄新疆运费多少", pages=[page(facts=[("产地", "赣州")])]) is not None


def test_a_surcharge_a_piece_is_multiplied():
    own = page(sections=[("运费", "寄往新疆、西藏每箱补运费35元，下单前请联系客服。")])
    found = ask("三箱寄新疆要补多少", pages=[own], slots={"quantity": 3})
    assert "3箱一共补3×35=105元" in said(found)
    assert "每箱补运费35元" in said(found)
    assert check(said(found), citations=found.statements[0].citations, statements=found.statements) == ()
    assert ask("寄新疆要补多少", pages=[own]) is None


def test_a_surcharge_of_a_rule_counts_for_the_goods_that_it_names():
    rules = ("偏远地区指新疆、西藏、青海。", "米桶发偏远地区不参加包邮，每桶另收运费12元。")
    named, other = (page(title=title, facts=[("产地", "赣州")]) for title in ("山谷五斤装米桶", "山谷竹筷"))
    assert "2×12=24元" in said(
        ask("两桶到青海运费多少", *rules, province="青海", pages=[named], slots={"quantity": 2})
    )
    assert ask("两双到青海运费多少", *rules, province="青海", pages=[other], slots={"quantity": 2}) is None


def test_a_follow_up_on_freight_needs_no_word_for_it():
    turns = [{"role": "buyer", "text": "寄新疆邮费咋收"}, {"role": "agent", "text": "首重1千克20元哦"}]
    assert "运费共42元" in said(ask("两公斤4的一共多少", history=turns, intent="售前/商品/尺寸/参数"))
    assert ask("两公斤4的一共多少", intent="售前/商品/尺寸/参数") is None


@pytest.mark.parametrize(
    ("rule", "province", "named"),
    [
        ("新疆、西藏每单18元。", "西藏", True),
        ("收货地在江浙沪的，满29元包邮。", "上海", True),
        ("江浙沪皖满29元包邮。", "安徽", True),
        ("江浙沪满29元包邮。", "安徽", False),
        ("东北三省首重10元。", "吉林", True),
        ("除新疆、西藏以外包邮。", "新疆", False),
        ("偏远地区每单18元。", "青海", False),
    ],
)
def test_places_are_named_by_name_region_or_not_at_all(rule, province, named):
    (ruling,) = rulings(policy("ship", [("1", "收费", rule)]))
    assert names_place(ruling, province) is named
