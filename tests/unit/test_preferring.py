"""What votes move: at once, bounded, fading, fair to rules and to many agents."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assist.documents import Kind, Level, Span, Validity
from assist.messages import IntentScore, Part, Question
from assist.preferring import (
    AGENT_VOTES,
    HALF_LIFE_DAYS,
    LIMIT,
    PRIOR,
    RULE_LIMIT,
    Place,
    Preferences,
    Vote,
    places_of,
    prefer,
)
from assist.results import Citation, Draft, PartVerdict, Source, Statement

NOW = datetime(2026, 11, 20, 14)
INTENT = "售前/售后咨询/退换政策"
QUESTION = Question((Part("能退吗", "能退吗", Span(0, 3), (IntentScore(INTENT, 0.9),)),))


def draft(name, score, *, kind=Kind.PAST_ANSWER, verdict="answered"):
    source = Source(name, kind, Level.SHOP, Validity(), "")
    cited = Citation(name, "v", "1", Span(0, 2), "可以", source)
    return Draft(
        name,
        confidence=score,
        parts=(PartVerdict(0, "能退吗", verdict),),
        statements=(Statement("可以", (cited,)),),
        debug={"score": score},
    )


def place(name, *, rule=False):
    return Place(INTENT, name, "1", rule)


def clicks(name, value, n, *, rule=False, at=NOW, agents=None):
    return [Vote(place(name, rule=rule), value, f"a{i % (agents or n)}", at) for i in range(n)]


def names(drafts):
    return [one.text for one in drafts]


def test_without_votes_nothing_changes():
    drafts = (draft("a", 0.6), draft("b", 0.7))
    assert prefer(drafts, QUESTION, Preferences.none(), NOW) == drafts
    elsewhere = Preferences.none().plus([Vote(Place("别的", "b", "1", False), 1.0, "", NOW)])
    assert prefer(drafts, QUESTION, elsewhere, NOW) == drafts


def test_picks_bring_a_draft_up_and_raise_its_confidence():
    drafts = (draft("a", 0.6), draft("b", 0.5))
    learned = Preferences.none().plus(clicks("b", 1.0, 12))
    found = prefer(drafts, QUESTION, learned, NOW)
    assert names(found) == ["b", "a"]
    assert found[0].debug["score"] == pytest.approx(0.5 + LIMIT * 12 / (12 + PRIOR))
    assert found[1] == drafts[1 - 1]


def test_two_clicks_move_little_and_many_no_more_than_the_limit():
    two = Preferences.none().plus(clicks("b", 1.0, 2)).shift([place("b")], NOW)
    many = Preferences.none().plus(clicks("b", 1.0, 2_000)).shift([place("b")], NOW)
    assert two == pytest.approx(LIMIT * 2 / 8)
    assert 0.24 < many < LIMIT


def test_one_agent_counts_only_so_far():
    alone = Preferences.none().plus(clicks("b", 1.0, 500, agents=1)).shift([place("b")], NOW)
    assert alone == pytest.approx(LIMIT * AGENT_VOTES / (AGENT_VOTES + PRIOR))


def test_votes_fade_by_half_lives():
    learned = Preferences.none().plus(clicks("b", 1.0, 2))
    later = learned.shift([place("b")], NOW + timedelta(days=HALF_LIFE_DAYS))
    assert later == pytest.approx(LIMIT * 1 / (1 + PRIOR))
    assert learned.shift([place("b")], NOW - timedelta(days=400)) == learned.shift([place("b")], NOW)


@pytest.mark.parametrize("bad_clicks", [2, 5_000])
def test_bad_clicks_do_not_sink_a_rule(bad_clicks):
    drafts = (
        draft("rule", 0.6, kind=Kind.POLICY),
        *(draft(f"chat{i}", 0.55 - i / 100) for i in range(5)),
    )
    votes = clicks("rule", -0.5, bad_clicks, rule=True)
    votes += [vote for i in range(5) for vote in clicks(f"chat{i}", 1.0, bad_clicks)]
    learned = Preferences.none().plus(votes)
    found = prefer(drafts, QUESTION, learned, NOW)
    assert "rule" in names(found)[:2]
    assert next(one for one in found if one.text == "rule").confidence == 0.6
    assert learned.shift([place("rule", rule=True)], NOW) >= -RULE_LIMIT


def test_two_bad_clicks_leave_a_rule_first_before_what_is_clearly_less_likely():
    drafts = (draft("rule", 0.6, kind=Kind.POLICY), draft("chat", 0.5))
    learned = Preferences.none().plus(clicks("rule", -0.5, 2, rule=True))
    assert names(prefer(drafts, QUESTION, learned, NOW)) == ["rule", "chat"]


def test_a_draft_that_asks_back_does_not_overtake_one_that_answers():
    drafts = (draft("a", 0.6), draft("b", 0.59, verdict="asked"))
    learned = Preferences.none().plus(clicks("b", 1.0, 50))
    assert names(prefer(drafts, QUESTION, learned, NOW)) == ["a", "b"]


def test_equal_shifts_keep_the_writers_order_even_where_it_is_not_the_order_of_scores():
    drafts = (draft("a", 0.4), draft("b", 0.9), draft("c", 0.3))
    learned = Preferences.none().plus([*clicks("a", 1.0, 3), *clicks("b", 1.0, 3), *clicks("c", 1.0, 3)])
    assert names(prefer(drafts, QUESTION, learned, NOW)) == ["a", "b", "c"]


def test_a_statement_without_an_intent_teaches_nothing():
    unknown = Question((Part("嗯", "嗯", Span(0, 1)),))
    assert places_of(draft("a", 0.5), unknown) == ()
    assert places_of(draft("a", 0.5), QUESTION) == (place("a"),)


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["a", "b"]),
            st.floats(-1, 1),
            st.sampled_from(["", "甲", "乙"]),
            st.integers(0, 400),
        ),
        max_size=40,
    ),
    st.integers(0, 800),
)
def test_whatever_the_votes_the_shift_is_bounded_and_their_order_does_not_matter(cast, days):
    votes = [Vote(place(n), value, who, NOW + timedelta(days=day)) for n, value, who, day in cast]
    one = Preferences.none().plus(votes)
    other = Preferences.none().plus(votes[: len(votes) // 2]).plus(votes[len(votes) // 2 :])
    back = Preferences.none().plus(votes[::-1])
    now = NOW + timedelta(days=days)
    for name in ("a", "b"):
        shift = one.shift([place(name)], now)
        assert -LIMIT <= shift <= LIMIT
        assert other.shift([place(name)], now) == shift
        assert back.shift([place(name)], now) == pytest.approx(shift, abs=1e-9)
