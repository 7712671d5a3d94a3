import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assist.encoder import bundled
from assist.encoder.pieces import Pieces
from assist.encoder.weights import quantize

ANY_TEXT = st.text(max_size=60) | st.text(alphabet="掉色不會会退货发A1a2 ，。？😀\u200b\n", max_size=60)


@given(st.lists(ANY_TEXT, max_size=6))
def test_any_text_gives_a_unit_row(texts):
    rows = bundled().encode(texts)
    assert rows.shape == (len(texts), bundled().identity.dim)
    np.testing.assert_allclose(np.linalg.norm(rows, axis=1), np.ones(len(texts)), atol=1e-5)


@given(ANY_TEXT)
def test_upper_case_and_full_width_forms_make_no_difference(text):
    wide = "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in text)
    np.testing.assert_array_equal(bundled().encode([text]), bundled().encode([wide]))


@given(st.text(alphabet="abcd", max_size=30))
def test_pieces_cover_every_known_character(text):
    pieces = Pieces(["a", "b", "c", "d", "ab", "bcd", "dd"], simplified={})
    assert "".join(pieces.words[i] for i in pieces.ids(text)) == text


@pytest.mark.parametrize("n", [0, 1, 300])
def test_quantized_rows_point_the_same_way(n):
    vectors = np.random.default_rng(n).standard_normal((n, 64)).astype(np.float32)
    codes, scales = quantize(vectors)
    back = codes * scales[:, None]
    cosines = (back * vectors).sum(1) / (np.linalg.norm(back, axis=1) * np.linalg.norm(vectors, axis=1))
    assert (cosines > 0.9995).all()
