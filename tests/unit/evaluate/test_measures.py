"""Ranking measures on cases worked by hand."""

import math
import sys

import pytest

from assist.errors import InputError, MissingDependencyError
from assist.evaluate import measure


def one(run, qrels, name):
    return measure({"q": run}, {"q": qrels}, measures=[name]).values[0, 0]


def test_ndcg_has_the_exponential_gain():
    run = {"a": 3.0, "b": 2.0, "c": 1.0}
    gained = 1 + 7 / math.log2(4)
    ideal = 7 + 1 / math.log2(3)
    assert one(run, {"a": 1, "c": 3}, "nDCG@10") == pytest.approx(gained / ideal, abs=1e-9)


def test_recall_counts_all_relevant_documents_and_capped_recall_at_most_k():
    run, qrels = {"a": 2.0, "b": 1.0}, {"a": 1, "x": 1, "y": 1, "z": 1}
    assert one(run, qrels, "R@2") == pytest.approx(1 / 4)
    assert one(run, qrels, "R_cap@2") == pytest.approx(1 / 2)
    assert one(run, qrels, "P@2") == pytest.approx(1 / 2)


def test_reciprocal_rank_and_success_look_no_deeper_than_k():
    run = {str(rank): -float(rank) for rank in range(1, 13)}
    assert one(run, {"4": 1}, "RR@10") == pytest.approx(1 / 4)
    assert one(run, {"11": 1}, "RR@10") == 0.0
    assert one(run, {"4": 1}, "Success@3") == 0.0
    assert one(run, {"4": 1}, "Success@4") == 1.0


def test_absent_queries_score_zero():
    found = measure({"q1": {"a": 1.0}, "q3": {}}, {"q1": {"a": 1}, "q2": {"b": 1}, "q3": {"c": 1}})
    assert found.queries == ("q1", "q2", "q3")
    assert found.values[1:].max() == 0.0
    assert found.intervals()["RR@10"].mean == pytest.approx(1 / 3)


def test_equal_scores_rank_by_document_id():
    assert one({"b": 1.0, "a": 1.0}, {"b": 1}, "RR@10") == pytest.approx(1 / 2)


@pytest.mark.parametrize("score", [math.nan, math.inf])
def test_a_score_that_is_not_finite_is_refused(score):
    with pytest.raises(InputError, match="score of document 'a'"):
        measure({"q": {"a": score}}, {"q": {"a": 1}})


@pytest.mark.parametrize("names", [["MAP"], ["nDCG@0"], ["R@x"], []])
def test_an_unknown_measure_is_refused(names):
    with pytest.raises(InputError, match="measure"):
        measure({"q": {"a": 1.0}}, {"q": {"a": 1}}, measures=names)


def test_no_relevant_document_at_all_is_refused():
    with pytest.raises(InputError, match="no query"):
        measure({"q": {"a": 1.0}}, {"q": {"a": 0}})


def test_without_the_library_the_extra_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "ir_measures", None)
    with pytest.raises(MissingDependencyError, match=r"assist\[evaluate\]"):
        measure({"q": {"a": 1.0}}, {"q": {"a": 1}})
