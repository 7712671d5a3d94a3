import numpy as np
import pytest

from assist.encoder import Encoder, bundled, load
from assist.encoder.ensemble import EnsembleEncoder
from assist.encoder.folder import export, is_static_folder, open_static_folder
from assist.errors import EncoderError, InputError, ModelNotFoundError
from assist.testing import HashingEncoder

SAME = [
    ("掉色不", "会不会褪色"),
    ("包邮吗", "运费谁出"),
    ("什么时候发货", "多久能发出"),
    ("能便宜点吗", "可以优惠一些吗"),
    ("身高170穿什么码", "我一米七选多大尺码"),
    ("怎么退货", "不想要了想退"),
    ("有发票吗", "可以开票不"),
    ("是正品吗", "这个是真的还是假的"),
]


def test_bundled_is_one_object_with_a_hash_for_revision():
    assert load("bundled") is bundled()
    identity = bundled().identity
    assert identity.name == "bundled"
    assert len(identity.revision) == 16
    assert isinstance(bundled(), Encoder)


def test_the_bundled_model_tells_paraphrases_from_other_questions():
    first = bundled().encode([a for a, _ in SAME], kind="query")
    second = bundled().encode([b for _, b in SAME])
    found = (first @ second.T).argmax(axis=1)
    assert (found == np.arange(len(SAME))).sum() >= 6


def test_bundled_dimensions_can_be_cut():
    assert load("bundled", dim=64).encode(["掉色不"]).shape == (1, 64)


@pytest.mark.parametrize("name", ["", "  ", "bundled+bundled+bundled"])
def test_impossible_names_are_refused(name):
    with pytest.raises(InputError):
        load(name)


def test_a_static_model_takes_no_prefix():
    with pytest.raises(InputError, match="no prefix"):
        load("bundled", query_prefix="query: ")


@pytest.mark.parametrize("name", ["./no/such/folder", "/no/such/folder", "/no/such/file.safetensors"])
def test_a_missing_path_is_named(name):
    with pytest.raises(ModelNotFoundError) as caught:
        load(name)
    assert caught.value.model == name


def test_an_ensemble_adds_cosines_in_its_shares():
    one, two = HashingEncoder(32), HashingEncoder(48)
    both = EnsembleEncoder(one, two, weight=0.25)
    texts = ["掉色不", "会不会褪色", "退货"]
    rows = both.encode(texts)
    a, b = one.encode(texts), two.encode(texts)
    np.testing.assert_allclose(rows @ rows.T, 0.75 * (a @ a.T) + 0.25 * (b @ b.T), atol=1e-6)
    assert both.identity.dim == 80
    assert both.identity.name == "hashing+hashing"


@pytest.mark.parametrize("weight", [0.0, 1.0, -0.5])
def test_an_ensemble_needs_two_shares(weight):
    with pytest.raises(InputError):
        EnsembleEncoder(HashingEncoder(), HashingEncoder(), weight=weight)


def test_an_exported_folder_loads_back_with_the_same_vectors(tmp_path):
    folder = export(bundled(), tmp_path / "out")
    back = load(folder)
    texts = [
        "会不会掉色？",
        "身高170穿什么码",
        "iPhone 13 Pro Max 256G 多少钱",
        "A102这款，能7天无理由退货吗😀",
        "ＮＦＫＣ　全角",
        "第一行\n第二行_下划线 龘",
    ]
    cosines = (bundled().encode(texts) * back.encode(texts)).sum(axis=1)
    assert cosines.min() >= 0.999
    assert back.identity.name == "out"


def test_export_keeps_what_is_there(tmp_path):
    (tmp_path / "keep.txt").write_text("x")
    with pytest.raises(InputError, match="not empty"):
        export(bundled(), tmp_path)


def test_a_loaded_folder_is_not_exported_again(tmp_path):
    back = open_static_folder(export(bundled(), tmp_path / "a"))
    with pytest.raises(InputError, match="pieces"):
        export(back, tmp_path / "b")


def test_a_folder_without_a_static_model_is_named(tmp_path):
    assert not is_static_folder(tmp_path)
    with pytest.raises(ModelNotFoundError):
        open_static_folder(tmp_path)


def test_a_broken_tokenizer_is_refused(tmp_path):
    folder = export(bundled(), tmp_path / "a")
    (folder / "0_StaticEmbedding" / "tokenizer.json").write_text("{}")
    with pytest.raises(EncoderError, match="tokenizer"):
        open_static_folder(folder)
