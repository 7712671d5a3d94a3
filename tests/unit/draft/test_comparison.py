"""Two products or the versions of one: the property that is asked about, or all that differs."""

from dataclasses import replace

import pytest

from assist.draft.comparatives import comparative
from assist.draft.comparison import COMPARE, comparison_candidate
from assist.messages import Paraphrase
from unit.draft.shop_pages import Page
from unit.draft.writing import evidence, page, part, said

POT = page("C1", title="山木 空气炸锅 C1 小型", facts=[("到手价", "199元"), ("容量", "4L"), ("功率", "1300W"),
           ("产地", "宁波"), ("货号", "SM-C1")])  # fmt: skip
BIG = page("C2", title="山木 空气炸锅 C2 大号", facts=[("到手价", "359元"), ("容量", "5.5L"), ("功率", "1700W"),
           ("产地", "宁波"), ("货号", "SM-C2")])  # fmt: skip


def sku_page():
    made = Page()
    for name, taste, size, heat, price in (
        ("Y1", "原味", "250g", "不辣", "69元"), ("Y2", "原味", "500g", "不辣", "129元"), ("L1", "香辣", "250g", "中辣", "69元"),
    ):  # fmt: skip
        for key, value in (("口味", taste), ("规格", size), ("辣度", heat), ("价格", price)):
            made.fact(key, value, sku=name)
    return made.document("E1", "牛肉干")


def test_a_comparison_lists_only_what_differs_each_side_with_its_source():
    asked = part("有啥区别", products=("C1", "C2"))
    found = comparison_candidate(asked, 0, evidence(asked, pages=[POT, BIG]))
    text = said(found)
    assert "容量：C1是4L，C2是5.5L。" in text
    assert "产地" not in text
    assert "SM-C" not in text
    assert found.lead == "C1和C2主要差在："
    for statement in found.statements:
        assert [place.document_id for place in statement.citations] == ["C1", "C2"]
        assert all(fact.value in statement.text for fact in statement.facts)


def test_what_was_asked_for_leads_a_comparison():
    asked = part("功率差多少", products=("C1", "C2"), aspects=[("功率",)])
    found = comparison_candidate(asked, 0, evidence(asked, pages=[POT, BIG]))
    assert found.statements[0].text.startswith("功率：")


def test_two_products_are_needed_and_a_difference():
    asked = part("有啥区别", products=("C1", "C2"))
    assert comparison_candidate(asked, 0, evidence(asked, pages=[POT])) is None
    same = [page("C1", facts=[("产地", "宁波")]), page("C2", facts=[("产地", "宁波")])]
    assert comparison_candidate(asked, 0, evidence(asked, pages=same)) is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("哪个轻", "净重：C1是3.6kg，C2是5.2kg。C1更轻。"),
        ("哪台沉一点", "净重：C1是3.6kg，C2是5.2kg。C2更重。"),
        ("哪个保修长", "保修：C1是1年，C2是18个月。C2保得更久。"),
        ("哪个便宜", "到手价：C1是199元，C2是359元。C1更便宜。"),
    ],
)
def test_the_property_that_is_compared_is_told_of_both_and_which_it_is(text, expected):
    small = page("C1", facts=[("到手价", "199元"), ("净重", "3.6kg"), ("保修", "1年")])
    large = page("C2", facts=[("到手价", "359元"), ("净重", "5.2kg"), ("保修", "18个月")])
    asked = part(text, products=("C1", "C2"), intent=COMPARE)
    found = comparison_candidate(asked, 0, evidence(asked, pages=[small, large]))
    assert said(found) == expected
    assert {place.document_id for statement in found.statements for place in statement.citations} == {
        "C1",
        "C2",
    }


def test_pages_may_call_the_property_differently():
    one, other = page("M1", facts=[("净重", "1.7kg")]), page("D1", facts=[("总重", "980g")])
    asked = part("哪个轻", products=("M1", "D1"), intent=COMPARE)
    found = comparison_candidate(asked, 0, evidence(asked, pages=[one, other]))
    assert said(found) == "M1净重是1.7kg。D1总重是980g。D1更轻。"


def test_equal_values_are_said_to_be_equal():
    pages = [page(name, facts=[("净重", "2kg")]) for name in ("M1", "D1")]
    asked = part("哪个轻", products=("M1", "D1"), intent=COMPARE)
    assert said(comparison_candidate(asked, 0, evidence(asked, pages=pages))).endswith("两款一样。")


def test_a_property_without_a_key_is_told_in_each_page_s_own_words():
    one = page("C1", lines=["炸篮不建议放洗碗机。"])
    other = page("C2", lines=["炸篮可放洗碗机上层。"])
    asked = part("哪个能进洗碗机", products=("C1", "C2"), aspects=[("洗碗机",)], intent=COMPARE)
    found = comparison_candidate(asked, 0, evidence(asked, pages=[one, other], likes={"洗碗机": 0.9}))
    assert said(found) == "C1：炸篮不建议放洗碗机。C2：炸篮可放洗碗机上层。"


def test_the_product_that_is_open_is_compared_with_the_one_that_is_named():
    asked = part("跟C1比多了啥", products=("C1",), intent=COMPARE)
    given = evidence(asked, pages=[POT], catalog=[POT, BIG])
    given = replace(given, message=replace(given.message, product="C2"))
    assert comparison_candidate(asked, 0, given).lead == "C2和C1主要差在："


def test_two_products_that_are_not_compared_are_not_listed():
    asked = part("一起买能用券吗", products=("C1", "C2"), intent="售前/价格/优惠/活动")
    assert comparison_candidate(asked, 0, evidence(asked, pages=[POT, BIG])) is None


def test_the_versions_of_one_product_are_told_by_the_word_that_tells_them_apart():
    beef = sku_page()
    asked = part("三个口味辣度排一下", products=("E1",), aspects=[("辣度",)], intent=COMPARE)
    found = comparison_candidate(asked, 0, evidence(asked, pages=[beef]))
    assert said(found) == "辣度：原味是不辣，香辣是中辣。"


def test_what_the_version_alone_does_not_decide_is_not_told_of_it():
    asked = part("两种口味价格分别多少", products=("E1",), aspects=[("价格",)], intent=COMPARE)
    assert comparison_candidate(asked, 0, evidence(asked, pages=[sku_page()])) is None


@pytest.mark.parametrize(
    ("clean", "word", "less"),
    [
        ("哪个更轻", "更轻", True),
        ("俩壶哪个更保温", "更保温", False),
        ("哪个便宜", "更便宜", True),
        ("哪个装得多", "装得更多", False),
    ],
)
def test_comparatives_come_with_their_measure(clean, word, less):
    found = comparative(clean)
    assert (found.word, found.less) == (word, less)
    assert found.keys


def test_a_question_without_a_comparative_has_none():
    assert comparative("面料是什么") is None


def sets():
    made = Page()
    for name, cup, cloth, price in (("自用装", "2只", "无", "88元"), ("送礼装", "6只", "1条", "168元"), ("豪华装", "8只", "1条", "268元")):  # fmt: skip
        for key, value in (("内容", name), ("茶杯", cup), ("茶巾", cloth), ("价格", price)):
            made.fact(key, value, sku=name)
    return made.document("S1", "茶具")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("168的比88的多了什么", "茶杯：自用装是2只，送礼装是6只。茶巾：自用装没有，送礼装是1条。价格：自用装是88元，送礼装是168元。"),
        ("自用装和送礼装差什么", "茶杯：自用装是2只，送礼装是6只。茶巾：自用装没有，送礼装是1条。价格：自用装是88元，送礼装是168元。"),
    ],
)  # fmt: skip
def test_versions_named_by_word_or_price_are_set_against_each_other(text, expected):
    asked = part(text, intent=COMPARE)
    assert said(comparison_candidate(asked, 0, evidence(asked, pages=[sets()]))) == expected


@pytest.mark.parametrize("text", ["豪华装凭什么贵100", "豪华的为什么贵那么多", "豪华装多花100值吗"])
def test_why_a_version_costs_more_is_told_by_what_differs(text):
    asked = part(text)
    assert "茶杯：自用装是2只" in said(comparison_candidate(asked, 0, evidence(asked, pages=[sets()])))


@pytest.mark.parametrize("text", ["凭什么比别家贵20", "怎么这么贵"])
def test_a_price_that_is_only_complained_of_lists_no_versions(text):
    asked = part(text)
    assert comparison_candidate(asked, 0, evidence(asked, pages=[sets()])) is None


def test_what_a_page_calls_an_everyday_word_is_compared():
    thin = page("B1", facts=[("适穿温度", "8℃-20℃"), ("跟高", "4cm")])
    warm = page("B2", facts=[("适穿温度", "-8℃-8℃"), ("跟高", "5cm")])
    asked = part(
        "零度穿哪双", products=("B1", "B2"), paraphrases=(Paraphrase("零度", ("适用温度", "适穿温度")),)
    )
    found = comparison_candidate(asked, 0, evidence(asked, pages=[thin, warm]))
    assert said(found) == "适穿温度：B1是8℃-20℃，B2是-8℃-8℃。"
    asked = part("跟一样高吗", products=("B1", "B2"), intent=COMPARE)
    assert (
        said(comparison_candidate(asked, 0, evidence(asked, pages=[thin, warm])))
        == "跟高：B1是4cm，B2是5cm。B2更高。"
    )
