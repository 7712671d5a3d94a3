from dataclasses import replace

import numpy as np
import pytest

from assist.encoder.base import EncoderIdentity
from assist.errors import EncoderError, InputError, StoreError, StoreMismatchError, StoreNotFoundError
from assist.store import reencoding
from assist.store.local import LocalStore
from assist.store.reencoding import reencode_store
from assist.testing import HashingEncoder
from assist.text.chunk import embed_text
from unit.store.records import open_store, record, sample, texts


class Other(HashingEncoder):
    """Another encoder, which counts, and can be interrupted before any batch."""

    def __init__(self, dim=24, name="other", before=None):
        super().__init__(dim)
        self._identity = EncoderIdentity(name=name, revision="7", dim=dim)
        self.before = before
        self.encoded = []

    def encode(self, texts, *, kind="passage"):
        if self.before is not None:
            self.before()
        self.encoded += texts
        return super().encode(texts, kind=kind)


@pytest.fixture
def shop(tmp_path, monkeypatch):
    monkeypatch.setattr(reencoding, "BATCH", 3)
    monkeypatch.setattr(reencoding, "_LAST", 2)
    with open_store(tmp_path / "shop") as store:
        store.apply(add=[*sample(), record("old", "旧的。"), record("gone", "要删掉的。\n\n两行。")])
        store.apply(add=[record("old", "新的。\n\n有两行。")], remove=["gone"])
    return tmp_path / "shop"


def vectors_of(shop, encoder):
    """Check that a store holds exactly what loading it with an encoder would have made; give its rows."""
    with LocalStore.open(shop, encoder=encoder.identity) as store:
        assert store.verify() == ()
        view = store.view()
        passages = [embed_text(view.document_of(row), view.chunk(row)) for row in range(len(view))]
        expected = HashingEncoder(encoder.identity.dim).encode(passages)
        np.testing.assert_array_equal(view.vectors, expected)
        return texts(store)


def test_every_chunk_gets_the_new_vector(shop):
    with open_store(shop) as store:
        before = texts(store)
    steps = []
    revision = reencode_store(shop, Other(), progress=lambda *step: steps.append(step))
    assert revision == 3
    assert vectors_of(shop, Other()) == before
    assert steps[0] == (3, len(before), "encode")
    assert [done for done, _, _ in steps] == sorted(done for done, _, _ in steps)


def test_the_old_encoder_is_refused_by_name_and_told_the_way(shop):
    reencode_store(shop, Other())
    with pytest.raises(StoreMismatchError, match="expected other@7, d=24, found hashing@1, d=16") as caught:
        open_store(shop)
    assert "assist reencode" in str(caught.value)


def test_a_killed_run_goes_on_where_it_stopped(shop):
    calls = []

    def stop():
        calls.append(1)
        if len(calls) == 3:
            raise KeyboardInterrupt

    first = Other(before=stop)
    with pytest.raises(KeyboardInterrupt):
        reencode_store(shop, first)
    with open_store(shop) as store:  # still the old encoder's
        assert store.info()["reencoded"] == 6
        total = len(store.view())
        assert store.verify() == ()
    second = Other()
    reencode_store(shop, second)
    assert len(second.encoded) == total - 6
    vectors_of(shop, Other())


def test_others_read_and_write_meanwhile(shop):
    with open_store(shop) as writer, open_store(shop, read_only=True) as reader:
        changes = [
            lambda: writer.apply(add=[record("late", "后来的。\n\n一。\n\n二。\n\n三。")]),
            lambda: writer.apply(remove=["returns"]),
            lambda: writer.apply(add=[record("A102", "换了一页。")]),
        ]

        def change():
            if changes:
                changes.pop(0)()
                assert texts(reader) == texts(writer)

        reencode_store(shop, Other(before=change))
        assert not changes
        for use in (reader.view, writer.view, lambda: writer.apply(add=[record("x", "来晚了。")])):
            with pytest.raises(StoreMismatchError, match="expected other"):
                use()
    found = vectors_of(shop, Other())
    assert "后来的。" in found
    assert "换了一页。" in found


def test_another_target_starts_anew_and_the_first_run_gives_up(shop):
    other = Other(dim=8, name="second")
    started = []

    def start_other():
        if not started:
            started.append(1)
            reencode_store(shop, other)

    with pytest.raises(StoreError, match="another re-encoding"):
        reencode_store(shop, Other(before=start_other))
    vectors_of(shop, other)


def test_the_encoder_it_has_drops_what_was_gathered(shop):
    calls = []

    def stop():
        calls.append(1)
        if len(calls) == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        reencode_store(shop, Other(before=stop))
    with open_store(shop) as store:
        assert store.info()["reencoded"] == 3
        revision = store.revision
    assert reencode_store(shop, HashingEncoder(16)) == revision
    with open_store(shop) as store:
        assert store.info()["reencoded"] == 0


def test_an_encoder_that_gives_nonsense_changes_nothing(shop):
    class Short(Other):
        def encode(self, texts, *, kind="passage"):
            return super().encode(texts, kind=kind)[1:]

    class Zero(Other):
        def encode(self, texts, *, kind="passage"):
            return super().encode(texts, kind=kind) * 0

    with pytest.raises(EncoderError, match="vectors for 3 texts"):
        reencode_store(shop, Short())
    with pytest.raises(InputError, match="unit L2 norm"):
        reencode_store(shop, Zero())
    with open_store(shop) as store:
        assert store.verify() == ()


def test_an_empty_store_changes_its_encoder(tmp_path):
    open_store(tmp_path).close()
    assert reencode_store(tmp_path, Other()) == 1
    with LocalStore.open(tmp_path, encoder=replace(Other().identity)) as store:
        assert len(store.view()) == 0


def test_no_store_is_named(tmp_path):
    with pytest.raises(StoreNotFoundError):
        reencode_store(tmp_path, Other())
