"""From question and drafts to a decision, its reason, its target and a confidence."""

import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assist.decide import (
    AUTO_CONFIDENCE,
    FEATURES,
    LOW_CONFIDENCE,
    Route,
    confidence,
    features,
    handoff,
    route,
    settle,
    shipped,
    unattended,
    with_confidence,
)
from assist.documents import Span
from assist.messages import Behaviour, Emotion, IntentScore, Message, Part, Question, Slot
from assist.results import Decision, Draft, Finding, PartVerdict, Reason, Severity, Statement
from assist.shop import ShopProfile

RETURN, HAGGLE, HELLO = "售后/退换/换货", "售前/价格/讲价", "通用/寒暄/问候/在吗"
UNKNOWN = "通用/其他/超出范围/无法识别"


def part(intent=None, behaviour=Behaviour.ANSWER, score=0.9, text="问"):
    intents = () if intent is None else (IntentScore(intent, score),)
    return Part(text, text, Span(0, len(text)), intents, behaviour)


def question(*parts, **fields):
    return Question(parts or (part(),), clean="问", **fields)


def draft(*verdicts, score=0.7, lane="fact", **fields):
    parts = tuple(PartVerdict(at, "问", verdict) for at, verdict in enumerate(verdicts))
    return Draft("好的。", "好的。", parts=parts, lane=lane, debug={"score": score}, **fields)


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        (question(asks_human=True), Route(Decision.HANDOFF, Reason.ASKS_HUMAN)),
        (question(part("售后/质量/过敏/人身伤害")), Route(Decision.HANDOFF, Reason.SAFETY)),
        (question(part(RETURN), emotion=Emotion.THREAT), Route(Decision.HANDOFF, Reason.LEGAL_THREAT)),
        (question(part("售后/投诉/投诉/平台介入")), Route(Decision.HANDOFF, Reason.LEGAL_THREAT)),
        (question(part("售后/投诉/辱骂/情绪激烈")), Route(Decision.HANDOFF, Reason.ANGRY)),
        (question(part("售后/投诉/辱骂/情绪激烈", score=0.3)), Route(Decision.SUGGEST)),
        (
            question(part("售后/投诉/辱骂/情绪激烈", score=0.3), emotion=Emotion.ANNOYED),
            Route(Decision.HANDOFF, Reason.ANGRY),
        ),
        (question(part(), emotion=Emotion.ANGRY), Route(Decision.HANDOFF, Reason.ANGRY)),
        (question(part(), emotion=Emotion.ANNOYED), Route(Decision.HANDOFF, Reason.ANGRY)),
        (question(part(behaviour=Behaviour.ASK), emotion=Emotion.ANNOYED), Route(Decision.SUGGEST)),
        (question(part(RETURN), emotion=Emotion.ANGRY), Route(Decision.SUGGEST)),
        (question(part(HAGGLE, Behaviour.DECLINE)), Route(Decision.DECLINE)),
        (question(part(HAGGLE, Behaviour.DECLINE, 0.1)), Route(Decision.SUGGEST)),
        (question(part(RETURN), part(HAGGLE, Behaviour.DECLINE)), Route(Decision.SUGGEST)),
        (
            question(part("售中/订单/取消", Behaviour.HANDOFF)),
            Route(Decision.HANDOFF, Reason.NEEDS_ACCOUNT_ACTION),
        ),
        (question(part(UNKNOWN, Behaviour.HANDOFF)), Route(Decision.HANDOFF, Reason.NO_SOURCE)),
        (question(part("x", Behaviour.HANDOFF), part(RETURN)), Route(Decision.SUGGEST)),
        (question(part(HELLO, Behaviour.QUICK)), Route(Decision.QUICK)),
        (question(part(HELLO, Behaviour.QUICK), part(RETURN)), Route(Decision.SUGGEST)),
        (question(part()), Route(Decision.SUGGEST)),
    ],
)
def test_what_the_question_alone_settles(asked, expected):
    assert route(asked) == expected


SAID = {"statements": (Statement("掉色等级4级。"),), "confidence": AUTO_CONFIDENCE}
DOUBTED = Finding("tone", Severity.WARN, "语气")
UNSURE = Route(Decision.HANDOFF, Reason.LOW_CONFIDENCE)


@pytest.mark.parametrize(
    ("decision", "best", "expected"),
    [
        (Decision.SUGGEST, draft("answered", **SAID), Route(Decision.SUGGEST)),
        (Decision.SUGGEST, draft("answered", "checking", **SAID), UNSURE),
        (Decision.SUGGEST, draft("answered", "refused", **SAID), UNSURE),
        (Decision.SUGGEST, draft("answered", **{**SAID, "confidence": AUTO_CONFIDENCE - 0.01}), UNSURE),
        (Decision.SUGGEST, draft("answered", findings=(DOUBTED,), **SAID), UNSURE),
        (Decision.ASK, draft("asked"), Route(Decision.ASK)),
        (Decision.ASK, draft("asked", **SAID), Route(Decision.ASK)),
        (Decision.ASK, draft("asked", **{**SAID, "confidence": 0.5}), UNSURE),
        (Decision.DECLINE, draft("refused"), Route(Decision.DECLINE)),
        (Decision.QUICK, draft("answered"), Route(Decision.QUICK)),
    ],
)
def test_what_is_sent_without_a_person_is_sure(decision, best, expected):
    assert unattended(Route(decision), (best,), question()) == expected


@pytest.mark.parametrize("feeling", [Emotion.ANNOYED, Emotion.ANGRY, Emotion.THREAT])
def test_an_upset_shopper_is_not_left_to_a_machine(feeling):
    found = unattended(Route(Decision.SUGGEST), (draft("answered", **SAID),), question(emotion=feeling))
    assert found == Route(Decision.HANDOFF, Reason.ANGRY)


def test_what_was_handed_over_keeps_its_reason():
    settled = Route(Decision.HANDOFF, Reason.SAFETY)
    assert unattended(settled, (), question(emotion=Emotion.ANGRY)) is settled


@pytest.mark.parametrize(
    ("drafts", "expected"),
    [
        ((), Route(Decision.HANDOFF, Reason.NO_SOURCE)),
        ((draft("asked"),), Route(Decision.ASK)),
        ((draft("asked", "answered", confidence=0.9),), Route(Decision.SUGGEST)),
        ((draft("answered", confidence=0.9),), Route(Decision.SUGGEST)),
        ((draft("answered", confidence=LOW_CONFIDENCE),), Route(Decision.SUGGEST)),
        (
            (draft("answered", confidence=LOW_CONFIDENCE - 0.01),),
            Route(Decision.HANDOFF, Reason.LOW_CONFIDENCE),
        ),
    ],
)
def test_what_the_drafts_settle(drafts, expected):
    assert settle(drafts) == expected


BELOW = (Finding("conflict", Severity.BLOCK, "低于规定"),)


@pytest.mark.parametrize(
    ("drafts", "ahead", "expected"),
    [
        ((draft("answered", confidence=0.9),), BELOW, Route(Decision.HANDOFF, Reason.CONFLICT)),
        ((), BELOW, Route(Decision.HANDOFF, Reason.CONFLICT)),
        ((draft("answered", confidence=0.9),), (), Route(Decision.SUGGEST)),
    ],
)
def test_what_was_to_answer_first_and_is_below_the_law_goes_to_a_person(drafts, ahead, expected):
    assert settle(drafts, ahead) == expected


@given(scores=st.tuples(st.floats(-1, 2), st.floats(-1, 2)), intent=st.floats(0, 1))
def test_confidence_is_a_probability_that_rises_with_the_score(scores, intent):
    asked = question(part(RETURN, score=intent))
    low, high = (confidence(draft("answered", score=score), asked) for score in sorted(scores))
    assert 0.0 < low <= high < 1.0


def test_a_draft_that_leaves_a_part_open_is_less_sure():
    asked = question(part(RETURN), part(RETURN))
    assert confidence(draft("answered", "checking"), asked) < confidence(draft("answered", "answered"), asked)


def test_features_describe_the_draft():
    asked = question(part(RETURN, score=0.8, text="运费谁出"), part(text="退"))
    told = draft("answered", "checking", score=0.5, lane="page+fact")
    told = replace(told, debug={**told.debug, "margin": 0.2, "alike": 0.4, "topic": 0.9, "meaning": 0.6})
    assert features(told, asked) == {
        "bias": 1.0, "score": 0.0, "margin": 0.2, "alike": 0.4, "unanswered": 0.5, "words": math.log(6),
        "topic": 0.9, "meaning": 0.6, "page_meaning": 0.6, "dated": 0.0,
    }  # fmt: skip
    ended = replace(told, lane="promotion", statements=(Statement("已经结束", dated=True),))
    found = features(ended, asked)
    assert (found["page_meaning"], found["dated"]) == (0.0, 1.0)


def test_the_shipped_weights_are_those_of_the_features():
    bare = features(draft("answered"), question(part(RETURN)))
    assert tuple(bare) == FEATURES == tuple(shipped())


def test_drafts_that_say_the_same_are_alike():
    asked = question(part(RETURN))
    drafts = [replace(draft("answered"), short=text) for text in ("七天内可以退", "七天内可以换", "包邮")]
    alike = [found.debug["alike"] for found in with_confidence(drafts, asked)]
    assert alike == pytest.approx([4 / 5, 0.0, 0.0])


def test_the_margin_is_the_lead_over_the_next_draft():
    asked = question(part(RETURN))
    drafts = [draft("answered", score=score) for score in (0.7, 0.4)]
    leading = {**dict.fromkeys(features(drafts[0], asked), 0.0), "margin": 1.0}
    first, last = with_confidence(drafts, asked, leading)
    assert [first.debug["margin"], last.debug["margin"]] == pytest.approx([0.3, 0.4])
    assert first.confidence == confidence(first, asked, leading) > confidence(drafts[0], asked, leading)
    assert with_confidence([], asked) == ()
    none = dict.fromkeys(features(first, asked), 0.0)
    assert with_confidence(drafts, asked, none)[0].confidence == 0.5


@pytest.mark.parametrize(
    ("reason", "intent", "text", "target"),
    [
        (Reason.ASKS_HUMAN, None, "转人工", "同事"),
        (Reason.ASKS_HUMAN, None, "叫主管来", "主管"),
        (Reason.NO_SOURCE, "售后/质量/使用故障", "开不了机", "技术"),
        (Reason.NO_SOURCE, RETURN, "能换吗", "售后"),
        (Reason.NO_SOURCE, "售前/商品", "问", "同事"),
        (Reason.NEEDS_ACCOUNT_ACTION, "售后/赔付/退差", "赔我", "主管"),
        (Reason.NEEDS_ACCOUNT_ACTION, "售中/订单", "取消", "售后组"),
        (Reason.SAFETY, None, "过敏", "主管"),
    ],
)
def test_who_takes_over(reason, intent, text, target):
    profile = replace(ShopProfile(), targets={**ShopProfile().targets, "售后": "售后组"})
    if target == "售后":
        target = "售后组"
    given = handoff(reason, Message((text,)), question(part(intent, text=text)), (), profile)
    assert (given.reason, given.target) == (reason, target)


def test_the_packet_holds_what_a_person_needs():
    asked = question(part(RETURN), slots={"order_id": Slot("order_id", "123")})
    holding, tried = draft("handed_off", lane="handoff"), draft("answered", lane="clause")
    packet = handoff(Reason.ANGRY, Message(("问",)), asked, (holding, tried), ShopProfile()).packet
    assert packet == {
        "question": "问", "slots": {"order_id": "123"}, "intents": [RETURN], "tried": ["handoff", "clause"],
        "evidence": [], "holding_line": "好的。",
    }  # fmt: skip
    assert handoff(Reason.ANGRY, Message(("问",)), asked, (), ShopProfile()).packet["holding_line"] == ""


def test_what_may_never_be_told_is_refused_whatever_else_is_asked():
    others = part("通用/风险/他人信息", Behaviour.DECLINE, score=0.95)
    asked = question(others, part(RETURN))
    assert route(asked) == Route(Decision.DECLINE)
    unsure = part("通用/风险/他人信息", Behaviour.DECLINE, score=0.6)
    assert route(question(unsure, part(RETURN))).decision is not Decision.DECLINE


def test_hard_words_about_another_shop_are_no_anger_at_this_one():
    rivals = part("通用/风险/贬低竞品/比价", Behaviour.DECLINE)
    assert route(question(rivals, emotion=Emotion.ANGRY)) == Route(Decision.DECLINE)


CLAIMS, CHAT = "通用/风险/医疗功效", "通用/其他/无关闲聊"


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        (part(CLAIMS, Behaviour.DECLINE, 0.49, "能抹脖子不"), Decision.SUGGEST),
        (part(CLAIMS, Behaviour.DECLINE, 0.5, "能抹脖子不"), Decision.DECLINE),
        (part("通用/风险/指令注入/越权", Behaviour.DECLINE, 0.42, "那小号那只呢"), Decision.SUGGEST),
        (part("通用/风险/索要站外联系方式", Behaviour.DECLINE, 0.35, "带不带遥控"), Decision.SUGGEST),
        (part("售后/评价/评价/修改评价", Behaviour.DECLINE, 0.4, "发霉了怎么弄"), Decision.SUGGEST),
        (part(CLAIMS, Behaviour.DECLINE, 0.35, "戴着能矫正牙齿吗"), Decision.DECLINE),
        (part(CLAIMS, Behaviour.DECLINE, 0.35, "这枕头治不治落枕"), Decision.DECLINE),
        (part(CLAIMS, Behaviour.DECLINE, 0.35, "喝了降血糖不"), Decision.DECLINE),
        (part(CLAIMS, Behaviour.DECLINE, 0.35, "驼背能掰过来不"), Decision.DECLINE),
        (part(CLAIMS, Behaviour.DECLINE, 0.35, "长治安装师傅几点来"), Decision.SUGGEST),
    ],
)
def test_an_unsure_refusal_is_left_to_the_sources_unless_a_cure_is_asked_for(asked, expected):
    assert route(question(asked)).decision is expected


@pytest.mark.parametrize(
    ("score", "products", "expected"),
    [
        (0.68, ("T1",), Decision.SUGGEST),
        (0.76, ("T1",), Decision.QUICK),
        (0.68, (), Decision.QUICK),
    ],
)
def test_with_a_product_in_view_small_talk_must_be_sure(score, products, expected):
    said = replace(part(CHAT, Behaviour.QUICK, score, "下雪压久了要紧不"), products=products)
    assert route(question(said)).decision is expected


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ("最多能刻几个字", Decision.SUGGEST),
        ("刻字要多久", Decision.SUGGEST),
        ("改裤脚收费吗", Decision.SUGGEST),
        ("给我刻个王字", Decision.HANDOFF),
    ],
)
def test_the_terms_of_what_is_made_to_order_are_answered(asked, expected):
    custom = part("售前/服务/定制/改尺寸", Behaviour.HANDOFF, 0.95, asked)
    assert route(question(custom)).decision is expected
