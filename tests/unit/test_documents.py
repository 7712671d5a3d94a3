"""Documents check themselves once, at the door."""

import hashlib
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assist.documents import Audience, Document, Kind, Level, Span, Validity
from assist.errors import InputError

MOMENTS = st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1))


@given(st.text(min_size=1), st.data())
def test_a_span_names_a_slice(text, data):
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    assert Span(start, end).of(text) == text[start:end]
    assert Span(0, len(text)).covers(Span(start, end))
    assert Span(start, end).covers(Span(0, len(text))) is (start == 0 and end == len(text))


@pytest.mark.parametrize(("start", "end"), [(-1, 2), (2, 2), (3, 2)])
def test_an_empty_or_turned_span_is_refused(start, end):
    with pytest.raises(InputError, match="span"):
        Span(start, end)


@given(MOMENTS, st.timedeltas(timedelta(seconds=1), timedelta(days=900)), MOMENTS)
def test_validity_is_half_open(start, length, moment):
    validity = Validity(start, start + length)
    assert validity.holds(start)
    assert not validity.holds(start + length)
    assert validity.holds(moment) is (start <= moment < start + length)
    assert Validity(None, start).holds(moment) is (moment < start)
    assert Validity(start).holds(moment) is (start <= moment)
    assert Validity().holds(moment)


def test_a_validity_that_ends_before_it_begins_is_refused():
    day = datetime(2026, 11, 20)
    with pytest.raises(InputError, match="before"):
        Validity(day, day)


@given(st.text(min_size=1).filter(str.strip))
def test_the_version_is_the_hash_of_the_text(text):
    document = Document("d", text)
    assert document.version == hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
    assert document.version == Document("other", text, title="别的").version


@pytest.mark.parametrize(
    ("kind", "level"), [("product", Level.PRODUCT), ("policy", Level.SHOP), ("past_answer", Level.SHOP)]
)
def test_words_become_members_and_the_kind_gives_the_level(kind, level):
    document = Document("d", "文", kind=kind)
    assert document.kind is Kind(kind)
    assert document.level is level
    assert Document("d", "文", kind=kind, level="law").level is Level.LAW
    assert Document("d", "文", audience="internal").audience is Audience.INTERNAL


def test_a_page_is_about_itself_and_others_about_what_they_say():
    assert Document("A102", "页", kind=Kind.PRODUCT).product == "A102"
    assert Document("p1", "答", kind=Kind.PAST_ANSWER).product is None


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"id": " "}, "needs an id"),
        ({"text": "\n "}, "empty text"),
        ({"kind": "rule"}, "kind must be one of product, policy"),
        ({"level": "god"}, "level must be one of law"),
        ({"audience": "all"}, "audience must be one of buyer, internal"),
    ],
)
def test_what_cannot_be_is_refused_with_what_can(fields, message):
    with pytest.raises(InputError, match=message):
        Document(**{"id": "d", "text": "文", **fields})


def test_attributes_are_a_frozen_copy():
    given = {"a": "1"}
    document = Document("d", "文", attributes=given)
    given["a"] = "2"
    assert document.attributes["a"] == "1"
    with pytest.raises(TypeError):
        document.attributes["a"] = "3"


def test_words_print_as_their_value():
    assert f"{Kind.POLICY:>8}" == "  policy"
    assert str(Level.LAW) == "law"
