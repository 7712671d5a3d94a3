"""Learn which words of a shopper's question go with which words of the sentence that answers it.

IBM Model 1 by expectation maximisation on the invented pages of `encoder/pages/`: each question with its sentence. Both
sides are cut into the bundled encoder's pieces and their single characters. Rare pairs are left out, what stays is
stored in one byte. The pages of `near_pages/` are not learnt from: on them it is told how often the sentence that answers
is the most likely of its page. Deterministic.

    python benchmarks/train_translation.py --write
"""

from __future__ import annotations

import argparse
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, cast

import numpy as np

from assist.encoder import bundled
from assist.encoder.pieces import Pieces
from assist.retrieve.translation import LOG_STEP, Sentences, Translation, Words
from assist.text.normalize import fold

ROOT = Path(__file__).resolve().parents[1]
DATA = ROOT / "src" / "assist" / "retrieve" / "data" / "translation.npz"
RESULT = ROOT / "benchmarks" / "results" / "translation.json"
LEARNT = ROOT / "benchmarks" / "encoder" / "pages"
UNREAD = ROOT / "benchmarks" / "near_pages"
NOTHING = 65_535
"""A word in every sentence, for the words of a question that none of it explains."""
ROUNDS = 6
WORDS = Words(cast(Pieces, bundled().cutter))

Pair = tuple[np.ndarray, np.ndarray]
"""The words of a question and of the sentence that answers it."""


def main() -> None:
    """Learn, measure, write."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--learnt", type=Path, nargs="+", default=[LEARNT])
    parser.add_argument("--least", type=float, default=1e-4, help="probabilities below this are left out")
    parser.add_argument("--seen", type=float, default=0.01, help="pairs expected less often are left out")
    parser.add_argument("--write", action="store_true", help="replace the shipped table and the figures")
    args = parser.parse_args()
    pairs = list(read_pairs(args.learnt))
    asked, given, chances, seen = fitted(pairs)
    kept = (given != NOTHING) & (chances >= args.least) & (seen >= args.seen)
    table = arrays(asked[kept], given[kept], chances[kept], background(pairs))
    made = Translation(WORDS, **table)
    report = {
        "kind": "translation",
        "pairs": len(pairs),
        "entries": int(kept.sum()),
        "of": len(kept),
        "unread_pages_right_at_1": right_at_1(made, UNREAD),
    }
    print(json.dumps(report, indent=1))
    if args.write:
        np.savez(DATA, **table)
        RESULT.write_text(json.dumps(report, indent=1) + "\n", "utf-8")


def read_pages(folder: Path) -> Iterator[Any]:
    """Read the pages of a folder."""
    for file in sorted(folder.glob("*.jsonl")):
        yield from map(json.loads, file.read_text("utf-8").splitlines())


def read_pairs(folders: Iterable[Path]) -> Iterator[Pair]:
    """Give each question with the sentence that answers it."""
    cut = WORDS.cut
    for folder in folders:
        for page in read_pages(folder):
            units = [cut(unit) for unit in page["units"]]
            yield from ((cut(question), units[at]) for question, at in page["q"])


def fitted(pairs: Sequence[Pair]) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Fit P(word of the question | word of the sentence).

    Returns:
        Words of questions, words of sentences, probabilities, expected counts; one entry for each pair of words that
        stood together.
    """
    keys, cells, count = [], [], 0
    for question, sentence in pairs:
        told = np.append(sentence, NOTHING)
        keys.append((question.astype(np.int64)[:, np.newaxis] << 16 | told).ravel())
        cells.append(np.repeat(np.arange(count, count + len(question)), len(told)))
        count += len(question)
    cell = np.concatenate(cells)
    entries, entry = np.unique(np.concatenate(keys), return_inverse=True)
    given = entries & 0xFFFF
    chances = np.ones(len(entries))
    for _ in range(ROUNDS):
        shares = chances[entry]
        shares /= np.bincount(cell, shares, count)[cell]
        seen = np.bincount(entry, shares, len(entries))
        chances = seen / np.bincount(given, seen, NOTHING + 1)[given]
    return entries >> 16, given, chances, seen


def background(pairs: Sequence[Pair]) -> np.ndarray:
    """How often questions use each word; float32, shape (v,), smoothed by half an occurrence."""
    counts: Counter[int] = Counter()
    for question, _ in pairs:
        counts.update(question.tolist())
    found = np.full(len(WORDS), 0.5)
    found[list(counts)] += list(counts.values())
    return (found / (sum(counts.values()) + 1.0)).astype(np.float32)


def arrays(
    asked: np.ndarray, given: np.ndarray, chances: np.ndarray, often: np.ndarray
) -> dict[str, np.ndarray]:
    """Lay entries out as the library reads them."""
    starts = np.searchsorted(asked, np.arange(len(often) + 1)).astype(np.int64)
    codes = np.clip(np.round(-np.log(chances) / LOG_STEP), 0, 255).astype(np.uint8)
    return {"starts": starts, "givens": given.astype(np.uint16), "codes": codes, "background": often}


def right_at_1(made: Translation, folder: Path) -> dict[str, float]:
    """Share of questions whose best sentence is the one that answers: by the table, by the encoder, by both.

    In the mix each counts by its spread over the page, the table two fifths.
    """
    right, asked = Counter[str](), 0
    for page in read_pages(folder):
        units = Sentences.of([made.words(unit) for unit in page["units"]])
        vectors = bundled().encode([fold(unit) for unit in page["units"]])
        for question, at in page["q"]:
            told = made.explain(made.words(question), units).mean
            near = vectors @ bundled().encode([fold(question)], kind="query")[0]
            both = 0.4 * spread(told) + 0.6 * spread(near)
            for name, scores in (("table", told), ("encoder", near), ("both", both)):
                right[name] += int(scores.argmax() == at)
            asked += 1
    return {name: round(count / asked, 4) for name, count in right.items()}


def spread(scores: np.ndarray) -> np.ndarray:
    """Bring scores to mean 0 and deviation 1."""
    return np.asarray((scores - scores.mean()) / max(float(scores.std()), 1e-6))


if __name__ == "__main__":
    main()
