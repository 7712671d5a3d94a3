"""What was fitted survives the store, and weights of another version are left aside."""

import json
import logging

import pytest

from assist import decide
from assist.retrieve.ranker import Ranker
from assist.settings import SearchSettings
from assist.tuned import Tuned

OWN = Ranker(dict.fromkeys(Ranker.bundled().weights, 0.25), 2.0, 0.5)


def test_nothing_fitted_changes_nothing():
    assert not Tuned.from_json(None)
    settings = SearchSettings()
    assert Tuned().search(settings) is settings


def test_there_and_back():
    tuned = Tuned(0.4, OWN, dict.fromkeys(decide.shipped(), 0.1), {"rows": 120})
    back = Tuned.from_json(tuned.to_json())
    assert back == tuned
    assert back
    assert back.search(SearchSettings()).dense_weight == 0.4


@pytest.mark.parametrize("version", [None, 1, 2, 3, 5])
def test_what_was_fitted_under_another_mix_is_left_aside_and_says_what_to_do(version, caplog):
    data = json.loads(Tuned(0.7, OWN, dict(decide.shipped())).to_json())
    if version is None:
        del data["version"]
    else:
        data["version"] = version
    with caplog.at_level(logging.WARNING):
        tuned = Tuned.from_json(json.dumps(data))
    assert not tuned
    assert tuned.search(SearchSettings()) == SearchSettings()
    assert "assist tune" in caplog.text


@pytest.mark.parametrize("part", ["ranker", "confidence"])
def test_weights_of_other_features_are_left_aside_with_a_warning(part, caplog):
    data = json.loads(Tuned(0.4, OWN, dict(decide.shipped())).to_json())
    (data["ranker"]["weights"] if part == "ranker" else data["confidence"])["of_old"] = 1.0
    with caplog.at_level(logging.WARNING):
        tuned = Tuned.from_json(json.dumps(data))
    assert getattr(tuned, part) is None
    assert tuned.dense_weight == 0.4
    assert part in caplog.text
