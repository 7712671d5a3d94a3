"""Answers from pages and rules: values verbatim, named SKUs only, near units together."""

from dataclasses import replace
from datetime import datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assist.documents import BlockKind, Level
from assist.draft.pages import (
    LACKING,
    echoes,
    fact_statement,
    focus_words,
    page_candidates,
    ranked_clauses,
    ranked_page,
    supporting_facts,
)
from unit.draft.shop_pages import Page, shirt
from unit.draft.writing import evidence, hits, page, part, past_answer, policy, said

VALUES = st.text(st.sampled_from("棉涤纶0123456789.%-～/℃ cm"), min_size=1).filter(
    lambda text: text == text.strip() and text
)


@settings(deadline=None)
@given(value=VALUES)
def test_a_fact_statement_keeps_the_value_verbatim(value):
    product = page(facts=[("面料成分", value)])
    statement = fact_statement(product.facts[0], product, 2)
    assert value in statement.text
    assert statement.facts[0].value == value
    assert statement.part == 2
    (place,) = statement.citations
    assert place.quote == f"面料成分：{value}"
    assert product.text[place.span.start : place.span.end] == place.quote


def candidates(asked, *, pages=(), rules=(), likes=None, **more):
    return page_candidates(asked, 0, evidence(asked, pages=pages, found=[hits(*rules)], likes=likes, **more))


def test_the_best_parameter_answers_with_its_place():
    best = candidates(part("会掉色吗"), pages=[shirt()], likes={"不掉色": 0.9})[0]
    assert (best.lane, best.score) == ("fact", pytest.approx(0.9))
    assert said(best) == "这款不掉色等级是4级。"
    assert best.statements[0].citations[0].section == "商品参数"


def test_a_sentence_that_states_the_same_fact_speaks_for_the_parameter():
    product = page(facts=[("不掉色等级", "4级")], lines=["本款不掉色等级4级，第一次请单独洗。"])
    best = candidates(part("会掉色吗"), pages=[product], likes={"不掉色等级": 0.9})[0]
    assert said(best) == "本款不掉色等级4级，第一次请单独洗。"
    assert [c.section for c in best.statements[0].citations] == ["产品介绍", "商品参数"]
    assert best.statements[0].facts[0].value == "4级"


def test_near_units_are_said_together_in_the_pages_order_and_far_ones_are_not():
    product = page(facts=[("容量", "4L"), ("净重", "3kg"), ("产地", "宁波")])
    best = candidates(part("多大多重"), pages=[product], likes={"净重": 0.9, "容量": 0.8, "产地": 0.3})[0]
    assert said(best) == "这款容量是4L。这款净重是3kg。"


def test_page_and_rule_are_ranked_together_best_first():
    rule = policy("r", [("1", "保修", "全店保修1年。")])
    found = candidates(
        part("保修多久"), pages=[page(facts=[("保修", "2年")])], rules=[rule], likes={"2年": 0.9, "全店": 0.6}
    )
    assert [item.score for item in found] == sorted((item.score for item in found), reverse=True)
    assert said(found[0]) == "这款保修是2年。"
    assert "全店保修1年。" in [said(item) for item in found]


def test_what_a_page_rules_on_itself_stands_in_place_of_the_shops_rule():
    product = page("C1", facts=[("保修", "2年")])
    rule = policy("rules", [("1", "保修", "小家电保修12个月。")])
    likes = {"2年": 0.5, "12个月": 0.55}
    warranty = part("保修多久", intent="售前/售后咨询/质保/三包", products=("C1",))
    ranked = [said(item) for item in candidates(warranty, pages=[product], rules=[rule], likes=likes)]
    assert "2年" in ranked[0]
    assert not any("12个月" in text for text in ranked), "the general rule does not hold for this product"


@pytest.mark.parametrize(
    ("level", "lead"), [(Level.LAW, "按法律规定："), (Level.PLATFORM, "按平台规则："), (Level.SHOP, "")]
)
def test_a_clause_names_the_authority_it_rests_on(level, lead):
    rule = policy("r", [("1", "退货", "7天内可以退货。")], level=level)
    assert candidates(part("能退吗"), rules=[rule], likes={"7天": 0.9})[0].lead == lead


def test_the_next_clause_of_the_same_document_joins_when_near_and_short():
    rule = policy("r", [("1", "退货", "7天内可以退货。"), ("2", "运费", "退货运费自理。")])
    near = candidates(part("退货"), rules=[rule], likes={"7天": 0.9, "自理": 0.8})[0]
    far = candidates(part("退货"), rules=[rule], likes={"7天": 0.9, "自理": 0.4})[0]
    assert said(near) == "7天内可以退货。退货运费自理。"
    assert said(far) == "7天内可以退货。"


def test_two_products_are_told_apart_by_name():
    two = [page("T1", facts=[("容量", "4L")]), page("T2", facts=[("容量", "5L")])]
    found = candidates(part("容量", products=("T1", "T2")), pages=two, likes={"容量": 0.9})
    assert {said(item) for item in found[:2]} == {"T1容量是4L。", "T2容量是5L。"}


def test_the_product_that_is_asked_for_is_named():
    kettle = page("K7", facts=[("适用炉灶", "电磁炉、燃气灶")])
    found = candidates(part("哪个壶能放电磁炉上烧"), pages=[kettle], likes={"炉灶": 0.9})
    assert said(found[0]) == "K7适用炉灶是电磁炉、燃气灶。"


def test_who_asks_how_is_given_the_steps_before_a_bare_parameter():
    made = Page()
    made.fact("配网方式", "2.4G")
    made.line("1. 长按电源5秒。\n2. 在手机里点添加。", BlockKind.STEPS, "配网")
    likes = {"配网方式": 0.8, "长按": 0.7}
    first = [
        candidates(part(asked), pages=[made.document()], likes=likes)[0].lane
        for asked in ("配网怎么弄", "配网是2.4g还是5g")
    ]
    assert first == ["steps", "fact"]


def test_a_row_of_a_price_and_a_stock_does_not_stand_beside_what_is_asked():
    made = Page()
    made.line("左开门适合靠右墙放。")
    made.table(
        BlockKind.SKU_TABLE,
        ("规格", "价格", "库存"),
        [("左开门", "899", "4"), ("右开门", "899", "0")],
        "规格",
    )
    asked = part("左开门放哪边墙", sku=("左开门",))
    found = candidates(asked, pages=[made.document()], likes={"左开门": 0.9})
    assert said(found[0]) == "左开门适合靠右墙放。"


def test_rows_of_other_skus_are_left_out_and_all_of_them_while_none_is_named():
    made = Page()
    made.table(BlockKind.SKU_TABLE, ("颜色", "价格(元)"), [("白色", "59"), ("黑色", "65")], "规格")
    product = made.document()
    ranked = ranked_page(part("黑色多少钱", sku=("黑色",)), 0, product, evidence(pages=[product]))
    assert [unit.quote for unit in ranked.units] == ["黑色 | 65"]
    assert ranked_page(part("多少钱"), 0, product, evidence(pages=[product])) is None


def test_a_page_that_nowhere_speaks_of_the_property_counts_less():
    product = page(facts=[("容量", "4L")])
    given = evidence(pages=[product], likes={"容量": 0.8})
    known = ranked_page(part(aspects=[("容量",)]), 0, product, given).scores
    lacking = ranked_page(part(aspects=[("噪音",)]), 0, product, given).scores
    assert lacking == pytest.approx(known * LACKING)


def test_nothing_found_is_no_candidate():
    assert candidates(part()) == []
    assert ranked_clauses(part(), 0, evidence()) is None


def test_a_sentence_is_confirmed_by_the_facts_it_holds():
    product = page(facts=[("不掉色等级", "4级"), ("起球等级", "3级")])
    assert [f.key for f in supporting_facts(product, "本款不掉色等级 为4级")] == ["不掉色等级"]


def test_echoes_are_the_three_likest_earlier_answers():
    asked = "这件衣服会掉色吗"
    questions = [asked, asked + "呀", "这件衣服会掉色不", "衣服会掉色吗", "几天能到货"]
    past = [past_answer(q, f"答{n}。", id=f"p{n}") for n, q in enumerate(questions)]
    given = evidence(part(asked), found=[hits(*past)])
    found = echoes(part(asked), 0, given)
    likeness = [like for _, like in found]
    assert len(found) == 3
    assert found[0] == ("答0。", 1.0)
    assert likeness == sorted(likeness, reverse=True)
    assert all(like >= 0.5 for like in likeness)


def test_slots_and_categories_are_the_words_of_the_case():
    words = focus_words(evidence(pages=[shirt()], slots={"province": "新疆", "budget": 100}))
    assert words == ("新疆", "服饰")


def test_a_rule_for_orders_paid_in_a_span_of_days_stands_in_for_the_usual_one():
    rules = policy(
        "protect",
        [
            ("1", "价保天数", "付款后15天内降价的可以退差价。"),
            ("2", "大促价保", "2026年11月1日到11月30日付款的，延长为30天，其他和第1条相同。"),
        ],
    )
    asked = part("降价了退差价吗", intent="售中/订单/价格变动/补差")
    likes = {"15天": 0.9, "30天": 0.4}
    inside, outside = datetime(2026, 11, 5, 10), datetime(2026, 10, 5, 10)
    told = candidates(asked, rules=[rules], likes=likes, order={"paid_at": inside})
    assert "30天" in said(told[0])
    assert all(item.score == 0.0 for item in told if "15天" in said(item))
    usual = candidates(asked, rules=[rules], likes=likes, order={"paid_at": outside})
    assert "15天" in said(usual[0])


def test_another_product_than_the_one_that_is_open_is_named():
    asked = part("数显那个重多少", aspects=[("重量",)], products=("C2",))
    shown = evidence(asked, pages=[page("C2", facts=[("重量", "2kg")])], likes={"重量": 0.9})
    opened = replace(shown, message=replace(shown.message, product="C1"))
    assert "这款重量是2kg" in said(page_candidates(asked, 0, shown)[0])
    assert "C2重量是2kg" in said(page_candidates(asked, 0, opened)[0])


def test_a_rule_on_sending_that_names_the_province_stands_before_a_general_one():
    rules = policy(
        "freight",
        [("1", "包邮", "单笔满59元包邮，不满收6元运费。"), ("2", "偏远", "新疆、西藏、青海首重运费15元。")],
    )
    likes = {"满59元": 0.6, "青海": 0.55}
    for text, intent, slots, first in (
        ("青海运费多少", "售前/物流/包邮/运费", {"province": "青海"}, "青海"),
        ("广东运费多少", "售前/物流/包邮/运费", {"province": "广东"}, "满59元"),
        ("青海的能退吗", "售后/退换/无理由退货条件", {"province": "青海"}, "满59元"),
    ):
        asked = part(text, intent=intent)
        given = evidence(asked, found=[hits(rules)], likes=likes, slots=slots)
        assert first in said(page_candidates(asked, 0, given)[0])


def test_how_long_an_opened_pack_keeps_is_not_its_shelf_life():
    shown = page(facts=[("保质期", "240天")], lines=["开罐后盖紧，7天内吃完。"])
    likes = {"240天": 0.7, "7天": 0.6}
    opened = part("打开了能搁多久", products=("T1",), aspects=[("开封后", "开罐后")])
    (first, *_) = candidates(opened, pages=[shown], likes=likes)
    assert "7天" in said(first)
    assert "240天" not in said(first)
    closed = part("能搁多久", products=("T1",), aspects=[("保质期",)])
    assert "240天" in said(candidates(closed, pages=[shown], likes=likes)[0])


def test_a_page_that_rules_nothing_on_the_warranty_gives_way_to_the_clause_that_does():
    rules = policy("warranty", [("3", "水杯", "真空失效12个月内免费换新。")])
    asked = part("水壶不保温了怎么办", intent="售前/售后咨询/质保/三包", products=("T1",))
    likes = {"95℃": 0.55, "免费换新": 0.6, "120天": 0.4}
    silent = page(lines=["保温数据是95℃热水装满测得。"])
    assert "免费换新" in said(candidates(asked, pages=[silent], rules=[rules], likes=likes)[0])
    ruling = page(lines=["杯身120天内免费修。"])
    assert "120天" in said(candidates(asked, pages=[ruling], rules=[rules], likes=likes)[0])


def test_who_asks_the_same_of_the_same_page_gets_what_was_ranked():
    product, other, asked = shirt(), shirt(), part("会掉色吗")
    context = evidence(asked, pages=[product])
    first = ranked_page(asked, 0, product, context)
    again = replace(context, message=replace(context.message, lines=("亲，会掉色吗",)))
    assert ranked_page(part("会掉色吗"), 0, product, again) is first
    assert ranked_page(part("会起球吗"), 0, product, context) is not first
    assert ranked_page(asked, 0, other, replace(context, products={other.id: other})) is not first
    assert ranked_page(asked, 0, product, evidence(asked, pages=[product])) is not first, "another scorer"


def test_who_asks_the_same_of_the_same_rules_gets_what_was_ranked():
    rules, asked = hits(policy("r", ["1. 七天无理由退货。", "2. 超过七天不退。"])), part("能退吗")
    context = evidence(asked, found=[rules])
    first = ranked_clauses(asked, 0, context)
    same = replace(context, hits=(tuple(replace(hit) for hit in rules),))
    assert ranked_clauses(part("能退吗"), 0, same) is first
    nearer = tuple(replace(hit, lanes={"dense": 0.9}) for hit in rules)
    assert ranked_clauses(asked, 0, replace(context, hits=(nearer,))) is not first
    assert ranked_clauses(asked, 0, replace(context, hits=(rules[:-1],))) is not first
