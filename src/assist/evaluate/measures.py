"""Ranking measures by their literature names, computed by ir_measures; absent queries score zero.

`nDCG@k` has the gain 2^grade - 1 and the discount log2(rank + 1). ir_measures' own nDCG has the linear gain
of trec_eval; its `gains` parameter takes the exponential one. `R@k` is hits over all relevant documents
(TREC); `R_cap@k` is hits over min(relevant, k) (BEIR's capped recall), made from `P@k`.

References:
    MacAvaney, Macdonald & Ounis, Streamlining Evaluation with ir-measures (2022).
    Järvelin & Kekäläinen, Cumulated gain-based evaluation of IR techniques (2002); exponential gain after
    Burges et al., Learning to rank using gradient descent (2005).
    Thakur et al., BEIR (2021), appendix: R_cap@k.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import ModuleType
from typing import Any

import numpy as np

from assist.errors import InputError, MissingDependencyError
from assist.evaluate.beir import MAX_GRADE, Qrels
from assist.evaluate.intervals import Interval, Values, intervals

Run = Mapping[str, Mapping[str, float]]
"""Score of each returned document by query id and document id."""

DEFAULT = (
    "nDCG@10",
    "RR@10",
    "R@10",
    "R_cap@10",
    "P@1",
    "P@10",
    "Success@1",
    "Success@3",
    "Success@10",
)
_NAME = re.compile(r"(nDCG|RR|R|R_cap|P|Success)@([1-9]\d{0,3})")


@dataclass(frozen=True, slots=True, eq=False)
class Measured:
    """A run's measures, query by query.

    Attributes:
        queries: q ids, those of the qrels that have a relevant document.
        names: m measures.
        values: float64, shape (q, m), in 0-1; 0 for a query that the run lacks.
    """

    queries: tuple[str, ...]
    names: tuple[str, ...]
    values: Values

    def intervals(self, *, seed: int = 0) -> dict[str, Interval]:
        """Give the mean of each measure with its bootstrap interval over queries."""
        return dict(zip(self.names, intervals(self.values, seed=seed), strict=True))


def measure(run: Run, qrels: Qrels, *, measures: Sequence[str] = DEFAULT) -> Measured:
    """Measure a run against judgments.

    Args:
        run: Scores by query and document; higher is better, equal scores rank by document id.
        qrels: Grades by query and document; a query without a relevant document is not measured.
        measures: `nDCG@k`, `RR@k`, `R@k`, `R_cap@k`, `P@k`, `Success@k`.

    Raises:
        InputError: An unknown measure, no query to measure, or a score that is NaN or infinite.
        MissingDependencyError: ir_measures is not installed.
    """
    check_names(measures)
    ranked = {}
    for query, scores in run.items():
        for document, score in scores.items():
            if not math.isfinite(score):
                raise InputError(f"score of document {document!r} for query {query!r} is {score}")
        ranked[query] = sorted(scores, key=lambda document: (-scores[document], document))
    return measure_ranked(ranked, qrels, measures=measures)


def measure_ranked(
    ranked: Mapping[str, Sequence[str]], qrels: Qrels, *, measures: Sequence[str] = DEFAULT
) -> Measured:
    """Measure ranked document ids, best first; see `measure`."""
    check_names(measures)
    judged = {query: dict(grades) for query, grades in qrels.items() if any(g > 0 for g in grades.values())}
    if not judged:
        raise InputError("no query has a relevant document")
    library = _library()
    depth = max(int(name.partition("@")[2]) for name in measures)
    run = {
        query: {document: float(-rank) for rank, document in enumerate(ranked[query][:depth])}
        for query in judged
        if ranked.get(query)
    }
    values = _values(library, measures, judged, run)
    return Measured(tuple(judged), tuple(measures), values)


def check_names(measures: Iterable[str]) -> None:
    """Refuse a measure that is not known, and an empty list.

    Raises:
        InputError: Likewise.
    """
    names = list(measures)
    if not names:
        raise InputError("at least one measure is wanted")
    for name in names:
        if not _NAME.fullmatch(name):
            raise InputError(f"unknown measure {name!r}; known: nDCG@k, RR@k, R@k, R_cap@k, P@k, Success@k")


def check_ready(measures: Iterable[str]) -> None:
    """Refuse what a long run would only fail on at its end.

    Raises:
        InputError: An unknown measure, or none.
        MissingDependencyError: ir_measures is not installed.
    """
    check_names(measures)
    _library()


def _values(
    library: ModuleType,
    names: Sequence[str],
    judged: Mapping[str, Mapping[str, int]],
    run: Mapping[str, Mapping[str, float]],
) -> Values:
    """Let the library compute all measures in one pass; what it does not return stays 0."""
    wanted = [_measure(library, name) for name in names]
    columns: dict[Any, list[int]] = {}
    for column, one in enumerate(wanted):
        columns.setdefault(one, []).append(column)
    row = {query: at for at, query in enumerate(judged)}
    values = np.zeros((len(judged), len(names)))
    for found in library.iter_calc(list(columns), judged, run):
        values[row[found.query_id], columns[found.measure]] = found.value
    relevant = np.array([sum(grade > 0 for grade in grades.values()) for grades in judged.values()])
    for column, name in enumerate(names):
        if name.startswith("R_cap@"):
            cut = int(name.partition("@")[2])
            values[:, column] *= cut / np.minimum(relevant, cut)
    return values


def _measure(library: ModuleType, name: str) -> Any:
    """Give the library's measure; capped recall is made from precision."""
    kind, _, cut = name.partition("@")
    if kind == "nDCG":
        gains = {grade: 2**grade - 1 for grade in range(MAX_GRADE + 1)}
        return library.nDCG(gains=gains) @ int(cut)
    return getattr(library, "P" if kind == "R_cap" else kind) @ int(cut)


def _library() -> ModuleType:
    try:
        import ir_measures
    except ImportError as exc:
        raise MissingDependencyError("ir_measures", extra="evaluate") from exc
    module: ModuleType = ir_measures
    return module
