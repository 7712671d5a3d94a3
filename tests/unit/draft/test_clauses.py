"""What of a clause is said: short ones whole, long ones by sentence, lists with what announces them."""

from hypothesis import given, settings
from hypothesis import strategies as st

from assist.draft.clauses import MAX_CHARS, clause_statements, telling_words, wants_steps
from assist.draft.units import clause_units
from unit.draft.writing import evidence, hits, page, part, policy

FILLER = "这一句说的是别的情况，和问的事情没有关系，写在这里只是为了让整条更长一些，好看出取舍。"


def say(paragraphs, asked="退货要多久", likes=None, focus=(), intent=None, pages=(), catalog=None):
    document = policy("rules", [("1", "退货说明", *paragraphs)])
    unit = next(unit for unit in clause_units(hits(document)) if unit.section == "1")
    given_to_write = evidence(likes=likes, pages=pages, catalog=catalog)
    statements = clause_statements(unit, part(asked, intent=intent), 0, given_to_write, focus=focus)
    for statement in statements:
        (place,) = statement.citations
        assert document.text[place.span.start : place.span.end] == place.quote
        assert place.section == "1"
    return [statement.text for statement in statements]


def test_a_short_clause_is_said_whole_without_its_heading():
    assert say(["7天内可退。买家承担运费。"]) == ["7天内可退。", "您承担运费。"]


def test_a_sentence_for_orders_of_other_days_is_left_out_unless_a_day_is_named():
    clause = "付款后2天内发出。9月25日至10月8日付款的，7天内发出。"
    assert say([clause]) == ["付款后2天内发出。"]
    document = policy("rules", [("1", "发货", clause)])
    unit = next(unit for unit in clause_units(hits(document)) if unit.section == "1")
    dated = evidence(part("国庆前拍的多久发"), slots={"date": "2026-10-01"})
    assert len(clause_statements(unit, part("国庆前拍的多久发"), 0, dated)) == 2


def test_of_a_long_clause_the_best_sentence_leads_and_its_exception_stays():
    text = FILLER * 3 + "签收后7天内可退。但定制的商品除外。" + FILLER
    assert say([text], likes={"签收后7天": 0.9}) == ["签收后7天内可退。", "但定制的商品除外。"]


def test_likely_sentences_join_in_the_clauses_order_up_to_a_length():
    text = f"先说一句要紧的。{FILLER * 2}再说一句要紧的。{FILLER * 2}"
    assert say([text], likes={"要紧": 0.9}) == ["先说一句要紧的。", "再说一句要紧的。"]
    many = "".join(f"第{n}句也很要紧，{FILLER}" for n in "一二三四五六")
    assert len("".join(say([many], likes={"要紧": 0.9}))) <= MAX_CHARS


def test_steps_stay_whole_with_the_sentence_that_announces_them():
    steps = "1. 打开订单，点申请售后\n2. 选退货退款，填原因\n3. 等待审核，按地址寄回"
    said = say([FILLER * 3 + "申请这样做：", steps], "怎么申请退货", likes={"申请售后": 0.9})
    assert said == ["申请这样做：", steps + "。"]


def test_of_a_list_of_cases_the_case_in_hand_is_said_alone():
    cases = "- 新疆：运费18元\n- 江苏：运费5元\n- 海南：运费10元"
    assert say(["按地区分：", cases], "海南运费多少") == ["海南：运费10元。"]
    assert say(["按地区分：", cases], "新疆运费多少") == ["按地区分：", "新疆：运费18元。"]


def test_a_focus_word_picks_its_sentence():
    text = f"{FILLER}已出库的订单拦截后再改。{FILLER}未出库的订单直接改。{FILLER}"
    assert say([text], focus=("未出库",)) == ["未出库的订单直接改。"]


def test_an_announcement_alone_is_not_said():
    said = say([FILLER * 3 + "要紧的事，有这些：", "- 甲\n- 乙"], likes={"要紧": 0.9})
    assert said != ["要紧的事，有这些："]


@settings(deadline=None)
@given(
    st.text("退货运费新疆海南ab12", max_size=12),
    st.lists(st.text("退货运费新疆海南ab", max_size=8), max_size=5),
)
def test_telling_words_stand_in_the_question_and_in_some_cases_only(asked, cases):
    found = telling_words(asked, cases)
    assert len(found) <= 4
    assert list(found) == sorted(found, key=lambda word: (-len(word), word))
    for word in found:
        assert word in asked
        assert 0 < sum(word in case for case in cases) < len(cases)


def test_how_and_what_to_provide_ask_for_steps():
    assert wants_steps(part("怎么退货"))
    assert wants_steps(part("要提供什么材料"))
    assert not wants_steps(part("可以退货吗"))


def test_items_of_a_running_enumeration_stay_one_sentence():
    said = say(["下面的不赔：您要求推迟的；地址写错的；天气停运的。"])
    assert said == ["下面的不赔：您要求推迟的；", "地址写错的；", "天气停运的。"]


def test_what_to_provide_leads_where_a_parcel_lacks_something_and_what_follows_comes_with_it():
    needed = "- 订单号；\n- 全部物品的合照1张；"
    paragraphs = [
        FILLER * 3 + "少了的，请提供：",
        needed,
        "核实后24小时内补发。赠品漏发的同样补发。" + FILLER,
    ]
    said = say(paragraphs, "少发了一件", likes={"赠品漏发": 0.3}, intent="售后/漏错/少发漏发")
    assert said[0] == "少了的，请提供："
    assert "合照" in said[1]
    assert said[2] == "核实后24小时内补发。"


def test_a_list_by_product_stays_whole_until_the_product_is_known():
    gifts = "- T1送纸垫；\n- T2没有赠品。"
    pages = (page("T1", lines=["一款短袖。"]), page("T2", lines=["一款长袖。"]))
    said = say([FILLER * 3 + "付款就送：", gifts], "有赠品吗", likes={"送": 0.9}, catalog=pages)
    assert said[0].startswith("付款就送")
    assert all(name in said[1] for name in ("T1送纸垫", "T2没有赠品"))
    known = "".join(
        say([FILLER * 3 + "付款就送：", gifts], "有赠品吗", likes={"送": 0.9}, pages=pages[:1], catalog=pages)
    )
    assert "T1送纸垫" in known
    assert "T2" not in known


def test_a_sentence_about_one_product_is_left_out_while_none_is_known_unless_it_is_an_example():
    text = f"{FILLER}西藏首重18元。T1走陆运到西藏。另有写明的（例如T2）按页面。{FILLER}"
    said = say(
        [text],
        "西藏运费",
        likes={"西藏": 0.9, "例如": 0.9},
        catalog=(page("T1", lines=["一款短袖。"]), page("T2", lines=["一款长袖。"])),
    )
    assert "西藏首重18元。" in said
    assert not any("T1" in line for line in said)


def test_a_list_of_cases_stays_whole_when_nothing_asked_tells_one_from_the_others():
    cases = "- 支付宝：24小时内；\n- 信用卡：3到7个工作日。"
    paragraphs = [FILLER * 3 + "退款到账通常是：", cases, "超过上面的时间没到的，请联系我们。" + FILLER]
    whole = say(paragraphs, "退款多久到", likes={"到账": 0.5, "上面": 0.9})
    assert whole[:2] == ["退款到账通常是：", cases.replace("- ", "")]
    told = "".join(say(paragraphs, "退到信用卡要几天", likes={"到账": 0.5}))
    assert "信用卡：3到7个工作日" in told
    assert "支付宝" not in told


def test_a_sentence_that_points_back_is_not_said_without_what_it_points_at():
    text = f"超过48小时没发的可以赔付。{FILLER * 2}以上从付款时起算，是要紧的事。这也是要紧的事。{FILLER}"
    assert say([text], likes={"要紧": 0.9}) == ["这也是要紧的事。"]


def test_a_case_that_says_nothing_alone_comes_with_the_sentence_that_announces_it():
    cases = "- 新客券等因人而异的优惠；\n- 直播间限时限量价；\n- 已经全额退款的订单。"
    said = say([FILLER * 3, "以下情形不退差价：", cases], "全额退款了还退差价吗", likes={"已经全额": 0.9})
    assert "以下情形不退差价：" in said
    assert "已经全额退款的订单" in "".join(said)


def test_a_word_of_the_heading_tells_no_case_from_the_others():
    cases = ["退货运费由您承担。", "质量问题的，来回都由本店承担。"]
    assert "退货运费" in telling_words("退货运费谁出", cases)
    assert telling_words("退货运费谁出", cases, "规则 退货运费谁承担") == ()
