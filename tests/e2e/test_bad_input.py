"""Bad input gets a clear error or a report, and nothing is lost."""

import json
import os

import pytest

from assist import Assistant, Document, IngestError, InputError
from assist.errors import MalformedRecordError, StoreNotFoundError, UnsupportedFormatError
from assist.testing import HashingEncoder

ON = "2026-11-20"


def test_an_empty_folder_says_what_was_looked_for(assistant, tmp_path):
    folder = tmp_path / "empty"
    folder.mkdir()
    with pytest.raises(InputError, match="html"):
        assistant.add_files(folder)


def test_a_gbk_csv_loads_as_written(assistant, tmp_path):
    path = tmp_path / "quick_replies.csv"
    path.write_bytes("trigger,text\n在吗,在的，您请说～\n谢谢,不客气的亲\n".encode("gb18030"))
    report = assistant.add_files(path)
    assert report.skipped == ()
    assert assistant.document(report.loaded[0]).text == "在的，您请说～"


def test_a_huge_html_file_is_refused_before_it_is_read(assistant, tmp_path):
    path = tmp_path / "huge.html"
    with path.open("wb") as file:
        file.truncate(50_000_000)
    report = assistant.add_files(path)
    assert report.loaded == ()
    (item,) = report.skipped
    assert "50" in item.reason
    with pytest.raises(IngestError, match="huge.html"):
        assistant.add_files(path, on_error="raise")


def test_scripts_and_hidden_text_never_answer(assistant, tmp_path):
    path = tmp_path / "P1.html"
    path.write_text(
        "<html><head><title>测试水杯 P1</title><script>var price='9.9元清仓';</script></head><body><h1>测试水杯 P1</h1>"
        "<p style='display:none'>隐藏价：8.8元</p><h2>商品参数</h2><table><tr><td>容量</td><td>500ml</td></tr></table>"
        "</body></html>",
        "utf-8",
    )
    assistant.add_files(path)
    text = assistant.document("P1").text
    assert "500ml" in text
    assert "9.9" not in text
    assert "8.8" not in text


def test_a_broken_line_is_reported_and_the_rest_is_loaded(assistant, tmp_path):
    rows = [
        json.dumps({"question": f"问题{n}怎么办", "answer": f"这样办第{n}种"}, ensure_ascii=False)
        for n in range(8)
    ]
    rows[6] = "{broken"
    path = tmp_path / "past_answers.jsonl"
    path.write_text("\n".join(rows), "utf-8")
    report = assistant.add_files(path)
    assert len(report.loaded) == 7
    assert report.skipped[0].line == 7
    with pytest.raises(MalformedRecordError) as caught:
        assistant.add_files(path, on_error="raise")
    assert caught.value.line == 7


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read every folder")
def test_a_folder_without_permission_is_named(assistant, tmp_path):
    folder = tmp_path / "closed"
    folder.mkdir()
    (folder / "a.md").write_text("# 规则\n\n七天内可以退货。", "utf-8")
    folder.chmod(0)
    try:
        with pytest.raises((InputError, IngestError), match="closed"):
            assistant.add_files(folder, on_error="raise")
    finally:
        folder.chmod(0o700)


def test_an_unknown_suffix_is_named(assistant, tmp_path):
    path = tmp_path / "page.xyz"
    path.write_text("?", "utf-8")
    report = assistant.add_files(path)
    assert "xyz" in report.skipped[0].reason
    with pytest.raises(UnsupportedFormatError):
        assistant.add_files(path, on_error="raise")


def test_a_folder_that_does_not_exist_is_named(assistant, tmp_path):
    with pytest.raises((InputError, IngestError), match="nowhere"):
        assistant.add_files(tmp_path / "nowhere")


@pytest.mark.parametrize("k", [0, -3])
def test_k_must_be_positive(demo, k):
    with pytest.raises(InputError, match="k must be >= 1, got"):
        demo.suggest("掉色不", k=k)
    with pytest.raises(InputError, match="k must be >= 1, got"):
        demo.search("掉色", k=k)


@pytest.mark.parametrize("message", ["", "  \n ", [], [""]])
def test_an_empty_message_is_refused(demo, message):
    with pytest.raises(InputError, match="empty"):
        demo.suggest(message)
    with pytest.raises(InputError, match="empty"):
        demo.search("")


def test_a_message_of_a_hundred_thousand_characters_is_answered(demo):
    suggestion = demo.suggest("这件衣服掉色不？" + "啊" * 100_000, product="A102", on=ON)
    assert suggestion.decision in {"suggest", "ask", "handoff", "quick"}
    assert len(suggestion.question.clean) <= 2_100


def test_a_product_that_does_not_exist_is_said_to_the_agent_and_no_page_answers(demo):
    suggestion = demo.suggest("掉色不", product="ZZ999", on=ON)
    assert [f.kind for f in suggestion.findings if f.kind == "unknown_product"]
    cited = {c.source.kind for draft in suggestion.drafts for c in draft.citations}
    assert "product" not in cited
    assert "4级" not in "".join(draft.text for draft in suggestion.drafts)


@pytest.mark.parametrize("on", ["yesterday", "2026-13-01", "20/11/2026"])
def test_a_date_that_is_none_is_refused(demo, on):
    with pytest.raises(InputError, match="ISO"):
        demo.suggest("掉色不", on=on)


def test_an_unknown_channel_lists_the_known_ones(demo):
    with pytest.raises(InputError, match="wangwang"):
        demo.suggest("掉色不", channel="fax")


def test_an_unknown_kind_lists_the_known_ones(demo):
    with pytest.raises(InputError, match="policy"):
        demo.search("退货", kinds=["rules"])


def test_hostile_text_is_plain_text(demo):
    for text in [
        "'; DROP TABLE documents; --",
        "<script>alert(1)</script>能退吗",
        "\x00\u202e\ud800退货",
        "{shop}{agent}",
    ]:
        suggestion = demo.suggest(text, product="A102", on=ON)
        assert suggestion.to_dict()["decision"]


def test_a_store_that_does_not_exist_is_named(tmp_path):
    with pytest.raises(StoreNotFoundError, match="none.assist"):
        Assistant.open(tmp_path / "none.assist", encoder=HashingEncoder())


def test_add_takes_documents_only_and_leaves_the_store_as_it_was(assistant):
    with pytest.raises(InputError, match="Document"):
        assistant.add([Document(id="a", text="七天内可以退货。"), "not a document"])
    assert assistant.info()["documents"] == {} or sum(assistant.info()["documents"].values()) == 0
    report = assistant.add([Document(id="a", text="七天内可以退货。"), "not a document"], on_error="skip")
    assert report.loaded == ("a",)
    assert len(report.skipped) == 1


def test_remove_takes_a_list(assistant):
    with pytest.raises(InputError, match="list"):
        assistant.remove("a")


def test_an_unknown_on_error_is_refused(assistant, tmp_path):
    with pytest.raises(InputError, match="on_error"):
        assistant.add([], on_error="ignore")


@pytest.mark.parametrize(
    "wrong",
    [
        {"history": "掉色吗"},
        {"history": [None]},
        {"history": [("buyer", "a", "b")]},
        {"order": [1]},
        {"customer": "x"},
        {"product": 5},
        {"on": 5},
        {"k": True},
        {"k": "3"},
    ],
)
def test_an_argument_of_the_wrong_type_is_named(demo, wrong):
    with pytest.raises(InputError, match=next(iter(wrong)) if "history" not in wrong else "turn|history"):
        demo.suggest("掉色不", **wrong)


@pytest.mark.parametrize("message", [None, 5, b"abc", [None], [1, "a"]])
def test_a_message_that_is_no_text_is_refused(demo, message):
    with pytest.raises(InputError, match="string"):
        demo.suggest(message)


def test_words_that_begin_a_longer_word_do_not_crash(demo):
    for text in ["敏感肌", "油皮 ", "我是敏感肌 ", "混干", "羽绒"]:
        assert demo.suggest(text, product="D305", on=ON).decision


def test_measures_of_the_caller_may_carry_units(demo):
    plain = demo.suggest("穿什么码", product="A102", on=ON, customer={"height_cm": 163, "weight_kg": 55})
    words = demo.suggest(
        "穿什么码", product="A102", on=ON, customer={"height_cm": "163cm", "weight_kg": "110斤"}
    )
    assert "M码" in plain.drafts[0].text
    assert plain.drafts[0].citations == words.drafts[0].citations
    nonsense = demo.suggest("穿什么码", product="A102", on=ON, customer={"height_cm": "高", "weight_kg": -3})
    assert nonsense.decision == "ask"


def test_the_same_question_sent_five_hundred_times_is_answered_once(demo):
    suggestion = demo.suggest(["掉色吗", "退货流程"] * 250, product="A102", on=ON)
    assert len(suggestion.question.parts) <= 3
    assert len(suggestion.drafts[0].text) < 800


def test_a_refusal_among_questions_leaves_the_others_answered(demo):
    suggestion = demo.suggest(["能便宜点吗", "163 110斤穿啥码"], product="A102", on=ON)
    assert "M码" in suggestion.drafts[0].text
    assert [verdict.verdict for verdict in suggestion.drafts[0].parts] == ["refused", "answered"]


def test_internal_text_advises_the_agent_and_is_in_no_draft(demo):
    suggestion = demo.suggest("羽绒服A310和A311是一样的吗", product="A310", on=ON)
    (advice,) = [finding for finding in suggestion.findings if finding.kind == "internal_advice"]
    assert advice.evidence["document"] == "internal-notes"
    assert all(c.document_id != "internal-notes" for draft in suggestion.drafts for c in draft.citations)


def test_an_internal_or_expired_quick_reply_is_never_sent(assistant):
    assistant.add(
        [
            Document(
                "q1",
                "内部口令：你好就这么回",
                "quick_reply",
                audience="internal",
                attributes={"trigger": "你好"},
            ),
            Document("q2", "加微信领红包，全网最低价", "quick_reply", attributes={"trigger": "您好"}),
        ]
    )
    for text in ["你好", "您好"]:
        drafts = assistant.suggest(text, on=ON).drafts
        assert drafts
        assert not any("内部" in draft.text or "微信" in draft.text for draft in drafts)
