import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assist import expressions
from assist.expressions import expression, keep_expressions

PATTERNS = [
    r"(?P<day>\d{1,2})[日号](?!码)",
    "[零一二三四五六七八九十]+|第(?=条)|(?<!不)能退",
    r"(a+)(b*?)\1(?(2)c|d)",
    "^$|.*\n",
    "\ud800|[\U00020000-\U0002a6df\ufa18]",
]
CASES = [(pattern, flags) for pattern in PATTERNS for flags in (0, re.I, re.M | re.S, re.A | re.I)]


@pytest.fixture
def nothing_kept(monkeypatch, tmp_path):
    monkeypatch.setenv("ASSIST_CACHE", str(tmp_path))
    monkeypatch.setattr(expressions, "_new", {})
    expressions._known.cache_clear()
    yield tmp_path
    expressions._known.cache_clear()


def _in_a_later_process():
    keep_expressions()
    expressions._known.cache_clear()


def test_what_one_process_compiled_a_later_one_has_at_hand(nothing_kept, monkeypatch):
    first = [expression(*case) for case in CASES]
    _in_a_later_process()
    monkeypatch.setattr(expressions.re, "compile", None)
    again = [expression(*case) for case in CASES]
    assert again == first
    assert [(one.flags, one.groups, dict(one.groupindex)) for one in again] == [
        (one.flags, one.groups, dict(one.groupindex)) for one in first
    ]
    assert again[0].search("3日发货")["day"] == "3"


def test_new_expressions_join_those_that_are_kept(nothing_kept, monkeypatch):
    for case in CASES:
        expression(*case)
    _in_a_later_process()
    more = [expression(f"{number}款") for number in range(20)]
    _in_a_later_process()
    monkeypatch.setattr(expressions.re, "compile", None)
    assert [expression(f"{number}款") for number in range(20)] == more
    assert expression(*CASES[0]).search("3日")


def test_few_new_ones_are_not_worth_a_file(nothing_kept):
    expression("只有一个")
    _in_a_later_process()
    assert not list(nothing_kept.iterdir())


def test_a_damaged_file_is_passed_over(nothing_kept):
    first = [expression(*case) for case in CASES]
    keep_expressions()
    for file in nothing_kept.rglob("codes.npy"):
        file.write_bytes(file.read_bytes()[:-40] + bytes(40))
    expressions._known.cache_clear()
    assert [expression(*case) for case in CASES] == first


def test_what_is_no_expression_is_refused(nothing_kept):
    with pytest.raises(re.error):
        expression("(没有合上")


def test_without_the_engine_known_here_all_is_compiled_as_ever(nothing_kept, monkeypatch):
    monkeypatch.setattr(expressions, "_engine", lambda: None)
    assert [expression(*case) for case in CASES] == [re.compile(*case) for case in CASES]
    _in_a_later_process()
    assert not list(nothing_kept.iterdir())


ATOMS = st.sampled_from(
    ["退", "[款货]", r"\d", "(?:包|邮)", "(发)", ".", "^", "(?=换)", "(?<!不)", r"[^\W_]", "a"]
)
PIECES = st.tuples(ATOMS, st.sampled_from(["", "?", "+", "{1,3}", "*?"])).map(
    lambda pair: pair[0] + pair[1] if pair[0] not in ("^", "(?=换)", "(?<!不)") else pair[0]
)


@given(
    pattern=st.lists(st.lists(PIECES, max_size=5).map("".join), min_size=1, max_size=3).map("|".join),
    text=st.text("退款货包邮发换不7a ", max_size=20),
    flags=st.sampled_from([0, re.I, re.S]),
)
def test_an_expression_made_of_its_numbers_finds_what_a_compiled_one_finds(pattern, text, flags):
    compiled = re.compile(pattern, flags)
    made = expressions._restored(pattern, expressions._taken_apart(pattern, int(flags)))
    assert made == compiled
    assert [found.span() for found in made.finditer(text)] == [
        found.span() for found in compiled.finditer(text)
    ]
