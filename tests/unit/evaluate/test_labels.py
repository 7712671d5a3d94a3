"""Labelled questions are checked whole, against the store too, with file and line."""

import pytest

from assist.errors import InputError, MalformedRecordError
from assist.evaluate.labels import check_known, read_questions
from assist.results import Decision
from unit.evaluate.tiny_set import write_lines

GOOD = {
    "id": "q1",
    "split": "dev",
    "messages": ["掉色不", "起球能退吗"],
    "product": "A102",
    "on": "2026-11-20",
    "decision": "suggest",
    "decision_ok": ["ask"],
    "sources": [["A102", "洗涤说明"], ["returns", 3]],
    "facts": [{"key": "不掉色等级", "value": "4级"}, {"key": "无理由退货天数", "value": 7, "unit": "天"}],
    "must_not": ["15天"],
    "handoff_reason": None,
}


def test_a_row_is_read_with_all_its_labels(tmp_path):
    (question,) = read_questions(write_lines(tmp_path / "q.jsonl", [GOOD]))
    assert question.message.lines == ("掉色不", "起球能退吗")
    assert question.accepted == {Decision.SUGGEST, Decision.ASK}
    assert question.sources == {("A102", "洗涤说明"), ("returns", "3")}
    assert (question.facts[1].value, question.facts[1].bare) == ("7", False)
    assert question.message.on.isoformat() == "2026-11-20T00:00:00"


def test_a_row_of_a_log_needs_a_question_and_an_answer_only(tmp_path):
    rows = [{"question": "能机洗吗", "answer": "可以的亲", "answered_at": "2026-10-01T09:00:00"}]
    (question,) = read_questions(write_lines(tmp_path / "log.jsonl", rows))
    assert question.decision is None
    assert question.reply == "可以的亲"
    assert question.id == "line 1"
    assert question.message.on.isoformat() == "2026-10-01T09:00:00"


def test_only_one_split_is_kept_but_all_rows_are_checked(tmp_path):
    rows = [GOOD, {**GOOD, "id": "q2", "split": "test"}]
    assert [q.id for q in read_questions(write_lines(tmp_path / "q.jsonl", rows), split="test")] == ["q2"]
    with pytest.raises(InputError, match="'none'"):
        read_questions(tmp_path / "q.jsonl", split="none")
    write_lines(tmp_path / "q.jsonl", [*rows, {**GOOD, "id": "q3", "decision": "maybe"}])
    with pytest.raises(MalformedRecordError):
        read_questions(tmp_path / "q.jsonl", split="dev")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({}, "'q1' comes twice"),
        ({"decision": "maybe"}, "decision must be one of"),
        ({"decision": None}, "neither a 'decision' nor a 'reply'"),
        ({"decision_ok": ["perhaps"]}, "decision must be one of"),
        ({"handoff_reason": "mood"}, "reason must be one of"),
        ({"messages": []}, "'messages'"),
        ({"messages": [" "]}, "'messages'"),
        ({"on": "yesterday"}, "ISO date"),
        ({"order": [1]}, "'order' must be an object"),
        ({"must_not": "15天"}, "'must_not' must be a list"),
        ({"sources": [["A102"]]}, "a source must be"),
        ({"facts": [{"key": "天数"}]}, "a fact must have"),
        ({"facts": ["7天"]}, "a fact must have"),
        ({"facts": [{"key": "天数", "value": [1]}]}, "form of a labelled question"),
        ({"product": 5}, "'product' must be a text"),
        ({"channel": "fax"}, "channel must be one of"),
        ({"decision_ok": 5}, "form of a labelled question"),
    ],
)
def test_a_broken_row_names_file_and_line(tmp_path, change, words):
    path = write_lines(tmp_path / "q.jsonl", [GOOD, {**GOOD, **({"id": "q2"} if change else {}), **change}])
    with pytest.raises(MalformedRecordError, match=words) as caught:
        read_questions(path)
    assert (caught.value.path, caught.value.line) == (str(path), 2)


def test_labels_that_the_store_does_not_know_name_file_and_line(tmp_path):
    path = write_lines(tmp_path / "q.jsonl", [{**GOOD, "id": "q0", "product": None}, GOOD])
    questions = read_questions(path)
    check_known(path, questions, products={"A102"}, documents={"A102", "returns"})
    with pytest.raises(MalformedRecordError, match="no product 'A102'") as caught:
        check_known(path, questions, products={"B1"}, documents={"A102", "returns"})
    assert caught.value.line == 2
    with pytest.raises(MalformedRecordError, match="no document 'returns'") as caught:
        check_known(path, questions, products={"A102"}, documents={"A102"})
    assert caught.value.line == 1
