"""Everyday phrases and the words of pages."""

import pytest

from assist.question import lexicon
from assist.question.paraphrases import MOST, paraphrases
from assist.question.wording import spell
from assist.text.normalize import fold

FAMILIES = lexicon.toml("paraphrases")["family"]


def test_a_phrase_has_the_words_of_pages():
    (found,) = paraphrases("能在里面煮火锅吗")
    assert found.said == "煮火锅"
    assert found.written[0] == "明火"


def test_a_phrase_of_two_families_has_the_words_of_both():
    (found,) = paraphrases("返潮怎么办")
    assert {"冷凝水", "受潮"} <= set(found.written)


@pytest.mark.parametrize("clean", ["", "面料成分是什么", "运费多少", "保修几年"])
def test_words_that_pages_use_themselves_need_none(clean):
    assert paraphrases(clean) == ()


def test_a_flood_of_phrases_is_cut():
    assert len(paraphrases("".join(family["said"][0] for family in FAMILIES[:20]))) == MOST


@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family["said"][0])
def test_a_family_is_whole_and_its_phrases_are_plain(family):
    assert set(family) == {"said", "written"}
    for words in (family["said"], family["written"]):
        assert words
        assert len(set(words)) == len(words)
    for said in family["said"]:
        assert len(said) > 1
        assert spell(fold(said)) == said, "phrases are looked for in the plain wording"
        assert [item.said for item in paraphrases(said)] == [said]
