"""What every store must do, whatever it is made of; a new engine is added to `STORES`."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import numpy as np
import pytest

from assist.documents import Chunk, Document, Kind, Span
from assist.errors import DimensionError, InputError
from assist.index.exact import exact_top_k
from assist.shop import ShopProfile
from assist.store.base import Record, Store
from assist.store.local import LocalStore
from assist.testing import HashingEncoder

ENCODER = HashingEncoder(dim=32)
SUBJECTS = ("退货", "发货", "尺码", "面料", "优惠", "发票", "保修", "安装")
DAY = datetime(2026, 11, 1)


def open_local(path: Path) -> LocalStore:
    return LocalStore.open(path, encoder=ENCODER.identity, create=True)


STORES = {"local": open_local}


@pytest.fixture(params=sorted(STORES))
def open_store(request, tmp_path):
    def open_it() -> Store:
        return STORES[request.param](tmp_path / "store")

    return open_it


@pytest.fixture
def store(open_store: Callable[[], Store]):
    opened = open_store()
    yield opened
    opened.close()


def record(number: int, text: str = "") -> Record:
    """Make a document of one to three lines; every tenth repeats the text of the one before."""
    written = number - 1 if number % 10 == 9 else number
    subject = SUBJECTS[written % len(SUBJECTS)]
    lines = [
        f"{subject}第{written}条，编号{written * 7}，第{line}款说明。" for line in range(1 + written % 3)
    ]
    kind = Kind.PRODUCT if number % 5 == 0 else Kind.POLICY
    document = Document(id=f"d{number}", text=text or "\n".join(lines), kind=kind, title=subject)
    chunks, place = [], 0
    for ordinal, line in enumerate(document.text.split("\n")):
        span = Span(place, place + len(line))
        chunks.append(Chunk(document.id, document.version, ordinal, span, line))
        place = span.end + 1
    return Record(document, tuple(chunks), ENCODER.encode([chunk.text for chunk in chunks]))


def test_it_follows_the_protocol(store):
    assert isinstance(store, Store)


def test_an_empty_store_finds_nothing(store):
    view = store.view()
    assert (len(view), len(view.documents), dict(view.product_number)) == (0, 0, {})
    rows, scores = view.dense.search(ENCODER.encode(["退货"]), 3)
    assert (rows == -1).all()
    assert (scores == -np.inf).all()
    rows, scores = view.sparse.search([view.tokenizer.tokens("退货")], 3)
    assert (rows == -1).all()
    assert store.current() == {}
    assert store.documents() == ()
    assert store.verify() == ()


def test_search_agrees_with_the_exact_reference(store):
    store.apply(add=[record(number) for number in range(300)])
    view = store.view()
    assert len(view) >= 500
    queries = ENCODER.encode([f"{subject}第3条怎么办" for subject in SUBJECTS])
    wanted_rows, wanted_scores = exact_top_k(queries, view.vectors, 20)
    rows, scores = view.dense.search(queries, 20)
    np.testing.assert_array_equal(rows, wanted_rows)
    np.testing.assert_allclose(scores, wanted_scores, atol=1e-5)
    rows, _ = view.dense.search(queries, len(view) + 5)
    assert (np.sort(rows[0])[5:] == np.arange(len(view))).all()


def test_rows_documents_and_columns_agree(store):
    records = [record(number) for number in range(60)]
    store.apply(add=records)
    view = store.view()
    chunks = [chunk for one in records for chunk in one.chunks]
    assert [view.chunk(row) for row in range(len(view))] == chunks
    np.testing.assert_array_equal(view.vectors, np.concatenate([one.embeddings for one in records]))
    for row in (0, 17, len(view) - 1):
        assert view.documents[int(view.columns.document[row])].id == chunks[row].document_id
        assert view.document_of(row).id == chunks[row].document_id
    for one in records[::7]:
        found = view.rows_of(one.document.id).tolist()
        assert [view.chunk(row) for row in found] == list(one.chunks)
    assert (np.diff(view.ids) > 0).all()


def test_writes_are_all_or_nothing(store):
    store.apply(add=[record(1)])
    bad = record(2)
    wrong = Record(bad.document, bad.chunks, np.zeros((len(bad.chunks), 5), dtype=np.float32))
    with pytest.raises(DimensionError):
        store.apply(add=[record(3), wrong], remove=["d1"], profile=ShopProfile(name="新"))
    assert set(store.current()) == {"d1"}
    assert store.profile.name == ShopProfile().name
    assert store.revision == 1


def test_change_and_removal_reach_every_lane(store):
    store.apply(add=[record(number) for number in range(8)])
    store.apply(add=[record(3, "洗涤说明：水温三十度。")], remove=["d4"])
    view = store.view()
    held = {view.chunk(row).document_id for row in range(len(view))}
    assert held == {f"d{number}" for number in range(8)} - {"d4"}
    rows, scores = view.sparse.search([view.tokenizer.tokens("水温三十度")], 2)
    assert view.chunk(int(rows[0, 0])).document_id == "d3"
    rows, scores = view.dense.search(ENCODER.encode(["洗涤说明：水温三十度。"]), 1)
    assert view.chunk(int(rows[0, 0])).document_id == "d3"
    assert scores[0, 0] == pytest.approx(1.0, abs=1e-5)
    assert "d4" not in view.product_number


def test_what_is_written_is_there_after_reopening(open_store):
    first = open_store()
    records = [record(number) for number in range(20)]
    first.apply(add=records, profile=ShopProfile(name="小店"))
    first.set_state(["d1"], "approved", "好")
    first.log_suggestion("s", {"decision": "suggest"}, at=DAY)
    first.add_feedback("s", chosen=0, at=DAY)
    revision = first.revision
    first.close()
    second = open_store()
    assert second.revision == revision
    assert second.profile.name == "小店"
    assert second.documents() == tuple(one.document for one in records)
    assert dict(second.view().states) == {"d1": "approved"}
    assert second.suggestion("s") == {"decision": "suggest"}
    assert second.feedback()[0]["chosen"] == 0
    assert second.apply(add=records) == revision
    second.close()


def test_every_version_stays_citable(store):
    texts = [f"第{number}版规则。" for number in range(4)]
    versions = []
    for text in texts:
        one = record(1, text)
        store.apply(add=[one])
        versions.append(one.document.version)
    assert [store.document("d1", version=version).text for version in versions] == texts
    assert store.document("d1").text == texts[-1]
    with pytest.raises(InputError, match="'d2'"):
        store.document("d2")


def test_compacting_changes_no_answer(store):
    store.apply(add=[record(number) for number in range(30)])
    store.apply(remove=[f"d{number}" for number in range(0, 30, 3)])
    before = [store.view().chunk(row) for row in range(len(store.view()))]
    store.compact()
    assert [store.view().chunk(row) for row in range(len(store.view()))] == before
    assert store.verify() == ()
    assert store.info()["removed"] == 0
