import numpy as np
import pytest

from assist.errors import InputError
from assist.index.fusion import convex, min_max, rrf


def ranked(*lines):
    """Lists of (row, score) per query, padded to the longest."""
    width = max(map(len, lines))
    rows = np.full((len(lines), width), -1, dtype=np.int64)
    scores = np.full((len(lines), width), -np.inf, dtype=np.float32)
    for i, line in enumerate(lines):
        for j, (row, score) in enumerate(line):
            rows[i, j], scores[i, j] = row, score
    return rows, scores


def test_min_max_maps_each_line_to_zero_and_one():
    _, scores = ranked([(1, 4.0), (2, 3.0), (3, 2.0)], [(1, -1.0)], [])
    assert min_max(scores).tolist() == [[1.0, 0.5, 0.0], [1.0, 0.0, 0.0], [0.0, 0.0, 0.0]]


def test_min_max_with_a_floor():
    _, scores = ranked([(1, 4.0), (2, 1.0)], [(1, 0.0), (2, 0.0)], [])
    assert min_max(scores, floor=0.0).tolist() == [[1.0, 0.25], [1.0, 1.0], [0.0, 0.0]]


def test_min_max_of_no_columns():
    assert min_max(np.empty((2, 0), dtype=np.float32)).shape == (2, 0)


def test_convex_is_the_weighted_sum_of_what_each_list_says():
    dense = ranked([(5, 0.9), (7, 0.8), (9, 0.7)])
    sparse = ranked([(7, 12.0), (8, 2.0)])
    rows, scores = convex([dense, sparse], 5, weights=[0.6, 0.4], floors=[None, 0.0])
    assert rows.tolist() == [[7, 5, 8, 9, -1]]
    np.testing.assert_allclose(scores[0], [0.3 + 0.4, 0.6, 0.4 / 6, 0.0, -np.inf], rtol=1e-5)


def test_rrf_is_the_sum_of_reciprocal_ranks():
    one, other = ranked([(1, 9.0), (2, 8.0)], [(4, 1.0)]), ranked([(2, 0.3), (3, 0.2)], [])
    rows, scores = rrf([one, other], 3)
    assert rows.tolist() == [[2, 1, 3], [4, -1, -1]]
    np.testing.assert_allclose(scores[0], [1 / 61 + 1 / 62, 1 / 61, 1 / 62], rtol=1e-6)
    assert scores[1, 0] == np.float32(1 / 61)


def test_equal_scores_fall_to_the_lower_row():
    rows, _ = rrf([ranked([(9, 1.0)]), ranked([(3, 1.0)])], 2)
    assert rows.tolist() == [[3, 9]]


def test_weights_of_rrf():
    rows, scores = rrf([ranked([(9, 1.0)]), ranked([(3, 1.0)])], 2, weights=[2.0, 1.0], rank_constant=1)
    assert rows.tolist() == [[9, 3]]
    assert scores.tolist() == [[1.0, 0.5]]


def test_more_results_than_wanted_are_cut():
    assert rrf([ranked([(i, -i) for i in range(20)])], 4)[0].tolist() == [[0, 1, 2, 3]]


def test_nothing_found_anywhere():
    empty = np.full((2, 3), -1, dtype=np.int64), np.full((2, 3), -np.inf, dtype=np.float32)
    for rows, scores in (rrf([empty, empty], 2), convex([empty, empty], 2, weights=[1, 1])):
        assert (rows == -1).all()
        assert np.isneginf(scores).all()
        assert rows.shape == (2, 2)


def test_no_queries():
    none = np.empty((0, 3), dtype=np.int64), np.empty((0, 3), dtype=np.float32)
    assert convex([none], 2, weights=[1.0])[0].shape == (0, 2)


def test_what_does_not_fit_is_refused():
    one, two = ranked([(1, 1.0)]), ranked([(1, 1.0)], [(2, 1.0)])
    with pytest.raises(InputError):
        convex([], 1, weights=[])
    with pytest.raises(InputError):
        convex([one], 1, weights=[1.0, 2.0])
    with pytest.raises(InputError):
        convex([one], 1, weights=[1.0], floors=[None, None])
    with pytest.raises(InputError):
        convex([one], 1, weights=[-1.0])
    with pytest.raises(InputError):
        rrf([one, two], 1)
    with pytest.raises(InputError):
        rrf([one], 0)
    with pytest.raises(InputError):
        rrf([one], 1, rank_constant=0)
