"""Columns of candidates: numbers worked by hand, and the obvious slow way beside the quick one."""

from difflib import SequenceMatcher

import numpy as np
import pytest

from assist.retrieve import candidates as room
from assist.retrieve.candidates import Asked, Candidates
from assist.retrieve.fuse import Fused
from unit.store.records import ENCODER, open_store, record

TEXTS = {
    "same": "退货运费谁出",
    "other": "面料是棉",
    "longer": "关于退货：运费谁出要看原因，质量问题由本店承担",
    "typo": "退获运费谁出",
    "size": "ABC12 码数偏小",
}
QUERY = "退货运费谁出"


@pytest.fixture(scope="module")
def view(tmp_path_factory):
    with open_store(tmp_path_factory.mktemp("candidates") / "s.assist") as store:
        store.apply(add=[record(name, text) for name, text in TEXTS.items()])
        yield store.view()


def places(view):
    return {view.document_of(row).id: row for row in range(len(view))}


def candidates(view, names=tuple(TEXTS)):
    rows = np.array([places(view)[name] for name in names], dtype=np.int64)
    falling = np.linspace(0.9, 0.1, len(rows), dtype=np.float32)
    return Fused(rows, falling, falling, falling, falling, falling / 2)


def asked(view, text=QUERY):
    return Asked(text, view.tokenizer.tokens(text), 12.0)


def measured(view, text=QUERY, names=tuple(TEXTS)):
    found = Candidates(view, ENCODER).columns(asked(view, text), candidates(view, names))
    return {name: dict(zip(names, column.tolist(), strict=True)) for name, column in found.items()}


def test_the_very_text_is_alike_in_words_and_letters_and_another_is_not(view):
    found = measured(view)
    for name in (
        "words",
        "words_even",
        "held",
        "same",
        "letters",
        "letters_back",
        "pairs",
        "pairs_back",
        "run",
    ):
        assert found[name]["same"] == pytest.approx(1.0, abs=1e-5), name
    for name in ("letters", "pairs", "run"):
        assert found[name]["other"] == 0.0, name
    for name in ("words", "held", "same"):
        assert found[name]["other"] < 0.7, name


def test_a_typo_leaves_letters_and_pairs(view):
    found = measured(view)
    assert found["run"]["typo"] == pytest.approx(4 / 6)
    assert found["letters_back"]["typo"] == pytest.approx(5 / 6)
    assert found["pairs_back"]["typo"] == pytest.approx(3 / 5)
    assert 0.0 < found["held"]["typo"] < 1.0


def test_the_longest_run_is_that_of_the_slow_way(view):
    found = measured(view)
    for name, text in TEXTS.items():
        block = SequenceMatcher(None, QUERY, text, autojunk=False).find_longest_match()
        assert found["run"][name] == pytest.approx(block.size / len(QUERY))


def test_the_likest_word_is_that_of_the_slow_way(view):
    found = measured(view)
    tokens = view.tokenizer.tokens(QUERY)
    weights = view.sparse.idf(tokens)
    for name, text in TEXTS.items():
        held = ENCODER.encode(view.tokenizer.tokens(text))
        likest = (ENCODER.encode(tokens) @ held.T).max(axis=1)
        assert found["words"][name] == pytest.approx(float(likest @ weights / weights.sum()), abs=1e-5)


def test_numbers_and_models_are_looked_for_by_pairs_of_letters(view):
    found = measured(view, "abc12还有吗")
    assert found["figures"]["size"] == pytest.approx(1.0)
    assert found["figures"]["same"] == 0.0
    assert set(measured(view)["figures"].values()) == {0.0}


def test_a_candidate_is_no_neighbour_of_itself(view):
    first = measured(view, names=("same", "typo"))["neigh"]
    cosine = float(np.prod(ENCODER.encode([TEXTS["same"], TEXTS["typo"]]), axis=0).sum())
    assert first["same"] == pytest.approx(cosine, abs=1e-5)
    assert first["typo"] == pytest.approx(cosine, abs=1e-5)
    assert measured(view, names=("same",))["neigh"]["same"] == 0.0


@pytest.mark.parametrize("text", ["", "、", "退", "🧥", "q" * 500])
def test_odd_queries_give_finite_columns(view, text):
    for name, column in measured(view, text).items():
        assert np.isfinite(list(column.values())).all(), name


def test_what_is_at_hand_and_what_was_thrown_away_give_the_same_columns(view, monkeypatch):
    kept = Candidates(view, ENCODER)
    first = kept.columns(asked(view), candidates(view))
    second = kept.columns(asked(view), candidates(view))
    kept.columns(asked(view, "面料是什么" * 3), candidates(view))
    monkeypatch.setattr(room, "_WORDS_KEPT", 0)
    third = kept.columns(asked(view), candidates(view))
    monkeypatch.setattr(room, "_FIRST_WORDS", 1)
    fourth = Candidates(view, ENCODER).columns(asked(view), candidates(view))
    for name, column in first.items():
        for again in (second, third, fourth):
            np.testing.assert_allclose(again[name], column, atol=1e-6, err_msg=name)
