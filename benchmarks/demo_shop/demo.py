"""Load the demo shop and print suggestions for eight different messages, each with its exact sources."""

from __future__ import annotations

import shutil
import time
from pathlib import Path

from rich.console import Console
from rich.rule import Rule

from assist import Assistant
from assist.cli import print_suggestion

ROOT = Path(__file__).resolve().parents[2]
STORE = ROOT / "demo.assist"
ON = "2026-11-20T14:00:00"
MESSAGES = [
    ("a fact", ["掉色不"], {"product": "A102"}),
    ("two questions in one", ["会不会起球 起球能退吗"], {"product": "A205"}),
    ("a size with height and weight", ["163 110斤穿啥码"], {"product": "A102"}),
    ("a promotion that has ended", ["国庆那个活动还有吗"], {"product": "B101"}),
    (
        "an order that is late",
        ["都三天了还不发"],
        {
            "product": "C501",
            "order": {"order_id": "2026111712345678", "status": "待发货", "paid_at": "2026-11-17T10:00:00"},
        },
    ),
    ("a vague question", ["这个怎么样"], {"product": "C502"}),
    ("an angry complaint", ["什么垃圾玩意", "你们就是骗子店🤬"], {"product": "C610"}),
    ("small talk", ["今天好热啊"], {}),
]


def main() -> None:
    """Build the store anew, then suggest."""
    console = Console(width=110)
    shutil.rmtree(STORE, ignore_errors=True)
    start = time.perf_counter()
    with Assistant.open(STORE, create=True) as assistant:
        report = assistant.add_files(ROOT / "corpus" / "demo_shop")
        spent = time.perf_counter() - start
        console.print(
            f"loaded {len(report.loaded)} documents, {report.chunks} chunks in {spent:.1f} s; "
            f"{len(report.blocked)} past answers will never be shown, {report.masked} places of personal data masked"
        )
        for title, lines, context in MESSAGES:
            console.print(Rule(title))
            console.print("顾客：" + " / ".join(lines), style="bold yellow")
            suggestion = assistant.suggest(lines, on=ON, **context)
            print_suggestion(suggestion, console)
            for draft in suggestion.drafts:
                for citation in draft.citations:
                    text = assistant.document(citation.document_id, version=citation.version).text
                    assert text[citation.span.start : citation.span.end] == citation.quote


if __name__ == "__main__":
    main()
