import numpy as np
import pytest

from assist.errors import InputError, StoreCorruptError
from assist.index.filters import ALWAYS_FROM, ALWAYS_TO, Columns, Filter, FilterCache


def columns(n=500, seed=0):
    rng = np.random.default_rng(seed)
    dated = rng.random(n) < 0.3
    return Columns(
        ids=np.arange(n, dtype=np.int64) * 3,
        kind=rng.integers(5, size=n).astype(np.int8),
        level=rng.integers(4, size=n).astype(np.int8),
        audience=rng.integers(2, size=n).astype(np.int8),
        product=rng.integers(-1, 20, size=n).astype(np.int32),
        valid_from=np.where(dated, rng.integers(0, 50, size=n), ALWAYS_FROM),
        valid_to=np.where(dated, rng.integers(50, 100, size=n), ALWAYS_TO),
        document=np.sort(rng.integers(60, size=n)).astype(np.int32),
    )


def passes(condition, held, row):
    checks = [
        condition.kinds is None or held.kind[row] in condition.kinds,
        condition.levels is None or held.level[row] in condition.levels,
        condition.audiences is None or held.audience[row] in condition.audiences,
        condition.products is None
        or (condition.shared if held.product[row] == -1 else held.product[row] in condition.products),
        condition.documents is None or held.document[row] in condition.documents,
        not condition.exclude_documents or held.document[row] not in condition.exclude_documents,
        not condition.at
        or any(held.valid_from[row] <= moment < held.valid_to[row] for moment in condition.at),
    ]
    return all(checks)


FILTERS = [
    Filter(kinds=frozenset({1, 3})),
    Filter(levels=frozenset({0})),
    Filter(audiences=frozenset({1})),
    Filter(products=frozenset({3})),
    Filter(products=frozenset({3, 4, 19}), shared=False),
    Filter(products=frozenset({-1, 2}), shared=False),
    Filter(products=frozenset()),
    Filter(products=frozenset(), shared=False),
    Filter(products=frozenset({77}), shared=False),
    Filter(at=(30,)),
    Filter(at=(0, 99)),
    Filter(at=(-5,)),
    Filter(documents=frozenset(range(10, 40))),
    Filter(documents=frozenset({5})),
    Filter(exclude_documents=frozenset({5, 6})),
    Filter(kinds=frozenset({1}), audiences=frozenset({0}), products=frozenset({1, 2}), at=(60,)),
    Filter(products=frozenset({1}), shared=False, at=(60,), exclude_documents=frozenset({3})),
    Filter(kinds=frozenset()),
    Filter(kinds=frozenset({300})),
]


@pytest.mark.parametrize("condition", FILTERS, ids=str)
def test_rows_are_those_that_pass_one_by_one(condition):
    held = columns()
    rows = condition.rows(held)
    assert rows is not None
    assert rows.dtype == np.int64
    assert rows.tolist() == [row for row in range(len(held)) if passes(condition, held, row)]


@pytest.mark.parametrize(
    "condition",
    [
        Filter(),
        Filter(kinds=frozenset(range(5))),
        Filter(exclude_documents=frozenset()),
        Filter(exclude_documents=frozenset({999})),
    ],
)
def test_everything_passing_is_none(condition):
    assert condition.rows(columns()) is None


def test_validity_asks_nothing_of_rows_without_dates():
    held = columns()
    undated = held.take(np.flatnonzero(held.valid_to == ALWAYS_TO))
    assert Filter(at=(5,)).rows(undated) is None


def test_validity_is_half_open():
    held = columns(1)
    dated = Columns(
        **{name: getattr(held, name) for name in ("ids", "kind", "level", "audience", "product", "document")},
        valid_from=np.array([10]),
        valid_to=np.array([20]),
    )
    assert [Filter(at=(moment,)).rows(dated) is None for moment in (9, 10, 19, 20)] == [
        False,
        True,
        True,
        False,
    ]


def test_no_rows():
    empty = columns(0)
    for condition in FILTERS:
        rows = condition.rows(empty)
        assert rows is None or len(rows) == 0


def test_take_and_concat():
    held = columns()
    halves = [held.take(np.arange(200)), held.take(np.arange(200, 500))]
    joined = Columns.concat(halves)
    for condition in FILTERS:
        assert condition.rows(joined).tolist() == condition.rows(held).tolist()
    assert joined.ids.tolist() == held.ids.tolist()


def test_concat_of_nothing_is_refused():
    with pytest.raises(InputError):
        Columns.concat([])


@pytest.mark.parametrize("mmap", [True, False])
@pytest.mark.parametrize("n", [0, 1, 500])
def test_save_and_open(tmp_path, mmap, n):
    held = columns(n)
    held.save(tmp_path)
    opened = Columns.open(tmp_path, mmap=mmap)
    assert len(opened) == n
    for condition in FILTERS:
        before, after = condition.rows(held), condition.rows(opened)
        assert (before is None) == (after is None)
        assert before is None or before.tolist() == after.tolist()


def test_a_missing_column_is_corrupt(tmp_path):
    columns().save(tmp_path)
    (tmp_path / "columns.kind.npy").unlink()
    with pytest.raises(StoreCorruptError) as caught:
        Columns.open(tmp_path)
    assert caught.value.file == "columns.kind.npy"


def test_columns_that_do_not_fit_are_refused():
    held = columns(5)
    given = {
        name: getattr(held, name)
        for name in ("ids", "kind", "level", "audience", "product", "valid_from", "valid_to", "document")
    }
    with pytest.raises(InputError, match="kind"):
        Columns(**(given | {"kind": held.kind[:4]}))
    with pytest.raises(InputError, match="product"):
        Columns(**(given | {"product": held.product.astype(np.int64)}))


def _dated(n=40):
    rng = np.random.default_rng(5)
    starts = np.where(rng.random(n) < 0.3, rng.integers(0, 50, n), ALWAYS_FROM)
    return Columns(
        ids=np.arange(n),
        kind=rng.integers(0, 3, n).astype(np.int8),
        level=np.zeros(n, dtype=np.int8),
        audience=np.zeros(n, dtype=np.int8),
        product=rng.integers(-1, 3, n).astype(np.int32),
        valid_from=starts,
        valid_to=np.full(n, ALWAYS_TO),
        document=np.arange(n, dtype=np.int32),
    )


def test_cached_rows_are_those_of_the_filter_at_every_moment():
    columns = _dated()
    cache = FilterCache(columns)
    for moment in (0, 10, 20, 20, 49, 100, 10):
        for kinds in (None, frozenset({1}), frozenset({0, 2})):
            for products in (None, frozenset({1})):
                condition = Filter(kinds=kinds, products=products, at=(moment,))
                expected, found = condition.rows(columns), cache.rows(condition)
                assert (found is None) == (expected is None)
                if expected is not None:
                    np.testing.assert_array_equal(found, expected)


def test_moments_at_which_the_same_holds_share_one_array():
    columns = _dated()
    cache = FilterCache(columns)
    first = cache.rows(Filter(kinds=frozenset({1}), at=(1_000,)))
    assert cache.rows(Filter(kinds=frozenset({1}), at=(2_000,))) is first
    assert cache.rows(Filter(kinds=frozenset({1}))) is not first


def test_only_the_last_filters_stay_at_hand():
    columns = _dated()
    cache = FilterCache(columns)
    first = cache.rows(Filter(documents=frozenset({0})))
    for number in range(1, 60):
        cache.rows(Filter(documents=frozenset({number % 40}), levels=frozenset({0, number})))
    again = cache.rows(Filter(documents=frozenset({0})))
    assert again is not first
    np.testing.assert_array_equal(again, first)
