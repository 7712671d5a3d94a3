"""Documents and shop profiles as JSON, and back; the text of a document is kept beside, not inside."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from functools import lru_cache
from json.encoder import encode_basestring
from types import MappingProxyType
from typing import Any

from assist.documents import Asset, Block, BlockKind, Cell, Document, Fact, Row, Span, Table, Validity
from assist.shop import ShopProfile, StylePack

to_json = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode
"""Write JSON with sorted keys and without spaces, so that equal values give equal bytes."""

_IN_ORDER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
_DECODER = json.JSONDecoder()


def from_json(text: str) -> Any:
    """Read JSON that `to_json` wrote; every search does it many times, and this is twice as quick as `json.loads`.

    Raises:
        ValueError: The text is not JSON, or has something before or after it.
    """
    value, end = _DECODER.raw_decode(text)
    if end != len(text):
        raise ValueError(f"more than one JSON value: the first ends at {end}")
    return value


def to_bytes(text: str) -> bytes:
    """Encode a text as UTF-8; lone surrogates survive, since pages of real shops contain them."""
    return text.encode("utf-8", "surrogatepass")


def to_text(data: bytes) -> str:
    """Decode what `to_bytes` made."""
    return data.decode("utf-8", "surrogatepass")


def digest(document: Document) -> str:
    """Hash everything a document says: its text and its metadata, but not the path it was read from.

    Returns:
        SHA-256, hexadecimal. Two documents of equal digest are interchangeable in a store, so loading the
        second costs nothing; a moved file, or a row that moved to another line, keeps its digest.
    """
    return body_digest(encode_body(document), to_bytes(document.text))


def body_digest(body: bytes, text: bytes) -> str:
    """Compute `digest` from parts that are already encoded."""
    return hashlib.sha256(b"%d\n" % len(body) + body + text).hexdigest()


def encode_body(document: Document) -> bytes:
    """Write everything of a document but its text, version and source as JSON."""
    # What `to_json` gives, piece by piece in the order of its keys: a call of the JSON encoder for a whole document
    # takes four times as long, and most fields of most documents are empty.
    validity = document.validity
    return to_bytes(
        f'{{"aliases":{_listed(document.aliases)}'
        f',"assets":{_listed([[a.kind, a.caption, a.url, *_span(a.span)] for a in document.assets])}'
        f',"attributes":{_IN_ORDER(dict(sorted(document.attributes.items()))) if document.attributes else "{}"}'
        f',"audience":{_quoted(document.audience)}'
        f',"blocks":{_listed([[b.kind, *_span(b.span), b.section, b.headings] for b in document.blocks])}'
        f',"categories":{_listed(document.categories)}'
        f',"facts":{_listed([[f.key, f.value, *_span(f.span), f.unit, f.sku, f.section] for f in document.facts])}'
        f',"id":{_quoted(document.id)}'
        f',"keys":{_listed(document.keys)}'
        f',"kind":{_quoted(document.kind)}'
        f',"level":{_quoted(document.level)}'
        f',"product":{_quoted(document.product)}'
        f',"tables":{_listed([_table(table) for table in document.tables])}'
        f',"title":{_quoted(document.title)}'
        f',"valid_from":{_quoted(_moment(validity.valid_from))}'
        f',"valid_to":{_quoted(_moment(validity.valid_to))}}}'
    )


def decode_document(body: bytes, text: bytes, *, source: str, validity: Validity) -> Document:
    """Build a document from what `encode_body` wrote and its text.

    Args:
        body: JSON of `encode_body`.
        text: UTF-8 of the text.
        source: Where it was last read from.
        validity: When it holds in the store; may end earlier than the document itself says.

    Raises:
        ValueError: The bytes are not what `encode_body` wrote (also `KeyError`, `TypeError`, `IndexError`).
    """
    fields: dict[str, Any] = from_json(to_text(body))
    return Document(
        id=fields["id"],
        text=to_text(text),
        kind=fields["kind"],
        title=fields["title"],
        level=fields["level"],
        audience=fields["audience"],
        validity=validity,
        source=source,
        product=fields["product"],
        categories=tuple(fields["categories"]),
        keys=tuple(fields["keys"]),
        aliases=tuple(fields["aliases"]),
        blocks=tuple(map(_read_block, fields["blocks"])),
        tables=tuple(map(_read_table, fields["tables"])),
        facts=tuple(map(_read_fact, fields["facts"])),
        assets=tuple(map(_read_asset, fields["assets"])),
        attributes=fields["attributes"],
    )


def encode_profile(profile: ShopProfile) -> str:
    """Write a shop profile as JSON."""
    fields = {
        "name": profile.name,
        "timezone": profile.timezone,
        "style": asdict(profile.style),
        "words": profile.words,
        "tags": {tag: list(prefixes) for tag, prefixes in profile.tags.items()},
        "targets": dict(profile.targets),
    }
    # The order of tags is the order in which they are shown, so keys are not sorted here; ASCII, since
    # the settings table holds text.
    return json.dumps(fields)


@lru_cache(maxsize=8)
def decode_profile(data: str) -> ShopProfile:
    """Build a shop profile from what `encode_profile` wrote.

    Raises:
        ValueError: The text is not what `encode_profile` wrote (also `KeyError`, `TypeError`).
    """
    fields: dict[str, Any] = json.loads(data)
    return ShopProfile(
        name=fields["name"],
        timezone=fields["timezone"],
        style=StylePack(**_tuples(fields["style"])),
        words=tuple(fields["words"]),
        tags=MappingProxyType(_tuples(fields["tags"])),
        targets=MappingProxyType(dict(fields["targets"])),
    )


def _tuples(lists: Mapping[str, Iterable[str]]) -> dict[str, tuple[str, ...]]:
    return {key: tuple(values) for key, values in lists.items()}


def _listed(values: Sequence[object]) -> str:
    return _IN_ORDER(values) if values else "[]"


def _quoted(text: str | None) -> str:
    return "null" if text is None else encode_basestring(text)


def _moment(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()


def _span(span: Span | None) -> tuple[int, int] | tuple[None, None]:
    return (None, None) if span is None else (span.start, span.end)


def _read_span(pair: list[int | None]) -> Span | None:
    start, end = pair
    return None if start is None or end is None else Span(start, end)


def _table(table: Table) -> list[object]:
    rows = [[*_span(row.span), [[cell.text, *_span(cell.span)] for cell in row.cells]] for row in table.rows]
    return [table.kind, table.header, rows, table.section]


def _read_table(fields: list[Any]) -> Table:
    kind, header, rows, section = fields
    return Table(BlockKind(kind), tuple(header), tuple(_read_row(row) for row in rows), section)


def _read_row(fields: list[Any]) -> Row:
    start, end, cells = fields
    return Row(tuple(Cell(cell[0], _read_span(cell[1:3])) for cell in cells), Span(start, end))


def _read_asset(fields: list[Any]) -> Asset:
    return Asset(fields[0], fields[1], fields[2], _read_span(fields[3:5]))


def _read_block(fields: list[Any]) -> Block:
    kind, start, end, section, headings = fields
    return Block(BlockKind(kind), Span(start, end), section, tuple(headings))


def _read_fact(fields: list[Any]) -> Fact:
    key, value, start, end, unit, sku, section = fields
    return Fact(key, value, Span(start, end), unit, sku, section)
