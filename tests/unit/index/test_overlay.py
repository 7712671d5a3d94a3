import numpy as np
import pytest

from assist.errors import InputError
from assist.index.counts import count_terms
from assist.index.dense import DenseIndex
from assist.index.faiss_engine import ApproximateIndex
from assist.index.overlay import DenseOverlay, Patch, StackedVectors
from assist.index.sparse import SparseIndex
from assist.index.sparse_overlay import SparseOverlay
from assist.settings import SearchSettings

RNG = np.random.default_rng(5)
N, ADDED = 3_000, 70
WORDS = [f"词{number}" for number in range(400)]
GONE = np.sort(RNG.choice(N, 90, replace=False)).astype(np.int64)
KEPT = np.delete(np.arange(N), GONE)


def texts(n, longest, seed):
    """Texts of unequal lengths over words of unequal frequency, with an empty one."""
    rng = np.random.default_rng(seed)
    lengths = rng.integers(1, longest, n)
    return [[], *([WORDS[i] for i in rng.zipf(1.3, length) % 400] for length in lengths[1:])]


def unit(n, seed):
    vectors = np.random.default_rng(seed).standard_normal((n, 16)).astype(np.float32)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


OLD, NEW = texts(N, 30, 1), [*texts(ADDED - 1, 90, 2), ["全新", "词1"]]
NOW = [OLD[row] for row in KEPT] + NEW
QUERIES = [["词1"], ["词1", "词2", "词2", "词77"], ["全新"], ["全新", "词3", "词9"], [], ["没有"], WORDS[:40]]


@pytest.fixture(scope="module")
def patch():
    return Patch(N, GONE, ADDED)


@pytest.fixture(scope="module")
def sparse(patch):
    counts = count_terms(OLD)
    return SparseOverlay(SparseIndex.from_counts(counts), counts, count_terms(NEW), patch)


@pytest.fixture(scope="module")
def fresh():
    return SparseIndex.build(NOW)


@pytest.fixture(scope="module")
def dense(patch):
    old, new = unit(N, 3), unit(ADDED, 4)
    new[7] = old[KEPT[11]]  # equal vectors in both parts: the lower row comes first
    overlay = DenseOverlay(DenseIndex.build(old), DenseIndex.build(new), patch)
    return overlay, np.concatenate((old[KEPT], new))


def scopes():
    """No limit, nothing, one part only, a few and nearly all rows."""
    rng = np.random.default_rng(9)
    n = len(NOW)
    some = [np.sort(rng.choice(n, size, replace=False)) for size in (5, 300, n - 20)]
    tail = np.arange(n - ADDED, n)
    return [None, np.empty(0, dtype=np.int64), tail, np.arange(n - ADDED), *some]


def same(one, other):
    for mine, theirs in zip(one, other, strict=True):
        np.testing.assert_array_equal(mine, theirs)


def test_rows_are_numbered_as_if_built_anew(patch):
    assert len(patch) == N - len(GONE) + ADDED
    same([patch.renumbered(KEPT)], [np.arange(len(KEPT))])
    assert patch.is_gone(GONE).all()
    assert not patch.is_gone(KEPT).any()
    base, tail = patch.split(np.array([0, len(KEPT) - 1, len(KEPT), len(patch) - 1]))
    assert (base.tolist(), tail.tolist()) == ([KEPT[0], KEPT[-1]], [0, ADDED - 1])


@pytest.mark.parametrize("k", [1, 10, 100, 4_000])
@pytest.mark.parametrize("scope", scopes())
def test_bm25_scores_and_rows_are_those_of_an_index_built_anew(sparse, fresh, k, scope):
    rows = [scope] * len(QUERIES)
    same(sparse.search(QUERIES, k, rows=rows), fresh.search(QUERIES, k, rows=rows))


@pytest.mark.parametrize("tokens", QUERIES)
def test_bm25_scores_of_given_rows_are_those_of_an_index_built_anew(sparse, fresh, tokens):
    some = np.array([2_900, 0, 17, 2_911, 5])
    same([sparse.scores(tokens, some)], [fresh.scores(tokens, some)])
    every = np.arange(len(NOW))
    same([sparse.scores(tokens, every)], [fresh.scores(tokens, every)])
    same([sparse.idf(tokens)], [fresh.idf(tokens)])
    with pytest.raises(InputError, match="must lie within"):
        sparse.scores(tokens, np.array([len(NOW)]))


def test_equal_texts_by_the_thousand_keep_the_order_of_rows():
    old, gone = [["发货", "词"]] * 5_000, np.array([0, 4_000])
    counts = count_terms(old)
    patch = Patch(5_000, gone, 1)
    overlay = SparseOverlay(SparseIndex.from_counts(counts), counts, count_terms([["发货", "词"]]), patch)
    fresh = SparseIndex.build([["发货", "词"]] * 4_999)
    same(overlay.search([["发货"]], 20), fresh.search([["发货"]], 20))


def test_a_word_whose_texts_are_all_gone_finds_nothing_and_is_the_rarest():
    counts = count_terms([["旧"], ["旧", "词"], ["词"]])
    patch = Patch(3, np.array([0, 1]), 0)
    overlay = SparseOverlay(SparseIndex.from_counts(counts), counts, count_terms([]), patch)
    fresh = SparseIndex.build([["词"]])
    same(overlay.search([["旧"], ["词", "旧"]], 2), fresh.search([["旧"], ["词", "旧"]], 2))
    same([overlay.idf(["旧", "词"])], [fresh.idf(["旧", "词"])])


@pytest.mark.parametrize("k", [1, 10, 100, 4_000])
@pytest.mark.parametrize("scope", scopes())
@pytest.mark.parametrize("q", [1, 9])
def test_cosines_and_rows_are_those_of_an_index_built_anew(dense, k, scope, q):
    overlay, vectors = dense
    queries = unit(q, 8)
    queries[0] = vectors[11]
    rows = [scope] * q
    same(overlay.search(queries, k, rows=rows), DenseIndex.build(vectors).search(queries, k, rows=rows))


def test_queries_keep_their_own_scopes(dense, sparse, fresh):
    overlay, vectors = dense
    rows = scopes()
    queries = unit(len(rows), 8)
    same(overlay.search(queries, 9, rows=rows), DenseIndex.build(vectors).search(queries, 9, rows=rows))
    same(sparse.search(QUERIES, 9, rows=rows), fresh.search(QUERIES, 9, rows=rows))


def test_when_the_best_are_all_gone_the_next_are_found(patch):
    old = unit(N, 3)
    query = old[:1]
    gone = np.sort(np.argsort(-(old @ query[0]))[:500]).astype(np.int64)
    overlay = DenseOverlay(DenseIndex.build(old), DenseIndex.build(unit(0, 1)), Patch(N, gone, 0))
    same(overlay.search(query, 5), DenseIndex.build(np.delete(old, gone, axis=0)).search(query, 5))


def test_scores_and_vectors_of_given_rows(dense, patch):
    overlay, vectors = dense
    some = np.array([2_950, 3, 2_909, 2_910, 0])
    same([overlay.scores(unit(1, 8)[0], some)], [DenseIndex.build(vectors).scores(unit(1, 8)[0], some)])
    stacked = StackedVectors(unit(N, 3), vectors[-ADDED:], patch)
    assert stacked.shape == vectors.shape
    same([stacked[some]], [vectors[some]])
    same([np.asarray(stacked)], [vectors])


def test_an_approximate_index_keeps_proposing_what_remains(patch):
    old, new = unit(N, 3), unit(ADDED, 4)
    settings = SearchSettings(exact_rows=100)
    base = DenseIndex.build(old, settings=settings)
    assert ApproximateIndex.fits(N, 16)
    assert base.kind != "exact"
    overlay = DenseOverlay(base, DenseIndex.build(new), patch)
    assert (len(overlay), overlay.dim, overlay.kind) == (len(patch), 16, base.kind)
    vectors = np.concatenate((old[KEPT], new))
    rows, scores = overlay.search(vectors[:50], 10)
    assert (rows[:, 0] == np.arange(50)).mean() > 0.9
    exact, _ = DenseIndex.build(vectors).search(vectors[:50], 10)
    assert np.mean([np.isin(a, b).mean() for a, b in zip(rows, exact, strict=True)]) > 0.8
    for query, line, found in zip(vectors[:50], rows, scores, strict=True):
        np.testing.assert_array_equal(DenseIndex.build(vectors).scores(query, line), found)
