"""Two result files of one set: paired bootstrap per measure, the questions that moved, and a gate.

References:
    Smucker, Allan & Carterette, A Comparison of Statistical Significance Tests for IR Evaluation (2007).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np

from assist.errors import InputError, MalformedRecordError
from assist.evaluate.calibration import ece_and_aurc
from assist.evaluate.intervals import LEVEL, Values, column_means, resamples, rounded
from assist.evaluate.judging import LOWER_IS_BETTER
from assist.evaluate.rows import read_object

Table: TypeAlias = Mapping[str, Mapping[str, float]]
"""By measure (`hybrid nDCG@10`, `usable@1`) and question id."""

GATES: Mapping[str, tuple[str, ...]] = {
    "retrieval": ("nDCG@10", "RR@10"),
    "drafts": (
        "decision_accuracy",
        "usable@1",
        "usable@3",
        "fact_recall",
        "source@3",
        "stale_citation_rate",
        "violations_per_1000",
        "ece",
        "aurc",
    ),
}
"""Measures whose significant drop fails the comparison, by kind of result."""
CALIBRATED = ("ece", "aurc")
"""Recomputed from the rows' confidences on every resample."""
DRAWS = 4_000
"""Bootstrap resamples of a comparison."""
MOVED = 20
"""Questions listed."""


@dataclass(frozen=True, slots=True)
class Change:
    """How one measure changed from the first file to the second.

    Attributes:
        measure: Its name; of a lane in retrieval (`hybrid nDCG@10`).
        before: Mean in the first file.
        after: Mean in the second.
        difference: after - before.
        low: Lower end of the difference's 95 % paired bootstrap interval.
        high: Upper end.
        significant: The interval does not hold 0.
        worse: Significant, and in the bad direction.
        gates: A significant drop of it fails the comparison.
        n: Questions it applies to in either file.
    """

    measure: str
    before: float | None
    after: float | None
    difference: float | None
    low: float | None
    high: float | None
    significant: bool
    worse: bool
    gates: bool
    n: int


@dataclass(frozen=True, slots=True)
class Moved:
    """A question whose value of the leading measure changed."""

    id: str
    measure: str
    before: float
    after: float


@dataclass(frozen=True, slots=True)
class Comparison:
    """What `compare` found.

    Attributes:
        kind: `retrieval` or `drafts`.
        questions: How many both files hold.
        same_data: Both were run on the same files, by their hashes.
        changes: One per measure that both files hold.
        moved: Those that moved most, falls first among equals.
        dropped: Names of the gating measures that got significantly worse.
    """

    kind: str
    questions: int
    same_data: bool
    changes: tuple[Change, ...]
    moved: tuple[Moved, ...]
    dropped: tuple[str, ...]

    def to_dict(self) -> dict[str, Any]:
        """Return plain data for JSON."""
        return {
            "kind": "comparison",
            "of": self.kind,
            "questions": self.questions,
            "same_data": self.same_data,
            "dropped": list(self.dropped),
            "changes": [
                {
                    "measure": change.measure,
                    **{
                        name: rounded(getattr(change, name))
                        for name in ("before", "after", "difference", "low", "high")
                    },
                    **{name: getattr(change, name) for name in ("significant", "worse", "gates", "n")},
                }
                for change in self.changes
            ],
            "moved": [
                {"id": one.id, "measure": one.measure, "before": one.before, "after": one.after}
                for one in self.moved
            ],
        }


def compare(
    before: str | Path, after: str | Path, *, gates: Sequence[str] | None = None, seed: int = 0
) -> Comparison:
    """Compare two result files question by question.

    Args:
        before: The JSON file of the earlier run.
        after: The JSON file of the later run.
        gates: Measures whose significant drop counts, of every lane; None takes `GATES`, or every measure
            where the files hold none of these.
        seed: Of the bootstrap.

    Raises:
        InputError: A file is missing, the kinds differ, the questions are not the same, a gate is unknown.
        MalformedRecordError: A file is no result, or holds NaN; with file and line.
    """
    first, second = _read(Path(before)), _read(Path(after))
    if first["kind"] != second["kind"]:
        raise InputError(f"the files differ in kind: {first['kind']} and {second['kind']}")
    tables = _table(first, Path(before)), _table(second, Path(after))
    ids = _same_ids(first, second)
    names = [name for name in tables[0] if name in tables[1]]
    if not names:
        raise InputError("the files have no measure in common")
    statistics = [
        _statistic(table, result, names, ids) for table, result in zip(tables, (first, second), strict=True)
    ]
    every = [*names, *(CALIBRATED if first["kind"] == "drafts" else ())]
    gating = _gating(str(first["kind"]), every, gates)
    changes = _changes(every, statistics, gating, _sizes(every, tables, ids), len(ids), seed)
    return Comparison(
        kind=str(first["kind"]),
        questions=len(ids),
        same_data=first.get("data") == second.get("data"),
        changes=changes,
        moved=_moved(tables, [name for name in names if name in gating] or names, ids),
        dropped=tuple(change.measure for change in changes if change.worse and change.gates),
    )


def _read(path: Path) -> dict[str, Any]:
    result = read_object(path)
    if result.get("kind") not in GATES or not isinstance(result.get("rows"), list) or not result["rows"]:
        raise MalformedRecordError(
            "the file is no result of 'assist evaluate' with its rows", path=path, line=1
        )
    return result


def _table(result: Mapping[str, Any], path: Path) -> Table:
    """Read the rows as measures by question; in retrieval each lane's measures under `lane measure`."""
    table: dict[str, dict[str, float]] = {}
    seen: set[str] = set()
    for number, row in enumerate(result["rows"], start=1):
        if not isinstance(row, Mapping) or "id" not in row:
            raise MalformedRecordError(f"row {number} of 'rows' has no 'id'", path=path)
        if row["id"] in seen:
            raise MalformedRecordError(f"row {number} of 'rows' repeats {row['id']!r}", path=path)
        seen.add(row["id"])
        for name, value in _cells(row):
            if not isinstance(value, int | float):
                raise MalformedRecordError(f"row {number} of 'rows': {name} is {value!r}", path=path)
            table.setdefault(name, {})[row["id"]] = float(value)
    return table


def _cells(row: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for lane, values in row.items():
        if isinstance(values, Mapping):
            for name, value in values.items():
                yield (name if lane == "values" else f"{lane} {name}"), value


def _same_ids(first: Mapping[str, Any], second: Mapping[str, Any]) -> list[str]:
    ids, others = ([row["id"] for row in result["rows"]] for result in (first, second))
    odd = set(ids) ^ set(others)
    if odd:
        raise InputError(
            f"the files do not hold the same questions: {len(odd)} are in one only, such as {min(odd)!r}"
        )
    return ids


def _gating(kind: str, names: Sequence[str], gates: Sequence[str] | None) -> frozenset[str]:
    wanted = GATES[kind] if gates is None else gates
    found = frozenset(name for name in names if name in wanted or name.partition(" ")[2] in wanted)
    for gate in () if gates is None else gates:
        if not any(gate in {name, name.partition(" ")[2]} for name in names):
            raise InputError(f"unknown measure {gate!r}; the files hold {', '.join(names)}")
    return found or frozenset(names)


def _statistic(
    table: Table, result: Mapping[str, Any], names: Sequence[str], ids: Sequence[str]
) -> Callable[[Values], Values]:
    """Make the function from question weights (b, n) to all measures (b, m), calibration last."""
    values = np.array([[table[name].get(id, np.nan) for name in names] for id in ids], dtype=np.float64)
    if result["kind"] != "drafts":
        return lambda weights: column_means(weights, values)
    by_id = {row["id"]: row for row in result["rows"]}
    known = [at for at, id in enumerate(ids) if by_id[id].get("usable") is not None]
    sure = np.array([by_id[ids[at]]["confidence"] for at in known], dtype=np.float64)
    good = np.array([by_id[ids[at]]["usable"] for at in known], dtype=np.float64)
    calibrated = ece_and_aurc(sure, good)
    return lambda weights: np.hstack([column_means(weights, values), calibrated(weights[:, known])])


def _sizes(names: Sequence[str], tables: Sequence[Table], ids: Sequence[str]) -> list[int]:
    return [len({id for table in tables for id in table.get(name, {})}) or len(ids) for name in names]


def _changes(
    names: Sequence[str],
    statistics: Sequence[Callable[[Values], Values]],
    gating: frozenset[str],
    sizes: Sequence[int],
    n: int,
    seed: int,
) -> tuple[Change, ...]:
    """Compare all measures on the same resamples of the questions."""
    one = np.ones((1, n))
    before, after = (statistic(one)[0] for statistic in statistics)
    drawn = np.concatenate(
        [statistics[1](weights) - statistics[0](weights) for weights in resamples(n, seed=seed, draws=DRAWS)]
    )
    return tuple(
        _change(name, float(old), float(new), column, name in gating, size)
        for name, old, new, column, size in zip(names, before, after, drawn.T, sizes, strict=True)
    )


def _change(name: str, old: float, new: float, drawn: Values, gates: bool, n: int) -> Change:
    known = drawn[~np.isnan(drawn)]
    if np.isnan(new - old) or not len(known):
        return Change(name, rounded(old), rounded(new), None, None, None, False, False, gates, n)
    low, high = (float(end) for end in np.quantile(known, [(1 - LEVEL) / 2, (1 + LEVEL) / 2]))
    significant = low > 0 or high < 0
    worse = significant and ((new > old) if _lower_is_better(name) else (new < old))
    return Change(name, old, new, new - old, low, high, significant, worse, gates, n)


def _lower_is_better(name: str) -> bool:
    return name.rpartition(" ")[2] in LOWER_IS_BETTER


def _moved(tables: Sequence[Table], names: Sequence[str], ids: Sequence[str]) -> tuple[Moved, ...]:
    """List the questions that changed most, each by the measure that changed most."""
    found = [max(moves, key=_size) for id in ids if (moves := [*_moves(tables, names, id)])]
    return tuple(sorted(found, key=lambda one: (-_size(one), one.after - one.before, one.id))[:MOVED])


def _size(one: Moved) -> float:
    """How far a question moved, every measure on the scale 0-1."""
    return abs(one.after - one.before) / (1000.0 if one.measure.endswith("_per_1000") else 1.0)


def _moves(tables: Sequence[Table], names: Sequence[str], id: str) -> Iterator[Moved]:
    for name in names:
        old, new = tables[0][name].get(id), tables[1][name].get(id)
        if old is not None and new is not None and old != new:
            yield Moved(id, name, old, new)
