"""Composed drafts: every part covered, every statement in the text, nothing said twice."""

from dataclasses import replace
from datetime import datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assist.demand import Figure
from assist.documents import BlockKind, Fact, Kind, Validity
from assist.draft.compose import (
    COMPARE,
    RECOMMEND,
    candidates,
    compose,
    special_candidates,
)
from assist.draft.dressing import plain_draft, unique_citations
from assist.draft.refusals import declined, held
from assist.draft.style import ASK_LINES, DECLINE_DEFAULT, DECLINE_LINES, HOLDING_LINES
from assist.messages import Behaviour, Channel, Emotion, Paraphrase
from unit.draft.shop_pages import Page, shirt
from unit.draft.writing import evidence, hits, page, part, past_answer, policy, said

MATERIAL, RETURN = "售前/商品/材质/成分", "售后/退换/无理由退货条件"
RULES = policy(
    "rules",
    [
        ("1", "退货", "7天内可以退货。"),
        ("2", "运费", "质量问题的退货运费由本店承担。"),
        ("3", "发票", "提供电子发票。"),
    ],
)
LIKES = {"棉100%": 0.9, "不掉色": 0.6, "7天": 0.85, "退货运费": 0.7}


def draft_all(*parts, k=3, likes=None, **more):
    given = evidence(*parts, likes=LIKES if likes is None else likes, **more)
    return compose(given, k)


def test_one_part_is_answered_from_its_best_source():
    made = draft_all(part("什么面料", intent=MATERIAL), pages=[shirt()])
    best = made.drafts[0]
    assert "这款面料成分是棉100%。" in best.text
    assert best.lane == "fact"
    assert [verdict.verdict for verdict in best.parts] == ["answered"]
    assert best.citations[0].quote == "面料成分：棉100%"
    assert best.facts[0].value == "棉100%"
    assert made.ask is None


@settings(max_examples=40, deadline=None)
@given(
    asked=st.lists(st.sampled_from([MATERIAL, RETURN, "售前/尺码/推荐尺码", "售前/价格/优惠/活动"]), min_size=1,
                   max_size=3),
    channel=st.sampled_from(list(Channel)),
    emotion=st.sampled_from(list(Emotion)),
    k=st.integers(1, 4),
)  # fmt: skip
def test_every_statement_stands_in_its_draft_and_every_part_has_a_verdict(asked, channel, emotion, k):
    parts = [part(f"问题{n}什么面料", intent=intent) for n, intent in enumerate(asked)]
    found = [hits(RULES) for _ in parts]
    made = draft_all(*parts, k=k, pages=[shirt()], found=found, channel=channel, emotion=emotion)
    assert 1 <= len(made.drafts) <= k
    for draft in made.drafts:
        assert [verdict.part for verdict in draft.parts] == list(range(len(parts)))
        assert 0.0 <= draft.confidence <= 1.0
        for statement in draft.statements:
            assert statement.text in draft.text
            assert statement.text in draft.short
            assert statement.text in draft.full
            assert set(statement.citations) <= set(draft.citations)
    seen = [frozenset(statement.text for statement in draft.statements) for draft in made.drafts]
    assert len(set(seen)) == len(seen)


def test_parts_are_answered_in_the_order_asked():
    two = draft_all(
        part("能退吗", intent=RETURN), part("什么面料", intent=MATERIAL), pages=[shirt()],
        found=[hits(RULES), ()], likes={"能退>7天": 0.9, "面料>棉100%": 0.9},
    )  # fmt: skip
    text = two.drafts[0].text
    assert -1 < text.find("7天内可以退货") < text.find("棉100%")
    assert {statement.part for statement in two.drafts[0].statements} == {0, 1}


def test_what_two_parts_share_is_said_once():
    first, second = part("会起球吗", intent=MATERIAL), part("会掉色吗", intent=MATERIAL)
    both = {"棉100%": 0.9, "不掉色": 0.88}
    made = draft_all(first, second, pages=[shirt()], likes=both)
    texts = [statement.text for statement in made.drafts[0].statements]
    assert len(texts) == len(set(texts)) >= 2
    assert [verdict.verdict for verdict in made.drafts[0].parts] == ["answered", "answered"]


def test_a_part_without_a_source_is_said_to_be_checked_and_lowers_the_score():
    likes = {"面料>棉100%": 0.9}
    asked = part("什么面料", intent=MATERIAL)
    alone = draft_all(asked, pages=[shirt()], likes=likes).drafts[0]
    both = draft_all(asked, part("你们老板是哪里人呢"), pages=[shirt()], likes=likes).drafts[0]
    assert [verdict.verdict for verdict in both.parts] == ["answered", "checking"]
    assert "「你们老板是哪里人呢」，我核实后再回复您" in both.text
    assert both.confidence < alone.confidence


def test_nothing_to_say_is_no_draft():
    assert draft_all(part("你们老板是哪里人")).drafts == ()


@pytest.mark.parametrize(
    ("intent", "slot"),
    [
        (RECOMMEND, "budget"),
        (MATERIAL, "product"),
        ("售中/物流/催发货", "order_id"),
        ("售后/质量/质量问题/瑕疵", "photo"),
    ],
)
def test_what_is_missing_is_asked_for(intent, slot):
    made = draft_all(part("在吗看看", intent=intent))
    assert made.ask.slot == slot
    assert made.ask.text == ASK_LINES[slot]
    assert ASK_LINES[slot] in made.drafts[0].text


def test_a_known_order_is_not_asked_for():
    asked = part("怎么还不发货", intent="售中/物流/催发货")
    made = draft_all(asked, found=[hits(RULES)], order={"order_id": "1"})
    assert made.ask is None or made.ask.slot != "order_id"


def test_an_arrival_time_asks_for_the_province_until_it_is_known():
    asked = part("几天能到", intent="售前/物流/到货时间")
    rule = policy("d", [("1", "时效", "江浙沪1到2天送达。")])
    without = draft_all(asked, found=[hits(rule)], likes={"江浙沪": 0.9})
    assert without.ask.slot == "province"
    assert without.drafts[0].short.startswith("江浙沪1到2天送达。")
    assert without.drafts[0].short.endswith("？我帮您看一下。")
    within = draft_all(asked, found=[hits(rule)], likes={"江浙沪": 0.9}, slots={"province": "江苏"})
    assert within.ask is None
    assert "江浙沪1到2天送达" in within.drafts[0].text


def test_a_comparison_and_a_summary_go_before_the_page():
    pages = [page("C1", facts=[("容量", "4L")]), page("C2", facts=[("容量", "5L")])]
    asked = part("有啥区别", intent=COMPARE, products=("C1", "C2"))
    assert draft_all(asked, pages=pages, likes={"容量": 0.99}).drafts[0].lane == "comparison"
    vague = part("这个怎么样", vague=True)
    made = draft_all(vague, pages=[shirt()])
    assert made.drafts[0].lane == "summary"
    assert made.ask.slot == "aspect"


def test_a_promotion_that_is_over_is_said_before_the_running_one():
    old = policy("old", [("1", "规则", "每满200元减30元。")], title="国庆出游季", kind=Kind.PROMOTION,
                 validity=Validity(None, datetime(2026, 10, 9)))  # fmt: skip
    new = policy("new", [("1", "规则", "每满300元减40元。")], title="11月满减", kind=Kind.PROMOTION)
    asked = part("国庆活动还有吗", intent="售前/价格/优惠/活动")
    made = draft_all(asked, found=[hits(new)], promotions=[old, new], likes={"每满300": 0.9})
    text = made.drafts[0].text
    assert (
        text.index("10月9日已经结束了") < text.index("现在可以参加的是「11月满减」") < text.index("每满300元")
    )
    assert "200元" not in text


@pytest.mark.parametrize("state", ["blocked", "candidate", "stale"])
def test_a_past_answer_that_is_not_approved_is_in_no_draft(state):
    asked = part("会不会起静电呢")
    answer = past_answer("会不会起静电呢", "不太会的，放心穿。", state=state)
    assert "放心穿" not in "".join(d.text for d in draft_all(asked, found=[hits(answer)]).drafts)
    approved = past_answer("会不会起静电呢", "不太会的，放心穿。")
    assert "放心穿" in draft_all(asked, found=[hits(approved)]).drafts[0].text


def test_candidates_come_best_first_and_none_far_below_the_best():
    asked = part("能退吗", intent=RETURN)
    found = candidates(asked, 0, evidence(asked, found=[hits(RULES)], likes=LIKES))
    assert [item.score for item in found] == sorted((item.score for item in found), reverse=True)
    assert all(item.score >= 0.5 * found[0].score for item in found)
    assert said(found[0]).startswith("7天内可以退货。")


def test_citations_of_all_statements_come_in_order_each_place_once():
    given = evidence(part("能退吗", intent=RETURN), found=[hits(RULES)], likes=LIKES)
    statements = compose(given, 1).drafts[0].statements
    once = unique_citations([*statements, *statements])
    assert list(once) == list(dict.fromkeys(c for s in statements for c in s.citations))


def test_a_refusal_leads_and_a_fitting_clause_may_follow():
    haggle = part("便宜点", intent="售前/价格/讲价", behaviour=Behaviour.DECLINE)
    rule = policy("price", [("1", "议价", "本店按页面价格统一销售。")])
    alone = declined(evidence(haggle))[0]
    backed = declined(evidence(haggle, found=[hits(rule)], likes={"统一销售": 0.6}))[0]
    line = DECLINE_LINES["售前/价格/讲价"]
    assert alone.short == line
    assert backed.short.startswith(line)
    assert backed.citations[0].document_id == "price"
    assert {verdict.verdict for verdict in backed.parts} == {"refused"}
    other = part("帮我写作业", intent="通用/其他", behaviour=Behaviour.DECLINE)
    assert declined(evidence(other))[0].short == DECLINE_DEFAULT


@pytest.mark.parametrize("reason", sorted(HOLDING_LINES))
def test_a_holding_line_states_nothing_unless_a_clause_bears_on_it(reason):
    bare = held(evidence(part("我要投诉")), reason)
    assert [draft.text for draft in bare] == [HOLDING_LINES[reason]]
    assert bare[0].statements == ()
    drafts = held(evidence(part("退货运费"), found=[hits(RULES)], likes=LIKES), reason)
    assert drafts[-1].text == HOLDING_LINES[reason]
    assert all(draft.text.startswith(HOLDING_LINES[reason]) for draft in drafts)
    assert all(c.document_id == "rules" for draft in drafts for c in draft.citations)


def test_a_plain_draft_opens_unless_it_hands_over():
    given = evidence(part("便宜点"))
    assert plain_draft("不行哦。", given, lane="decline", verdict="refused").text == "亲，您好～不行哦。"
    assert plain_draft("请稍等。", given, lane="handoff", verdict="handed_off").text == "请稍等。"


PRICE = "售前/价格/优惠/活动"


def test_a_price_of_nothing_named_is_asked_back():
    rules = policy("promo", [("1", "满减", "满300元减35元，多少钱都能参加。")])
    likes = {"满300元": 0.9}
    for aspects, product, verdict in (
        ([("价格", "售价")], (), "asked"),
        ([("价格", "售价")], ("T1",), "answered"),
        ([("优惠", "满减"), ("价格", "售价")], (), "answered"),
    ):
        asked = part("这个多少钱", intent=PRICE, aspects=aspects, products=product)
        given = evidence(asked, found=[hits(rules)], likes=likes, pages=[shirt()] if product else [])
        assert candidates(asked, 0, given)[0].verdict == verdict


def test_the_usual_days_stand_before_the_question_where_to_unless_they_are_long():
    short = policy("sending", [("1", "时效", "江浙沪1-2天到，其他2-4天。")])
    long = policy(
        "sending", [("1", "时效", "江浙沪1-2天到，" + "山区另加两天，节假日顺延，" * 12 + "以实际为准。")]
    )
    asked = part("几天能到", intent="售前/物流/到货时间")
    for rule, kept in ((short, True), (long, False)):
        given = evidence(asked, found=[hits(rule)], likes={"江浙沪": 0.8})
        (first, *_) = candidates(asked, 0, given)
        assert (first.verdict, first.ask) == ("asked", "province")
        assert bool(first.statements) is kept


def test_an_unsure_refusal_gives_way_to_everyday_words_for_what_goods_do():
    asked = part(
        "返潮不脆了怎么弄",
        intent="售后/评价/评价/修改评价",
        score=0.52,
        behaviour=Behaviour.DECLINE,
        products=("T1",),
    )
    given = evidence(asked, pages=[page(lines=["受潮变软可以烤3分钟。"])], likes={"受潮": 0.8})
    assert candidates(asked, 0, given)[0].verdict == "refused"
    bridged = replace(asked, paraphrases=(Paraphrase("返潮", ("受潮",)),))
    assert candidates(bridged, 0, given)[0].verdict == "answered"
    sure = part(
        "返潮不脆了怎么弄",
        intent="售后/评价/评价/修改评价",
        behaviour=Behaviour.DECLINE,
        products=("T1",),
        paraphrases=bridged.paraphrases,
    )
    assert candidates(sure, 0, given)[0].verdict == "refused"


@pytest.mark.parametrize(
    "intent",
    ["售后/质量/质量问题/瑕疵", "售后/漏错/破损/漏液", "售前/物流/到货时间", "售中/物流/催发货"],
)
def test_what_an_unsure_intent_would_ask_for_is_not_asked(intent):
    rule = policy("rules", [("1", "静置", "拆开后静置半天再用。")])
    for score, asks in ((0.49, False), (0.5, True)):
        asked = part("拿到瘪瘪的要等多久", intent=intent, score=score)
        made = draft_all(asked, found=[hits(rule)], likes={"静置": 0.9})
        assert (made.ask is not None) is asks
        assert "静置半天" in made.drafts[0].text


PRICED = [("价格", "到手价")]


@pytest.mark.parametrize("asked", ["这个多少钱", "多少钱一个", "什么价", "怎么卖的", "报个价", "几个钱"])
def test_a_price_without_a_product_asks_which(asked):
    rule = policy("sale", [("1", "满减", "满300元减35元。")])
    one = part(asked, intent="售前/价格/优惠/活动", aspects=PRICED)
    made = draft_all(one, found=[hits(rule)], likes={"满300": 0.4})
    assert made.ask.slot == "product"
    assert not made.drafts[0].statements


def test_an_offer_without_a_product_is_told():
    rule = policy("sale", [("1", "满减", "满300元减35元。")])
    one = part("满多少能减", intent="售前/价格/优惠/活动", aspects=[("满减",)])
    made = draft_all(one, found=[hits(rule)], likes={"满300": 0.4})
    assert "35元" in made.drafts[0].text


@pytest.mark.parametrize(
    "asked",
    [
        "快递盒上写不写名字",
        "外包装能看出来是什么吗",
        "里面裹气泡膜吗",
        "纸箱是新的吗",
        "面单上写品名不",
        "这牌子哪年做起来的",
        "你们店开了几年了",
        "快递袋能降解吗",
        "外箱结实不",
        "包裹上印logo吗",
    ],
)
def test_what_is_asked_of_the_parcel_or_the_brand_asks_for_no_product(asked):
    one = part(asked, intent="售前/商品/包装/配件/赠品")
    assert compose(evidence(one), 3).drafts == ()
    goods = part("带不带盖子", intent="售前/商品/包装/配件/赠品")
    assert compose(evidence(goods), 3).ask.slot == "product"


@pytest.mark.parametrize(
    "asked",
    [
        "杯盖单买多少钱",
        "充电头单独卖多少钱",
        "丢了一只单配多少钱",
        "再补一个盖子多少钱",
        "过保了换块屏要几个钱",
        "另买个滤芯什么价",
        "刷头补买多少钱",
        "配一个底座多少钱",
        "另配遥控多少钱",
        "修要多少钱",
    ],
)
def test_the_price_of_a_spare_part_is_not_that_of_a_sku(asked):
    product = twins()
    one = part(asked, intent="售前/价格/优惠/活动", aspects=PRICED, products=("C1",))
    given = evidence(one, pages=[product])
    assert all(item.lane != "sku" for item in special_candidates(one, 0, given))
    whole = part("这个多少钱", intent="售前/价格/优惠/活动", aspects=PRICED, products=("C1",))
    assert special_candidates(whole, 0, evidence(whole, pages=[product]))[0].ask == "sku"


def twins():
    made = Page()
    rows = (("小号", "39元"), ("大号", "59元"))
    made.table(BlockKind.SKU_TABLE, ("规格", "价格"), rows, "规格")
    for cells, row in zip(rows, made.tables[0].rows, strict=True):
        made.facts.append(Fact("价格", cells[1], row.span, sku=cells[0], section="规格"))
    return made.document("C1", "测试水杯")


@pytest.mark.parametrize(("first", "told"), [("盖子单卖不", False), ("会不会漏", True)])
def test_the_price_of_a_piece_that_is_being_checked_is_not_that_of_the_goods(first, told):
    cup = page("K1", facts=[("售价", "99元")])
    asked = (
        part(first, products=("K1",)),
        part("多少钱", intent="售前/价格/优惠/活动", aspects=[("价格", "售价")], products=("K1",)),
    )
    made = draft_all(*asked, pages=[cup], likes={"多少钱>99元": 0.9})
    assert any("99元" in draft.text for draft in made.drafts) is told


def test_what_a_page_says_of_other_things_stands_behind_the_rule_on_returns():
    one = part("掉色给退吗", intent=RETURN, products=("T1",))
    given = evidence(one, pages=[shirt()], found=[hits(RULES)], likes={"不掉色": 0.9, "7天": 0.6})
    assert [item.lane for item in candidates(one, 0, given)][0] == "clause"
    asked = part("掉色吗", intent=MATERIAL, products=("T1",))
    given = evidence(asked, pages=[shirt()], found=[hits(RULES)], likes={"不掉色": 0.9, "7天": 0.6})
    assert [item.lane for item in candidates(asked, 0, given)][0] == "fact"


def test_a_size_table_does_not_tell_how_far_it_stretches():
    page = Page()
    page.table(BlockKind.SIZE_TABLE, ("尺码", "胸围"), [("S", "86cm"), ("M", "90cm")], "尺码表")
    made = page.document()
    plain = part("胸围多少", intent="售前/商品/尺寸/参数", products=("T1",), aspects=[("胸围",)])
    assert candidates(plain, 0, evidence(plain, pages=[made]))[0].lane == "size"
    wide = replace(plain, demands=(Figure("[撑弹伸缩].*\\d"),))
    assert not [item for item in candidates(wide, 0, evidence(wide, pages=[made])) if item.lane == "size"]
