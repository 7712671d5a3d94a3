"""Compare ways to fuse the two lanes on the retrieval packs: reciprocal ranks, min-max convex mixes, and what is shipped.

    python benchmarks/fusion.py --packs DIR

Every way is chosen on one half of the queries (even CRC-32 of the id) and reported on the other, so that a way with
more settings to choose from gains nothing by it. Writes `results/fusion.json`: nDCG@10 per way, pack and half.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from zlib import crc32

import numpy as np

from assist.arrays import IdMatrix
from assist.encoder import bundled
from assist.evaluate.beir import RetrievalSet, read_set
from assist.evaluate.corpus_store import corpus_store, document_ids
from assist.evaluate.lanes import fold_rows
from assist.evaluate.measures import measure_ranked
from assist.index.fusion import RankedLists, convex, rrf
from assist.index.ranking import padded
from assist.retrieve.fuse import fuse
from assist.settings import Settings
from assist.store.view import View
from assist.text.normalize import fold
from retrieval import PACKS, RESULTS

TAKE, DEPTH = 100, 10
SHARES = (0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--packs", type=Path, required=True, help="folder with the packs unpacked")
    parser.add_argument("--pack", action="append", help="only this pack; may repeat")
    arguments = parser.parse_args()
    found = {
        pack: _measured(read_set(arguments.packs / pack, duplicates="fold"))
        for pack in arguments.pack or PACKS
    }
    ways = list(next(iter(found.values())))
    table = {
        way: {
            "chosen_on": _mean([one[way][0] for one in found.values()]),
            "reported_on": _mean([one[way][1] for one in found.values()]),
            "packs": {pack: one[way] for pack, one in found.items()},
        }
        for way in ways
    }
    for way, line in table.items():
        print(f"{way:22s} {line['chosen_on']:.4f} {line['reported_on']:.4f}")
    result = {"kind": "fusion", "measure": "nDCG@10", "take": TAKE, "ways": table}
    (RESULTS / "fusion.json").write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")


def _measured(chosen: RetrievalSet) -> dict[str, list[float]]:
    """Give the mean nDCG@10 of every way on both halves of a set's queries."""
    encoder = bundled()
    half = np.array([crc32(query.id.encode()) % 2 for query in chosen.queries])
    with corpus_store(chosen.passages, encoder, folder=None, settings=Settings()) as view:
        texts = [fold(query.text) for query in chosen.queries]
        vectors = encoder.encode(texts, kind="query")
        tokens = view.tokenizer.tokens_many(texts)
        dense, sparse = view.dense.search(vectors, TAKE), view.sparse.search(tokens, TAKE)
        runs = {"sparse": sparse[0], "dense": dense[0], "rrf": rrf([dense, sparse], TAKE)[0]}
        for share in SHARES:
            lists, weights = [dense, sparse], [share, 1.0 - share]
            runs[f"min-max {share:g}"] = convex(lists, TAKE, weights=weights)[0]
            runs[f"shipped {share:g}"] = _shipped(view, vectors, tokens, dense, sparse, share)
        ranked = {way: fold_rows(rows, view.columns.document, DEPTH) for way, rows in runs.items()}
        names = document_ids(
            view, np.unique(np.concatenate([rows.ravel() for rows in ranked.values()]).clip(0)).tolist()
        )
    values = {way: _values(chosen, rows, names) for way, rows in ranked.items()}
    return {way: [round(float(one[half == h].mean()), 4) for h in (0, 1)] for way, one in values.items()}


def _shipped(
    view: View,
    vectors: np.ndarray,
    tokens: Sequence[Sequence[str]],
    dense: RankedLists,
    sparse: RankedLists,
    share: float,
) -> IdMatrix:
    fused = [
        fuse(
            (dense[0][at], dense[1][at]),
            (sparse[0][at], sparse[1][at]),
            weight=share,
            exact_dense=partial(view.dense.scores, vectors[at]),
            exact_sparse=partial(view.sparse.scores, tokens[at]),
        )
        for at in range(len(tokens))
    ]
    return padded(((one.rows[:TAKE], one.scores[:TAKE]) for one in fused), len(fused), TAKE)[0]


def _values(chosen: RetrievalSet, rows: IdMatrix, names: Mapping[int, str]) -> np.ndarray:
    ranked = {
        query.id: list(dict.fromkeys(names[number] for number in line if number >= 0))
        for query, line in zip(chosen.queries, rows.tolist(), strict=True)
    }
    return measure_ranked(ranked, chosen.judgments, measures=("nDCG@10",)).values[:, 0]


def _mean(values: Sequence[float]) -> float:
    return round(sum(values) / len(values), 4)


if __name__ == "__main__":
    main()
