"""Rules that stand in a table, and under Chinese clause numbers, are said as an agent would say them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from assist import Assistant, Decision, Suggestion

SHIPPING = """---
id: shipping
title: 发货与运费
level: shop
keys: [运费, 时效]
---
# 发货与运费

## 运费与时效表

| 地区 | 运费 | 到货天数 |
| --- | --- | --- |
| 江浙沪皖 | 包邮 | 1-2天 |
| 华北、华中、华南 | 包邮 | 2-4天 |
| 东北、西南、西北 | 满59元包邮，不满收6元 | 4-6天 |
| 新疆、西藏 | 首重18元，续重每公斤12元 | 7-10天 |
| 港澳台 | 不发货 | — |
"""
MEMBERS = """<html><body><h1>会员与积分规则</h1><h2>三、等级</h2><table><tr><th>等级</th><th>累计消费</th><th>权益</th></tr>
<tr><td>银卡</td><td>满300元</td><td>9.8折</td></tr><tr><td>金卡</td><td>满1000元</td><td>9.5折，免运费券每月1张</td></tr></table></body></html>"""
WARRANTY = """# 质保条款

第一条 加湿器整机保修12个月，自签收之日起算，凭订单号报修，不需要纸质保修卡。

第二条 鱼竿断节：购买后90天内断节，第一次免费换节，之后按成本价收费，竿稍每支12元，其他竿节每节35元。
"""
RETURNS = """退换货须知

一、运费
1、无理由退货的寄回运费由买家承担，订单带运费险的由保险赔付。
2、质量问题、发错货的来回运费由本店承担，凭运费截图报销，最高15元。

二、退款
1、仓库收到退货后48小时内质检并退款。
2、信用卡到账要3-5个工作日。
"""


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("tables") / "shop" / "policies"
    folder.mkdir(parents=True)
    files = {"shipping.md": SHIPPING, "members.html": MEMBERS, "warranty.md": WARRANTY, "returns.md": RETURNS}
    for name, text in files.items():
        (folder / name).write_text(text, "utf-8")
    with Assistant.open(folder.parent.parent / "shop.assist", create=True) as assistant:
        assistant.add_files(folder.parent)
    return folder.parent.parent / "shop.assist"


def ask(shop: Path, message: str) -> Suggestion:
    with Assistant.open(shop, read_only=True) as assistant:
        return assistant.suggest(message, on="2026-11-20")


@pytest.mark.parametrize(
    ("message", "said", "left_out"),
    [
        ("寄到东北要几天", "4-6天", "7-10天"),
        ("寄到东北收多少邮费", "满59元包邮，不满收6元", "首重18元"),
        ("新疆邮费多少", "首重18元", "1-2天"),
        ("广东包邮吗", "华南", "港澳台"),
        ("香港能寄吗", "港澳台：不发货", "江浙沪"),
        ("金卡打几折", "9.5折", "9.8折"),
        ("加湿器保修多久", "12个月", "第一条"),
        ("退款要多久到账", "48小时", "1、"),
    ],
)
def test_the_row_or_clause_that_is_asked_about_is_said_alone(
    shop: Path, message: str, said: str, left_out: str
) -> None:
    suggestion = ask(shop, message)
    assert suggestion.decision is Decision.SUGGEST
    text = suggestion.drafts[0].text
    assert said in text
    assert left_out not in text
    assert not re.search(r"[|｜]|---", text)


def test_a_table_that_is_asked_about_as_a_whole_is_said_in_words(shop: Path) -> None:
    text = ask(shop, "运费怎么算的").drafts[0].text
    assert "新疆、西藏：" in text
    assert not re.search(r"[|｜]|---", text)


def test_quotes_of_table_rows_are_verbatim(shop: Path) -> None:
    with Assistant.open(shop, read_only=True) as assistant:
        suggestion = assistant.suggest("新疆邮费多少", on="2026-11-20")
        for citation in suggestion.drafts[0].citations:
            document = assistant.document(citation.document_id, version=citation.version)
            assert document.text[citation.span.start : citation.span.end] == citation.quote
