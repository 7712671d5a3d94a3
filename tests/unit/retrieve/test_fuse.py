"""Fusion of two lanes and the collapse of near-duplicates, by hand-worked numbers."""

import numpy as np

from assist.retrieve.fuse import collapse, fuse


def lane(rows, scores):
    return np.array(rows, dtype=np.int64), np.array(scores, dtype=np.float32)


def test_the_mix_is_the_weighted_sum_of_min_max_scores():
    fused = fuse(lane([3, 1, 2], [0.9, 0.5, 0.1]), lane([1, 7], [8.0, 4.0]), weight=0.6)
    assert fused.rows.tolist() == [1, 3, 2, 7]
    np.testing.assert_allclose(fused.scores, [0.6 * 0.5 + 0.4, 0.6, 0.0, 0.0], atol=1e-6)
    assert fused.dense[0] == np.float32(0.5)
    assert fused.sparse[1] == -np.inf


def test_padding_is_dropped_and_ties_go_to_the_lower_row():
    fused = fuse(lane([5, 2, -1], [0.4, 0.4, -np.inf]), lane([-1], [-np.inf]), weight=0.5)
    assert fused.rows.tolist() == [2, 5]
    assert fused.scores[0] == fused.scores[1]


def test_two_empty_lanes_give_nothing():
    fused = fuse(lane([], []), lane([-1], [-np.inf]), weight=0.5)
    assert len(fused.rows) == 0


def test_the_order_of_a_lanes_rows_does_not_matter():
    one = fuse(lane([3, 1], [0.9, 0.5]), lane([1, 3], [2.0, 1.0]), weight=0.3)
    two = fuse(lane([1, 3], [0.5, 0.9]), lane([3, 1], [1.0, 2.0]), weight=0.3)
    assert one.rows.tolist() == two.rows.tolist()
    np.testing.assert_array_equal(one.scores, two.scores)


def test_near_duplicates_of_one_kind_collapse_with_a_count():
    vectors = np.array([[1, 0], [1, 0], [0, 1], [1, 0]], dtype=np.float32)
    kinds = np.array([4, 4, 4, 0], dtype=np.int8)
    keep, counts = collapse(vectors, kinds, 3, 0.97)
    assert keep.tolist() == [0, 2, 3]
    assert counts.tolist() == [2, 1, 1]
