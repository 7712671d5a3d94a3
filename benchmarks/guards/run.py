"""Measure the guards: labelled sets, numbers changed in every draft, time per draft, and real replies.

    python benchmarks/guards/run.py --out benchmarks/results/guards.json [--replies REPLIES.jsonl]

`--replies` names real replies (one JSON object a line with `text`); without it that part is left out. The first 50
blocked of a seeded sample are written to `--read`, for a person to judge; a judged file (`right` true or false on
every row) is read back with `--judged` and its precision reported.
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
import tempfile
import time
import unicodedata
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from assist import Assistant, guard
from assist.clock import shop_time
from assist.documents import Document
from assist.guard import CHECKS, Evidence, mask, screen
from assist.guard.conflicts import find_conflicts
from assist.guard.decay import recheck
from assist.guard.numbers import find_unsupported_numbers
from assist.ingest import read_folder
from assist.messages import Message, turns
from assist.results import Draft, Finding, Severity
from assist.text.quantities import quantities

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
SEED, READ = 7, 50
SPLITS = (
    "dev",
    "test",
    "second",
    "kept",
    "third",
    "kept_third",
    "fourth",
    "kept_fourth",
    "fifth",
    "kept_fifth",
    "sixth",
)
"""The first set in its halves, and a second one, written later, of which every fourth row is kept from tuning."""


def rows(name: str) -> list[dict[str, Any]]:
    """Read one labelled set."""
    return [json.loads(line) for line in (HERE / f"{name}.jsonl").open(encoding="utf-8")]


def share(hits: int, total: int) -> dict[str, Any]:
    """Give a share with its counts."""
    return {"hits": hits, "of": total, "share": round(hits / total, 4) if total else None}


def blocked(findings: tuple[Finding, ...] | list[Finding]) -> list[Finding]:
    """Keep what keeps a text from being sent."""
    return [finding for finding in findings if finding.severity is Severity.BLOCK]


def compliance(split: str) -> dict[str, Any]:
    """Share found per wording; for `clean` that is the false alarms. `lists_only` leaves the learned scorer out."""
    found: Counter[str] = Counter()
    listed: Counter[str] = Counter()
    total: Counter[str] = Counter()
    for row in rows("compliance"):
        if row["split"] == split:
            total[row["wording"]] += 1
            found[row["wording"]] += bool(blocked(screen(row["text"])))
            listed[row["wording"]] += bool(blocked(screen(row["text"], learned=False)))
    return {
        name: {**share(found[name], total[name]), "lists_only": share(listed[name], total[name])["share"]}
        for name in sorted(total)
    }


def personal_data(split: str) -> dict[str, Any]:
    """Spans wholly masked, and clean texts in which anything was masked."""
    recall, alarms = Counter(), Counter()
    for row in rows("personal_data"):
        if row["split"] != split:
            continue
        covered = {
            at
            for item in mask(row["text"]).findings
            if item.span
            for at in range(item.span.start, item.span.end)
        }
        for span in row["spans"]:
            letters = [at for at in range(span["start"], span["end"]) if row["text"][at].isalnum()]
            recall["of"] += 1
            recall["hits"] += all(at in covered for at in letters)
        if not row["spans"]:
            alarms["of"] += 1
            alarms["hits"] += bool(covered)
    return {
        "span_recall": share(recall["hits"], recall["of"]),
        "false_alarms": share(alarms["hits"], alarms["of"]),
    }


def load(files: list[list[str]]) -> list[Document]:
    """Read files of a labelled row the way a shop's files are read."""
    with tempfile.TemporaryDirectory() as folder:
        for name, text in files:
            path = Path(folder) / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        return [item for result in read_folder(folder) for item in result.documents]


def conflicts(split: str) -> dict[str, Any]:
    """Shops whose list of conflicts equals the expected one, and expected conflicts found."""
    policies = ROOT / "corpus/demo_shop/policies"
    laws = [
        item
        for name in ("law-return.md", "law-quality.md")
        for result in read_folder(policies / name)
        for item in result.documents
    ]
    equal = right = expected = extra = shops = 0
    wrong: list[str] = []
    for row in rows("conflicts"):
        if row["split"] != split:
            continue
        got = [
            (item.key, sorted(side.document_id for side in item.sides), item.wins, item.status.value)
            for item in find_conflicts([*laws, *load(row["files"])])
        ]
        hits = [wanted for wanted in row["expected"] if any(_is(wanted, item) for item in got)]
        shops += 1
        expected += len(row["expected"])
        right += len(hits)
        extra += len(got) - len(hits)
        same = len(got) == len(hits) == len(row["expected"])
        equal += same
        wrong += [] if same else [row["id"]]
    return {"equal": share(equal, shops), "found": share(right, expected), "extra": extra, "wrong": wrong}


def _is(wanted: dict[str, Any], got: tuple[str, list[str], str | None, str]) -> bool:
    key, documents, wins, status = got
    named = wanted["key"] in {"*", key}
    return named and (wanted["documents"], wanted["wins"], wanted["status"]) == (documents, wins, status)


def edits(split: str) -> dict[str, Any]:
    """Answers judged as labelled after an edit."""
    right, total = Counter(), Counter()
    for row in rows("edits"):
        if row["split"] == split:
            [old] = load([row["before"]])
            new = None if row["after"] is None else load([row["after"]])[0]
            total[row["expected"]] += 1
            right[row["expected"]] += recheck(row["answer"], old, new).outcome.value == row["expected"]
    return {name: share(right[name], total[name]) for name in sorted(total)}


def drafts(store: Path) -> Iterator[Draft]:
    """Yield every draft of the demo evaluation."""
    with Assistant.open(store, create=True) as assistant:
        assistant.add_files(ROOT / "corpus/demo_shop")
        for name in ("questions.jsonl", "questions_dev2.jsonl"):
            lines = (ROOT / "benchmarks/demo_shop" / name).read_text(encoding="utf-8").splitlines()
            messages = [_message(json.loads(line)) for line in lines]
            for suggestion in assistant.suggest_many(messages, k=3):
                yield from suggestion.drafts


def _message(row: dict[str, Any]) -> Message:
    return Message(
        lines=tuple(row["messages"]),
        product=row.get("product"),
        history=turns(row.get("history") or ()),
        order=row.get("order") or {},
        customer=row.get("customer") or {},
        on=shop_time(row["on"], "Asia/Shanghai"),
    )


def mutations(made: list[Draft]) -> dict[str, Any]:
    """Change one number in every draft that holds one; count the changes caught and the false alarms."""
    random_ = random.Random(SEED)
    caught = changed = alarms = 0
    missed: list[dict[str, str]] = []
    for draft in made:
        alarms += bool(_unsupported(draft, draft.full))
        spans = [item.span for item in quantities(draft.full) if any(map(str.isdigit, item.text))]
        if not spans:
            continue
        span = random_.choice(spans)
        text, was, now = _changed(draft.full, span.start, span.end, random_)
        changed += 1
        if _unsupported(draft, text):
            caught += 1
        else:
            missed.append({"was": was, "now": now, "text": text})
    return {
        "drafts": len(made),
        "caught": share(caught, changed),
        "false_alarms": share(alarms, len(made)),
        "missed": missed,
    }


def _unsupported(draft: Draft, text: str) -> list[Finding]:
    shown = tuple(word for statement in draft.statements for word in statement.shown)
    return find_unsupported_numbers(text, citations=draft.citations, shown=shown, statements=draft.statements)


def _changed(text: str, start: int, end: int, random_: random.Random) -> tuple[str, str, str]:
    """Change the first digit of a quantity to another one, never to a leading zero."""
    at = next(place for place in range(start, end) if text[place].isdigit())
    digit = random_.choice([one for one in "123456789" if one != unicodedata.normalize("NFKC", text[at])])
    mutated = text[:at] + digit + text[at + 1 :]
    return mutated, text[start:end], mutated[start:end]


def speed(made: list[Draft]) -> dict[str, Any]:
    """Time all guards together, and each alone, per draft of 80 to 120 characters; warm, three rounds, nothing remembered.

    CPU time of the thread, so that other work on the machine does not count; the wall clock beside it.
    """
    near = [draft for draft in made if 80 <= len(draft.full) <= 120]
    total: list[float] = []
    wall: list[float] = []
    single: dict[str, list[float]] = {check.__name__: [] for check in CHECKS}
    for _ in range(3):
        for draft in near:
            for remembered in (guard._view, guard._claims, guard._pii):
                remembered.cache_clear()
            shown = tuple(word for statement in draft.statements for word in statement.shown)
            begin, clock = time.thread_time(), time.perf_counter()
            evidence = Evidence(guard._view(draft.full), draft.citations, shown, draft.statements)
            for run in CHECKS:
                start = time.thread_time()
                run(evidence)
                single[run.__name__].append(time.thread_time() - start)
            total.append(time.thread_time() - begin)
            wall.append(time.perf_counter() - clock)
    return {
        "drafts": len(near),
        "median_ms": round(statistics.median(total) * 1000, 4),
        "wall_median_ms": round(statistics.median(wall) * 1000, 4),
        "p95_ms": round(statistics.quantiles(total, n=20)[-1] * 1000, 4),
        "median_ms_by_guard": {
            name: round(statistics.median(took) * 1000, 4) for name, took in single.items()
        },
    }


def real(path: Path, read: Path | None) -> dict[str, Any]:
    """Screen real replies; count blocks per class."""
    texts = [json.loads(line)["text"] for line in path.open(encoding="utf-8")]
    kinds: Counter[str] = Counter()
    learned = 0
    found: list[tuple[str, list[Finding]]] = []
    for text in texts:
        findings = blocked(screen(text))
        if findings:
            found.append((text, findings))
            kinds.update({finding.kind for finding in findings})
            learned += all(finding.evidence.get("found_by") == "learned" for finding in findings)
    if read is not None:
        sample = random.Random(SEED).sample(found, min(READ, len(found)))
        lines = [
            json.dumps(
                {"text": text, "found": [[one.kind, one.evidence.get("word", "")] for one in findings]},
                ensure_ascii=False,
            )
            for text, findings in sample
        ]
        read.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return {
        "replies": len(texts),
        "blocked": share(len(found), len(texts)),
        "by_the_learned_scorer_alone": learned,
        "by_class": dict(kinds.most_common()),
    }


def precision(path: Path) -> dict[str, Any]:
    """Share of judged findings that are right."""
    judged = [json.loads(line) for line in path.open(encoding="utf-8")]
    return share(sum(row["right"] for row in judged), len(judged))


def main() -> None:
    """Measure and write the result."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--replies", type=Path)
    parser.add_argument("--read", type=Path)
    parser.add_argument("--judged", type=Path)
    options = parser.parse_args()
    result: dict[str, Any] = {}
    for name, measure in (
        ("compliance", compliance),
        ("personal_data", personal_data),
        ("conflicts", conflicts),
        ("edits", edits),
    ):
        result[name] = {split: measure(split) for split in SPLITS}
    with tempfile.TemporaryDirectory() as folder:
        made = list(drafts(Path(folder) / "shop.assist"))
    result["mutations"] = mutations(made)
    result["speed"] = speed(made)
    if options.replies is not None:
        result["real_replies"] = real(options.replies, options.read)
    if options.judged is not None:
        result["real_replies"]["precision_of_read"] = precision(options.judged)
    options.out.write_text(json.dumps(result, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    summary = {name: value for name, value in result.items() if name != "mutations"}
    summary["mutations"] = {name: value for name, value in result["mutations"].items() if name != "missed"}
    print(json.dumps(summary, ensure_ascii=False, indent=1))


if __name__ == "__main__":
    main()
