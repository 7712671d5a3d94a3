import sys

import numpy as np
import pytest

from assist.encoder import bundled, load
from assist.encoder.folder import export
from assist.encoder.sentence import SentenceTransformerEncoder
from assist.errors import EncoderError, InputError, MissingDependencyError, ModelNotFoundError
from encoder_models import tiny_sentence_transformer


@pytest.fixture(scope="module")
def tiny(tmp_path_factory):
    return tiny_sentence_transformer(tmp_path_factory.mktemp("models") / "tiny")


def test_prefixes_come_from_the_models_own_configuration(tiny):
    identity = load(tiny).identity
    assert (identity.name, identity.dim) == ("tiny", 16)
    assert (identity.query_prefix, identity.passage_prefix) == ("query: ", "passage: ")


def test_prefixes_are_put_before_the_texts(tiny):
    own = load(tiny)
    bare = load(tiny, query_prefix="", passage_prefix="")
    np.testing.assert_allclose(own.encode(["退货"], kind="query"), bare.encode(["query: 退货"]), atol=1e-6)
    np.testing.assert_allclose(own.encode(["退货"]), bare.encode(["passage: 退货"], kind="query"), atol=1e-6)
    assert bare.identity != own.identity
    assert bare.identity.revision == own.identity.revision


def test_rows_equal_those_of_the_library_itself(tiny):
    from sentence_transformers import SentenceTransformer

    texts = ["退货", "", "会不会掉色", "七天无理由退货" * 5]
    plain = SentenceTransformer(str(tiny), device="cpu").encode(
        texts, prompt="query: ", normalize_embeddings=True, show_progress_bar=False
    )
    np.testing.assert_allclose(load(tiny).encode(texts, kind="query"), plain, atol=1e-5)


def test_fewer_dimensions_are_the_first_columns(tiny):
    full, part = load(tiny).encode(["退货"])[:, :5], load(tiny, dim=5).encode(["退货"])
    np.testing.assert_allclose(part, full / np.linalg.norm(full), atol=1e-6)
    with pytest.raises(InputError, match="between 1 and 16"):
        load(tiny, dim=17)


def test_progress_counts_texts(tiny):
    seen = []
    encoder = SentenceTransformerEncoder(
        tiny, batch_size=1, progress=lambda done, total: seen.append((done, total))
    )
    encoder.encode(["退货"] * 40)
    assert seen == [(16, 40), (32, 40), (40, 40)]


def test_other_weights_have_another_revision(tiny, tmp_path):
    from safetensors.numpy import load_file, save_file

    other = tiny_sentence_transformer(tmp_path / "tiny")
    assert load(other).identity == load(tiny).identity
    file = next(other.rglob("model.safetensors"))
    tensors = load_file(file)
    name = sorted(tensors)[0]
    tensors[name] = tensors[name] + 0.5
    save_file(tensors, file, metadata={"format": "pt"})
    assert load(other).identity.revision != load(tiny).identity.revision


def test_a_model_that_is_nowhere_names_the_ways_without_a_download():
    with pytest.raises(ModelNotFoundError, match="bundled") as caught:
        load("nobody/no-such-model", local_files_only=True)
    assert caught.value.model == "nobody/no-such-model"


def test_a_folder_without_a_model_is_refused(tmp_path):
    (tmp_path / "modules.json").write_text("[{]")
    with pytest.raises(EncoderError):
        load(tmp_path)


def test_without_the_package_the_extra_is_named(tiny, monkeypatch):
    monkeypatch.setitem(sys.modules, "sentence_transformers", None)
    with pytest.raises(MissingDependencyError, match="pip install"):
        load(tiny)


def test_an_impossible_batch_size_is_refused(tiny):
    with pytest.raises(InputError, match="batch_size"):
        load(tiny, batch_size=0)


@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning")
def test_an_exported_folder_is_a_plain_sentence_transformers_model(tmp_path):
    from sentence_transformers import SentenceTransformer

    folder = export(bundled(), tmp_path / "out")
    texts = [
        "会不会掉色？",
        "身高170穿什么码",
        "iPhone 13 Pro Max 256G 多少钱",
        "A102能退吗😀",
        "七天无理由退货运费谁出",
    ]
    plain = SentenceTransformer(str(folder), device="cpu").encode(texts, show_progress_bar=False)
    cosines = (plain * bundled().encode(texts)).sum(axis=1)
    assert cosines.min() >= 0.999
