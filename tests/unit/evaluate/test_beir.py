"""Retrieval sets are checked whole before any work, and every complaint names file and line."""

import pytest

from assist.errors import InputError, MalformedRecordError
from assist.evaluate.beir import read_set
from unit.evaluate.tiny_set import PASSAGES, QRELS, QUERIES, write_lines, write_set


def test_a_sound_set_is_read_in_file_order(tmp_path):
    found = read_set(write_set(tmp_path / "tiny"))
    assert found.name == "tiny"
    assert [query.id for query in found.queries] == list(QUERIES)
    assert [passage.id for passage in found.passages] == list(PASSAGES)
    assert found.qrels["q1"] == {"d2": 2, "d1": 1}


def test_the_header_of_the_qrels_may_be_missing(tmp_path):
    assert read_set(write_set(tmp_path, header=False)).qrels["q2"] == {"d3": 1}


def test_files_are_found_in_dev_and_can_be_named(tmp_path):
    write_set(tmp_path)
    (tmp_path / "dev").mkdir()
    (tmp_path / "queries.jsonl").rename(tmp_path / "dev" / "queries.jsonl")
    (tmp_path / "qrels.tsv").rename(tmp_path / "dev" / "qrels.tsv")
    assert len(read_set(tmp_path).queries) == 5
    other = write_lines(tmp_path / "other.jsonl", [{"_id": id, "text": "新的问法"} for id in QUERIES])
    assert read_set(tmp_path, queries=other).queries[0].text == "新的问法"


def test_title_and_text_are_searched_together_and_empty_rows_are_counted(tmp_path):
    rows = [{"_id": id, "text": "正文", "title": "标题"} for id in PASSAGES] + [{"_id": "none", "text": " "}]
    found = read_set(write_set(tmp_path, passages=rows))
    assert found.passages[0].text == "标题\n正文"
    assert found.empty_passages == 1


def test_queries_without_a_relevant_document_are_counted_and_not_measured(tmp_path):
    found = read_set(write_set(tmp_path, qrels=["q1\td1\t0", "q2\td3\t1", "q3\td4\t-1"]))
    assert [query.id for query in found.queries] == ["q2"]
    assert found.unjudged_queries == 4


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ("q1\tnone\t1", "no document 'none'"),
        ("q1\t\t1", "no document is named"),
        ("q9\td1\t1", "no 'q9'"),
        ("q1\td2\t1", "twice"),
        ("q1\td3\tnan", "whole number"),
        ("q1\td3\tinf", "whole number"),
        ("q1\td3\t0.5", "whole number"),
        ("q1\td3\tyes", "must be a number"),
        ("q1 d3 1", "separated by tabs"),
    ],
)
def test_a_broken_judgment_names_file_and_line(tmp_path, row, words):
    write_set(tmp_path, qrels=[*(f"{q}\t{d}\t{s}" for q, d, s in QRELS), row])
    with pytest.raises(MalformedRecordError, match=words) as caught:
        read_set(tmp_path)
    assert caught.value.path == str(tmp_path / "qrels.tsv")
    assert caught.value.line == len(QRELS) + 2


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ({"_id": "d2", "text": "又来一次"}, "'d2' comes twice"),
        ({"text": "没有编号"}, "no '_id'"),
        ("{broken", "not JSON"),
        ('{"_id": "x", "text": "x", "weight": NaN}', "NaN"),
        ("[1]", "JSON object"),
    ],
)
def test_a_broken_passage_names_file_and_line(tmp_path, row, words):
    rows = [{"_id": id, "text": text} for id, text in PASSAGES.items()]
    write_set(tmp_path, passages=[*rows, row])
    with pytest.raises(MalformedRecordError, match=words) as caught:
        read_set(tmp_path)
    assert caught.value.line == len(rows) + 1
    assert caught.value.path == str(tmp_path / "corpus.jsonl")


@pytest.mark.parametrize(
    "row", [{"_id": "q1", "text": "再问"}, {"_id": "q8", "text": " "}, {"_id": " ", "text": "x"}]
)
def test_a_broken_query_names_file_and_line(tmp_path, row):
    rows = [{"_id": id, "text": text} for id, text in QUERIES.items()]
    write_set(tmp_path, queries=[*rows, row])
    with pytest.raises(MalformedRecordError) as caught:
        read_set(tmp_path)
    assert (caught.value.path, caught.value.line) == (str(tmp_path / "queries.jsonl"), len(rows) + 1)


def test_a_file_that_is_not_utf8_names_the_line(tmp_path):
    write_set(tmp_path)
    (tmp_path / "corpus.jsonl").write_bytes(
        '{"_id": "d1", "text": "好"}\n{"_id": "d2", "text": "退货"}'.encode("gbk")
    )
    with pytest.raises(MalformedRecordError, match="not UTF-8") as caught:
        read_set(tmp_path)
    assert caught.value.line == 1


@pytest.mark.parametrize("part", ["passages", "queries", "qrels"])
def test_an_empty_file_is_an_input_error_that_names_it(tmp_path, part):
    write_set(tmp_path, **{part: []})
    with pytest.raises((InputError, MalformedRecordError)) as caught:
        read_set(tmp_path)
    assert str(tmp_path) in str(caught.value)


@pytest.mark.parametrize("name", ["corpus.jsonl", "queries.jsonl", "qrels.tsv"])
def test_a_missing_file_is_an_input_error(tmp_path, name):
    (write_set(tmp_path) / name).unlink()
    with pytest.raises(InputError, match=name.partition(".")[0]):
        read_set(tmp_path)


def test_two_rows_of_one_id_can_be_read_as_one_document(tmp_path):
    rows = [{"_id": id, "text": text} for id, text in PASSAGES.items()] + [{"_id": "d2", "text": "又来一次"}]
    found = read_set(write_set(tmp_path, passages=rows), duplicates="fold")
    assert (len(found.passages), found.folded_passages) == (7, 1)
    with pytest.raises(InputError, match="duplicates"):
        read_set(tmp_path, duplicates="last")


def test_a_sample_is_the_same_for_the_same_seed_and_keeps_the_order(tmp_path):
    found = read_set(write_set(tmp_path))
    some = found.sampled(3, seed=4)
    assert some.queries == found.sampled(3, seed=4).queries
    assert [query.id for query in some.queries] == sorted(query.id for query in some.queries)
    assert len(some.queries) == 3
    assert found.sampled(99, seed=4) is found
    with pytest.raises(InputError, match="sample"):
        found.sampled(0, seed=4)
