"""Documents on their way in: masked, screened, told apart from what is already there, cut and encoded."""

import logging
from dataclasses import replace
from datetime import datetime

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assist.documents import Audience, Document, Fact, Kind, Span
from assist.errors import IngestError, InputError, MalformedRecordError, UnsupportedFormatError
from assist.ingest import Skipped
from assist.loading import (
    ENCODE_BATCH,
    AddReport,
    changed_only,
    log_report,
    make_records,
    raise_first,
    report,
    screen_all,
    with_product_ids,
)
from assist.settings import ChunkSettings
from assist.store.codec import digest
from assist.testing import HashingEncoder

PHONE = "13912345678"


def answer(text, question="几天能退", **attributes):
    attributes = {"question": question, "answer": text, **attributes}
    return Document("p:1", f"{question}\n{text}", kind=Kind.PAST_ANSWER, attributes=attributes)


def everything(document):
    return "".join([document.text, document.title, *document.attributes.values()])


@pytest.mark.parametrize("kind", list(Kind))
def test_personal_data_is_masked_in_title_attributes_and_text(kind):
    document = Document(
        "d1", f"有事打{PHONE}，谢谢。", kind=kind, title=f"联系 {PHONE}", attributes={"note": f"电话{PHONE}"}
    )
    screened = screen_all([document], "raise")
    (clean,) = screened.documents
    assert PHONE not in everything(clean)
    assert "谢谢" in clean.text
    assert screened.masked >= 3


@settings(deadline=None)
@given(before=st.text("棉质退货。\n", max_size=8), after=st.text("棉质退货。\n", max_size=8))
def test_covering_a_number_in_a_page_moves_no_other_place(before, after):
    text = f"{before}电话：{PHONE}。容量：4L{after}"
    at = text.index("容量")
    document = Document("d1", text, kind=Kind.PRODUCT, facts=(Fact("容量", "4L", Span(at, at + 5)),))
    (clean,) = screen_all([document], "raise").documents
    assert len(clean.text) == len(text)
    assert PHONE not in clean.text
    assert clean.facts == document.facts
    assert clean.facts[0].span.of(clean.text) == "容量：4L"


def test_a_fact_that_holds_personal_data_goes():
    text = f"售后电话：{PHONE}"
    document = Document("d1", text, kind=Kind.PRODUCT, facts=(Fact("售后电话", PHONE, Span(0, len(text))),))
    assert screen_all([document], "raise").documents[0].facts == ()


def test_a_clean_document_passes_untouched():
    document = Document("d1", "签收后7天内可以退货。", title="退货")
    screened = screen_all([document], "raise")
    assert screened.documents == (document,)
    assert (screened.masked, screened.blocked) == (0, ())


def test_an_approved_answer_is_laid_out_anew():
    (clean,) = screen_all([answer("7天内都可以退的哦。")], "raise").documents
    question, said = clean.blocks
    assert question.span.of(clean.text) == "几天能退"
    assert said.span.of(clean.text) == "7天内都可以退的哦。"
    assert clean.attributes["state"] == "approved"
    assert clean.audience is Audience.BUYER


@pytest.mark.parametrize(
    ("text", "reason"),
    [(f"打我电话{PHONE}哦", "pii"), ("加我微信聊，wx：abc12345", "pii"), ("给好评返5元红包哦", "")],
)
def test_a_blocked_answer_is_kept_inside_with_its_reason(text, reason):
    screened = screen_all([answer(text)], "raise")
    (kept,) = screened.documents
    assert kept.attributes["state"] == "blocked"
    assert kept.audience is Audience.INTERNAL
    assert reason in kept.attributes["state_reason"]
    assert screened.blocked == (("p:1", kept.attributes["state_reason"]),)


def test_the_state_a_file_gives_stays_and_a_bare_answer_is_its_text():
    (stale,) = screen_all([answer("可以退的。", state="stale")], "raise").documents
    assert stale.attributes["state"] == "stale"
    (bare,) = screen_all([Document("p", "可以退的。", kind=Kind.PAST_ANSWER)], "raise").documents
    assert bare.text == bare.attributes["answer"] == "可以退的。"
    assert [block.span.of(bare.text) for block in bare.blocks] == ["可以退的。"]


def test_what_is_no_document_is_refused_or_reported():
    with pytest.raises(InputError, match="got dict"):
        screen_all([{"id": "x"}], "raise")
    screened = screen_all([{"id": "x"}, Document("d", "退货。")], "skip")
    assert [document.id for document in screened.documents] == ["d"]
    assert "dict" in screened.skipped[0].reason


@pytest.mark.parametrize("name", ["718263540102", "SM-A102", "sm-a102", "A102", "a102"])
def test_other_names_of_a_product_become_its_id(name):
    page = Document("A102", "T恤", kind=Kind.PRODUCT, aliases=("718263540102", "SM-A102"))
    asked = Document("p", "答", kind=Kind.PAST_ANSWER, product=name)
    for stored, new in [((page,), (asked,)), ((), (page, asked))]:
        assert with_product_ids(new, stored)[-1].product == "A102"


def test_an_unknown_product_keeps_the_name_it_was_given():
    asked = Document("p", "答", kind=Kind.PAST_ANSWER, product="ZZ9")
    assert with_product_ids([asked, Document("r", "规则")], []) == (asked, Document("r", "规则"))


def test_only_new_and_changed_documents_are_written():
    old, same, new = Document("a", "旧"), Document("b", "同"), Document("c", "新")
    current = {"a": (digest(old),), "b": (digest(same),)}
    change = changed_only([replace(old, text="改了"), same, new], current)
    assert [document.id for document in change.write] == ["a", "c"]
    assert (change.loaded, change.changed, change.unchanged) == (("c",), ("a",), ("b",))


def test_unchanged_documents_write_nothing_at_all(assistant):
    documents = [Document("a", "签收后7天内可以退货。"), Document("b", "满59元包邮。")]
    assert assistant.add(documents).loaded == ("a", "b")
    revision = assistant.info()["revision"]
    again = assistant.add(documents)
    assert (again.loaded, again.changed, again.unchanged, again.chunks) == ((), (), ("a", "b"), 0)
    assert assistant.info()["revision"] == revision
    assert assistant.add([replace(documents[0], title="退货")]).changed == ("a",)


def test_records_hold_chunks_with_unit_vectors_in_batches():
    documents = [Document(f"d{n}", f"第{n}条规则，七天内可以退货。") for n in range(ENCODE_BATCH + 3)]
    seen = []
    records = make_records(
        documents,
        HashingEncoder(8),
        ChunkSettings(),
        lambda done, total, what: seen.append((done, total, what)),
    )
    assert [record.document.id for record in records] == [document.id for document in documents]
    total = sum(len(record.chunks) for record in records)
    assert seen == [(ENCODE_BATCH, total, "encode"), (total, total, "encode")]
    for record in records:
        assert record.embeddings.shape == (len(record.chunks), 8)
        np.testing.assert_allclose(np.linalg.norm(record.embeddings, axis=1), 1.0, atol=1e-5)
    assert make_records([], HashingEncoder(8), ChunkSettings()) == []


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        ("MalformedRecordError", MalformedRecordError),
        ("UnsupportedFormatError", UnsupportedFormatError),
        ("IngestError", IngestError),
    ],
)
def test_the_first_fault_becomes_its_error_only_when_asked(error, kind):
    faults = [
        Skipped(path="a.md", line=None, reason="只是提醒", error=""),
        Skipped(path="b.csv", line=3, reason="缺列", error=error),
    ]
    raise_first(faults, "skip")
    raise_first(faults[:1], "raise")
    with pytest.raises(kind, match=r"b\.csv:3: 缺列") as caught:
        raise_first(faults, "raise")
    assert type(caught.value) is kind
    assert (caught.value.path, caught.value.line) == ("b.csv", 3)


def test_a_report_counts_and_its_log_holds_no_words(caplog):
    screened = screen_all([answer(f"打{PHONE}"), "x"], "skip")
    change = changed_only(screened.documents, {})
    records = make_records(change.write, HashingEncoder(8), ChunkSettings())
    made = report(screened, change, records, [Skipped("f", 1, "坏行", "IngestError")])
    assert made.loaded == ("p:1",)
    assert (len(made.skipped), len(made.blocked)) == (2, 1)
    assert made.chunks == len(records[0].chunks)
    with caplog.at_level(logging.INFO):
        log_report(made, 7, datetime(2026, 11, 20))
    assert "loaded 1" in caplog.text
    assert "几天能退" not in caplog.text
    assert AddReport() == AddReport(masked=0)
