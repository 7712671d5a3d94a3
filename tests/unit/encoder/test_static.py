import subprocess
import sys

import numpy as np
import pytest

from assist.encoder.pieces import Pieces
from assist.encoder.static import StaticEncoder, unit_rows
from assist.encoder.weights import StaticWeights, quantize, read_weights, write_weights
from assist.errors import DimensionError, EncoderError, InputError, ModelNotFoundError

WORDS = ("掉", "色", "掉色", "会", "不", "不会", "退", "货", "退货", "iphone", "1", "3", "13", "a", "b", "?")
SIMPLIFIED = {ord("會"): "会", ord("貨"): "货"}


def made(dim=6, seed=1):
    vectors = np.random.default_rng(seed).standard_normal((len(WORDS), dim)).astype(np.float32)
    codes, scales = quantize(vectors)
    return StaticWeights(codes, scales, WORDS, SIMPLIFIED, "made", notes={"training": "none"})


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "made.safetensors"
    write_weights(made(), path)
    return path


def slow_reference(encoder, text):
    """The definition, written without any vectorisation."""
    total = np.zeros(encoder.identity.dim)
    for number in encoder.cutter.ids(text):
        total += encoder.scales[number].astype(float) * encoder.vectors[number].astype(float)
    norm = np.sqrt((total**2).sum())
    if norm < 1e-12:
        total[-1] = norm = 1.0
    return total / norm


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("会不会掉色？", ["会", "不会", "掉色", "?"]),
        ("會不會退貨", ["会", "不会", "退货"]),
        ("ＩＰＨＯＮＥ１３", ["iphone", "13"]),
        ("ab131", ["a", "b", "13", "1"]),
        ("退 货", ["退", "货"]),
        ("龘掉龘色", ["掉", "色"]),
        ("😀", []),
        ("", []),
        ("\u200b\n\t ", []),
    ],
)
def test_the_longest_known_piece_is_taken_first(text, expected):
    pieces = Pieces(WORDS, simplified=SIMPLIFIED)
    assert [WORDS[i] for i in pieces.ids(text)] == expected


def test_rows_equal_the_plain_sum(file):
    encoder = StaticEncoder.open(file)
    texts = ["掉色不", "会不会掉色", "", "😀", "退货", "掉色" * 3000, "a", "iphone 13 会掉色?"] * 3
    expected = np.stack([slow_reference(encoder, text) for text in texts])
    np.testing.assert_allclose(
        encoder.encode(texts), expected, atol=1e-5
    )  # float32 sums of thousands of terms


def test_a_text_has_the_same_row_alone_and_in_a_batch(file):
    encoder = StaticEncoder.open(file)
    texts = ["掉色不", "会不会掉色", "", "退货 退", "掉色" * 5000]
    together = encoder.encode(texts)
    alone = np.concatenate([encoder.encode([text]) for text in texts])
    np.testing.assert_allclose(together, alone, atol=1e-6)


def test_a_hundred_thousand_characters_are_one_unit_row(file):
    encoder = StaticEncoder.open(file)
    row = encoder.encode(["会不会掉色退货龘" * 12_500])
    assert row.shape == (1, 6)
    assert np.linalg.norm(row) == pytest.approx(1.0, abs=1e-5)


def test_the_file_keeps_everything(file):
    before, after = made(), read_weights(file)
    np.testing.assert_array_equal(before.vectors, after.vectors)
    np.testing.assert_array_equal(before.scales, after.scales)
    assert (after.pieces, dict(after.simplified), after.name) == (WORDS, SIMPLIFIED, "made")
    assert after.notes["training"] == "none"


def test_vectors_stay_in_the_file(file):
    vectors = StaticEncoder.open(file).vectors
    while vectors.base is not None and not isinstance(vectors, np.memmap):
        vectors = vectors.base
    assert isinstance(vectors, np.memmap)


def test_the_revision_follows_the_weights(tmp_path):
    first = write_weights(made(), tmp_path / "a")
    again = write_weights(made(), tmp_path / "b")
    other = write_weights(made(seed=2), tmp_path / "c")
    assert first == again != other
    assert StaticEncoder.open(tmp_path / "c").identity.revision == other


def test_the_standard_reader_opens_the_file(file):
    from safetensors.numpy import load_file

    assert load_file(file)["vectors"].dtype == np.int8


def test_quantizing_loses_at_most_half_a_step():
    vectors = np.random.default_rng(0).standard_normal((50, 16)).astype(np.float32)
    vectors[7] = 0.0
    codes, scales = quantize(vectors)
    assert np.abs(codes * scales[:, None] - vectors).max() <= scales.max() * 0.5001
    assert scales[7] == 0.0


def test_fewer_dimensions_are_the_first_columns(file):
    full, part = StaticEncoder.open(file), StaticEncoder.open(file, dim=3)
    expected = unit_rows(full.encode(["会不会掉色"])[:, :3].copy())
    np.testing.assert_allclose(part.encode(["会不会掉色"]), expected, atol=1e-6)
    assert part.identity.dim == 3


@pytest.mark.parametrize("dim", [0, -1, 7])
def test_impossible_dimensions_are_refused(file, dim):
    with pytest.raises(InputError, match=r"between 1 and 6"):
        StaticEncoder.open(file, dim=dim)


def test_arrays_that_disagree_are_refused():
    with pytest.raises(DimensionError):
        StaticEncoder(
            Pieces("ab", simplified={}), np.zeros((2, 4)), np.zeros(3, "f4"), name="x", revision="1"
        )


def test_an_absent_file_is_named(tmp_path):
    with pytest.raises(ModelNotFoundError) as caught:
        StaticEncoder.open(tmp_path / "none.safetensors")
    assert caught.value.model.endswith("none.safetensors")


@pytest.mark.parametrize("keep", [0, 5, 60, 0.5, -1])
def test_a_file_cut_short_is_refused(file, keep):
    whole = file.read_bytes()
    file.write_bytes(whole[: int(len(whole) * keep) if isinstance(keep, float) else keep])
    with pytest.raises(EncoderError):
        StaticEncoder.open(file)


def test_another_safetensors_file_is_refused(tmp_path):
    from safetensors.numpy import save_file

    save_file({"x": np.zeros(3, dtype=np.float32)}, tmp_path / "x.safetensors")
    with pytest.raises(EncoderError, match="format"):
        StaticEncoder.open(tmp_path / "x.safetensors")


def test_a_piece_with_a_line_break_is_not_written(tmp_path):
    weights = StaticWeights(np.zeros((1, 2), np.int8), np.ones(1, np.float32), ("a\nb",), {}, "x")
    with pytest.raises(EncoderError, match="line break"):
        write_weights(weights, tmp_path / "x")
    assert not list(tmp_path.iterdir())


def test_a_zero_row_becomes_the_last_axis():
    np.testing.assert_array_equal(unit_rows(np.zeros((1, 3), np.float32)), [[0, 0, 1]])


def test_the_bundled_model_loads_without_torch():
    code = (
        "import sys; from assist.encoder import load; load('bundled').encode(['掉色不']);"
        "print([m for m in ('torch', 'sentence_transformers', 'tokenizers', 'transformers') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
