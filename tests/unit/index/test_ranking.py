import numpy as np
import pytest

from assist.errors import InputError
from assist.index.ranking import best_first, check_k, check_scopes, contenders, leaders, padded


def top(scores, k, floor=-np.inf):
    """The obvious top k: everything sorted by (-score, position)."""
    order = np.lexsort((np.arange(len(scores)), -scores))
    return [i for i in order.tolist() if scores[i] > floor][:k]


def sparse_scores(rng, n, share):
    scores = np.zeros(n, dtype=np.float32)
    filled = rng.choice(n, int(n * share), replace=False)
    scores[filled] = rng.random(len(filled), dtype=np.float32) + 0.1
    return scores


@pytest.mark.parametrize("n", [0, 1, 5, 4_096, 8_191, 8_192, 12_289, 50_001])
@pytest.mark.parametrize("k", [1, 10, 1_000, 60_000])
@pytest.mark.parametrize("share", [0.0, 0.0005, 0.05, 1.0])
def test_contenders_hold_the_top_k(n, k, share):
    scores = sparse_scores(np.random.default_rng(n + k), n, share)
    rows = contenders(scores, k, floor=0.0)
    assert best_first(rows, scores[rows], k)[0].tolist() == top(scores, k, floor=0.0)
    assert np.all(np.diff(rows) > 0)


@pytest.mark.parametrize("n", [0, 1, 5, 1_535, 3_072, 50_001])
@pytest.mark.parametrize("k", [1, 10, 1_000, 60_000])
@pytest.mark.parametrize("share", [0.0, 0.0005, 0.05, 1.0])
@pytest.mark.parametrize("slack", [0, 3])
def test_leaders_hold_whatever_may_be_of_the_top_k(n, k, share, slack):
    rng = np.random.default_rng(n + k)
    sums = (100 * sparse_scores(rng, n, share)).astype(np.uint16)
    rows, least = leaders(sums, k, slack)
    ranked = np.sort(sums[sums > 0])[::-1]
    kth = ranked[min(k, len(ranked)) - 1] if len(ranked) else 1
    assert rows.tolist() == np.flatnonzero(sums >= least).tolist()
    assert 1 <= least <= max(int(kth) - slack, 1)


@pytest.mark.parametrize("n", [100, 30_000])
def test_ties_at_the_cut_are_all_in_and_fall_to_the_lower_row(n):
    scores = np.random.default_rng(0).integers(0, 5, n).astype(np.float32)
    rows = contenders(scores, 10)
    assert (scores[rows] == 4).all()
    assert len(rows) == (scores == 4).sum()
    assert best_first(rows, scores[rows], 10)[0].tolist() == top(scores, 10)


def test_equal_scores_everywhere():
    scores = np.full(20_000, 0.5, dtype=np.float32)
    rows = contenders(scores, 3)
    assert best_first(rows, scores[rows], 3)[0].tolist() == [0, 1, 2]


@pytest.mark.parametrize("n", [50, 20_000])
def test_slack_keeps_what_lies_just_below_the_cut(n):
    scores = -np.ones(n, dtype=np.float32)
    scores[[1, n // 2, n - 1]] = [0.5, 0.499, 0.4]
    assert contenders(scores, 1).tolist() == [1]
    assert contenders(scores, 1, slack=0.01).tolist() == [1, n // 2]


def test_negative_scores_are_ranked_without_a_floor():
    scores = -np.arange(10_000, dtype=np.float32)
    assert contenders(scores, 2).tolist() == [0, 1]


def test_padded_fills_with_minus_one_and_minus_infinity():
    rows, scores = padded([(np.array([4]), np.array([0.5], dtype=np.float32))], 1, 2)
    assert rows.tolist() == [[4, -1]]
    assert scores.tolist() == [[0.5, -np.inf]]


@pytest.mark.parametrize("k", [0, -1])
def test_k_below_one_is_refused(k):
    with pytest.raises(InputError, match=r"k must be >= 1"):
        check_k(k)


@pytest.mark.parametrize(
    "scopes",
    [
        [np.array([0])],
        [np.array([0], dtype=np.int32), None],
        [np.array([[0]]), None],
        [np.array([-1, 2]), None],
        [np.array([2, 9]), None],
        [np.array([5, 2]), None],
    ],
)
def test_scopes_that_do_not_fit_are_refused(scopes):
    with pytest.raises(InputError, match="rows must"):
        check_scopes(scopes, 2, 9)


def test_no_scopes_means_none_for_every_query():
    assert check_scopes(None, 2, 9) == [None, None]
