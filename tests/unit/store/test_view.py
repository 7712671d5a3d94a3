from dataclasses import replace
from datetime import datetime, timedelta

import numpy as np
import pytest

from assist.documents import Audience, Kind, Level
from assist.errors import InputError, StoreError
from assist.index.filters import ALWAYS_FROM, ALWAYS_TO
from assist.store.view import (
    AUDIENCE_CODES,
    KIND_CODES,
    LEVEL_CODES,
    moment_seconds,
)
from unit.store.records import dated, open_store, record, sample


@pytest.fixture
def store(tmp_path):
    with open_store(tmp_path) as opened:
        opened.apply(add=sample())
        yield opened


def test_rows_stand_in_the_order_of_chunk_ids(store):
    view = store.view()
    assert (np.diff(view.ids) > 0).all()
    assert view.ids.dtype == np.int64
    expected = [chunk for one in sample() for chunk in one.chunks]
    assert [view.chunk(row) for row in range(len(view))] == expected


def test_every_chunk_is_the_slice_of_its_document(store):
    view = store.view()
    for row in range(len(view)):
        chunk, document = view.chunk(row), view.document_of(row)
        assert chunk.span.of(document.text) == chunk.text
        assert (chunk.document_id, chunk.version) == (document.id, document.version)


def test_documents_are_numbered(store):
    view = store.view()
    assert len(view.documents) == 3
    assert tuple(view.documents) == store.documents()
    assert view.documents[1:] == store.documents()[1:]
    assert view.documents[-1].id == "A102"
    assert view.documents[2] is view.documents[2]
    assert view.columns.document.tolist() == [0, 0, 0, 1, 1, 2, 2, 2]
    with pytest.raises(IndexError):
        view.documents[3]


def test_rows_of_a_document(store):
    view = store.view()
    assert view.rows_of("shipping").tolist() == [3, 4]
    assert view.rows_of("nowhere").tolist() == []
    assert view.rows_of("nowhere").dtype == np.int64


@pytest.mark.parametrize("row", [-1, 8])
def test_rows_are_checked(store, row):
    with pytest.raises(InputError, match=rf"0\.\.7, got {row}"):
        store.view().chunk(row)
    with pytest.raises(InputError):
        store.view().document_of(row)


def test_columns_say_what_documents_are(store):
    law = record(
        "law",
        "消费者有权退货。",
        level=Level.LAW,
        audience=Audience.INTERNAL,
        validity=dated("2026-01-01", "2027-01-01"),
    )
    store.apply(add=[law, record("tip", "洗前翻面。", kind=Kind.QUICK_REPLY, product="A102")])
    view = store.view()
    row = int(view.rows_of("law")[0])
    columns = view.columns
    assert columns.kind[row] == KIND_CODES[Kind.POLICY]
    assert columns.level[row] == LEVEL_CODES[Level.LAW]
    assert columns.audience[row] == AUDIENCE_CODES[Audience.INTERNAL]
    assert columns.product[row] == -1
    assert columns.valid_from[row] == moment_seconds(datetime(2026, 1, 1))
    assert columns.valid_to[row] == moment_seconds(datetime(2027, 1, 1))
    tip = int(view.rows_of("tip")[0])
    assert columns.product[tip] == view.product_number["A102"]
    assert (columns.valid_from[tip], columns.valid_to[tip]) == (ALWAYS_FROM, ALWAYS_TO)


def test_codes_are_distinct():
    for codes in (KIND_CODES, LEVEL_CODES, AUDIENCE_CODES):
        assert sorted(codes.values()) == list(range(len(codes)))


def test_seconds_are_floored_and_ordered():
    moment = datetime(1969, 12, 31, 23, 59, 59, 500_000)
    assert moment_seconds(moment) == -1
    assert moment_seconds(datetime(1970, 1, 1)) == 0
    assert moment_seconds(moment + timedelta(days=1)) == 86_399


def test_products_have_numbers_and_other_names(store):
    other = record("B7", "手机壳。", kind=Kind.PRODUCT, aliases=("690123", "A102"))
    renamed = record("page-9", "帽子。", kind=Kind.PRODUCT, product="C9")
    shared = record("warranty", "保修一年。", aliases=("三包",))
    store.apply(add=[other, renamed, shared])
    numbers = store.view().product_number
    assert numbers["A102"] == numbers["JK-A102"] == numbers["690123"]  # the first product has the alias
    assert numbers["page-9"] == numbers["C9"]
    assert len({numbers["A102"], numbers["B7"], numbers["C9"]}) == 3
    assert set(numbers) == {"A102", "JK-A102", "690123", "B7", "C9", "page-9"}


def test_an_old_view_stays_usable_after_a_change(store):
    old = store.view()
    before = [old.chunk(row) for row in range(3)]
    store.apply(add=[record("returns", "全新的规则。")], remove=["shipping"])
    assert len(old) == 8
    assert [old.chunk(row) for row in range(8)][:3] == before
    assert old.document_of(0).version == before[0].version
    assert old.rows_of("shipping").tolist() == [3, 4]
    rows, scores = old.dense.search(old.vectors[:1], 1)
    assert rows[0, 0] == 0
    assert scores[0, 0] == pytest.approx(1.0, abs=1e-5)


def test_an_old_view_says_when_a_text_was_erased(store):
    old = store.view()
    store.apply(remove=["returns"])
    store.compact()
    with pytest.raises(StoreError, match="take a new view"):
        old.chunk(0)
    with pytest.raises(StoreError, match="take a new view"):
        old.document_of(0)
    assert old.chunk(7).document_id == "A102"


def test_states_are_shown_at_the_next_revision(store):
    old = store.view()
    store.set_state(["returns", "shipping"], "retired", "旧")
    store.set_state(["shipping"], "approved", "")
    assert dict(old.states) == {}
    assert dict(store.view().states) == {"returns": "retired", "shipping": "approved"}
    assert store.view().lanes is old.lanes


def test_both_lanes_find_a_text(store):
    view = store.view()
    dense, _ = view.dense.search(view.vectors[4:5], 2)
    assert dense[0, 0] == 4
    sparse, scores = view.sparse.search([view.tokenizer.tokens("贴身衣物")], 3)
    assert view.chunk(int(sparse[0, 0])).text == "贴身衣物拆封后不支持退货。"
    assert scores[0, 0] > 0


def test_vectors_are_read_only_after_reopening(store, tmp_path):
    with open_store(tmp_path, read_only=True) as reader, pytest.raises(ValueError, match="read-only"):
        reader.view().vectors[0, 0] = 1.0


def test_a_clipped_validity_reaches_the_columns(store):
    old = record("freight", "满九十九包邮。", validity=dated("2025-01-01"))
    store.apply(add=[old])
    store.apply(add=[record("freight", "满五十九包邮。", validity=dated("2026-01-01"))])
    view = store.view()
    first, second = view.rows_of("freight").tolist()
    assert view.columns.valid_to[first] == view.columns.valid_from[second]
    assert view.document_of(first).validity == dated("2025-01-01", "2026-01-01")
    assert replace(view.document_of(first), validity=old.document.validity) == old.document
