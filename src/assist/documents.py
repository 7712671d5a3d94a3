"""What the shop loads, and the places in it: documents, blocks, tables, facts, chunks.

Two identities hold everywhere: `document.text[span.start:span.end]` is the quote of every citation with
that span, and a chunk's text is the slice that its span names. Spans count Unicode code points of the
original document text.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from types import MappingProxyType
from typing import cast

from assist.errors import InputError


class Word(str, Enum):
    """An enumeration whose members print, compare and serialise as their plain word."""

    def __str__(self) -> str:
        # `value` is the same by way of two more calls, and a store of a million passages asks three million times.
        return str(self._value_)

    def __format__(self, format_spec: str) -> str:
        return format(str(self.value), format_spec)

    @classmethod
    def parse(cls, value: object) -> Word:
        """Turn a string into a member, once, at the door.

        Raises:
            InputError: No member has this value; the message lists those that exist.
        """
        # Half of decoding a short document went into calling the enumeration.
        try:
            return cast("Word", cls._value2member_map_[value])
        except (KeyError, TypeError):
            known = ", ".join(member.value for member in cls)
            raise InputError(f"{cls.__name__.lower()} must be one of {known}; got {value!r}") from None


class Kind(Word):
    """What a document is."""

    PRODUCT = "product"
    POLICY = "policy"
    PROMOTION = "promotion"
    QUICK_REPLY = "quick_reply"
    PAST_ANSWER = "past_answer"


class Level(Word):
    """Authority of a document."""

    LAW = "law"
    PLATFORM = "platform"
    SHOP = "shop"
    PRODUCT = "product"


class Audience(Word):
    """Who may read a document; internal text is never quoted into a draft."""

    BUYER = "buyer"
    INTERNAL = "internal"


class BlockKind(Word):
    """What a block of a document is; steps, checklists, rows and question-answer pairs are never split."""

    TITLE = "title"
    HEADING = "heading"
    TEXT = "text"
    PRICE = "price"
    PARAMETERS = "parameters"
    SKU_TABLE = "sku_table"
    SIZE_TABLE = "size_table"
    TABLE = "table"
    STEPS = "steps"
    CHECKLIST = "checklist"
    QA = "qa"
    CAPTION = "caption"
    QUESTION = "question"
    ANSWER = "answer"


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A half-open range `[start, end)` of code points of a document's text; never empty."""

    start: int
    end: int

    def __post_init__(self) -> None:
        if not 0 <= self.start < self.end:
            raise InputError(f"a span needs 0 <= start < end, got [{self.start}, {self.end})")

    def of(self, text: str) -> str:
        """Return the slice of `text` that this span names."""
        return text[self.start : self.end]

    def covers(self, other: Span) -> bool:
        """Say whether `other` lies inside this span."""
        return self.start <= other.start and other.end <= self.end


@dataclass(frozen=True, slots=True)
class Validity:
    """When a text holds: half-open `[valid_from, valid_to)`, naive datetimes in shop time; None is open."""

    valid_from: datetime | None = None
    valid_to: datetime | None = None

    def __post_init__(self) -> None:
        if self.valid_from is not None and self.valid_to is not None and self.valid_from >= self.valid_to:
            raise InputError(f"valid_from {self.valid_from} must be before valid_to {self.valid_to}")

    def holds(self, moment: datetime) -> bool:
        """Say whether the text is valid at `moment` (naive, shop time)."""
        started = self.valid_from is None or self.valid_from <= moment
        return started and (self.valid_to is None or moment < self.valid_to)


@dataclass(frozen=True, slots=True)
class Block:
    """One contiguous piece of a document as its layout shows it.

    Attributes:
        kind: What it is.
        span: Where it stands in the document's text.
        section: The label a citation shows: a clause number (`3`, `3.2`) or else the nearest heading.
        headings: The headings above it, outermost first.
    """

    kind: BlockKind
    span: Span
    section: str = ""
    headings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Cell:
    """A table cell: its text, and where that text stands (a merged cell keeps its one place)."""

    text: str
    span: Span | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """A table row; `span` covers the whole row as the document's text shows it."""

    cells: tuple[Cell, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Table:
    """A table read from a page; `kind` is SKU_TABLE, SIZE_TABLE, PARAMETERS or TABLE."""

    kind: BlockKind
    header: tuple[str, ...]
    rows: tuple[Row, ...]
    section: str = ""


@dataclass(frozen=True, slots=True)
class Fact:
    """A typed key and value read from a parameter, a SKU row, the price block or a clause.

    Attributes:
        key: The page's own word for it, such as `面料成分`.
        value: Verbatim value, such as `棉95% 氨纶5%`; a substring of the text at `span`.
        span: The statement in the document's text (`面料成分：棉95% 氨纶5%`, or the SKU's whole row).
        unit: Unit of the value where the page names one apart from the value, else empty.
        sku: The SKU it is true of; None: of the whole product. Facts of two SKUs never merge.
        section: Label of the section it stands in.
    """

    key: str
    value: str
    span: Span
    unit: str = ""
    sku: str | None = None
    section: str = ""


@dataclass(frozen=True, slots=True)
class Asset:
    """An image or video that an agent could send; `caption` is all we know of it."""

    kind: str
    caption: str
    url: str
    span: Span | None = None


_DEFAULT_LEVEL = {
    Kind.PRODUCT: Level.PRODUCT,
    Kind.POLICY: Level.SHOP,
    Kind.PROMOTION: Level.SHOP,
    Kind.QUICK_REPLY: Level.SHOP,
    Kind.PAST_ANSWER: Level.SHOP,
}


@dataclass(frozen=True, slots=True)
class Document:
    """One thing the shop loaded.

    Attributes:
        id: Given by the file (see `assist.ingest`) or by the caller; unique among what is valid at one time.
        text: The whole text as read; spans point into it.
        kind: A `Kind` or its word.
        title: What people call it.
        level: Authority; None takes the kind's usual one.
        audience: Who may read it.
        validity: When it holds.
        source: Where it came from: a path, with `:line` for a row.
        product: The product it is about; a product page's own id.
        categories: Product categories it applies to; empty or `全部`: all.
        keys: The subjects it rules on, as its front matter names them.
        aliases: Other ids that mean this document (商品ID, 货号, the id in a link).
        blocks: Layout, in text order, not overlapping; empty for plain text.
        tables: Tables with their cells.
        facts: Typed keys and values.
        assets: Images and videos with captions.
        attributes: Anything else the file says, by its own names; `question` and `answer` of a past answer.
        version: SHA-256 of `text`, hexadecimal; set by the class.
    """

    id: str
    text: str
    kind: Kind = Kind.POLICY
    title: str = ""
    level: Level | None = None
    audience: Audience = Audience.BUYER
    validity: Validity = Validity()
    source: str = ""
    product: str | None = None
    categories: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    blocks: tuple[Block, ...] = ()
    tables: tuple[Table, ...] = ()
    facts: tuple[Fact, ...] = ()
    assets: tuple[Asset, ...] = ()
    attributes: Mapping[str, str] = field(default_factory=dict)
    version: str = field(init=False, default="")

    def __post_init__(self) -> None:
        if not self.id.strip():
            raise InputError("a document needs an id, got an empty one")
        if not self.text.strip():
            raise InputError(f"document {self.id!r} has an empty text")
        kind = Kind.parse(self.kind)
        settle = object.__setattr__
        settle(self, "kind", kind)
        settle(self, "level", _DEFAULT_LEVEL[Kind(kind)] if self.level is None else Level.parse(self.level))
        settle(self, "audience", Audience.parse(self.audience))
        settle(self, "attributes", MappingProxyType(dict(self.attributes)))
        if self.product is None and kind is Kind.PRODUCT:
            settle(self, "product", self.id)
        settle(self, "version", hashlib.sha256(self.text.encode("utf-8", "surrogatepass")).hexdigest())


@dataclass(frozen=True, slots=True)
class Chunk:
    """A slice of a document that is searched: `document.text[span] == chunk.text`.

    Attributes:
        document_id: Whose slice it is.
        version: Version of that document.
        ordinal: Place among the document's chunks, from 0.
        span: The slice.
        text: The same slice as text.
        section: Label that a citation shows.
        headings: The headings above it.
        kind: Kind of its blocks; TEXT where they are mixed.
        focus: The part that is encoded for the dense lane (a past answer's question); None: all of it.
    """

    document_id: str
    version: str
    ordinal: int
    span: Span
    text: str
    section: str = ""
    headings: tuple[str, ...] = ()
    kind: BlockKind = BlockKind.TEXT
    focus: Span | None = None


class Versioned:
    """Carries a document through `functools.lru_cache`: compared by its version and what was read from it.

    Hashing a whole document costs more than most of what is kept for it; and a document that a new revision
    read again is another object with the same content, which `assist.memo.Memo` does not know.
    """

    __slots__ = ("document",)

    def __init__(self, document: Document) -> None:
        self.document = document

    def __hash__(self) -> int:
        return hash((self.document.id, self.document.version))

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Versioned):
            return NotImplemented
        mine, theirs = self.document, other.document
        # The version hashes the text alone; a corrected fact of the same text is another page.
        return mine is theirs or (
            (mine.id, mine.version, mine.kind, mine.title)
            == (theirs.id, theirs.version, theirs.kind, theirs.title)
            and mine.facts == theirs.facts
            and mine.blocks == theirs.blocks
            and mine.tables == theirs.tables
        )
