"""By how much one version or product costs more than another."""

import pytest

from assist.documents import BlockKind
from assist.draft.price_gap import price_gap_candidate
from unit.draft.shop_pages import Page
from unit.draft.writing import evidence, page, part, said


def versions(*rows, header=("款式", "售价", "杯盖")):
    made = Page()
    made.table(BlockKind.SKU_TABLE, header, rows, "规格")
    return made.document()


CUPS = versions(("350ml", "59元", "无"), ("500ml", "59元", "无"), ("750ml", "79元", "有"))
FANS = versions(("标准款", "¥169", "无"), ("遥控款", "¥229", "有"), header=("规格", "价格", "遥控器"))
COATS = versions(
    ("普通款", "199", "薄"),
    ("加绒款", "239", "厚"),
    ("加绒加长款", "259", "厚"),
    header=("款式", "价格", "厚薄"),
)
UNEQUAL = versions(("350ml", "59元", "有"), ("500ml", "65元", "无"), ("750ml", "79元", "有"))


def found(asked, *pages):
    given = part(asked, products=tuple(item.id for item in pages))
    return price_gap_candidate(given, 0, evidence(given, pages=pages))


@pytest.mark.parametrize(
    ("asked", "product", "text"),
    [
        ("带遥控的比不带的贵几块", FANS, "带遥控的229元，不带遥控的169元，带遥控的贵60元。"),
        ("两个规格差价多少", FANS, "遥控款229元，标准款169元，遥控款贵60元。"),
        ("带杯盖的比没有的贵多少", CUPS, "带杯盖的79元，不带杯盖的59元，带杯盖的贵20元。"),
        ("750ml比350ml多花几块", CUPS, "750ml是79元，350ml是59元，750ml贵20元。"),
    ],
)
def test_both_prices_and_the_difference_are_stated(asked, product, text):
    one = found(asked, product)
    assert said(one) == text
    (statement,) = one.statements
    assert all(
        product.text[place.span.start : place.span.end] == place.quote for place in statement.citations
    )
    assert len(statement.citations) == 2


def test_two_products_are_compared_by_their_prices():
    one = found(
        "小的那款比它便宜多少", page("K1", facts=[("售价", "99元")]), page("K2", facts=[("售价", "129元")])
    )
    assert said(one) == "K2是129元，K1是99元，K2贵30元。"


@pytest.mark.parametrize(
    ("asked", "product"),
    [
        ("比别家贵多少", FANS),
        ("比昨天贵了几块", FANS),
        ("带遥控的多少钱", FANS),
        ("这两个重量差多少", FANS),
        ("带杯盖的比不带的贵多少", UNEQUAL),
        ("加绒的比普通的贵多少", COATS),
    ],
)
def test_what_is_no_difference_of_two_prices_is_left_to_others(asked, product):
    assert found(asked, product) is None
