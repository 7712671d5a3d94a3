"""Fusion of two lanes and the collapse of near-duplicates, by hand-worked numbers."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assist.index.sparse import SparseIndex
from assist.retrieve.fuse import attainable_scores, collapse, fuse, fuse_scored


def lane(rows, scores):
    return np.array(rows, dtype=np.int64), np.array(scores, dtype=np.float32)


def table(scores):
    """Scores that a lane would give to rows it did not find; 0 to those not named."""
    return lambda rows: np.array([scores.get(int(row), 0.0) for row in rows], dtype=np.float32)


def mixed(dense, sparse, weight, *, attainable=8.0, cosines=None, impacts=None):
    exact = {"exact_dense": table(cosines or {}), "exact_sparse": table(impacts or {})}
    return fuse(dense, sparse, weight=weight, attainable=attainable, **exact)


def test_the_mix_is_the_cosine_and_the_share_of_the_attainable_bm25_score_to_the_power_one_and_a_half():
    fused = mixed(lane([3, 1, 2], [0.9, 0.5, 0.1]), lane([1, 7], [8.0, 2.0]), 0.6)
    assert fused.rows.tolist() == [1, 3, 2, 7]
    np.testing.assert_allclose(fused.scores, [0.6 * 0.5 + 0.4, 0.54, 0.06, 0.4 * 0.125], atol=1e-6)
    assert fused.dense[0] == np.float32(0.5)
    assert fused.sparse[1] == -np.inf


def test_a_weak_match_in_words_stays_weak_where_no_other_has_any():
    fused = mixed(lane([3], [0.5]), lane([7], [2.0]), 0.45, attainable=50.0)
    assert fused.rows.tolist() == [3, 7]
    assert fused.scores[1] < 0.01


def test_a_query_without_known_words_is_ranked_by_meaning_alone():
    fused = mixed(lane([3, 1], [0.9, 0.5]), lane([-1, -1], [-np.inf, -np.inf]), 0.45, attainable=0.0)
    np.testing.assert_allclose(fused.scores, [0.405, 0.225], atol=1e-6)


@pytest.mark.parametrize("b", [0.0, 0.75])
def test_no_text_scores_more_than_is_attainable_and_one_of_rare_words_alone_comes_close(b):
    words = ["退", "货", "邮", "费", "谁", "出", "保", "修", "多", "久"]
    texts = [words[at : at + 3] for at in range(8)] + [["尺", "码"] * 40]
    index = SparseIndex.build(texts, b=b)
    queries = [["尺", "码"], ["退", "货", "退"], [], ["从未", "见过"]]
    attainable = attainable_scores(queries, index.idf)
    rows = np.arange(len(texts), dtype=np.int64)
    best = [index.scores(query, rows).max() for query in queries]
    assert attainable.shape == (4,)
    assert (np.array(best) <= attainable).all()
    assert best[0] > 0.8 * attainable[0]
    assert attainable[2] == 0.0
    assert attainable[3] == pytest.approx(2 * index.idf(["从未"])[0])
    np.testing.assert_allclose(attainable[1], index.idf(queries[1]).sum(), rtol=1e-6)


@given(
    scores=st.lists(st.tuples(st.integers(-4, 8), st.integers(0, 4)), max_size=40),
    take=st.integers(1, 12),
    weight=st.sampled_from([0.0, 0.45, 1.0]),
)
def test_a_scope_scored_whole_mixes_as_the_best_of_each_lane_do(scores, take, weight):
    rows = np.arange(3, 3 + 2 * len(scores), 2, dtype=np.int64)
    cosines = np.array([cosine / 8 for cosine, _ in scores], dtype=np.float32)
    impacts = np.array([impact for _, impact in scores], dtype=np.float32)
    best = np.argsort(-cosines, kind="stable")[:take]
    worded = [at for at in np.argsort(-impacts, kind="stable")[:take] if impacts[at] > 0]
    padding = take - len(worded)
    sparse = lane([*rows[worded], *[-1] * padding], [*impacts[worded], *[-np.inf] * padding])
    by_row = {int(row): at for at, row in enumerate(rows)}
    exact = {
        "exact_dense": lambda some: cosines[[by_row[int(row)] for row in some]],
        "exact_sparse": lambda some: impacts[[by_row[int(row)] for row in some]],
    }
    expected = fuse((rows[best], cosines[best]), sparse, weight=weight, attainable=5.0, **exact)
    found = fuse_scored(rows, cosines, impacts, take, weight=weight, attainable=5.0)
    for name in ("rows", "scores", "dense", "sparse"):
        np.testing.assert_array_equal(getattr(found, name), getattr(expected, name))


def test_what_one_lane_did_not_find_is_scored_by_it_and_still_counts_as_not_found():
    fused = mixed(lane([3], [0.9]), lane([7], [8.0]), 0.5, cosines={7: 0.8}, impacts={3: 2.0})
    assert fused.rows.tolist() == [7, 3]
    np.testing.assert_allclose(fused.scores, [0.9, 0.5125], atol=1e-6)
    assert fused.dense.tolist() == [-np.inf, np.float32(0.9)]
    assert fused.sparse.tolist() == [8.0, -np.inf]


def test_a_negative_cosine_counts_as_none():
    fused = mixed(lane([3], [-0.5]), lane([], []), 0.5)
    assert fused.scores.tolist() == [0.0]


def test_padding_is_dropped_and_ties_go_to_the_lower_row():
    fused = mixed(lane([5, 2, -1], [0.4, 0.4, -np.inf]), lane([-1], [-np.inf]), 0.5)
    assert fused.rows.tolist() == [2, 5]
    assert fused.scores[0] == fused.scores[1]


def test_two_empty_lanes_give_nothing():
    assert len(mixed(lane([], []), lane([-1], [-np.inf]), 0.5).rows) == 0


def test_the_order_of_a_lanes_rows_does_not_matter():
    one = mixed(lane([3, 1], [0.9, 0.5]), lane([1, 3], [2.0, 1.0]), 0.3)
    two = mixed(lane([1, 3], [0.5, 0.9]), lane([3, 1], [1.0, 2.0]), 0.3)
    assert one.rows.tolist() == two.rows.tolist()
    np.testing.assert_array_equal(one.scores, two.scores)


def test_near_duplicates_of_one_kind_collapse_with_a_count():
    vectors = np.array([[1, 0], [1, 0], [0, 1], [1, 0]], dtype=np.float32)
    kinds = np.array([4, 4, 4, 0], dtype=np.int8)
    keep, counts = collapse(vectors, kinds, 3, 0.97)
    assert keep.tolist() == [0, 2, 3]
    assert counts.tolist() == [2, 1, 1]


def test_a_collapse_of_many_is_that_of_the_plain_rule():
    rng = np.random.default_rng(0)
    base = rng.standard_normal((12, 48)).astype(np.float32)
    vectors = base[rng.integers(0, 12, 40)] + 0.02 * rng.standard_normal((40, 48), dtype=np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    kinds = rng.integers(0, 2, 40).astype(np.int8)
    left, expected = list(range(40)), []
    while left:
        alike = [at for at in left if kinds[at] == kinds[left[0]] and vectors[at] @ vectors[left[0]] >= 0.97]
        expected.append((left[0], len(alike)))
        left = [at for at in left if at not in alike]
    for k in (1, 5, 40):
        keep, counts = collapse(vectors, kinds, k, 0.97)
        assert list(zip(keep.tolist(), counts.tolist(), strict=True)) == expected[:k]


def test_a_sparse_list_with_padding_is_whole_and_nothing_is_scored_again():
    asked = []
    fused = fuse(
        lane([3, 1], [0.9, 0.5]),
        lane([1, -1], [8.0, -np.inf]),
        weight=0.5,
        attainable=8.0,
        exact_dense=table({}),
        exact_sparse=asked.append,
    )
    np.testing.assert_allclose(fused.scores, [0.75, 0.45], atol=1e-6)
    assert asked == []
