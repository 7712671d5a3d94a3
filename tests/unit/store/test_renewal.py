"""Lanes that took changes over are the lanes that are built from the tables, field by field."""

from dataclasses import fields, replace

import numpy as np
import pytest

from assist.documents import Kind
from assist.index.filters import Columns
from assist.settings import SearchSettings, StoreSettings
from assist.store import renewal, views
from assist.store.changes import read_touched
from assist.store.lane_rows import read_lanes
from assist.store.renewal import renewed
from assist.store.schema import read_head
from unit.store.records import ENCODER, dated, open_store, record, sample, texts

WORDS = ["运费", "退货", "羽绒服", "掉色", "发票", "尺码", "满减", "包邮", "换货", "签收"]
PRODUCTS = ["A101", "A102", "A103", "B7"]


def made(rng, number):
    """A policy, a past answer of a product, or a product with names that others claim, too; or one without chunks."""
    lines = [
        "，".join(rng.choice(WORDS, rng.integers(1, 9))) + str(number) for _ in range(rng.integers(1, 5))
    ]
    text = "\n".join(lines)
    draw = rng.integers(4)
    if draw == 0:
        id = str(rng.choice(PRODUCTS))
        aliases = tuple(rng.choice(["690", "691", "692"], rng.integers(0, 3), replace=False).tolist())
        return record(id, text, kind=Kind.PRODUCT, aliases=aliases)
    if draw == 1:
        product = str(rng.choice([*PRODUCTS, "Z9"]))
        return record(f"a{rng.integers(9)}", text, kind=Kind.PAST_ANSWER, product=product)
    validity = dated(*[None, "2026-01-01", "2026-06-01"][rng.integers(3) :][:1])
    one = record(f"p{rng.integers(9)}", text, validity=validity)
    return replace(one, chunks=(), embeddings=one.embeddings[:0]) if draw == 2 else one


def state(store):
    """Give the newest head and the lanes that the tables say."""
    with store._connections.reading() as connection:
        head = read_head(connection, store._file)
        return head, read_lanes(connection, store._file, dim=16, search=SearchSettings())


def take_over(store, lanes, head, *, known=None):
    with store._connections.reading() as connection:
        now = read_head(connection, store._file)
        touched = read_touched(connection, head.stamp, now.revision)
        return renewed(connection, store._file, lanes, touched, dim=16, known=known)


def same_columns(one, other):
    for item in fields(Columns):
        mine, theirs = getattr(one, item.name), getattr(other, item.name)
        assert mine.dtype == theirs.dtype
        np.testing.assert_array_equal(mine, theirs, err_msg=item.name)


def same_arrays(one, other):
    for mine, theirs in zip(one, other, strict=True):
        np.testing.assert_array_equal(mine, theirs)


def same(one, other):
    same_columns(one.columns, other.columns)
    for name in ("keys", "products_of"):
        np.testing.assert_array_equal(getattr(one.catalog, name), getattr(other.catalog, name))
    for name in ("products", "claims"):
        assert getattr(one.catalog, name) == getattr(other.catalog, name)
    assert dict(one.catalog.numbers) == dict(other.catalog.numbers)
    same_arrays([np.asarray(one.vectors)], [np.asarray(other.vectors)])
    queries, tokens = ENCODER.encode(WORDS), [[word, "退货", word] for word in WORDS]
    for k in (1, 7):
        same_arrays(one.dense.search(queries, k), other.dense.search(queries, k))
        same_arrays(one.sparse.search(tokens, k), other.sparse.search(tokens, k))
    same_arrays([one.sparse.idf(WORDS)], [other.sparse.idf(WORDS)])


@pytest.mark.parametrize("seed", range(4))
def test_changes_taken_over_step_by_step_or_at_once_give_the_lanes_of_the_tables(tmp_path, seed):
    rng = np.random.default_rng(seed)
    with open_store(tmp_path, settings=StoreSettings(snapshot_rows=10_000)) as store:
        store.apply(add=[made(rng, -1)])
        first, start = state(store)
        head, lanes = first, start
        newer = []
        for number in range(12):
            added = {one.document.id: one for one in (made(rng, number) for _ in range(rng.integers(0, 4)))}
            removed = [str(id) for id in rng.choice([*PRODUCTS, "p1", "p2", "a1"], rng.integers(0, 3))]
            store.apply(add=list(added.values()), remove=removed)
            before, lanes = lanes, take_over(store, lanes, head)
            head, expected = state(store)
            same(lanes, expected)
            for base_head, base in newer[-4:]:
                same(take_over(store, base, base_head, known=before), expected)
            newer.append((head, expected))
            if number % 5 == 4:
                lanes = lanes.merged()
                same(lanes, expected)
                assert lanes.tail is None
                store.compact()
        same(take_over(store, start, first), expected)


def test_a_change_costs_rows_of_the_change_and_of_the_tail_only(tmp_path):
    with open_store(tmp_path, settings=StoreSettings(snapshot_rows=10_000)) as store:
        store.apply(add=sample())
        head, start = state(store)
        store.apply(add=[record("returns", "十五天内可退。")])
        lanes = take_over(store, start, head)
        assert lanes.base is start.base
        assert (lanes.tail.patch.gone.tolist(), lanes.tail.patch.added, lanes.tail.size) == ([0, 1, 2], 1, 4)
        assert lanes.catalog.numbers is start.catalog.numbers


def test_another_end_of_validity_alone_leaves_the_indexes_as_they_are(tmp_path):
    with open_store(tmp_path, settings=StoreSettings(snapshot_rows=10_000)) as store:
        empty = record("rule", "新。", validity=dated("2026-06-01"))
        store.apply(add=[*sample(), record("rule", "旧。", validity=dated("2026-01-01"))])
        head, start = state(store)
        store.apply(add=[replace(empty, chunks=(), embeddings=empty.embeddings[:0])])
        lanes = take_over(store, start, head)
        assert lanes.tail is None
        assert lanes.columns.valid_to[-1] < start.columns.valid_to[-1]
        same(lanes, state(store)[1])


def test_a_reader_moves_to_newer_index_files(tmp_path, monkeypatch):
    monkeypatch.setattr(views, "_SHARE", 1)
    with open_store(tmp_path) as store, open_store(tmp_path, read_only=True) as reader:
        store.apply(add=sample())
        reader.view()
        bases = []
        for number in range(12):
            store.apply(add=[record("returns", f"第{number}版，可以退货。")])
            assert texts(reader)[-1] == f"第{number}版，可以退货。"
            lanes = reader.view().lanes
            bases.append(lanes.base)
            assert lanes.tail is None or lanes.tail.size <= 8
        assert len({id(base) for base in bases}) in range(2, 12)


def test_what_the_tail_holds_is_not_read_again(tmp_path, monkeypatch):
    read = []
    reading = renewal.read_chunk_rows
    monkeypatch.setattr(
        renewal,
        "read_chunk_rows",
        lambda connection, file, keys, *, dim: read.append(keys) or reading(connection, file, keys, dim=dim),
    )
    with open_store(tmp_path, settings=StoreSettings(snapshot_rows=10_000)) as store:
        store.apply(add=sample())
        first, start = state(store)
        store.apply(add=[record("in the files", "一。")])
        newer, base = state(store)
        store.apply(add=[record("taken over", "二。\n三。")])
        held = take_over(store, start, first)
        store.apply(add=[record("last", "四。")])
        read.clear()
        same(take_over(store, base, newer, known=held), state(store)[1])
        assert [len(keys) for keys in read] == [1]


def test_a_tail_as_large_as_the_store_is_merged_in_memory(tmp_path, monkeypatch):
    monkeypatch.setattr(views, "_MANY", 3)
    with open_store(tmp_path, settings=StoreSettings(snapshot_rows=10_000)) as store:
        store.apply(add=sample())
        store.view()
        store.apply(add=[record("new", "一。\n二。")])
        assert store.view().lanes.tail.size == 2
        store.apply(add=[record("more", "三。\n四。")])
        assert store.view().lanes.tail is None
        assert len(store.view()) == 12


def test_what_was_read_stays_at_hand_but_for_what_changed(tmp_path):
    with open_store(tmp_path) as store:
        store.apply(add=sample())
        before = [store.view().documents[number] for number in range(3)]
        chunk = store.view().chunk(3)
        store.apply(add=[record("returns", "十五天内可退。")])
        view = store.view()
        assert [one.id for one in view.documents] == ["shipping", "A102", "returns"]
        assert view.documents[0] is before[1]
        assert view.chunk(0) is chunk
        assert view.documents[2].text == "十五天内可退。"


def test_a_version_that_got_an_end_is_read_again(tmp_path):
    with open_store(tmp_path) as store:
        store.apply(add=[record("rule", "旧。", validity=dated("2026-01-01"))])
        assert store.view().documents[0].validity.valid_to is None
        store.apply(add=[record("rule", "新。", validity=dated("2026-06-01"))])
        ends = [one.validity.valid_to for one in store.view().documents]
        assert [end and end.date().isoformat() for end in ends] == ["2026-06-01", None]
