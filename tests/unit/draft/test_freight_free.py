"""Free shipping to a named place: the one rule that holds there, and the amount held against it."""

import pytest

from assist.draft.freight_free import freight_free_candidate, thresholds
from assist.guard import check
from unit.draft.writing import evidence, hits, page, part, policy, said

FREIGHT = "售前/物流/包邮/运费"
COMMON = "单笔实付满68元包邮，不满68元收运费7元。普通地区指下面列出的以外的省份。"
NEAR = "收货地在江苏、浙江、上海的，单笔实付满38元包邮，不满38元收运费4元。"
FAR = "甘肃、青海：首重1千克9元，每增加1千克加4元，不足1千克按1千克算；单笔实付满168元包邮。大件D900不参加满额包邮。"


def ask(text, province, *, pages=(), rules=(COMMON, NEAR, FAR)):
    document = policy("ship", [("1", "运费", *rules)])
    asked = part(text, intent=FREIGHT)
    given = evidence(asked, found=[hits(document)], slots={"province": province}, pages=pages)
    return freight_free_candidate(asked, 0, given)


@pytest.mark.parametrize(
    ("text", "province", "expected"),
    [
        ("湖南 买52的包不包邮", "湖南", "寄湖南：实付满68元包邮，52元还差16元，运费7元。"),
        ("湖南 一共80块的东西收邮费不", "湖南", "寄湖南：实付满68元包邮，80元够了，不收运费。"),
        ("湖南 买68的包邮不", "湖南", "寄湖南：实付满68元包邮，68元够了，不收运费。"),
        ("湖南包邮吗", "湖南", "寄湖南：单笔实付满68元包邮，不满68元收运费7元。"),
        ("上海 差点凑不到38 那要给多少运费", "上海", "单笔实付满38元包邮，不满38元收运费4元"),
        ("上海 买30块的 运费几块", "上海", "寄上海：实付满38元包邮，30元还差8元，运费4元。"),
        ("青海包邮吗", "青海", "寄青海：首重1千克9元，每增加1千克加4元"),
    ],
)
def test_the_rule_of_the_place_is_said_alone(text, province, expected):
    found = ask(text, province)
    assert expected in found.statements[0].text
    assert len(found.statements) == 1


def test_a_clause_on_the_very_goods_is_added():
    found = ask(
        "D900寄青海包邮吗", "青海", pages=(page(id="D900", title="大件风扇 D900", facts=[("功率", "60W")]),)
    )
    assert [s.text for s in found.statements][1:] == ["大件D900不参加满额包邮。"]


def test_its_numbers_have_their_source():
    found = ask("湖南 买52的包不包邮", "湖南")
    statement = found.statements[0]
    assert check(said(found), citations=statement.citations, statements=found.statements) == ()
    wrong = said(found).replace("还差16元", "还差18元")
    assert any(finding.kind == "number" for finding in check(wrong, statements=found.statements))


@pytest.mark.parametrize(
    ("text", "province", "rules"),
    [
        ("湖南退货运费谁出", "湖南", (COMMON,)),
        ("湖南发顺丰要加钱吗", "湖南", (COMMON,)),
        ("新疆包邮吗", "新疆", (COMMON, "新疆、西藏每单另收运费25元。")),
        ("湖南包邮吗", "湖南", ("港澳台和海外不发货。",)),
        ("湖南几天到", "湖南", (COMMON,)),
        ("湖南包邮的话几天到", "湖南", (COMMON,)),
    ],
)
def test_what_it_cannot_tell_is_left_to_others(text, province, rules):
    assert ask(text, province, rules=rules) is None


def test_a_page_that_speaks_of_its_own_freight_rules_itself():
    own = page(sections=[("运费", "本品全国包邮，新疆、西藏除外。")])
    assert ask("湖南包邮吗", "湖南", pages=(own,)) is None


@pytest.mark.parametrize(
    ("written", "figures"),
    [
        ("实付满59元包邮，不满59元每单收运费8元。", (59, 8)),
        ("单笔满88元包邮，不满88元收8元运费。", (88, 8)),
        ("单笔满59元包邮，不满收运费8元。", (59, 8)),
        ("全店满99元以上免运费，低于99元统一收6元。", (99, 6)),
    ],
)
def test_thresholds_are_read_as_shops_write_them(written, figures):
    (found,) = thresholds(policy("ship", [("1", "包邮", written)]))
    assert (found.free_from, found.fee) == figures
