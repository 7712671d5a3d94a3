from datetime import datetime

import pytest

from assist.documents import Span
from assist.messages import Behaviour, Emotion, Message, Turn, turns
from assist.question import Understanding
from assist.settings import MessageSettings
from assist.shop import ShopProfile
from assist.testing import HashingEncoder
from assist.text.tokenize import Tokenizer


def ask(understanding, *lines, **fields):
    return understanding.understand(Message(lines, **fields))


def test_two_questions_in_one_message(understanding):
    question = ask(understanding, "掉色不 起球能退吗", product="A102")
    assert [part.text for part in question.parts] == ["掉色不", "起球能退吗"]
    assert [part.span for part in question.parts] == [Span(0, 3), Span(4, 9)]
    assert all(part.products == ("A102",) for part in question.parts)
    assert question.parts[0].aspects[0].name == "不掉色"


def test_pasted_id_scopes_the_next_line(understanding):
    question = ask(understanding, "718263540102", "厚吗")
    assert len(question.parts) == 1
    assert (question.products, question.parts[0].clean) == (("A102",), "厚吗")


def test_two_ids_each_with_its_question(understanding):
    question = ask(understanding, "A102", "掉色吗", "A310", "起球吗")
    assert [part.products for part in question.parts] == [("A102",), ("A310",)]
    assert question.products == ("A102", "A310")


def test_a_correction_replaces_the_value_before(understanding):
    question = ask(understanding, "要黑的", "不对 要白的", "m码", product="a102")
    assert (question.slots["color"].value, question.slots["size"].value) == ("白色", "M")
    assert question.parts[0].clean == "要白的 m码"
    assert question.parts[0].sku == ("白的", "m")


def test_named_product_beats_the_one_in_view_and_a_bare_noun_does_not(understanding):
    assert ask(understanding, "F101多重", product="A102").products == ("F101",)
    assert ask(understanding, "充电宝能放进去吗", product="A310").products == ("A310",)
    assert ask(understanding, "充电宝能上飞机吗").products == ("F101",)


def test_this_one_compared_with_another(understanding):
    assert ask(understanding, "这个和A310哪个厚", product="A102").products == ("A102", "A310")
    assert ask(understanding, "pro和普通版差在哪", product="C501").products == ("C501", "C502")


def test_unknown_products(understanding):
    assert ask(understanding, "A999有货吗", product="A102").unknown_product == "A999"
    question = ask(understanding, "有货吗", product="Z1")
    assert (question.unknown_product, question.products) == ("Z1", ())


def test_history_gives_product_and_slots_when_nothing_nearer(understanding):
    history = turns([("buyer", "A102 163 110斤穿啥码"), ("agent", "建议M码")])
    question = ask(understanding, "那腰围呢", history=history)
    assert question.products == ("A102",)
    assert (question.slots["height_cm"].value, question.slots["height_cm"].origin) == (163, "history")
    assert question.parts[0].clean == "那腰围呢"
    assert ask(understanding, "有货吗", product="A310", history=history).products == ("A310",)


def test_history_can_end_with_a_product_the_shop_lacks(understanding):
    question = ask(understanding, "有货吗", history=turns(["A102掉色吗", "a999呢"]))
    assert (question.products, question.unknown_product) == ((), "A999")


@pytest.mark.parametrize("hurry", ["？？？", "在吗", "人呢"])
def test_hurry_after_an_open_question_takes_it_up(understanding, hurry):
    message = Message((hurry,), history=turns([("buyer", "会掉色吗"), ("agent", "亲稍等")]))
    assert understanding.quick(message) is None
    question = understanding.understand(message)
    assert question.urging
    assert [part.text for part in question.parts] == ["会掉色吗"]
    assert question.parts[0].span == Span(0, len(hurry))


def test_hurry_after_an_answer_is_only_hurry(understanding):
    message = Message(("？？？",), history=turns([("buyer", "会掉色吗"), ("agent", "4级，不易掉色")]))
    question = understanding.quick(message)
    assert question is not None
    assert question.urging
    assert question.intent == "通用/寒暄/催促/无内容追问"


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("在吗亲", "问候/在吗"),
        ("好的 谢谢宝", "感谢/结束"),
        ("？？", "催促/无内容追问"),
        ("转人工", "要真人/要主管"),
    ],
)
def test_quick_kinds_equal_full_understanding(understanding, text, intent):
    question = understanding.quick(Message((text,)))
    assert question is not None
    assert question.intent.endswith(intent)
    assert question == understanding.understand(Message((text,)))


@pytest.mark.parametrize("text", ["在吗 掉色吗", "人呢 怎么还不发货", "谢谢 那运费险有吗", "", "   "])
def test_not_quick(understanding, text):
    assert understanding.quick(Message((text,))) is None


def test_asking_for_a_person_beside_a_question(understanding):
    question = ask(understanding, "都说了三遍了 退款怎么还没到 给我转人工")
    assert question.asks_human
    assert question.emotion is Emotion.ANNOYED


def test_caller_data_fills_slots(understanding):
    question = ask(understanding, "穿什么码", customer={"height_cm": 160}, order={"order_id": "77"})
    assert question.slots["height_cm"].origin == "customer"
    assert question.slots["order_id"].value == "77"


def test_a_colour_gets_the_page_word(understanding):
    question = ask(understanding, "黑色有货吗", product="A311")
    assert question.slots["color"].value == "曜石黑"
    assert question.parts[0].sku == ("黑色",)


@pytest.mark.parametrize("text", ["这个怎么样", "好用吗", "这款值得买吗", "你家这个靠谱吗 真的假的"])
def test_vague(understanding, text):
    assert ask(understanding, text).parts[-1].vague


@pytest.mark.parametrize("text", ["这个尺码怎么样", "请问这个商品的尺码是多少?", "可以吗", "保暖怎么样"])
def test_not_vague(understanding, text):
    assert not ask(understanding, text).parts[0].vague


def test_tags_in_the_shops_order(shop_catalog):
    tags = {"第二": ("售前/商品",), "第一": ("售前/商品/掉色/缩水/起球",), "别的": ("售前/商", "售后")}
    own = Understanding(
        encoder=HashingEncoder(), tokenizer=Tokenizer(), catalog=shop_catalog, profile=ShopProfile(tags=tags)
    )
    assert own.understand(Message(("会掉色吗",))).tags == ("第二", "第一")


def test_unreadable_text_has_the_leaf_for_it(understanding):
    question = ask(understanding, "🐶🐶🐶")
    assert question.intent == "通用/其他/超出范围/无法识别"
    assert question.parts[0].behaviour is Behaviour.HANDOFF


def test_empty_message_gives_one_part_without_intent(understanding):
    question = understanding.understand(Message(()))
    assert len(question.parts) == 1
    assert question.intent is None


def test_limits(shop_catalog):
    own = Understanding(
        encoder=HashingEncoder(),
        tokenizer=Tokenizer(),
        catalog=shop_catalog,
        profile=ShopProfile(),
        settings=MessageSettings(max_chars=4, max_history=1),
    )
    assert own.understand(Message(("会掉色吗会起球吗",))).parts[0].text == "会掉色吗"
    far = own.understand(Message(("有货吗",), history=(Turn("buyer", "A102"), Turn("buyer", "你好"))))
    assert far.products == ()


def test_dates_follow_the_moment_of_the_message(understanding):
    question = ask(understanding, "昨天下单的", on=datetime(2026, 11, 20, 12))
    assert question.slots["date"].value == "2026-11-19"


def test_the_encoder_is_called_once_for_a_batch(shop_catalog):
    class Counting(HashingEncoder):
        calls = 0

        def encode(self, texts, *, kind="passage"):
            Counting.calls += 1
            return super().encode(texts, kind=kind)

    own = Understanding(
        encoder=Counting(), tokenizer=Tokenizer(), catalog=shop_catalog, profile=ShopProfile()
    )
    built = Counting.calls
    own.understand_many([Message(("掉色吗 包邮吗",)), Message(("在吗",)), Message(("怎么退",))])
    assert Counting.calls == built + 1
    own.understand_many([Message(("在吗",))])
    assert Counting.calls == built + 1


def test_sku_words_of_the_page_fill_slots(understanding):
    question = ask(understanding, "沙丘米的还有吗", product="A311")
    assert question.slots["color"].value == "沙丘米"
    question = ask(understanding, "黑白42有货吗", product="B101")
    assert (question.slots["size"].value, question.slots["color"].value) == ("42", "黑白")
    assert question.parts[0].sku == ("黑白", "42")
    assert "size" not in ask(understanding, "42天能到吗", product="B101").slots


@pytest.mark.parametrize("text", ["718263540102", "a102"])
def test_a_pasted_id_alone_is_vague_or_repeats_the_open_question(understanding, text):
    question = ask(understanding, text)
    assert (question.products, question.parts[0].vague) == (("A102",), True)
    assert question.intent == "售前/商品/评价/笼统询问"
    again = ask(understanding, text, history=turns(["会掉色吗"]))
    assert again.parts[0].clean == "会掉色吗"
    assert again.parts[0].aspects[0].name == "不掉色"


def test_a_doubt_about_goods_in_view_is_put_as_a_question(understanding):
    question = ask(understanding, "洗完有浮色 坏了？", product="A102")
    assert [part.clean for part in question.parts] == ["洗完有浮色正常吗"]
    assert ask(understanding, "洗完有浮色 坏了？").parts[0].clean != "洗完有浮色正常吗"
