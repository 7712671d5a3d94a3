import pytest

from assist.documents import Block, BlockKind, Document, Kind, Row, Span, Table
from assist.settings import ChunkSettings
from assist.text.chunk import EMBED_CHARS, chunk_document, embed_text, search_text

DEFAULT = ChunkSettings()
SMALL = ChunkSettings(max_chars=60, min_chars=10)


def laid_out(*pieces, kind=Kind.POLICY, **fields):
    """Build a document from (kind, section, headings, text) pieces, one a paragraph."""
    text, blocks = "", []
    for block_kind, section, headings, piece in pieces:
        text += "\n\n" if text else ""
        blocks.append(Block(block_kind, Span(len(text), len(text) + len(piece)), section, headings))
        text += piece
    return Document(id="d", text=text, kind=kind, blocks=tuple(blocks), **fields)


def texts(document, settings=DEFAULT):
    return [chunk.text for chunk in chunk_document(document, settings)]


CLAUSE = [
    (BlockKind.TITLE, "", (), "# 规则"),
    (BlockKind.HEADING, "2", ("退货运费",), "## 2 退货运费"),
    (BlockKind.TEXT, "2", ("退货运费",), "运费按原因分："),
    (BlockKind.CHECKLIST, "2", ("退货运费",), "- 个人原因：您承担；\n- 质量问题：本店承担。"),
    (BlockKind.TEXT, "2", ("退货运费",), "但带运费险的，先由保险赔付。"),
    (BlockKind.HEADING, "3", ("退货流程",), "## 3 退货流程"),
    (BlockKind.STEPS, "3", ("退货流程",), "1. 申请。\n2. 寄回。"),
]


def test_a_clause_with_its_list_and_exception_is_one_chunk():
    chunks = chunk_document(laid_out(*CLAUSE))
    assert [chunk.section for chunk in chunks] == ["2", "3"]
    assert chunks[0].text.startswith("# 规则\n\n## 2 退货运费")
    assert chunks[0].text.endswith("但带运费险的，先由保险赔付。")
    assert chunks[0].headings == ("退货运费",)
    assert [chunk.kind for chunk in chunks] == [BlockKind.CHECKLIST, BlockKind.STEPS]
    assert [chunk.ordinal for chunk in chunks] == [0, 1]


def test_a_long_clause_splits_between_blocks_and_keeps_lists_with_their_lead_in():
    first = "签收后七天内可以退货，商品要完好。" * 2
    document = laid_out(
        (BlockKind.HEADING, "2", ("退货",), "## 2 退货"),
        (BlockKind.TEXT, "2", ("退货",), first),
        (BlockKind.TEXT, "2", ("退货",), "以下不算完好："),
        (BlockKind.CHECKLIST, "2", ("退货",), "- 吊牌被剪；\n- " + "有污渍" * 20),
        (BlockKind.TEXT, "2", ("退货",), "质量问题不按这一条。"),
    )
    assert texts(document, SMALL) == [
        "## 2 退货\n\n" + first,
        "以下不算完好：\n\n- 吊牌被剪；\n- " + "有污渍" * 20,
        "质量问题不按这一条。",
    ]


def test_a_long_paragraph_splits_between_sentences_and_keeps_the_exception():
    sentence = "单笔实付满五十九元包邮，不满的收运费八元。"
    exception = "但新疆西藏除外，按重量收。"
    document = laid_out((BlockKind.TEXT, "1", (), sentence * 2 + sentence + exception + sentence))
    chunks = texts(document, SMALL)
    assert all(len(chunk) <= 60 for chunk in chunks)
    assert any(sentence + exception in chunk for chunk in chunks)


def test_a_sentence_without_end_is_cut_at_a_pause():
    document = laid_out((BlockKind.TEXT, "1", (), "颜色有红，有黄，有蓝，" * 20))
    chunks = texts(document, SMALL)
    assert all(len(chunk) <= 60 and chunk.endswith("，") for chunk in chunks)


def test_a_run_without_any_pause_is_cut_where_it_must_be():
    assert [len(chunk) for chunk in texts(laid_out((BlockKind.TEXT, "1", (), "长" * 150)), SMALL)] == [
        60,
        60,
        30,
    ]


def table_document(kind, rows):
    lines = ["尺码 | 身高", *(f"{number:03d} | 155-160" for number in range(rows))]
    text = "尺码表\n" + "\n".join(lines)
    spans, start = [], len("尺码表\n")
    for line in lines:
        spans.append(Span(start, start + len(line)))
        start += len(line) + 1
    blocks = (
        Block(BlockKind.HEADING, Span(0, 3), "尺码表", ("尺码表",)),
        Block(kind, Span(4, len(text)), "尺码表", ("尺码表",)),
    )
    table = Table(kind, ("尺码", "身高"), tuple(Row((), span) for span in spans[1:]), "尺码表")
    return Document(id="p", text=text, kind=Kind.PRODUCT, blocks=blocks, tables=(table,))


def test_a_table_that_fits_is_one_chunk():
    document = table_document(BlockKind.SIZE_TABLE, 6)
    (chunk,) = chunk_document(document)
    assert (chunk.text, chunk.kind) == (document.text, BlockKind.SIZE_TABLE)


@pytest.mark.parametrize("kind", [BlockKind.SIZE_TABLE, BlockKind.TABLE, BlockKind.PARAMETERS])
def test_a_long_table_splits_between_rows(kind):
    document = table_document(kind, 20)
    chunks = texts(document, SMALL)
    assert chunks[0].startswith("尺码表\n尺码 | 身高\n000 | 155-160")
    rows = [line for chunk in chunks for line in chunk.split("\n")]
    assert rows == document.text.split("\n")
    assert all(len(chunk) <= 60 for chunk in chunks)


def test_product_tables_stand_alone_but_take_a_short_note():
    document = laid_out(
        (BlockKind.TITLE, "", (), "纯棉短袖 A102"),
        (BlockKind.PRICE, "价格", (), "到手价：59元"),
        (BlockKind.HEADING, "颜色", ("颜色",), "颜色"),
        (BlockKind.SKU_TABLE, "颜色", ("颜色",), "白色 | A102-WH | 59\n黑色 | A102-BK | 59"),
        (BlockKind.TEXT, "颜色", ("颜色",), "藏青没有3XL。"),
        (BlockKind.HEADING, "介绍", ("介绍",), "介绍"),
        (BlockKind.TEXT, "介绍", ("介绍",), "选用新疆长绒棉。"),
        kind=Kind.PRODUCT,
    )
    chunks = chunk_document(document)
    assert [chunk.section for chunk in chunks] == ["价格", "颜色", "介绍"]
    assert [chunk.kind for chunk in chunks] == [BlockKind.PRICE, BlockKind.SKU_TABLE, BlockKind.TEXT]
    assert chunks[1].text.endswith("藏青没有3XL。")


def test_each_question_with_its_answer_is_a_chunk():
    document = laid_out(
        (BlockKind.HEADING, "常见问题", ("常见问题",), "常见问题"),
        (BlockKind.QA, "常见问题", ("常见问题",), "问：会缩水吗？\n答：会一点。"),
        (BlockKind.QA, "常见问题", ("常见问题",), "问：透吗？\n答：不透。"),
        (BlockKind.QUESTION, "常见问题", ("常见问题",), "问：怎么洗？"),
        (BlockKind.ANSWER, "常见问题", ("常见问题",), "答：按下面洗："),
        (BlockKind.STEPS, "常见问题", ("常见问题",), "1. 翻面。\n2. 冷水。"),
        kind=Kind.PRODUCT,
    )
    assert [text.split("\n")[-1] for text in texts(document)] == ["答：会一点。", "答：不透。", "2. 冷水。"]


def test_a_heading_without_text_is_kept():
    document = laid_out((BlockKind.TEXT, "1", (), "正文。"), (BlockKind.HEADING, "2", ("空",), "## 2 空"))
    assert texts(document) == ["正文。", "## 2 空"]


def test_text_between_the_blocks_is_kept_and_comments_are_not():
    text = "开头\n## 1 条\n正文。\n<!-- 内部 -->\n\n漏掉的一段\n"
    start = text.index("##")
    blocks = (
        Block(BlockKind.HEADING, Span(start, start + 6), "1", ("条",)),
        Block(BlockKind.TEXT, Span(10, 13), "1", ("条",)),
    )
    document = Document(id="d", text=text, blocks=blocks)
    assert texts(document, ChunkSettings(max_chars=12, min_chars=1)) == [
        "开头",
        "## 1 条\n正文。",
        "漏掉的一段",
    ]


def test_a_past_answer_is_one_chunk_with_its_question_in_focus():
    text = "会掉色吗？\n" + "不会的，请放心。" * 100
    blocks = (Block(BlockKind.QUESTION, Span(0, 5)), Block(BlockKind.ANSWER, Span(6, len(text))))
    document = Document(id="a", text=text, kind=Kind.PAST_ANSWER, blocks=blocks)
    (chunk,) = chunk_document(document)
    assert chunk.text == text
    assert chunk.focus == Span(0, 5)
    assert embed_text(document, chunk) == "会掉色吗？"


def test_a_past_answer_without_blocks_finds_its_question():
    document = Document(
        id="a", text="能退吗？\n可以。", kind=Kind.PAST_ANSWER, attributes={"question": "能退吗？"}
    )
    assert chunk_document(document)[0].focus == Span(0, 4)


def test_a_quick_reply_is_one_chunk():
    document = Document(id="q", text=" 在的\n\n您说 ", kind=Kind.QUICK_REPLY)
    assert texts(document) == ["在的\n\n您说"]


def test_search_text_names_title_and_headings_once():
    document = laid_out(*CLAUSE[1:5], title="退换货规则")
    (chunk,) = chunk_document(document)
    assert search_text(document, chunk).split("\n")[0] == "退换货规则"
    assert search_text(document, chunk).count("退货运费") == 1


def test_embed_text_leads_with_the_last_heading_and_is_cut():
    document = laid_out((BlockKind.TEXT, "洗涤", ("说明", "洗涤"), "冷水洗。" * 200))
    first, second, *_ = chunk_document(document)
    assert embed_text(document, first).startswith("洗涤\n冷水洗。")
    whole = ChunkSettings(max_chars=2000)
    assert len(embed_text(document, chunk_document(document, whole)[0])) == EMBED_CHARS


PLAIN = """退换货规则

一、无理由退货
签收后7天内可以退货。
但定做的商品除外。

二、退货运费
个人原因由您承担；质量问题由本店承担。

三、流程
按下面做：
1. 点申请售后
2. 寄回商品

- 吊牌
- 配件

问：多久到账？
答：三天。
"""


def test_plain_text_is_laid_out_by_its_clauses():
    chunks = chunk_document(Document(id="p", text=PLAIN))
    assert [chunk.section for chunk in chunks] == ["", "1", "2", "3", "3"]
    assert chunks[1].text == "一、无理由退货\n签收后7天内可以退货。\n但定做的商品除外。"
    assert chunks[1].headings == ("无理由退货",)
    assert chunks[3].text.endswith("- 配件")
    assert (chunks[4].kind, chunks[4].text) == (BlockKind.QA, "问：多久到账？\n答：三天。")


@pytest.mark.parametrize(
    ("text", "sections"),
    [
        ("## 1 总则\n甲。\n## 2 运费\n乙。", ["1", "2"]),
        ("第一条 甲。\n第二条 乙。\n第十二条 丙。", ["1", "2", "12"]),
        (
            "1. 签收后可以退货，商品要完好无损，吊牌齐全，包装和配件都在，赠品一起退回。\n\n2. 运费由您承担。",
            ["1", "2"],
        ),
        ("# 保修\n## 范围\n整机。\n## 期限\n一年。", ["范围", "期限"]),
        ("3.1 子条\n内容。\n3.2 子条\n内容。", ["3.1", "3.2"]),
        ("3天内发货。\n\n第二段。", [""]),
        ("第二条 下列商品除外：\n（一）定做的；\n（二）鲜活的。\n第三条 丙。", ["2", "3"]),
    ],
)
def test_plain_sections(text, sections):
    assert [chunk.section for chunk in chunk_document(Document(id="p", text=text))] == sections
