"""Texts as rows of arrays: the same as reading each one alone, also when the shelf is full and from many threads."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assist.retrieve.shelf import Shelf

TEXTS = st.lists(st.text("面料成分棉退货0", max_size=6), min_size=1, max_size=8)
WORDS = st.lists(st.sampled_from("面料成分棉退货0"), unique=True, max_size=5)


def encode(texts):
    """A vector that tells a text by its length and first character."""
    return np.array([[len(text), ord((text or " ")[0])] for text in texts], dtype=np.float32).reshape(-1, 2)


def cut(texts):
    """The characters of a text are its words."""
    return [list(text) for text in texts]


def rarity(words):
    return np.array([1.0 + ord(word) % 7 for word in words], dtype=np.float32)


def shares_of(found, keys):
    none, some = found.key_shares([{}, keys])
    assert not none.any()
    return some.tolist()


def make(size=100):
    return Shelf(size, 2, encode, cut, rarity)


@given(earlier=TEXTS, texts=TEXTS, words=WORDS)
def test_a_shelf_gives_what_reading_each_text_alone_gives(earlier, texts, words):
    shelf = make()
    shelf.read(earlier)
    found = shelf.read(texts)
    np.testing.assert_array_equal(found.vectors, encode(texts))
    assert found.holding(words).tolist() == [[float(word in text) for word in words] for text in texts]
    keys = {word * 2: 0.5 for word in words} | dict.fromkeys(words, 0.25)
    shares = [max((share for key, share in keys.items() if key in text), default=0.0) for text in texts]
    assert shares_of(found, keys) == shares
    assert shares_of(found, keys) == shares  # from the table


@given(texts=TEXTS, asked=st.text("面料成分棉", max_size=4))
def test_unasked_is_the_share_of_words_that_stand_nowhere_in_the_question(texts, asked):
    expected = [
        float(sum(rarity([word])[0] for word in set(text) if word not in asked))
        / max(float(sum(rarity([word])[0] for word in set(text))), 1e-6)
        for text in texts
    ]
    np.testing.assert_allclose(make().read(texts).unasked(asked), expected, rtol=1e-6)


def test_a_full_shelf_begins_anew_and_what_was_read_before_stays_whole():
    shelf = make(size=3)
    early = shelf.read(["面料", "成分"])
    late = shelf.read(["棉", "退货"])
    assert shares_of(early, {"面": 1.0}) == [1.0, 0.0]
    assert shares_of(late, {"棉": 1.0}) == [1.0, 0.0]
    assert shares_of(shelf.read(["面料", "棉"]), {"棉": 1.0}) == [0.0, 1.0]


def test_more_texts_than_fit_and_more_keys_than_are_kept_are_still_read():
    texts = [f"{number:05}" for number in range(1_500)]
    found = make(size=10).read(texts)
    assert found.vectors.shape == (1_500, 2)
    for start in range(0, 1_200, 300):
        keys = {f"{number:05}": 1.0 for number in range(start, start + 300)}
        assert np.flatnonzero(shares_of(found, keys)).tolist() == list(range(start, start + 300))


def test_texts_are_cut_once_and_only_when_their_words_are_asked_for():
    calls = []

    def counting(texts):
        calls.append(list(texts))
        return cut(texts)

    shelf = Shelf(100, 2, encode, counting, rarity)
    found = shelf.read(["面料", "棉"])
    assert shares_of(found, {"棉": 1.0}) == [0.0, 1.0]
    assert calls == []
    assert shelf.words_of(["棉"]) == {}
    found.holding(["面"])
    shelf.read(["棉", "退货"]).unasked("退")
    assert calls == [["面料", "棉"], ["退货"]]
    assert shelf.words_of(["棉", "没读过"]) == {"棉": ["棉"]}
    assert shelf.vectors_of(["没读过"]) == {}


def test_nothing_is_no_rows():
    found = make().read([])
    assert found.vectors.shape == (0, 2)
    assert found.holding(["面"]).shape == (0, 1)
    assert found.unasked("面").shape == (0,)
    assert shares_of(found, {"面": 1.0}) == []


@pytest.mark.parametrize("size", [8, 1_000])
def test_threads_share_a_shelf(size):
    shelf = make(size=size)

    def read(start):
        texts = [f"棉{number % 40}" for number in range(start, start + 6)]
        found = shelf.read(texts)
        keys = {f"{number}": 1.0 for number in range(start % 40, start % 40 + 3)}
        expected = [float(any(key in text for key in keys)) for text in texts]
        return shares_of(found, keys) == expected and found.holding(["棉"]).all()

    with ThreadPoolExecutor(4) as pool:
        assert all(pool.map(read, range(200)))
