"""Time the parts of `assist.index` on generated rows, beside FAISS Flat and bm25s on the same data.

    python benchmarks/index.py --rows 20000 200000 --json benchmarks/results/index_2026-11-21.json

Vectors lie in clusters of very different size around a decaying spectrum; queries are disturbed copies of stored
rows. Texts are bags of Zipf-distributed terms. Every time is wall time of one call after a warm-up; `cpu_ms` is the
process time of all calls divided by their number. Tokenising and encoding are not included.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from datetime import date
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

from assist.arrays import FloatMatrix, IdVector
from assist.index.counts import count_terms
from assist.index.dense import DenseIndex
from assist.index.filters import ALWAYS_FROM, ALWAYS_TO, Columns, Filter
from assist.index.fusion import convex
from assist.index.sparse import SparseIndex

K = 10
CANDIDATES = 100
BATCH = 128


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rows", type=int, nargs="+", default=[20_000, 200_000])
    parser.add_argument("--dim", type=int, default=256)
    parser.add_argument("--tokens", type=int, default=30, help="mean tokens per text")
    parser.add_argument("--terms", type=int, default=100_000, help="distinct terms to draw from")
    parser.add_argument("--queries", type=int, default=500)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--no-peers", action="store_true", help="leave FAISS Flat and bm25s out")
    parser.add_argument("--json", type=Path, help="write the raw result here")
    options = parser.parse_args(arguments)
    runs = [measure(n, options) for n in options.rows]
    result = {"settings": vars(options) | {"json": None}, "machine": machine(), "runs": runs}
    text = json.dumps(result, indent=1, sort_keys=True)
    if options.json:
        options.json.write_text(text + "\n", encoding="utf-8")
    else:
        print(text)


def measure(n: int, options: argparse.Namespace) -> dict[str, Any]:
    say(f"{n} rows")
    rng = np.random.default_rng(options.seed)
    vectors, queries = clustered(rng, n, options.dim, options.queries)
    texts = zipf_texts(rng, n + options.queries, options.terms, options.tokens)
    token_lists, questions = texts[:n], [text[:8] for text in texts[n:]]
    columns = make_columns(rng, n)
    result: dict[str, Any] = {"rows": n}
    dense, result["dense"] = measure_dense(vectors, queries)
    sparse, result["sparse"] = measure_sparse(token_lists, questions)
    result["filters"] = measure_filters(columns, dense, sparse, queries, questions)
    result["hybrid"] = timed(
        lambda i: hybrid(dense, sparse, queries[i : i + 1], questions[i : i + 1]), len(queries)
    )
    if not options.no_peers:
        result["peers"] = measure_peers(vectors, queries, token_lists, questions)
    return result


def measure_dense(vectors: FloatMatrix, queries: FloatMatrix) -> tuple[DenseIndex, dict[str, Any]]:
    say("  dense")
    build_s, index = clocked(lambda: DenseIndex.build(vectors))
    exact = DenseIndex(vectors, None, settings=index._settings)
    truth = exact.search(queries, CANDIDATES)[0]
    found = index.search(queries, CANDIDATES)[0]
    with tempfile.TemporaryDirectory() as folder:
        index.save(Path(folder))
        open_s, _ = clocked(lambda: DenseIndex.open(Path(folder), vectors))
    return index, {
        "kind": index.kind,
        "build_s": build_s,
        "open_s": open_s,
        "recall_at_10": recall(index.search(queries, K)[0], truth[:, :K]),
        "recall_at_100": recall(found, truth),
        "search_k10": timed(lambda i: index.search(queries[i : i + 1], K), len(queries)),
        "search_k100": timed(lambda i: index.search(queries[i : i + 1], CANDIDATES), len(queries)),
        "batch_k10": batched(lambda lines: index.search(queries[lines], K), len(queries)),
        "exact_search_k10": timed(lambda i: exact.search(queries[i : i + 1], K), min(len(queries), 100)),
        "exact_batch_k10": batched(lambda lines: exact.search(queries[lines], K), len(queries)),
    }


def measure_sparse(
    token_lists: list[list[str]], questions: list[list[str]]
) -> tuple[SparseIndex, dict[str, Any]]:
    say("  sparse")
    count_s, counts = clocked(lambda: count_terms(token_lists))
    index_s, index = clocked(lambda: SparseIndex.from_counts(counts))
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        save_s, _ = clocked(lambda: index.save(folder))
        open_s, opened = clocked(lambda: SparseIndex.open(folder))
        first_s, _ = clocked(lambda: opened.search(questions[:1], K))
        disk_bytes = sum(file.stat().st_size for file in folder.iterdir())
    return index, {
        "tokens": sum(map(len, token_lists)),
        "distinct_terms": index.n_terms,
        "postings_per_query": float(np.mean([sum(t.size for t in plan) for plan in index._plan(questions)])),
        "count_s": count_s,
        "index_s": index_s,
        "save_s": save_s,
        "open_s": open_s,
        "first_query_s": first_s,
        "disk_bytes": disk_bytes,
        "search_k10": timed(lambda i: index.search(questions[i : i + 1], K), len(questions)),
        "search_k100": timed(lambda i: index.search(questions[i : i + 1], CANDIDATES), len(questions)),
        "batch_k10": batched(lambda lines: index.search(questions[lines], K), len(questions)),
    }


def measure_filters(
    columns: Columns, dense: DenseIndex, sparse: SparseIndex, queries: FloatMatrix, questions: list[list[str]]
) -> dict[str, Any]:
    say("  filters")
    filters = {
        "product": Filter(products=frozenset({3}), shared=False, at=(50,)),
        "one_percent": Filter(kinds=frozenset({1})),
        "ten_percent": Filter(kinds=frozenset({2})),
        "half": Filter(audiences=frozenset({1})),
        "valid_today": Filter(at=(50,)),
    }
    results: dict[str, Any] = {}
    for name, condition in filters.items():
        rows = condition.rows(columns)
        scope = [rows]
        results[name] = {
            "rows": len(columns) if rows is None else len(rows),
            "filter": timed(lambda i, condition=condition: condition.rows(columns), 50),
            "dense_k10": timed(
                lambda i, scope=scope: dense.search(queries[i : i + 1], K, rows=scope), min(len(queries), 200)
            ),
            "sparse_k10": timed(
                lambda i, scope=scope: sparse.search(questions[i : i + 1], K, rows=scope),
                min(len(queries), 200),
            ),
            "dense_recall_at_10": filtered_recall(dense, queries[:100], rows),
        }
    return results


def filtered_recall(dense: DenseIndex, queries: FloatMatrix, rows: IdVector | None) -> float:
    exact = DenseIndex(dense._vectors, None, settings=dense._settings)
    scope = [rows] * len(queries)
    return recall(dense.search(queries, K, rows=scope)[0], exact.search(queries, K, rows=scope)[0])


def hybrid(dense: DenseIndex, sparse: SparseIndex, query: FloatMatrix, question: list[list[str]]) -> None:
    lists = [dense.search(query, CANDIDATES), sparse.search(question, CANDIDATES)]
    convex(lists, K, weights=(0.6, 0.4), floors=(-1.0, 0.0))


def measure_peers(
    vectors: FloatMatrix, queries: FloatMatrix, token_lists: list[list[str]], questions: list[list[str]]
) -> dict[str, Any]:
    say("  peers")
    import bm25s
    import faiss

    flat = faiss.IndexFlatIP(vectors.shape[1])
    flat.add(vectors)
    lexical = bm25s.BM25(method="lucene", k1=1.5, b=0.75)
    build_s, _ = clocked(lambda: lexical.index(token_lists, show_progress=False))

    def search_lexical(i: int) -> None:
        lexical.retrieve([questions[i]], k=K, show_progress=False, n_threads=0)

    return {
        "faiss_flat_search_k10": timed(lambda i: flat.search(queries[i : i + 1], K), min(len(queries), 100)),
        "faiss_flat_batch_k10": batched(lambda lines: flat.search(queries[lines], K), len(queries)),
        "bm25s_build_s": build_s,
        "bm25s_search_k10": timed(search_lexical, min(len(questions), 100)),
    }


def clustered(rng: np.random.Generator, n: int, d: int, q: int) -> tuple[FloatMatrix, FloatMatrix]:
    spectrum = (1.0 / np.sqrt(1.0 + np.arange(d) / 8.0)).astype(np.float32)
    n_clusters = max(n // 50, 1)
    centres = rng.standard_normal((n_clusters, d), dtype=np.float32) * spectrum
    share = 1.0 / (1.0 + np.arange(n_clusters)) ** 0.7
    cluster = rng.choice(n_clusters, n, p=share / share.sum())
    vectors = centres[cluster] + 0.7 * rng.standard_normal((n, d), dtype=np.float32) * spectrum
    queries = (
        vectors[rng.integers(n, size=q)] + 0.2 * rng.standard_normal((q, d), dtype=np.float32) * spectrum
    )
    return unit(vectors), unit(queries)


def unit(matrix: FloatMatrix) -> FloatMatrix:
    return matrix / np.linalg.norm(matrix, axis=1, keepdims=True)


def zipf_texts(rng: np.random.Generator, n: int, n_terms: int, mean_tokens: int) -> list[list[str]]:
    share = 1.0 / (5.0 + np.arange(n_terms))
    lengths = rng.poisson(mean_tokens, n) + 1
    words = np.array([f"词{number}" for number in range(n_terms)], dtype=object)
    drawn = words[rng.choice(n_terms, int(lengths.sum()), p=share / share.sum())].tolist()
    ends = np.cumsum(lengths).tolist()
    return [drawn[end - length : end] for end, length in zip(ends, lengths.tolist(), strict=True)]


def make_columns(rng: np.random.Generator, n: int) -> Columns:
    dated = rng.random(n) < 0.05
    return Columns(
        ids=np.arange(n, dtype=np.int64),
        kind=rng.choice(5, n, p=[0.3, 0.01, 0.1, 0.3, 0.29]).astype(np.int8),
        level=rng.integers(4, size=n).astype(np.int8),
        audience=rng.integers(2, size=n).astype(np.int8),
        product=rng.integers(-1, max(n // 100, 1), size=n).astype(np.int32),
        valid_from=np.where(dated, rng.integers(100, size=n), ALWAYS_FROM),
        valid_to=np.where(dated, 100, ALWAYS_TO),
        document=np.sort(rng.integers(max(n // 10, 1), size=n)).astype(np.int32),
    )


def recall(found: np.ndarray[Any, Any], truth: np.ndarray[Any, Any]) -> float:
    return float(
        np.mean([len(set(a) & set(b)) / len(b) for a, b in zip(found.tolist(), truth.tolist(), strict=True)])
    )


def clocked(call: Callable[[], Any]) -> tuple[float, Any]:
    start = time.perf_counter()
    result = call()
    return time.perf_counter() - start, result


def timed(call: Callable[[int], Any], calls: int) -> dict[str, float]:
    for i in range(min(calls, 20)):
        call(i)
    times, cpu = [], time.process_time()
    for i in range(calls):
        start = time.perf_counter()
        call(i)
        times.append(time.perf_counter() - start)
    cpu_ms = (time.process_time() - cpu) / calls * 1e3
    p50, p99 = (np.percentile(times, [50, 99]) * 1e3).tolist()
    return {"p50_ms": p50, "p99_ms": p99, "cpu_ms": cpu_ms, "calls": calls}


def batched(call: Callable[[slice], Any], calls: int) -> dict[str, float]:
    call(slice(0, BATCH))
    pieces = [slice(start, start + BATCH) for start in range(0, calls, BATCH)]
    seconds = min(clocked(lambda: [call(piece) for piece in pieces])[0] for _ in range(3))
    return {"ms_per_query": seconds / calls * 1e3, "queries_per_s": calls / seconds, "batch": BATCH}


def machine() -> dict[str, Any]:
    packages = ("numpy", "scipy", "faiss-cpu", "bm25s")
    return {
        "date": date.today().isoformat(),
        "processor": platform.machine(),
        "cores": os.cpu_count(),
        "python": platform.python_version(),
        "load_average": os.getloadavg() if hasattr(os, "getloadavg") else None,
        "packages": {name: version(name) for name in packages},
    }


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
