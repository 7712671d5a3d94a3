"""The lanes of an evaluation are those of a search; chunks fold to documents by their best one."""

import numpy as np

from assist.documents import Document
from assist.evaluate.lanes import fold_rows, run_lanes
from assist.loading import make_records
from assist.retrieve.lanes import Retriever, Scope
from assist.settings import ChunkSettings, SearchSettings
from assist.store.local import LocalStore
from assist.testing import HashingEncoder
from unit.evaluate.tiny_set import PASSAGES, QUERIES


def test_a_document_stands_where_its_best_chunk_stands():
    document = np.array([0, 0, 1, 2, 2], dtype=np.int32)
    rows = np.array([[4, 1, 3, 0, 2, -1], [2, -1, -1, -1, -1, -1]])
    assert fold_rows(rows, document, 4).tolist() == [[2, 0, 1, -1], [1, -1, -1, -1]]
    assert fold_rows(rows, document, 2).tolist() == [[2, 0], [1, -1]]


def test_the_hybrid_finds_what_a_search_finds(tmp_path):
    encoder, settings = HashingEncoder(), SearchSettings()
    documents = [Document(id=id, text=text) for id, text in PASSAGES.items()]
    with LocalStore.open(tmp_path / "s.assist", encoder=encoder.identity, create=True) as store:
        store.apply(add=make_records(documents, encoder, ChunkSettings()))
        view = store.view()
        queries = list(QUERIES.values())
        runs = run_lanes(view, encoder, queries, settings=settings, mixes={"hybrid": 0.6}, depth=4, jobs=2)
        found = Retriever(view, encoder, settings).search(queries, 4, [Scope()] * 5, distinct=False)
        names = [document.id for document in view.documents]
        for line, hits in zip(runs["hybrid"].tolist(), found, strict=True):
            assert [names[number] for number in line if number >= 0] == [hit.document.id for hit in hits]
    assert runs["dense"].shape == (5, 4)
