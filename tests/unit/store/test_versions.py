from datetime import datetime

import pytest

from assist.documents import Document
from assist.errors import InputError
from assist.store.versions import Kept, Live, check_distinct, effective_ends, pick, replaced
from unit.store.records import dated

NOW = datetime(2026, 11, 20)


def live(key, text, start=None, end=None):
    return Live(key, text, f"{text}|{start}|{end}", dated(start, end))


def kept(key, text, *, valid=(None, None), loaded="2026-11-01", until=None, removed=False):
    return Kept(
        doc_key=key,
        version=text,
        validity=dated(*valid),
        loaded_at=datetime.fromisoformat(loaded),
        replaced_at=None if until is None else datetime.fromisoformat(until),
        removed=removed,
    )


@pytest.mark.parametrize(
    ("old", "new", "gone"),
    [
        ([live(1, "a")], [live(2, "b")], {1}),  # undated text replaces undated text
        ([live(1, "a", "2025-01-01")], [live(2, "b", "2026-01-01")], set()),  # last year's and this year's
        ([live(1, "a", "2026-01-01")], [live(2, "b", "2026-01-01", "2027-01-01")], {1}),  # same start
        ([live(1, "a")], [live(2, "b", "2026-01-01")], set()),  # a dated text stands beside the base text
        ([live(1, "a", "2025-01-01"), live(2, "b", "2026-01-01")], [live(3, "c")], {1, 2}),  # dates dropped
        ([live(1, "a"), live(2, "b", "2026-01-01")], [live(3, "c")], {1}),  # the base text alone changed
        ([live(1, "a", "2026-01-01")], [live(2, "a", "2026-02-01")], {1}),  # a corrected date
        ([live(1, "a", "2025-11-01", "2025-11-12")], [live(2, "a", "2026-11-01", "2026-11-12")], set()),
        ([], [live(1, "a")], set()),
    ],
)
def test_what_a_newcomer_replaces(old, new, gone):
    assert replaced(old, new) == gone


def test_ends_are_clipped_to_the_next_start():
    versions = [
        live(3, "c", "2026-06-01", "2026-07-01"),
        live(1, "a"),
        live(2, "b", "2026-01-01", "2026-09-01"),
    ]
    ends = effective_ends(versions)
    assert ends == {
        1: datetime(2026, 1, 1),
        2: datetime(2026, 6, 1),
        3: datetime(2026, 7, 1),
    }
    assert effective_ends([live(1, "a")]) == {1: None}
    assert effective_ends([]) == {}


def test_two_texts_for_one_moment_contradict():
    first, second = Document(id="x", text="甲"), Document(id="x", text="乙")
    with pytest.raises(InputError, match="'x' is given twice with no valid_from"):
        check_distinct([(first, "1"), (second, "2")])
    later = Document(id="x", text="乙", validity=dated("2026-01-01"))
    check_distinct([(first, "1"), (later, "2"), (Document(id="y", text="乙"), "2"), (first, "1")])


def test_pick_takes_the_live_version_that_is_valid_now():
    versions = [
        kept(1, "a", valid=(None, "2026-11-10")),
        kept(2, "b", valid=("2026-11-10", "2026-12-01")),
        kept(3, "c", valid=("2026-12-01", None)),
    ]
    assert pick(versions, version=None, on=None, now=NOW).version == "b"
    expired = [kept(1, "a", valid=(None, "2026-01-01"))]
    assert pick(expired, version=None, on=None, now=NOW).version == "a"


def test_pick_by_moment_follows_both_clocks():
    versions = [
        kept(1, "a", loaded="2026-11-01", until="2026-11-05"),
        kept(2, "b", loaded="2026-11-05", until="2026-11-08"),
        kept(3, "c", loaded="2026-11-08"),
    ]
    on = [pick(versions, version=None, on=datetime(2026, 11, day), now=NOW).version for day in (2, 5, 9)]
    assert on == ["a", "b", "c"]
    # Before anything was loaded, the store answers from what is live.
    assert pick(versions, version=None, on=datetime(2020, 1, 1), now=NOW).version == "c"


def test_pick_by_moment_needs_a_valid_version():
    versions = [kept(1, "a", valid=("2026-11-01", "2026-11-12"))]
    assert pick(versions, version=None, on=datetime(2026, 11, 12), now=NOW) is None
    assert pick(versions, version="a", on=None, now=NOW).doc_key == 1
    assert pick(versions, version="b", on=None, now=NOW) is None


def test_pick_shows_a_removed_version_only_when_it_is_named():
    versions = [kept(1, "a", until="2026-11-05", removed=True)]
    assert pick(versions, version=None, on=None, now=NOW) is None
    assert pick(versions, version=None, on=datetime(2026, 11, 9), now=NOW) is None
    assert pick(versions, version="a", on=None, now=NOW).doc_key == 1
    assert pick(versions, version=None, on=datetime(2026, 11, 2), now=NOW).doc_key == 1
