"""The loading path: documents -> screened -> cut -> encoded -> one transaction."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal, TypeAlias

import numpy as np

from assist.documents import Audience, Block, BlockKind, Chunk, Document, Kind, Span
from assist.encoder.base import Encoder
from assist.errors import IngestError, InputError, MalformedRecordError, UnsupportedFormatError
from assist.guard import mask, screen
from assist.guard.conflicts import Conflict
from assist.guard.lexicon import Lexicon, shop_lexicon
from assist.ingest import Skipped
from assist.results import Severity
from assist.settings import ChunkSettings
from assist.store.base import Record, StateChange
from assist.store.codec import digest
from assist.text.chunk import chunk_document, embed_text

OnError: TypeAlias = Literal["raise", "skip"]
Progress: TypeAlias = Callable[[int, int, str], None]
"""Called with how much is done, of how much, and what is being done."""

ENCODE_BATCH = 512
BLOCKED = "blocked"
"""State of a past answer that screening keeps out of every draft."""
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class AddReport:
    """What became of the documents of one call.

    Attributes:
        loaded: Ids that are new.
        changed: Ids that got a new version.
        unchanged: Ids that were already there as they are; they cost nothing.
        skipped: What was left out, with file, line and reason.
        blocked: Past answers that are kept but never shown, with the reason.
        masked: Places of personal data that were masked before anything was written.
        chunks: Chunks written.
        conflicts: What the documents written say against others, and against the law.
        answers: Past answers whose state this call changed, as (id, new state, reason).
    """

    loaded: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    unchanged: tuple[str, ...] = ()
    skipped: tuple[Skipped, ...] = ()
    blocked: tuple[tuple[str, str], ...] = ()
    masked: int = 0
    chunks: int = 0
    conflicts: tuple[Conflict, ...] = ()
    answers: tuple[tuple[str, str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Screened:
    """Documents as they may be stored.

    Attributes:
        documents: With personal data masked.
        blocked: Ids and reasons of past answers that are kept out of drafts.
        masked: Places masked.
        skipped: What was not a document.
    """

    documents: tuple[Document, ...]
    blocked: tuple[tuple[str, str], ...]
    masked: int
    skipped: tuple[Skipped, ...]


@dataclass(frozen=True, slots=True)
class Change:
    """What a call changes: the documents to write, and the ids that are new, changed, unchanged."""

    write: tuple[Document, ...]
    loaded: tuple[str, ...]
    changed: tuple[str, ...]
    unchanged: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Screened:
    document: Document
    masked: int
    blocked: str = ""


def check_on_error(on_error: str) -> None:
    """Refuse anything but `raise` and `skip`."""
    if on_error not in {"raise", "skip"}:
        raise InputError(f"on_error must be 'raise' or 'skip', got {on_error!r}")


def raise_first(skipped: Sequence[Skipped], on_error: OnError) -> None:
    """With `raise`, turn the first fault of a report into the error it stands for.

    Raises:
        IngestError: There was a fault and `on_error` is `raise`.
    """
    fault = next((item for item in skipped if item.error), None)
    if fault is not None and on_error == "raise":
        kind = {
            "MalformedRecordError": MalformedRecordError,
            "UnsupportedFormatError": UnsupportedFormatError,
        }
        raise kind.get(fault.error, IngestError)(fault.reason, path=fault.path, line=fault.line)


def screen_all(documents: Iterable[Document], on_error: OnError, lists: Sequence[str] = ()) -> Screened:
    """Mask personal data in every document and decide which past answers may never be shown.

    Args:
        documents: As read.
        on_error: `skip` leaves a document that is not one out and reports it; `raise` raises.
        lists: The shop's own word lists, as paths.
    """
    own = shop_lexicon(lists)
    kept: list[Document] = []
    blocked: list[tuple[str, str]] = []
    skipped: list[Skipped] = []
    masked = 0
    for document in documents:
        if not isinstance(document, Document):
            error = InputError(f"add takes Document objects, got {type(document).__name__}")
            if on_error == "raise":
                raise error
            skipped.append(Skipped(path="", line=None, reason=str(error), error="InputError"))
            continue
        result = _screen(document, own)
        kept.append(result.document)
        masked += result.masked
        if result.blocked:
            blocked.append((document.id, result.blocked))
    return Screened(tuple(kept), tuple(blocked), masked, tuple(skipped))


def _screen(document: Document, own: Lexicon | None) -> _Screened:
    if document.kind is Kind.PAST_ANSWER:
        return _screen_answer(document, own)
    named, masked = _masked_names(document)
    found = mask(document.text, keep=("address",)).findings
    spans = [finding.span for finding in found if finding.span is not None]
    return _Screened(_starred(named, spans) if spans else named, masked + len(spans))


def _masked_names(document: Document) -> tuple[Document, int]:
    """Mask what stands beside the text: the title and everything else the file says."""
    title = mask(document.title)
    clean = {name: mask(value) for name, value in document.attributes.items()}
    count = len(title.findings) + sum(len(item.findings) for item in clean.values())
    if not count:
        return document, 0
    attributes = {name: item.text for name, item in clean.items()}
    return replace(document, title=title.text, attributes=attributes), count


def _starred(document: Document, spans: Sequence[Span]) -> Document:
    """Cover personal data in a page with as many stars, so that no other span moves."""
    text = list(document.text)
    for span in spans:
        text[span.start : span.end] = "*" * (span.end - span.start)
    facts = tuple(fact for fact in document.facts if not any(fact.span.covers(span) for span in spans))
    return replace(document, text="".join(text), facts=facts)


def _screen_answer(document: Document, own: Lexicon | None) -> _Screened:
    """Mask both sides; an answer with a blocking finding is kept for analysis and never shown.

    A document made in code may hold the answer as its text alone.
    """
    if not document.attributes.get("answer", "").strip():
        document = replace(document, attributes={**document.attributes, "answer": document.text})
    answer = mask(document.attributes["answer"])
    reasons = [
        finding.kind for finding in screen(answer.text, extra=own) if finding.severity is Severity.BLOCK
    ]
    if answer.findings:
        reasons.append("pii")
    named, masked = _masked_names(document)
    state = BLOCKED if reasons else named.attributes.get("state", "approved")
    attributes = {**named.attributes, "state": state}
    if reasons:
        attributes["state_reason"] = ",".join(dict.fromkeys(reasons))
    return _Screened(_answer_document(named, attributes), masked, attributes.get("state_reason", ""))


def _answer_document(document: Document, attributes: dict[str, str]) -> Document:
    """Build a past answer's text and layout anew from its two sides; the question may be unknown."""
    question, answer = attributes.get("question", "").strip(), attributes["answer"].strip()
    start = len(question) + 1 if question else 0
    text = f"{question}\n{answer}" if question else answer
    blocks = [Block(BlockKind.ANSWER, Span(start, len(text)))]
    if question:
        blocks.insert(0, Block(BlockKind.QUESTION, Span(0, len(question))))
    audience = Audience.INTERNAL if attributes["state"] == BLOCKED else document.audience
    return replace(document, text=text, blocks=tuple(blocks), attributes=attributes, audience=audience)


def with_product_ids(documents: Sequence[Document], products: Sequence[Document]) -> tuple[Document, ...]:
    """Turn the other names of products (商品ID, 货号, an id from a link) into the ids of their pages.

    Args:
        documents: About to be stored; a past answer may name its product by any of its names.
        products: Product pages already stored; pages among `documents` count as well.
    """
    pages = [*products, *(document for document in documents if document.kind is Kind.PRODUCT)]
    ids = {name.lower(): page.id for page in pages for name in (*page.aliases, page.id)}
    return tuple(
        replace(document, product=ids[document.product.lower()])
        if document.product and ids.get(document.product.lower(), document.product) != document.product
        else document
        for document in documents
    )


def changed_only(documents: Sequence[Document], current: dict[str, tuple[str, ...]]) -> Change:
    """Tell new from changed from unchanged documents by their digests.

    Args:
        documents: Screened documents.
        current: Live digests by id.
    """
    write: list[Document] = []
    loaded: list[str] = []
    changed: list[str] = []
    unchanged: list[str] = []
    for document in documents:
        known = current.get(document.id)
        if known is not None and digest(document) in known:
            unchanged.append(document.id)
            continue
        write.append(document)
        (loaded if known is None else changed).append(document.id)
    return Change(tuple(write), tuple(loaded), tuple(changed), tuple(unchanged))


def report(
    screened: Screened,
    change: Change,
    records: Sequence[Record],
    skipped: Sequence[Skipped],
    states: Sequence[StateChange] = (),
    conflicts: Sequence[Conflict] = (),
) -> AddReport:
    """Put together what became of one call."""
    return AddReport(
        loaded=change.loaded,
        changed=change.changed,
        unchanged=change.unchanged,
        skipped=(*skipped, *screened.skipped),
        blocked=screened.blocked,
        masked=screened.masked,
        chunks=sum(len(record.chunks) for record in records),
        conflicts=tuple(conflicts),
        answers=tuple((item.document_id, str(item.state), item.reason) for item in states),
    )


def make_records(
    documents: Sequence[Document],
    encoder: Encoder,
    settings: ChunkSettings,
    progress: Progress | None = None,
) -> list[Record]:
    """Cut and encode documents, in batches that bound the memory.

    Raises:
        AssistError: A document cannot be cut, or the encoder fails.
    """
    cut = [(document, chunk_document(document, settings)) for document in documents]
    texts = [embed_text(document, chunk) for document, chunks in cut for chunk in chunks]
    vectors = np.empty((len(texts), encoder.identity.dim), dtype=np.float32)
    for start in range(0, len(texts), ENCODE_BATCH):
        batch = texts[start : start + ENCODE_BATCH]
        vectors[start : start + len(batch)] = encoder.encode(batch, kind="passage")
        if progress is not None:
            progress(start + len(batch), len(texts), "encode")
    return _records(cut, vectors)


def _records(cut: Sequence[tuple[Document, tuple[Chunk, ...]]], vectors: np.ndarray) -> list[Record]:
    records, start = [], 0
    for document, chunks in cut:
        records.append(Record(document, chunks, vectors[start : start + len(chunks)]))
        start += len(chunks)
    return records


def log_report(report: AddReport, revision: int, at: datetime) -> None:
    """Log what was loaded: counts only, never a customer's words."""
    _log.info(
        "loaded %d, changed %d, unchanged %d, skipped %d, blocked %d, masked %d, revision %d at %s",
        len(report.loaded), len(report.changed), len(report.unchanged), len(report.skipped),
        len(report.blocked), report.masked, revision, at.isoformat(),
    )  # fmt: skip
