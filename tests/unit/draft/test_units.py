"""The smallest pieces that answer: each one a verbatim slice under its head."""

from hypothesis import given, settings
from hypothesis import strategies as st

from assist.documents import BlockKind, Document, Kind, Span
from assist.draft.units import (
    answer_span,
    answer_units,
    clause_units,
    product_units,
    row_tells,
    row_words,
    sentence_units,
)
from unit.draft.shop_pages import Page, shirt
from unit.draft.writing import hits, past_answer, policy


def kettle():
    page = Page()
    page.fact("容量", "1.7L")
    page.line("问：能煮奶吗？\n答：不建议，容易糊底。", BlockKind.QA, "常见问题")
    page.line("问：只有问题", BlockKind.QA, "常见问题")
    page.line("1. 加水\n2. 通电", BlockKind.STEPS, "使用说明")
    page.table(
        BlockKind.SKU_TABLE,
        ("颜色", "SKU编码", "价格(元)", "备注"),
        [("白色", "K-WH", "99", "-"), ("黑色", "K-BK", "109", "现货")],
        "规格",
    )
    return page.document("K1", "测试水壶")


def test_facts_come_first_then_questions_steps_and_rows():
    units = product_units(kettle())
    assert [unit.kind for unit in units] == ["fact", "qa", "text", "steps", "row", "row"]
    assert units[1].head == "问：能煮奶吗？"
    assert units[1].quote.endswith("不建议，容易糊底。")
    assert "能煮奶" not in units[1].quote
    assert units[3].quote == "1. 加水\n2. 通电"
    assert "K-WH" not in units[4].text


def test_every_quote_is_a_slice_of_the_page():
    for document in (shirt(), kettle()):
        for unit in product_units(document):
            assert unit.quote == document.text[unit.span.start : unit.span.end]
            assert unit.quote.strip()


def test_a_row_is_said_with_its_heads_and_units_without_codes_and_empty_cells():
    rows = [unit for unit in product_units(kettle()) if unit.kind == "row"]
    assert [row_words(unit) for unit in rows] == ["白色：价格99元", "黑色：价格109元，备注现货"]


def test_a_price_and_a_stock_are_said_where_they_are_asked_for():
    made = Page()
    header = ("款式", "面料", "价格(元)", "库存")
    made.table(BlockKind.SKU_TABLE, header, [("长款", "棉麻", "89", "12")], "规格")
    made.table(BlockKind.SKU_TABLE, ("尺码", "库存"), [("XL", "3")], "库存表")
    long, large = [unit for unit in product_units(made.document()) if unit.kind == "row"]
    assert row_words(long, asked="长款是什么料子") == "长款：面料棉麻"
    assert row_words(long, asked="长款多少钱") == "长款：面料棉麻，价格89元"
    assert row_words(long, asked="长款还有货吗") == "长款：面料棉麻，库存12"
    assert row_words(large, asked="大码显胖吗") == "XL：库存3", "where nothing else is left, all is said"
    assert [row_tells(row, "显胖吗") for row in (long, large)] == [True, False]


def test_a_question_without_a_sign_ends_with_its_line():
    made = Page()
    made.line("能不能放洗碗机\n可以，放上层。", BlockKind.QA, "问答")
    (unit,) = product_units(made.document())
    assert (unit.kind, unit.head, unit.quote) == ("qa", "能不能放洗碗机", "可以，放上层。")


def test_units_follow_a_page_whose_text_changed():
    old, new = shirt(), shirt(remark="尺码感受：偏小。")
    assert old.id == new.id
    assert any("偏小" in unit.text for unit in product_units(new))
    assert not any("偏小" in unit.text for unit in product_units(old))


@settings(deadline=None)
@given(st.lists(st.text("退货运费7天内。！", min_size=1, max_size=12), min_size=1, max_size=5))
def test_sentences_stand_where_they_say(lines):
    text = "前言\n" + "\n".join(lines) + "末"
    document = Document("d", text)
    for unit in sentence_units(document, Span(3, len(text)), "", "", "text"):
        assert unit.span.start >= 3
        assert unit.text == unit.quote == text[unit.span.start : unit.span.end]


def test_hits_become_clauses_or_answers_by_their_kind():
    rules = policy("rules", [("1", "退货", "7天内可退。"), ("2", "换货", "15天内可换。")])
    past = past_answer("能退吗", "可以的哦。")
    found = hits(rules, past)
    clauses, answers = clause_units(found), answer_units(found)
    assert [(unit.section, unit.head) for unit in clauses if unit.section] == [
        ("1", "本店规则 退货"),
        ("2", "本店规则 换货"),
    ]
    assert [(unit.quote, unit.head) for unit in answers][:1] == [("可以的哦。", "能退吗")]


def test_an_answer_of_unknown_layout_is_the_whole_text():
    document = Document("a", "可以的哦。", kind=Kind.PAST_ANSWER)
    assert answer_span(document).of(document.text) == "可以的哦。"
