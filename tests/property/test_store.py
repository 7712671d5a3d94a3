"""Any sequence of changes answers as a fresh store of the final state does."""

from __future__ import annotations

import tempfile
from dataclasses import fields
from datetime import datetime
from pathlib import Path

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from assist.documents import Asset, Block, BlockKind, Cell, Document, Fact, Kind, Row, Span, Table
from assist.settings import StoreSettings
from assist.shop import ShopProfile
from assist.store.codec import decode_document, digest, encode_body, to_bytes
from assist.store.local import LocalStore
from unit.store.records import DAY1, ENCODER, dated, record_of

IDS = st.sampled_from(["returns", "A102", "freight"])
WORDS = ["七天无理由退货", "运费由买家承担", "四十八小时内发货", "羽绒服", "不掉色", "满减", "发票", "A102"]
LINES = st.lists(st.sampled_from(WORDS), min_size=1, max_size=3).map("，".join)
TEXTS = st.lists(LINES, min_size=1, max_size=3).map("\n".join)
STARTS = st.sampled_from([None, "2026-01-01", "2026-06-01"])
MOMENTS = [datetime(2025, 1, 1), datetime(2026, 3, 1), datetime(2026, 7, 1)]
QUERIES = ("退货运费", "羽绒服掉色吗", "A102", "没有这个词")


@st.composite
def documents(draw):
    """Draw a document; ids that look like products are products."""
    id = draw(IDS)
    kind = Kind.PRODUCT if id[0].isupper() else Kind.POLICY
    aliases = draw(st.sampled_from([(), ("690123",), ("690124", "x")]))
    validity = dated(draw(STARTS))
    return Document(id=id, text=draw(TEXTS), kind=kind, aliases=aliases, validity=validity)


BATCHES = st.lists(documents(), max_size=3, unique_by=lambda one: one.id)


def answers(store):
    """Give everything a search could show, without the ids that differ between stores."""
    view = store.view()
    queries = ENCODER.encode(QUERIES)
    tokens = [view.tokenizer.tokens(query) for query in QUERIES]
    columns = {item.name: getattr(view.columns, item.name) for item in fields(view.columns)}
    columns.pop("ids")
    return {
        "chunks": [view.chunk(row) for row in range(len(view))],
        "documents": list(view.documents),
        "products": dict(view.product_number),
        "columns": {name: array.tolist() for name, array in columns.items()},
        "vectors": np.asarray(view.vectors).tobytes(),
        "dense": [array.tobytes() for array in view.dense.search(queries, 5)],
        "sparse": [array.tobytes() for array in view.sparse.search(tokens, 5)],
    }


class StoreMachine(RuleBasedStateMachine):
    """Changes a store in every way and compares it with a fresh one."""

    @initialize(rows=st.sampled_from([1, 6, 10_000]), first=BATCHES)
    def open(self, rows, first):
        self.folder = tempfile.TemporaryDirectory(prefix="assist-store-")
        self.settings = StoreSettings(snapshot_rows=rows)
        self.profile = ShopProfile()
        self.store = self.open_at("shop")
        self.reader = self.open_at("shop", read_only=True)
        self.write(first, [])

    def open_at(self, name, *, read_only=False):
        path = Path(self.folder.name) / name
        identity = ENCODER.identity
        return LocalStore.open(
            path, encoder=identity, create=not read_only, read_only=read_only, settings=self.settings
        )

    @rule(added=BATCHES, removed=st.lists(IDS, max_size=1))
    def change(self, added, removed):
        self.write(added, removed)

    @rule(removed=IDS)
    def remove(self, removed):
        self.write([], [removed])

    def write(self, added, removed):
        before = self.store.revision
        now = self.store.apply(add=[record_of(one) for one in added], remove=removed)
        assert now in (before, before + 1)
        for one in added:
            assert digest(one) in self.store.current()[one.id]
            assert self.store.document(one.id, version=one.version).text == one.text
        for id in set(removed) - {one.id for one in added}:
            assert id not in self.store.current()

    @rule()
    def load_again(self):
        live = [record_of(one) for one in self.store.documents()]
        clipped = any(one.document.validity.valid_to for one in live)
        if not clipped:
            assert self.store.apply(add=live) == self.store.revision

    @rule(words=st.sampled_from([(), ("由买家",), ("掉色吗", "家承")]))
    def change_words(self, words):
        self.profile = ShopProfile(words=words)
        self.store.apply(profile=self.profile)

    @rule(removed=IDS, again=st.booleans())
    def remove_and_compact(self, removed, again):
        self.write([], [removed])
        self.store.compact()
        if again:
            self.reopen()

    def reopen(self):
        self.store.close()
        self.store = self.open_at("shop")

    @rule(id=IDS)
    def use_the_log_and_reopen(self, id):
        revision = self.store.revision
        self.store.log_suggestion(f"s-{id}", {"document_id": id}, at=DAY1)
        self.store.add_feedback(f"s-{id}", chosen=0, at=DAY1)
        assert self.store.revision == revision
        self.reopen()

    def check(self):
        with tempfile.TemporaryDirectory() as name:
            path = Path(name) / "fresh"
            never = StoreSettings(snapshot_rows=10_000)
            with LocalStore.open(path, encoder=ENCODER.identity, create=True, settings=never) as fresh:
                fresh.apply(profile=self.profile, add=[record_of(one) for one in self.store.documents()])
                assert answers(self.store) == answers(fresh)
        assert self.store.verify() == ()

    @invariant()
    def one_version_holds_at_a_time(self):
        for moment in MOMENTS:
            ids = [one.id for one in self.store.documents() if one.validity.holds(moment)]
            assert len(ids) == len(set(ids))

    @invariant()
    def readers_agree(self):
        assert self.reader.revision == self.store.revision
        assert answers(self.reader) == answers(self.store)

    def teardown(self):
        if hasattr(self, "folder"):
            self.check()
            self.reader.close()
            self.store.close()
            self.folder.cleanup()


TestStore = StoreMachine.TestCase
TestStore.settings = settings(max_examples=6, stateful_step_count=6, deadline=None, derandomize=True)

PLAIN = st.text(min_size=0, max_size=12)
SPANS = st.tuples(st.integers(0, 50), st.integers(1, 50)).map(lambda pair: Span(pair[0], pair[0] + pair[1]))
KINDS = st.sampled_from(BlockKind)
LABELS = st.lists(PLAIN, max_size=2).map(tuple)
CELLS = st.builds(Cell, PLAIN, st.none() | SPANS)
ROWS = st.builds(Row, st.lists(CELLS, max_size=3).map(tuple), SPANS)
FULL = st.builds(
    Document,
    id=PLAIN.filter(str.strip),
    text=PLAIN.filter(str.strip),
    kind=st.sampled_from(Kind),
    title=PLAIN,
    source=PLAIN,
    product=st.none() | PLAIN,
    categories=LABELS,
    keys=LABELS,
    aliases=LABELS,
    blocks=st.lists(st.builds(Block, KINDS, SPANS, PLAIN, LABELS), max_size=2).map(tuple),
    tables=st.lists(
        st.builds(Table, KINDS, LABELS, st.lists(ROWS, max_size=2).map(tuple), PLAIN), max_size=2
    ).map(tuple),
    facts=st.lists(st.builds(Fact, PLAIN, PLAIN, SPANS, PLAIN, st.none() | PLAIN, PLAIN), max_size=2).map(
        tuple
    ),
    assets=st.lists(st.builds(Asset, PLAIN, PLAIN, PLAIN, st.none() | SPANS), max_size=2).map(tuple),
    attributes=st.dictionaries(PLAIN, PLAIN, max_size=3),
)


@given(FULL)
@settings(derandomize=True, deadline=None)
def test_every_document_survives_the_codec(document):
    body = encode_body(document)
    back = decode_document(body, to_bytes(document.text), source=document.source, validity=document.validity)
    assert back == document
    assert digest(back) == digest(document)
