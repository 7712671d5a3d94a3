"""Measures agree with formulas written here from the literature, on random runs."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assist.evaluate import measure

DOCUMENTS = [f"d{number}" for number in range(14)]
GRADES = st.dictionaries(st.sampled_from(DOCUMENTS), st.integers(0, 4), max_size=12)
QUERIES = st.dictionaries(st.sampled_from(["q1", "q2", "q3"]), GRADES, min_size=1).filter(
    lambda qrels: any(grade for grades in qrels.values() for grade in grades.values())
)
SCORES = st.dictionaries(st.sampled_from(DOCUMENTS), st.integers(-3, 3).map(float), max_size=14)
RUNS = st.dictionaries(st.sampled_from(["q1", "q2", "q3", "q4"]), SCORES)
CUTS = (1, 3, 5, 10)


def ranking(scores):
    return sorted(scores, key=lambda document: (-scores[document], document))


def dcg(grades):
    return sum((2**grade - 1) / math.log2(rank + 1) for rank, grade in enumerate(grades, start=1))


def ndcg(ranked, grades, k):
    ideal = dcg(sorted(grades.values(), reverse=True)[:k])
    return dcg([grades.get(document, 0) for document in ranked[:k]]) / ideal


def hits(ranked, grades, k):
    return sum(grades.get(document, 0) > 0 for document in ranked[:k])


def relevant(grades):
    return sum(grade > 0 for grade in grades.values())


def reciprocal_rank(ranked, grades, k):
    return next((1 / rank for rank, d in enumerate(ranked[:k], start=1) if grades.get(d, 0) > 0), 0.0)


FORMULAS = {
    "nDCG": ndcg,
    "P": lambda ranked, grades, k: hits(ranked, grades, k) / k,
    "R": lambda ranked, grades, k: hits(ranked, grades, k) / relevant(grades),
    "R_cap": lambda ranked, grades, k: hits(ranked, grades, k) / min(relevant(grades), k),
    "RR": reciprocal_rank,
    "Success": lambda ranked, grades, k: float(hits(ranked, grades, k) > 0),
}
NAMES = [f"{name}@{k}" for name in FORMULAS for k in CUTS]


@settings(max_examples=60, deadline=None)
@given(RUNS, QUERIES)
def test_every_measure_agrees_with_its_formula_to_four_places(run, qrels):
    found = measure(run, qrels, measures=NAMES)
    judged = {query: grades for query, grades in qrels.items() if any(grades.values())}
    assert set(found.queries) == set(judged)
    for line, query in zip(found.values.tolist(), found.queries, strict=True):
        ranked = ranking(run.get(query, {}))
        for value, name in zip(line, NAMES, strict=True):
            kind, _, k = name.partition("@")
            assert value == pytest.approx(FORMULAS[kind](ranked, judged[query], int(k)), abs=5e-5), name


@settings(max_examples=30, deadline=None)
@given(RUNS, QUERIES)
def test_measures_lie_in_0_1_and_a_perfect_run_scores_one(run, qrels):
    values = measure(run, qrels).values
    assert 0.0 <= values.min() <= values.max() <= 1.0 + 1e-9
    perfect = {
        query: {d: float(grade) for d, grade in grades.items() if grade} for query, grades in qrels.items()
    }
    assert measure(perfect, qrels, measures=["nDCG@14", "R@14", "RR@1"]).values.min() == pytest.approx(1.0)
