import pytest

from assist.question import lexicon
from assist.question.wording import plain, plain_many, spell
from assist.text.normalize import fold


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("七天无里由", "七天无理由"),
        ("运废多少", "运费多少"),
        ("尺吗准不准", "尺码准不准"),
        ("发货块点", "发货快点"),
        ("退宽", "退款"),
        ("有香经没", "有香精没"),
        ("能开发片么", "能开发票么"),
        ("假发片多少钱", "假发片多少钱"),
        ("木有货了吗", "没有货了吗"),
        ("咋洗", "怎么洗"),
        ("啥时候发", "什么时候发"),
        ("这件多钱", "这件多少钱"),
        ("花了这么多钱", "花了这么多钱"),
        ("肿么退", "怎么退"),
        ("kd到哪了", "快递到哪了"),
        ("ＸＬ運費誰出", "xl运费谁出"),
        ("亲 在吗亲 掉色不", "在吗亲 掉色不"),
        ("请问一下有货吗亲", "有货吗"),
        ("宝 能便宜点不🥺", "能便宜点不"),
        ("好的 谢谢[emoji]", "好的"),
        ("[数字x]能退吗", "能退吗"),
        ("订单号2589631470025896314怎么还没发", "怎么还没发"),
    ],
)
def test_plain_wording(typed, expected):
    assert plain(typed) == expected


@pytest.mark.parametrize(
    "text",
    [
        "充电宝能上飞机吗",
        "宝宝能用吗",
        "宝蓝色有吗",
        "亲肤吗",
        "还有货吗",
        "支付宝能付吗",
        "有没有货",
        "好不好用",
    ],
)
def test_words_that_look_like_address_or_slang_stay(text):
    assert plain(text) == text


@pytest.mark.parametrize("text", ["没收到货", "能不能不退货", "不想退", "不要放快递柜", "不是我买的"])
def test_negation_stays(text):
    assert plain(text) == text


@pytest.mark.parametrize("text", ["", "   ", "🐶🐶", "亲", "？？？", "[图片]"])
def test_nothing_asked_gives_nothing(text):
    assert plain(text) == ""


def test_many_equals_each():
    texts = ["七天无里由", "", "亲 运废多少", "a\nb", "🐶", "|", "咋整呀"]
    assert plain_many(texts) == [plain(text.replace("\n", " ")) for text in texts]


def test_spelling_table_is_normalised_and_stable():
    table = lexicon.toml("spelling")["replace"]
    assert all(fold(key) == key for key in table if "❤" not in key and "➕" not in key)
    unstable = {key: value for key, value in table.items() if value and spell(value) != value}
    assert unstable == {}


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("有🎁吗", "有赠品吗"),
        ("🧾怎么开", "发票怎么开"),
        ("送🎁", "送赠品"),
        ("包邮吗🎁", "包邮吗"),
        ("脸肿了🐶", "脸肿了"),
    ],
)
def test_a_picture_stands_for_a_noun_only_inside_a_sentence(typed, expected):
    assert plain(typed) == expected
