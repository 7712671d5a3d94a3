from datetime import date
from decimal import Decimal

import pytest

from assist.errors import InputError
from assist.store.base import AnswerState
from unit.store.records import DAY1, DAY2, RETURNS, open_store, sample

PAYLOAD = {
    "decision": "suggest",
    "drafts": [{"text": "可以退", "citations": [{"document_id": "returns"}]}],
    "n": 3,
}


@pytest.fixture
def store(tmp_path):
    with open_store(tmp_path) as opened:
        opened.apply(add=sample())
        yield opened


def test_a_suggestion_comes_back_as_it_was(store, tmp_path):
    store.log_suggestion("s1", PAYLOAD, at=DAY1)
    assert store.suggestion("s1") == PAYLOAD
    with open_store(tmp_path, read_only=True) as reader:
        assert reader.suggestion("s1") == PAYLOAD


def test_typed_values_become_plain(store):
    store.log_suggestion(
        "s1", {"on": date(2026, 11, 20), "price": Decimal("9.90"), "kind": AnswerState.STALE}, at=DAY1
    )
    assert store.suggestion("s1") == {"on": "2026-11-20", "price": "9.90", "kind": "stale"}


def test_logging_again_replaces(store):
    store.log_suggestion("s1", PAYLOAD, at=DAY1)
    store.add_feedback("s1", chosen=0, at=DAY1)
    store.log_suggestion("s1", {"decision": "ask"}, at=DAY2)
    assert store.suggestion("s1") == {"decision": "ask"}
    assert len(store.feedback()) == 1


def test_an_unknown_suggestion_is_named(store):
    with pytest.raises(InputError, match="'s9'"):
        store.suggestion("s9")
    with pytest.raises(InputError, match="'s9'"):
        store.add_feedback("s9", chosen=1, at=DAY1)
    assert store.feedback() == []


def test_a_payload_that_is_not_plain_is_refused(store):
    with pytest.raises(InputError, match="plain data"):
        store.log_suggestion("s1", {"x": object()}, at=DAY1)
    with pytest.raises(InputError):
        store.suggestion("s1")


def test_feedback_comes_in_order(store):
    store.log_suggestion("s1", PAYLOAD, at=DAY1)
    store.log_suggestion("s2", PAYLOAD, at=DAY1)
    store.add_feedback("s2", chosen=1, sent_text="亲，可以的😊\ud83d", agent="小王", at=DAY1)
    store.add_feedback("s1", at=DAY2)
    empty = {"chosen": None, "sent_text": None, "agent": None}
    assert store.feedback() == [
        {
            "suggestion_id": "s2",
            "chosen": 1,
            "sent_text": "亲，可以的😊\ud83d",
            "agent": "小王",
            "at": DAY1.isoformat(),
        },
        {"suggestion_id": "s1", **empty, "at": DAY2.isoformat()},
    ]


def test_the_log_does_not_change_what_is_searched(store):
    view = store.view()
    store.log_suggestion("s1", PAYLOAD, at=DAY1)
    store.add_feedback("s1", chosen=0, at=DAY1)
    assert store.revision == 1
    assert store.view() is view


def test_states_are_checked(store):
    with pytest.raises(InputError, match="candidate, approved, stale, retired"):
        store.set_state(["returns"], "bad", "")
    with pytest.raises(InputError, match="'nowhere'"):
        store.set_state(["returns", "nowhere"], "retired", "")
    assert dict(store.view().states) == {}
    assert store.set_state(["returns"], AnswerState.RETIRED, "规则变了") == 2


def test_a_state_survives_a_new_version_but_not_removal(store):
    store.set_state(["returns"], "approved", "")
    store.apply(remove=["shipping"])
    assert dict(store.view().states) == {"returns": "approved"}
    store.apply(remove=["returns"])
    assert dict(store.view().states) == {}


def test_compacting_erases_suggestions_that_quote_what_was_removed(store):
    store.log_suggestion("s1", PAYLOAD, at=DAY1)
    store.log_suggestion("s2", {"quote": "别的", "document_id": "shipping"}, at=DAY1)
    store.add_feedback("s1", chosen=0, at=DAY1)
    store.apply(remove=["returns"])
    assert store.suggestion("s1") == PAYLOAD
    store.compact()
    assert store.suggestion("s1") == {"erased": True}
    assert store.suggestion("s2")["document_id"] == "shipping"
    assert store.feedback()[0]["chosen"] == 0


def test_a_document_that_came_back_keeps_its_log(store):
    store.log_suggestion("s1", PAYLOAD, at=DAY1)
    store.apply(remove=["returns"])
    store.apply(add=sample()[:1])
    store.compact()
    assert store.suggestion("s1") == PAYLOAD
    assert store.document("returns").text == RETURNS
