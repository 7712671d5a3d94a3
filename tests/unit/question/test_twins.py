"""Describing words, prices and numbers of kind that mean another product than the one in view."""

from decimal import Decimal

import pytest

from assist.documents import BlockKind, Cell, Document, Fact, Kind, Row, Span, Table
from assist.question import catalog
from assist.question.twins import Reference, Traits, fit, meant, references
from assist.text.normalize import fold

HEAD = ("规格", "价格(元)")


def product(id, title, *, category, skus=(), facts=()):
    rows = tuple(Row(tuple(Cell(cell) for cell in row), Span(0, 1)) for row in skus)
    return Document(
        id,
        title,
        kind=Kind.PRODUCT,
        title=title,
        categories=(category,),
        tables=(Table(BlockKind.SKU_TABLE, HEAD, rows),) if rows else (),
        facts=tuple(Fact(key, value, Span(0, 1)) for key, value in facts),
    )


@pytest.fixture(scope="module")
def shop():
    return catalog(
        (
            product(
                "L20",
                "明居 护眼台灯 L20 触摸调光 带手机支架",
                category="灯具",
                skus=(("暖白", "129"),),
                facts=(("遥控器", "无"), ("到手价", "129元"), ("净重", "900g")),
            ),
            product(
                "L21",
                "明居 护眼台灯 L21 旋钮调光",
                category="灯具",
                skus=(("暖白", "159"), ("木纹", "169")),
                facts=(("遥控器", "红外遥控器"), ("到手价", "159元"), ("净重", "1.4kg")),
            ),
            product("R03", "明居 电饭煲 R03 3L 家用", category="厨电", facts=(("内胆", "不锈钢"),)),
            product("R05", "明居 电饭煲 R05 5L 家用", category="厨电", facts=(("内胆", "不粘涂层"),)),
            product("V610", "明居 颈椎枕 V610 记忆棉", category="床品"),
            product("V611", "明居 颈椎枕 V611 乳胶", category="床品"),
            product("V700", "明居 决明子眼罩 V700", category="床品"),
        )
    )


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("带支架那款多重", ["带支架"]),
        ("那个带支架的多重", ["带支架"]),
        ("我问的是旋钮的那台", ["旋钮"]),
        ("昨天买的那台坏了", []),
        ("送手机壳的那个活动还有吗", []),
        ("那个多少钱", []),
    ],
)
def test_describing_words_are_read(text, words):
    assert [found.words for found in references(text)] == words


def test_a_price_that_points_is_no_word():
    assert list(references("159元那台")) == [Reference("159元", Decimal(159))]


@pytest.mark.parametrize(
    ("text", "context", "meant_product"),
    [
        ("旋钮的那台多重", "L20", "L21"),
        ("带遥控器那款保修多久", "L20", "L21"),
        ("没遥控那个多少钱", "L21", "L20"),
        ("159那台几瓦", "L20", "L21"),
        ("便宜的那台几瓦", "L21", "L20"),
        ("沉的那台几瓦", "L20", "L21"),
        ("大点的那个几个人用", "R03", "R05"),
        ("3升那个几个人用", "R05", "R03"),
        ("哦不 问乳胶那个", "V610", "V611"),
        ("611那款多高", "V610", "V611"),
        ("V610多高\n不对 我说611", None, "V611"),
    ],
)
def test_words_that_only_a_twin_fits_move_the_scope(shop, text, context, meant_product):
    mention = shop.mention(fold(text), context=context)
    assert mention.products == (meant_product,)
    assert mention.firm


@pytest.mark.parametrize(
    ("text", "context"),
    [
        ("触摸的那台多重", "L20"),
        ("木纹那台多重", "L21"),
        ("159那台几瓦", "L21"),
        ("便宜的那台几瓦", "L20"),
        ("护眼的那台多重", "L20"),
        ("好看的那台多重", "L20"),
        ("昨天买的那台坏了", "L20"),
        ("乳胶那个多高", "V700"),
        ("乳胶那台几瓦", "L20"),
        ("买611块钱的", "V610"),
    ],
)
def test_words_that_fit_what_is_in_view_or_no_twin_leave_it(shop, text, context):
    assert not shop.mention(fold(text), context=context).products


@pytest.mark.parametrize(
    ("text", "context", "both"),
    [
        ("两台台灯哪个亮", None, {"L20", "L21"}),
        ("两个电饭煲有啥区别", None, {"R03", "R05"}),
        ("这两款有啥区别", "R03", {"R03", "R05"}),
        ("610跟611哪个软", None, {"V610", "V611"}),
        ("跟L20比哪个亮", "L21", {"L20", "L21"}),
        ("触摸的和旋钮的哪个亮", "L20", {"L20", "L21"}),
        ("记忆棉乳胶拿哪个", "V611", {"V610", "V611"}),
        ("旋钮和触摸一样亮不", "L20", {"L20", "L21"}),
        ("颈椎枕哪个好", "V610", {"V610"}),
    ],
)
def test_products_of_a_kind_that_are_compared_are_both_meant(shop, text, context, both):
    mention = shop.mention(fold(text), context=context)
    known = set(mention.products) | (
        {context} if (mention.points or not mention.products) and context else set()
    )
    assert known == both


@pytest.mark.parametrize(
    "text", ["买两台台灯哪天发货", "两台台灯多少钱", "两个颜色哪个好看", "两个月能用完吗"]
)
def test_a_number_of_pieces_is_no_comparison(shop, text):
    assert len(shop.mention(fold(text), context="L20").products) < 2


def test_kin_are_of_one_kind(shop):
    assert shop.kin.of("L20") == ("L20", "L21")
    assert shop.kin.of("V700") == ("V700",)
    assert shop.kin.of("nothing") == ()


def test_a_page_that_denies_a_word_fits_its_denial():
    without = Traits("露营灯", stated=(("磁吸底座", "无"),))
    assert fit("磁吸", without) < 0 < fit("不带磁吸", without)


def test_two_that_fit_alike_decide_nothing():
    twins = (Traits("露营灯 磁吸"), Traits("手电 磁吸"))
    assert meant(Reference("磁吸"), twins) is None
