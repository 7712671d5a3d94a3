"""Trains the bundled static encoder.

    python benchmarks/encoder/train.py --data DIR --teacher DIR --out DIR

Three steps, each kept in OUT and not repeated: the vocabulary; regression to the teacher, which needs texts
without labels; contrastive training on pairs with judged negatives, regression going on beside it. The result is
`OUT/bundled.safetensors`. The same seed and threads give the same file. `--pair-epochs 0` stops before labels.
"""

from __future__ import annotations

import argparse
import json
import logging
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from corpus import Pair, read_pairs, regression_texts, sources_of
from student import (
    Bags,
    Features,
    Student,
    contrastive_loss,
    cosine_loss,
    first_guess,
    neighbour_loss,
    take,
    unit,
)
from teacher import Teacher, cached_embeddings
from vocabulary import build

from assist.encoder.weights import StaticWeights, quantize, write_weights

log = logging.getLogger("train")

BATCH = 1024
GROUP = 512
BLOCK = 256
CLUSTERS = 600
PAIR_CHARS = 128
LOWEST_RATE = 0.02
PRODUCT_SOURCES = ("product", "multicpr")
QUERY_SOURCE = "multicpr_taobao_query"


@dataclass(frozen=True)
class Lessons:
    """What regression learns from: texts, the teacher's vectors for them, and orders that put like texts together."""

    texts: list[str]
    targets: torch.Tensor
    orders: tuple[torch.Tensor, ...]
    product_orders: tuple[torch.Tensor, ...]
    sources: list[str]


@dataclass(frozen=True)
class PairSet:
    """Pairs by text number, the texts judged unlike, and groups of texts known to mean the same."""

    texts: list[str]
    queries: torch.Tensor
    answers: torch.Tensor
    negatives: dict[int, list[int]]
    group: torch.Tensor


def main() -> None:
    options = _arguments()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    logging.getLogger("faiss").setLevel(logging.WARNING)
    torch.set_num_threads(options.threads)
    torch.manual_seed(options.seed)
    options.out.mkdir(parents=True, exist_ok=True)
    started = time.process_time()
    pieces, simplified = vocabulary(options)
    lessons = prepare(options)
    features = Features(pieces, simplified)
    bags = features.bags(lessons.texts)
    student = regression(features, bags, lessons, options)
    if options.pair_epochs:
        left_out = frozenset(options.leave_out.split(",")) - {""}
        pairs = pair_set(options.data, mined_pairs(lessons, options.mined), left_out=left_out)
        contrast(student, bags, lessons, pairs, options)
    codes, scales = quantize(features.fold(student.table))
    notes = {"seed": str(options.seed), "teacher": options.teacher.name, "texts": str(len(lessons.texts))}
    weights = StaticWeights(codes, scales, tuple(pieces), simplified, "bundled", notes=notes)
    target = options.out / "bundled.safetensors"
    log.info(
        "%s: revision %s, %.0f s of processor",
        target,
        write_weights(weights, target),
        time.process_time() - started,
    )


def vocabulary(options: argparse.Namespace) -> tuple[list[str], dict[int, str]]:
    """Build the vocabulary, or read the one built before."""
    file = options.out / f"vocabulary_{options.pieces}.json"
    if not file.exists():
        pieces, simplified = build(options.data, options.teacher, size=options.pieces)
        text = json.dumps({"pieces": pieces, "simplified": simplified}, ensure_ascii=False)
        file.write_text(text, encoding="utf-8")
    found = json.loads(file.read_text(encoding="utf-8"))
    return found["pieces"], {int(code): char for code, char in found["simplified"].items()}


def prepare(options: argparse.Namespace) -> Lessons:
    """Draw the texts, have the teacher encode them, turn its space to its main axes, and find groups of like texts."""
    texts = regression_texts(options.data, seed=options.seed)[: options.texts]
    teacher = Teacher(options.teacher, options.out, threads=options.threads)
    rows = cached_embeddings(teacher, texts, options.out / "teacher").astype(np.float32)
    targets = main_axes(rows, options.dim)
    orders = like_together(targets, options)
    sources = sources_of(options.data, texts)
    product = torch.tensor([source.startswith(PRODUCT_SOURCES) for source in sources])
    return Lessons(
        texts, torch.from_numpy(targets), orders, tuple(order[product[order]] for order in orders), sources
    )


def main_axes(rows: np.ndarray[Any, Any], dim: int) -> np.ndarray[Any, Any]:
    """Centre, turn to principal axes, keep `dim` of them, and bring to unit length."""
    centred = rows - rows.mean(0)
    _, axes = np.linalg.eigh(centred.T @ centred)
    turned = centred @ axes[:, ::-1][:, :dim]
    unit_rows: np.ndarray[Any, Any] = turned / np.linalg.norm(turned, axis=1, keepdims=True)
    return np.ascontiguousarray(unit_rows)


def like_together(targets: np.ndarray[Any, Any], options: argparse.Namespace) -> tuple[torch.Tensor, ...]:
    """Give three orders in which texts of one cluster follow each other, each cluster in random order."""
    import faiss

    faiss.omp_set_num_threads(options.threads)
    clusters = min(CLUSTERS, max(1, len(targets) // BLOCK))
    kmeans = faiss.Kmeans(
        targets.shape[1],
        clusters,
        niter=6,
        max_points_per_centroid=64,
        min_points_per_centroid=1,
        seed=1,
        spherical=True,
    )
    kmeans.train(targets)
    label = kmeans.index.search(targets, 1)[1][:, 0]
    seeds = (np.random.default_rng(seed).random(len(label)) for seed in range(3))
    return tuple(torch.from_numpy(np.lexsort((noise, label))) for noise in seeds)


def shuffled_blocks(order: torch.Tensor, generator: torch.Generator) -> torch.Tensor:
    """Shuffle an order by blocks, which keep like texts together."""
    size = min(BLOCK, len(order))
    blocks = order[: len(order) // size * size].view(-1, size)
    return blocks[torch.randperm(len(blocks), generator=generator)].flatten()


def rate_at(options: argparse.Namespace, step: int, steps: int) -> float:
    """Give the learning rate: falling in a straight line to a small rest."""
    return float(options.rate * max(LOWEST_RATE, 1.0 - step / steps))


def regression(features: Features, bags: Bags, lessons: Lessons, options: argparse.Namespace) -> Student:
    """Learn the teacher's vectors and, within groups of like texts, whom it finds alike; kept once done."""
    name = f"regression_{options.pieces}_{options.dim}_{options.regress_epochs}_{options.texts}_{options.seed}.npy"
    file = options.out / name
    if file.exists():
        return Student(features, torch.from_numpy(np.load(file)))
    student = Student(features, first_guess(features, bags, lessons.targets))
    generator = torch.Generator().manual_seed(options.seed)
    per_epoch = len(lessons.texts) // BATCH
    for epoch in range(options.regress_epochs):
        anyhow = torch.randperm(len(lessons.texts), generator=generator)
        alike = shuffled_blocks(lessons.orders[epoch % 3], generator)
        total = 0.0
        for number in range(per_epoch):
            chosen = (alike if number % 2 else anyhow)[number * BATCH :][:BATCH]
            targets = lessons.targets[chosen]
            rows = unit(student.sums([take(bags, chosen)])[0])
            loss = cosine_loss(rows, targets) + neighbour_loss(rows, targets)
            step = epoch * per_epoch + number
            student.step(loss, rate_at(options, step, options.regress_epochs * per_epoch))
            total += loss.item()
        log.info(
            "regression: epoch %d of %d, loss %.4f", epoch + 1, options.regress_epochs, total / per_epoch
        )
    np.save(file, student.table.numpy())
    return student


def pair_set(data: Path, mined: Sequence[Pair] = (), *, left_out: frozenset[str] = frozenset()) -> PairSet:
    """Read the pairs, add those that were mined, and group what is the same."""
    pairs = [pair for pair in read_pairs(data / "train_pairs.jsonl.zst") if pair.q and pair.p]
    pairs = [*(pair for pair in pairs if pair.source not in left_out), *mined]
    number: dict[str, int] = {}
    queries = [number.setdefault(pair.q[:PAIR_CHARS], len(number)) for pair in pairs]
    answers = [number.setdefault(pair.p[:PAIR_CHARS], len(number)) for pair in pairs]
    negatives: dict[int, list[int]] = {}
    for pair in read_pairs(data / "train_hardneg_pairs.jsonl.zst"):
        if pair.source not in left_out:
            one, two = (number.setdefault(text[:PAIR_CHARS], len(number)) for text in (pair.q, pair.p))
            negatives.setdefault(one, []).append(two)
            negatives.setdefault(two, []).append(one)
    group = torch.tensor(groups(len(number), queries, answers))
    log.info("pairs: %d, texts: %d", len(pairs), len(number))
    return PairSet(list(number), torch.tensor(queries), torch.tensor(answers), negatives, group)


def groups(count: int, first: Sequence[int], second: Sequence[int]) -> list[int]:
    """Number the connected components of a graph."""
    import scipy.sparse
    import scipy.sparse.csgraph

    graph = scipy.sparse.coo_matrix((np.ones(len(first)), (first, second)), shape=(count, count))
    found: list[int] = scipy.sparse.csgraph.connected_components(graph, directed=False)[1].tolist()
    return found


def mined_pairs(lessons: Lessons, count: int) -> list[Pair]:
    """Pair product queries and product texts that the teacher finds closest: best queries of a text, best text of a query."""
    rows = np.arange(len(lessons.sources))
    queries = rows[[source == QUERY_SOURCE for source in lessons.sources]]
    titles = rows[[source in ("product_product_title", "product_product_page") for source in lessons.sources]]
    if not count or not len(queries) or not len(titles):
        return []
    targets = lessons.targets.numpy()
    cosines = targets[titles] @ targets[queries].T
    three = np.argsort(-cosines, axis=1, kind="stable")[:, :3]
    found = [(float(cosines[t, q]), t, int(q)) for t in range(len(titles)) for q in three[t]]
    best = cosines.argmax(axis=0)
    back = [(float(cosines[t, q]), int(t), q) for q, t in enumerate(best)]
    kept = sorted(found, reverse=True)[:count] + sorted(back, reverse=True)[:count]
    return [Pair(lessons.texts[queries[q]], lessons.texts[titles[t]], "mined") for _, t, q in kept]


def contrast(
    student: Student, bags: Bags, lessons: Lessons, pairs: PairSet, options: argparse.Namespace
) -> None:
    """Learn from pairs against all other answers of the batch and judged negatives, regression going on beside it."""
    generator = torch.Generator().manual_seed(options.seed)
    rng = np.random.default_rng(options.seed)
    pair_bags = student.features.bags(pairs.texts)
    student.restart()
    per_epoch = len(pairs.queries) // BATCH
    for epoch in range(options.pair_epochs):
        order = torch.randperm(len(pairs.queries), generator=generator)
        alike = shuffled_blocks(lessons.orders[epoch % 3], generator)
        products = shuffled_blocks(lessons.product_orders[epoch % 3], generator)
        total = 0.0
        for number in range(per_epoch):
            step = epoch * per_epoch + number
            chosen = order[number * BATCH :][:BATCH]
            queries, candidates = pairs.queries[chosen], with_unlike(pairs, chosen, rng)
            anyhow = torch.randint(len(lessons.texts), (BLOCK,), generator=generator)
            lesson = torch.cat([anyhow, _window(alike, step), _window(products, step)])
            parts = [take(pair_bags, queries), take(pair_bags, candidates), take(bags, lesson)]
            ours, theirs, rows = student.sums(parts)
            loss = contrastive_loss(
                ours, theirs, known_same(pairs, queries, candidates), dims=(options.dim, 128)
            )
            total += loss.item()
            loss = loss + options.share * _lesson_loss(unit(rows), lessons.targets[lesson])
            student.step(loss, rate_at(options, step, options.pair_epochs * per_epoch))
        log.info("contrast: epoch %d of %d, loss %.4f", epoch + 1, options.pair_epochs, total / per_epoch)


def with_unlike(pairs: PairSet, chosen: torch.Tensor, rng: np.random.Generator) -> torch.Tensor:
    """Give the answers of some pairs, and for each query that has any a text judged unlike it."""
    unlike = (pairs.negatives.get(query) for query in pairs.queries[chosen].tolist())
    drawn = [found[int(rng.integers(len(found)))] for found in unlike if found]
    return torch.cat([pairs.answers[chosen], torch.tensor(drawn, dtype=torch.int64)])


def known_same(pairs: PairSet, queries: torch.Tensor, candidates: torch.Tensor) -> torch.Tensor:
    """Say which candidates are known to mean the same as a query without being its answer; bool, (n, m)."""
    n = len(queries)
    same = pairs.group[queries][:, None] == pairs.group[candidates][None]
    same[:, n:] = False  # judged unlike, whatever the chain of pairs says
    same |= queries[:, None] == candidates[None]
    same[torch.arange(n), torch.arange(n)] = False
    return same


def _window(order: torch.Tensor, step: int) -> torch.Tensor:
    start = step * GROUP % max(1, len(order) - GROUP)
    return order[start : start + GROUP]


def _lesson_loss(rows: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
    loss = cosine_loss(rows, targets)
    for part in torch.arange(BLOCK, len(rows)).split(GROUP):
        loss = loss + neighbour_loss(rows[part], targets[part])
    return loss


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, help="folder with the training files")
    parser.add_argument(
        "--teacher", type=Path, required=True, help="sentence-transformers folder of the teacher"
    )
    parser.add_argument(
        "--out", type=Path, required=True, help="folder for the result and for what is kept between runs"
    )
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--pieces", type=int, default=38_000, help="size of the vocabulary")
    parser.add_argument("--dim", type=int, default=384)
    parser.add_argument("--texts", type=int, default=None, help="at most so many texts for regression")
    parser.add_argument("--regress-epochs", type=int, default=4)
    parser.add_argument("--pair-epochs", type=int, default=3)
    parser.add_argument("--rate", type=float, default=0.01, help="learning rate at the beginning")
    parser.add_argument("--share", type=float, default=0.5, help="weight of regression beside the pairs")
    parser.add_argument("--mined", type=int, default=10_000, help="teacher-made product pairs, each way")
    parser.add_argument("--leave-out", default="", help="sources of pairs to leave out, with commas between")
    return parser.parse_args()


if __name__ == "__main__":
    main()
