from __future__ import annotations

import pytest

from assist.errors import InputError
from assist.guard import PLACEHOLDERS, mask, screen
from assist.guard.identifiers import arabic_digits, is_id_card, is_luhn


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("打我电话13812345678，尺码M", "打我电话[手机号]，尺码M"),
        ("１３８ １２３４ ５６７８", "[手机号]"),
        ("幺三八一二三四五六七八", "[手机号]"),
        ("+86-138-1234-5678", "[手机号]"),
        ("座机0571-88881234", "座机[电话]"),
        ("寄到浙江省杭州市西湖区文三路99号3单元502室吧", "寄到[地址]吧"),
        ("身份证11010519491231002X", "身份证[证件号]"),
        ("收件人：张小明，谢谢", "收件人：[收件人]，谢谢"),
        ("加我微信abc_12345", "加我微信[微信号]"),
        ("QQ：123456789", "QQ：[QQ号]"),
        ("发票发zhang.san@example.com", "发票发[邮箱]"),
        ("卡号6222021001123456788", "卡号[银行卡]"),
        ("订单号2378901234567890123", "订单号[订单号]"),
        ("运单号SF1234567890123", "运单号[运单号]"),
    ],
)
def test_each_type_gets_its_placeholder(text: str, masked: str) -> None:
    assert mask(text).text == masked


@pytest.mark.parametrize(
    "text",
    [
        "到手价1799元，满300减40",
        "型号A102，货号20231108005",
        "商品ID 528690173109",
        "528690173109厚吗",
        "30x40x12cm，5000mAh",
        "热线400-820-1234，投诉12315，顺丰95338",
        "2026-11-20 16:00前付款",
        "杭州市西湖区可以送货上门",
        "收件人不在家可以放驿站",
        "姓名和电话只用于发货",
        "3C证书2019011606173963",
        "条形码6901234567892",
        "适用1350 1356 1357 1107 907",
        "订单2026-11-20 20:00:00付款",
    ],
)
def test_ordinary_shop_text_stays(text: str) -> None:
    assert mask(text).text == text
    assert mask(text).findings == ()


def test_findings_point_into_the_original_and_hold_no_data() -> None:
    text = "电话 １３８-1234-5678，订单号2378901234567890123"
    masked = mask(text)
    phone, order = masked.findings
    assert phone.span is not None
    assert phone.span.of(text) == "１３８-1234-5678"
    assert order.span is not None
    assert order.span.of(text) == "2378901234567890123"
    assert [finding.evidence["type"] for finding in masked.findings] == ["phone", "order"]
    assert not any("1234" in value for finding in masked.findings for value in finding.evidence.values())


def test_keep_leaves_a_type_alone() -> None:
    policy = "退货地址：浙江省嘉兴市桐乡市工业路18号3幢，电话13812345678"
    kept = mask(policy, keep=("address",))
    assert kept.text == "退货地址：浙江省嘉兴市桐乡市工业路18号3幢，电话[手机号]"
    assert mask(policy, keep=tuple(PLACEHOLDERS)).text == policy


def test_keep_refuses_an_unknown_type() -> None:
    with pytest.raises(InputError, match="keep"):
        mask("你好", keep=("adress",))


def test_masking_twice_is_masking_once() -> None:
    once = mask("张三收，13800001111，浙江省温州市鹿城区车站大道1号，订单号1122334455667788990").text
    assert once == "[收件人]收，[手机号]，[地址]，订单号[订单号]"
    assert mask(once).text == once
    assert mask(once).findings == ()


def test_a_name_beside_masked_data_is_found() -> None:
    assert mask("孙丽，13912340000").text == "[收件人]，[手机号]"
    assert mask("谢谢，13912340000").text == "谢谢，[手机号]"


def test_screen_reports_personal_data() -> None:
    (finding,) = screen("您的快递是SF1234567890123")
    assert finding.kind == "pii"
    assert finding.evidence["placeholder"] == "[运单号]"


def test_checksums() -> None:
    assert is_id_card("11010519491231002X")
    assert not is_id_card("110105194912310021")
    assert is_luhn("79927398713")
    assert not is_luhn("79927398714")
    assert arabic_digits("壹三〇") == "130"


def test_nothing_in_nothing_out() -> None:
    assert mask("").text == ""
    assert mask("\ud800").text == "\ud800"
