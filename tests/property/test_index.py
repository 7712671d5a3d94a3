"""Properties of assist.index that hold for any input."""

import tempfile
from bisect import bisect_left
from pathlib import Path

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from assist.index.counts import TermCounts, count_terms
from assist.index.dense import DenseIndex
from assist.index.exact import exact_bm25, exact_top_k
from assist.index.fusion import convex, rrf
from assist.index.ranking import best_first, contenders
from assist.index.sparse import SparseIndex
from assist.index.vocabulary import Vocabulary

TOKENS = st.sampled_from(["运费", "险", "退", "换", "尺码", "7", "天", "a"])
TEXTS = st.lists(st.lists(TOKENS, max_size=8), max_size=25)
QUERY = st.lists(TOKENS | st.just("没有"), max_size=5)
K = st.integers(1, 30)


@st.composite
def unit_matrices(draw, n, d=4):
    # A coarse grid gives many equal rows and equal scores.
    values = draw(
        st.lists(st.lists(st.integers(-2, 2), min_size=d, max_size=d).filter(any), min_size=n, max_size=n)
    )
    matrix = np.array(values, dtype=np.float32).reshape(n, d)
    return matrix / np.linalg.norm(matrix, axis=1, keepdims=True)


@st.composite
def rankings(draw):
    rows = draw(st.lists(st.integers(0, 15), unique=True, max_size=8))
    scores = sorted((draw(st.integers(-3, 8)) for _ in rows), reverse=True)
    pad = 8 - len(rows)
    padded_scores = np.array([*scores, *[-np.inf] * pad], dtype=np.float32)
    return np.array([rows + [-1] * pad], dtype=np.int64), padded_scores[np.newaxis]


@st.composite
def scopes(draw, n):
    if not n or draw(st.booleans()):
        return None
    return np.array(sorted(draw(st.sets(st.integers(0, n - 1)))), dtype=np.int64)


@settings(max_examples=60, deadline=None)
@given(st.data(), st.integers(0, 40), st.sampled_from([1, 9]), K)
def test_dense_equals_the_reference(data, n, q, k):
    vectors, queries = data.draw(unit_matrices(n)), data.draw(unit_matrices(q))
    rows = [data.draw(scopes(n)) for _ in range(q)]
    found, truth = (
        DenseIndex.build(vectors).search(queries, k, rows=rows),
        exact_top_k(queries, vectors, k, rows=rows),
    )
    np.testing.assert_allclose(found[1], truth[1], atol=1e-6)
    # Which of two scores comes first that differ by less than float32 can tell is left open: only the scores count.
    for line in range(q):
        hits = found[0][line][found[0][line] >= 0]
        own = exact_top_k(queries[line : line + 1], vectors[hits], k)[1][0]
        np.testing.assert_allclose(own, truth[1][line], atol=1e-6)
        assert len(np.unique(hits)) == len(hits)
        assert rows[line] is None or np.isin(hits, rows[line]).all()


@settings(max_examples=100, deadline=None)
@given(st.data(), TEXTS, st.lists(QUERY, max_size=3), K)
def test_sparse_scores_equal_the_reference(data, texts, queries, k):
    rows = [data.draw(scopes(len(texts))) for _ in queries]
    found = SparseIndex.build(texts).search(queries, k, rows=rows)
    truth = exact_bm25(queries, texts, k, rows=rows)
    np.testing.assert_array_equal(found[0] >= 0, truth[0] >= 0)
    np.testing.assert_allclose(found[1], truth[1], rtol=1e-5)
    for line, query in enumerate(queries):
        hits = found[0][line][found[0][line] >= 0]
        assert len(set(hits.tolist())) == len(hits)
        order = list(zip((-found[1][line][: len(hits)]).tolist(), hits.tolist(), strict=True))
        assert order == sorted(order)
        np.testing.assert_array_equal(
            SparseIndex.build(texts).scores(query, hits), found[1][line][: len(hits)]
        )


@settings(max_examples=50, deadline=None)
@given(TEXTS, TEXTS)
def test_counts_of_parts_are_counts_of_the_whole(one, other):
    joined, whole = TermCounts.concat([count_terms(one), count_terms(other)]), count_terms(one + other)
    assert joined.vocabulary.terms() == whole.vocabulary.terms()
    for name in ("starts", "rows", "counts", "lengths"):
        np.testing.assert_array_equal(getattr(joined, name), getattr(whole, name))


@settings(max_examples=30, deadline=None)
@given(TEXTS, st.lists(QUERY, max_size=3), K)
def test_an_opened_index_answers_as_the_saved_one(texts, queries, k):
    index = SparseIndex.build(texts)
    with tempfile.TemporaryDirectory() as folder:
        index.save(Path(folder))
        opened = SparseIndex.open(Path(folder), mmap=False)
    for after, before in zip(opened.search(queries, k), index.search(queries, k), strict=True):
        np.testing.assert_array_equal(after, before)


@settings(max_examples=100, deadline=None)
@given(st.sets(st.text(max_size=6)), st.lists(st.text(max_size=6)))
def test_a_vocabulary_finds_exactly_its_terms(terms, others):
    ordered = sorted(terms)
    vocabulary = Vocabulary.build(ordered)
    assert vocabulary.find(ordered).tolist() == list(range(len(ordered)))
    assert [number >= 0 for number in vocabulary.find(others).tolist()] == [
        other in terms for other in others
    ]


@settings(max_examples=100, deadline=None)
@given(*[st.sets(st.text("ab\0退货运费词", max_size=12), max_size=30)] * 2)
def test_a_vocabulary_matches_and_places_another(terms, others):
    vocabulary, other = Vocabulary.build(sorted(terms)), Vocabulary.build(sorted(others))
    assert vocabulary.match(other).tolist() == vocabulary.find(sorted(others)).tolist()
    assert vocabulary.places(other).tolist() == [bisect_left(sorted(terms), one) for one in sorted(others)]
    numbers = np.array([at for at in vocabulary.match(other).tolist() if at >= 0], dtype=np.int64)
    taken, built = vocabulary.taken(numbers), Vocabulary.build([sorted(terms)[at] for at in numbers])
    for name in ("blob", "offsets", "hashes", "numbers"):
        np.testing.assert_array_equal(getattr(taken, name), getattr(built, name))


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 30_000), st.integers(1, 200), st.sampled_from([2, 50, 10**6]), st.integers(0, 2**32))
def test_contenders_hold_the_top_k(n, k, distinct, seed):
    scores = np.random.default_rng(seed).integers(0, distinct, n).astype(np.float32)
    rows = contenders(scores, k, floor=0.0)
    order = np.lexsort((np.arange(n), -scores))[:k]
    assert best_first(rows, scores[rows], k)[0].tolist() == [row for row in order.tolist() if scores[row] > 0]


@settings(max_examples=100, deadline=None)
@given(st.lists(rankings(), min_size=1, max_size=4), K, st.randoms(use_true_random=False))
def test_fusion_does_not_depend_on_the_order_of_the_lists(lists, k, random):
    weights = [round(random.random(), 3) for _ in lists]
    order = list(range(len(lists)))
    random.shuffle(order)
    turned, shares = [lists[i] for i in order], [weights[i] for i in order]
    for one, other in (
        (rrf(lists, k, weights=weights), rrf(turned, k, weights=shares)),
        (convex(lists, k, weights=weights), convex(turned, k, weights=shares)),
    ):
        np.testing.assert_array_equal(one[0], other[0])
        np.testing.assert_array_equal(one[1], other[1])


@settings(max_examples=100, deadline=None)
@given(st.lists(rankings(), min_size=1, max_size=4), K)
def test_fusion_gives_every_row_once_and_best_first(lists, k):
    rows, scores = rrf(lists, k)
    hits = rows[0][rows[0] >= 0].tolist()
    everything = {row for ranking, _ in lists for row in ranking[0].tolist() if row >= 0}
    assert len(set(hits)) == len(hits) == min(k, len(everything))
    pairs = list(zip((-scores[0][: len(hits)]).tolist(), hits, strict=True))
    assert pairs == sorted(pairs)


WORDS_OF_TEXTS = st.lists(st.lists(st.sampled_from("甲乙丙丁戊己庚辛壬癸abcdefg"), max_size=6), max_size=8)


@given(WORDS_OF_TEXTS, WORDS_OF_TEXTS, st.data())
def test_renewed_counts_are_those_of_the_texts_that_result(older, newer, data):
    rows = sorted(data.draw(st.sets(st.integers(0, len(older) - 1)))) if older else []
    renewed = count_terms(older).renewed(np.array(rows, dtype=np.int64), count_terms(newer))
    fresh = count_terms([*(older[row] for row in rows), *newer])
    assert renewed.vocabulary.terms() == fresh.vocabulary.terms()
    for name in ("starts", "rows", "counts", "lengths"):
        np.testing.assert_array_equal(getattr(renewed, name), getattr(fresh, name))
