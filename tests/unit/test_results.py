"""Results serialise to what JSON takes, and nothing else."""

import json
from datetime import date, datetime
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from assist.documents import Document, Fact, Kind, Level, Span, Validity
from assist.messages import Question
from assist.results import (
    Citation,
    Decision,
    Draft,
    Handoff,
    Reason,
    Source,
    StatedFact,
    Suggestion,
    to_plain,
)

LEAVES = st.one_of(
    st.text(), st.integers(), st.booleans(), st.none(), st.decimals(allow_nan=False), st.dates(), st.datetimes(),
    st.sampled_from(Kind), st.builds(lambda n: Span(n, n + 1), st.integers(0, 9)),
)  # fmt: skip
VALUES = st.recursive(
    LEAVES,
    lambda inner: (
        st.lists(inner, max_size=3) | st.tuples(inner) | st.dictionaries(st.text(), inner, max_size=3)
    ),
    max_leaves=10,
)


@settings(deadline=None)
@given(VALUES)
def test_every_value_becomes_plain_json(value):
    plain = to_plain(value)
    assert json.loads(json.dumps(plain)) == plain


def test_words_dates_amounts_and_sets_become_plain():
    assert to_plain(Kind.POLICY) == "policy"
    assert type(to_plain(Kind.POLICY)) is str
    assert to_plain(Decimal("59.90")) == "59.90"
    assert to_plain([date(2026, 11, 20), datetime(2026, 11, 20, 14)]) == ["2026-11-20", "2026-11-20T14:00:00"]
    assert sorted(to_plain(frozenset({1, 2}))) == [1, 2]
    assert to_plain({1: (Span(0, 2),)}) == {"1": [{"start": 0, "end": 2}]}


def test_a_document_is_named_and_not_copied():
    document = Document("d1", "很长的全文", title="退货")
    plain = to_plain({"document": document})["document"]
    assert plain == {"id": "d1", "version": document.version, "kind": "policy", "title": "退货"}


def test_a_suggestion_keeps_its_evidence():
    source = Source("退货", Kind.POLICY, Level.SHOP, Validity(datetime(2026, 1, 1)), "returns.md")
    place = Citation("returns", "v1", "3", Span(2, 5), "七天内", source)
    draft = Draft("七天内可退。", citations=(place,), facts=(StatedFact("天数", "7", "天"),))
    handoff = Handoff(Reason.CONFLICT, "主管", {"question": "能退吗"})
    made = Suggestion("s1", Decision.HANDOFF, (draft,), Question((), tags=("售后问题",)), handoff=handoff)
    plain = json.loads(json.dumps(made.to_dict()))
    assert plain["decision"] == "handoff"
    cited = plain["drafts"][0]["citations"][0]
    assert (cited["document_id"], cited["span"], cited["quote"]) == (
        "returns",
        {"start": 2, "end": 5},
        "七天内",
    )
    assert cited["source"]["validity"] == {"valid_from": "2026-01-01T00:00:00", "valid_to": None}
    assert plain["handoff"] == {"reason": "conflict", "target": "主管", "packet": {"question": "能退吗"}}
    assert plain["ask"] is None
    assert made.labels == ("售后问题",)


def test_a_stated_fact_takes_over_a_documents_fact():
    fact = Fact("净重", "3.6", Span(0, 3), "kg", "C501-WH")
    assert StatedFact.of(fact, "C501") == StatedFact("净重", "3.6", "kg", "C501-WH", "document", "C501")
