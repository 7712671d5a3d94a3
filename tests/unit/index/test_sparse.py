import mmap
import sys
import threading

import numpy as np
import pytest

from assist.errors import InputError, StoreCorruptError
from assist.index import postings
from assist.index.counts import count_terms
from assist.index.sparse import SparseIndex

TEXTS = [["运费", "险"], ["退", "运费"], ["尺码"], []]


@pytest.fixture(scope="module")
def large():
    """Enough rows for the block maxima, with one word in every text and rare ones in few."""
    rng = np.random.default_rng(0)
    return [["亲", f"词{a}", f"词{b}"] for a, b in rng.integers(0, 2_000, (20_000, 2)).tolist()]


@pytest.fixture(scope="module")
def large_index(large):
    return SparseIndex.build(large)


def test_a_row_without_a_query_term_is_no_hit():
    rows, scores = SparseIndex.build(TEXTS).search([["运费"]], 4)
    assert rows.tolist() == [[0, 1, -1, -1]]
    assert scores[0, 0] == scores[0, 1] > 0
    assert np.isneginf(scores[0, 2:]).all()


def test_tokens_count_as_often_as_they_are_asked():
    index = SparseIndex.build(TEXTS)
    once, twice = index.search([["尺码"]], 1)[1], index.search([["尺码", "尺码"]], 1)[1]
    assert twice[0, 0] == pytest.approx(2 * once[0, 0])


def test_the_order_of_tokens_changes_nothing(large_index):
    tokens = ["亲", "词1", "词2", "词3", "词1"]
    for rows, other in zip(
        large_index.search([tokens], 50), large_index.search([tokens[::-1]], 50), strict=True
    ):
        np.testing.assert_array_equal(rows, other)


@pytest.mark.parametrize("tokens", [["词5"], ["词5", "词6", "词5"], ["亲", "词5"], ["亲"], ["亲", "亲"]])
@pytest.mark.parametrize("size", [1, 40, 3_000, 19_000, 20_000])
def test_every_path_gives_the_same_scores_bit_by_bit(large_index, tokens, size):
    everything = large_index.scores(tokens, np.arange(20_000))
    scope = np.sort(np.random.default_rng(size).choice(20_000, size, replace=False))
    np.testing.assert_array_equal(large_index.scores(tokens, scope), everything[scope])
    rows, scores = large_index.search([tokens], 10)
    np.testing.assert_array_equal(everything[rows[0]], scores[0])
    inside, scoped = large_index.search([tokens], 30, rows=[scope])
    hits = inside[0][inside[0] >= 0]
    assert len(hits) == min(30, (everything[scope] > 0).sum())
    np.testing.assert_array_equal(everything[hits], scoped[0][: len(hits)])


def test_k_of_k_when_the_best_rows_are_the_ones_left_out(large_index):
    leaders = large_index.search([["亲", "词5"]], 200)[0][0]
    scope = np.setdiff1d(np.arange(20_000), leaders)
    rows, scores = large_index.search([["亲", "词5"]], 30, rows=[scope])
    everything = large_index.scores(["亲", "词5"], scope)
    np.testing.assert_array_equal(scores[0], np.sort(everything)[::-1][:30])
    assert np.isin(rows[0], scope).all()


def test_a_very_long_question_ranks_as_its_words_do(large_index):
    tokens = ["词7", "词8", "亲", *(["词9"] * 3)]
    rows, scores = large_index.search([tokens], 30)
    longer, more = large_index.search([tokens * 200], 30)
    np.testing.assert_array_equal(longer, rows)
    np.testing.assert_allclose(more, 200 * scores, rtol=1e-5)


def test_a_word_in_every_text_ranks_by_length_then_row(large_index):
    assert large_index.search([["亲"]], 3)[0].tolist() == [[0, 1, 2]]


def test_given_rows_may_come_in_any_order():
    index = SparseIndex.build(TEXTS)
    assert index.scores(["尺码"], np.array([3, 2, 0])).tolist() == [
        0.0,
        index.scores(["尺码"], np.array([2]))[0],
        0.0,
    ]
    assert index.scores(["无"], np.array([1])).tolist() == [0.0]
    assert index.scores(["尺码"], np.empty(0, dtype=np.int64)).tolist() == []


def test_from_counts_is_build():
    one, other = SparseIndex.build(TEXTS), SparseIndex.from_counts(count_terms(TEXTS))
    np.testing.assert_array_equal(one.search([["运费"]], 3)[1], other.search([["运费"]], 3)[1])


def test_searches_leave_no_trace_behind(large_index):
    first = large_index.search([["词7", "亲"]], 20)
    large_index.search([["词8"]], 20)
    large_index.search([["词9", "亲"]], 20, rows=[np.arange(15_000)])
    for before, after in zip(first, large_index.search([["词7", "亲"]], 20), strict=True):
        np.testing.assert_array_equal(before, after)


def test_an_interrupted_search_leaves_no_trace_behind(large_index, monkeypatch):
    expected = large_index.search([["词7", "亲"]], 20)

    def interrupted(sums, bounds, rows, values, weights):
        sums[rows[bounds[0] : bounds[1]]] += values[bounds[0] : bounds[1]]
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("assist.index.sparse.add_slices", interrupted)
        with pytest.raises(KeyboardInterrupt):
            large_index.search([["词7", "亲"]], 20)
    for before, after in zip(expected, large_index.search([["词7", "亲"]], 20), strict=True):
        np.testing.assert_array_equal(before, after)


def test_threads_do_not_disturb_each_other(large_index):
    queries = [[f"词{i}", "亲"] for i in range(40)]
    expected = large_index.search(queries, 10)
    found = [None] * 4

    def work(slot):
        for _ in range(5):
            found[slot] = large_index.search(queries, 10)

    threads = [threading.Thread(target=work, args=(slot,)) for slot in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for rows, scores in found:
        np.testing.assert_array_equal(rows, expected[0])
        np.testing.assert_array_equal(scores, expected[1])


def test_without_scipys_kernel_numpy_adds_the_same(large, large_index, monkeypatch):
    queries = [["词7", "亲"], ["词1", "词1"], ["词3", "词4", "亲"] * 3]
    expected = large_index.search(queries, 20)
    monkeypatch.setitem(sys.modules, "scipy.sparse._sparsetools", None)
    postings.compiled_kernels.cache_clear()
    postings.adder.cache_clear()
    try:
        assert postings.adder() is postings.add_plainly
        found = SparseIndex.build(large).search(queries, 20)
    finally:
        postings.compiled_kernels.cache_clear()
        postings.adder.cache_clear()
    np.testing.assert_array_equal(found[0], expected[0])
    np.testing.assert_array_equal(found[1], expected[1])


@pytest.mark.parametrize(("k1", "b"), [(-0.1, 0.5), (1.0, 1.1), (1.0, -0.1)])
def test_impossible_parameters_are_refused(k1, b):
    with pytest.raises(InputError):
        SparseIndex.build(TEXTS, k1=k1, b=b)


def test_impossible_searches_are_refused():
    index = SparseIndex.build(TEXTS)
    with pytest.raises(InputError):
        index.search([["运费"]], 0)
    with pytest.raises(InputError):
        index.search([["运费"]], 1, rows=[np.array([4])])
    with pytest.raises(InputError):
        index.scores(["运费"], np.array([0, 4]))


@pytest.mark.parametrize(
    "name", ["sparse.starts", "sparse.rows", "sparse.rounded", "sparse.vocabulary.blob", "forward.terms"]
)
def test_a_missing_file_is_named(tmp_path, name):
    SparseIndex.build(TEXTS).save(tmp_path)
    (tmp_path / f"{name}.npy").unlink()
    with pytest.raises(StoreCorruptError) as caught:
        SparseIndex.open(tmp_path)
    assert caught.value.file == f"{name}.npy"


@pytest.mark.parametrize("name", ["sparse.rounded", "forward.impacts", "forward.starts"])
def test_files_that_do_not_fit_together_are_corrupt(tmp_path, name):
    SparseIndex.build(TEXTS).save(tmp_path)
    np.save(tmp_path / f"{name}.npy", np.ones(1, dtype=np.load(tmp_path / f"{name}.npy").dtype))
    with pytest.raises(StoreCorruptError, match="does not fit"):
        SparseIndex.open(tmp_path)


def test_a_description_without_its_numbers_is_corrupt(tmp_path):
    SparseIndex.build(TEXTS).save(tmp_path)
    (tmp_path / "sparse.json").write_text("{}")
    with pytest.raises(StoreCorruptError) as caught:
        SparseIndex.open(tmp_path)
    assert caught.value.file == "sparse.json"


def test_opened_arrays_are_maps_and_not_copies(tmp_path):
    SparseIndex.build(TEXTS).save(tmp_path)
    opened = SparseIndex.open(tmp_path)
    assert not opened._rows.flags.writeable
    assert isinstance(opened._rows.base, mmap.mmap)
