"""Writes a store in the format of the code at hand, with all that a store may hold, for later versions to open.

Run it before the format is raised: `python tests/golden/stores/make.py tests/golden/stores`. It writes
`format<N>.sqlite3.gz`, the database as it lay on disk, and `format<N>.json`, what must be found in it.
"""

from __future__ import annotations

import gzip
import json
import re
import sys
import tempfile
from datetime import datetime
from pathlib import Path

from assist.documents import Chunk, Document, Fact, Kind, Span, Validity
from assist.shop import ShopProfile
from assist.store.base import Record
from assist.store.local import LocalStore
from assist.testing import HashingEncoder

ENCODER = HashingEncoder(dim=16)
QUERIES = ("退货运费谁承担", "羽绒服掉色吗", "A102", "没有这个词")
AT = datetime(2026, 11, 1, 9)
RETURNS = "七天无理由退货。\n签收后七天内，商品完好即可退货，运费由买家承担。\n贴身衣物拆封后不支持退货。"
SPRING = Validity(datetime(2026, 1, 1), datetime(2026, 6, 1))
JACKET = {
    "kind": Kind.PRODUCT,
    "title": "羽绒服",
    "aliases": ("690123", "JK-A102"),
    "facts": (Fact("面料", "聚酯纤维", Span(15, 19)),),
    "attributes": {"brand": "暖冬"},
}


def record(id: str, text: str, **fields: object) -> Record:
    """Make a chunk of every line and encode it."""
    document = Document(id=id, text=text, **fields)
    chunks = tuple(
        Chunk(id, document.version, ordinal, Span(*line.span()), line[0], section=document.title)
        for ordinal, line in enumerate(re.finditer(r"[^\n]+", text))
    )
    return Record(document, chunks, ENCODER.encode([chunk.text for chunk in chunks]))


def fill(store: LocalStore) -> None:
    """Load, change, remove, suggest, learn: a row in every table."""
    store.apply(
        add=[
            record("returns", "旧规则：三天内可退。", title="退货"),
            record("spring", "春季满二百减二十。", kind=Kind.PROMOTION, validity=SPRING),
            record("A102", "轻暖羽绒服A102\n面料成分：聚酯纤维100%。\n不掉色，不起球，可机洗。", **JACKET),
            record("gone", "这一页已经下架。"),
            record("p1", "掉色吗\n亲，这款不掉色的。", kind=Kind.PAST_ANSWER),
        ],
        profile=ShopProfile(name="暖冬小店", words=("羽绒服", "轻暖")),
        replaced_at=AT,
    )
    store.apply(add=[record("returns", RETURNS, title="退货")], remove=["gone"], replaced_at=AT)
    store.set_state(["p1"], "approved", "好")
    cited = [["returns", store.document("returns").version, 0, 8]]
    store.log_suggestion("s1", {"decision": "suggest", "drafts": [{"citations": cited}]}, at=AT)
    store.add_feedback("s1", chosen=0, sent_text="七天内可以退的哦", agent="小林", at=AT)


def found(store: LocalStore) -> dict[str, object]:
    """Say all that must be the same in every later format."""
    view = store.view()
    rows, scores = view.dense.search(ENCODER.encode(QUERIES), 3)
    return {
        "revision": store.revision,
        "shop": store.profile.name,
        "words": list(store.profile.words),
        "chunks": [[view.chunk(row).document_id, view.chunk(row).text] for row in range(len(view))],
        "current": {id: list(digests) for id, digests in store.current().items()},
        "versions": [store.document("returns", version=digest).text for digest in versions(store)],
        "states": dict(view.states),
        "products": dict(view.product_number),
        "suggestion": store.suggestion("s1"),
        "feedback": store.feedback(),
        "dense": [rows.tolist(), [[round(float(score), 4) for score in line] for line in scores]],
    }


def versions(store: LocalStore) -> tuple[str, ...]:
    """Name the versions of the rule that was changed, the old one first."""
    old = record("returns", "旧规则：三天内可退。", title="退货").document.version
    return old, store.document("returns").version


def main(folder: Path) -> None:
    """Write both files."""
    with tempfile.TemporaryDirectory() as name:
        with LocalStore.open(name, encoder=ENCODER.identity, create=True) as store:
            fill(store)
            number, facts = store.info()["format"], found(store)
        data = (Path(name) / "store.sqlite3").read_bytes()
    (folder / f"format{number}.sqlite3.gz").write_bytes(gzip.compress(data, mtime=0))
    text = json.dumps(facts, ensure_ascii=False, indent=1, sort_keys=True)
    (folder / f"format{number}.json").write_text(text + "\n", "utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
