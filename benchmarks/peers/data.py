"""The texts, vectors and queries that every peer gets: prepared once, read by all.

A folder holds `texts.json`, `vectors.npy` (float32, unit rows), `kinds.npy` (int8, what a filter asks for),
`queries.json`, `query_vectors.npy`, and `truth.*.npy`: the exact nearest rows of every query, without a filter
and under each of them. The vectors are those of the bundled encoder.
"""

from __future__ import annotations

import hashlib
import io
import json
import random
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np

K = 10
DEPTH = 100
KINDS = ("one_percent", "ten_percent", "half", "rest")
"""Names of the numbers in `kinds.npy`; a filter keeps the rows of one of the first three."""
SHARES = (0.01, 0.10, 0.45, 0.44)
SHORTEST_QUERY, LONGEST_QUERY = 4, 40


class Data:
    """What `prepare` wrote; arrays are memory maps, texts are read when first asked for."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.vectors: Any = np.load(folder / "vectors.npy", mmap_mode="r")
        self.kinds: Any = np.load(folder / "kinds.npy")
        self.queries: list[str] = json.loads((folder / "queries.json").read_text("utf-8"))
        self.query_vectors: Any = np.load(folder / "query_vectors.npy")

    @property
    def texts(self) -> list[str]:
        return list(json.loads((self.folder / "texts.json").read_text("utf-8")))

    def truth(self, kind: str | None = None) -> Any:
        """The exact rows of every query; int64, shape (q, K), with `kind` only rows of that kind."""
        return np.load(self.folder / f"truth.{kind or 'all'}.npy")


def prepare(file: Path, folder: Path, *, rows: int, queries: int, seed: int) -> Data:
    """Write the data folder, unless it is there; the same arguments give the same bytes."""
    wanted = {"rows": rows, "queries": queries, "seed": seed, "file": file.name, "format": 1}
    about = folder / "about.json"
    if about.is_file() and wanted.items() <= json.loads(about.read_text("utf-8")).items():
        return Data(folder)
    folder.mkdir(parents=True, exist_ok=True)
    texts = list(_read(file))
    rng = random.Random(seed)
    rng.shuffle(texts)
    asked = [text for text in texts if SHORTEST_QUERY <= len(text) <= LONGEST_QUERY][:queries]
    kept = set(asked)
    stored = _fill([text for text in texts if text not in kept], rows, rng)
    _write(folder, stored, asked, seed)
    digest = hashlib.sha256("\n".join(stored).encode()).hexdigest()
    about.write_text(json.dumps({**wanted, "sha256": digest, "distinct_given": len(texts)}), "utf-8")
    return Data(folder)


def read_texts(file: Path, most: int) -> list[str]:
    """The first texts of a file."""
    return list(islice(_read(file), most))


def _read(file: Path) -> Iterator[str]:
    """Texts of a file: one JSON object with `text`, or one plain text, a line; `.zst` is unpacked."""
    with file.open("rb") as raw:
        stream: Any = raw
        if file.suffix == ".zst":
            import zstandard

            stream = zstandard.ZstdDecompressor().stream_reader(raw)
        for line in io.TextIOWrapper(stream, "utf-8"):
            text = json.loads(line)["text"] if line.startswith("{") else line
            if text.strip():
                yield " ".join(text.split())


def _fill(texts: list[str], rows: int, rng: random.Random) -> list[str]:
    """Cut to `rows` texts; where there are fewer, repeat them with a small edit."""
    filled = texts[:rows]
    while len(filled) < rows:
        text = rng.choice(texts)
        place = rng.randrange(len(text) + 1)
        filled.append(f"{text[:place]}{rng.choice('这那您我再吗呢哦')}{text[place:]}")
    return filled


def _write(folder: Path, texts: list[str], queries: list[str], seed: int) -> None:
    from assist.encoder import load

    encoder = load("bundled")
    vectors = encoder.encode(texts)
    asked = encoder.encode(queries, kind="query")
    kinds = np.random.default_rng(seed).choice(len(KINDS), len(texts), p=SHARES).astype(np.int8)
    np.save(folder / "vectors.npy", vectors)
    np.save(folder / "query_vectors.npy", asked)
    np.save(folder / "kinds.npy", kinds)
    (folder / "texts.json").write_text(json.dumps(texts, ensure_ascii=False), "utf-8")
    (folder / "queries.json").write_text(json.dumps(queries, ensure_ascii=False), "utf-8")
    np.save(folder / "truth.all.npy", nearest(vectors, asked, K))
    for number, name in enumerate(KINDS[:3]):
        rows = np.flatnonzero(kinds == number)
        np.save(folder / f"truth.{name}.npy", rows[nearest(vectors[rows], asked, K)])


def nearest(vectors: Any, queries: Any, k: int) -> Any:
    """The k rows of highest inner product, best first, ties by lower row; nothing but numpy."""
    found = np.empty((len(queries), k), dtype=np.int64)
    for line, query in enumerate(queries):
        scores = vectors @ query
        some = np.argpartition(-scores, k)[: k + 1]
        best = np.flatnonzero(scores >= scores[some[:k]].min())
        found[line] = best[np.lexsort((best, -scores[best]))][:k]
    return found
