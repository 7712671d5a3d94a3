"""A retrieval set in BEIR layout: `corpus.jsonl`, `queries.jsonl`, `qrels.tsv`; checked whole before any work."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal, TypeAlias

import numpy as np

from assist.errors import InputError
from assist.evaluate.rows import fail, read_lines, read_objects

Qrels: TypeAlias = Mapping[str, Mapping[str, int]]
"""Grade of each judged document by query id and document id; 0 is not relevant."""
Duplicates: TypeAlias = Literal["raise", "fold"]
"""What a document id that comes twice means: an error, or two passages of one document."""

MAX_GRADE = 20
"""The gain is 2^grade - 1; a larger grade is a mistake in the file."""
_QUERIES = ("queries.jsonl", "dev/queries.jsonl", "test/queries.jsonl")
_QRELS = ("qrels.tsv", "dev/qrels.tsv", "test/qrels.tsv", "qrels/dev.tsv", "qrels/test.tsv")


@dataclass(frozen=True, slots=True)
class Passage:
    """One row of a corpus: its id and its text, headed by the title where it has one."""

    id: str
    text: str


@dataclass(frozen=True, slots=True)
class Query:
    """One query: its id and its text."""

    id: str
    text: str


@dataclass(frozen=True, slots=True)
class RetrievalSet:
    """Queries with judged documents, and the passages they are searched in.

    Attributes:
        name: The folder's name.
        passages: In file order; empty ones are left out.
        queries: In file order; only those with a relevant document.
        qrels: Grades by query and document id.
        files: Name within the set and path of every file read.
        empty_passages: Rows without text: nothing can find them, yet they may be judged relevant.
        unjudged_queries: Queries without a relevant document, which are not measured.
        folded_passages: Rows that share their id with an earlier row.
    """

    name: str
    passages: tuple[Passage, ...]
    queries: tuple[Query, ...]
    qrels: Qrels
    files: Mapping[str, Path]
    empty_passages: int = 0
    unjudged_queries: int = 0
    folded_passages: int = 0

    @property
    def judgments(self) -> dict[str, Mapping[str, int]]:
        """The grades of the queries that are measured, in their order."""
        return {query.id: self.qrels[query.id] for query in self.queries}

    def sampled(self, size: int | None, *, seed: int) -> RetrievalSet:
        """Keep `size` random queries, in file order; None keeps all; the corpus stays whole.

        Raises:
            InputError: size < 1.
        """
        if size is None or size >= len(self.queries):
            return self
        if size < 1:
            raise InputError(f"sample must be >= 1, got {size}")
        picks = np.random.default_rng(seed).choice(len(self.queries), size, replace=False)
        return replace(self, queries=tuple(self.queries[i] for i in sorted(picks.tolist())))


def read_set(
    folder: str | Path,
    *,
    queries: str | Path | None = None,
    qrels: str | Path | None = None,
    duplicates: Duplicates = "raise",
) -> RetrievalSet:
    """Read and check a retrieval set.

    Args:
        folder: Holds `corpus.jsonl` (`_id`, `text`, `title`?).
        queries: JSON Lines (`_id`, `text`); None: `queries.jsonl` in the folder, its `dev` or its `test`.
        qrels: `query-id`, `corpus-id`, `score`, separated by tabs, with or without that header; None: `qrels.tsv`
            in the folder, its `dev` or its `test`, or `qrels/dev.tsv`, `qrels/test.tsv`.
        duplicates: What an id that comes twice in the corpus means.

    Raises:
        InputError: A file is missing, or the set is empty.
        MalformedRecordError: A broken row: with file and line.
    """
    root = Path(folder)
    if duplicates not in {"raise", "fold"}:
        raise InputError(f"duplicates must be 'raise' or 'fold', got {duplicates!r}")
    if not root.is_dir():
        raise InputError(f"there is no folder {root}")
    files = {
        "corpus.jsonl": root / "corpus.jsonl",
        "queries.jsonl": _chosen(root, queries, _QUERIES),
        "qrels.tsv": _chosen(root, qrels, _QRELS),
    }
    asked = _read_queries(files["queries.jsonl"])
    rows = _read_corpus(files["corpus.jsonl"], duplicates)
    known = {row.id for row in rows}
    grades = _read_qrels(files["qrels.tsv"], {query.id for query in asked}, known)
    judged = tuple(query for query in asked if any(grades.get(query.id, {}).values()))
    if not judged:
        raise InputError(f"{files['qrels.tsv']}: no query has a relevant document")
    passages = tuple(row for row in rows if row.text)
    if not passages:
        raise InputError(f"{files['corpus.jsonl']}: no row has a text")
    return RetrievalSet(
        name=root.resolve().name,
        passages=passages,
        queries=judged,
        qrels=grades,
        files=files,
        empty_passages=len(rows) - len(passages),
        unjudged_queries=len(asked) - len(judged),
        folded_passages=len(rows) - len(known),
    )


def _chosen(root: Path, given: str | Path | None, names: Sequence[str]) -> Path:
    if given is not None:
        return Path(given)
    found = next((root / name for name in names if (root / name).is_file()), None)
    if found is None:
        raise InputError(f"{root} has none of {', '.join(names)}")
    return found


def _read_queries(path: Path) -> list[Query]:
    found: dict[str, Query] = {}
    for line, row in read_objects(path):
        id, text = _id(path, line, row), str(row.get("text") or "").strip()
        if not text:
            fail(path, line, f"query {id!r} has no text")
        if id in found:
            fail(path, line, f"query {id!r} comes twice")
        found[id] = Query(id, text)
    if not found:
        raise InputError(f"{path}: the file holds no query")
    return list(found.values())


def _read_corpus(path: Path, duplicates: Duplicates) -> list[Passage]:
    rows: list[Passage] = []
    known: set[str] = set()
    for line, row in read_objects(path):
        id = _id(path, line, row)
        if id in known and duplicates == "raise":
            fail(path, line, f"document {id!r} comes twice; duplicates='fold' reads both as one document")
        known.add(id)
        title, text = str(row.get("title") or "").strip(), str(row.get("text") or "").strip()
        rows.append(Passage(id, f"{title}\n{text}".strip()))
    if not rows:
        raise InputError(f"{path}: the file holds no document")
    return rows


def _id(path: Path, line: int, row: Mapping[str, Any]) -> str:
    value = row.get("_id")
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    if not isinstance(value, str) or not value.strip():
        fail(path, line, "the row has no '_id'")
    return value


def _read_qrels(path: Path, queries: set[str], documents: set[str]) -> dict[str, dict[str, int]]:
    grades: dict[str, dict[str, int]] = {}
    for line, text in read_lines(path):
        fields = [field.strip() for field in text.split("\t")]
        if line == 1 and fields[-1].lower() in {"score", "grade", "relevance", "label"}:
            continue
        if len(fields) != 3 or not fields[0]:
            fail(path, line, f"the row must be query-id, corpus-id and score separated by tabs, got {text!r}")
        query, document, grade = fields[0], fields[1], _grade(path, line, fields[2])
        if not document or document not in documents:
            fail(
                path, line, f"the corpus has no document {document!r}" if document else "no document is named"
            )
        if query not in queries:
            fail(path, line, f"the queries have no {query!r}")
        if document in grades.setdefault(query, {}):
            fail(path, line, f"query {query!r} judges document {document!r} twice")
        grades[query][document] = grade
    if not grades:
        raise InputError(f"{path}: the file holds no judgment")
    return grades


def _grade(path: Path, line: int, text: str) -> int:
    """Read a grade; a negative one (spam, in TREC files) counts as 0."""
    try:
        value = float(text)
    except ValueError:
        fail(path, line, f"the score must be a number, got {text!r}")
    if not math.isfinite(value) or value != int(value) or value > MAX_GRADE:
        fail(path, line, f"the score must be a whole number up to {MAX_GRADE}, got {text!r}")
    return max(int(value), 0)
