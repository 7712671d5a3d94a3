"""Choices of a page, measures of one size, several properties at once, offers by their own terms."""

import pytest

ON = "2026-11-20T14:00:00"


@pytest.mark.parametrize(
    ("product", "message", "said"),
    [
        ("F101", "有几个颜色可选", "碳黑、雪白、浅芋紫"),
        ("B101", "都有啥色", "黑白、云灰、荧光柠"),
    ],
)
def test_the_choices_of_a_column_are_listed_each_where_it_stands(demo, product, message, said):
    draft = demo.suggest(message, product=product, on=ON).drafts[0]
    assert said in draft.text
    assert [citation.quote for citation in draft.citations] == said.split("、")


@pytest.mark.parametrize("message", ["我该穿什么码", "163买哪个码"])
def test_a_wish_for_a_size_is_no_wish_for_all_of_them(demo, message):
    assert "可以选" not in demo.suggest(message, product="A102", on=ON).drafts[0].text


def test_one_measure_of_one_size_is_read_from_its_row(demo):
    draft = demo.suggest("36码脚长多少", product="B101", on=ON).drafts[0]
    assert "36码脚长是226-230mm" in draft.text


def test_a_measure_after_a_recommendation_is_that_of_the_size_recommended(demo):
    history = [("buyer", "163 110斤穿啥码"), ("agent", "亲，您选M码就好哦")]
    draft = demo.suggest("那肩宽呢", product="A102", history=history, on=ON).drafts[0]
    assert "M码肩宽" in draft.text
    assert "L码" not in draft.text


def test_no_price_is_said_that_was_not_asked_for(demo):
    assert "元" not in demo.suggest("实物跟图片色差大吗", product="B101", on=ON).drafts[0].text


def test_every_property_that_is_asked_about_is_said(demo):
    text = demo.suggest("壶多沉 线够长不", product="C610", on=ON).drafts[0].text
    assert "1.25kg" in text
    assert "0.75m" in text


def test_an_offer_named_by_its_terms_is_said_to_be_over(demo):
    found = demo.suggest("鞋两双七折还有没", product="B101", on=ON)
    assert "已经结束" in found.drafts[0].text


def test_a_coupon_is_no_promotion_that_the_payment_page_applies(demo):
    text = demo.suggest("领券后到手多少", product="A310", on=ON).drafts[0].text
    assert "359元" in text
    assert "新客" not in text


def test_what_happened_is_danger_and_what_is_feared_is_not(demo):
    smoke = demo.suggest("充电宝刚才冒烟了吓死", product="F101", on=ON)
    assert (smoke.decision, smoke.handoff.reason) == ("handoff", "safety")
    assert demo.suggest("充电宝会不会鼓包", product="F101", on=ON).handoff is None or (
        demo.suggest("充电宝会不会鼓包", product="F101", on=ON).handoff.reason != "safety"
    )


def test_two_at_once_are_compared_where_the_page_names_the_other(demo):
    text = demo.suggest("俩锅插头线哪个长点", product="C502", on=ON).drafts[0].text
    assert "0.9m" in text
    assert "1.2m" in text


def test_a_promotion_for_the_shop_is_not_named_rude(demo):
    assert demo.suggest("送妈妈的 200左右", on=ON).question.emotion == "calm"


@pytest.mark.parametrize(
    ("message", "product"),
    [
        ("充电宝冒烟了 好怕", "F101"),
        ("插上就冒烟 吓死了 防不胜防", "C501"),
        ("孩子被电了一下你们管吗", "C611"),
        ("脸肿了能退吗", "D305"),
        ("怕是过敏了 起红疹", "D305"),
    ],
)
def test_fear_and_questions_beside_harm_leave_it_harm(demo, message, product):
    found = demo.suggest(message, product=product, on=ON)
    assert (found.decision, found.handoff.reason) == ("handoff", "safety")
