"""Whatever bytes a file holds: an error of this package or a truthful result, soon."""

from __future__ import annotations

import io
import zipfile

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assist.documents import Document
from assist.errors import IngestError
from assist.ingest import SUFFIXES, ReadResult, read_bytes

CHINESE = st.text(
    alphabet="退货运费七天无理由质量问题尺码表身高体重颜色价格元12０９.，。：？ \n", max_size=12
)
TAG_NAMES = "h1 h2 h3 p div table tr td th ul ol li dl dt dd b figure figcaption img caption br details summary span pre"
TAGS = st.sampled_from(TAG_NAMES.split())
ATTRIBUTES = st.sampled_from(
    ["", " hidden", " rowspan=3", " colspan=2", " style='display:none'", " rowspan=0", " start=-4"]
)
WORDS = st.sampled_from(
    [
        "SKU编码",
        "颜色",
        "价格(元)",
        "尺码",
        "身高(cm)",
        "参数",
        "内容",
        "到手价：59元",
        "问：能退吗？",
        "答：能",
    ]
)
HTML = st.lists(
    st.one_of(
        CHINESE,
        WORDS,
        st.tuples(TAGS, ATTRIBUTES).map(lambda tag: f"<{tag[0]}{tag[1]}>"),
        TAGS.map(lambda tag: f"</{tag}>"),
    ),
    max_size=60,
).map("".join)
LINE_KINDS = """# 规则
## 1 运费
## 2. 退货
### 2.1 甲
三、丙
第四条 丁
1. 第一步
2、第二步
- 一点
* 二点
| a | b |
|---|---|
面料：棉
问：甲？
答：乙
```
<!-- x
-->
**3. 粗**
====
---
正文。
  缩进"""
LINES = st.sampled_from(LINE_KINDS.split("\n"))
MARKDOWN = st.lists(st.one_of(LINES, CHINESE), max_size=40).map("\n".join)
CELLS = st.sampled_from(
    [
        "session",
        "role",
        "text",
        "trigger",
        "question",
        "answer",
        "时间",
        "买家",
        "客服",
        "在吗",
        '"',
        "能退吗",
        "\x00",
        "",
    ]
)
TABLES = st.lists(st.lists(CELLS, max_size=5).map(",".join), max_size=20).map("\n".join)


def check(result: ReadResult) -> None:
    for document in result.documents:
        check_document(document)


def check_document(document: Document) -> None:
    text = document.text
    text.encode()
    assert all(fact.value in fact.span.of(text) for fact in document.facts)
    for block, following in zip(document.blocks, document.blocks[1:], strict=False):
        assert block.span.end <= following.span.start
    assert all(block.span.end <= len(text) for block in document.blocks)
    for table in document.tables:
        for row in table.rows:
            assert len(row.cells) == len(table.header or row.cells)
            for cell in row.cells:
                assert cell.span is None or cell.span.of(text) == cell.text
                assert cell.span is None or row.span.covers(cell.span)


def try_reading(data: bytes, name: str) -> ReadResult | None:
    try:
        result = read_bytes(data, name=name)
    except IngestError:
        return None
    check(result)
    return result


@pytest.mark.parametrize("name", [*(f"a{suffix}" for suffix in SUFFIXES), "shop.toml", "chats/a.csv"])
@settings(max_examples=40, deadline=None)
@given(
    data=st.one_of(
        st.binary(max_size=300), st.text(max_size=120).map(lambda text: text.encode("utf-8", "replace"))
    )
)
def test_random_bytes_raise_nothing_but_ingest_errors(name: str, data: bytes) -> None:
    try_reading(data, name)


@settings(max_examples=200, deadline=None)
@given(html=HTML)
def test_any_page_gives_true_spans_and_blocks_that_cover_it(html: str) -> None:
    result = try_reading(html.encode(), "products/p.html")
    for document in result.documents if result else ():
        covered = {at for block in document.blocks for at in range(block.span.start, block.span.end)}
        assert all(char.isspace() for at, char in enumerate(document.text) if at not in covered)
        for table in document.tables:
            owners = {
                (fact.span, fact.sku) for fact in document.facts if fact.sku and fact.section == table.section
            }
            if sum(other.section == table.section for other in document.tables) == 1:
                assert len({sku for _, sku in owners}) == len(owners)


@settings(max_examples=200, deadline=None)
@given(body=MARKDOWN)
def test_any_markdown_is_kept_verbatim(body: str) -> None:
    text = f"---\nid: x\n---\n{body}"
    result = try_reading(text.encode(), "policies/p.md")
    for document in result.documents if result else ():
        assert document.text == body.replace("\x00", "")


@settings(max_examples=120, deadline=None)
@given(body=MARKDOWN, cut=st.integers(0, 80))
def test_any_front_matter(body: str, cut: int) -> None:
    front = f"id: x\nkeys: [a, b]\nvalid_from: 2026-01-01\n{body}"[:cut]
    try_reading(f"---\n{front}\n---\n正文".encode(), "policies/p.md")


@pytest.mark.parametrize("name", ["a.csv", "chats/a.tsv", "quick_replies.csv", "past_answers.csv"])
@settings(max_examples=60, deadline=None)
@given(body=TABLES, encoding=st.sampled_from(["utf-8", "gbk", "utf-16"]))
def test_any_table(name: str, body: str, encoding: str) -> None:
    try_reading(f"session,role,text,trigger,question,answer\n{body}".encode(encoding), name)


@settings(max_examples=100, deadline=None)
@given(
    lines=st.lists(
        st.tuples(
            st.sampled_from(["1", "2"]),
            st.sampled_from(["买家", "客服", "系统", "谁"]),
            CHINESE.map(lambda t: t.replace("\n", " ")),
        ),
        max_size=25,
    )
)
def test_every_row_of_a_chat_is_in_a_pair_or_in_the_report(lines: list[tuple[str, str, str]]) -> None:
    rows = [f'{session},{role},"{text}"' for session, role, text in lines]
    result = read_bytes("\n".join(["session,role,text", *rows]).encode(), name="chats/a.csv")
    kept = sum(document.text.count("\n") + 1 for document in result.documents)
    assert kept + sum(int(entry.reason.split()[0]) for entry in result.skipped) == len(lines)


def _workbook() -> bytes:
    book = openpyxl.Workbook()
    for row in (["触发词", "回复"], ["在吗", "在的"], ["运费", 8], ["公式", "=1+1"]):
        book.active.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


WORKBOOK = _workbook()


@settings(max_examples=60, deadline=None)
@given(at=st.integers(0, len(WORKBOOK) - 1), patch=st.binary(min_size=1, max_size=6))
def test_a_workbook_with_changed_bytes(at: int, patch: bytes) -> None:
    try_reading(WORKBOOK[:at] + patch + WORKBOOK[at + len(patch) :], "a.xlsx")


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.data_too_large])
@given(data=st.data())
def test_a_workbook_with_changed_parts(data: st.DataObject) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(WORKBOOK)) as old, zipfile.ZipFile(out, "w") as new:
        target = data.draw(st.sampled_from(old.namelist()))
        for name in old.namelist():
            part = old.read(name)
            if name == target:
                at = data.draw(st.integers(0, len(part) - 1))
                patch = data.draw(
                    st.one_of(
                        st.binary(max_size=8),
                        st.sampled_from([b"<", b"\x00", b'r="99999999"', b"<c", b"</row>"]),
                    )
                )
                part = part[:at] + patch + part[at + data.draw(st.integers(0, 12)) :]
            new.writestr(name, part)
    try_reading(out.getvalue(), "a.xlsx")
