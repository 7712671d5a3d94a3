"""Measures encoders on the seven Chinese service packs: BM25 alone, dense alone, and convex mixes of the two.

    python benchmarks/encoder/evaluate.py --data DIR --encoder bundled --json OUT

An encoder is whatever `assist.encoder.load` takes; of two joined by "+" each encodes once. `--passages` and `--queries` cap the packs for slow encoders;
capped figures are higher than full ones and are never compared with them.
"""

from __future__ import annotations

import argparse
import json
import platform
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from packs import SERVICE_PACKS, Pack, bm25, convex, dense, measure, read_pack, unpack
from teacher import TeacherEncoder

from assist.arrays import FloatMatrix
from assist.encoder import Encoder, TextKind, load
from assist.encoder.ensemble import EnsembleEncoder

DENSE_WEIGHTS = (0.5, 0.6, 0.7)
CLOSED_SET = "taobao_intent"
"""Its 118 passages occur in the training text; means are given with and without it."""


def main() -> None:
    arguments = _arguments()
    encoders = opened(arguments.encoder)
    if arguments.teacher:
        encoders["teacher"] = TeacherEncoder(arguments.teacher, arguments.work)
    with tempfile.TemporaryDirectory() as temporary:
        folder = arguments.packs or Path(temporary)
        if arguments.packs is None:
            unpack(arguments.data, folder)
        runs: dict[str, dict[str, Any]] = {}
        for name in SERVICE_PACKS:
            pack = read_pack(folder / name, most_passages=arguments.passages, most_queries=arguments.queries)
            for run, values in evaluate(pack, encoders).items():
                runs.setdefault(run, {})[name] = values
            print(name, len(pack.queries), len(pack.passages), file=sys.stderr, flush=True)
    result = {
        "measure": "per query; nDCG gain 2^grade - 1; R@10 over at most 10 relevant",
        "capped": {"passages": arguments.passages, "queries": arguments.queries},
        "encoders": {name: described(encoder) for name, encoder in encoders.items()},
        "machine": {
            "processor": platform.machine(),
            "python": platform.python_version(),
            "numpy": np.__version__,
        },
        "means": {run: means(packs) for run, packs in runs.items()},
        "packs": runs,
    }
    for run, found in result["means"].items():
        print(f"{run:34s} all {found['all']:.4f}  without {CLOSED_SET} {found['open']:.4f}")
    if arguments.json:
        arguments.json.write_text(json.dumps(result, ensure_ascii=False), encoding="utf-8")


class Remembering:
    """An encoder that keeps what it encoded last of each kind, for mixes that need it again."""

    def __init__(self, encoder: Encoder) -> None:
        self.identity = encoder.identity
        self._encoder = encoder
        self._last: dict[TextKind, tuple[Sequence[str], FloatMatrix]] = {}

    def encode(self, texts: Sequence[str], *, kind: TextKind = "passage") -> FloatMatrix:
        if kind not in self._last or self._last[kind][0] is not texts:
            self._last[kind] = texts, self._encoder.encode(texts, kind=kind)
        return self._last[kind][1]


def opened(names: Sequence[str]) -> dict[str, Encoder]:
    """Open the encoders, parts of joined ones once."""
    parts = {part: Remembering(load(part)) for name in names for part in name.split("+")}
    found: dict[str, Encoder] = {}
    for name in names:
        one, *other = (parts[part] for part in name.split("+"))
        found[name] = EnsembleEncoder(one, other[0]) if other else one
    return found


def evaluate(pack: Pack, encoders: dict[str, Encoder]) -> dict[str, dict[str, Any]]:
    """Measure every run on one pack."""
    sparse = bm25(pack)
    runs = {"bm25": summary(measure(sparse[0], pack))}
    for name, encoder in encoders.items():
        started = time.perf_counter()
        queries = encoder.encode(pack.queries, kind="query")
        passages = encoder.encode(pack.passages, kind="passage")
        rate = (len(queries) + len(passages)) / (time.perf_counter() - started)
        ranking = dense(queries, passages)
        runs[name] = {**summary(measure(ranking[0], pack)), "texts_per_s": round(rate)}
        for weight in DENSE_WEIGHTS:
            runs[f"{name} {weight} + bm25"] = summary(measure(convex(ranking, sparse, weight), pack))
    return runs


def summary(values: dict[str, list[float]]) -> dict[str, Any]:
    """Give the means and, for comparisons query by query, the nDCG@10 of each query."""
    found: dict[str, Any] = {name: round(float(np.mean(v)), 5) for name, v in values.items()}
    return {**found, "per_query": [round(v, 4) for v in values["nDCG@10"]]}


def means(packs: dict[str, Any]) -> dict[str, float]:
    """Average nDCG@10 over the packs, with and without the closed-set one."""
    values = {name: entry["nDCG@10"] for name, entry in packs.items()}
    others = [value for name, value in values.items() if name != CLOSED_SET]
    return {"all": round(float(np.mean(list(values.values()))), 5), "open": round(float(np.mean(others)), 5)}


def described(encoder: Encoder) -> dict[str, Any]:
    """Describe an encoder."""
    identity = encoder.identity
    return {"name": identity.name, "revision": identity.revision, "dim": identity.dim}


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--data", type=Path, help="folder that holds packs_dev.tar.zst")
    parser.add_argument(
        "--packs", type=Path, help="folder with the packs already unpacked, instead of --data"
    )
    parser.add_argument(
        "--encoder", action="append", default=[], help="what assist.encoder.load takes; may repeat"
    )
    parser.add_argument("--teacher", type=Path, help="also measure this e5 folder, as int8 ONNX")
    parser.add_argument("--work", type=Path, help="folder for the teacher's ONNX file")
    parser.add_argument("--passages", type=int, help="at most so many passages a pack")
    parser.add_argument("--queries", type=int, help="at most so many queries a pack")
    parser.add_argument("--json", type=Path, help="write everything here")
    arguments = parser.parse_args()
    if arguments.data is None and arguments.packs is None:
        parser.error("give --data or --packs")
    if arguments.teacher is not None and arguments.work is None:
        parser.error("--teacher needs --work")
    arguments.encoder = arguments.encoder or ["bundled"]
    return arguments


if __name__ == "__main__":
    main()
