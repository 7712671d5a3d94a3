"""Care of a store through its doors: copied, put back, emptied of what was removed, given another encoder."""

import json

import pytest
from typer.testing import CliRunner

from assist import Assistant
from assist.cli import app
from assist.documents import Document, Kind
from assist.errors import AssistError, EncoderError, StoreMismatchError
from assist.testing import HashingEncoder

WARRANTY = "# 保修\n\n保修期：整机保修三年，人为损坏不保。"


@pytest.fixture
def shop(tmp_path):
    with Assistant.open(tmp_path / "shop.assist", create=True, encoder=HashingEncoder()) as assistant:
        assistant.add(
            [Document("warranty", WARRANTY, Kind.POLICY), Document("freight", "满99元包邮。", Kind.POLICY)]
        )
    return tmp_path / "shop.assist"


def run(*words):
    return CliRunner().invoke(app, [str(word) for word in words])


def answers(path, encoder=None):
    with Assistant.open(path, encoder=encoder or HashingEncoder(), read_only=True) as assistant:
        return [
            (hit.document.id, hit.chunk.text, round(hit.score, 6)) for hit in assistant.search("保修多久")
        ]


def test_backup_and_restore_from_the_command_line(shop, tmp_path):
    before = answers(shop)
    assert run("backup", shop, tmp_path / "copy").exit_code == 0
    with Assistant.open(shop, encoder=HashingEncoder()) as assistant:
        assistant.remove(["warranty"])
    refused = run("restore", tmp_path / "copy", shop)
    assert refused.exit_code == 1
    assert isinstance(refused.exception, AssistError)
    done = run("restore", tmp_path / "copy", shop, "--replace")
    assert done.exit_code == 0
    assert "shop.assist.before-" in done.output.replace("\n", "")
    assert answers(shop) == before


def test_care_needs_no_encoder(shop):
    facts = json.loads(run("info", shop, "--json").stdout)
    assert facts["encoder"]["name"] == "hashing"
    assert facts["dense_recall@10"] == 1.0
    assert json.loads(run("verify", shop, "--json").stdout) == {"sound": True, "problems": []}


def test_verify_exits_with_1_on_damage(shop):
    next(shop.glob("index/0*/rows.vectors.npy")).write_bytes(b"x")
    done = run("verify", shop)
    assert done.exit_code == 1
    assert "rows.vectors.npy" in done.output.replace("\n", "")


def test_removed_and_compacted_means_gone_from_every_file(shop):
    with Assistant.open(shop, encoder=HashingEncoder()) as assistant:
        suggestion = assistant.suggest("整机保修多久")
        assert any(
            cited.document_id == "warranty" for draft in suggestion.drafts for cited in draft.citations
        )
        assistant.feedback(suggestion.id, chosen=0, sent_text="亲，整机保修三年哦", agent="小林")
        assistant.remove(["warranty"])
        assert all(hit.document.id != "warranty" for hit in assistant.search("整机保修三年"))
        quoted = [c for draft in assistant.suggest("整机保修多久").drafts for c in draft.citations]
        assert all(cited.document_id != "warranty" for cited in quoted)
    assert run("compact", shop).exit_code == 0
    for text in ("整机保修", "人为损坏"):
        for word in (text.encode(), text.encode("utf-16-le"), json.dumps(text)[1:-1].encode()):
            assert [one.name for one in shop.rglob("*") if one.is_file() and word in one.read_bytes()] == []


def test_what_was_cited_can_be_shown_after_the_page_changed(shop):
    with Assistant.open(shop, encoder=HashingEncoder()) as assistant:
        cited = assistant.suggest("整机保修多久").drafts[0].citations[0]
        changed = Document("warranty", WARRANTY.replace("三年", "一年"), Kind.POLICY)
        assistant.add([changed])
        assistant.compact()
        text = assistant.document(cited.document_id, version=cited.version).text
        assert text[cited.span.start : cited.span.end] == cited.quote
        assert "一年" in assistant.document("warranty").text


def test_another_encoder_by_reencoding(shop):
    other = HashingEncoder(dim=32)
    with Assistant.open(shop, encoder=HashingEncoder()) as old:
        with pytest.raises(StoreMismatchError, match="assist reencode"):
            Assistant.open(shop, encoder=other)
        Assistant.reencode(shop, encoder=other)
        with pytest.raises(StoreMismatchError, match="d=32"):
            old.search("保修多久")
    assert {id for id, _, _ in answers(shop, other)} == {"warranty", "freight"}


def test_reencoding_from_the_command_line(shop):
    done = run("reencode", shop, "--encoder", "bundled")
    assert done.exit_code == 0, done.output
    assert json.loads(run("info", shop, "--json").stdout)["encoder"]["name"] != "hashing"
    assert run("search", shop, "保修多久", "--json").exit_code == 0


def test_a_folder_is_loaded_whole_or_not_at_all(tmp_path, corpus):
    class Failing(HashingEncoder):
        def encode(self, texts, *, kind="passage"):
            raise EncoderError("out of memory")

    with Assistant.open(tmp_path / "shop.assist", create=True, encoder=Failing()) as assistant:
        with pytest.raises(EncoderError):
            assistant.add_files(corpus / "policies")
        assert assistant.info()["revision"] == 0
        with pytest.raises(EncoderError):
            assistant.add_files(corpus)
        assert assistant.info()["revision"] == 0
    with Assistant.open(tmp_path / "shop.assist", encoder=HashingEncoder()) as assistant:
        assistant.add_files(corpus)
        assert assistant.info()["revision"] == 1
