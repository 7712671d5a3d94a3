"""Retrieval packs in BEIR layout, the BM25 baseline, and the measures; nothing of the library is used here."""

from __future__ import annotations

import json
import re
import tarfile
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import scipy.sparse
import zstandard

SERVICE_PACKS = (
    "taobao_intent",
    "jddc_reply",
    "ecom_product_zh",
    "ant_para",
    "bank_faq_para",
    "beike_reply",
    "qbqtc_search",
)
DEPTH = 100
K1, B = 1.5, 0.75
Ranking = tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]
"""Rows and scores, both (q, DEPTH), best first."""


@dataclass(frozen=True, slots=True)
class Pack:
    """One retrieval set: queries, the grade of each relevant row, and the passages."""

    name: str
    queries: tuple[str, ...]
    grades: tuple[Mapping[int, int], ...]
    passages: tuple[str, ...]


def unpack(data: Path, folder: Path) -> None:
    """Unpack `packs_dev.tar.zst` of the data folder into `folder`."""
    archive = data / "packs_dev.tar.zst"
    if not archive.exists():
        raise SystemExit(f"{archive.name} is missing; give the folder that holds it with --data")
    with archive.open("rb") as handle:
        stream = zstandard.ZstdDecompressor().stream_reader(handle)
        with tarfile.open(fileobj=stream, mode="r|") as tar:
            tar.extractall(folder, filter="data")


def unpacked(data: Path | None, folder: Path) -> Path:
    """Unpack the data folder's packs into `folder` and return it; without the data the script ends as skipped."""
    if data is None or not (data / "packs_dev.tar.zst").exists():
        raise SystemExit(f"skipped: {data} has no packs_dev.tar.zst")
    unpack(data, folder)
    return folder


def read_pack(folder: Path, *, most_passages: int | None = None, most_queries: int | None = None) -> Pack:
    """Read a pack; with limits, a random part that keeps every relevant passage of the queries kept."""
    passages = {
        row["_id"]: f"{row.get('title') or ''} {row['text']}".strip()
        for row in _rows(folder / "corpus.jsonl")
    }
    grades: dict[str, dict[str, int]] = {}
    for line in (folder / "dev" / "qrels.tsv").read_text(encoding="utf-8").splitlines()[1:]:
        query, passage, grade = line.split("\t")
        if float(grade) > 0 and passage in passages:
            grades.setdefault(query, {})[passage] = int(float(grade))
    queries = [
        (row["_id"], row["text"]) for row in _rows(folder / "dev" / "queries.jsonl") if row["_id"] in grades
    ]
    rng = np.random.default_rng(7)
    if most_queries is not None and len(queries) > most_queries:
        queries = [queries[i] for i in np.sort(rng.choice(len(queries), most_queries, replace=False))]
    ids = sorted(passages)
    if most_passages is not None and len(ids) > most_passages:
        needed = {p for q, _ in queries for p in grades[q]}
        spare = [i for i in ids if i not in needed]
        room = max(0, most_passages - len(needed))
        ids = sorted(needed | {spare[i] for i in rng.choice(len(spare), room, replace=False)})
    row_of = {name: row for row, name in enumerate(ids)}
    return Pack(
        name=folder.name,
        queries=tuple(text for _, text in queries),
        grades=tuple({row_of[p]: g for p, g in grades[q].items()} for q, _ in queries),
        passages=tuple(passages[i] for i in ids),
    )


def _rows(path: Path) -> list[dict[str, Any]]:
    with path.open(encoding="utf-8") as handle:
        return [json.loads(line) for line in handle]


def best(scores: np.ndarray[Any, Any], depth: int = DEPTH) -> Ranking:
    """Take the best rows of each query; equal scores by lower row."""
    depth = min(depth, scores.shape[1])
    rows = np.argpartition(-scores, depth - 1, axis=1)[:, :depth]
    found = np.take_along_axis(scores, rows, axis=1)
    order = np.lexsort((rows, -found), axis=1)
    return np.take_along_axis(rows, order, axis=1), np.take_along_axis(found, order, axis=1)


def bm25(pack: Pack) -> Ranking:
    """Rank by BM25 over jieba's search-mode words (k1 1.5, b 0.75).

    References:
        Robertson & Zaragoza, The Probabilistic Relevance Framework: BM25 and Beyond (2009).
    """
    columns: dict[str, int] = {}
    counts = _counts([_words(text) for text in pack.passages], columns, grow=True)
    lengths = np.asarray(counts.sum(axis=1)).ravel()
    document_frequency = np.bincount(counts.indices, minlength=counts.shape[1])
    idf = np.log1p((len(lengths) - document_frequency + 0.5) / (document_frequency + 0.5))
    entries = counts.tocoo()
    norm = K1 * (1 - B + B * lengths[entries.row] / lengths.mean())
    weights = idf[entries.col] * entries.data * (K1 + 1) / (entries.data + norm)
    impacts = scipy.sparse.csr_matrix((weights, (entries.row, entries.col)), shape=counts.shape)
    queries = _counts([_words(text) for text in pack.queries], columns, grow=False)
    parts = [best((queries[s : s + 256] @ impacts.T).toarray()) for s in range(0, queries.shape[0], 256)]
    return np.concatenate([rows for rows, _ in parts]), np.concatenate([found for _, found in parts])


def _words(text: str) -> list[str]:
    folded = unicodedata.normalize("NFKC", text).lower()
    return [word for word in _cutter().cut_for_search(folded) if re.search(r"\w", word)]


_CUTTERS: list[Any] = []


def _cutter() -> Any:
    if not _CUTTERS:
        try:
            import rjieba as engine

            _CUTTERS.append(engine.Jieba())
        except ImportError:
            import jieba

            _CUTTERS.append(jieba.Tokenizer())
    return _CUTTERS[0]


def _counts(
    texts: Sequence[Sequence[str]], columns: dict[str, int], *, grow: bool
) -> scipy.sparse.csr_matrix:
    rows: list[int] = []
    found: list[int] = []
    for row, words in enumerate(texts):
        for word in words:
            column = columns.setdefault(word, len(columns)) if grow else columns.get(word, -1)
            if column >= 0:
                rows.append(row)
                found.append(column)
    ones = np.ones(len(rows), dtype=np.float32)
    return scipy.sparse.csr_matrix((ones, (rows, found)), shape=(len(texts), len(columns)))


def dense(queries: np.ndarray[Any, Any], passages: np.ndarray[Any, Any]) -> Ranking:
    """Rank by inner product, exactly."""
    parts = [best(queries[s : s + 256] @ passages.T) for s in range(0, len(queries), 256)]
    return np.concatenate([rows for rows, _ in parts]), np.concatenate([found for _, found in parts])


def convex(first: Ranking, second: Ranking, weight: float) -> np.ndarray[Any, Any]:
    """Mix two rankings, each min-max scaled over its own list; `weight` is the share of the first; rows (q, 10)."""
    mixed = np.full((len(first[0]), 10), -1, dtype=np.int64)
    for number, (rows, other) in enumerate(zip(first[0], second[0], strict=True)):
        scores: dict[int, float] = {}
        for share, ids, values in ((weight, rows, first[1][number]), (1 - weight, other, second[1][number])):
            spread = max(float(values.max() - values.min()), 1e-9)
            for i, value in zip(ids.tolist(), values.tolist(), strict=True):
                scores[i] = scores.get(i, 0.0) + share * (value - float(values.min())) / spread
        ranked = sorted(scores, key=lambda i: (-scores[i], i))[:10]
        mixed[number, : len(ranked)] = ranked
    return mixed


def measure(rows: np.ndarray[Any, Any], pack: Pack) -> dict[str, list[float]]:
    """Give nDCG@10 (gain 2^grade - 1), R@10 (over at most 10 relevant) and MRR@10 of each query.

    References:
        Järvelin & Kekäläinen, Cumulated gain-based evaluation of IR techniques (2002); exponential gain after
        Burges et al., Learning to rank using gradient descent (2005).
    """
    found: dict[str, list[float]] = {"nDCG@10": [], "R@10": [], "MRR@10": []}
    discount = 1.0 / np.log2(np.arange(2, 12))
    for row, grades in zip(rows[:, :10].tolist(), pack.grades, strict=True):
        gains = np.array([2.0 ** grades.get(i, 0) - 1.0 for i in row])
        ideal = np.sort([2.0**g - 1.0 for g in grades.values()])[::-1][:10]
        hits = np.flatnonzero(gains)
        found["nDCG@10"].append(float(gains @ discount[: len(gains)] / (ideal @ discount[: len(ideal)])))
        found["R@10"].append(len(hits) / min(10, len(grades)))
        found["MRR@10"].append(1.0 / (int(hits[0]) + 1) if len(hits) else 0.0)
    return found
