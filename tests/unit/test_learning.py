"""What is remembered of suggestions, and what is written of them: masked, bounded, checked."""

import json
from datetime import datetime
from types import SimpleNamespace

import pytest

from assist.documents import Span
from assist.errors import InputError
from assist.learning import SKIPPED, TRACES, Trace, Traces, keep_feedback, payload, used, votes
from assist.messages import IntentScore, Message, Part, Question
from assist.results import Decision, Draft, Suggestion
from assist.store.base import Outcome

PHONE = "13912345678"
AT = datetime(2026, 11, 20, 14)


DRAFT = Draft(f"请打{PHONE}", confidence=0.123456, lane="clause")


def suggestion(id="s1"):
    part = Part("退货", "退货", Span(0, 2), (IntentScore("售后/退换", 0.9),))
    question = Question((part,), tags=("售后问题",))
    return Suggestion(id, Decision.SUGGEST, (DRAFT,), question, timings={"draft": 0.1})


def remembered(*ids):
    traces = Traces()
    traces.remember(
        [suggestion(id) for id in ids], [Message((f"我电话{PHONE}",))] * len(ids), [AT] * len(ids)
    )
    return traces


class Log(SimpleNamespace):
    """A store that writes down what it is told."""

    def __init__(self):
        super().__init__(suggestions=[], feedback=[])

    def add_feedback(self, id, *, chosen, sent_text, agent, at, logged=None):
        if logged is not None:
            self.suggestions.append((id, logged.payload, logged.at))
        self.feedback.append((id, chosen, sent_text, agent, at))


def test_what_is_written_is_masked_and_is_json():
    made = payload(Trace(suggestion(), Message((f"我电话{PHONE}",)), AT))
    assert PHONE not in json.dumps(made, ensure_ascii=False)
    assert made["decision"] == "suggest"
    assert made["intent"] == "售后/退换"
    assert made["tags"] == ["售后问题"]
    assert made["drafts"][0]["confidence"] == 0.1235


def test_feedback_writes_the_suggestion_with_it():
    log = Log()
    keep_feedback(log, remembered("s1"), "s1", chosen=0, sent_text=f"打{PHONE}", agent="小山", at=AT)
    ((id, written, at),) = log.suggestions
    assert (id, at) == ("s1", AT)
    assert PHONE not in json.dumps(written, ensure_ascii=False)
    assert log.feedback == [("s1", 0, "打[手机号]", "小山", AT)]


def test_no_draft_and_no_text_may_have_been_used():
    log = Log()
    keep_feedback(log, remembered("s1"), "s1", chosen=None, sent_text=None, agent=None, at=AT)
    assert log.feedback == [("s1", None, None, None, AT)]


@pytest.mark.parametrize("chosen", [-1, 1, 99])
def test_a_draft_that_is_none_is_refused_and_nothing_written(chosen):
    log = Log()
    with pytest.raises(InputError, match="chosen"):
        keep_feedback(log, remembered("s1"), "s1", chosen=chosen, sent_text=None, agent=None, at=AT)
    assert (log.suggestions, log.feedback) == ([], [])


def test_the_oldest_fall_out():
    traces = remembered(*(f"s{n}" for n in range(TRACES + 5)))
    assert traces.get("s4") is None
    assert traces.get("s5").suggestion.id == "s5"
    assert traces.get(f"s{TRACES + 4}") is not None


# -- what feedback teaches ------------------------------------------------------------------------


def shown(*names):
    return [
        {"text": f"草稿{name}，内容各不相同{name * 9}", "places": [["退换", name, "1", False]]}
        for name in names
    ]


def outcome(drafts, **feedback):
    body = {"chosen": None, "sent_text": None, "agent": "甲", "at": AT.isoformat(), **feedback}
    return Outcome(1, {"drafts": drafts}, body)


def cast(found):
    return {(vote.place.document_id, vote.value) for vote in votes(found)}


def test_a_pick_gains_and_what_stood_above_it_loses():
    assert cast(outcome(shown("a", "b", "c"), chosen=1)) == {("b", 1.0), ("a", SKIPPED)}


def test_the_first_picked_passes_over_nothing():
    assert cast(outcome(shown("a", "b"), chosen=0)) == {("a", 1.0)}


def test_nothing_used_is_against_the_first_only():
    assert cast(outcome(shown("a", "b"))) == {("a", SKIPPED)}
    assert cast(outcome(shown("a", "b"), sent_text="完全另外的一句话")) == {("a", SKIPPED)}


def test_an_edited_draft_gains_as_much_as_was_sent_of_it():
    drafts = shown("a", "b")
    ((up,), (down,)) = (
        [vote for vote in votes(outcome(drafts, sent_text=drafts[1]["text"] + "补一句")) if test(vote.value)]
        for test in ((lambda value: value > 0), (lambda value: value < 0))
    )
    assert up.place.document_id == "b"
    assert 0.8 < up.value < 1.0
    assert down.place.document_id == "a"


def test_a_picked_draft_that_was_rewritten_gains_nothing():
    assert cast(outcome(shown("a"), chosen=0, sent_text="完全另外的一句话")) == set()


def test_a_shared_place_loses_nothing():
    drafts = shown("a", "b")
    drafts[0]["places"] = [*drafts[0]["places"], *drafts[1]["places"]]
    assert cast(outcome(drafts, chosen=1)) == {("b", 1.0), ("a", SKIPPED)}


def test_an_erased_or_older_suggestion_teaches_nothing():
    assert cast(Outcome(1, {"erased": True}, {"chosen": 0, "at": AT.isoformat()})) == set()
    assert cast(outcome([{"text": "旧"}], chosen=0)) == set()


def test_used_takes_the_nearest_of_equally_like_drafts_by_rank():
    assert used(["你好", "你好"], None, "你好") == (0, 1.0)
    assert used([], None, "你好") == (None, 0.0)
    assert used(["你好"], None, None) == (None, 0.0)
