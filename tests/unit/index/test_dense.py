import threading
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from assist.errors import DimensionError, InputError, StoreCorruptError
from assist.index.dense import DenseIndex
from assist.index.faiss_engine import HalfVectors
from assist.settings import SearchSettings

D = 8
SMALL = SearchSettings(exact_rows=100, exact_scope_rows=16)


def unit_rows(seed, n, d=D):
    matrix = np.random.default_rng(seed).standard_normal((n, d)).astype(np.float32)
    return matrix / np.linalg.norm(matrix, axis=1, keepdims=True)


@pytest.fixture(scope="module")
def approximate():
    return DenseIndex.build(unit_rows(0, 3_000), settings=SMALL)


def test_below_the_size_of_settings_it_is_exact():
    assert DenseIndex.build(unit_rows(0, 3_000)).kind == "exact"
    assert DenseIndex.build(unit_rows(0, 3_000), settings=SearchSettings(exact_rows=3_000)).kind == "exact"


@pytest.mark.parametrize(("n", "d"), [(3_000, 7), (200, 8)])
def test_what_cannot_be_quantised_stays_exact(n, d):
    assert DenseIndex.build(unit_rows(0, n, d), settings=SMALL).kind == "exact"


def test_k_of_k_when_the_best_rows_are_the_ones_left_out(approximate):
    query = unit_rows(5, 1)
    leaders = approximate.search(query, 290)[0][0]
    scope = np.setdiff1d(np.arange(3_000), leaders)
    found = approximate.search(query, 20, rows=[scope])[0][0]
    expected = DenseIndex.build(unit_rows(0, 3_000)).search(query, 20, rows=[scope])[0][0]
    assert len(set(found.tolist()) & set(expected.tolist())) >= 16
    assert len(set(found.tolist())) == 20
    assert np.isin(found, scope).all()


def test_the_same_vectors_give_the_same_file(approximate, tmp_path):
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
    approximate.save(tmp_path / "a")
    DenseIndex.build(unit_rows(0, 3_000), settings=SMALL).save(tmp_path / "b")
    assert (tmp_path / "a" / "dense.faiss").read_bytes() == (tmp_path / "b" / "dense.faiss").read_bytes()


def test_equal_vectors_have_equal_scores_on_every_path():
    vectors = unit_rows(1, 1_003, 37)
    vectors[[0, 5, 500, 1_002]] = vectors[333]
    index = DenseIndex.build(vectors)
    for count in (1, 40):
        rows, scores = index.search(np.repeat(unit_rows(2, 1, 37), count, axis=0), 1_003)
        place = [rows[0].tolist().index(row) for row in (0, 5, 333, 500, 1_002)]
        assert place == list(range(place[0], place[0] + 5))
        assert len(set(scores[0, place].tolist())) == 1


def test_one_query_and_many_answer_alike():
    index, queries = DenseIndex.build(unit_rows(1, 5_000)), unit_rows(2, 30)
    rows, scores = index.search(queries, 7)
    for line in range(30):
        one = index.search(queries[line : line + 1], 7)
        np.testing.assert_array_equal(one[0][0], rows[line])
        np.testing.assert_array_equal(one[1][0], scores[line])


@pytest.fixture
def rounded(monkeypatch):
    """Count the searches that rounded vectors did."""
    counted = []
    search = HalfVectors.search
    monkeypatch.setattr(HalfVectors, "search", lambda *args: counted.append(1) or search(*args))
    return counted


def crowded(seed, n, d):
    """Make unit rows in crowds that differ by less than half precision can tell, and some that are equal."""
    rng = np.random.default_rng(seed)
    matrix = unit_rows(seed, 60, d)[rng.integers(0, 60, n)]
    matrix += rng.standard_normal((n, d)).astype(np.float32) * rng.choice(
        [0, 1e-5, 1e-3, 0.1], (n, 1)
    ).astype("f4")
    return matrix / np.linalg.norm(matrix, axis=1, keepdims=True)


@pytest.mark.parametrize("k", [1, 10, 100])
def test_rounded_vectors_change_nothing(rounded, k):
    vectors, queries = crowded(3, 5_000, 24), unit_rows(4, 40, 24)
    index = DenseIndex.build(vectors)
    nearly = np.delete(np.arange(5_000), [7, 600, 4_444])
    for scope in (None, nearly):
        once, again = (
            [index.search(queries[[line]], k, rows=None if scope is None else [scope]) for line in range(40)]
            for _ in range(2)
        )
        truth = DenseIndex.build(vectors).search(queries, k, rows=None if scope is None else [scope] * 40)
        for found in (once, again):
            np.testing.assert_array_equal(np.concatenate([rows for rows, _ in found]), truth[0])
            np.testing.assert_array_equal(np.concatenate([scores for _, scores in found]), truth[1])
    assert len(rounded) > 100


def test_few_searches_round_nothing(rounded):
    index = DenseIndex.build(unit_rows(1, 5_000, 24))
    for query in unit_rows(2, 8, 24):
        index.search(query[np.newaxis], 3)
    assert not rounded


def test_rounded_vectors_serve_threads(rounded):
    vectors, queries = unit_rows(1, 5_000, 24), unit_rows(2, 64, 24)
    truth = DenseIndex.build(vectors).search(queries, 10)[0]
    index = DenseIndex.build(vectors)
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda query: index.search(query[np.newaxis], 10)[0][0], queries))
    np.testing.assert_array_equal(found, truth)
    assert rounded


def test_scores_of_given_rows_are_those_of_the_search():
    index, queries = DenseIndex.build(unit_rows(1, 300)), unit_rows(2, 1)
    rows, scores = index.search(queries, 300)
    np.testing.assert_array_equal(index.scores(queries[0], rows[0]), scores[0])
    assert index.scores(queries[0], np.empty(0, dtype=np.int64)).tolist() == []


def test_a_search_leaves_the_thread_count_of_faiss_alone(approximate):
    import faiss

    before = faiss.omp_get_max_threads()
    faiss.omp_set_num_threads(3)
    try:
        approximate.search(unit_rows(2, 20), 5)
        assert faiss.omp_get_max_threads() == 3
    finally:
        faiss.omp_set_num_threads(before)


def test_threads_do_not_disturb_each_other(approximate):
    queries = unit_rows(3, 50)
    expected = approximate.search(queries, 5)[0]
    found = []
    threads = [
        threading.Thread(target=lambda: found.append(approximate.search(queries, 5)[0])) for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 4
    for rows in found:
        np.testing.assert_array_equal(rows, expected)


def test_vectors_are_not_copied():
    vectors = unit_rows(0, 10)
    assert np.shares_memory(DenseIndex.build(vectors)._vectors, vectors)


@pytest.mark.parametrize(
    "vectors",
    [np.zeros((3, 4)), np.zeros(3, dtype=np.float32), np.asfortranarray(unit_rows(0, 5))],
)
def test_vectors_that_do_not_fit_are_refused(vectors):
    with pytest.raises(InputError):
        DenseIndex.build(vectors)


def test_searches_that_do_not_fit_are_refused():
    index = DenseIndex.build(unit_rows(0, 10))
    with pytest.raises(InputError):
        index.search(unit_rows(1, 2), 0)
    with pytest.raises(InputError):
        index.search(unit_rows(1, 2).astype(np.float64), 1)
    with pytest.raises(DimensionError):
        index.search(unit_rows(1, 2, 9), 1)
    with pytest.raises(InputError):
        index.search(unit_rows(1, 1), 1, rows=[np.array([10])])
    with pytest.raises(InputError):
        index.scores(unit_rows(1, 1)[0], np.array([-1]))


def test_queries_need_not_be_contiguous():
    index, queries = DenseIndex.build(unit_rows(0, 10)), unit_rows(1, 4)
    turned = np.asfortranarray(queries)
    np.testing.assert_array_equal(index.search(turned, 3)[0], index.search(queries, 3)[0])
    scope = np.arange(20)[::2][:5]
    assert set(index.search(queries[:1], 9, rows=[scope])[0][0].tolist()) == {0, 2, 4, 6, 8, -1}


def test_other_vectors_than_saved_are_corrupt(approximate, tmp_path):
    approximate.save(tmp_path)
    for vectors in (unit_rows(0, 2_999), unit_rows(0, 3_000, 9)):
        with pytest.raises(StoreCorruptError):
            DenseIndex.open(tmp_path, vectors, settings=SMALL)


@pytest.mark.parametrize("damage", [None, b"", b"nonsense that is no index"])
def test_a_damaged_file_is_corrupt(approximate, tmp_path, damage):
    approximate.save(tmp_path)
    path = tmp_path / "dense.faiss"
    path.unlink()
    if damage is not None:
        path.write_bytes(damage)
    with pytest.raises(StoreCorruptError) as caught:
        DenseIndex.open(tmp_path, unit_rows(0, 3_000), settings=SMALL)
    assert caught.value.file == "dense.faiss"


def test_another_kind_of_faiss_index_is_corrupt(approximate, tmp_path):
    import faiss

    approximate.save(tmp_path)
    faiss.write_index(faiss.IndexFlatIP(D), str(tmp_path / "dense.faiss"))
    with pytest.raises(StoreCorruptError, match="another index"):
        DenseIndex.open(tmp_path, unit_rows(0, 3_000), settings=SMALL)


def test_nothing_saved_is_corrupt(tmp_path):
    with pytest.raises(StoreCorruptError):
        DenseIndex.open(tmp_path, unit_rows(0, 10))


def test_scopes_that_come_and_go_are_never_mixed_up(approximate):
    query, rng = unit_rows(6, 1), np.random.default_rng(7)
    for _ in range(20):
        # A scope that is let go may leave its place in memory to the next one.
        scope = np.sort(rng.choice(3_000, 1_500, replace=False))
        for _ in range(2):
            found = approximate.search(query, 10, rows=[scope])[0][0]
            assert np.isin(found, scope).all()
