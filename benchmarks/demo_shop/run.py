"""Run the labelled questions of the demo shop and count what a shop would count; prints and writes JSON.

A time includes all stages of `suggest_many` for the whole set in one batch. Nothing here is tuned on `test`.
"""

from __future__ import annotations

import argparse
import json
import platform
import re
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from assist import Assistant, Message
from assist.clock import shop_time
from assist.messages import Channel, turns
from assist.results import Citation, Draft, Suggestion
from assist.text.normalize import fold
from assist.text.quantities import quantities

ROOT = Path(__file__).resolve().parents[2]


def main() -> None:
    """Parse the arguments and run."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shop", type=Path, default=ROOT / "corpus" / "demo_shop")
    parser.add_argument(
        "--questions", type=Path, default=ROOT / "benchmarks" / "demo_shop" / "questions.jsonl"
    )
    parser.add_argument("--encoder", default="bundled")
    parser.add_argument("--json", type=Path, help="write the results here")
    parser.add_argument(
        "--misses", choices=["dev", "test", "all"], help="print what went wrong in this split"
    )
    args = parser.parse_args()
    questions = read_questions(args.questions)
    with (
        tempfile.TemporaryDirectory() as folder,
        Assistant.open(Path(folder) / "shop.assist", create=True, encoder=args.encoder) as assistant,
    ):
        assistant.add_files(args.shop)
        messages = [message_of(question) for question in questions]
        start = time.perf_counter()
        suggestions = assistant.suggest_many(messages)
        spent = time.perf_counter() - start
        rows = [judge(question, found) for question, found in zip(questions, suggestions, strict=True)]
    report = summarize(rows, spent, args.encoder)
    print(
        json.dumps(
            {key: value for key, value in report.items() if key != "rows"}, ensure_ascii=False, indent=1
        )
    )
    if args.misses:
        print_misses(rows, questions, suggestions, args.misses)
    if args.json:
        args.json.write_text(json.dumps(report, ensure_ascii=False, indent=1) + "\n", "utf-8")


def read_questions(path: Path) -> list[dict[str, Any]]:
    """Read labelled questions, one JSON object a line."""
    return [json.loads(line) for line in path.read_text("utf-8").splitlines() if line.strip()]


def dev_questions(paths: Sequence[Path]) -> list[dict[str, Any]]:
    """Read the questions that may be fitted on: all but those of a test half."""
    return [
        question for path in paths for question in read_questions(path) if question.get("split") != "test"
    ]


def message_of(question: Mapping[str, Any]) -> Message:
    """Read a labelled question as a message."""
    on = question.get("on")
    return Message(
        lines=tuple(question["messages"]),
        product=question.get("product"),
        history=turns(question.get("history") or ()),
        order=question.get("order") or {},
        customer=question.get("customer") or {},
        channel=Channel(question.get("channel", "wangwang")),
        on=None if on is None else shop_time(on, "Asia/Shanghai"),
    )


def places_of(draft: Draft) -> list[Citation]:
    """What the draft or a sentence of it cites: what has ended is cited by the sentence that says so."""
    return [*draft.citations, *(place for said in draft.statements for place in said.citations)]


def judge(question: Mapping[str, Any], suggestion: Suggestion) -> dict[str, Any]:
    """Compare one suggestion with its labels."""
    accepted = {question["decision"], *question.get("decision_ok", ())}
    facts = question.get("facts") or []
    drafts = suggestion.drafts[:3]
    usable = [
        all(states(draft, fact) for fact in facts) and not forbidden(draft, question) for draft in drafts
    ]
    wanted = {(document, str(section)) for document, section in question.get("sources") or []}
    cited = [{(c.document_id, c.section) for c in places_of(draft)} for draft in drafts]
    reason = suggestion.handoff.reason.value if suggestion.handoff else None
    return {
        "id": question["id"],
        "split": question.get("split", "unsplit"),
        "phenomenon": question.get("phenomenon", ""),
        "expected": question["decision"],
        "decision": suggestion.decision.value,
        "decision_right": suggestion.decision.value in accepted,
        "reason_right": reason == question.get("handoff_reason")
        if question["decision"] == "handoff"
        else None,
        "intent_right": suggestion.question.intent == question["intent"] if "intent" in question else None,
        "answerable": bool(facts) and question["decision"] == "suggest",
        "facts_at_1": bool(usable and usable[0]),
        "facts_at_3": any(usable),
        "source_at_1": bool(cited and wanted & cited[0]) if wanted else None,
        "source_at_3": any(wanted & found for found in cited) if wanted else None,
        "must_not": any(forbidden(draft, question) for draft in drafts),
        "confidence": drafts[0].confidence if drafts else None,
    }


def states(draft: Draft, fact: Mapping[str, Any]) -> bool:
    """Say whether a draft states a labelled fact: one of its wordings, or the same quantity."""
    text = fold(draft.text)
    value = str(fact["value"])
    wordings = [value + str(fact.get("unit") or ""), value, *map(str, fact.get("accept") or ())]
    if not isinstance(fact["value"], str):
        wordings = [wordings[0], *wordings[2:]]
    if any(holds(text, fold(wording)) for wording in wordings):
        return True
    figures = quantities(wordings[0])
    said = quantities(draft.text)
    return bool(figures) and all(any(figure.same(other) for other in said) for figure in figures)


def holds(text: str, wording: str) -> bool:
    """Say whether a text holds a wording; letters and digits only count as whole words (`XL` is not in `2XL`)."""
    if not wording.isascii():
        return wording in text
    return re.search(rf"(?<![a-z0-9.]){re.escape(wording)}(?![a-z0-9])(?!\.[0-9])", text) is not None


def forbidden(draft: Draft, question: Mapping[str, Any]) -> bool:
    """Say whether a draft holds something that it must not."""
    text = fold(draft.text)
    return any(fold(word) in text for word in question.get("must_not") or ())


def summarize(rows: Sequence[Mapping[str, Any]], spent: float, encoder: str) -> dict[str, Any]:
    """Count per split and per phenomenon."""
    splits = {"all": list(rows)}
    for row in rows:
        splits.setdefault(row["split"], []).append(row)
    by_phenomenon: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for row in rows:
        by_phenomenon[row["phenomenon"]].append(row)
    return {
        "kind": "demo_shop_questions",
        "when": datetime.now().isoformat(timespec="seconds"),
        "encoder": encoder,
        "python": platform.python_version(),
        "ms_per_message": round(1000 * spent / max(len(rows), 1), 2),
        "splits": {name: counts(found) for name, found in splits.items()},
        "phenomena": {name: short_counts(found) for name, found in sorted(by_phenomenon.items())},
        "confusion": {f"{a}->{b}": n for (a, b), n in sorted(_confusion(rows).items())},
        "rows": list(rows),
    }


def _confusion(rows: Sequence[Mapping[str, Any]]) -> Counter[tuple[str, str]]:
    return Counter((row["expected"], row["decision"]) for row in rows)


def counts(rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """The figures of one split."""
    answerable = [row for row in rows if row["answerable"]]
    sourced = [row for row in rows if row["source_at_3"] is not None]
    handed = [row for row in rows if row["reason_right"] is not None]
    return {
        "questions": len(rows),
        "decision": rate(row["decision_right"] for row in rows),
        "intent": rate(row["intent_right"] for row in rows),
        "usable_at_1": rate(row["facts_at_1"] for row in answerable),
        "usable_at_3": rate(row["facts_at_3"] for row in answerable),
        "source_at_1": rate(row["source_at_1"] for row in sourced),
        "source_at_3": rate(row["source_at_3"] for row in sourced),
        "handoff_reason": rate(row["reason_right"] for row in handed),
        "must_not": sum(row["must_not"] for row in rows),
    }


def short_counts(rows: Sequence[Mapping[str, Any]]) -> str:
    """The figures of one phenomenon, on one line."""
    answerable = [row for row in rows if row["answerable"]]
    usable = (
        f", usable@3 {sum(row['facts_at_3'] for row in answerable)}/{len(answerable)}" if answerable else ""
    )
    return f"decision {sum(row['decision_right'] for row in rows)}/{len(rows)}{usable}"


def rate(values: Any) -> str:
    """Show a share as `hits/all (ratio)`."""
    known = [value for value in values if value is not None]
    return f"{sum(known)}/{len(known)} ({sum(known) / len(known):.3f})" if known else "0/0"


def print_misses(
    rows: Sequence[Mapping[str, Any]],
    questions: Sequence[Mapping[str, Any]],
    suggestions: Sequence[Suggestion],
    split: str,
) -> None:
    """Print each question with something wrong, for reading."""
    for row, question, suggestion in zip(rows, questions, suggestions, strict=True):
        if split not in {"all", row["split"]}:
            continue
        wrong = not row["decision_right"] or row["must_not"] or row["source_at_3"] is False
        wrong = wrong or (row["answerable"] and not row["facts_at_3"])
        if not wrong:
            continue
        print("=" * 100)
        print(
            row["id"],
            row["phenomenon"],
            question["messages"],
            question.get("product"),
            question.get("intent"),
        )
        print("  want:", question["decision"], question.get("decision_ok"), question.get("sources"))
        print(
            "       ",
            question.get("facts"),
            "must not",
            question.get("must_not"),
            question.get("handoff_reason"),
        )
        got = suggestion.handoff.reason.value if suggestion.handoff else ""
        intents = [
            (part.clean, part.intent, [a.name for a in part.aspects]) for part in suggestion.question.parts
        ]
        print("  got: ", suggestion.decision, got, intents)
        for draft in suggestion.drafts:
            print(f"   {draft.confidence:.2f} [{draft.lane}]", draft.text.replace("\n", " / "))
            print("        ", [(c.document_id, c.section) for c in draft.citations])
        for finding in suggestion.findings:
            print("    !", finding.kind, finding.message)


if __name__ == "__main__":
    main()
