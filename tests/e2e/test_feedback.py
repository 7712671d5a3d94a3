"""Feedback through the public doors: drafts move at once, everywhere, and back."""

from datetime import datetime

import pytest

from assist import Assistant
from assist.errors import InputError
from conftest import ON

# Its drafts rest on places of their own: votes on a place move every draft that cites it.
ASKED = {"message": "起球吗", "product": "A102", "on": ON}


def texts(assistant, **more):
    return [draft.text for draft in assistant.suggest(**{**ASKED, **more}).drafts]


def pick(assistant, number, *, agents):
    """Agents choose, again and again, the draft that stands at `number` before anything is learned."""
    wanted = texts(assistant)[number]
    for name in agents:
        suggestion = assistant.suggest(**ASKED)
        found = [draft.text for draft in suggestion.drafts]
        chosen = found.index(wanted) if wanted in found else None
        assistant.feedback(suggestion.id, chosen=chosen, sent_text=wanted, agent=name)
    return wanted


def rank(assistant, wanted):
    return texts(assistant, k=6).index(wanted)


def test_picks_raise_the_picked_draft_at_once_also_for_another_process(demo_copy):
    with Assistant.open(demo_copy) as assistant, Assistant.open(demo_copy, read_only=True) as reader:
        before = texts(assistant)
        assert texts(reader) == before
        wanted = pick(assistant, len(before) - 1, agents=[f"客服{n}" for n in range(30)])
        assert rank(assistant, wanted) < before.index(wanted)
        assert texts(reader) == texts(assistant)


def test_undo_takes_back_what_feedback_moved(demo_copy):
    with Assistant.open(demo_copy) as assistant:
        before = assistant.suggest(**ASKED)
        suggestion = assistant.suggest(**ASKED)
        assistant.feedback(suggestion.id, chosen=len(suggestion.drafts) - 1)
        moved = assistant.suggest(**ASKED)
        assert [d.confidence for d in moved.drafts] != [d.confidence for d in before.drafts]
        assert assistant.undo_feedback(suggestion.id) is True
        assert assistant.undo_feedback(suggestion.id) is False
        after = assistant.suggest(**ASKED)
        assert [d.text for d in after.drafts] == [d.text for d in before.drafts]
        assert [d.confidence for d in after.drafts] == [d.confidence for d in before.drafts]
        with pytest.raises(InputError, match="nowhere"):
            assistant.undo_feedback("nowhere")


def test_hostile_clicks_leave_a_rule_among_the_first_two(demo_copy):
    asked = {"message": "签收七天内不想要了能退吗", "on": ON}
    with Assistant.open(demo_copy) as assistant:
        first = assistant.suggest(**asked).drafts[0]
        assert {c.source.kind.value for c in first.citations} == {"policy"}
        for number in range(60):
            suggestion = assistant.suggest(**asked)
            last = len(suggestion.drafts) - 1
            assistant.feedback(suggestion.id, chosen=last or None, agent=f"恶意{number}")
        after = assistant.suggest(**asked)
        assert first.text in [draft.text for draft in after.drafts[:2]]
        assert after.decision.value == "suggest"


def test_what_is_logged_survives_reopening_and_names_documents_for_erasure(demo_copy):
    with Assistant.open(demo_copy) as assistant:
        wanted = pick(assistant, -1, agents=[f"客服{n}" for n in range(8)])
        ranked = rank(assistant, wanted)
    with Assistant.open(demo_copy) as assistant:
        assert rank(assistant, wanted) == ranked
        assistant.remove(["A102"])
        assistant._store.compact()
        erased = [one for one in assistant._store.outcomes() if one.payload.get("erased")]
        assert erased, "logged suggestions that quote an erased document are emptied"
        assert datetime.fromisoformat(erased[0].feedback["at"])
