"""From a source's wording to a sentence to send: layout goes, figures stay."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assist.documents import Fact, Level, Span
from assist.draft.speak import clean_key, closed, say_fact, speak
from unit.draft.writing import policy

RULES = policy("rules", [("2", "延迟发货赔付", "赔付。"), ("3", "满300元包邮", "包邮。")])
WORDS = st.text(st.sampled_from("0123456789０７天元退货运费买家，。：；~～-#*•> \n（）%.AQ答问"), min_size=1)


@settings(deadline=None)
@given(WORDS)
def test_speaking_never_changes_a_digit(text):
    assert [c for c in speak(text, RULES) if c.isdigit()] == [c for c in text if c.isdigit()]


@settings(deadline=None)
@given(WORDS)
def test_no_layout_sign_and_no_word_for_the_buyer_is_left(text):
    spoken = speak(text, RULES)
    assert "**" not in spoken
    assert spoken == spoken.strip()
    assert "买家" not in spoken


@pytest.mark.parametrize(
    ("written", "spoken"),
    [
        ("## 7天内可退", "7天内可退"),
        ("- 吊牌**完好**", "吊牌完好"),
        ("答：水温30℃", "水温30℃"),
        ("按第2条赔付。", "按「延迟发货赔付」赔付。"),
        ("按第3条办理。", "按相关规则办理。"),
        ("按第9条办理。", "按相关规则办理。"),
        ("运费由买家承担，详见第2条。", "运费由您承担。"),
        ("按《退款规则》第10条办理", "按《退款规则》办理"),
        ("1. 第一步\n2. 第二步", "1. 第一步\n2. 第二步"),
    ],
)
def test_layout_goes_and_references_get_names(written, spoken):
    assert speak(written, RULES) == spoken


@pytest.mark.parametrize("level", [Level.LAW, Level.PLATFORM])
def test_the_words_of_the_law_stay(level):
    law = policy("law", [("1", "退货", "消费者有权退货。")], level=level)
    assert speak("消费者有权退货。", law) == "消费者有权退货。"


@given(st.text("好的；，、。！～"))
def test_a_closed_sentence_ends_and_closing_again_changes_nothing(text):
    once = closed(text)
    assert once == "" or once[-1] in "。！～"
    assert closed(once) == once


@settings(deadline=None)
@given(st.text("棉涤0123456789.%-~cmkg", min_size=1, max_size=40).filter(lambda value: value.strip()))
def test_a_fact_is_said_with_its_value_verbatim(value):
    assert value.strip() in say_fact(Fact("面料成分", value, Span(0, 1)))


@pytest.mark.parametrize(
    ("fact", "sentence"),
    [
        (Fact("不掉色等级", "4级", Span(0, 1)), "这款不掉色等级是4级。"),
        (Fact("净重(kg)", "3.6", Span(0, 1), unit="kg"), "这款净重是3.6kg。"),
        (Fact("是否进口", "国产", Span(0, 1)), "这款国产。"),
        (Fact("洗涤方式", "可机洗，轻柔档", Span(0, 1)), "这款洗涤方式：可机洗，轻柔档。"),
    ],
)
def test_a_fact_becomes_a_short_sentence(fact, sentence):
    assert say_fact(fact) == sentence


def test_a_key_loses_what_belongs_to_the_table():
    assert [clean_key(key) for key in ("净重（kg）", "*容量：", "保修")] == ["净重", "容量", "保修"]
