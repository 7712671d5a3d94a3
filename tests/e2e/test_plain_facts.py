"""A page's own entry for a property answers whoever asks for it in a word or two."""

from __future__ import annotations

from pathlib import Path

import pytest

from assist import Assistant, Decision

PAGE = """<html><body><h1>晨汐 落地扇 遥控款</h1>
<div class="price"><div>参考价 <del>¥329</del></div><div>优惠价 ¥189.00</div></div>
<table><tr><td>货号</td><td>CX-9</td></tr><tr><td>产地</td><td>广东中山</td></tr><tr><td>额定功率</td><td>45W</td></tr>
<tr><td>净重</td><td>5.2kg</td></tr><tr><td>颜色</td><td>月光白、墨绿</td></tr><tr><td>保修</td><td>整机2年</td></tr></table>
<h2>使用说明</h2><p>长按电源键3秒进入睡眠风。</p></body></html>"""


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("plain") / "shop"
    (folder / "products").mkdir(parents=True)
    (folder / "products" / "fan.html").write_text(PAGE, "utf-8")
    (folder / "promotions").mkdir()
    (folder / "promotions" / "cut.md").write_text(
        "---\ntitle: 换季满减\nvalid_from: 2026-11-01\nvalid_to: 2026-12-01\n---\n全店满199元减20元，满399元减50元。\n",
        "utf-8",
    )
    with Assistant.open(folder.parent / "shop.assist", create=True) as assistant:
        assistant.add_files(folder)
    return folder.parent / "shop.assist"


@pytest.mark.parametrize(
    ("message", "value"),
    [
        ("多少钱", "189"),
        ("什么价格", "189"),
        ("哪里产的", "广东中山"),
        ("多少瓦", "45W"),
        ("多重", "5.2"),
        ("有啥颜色", "月光白"),
        ("保修几年", "2年"),
    ],
)
def test_a_property_asked_in_a_word_is_answered_from_its_entry(shop: Path, message: str, value: str) -> None:
    with Assistant.open(shop, read_only=True) as assistant:
        suggestion = assistant.suggest(message, product="CX-9", on="2026-11-20")
    assert suggestion.decision is Decision.SUGGEST
    assert value in suggestion.drafts[0].text
    assert "329" not in suggestion.drafts[0].text


def test_the_word_of_the_page_itself_leads_to_its_entry(shop: Path) -> None:
    with Assistant.open(shop, read_only=True) as assistant:
        suggestion = assistant.suggest("额定功率是多少", product="CX-9", on="2026-11-20")
    assert suggestion.decision is Decision.SUGGEST
    assert "45W" in suggestion.drafts[0].text


def test_a_price_in_whole_yuan_is_said_without_cents(shop: Path) -> None:
    with Assistant.open(shop, read_only=True) as assistant:
        text = assistant.suggest("多少钱", product="CX-9", on="2026-11-20").drafts[0].text
    assert "189元" in text
