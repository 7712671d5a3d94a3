"""A transformer learns from a shop's history: a tiny one, built here, with the package's real trainer."""

import json
import sys
import warnings

import numpy as np
import pytest

from assist.adapting import Pair, adapt
from assist.encoder import load
from assist.encoder.adapt import AdaptSettings
from assist.encoder.sentence_adapt import TransformerSettings
from assist.errors import InputError, MissingDependencyError
from encoder_models import tiny_sentence_transformer

QUICK = TransformerSettings(epochs=8, batch=32, portion=32, rate=1e-2)
WORDS = "掉色会褪退货发快递"


@pytest.fixture(scope="module")
def tiny(tmp_path_factory):
    return tiny_sentence_transformer(tmp_path_factory.mktemp("models") / "tiny")


@pytest.fixture(autouse=True)
def _foreign_warnings():
    """The trainer's packages warn of one another's coming versions."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def history(count=240, *, has_meaning=True):
    """The first letter of a question goes with that of its answer, the next in the list, or with none; the rest is noise."""
    rng = np.random.default_rng(4)
    meant = rng.permutation(count) % len(WORDS)
    told = (meant + 1) % len(WORDS) if has_meaning else rng.integers(0, len(WORDS), count)
    noise = ["".join("0123"[k] for k in rng.integers(0, 4, 6)) for _ in range(2 * count)]
    return tuple(
        Pair(WORDS[meant[n]] * 3 + noise[n], WORDS[told[n]] * 3 + noise[count + n], "past answers")
        for n in range(count)
    )


def test_a_transformer_that_learned_something_is_kept_and_loads_back(tiny, tmp_path):
    pytest.importorskip("datasets")
    pytest.importorskip("accelerate")
    told, base = [], load(tiny)
    before = base.encode(["会褪色"])
    report = adapt(history(), base, tmp_path, settings=QUICK, progress=lambda *seen: told.append(seen))
    assert report.kept
    assert report.after.mean > report.before.mean
    assert 50 <= report.held_out == report.gain.n <= 70
    assert told == [(done, 16, "learn") for done in range(1, 17)]
    assert [path.name for path in tmp_path.iterdir()] == ["adapted-0001"]
    assert json.loads((report.folder / "report.json").read_text("utf-8")) == report.to_dict()
    new = load(report.folder)
    assert (new.identity.name, new.identity.revision) == ("adapted-0001", report.revision)
    assert (new.identity.query_prefix, new.identity.passage_prefix) == ("query: ", "passage: ")
    assert new.identity.revision != base.identity.revision
    np.testing.assert_array_equal(base.encode(["会褪色"]), before)


def test_settings_of_the_other_kind_are_refused(tiny, tmp_path):
    with pytest.raises(InputError, match="AdaptSettings do not fit SentenceTransformerEncoder"):
        adapt(history(), load(tiny), tmp_path, settings=AdaptSettings())


def test_without_the_extra_the_command_that_brings_it_is_named(tiny, tmp_path, monkeypatch):
    encoder = load(tiny)
    monkeypatch.setitem(sys.modules, "datasets", None)
    with pytest.raises(MissingDependencyError, match=r"assist\[adapt\]"):
        adapt(history(), encoder, tmp_path)


def test_a_model_that_torch_does_not_run_cannot_learn(tiny, tmp_path, monkeypatch):
    encoder = load(tiny)
    monkeypatch.setattr(encoder, "backend", "onnx")
    with pytest.raises(InputError, match="backend='torch'"):
        adapt(history(), encoder, tmp_path)
