"""Words in pinyin, and violations that hold no listed word."""

import json
from pathlib import Path

import pytest

from assist.guard import screen
from assist.guard.learned import find_unlisted, scorer
from assist.guard.pinyin import Spellings
from assist.guard.skeleton import View

ROOT = Path(__file__).resolve().parents[3]
ROWS = [
    json.loads(line) for line in (ROOT / "benchmarks/guards/compliance.jsonl").read_text("utf-8").splitlines()
]


def blocked(text, **options):
    return [item for item in screen(text, **options) if item.severity.value == "block"]


@pytest.mark.parametrize("text", ["zhiliao湿疹很有效", "加wei信聊", "hao评返现5元", "quan网第yi的品质"])
def test_a_word_in_pinyin_is_found_where_it_stands(text):
    found = blocked(text, learned=False)
    assert found
    assert all(item.span.of(text) == item.evidence["word"] for item in found)


@pytest.mark.parametrize(
    "text", ["型号是VX-200", "XL码的有货", "Type-C接口", "支持USB和WiFi", "OK的亲", "led灯"]
)
def test_letters_that_are_no_pinyin_of_a_listed_word_stay(text):
    assert blocked(text, learned=False) == []


def test_spellings_are_put_back_with_their_places():
    spellings = Spellings(["治疗", "全网第一"])
    text, [first, second] = spellings.restore("可zhiliao和quan网di一的")
    assert text == "可治疗和全网第一的"
    assert (first.at, first.length, first.start, first.end) == (1, 2, 1, 8)
    assert text[second.at : second.at + second.length] == "全网第一"
    assert spellings.restore("全网第一") == ("全网第一", ())
    assert spellings.restore("zhiliaox") == ("zhiliaox", ())


def test_the_scorer_finds_most_unlisted_violations_and_few_lawful_sentences():
    dev = [row for row in ROWS if row["split"] == "dev"]
    unlisted = [bool(blocked(row["text"])) for row in dev if row["wording"] == "unlisted"]
    clean = [bool(blocked(row["text"])) for row in dev if row["wording"] == "clean"]
    assert sum(unlisted) >= 0.7 * len(unlisted)
    assert sum(clean) <= 0.03 * len(clean)


def test_a_quoted_sentence_is_not_looked_at():
    text = next(
        row["text"] for row in ROWS if row["wording"] == "unlisted" and find_unlisted(View(row["text"]))
    )
    [finding] = find_unlisted(View(text))
    assert finding.evidence["found_by"] == "learned"
    assert finding.evidence["hint"]
    assert find_unlisted(View(text), quotes=[text]) == []
    assert find_unlisted(View("好的")) == []


def test_probabilities_of_the_scorer_add_up():
    rows = scorer().probabilities(["签收后7天内可以退货", "你是不是听不懂人话"])
    assert rows.shape == (2, len(scorer().classes))
    assert rows.sum(axis=1) == pytest.approx([1.0, 1.0], abs=1e-5)
