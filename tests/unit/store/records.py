"""Small records for tests of the store."""

from __future__ import annotations

import re
from datetime import datetime
from pathlib import Path

from assist.documents import Chunk, Document, Kind, Span, Validity
from assist.store.base import Record
from assist.store.local import LocalStore
from assist.testing import HashingEncoder

ENCODER = HashingEncoder(dim=16)
DAY1, DAY2, DAY3 = (datetime(2026, 11, day, 9) for day in (1, 2, 3))

RETURNS = "七天无理由退货。\n\n签收后七天内，商品完好即可退货，运费由买家承担。\n\n贴身衣物拆封后不支持退货。"
SHIPPING = "发货时间。\n\n付款后四十八小时内发货，预售商品以页面为准。"
JACKET = "轻暖羽绒服A102\n\n面料成分：聚酯纤维100%。\n\n不掉色，不起球，可机洗。"


def dated(start: str | None = None, end: str | None = None) -> Validity:
    """Make a validity from ISO days."""
    moments = [None if day is None else datetime.fromisoformat(day) for day in (start, end)]
    return Validity(*moments)


def record(id: str, text: str, **fields: object) -> Record:
    """Make a record as the assistant would."""
    return record_of(Document(id=id, text=text, **fields))


def record_of(document: Document) -> Record:
    """Make a chunk of every line and encode it."""
    lines = re.finditer(r"\S[^\n]*", document.text)
    chunks = tuple(
        Chunk(document.id, document.version, ordinal, Span(*line.span()), line[0], section=document.title)
        for ordinal, line in enumerate(lines)
    )
    return Record(document, chunks, ENCODER.encode([chunk.text for chunk in chunks]))


def sample() -> list[Record]:
    """Make two policies of 3 and 2 lines, and a product of 3 with aliases."""
    return [
        record("returns", RETURNS, title="退货"),
        record("shipping", SHIPPING, title="发货"),
        record("A102", JACKET, kind=Kind.PRODUCT, title="羽绒服", aliases=("690123", "JK-A102")),
    ]


def open_store(path: Path, **options: object) -> LocalStore:
    """Open, or make, a store for the test encoder."""
    options.setdefault("create", not options.get("read_only", False))
    return LocalStore.open(path, encoder=ENCODER.identity, **options)


def texts(store: LocalStore) -> list[str]:
    """Give the texts of all rows of the newest view."""
    view = store.view()
    return [view.chunk(row).text for row in range(len(view))]
