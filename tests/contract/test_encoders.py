"""One suite for every encoder: what the rest of the library relies on."""

import numpy as np
import pytest

from assist.encoder import Encoder, e5, load
from assist.encoder.ensemble import EnsembleEncoder
from assist.encoder.onnx_model import OnnxEncoder
from assist.encoder.remote import OpenAIEncoder
from assist.encoder.sentence import SentenceTransformerEncoder
from assist.errors import InputError
from assist.testing import HashingEncoder
from e5_source import write_source
from embedding_server import embedding_service
from encoder_models import tiny_sentence_transformer

TEXTS = [
    "掉色不",
    "会不会褪色",
    "",
    "😀",
    "\ud800",
    "A102 iPhone",
    "龘" * 5,
    "七天无理由退货",
    "　",
    "\u200b\u200d",
]
NAMES = ["bundled", "hashing", "sentence", "ensemble", "openai", "onnx"]


@pytest.fixture(scope="module")
def tiny(tmp_path_factory):
    return tiny_sentence_transformer(tmp_path_factory.mktemp("models") / "tiny")


@pytest.fixture(scope="module")
def service():
    with pytest.MonkeyPatch.context() as patch, embedding_service(key="none") as running:
        patch.setenv("NO_PROXY", "*")
        patch.delenv("OPENAI_API_KEY", raising=False)
        yield running


@pytest.fixture(scope="module", params=NAMES)
def encoder(request, tiny, service, tmp_path_factory):
    made = {
        "bundled": lambda: load("bundled"),
        "hashing": HashingEncoder,
        "sentence": lambda: SentenceTransformerEncoder(tiny, batch_size=2),
        "ensemble": lambda: EnsembleEncoder(HashingEncoder(), load("bundled"), weight=0.7),
        "openai": lambda: OpenAIEncoder("m", base_url=service.url, batch_size=3),
        "onnx": lambda: tiny_onnx(tmp_path_factory),
    }
    return made[request.param]()


def tiny_onnx(tmp_path_factory):
    folder = tmp_path_factory.mktemp("models")
    engine = write_source(folder / "tiny.bin", e5.CHECK_TEXTS)
    e5.build(folder / "tiny", source=folder / "tiny.bin", engine=engine)
    return OnnxEncoder(folder / "tiny", batch_size=1)


def texts_for(encoder):
    """A lone surrogate is no text for tokenizers written in Rust; ours take it."""
    return [t for t in TEXTS if t != "\ud800"] if isinstance(encoder, SentenceTransformerEncoder) else TEXTS


def test_it_is_an_encoder(encoder):
    assert isinstance(encoder, Encoder)
    assert encoder.identity.name
    assert encoder.identity.revision
    assert encoder.identity == encoder.identity


@pytest.mark.parametrize("kind", ["query", "passage"])
def test_rows_are_unit_float32(encoder, kind):
    texts = texts_for(encoder)
    matrix = encoder.encode(texts, kind=kind)
    assert matrix.shape == (len(texts), encoder.identity.dim)
    assert matrix.dtype == np.float32
    assert matrix.flags.c_contiguous
    assert matrix.flags.writeable
    np.testing.assert_allclose(np.linalg.norm(matrix, axis=1), 1.0, atol=1e-4)


def test_no_texts_give_no_rows(encoder):
    matrix = encoder.encode([])
    assert matrix.shape == (0, encoder.identity.dim)
    assert matrix.dtype == np.float32


def test_the_same_text_gives_the_same_row(encoder):
    texts = texts_for(encoder)
    np.testing.assert_array_equal(encoder.encode(texts), encoder.encode(texts))


def test_order_and_company_make_no_difference(encoder):
    texts = texts_for(encoder)
    forward, backward = encoder.encode(texts), encoder.encode(texts[::-1])
    np.testing.assert_allclose(forward, backward[::-1], atol=1e-5)
    np.testing.assert_allclose(forward[:1], encoder.encode(texts[:1]), atol=1e-5)


def test_tuples_are_sequences_too(encoder):
    np.testing.assert_array_equal(encoder.encode(("退货", "发货")), encoder.encode(["退货", "发货"]))


def test_the_caller_owns_the_rows(encoder):
    first = encoder.encode(["退货"])
    first[:] = 0.0
    assert np.linalg.norm(encoder.encode(["退货"])) == pytest.approx(1.0, abs=1e-4)


@pytest.mark.parametrize("name", ["bundled", "sentence"])
def test_wrong_arguments_are_refused(name, tiny):
    encoder = load("bundled") if name == "bundled" else load(tiny)
    for texts, kind in (("退货", "query"), ([1], "query"), ([None], "passage"), (["退货"], "document")):
        with pytest.raises(InputError):
            encoder.encode(texts, kind=kind)
