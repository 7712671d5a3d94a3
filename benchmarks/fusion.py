"""Compare ways to fuse the two lanes on the retrieval packs, fixed and learned.

    python benchmarks/fusion.py --packs DIR

Every way is chosen on one half of the queries (even CRC-32 of the id) and reported on the other, so that a way with
more settings to choose from gains nothing by it. All ways rank the same candidates: what either lane found among its
first 100, scored in both. Writes `results/fusion.json`. The learned ones need LightGBM and are left out without it.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import product
from pathlib import Path
from typing import Any
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from assist.encoder import bundled
from assist.encoder.static import StaticEncoder
from assist.evaluate.beir import RetrievalSet, read_set
from assist.evaluate.corpus_store import corpus_store, document_ids
from assist.retrieve.fuse import attainable_scores
from assist.settings import Settings
from assist.store.view import View
from assist.text.normalize import fold
from retrieval import PACKS, RESULTS
from retrieval_table import MEANS

TAKE, DEPTH = 100, 10
PIECES_READ = 200
NEIGHBOURS = 3
SEVENS = tuple(MEANS.values())[:2]
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Candidates:
    """All candidates of all queries of a pack, query after query.

    Attributes:
        query: int64, shape (m,): whose candidate.
        row: int64, shape (m,): what ties are broken by.
        group: int64, shape (m,): equal for chunks of one document of one query.
        gain: 2^grade - 1 of the document.
        cosine: Dense score, not below 0.
        impact: BM25 score.
        attainable: Bound of the query's BM25 scores.
        maxima: Mean over the query's pieces, by idf and norm, of the cosine with the likest piece of the text.
        neighbours: Mean cosine with the first few candidates of the shipped mix.
        chars: Characters of the text.
        asked: Characters of the query.
        ideal: Per query: DCG of the ideal ranking.
        half: Per query: 0 to choose on, 1 to report on.
    """

    query: NDArray[np.int64]
    row: NDArray[np.int64]
    group: NDArray[np.int64]
    gain: Floats
    cosine: Floats
    impact: Floats
    attainable: Floats
    maxima: Floats
    neighbours: Floats
    chars: Floats
    asked: Floats
    ideal: Floats
    half: NDArray[np.int64]

    @cached_property
    def starts(self) -> NDArray[np.int64]:
        """Where each query's candidates begin; every query has some."""
        return np.searchsorted(self.query, np.arange(len(self.half)))

    @cached_property
    def share(self) -> Floats:
        """BM25 score as a share of the attainable one."""
        return self.impact / np.maximum(self.attainable, 1e-6)

    def best(self, values: Floats) -> Floats:
        """Give the largest value of each candidate's query."""
        return np.maximum.reduceat(values, self.starts)[self.query]

    def least(self, values: Floats) -> Floats:
        """Give the smallest value of each candidate's query."""
        return np.minimum.reduceat(values, self.starts)[self.query]

    def standard(self, values: Floats) -> Floats:
        """Subtract the mean of the query's candidates and divide by their deviation."""
        count = np.diff(np.append(self.starts, len(values)))
        mean = np.add.reduceat(values, self.starts) / count
        square = np.add.reduceat(values * values, self.starts) / count - mean * mean
        return (values - mean[self.query]) / np.sqrt(np.maximum(square, 1e-8))[self.query]

    def rank(self, values: Floats) -> Floats:
        """Rank within the query, from 1."""
        order = np.lexsort((self.row, -values, self.query))
        ranks = np.empty(len(values))
        ranks[order] = np.arange(len(values)) - self.starts[self.query[order]] + 1.0
        return ranks

    def measured(self, values: Floats) -> Floats:
        """Give each query's nDCG@10 when candidates are ranked by values; a document stands where its best chunk does."""
        order = np.lexsort((self.row, -values, self.query))
        _, first = np.unique(self.group[order], return_index=True)
        order = order[np.sort(first)]
        query = self.query[order]
        place = np.arange(len(order)) - np.searchsorted(query, np.arange(len(self.half)))[query]
        shown = place < DEPTH
        discounted = self.gain[order][shown] / np.log2(place[shown] + 2.0)
        return np.bincount(query[shown], weights=discounted, minlength=len(self.half)) / self.ideal


Way = Callable[[Candidates], Floats]
"""Gives each candidate a score."""


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--packs", type=Path, required=True, help="folder with the packs unpacked")
    parser.add_argument("--stores", type=Path, help="keep the encoded packs in this folder for the next run")
    arguments = parser.parse_args()
    found = {pack: read_candidates(arguments.packs / pack, arguments.stores) for pack in PACKS}
    families = {name: [_line(setting, way, found) for setting, way in ways] for name, ways in fixed().items()}
    families |= learned(found)
    for name, lines in families.items():
        line = max(lines, key=lambda one: one["chosen_on"])
        print(f"{name:40s} {line['setting']:24s} {line['chosen_on']:.4f} {_two_means(line['packs']):.4f}")
    result = {"kind": "fusion", "measure": "nDCG@10", "take": TAKE, "families": families, "notes": NOTES}
    (RESULTS / "fusion.json").write_text(
        json.dumps(result, indent=1, ensure_ascii=False) + "\n", encoding="utf-8", newline="\n"
    )


NOTES = [
    "*share of the best*: cosines as they are, BM25 divided by the query's best score; *share of the attainable*: divided by the",
    "sum of the idf of the query's tokens, to a power (1.5 is shipped); *centred*: cosines less the mean of the query's candidates;",
    "*piece maxima*: the shipped mix and, for each piece of the query, the cosine of the likest piece of the text (late",
    "interaction over the static table); *neighbours*: the shipped mix and the likeness to its first three; *trees*: LightGBM,",
    "lambdarank, on fifteen features of both lanes, maxima, neighbours and lengths, learned on the half that ways are chosen on;",
    "*trees, pack unseen*: learned on the other packs alone.",
]


def fixed() -> dict[str, list[tuple[str, Way]]]:
    """Give the ways without anything learned, by family, each with its settings."""
    shares = (0.3, 0.4, 0.5, 0.6, 0.7, 0.8)
    return {
        "sparse": [("", lambda c: np.where(c.impact > 0.0, c.impact, -1.0))],
        "dense": [("", lambda c: c.cosine)],
        "reciprocal ranks": [("constant 60", lambda c: 1 / (60 + c.rank(c.cosine)) + 1 / (60 + c.rank(c.impact)))],
        "min-max": [(f"dense {w:g}", _min_max(w)) for w in shares],
        "standard scores": [(f"dense {w:g}", _standard(w)) for w in shares],
        "share of the best": [(f"dense {w:g}", _of_best(w)) for w in shares],
        "share of the attainable": [
            (f"dense {w:g}, power {p:g}", _mix(w, p)) for w, p in product((*shares, 0.35, 0.45), (1.0, 1.5, 2.0))
        ],
        "shipped": [("dense 0.4, power 1.5", _mix(0.4, 1.5))],
        "shipped, centred": [(f"dense {w:g}", _centred(w)) for w in shares],
        "shipped + neighbours": [(f"{a:g}", _with("neighbours", a)) for a in (0.05, 0.1, 0.2)],
        "shipped + piece maxima": [(f"{a:g}", _with("maxima", a)) for a in (0.1, 0.2, 0.3, 0.4)],
    }  # fmt: skip


def _min_max(weight: float) -> Way:
    def scaled(c: Candidates, values: Floats) -> Floats:
        low = c.least(values)
        return (values - low) / np.maximum(c.best(values) - low, 1e-9)

    return lambda c: weight * scaled(c, c.cosine) + (1 - weight) * scaled(c, c.impact)


def _standard(weight: float) -> Way:
    return lambda c: weight * c.standard(c.cosine) + (1 - weight) * c.standard(c.impact)


def _of_best(weight: float) -> Way:
    return lambda c: weight * c.cosine + (1 - weight) * c.impact / np.maximum(c.best(c.impact), 1e-9)


def _mix(weight: float, power: float) -> Way:
    return lambda c: weight * c.cosine + (1 - weight) * c.share**power


def _centred(weight: float) -> Way:
    def scored(c: Candidates) -> Floats:
        count = np.diff(np.append(c.starts, len(c.query)))
        mean = (np.add.reduceat(c.cosine, c.starts) / count)[c.query]
        return weight * (c.cosine - mean) / np.maximum(1.0 - mean, 1e-6) + (1 - weight) * c.share**1.5

    return scored


_SHIPPED = _mix(0.4, 1.5)


def _with(name: str, share: float) -> Way:
    return lambda c: _SHIPPED(c) + share * getattr(c, name)


def _line(setting: str, way: Way, found: Mapping[str, Candidates]) -> dict[str, Any]:
    return _measured_line(setting, {pack: one.measured(way(one)) for pack, one in found.items()}, found)


def _measured_line(
    setting: str, values: Mapping[str, Floats], found: Mapping[str, Candidates]
) -> dict[str, Any]:
    halves = [
        {pack: round(float(values[pack][one.half == half].mean()), 4) for pack, one in found.items()}
        for half in (0, 1)
    ]
    return {"setting": setting, "chosen_on": round(_two_means(halves[0]), 5), "packs": halves[1]}


def _two_means(packs: Mapping[str, float]) -> float:
    """Average the mean with one Taobao pack and the mean with the other."""
    return float(np.mean([np.mean([packs[pack] for pack in seven]) for seven in SEVENS]))


def learned(found: Mapping[str, Candidates]) -> dict[str, list[dict[str, Any]]]:
    """Learn trees on the half that ways are chosen on, with all packs and with all but the one measured."""
    try:
        import lightgbm
    except ImportError:
        return {}
    settings = [(leaves, rounds) for leaves in (4, 8) for rounds in (50, 150, 300)]
    whole, unseen = [], []
    for leaves, rounds in settings:
        name = f"{leaves} leaves, {rounds} rounds"
        model = _trees(lightgbm, found.values(), leaves, rounds)
        values = {pack: one.measured(model(one)) for pack, one in found.items()}
        whole.append(_measured_line(name, values, found))
    leaves, rounds = 4, 50
    values = {}
    for pack, one in found.items():
        # The two Taobao packs ask the same queries.
        others = [other for name, other in found.items() if name[:6] != pack[:6]]
        values[pack] = one.measured(_trees(lightgbm, others, leaves, rounds)(one))
    unseen.append(_measured_line(f"{leaves} leaves, {rounds} rounds", values, found))
    return {"trees": whole, "trees, pack unseen": unseen}


def features(c: Candidates) -> NDArray[np.float32]:
    """What trees see of a candidate; float32, shape (m, features)."""
    columns = [
        c.cosine, c.standard(c.cosine), c.best(c.cosine) - c.cosine, c.best(c.cosine),
        c.share, c.standard(c.impact), c.impact / np.maximum(c.best(c.impact), 1e-9), c.best(c.share),
        _SHIPPED(c), np.log(c.rank(_SHIPPED(c))), c.maxima, c.standard(c.maxima), c.neighbours,
        np.log((c.chars + 1.0) / (c.asked + 1.0)), c.asked,
    ]  # fmt: skip
    return np.column_stack(columns).astype(np.float32)


def _trees(engine: Any, packs: Any, leaves: int, rounds: int) -> Way:
    """Learn to correct the shipped mix; every pack counts the same."""
    rows, grades, groups, weights, before = [], [], [], [], []
    for one in packs:
        sizes = np.diff(np.append(one.starts, len(one.query)))
        chosen = (one.half == 0) & (np.add.reduceat(one.gain, one.starts) > 0)
        inside = chosen[one.query]
        rows.append(features(one)[inside])
        grades.append(np.log2(one.gain[inside] + 1.0).clip(0, 3).astype(int))
        groups.append(sizes[chosen])
        weights.append(np.full(int(inside.sum()), 1000.0 / chosen.sum()))
        before.append(_START * _SHIPPED(one)[inside])
    data = engine.Dataset(
        np.concatenate(rows), np.concatenate(grades), group=np.concatenate(groups),
        weight=np.concatenate(weights), init_score=np.concatenate(before),
    )  # fmt: skip
    model = engine.train({**_TREES, "num_leaves": leaves}, data, rounds)
    return lambda c: _START * _SHIPPED(c) + model.predict(features(c))


_START = 16.0
"""Steepness of the shipped mix, from which the trees begin."""
_TREES = {
    "objective": "lambdarank", "learning_rate": 0.05, "min_data_in_leaf": 300, "lambda_l2": 10.0,
    "lambdarank_truncation_level": 12, "feature_fraction": 0.5, "bagging_fraction": 0.6, "bagging_freq": 1,
    "path_smooth": 100.0, "label_gain": [0, 1, 3, 7], "seed": 1, "num_threads": 1, "verbose": -1,
    "deterministic": True, "force_row_wise": True,
}  # fmt: skip


def read_candidates(folder: Path, stores: Path | None) -> Candidates:
    """Search a pack in both lanes."""
    chosen = read_set(folder, duplicates="fold")
    encoder = bundled()
    kept = None if stores is None else stores / folder.name
    with corpus_store(chosen.passages, encoder, folder=kept, settings=Settings()) as view:
        return _candidates(chosen, view, encoder)


def _candidates(chosen: RetrievalSet, view: View, encoder: StaticEncoder) -> Candidates:
    texts = [fold(query.text) for query in chosen.queries]
    vectors = encoder.encode(texts, kind="query")
    tokens = view.tokenizer.tokens_many(texts)
    dense, sparse = view.dense.search(vectors, TAKE), view.sparse.search(tokens, TAKE)
    rows = [np.setdiff1d(np.concatenate((a, b)), [-1]) for a, b in zip(dense[0], sparse[0], strict=True)]
    query = np.repeat(np.arange(len(rows)), [len(one) for one in rows])
    row = np.concatenate(rows)
    cosine = np.concatenate([view.dense.scores(v, one) for v, one in zip(vectors, rows, strict=True)])
    impact = np.concatenate([view.sparse.scores(t, one) for t, one in zip(tokens, rows, strict=True)])
    numbers = np.asarray(view.columns.document)[row]
    names = document_ids(view, np.unique(numbers).tolist())
    different = np.unique(row)
    chunks = {
        at: chunk.text for at, (chunk, _) in zip(different.tolist(), view.pairs(different), strict=True)
    }
    cosine = np.clip(cosine, 0.0, 1.0).astype(np.float64)
    attainable = attainable_scores(tokens, view.sparse.idf).astype(np.float64)[query]
    mixed = 0.4 * cosine + 0.6 * (impact / np.maximum(attainable, 1e-6)) ** 1.5
    stored = np.asarray(view.vectors, dtype=np.float32)
    judged = [chosen.qrels[one.id] for one in chosen.queries]
    named = [names[number] for number in numbers.tolist()]
    grades = np.array([judged[q].get(name, 0) for q, name in zip(query.tolist(), named, strict=True)])
    known: dict[tuple[int, str], int] = {}
    group = [known.setdefault(pair, len(known)) for pair in zip(query.tolist(), named, strict=True)]
    return Candidates(
        query=query,
        row=row,
        group=np.array(group),
        gain=2.0 ** np.maximum(grades, 0) - 1.0,
        cosine=cosine,
        impact=impact.astype(np.float64),
        attainable=attainable,
        maxima=np.concatenate(list(_maxima(encoder, texts, rows, chunks))),
        neighbours=np.concatenate(list(_neighbours(stored, rows, mixed))),
        chars=np.array([len(chunks[at]) for at in row.tolist()], dtype=np.float64),
        asked=np.array([len(text) for text in texts], dtype=np.float64)[query],
        ideal=np.array([_ideal(list(one.values())) for one in judged]),
        half=np.array([crc32(one.id.encode()) % 2 for one in chosen.queries]),
    )


def _ideal(grades: Sequence[int]) -> float:
    gains = np.sort(2.0 ** np.maximum(grades, 0) - 1.0)[::-1][:DEPTH]
    return max(float((gains / np.log2(np.arange(len(gains)) + 2.0)).sum()), 1e-9)


def _maxima(
    encoder: StaticEncoder, texts: Sequence[str], rows: Sequence[NDArray[np.int64]], chunks: Mapping[int, str]
) -> Iterator[Floats]:
    """Late interaction over the rows of the static table.

    References:
        Khattab & Zaharia, ColBERT (2020), section 3.3.
    """
    table = encoder.vectors.astype(np.float32) * np.asarray(encoder.scales)[:, None]
    norms = np.linalg.norm(table, axis=1)
    unit = table / np.maximum(norms, 1e-9)[:, None]
    pieces = {at: encoder.cutter.ids(text)[:PIECES_READ] or [0] for at, text in chunks.items()}
    counts = np.bincount([piece for held in pieces.values() for piece in set(held)], minlength=len(table))
    weights = norms * np.log1p((len(pieces) - counts + 0.5) / (counts + 0.5))
    for text, found in zip(texts, rows, strict=True):
        asked = np.array(encoder.cutter.ids(text)[:PIECES_READ] or [0])
        held = [pieces[at] for at in found.tolist()]
        distinct, places = np.unique(np.concatenate(held), return_inverse=True)
        starts = np.cumsum([0, *map(len, held[:-1])])
        likest = np.maximum.reduceat((unit[asked] @ unit[distinct].T)[:, places], starts, axis=1)
        yield weights[asked] @ likest / weights[asked].sum()


def _neighbours(
    stored: NDArray[np.float32], rows: Sequence[NDArray[np.int64]], mixed: Floats
) -> Iterator[Floats]:
    start = 0
    for found in rows:
        scores = mixed[start : start + len(found)]
        start += len(found)
        first = np.argsort(-scores, kind="stable")[:NEIGHBOURS]
        likeness = (stored[found] @ stored[found[first]].T).astype(np.float64)
        # A candidate is no neighbour of itself.
        likeness[first, np.arange(len(first))] = 0.0
        others = np.full(len(found), float(len(first)))
        others[first] -= 1.0
        yield likeness.sum(axis=1) / np.maximum(others, 1.0)


if __name__ == "__main__":
    main()
