import pytest

from assist.question import Catalog, ProductEntry
from assist.text.normalize import fold
from assist.text.tokenize import Tokenizer


@pytest.mark.parametrize("word", ["A102", "a102", "ａ１０２", "718263540102", "sm-a102", "A102-WH-1"])
def test_ids_and_aliases_resolve_in_any_case(shop_catalog, word):
    assert shop_catalog.resolve(word) == "A102"


def test_unknown_words_do_not_resolve(shop_catalog):
    assert shop_catalog.resolve("A999") is None
    assert shop_catalog.entry("A999") is None
    assert "A102" in shop_catalog
    assert len(shop_catalog) == 7


def test_sku_words_come_from_the_sku_table(shop_catalog):
    words = shop_catalog.entry("A102").sku_words
    assert {"白色", "藏青", "S", "M", "L", "XL"} <= set(words)
    assert "45" in shop_catalog.entry("B101").sku_words


@pytest.mark.parametrize(
    ("text", "context", "products"),
    [
        ("a102掉色吗", None, ("A102",)),
        ("718263540102 厚吗", None, ("A102",)),
        ("https://item.taobao.com/item.htm?id=718263540102", None, ("A102",)),
        ("A102和A310哪个厚", None, ("A102", "A310")),
        ("充电宝能上飞机吗", None, ("F101",)),
        ("随身电池有货吗", None, ("F101",)),
        ("SM-KZ4多大", None, ("C501",)),
        ("羽绒服能机洗吗", None, ()),
        ("羽绒服pro能机洗吗", None, ("A311",)),
        ("外套有几个颜色", None, ()),
        ("服饰有什么推荐", None, ()),
        ("pro和普通版差在哪", "C501", ("C501", "C502")),
        ("空气炸锅pro和普通版有啥区别", None, ("C501", "C502")),
        ("pro多重", "C501", ("C502",)),
        ("普通版多重", "C502", ("C501",)),
        ("普通版多重", "A102", ()),
        ("我跟a102比哪个厚", "A103", ("A102",)),
        ("掉色吗", None, ()),
    ],
)
def test_products_named(shop_catalog, text, context, products):
    assert shop_catalog.mention(fold(text), context=context).products == products


@pytest.mark.parametrize("text", ["a999有货吗", "718263540999厚吗", "货号x1234有吗"])
def test_an_id_the_shop_lacks_is_reported(shop_catalog, text):
    mention = shop_catalog.mention(text)
    assert mention.unknown is not None
    assert mention.products == ()


@pytest.mark.parametrize(
    "text",
    [
        "iphone15能用吗",
        "spf50够吗",
        "打12315",
        "快递单号773012345678",
        "usb3接口",
        "订单2589631470025896314",
        "13800138000",
    ],
)
def test_other_numbers_are_not_products(shop_catalog, text):
    assert shop_catalog.mention(text).unknown is None


def test_who_sets_another_against_the_one_in_view_means_both(shop_catalog):
    assert shop_catalog.mention("我跟a102比哪个厚", context="A310").points
    assert shop_catalog.mention("它比a102厚吗", context="A310").points
    assert not shop_catalog.mention("a102厚吗", context="A310").points


def test_a_bare_noun_is_not_firm_but_a_model_is(shop_catalog):
    assert not shop_catalog.mention("充电宝能放进去吗").firm
    assert shop_catalog.mention("f101能放进去吗").firm
    assert shop_catalog.mention("你们家的充电宝多大").firm


def test_siblings_share_their_most_particular_name(shop_catalog):
    assert shop_catalog.siblings("A310") == ("A310", "A311")
    assert shop_catalog.siblings("F101") == ("F101",)
    assert shop_catalog.siblings("none") == ()


def test_colour_is_the_page_word_only_where_it_can_be_one(shop_catalog):
    assert shop_catalog.sku_choice("黑色", ("A311",)) == "曜石黑"
    assert shop_catalog.sku_choice("黑色", ("A310",)) == "黑色"
    assert shop_catalog.sku_choice("绿色", ("A311",)) == "绿色"
    assert shop_catalog.sku_choice("黑色", ()) == "黑色"


def test_an_empty_catalog_names_nothing():
    assert Catalog().mention("a102掉色吗").products == ()
    assert Catalog([ProductEntry("X", "x")]).resolve("x") == "X"


def test_a_noun_inside_a_longer_word_names_nothing():
    shop = Catalog([ProductEntry("E208", "冻干咖啡", names=("咖啡",))])
    cut = Tokenizer().words
    assert shop.mention("咖啡色有吗").products == ("E208",)
    assert shop.mention("咖啡色有吗", words=cut).products == ()
    assert shop.mention("咖啡苦吗", words=cut).products == ("E208",)


@pytest.mark.parametrize("text", ["屏幕跳个a999", "显示b44怎么办", "c12是什么故障"])
def test_what_a_display_shows_is_no_id_the_shop_lacks(shop_catalog, text):
    assert shop_catalog.mention(text, context="A102").unknown is None
