"""Builds the vocabulary of the static model from the words and characters of the training texts."""

from __future__ import annotations

import json
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from corpus import read_lines, read_pairs

HAN = re.compile(r"[\u3400-\u9fff]+")
LATIN = re.compile(r"[a-z]+|[0-9]+")
SYMBOL = re.compile(r"[^\w\s]")
MAX_WORD = 5


def simplified_table(characters: Iterable[str]) -> dict[int, str]:
    """Map each traditional character to its simplified form, one to one."""
    import opencc

    converter = opencc.OpenCC("t2s")
    pairs = ((c, converter.convert(c)) for c in sorted(set(characters)))
    return {ord(c): s for c, s in pairs if s != c and len(s) == 1}


def all_texts(data: Path) -> list[str]:
    """Gather every training text, folded by NFKC and lower case."""
    texts = [row["text"] for row in read_lines(data / "unsup_texts.jsonl.zst")]
    texts += [row["text"] for row in read_lines(data / "policy_clauses.jsonl.zst")]
    for pair in read_pairs(data / "train_pairs.jsonl.zst"):
        texts += [pair.q, pair.p]
    return [unicodedata.normalize("NFKC", text).lower() for text in texts]


def build(data: Path, teacher: Path, *, size: int) -> tuple[list[str], dict[int, str]]:
    """Choose the pieces: characters, jieba words, Latin words, digit groups, symbols.

    Returns:
        The pieces, most useful kinds first, and the traditional-to-simplified table.
    """
    import rjieba

    texts = all_texts(data)
    words: Counter[str] = Counter()
    characters: Counter[str] = Counter()
    latin: Counter[str] = Counter()
    cutter = rjieba.Jieba()
    whole = "\n".join(texts)
    characters.update(whole)
    table = simplified_table(
        c for c in {*characters, *teacher_characters(teacher)} if "\u3400" <= c <= "\u9fff"
    )
    for text in texts:
        text = text.translate(table)
        latin.update(LATIN.findall(text))
        for run in HAN.findall(text):
            words.update(w for w in cutter.cut(run, False) if 1 < len(w) <= MAX_WORD)
    return _select(words, characters, latin, teacher_characters(teacher), table, size), table


def teacher_characters(teacher: Path) -> set[str]:
    """Give the single characters that the teacher's vocabulary holds."""
    rows = json.loads((teacher / "tokenizer.json").read_text(encoding="utf-8"))["model"]["vocab"]
    return {row[0] for row in rows if len(row[0]) == 1}


def _select(
    words: Counter[str],
    characters: Counter[str],
    latin: Counter[str],
    known: set[str],
    table: dict[int, str],
    size: int,
) -> list[str]:
    han = {c for c, n in characters.items() if HAN.fullmatch(c) and n >= 2} | {
        c for c in known if HAN.fullmatch(c)
    }
    han = {c.translate(table) for c in han}
    marks = {c for c, n in characters.items() if SYMBOL.fullmatch(c) and n >= 3}
    groups = {w for w, n in latin.items() if n >= 12 and len(w) <= 16}
    digits = {str(i) for i in range(100)} | {f"{i:02d}" for i in range(100)}
    letters = {chr(97 + i) for i in range(26)}
    letters |= {a + b for a in letters for b in letters}
    pieces = sorted(han) + sorted(marks - han) + sorted(groups | digits | letters)
    room = size - len(pieces)
    ranked = sorted(((-n, w) for w, n in words.items() if n >= 3 and w not in han))
    return pieces + [w for _, w in ranked[:room]]
