"""Search over a small store: every limit holds before the cut at k."""

from dataclasses import replace
from datetime import datetime

import numpy as np
import pytest

from assist.documents import Audience, Kind
from assist.errors import InputError
from assist.retrieve.lanes import Retriever, Scope, Wanted
from assist.retrieve.reranker import Reranker
from assist.settings import SearchSettings
from unit.store.records import DAY2, DAY3, ENCODER, dated, open_store, record

NOTE = "退货运费由内部承担，不对外说。"


@pytest.fixture(scope="module")
def view(tmp_path_factory):
    with open_store(tmp_path_factory.mktemp("lanes") / "s.assist") as store:
        store.apply(
            add=[
                record("returns", "退货运费由买家承担。\n七天内可以退货。", title="退货"),
                record("old", "退货运费由商家承担。", validity=dated(None, "2026-11-02")),
                record("note", NOTE, audience=Audience.INTERNAL),
                record("A102", "面料成分是棉。\n退货附运费险。", kind=Kind.PRODUCT, aliases=("690123",)),
                record("B101", "鞋面是网布。\n退货附运费险。", kind=Kind.PRODUCT),
                record("p1", "退货运费谁出\n您承担哦", kind=Kind.PAST_ANSWER, product="A102"),
                record("p2", "退货运费谁出\n您承担哦", kind=Kind.PAST_ANSWER, product="A102"),
            ],
            replaced_at=datetime(2026, 1, 1),
        )
        yield store.view()


@pytest.fixture
def retriever(view):
    return Retriever(view, ENCODER, SearchSettings())


def found(retriever, query="退货运费", k=20, scope=None, **options):
    return retriever.search([query], k, [scope or Scope()], **options)[0]


def ids(hits):
    return {hit.document.id for hit in hits}


def test_hits_come_best_first_ranked_from_one_as_slices_of_their_documents(retriever):
    hits = found(retriever)
    assert [hit.rank for hit in hits] == list(range(1, len(hits) + 1))
    scores = [hit.score for hit in hits]
    assert scores == sorted(scores, reverse=True)
    for hit in hits:
        assert hit.chunk.span.of(hit.document.text) == hit.chunk.text
        assert hit.lanes.keys() <= {"dense", "sparse"}
        assert hit.lanes


@pytest.mark.parametrize(
    ("scope", "inside", "outside"),
    [
        (Scope(kinds=(Kind.POLICY,)), {"returns", "old", "note"}, {"A102", "p1"}),
        (Scope(audiences=(Audience.BUYER,)), {"returns"}, {"note"}),
        (Scope(products=("A102",)), {"A102", "returns"}, {"B101"}),
        (Scope(products=("690123",)), {"A102", "returns"}, {"B101"}),
        (Scope(products=()), {"returns"}, {"A102", "B101", "p1", "p2"}),
        (Scope(moments=(DAY3,)), {"returns"}, {"old"}),
        (Scope(moments=(datetime(2026, 11, 1, 9),)), {"returns", "old"}, set()),
        (Scope(moments=(DAY3, datetime(2026, 11, 1))), {"returns", "old"}, set()),
    ],
)
def test_a_scope_lets_in_what_it_says_and_nothing_else(retriever, scope, inside, outside):
    seen = ids(found(retriever, scope=scope, distinct=False))
    assert inside <= seen
    assert not seen & outside


def test_validity_ends_at_its_first_moment(retriever):
    at_end = Scope(moments=(DAY2.replace(hour=0),))
    assert "old" not in ids(found(retriever, scope=at_end, distinct=False))


def test_limits_apply_before_the_cut(retriever):
    (hit,) = found(retriever, k=1, scope=Scope(kinds=(Kind.PRODUCT,), products=("B101",)))
    assert hit.document.id == "B101"


def test_excluded_documents_are_out(retriever, view):
    number = next(n for n in range(len(view.documents)) if view.documents[n].id == "returns")
    scope = Scope(excluded_documents=frozenset({number}))
    assert "returns" not in ids(found(retriever, scope=scope, distinct=False))


def test_near_duplicates_collapse_into_one_that_counts_them(retriever):
    scope = Scope(kinds=(Kind.PAST_ANSWER,))
    every = found(retriever, scope=scope, distinct=False)
    distinct = found(retriever, scope=scope)
    assert len(distinct) < len(every)
    assert sum(hit.duplicates for hit in distinct) == len(every)
    assert len({hit.chunk.text for hit in distinct}) == len(distinct)


def test_a_batch_finds_what_each_query_finds_alone(retriever):
    queries = ["退货运费", "面料成分", "", "鞋面"]
    scopes = [Scope(), Scope(kinds=(Kind.PRODUCT,)), Scope(), Scope(products=("B101",))]
    batch = retriever.search(queries, 3, scopes)
    assert batch[2] == ()
    for query, scope, hits in zip(queries, scopes, batch, strict=True):
        assert [hit.chunk for hit in hits] == [hit.chunk for hit in found(retriever, query, 3, scope)]


def test_vectors_may_be_given(retriever):
    vectors = np.asarray(ENCODER.encode(["退货运费"], kind="query"))
    assert found(retriever, vectors=vectors) == found(retriever)


def test_an_empty_scope_and_an_unknown_product_find_only_what_belongs_to_no_product(retriever):
    assert not ids(found(retriever, scope=Scope(products=("ZZ9",)))) & {"A102", "B101", "p1", "p2"}
    assert found(retriever, scope=Scope(products=(), kinds=(Kind.PRODUCT,))) == ()


def test_a_scope_is_read_from_what_callers_give():
    scope = Scope.read(
        product="A102", kinds=["policy", Kind.PRODUCT], moment=DAY2, filters={"audience": "buyer"}
    )
    assert scope == Scope(("A102",), (Kind.POLICY, Kind.PRODUCT), (Audience.BUYER,), (DAY2,))
    assert Scope.read(product=None, kinds=None, moment=None, filters=None) == Scope()


@pytest.mark.parametrize(
    ("limits", "message"),
    [
        ({"kinds": ["rules"]}, "quick_reply"),
        ({"filters": {"colour": "red"}}, "unknown filter 'colour'; known: audience"),
        ({"filters": {"audience": "everyone"}}, "internal"),
    ],
)
def test_unknown_limits_are_refused_and_the_known_ones_listed(limits, message):
    with pytest.raises(InputError, match=message):
        Scope.read(**{"product": None, "kinds": None, "moment": None, "filters": None, **limits})


def test_a_search_that_is_remembered_finds_what_a_fresh_one_finds(view):
    remembering = Retriever(view, ENCODER, SearchSettings(), kept=64)
    before = [
        Scope(moments=(day,), products=products) for day in (DAY2, DAY3) for products in (None, ("A102",))
    ]
    wanted = [
        Wanted(text, scope, k, distinct)
        for text in ("退货运费", "面料", "", "没有的词")
        for scope in before
        for k in (1, 5)
        for distinct in (True, False)
    ]
    fresh = Retriever(view, ENCODER, SearchSettings()).search_each(wanted)
    assert remembering.search_each(wanted) == fresh
    assert remembering.search_each(wanted) == fresh
    again = remembering.search_each([*reversed(wanted), *wanted])
    assert again == [*reversed(fresh), *fresh]


def test_the_same_words_with_another_vector_are_another_search(view):
    remembering = Retriever(view, ENCODER, SearchSettings(dense_weight=1.0), kept=64)
    wanted = [Wanted("退货运费", Scope(), 3)]
    one, other = ENCODER.encode(["退货运费", "鞋面是网布"])
    first = remembering.search_each(wanted, vectors=one[None])
    second = remembering.search_each(wanted, vectors=other[None])
    assert second == Retriever(view, ENCODER, SearchSettings(dense_weight=1.0)).search_each(
        wanted, vectors=other[None]
    )
    assert first != second


def test_ranked_hits_need_the_encoder_that_the_reranker_was_learnt_with(view):
    with pytest.raises(InputError, match="search without it"):
        Retriever(view, ENCODER, SearchSettings(ranked=True))


def test_ranked_hits_are_those_of_the_mix_in_another_order(view, monkeypatch):
    plain = Reranker.bundled()
    fitting = replace(plain, encoder=ENCODER.identity.revision)
    monkeypatch.setattr(Reranker, "bundled", lambda: fitting)
    ranked = Retriever(view, ENCODER, SearchSettings(ranked=True))
    mixed = Retriever(view, ENCODER, SearchSettings())
    (first,), (second,) = (one.search(["退货运费"], 20, [Scope()], distinct=False) for one in (ranked, mixed))
    assert {hit.chunk.text for hit in first} == {hit.chunk.text for hit in second}
    assert [hit.rank for hit in first] == list(range(1, len(first) + 1))
    assert [hit.score for hit in first] == [hit.score for hit in second]
    assert ranked.search([""], 5, [Scope()]) == [()]
