"""What an intent adds: keys with their shares, and a direction to lean towards."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assist.documents import Span
from assist.messages import Behaviour, Intent, IntentScore, Part
from assist.retrieve.guide import Guide
from assist.testing import HashingEncoder

ENCODER = HashingEncoder()
GUIDE = Guide(
    (
        Intent("a", Behaviour.ANSWER, examples=("什么面料", "是纯棉吗"), keys=("成分", "面料")),
        Intent("b", Behaviour.ANSWER, examples=("能退吗",), keys=("退货", "成分")),
    ),
    ENCODER,
)


def part(*scores):
    intents = tuple(IntentScore(path, score) for path, score in scores)
    return Part("问", "问", Span(0, 1), intents)


def test_the_second_intents_keys_count_by_how_near_it_comes():
    keys = GUIDE.keys(part(("a", 0.8), ("b", 0.4)))
    assert keys == {"成分": 1.0, "面料": pytest.approx(0.96), "退货": 0.5}


def test_an_unsure_intent_adds_nothing():
    assert GUIDE.keys(part(("a", 0.1))) == {}
    assert GUIDE.keys(part(("a", 0.8), ("b", 0.05))).keys() == {"成分", "面料"}
    assert GUIDE.keys(part()) == {}
    assert GUIDE.keys(part(("unknown", 0.9))) == {}


@given(text=st.text(min_size=1, max_size=10), share=st.floats(0, 1), score=st.floats(0.2, 1))
def test_a_leaning_query_keeps_unit_norm_and_comes_nearer_to_its_intent(text, share, score):
    query = ENCODER.encode([text])[0]
    leaning = GUIDE.lean(part(("a", score)), query, share)
    # The direction itself shows when the query counts for nothing.
    direction = GUIDE.lean(part(("a", 1.0)), np.zeros_like(query), 1.0)
    assert np.linalg.norm(leaning) == pytest.approx(1.0, abs=1e-3)
    assert leaning @ direction >= query @ direction - 1e-5


def test_without_a_sure_known_intent_the_query_stays():
    query = ENCODER.encode(["什么面料"])[0]
    for asked in (part(), part(("a", 0.1)), part(("unknown", 0.9))):
        assert GUIDE.lean(asked, query, 0.5) is query


def test_directions_kept_by_an_earlier_process_are_those_that_are_made(monkeypatch, tmp_path):
    intents = (
        Intent("a", Behaviour.ANSWER, examples=("什么面料",)),
        Intent("b", Behaviour.ANSWER, keys=("退货",)),
    )
    query = ENCODER.encode(["是纯棉吗"], kind="query")[0]
    monkeypatch.setenv("ASSIST_CACHE", "")
    expected = [Guide(intents, ENCODER).lean(part((path, 0.9)), query, 0.5) for path in "ab"]
    monkeypatch.setenv("ASSIST_CACHE", str(tmp_path))
    for made in (Guide(intents, ENCODER), Guide(intents, ENCODER)):
        for path, leaning in zip("ab", expected, strict=True):
            np.testing.assert_array_equal(made.lean(part((path, 0.9)), query, 0.5), leaning)
    other = Guide(intents[1:], ENCODER)
    np.testing.assert_array_equal(other.lean(part(("b", 0.9)), query, 0.5), expected[1])
