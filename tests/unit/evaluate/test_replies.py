"""Drafts against real replies: known distances, the ends of the scales, and independent formulas."""

import sys

import pytest

from assist.errors import MissingDependencyError
from assist.evaluate.replies import bleu_4, chrf, compare_reply


def test_the_same_text_is_worth_everything():
    found = compare_reply("亲，7天内可以退货哦", ["亲，7天内可以退货哦"])
    assert found["edit_chars"] == 0
    assert found["saved_chars"] == len("亲，7天内可以退货哦")
    for name in ("reply_bleu_4", "reply_rouge_l", "reply_chrf", "edit_similarity", "saved_ratio"):
        assert found[name] == pytest.approx(1.0), name


def test_edits_and_saved_characters_are_of_the_nearest_draft():
    found = compare_reply("可以机洗", ["不知道", "可以 手洗"])
    assert found["edit_chars"] == 4
    assert found["edit_similarity"] == 0.0
    assert found["edit_similarity@3"] == pytest.approx(3 / 4)
    assert found["saved_chars"] == 3
    assert found["saved_ratio"] == pytest.approx(3 / 4)


def test_a_draft_that_costs_more_than_typing_saves_nothing():
    assert compare_reply("好的", ["这个我不太清楚呢亲"])["saved_chars"] == 0


def test_no_draft_is_worth_nothing():
    found = compare_reply("可以机洗", [])
    assert found["edit_chars"] == 4
    assert found["reply_bleu_4"] == found["reply_chrf"] == found["saved_ratio"] == 0.0


def test_rouge_l_is_the_longest_common_subsequence():
    assert compare_reply("abcd", ["acxd"])["reply_rouge_l"] == pytest.approx(2 * 3 / 8)


def test_bleu_is_the_mean_of_clipped_precisions_times_the_brevity_penalty():
    # 1-grams 2/2, 2-grams (1+1)/(1+1), longer (0+1)/(0+1): all 1; penalty exp(1 - 4/2).
    assert bleu_4("可以", "可以机洗") == pytest.approx(2.718281828 ** (1 - 2))


def test_chrf_of_disjoint_texts_is_zero():
    assert chrf("甲乙丙", "丁戊己") == 0.0
    assert chrf("", "") == 0.0


def test_without_the_library_the_extra_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "rapidfuzz.distance", None)
    with pytest.raises(MissingDependencyError, match=r"assist\[evaluate\]"):
        compare_reply("甲", ["乙"])
