"""The test encoder: the same on every machine, like for like."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assist.encoder.base import Encoder
from assist.testing import HashingEncoder


@given(st.lists(st.text(max_size=12), max_size=5), st.integers(1, 80))
def test_rows_are_unit_float32_and_repeat(texts, dim):
    encoder = HashingEncoder(dim)
    rows = encoder.encode(texts)
    assert rows.shape == (len(texts), dim)
    assert rows.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(rows, axis=1), 1.0, atol=1e-5)
    np.testing.assert_array_equal(rows, HashingEncoder(dim).encode(texts, kind="query"))


def test_texts_that_share_characters_are_nearer():
    same, near, far = HashingEncoder(256).encode(["退货运费", "退货运费谁出", "容量多大"])
    assert same @ near > same @ far


def test_known_values_do_not_move():
    row = HashingEncoder(4).encode(["退"])[0]
    assert row.tolist().count(0.0) == 3
    assert HashingEncoder(4).encode([""])[0].tolist() == [1.0, 0.0, 0.0, 0.0]


def test_it_is_an_encoder_that_names_itself():
    encoder = HashingEncoder(16)
    assert isinstance(encoder, Encoder)
    assert (encoder.identity.name, encoder.identity.dim) == ("hashing", 16)
    with pytest.raises(AttributeError):
        encoder.identity = None
