"""What tells an answered part from one that a source only lies near."""

from dataclasses import replace

import pytest

from assist.demand import Detail, Figure, Option, Quality, Thing
from assist.draft.answered import LEAST, describe, is_answered
from assist.draft.compose import candidates
from assist.draft.evidence import Candidate
from assist.results import StatedFact, Statement
from unit.draft.shop_pages import shirt
from unit.draft.writing import Told, evidence, part

MATERIAL = "售前/商品/材质/成分"


def found(score=0.5, likeness=0.4):
    return Candidate(0, "page", (Statement("面料是棉。"),), score, columns={"text": likeness})


class Sure(Told):
    """Gives every part the same chance."""

    def __init__(self, chance, likes=None):
        super().__init__(likes)
        self.chance, self.asked = chance, []

    def answers(self, described):
        self.asked.append(described)
        return self.chance


def given(*parts, chance=1.0, **more):
    made = evidence(*parts, pages=[shirt()], **more)
    return type(made)(
        **{
            **{name: getattr(made, name) for name in made.__slots__},
            "scorer": Sure(chance, {"棉100%": 0.2}),
        }
    )


@pytest.mark.parametrize(
    ("asked", "form"),
    [
        ("能机洗吗", "asks_yes_no"),
        ("会不会勾丝", "asks_yes_no"),
        ("有几个口袋", "asks_how_much"),
        ("多重", "asks_how_much"),
        ("里衬是什么", "asks_what"),
        ("几号补货", "asks_when"),
        ("怎么收纳", "asks_how"),
        ("扣子是铜的还是铁的", "asks_which_of_two"),
        ("运费谁出", "asks_who"),
        ("标签在哪里", "asks_where"),
        ("为什么有毛边", "asks_why"),
    ],
)
def test_the_form_of_the_question_is_described(asked, form):
    one = part(asked, intent=MATERIAL)
    described = describe(one, [found()], (), given(one))
    assert described[form] == 1.0
    assert described["of_material"] == 1.0
    assert "of_stock" not in described


def test_the_columns_of_the_best_source_and_the_likest_past_answer_are_described():
    one = part("什么面料", intent=MATERIAL)
    past = [Candidate(0, "past_answer", (), 0.7), Candidate(0, "past_answer", (), 0.6)]
    described = describe(one, [found(0.2, 0.1), found(0.6, 0.8)], past, given(one))
    assert described["text"] == 0.8
    assert described["past_answer"] == 0.7


def test_demands_that_are_left_out_are_described_by_their_kind():
    asked = part(
        "有拉链吗", intent=MATERIAL, products=("T1",), demands=(Thing(("拉链",)), Quality(("棉",), 1.0))
    )
    described = describe(asked, [found()], (), given(asked))
    assert described["unmet_thing"] == 1.0
    assert "unmet_quality" not in described
    assert described["demands_met"] == described["no_demands"] == 0.0
    met = part("是棉的吗", intent=MATERIAL, products=("T1",), demands=(Quality(("棉",), 1.0),))
    assert describe(met, [found()], (), given(met))["demands_met"] == 1.0


def test_where_nothing_was_measured_nothing_is_held_back():
    one = part("什么面料")
    assert describe(one, [Candidate(0, "page", (), 0.5)], (), given(one)) is None
    assert is_answered(one, [Candidate(0, "page", (), 0.5)], (), given(one, chance=0.0))


def test_a_part_that_is_not_likely_answered_has_no_source():
    asked = part("什么面料", intent=MATERIAL, products=("T1",))
    assert candidates(asked, 0, given(asked, chance=LEAST - 0.01)) == []
    best = candidates(asked, 0, given(asked, chance=LEAST))[0]
    assert "棉100%" in best.statements[0].text
    assert best.score == pytest.approx(0.2)


def test_a_figure_of_the_kind_that_is_asked_for_must_be_told_however_likely_the_rest():
    stock = part("绿色还剩几件", intent="售前/库存/有货/补货", products=("T1",), demands=(Figure("剩|库存"),))
    assert not is_answered(stock, [found()], (), given(stock, chance=0.99))
    told = replace(found(), statements=(Statement("绿色库存12件。"),))
    assert is_answered(stock, [told], (), given(stock, chance=0.99))


def test_one_of_two_options_must_be_told_however_likely_the_rest():
    either = part("盖子是塞的还是旋的", intent=MATERIAL, products=("T1",), demands=(Option(("塞", "旋")),))
    assert not is_answered(either, [found()], (), given(either, chance=0.99))
    told = replace(found(), statements=(Statement("瓶盖为旋盖。"),))
    assert is_answered(either, [told], (), given(either, chance=0.99))


def test_what_is_asked_of_a_part_must_be_told_whatever_the_question_was_taken_for():
    deep = part(
        "兜深不深", intent="售前/商品/评价/笼统询问", products=("T1",), demands=(Detail("[兜袋].*[深浅]"),)
    )
    assert not is_answered(deep, [found()], (), given(deep, chance=0.99))
    told = replace(found(), statements=(Statement("侧袋深18cm。"),))
    assert is_answered(deep, [told], (), given(deep, chance=0.99))


def test_a_word_that_is_wanted_anywhere_is_wanted_of_rules_too():
    insured = part("哪家保险公司", intent="售前/售后咨询/运费险", demands=(Figure("众安", anywhere=True),))
    assert not is_answered(insured, [found()], (), given(insured, chance=0.99))


NAMED = "售前/商品/功能/能不能用"


def is_known(one, said="面料是棉100%。"):
    product = shirt()
    made = replace(one, products=(product.id,))
    found = Candidate(0, "page", (Statement(said),), 0.8, columns={"text": 0.5})
    return is_answered(made, [found], (), given(made))


@pytest.mark.parametrize(
    ("one", "answered"),
    [
        (part("有没有指纹锁", intent=NAMED, demands=(Thing(("指纹锁",)),)), False),
        (part("有没有指纹锁", intent="通用/寒暄/问候/在吗", demands=(Thing(("指纹锁",)),)), False),
        (part("有没有掉色的", intent=NAMED, demands=(Thing(("掉色",)),)), True),
        (part("配不配衣架", intent="售前/商品/包装/配件/赠品", demands=(Thing(("衣架",)),)), True),
        (part("有没有吊牌", intent="售前/服务/发票", demands=(Thing(("吊牌",)),)), True),
        (part("是无刷电机吗", intent="售后/质量/使用故障", demands=(Quality(("无刷电机",), 0.51),)), False),
        (part("是掉色面料吗", intent=NAMED, demands=(Quality(("掉色面料",), 0.51),)), True),
        (part("棉是埃及的吗", intent=MATERIAL, demands=(Quality(("埃及",), 0.51),)), False),
        (part("是塑料的吗", intent=MATERIAL, demands=(Quality(("塑料",), 0.51),)), True),
        (part("能机洗吗", intent=NAMED, demands=(Quality(("机洗",), 0.5),)), True),
    ],
)
def test_a_thing_or_a_value_that_nothing_names_is_not_answered(one, answered):
    assert is_known(one) is answered


@pytest.mark.parametrize(
    ("asked", "value", "answers"),
    [
        ("那8个菜单都有哪些", "8种", False),
        ("有哪些口味", "5种口味", False),
        ("分别是什么颜色", "共3色", False),
        ("有哪些口味", "原味、辣味", True),
        ("有几种口味", "5种口味", True),
        ("杆子是什么材质", "7001铝合金", True),
    ],
)
def test_how_many_there_are_is_no_list_of_them(asked, value, answers):
    fact = StatedFact("口味", value)
    best = replace(found(), lane="fact", statements=(Statement(f"口味是{value}。", (), (fact,)),))
    asked = part(asked)
    assert is_answered(asked, [best], [], given(asked)) is answers
