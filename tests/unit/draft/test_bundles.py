"""Which sentences of a page are said together."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assist.draft.bundles import MAX_SENTENCES, SURE, SURE_SHARE, bundle
from assist.draft.units import product_units
from unit.draft.writing import page, part

WASH = page(
    facts=[("净重", "1.2kg")],
    lines=["杯身可以放洗碗机。", "杯盖只能用手洗。", "不含双酚A。", "净重只算杯身，不算杯盖。"],
)


def said(asked, scores, **fields):
    units = product_units(WASH)
    given_scores = np.array([scores.get(unit.text[:2], 0.0) for unit in units], dtype=np.float32)
    order = [int(at) for at in np.argsort(-given_scores, kind="stable")]
    return [units[at].text[:2] for at in bundle(units, given_scores, order, part(asked, **fields))]


def test_a_sentence_that_says_no_more_of_the_question_stays_out_where_the_first_is_sure():
    assert said("能放洗碗机吗", {"杯身": 0.8, "不含": 0.65}) == ["杯身"]
    assert said("能放洗碗机吗", {"杯身": 0.8, "不含": 0.75}) == ["杯身", "不含"]


def test_an_unsure_first_sentence_is_said_with_the_next():
    assert said("能放洗碗机吗", {"杯身": 0.5, "不含": 0.4}) == ["杯身", "不含"]


@pytest.mark.parametrize(
    ("asked", "scores", "fields", "further"),
    [
        ("放洗碗机 盖呢", {"杯身": 0.8, "杯盖": 0.65}, {}, "杯盖"),
        ("杯子几斤", {"不含": 0.8, "净重": 0.65}, {}, "净重"),
    ],
)
def test_what_names_more_of_the_question_or_its_figure_joins(asked, scores, fields, further):
    assert further in said(asked, scores, **fields)


def test_a_sentence_on_the_property_explains_the_bare_parameter():
    units = product_units(WASH)
    scores = np.array(
        [0.8 if unit.kind == "fact" else 0.64 if unit.text.startswith("净重") else 0.0 for unit in units],
        dtype=np.float32,
    )
    order = [int(at) for at in np.argsort(-scores, kind="stable")]
    chosen = bundle(units, scores, order, part("重吗", aspects=[("净重",)]))
    assert [units[at].kind for at in chosen] == ["fact", "text"]


@given(st.lists(st.floats(0.01, 1.0), min_size=5, max_size=5))
def test_the_best_is_always_said_and_nothing_is_far_below_it(values):
    units = product_units(WASH)
    scores = np.array(values, dtype=np.float32)
    order = [int(at) for at in np.argsort(-scores, kind="stable")]
    chosen = bundle(units, scores, order, part("甲乙丙"))
    assert order[0] in chosen or units[order[0]].fact is not None
    assert 1 <= len(chosen) <= MAX_SENTENCES
    if scores[order[0]] >= SURE:
        assert all(
            scores[at] >= SURE_SHARE * scores[order[0]] for at in chosen if units[order[0]].kind != "fact"
        )
