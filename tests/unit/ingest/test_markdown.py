"""Policies and promotions by clause; the text is the file."""

from __future__ import annotations

from datetime import datetime

import pytest

from assist.documents import Audience, BlockKind, Document, Kind, Level
from assist.errors import IngestError, MalformedRecordError
from assist.ingest import read_bytes
from assist.settings import IngestSettings

FRONT = """---
id: returns
title: 退换货规则
level: platform
audience: internal
valid_from: 2026-01-01
valid_to: 2026-12-01T08:30:00
applies_to: [服饰, 鞋]
keys: [无理由退货天数, 0102]
source: 店铺规则
note: on
---
"""
BODY = """# 退换货规则

## 1 七天无理由
签收后7天内可以退。

## 2 完好标准
下面这些不算完好：
- 吊牌被剪；
- 有污渍。

质量问题除外，见第3条。

## 3 流程
1. 点申请。
2. 寄回。
"""


def doc(text: str, name: str = "policies/returns.md") -> Document:
    (document,) = read_bytes(text.encode(), name=name).documents
    return document


def blocks(text: str) -> list[tuple[str, str, str]]:
    document = doc(text)
    return [(block.kind.value, block.section, block.span.of(document.text)) for block in document.blocks]


def test_front_matter_becomes_fields_and_the_rest_attributes() -> None:
    document = doc(FRONT + BODY)
    assert (document.id, document.title, document.kind) == ("returns", "退换货规则", Kind.POLICY)
    assert (document.level, document.audience) == (Level.PLATFORM, Audience.INTERNAL)
    assert document.validity.valid_from == datetime(2026, 1, 1)
    assert document.validity.valid_to == datetime(2026, 12, 1, 8, 30)
    assert document.categories == ("服饰", "鞋")
    assert document.keys == ("无理由退货天数", "0102")
    assert dict(document.attributes) == {"source": "店铺规则", "note": "on"}


def test_the_text_is_the_body_verbatim_and_blocks_cover_it() -> None:
    document = doc(FRONT + BODY)
    assert document.text == BODY
    covered = {at for block in document.blocks for at in range(block.span.start, block.span.end)}
    assert all(char.isspace() for at, char in enumerate(BODY) if at not in covered)


def test_every_block_of_a_clause_carries_its_number() -> None:
    assert blocks(BODY)[1:] == [
        ("heading", "1", "## 1 七天无理由"),
        ("text", "1", "签收后7天内可以退。"),
        ("heading", "2", "## 2 完好标准"),
        ("text", "2", "下面这些不算完好："),
        ("checklist", "2", "- 吊牌被剪；\n- 有污渍。"),
        ("text", "2", "质量问题除外，见第3条。"),
        ("heading", "3", "## 3 流程"),
        ("steps", "3", "1. 点申请。\n2. 寄回。"),
    ]
    assert doc(BODY).blocks[-1].headings == ("流程",)


@pytest.mark.parametrize(
    ("text", "sections"),
    [
        ("## 一、总则\n甲\n## 二、运费\n乙", ["1", "2"]),
        ("## 第一条 总则\n甲\n## 第十二条 运费\n乙", ["1", "12"]),
        ("## 2 运费\n甲\n### 2.1 江浙沪\n乙\n### 2.2 偏远\n丙", ["2", "2.1", "2.2"]),
        ("## 2 运费\n甲\n### 1. 江浙沪\n乙", ["2", "2.1"]),
        ("## 2 运费\n甲\n### （一）江浙沪\n乙", ["2", "2.1"]),
        ("## 2 运费\n甲\n### 说明\n乙", ["2", "2"]),
        ("## 运费\n甲\n### 说明\n乙", ["运费", "说明"]),
        ("# 规则\n\n一、总则\n甲\n\n二、运费\n乙", ["1", "2"]),
        ("# 规则\n\n第一条 甲甲甲。\n第二条 乙乙乙。", ["1", "2"]),
        ("# 规则\n\n**1. 总则**\n\n甲\n\n**2. 运费**\n\n乙", ["1", "2"]),
        (
            "# 规则\n\n1. 签收后七天内可以退货。\n\n2. 运费由买家承担。\n\n3. 另行约定的除外。",
            ["1", "2", "3"],
        ),
        ("## 第一章 总则\n第一条 甲甲甲。\n## 第二章 其他\n第二条 乙乙乙。", ["1", "2"]),
        ("# 规则\n\n第一条 甲甲甲。\n\n第4条列出的商品除外。\n\n第二条　乙乙乙。", ["1", "1", "2"]),
        ("总则\n====\n甲\n\n说明\n----\n乙", ["", "说明"]),
    ],
)
def test_clauses_however_they_are_numbered(text: str, sections: list[str]) -> None:
    document = doc(text)
    assert [block.section for block in document.blocks if block.kind is BlockKind.TEXT] == sections


def test_a_numbered_list_that_is_all_there_is_rules_by_its_entries() -> None:
    body = (
        "# 运费规则\n\n"
        "1. 非偏远地区：实付满59元包邮，不满59元每单收运费8元。\n"
        "2. 猫砂发偏远地区不参加包邮，每袋另收运费12元。\n"
        "3. 港澳台及海外暂不发货。\n"
    )
    document = doc(body)
    rules = [block for block in document.blocks if block.kind is BlockKind.TEXT]
    assert [rule.section for rule in rules] == ["1", "2", "3"]
    assert rules[0].headings == ("非偏远地区",)


def test_a_short_numbered_list_without_headings_is_steps_not_clauses() -> None:
    assert blocks("# 退货流程\n\n1. 点申请\n2. 寄回\n3. 等退款\n")[1:] == [
        ("steps", "", "1. 点申请\n2. 寄回\n3. 等退款")
    ]


@pytest.mark.parametrize(
    ("listing", "kind"),
    [
        ("1. 甲\n2. 乙", "steps"),
        ("1、甲\n2、乙", "steps"),
        ("①甲\n②乙", "steps"),
        ("1) 甲\n   接着说\n\n2) 乙", "steps"),
        ("- 甲\n- 乙", "checklist"),
        ("* 甲\n  - 细\n* 乙", "checklist"),
        ("• 甲\n• 乙", "checklist"),
    ],
)
def test_lists_are_kept_whole(listing: str, kind: str) -> None:
    assert blocks(f"## 1 说明\n前文：\n{listing}\n\n后文\n")[2] == (kind, "1", listing)


def test_decimals_and_years_open_no_list() -> None:
    assert blocks("## 1 说明\n首重\n1.5千克以内免费\n2026年起")[1] == (
        "text",
        "1",
        "首重\n1.5千克以内免费\n2026年起",
    )


def test_tables_keep_the_place_of_every_cell() -> None:
    text = "## 1 运费\n\n| 地区 | 首重 |\n|---|:--:|\n| 江浙沪 | 5元 |\n| 新疆\\|西藏 |  |\n\n完"
    document = doc(text)
    (table,) = document.tables
    assert (table.kind, table.header, table.section) == (BlockKind.TABLE, ("地区", "首重"), "1")
    assert [[cell.text for cell in row.cells] for row in table.rows] == [
        ["江浙沪", "5元"],
        ["新疆\\|西藏", ""],
    ]
    assert all(cell.span.of(text) == cell.text for row in table.rows for cell in row.cells if cell.span)
    assert document.blocks[1].kind is BlockKind.TABLE


def test_a_product_in_markdown_gives_facts() -> None:
    document = doc(
        "---\nid: A1\nkind: product\n---\n# T恤\n\n到手价：59元\n\n## 参数\n- 面料：棉\n- 产地：宁波\n\n## 规格\n"
        "|SKU编码|颜色|价格(元)|\n|-|-|-|\n|A1-R|红|59|\n|A1-B|蓝|62|\n"
    )
    assert document.product == "A1"
    found = [
        (fact.sku, fact.key, fact.value, fact.unit, fact.span.of(document.text)) for fact in document.facts
    ]
    assert found == [
        (None, "到手价", "59", "元", "到手价：59元"),
        (None, "面料", "棉", "", "面料：棉"),
        (None, "产地", "宁波", "", "产地：宁波"),
        ("A1-R", "颜色", "红", "", "|A1-R|红|59|"),
        ("A1-R", "价格", "59", "元", "|A1-R|红|59|"),
        ("A1-B", "颜色", "蓝", "", "|A1-B|蓝|62|"),
        ("A1-B", "价格", "62", "元", "|A1-B|蓝|62|"),
    ]


def test_questions_are_kept_with_their_answers() -> None:
    assert blocks("## 常见问题\n### 能退吗？\n能。\n\n问：要运费吗\n答：不要。")[1:] == [
        ("qa", "常见问题", "### 能退吗？\n能。"),
        ("qa", "常见问题", "问：要运费吗\n答：不要。"),
    ]


def test_comments_and_rules_are_no_text_and_fences_are() -> None:
    assert blocks("## 1 甲\n<!-- 内部\n备注 -->\n乙\n\n***\n\n```\n# 丙\n```\n") == [
        ("heading", "1", "## 1 甲"),
        ("text", "1", "乙"),
        ("text", "1", "```\n# 丙\n```"),
    ]


def test_a_lone_file_without_front_matter_is_a_policy_named_by_its_heading() -> None:
    document = doc("# 换货说明\n\n可以换。", name="换货.md")
    assert (document.id, document.title, document.kind, document.source) == (
        "换货",
        "换货说明",
        Kind.POLICY,
        "换货.md",
    )


def test_the_folder_tells_a_promotion() -> None:
    assert doc("满减", name="promotions/nov.md").kind is Kind.PROMOTION
    assert doc("满减", name="活动/双11.md").kind is Kind.PROMOTION


@pytest.mark.parametrize(
    ("written", "moment"),
    [
        ("2026-11-01", datetime(2026, 11, 1)),
        ("2026/11/1", datetime(2026, 11, 1)),
        ("2026年11月1日 8时30分", datetime(2026, 11, 1, 8, 30)),
        ("2026-11-01T08:00:05", datetime(2026, 11, 1, 8, 0, 5)),
        ("2026-11-01 24:00", datetime(2026, 11, 2)),
        ("2026-11-01T00:00:00Z", datetime(2026, 11, 1, 8)),
        ("2026-11-01T08:00:00+08:00", datetime(2026, 11, 1, 8)),
        ("'２０２６-11-01'", datetime(2026, 11, 1)),
        ("", None),
        ("~", None),
        ("null", None),
    ],
)
def test_dates_are_read_as_people_write_them(written: str, moment: datetime | None) -> None:
    assert doc(f"---\nvalid_from: {written}\n---\n正文").validity.valid_from == moment


@pytest.mark.parametrize(
    ("front", "line", "reason"),
    [
        ("a: [1", 3, "not YAML"),
        ("id: x\n\tb: 1", 3, "not YAML"),
        ("- a", 2, "name: value"),
        ("id: {a: 1}", 2, "mapping"),
        ("id: x\nkeys: [[a]]", 3, "plain text"),
        ("id: x\nid: y", 3, "twice"),
        ("valid_from: 2026-13-01", None, "valid_from is not a date"),
        ("valid_from: 2026-05-01\nvalid_to: 2026-05-01", None, "before"),
        ("level: boss", None, "level must be one of"),
        ("kind: page", None, "kind must be one of"),
        ("x: &a [b]\ny: [*a]", 2, "plain text"),
    ],
)
def test_broken_front_matter_is_named_with_its_line(front: str, line: int | None, reason: str) -> None:
    with pytest.raises(MalformedRecordError, match=reason) as caught:
        doc(f"---\n{front}\n---\n正文")
    assert caught.value.line == line
    assert caught.value.path == "policies/returns.md"


def test_yaml_tags_build_nothing() -> None:
    assert doc("---\nid: !!python/object/apply:os.system [ls]\ntitle: 规则\n---\n正文").title == "规则"


def test_an_empty_body_and_a_body_beyond_the_limit_are_errors() -> None:
    with pytest.raises(MalformedRecordError, match="no text"):
        doc("---\nid: x\n---\n\n")
    with pytest.raises(IngestError, match="max_text_chars = 10"):
        read_bytes("正文".encode() * 10, name="a.md", settings=IngestSettings(max_text_chars=10))


def test_line_ends_and_marks_of_other_systems_do_not_matter() -> None:
    document = doc("\ufeff" + (FRONT + BODY).replace("\n", "\r\n"))
    assert document.text == BODY
    assert document.version == doc(FRONT + BODY).version
