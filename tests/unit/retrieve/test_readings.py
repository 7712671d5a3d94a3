"""A question in the words of the page, and what that does to relevance."""

import numpy as np

from assist.documents import Span
from assist.messages import Behaviour, Intent, Paraphrase, Part
from assist.retrieve.guide import Guide
from assist.retrieve.readings import MOST, readings
from assist.retrieve.relevance import Relevance
from assist.testing import HashingEncoder
from assist.text.tokenize import Tokenizer

ENCODER = HashingEncoder()
LEAVES = (Intent("售前/商品/功能", Behaviour.ANSWER, examples=("能用吗",), keys=("功能",)),)
TEXTS = ["帐内禁止使用明火", "搭建要五分钟", "请远离"]
HEADS = ["注意事项", "搭建", "火源"]


def part(text, *paraphrases):
    return Part(text, text, Span(0, len(text)), paraphrases=paraphrases)


def relevance():
    idf = lambda tokens: np.ones(len(tokens), dtype=np.float32)  # noqa: E731
    return Relevance(ENCODER, Tokenizer(), idf, Guide(LEAVES, ENCODER))


def test_only_texts_that_have_the_word_are_read_so():
    asked = part("里面能煮火锅吗", Paraphrase("煮火锅", ("明火", "火源", "炉具")))
    found = [(reading.text, reading.rows.tolist()) for reading in readings(asked, TEXTS, HEADS)]
    assert found == [("里面能明火吗", [True, False, False]), ("里面能火源吗", [False, False, True])]


def test_no_more_readings_than_are_worth_it():
    asked = part("煮火锅", Paraphrase("煮火锅", tuple("帐内禁止使用明火搭建")))
    assert len(list(readings(asked, TEXTS, HEADS))) == MOST


def test_a_reading_raises_its_texts_and_no_other():
    plain, reworded = part("能煮火锅吗"), part("能煮火锅吗", Paraphrase("煮火锅", ("禁止使用明火",)))
    scorer = relevance()
    before, after = (scorer.signals(item, TEXTS, HEADS) for item in (plain, reworded))
    for name in before:
        np.testing.assert_array_equal(before[name][1:], after[name][1:])
        assert after[name][0] >= before[name][0]
    assert after["coverage"][0] > before["coverage"][0]
    assert scorer.score(reworded, TEXTS, HEADS)[0] > scorer.score(plain, TEXTS, HEADS)[0]
