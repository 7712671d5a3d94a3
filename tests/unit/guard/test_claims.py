from __future__ import annotations

import pytest

from assist.guard import screen
from assist.guard.claims import CLAIM_LISTS, claim_lexicon
from assist.results import Finding, Severity


def kinds(text: str, **options: object) -> set[str]:
    return {finding.kind for finding in screen(text, **options) if finding.severity is not Severity.NOTE}


def only(text: str) -> Finding:
    findings = screen(text)
    assert len(findings) == 1, findings
    return findings[0]


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("我们是行业顶级的", "absolute"),
        ("全网最低价", "absolute"),
        ("喝了能降血糖", "medical"),
        ("央视推荐的牌子", "authority"),
        ("加我微信聊", "off_platform"),
        ("五星好评返3元", "review_reward"),
        ("保证明天到货", "promise"),
        ("最终解释权归本店所有", "unfair_term"),
        ("撤销投诉才给您退款", "discourage_complaint"),
        ("别家都是假货", "disparage"),
        ("电话13812345678", "pii"),
        ("爱买不买", "impatience"),
        ("你有病吧", "tone"),
    ],
)
def test_each_class_is_found_and_blocks(text: str, kind: str) -> None:
    findings = [finding for finding in screen(text) if finding.kind == kind]
    assert findings
    assert findings[0].severity is Severity.BLOCK


@pytest.mark.parametrize(
    "text",
    [
        "微-信",
        "微 信",
        "微🌸信",
        "微　信",
        "威信",
        "薇信",
        "卫星",
        "wei信",
        "weixin",
        "w e i x i n",
        "vx",
        "ＶＸ",
        "v❤",
        "维❤",
        "微.信",
    ],
)
def test_disguised_contact_is_found(text: str) -> None:
    assert "off_platform" in kinds(f"亲，加我{text}聊")


@pytest.mark.parametrize("text", ["➕微❤领券", "+v聊", "加薇看实拍", "扣扣联系", "Q Q上说"])
def test_symbols_read_as_words(text: str) -> None:
    assert "off_platform" in kinds(text)


@pytest.mark.parametrize(
    "text",
    [
        "第一次买可以领券",
        "第一步打开订单",
        "最后一件了",
        "最小号是S",
        "每件有唯一编号",
        "一级能效",
        "头层牛皮",
        "最大承重150公斤",
        "支持微信支付",
        "最近发货有点慢",
        "面料100%棉",
        "本店交了保证金",
        "面单上的二维码可以查物流",
        "手表支持卫星定位",
        "增加我们的客服人手",
        "加绒的更暖和",
        "VX-200的滤网",
        "QQ糖是夹心的",
    ],
)
def test_lookalikes_pass(text: str) -> None:
    assert kinds(text) == set()


@pytest.mark.parametrize(
    "text",
    [
        "我们不加微信",
        "不支持线下交易",
        "好评返现是违规的，我们不做",
        "这不是药，没有疗效",
        "让您加微信的都是骗子",
    ],
)
def test_negated_sentences_pass(text: str) -> None:
    assert kinds(text) == set()


def test_a_negation_elsewhere_does_not_clear() -> None:
    assert "off_platform" in kinds("不用拍，直接加我微信")
    assert "off_platform" in kinds("不用拍直接加我微信")
    assert "review_reward" in kinds("绝不敷衍您，五星好评返5元")


def test_a_word_is_not_built_across_a_clause_end() -> None:
    assert kinds("您可以再加，我们都有货") == set()
    assert "off_platform" in kinds("加 微 。信 聊")


def test_span_points_into_the_given_text() -> None:
    text = "　亲，这里慢，➕微－信聊"
    finding = only(text)
    assert finding.span is not None
    assert finding.span.of(text) == finding.evidence["word"]
    assert "微－信" in finding.evidence["word"]


def test_evidence_says_why_and_how_to_say_it() -> None:
    finding = only("我们是销量第一")
    assert set(finding.evidence) == {"ground", "hint", "word"}
    assert "广告法" in finding.evidence["ground"]
    assert finding.message


def test_a_word_of_the_source_becomes_a_note() -> None:
    text = "这款是国家级工艺"
    quote = "传承人采用国家级非遗技艺。"
    assert {finding.severity for finding in screen(text, quotes=[quote])} == {Severity.NOTE}
    assert {finding.severity for finding in screen(text, quotes=["普通工艺"])} == {Severity.BLOCK}


def test_a_promise_may_be_quoted() -> None:
    text = "保证48小时内发货"
    assert screen(text)[0].severity is Severity.BLOCK
    assert screen(text, quotes=["本店保证48小时内发货，超时赔付。"])[0].severity is Severity.NOTE


def test_an_unlawful_offer_stays_unlawful_when_quoted() -> None:
    text = "五星好评返3元哦"
    assert screen(text, quotes=["晒图返3元"])[0].severity is Severity.BLOCK
    assert screen(text, quotes=["五星好评返3元哦。活动长期有效"])[0].severity is Severity.WARN


def test_one_finding_per_place_and_class() -> None:
    findings = screen("全网最低价，全网第一")
    assert [finding.kind for finding in findings] == ["absolute", "absolute"]


def test_empty_and_huge_texts() -> None:
    assert screen("") == ()
    assert screen(" \n ") == ()
    assert screen("亲，在的。" * 20_000) == ()


def test_every_rule_can_be_triggered_by_its_words() -> None:
    rules = claim_lexicon().rules
    assert {rule.kind for rule in rules} >= {
        "absolute",
        "medical",
        "authority",
        "off_platform",
        "review_reward",
    }
    assert len(CLAIM_LISTS) == 10
    for rule in rules:
        assert rule.words
        assert rule.ground
        assert rule.hint
