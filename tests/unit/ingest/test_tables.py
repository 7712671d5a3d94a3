"""Quick replies and past answers in CSV, TSV and XLSX."""

from __future__ import annotations

import io
import zipfile
from datetime import datetime

import openpyxl
import pytest

from assist.documents import BlockKind, Kind
from assist.errors import IngestError, MalformedRecordError, UnsupportedFormatError
from assist.ingest import ReadResult, read_bytes
from assist.settings import IngestSettings


def csv(text: str, name: str = "quick_replies.csv", encoding: str = "utf-8", **limits: int) -> ReadResult:
    return read_bytes(text.encode(encoding), name=name, settings=IngestSettings(**limits))


def workbook(*sheets: list[list[object]]) -> bytes:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for number, rows in enumerate(sheets):
        sheet = book.create_sheet(f"表{number + 1}")
        for row in rows:
            sheet.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def test_quick_replies_carry_their_trigger() -> None:
    result = csv("trigger,text\n在吗|在么,在的，{agent}在这儿\n谢谢,不客气～\n")
    assert [(d.id, d.source, d.text, d.title, dict(d.attributes)) for d in result.documents] == [
        ("quick_replies:2", "quick_replies.csv:2", "在的，{agent}在这儿", "在吗", {"trigger": "在吗|在么"}),
        ("quick_replies:3", "quick_replies.csv:3", "不客气～", "谢谢", {"trigger": "谢谢"}),
    ]
    assert {document.kind for document in result.documents} == {Kind.QUICK_REPLY}
    assert result.skipped == ()


@pytest.mark.parametrize(
    "header",
    [
        "trigger,text",
        "触发词,回复",
        "关键词,话术",
        "Trigger , TEXT",
        "快捷编码,快捷短语",
        "关键字,回复内容（必填）",
        "text2,触发,内容",
    ],
)
def test_columns_are_known_by_many_names(header: str) -> None:
    row = "x,在吗,在的" if header.startswith("text2") else "在吗,在的"
    (document,) = csv(f"{header}\n{row}\n", name="a.csv").documents
    assert (document.text, document.attributes["trigger"]) == ("在的", "在吗")


@pytest.mark.parametrize("delimiter", [",", "\t", ";", "|"])
@pytest.mark.parametrize("encoding", ["utf-8-sig", "gbk", "utf-16"])
def test_delimiter_and_encoding_are_found_out(delimiter: str, encoding: str) -> None:
    text = f'触发词{delimiter}回复\n在吗{delimiter}"在的{delimiter}请说\n第二行"\n运费{delimiter}质量问题由本店承担\n'
    result = csv(text, name="话术.csv", encoding=encoding)
    assert [document.text for document in result.documents] == [
        f"在的{delimiter}请说\n第二行",
        "质量问题由本店承担",
    ]
    assert result.documents[1].source == "话术.csv:4"
    assert result.skipped == ()


def test_excels_separator_line_and_title_rows_are_passed_over() -> None:
    result = csv("sep=;\n快捷短语导出\n\n触发词;回复\n在吗;在的\n", name="a.csv")
    assert [document.source for document in result.documents] == ["a.csv:5"]


def test_past_answers_keep_question_answer_and_all_that_is_said_of_them() -> None:
    result = csv(
        '编号,买家问,客服答,商品,回复时间,客服,评分,是否解决,备注\nq1,掉色不,"4级，单独洗",A102,2026-02-03 10:21,小山,5,是,好\n',
        name="past_answers.csv",
    )
    (document,) = result.documents
    assert (document.id, document.kind, document.product) == ("q1", Kind.PAST_ANSWER, "A102")
    assert document.text == "掉色不\n4级，单独洗"
    assert [(block.kind, block.span.of(document.text)) for block in document.blocks] == [
        (BlockKind.QUESTION, "掉色不"),
        (BlockKind.ANSWER, "4级，单独洗"),
    ]
    assert dict(document.attributes) == {
        "question": "掉色不",
        "answer": "4级，单独洗",
        "product": "A102",
        "answered_at": "2026-02-03 10:21",
        "agent": "小山",
        "rating": "5",
        "resolved": "是",
        "备注": "好",
    }


def test_the_file_name_decides_where_columns_fit_two_kinds() -> None:
    text = "问题,触发词,回复\n能退吗,退货,能退\n"
    assert csv(text, name="past_answers.csv").documents[0].kind is Kind.PAST_ANSWER
    assert csv(text, name="快捷短语.csv").documents[0].kind is Kind.QUICK_REPLY


def test_promised_quick_replies_need_no_trigger() -> None:
    assert csv("回复\n在的\n").documents[0].text == "在的"


def test_rows_without_text_or_with_too_many_cells_are_reported_and_the_rest_is_read() -> None:
    result = csv("trigger,text\n你好,你好, 亲\n,\n谢谢,\n\n在吗,在的\n")
    assert [document.source for document in result.documents] == ["quick_replies.csv:6"]
    assert [(entry.line, entry.error) for entry in result.skipped] == [
        (2, "MalformedRecordError"),
        (4, "MalformedRecordError"),
    ]
    assert "quote cells" in result.skipped[0].reason
    assert result.skipped[1].reason == "text is empty"


def test_an_id_used_twice_is_reported() -> None:
    result = csv("id,trigger,text\na,x,一\nb,y,二\na,z,三\n")
    assert [document.id for document in result.documents] == ["a", "b"]
    assert (result.skipped[0].line, result.skipped[0].reason) == (
        4,
        "the id 'a' is already that of quick_replies.csv:2",
    )


def test_unknown_columns_are_named_with_those_expected() -> None:
    with pytest.raises(
        UnsupportedFormatError, match=r"columns seen: 颜色, 库存; expected .*quick replies: trigger, text"
    ):
        csv("颜色,库存\n红,5\n", name="stock.csv")


def test_limits_on_cells_and_rows_are_named() -> None:
    result = csv("trigger,text\na,xxxxxxxxxxxx\nb,y\nc,z\nd,w\n", max_cell_chars=10, max_rows=3)
    assert [document.text for document in result.documents] == ["y", "z"]
    assert "max_cell_chars = 10" in result.skipped[0].reason
    assert "max_rows = 3" in result.skipped[1].reason


def test_an_endless_quote_is_a_broken_row() -> None:
    result = csv('trigger,text\na,b\nc,"' + "x" * 200_000)
    assert [document.text for document in result.documents] == ["b"]
    assert (result.skipped[0].line, result.skipped[0].error) == (3, "MalformedRecordError")


def test_a_workbook_is_read_by_values_and_sheet_by_sheet() -> None:
    data = workbook(
        [
            ["触发词", "回复"],
            ["运费", 8],
            ["时间", datetime(2026, 11, 1, 9)],
            ["公式", "=1+1"],
            [None, None],
            ["在吗", "在的"],
        ],
        [["颜色", "库存"], ["红", 5]],
        [["问题", "答案", "评分"], ["能退吗", "能", 4.0]],
    )
    result = read_bytes(data, name="book.xlsx")
    assert [(document.id, document.text) for document in result.documents] == [
        ("book:2", "8"),
        ("book:3", "2026-11-01 09:00:00"),
        ("book:6", "在的"),
        ("book:表3:2", "能退吗\n能"),
    ]
    assert result.documents[3].attributes["rating"] == "4"
    assert [(entry.line, entry.error) for entry in result.skipped] == [
        (4, "MalformedRecordError"),
        (None, "UnsupportedFormatError"),
    ]
    assert "表2" in result.skipped[1].reason


def test_a_workbook_without_a_known_sheet_is_refused() -> None:
    with pytest.raises(UnsupportedFormatError, match="columns seen: 颜色"):
        read_bytes(workbook([["颜色"], ["红"]]), name="a.xlsx")


def test_a_damaged_workbook_is_refused() -> None:
    data = workbook([["触发词", "回复"], ["a", "b"]])
    for broken in (data[: len(data) // 2], b"PK\x03\x04 no zip", b"plain text"):
        with pytest.raises(MalformedRecordError, match="damaged"):
            read_bytes(broken, name="a.xlsx")


def rewritten(data: bytes, part: str, content: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, content if name == part else old.read(name))
    return out.getvalue()


def test_a_workbook_that_names_outside_files_is_refused() -> None:
    evil = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><x>&e;</x>'
    data = rewritten(workbook([["触发词", "回复"], ["a", "b"]]), "xl/worksheets/sheet1.xml", evil)
    with pytest.raises(IngestError, match="document type declaration"):
        read_bytes(data, name="a.xlsx")


def test_a_workbook_that_unpacks_to_far_more_than_it_weighs_is_refused() -> None:
    data = rewritten(workbook([["触发词", "回复"], ["a", "b"]]), "xl/styles.xml", b" " * 2_000_000)
    with pytest.raises(IngestError, match="unpacks to"):
        read_bytes(data, name="a.xlsx", settings=IngestSettings(max_file_bytes=100_000))
