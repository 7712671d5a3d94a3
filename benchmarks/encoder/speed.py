"""Measures what the bundled encoder costs: loading, memory, one short text, many short texts, one long text.

    python benchmarks/encoder/speed.py --json OUT

One process, one thread. Times are wall-clock; the median of the repeats, and the 95th percentile for one text.
"""

from __future__ import annotations

import argparse
import json
import platform
import sys
import time
from pathlib import Path

import numpy as np

SHORT = (
    "这件衣服会不会掉色啊",
    "七天无理由退货运费谁出",
    "身高170体重120穿什么码",
    "什么时候发货",
    "亲，能便宜点吗",
)
MANY = 20_000


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--json", type=Path)
    arguments = parser.parse_args()
    before = resident_mb()
    from assist.encoder import bundled

    started = time.perf_counter()
    encoder = bundled()
    load_s = time.perf_counter() - started
    texts = [SHORT[i % len(SHORT)] + str(i % 97) for i in range(MANY)]
    encoder.encode(texts[:200])
    after = resident_mb()
    one = np.array([timed(lambda t=text: encoder.encode([t])) for text in texts[:4000]])
    many = [timed(lambda: encoder.encode(texts)) for _ in range(5)]
    found = {
        "revision": encoder.identity.revision,
        "load_ms": round(load_s * 1e3, 1),
        "resident_mb_added": round(after - before, 1),
        "one_short_text_us": {
            "p50": round(float(np.median(one)) * 1e6, 1),
            "p95": round(float(np.quantile(one, 0.95)) * 1e6, 1),
        },
        "short_texts_per_s": {
            "median": round(MANY / float(np.median(many))),
            "best": round(MANY / min(many)),
        },
        "long_text_100000_chars_ms": round(
            timed(lambda: encoder.encode(["七天无理由退货运费谁出"[:10] * 10_000])) * 1e3, 1
        ),
        "torch_imported": "torch" in sys.modules,
        "machine": {
            "processor": platform.processor() or platform.machine(),
            "python": platform.python_version(),
        },
    }
    print(json.dumps(found, ensure_ascii=False, indent=1))
    if arguments.json:
        arguments.json.write_text(json.dumps(found, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def timed(call: object) -> float:
    """Run once and give the seconds."""
    started = time.perf_counter()
    call()  # type: ignore[operator]
    return time.perf_counter() - started


def resident_mb() -> float:
    """Give this process's resident memory; 0 where the system does not tell."""
    status = Path("/proc/self/status")
    if not status.exists():
        return 0.0
    line = next(line for line in status.read_text().splitlines() if line.startswith("VmRSS"))
    return int(line.split()[1]) / 1024


if __name__ == "__main__":
    main()
