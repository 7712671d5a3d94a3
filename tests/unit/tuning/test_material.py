"""Feedback read as labels, and groups that keep like questions on one side."""

from datetime import datetime

from assist.evaluate.labels import LabelledQuestion
from assist.messages import Message
from assist.results import Decision
from assist.store.base import Outcome
from assist.tuning.material import from_feedback, group_of

AT = "2026-11-20T14:00:00"


def outcome(key, *, decision="suggest", **feedback):
    drafts = [
        {"text": f"回复{name * 8}", "places": [["退换", name, "3", True]]} for name in ("returns", "freight")
    ]
    payload = {"message": "能退吗\n急", "product": "A102", "on": AT, "decision": decision, "drafts": drafts}
    return Outcome(key, payload, {"chosen": None, "sent_text": None, "at": AT, **feedback})


def test_the_used_drafts_places_are_the_labels():
    (question,) = from_feedback([outcome(7, chosen=1)], "Asia/Shanghai")
    assert question.message.lines == ("能退吗", "急")
    assert question.message.product == "A102"
    assert question.message.on == datetime(2026, 11, 20, 14)
    assert question.decision is Decision.SUGGEST
    assert question.sources == {("freight", "3")}


def test_where_nothing_was_used_a_person_was_needed():
    (question,) = from_feedback([outcome(7, sent_text="完全是另外一句")], "Asia/Shanghai")
    assert question.accepted == {Decision.HANDOFF}
    assert question.sources == frozenset()


def test_what_was_not_suggested_or_is_erased_teaches_nothing():
    erased = Outcome(1, {"erased": True}, {"chosen": 0, "at": AT})
    assert from_feedback([erased, outcome(2, decision="handoff", chosen=0)], "Asia/Shanghai") == []


def test_questions_with_the_same_answer_are_one_group():
    def labelled(id, *sources):
        return LabelledQuestion(id, 1, Message((id,)), sources=frozenset(sources))

    assert group_of(labelled("a", ("x", "1"), ("y", "2"))) == group_of(labelled("b", ("x", "1")))
    assert group_of(labelled("a")) != group_of(labelled("b"))
