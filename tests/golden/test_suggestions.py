"""Messages on the demo shop whose decision, first draft and cited places are kept and reviewed like code.

`pytest tests/golden --update-golden` rewrites the outcomes; read the difference before keeping it.
"""

import json
from pathlib import Path

import pytest

ON = "2026-11-20T14:00:00"
PATH = Path(__file__).with_name("suggestions.jsonl")
CASES = [json.loads(line) for line in PATH.read_text("utf-8").splitlines()]
INPUTS = ("product", "history", "order", "customer", "channel")


def outcome(demo, case):
    given = {name: case[name] for name in INPUTS if name in case}
    suggestion = demo.suggest(case["messages"], on=ON, **given)
    best = suggestion.drafts[0] if suggestion.drafts else None
    return {
        "decision": suggestion.decision.value,
        "reason": suggestion.handoff.reason.value if suggestion.handoff else None,
        "ask": suggestion.ask.slot if suggestion.ask else None,
        "text": best.text if best else None,
        "cited": [list(pair) for pair in dict.fromkeys((c.document_id, c.section) for c in best.citations)]
        if best
        else [],
    }


@pytest.fixture(scope="module")
def rewritten(request, demo):
    """With the option, every line anew before anything is compared; without it, the lines as they are."""
    if not request.config.getoption("--update-golden"):
        return {case["id"]: case for case in CASES}
    lines = [{**case, **outcome(demo, case)} for case in CASES]
    PATH.write_text("".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines), "utf-8")
    return {line["id"]: line for line in lines}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_a_kept_message_gets_its_kept_suggestion(demo, rewritten, case):
    kept = rewritten[case["id"]]
    found = outcome(demo, case)
    assert found == {name: kept[name] for name in found}


def test_the_kept_messages_cover_every_decision_and_differ(rewritten):
    assert len({tuple(case["messages"]) for case in rewritten.values()}) == len(CASES) == 24
    assert {case["decision"] for case in rewritten.values()} == {
        "suggest",
        "ask",
        "handoff",
        "decline",
        "quick",
    }
