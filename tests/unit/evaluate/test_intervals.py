"""Bootstrap intervals: deterministic, centred, over the questions that a measure applies to."""

import numpy as np
import pytest

from assist.errors import InputError
from assist.evaluate.intervals import DRAWS, intervals, resamples


def test_the_same_seed_gives_the_same_interval_and_another_one_does_not():
    values = np.random.default_rng(1).random((200, 1))
    assert intervals(values, seed=3) == intervals(values, seed=3)
    assert intervals(values, seed=3) != intervals(values, seed=4)


def test_the_interval_is_about_as_wide_as_theory_says():
    values = np.random.default_rng(2).random((400, 1))
    (found,) = intervals(values, seed=0)
    error = values.std() / np.sqrt(400)
    assert found.low < found.mean < found.high
    assert (found.high - found.low) == pytest.approx(2 * 1.96 * error, rel=0.12)


def test_questions_that_a_measure_does_not_apply_to_are_left_out():
    values = np.array([[1.0, np.nan], [0.0, np.nan], [np.nan, np.nan]])
    found = intervals(values, seed=0)
    assert (found[0].mean, found[0].n) == (0.5, 2)
    assert (found[1].mean, found[1].low, found[1].n) == (None, None, 0)


def test_resamples_come_in_blocks_and_each_counts_n_questions():
    blocks = list(resamples(7, seed=0, draws=50))
    assert sum(len(block) for block in blocks) == 50
    assert all((block.sum(axis=1) == 7).all() for block in blocks)


def test_large_sets_are_drawn_in_several_blocks():
    blocks = list(resamples(5_000, seed=0))
    assert len(blocks) > 1
    assert sum(len(block) for block in blocks) == DRAWS


def test_no_question_is_refused():
    with pytest.raises(InputError):
        intervals(np.empty((0, 1)), seed=0)
