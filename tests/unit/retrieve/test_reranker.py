"""The reranker: its formula, its fit, and what it may move."""

import numpy as np
import pytest

from assist.encoder import bundled
from assist.errors import InputError
from assist.retrieve.candidates import Asked, Candidates
from assist.retrieve.fuse import Fused
from assist.retrieve.reranker import HEAD, Reranker, Reranking
from unit.store.records import ENCODER, open_store, record

PLAIN = {
    "encoder": "some",
    "columns": ["cos", "words"],
    "linear": [1.0, 2.0],
    "hidden": [[0.5, -1.0, 0.0], [1.0, 0.0, 2.0]],
    "bias": [0.0, 0.1, -0.2],
    "out": [1.0, -2.0, 0.5],
}


@pytest.fixture(scope="module")
def view(tmp_path_factory):
    texts = [f"第{at}条说明，编号{at * 7}" for at in range(HEAD + 10)] + [
        "退货运费由买家承担",
        "运费谁承担退货",
    ]
    with open_store(tmp_path_factory.mktemp("reranker") / "s.assist") as store:
        store.apply(add=[record(f"d{at:03d}", text) for at, text in enumerate(texts)])
        yield store.view()


def fused(view):
    n = len(view)
    falling = np.linspace(0.9, 0.1, n, dtype=np.float32)
    return Fused(np.arange(n)[::-1].copy(), falling, falling, falling, falling, falling / 2)


def asked(view, text="退货运费谁承担"):
    return Asked(text, view.tokenizer.tokens(text), 12.0)


def reranking(view, **changed):
    model = Reranker.from_dict({**PLAIN, "encoder": ENCODER.identity.revision, **changed})
    return Reranking(view, ENCODER, model)


def test_the_score_is_a_line_and_one_hidden_layer():
    columns = {
        "cos": np.array([0.2, 0.9], "f4"),
        "words": np.array([0.5, 0.1], "f4"),
        "more": np.ones(2, "f4"),
    }
    hidden = np.tanh(np.array([[0.6, -0.1, 0.8], [0.55, -0.8, 0.0]]))
    expected = np.array([1.2, 1.1]) + hidden @ np.array([1.0, -2.0, 0.5])
    np.testing.assert_allclose(Reranker.from_dict(PLAIN).scores(columns), expected, atol=1e-6)


def test_a_missing_column_is_named():
    with pytest.raises(InputError, match="'words'"):
        Reranker.from_dict(PLAIN).scores({"cos": np.ones(1, "f4")})


@pytest.mark.parametrize("wrong", [{"linear": [1.0]}, {"bias": [0.0]}, {"out": [1.0]}])
def test_arrays_that_do_not_fit_are_refused(wrong):
    with pytest.raises(InputError, match="shapes"):
        Reranker.from_dict({**PLAIN, **wrong})


def test_the_shipped_model_fits_the_shipped_encoder_and_the_columns(view):
    model = Reranker.bundled()
    assert model.fits(bundled())
    assert not model.fits(ENCODER)
    columns = Candidates(view, ENCODER).columns(asked(view), fused(view).head(5))
    assert set(model.names) == set(columns)


def test_another_encoder_is_refused(view):
    with pytest.raises(InputError, match="search without it"):
        Reranking(view, ENCODER, Reranker.bundled())


def test_only_the_head_moves_and_scores_stay_with_the_places(view):
    before = fused(view)
    after = reranking(view).reordered(asked(view), before)
    assert sorted(after.rows[:HEAD]) == sorted(before.rows[:HEAD])
    assert after.rows[HEAD:].tolist() == before.rows[HEAD:].tolist()
    assert after.rows[:HEAD].tolist() != before.rows[:HEAD].tolist()
    np.testing.assert_array_equal(after.scores, before.scores)
    place = {row: at for at, row in enumerate(before.rows.tolist())}
    np.testing.assert_array_equal(after.dense, [before.dense[place[row]] for row in after.rows.tolist()])


def test_equal_scores_leave_the_order(view):
    nothing = {"linear": [0.0, 0.0], "out": [0.0, 0.0, 0.0]}
    before = fused(view)
    assert reranking(view, **nothing).reordered(asked(view), before).rows.tolist() == before.rows.tolist()


@pytest.mark.parametrize("most", [0, 1])
def test_nothing_to_order(view, most):
    head = fused(view).head(most)
    assert reranking(view).reordered(asked(view), head) is head
