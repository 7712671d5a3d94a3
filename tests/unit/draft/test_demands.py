"""A candidate that leaves out what was asked for is no answer."""

from dataclasses import replace

import pytest

from assist.demand import Name, Subject
from assist.documents import BlockKind, Span
from assist.draft.demands import DOUBT, doubted, met
from assist.draft.evidence import Candidate, cite
from assist.messages import Paraphrase
from assist.question.demands import demands as read_demands
from assist.results import Statement
from assist.text.tokenize import Tokenizer
from unit.draft.shop_pages import Page, shirt
from unit.draft.writing import evidence, part

GOODS = "售前/商品/材质/成分"
WORDS = Tokenizer().words


def demands(text):
    return read_demands(text, WORDS)


@pytest.mark.parametrize(
    ("asked", "said", "names"),
    [
        ("拉链是ykk的么", "面料是20d尼龙", False),
        ("拉链是ykk的么", "拉链用的是ykk双头拉链", True),
        ("有没有烟酰胺", "主要成分是神经酰胺np、甘油", False),
        ("有没有烟酰胺", "不含烟酰胺", True),
        ("核桃是云南的还是新疆的", "配料是核桃、腰果", False),
        ("核桃是云南的还是新疆的", "核桃来自云南", True),
        ("会缩水吗", "按洗涤说明洗会略微缩1~2cm", True),
        ("能进烘干机吗", "不可烘干", True),
        ("这壶多重", "容量是1.7l", False),
        ("这壶多重", "净重1.25kg", True),
        ("这壶多重", "整壶2斤半", True),
        ("孕妇能用吗", "适用中性、干性皮肤", False),
        ("孕妇能用吗", "孕期使用前请咨询医生", True),
        ("这件参加三件八折吗", "每满300元减40元", False),
        ("这件参加三件八折吗", "3件打8折", True),
        ("19.9买一送一", "活动期间付款送烘焙纸垫", False),
        ("19.9买一送一", "买1送1只以活动页写明的为准", True),
        ("购物津贴怎么用", "银卡生日当月送10元券", False),
    ],
)
def test_met_reads_what_is_said(asked, said, names):
    found = [demand for demand in demands(asked) if not isinstance(demand, Subject)]
    assert found
    assert all(met(demand, said, said) for demand in found) is names


def candidate(text, **more):
    return Candidate(0, more.pop("lane", "page"), (Statement(text),), 0.5, **more)


def asked(text, intent=GOODS):
    given = part(text, intent=intent, products=("T1",))
    return type(given)(**{**{f: getattr(given, f) for f in given.__slots__}, "demands": demands(text)})


def test_a_candidate_without_what_was_asked_for_is_doubted():
    question = asked("有没有烟酰胺")
    given = evidence(question, pages=[shirt()])
    assert doubted(candidate("面料是棉。"), question, given).score == pytest.approx(0.5 * DOUBT)
    assert doubted(candidate("不含烟酰胺。"), question, given).score == 0.5


@pytest.mark.parametrize(
    "spared",
    [candidate("面料是棉。", lane="size"), candidate("请问哪一款？", verdict="asked")],
)
def test_what_is_looked_up_or_asked_back_is_not(spared):
    question = asked("有没有烟酰胺")
    assert doubted(spared, question, evidence(question, pages=[shirt()])) is spared


def test_only_questions_about_goods_are_held_to_their_form():
    question = asked("有没有烟酰胺", intent="售后/退换/换货/换码")
    given = evidence(question, pages=[shirt()])
    assert doubted(candidate("可以换。"), question, given).score == 0.5


def test_an_offer_is_told_by_what_names_it():
    question = asked("打八折吗", intent="售前/价格/优惠/活动")
    given = evidence(question, pages=[shirt()])
    assert doubted(candidate("每满300元减40元。", lane="clause"), question, given).score == pytest.approx(
        0.5 * DOUBT
    )
    assert doubted(candidate("会员日全场8折。", lane="clause"), question, given).score == 0.5


def test_a_brand_counts_where_the_page_names_it_anywhere():
    demand = Name(("ykk",))
    assert met(demand, "面料是棉", "拉链ykk")
    assert not met(demand, "面料是棉", "拉链")


def test_what_is_demanded_in_everyday_words_is_met_in_those_of_the_page():
    question = replace(
        asked("里面能不能煮火锅", intent="售前/商品/功能/能不能用"), demands=demands("里面能煮火锅吗")
    )
    given = evidence(question, pages=[shirt()])
    banned = candidate("帐内禁止使用明火。")
    assert doubted(banned, question, given).score == pytest.approx(0.5 * DOUBT)
    bridged = replace(question, paraphrases=(Paraphrase("煮火锅", ("明火",)),))
    assert doubted(banned, bridged, given) is banned
    assert doubted(candidate("面料是棉。"), bridged, given).score == pytest.approx(0.5 * DOUBT)
    other = replace(question, paraphrases=(Paraphrase("太阳", ("明火",)),))
    assert doubted(banned, other, given).score == pytest.approx(0.5 * DOUBT), "another phrase of the message"


def test_the_question_under_which_an_answer_stands_counts_as_said():
    page = Page()
    page.line("问：送气罐吗？ 答：不含，属于禁寄品。", BlockKind.QA, "常见问题")
    document = page.document()
    start = document.text.index("不含")
    place = cite(document, Span(start, start + len("不含，属于禁寄品。")), "常见问题")
    question = asked("送罐子不", intent="售前/商品/包装/配件/赠品")
    given = evidence(question, pages=[document])
    assert question.demands
    told = Candidate(0, "page", (Statement("不含，属于禁寄品。", (place,)),), 0.5)
    assert doubted(told, question, given) is told
    assert doubted(candidate("不含，属于禁寄品。"), question, given).score == pytest.approx(0.5 * DOUBT)


@pytest.mark.parametrize("text", ["买这个送不送东西", "送不送点什么"])
def test_anything_at_all_is_met_by_the_verb(text):
    question = asked(text, intent="售前/商品/包装/配件/赠品")
    assert doubted(candidate("活动期间送手提袋。", lane="clause"), question, evidence(question)).score == 0.5


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("打碎了可以补，杯子12元/只。", True),
        ("地布×1、地钉×12", True),
        ("不含气罐。", True),
        ("面料是棉。", False),
    ],
)
def test_what_is_sold_apart_or_in_the_box_answers_whether_to_buy_it(said, told):
    (demand,) = [item for item in demands("地布要另外买吗") if type(item).__name__ == "Figure"]
    assert met(demand, said) is told
