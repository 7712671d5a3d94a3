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


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("13 7 1234 5678联系我", "[手机号]联系我"),
        ("座机021-56781234转802", "座机[电话]"),
        ("公司电话0755 8888 1234", "公司电话[电话]"),
        ("我的身份证是320 102 19950617 2233", "我的身份证是[证件号]"),
        ("台胞证01234567买的", "台胞证[证件号]买的"),
        ("放菜鸟驿站金地名京店我自己取", "放[地址]我自己取"),
        ("黑龙江省五常市拉林镇永胜屯，谢谢", "[地址]，谢谢"),
        ("寄到四川大学望江校区东园6舍305", "寄到[地址]"),
        ("地址：城南路与友谊街交叉口北50米路东", "地址：[地址]"),
        ("收货人 Zhang Wei 13612340008", "收货人 [收件人] [手机号]"),
        ("收件人买买提·艾山", "收件人[收件人]"),
        ("开户名李娟", "开户名[收件人]"),
        ("我是黄志强，电话13812340001", "我是[收件人]，电话[手机号]"),
        ("加微zhaocai888", "加微[微信号]"),
        ("发到hello(at)126.com", "发到[邮箱]"),
        ("lili@139点com", "[邮箱]"),
        ("单号是1987 6543 2109 8765 432的那个订单", "单号是[订单号]的那个订单"),
        ("查一下P778899001122334455这个订单号", "查一下[订单号]这个订单号"),
        ("跨越速运KYE1234567890", "跨越速运[运单号]"),
    ],
)
def test_unusual_writings_are_masked(text: str, masked: str) -> None:
    assert mask(text).text == masked


@pytest.mark.parametrize(
    "text",
    [
        "手机型号vivoX90，vivos12/s12Pro",
        "V领VEC5315a，货号VGS-98231",
        "法兰阀DN20 25 32 40 50 65 80 100",
        "快递给我放在另一个小区快递柜了",
        "放菜鸟驿站就行",
        "产地是云南省临沧市凤庆县鲁史镇金鸡村",
        "收件人可以修改吗，联系人电话填错了",
    ],
)
def test_lookalikes_of_unusual_writings_stay(text: str) -> None:
    assert mask(text).text == text


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
