"""Recent questions are encoded once; whoever gets a vector owns it."""

import numpy as np
import pytest

from assist.encoder.base import Encoder
from assist.encoder.recent import QUERIES_KEPT, RecentQueries
from assist.testing import HashingEncoder


class Counting(HashingEncoder):
    """Says what it was asked to encode."""

    def __init__(self):
        super().__init__()
        self.asked = []

    def encode(self, texts, *, kind="passage"):
        self.asked.append((tuple(texts), kind))
        return super().encode(texts, kind=kind)


def test_a_question_is_encoded_once_and_gives_what_the_encoder_gives():
    encoder = Counting()
    recent = RecentQueries(encoder)
    assert isinstance(recent, Encoder)
    assert recent.identity == encoder.identity
    recent.encode(["会起球吗", "多少钱"], kind="query")
    found = recent.encode(["多少钱", "包邮吗", "会起球吗", "包邮吗"], kind="query")
    assert encoder.asked == [(("会起球吗", "多少钱"), "query"), (("包邮吗",), "query")]
    expected = HashingEncoder().encode(["多少钱", "包邮吗", "会起球吗", "包邮吗"], kind="query")
    np.testing.assert_array_equal(found, expected)


def test_writing_into_what_was_given_changes_nothing_kept():
    recent = RecentQueries(HashingEncoder())
    recent.encode(["会起球吗"], kind="query")[:] = 0.0
    assert np.linalg.norm(recent.encode(["会起球吗"], kind="query")) > 0.9


def test_one_query_is_encoded_once_and_cannot_be_written():
    encoder = Counting()
    recent = RecentQueries(encoder)
    one = recent.query("会起球吗")
    assert np.array_equal(one, recent.encode(["会起球吗"], kind="query")[0])
    assert recent.query("会起球吗") is one
    assert encoder.asked == [(("会起球吗",), "query")]
    with pytest.raises(ValueError, match="read-only"):
        one[0] = 1.0


def test_passages_go_through_and_no_text_is_no_row():
    encoder = Counting()
    recent = RecentQueries(encoder)
    recent.encode(["退货运费"])
    recent.encode(["退货运费"])
    assert encoder.asked == [(("退货运费",), "passage")] * 2
    assert recent.encode([], kind="query").shape == (0, encoder.identity.dim)


def test_so_many_are_kept_and_no_more():
    encoder = Counting()
    recent = RecentQueries(encoder)
    texts = [str(number) for number in range(QUERIES_KEPT + 1)]
    for text in texts:
        recent.encode([text], kind="query")
    recent.encode(texts[:1], kind="query")
    recent.encode(texts[-1:], kind="query")
    assert encoder.asked[QUERIES_KEPT + 1 :] == [((texts[0],), "query")]


def test_one_is_wrapped_around_an_encoder():
    encoder = HashingEncoder()
    recent = RecentQueries.of(encoder)
    assert RecentQueries.of(encoder) is recent
    assert RecentQueries.of(recent) is recent
