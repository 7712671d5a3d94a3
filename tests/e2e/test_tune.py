"""`assist tune`: refuses too little, keeps what is better in the store, leaves alone what is not, and forgets."""

import json
import shutil
import subprocess
import sys

import pytest

from assist import Assistant, decide
from assist.encoder import bundled
from assist.errors import InputError
from assist.store.local import LocalStore
from assist.tuned import Tuned
from assist.tuning import MIN_ROWS, reset, tune
from conftest import ON, ROOT

QUESTIONS = ROOT / "benchmarks" / "demo_shop" / "questions_dev2.jsonl"


def some(path, n):
    lines = [line for line in QUESTIONS.read_text("utf-8").splitlines() if json.loads(line)["split"] == "dev"]
    path.write_text("\n".join(lines[:n]) + "\n", "utf-8")
    return path


def kept(store):
    with LocalStore.open(store, encoder=bundled().identity, read_only=True) as opened:
        return Tuned.from_json(opened.tuned)


@pytest.fixture(scope="module")
def spoiled(demo_store, tmp_path_factory):
    """A store whose confidence is upside down, and what tuning made of it."""
    target = tmp_path_factory.mktemp("tune") / "shop.assist"
    shutil.copytree(demo_store, target)
    wrong = {name: 3.0 if name == "bias" else -value for name, value in decide.shipped().items()}
    with LocalStore.open(target, encoder=bundled().identity) as opened:
        opened.set_tuned(Tuned(confidence=wrong).to_json())
    return target, wrong, tune(target, some(target.parent / "q.jsonl", MIN_ROWS + 20))


@pytest.mark.slow
def test_what_is_better_is_kept_in_the_store_and_used(spoiled):
    store, wrong, report = spoiled
    confidence = next(part for part in report.parts if part.name == "confidence")
    assert confidence.kept
    assert confidence.after < confidence.before
    assert report.changed
    together = report.parts[-1]
    assert together.after >= together.before
    assert kept(store) == report.tuned
    assert report.rows + report.held_back == MIN_ROWS + 20
    with Assistant.open(store, read_only=True) as assistant:
        suggestion = assistant.suggest("掉色不", product="A102", on=ON)
    (draft, *_) = suggestion.drafts
    assert draft.confidence == decide.confidence(draft, suggestion.question, report.tuned.confidence)
    assert draft.confidence != decide.confidence(draft, suggestion.question, wrong)


def test_what_a_store_keeps_is_used_at_once_and_reset_forgets_it(demo_copy):
    asked = {"message": "掉色不", "product": "A102", "on": ON}
    own = {**decide.shipped(), "bias": 3.0}
    with Assistant.open(demo_copy) as assistant:
        before = assistant.suggest(**asked)
        with LocalStore.open(demo_copy, encoder=bundled().identity) as opened:
            opened.set_tuned(Tuned(dense_weight=0.2, confidence=own).to_json())
        suggestion = assistant.suggest(**asked)
        first = suggestion.drafts[0]
        assert first.confidence == decide.confidence(first, suggestion.question, own)
        assert first.confidence > before.drafts[0].confidence
        assert reset(demo_copy) is True
        assert reset(demo_copy) is False
        assert assistant.suggest(**asked).drafts[0].confidence == before.drafts[0].confidence


def test_too_few_rows_are_refused_and_nothing_is_changed(demo_copy, tmp_path):
    few = some(tmp_path / "few.jsonl", MIN_ROWS - 1)
    with pytest.raises(InputError, match=f"at least {MIN_ROWS} rows"):
        tune(demo_copy, few)
    with pytest.raises(InputError, match="0 feedbacks"):
        tune(demo_copy)
    command = [sys.executable, "-m", "assist.cli", "tune", str(demo_copy), str(few)]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 1
    assert str(MIN_ROWS) in done.stderr
    assert "Traceback" not in done.stderr
    assert not kept(demo_copy)


@pytest.mark.slow
def test_labels_that_teach_nothing_change_nothing(demo_copy, tmp_path):
    """Sources at random: whatever is fitted to them is no better on others."""
    rows = [json.loads(line) for line in some(tmp_path / "q.jsonl", 150).read_text("utf-8").splitlines()]
    for row, other in zip(rows, rows[1:] + rows[:1], strict=True):
        row["sources"], row["facts"] = other["sources"], []
    path = tmp_path / "wrong.jsonl"
    path.write_text("\n".join(json.dumps(row, ensure_ascii=False) for row in rows), "utf-8")
    before = tune(demo_copy, path)
    together = before.parts[-1]
    assert together.after is None or together.after >= together.before or not before.changed


@pytest.mark.slow
def test_feedback_alone_is_enough_to_tune_on(demo_copy):
    lines = [json.loads(line) for line in QUESTIONS.read_text("utf-8").splitlines()]
    with Assistant.open(demo_copy) as assistant:
        for number, row in enumerate(lines):
            suggestion = assistant.suggest(
                row["messages"], product=row.get("product"), on=row.get("on") or ON
            )
            if suggestion.decision.value == "suggest":
                chosen = 0 if number % 4 else None
                assistant.feedback(suggestion.id, chosen=chosen, agent=f"客服{number % 5}")
    report = tune(demo_copy)
    assert report.rows + report.held_back >= MIN_ROWS
    assert {part.name for part in report.parts} == {"fusion", "ranker", "confidence", "together"}
