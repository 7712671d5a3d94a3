"""How one suggestion is judged against its labels."""

from dataclasses import replace
from datetime import datetime

import pytest

from assist.documents import Kind, Level, Span, Validity
from assist.evaluate.judging import MEASURES, judge, states
from assist.evaluate.labels import LabelledFact, LabelledQuestion
from assist.messages import Message, Part, Question
from assist.results import (
    Citation,
    Decision,
    Draft,
    Handoff,
    PartVerdict,
    Reason,
    Source,
    StatedFact,
    Suggestion,
)

ON = datetime(2026, 11, 20)
ALWAYS = Validity()


def citation(document="A102", section="洗涤说明", validity=ALWAYS):
    source = Source("标题", Kind.PRODUCT, Level.PRODUCT, validity, "a.html")
    return Citation(document, "v", section, Span(0, 2), "原文", source)


def suggestion(*drafts, decision=Decision.SUGGEST, parts=1, handoff=None):
    asked = Question(parts=tuple(Part(text="问", clean="问", span=Span(0, 1)) for _ in range(parts)))
    return Suggestion("id", decision, drafts, asked, handoff=handoff)


QUESTION = LabelledQuestion(
    id="q",
    line=1,
    message=Message(("掉色吗",), on=ON),
    decision=Decision.SUGGEST,
    accepted=frozenset({Decision.SUGGEST}),
    sources=frozenset({("A102", "洗涤说明")}),
    facts=(LabelledFact("不掉色等级", "4级"),),
    must_not=("15天",),
)
GOOD = Draft("这款不掉色等级是4级", confidence=0.8, citations=(citation(),))


def values(question, made):
    return judge(question, made).values


@pytest.mark.parametrize(
    ("text", "fact", "said"),
    [
        ("签收后七天内可以退", LabelledFact("天数", "7", "天", bare=False), True),
        ("保修１年", LabelledFact("保修", "一年"), True),
        ("建议穿XL", LabelledFact("尺码", "XL"), True),
        ("建议穿2XL", LabelledFact("尺码", "XL"), False),
        ("充绒量是90g", LabelledFact("充绒量", "102", "g", bare=False), False),
        ("不能机洗哦", LabelledFact("洗涤", "不可机洗", accept=("不能机洗",)), True),
        ("长10.5cm", LabelledFact("长", "10", bare=True), False),
    ],
)
def test_a_fact_is_stated_by_any_wording_or_the_same_quantity(text, fact, said):
    assert states(text, fact) is said


def test_every_measure_has_a_value_or_none():
    assert list(values(QUESTION, suggestion(GOOD))) == list(MEASURES)


def test_a_good_draft_in_second_place_counts_at_3_only():
    found = values(QUESTION, suggestion(replace(GOOD, text="稍等"), GOOD))
    assert (found["usable@1"], found["usable@3"], found["fact_recall"]) == (0.0, 1.0, 0.0)


def test_a_forbidden_word_makes_a_draft_unusable_and_is_a_violation():
    found = values(QUESTION, suggestion(replace(GOOD, text="等级4级，15天可退")))
    assert (found["usable@1"], found["violations_per_1000"], found["fact_recall"]) == (0.0, 1000.0, 1.0)


def test_a_fourth_draft_is_not_shown():
    found = values(QUESTION, suggestion(*[replace(GOOD, text="稍等")] * 3, GOOD))
    assert found["usable@3"] == 0.0


def test_fact_precision_compares_facts_of_the_same_key():
    facts = (StatedFact("不掉色等级", "3级"), StatedFact("不掉色等级", "4级"), StatedFact("重量", "1kg"))
    assert values(QUESTION, suggestion(replace(GOOD, facts=facts)))["fact_precision"] == 0.5
    assert values(QUESTION, suggestion(GOOD))["fact_precision"] is None


def test_citations_count_by_document_and_section():
    cited = replace(GOOD, citations=(citation(section="价格"), citation()))
    found = values(QUESTION, suggestion(cited))
    assert (found["citation_relevance"], found["source@1"]) == (0.5, 1.0)


def test_a_citation_is_stale_when_it_holds_neither_now_nor_when_the_order_was_paid():
    old = Validity(datetime(2026, 10, 1), datetime(2026, 10, 8))
    made = suggestion(replace(GOOD, citations=(citation(validity=old), citation())))
    assert values(QUESTION, made)["stale_citation_rate"] == 0.5
    paid = replace(QUESTION, message=replace(QUESTION.message, order={"paid_at": "2026-10-02T10:00:00"}))
    assert values(paid, made)["stale_citation_rate"] == 0.0
    timeless = replace(QUESTION, message=Message(("掉色吗",)))
    assert values(timeless, made)["stale_citation_rate"] is None


def test_parts_are_covered_by_answers_not_by_promises():
    verdicts = (PartVerdict(0, "一", "answered"), PartVerdict(1, "二", "checking"))
    assert values(QUESTION, suggestion(replace(GOOD, parts=verdicts), parts=2))["part_coverage"] == 0.5


def test_precision_and_recall_of_asking_and_handing_off():
    ask = replace(QUESTION, decision=Decision.ASK, accepted=frozenset({Decision.ASK}))
    found = values(ask, suggestion(GOOD, decision=Decision.HANDOFF))
    assert (found["ask_recall"], found["ask_precision"], found["handoff_precision"]) == (0.0, None, 0.0)
    assert found["decision_accuracy"] == 0.0
    found = values(ask, suggestion(GOOD, decision=Decision.ASK))
    assert (found["ask_recall"], found["ask_precision"]) == (1.0, 1.0)


def test_another_acceptable_decision_is_neither_met_nor_missed():
    either = replace(QUESTION, decision=Decision.ASK, accepted=frozenset({Decision.ASK, Decision.SUGGEST}))
    found = values(either, suggestion(GOOD))
    assert (found["decision_accuracy"], found["ask_recall"]) == (1.0, None)


def test_the_reason_of_a_handoff_is_compared():
    to_hand = replace(
        QUESTION, decision=Decision.HANDOFF, accepted=frozenset({Decision.HANDOFF}), reason=Reason.ANGRY
    )
    for reason, right in ((Reason.ANGRY, 1.0), (Reason.NO_SOURCE, 0.0)):
        made = suggestion(decision=Decision.HANDOFF, handoff=Handoff(reason, "主管", {}))
        assert values(to_hand, made)["handoff_reason"] == right


def test_confidence_is_judged_only_of_drafts_that_were_suggested():
    assert judge(QUESTION, suggestion(GOOD)).usable is True
    assert judge(QUESTION, suggestion(GOOD)).confidence == 0.8
    assert judge(QUESTION, suggestion(GOOD, decision=Decision.HANDOFF)).usable is None
    unlabelled = replace(QUESTION, facts=(), sources=frozenset())
    assert judge(unlabelled, suggestion(GOOD)).usable is None


def test_a_draft_where_none_is_wanted_is_not_usable():
    refused = replace(QUESTION, decision=Decision.DECLINE, accepted=frozenset({Decision.DECLINE}), facts=())
    assert judge(refused, suggestion(GOOD)).usable is False


def test_without_labelled_facts_a_labelled_source_makes_a_draft_usable():
    by_source = replace(QUESTION, facts=())
    assert judge(by_source, suggestion(GOOD)).usable is True
    assert judge(by_source, suggestion(replace(GOOD, citations=()))).usable is False
