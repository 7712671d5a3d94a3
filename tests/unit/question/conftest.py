"""A small shop with twins, and an understanding of it that needs no model."""

import pytest

from assist.documents import BlockKind, Cell, Document, Fact, Kind, Row, Span, Table
from assist.question import Catalog, Understanding, catalog
from assist.shop import ShopProfile
from assist.testing import HashingEncoder
from assist.text.tokenize import Tokenizer


def product(id, title, *, aliases=(), category="服饰", skus=(), facts=(), head=("SKU编码", "颜色", "尺码")):
    rows = tuple(Row(tuple(Cell(cell) for cell in row), Span(0, 1)) for row in skus)
    return Document(
        id,
        title,
        kind=Kind.PRODUCT,
        title=title,
        aliases=tuple(aliases),
        categories=(category,),
        tables=(Table(BlockKind.SKU_TABLE, head, rows),) if rows else (),
        facts=tuple(Fact(key, value, Span(0, 1)) for key, value in facts),
    )


DOCUMENTS = (
    product(
        "A102",
        "山木 A102 纯棉圆领短袖T恤 男女同款",
        aliases=("718263540102", "SM-A102"),
        skus=(
            ("A102-WH-1", "白色", "S / M / L"),
            ("A102-NV-1", "藏青", "M、L、XL"),
            ("A102-BK-1", "黑色", "S / M"),
        ),
    ),
    product(
        "A310",
        "山木 A310 轻薄羽绒服 白鸭绒外套",
        skus=(("A310-BK-S", "黑色", "S"), ("A310-SB-M", "雾霾蓝", "M")),
    ),
    product(
        "A311",
        "山木 A311 轻薄羽绒服Pro 连帽白鹅绒",
        skus=(("A311-BK-S", "曜石黑", "S"), ("A311-SD-M", "沙丘米", "M")),
    ),
    product("B101", "山木 B101 轻跑运动鞋", skus=(("B101-BK", "黑白", "36-45"),)),
    product("C501", "山木 C501 空气炸锅4L 家用", category="小家电", facts=(("型号", "SM-KZ4"),)),
    product("C502", "山木 C502 空气炸锅5.5L Pro 可视窗", category="小家电"),
    product("F101", "山木数码 F101 20000mAh充电宝", category="数码配件", facts=(("款名", "随身电池"),)),
    Document("returns", "签收后7天内可以退货", title="退换货规则"),
)


@pytest.fixture(scope="session")
def shop_catalog() -> Catalog:
    return catalog(DOCUMENTS)


@pytest.fixture(scope="session")
def understanding(shop_catalog) -> Understanding:
    return Understanding(
        encoder=HashingEncoder(), tokenizer=Tokenizer(), catalog=shop_catalog, profile=ShopProfile()
    )
