"""A page's advice for high insteps, layers or taste is followed, not only repeated."""

import sys
from pathlib import Path

import pytest

from assist.documents import BlockKind

sys.path.insert(0, str(Path(__file__).parent))
from shop_pages import Page
from test_sizes import suggest


def shoes(*remarks):
    page = Page()
    rows = [("25", "142-147"), ("26", "148-153"), ("27", "154-159")]
    page.table(BlockKind.SIZE_TABLE, ("鞋码", "脚长(mm)"), rows, "尺码表")
    for remark in remarks:
        page.line(remark, section="尺码表")
    return page.document("K1")


@pytest.mark.parametrize(
    ("remark", "asked"),
    [
        ("尺码感受：正常，脚背厚的宝宝大一码。", "脚长150 脚背肉肉的高"),
        ("脚背高或脚宽超过上表的，建议大一码。", "脚有点宽 脚长15厘米"),
        ("跑步穿厚袜子的请直接选大1码。", "脚长150 要穿厚点的袜子"),
        ("喜欢宽松的可以拍大一码。", "脚长150 想宽松点"),
    ],
)
def test_who_the_page_singles_out_takes_the_size_that_it_advises(remark, asked):
    (found,) = suggest(shoes(remark), asked, foot_cm=15.0)
    text = found.statements[0].text
    assert "对照尺码表是26码" in text
    assert text.endswith("建议大一码，选27码。")
    assert [fact.value for fact in found.statements[0].facts] == ["27"]
    assert {"26 | 148-153", "27 | 154-159", remark} <= {c.quote for c in found.statements[0].citations}


def test_a_smaller_size_is_advised_the_same_way():
    (found,) = suggest(shoes("喜欢合身的可以选小一码。"), "脚长150 想合身一点", foot_cm=15.0)
    assert found.statements[0].text.endswith("建议小一码，选25码。")


@pytest.mark.parametrize(
    ("remark", "asked"),
    [
        ("脚背厚的宝宝大一码。", "脚长150 脚背不高"),
        ("脚背厚的宝宝大一码。", "脚长150"),
        ("同样的脚长比B101要大一码。", "脚长150 脚背高"),
        ("脚背高的不用拍大一码。", "脚长150 脚背高"),
        ("喜欢宽松的可以拍大一码。", "脚长150 版型宽松吗"),
        ("喜欢宽松的可以拍大一码。", "脚长150 不喜欢宽松的"),
    ],
)
def test_nobody_else_is_moved(remark, asked):
    (found,) = suggest(shoes(remark), asked, foot_cm=15.0)
    assert "建议选26码" in found.statements[0].text


def test_beyond_the_last_size_the_table_stands():
    (found,) = suggest(shoes("脚背厚的宝宝大一码。"), "脚长156 脚背高", foot_cm=15.6)
    assert "建议选27码" in found.statements[0].text
