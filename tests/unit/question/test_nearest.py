"""The nearest wordings of every leaf: the same alone and in a batch, and as worked out one by one."""

from __future__ import annotations

import numpy as np
import pytest

from assist.question.nearest import Wordings, in_turns

SIZES = [1, 5, 3, 2, 9]


def unit(rows: int) -> np.ndarray:
    vectors = np.random.default_rng(rows).standard_normal((rows, 8)).astype(np.float32)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


@pytest.mark.parametrize("number", [1, 3, 40])
def test_the_best_three_of_every_leaf_count(number: int) -> None:
    wordings, queries = unit(sum(SIZES)), unit(number)
    best, mean = Wordings(wordings[in_turns(SIZES)], SIZES).cosines(queries)
    for leaf, own in enumerate(np.split(wordings, np.cumsum(SIZES)[:-1])):
        cosines = np.sort(np.hstack([queries @ own.T, np.full((number, 2), -1.0)]), axis=1)[:, -3:]
        np.testing.assert_allclose(best[:, leaf], cosines[:, -1], atol=1e-6)
        np.testing.assert_allclose(mean[:, leaf], cosines.mean(axis=1), atol=1e-6)


def test_rows_in_turns_are_all_rows_once() -> None:
    rows = in_turns(SIZES)
    assert sorted(rows.tolist()) == list(range(sum(SIZES)))
    assert rows[: len(SIZES)].tolist() == [11, 1, 6, 9, 0]
