"""`assist evaluate replay`: what agents sent brings the draft they take up, and the store stays as it was."""

import json
import subprocess
import sys

import pytest

from assist import Assistant
from assist.errors import InputError
from assist.evaluate import evaluate_replay
from conftest import ON
from unit.evaluate.tiny_set import write_lines

ASKED = {"messages": ["掉色不"], "product": "A102", "on": ON}
# Its drafts rest on places of their own: votes on a place move every draft that cites it.
PICKED = {"messages": ["起球吗"], "product": "A102", "on": ON}


@pytest.fixture(scope="module")
def log(demo_store, tmp_path_factory):
    """Agents who, whatever is shown first, send what the last draft says."""
    with Assistant.open(demo_store, read_only=True) as assistant:
        drafts = assistant.suggest(**{"message": PICKED["messages"], "product": "A102", "on": ON}).drafts
    assert len(drafts) > 1
    rows = [{**PICKED, "id": f"n{number}", "reply": drafts[-1].text} for number in range(45)]
    return write_lines(tmp_path_factory.mktemp("log") / "log.jsonl", rows)


def test_the_chosen_draft_rises_and_nothing_is_written(demo_store, log):
    before = {path: path.stat().st_mtime_ns for path in demo_store.glob("store.sqlite3")}
    found = evaluate_replay(demo_store, log)
    assert found.measures["chosen"].mean == 1.0
    assert found.measures["late_RR"].mean > found.measures["late_RR_without"].mean
    assert found.measures["RR_gain"].low > 0
    assert found.rows[0]["values"]["RR"] == found.rows[0]["values"]["RR_without"]
    assert {path: path.stat().st_mtime_ns for path in before} == before
    assert evaluate_replay(demo_store, log).to_json() == found.to_json()


def test_the_command_writes_json_and_labels_choose_too(demo_store, tmp_path):
    rows = [
        {**ASKED, "id": "a", "decision": "suggest", "facts": [{"key": "不掉色等级", "value": "4级"}]},
        {**ASKED, "id": "b", "decision": "suggest", "facts": [{"key": "不掉色等级", "value": "没有这个"}]},
    ]
    path = write_lines(tmp_path / "q.jsonl", rows)
    command = [sys.executable, "-m", "assist.cli", "evaluate", "replay", str(demo_store), str(path)]
    done = subprocess.run([*command, "--json", str(tmp_path / "r.json")], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    result = json.loads((tmp_path / "r.json").read_text("utf-8"))
    assert result["kind"] == "replay"
    assert [row["id"] for row in result["rows"]] == ["a"]
    assert result["measures"]["chosen"]["mean"] == 0.5


def test_impossible_arguments_are_refused(demo_store, log):
    with pytest.raises(InputError, match="passes"):
        evaluate_replay(demo_store, log, passes=0)
