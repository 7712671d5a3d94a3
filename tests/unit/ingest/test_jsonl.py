"""Past answers and documents, one JSON object a line."""

from __future__ import annotations

import json

import pytest

from assist.documents import Kind, Level
from assist.errors import UnsupportedFormatError
from assist.ingest import ReadResult, read_bytes
from assist.settings import IngestSettings


def jsonl(text: str, name: str = "past_answers.jsonl", encoding: str = "utf-8", **limits: int) -> ReadResult:
    return read_bytes(text.encode(encoding), name=name, settings=IngestSettings(**limits))


ROW = '{"question": "掉色不", "answer": "4级", "product": "A102", "answered_at": "2026-02-03T10:21:00", "rating": 5, "resolved": true, "order": {"status": "已签收"}, "agent": null}'


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "utf-16", "utf-16-le"])
def test_a_past_answer_keeps_what_the_record_says(encoding: str) -> None:
    (document,) = jsonl(f"\n{ROW}\n\n", encoding=encoding).documents
    assert (document.id, document.source) == ("past_answers:2", "past_answers.jsonl:2")
    assert (document.kind, document.product, document.text) == (Kind.PAST_ANSWER, "A102", "掉色不\n4级")
    assert dict(document.attributes) == {
        "question": "掉色不",
        "answer": "4级",
        "product": "A102",
        "answered_at": "2026-02-03T10:21:00",
        "rating": "5",
        "resolved": "true",
        "order": '{"status": "已签收"}',
    }


def test_a_broken_line_is_named_and_never_renumbers_the_rest() -> None:
    rows = [json.dumps({"question": f"问{n}", "answer": f"答{n}"}, ensure_ascii=False) for n in range(1, 10)]
    rows[6] = rows[6][:-3]
    result = jsonl("\n".join(rows))
    assert [document.id for document in result.documents] == [
        f"past_answers:{n}" for n in (1, 2, 3, 4, 5, 6, 8, 9)
    ]
    ((path, line, error),) = [(entry.path, entry.line, entry.error) for entry in result.skipped]
    assert (path, line, error) == ("past_answers.jsonl", 7, "MalformedRecordError")


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("[1]", "must be an object"),
        ("{}", "needs question and answer"),
        ('{"question": "x"}', "answer is empty"),
        ('{"question": " ", "answer": "x"}', "question is empty"),
        ('{"text": ""}', "text is empty"),
        ('{"text": "x", "kind": "page"}', "kind must be one of"),
        ('{"text": "x", "valid_from": "soon"}', "valid_from is not a date"),
        ('{"text": "x", "id": "12345678901"}', "id is longer than max_cell_chars = 10"),
        ("[" * 100_000, "not JSON"),
        ('{"id": ' + "1" * 5_000 + "}", "not JSON"),
        ("nonsense", "not JSON: Expecting value at column 1"),
    ],
)
def test_records_that_cannot_be_read_say_why(row: str, reason: str) -> None:
    result = jsonl(f"{row}\n" + '{"question": "能退吗", "answer": "能"}', max_cell_chars=10)
    assert len(result.documents) == 1
    assert result.skipped[0].line == 1
    assert reason in result.skipped[0].reason


def test_documents_are_read_with_the_fields_of_front_matter() -> None:
    (document,) = jsonl(
        '{"id": "p1", "kind": "policy", "text": "七天内可退", "title": "退货", "level": "law", "applies_to": ["服饰"],'
        ' "valid_from": "2026-01-01", "keys": "退货天数、运费", "author": "法务"}',
        name="documents.jsonl",
    ).documents
    assert (document.id, document.kind, document.level, document.title) == (
        "p1",
        Kind.POLICY,
        Level.LAW,
        "退货",
    )
    assert (document.categories, document.keys) == (("服饰",), ("退货天数", "运费"))
    assert dict(document.attributes) == {"author": "法务"}


def test_lone_surrogates_of_a_record_cannot_reach_a_store() -> None:
    (document,) = jsonl('{"question": "a\\ud800b", "answer": "c\\u0000d\\ud83d\\ude0a"}').documents
    document.text.encode()
    assert document.text == "a\ufffdb\ncd😊"


def test_labelled_questions_are_no_knowledge() -> None:
    with pytest.raises(UnsupportedFormatError, match="labelled questions"):
        jsonl('{"id": "q1", "messages": ["掉色不"], "sources": []}\n', name="questions.jsonl")


def test_the_limit_on_rows_is_named() -> None:
    result = jsonl("\n".join([ROW] * 3), max_rows=2)
    assert len(result.documents) == 2
    assert "max_rows = 2" in result.skipped[0].reason
