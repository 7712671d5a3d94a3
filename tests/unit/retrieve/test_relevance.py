"""How well a text answers a part: meaning, words and keys, against the same sums by hand."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assist.documents import Span
from assist.messages import Aspect, Behaviour, Intent, IntentScore, Part
from assist.retrieve.guide import Guide
from assist.retrieve.ranker import Ranker
from assist.retrieve.relevance import WEIGHTS, Relevance, aspect_keys, key_share
from assist.testing import HashingEncoder
from assist.text.tokenize import Tokenizer

ENCODER = HashingEncoder()
LEAVES = (
    Intent("售前/商品/材质/成分", Behaviour.ANSWER, examples=("什么面料", "是纯棉吗"), keys=("成分", "面料")),
    Intent("售后/退换", Behaviour.ANSWER, examples=("能退吗",), keys=("退货",)),
)
TEXTS = st.lists(st.text("面料成分棉退货运费0123", min_size=1, max_size=12), min_size=1, max_size=6)


def ones(tokens):
    return np.ones(len(tokens), dtype=np.float32)


@pytest.fixture(scope="module")
def relevance():
    ranker = Ranker({"text": 1.0, "coverage": 2.0}, slope=3.0, offset=0.5)
    tokenizer = Tokenizer()
    tokenizer.tokens("面料")  # reads its dictionary now, not inside a timed example
    return Relevance(ENCODER, tokenizer, ones, Guide(LEAVES, ENCODER), ranker=ranker)


def part(text="什么面料", *, intents=(), aspects=()):
    return Part(text, text, Span(0, len(text)), intents, aspects=aspects)


def test_the_text_that_answers_scores_highest(relevance):
    asked = part(aspects=(Aspect("面料", ("面料成分", "面料")),))
    scores = relevance.score(asked, ["棉100%", "7天内可退", "浙江宁波"], ["面料成分", "退货", "产地"])
    assert scores.argmax() == 0
    assert scores.dtype == np.float32


@settings(max_examples=25, deadline=None)
@given(texts=TEXTS)
def test_a_batch_scores_as_each_text_alone(relevance, texts):
    heads = ["面料"] * len(texts)
    together = relevance.score(part(), texts, heads)
    alone = [relevance.score(part(), [text], ["面料"])[0] for text in texts]
    np.testing.assert_allclose(together, alone, atol=1e-6)


@settings(max_examples=25, deadline=None)
@given(texts=TEXTS)
def test_likeness_is_the_cosine_of_the_encoder(relevance, texts):
    expected = ENCODER.encode(texts) @ ENCODER.encode(["什么面料"])[0]
    np.testing.assert_allclose(relevance.similarity("什么面料", texts), expected, atol=1e-6)


def test_signals_are_one_column_each(relevance):
    texts, heads = ["面料是棉", "可以退货"], ["商品参数", "退货"]
    found = relevance.signals(
        part(intents=(IntentScore(LEAVES[0].path, 0.8),)),
        texts,
        heads,
        pieces=[["面料是棉"], []],
        topics=["面料", ""],
        echoes=[("面料是棉", 0.9)],
    )
    assert {column.shape for column in found.values()} == {(2,)}
    assert found["intent_text"][0] > 0 == found["intent_text"][1]
    assert found["topic"][0] > 0 == found["topic"][1]
    assert found["echo"][0] == pytest.approx(0.9, abs=1e-5)
    assert found["piece"][0] == pytest.approx(found["text"][0], abs=1e-6)
    plain = relevance.signals(part(), texts, heads)
    np.testing.assert_allclose(plain["plain"], plain["text"])
    assert not plain["echo"].any()
    assert not plain["topic"].any()


def test_the_words_of_a_part_that_a_text_holds_are_covered(relevance):
    covered = relevance.signals(part("退货 运费"), ["退货", "退货运费", "棉"], ["", "", ""])["coverage"]
    assert covered.tolist() == pytest.approx([0.5, 1.0, 0.0])


def test_a_score_is_the_weighted_sum_of_its_signals(relevance):
    asked = part(aspects=(Aspect("面料", ("面料",)),))
    texts, heads = ["棉100%", "面料是棉"], ["面料", "介绍"]
    s = relevance.signals(asked, texts, heads)
    dense = np.clip(np.maximum(s["text"], 0.95 * s["head"]), 0, 1)
    key = np.maximum(s["aspect_head"], 0.6 * s["aspect_text"])
    expected = WEIGHTS["dense"] * dense + WEIGHTS["coverage"] * s["coverage"] + WEIGHTS["key"] * key
    np.testing.assert_allclose(relevance.score(asked, texts, heads), expected, atol=1e-6)


def test_nothing_to_score_is_no_score(relevance):
    assert relevance.score(part(), [], []).shape == (0,)
    assert relevance.similarity("面料", []).shape == (0,)


def test_ranking_is_the_rankers(relevance):
    columns = {"text": np.array([0.1, 0.9], np.float32), "coverage": np.array([0.0, 1.0], np.float32)}
    np.testing.assert_allclose(relevance.rank(columns), relevance.ranker.rank(columns))


def test_the_first_key_of_the_first_aspect_counts_most():
    keys = aspect_keys(part(aspects=(Aspect("不掉色", ("掉色", "色牢度")), Aspect("起球", ("起球", "掉色")))))
    assert keys["掉色"] == 1.0
    assert 1.0 > keys["色牢度"] > keys["起球"] > 0.5


def test_the_share_of_a_text_is_that_of_its_best_key():
    shares = key_share({"掉色": 1.0, "起球": 0.8}, ["不掉色不起球", "会起球吗", "面料"])
    assert shares.tolist() == pytest.approx([1.0, 0.8, 0.0])
    assert key_share({}, ["面料"]).tolist() == [0.0]


def test_a_full_shelf_is_emptied_and_gives_the_same(monkeypatch):
    monkeypatch.setattr("assist.retrieve.relevance.CACHE_TEXTS", 5)
    encoder = HashingEncoder()
    small = Relevance(encoder, Tokenizer(), ones, Guide((), encoder))
    texts = [f"第{number}种面料" for number in range(12)]
    for group in (texts[:4], texts[2:6], texts, texts[:1] * 3, texts[3:8]):
        expected = encoder.encode(group) @ encoder.encode(["面料"])[0]
        np.testing.assert_allclose(small.similarity("面料", group), expected, atol=1e-6)


class Counting(HashingEncoder):
    """Remembers the passages that it encoded."""

    def encode(self, texts, *, kind="passage"):
        self.passages = [*getattr(self, "passages", []), *(texts if kind == "passage" else ())]
        return super().encode(texts, kind=kind)


def test_texts_of_the_state_before_are_not_read_again():
    encoder = Counting()
    tokenizer = Tokenizer()
    first = Relevance(encoder, tokenizer, ones, Guide((), encoder))
    first.similarity("面料", ["棉的", "能退"])
    alone = Relevance(HashingEncoder(), tokenizer, ones, Guide((), HashingEncoder()))
    latest = first
    for _ in range(2):
        latest = Relevance(encoder, tokenizer, ones, Guide((), encoder), earlier=latest)
        found = latest.similarity("面料", ["棉的", "新的", "能退"])
        np.testing.assert_array_equal(found, alone.similarity("面料", ["棉的", "新的", "能退"]))
    assert encoder.passages == ["棉的", "能退", "新的"]


def test_another_tokenizer_reads_everything_again():
    encoder = Counting()
    first = Relevance(encoder, Tokenizer(), ones, Guide((), encoder))
    first.similarity("面料", ["棉的"])
    second = Relevance(encoder, Tokenizer(("棉的",)), ones, Guide((), encoder), earlier=first)
    second.similarity("面料", ["棉的"])
    assert encoder.passages == ["棉的", "棉的"]


@settings(max_examples=25, deadline=None)
@given(texts=TEXTS, echo=st.floats(0.5, 1.0, width=32))
def test_what_was_measured_before_is_given_again_as_it_was(relevance, texts, echo):
    heads = ["面料"] * len(texts)
    pieces, echoes = [[text, "退货"] for text in texts], [("棉100%", echo)]
    measured = [
        Relevance(ENCODER, Tokenizer(), ones, Guide(LEAVES, ENCODER)).signals(
            part(), texts, heads, pieces=pieces, echoes=echoes
        ),
        *(relevance.signals(part(), texts, heads, pieces=pieces, echoes=echoes) for _ in range(2)),
    ]
    for other in measured[1:]:
        assert other.keys() == measured[0].keys()
        for name, column in other.items():
            np.testing.assert_array_equal(column, measured[0][name])


def test_scores_may_be_written_by_who_asked(relevance):
    scores = relevance.score(part(), ["棉100%"], ["面料"])
    before = scores.copy()
    scores += 1.0
    np.testing.assert_array_equal(relevance.score(part(), ["棉100%"], ["面料"]), before)
