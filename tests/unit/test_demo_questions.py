"""The labelled questions of the demo shop agree with the shop's own files, and the check sees it when they do not."""

import importlib.util
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def checker():
    path = ROOT / "benchmarks" / "demo_shop" / "check.py"
    spec = importlib.util.spec_from_file_location("demo_shop_check", path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    yield module
    del sys.modules[spec.name]


@pytest.fixture(scope="module")
def shop(checker):
    return checker.read_shop(checker.SHOP)


@pytest.fixture(scope="module")
def tags(checker):
    return checker.read_tags(checker.SHOP)


def question(**changes):
    return {
        "id": "q1",
        "split": "dev",
        "seed": "s1",
        "messages": ["这个面料多少克"],
        "product": "A102",
        "on": "2026-11-20T14:00:00",
        "decision": "suggest",
        "sources": [["A102", "商品参数"]],
        "facts": [{"key": "面料克重", "value": "210g"}],
        "must_not": [],
        "handoff_reason": None,
        "tags": ["商品参数"],
        "intent": "售前/商品/尺寸/参数",
        "phenomenon": "plain",
        **changes,
    }


def test_every_label_stands_in_the_shops_files(checker, shop, tags):
    assert checker.check(checker.read_questions(checker.QUESTIONS), shop, tags) == []


def test_a_right_question_has_no_problem(checker, shop, tags):
    assert checker.check([question()], shop, tags, minimum={}) == []


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"facts": [{"key": "面料克重", "value": "240g"}]}, "stands in no named section"),
        ({"sources": [["A102", "没有这一节"]]}, "no section 没有这一节 of A102 in force"),
        (
            {"sources": [["shipping", "9"]], "facts": [{"key": "周日", "value": "仓库休息"}]},
            "no named section",
        ),
        ({"product": "A999"}, "unknown product A999"),
        ({"must_not": ["210g"]}, "demanded and forbidden"),
        ({"tags": []}, "tag 商品参数 of its intent is missing"),
        ({"decision": "handoff"}, "a hand-off has a reason"),
        ({"messages": [" "]}, "an empty message"),
    ],
)
def test_a_wrong_label_is_named(checker, shop, tags, changes, problem):
    problems = checker.check([question(**changes)], shop, tags, minimum={})
    assert any(problem in found for found in problems)


def test_the_rule_of_the_orders_time_may_be_named(checker, shop, tags):
    old = question(
        sources=[["shipping", "9"]],
        facts=[{"key": "周日", "value": "仓库休息"}],
        order={"paid_at": "2026-08-30T10:00:00"},
    )
    assert checker.check([old], shop, tags, minimum={}) == []


def test_hidden_text_is_no_source(checker, shop, tags):
    asked = question(
        sources=[["A310", "产品参数"], ["A311", "发货说明"]], facts=[{"key": "价", "value": "649元"}]
    )
    assert checker.check([asked], shop, tags, minimum={}) == ["q1: 价 649元 stands in no named section"]


def test_wordings_of_a_seed_stay_on_one_side_of_the_split(checker, shop, tags):
    other = question(id="q2", split="test", messages=["洗了掉不掉色"])
    assert checker.check([question(), other], shop, tags, minimum={}) == [
        "s1: seed on both sides of the split"
    ]
    twin = question(id="q2", split="test", seed="s2", messages=["这个面料多少克呀"])
    assert any(
        "nearly the words" in found for found in checker.check([question(), twin], shop, tags, minimum={})
    )
    again = question(messages=["洗了掉不掉色"])
    assert "q1: used 2 times" in checker.check([question(), again], shop, tags, minimum={})


def test_a_missing_number_is_named(checker, shop, tags):
    assert "all: 0 twin, 1 wanted" in checker.check([question()], shop, tags, minimum={"twin": 1})
