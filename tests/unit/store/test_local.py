import threading
from dataclasses import replace
from datetime import datetime

import numpy as np
import pytest

from assist.documents import Kind, Validity
from assist.errors import DimensionError, InputError, StoreError, StoreLockedError
from assist.settings import StoreSettings
from assist.shop import ShopProfile
from assist.store.base import Record, Store
from assist.store.codec import digest
from unit.store.records import DAY1, DAY2, DAY3, ENCODER, dated, open_store, record, record_of, sample, texts


@pytest.fixture
def store(tmp_path):
    with open_store(tmp_path) as opened:
        opened.apply(add=sample(), replaced_at=DAY1)
        yield opened


def test_it_is_a_store(store):
    assert isinstance(store, Store)


def test_unchanged_documents_cost_nothing(store):
    assert store.apply(add=sample()) == 1
    assert store.revision == 1
    view = store.view()
    assert store.apply(add=[replace(sample()[0])]) == 1
    assert store.view() is view


def test_current_gives_digests(store):
    assert store.current() == {one.document.id: (digest(one.document),) for one in sample()}


def test_a_moved_file_is_unchanged(store):
    moved = replace(sample()[0].document, source="elsewhere.md:7")
    assert store.apply(add=[record_of(moved)]) == 1


def test_a_changed_title_is_noticed_though_the_text_is_the_same(store):
    changed = record_of(replace(sample()[0].document, title="退换货"))
    assert store.apply(add=[changed]) == 2
    assert store.document("returns").title == "退换货"
    assert len(store.view()) == 8


def test_a_new_text_replaces_the_old_which_stays_citable(store):
    old = store.document("returns")
    store.apply(add=[record("returns", "十五天无理由退货。")], replaced_at=DAY2)
    assert store.document("returns").text == "十五天无理由退货。"
    assert store.document("returns", version=old.version) == old
    assert store.document("returns", on=DAY1) == old
    assert store.document("returns", on=DAY3).text == "十五天无理由退货。"
    assert "十五天无理由退货。" in texts(store)
    assert not set(texts(store)) & {old.text[:8]}


def test_going_back_to_an_old_text_makes_it_live_again(store):
    first = store.document("returns")
    store.apply(add=[record("returns", "改。")], replaced_at=DAY2)
    store.apply(add=sample()[:1], replaced_at=DAY3)
    assert store.document("returns") == first
    assert store.verify() == ()


def test_versions_of_two_years_live_side_by_side(store):
    last = record("freight", "满九十九元包邮。", validity=dated("2025-01-01"))
    this = record("freight", "满五十九元包邮。", validity=dated("2026-01-01"))
    store.apply(add=[this])
    store.apply(add=[last])
    assert len(store.current()["freight"]) == 2
    assert store.document("freight", on=dated("2025-06-01").valid_from).text == "满九十九元包邮。"
    assert store.document("freight", on=dated("2026-06-01").valid_from).text == "满五十九元包邮。"
    clipped = store.document("freight", version=last.document.version)
    assert clipped.validity == dated("2025-01-01", "2026-01-01")
    assert len(store.view().rows_of("freight")) == 2
    assert store.apply(add=[last, this]) == store.revision  # both are live as they stand
    with pytest.raises(InputError, match="'freight' valid on 2024"):
        store.document("freight", on=dated("2024-06-01").valid_from)


def test_a_contradiction_in_one_call_changes_nothing(store):
    before = texts(store)
    with pytest.raises(InputError, match="given twice"):
        store.apply(add=[record("a", "甲。"), record("b", "乙。"), record("a", "丙。")])
    assert (store.revision, texts(store)) == (1, before)
    assert store.apply(add=[record("a", "甲。"), record("a", "甲。")]) == 2
    assert len(store.view().rows_of("a")) == 1


def test_a_removed_document_is_gone_at_once(store):
    version = store.document("returns").version
    store.apply(remove=["returns", "never seen"], replaced_at=DAY2)
    assert "returns" not in store.current()
    assert [document.id for document in store.documents()] == ["shipping", "A102"]
    assert len(store.view().rows_of("returns")) == 0
    with pytest.raises(InputError, match="'returns'"):
        store.document("returns")
    with pytest.raises(InputError, match="'returns'"):
        store.document("returns", on=DAY3)
    assert store.document("returns", version=version).version == version
    assert store.apply(remove=["returns"]) == store.revision


def test_removing_and_adding_in_one_call_starts_anew(store):
    store.apply(remove=["returns"], add=sample()[:1])
    assert store.revision == 2
    assert len(store.view()) == 8
    assert store.verify() == ()


def test_removing_takes_all_versions(store):
    old = store.document("returns").version
    store.apply(add=[record("returns", "新。")])
    store.apply(remove=["returns"])
    store.compact()
    with pytest.raises(InputError):
        store.document("returns", version=old)


def test_unknown_documents_are_named(store):
    for options in ({}, {"version": "0" * 64}, {"on": DAY1}):
        with pytest.raises(InputError, match="'nowhere'"):
            store.document("nowhere", **options)
    with pytest.raises(InputError, match="in version 00"):
        store.document("returns", version="00")


def test_documents_by_kind(store):
    assert [one.id for one in store.documents(kinds=[Kind.PRODUCT])] == ["A102"]
    assert [one.id for one in store.documents(kinds=[Kind.POLICY, Kind.PRODUCT])] == [
        "returns",
        "shipping",
        "A102",
    ]
    assert store.documents(kinds=[]) == ()
    assert store.documents() == tuple(one.document for one in sample())


def break_ordinal(one):
    return replace(one, chunks=one.chunks[::-1])


def break_text(one):
    return replace(one, chunks=(replace(one.chunks[0], text="别的"), *one.chunks[1:]))


def break_version(one):
    return replace(one, chunks=(replace(one.chunks[0], version="0"), *one.chunks[1:]))


def break_count(one):
    return replace(one, embeddings=one.embeddings[:-1])


def break_dim(one):
    return replace(one, embeddings=np.ones((len(one.chunks), 3), dtype=np.float32))


def break_norm(one):
    return replace(one, embeddings=one.embeddings * 2)


def break_nan(one):
    return replace(one, embeddings=one.embeddings * np.float32("nan"))


def break_zone(one):
    from datetime import datetime, timezone

    document = replace(one.document, validity=Validity(datetime(2026, 1, 1, tzinfo=timezone.utc)))
    return replace(one, document=document)


def break_id(one):
    return record("半\ud83d", one.document.text)


@pytest.mark.parametrize(
    "damage",
    [
        break_ordinal,
        break_text,
        break_version,
        break_count,
        break_dim,
        break_norm,
        break_nan,
        break_zone,
        break_id,
    ],
)
def test_an_impossible_record_changes_nothing(tmp_path, damage):
    with open_store(tmp_path) as store:
        good, bad = sample()[1], damage(sample()[0])
        with pytest.raises(InputError) as caught:
            store.apply(add=[good, bad], remove=["A102"])
        assert (store.revision, store.current()) == (0, {})
        assert isinstance(caught.value, DimensionError) == (damage in (break_count, break_dim))


def test_moments_must_be_naive(store):
    from datetime import datetime, timezone

    aware = datetime(2026, 1, 1, tzinfo=timezone.utc)
    with pytest.raises(InputError, match="naive"):
        store.apply(remove=["returns"], replaced_at=aware)
    with pytest.raises(InputError, match="naive"):
        store.document("returns", on=aware)


def test_a_document_without_chunks_is_kept_but_not_found(store):
    document = sample()[0].document
    empty = replace(document, id="silent")
    store.apply(add=[Record(empty, (), np.empty((0, 16), dtype=np.float32))])
    assert store.document("silent").text == document.text
    assert len(store.view().rows_of("silent")) == 0
    assert store.verify() == ()


def test_the_profile_is_kept(store, tmp_path):
    profile = ShopProfile(name="小店", words=("无理由退货",))
    assert store.apply(profile=profile) == 2
    assert store.apply(profile=profile) == 2
    assert store.profile == profile
    assert store.view().tokenizer.words("七天无理由退货") == ["七天", "无理由退货"]
    with open_store(tmp_path, read_only=True) as reader:
        assert reader.profile == profile


def test_new_words_cut_every_chunk_anew(store, tmp_path):
    word = "由买家承"  # no dictionary has it
    assert not sparse_rows(store, word)
    store.apply(profile=ShopProfile(words=(word,)))
    assert sparse_rows(store, word)
    with open_store(tmp_path) as again:
        assert sparse_rows(again, word)


def sparse_rows(store, word):
    view = store.view()
    rows, scores = view.sparse.search([[word]], 3)
    return [int(row) for row, score in zip(rows[0], scores[0], strict=True) if row >= 0 and score > 0]


def test_a_profile_change_alone_keeps_the_lanes(store):
    lanes = store.view().lanes
    store.apply(profile=ShopProfile(name="新名字"))
    assert store.view().lanes is lanes
    assert store.view().revision == 2


def test_a_reader_notices_the_commit_of_another_store_object(store, tmp_path):
    with open_store(tmp_path, read_only=True) as reader:
        old = reader.view()
        store.apply(remove=["shipping"])
        assert reader.revision == 2
        new = reader.view()
        assert (old.revision, new.revision) == (1, 2)
        assert len(new) < len(old)
        assert [old.chunk(row).document_id for row in range(len(old))].count("shipping") > 0


def test_a_read_only_store_refuses_every_write(store, tmp_path):
    with open_store(tmp_path, read_only=True) as reader:
        for write in (
            lambda: reader.apply(remove=["returns"]),
            lambda: reader.apply(add=[record("x", "新。")]),
            lambda: reader.set_state(["returns"], "approved", ""),
            lambda: reader.log_suggestion("s", {}, at=DAY1),
            lambda: reader.add_feedback("s", at=DAY1),
            reader.compact,
        ):
            with pytest.raises(StoreError, match="reading only"):
                write()
        assert reader.revision == 1


def test_a_closed_store_says_so(tmp_path):
    store = open_store(tmp_path)
    view = store.view()
    store.close()
    store.close()
    for use in (store.view, store.current, lambda: store.revision, lambda: store.apply(remove=["x"])):
        with pytest.raises(StoreError, match="closed"):
            use()
    assert len(view) == 0


def test_a_second_writer_gets_an_error_and_readers_do_not(store, tmp_path):
    settings = StoreSettings(busy_timeout_s=0.01)
    with open_store(tmp_path, settings=settings) as second, store._connections.writing() as connection:
        connection.execute("DELETE FROM states")
        with pytest.raises(StoreLockedError, match="another writer"):
            second.apply(remove=["returns"])
        assert len(second.view()) == 8
        assert second.document("returns").id == "returns"
    with open_store(tmp_path) as third:
        assert third.apply(remove=["returns"]) == 2


def test_threads_read_while_one_writes(store):
    """Every view is of one commit: document n and its twin are always both there, with the same text."""
    problems: list[object] = []
    stop = threading.Event()

    def read() -> None:
        while not stop.is_set():
            view = store.view()
            by_id = {view.chunk(row).document_id: view.chunk(row).text for row in range(len(view))}
            if by_id.get("twin-a") != by_id.get("twin-b"):
                problems.append(by_id)

    threads = [threading.Thread(target=read) for _ in range(3)]
    for thread in threads:
        thread.start()
    for number in range(8):
        store.apply(add=[record("twin-a", f"第{number}版。"), record("twin-b", f"第{number}版。")])
    stop.set()
    for thread in threads:
        thread.join()
    assert problems == []


def test_threads_write_in_turn(store):
    failures: list[Exception] = []

    def write(number: int) -> None:
        try:
            store.apply(add=[record(f"thread-{number}", f"第{number}条。")])
        except Exception as exc:
            failures.append(exc)

    threads = [threading.Thread(target=write, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert store.revision == 7
    assert len(store.view()) == 14
    assert store.verify() == ()


def test_odd_text_is_kept_as_it_is(store):
    text = "一\0二\ud83d三👨‍👩‍👧\r\n四\u200b"
    store.apply(add=[record("odd", text)])
    assert store.document("odd").text == text
    assert store.verify() == ()


def test_a_store_reopens_as_it_was(store, tmp_path):
    before = (store.current(), texts(store), np.array(store.view().vectors), store.documents())
    store.close()
    with open_store(tmp_path, create=False) as again:
        after = (again.current(), texts(again), np.array(again.view().vectors), again.documents())
    assert [before[i] for i in (0, 1, 3)] == [after[i] for i in (0, 1, 3)]
    np.testing.assert_array_equal(before[2], after[2])


@pytest.mark.parametrize("count", [89, 90, 91, 180, 231])
def test_many_rows_of_one_call_are_all_kept(tmp_path, count):
    many = [record(f"d{number}", f"第{number}条", aliases=(f"n{number}",)) for number in range(count)]
    whole = record("whole", "\n".join(f"第{number}行" for number in range(count)))
    with open_store(tmp_path / "many") as store:
        store.apply(add=[*many, whole])
        assert store.verify() == ()
        assert sorted(texts(store)) == sorted(chunk.text for one in (*many, whole) for chunk in one.chunks)
        assert [document.id for document in store.documents()] == [one.document.id for one in (*many, whole)]


def test_embeddings_are_kept_bit_for_bit(store):
    vectors = np.concatenate([one.embeddings for one in sample()])
    np.testing.assert_array_equal(store.view().vectors, vectors)
    assert store.view().vectors.dtype == np.float32
    assert vectors.shape[1] == ENCODER.identity.dim


def test_a_list_of_documents_reads_again_only_what_changed(store):
    before = store.documents()
    store.apply(add=[record("returns", "十五天内可退。")])
    after = store.documents()
    assert [one.id for one in after] == ["shipping", "A102", "returns"]
    assert after[0] is before[1]
    assert after[1] is before[2]
    assert after[2].text == "十五天内可退。"


def test_a_list_of_documents_shows_the_end_that_a_version_got(store):
    store.apply(add=[record("rule", "旧。", validity=dated("2026-01-01"))])
    assert store.documents()[-1].validity.valid_to is None
    store.apply(add=[record("rule", "新。", validity=dated("2026-06-01"))])
    assert store.documents()[-2].validity.valid_to == datetime(2026, 6, 1)
