"""What comes back: hits, citations, findings, drafts, suggestions. Each carries its evidence."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from types import MappingProxyType

from assist.documents import Chunk, Document, Fact, Kind, Level, Span, Validity, Word
from assist.messages import Question


class Decision(Word):
    """What the library proposes to do with a message; the agent always decides."""

    SUGGEST = "suggest"
    ASK = "ask"
    HANDOFF = "handoff"
    DECLINE = "decline"
    QUICK = "quick"


class Severity(Word):
    """How grave a finding is; BLOCK keeps a draft from being shown."""

    BLOCK = "block"
    WARN = "warn"
    NOTE = "note"


class Reason(Word):
    """Why a message is handed to a person; the list is closed."""

    NO_SOURCE = "no_source"
    LOW_CONFIDENCE = "low_confidence"
    CONFLICT = "conflict"
    ANGRY = "angry"
    ASKS_HUMAN = "asks_human"
    NEEDS_ACCOUNT_ACTION = "needs_account_action"
    LEGAL_THREAT = "legal_threat"
    SAFETY = "safety"


@dataclass(frozen=True, slots=True)
class Hit:
    """A chunk that was found.

    Attributes:
        chunk: What was found.
        document: Whose it is.
        score: Fused score in 0–1, higher is better.
        rank: From 1.
        lanes: Raw score per lane that found it (`dense`: cosine, `sparse`: BM25, `fact`: key match).
        duplicates: How many near-identical chunks this hit stands for, itself included.
    """

    chunk: Chunk
    document: Document
    score: float
    rank: int
    lanes: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))
    duplicates: int = 1


@dataclass(frozen=True, slots=True)
class Source:
    """What a citation shows of the document it quotes."""

    title: str
    kind: Kind
    level: Level
    validity: Validity
    path: str


@dataclass(frozen=True, slots=True)
class Citation:
    """The exact place a statement comes from: `document.text[span.start:span.end] == quote`."""

    document_id: str
    version: str
    section: str
    span: Span
    quote: str
    source: Source


@dataclass(frozen=True, slots=True)
class Finding:
    """What a guard noticed.

    Attributes:
        kind: Class of the finding, such as `number`, `validity`, `off_platform`, `pii`.
        severity: BLOCK, WARN or NOTE.
        message: For the agent, in Chinese.
        span: Where in the checked text; None: all of it.
        evidence: The words or figures concerned, the legal ground, a rewrite hint.
    """

    kind: str
    severity: Severity
    message: str
    span: Span | None = None
    evidence: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, slots=True)
class StatedFact:
    """A fact that a draft states; `origin` is `document`, `caller` or `computed`."""

    key: str
    value: str
    unit: str = ""
    sku: str | None = None
    origin: str = "document"
    document_id: str | None = None

    @classmethod
    def of(cls, fact: Fact, document_id: str) -> StatedFact:
        """Take over a document's fact."""
        return cls(fact.key, fact.value, fact.unit, fact.sku, "document", document_id)


@dataclass(frozen=True, slots=True)
class Statement:
    """A sentence of a draft that states something, with what supports it.

    Attributes:
        text: The sentence as it stands in the draft.
        citations: The places it comes from; empty only for a fact of the caller or the clock.
        facts: The facts it states.
        part: Number of the question's part it answers, from 0.
        shown: Words that may differ from the quote but are computed or the caller's own (numbers).
        dated: It says itself that its source has ended or not begun, and cites where the days stand; that place is
            not among the citations of the draft, which all hold.
    """

    text: str
    citations: tuple[Citation, ...] = ()
    facts: tuple[StatedFact, ...] = ()
    part: int = 0
    shown: tuple[str, ...] = ()
    dated: bool = False


@dataclass(frozen=True, slots=True)
class PartVerdict:
    """What a draft does with one part: `answered`, `asked`, `checking`, `refused` or `handed_off`."""

    part: int
    text: str
    verdict: str


@dataclass(frozen=True, slots=True)
class Draft:
    """A reply text ready to send.

    Attributes:
        text: The rendering for the message's channel.
        short: One to two sentences, same facts.
        full: With everything that helps, same facts.
        confidence: Calibrated probability in 0–1 that the draft is usable as it stands.
        citations: Of all statements, in order, without repeats.
        facts: What it states.
        findings: What the guards noticed and did not block.
        parts: Verdict per part of the message.
        statements: The stating sentences with their citations.
        lane: How it was made: `fact`, `clause`, `size`, `order`, `promotion`, `past_answer`, `quick`, ...
        debug: Raw lane scores.
    """

    text: str
    short: str = ""
    full: str = ""
    confidence: float = 0.0
    citations: tuple[Citation, ...] = ()
    facts: tuple[StatedFact, ...] = ()
    findings: tuple[Finding, ...] = ()
    parts: tuple[PartVerdict, ...] = ()
    statements: tuple[Statement, ...] = ()
    lane: str = ""
    debug: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, slots=True)
class Ask:
    """One question back: the slot that is missing, the text to send and the choices the page gives."""

    slot: str
    text: str
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Handoff:
    """A hand-off to a person.

    Attributes:
        reason: Why, from the closed list.
        target: The shop's name for who should take it.
        packet: `question`, `slots`, `tried`, `evidence`, `holding_line`.
    """

    reason: Reason
    target: str
    packet: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Suggestion:
    """What the library proposes for one message.

    Attributes:
        id: Names this suggestion in feedback and traces.
        decision: What to do.
        drafts: Best first; empty only for a hand-off without a usable holding line.
        question: What the message was understood to ask.
        ask: Set when the decision is ASK.
        handoff: Set when the decision is HANDOFF.
        findings: About the whole: conflicts, internal advice, blocked drafts.
        timings: Seconds per stage.
    """

    id: str
    decision: Decision
    drafts: tuple[Draft, ...]
    question: Question
    ask: Ask | None = None
    handoff: Handoff | None = None
    findings: tuple[Finding, ...] = ()
    timings: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def labels(self) -> tuple[str, ...]:
        """The shop's tags for this message."""
        return self.question.tags

    def to_dict(self) -> dict[str, object]:
        """Return plain lists, dicts, strings and numbers, ready for `json.dumps`."""
        plain = to_plain(self)
        if not isinstance(plain, dict):  # pragma: no cover - a dataclass always becomes a dict
            raise TypeError("a suggestion must serialise to a dict")
        return plain


def to_plain(value: object) -> object:
    """Turn dataclasses, enums, mappings and dates into what `json.dumps` takes."""
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, Document):
        return {"id": value.id, "version": value.version, "kind": value.kind.value, "title": value.title}
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {item.name: to_plain(getattr(value, item.name)) for item in dataclasses.fields(value)}
    if isinstance(value, Mapping):
        return {str(key): to_plain(item) for key, item in value.items()}
    if isinstance(value, tuple | list | set | frozenset):
        return [to_plain(item) for item in value]
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return str(value)
    return value
