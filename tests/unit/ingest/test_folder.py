"""One file by path, and all files of a folder."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from assist.documents import Kind
from assist.errors import IngestError, InputError, UnsupportedFormatError
from assist.ingest import SUFFIXES, read, read_bytes, read_folder
from assist.settings import IngestSettings


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    root = tmp_path / "shop"
    for name, text in {
        "products/A1.html": "<h1>T恤</h1>",
        "policies/b.md": "# 规则\n\n甲",
        "policies/a.md": "# 规则\n\n乙",
        "promotions/nov.md": "满减",
        "quick_replies.csv": "trigger,text\n在吗,在的\n",
        "past_answers.jsonl": '{"question": "能退吗", "answer": "能"}\n{broken\n',
        "chats/c.csv": "session,time,role,text\n1,2026-11-01 10:00,买家,包邮吗\n1,2026-11-01 10:01,客服,包邮的\n",
        "shop.toml": "[shop]\nname = '小店'\n",
        ".hidden/x.md": "不读",
        ".secret.md": "不读",
        "README.md": "# 关于这些文件",
        "img/a.jpg": "jpg",
        "report.docx": "PK",
    }.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return root


def test_a_folder_is_read_in_order_with_relative_sources(shop: Path) -> None:
    seen: list[tuple[int, int, str]] = []
    results = list(read_folder(shop, progress=lambda done, total, path: seen.append((done, total, path))))
    documents = {d.source: (d.id, d.kind) for result in results for d in result.documents}
    assert documents == {
        "chats/c.csv:2": ("c:2", Kind.PAST_ANSWER),
        "past_answers.jsonl:1": ("past_answers:1", Kind.PAST_ANSWER),
        "policies/a.md": ("a", Kind.POLICY),
        "policies/b.md": ("b", Kind.POLICY),
        "products/A1.html": ("A1", Kind.PRODUCT),
        "promotions/nov.md": ("nov", Kind.PROMOTION),
        "quick_replies.csv:2": ("quick_replies:2", Kind.QUICK_REPLY),
    }
    paths = [result.path for result in results]
    assert paths == sorted(paths)
    assert [path for _, _, path in seen] == paths
    assert [done for done, _, _ in seen] == list(range(1, len(paths) + 1))
    assert {total for _, total, _ in seen} == {len(paths)}
    assert not any("hidden" in path or "secret" in path for path in paths)
    (profile,) = [result.profile for result in results if result.profile]
    assert profile.name == "小店"
    skipped = {entry.path: entry for result in results for entry in result.skipped}
    assert set(skipped) == {"README.md", "img/a.jpg", "past_answers.jsonl", "report.docx"}
    assert skipped["past_answers.jsonl"].line == 2
    assert skipped["report.docx"].error == "UnsupportedFormatError"
    assert skipped["README.md"].error == ""


def test_a_lone_file_is_read_too(shop: Path) -> None:
    result = read(shop / "promotions" / "nov.md")
    assert (result.path, result.documents[0].kind) == ("nov.md", Kind.PROMOTION)
    assert read(shop / "policies" / "a.md", root=shop).path == "policies/a.md"
    assert [result.path for result in read_folder(shop / "policies" / "a.md")] == ["a.md"]


def test_a_file_name_says_less_than_its_folder() -> None:
    assert read_bytes("甲".encode(), name="policies/product-liability.md").documents[0].kind is Kind.POLICY
    assert read_bytes("甲".encode(), name="promo-nov.md").documents[0].kind is Kind.PROMOTION
    assert read_bytes("甲".encode(), name="chat-policy.md").documents[0].kind is Kind.POLICY


def test_the_root_folder_itself_may_tell_the_kind(shop: Path) -> None:
    (result,) = read_folder(shop / "promotions")
    assert result.documents[0].kind is Kind.PROMOTION


@pytest.mark.parametrize("name", ["a.docx", "a.pdf", "a.xls", "noend", "other.toml"])
def test_unknown_formats_name_what_is_supported(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b"x")
    with pytest.raises(UnsupportedFormatError, match=r"\.html .*\.xlsx") as caught:
        read(tmp_path / name)
    assert caught.value.path == name
    (result,) = read_folder(tmp_path)
    assert result.skipped[0].error == "UnsupportedFormatError"
    with pytest.raises(UnsupportedFormatError):
        read_bytes(b"x", name=name)


def test_paths_that_lead_nowhere_are_the_callers_mistake(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="not there"):
        read(tmp_path / "none.md")
    with pytest.raises(InputError, match="use read_folder"):
        read(tmp_path)
    with pytest.raises(InputError, match="not there"):
        read_folder(tmp_path / "none")
    with pytest.raises(InputError, match="looked for shop.toml") as caught:
        read_folder(tmp_path)
    assert all(suffix in str(caught.value) for suffix in SUFFIXES)


@pytest.mark.skipif(sys.platform == "win32", reason="links need a privilege on Windows")
def test_links_that_leave_the_folder_are_refused(tmp_path: Path) -> None:
    root, outside = tmp_path / "root", tmp_path / "outside"
    root.mkdir()
    outside.mkdir()
    (outside / "secret.md").write_text("秘密", encoding="utf-8")
    (root / "own.md").write_text("自己的", encoding="utf-8")
    (root / "out.md").symlink_to(outside / "secret.md")
    (root / "loop.md").symlink_to(root / "loop.md")
    (root / "dangling.md").symlink_to(root / "none.md")
    (root / "inside.md").symlink_to(root / "own.md")
    (root / "folder").symlink_to(outside, target_is_directory=True)
    results = {result.path: result for result in read_folder(root)}
    assert [path for path, result in sorted(results.items()) if result.documents] == ["inside.md", "own.md"]
    for path in ("out.md", "loop.md", "dangling.md", "folder"):
        assert "link" in results[path].skipped[0].reason


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "p.md")
    (result,) = read_folder(tmp_path)
    assert result.skipped[0].reason == "not a regular file"


@pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() == 0, reason="permissions do not bind this user"
)
def test_what_may_not_be_opened_is_reported(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("甲", encoding="utf-8")
    (tmp_path / "b.md").write_text("乙", encoding="utf-8")
    (tmp_path / "c").mkdir()
    (tmp_path / "a.md").chmod(0)
    (tmp_path / "c").chmod(0)
    results = list(read_folder(tmp_path))
    (tmp_path / "c").chmod(0o700)
    assert {entry.path for result in results for entry in result.skipped} == {"a.md", "c"}
    assert sum(len(result.documents) for result in results) == 1


def test_a_closed_folder_is_named_by_its_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def closed(path: str | Path) -> None:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(os, "scandir", closed)
    (skipped,) = [entry for result in read_folder(tmp_path) for entry in result.skipped]
    assert skipped.path == str(tmp_path)
    assert "Permission denied" in skipped.reason


def test_a_file_beyond_the_limit_is_refused_before_it_is_read(tmp_path: Path) -> None:
    path = tmp_path / "big.html"
    with open(path, "wb") as file:
        file.truncate(50_000_000)
    with pytest.raises(IngestError, match="max_file_bytes = 20000000: 50000000"):
        read(path)
    (result,) = read_folder(tmp_path)
    assert "max_file_bytes" in result.skipped[0].reason
    with pytest.raises(IngestError, match="max_file_bytes = 3"):
        read_bytes(b"1234", name="a.md", settings=IngestSettings(max_file_bytes=3))


def test_lost_characters_are_reported_with_their_line(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_bytes("# 规则\n签收后七天内可以退货\n".encode() * 30 + b"\xff\n")
    result = read(tmp_path / "a.md")
    assert len(result.documents) == 1
    assert result.skipped[0].line == 61
    assert "utf-8" in result.skipped[0].reason


def test_names_that_climb_out_are_only_names() -> None:
    (document,) = read_bytes("甲".encode(), name="../../etc/x.md").documents
    assert document.id == "x"
