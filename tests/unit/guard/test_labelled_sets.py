"""Recall and false alarms of the guards on the labelled sets, per half; figures go to the report of `-rP`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from assist.guard import mask, screen
from assist.results import Severity

GOLDEN = Path(__file__).parents[2] / "golden"
HALVES = ("dev", "test")
# A rude line may be read as impatience and the other way round; both keep it from being shown.
MANNER = frozenset({"impatience", "tone"})


def rows(name: str, half: str) -> list[dict[str, Any]]:
    lines = (GOLDEN / name).read_text(encoding="utf-8").splitlines()
    return [row for row in map(json.loads, lines) if row["split"] == half]


def flagged(text: str) -> set[str]:
    return {finding.kind for finding in screen(text) if finding.severity is not Severity.NOTE}


def is_hit(row: dict[str, Any]) -> bool:
    wanted = MANNER if row["class"] in MANNER else {row["class"]}
    return bool(wanted & flagged(row["text"]))


def ratio(hits: list[bool]) -> float:
    return sum(hits) / len(hits)


def test_the_sets_are_large_enough_and_halved_by_pattern() -> None:
    claims = [rows("guard_claims.jsonl", half) for half in HALVES]
    data = [rows("guard_pii.jsonl", half) for half in HALVES]
    assert sum(row["class"] is not None for half in claims for row in half) >= 200
    assert sum(row["class"] is None for half in claims for row in half) >= 200
    assert sum(bool(row["spans"]) for half in data for row in half) >= 130
    assert sum(not row["spans"] for half in data for row in half) >= 60
    patterns = [{(row["class"], row["pattern"]) for row in half} for half in claims]
    assert not patterns[0] & patterns[1]


@pytest.mark.parametrize("half", HALVES)
def test_recall_of_violations(half: str) -> None:
    wrong = [row for row in rows("guard_claims.jsonl", half) if row["class"] is not None]
    listed = ratio([is_hit(row) for row in wrong if row["listed"]])
    unlisted = ratio([is_hit(row) for row in wrong if not row["listed"]])
    print(f"{half}: recall {listed:.3f} with a listed word or evasion, {unlisted:.3f} without")
    assert listed >= 0.98
    assert unlisted >= 0.90


def test_paraphrases_that_share_no_word_with_any_list() -> None:
    """Sentences written to avoid every listed word: a word list sees few of them, and must not guess."""
    fresh = rows("guard_claims.jsonl", "fresh")
    recall = ratio([is_hit(row) for row in fresh if row["class"] is not None])
    alarms = [row["text"] for row in fresh if row["class"] is None and flagged(row["text"])]
    print(f"fresh: recall {recall:.3f}, false alarms {alarms}")
    assert recall >= 0.40
    assert alarms == []


@pytest.mark.parametrize("half", HALVES)
def test_false_alarms_on_clean_lookalikes(half: str) -> None:
    clean = [row["text"] for row in rows("guard_claims.jsonl", half) if row["class"] is None]
    alarms = [text for text in clean if flagged(text)]
    print(f"{half}: {len(alarms)} of {len(clean)} clean texts flagged: {alarms}")
    assert len(alarms) <= 0.02 * len(clean)


@pytest.mark.parametrize("half", HALVES)
def test_recall_of_personal_data(half: str) -> None:
    hits = []
    for row in rows("guard_pii.jsonl", half):
        found = {(f.evidence["type"], f.span.start, f.span.end) for f in mask(row["text"]).findings if f.span}
        hits += [(span["type"], span["start"], span["end"]) in found for span in row["spans"]]
    print(f"{half}: {sum(hits)} of {len(hits)} spans exact")
    assert ratio(hits) >= 0.98


@pytest.mark.parametrize("half", HALVES)
def test_false_alarms_of_personal_data(half: str) -> None:
    clean = [row["text"] for row in rows("guard_pii.jsonl", half) if not row["spans"]]
    alarms = [text for text in clean if mask(text).findings]
    print(f"{half}: {len(alarms)} of {len(clean)} clean texts masked: {alarms}")
    assert len(alarms) <= 0.02 * len(clean)


@pytest.mark.parametrize("half", HALVES)
def test_no_masked_digit_survives(half: str) -> None:
    for row in rows("guard_pii.jsonl", half):
        masked = mask(row["text"])
        for span in row["spans"]:
            assert row["text"][span["start"] : span["end"]] not in masked.text
        assert mask(masked.text).text == masked.text
