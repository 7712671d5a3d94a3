"""Every engine of assist.index against the slow exact ones, and BM25 against bm25s."""

from pathlib import Path

import bm25s
import numpy as np
import pytest

from assist.index.dense import DenseIndex
from assist.index.exact import exact_bm25, exact_top_k
from assist.index.sparse import SparseIndex
from assist.settings import SearchSettings

N, D, Q = 600, 16, 12
SMALL = SearchSettings(exact_rows=2_000, exact_scope_rows=64)


def unit_rows(rng, n, d=D):
    matrix = rng.standard_normal((n, d)).astype(np.float32)
    return matrix / np.linalg.norm(matrix, axis=1, keepdims=True)


@pytest.fixture(scope="module")
def vectors():
    matrix = unit_rows(np.random.default_rng(1), N)
    matrix[100:140] = matrix[7]  # forty equal rows, far apart from their first
    matrix[500:] = matrix[:100]
    return matrix


@pytest.fixture(scope="module")
def queries(vectors):
    return np.concatenate((unit_rows(np.random.default_rng(2), Q - 2), vectors[[7, 550]]))


@pytest.fixture(scope="module")
def texts():
    rng = np.random.default_rng(3)
    words = np.array([f"词{i}" for i in range(120)])
    share = 1.0 / (2.0 + np.arange(len(words)))
    lists = [
        words[rng.choice(len(words), size, p=share / share.sum())].tolist() for size in rng.integers(0, 25, N)
    ]
    lists[300:320] = [list(lists[5]) for _ in range(20)]
    return lists


QUESTIONS = [
    ["词0"],
    ["词119", "词60"],
    ["词1", "词2", "词3", "词40", "没有"],
    ["词7", "词7", "词0"],
    [],
    ["没有", "也没有"],
    [f"词{i}" for i in range(0, 120, 11)],
]


def scopes(rng, n, count):
    kinds = [None, np.empty(0, np.int64), np.array([3]), np.arange(n), np.arange(90, 145), np.arange(20, n)]
    random = [np.sort(rng.choice(n, size, replace=False)) for size in (5, 70, n // 2)]
    return [(kinds + random)[i % (len(kinds) + len(random))] for i in range(count)]


def same(found, truth):
    np.testing.assert_array_equal(found[0], truth[0])
    np.testing.assert_allclose(found[1], truth[1], rtol=0, atol=1e-5)
    assert found[0].dtype == np.int64
    assert found[1].dtype == np.float32


def same_bm25(found, questions, texts, k, rows=None):
    """Equal rows in equal order, save rows whose reference scores differ by less than float32 can tell."""
    all_rows, all_scores = exact_bm25(questions, texts, len(texts), rows=rows)
    truth = exact_bm25(questions, texts, k, rows=rows)
    np.testing.assert_allclose(found[1], truth[1], rtol=1e-5, atol=1e-6)
    for line in range(len(questions)):
        score_of = dict(zip(all_rows[line].tolist(), all_scores[line].tolist(), strict=True))
        hits = found[0][line][found[0][line] >= 0].tolist()
        assert len(set(hits)) == len(hits) == (truth[0][line] >= 0).sum()
        np.testing.assert_allclose([score_of[row] for row in hits], truth[1][line][: len(hits)], rtol=1e-5)


class TestDenseExact:
    @pytest.mark.parametrize("k", [1, 10, 45, N, N + 50])
    @pytest.mark.parametrize("q", [1, 3, Q])
    def test_same_rows_and_scores_as_the_reference(self, vectors, queries, k, q):
        same(DenseIndex.build(vectors).search(queries[:q], k), exact_top_k(queries[:q], vectors, k))

    @pytest.mark.parametrize("k", [1, 10, 100])
    def test_filters_apply_before_the_cut(self, vectors, queries, k):
        rows = scopes(np.random.default_rng(4), N, Q)
        index = DenseIndex.build(vectors)
        same(index.search(queries, k, rows=rows), exact_top_k(queries, vectors, k, rows=rows))

    def test_many_queries_sharing_a_scope(self, vectors, queries):
        scope = np.arange(95, 160)
        rows = [scope] * Q
        same(
            DenseIndex.build(vectors).search(queries, 30, rows=rows),
            exact_top_k(queries, vectors, 30, rows=rows),
        )

    def test_no_rows(self, queries):
        empty = np.empty((0, D), dtype=np.float32)
        for q in (1, Q):
            rows, scores = DenseIndex.build(empty).search(queries[:q], 3)
            assert (rows == -1).all()
            assert np.isneginf(scores).all()

    def test_no_queries(self, vectors, queries):
        rows, scores = DenseIndex.build(vectors).search(queries[:0], 3)
        assert rows.shape == scores.shape == (0, 3)

    def test_memory_map(self, vectors, queries, tmp_path):
        np.save(tmp_path / "vectors.npy", vectors)
        mapped = np.load(tmp_path / "vectors.npy", mmap_mode="r")
        same(DenseIndex.build(mapped).search(queries, 20), exact_top_k(queries, vectors, 20))

    def test_open_answers_as_saved(self, vectors, queries, tmp_path):
        index = DenseIndex.build(vectors)
        index.save(tmp_path)
        opened = DenseIndex.open(tmp_path, vectors)
        assert opened.kind == "exact"
        same(opened.search(queries, 20), index.search(queries, 20))


@pytest.fixture(scope="module")
def many():
    rng = np.random.default_rng(5)
    centres = unit_rows(rng, 60)
    matrix = centres[rng.integers(60, size=4_000)] + 0.3 * unit_rows(rng, 4_000)
    matrix[1_000:1_500] = matrix[3]
    return matrix / np.linalg.norm(matrix, axis=1, keepdims=True)


@pytest.fixture(scope="module")
def approximate(many):
    return DenseIndex.build(many, settings=SMALL)


@pytest.fixture(scope="module")
def exact(many):
    return DenseIndex.build(many)


def recall(found, truth):
    return np.mean(
        [len(set(a) & set(b)) / len(b) for a, b in zip(found.tolist(), truth.tolist(), strict=True)]
    )


def pointing_one_way(matrix, share):
    """Give vectors that share so much of their squared length, as those of many trained encoders do."""
    common = unit_rows(np.random.default_rng(8), 1, matrix.shape[1])
    moved = np.float32(share**0.5) * common + np.float32((1 - share) ** 0.5) * matrix
    return moved / np.linalg.norm(moved, axis=1, keepdims=True)


class TestVectorsThatPointOneWay:
    """Encoders of the E5 family give any two texts a cosine of 0.7 and more."""

    @pytest.mark.parametrize("share", [0.5, 0.9])
    def test_recall(self, many, share):
        vectors = pointing_one_way(many, share)
        queries = many[1_500:1_700] + 0.05 * unit_rows(np.random.default_rng(6), 200)
        queries = pointing_one_way(queries / np.linalg.norm(queries, axis=1, keepdims=True), share)
        truth, _ = DenseIndex.build(vectors).search(queries, 10)
        found, _ = DenseIndex.build(vectors, settings=SMALL).search(queries, 10)
        assert recall(found, truth) >= 0.98

    @pytest.mark.slow
    @pytest.mark.parametrize("share", [0.0, 0.9])
    def test_recall_among_200_000(self, share):
        rng = np.random.default_rng(9)
        # Neighbours at all distances: topics, themes within them, wordings within those.
        topics, themes = unit_rows(rng, 300, 128), unit_rows(rng, 6_000, 128)
        matrix = topics[rng.integers(300, size=200_000)] + 0.8 * themes[rng.integers(6_000, size=200_000)]
        matrix += 0.6 * unit_rows(rng, 200_000, 128)
        matrix = pointing_one_way(matrix / np.linalg.norm(matrix, axis=1, keepdims=True), share)
        queries = matrix[::1_000] + np.float32(0.3 * (1 - share) ** 0.5) * unit_rows(rng, 200, 128)
        queries /= np.linalg.norm(queries, axis=1, keepdims=True)
        index = DenseIndex.build(matrix)
        assert index.kind != "exact"
        truth, _ = DenseIndex.build(matrix, settings=SearchSettings(exact_rows=len(matrix))).search(
            queries, 10
        )
        assert recall(index.search(queries, 10)[0], truth) >= 0.98


class TestDenseApproximate:
    def test_says_what_it_is(self, approximate):
        assert approximate.kind == "ivf32,pq8x4fs"

    def test_recall_and_exact_scores(self, approximate, exact, many):
        queries = many[1_500:1_700] + 0.05 * unit_rows(np.random.default_rng(6), 200)
        queries /= np.linalg.norm(queries, axis=1, keepdims=True)
        found, scores = approximate.search(queries, 10)
        truth, _ = exact.search(queries, 10)
        assert recall(found, truth) > 0.97
        for line in range(0, 200, 20):
            np.testing.assert_array_equal(scores[line], exact.scores(queries[line], found[line]))

    def test_a_batch_answers_as_single_queries_do(self, approximate, many):
        queries = many[::13]
        together = approximate.search(queries, 10)
        alone = [approximate.search(query[np.newaxis], 10) for query in queries]
        np.testing.assert_array_equal(together[0], np.concatenate([rows for rows, _ in alone]))
        np.testing.assert_array_equal(together[1], np.concatenate([scores for _, scores in alone]))

    def test_a_narrow_scope_is_exact(self, approximate, exact, many):
        rows = [np.arange(50), np.empty(0, np.int64), np.array([17, 3_999]), np.arange(990, 1_040)]
        same(approximate.search(many[:4], 10, rows=rows), exact.search(many[:4], 10, rows=rows))

    @pytest.mark.parametrize("size", [900, 2_000, 3_700, 3_999])
    def test_a_broad_scope_gives_k_of_k_with_high_recall(self, approximate, exact, many, size):
        scope = np.sort(np.random.default_rng(size).choice(len(many), size, replace=False))
        queries = many[:100]
        found, _ = approximate.search(queries, 10, rows=[scope] * 100)
        truth, _ = exact.search(queries, 10, rows=[scope] * 100)
        assert np.isin(found, scope).all()
        assert recall(found, truth) > 0.97

    def test_k_of_k_when_the_scope_lies_far_from_the_query(self, approximate, many):
        query = many[:1]
        farthest = np.sort(np.argsort(many @ query[0])[:850])
        rows, _ = approximate.search(query, 100, rows=[farthest])
        assert len(set(rows[0].tolist())) == 100
        assert np.isin(rows, farthest).all()

    def test_large_k_is_exact(self, approximate, exact, many):
        same(approximate.search(many[:3], 3_000), exact.search(many[:3], 3_000))

    def test_open_answers_as_saved(self, approximate, many, tmp_path):
        approximate.save(tmp_path)
        opened = DenseIndex.open(tmp_path, many, settings=SMALL)
        assert opened.kind == approximate.kind
        same(opened.search(many[:50], 10), approximate.search(many[:50], 10))


class TestSparse:
    @pytest.mark.parametrize("k", [1, 10, 30, N + 50])
    def test_same_scores_and_rows_as_the_reference(self, texts, k):
        same_bm25(SparseIndex.build(texts).search(QUESTIONS, k), QUESTIONS, texts, k)

    @pytest.mark.parametrize("k", [1, 10, 100])
    def test_filters_apply_before_the_cut(self, texts, k):
        questions = QUESTIONS * 3
        rows = scopes(np.random.default_rng(7), N, len(questions))
        found = SparseIndex.build(texts).search(questions, k, rows=rows)
        same_bm25(found, questions, texts, k, rows=rows)

    def test_equal_texts_come_by_row(self, texts):
        rows, scores = SparseIndex.build(texts).search([texts[5]], 21)
        assert rows[0].tolist() == [5, *range(300, 320)]
        assert len(set(scores[0].tolist())) == 1

    @pytest.mark.parametrize(("k1", "b"), [(1.5, 0.75), (0.9, 0.4), (0.0, 0.0), (2.0, 1.0)])
    def test_scores_are_those_of_bm25s(self, texts, k1, b):
        peer = bm25s.BM25(method="lucene", k1=k1, b=b)
        peer.index(texts, show_progress=False)
        index = SparseIndex.build(texts, k1=k1, b=b)
        everything = np.arange(N)
        for question in QUESTIONS:
            known = [token for token in question if token in peer.vocab_dict]
            expected = peer.get_scores(known) if known else np.zeros(N)
            np.testing.assert_allclose(index.scores(question, everything), expected, rtol=1e-5, atol=1e-6)

    def test_no_rows(self):
        rows, scores = SparseIndex.build([]).search([["词"], []], 4)
        assert (rows == -1).all()
        assert np.isneginf(scores).all()

    def test_only_empty_texts(self):
        assert (SparseIndex.build([[], []]).search([["词"]], 4)[0] == -1).all()

    def test_no_queries(self, texts):
        rows, scores = SparseIndex.build(texts).search([], 4)
        assert rows.shape == scores.shape == (0, 4)

    @pytest.mark.parametrize("mmap", [True, False])
    def test_open_answers_as_saved(self, texts, tmp_path: Path, mmap):
        index = SparseIndex.build(texts, k1=1.2, b=0.5)
        index.save(tmp_path)
        opened = SparseIndex.open(tmp_path, mmap=mmap)
        assert (len(opened), opened.n_terms, opened.k1, opened.b) == (N, index.n_terms, 1.2, 0.5)
        for found, saved in zip(opened.search(QUESTIONS, 20), index.search(QUESTIONS, 20), strict=True):
            np.testing.assert_array_equal(found, saved)
