"""Texts that rule otherwise on one subject: found, weighed by level, quoted on both sides."""

import json
from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assist.documents import Audience, Document, Kind, Level, Validity
from assist.guard.conflicts import Status, find_conflicts
from assist.guard.floors import Floors, statutory_floors
from assist.guard.subjects import catalog, read_text, statutes, touched
from assist.ingest import read_folder

ROOT = Path(__file__).resolve().parents[3]
CASES = [
    json.loads(line) for line in (ROOT / "benchmarks/guards/conflicts.jsonl").read_text("utf-8").splitlines()
]


def rule(id, text, *, level=Level.SHOP, start=None, end=None, **fields):
    return Document(id, text, title=id, level=level, validity=Validity(start, end), **fields)


def reply(id, text, product=None):
    return Document(
        id, text, kind=Kind.PAST_ANSWER, product=product, attributes={"question": "问", "answer": text}
    )


def found(*documents, **options):
    return [
        (item.key, item.status, item.wins, *sorted(side.document_id for side in item.sides))
        for item in find_conflicts(documents, **options)
    ]


LAW = rule(
    "law",
    "消费者有权在收到商品之日起7日内退货，不需要说明理由。因为不符合质量要求而退货的，运输等必要费用由经营者承担。",
    level=Level.LAW,
)


@pytest.fixture(scope="module")
def laws():
    files = ("law-return.md", "law-quality.md")
    folder = ROOT / "corpus/demo_shop/policies"
    return [item for name in files for result in read_folder(folder / name) for item in result.documents]


@pytest.mark.parametrize(
    "case", [case for case in CASES if case["split"] == "dev"], ids=lambda case: case["id"]
)
def test_seeded_conflicts_are_found_and_nothing_else(case, laws, tmp_path):
    for name, text in case["files"]:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    documents = [item for result in read_folder(tmp_path) for item in result.documents]
    conflicts = find_conflicts([*laws, *documents])
    said = sorted(
        [item.key, sorted(side.document_id for side in item.sides), str(item.wins), item.status.value]
        for item in conflicts
    )
    wanted = sorted(
        [item["key"], item["documents"], str(item["wins"]), item["status"]] for item in case["expected"]
    )
    assert said == wanted
    texts = {item.id: item.text for item in (*laws, *documents)}
    for item in conflicts:
        for side in item.sides:
            assert side.span.of(texts[side.document_id]) == side.quote


def test_less_than_the_law_loses_to_it_and_more_is_no_conflict():
    short = rule("short", "签收后3天内可以无理由退货。")
    long = rule("long", "签收后15天内可以无理由退货。")
    assert found(LAW, short) == [("无理由退货天数", Status.BELOW_FLOOR, "law", "law", "short")]
    assert found(LAW, long) == []


def test_a_shop_that_loaded_no_law_is_held_to_the_built_in_statutes():
    [(key, status, wins, *_)] = found(rule("short", "签收后3天内可以无理由退货。"))
    assert (key, status) == ("无理由退货天数", Status.BELOW_FLOOR)
    assert wins == statutes()["无理由退货天数"].id


def test_the_same_amount_in_another_notation_is_no_conflict():
    assert found(rule("a", "付款后48小时内发货。"), rule("b", "付款后两天内发货。")) == []


def test_rules_that_do_not_hold_at_one_time_do_not_conflict():
    day = datetime(2026, 9, 1)
    old = rule("a", "现货付款后72小时内发货。", end=day)
    new = rule("b", "现货付款后48小时内发货。", start=day)
    later = rule("b", "现货付款后48小时内发货。", start=datetime(2026, 8, 1))
    assert found(old, new) == []
    assert found(old, later) == [("现货发货时限", Status.CONTRADICTION, "b", "a", "b")]
    assert found(old, later, since=day) == []


def test_of_two_equal_rules_none_wins_and_an_internal_one_loses():
    one, other = rule("a", "签收后7天内可以换货。"), rule("b", "签收后9天内可以换货。")
    inside = rule("c", "签收后9天内可以换货。", audience=Audience.INTERNAL)
    assert found(one, other) == [("换货天数", Status.CONTRADICTION, None, "a", "b")]
    assert found(one, inside) == [("换货天数", Status.CONTRADICTION, "a", "a", "c")]


def test_a_reply_that_says_what_any_rule_says_agrees_with_the_rules():
    rules = (rule("a", "单笔实付满59元包邮。"), rule("b", "江浙沪单笔实付满39元包邮。"))
    assert found(*rules, reply("p:1", "满39元包邮哦")) == []
    assert found(*rules, reply("p:1", "满29元包邮哦")) == [
        ("包邮门槛", Status.CONTRADICTION, "a", "a", "p:1")
    ]


def test_only_conflicts_that_involve_a_document_are_asked_for():
    texts = [rule(name, f"签收后{days}天内可以换货。") for name, days in (("a", 7), ("b", 8), ("c", 9))]
    assert len(find_conflicts(texts)) == 3
    assert {side.document_id for item in find_conflicts(texts, involving=["c"]) for side in item.sides} == {
        "a",
        "b",
        "c",
    }
    assert len(find_conflicts(texts, involving=["c"])) == 2


def test_a_draft_below_a_floor_is_blocked_with_the_floor_as_its_hint():
    [finding] = statutory_floors().below("亲，质量问题退货运费需要您自己承担的哦")
    assert (finding.kind, finding.severity.value) == ("conflict", "block")
    assert "经营者承担" in finding.evidence["hint"]
    assert statutory_floors().below("质量问题来回运费都由本店承担") == ()
    assert statutory_floors().below("非质量问题运费是您承担的哦") == ()
    assert statutory_floors().below("质量问题卖家承担，非质量问题运费您承担的哦") == ()


@pytest.mark.parametrize(
    "text",
    [
        "滤网、滚刷等耗材，内包装拆开后不支持无理由退货，下单页会请您确认。",
        "口红拆封后不支持七天无理由退货。",
        "奶嘴打开过的不接受退货哦，卫生原因。",
        "拆开包装的不支持无理由退货，付款前请勾选确认。",
    ],
)
def test_goods_that_opening_spoils_may_be_excluded(text):
    assert statutory_floors().below(text) == ()


def test_a_floor_counts_while_it_holds():
    law = rule("law", LAW.text, level=Level.LAW, start=datetime(2026, 1, 1))
    floors = Floors.of([law])
    text = "签收后3天内可以无理由退货"
    assert floors.below(text, moments=[datetime(2026, 5, 1)])
    assert not floors.below(text, moments=[datetime(2025, 5, 1)])


@pytest.mark.parametrize("subject", catalog().subjects, ids=lambda subject: subject.key)
def test_every_statute_is_read_as_the_floor_it_states(subject):
    if not subject.floor:
        assert not subject.right
        return
    assert subject.key in [item.subject.key for item in read_text(subject.floor)]


def test_conditions_keep_statements_apart():
    [near, far] = read_text("首重1千克收运费。不满59元收运费8元。新疆不满99元收运费18元。")
    assert near.conditions != far.conditions
    assert ("region", "新疆") in far.conditions


def told(id, text, day, product=None, kind=Kind.PAST_ANSWER):
    given = {"question": "问", "answer": text, "answered_at": f"2026-{day}T10:00:00"}
    return Document(id, text, kind=kind, product=product, attributes=given)


def test_earlier_answers_are_held_against_one_another_and_the_later_one_stands():
    old, new = (
        told("old", "现货付款后48小时内发货", "09-01"),
        told("new", "亲，付款后72小时内发货哦", "10-01"),
    )
    wanted = [("现货发货时限", Status.CONTRADICTION, "new", "new", "old")]
    assert found(old, new) == wanted
    assert found(new, old) == wanted
    assert found(old, told("same", "付款后2天内发货", "10-01")) == []
    quick = told("quick", "付款后24小时内发货", "01-01", kind=Kind.QUICK_REPLY)
    assert ("现货发货时限", Status.CONTRADICTION, "quick", "new", "quick") in found(old, new, quick)


def test_a_value_that_many_answers_repeat_is_one_conflict():
    often = [told(f"o{n}", "付款后48小时内发货", f"09-{n + 1:02}") for n in range(20)]
    assert len(found(*often, told("new", "付款后72小时内发货", "10-01"))) == 1
    assert found(*often, told("new", "付款后72小时内发货", "10-01"), involving=["o3"]) != []
    assert found(*often, told("new", "付款后72小时内发货", "10-01"), involving=["other"]) == []


def test_answers_that_a_rule_speaks_to_are_held_against_the_rule_alone():
    old, new = told("old", "付款后48小时内发货", "09-01"), told("new", "付款后72小时内发货", "10-01")
    shop = rule("shop", "付款后48小时内发货。")
    assert found(old, new, shop) == [("现货发货时限", Status.CONTRADICTION, "shop", "new", "shop")]


def test_answers_about_unnamed_products_may_speak_of_different_ones():
    one, other = told("one", "保修1年", "09-01"), told("other", "保修3年", "10-01")
    assert found(one, other) == []
    named = [told("one", "保修1年", "09-01", "A1"), told("other", "保修3年", "10-01", "A1")]
    assert found(*named) == [("保修期", Status.CONTRADICTION, "other", "one", "other")]


def test_working_days_are_at_least_as_long_as_days():
    law = rule("law", "经营者应当自收到退回商品之日起7日内返还商品价款", level=Level.LAW)
    slow = rule("slow", "收到退回的商品后10个工作日内退款。")
    assert found(law, slow) == [("收到退货后退款时限", Status.BELOW_FLOOR, "law", "law", "slow")]
    assert found(law, rule("quick", "收到退回的商品后3个工作日内退款。")) == []


@pytest.mark.parametrize(
    ("text", "key", "value"),
    [
        ("收货后5天内不满意随时可退，无需理由", "无理由退货天数", "5天"),
        ("退货到仓验收无误后，15天内原路退款", "收到退货后退款时限", "15天"),
        ("质量问题寄回运费各付一半", "质量问题退货运费", "买家"),
        ("商品打开包装后无法退货", "拆封退货", "拆封不退"),
        ("特价商品不享受七天无理由退货", "不支持无理由的商品", "扩大例外"),
        ("自购买之日起一年内免费保修", "保修期", "一年"),
        ("所有现货，拍下48小时之内发出", "现货发货时限", "48小时"),
        ("每天截单时间为17点，之后的订单次日发", "当日发货截单时间", "17点"),
        ("价格保护期为30天", "价保天数", "30天"),
        ("消费满69即可免运费", "包邮门槛", "69"),
        ("因卖家原因无法发货，退还双倍定金", "定金", "双倍返还"),
    ],
)
def test_rules_are_read_in_many_wordings(text, key, value):
    assert [(item.subject.key, item.value.text) for item in read_text(text)] == [(key, value)]


WORDS = sorted({word for subject in catalog().subjects for word in subject.words})


@given(st.lists(st.sampled_from([*WORDS, "亲", "，", "七天", "不", "\ud800"]), max_size=6).map("".join))
def test_one_pass_finds_the_subjects_whose_words_a_text_holds(text):
    plainly = [subject for subject in catalog().subjects if any(word in text for word in subject.words)]
    assert touched(text) == plainly
