"""Readers in processes of their own, at full speed, against one writer; says what they saw as a line of JSON.

Every commit writes two documents with one number in both. A reader that ever finds two numbers in one answer, an
older revision after a newer one, or an error, has seen a mixture.
"""

from __future__ import annotations

import argparse
import json
import os
import time
from datetime import datetime
from typing import TextIO

from assist.documents import Chunk, Document, Kind, Span
from assist.store.base import Record
from assist.store.local import LocalStore
from assist.testing import HashingEncoder

ENCODER = HashingEncoder(dim=32)
AT = datetime(2026, 11, 1)
PAIR = ("left", "right")


LAST = "末"
PATIENCE_S = 300.0


def record(id: str, number: int | str) -> Record:
    """Make one line with a number in it."""
    text = f"规则{id}：退货运费由买家承担，第 {number} 版。"
    document = Document(id, text, Kind.POLICY)
    chunk = Chunk(id, document.version, 0, Span(0, len(text)), text)
    return Record(document, (chunk,), ENCODER.encode([text]))


def fill(folder: str, rows: int) -> None:
    """Make the store: a number of other documents, and the pair."""
    with LocalStore.open(folder, encoder=ENCODER.identity, create=True) as store:
        others = [record(f"other{number}", number) for number in range(rows)]
        store.apply(add=[*others, *(record(id, 0) for id in PAIR)], replaced_at=AT)


def look(folder: str, tell: TextIO) -> dict[str, object]:
    """Answer at full speed until the last commit is seen; give what was seen."""
    query, looks, faults, revisions = ENCODER.encode(["退货运费第几版"]), 0, [], []
    until, numbers = time.monotonic() + PATIENCE_S, set()
    with LocalStore.open(folder, encoder=ENCODER.identity, read_only=True) as store:
        while numbers != {LAST}:
            view = store.view()
            numbers = {view.chunk(int(view.rows_of(id)[0])).text.split()[1] for id in PAIR}
            rows, _ = view.dense.search(query, 5)
            found, _ = view.sparse.search([view.tokenizer.tokens("退货运费")], 5)
            if len(numbers) != 1 or (rows < 0).any() or (found < 0).any():
                faults.append(f"revision {view.revision}: {sorted(numbers)}")
            if revisions and view.revision < revisions[-1]:
                faults.append(f"revision {view.revision} after {revisions[-1]}")
            if not revisions:
                tell.write("ready\n")
                tell.flush()
            if not revisions or view.revision > revisions[-1]:
                revisions.append(view.revision)
            looks += 1
            if time.monotonic() > until:
                faults.append("the last commit was never seen")
                break
    return {"looks": looks, "faults": faults, "revisions": len(revisions)}


def write(folder: str, commits: int, seconds: float) -> int:
    """Commit one pair after the other, so many and so long; give how many."""
    number, until = 0, time.monotonic() + seconds
    with LocalStore.open(folder, encoder=ENCODER.identity) as store:
        while number < commits or time.monotonic() < until:
            number += 1
            store.apply(add=[record(id, number) for id in PAIR], replaced_at=AT)
        store.apply(add=[record(id, LAST) for id in PAIR], replaced_at=AT)
    return number + 1


def start_reader(folder: str) -> tuple[int, TextIO]:
    """Fork a reader and wait until it has answered once; gives its process and where its report can be read."""
    read, tell = os.pipe()
    child = os.fork()
    if not child:
        with os.fdopen(tell, "w") as file:
            try:
                report = look(folder, file)
            except Exception as exc:
                report = {"looks": 0, "faults": [repr(exc)], "revisions": 0}
            json.dump(report, file)
        os._exit(0)
    os.close(tell)
    said = os.fdopen(read)
    said.readline()
    return child, said


def main() -> None:
    """Run readers and the writer and print what they saw."""
    parser = argparse.ArgumentParser()
    parser.add_argument("folder")
    parser.add_argument("--readers", type=int, default=8)
    parser.add_argument("--commits", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=0.0)
    parser.add_argument("--rows", type=int, default=300)
    given = parser.parse_args()
    fill(given.folder, given.rows)
    with LocalStore.open(given.folder, encoder=ENCODER.identity) as store:
        store.view().tokenizer.tokens("退货")  # loaded once, before the forks
    readers = [start_reader(given.folder) for _ in range(given.readers)]
    commits = write(given.folder, given.commits, given.seconds)
    reports = []
    for child, said in readers:
        with said:
            reports.append(json.load(said))
        os.waitpid(child, 0)
    print(json.dumps({"commits": commits, "readers": reports}))


if __name__ == "__main__":
    main()
