"""Finishes the static encoder on shoppers' questions and the sentences of invented pages that answer them.

    python benchmarks/encoder/pages.py --start bundled.safetensors --data DIR --out bundled.safetensors

The last step after `train.py`. Each line of `pages/*.jsonl` is one invented page: its sentences, questions in everyday
words with the sentence that answers each, and questions that it leaves open. A question is drawn to its sentence, away
from the others of its page and of seven other pages. Beside it the pairs of the step before are repeated, so that nothing
is forgotten. What is learnt is a difference, shared between pieces by their characters; the same seed gives the same file.
Every eighth page is held out and only measured, unless `--all`.
"""

from __future__ import annotations

import argparse
import json
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from zlib import crc32

import numpy as np
import torch
from student import Bags, Features, Student, contrastive_loss, take, unit
from torch.nn import functional
from train import PairSet, known_same, pair_set, with_unlike

from assist.encoder.weights import StaticWeights, quantize, read_weights, write_weights
from assist.text.normalize import fold

log = logging.getLogger("pages")
PAGES = Path(__file__).with_name("pages")
PAGES_AT_ONCE = 8
HELD_OUT = 8
PAIRS_AT_ONCE = 512
TEMPERATURE = 0.1
PAIR_CHARS = 128


@dataclass(frozen=True)
class Lesson:
    """One page: the places of its sentences and questions among all texts.

    Attributes:
        sentences: The numbers of its sentences.
        questions: The numbers of its questions.
        answers: For each question, which of the sentences answers it.
    """

    sentences: tuple[int, ...]
    questions: tuple[int, ...]
    answers: tuple[int, ...]


class Tuned:
    """The finished table and the difference that is learnt on top of it."""

    def __init__(self, weights: StaticWeights) -> None:
        base = weights.vectors.astype(np.float32) * weights.scales[:, None]
        self.base = torch.from_numpy(base)
        self.features = Features(weights.pieces, dict(weights.simplified))
        self.student = Student(self.features, torch.zeros(self.features.count, base.shape[1]))

    def sums(self, parts: Sequence[tuple[torch.Tensor, torch.Tensor, int]]) -> list[torch.Tensor]:
        """Add up table and difference for several lists of texts."""
        return [
            self._fixed(part) + learnt for part, learnt in zip(parts, self.student.sums(parts), strict=True)
        ]

    def folded(self) -> np.ndarray:
        """The table with the difference added; float32, shape (pieces, d)."""
        return np.asarray(self.base.numpy() + self.features.fold(self.student.table), dtype=np.float32)

    def _fixed(self, part: tuple[torch.Tensor, torch.Tensor, int]) -> torch.Tensor:
        ids, owner, n = part
        counts = torch.bincount(owner, minlength=n)
        return functional.embedding_bag(ids, self.base, torch.cumsum(counts, 0) - counts, mode="sum")


def main() -> None:
    options = _arguments()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    torch.set_num_threads(options.threads)
    torch.manual_seed(options.seed)
    weights = read_weights(options.start)
    tuned = Tuned(weights)
    texts, lessons = read_lessons(options.pages)
    bags = tuned.features.bags(texts)
    held = [lesson for at, lesson in enumerate(lessons) if at % HELD_OUT == 0]
    learnt = lessons if options.all else [lesson for at, lesson in enumerate(lessons) if at % HELD_OUT]
    found = [right_at_1(tuned, bags, held)]
    log.info("%d pages, %d held out; before: %.4f", len(lessons), len(held), found[0])
    rehearsal = read_rehearsal(options.data, tuned.features) if options.data else None
    for epoch in range(options.epochs):
        loss = teach(tuned, bags, learnt, rehearsal, options, epoch)
        found.append(right_at_1(tuned, bags, held))
        log.info("epoch %d, loss %.4f, held out %.4f", epoch + 1, loss, found[-1])
    if options.json:
        asked = sum(len(lesson.questions) for lesson in held)
        told = {"pages": len(lessons), "held_out_pages": len(held), "held_out_questions": asked,
                "held_out_are_learnt": options.all, "right_at_1_by_epoch": [round(one, 4) for one in found]}  # fmt: skip
        options.json.write_text(json.dumps(told, indent=1) + "\n", "utf-8")
    codes, scales = quantize(tuned.folded())
    notes = {**weights.notes, "pages": str(len(learnt))}
    made = StaticWeights(codes, scales, weights.pieces, weights.simplified, weights.name, notes=notes)
    log.info("%s: revision %s", options.out, write_weights(made, options.out))


def read_lessons(folder: Path) -> tuple[list[str], list[Lesson]]:
    """Read the invented pages; texts are folded as the library folds them.

    Raises:
        SystemExit: A line is broken or points at a sentence that is not there.
    """
    number: dict[str, int] = {}
    lessons = []
    for file in sorted(folder.glob("*.jsonl")):
        for line, text in enumerate(file.read_text("utf-8").splitlines(), start=1):
            page = json.loads(text)
            if not all(0 <= at < len(page["units"]) for _, at in page["q"]):
                raise SystemExit(f"{file.name}:{line}: an answer points at no sentence of the page")
            asked = [(fold(question), at) for question, at in page["q"]]
            lessons.append(
                Lesson(
                    tuple(number.setdefault(fold(unit), len(number)) for unit in page["units"]),
                    tuple(number.setdefault(question, len(number)) for question, _ in asked),
                    tuple(at for _, at in asked),
                )
            )
    lessons.sort(key=lambda lesson: crc32(repr(lesson.sentences).encode()))
    return list(number), lessons


@dataclass(frozen=True)
class Rehearsal:
    """Pairs of the step before, and their texts cut into pieces."""

    pairs: PairSet
    bags: Bags


def read_rehearsal(data: Path, features: Features) -> Rehearsal:
    """Read the pairs that the encoder has learnt before."""
    pairs = pair_set(data)
    return Rehearsal(pairs, features.bags(pairs.texts))


def teach(
    tuned: Tuned, bags: Bags, lessons: Sequence[Lesson], rehearsal: Rehearsal | None, options: argparse.Namespace,
    epoch: int,
) -> float:  # fmt: skip
    """Go through all pages once; return the mean loss on them."""
    generator = torch.Generator().manual_seed(options.seed + epoch)
    order = torch.randperm(len(lessons), generator=generator).tolist()
    starts = range(0, len(order), PAGES_AT_ONCE)
    steps, total = options.epochs * len(starts), 0.0
    rng = np.random.default_rng(options.seed + epoch)
    for number, start in enumerate(starts):
        loss = page_loss(tuned, bags, [lessons[at] for at in order[start : start + PAGES_AT_ONCE]],
                         rehearsal, options.share, rng)  # fmt: skip
        total += loss.item()
        tuned.student.step(loss, options.rate * max(0.05, 1.0 - (epoch * len(starts) + number) / steps))
    return total / len(starts)


def page_loss(
    tuned: Tuned, bags: Bags, lessons: Sequence[Lesson], rehearsal: Rehearsal | None, share: float,
    rng: np.random.Generator,
) -> torch.Tensor:  # fmt: skip
    """Cross entropy of each question over the sentences of all pages of the batch, and the rehearsal's loss."""
    questions = torch.tensor([at for lesson in lessons for at in lesson.questions])
    sentences = torch.tensor([at for lesson in lessons for at in lesson.sentences])
    firsts = np.cumsum([0, *(len(lesson.sentences) for lesson in lessons[:-1])])
    answers = torch.tensor(
        [int(first) + at for first, lesson in zip(firsts, lessons, strict=True) for at in lesson.answers]
    )
    parts = [take(bags, questions), take(bags, sentences)]
    if rehearsal is not None:
        pairs = rehearsal.pairs
        chosen = torch.from_numpy(rng.choice(len(pairs.queries), PAIRS_AT_ONCE, replace=False))
        queries, theirs = pairs.queries[chosen], with_unlike(pairs, chosen, rng)
        parts += [take(rehearsal.bags, queries), take(rehearsal.bags, theirs)]
    sums = tuned.sums(parts)
    loss = functional.cross_entropy(unit(sums[0]) @ unit(sums[1]).T / TEMPERATURE, answers)
    if rehearsal is not None:
        dims = (tuned.base.shape[1], 128)
        same = known_same(pairs, queries, theirs)
        loss = loss + share * contrastive_loss(sums[2], sums[3], same, dims=dims)
    return loss


def right_at_1(tuned: Tuned, bags: Bags, lessons: Sequence[Lesson]) -> float:
    """Share of the questions whose nearest sentence of the page is the one that answers."""
    table, right, asked = torch.from_numpy(tuned.folded()), 0, 0
    for lesson in lessons:
        rows = []
        for numbers in (lesson.questions, lesson.sentences):
            ids, owner, n = take(bags, torch.tensor(numbers))
            counts = torch.bincount(owner, minlength=n)
            rows.append(
                unit(functional.embedding_bag(ids, table, torch.cumsum(counts, 0) - counts, mode="sum"))
            )
        best = (rows[0] @ rows[1].T).argmax(1)
        right += int((best == torch.tensor(lesson.answers)).sum())
        asked += len(lesson.questions)
    return right / max(asked, 1)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--start", type=Path, required=True, help="the file that train.py made")
    parser.add_argument("--out", type=Path, required=True, help="where to write the finished file")
    parser.add_argument("--pages", type=Path, default=PAGES)
    parser.add_argument("--data", type=Path, help="folder with the training pairs to be repeated; None: none")
    parser.add_argument("--all", action="store_true", help="learn from the held-out pages, too")
    parser.add_argument("--json", type=Path, help="write the held-out figures here")
    parser.add_argument("--epochs", type=int, default=6)
    parser.add_argument("--rate", type=float, default=0.004)
    parser.add_argument("--share", type=float, default=0.5, help="weight of the repeated pairs")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--threads", type=int, default=1)
    return parser.parse_args()


if __name__ == "__main__":
    main()
