"""The size that is usually worn, by the page's own rule; feet between two sizes; sizes that are not made."""

import pytest

from assist.documents import BlockKind
from assist.draft.sizes import size_candidates
from unit.draft.shop_pages import Page
from unit.draft.writing import evidence, part, said

SIZES = "售前/尺码/推荐尺码"
STOCK = "售前/库存/有货/补货"


def boots(remark="", lengths=("230mm", "235mm", "240mm")):
    page = Page()
    rows = list(zip(("36", "37", "38"), lengths, strict=True))
    page.table(BlockKind.SIZE_TABLE, ("尺码", "脚长"), rows, "尺码表")
    if remark:
        page.line(remark, section="尺码表")
    return page.document("S1", "测试短靴")


def found(product, text, *, intent=SIZES, **slots):
    asked = part(text, intent=intent)
    return size_candidates(asked, 0, evidence(asked, pages=[product], slots=slots))


@pytest.mark.parametrize(
    ("remark", "worn", "expected"),
    [
        ("版型偏小一码，平时穿36的拍37。", "37", "您平时穿37码，这款建议选38码。"),
        ("本款偏大一码。", "38", "您平时穿38码，这款建议选37码。"),
        ("请拍比平时大一码的。", "36", "您平时穿36码，这款建议选37码。"),
    ],
)
def test_the_pages_rule_turns_the_usual_size_into_that_of_the_product(remark, worn, expected):
    (one,) = found(boots(remark), "要拍多大", size_habit=worn)
    assert said(one) == remark + expected
    assert all(place.quote == remark for statement in one.statements for place in statement.citations)


def test_a_size_that_the_rule_leads_to_and_is_not_made_is_not_named():
    remark = "本款偏大一码。"
    (one,) = found(boots(remark), "要拍多大", size_habit="36")
    assert said(one) == remark


@pytest.mark.parametrize("remark", ["", "脚宽或者脚背高的建议拍大一码。"])
def test_without_a_rule_for_everybody_the_foot_is_asked_for(remark):
    (one,) = found(boots(remark), "要拍多大", size_habit="37")
    assert (one.verdict, one.ask) == ("asked", "foot_cm")


def test_a_size_beyond_those_made_is_told_with_them():
    (one,) = found(boots(), "能穿吗", size="41")
    assert said(one) == "这款尺码是36-38码，没有41码，不太建议勉强选。"
    (stock,) = found(boots(), "还有没有", intent=STOCK, size="41")
    assert said(stock) == "这款尺码是36-38码，没有41码。"
    assert found(boots(), "还有没有", intent=STOCK, size="37") == []


@pytest.mark.parametrize(
    ("remark", "foot", "size"),
    [
        ("", 23.2, "37码"),
        ("", 23.1, "36码"),
        ("脚长在两个码之间的建议选大一码。", 23.7, "38码"),
        ("脚长介于两码中间的拍小的。", 23.7, "37码"),
    ],
)
def test_a_foot_between_two_lengths_takes_the_size_with_room_or_that_of_the_page(remark, foot, size):
    (one,) = found(boots(remark), "拍几码", foot_cm=foot)
    assert f"建议选{size}" in said(one)
