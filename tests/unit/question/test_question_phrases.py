import pytest
from hypothesis import given
from hypothesis import strategies as st

from assist.question.phrases import PhraseTable, any_of


def test_longest_phrase_wins_and_the_next_begins_after_it():
    table = PhraseTable({"运费": 1, "运费险": 2, "险吗": 3})
    assert list(table.find("有运费险吗")) == [(1, 4, 2)]


def test_places_and_payloads_come_in_order():
    table = PhraseTable({"起球": "a", "掉色": "b"})
    assert list(table.find("掉色起球掉色")) == [(0, 2, "b"), (2, 4, "a"), (4, 6, "b")]


@pytest.mark.parametrize(
    ("text", "found"), [("xl码", True), ("2xl码", False), ("xls", False), ("要xl", True)]
)
def test_ascii_phrase_is_found_only_as_a_whole_run(text, found):
    assert bool(list(PhraseTable({"xl": 0}).find(text))) is found


@given(
    phrases=st.lists(st.text("ab1运费", min_size=1, max_size=4), max_size=6, unique=True),
    text=st.text("ab1运费险", max_size=16),
)
def test_every_place_is_tried_with_every_phrase_the_longest_first(phrases, text):
    def inside(at):
        return 0 < at < len(text) and text[at - 1].isascii() and text[at].isascii()

    expected, place = [], 0
    while place < len(text):
        ends = [place + len(phrase) for phrase in phrases if text.startswith(phrase, place)]
        ends = [end for end in ends if not inside(place) and not inside(end)]
        if ends:
            expected.append((place, max(ends), text[place : max(ends)]))
        place = max(ends, default=place + 1)
    table = PhraseTable({phrase: phrase for phrase in phrases})
    assert list(table.find(text)) == expected
    assert list(table._find_stepwise(text)) == expected  # as it is in a large table


def test_replace_puts_words_where_phrases_stand():
    assert PhraseTable({"运废": "运费"}).replace("运废多少", str) == "运费多少"
    assert PhraseTable({"运废": "运费"}).replace("掉色吗", str) == "掉色吗"


def test_get_and_len():
    table = PhraseTable({"a": 1})
    assert (table.get("a"), table.get("b"), len(table)) == (1, None, 1)


def test_any_of_prefers_longer_words_and_escapes():
    import re

    assert re.match(any_of(["a", "a.b"]), "a.b")[0] == "a.b"
    assert re.match(any_of(["a.b"]), "axb") is None
