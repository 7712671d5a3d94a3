"""What shops write about their own rules, in many wordings: read as the subject and value that it is, held against others."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from assist.documents import Document
from assist.guard import screen
from assist.guard.conflicts import find_conflicts
from assist.guard.subjects import read_text
from assist.ingest import read_folder
from assist.results import Severity

HERE, ROOT = Path(__file__).parent, Path(__file__).parents[3]
SETS = ROOT / "benchmarks" / "guards"
LAWS = ("law-return.md", "law-quality.md")
STATEMENTS = [
    line.split("|")
    for line in (HERE / "statements.txt").read_text("utf-8").splitlines()
    if not line.startswith("#")
]


MISSED = {
    # A quick reply that names another material than the page's table, without the word for it.
    "fifth": ["conflict-3075"],
    # No figure and no yes or no; a figure without a unit; a time in words; a list of regions; what two words name.
    "sixth": [f"conflict-{number}" for number in (
        5007, 5017, 5021, 5022, 5023, 5024, 5025, 5027, 5028, 5029, 5030, 5031, 5032, 5033, 5034, 5051, 5056, 5061, 5063, 5067,
    )],
}  # fmt: skip


def rows(name: str, split: str = "fifth") -> list[dict[str, Any]]:
    lines = (SETS / f"{name}.jsonl").read_text("utf-8").splitlines()
    return [row for row in map(json.loads, lines) if row["split"] == split]


def documents(folder: Path) -> list[Document]:
    return [item for result in read_folder(folder) for item in result.documents]


@pytest.fixture(scope="module")
def laws() -> list[Document]:
    return [item for name in LAWS for item in documents(ROOT / "corpus/demo_shop/policies" / name)]


@pytest.mark.parametrize(("key", "values", "heading", "sentence"), STATEMENTS)
def test_a_statement_is_read_as_its_subject_and_value(
    key: str, values: str, heading: str, sentence: str
) -> None:
    read = [item.value.text for item in read_text(sentence, heading=heading) if item.subject.key == key]
    assert "、".join(read) == values


@pytest.mark.parametrize("split", MISSED)
def test_seeded_conflicts_are_found_and_nothing_else(
    split: str, laws: list[Document], tmp_path: Path
) -> None:
    wrong = []
    for row in rows("conflicts", split):
        folder = tmp_path / row["id"]
        for name, text in row["files"]:
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        found = [
            (sorted(side.document_id for side in item.sides), item.wins, item.status.value)
            for item in find_conflicts([*laws, *documents(folder)])
        ]
        expected = [(item["documents"], item["wins"], item["status"]) for item in row["expected"]]
        wrong += [] if found == expected else [row["id"]]
    assert wrong == MISSED[split]


def test_sentences_are_blocked_that_may_not_be_sent_and_no_others() -> None:
    wrong = [
        row["text"]
        for row in rows("compliance")
        if row["violates"] != any(item.severity is Severity.BLOCK for item in screen(row["text"]))
    ]
    assert wrong == []
