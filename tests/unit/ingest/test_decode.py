"""Files in the encodings that Chinese shops keep."""

from __future__ import annotations

import pytest

from assist.errors import IngestError
from assist.ingest.decode import clean, decode

SIMPLIFIED = "触发词,回复内容\n在吗,亲，在的哦～您请说\n退货运费,质量问题由本店承担，签收后7天内可以退货。\n"
TRADITIONAL = "觸發詞,回覆內容\n在嗎,親，在的，請說\n退貨運費,品質問題由本店負擔，簽收後七天內可以退貨。\n"


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030", "utf-16", "utf-16-le", "utf-16-be", "utf-32"]
)
def test_simplified_text_is_read_whole(encoding: str) -> None:
    decoded = decode(SIMPLIFIED.encode(encoding), path="a.csv")
    assert decoded.text == SIMPLIFIED
    assert (decoded.lost, decoded.lost_line) == (0, None)


@pytest.mark.parametrize("encoding", ["utf-8", "big5", "utf-16-le"])
def test_traditional_text_is_read_whole(encoding: str) -> None:
    assert decode(TRADITIONAL.encode(encoding), path="a.csv").text == TRADITIONAL


def test_short_gbk_that_is_valid_utf8_is_read_as_the_page_declares() -> None:
    html = '<meta charset="gb2312"><p>联通</p>'.encode("gbk")
    assert "联通" in decode(html, path="a.html").text


def test_a_wrong_declaration_does_not_spoil_utf8() -> None:
    html = '<meta charset="big5"><p>七天无理由退货，运费由买家承担</p>'.encode()
    assert "七天无理由退货" in decode(html, path="a.html").text


def test_line_ends_become_line_feeds_and_nul_goes() -> None:
    assert decode(b"a\r\nb\rc\n\x00d and more", path="a").text == "a\nb\nc\nd and more"


def test_a_few_broken_bytes_are_counted_with_their_line() -> None:
    data = (SIMPLIFIED * 20).encode() + b"\n\xff\xfe\n" + SIMPLIFIED.encode()
    decoded = decode(data, path="a.csv")
    assert decoded.encoding == "utf-8"
    assert decoded.lost == 2
    assert decoded.text.split("\n")[(decoded.lost_line or 0) - 1] == "\ufffd\ufffd"


def test_a_replacement_character_of_the_file_itself_is_not_lost() -> None:
    assert decode("好\ufffd的，没问题".encode(), path="a").lost == 0


@pytest.mark.parametrize(
    "data",
    [b"", b" \n", b"\x00\x00", bytes(range(256)) * 20, b"\x89PNG\r\n\x1a\n" + bytes(range(128, 256)) * 9],
)
def test_empty_and_binary_files_are_refused(data: bytes) -> None:
    with pytest.raises(IngestError):
        decode(data, path="a")


def test_clean_joins_pairs_and_replaces_lone_surrogates() -> None:
    assert clean("a\ud83d\ude0ab\udc00\x00c") == "a😊b\ufffdc"
