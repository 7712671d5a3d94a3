"""Labelled questions over the demo shop: batches, processes, samples, and the page."""

import json

import pytest

from assist.errors import InputError, MalformedRecordError, StoreNotFoundError
from assist.evaluate import drafts_html, evaluate_drafts
from unit.evaluate.tiny_set import write_lines

ON = "2026-11-20T14:00:00"
ROWS = [
    {"id": "a", "messages": ["掉色不"], "product": "A102", "on": ON, "decision": "suggest",
     "sources": [["A102", "参数"]], "facts": [{"key": "不掉色等级", "value": "4级"}], "must_not": ["3级"]},
    {"id": "b", "messages": ["转人工"], "on": ON, "decision": "handoff", "handoff_reason": "asks_human"},
    {"id": "c", "messages": ["谢谢"], "on": ON, "decision": "quick"},
]  # fmt: skip


@pytest.fixture
def questions(tmp_path):
    return write_lines(tmp_path / "questions.jsonl", ROWS)


def test_every_question_has_a_row_and_the_measures_are_their_means(demo_store, questions):
    result = evaluate_drafts(demo_store, questions).to_dict()
    right = [row["values"]["decision_accuracy"] for row in result["rows"]]
    assert result["measures"]["decision_accuracy"]["mean"] == pytest.approx(sum(right) / 3, abs=1e-6)
    assert result["measures"]["usable@1"]["n"] == 1
    assert result["rows"][0]["usable"] is True
    assert result["rows"][1]["confidence"] is None
    assert "reply_bleu_4" not in result["measures"]


def test_processes_give_the_same_result(demo_store, tmp_path, monkeypatch):
    monkeypatch.setattr("assist.evaluate.outcomes.BATCH", 3)
    many = [{**ROWS[n % 3], "id": str(n)} for n in range(7)]
    path = write_lines(tmp_path / "many.jsonl", many)
    texts = []
    for jobs in (1, 2):
        result = evaluate_drafts(demo_store, path, jobs=jobs).to_dict()
        result.pop("times")
        texts.append(json.dumps(result))
    assert texts[0] == texts[1]


def test_a_sample_is_kept_in_order(demo_store, questions):
    result = evaluate_drafts(demo_store, questions, sample=2, seed=5)
    ids = [row["id"] for row in result.rows]
    assert ids == sorted(ids)
    assert len(ids) == 2


def test_a_log_without_moments_takes_the_one_given(demo_store, tmp_path):
    path = write_lines(
        tmp_path / "log.jsonl", [{"question": "掉色不", "answer": "不掉色的亲", "product": "A102"}]
    )
    result = evaluate_drafts(demo_store, path, on=ON)
    assert result.settings["on"] == ON
    assert set(result.measures) >= {"reply_rouge_l", "saved_chars"}
    assert "usable@1" not in result.measures


def test_the_page_has_both_charts_and_the_worst_questions(demo_store, tmp_path):
    wrong = {**ROWS[0], "id": "wrong", "facts": [{"key": "不掉色等级", "value": "<9级>"}]}
    result = evaluate_drafts(demo_store, write_lines(tmp_path / "q.jsonl", [ROWS[0], wrong]))
    page = drafts_html(result)
    assert page.count("<svg") == 2
    assert "&lt;9级&gt;" in page
    assert "<9级>" not in page
    assert "掉色不" in page


def test_a_set_that_suggests_nothing_has_a_page_without_charts(demo_store, tmp_path):
    page = drafts_html(evaluate_drafts(demo_store, write_lines(tmp_path / "q.jsonl", ROWS[1:])))
    assert page.count("<svg") == 0


@pytest.mark.parametrize("wrong", [{"jobs": 0}, {"sample": 0}, {"split": "none"}])
def test_impossible_arguments_are_refused(demo_store, questions, wrong):
    with pytest.raises(InputError):
        evaluate_drafts(demo_store, questions, **wrong)


def test_labels_are_checked_against_the_store(demo_store, tmp_path):
    path = write_lines(tmp_path / "q.jsonl", [{**ROWS[0], "sources": [["nothing", "1"]]}])
    with pytest.raises(MalformedRecordError, match="nothing") as caught:
        evaluate_drafts(demo_store, path)
    assert caught.value.line == 1


def test_there_must_be_a_store(tmp_path, questions):
    with pytest.raises(StoreNotFoundError):
        evaluate_drafts(tmp_path / "none.assist", questions)
