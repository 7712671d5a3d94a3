"""Load real clauses and real service replies into one store; report time, size and memory, and print suggestions.

`--data` names a folder with `policy_clauses.jsonl.zst` and `packs_dev.tar.zst` (the sets are not part of this
project); without it there is nothing to run. Replies are loaded as past answers whose question is unknown.
"""

from __future__ import annotations

import argparse
import io
import json
import platform
import re
import resource
import sys
import tarfile
import tempfile
import time
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import zstandard

from assist import Assistant, Document, Validity

MESSAGES = [
    "七天无理由退货的运费谁出",
    "收到货7天内都能退吗 拆了包装还行不",
    "商家不肯退款怎么办",
    "生鲜坏了怎么赔",
    "发货超时了赔多少",
    "广告里能写最好用吗",
    "我要申请平台介入要准备啥证据",
    "什么时候能送到啊",
    "发票怎么开",
    "申请了退款多久到账",
]


def main() -> None:
    """Parse the arguments, load, measure, suggest."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--json", type=Path, help="write the results here")
    args = parser.parse_args()
    missing = [
        name for name in ("policy_clauses.jsonl.zst", "packs_dev.tar.zst") if not (args.data / name).exists()
    ]
    if missing:
        sys.exit(f"skipped: {args.data} has no {', '.join(missing)}")
    report = run(list(documents(args.data)))
    print(json.dumps(report, ensure_ascii=False, indent=1))
    if args.json:
        args.json.write_text(json.dumps(report, ensure_ascii=False, indent=1) + "\n", "utf-8")


def documents(folder: Path) -> Iterator[Document]:
    """Read clauses as policies with their dates, replies as past answers."""
    opened = zstandard.ZstdDecompressor()
    with (folder / "policy_clauses.jsonl.zst").open("rb") as file:
        for line in io.TextIOWrapper(opened.stream_reader(file), "utf-8"):
            row = json.loads(line)
            level = "platform" if row["category"] == "platform_rule" else "law"
            validity = Validity(since(row.get("effective_date") or ""))
            yield Document(row["_id"], row["text"], "policy", row["title"], level=level, validity=validity)
    with (
        (folder / "packs_dev.tar.zst").open("rb") as file,
        tarfile.open(fileobj=opened.stream_reader(file), mode="r|") as archive,
    ):
        for member in archive:
            if member.name.endswith("jddc_reply/corpus.jsonl"):
                for line in archive.extractfile(member) or ():
                    row = json.loads(line)
                    yield Document(row["_id"], row["text"], "past_answer")


def since(date: str) -> datetime | None:
    """Read `2025-07-04` or `2014年3月15日`; anything else is no date."""
    parts = re.findall(r"\d+", date)
    return datetime(*map(int, parts[:3])) if len(parts) >= 3 and len(parts[0]) == 4 else None


def run(loaded: list[Document]) -> dict[str, Any]:
    """Load into a new store, reopen it, suggest."""
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "real.assist"
        with Assistant.open(path, create=True) as assistant:
            start, cpu = time.perf_counter(), time.process_time()
            report = assistant.add(loaded, on_error="skip")
            spent, cpu = time.perf_counter() - start, time.process_time() - cpu
        start = time.perf_counter()
        with Assistant.open(path, read_only=True) as assistant:
            opened = time.perf_counter() - start
            suggestions = [assistant.suggest(message, on="2026-11-20") for message in MESSAGES]
            first = time.perf_counter() - start
            size = sum(item.stat().st_size for item in path.rglob("*") if item.is_file())
            info = assistant.info()
    return {
        "kind": "real_text",
        "python": platform.python_version(),
        "documents": len(loaded),
        "loaded": len(report.loaded),
        "blocked": len(report.blocked),
        "masked": report.masked,
        "chunks": info["chunks"],
        "load_s": round(spent, 2),
        "load_cpu_s": round(cpu, 2),
        "open_s": round(opened, 3),
        "open_and_ten_suggestions_s": round(first, 2),
        "store_bytes": size,
        "peak_rss_added_bytes": 1024 * (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before),
        "suggestions": [
            {
                "message": message,
                "decision": found.decision.value,
                "drafts": [
                    {
                        "text": d.text,
                        "confidence": round(d.confidence, 2),
                        "sources": [c.source.title for c in d.citations],
                    }
                    for d in found.drafts
                ],
            }
            for message, found in zip(MESSAGES, suggestions, strict=True)
        ],
    }


if __name__ == "__main__":
    main()
