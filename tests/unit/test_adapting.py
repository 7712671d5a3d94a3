import json

import numpy as np
import pytest
from typer.testing import CliRunner

from assist import Assistant, Document, Kind
from assist.adapting import Pair, adapt, group_numbers, pairs_of, reciprocal_ranks
from assist.cli import app
from assist.encoder import load
from assist.encoder.sentence_adapt import TransformerSettings
from assist.encoder.static import StaticEncoder
from assist.encoder.weights import StaticWeights, quantize, write_weights
from assist.errors import InputError
from assist.store.local import LocalStore
from assist.testing import HashingEncoder

CHARS = [chr(0x4E00 + n) for n in range(60)]


@pytest.fixture(scope="module")
def base(tmp_path_factory):
    rng = np.random.default_rng(1)
    codes, scales = quantize(0.05 * rng.standard_normal((len(CHARS), 16)).astype(np.float32))
    path = tmp_path_factory.mktemp("base") / "small.safetensors"
    write_weights(StaticWeights(codes, scales, tuple(CHARS), {}, "small"), path)
    return StaticEncoder.open(path)


def history(count=240, *, has_meaning=True):
    """Character n of a question goes with character n + 20 of its answer, or with none; the rest is noise."""
    rng = np.random.default_rng(2)
    words = ["".join(CHARS[40 + k] for k in rng.integers(0, 20, 4)) for _ in range(2 * count)]
    meant = rng.permutation(count) % 20
    told = meant if has_meaning else rng.integers(0, 20, count)
    return tuple(
        Pair(CHARS[meant[n]] * 2 + words[n], CHARS[20 + told[n]] * 2 + words[count + n], "past answers")
        for n in range(count)
    )


def test_a_history_that_teaches_something_gives_a_better_model_in_a_numbered_folder(base, tmp_path):
    report = adapt(history(), base, tmp_path)
    assert report.kept
    assert report.gain.low > 0
    assert report.after.mean > report.before.mean
    assert report.held_out == report.gain.n == 240
    assert report.folder == tmp_path / "adapted-0001"
    new = load(report.folder)
    assert (new.identity.name, new.identity.revision) == ("adapted-0001", report.revision)
    everything = np.ones(240, dtype=bool)
    ranks = [reciprocal_ranks(encoder, history(), everything).mean() for encoder in (base, new)]
    assert ranks[1] > ranks[0]
    assert json.loads((report.folder / "report.json").read_text("utf-8")) == report.to_dict()
    assert adapt(history(), base, tmp_path).folder.name == "adapted-0002"


def test_a_history_without_meaning_changes_nothing(base, tmp_path):
    report = adapt(history(has_meaning=False), base, tmp_path / "out")
    assert not report.kept
    assert report.folder is None
    assert report.revision == ""
    assert not (tmp_path / "out").exists()


def test_fifty_pairs_are_too_few(base, tmp_path):
    with pytest.raises(InputError, match=r"50 pairs .* too few"):
        adapt(history(50), base, tmp_path)


def test_many_pairs_of_one_answer_are_too_few_different_ones(base, tmp_path):
    same = tuple(Pair(pair.query, "亲，包邮的", "sent") for pair in history())
    with pytest.raises(InputError, match="1 groups"):
        adapt(same, base, tmp_path)


def test_what_cannot_learn_is_not_adapted_here(tmp_path):
    with pytest.raises(InputError, match="static"):
        adapt(history(), HashingEncoder(), tmp_path)


def test_settings_of_the_other_kind_are_refused(base, tmp_path):
    with pytest.raises(InputError, match="TransformerSettings do not fit StaticEncoder"):
        adapt(history(), base, tmp_path, settings=TransformerSettings())


def test_pairs_with_an_equal_side_are_one_group():
    pairs = [Pair(q, p, "") for q, p in (("a", "x"), ("b", "x"), ("Ｂ", "y"), ("c", "z"))]
    groups = group_numbers(pairs)
    assert groups[0] == groups[1] == groups[2] != groups[3]


def test_progress_counts_all_epochs(base, tmp_path):
    seen = []
    adapt(history(), base, tmp_path, progress=lambda *told: seen.append(told))
    assert seen[0] == (1, 40, "learn")
    assert seen[-1] == (40, 40, "learn")


@pytest.fixture
def store(tmp_path):
    path = tmp_path / "shop.assist"
    with Assistant.open(path, create=True, encoder=HashingEncoder()) as assistant:
        policy = Document(id="freight", kind=Kind.POLICY, title="运费", text="1. 全场包邮，新疆西藏除外。")
        (tmp_path / "past.jsonl").write_text(
            json.dumps({"question": "掉色吗", "answer": "亲，不掉色的，可以放心洗。"}, ensure_ascii=False)
        )
        (tmp_path / "past.jsonl").rename(tmp_path / "past_answers.jsonl")
        assistant.add_files(tmp_path / "past_answers.jsonl")
        assistant.add([policy])
        suggestion = assistant.suggest("运费谁出，包邮吗", on="2026-11-20")
        # With a test encoder the confidence may hand over; the agent then picks the draft below the holding line.
        chosen = next(at for at, draft in enumerate(suggestion.drafts) if "包邮" in draft.text)
        assistant.feedback(suggestion.id, chosen=chosen, sent_text="亲，全场包邮的哦", agent="小山")
    return path


def test_pairs_come_from_past_answers_from_what_was_sent_and_from_what_was_chosen(store):
    with LocalStore.open(store, encoder=None, read_only=True) as opened:
        pairs = pairs_of(opened)
    assert Pair("掉色吗", "亲，不掉色的，可以放心洗。", "past answers") in pairs
    assert Pair("运费谁出，包邮吗", "亲，全场包邮的哦", "sent") in pairs
    assert any(pair.source == "chosen" and "包邮" in pair.passage for pair in pairs)


def test_the_command_says_that_a_small_shop_has_too_little(store, tmp_path):
    done = CliRunner().invoke(app, ["adapt", str(store), str(tmp_path / "models")])
    assert done.exit_code == 1
    assert "too few" in str(done.exception)


@pytest.mark.slow
def test_the_demo_shop_gains_and_its_store_is_switched(demo_copy, tmp_path):
    done = CliRunner().invoke(app, ["adapt", str(demo_copy), str(tmp_path / "models"), "--json"])
    report = json.loads(done.stdout)
    assert report["kept"]
    assert report["gain"]["low"] > 0
    done = CliRunner().invoke(app, ["reencode", str(demo_copy), "--encoder", report["folder"]])
    assert done.exit_code == 0, done.output
    with Assistant.open(demo_copy, encoder=report["folder"], read_only=True) as assistant:
        assert assistant.suggest("掉色不", product="A102", on="2026-11-20").drafts
