"""A retrieval set in BEIR layout -> how well each lane and the hybrid find what is judged relevant."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np

from assist.arrays import IdMatrix
from assist.encoder import load as load_encoder
from assist.encoder.base import Encoder
from assist.errors import InputError
from assist.evaluate import measures as ranking
from assist.evaluate.beir import Duplicates, Query, RetrievalSet, read_set
from assist.evaluate.corpus_store import corpus_store, document_ids
from assist.evaluate.intervals import Interval, rounded
from assist.evaluate.lanes import run_lanes
from assist.evaluate.provenance import hashes, versions
from assist.evaluate.result_file import to_json
from assist.loading import Progress
from assist.retrieve.reranker import Reranker
from assist.settings import Settings
from assist.store.view import View

WORST = 20
"""Queries shown in the report."""
SHOWN = 5
"""Documents shown of each."""
LANES = ("sparse", "dense", "hybrid")
RANKED = "ranked"
"""The lane besides these where the bundled reranker fits the encoder."""
RANKED_QUERIES = 2_000
"""Up to so many queries it is run without being asked for: it reads its candidates, some milliseconds a query."""


@dataclass(frozen=True, slots=True)
class WorstQuery:
    """A query that the hybrid answers badly, with texts for reading.

    Attributes:
        id: The query's id.
        text: Its text.
        value: Its first measure.
        found: Ids and texts of the first documents, with whether they are relevant.
        relevant: Ids and texts of relevant documents.
    """

    id: str
    text: str
    value: float
    found: tuple[tuple[str, str, bool], ...]
    relevant: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class RetrievalEvaluation:
    """What `evaluate_retrieval` measured.

    Attributes:
        settings: Everything that was chosen.
        versions: What it was run with.
        data: SHA-256 by file.
        lanes: Intervals by lane (`sparse`, `dense`, `hybrid`, with the bundled encoder `ranked`) and measure.
        fusion: The same for each dense share of the mix that was asked for.
        rows: Per query: `id`, `relevant`, and each lane's measures.
        worst: The worst queries of the hybrid; for the report, never in the JSON.
        times: Seconds, rates and bytes; all that may differ between two runs.
    """

    settings: Mapping[str, object]
    versions: Mapping[str, str]
    data: Mapping[str, str]
    lanes: Mapping[str, Mapping[str, Interval]]
    fusion: Mapping[str, Mapping[str, Interval]]
    rows: tuple[Mapping[str, object], ...]
    worst: tuple[WorstQuery, ...] = ()
    times: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))

    def to_dict(self) -> dict[str, Any]:
        """Return what the JSON file holds."""
        return {
            "kind": "retrieval",
            "settings": dict(self.settings),
            "versions": dict(self.versions),
            "data": dict(self.data),
            "lanes": _plain(self.lanes),
            "fusion": _plain(self.fusion),
            "times": dict(self.times),
            "rows": [dict(row) for row in self.rows],
        }

    def to_json(self) -> str:
        """Return the text of the JSON file; two runs differ in `times` only."""
        return to_json(self.to_dict())


def evaluate_retrieval(
    folder: str | Path,
    *,
    queries: str | Path | None = None,
    qrels: str | Path | None = None,
    encoder: str | Encoder = "bundled",
    measures: Sequence[str] = ranking.DEFAULT,
    dense_weights: Sequence[float] = (),
    store: str | Path | None = None,
    settings: Settings | None = None,
    duplicates: Duplicates = "raise",
    ranked: bool | None = None,
    sample: int | None = None,
    seed: int = 0,
    jobs: int = 1,
    progress: Progress | None = None,
) -> RetrievalEvaluation:
    """Load a retrieval set into a store, run every lane and the hybrid, and measure them.

    A hit on a chunk counts for its document; the best chunk decides. Near-duplicates are not collapsed: the
    judgments count each of them.

    Args:
        folder: BEIR layout; see `assist.evaluate.beir.read_set`.
        queries: Another queries file.
        qrels: Another qrels file.
        encoder: A name that `assist.encoder.load` knows, or an encoder.
        measures: Names as in `assist.evaluate.measures`; the first one orders the worst queries.
        dense_weights: Further dense shares of the mix to measure, each 0-1.
        store: Folder of the store, kept for the next run; None: a temporary one.
        settings: `search.dense_weight` and `search.candidates` are those of the hybrid.
        duplicates: `fold` reads a document id that comes twice as two passages of one document.
        ranked: Run the lane `ranked` too, some milliseconds a query; None: with the encoder it was learnt with, for at
            most 2,000 queries.
        sample: Measure this many random queries; None: all.
        seed: Of the sample and of the intervals.
        jobs: Threads that search.
        progress: Called with how much is done, of how much, and what.

    Raises:
        InputError: A file is missing, the set is empty, an argument is impossible, or `ranked` with another encoder.
        MalformedRecordError: A broken row, with file and line; before anything is encoded.
        MissingDependencyError: ir_measures is not installed.
    """
    settings = settings or Settings()
    ranking.check_ready(measures)
    mixes = _mixes(settings.search.dense_weight, dense_weights)
    if jobs < 1:
        raise InputError(f"jobs must be >= 1, got {jobs}")
    whole = read_set(folder, queries=queries, qrels=qrels, duplicates=duplicates)
    chosen = whole.sampled(sample, seed=seed)
    model = load_encoder(encoder) if isinstance(encoder, str) else encoder
    reads = (
        Reranker.bundled().fits(model) and len(chosen.queries) <= RANKED_QUERIES if ranked is None else ranked
    )
    depth = max(int(name.partition("@")[2]) for name in measures)
    clock = [time.perf_counter()]
    with corpus_store(chosen.passages, model, folder=store, settings=settings, progress=progress) as view:
        clock.append(time.perf_counter())
        asked = [query.text for query in chosen.queries]
        runs = run_lanes(
            view, model, asked,
            settings=settings.search, mixes=mixes, depth=depth, ranked=reads,
            jobs=jobs, progress=progress,
        )  # fmt: skip
        clock.append(time.perf_counter())
        found = _ranked(view, runs, chosen.queries)
        index = {"dense_index": view.dense.kind, "chunks": len(view)}
    chose = {"encoder": model.identity.name, "measures": list(measures), "sample": sample, "seed": seed}
    return _result(
        chosen,
        found,
        mixes,
        settings={**chose, "duplicates": duplicates, **_searched(settings), **_counted(chosen), **index},
        versions=versions(model.identity),
        times=_times(clock, len(chosen.queries), jobs),
    )


def _result(
    chosen: RetrievalSet,
    ranked: Mapping[str, Mapping[str, Sequence[str]]],
    mixes: Mapping[str, float],
    *,
    settings: Mapping[str, Any],
    versions: Mapping[str, str],
    times: Mapping[str, float],
) -> RetrievalEvaluation:
    """Measure every run; `settings` name the measures and the seed."""
    measured = {
        lane: ranking.measure_ranked(lists, chosen.judgments, measures=settings["measures"])
        for lane, lists in ranked.items()
    }
    found = {lane: one.intervals(seed=settings["seed"]) for lane, one in measured.items()}
    return RetrievalEvaluation(
        settings=settings,
        versions=versions,
        data=hashes(chosen.files),
        lanes={lane: found[lane] for lane in _lanes(found)},
        fusion={f"{mixes[name]:g}": found[name] for name in mixes if name not in LANES},
        rows=_rows(chosen, measured),
        worst=_worst(chosen, ranked["hybrid"], measured["hybrid"]),
        times=times,
    )


def _lanes(found: Mapping[str, object]) -> list[str]:
    return [lane for lane in (*LANES, RANKED) if lane in found]


def _mixes(own: float, more: Sequence[float]) -> dict[str, float]:
    """Name the mixes to run: the hybrid, and one for each weight that was asked for."""
    if not all(0.0 <= weight <= 1.0 for weight in more):
        raise InputError(f"a dense weight must lie in 0-1, got {list(more)}")
    return {"hybrid": own, **{f"hybrid at {weight:g}": weight for weight in sorted(set(more))}}


def _ranked(
    view: View, runs: Mapping[str, IdMatrix], queries: Sequence[Query]
) -> dict[str, dict[str, list[str]]]:
    """Give document ids, best first, by lane and query."""
    numbers = np.unique(np.concatenate([rows.ravel() for rows in runs.values()]))
    names = document_ids(view, [int(number) for number in numbers if number >= 0])
    return {
        lane: {
            query.id: list(dict.fromkeys(names[number] for number in line if number >= 0))
            for query, line in zip(queries, rows.tolist(), strict=True)
        }
        for lane, rows in runs.items()
    }


def _rows(chosen: RetrievalSet, measured: Mapping[str, ranking.Measured]) -> tuple[dict[str, object], ...]:
    """Put each query's measures together, lane by lane; of a further mix only the first measure."""
    values = {lane: one.values.tolist() for lane, one in measured.items()}
    lanes = _lanes(measured)
    further = [lane for lane in measured if lane not in lanes]
    names = measured["hybrid"].names
    return tuple(
        {
            "id": query.id,
            "relevant": sum(grade > 0 for grade in chosen.qrels[query.id].values()),
            **{lane: dict(zip(names, map(rounded, values[lane][at]), strict=True)) for lane in lanes},
            **{lane: {names[0]: rounded(values[lane][at][0])} for lane in further},
        }
        for at, query in enumerate(chosen.queries)
    )


def _worst(
    chosen: RetrievalSet, ranked: Mapping[str, Sequence[str]], measured: ranking.Measured
) -> tuple[WorstQuery, ...]:
    order = np.argsort(measured.values[:, 0], kind="stable")[:WORST].tolist()
    texts: dict[str, str] = {}
    for passage in chosen.passages:
        texts.setdefault(passage.id, passage.text)
    return tuple(
        _worst_query(chosen, chosen.queries[at], float(measured.values[at, 0]), ranked, texts) for at in order
    )


def _worst_query(
    chosen: RetrievalSet,
    query: Query,
    value: float,
    ranked: Mapping[str, Sequence[str]],
    texts: Mapping[str, str],
) -> WorstQuery:
    relevant = [id for id, grade in chosen.qrels[query.id].items() if grade > 0]
    return WorstQuery(
        id=query.id,
        text=query.text,
        value=value,
        found=tuple((id, texts[id], id in relevant) for id in ranked[query.id][:SHOWN]),
        relevant=tuple((id, texts.get(id, "")) for id in relevant[:SHOWN]),
    )


def _searched(settings: Settings) -> dict[str, object]:
    search = settings.search
    return {
        "dense_weight": search.dense_weight,
        "candidates": search.candidates,
        "k1": search.k1,
        "b": search.b,
    }


def _counted(chosen: RetrievalSet) -> dict[str, object]:
    return {
        "set": chosen.name,
        "queries": len(chosen.queries),
        "passages": len(chosen.passages),
        "empty_passages": chosen.empty_passages,
        "folded_passages": chosen.folded_passages,
        "unjudged_queries": chosen.unjudged_queries,
    }


def _times(clock: Sequence[float], queries: int, jobs: int) -> dict[str, float]:
    """Loading (cutting, encoding, writing, indexing), searching all lanes for all queries, the rest."""
    start, loaded, searched = clock
    end = time.perf_counter()
    return {
        "load_s": round(loaded - start, 3),
        "search_s": round(searched - loaded, 3),
        "measure_s": round(end - searched, 3),
        "total_s": round(end - start, 3),
        "queries_per_s": round(queries / max(searched - loaded, 1e-9), 1),
        "jobs": jobs,
    }


def _plain(lanes: Mapping[str, Mapping[str, Interval]]) -> dict[str, dict[str, dict[str, Any]]]:
    return {
        lane: {name: interval.to_dict() for name, interval in found.items()} for lane, found in lanes.items()
    }
