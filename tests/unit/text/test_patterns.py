"""What only looks like a quantity is masked, wherever it is tried."""

import re

from hypothesis import given
from hypothesis import strategies as st

from assist.text import patterns
from assist.text.normalize import fold, normalize
from assist.text.numerals import plain_forms

PIECES = st.lists(
    st.one_of(
        st.sampled_from(
            [
                "https://a.b",
                "www.a",
                "x@y.z",
                "gb/t",
                "a102",
                "usb3.0",
                "ip68",
                "2xl",
                "165/88a",
                "400-800-1234",
                "12345678",
                "步骤2",
                "尾号1234",
                "订单",
                "周三",
                "双11",
                "双十一",
                "618大促",
                "第3条",
                "第一步",
                "例1",
                "304不锈钢",
                "925银",
                "18k金",
                "5g网",
                "4k屏",
                "三合一",
                "一年四季",
                "九分袖",
                "三包",
                "3.",
                "二、",
                "（1）",
                "#",
                ">",
                "7楼",
                "12315",
                "vx:1",
                "no.1",
                "百分百",
                "半天",
                "七天",
                "3斤2两",
                "¥30",
                "20%",
                "】1.",
                "；2、",
                "\n",
                "\t",
                "١٢",
                "３",
            ]
        ),
        st.text(max_size=4),
    ),
    max_size=12,
).map("".join)


@given(PIECES)
def test_a_look_alike_is_found_where_one_may_begin_and_nowhere_else(text):
    plain = plain_forms(text)
    rows = re.compile("|".join(f"(?:{row})" for row in patterns._LOOK_ALIKES))
    expected = rows.sub(lambda found: patterns.MASK * len(found[0]), plain)
    expected = re.sub("[\n\r\v\f\x85\u2028\u2029]", patterns.MASK, expected)
    assert patterns.masked(plain) == expected


@given(st.text(max_size=20))
def test_plain_forms_keep_the_places(text):
    assert len(plain_forms(text)) == len(text)


def test_plain_forms_of_each_kind():
    assert plain_forms("ＡＢ１２　Ｘ，壹貳叁兩塊 XL￥") == "ab12　x，一貳三两块 xl¥"


@given(st.text("aZ９一，。 \n\u3000Ａ繁體é\u0301ﬁ", max_size=30))
def test_folding_is_normalizing(text):
    assert fold(text) == normalize(text).text


def test_folding_all_common_characters_at_once_is_normalizing_each():
    common = "".join(map(chr, range(0x4E00, 0xA000)))
    assert fold(common) == normalize(common).text
    assert fold("az09 ~") == "az09 ~"
