"""The labelled sets of understanding: their form, and that what was reached on the dev half stays reached."""

import json
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from assist.encoder import bundled
from assist.question import Intents, wording
from assist.question.intent import IntentModel

FOLDER = Path(__file__).resolve().parents[3] / "benchmarks" / "understanding"
SIZES = {"intents": 600, "slots": 150, "parts": 80, "emotion": 150, "noisy": 100, "decisions": 200}


def rows_of(name):
    return [json.loads(line) for line in (FOLDER / f"{name}.jsonl").read_text("utf-8").splitlines()]


@pytest.mark.parametrize(("name", "least"), SIZES.items())
def test_a_set_is_large_enough_and_no_seed_straddles_its_halves(name, least):
    rows = rows_of(name)
    assert len(rows) >= least
    assert max(Counter(row["id"] for row in rows).values()) == 1
    halves = {}
    for row in rows:
        halves.setdefault(row["seed"], set()).add(row["split"])
    assert all(len(split) == 1 for split in halves.values())


def test_all_leaves_are_in_both_halves():
    paths = {leaf.path for leaf in Intents.bundled().leaves}
    for split in ("dev", "test"):
        assert {row["intent"] for row in rows_of("intents") if row["split"] == split} == paths


def test_the_learned_intents_stay_as_good_as_they_were_on_dev():
    rows = [row for row in rows_of("intents") if row["split"] == "dev"]
    model = IntentModel(Intents.bundled(), bundled())
    plain = [
        text or row["text"]
        for text, row in zip(wording.plain_many([r["text"] for r in rows]), rows, strict=True)
    ]
    scores = model.probabilities(plain, bundled().encode(plain, kind="query"))
    leaves = [leaf.path for leaf in Intents.bundled().leaves]
    right = [
        leaves[int(at)] in {row["intent"], *row["also"]}
        for at, row in zip(np.argmax(scores, axis=1), rows, strict=True)
    ]
    assert np.mean(right) >= 0.95


def test_a_wish_for_a_person_is_met_at_once(demo):
    wishes = [row for row in rows_of("decisions") if row["reason"] == "asks_human" and row["split"] == "dev"]
    found = [demo.suggest(row["text"], product=row["product"], on=row["on"]) for row in wishes]
    assert [one.handoff.reason if one.handoff else None for one in found] == ["asks_human"] * len(wishes)
