import json
from dataclasses import fields, replace
from datetime import datetime

import pytest

from assist.documents import (
    Asset,
    Block,
    BlockKind,
    Cell,
    Document,
    Fact,
    Kind,
    Row,
    Span,
    Table,
    Validity,
)
from assist.shop import ShopProfile, StylePack
from assist.store.codec import (
    decode_document,
    decode_profile,
    digest,
    encode_body,
    encode_profile,
    to_bytes,
    to_json,
    to_text,
)

TEXT = "羽绒服\n颜色：黑 白\n充绒量：120克"


def full_document() -> Document:
    table = Table(
        BlockKind.SKU_TABLE,
        ("颜色", "库存"),
        (Row((Cell("黑", Span(7, 8)), Cell("有货")), Span(4, 10)),),
        section="规格",
    )
    return Document(
        id="A102",
        text=TEXT,
        kind=Kind.PRODUCT,
        title="羽绒服",
        validity=Validity(datetime(2026, 1, 1), datetime(2027, 1, 1, 12, 30, 0, 5)),
        source="products/A102.html",
        categories=("服装",),
        keys=("材质",),
        aliases=("690123",),
        blocks=(Block(BlockKind.TITLE, Span(0, 3), "标题", ("上", "下")),),
        tables=(table,),
        facts=(Fact("充绒量", "120克", Span(11, 19), "克", "黑", "规格"), Fact("颜色", "黑 白", Span(4, 10))),
        assets=(Asset("image", "正面", "https://example.com/1.jpg", Span(0, 3)), Asset("video", "洗", "")),
        attributes={"品牌": "某牌", "a": "b"},
    )


def decoded(document: Document) -> Document:
    return decode_document(
        encode_body(document), to_bytes(document.text), source=document.source, validity=document.validity
    )


def test_a_document_comes_back_as_it_was():
    assert decoded(full_document()) == full_document()


def test_every_field_of_a_document_is_kept():
    """Fails when `Document` grows a field that the codec does not know."""
    document = full_document()
    for field in fields(Document):
        assert getattr(decoded(document), field.name) == getattr(document, field.name), field.name
        assert getattr(document, field.name), f"the sample leaves {field.name} empty"


def test_lone_surrogates_survive():
    document = Document(id="x", text="半个\ud83d表情", title="\udc80")
    assert decoded(document) == document
    assert to_text(to_bytes("\ud83d")) == "\ud83d"


@pytest.mark.parametrize(
    "change",
    [
        {"title": "别的"},
        {"text": TEXT + "。"},
        {"validity": Validity()},
        {"aliases": ()},
        {"facts": ()},
        {"attributes": {"a": "c"}},
        {"categories": ("鞋",)},
    ],
)
def test_digest_notices_every_change(change):
    assert digest(replace(full_document(), **change)) != digest(full_document())


def test_digest_does_not_depend_on_the_place_or_the_order_of_attributes():
    document = full_document()
    moved = replace(document, source="elsewhere/A102.html", attributes={"a": "b", "品牌": "某牌"})
    assert digest(moved) == digest(document)


@pytest.mark.parametrize("body", [b"", b"{}", b"[]", b"null", b"\xff\xfe", b'{"id": 3}', b"{} {}"])
def test_a_broken_body_is_an_ordinary_error(body):
    with pytest.raises((ValueError, KeyError, TypeError, IndexError, AttributeError)):
        decode_document(body, b"text", source="", validity=Validity())


def test_a_profile_comes_back_as_it_was():
    profile = ShopProfile(
        name="小店",
        timezone="Asia/Tokyo",
        style=StylePack(openers=("亲",), emoji=("😊", "\ud83d")),
        words=("七天无理由", "A102"),
        tags={"乙": ("售后",), "甲": ()},
        targets={"主管": "王姐"},
    )
    back = decode_profile(encode_profile(profile))
    assert back == profile
    assert list(back.tags) == ["乙", "甲"]
    assert decode_profile(encode_profile(ShopProfile())) == ShopProfile()


def test_a_body_is_written_as_the_json_of_sorted_keys():
    """Digests of stores that were loaded before depend on every byte."""
    full, plain = full_document(), Document(id='引"号\\\n', text=TEXT, title="\ud83d\x7f")
    for document in (full, plain):
        body = to_text(encode_body(document))
        assert to_json(json.loads(body)) == body
