"""What a shop's texts say against each other: conflicts between them, and earlier answers that a change leaves behind.

Loading compares what is new with what is there, in the same transaction as the write; the reports compare all.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from assist.clock import shop_time
from assist.documents import Document, Kind, Level, Validity
from assist.errors import InputError
from assist.guard import screen
from assist.guard.conflicts import Conflict, find_conflicts
from assist.guard.decay import Outcome, Verdict, recheck, rests_on
from assist.guard.floors import Floors
from assist.guard.lexicon import shop_lexicon
from assist.results import Citation, Finding
from assist.settings import GuardSettings
from assist.store.base import AnswerState, StateChange, Store

SOURCES = (Kind.PRODUCT, Kind.POLICY, Kind.PROMOTION)
"""Kinds that an earlier answer can rest on."""
_UNUSED = frozenset({"blocked", AnswerState.RETIRED.value})
_STATES = {Outcome.DOWNGRADED: AnswerState.STALE, Outcome.RETIRED: AnswerState.RETIRED}


@dataclass(frozen=True, slots=True)
class AnswerReview:
    """A past answer with its state.

    Attributes:
        document_id: The answer.
        state: `candidate`, `approved`, `stale`, `retired`, or `blocked`.
        reason: Why; empty where it was never changed.
        since: When the state was set; None: never.
        question: What was asked, personal data masked.
        answer: What was answered, personal data masked.
        product: The product it is about, if any.
        pins: The passages that it rests on, in the versions it was given under.
    """

    document_id: str
    state: str
    reason: str
    since: datetime | None
    question: str
    answer: str
    product: str | None
    pins: tuple[Citation, ...] = ()


def conflicts(store: Store, *, now: datetime, involving: Iterable[str] | None = None) -> tuple[Conflict, ...]:
    """Compare all live texts of a store that have not ended by `now`; see `assist.guard.conflicts`."""
    retired = {item.document_id for item in store.standings() if item.state is AnswerState.RETIRED}
    used = [item for item in store.documents() if item.id not in retired and not _blocked(item)]
    return find_conflicts(used, involving=involving, since=now)


def _blocked(document: Document) -> bool:
    return document.kind is Kind.PAST_ANSWER and document.attributes.get("state") == "blocked"


def new_conflicts(store: Store, ids: Sequence[str], *, now: datetime, limit: int) -> tuple[Conflict, ...]:
    """Find the conflicts that documents just written have with the others.

    Args:
        store: After the write.
        ids: What was written.
        now: Texts that ended before it are left out.
        limit: A store of more documents is not compared at every load; the report does it.
    """
    if not ids or len(store.current()) > limit:
        return ()
    return conflicts(store, now=now, involving=ids)


def review_write(store: Store, write: Sequence[Document], *, now: datetime) -> tuple[StateChange, ...]:
    """Re-check the past answers that a write bears on, before it is made.

    An answer rests on the version of a page or rule that held when it was given (`answered_at`), or that was
    there when it was loaded. When a later version takes its place, the answer is checked against the new text.

    Args:
        store: As it is before the write.
        write: The documents to be written: new ones and new versions.
        now: Naive shop time.

    Returns:
        States to set in the same transaction.
    """
    current = store.current()
    changed = [item for item in _newest(write) if item.kind in SOURCES and item.id in current]
    pairs = [(store.document(item.id), item) for item in changed]
    arriving = [item for item in write if item.kind is Kind.PAST_ANSWER]
    states = _states(store)
    found = {change.document_id: change for change in _anew(arriving, states)}
    histories = _histories(store, write, current) if arriving else {}
    if pairs or histories:
        others = _holding(store, write, now)
        stored = _stored_answers(store, pairs, {item.id for item in arriving})
        found |= _reviewed(stored, pairs, states, others)
        zone = store.profile.timezone
        for answer in arriving:
            found |= _reviewed([answer], list(_superseded(answer, histories, now, zone)), {}, others)
    return tuple(found.values())


def review_removal(store: Store, ids: Iterable[str]) -> tuple[StateChange, ...]:
    """Re-check the past answers that rest on documents about to be removed; ids that are not live are passed over."""
    live = store.current()
    gone = [store.document(name) for name in ids if name in live]
    pairs: list[tuple[Document, Document | None]] = [(item, None) for item in gone if item.kind in SOURCES]
    removed = {item.id for item in gone}
    if not pairs:
        return ()
    others = [item for item in store.documents(kinds=SOURCES) if item.id not in removed]
    return tuple(_reviewed(_stored_answers(store, pairs, removed), pairs, _states(store), others).values())


def answers(store: Store, *, states: Iterable[str] | None = None) -> tuple[AnswerReview, ...]:
    """List past answers with their states and what they rest on.

    Args:
        store: Any store.
        states: Only these states; None: all.
    """
    wanted = None if states is None else frozenset(map(str, states))
    standing = {item.document_id: item for item in store.standings()}
    listed = []
    for document in store.documents(kinds=(Kind.PAST_ANSWER,)):
        known = standing.get(document.id)
        state = str(known.state) if known else document.attributes.get("state", AnswerState.APPROVED.value)
        if wanted is None or state in wanted:
            reason = known.reason if known else document.attributes.get("state_reason", "")
            listed.append(_review(document, state, reason, known.at if known else None))
    return tuple(listed)


def with_pins(store: Store, reviews: Sequence[AnswerReview]) -> tuple[AnswerReview, ...]:
    """Add to each answer the passages that it rests on: of the versions that held when it was given.

    One that a person approved since is pinned to the versions under which that was done. Nothing of this is kept beside the answer: the store never forgets a version, nor when it was loaded, replaced
    and valid, so the versions that an answer was given under are the same whenever one asks.
    """
    documents = {item.id: item for item in store.documents(kinds=(Kind.PAST_ANSWER,))}
    sources, zone = store.documents(kinds=SOURCES), store.profile.timezone
    loaded = {item.id: store.loaded_at(item.id) for item in sources}
    pinned = []
    for review in reviews:
        given, known = _moments(review, documents[review.document_id], store, zone)
        held = [item for item in sources if _concerns(item, review.product) and _held(item.validity, given)]
        pins = rests_on(review.answer, [_as_known(store, item, loaded[item.id], known) for item in held])
        pinned.append(
            AnswerReview(
                review.document_id,
                review.state,
                review.reason,
                review.since,
                review.question,
                review.answer,
                review.product,
                pins,
            )  # fmt: skip
        )
    return tuple(pinned)


def _moments(
    review: AnswerReview, answer: Document, store: Store, zone: str
) -> tuple[datetime | None, datetime]:
    """Return when an answer was given, as its own date says it, and when the store came to know it."""
    if review.state == AnswerState.APPROVED.value and review.since is not None:
        return review.since, review.since
    return _given_at(answer, zone), store.loaded_at(review.document_id)


def _as_known(store: Store, source: Document, loaded_at: datetime, known: datetime) -> Document:
    """Return a source as the store held it when an answer was loaded; a dated one says itself when it holds."""
    if source.validity != Validity() or loaded_at <= known:
        return source
    return store.document(source.id, on=known)


def set_states(store: Store, ids: Sequence[str], state: AnswerState, reason: str) -> int:
    """Approve or retire past answers by hand.

    Returns:
        How many there were.

    Raises:
        InputError: An id is no past answer, or one that screening keeps out of every draft is to be approved.
    """
    if isinstance(ids, str):
        raise InputError("a list of ids is needed, got a string")
    known = {item.id: item for item in store.documents(kinds=(Kind.PAST_ANSWER,))}
    for name in ids:
        if name not in known:
            raise InputError(f"no past answer {name!r} is in the store")
        blocked = known[name].attributes.get("state") == "blocked"
        if blocked and state is AnswerState.APPROVED:
            why = known[name].attributes.get("state_reason", "")
            raise InputError(
                f"past answer {name!r} cannot be approved: screening found {why}; load a corrected text"
            )
    if ids:
        store.set_state(list(ids), state, reason)
    return len(ids)


def floors(store: Store) -> Floors:
    """Read what law and platform guarantee the shopper from a store's own texts."""
    return Floors.of(store.documents(levels=(Level.LAW, Level.PLATFORM)))


def check_text(store: Store, text: str, settings: GuardSettings) -> tuple[Finding, ...]:
    """Screen a text of the caller's own against the shop's name, floors and word lists.

    Raises:
        InputError: The text is empty.
        IngestError: One of the shop's word lists cannot be read.
    """
    if not text.strip():
        raise InputError("the text to check must not be empty")
    own = shop_lexicon(settings.lists)
    return screen(text, shop=store.profile.name, floors=floors(store), extra=own)


def _review(document: Document, state: str, reason: str, since: datetime | None) -> AnswerReview:
    question, answer = document.attributes.get("question", ""), document.attributes.get("answer", "")
    return AnswerReview(document.id, state, reason, since, question, answer, document.product)


def _newest(write: Sequence[Document]) -> list[Document]:
    """Of several versions of a document in one write, the one that starts last."""
    newest: dict[str, Document] = {}
    for item in write:
        if item.id not in newest or _start(item) >= _start(newest[item.id]):
            newest[item.id] = item
    return list(newest.values())


def _start(document: Document) -> datetime:
    return document.validity.valid_from or datetime.min


def _states(store: Store) -> dict[str, AnswerState]:
    return {item.document_id: item.state for item in store.standings()}


def _anew(arriving: Sequence[Document], states: Mapping[str, AnswerState]) -> Iterator[StateChange]:
    """An answer whose own text was corrected starts anew with the state that its file gives it."""
    for answer in arriving:
        own = answer.attributes.get("state", AnswerState.APPROVED.value)
        if answer.id in states and own != "blocked":
            yield StateChange(answer.id, AnswerState(AnswerState.parse(own)), "回答本身已更新")


def _stored_answers(
    store: Store, pairs: Sequence[tuple[Document, Document | None]], leave_out: set[str]
) -> list[Document]:
    if not pairs:
        return []
    return [item for item in store.documents(kinds=(Kind.PAST_ANSWER,)) if item.id not in leave_out]


def _reviewed(
    listed: Sequence[Document],
    pairs: Sequence[tuple[Document, Document | None]],
    states: Mapping[str, AnswerState],
    others: Sequence[Document],
) -> dict[str, StateChange]:
    """Check answers against every changed document that may concern them; the gravest verdict counts."""
    found: dict[str, StateChange] = {}
    for answer in listed:
        state = states.get(answer.id)
        if (state or answer.attributes.get("state", "")) in _UNUSED:
            continue
        verdict = _gravest(answer, pairs, others)
        wanted = _STATES.get(verdict.outcome)
        if wanted is not None and wanted is not state:
            found[answer.id] = StateChange(answer.id, wanted, _reason(verdict))
    return found


def _gravest(
    answer: Document, pairs: Sequence[tuple[Document, Document | None]], others: Sequence[Document]
) -> Verdict:
    text = answer.attributes.get("answer", answer.text)
    near = [item for item in others if _concerns(item, answer.product)]
    verdicts = [
        recheck(text, old, new, others=[item for item in near if item.id != old.id])
        for old, new in pairs
        if _concerns(old, answer.product)
    ]
    order = list(Outcome)
    return max(verdicts, key=lambda item: order.index(item.outcome), default=Verdict(Outcome.KEPT))


def _concerns(source: Document, product: str | None) -> bool:
    """A page concerns the answers about its product; a rule may concern any."""
    return source.kind is not Kind.PRODUCT or source.id == product


def _reason(verdict: Verdict) -> str:
    if verdict.old is None:
        return verdict.reason
    section = f" {verdict.old.section}" if verdict.old.section else ""
    now = "已删" if verdict.new is None else verdict.new.version[:8]
    return f"{verdict.reason}（{verdict.old.document_id}{section}，版本 {verdict.old.version[:8]} → {now}）"


def _holding(store: Store, write: Sequence[Document], now: datetime) -> list[Document]:
    """Collect the pages and rules that will hold now, once the write is made."""
    arriving = [item for item in write if item.kind in SOURCES]
    changed = {item.id for item in arriving}
    kept = (item for item in store.documents(kinds=SOURCES) if item.id not in changed)
    return [item for item in (*kept, *arriving) if item.validity.holds(now)]


def _histories(
    store: Store, write: Sequence[Document], current: Mapping[str, tuple[str, ...]]
) -> dict[str, list[Document]]:
    """Collect the documents that are there in several versions, by id, earliest first."""
    arriving: dict[str, list[Document]] = {}
    for item in write:
        if item.kind in SOURCES:
            arriving.setdefault(item.id, []).append(item)
    several = {name for name, digests in current.items() if len(digests) + len(arriving.get(name, ())) > 1}
    several |= {name for name, items in arriving.items() if len(items) > 1}
    if not several:
        return {}
    stored = [item for item in store.documents(kinds=SOURCES) if item.id in several]
    found = {name: arriving.get(name, []) + [item for item in stored if item.id == name] for name in several}
    return {name: sorted(items, key=_start) for name, items in found.items() if items}


def _superseded(
    answer: Document, histories: Mapping[str, Sequence[Document]], now: datetime, zone: str
) -> Iterator[tuple[Document, Document]]:
    """Yield the version of each document that held when an answer was given, with the one that holds now."""
    given = _given_at(answer, zone)
    for versions in histories.values() if given is not None else ():
        held = [item for item in versions if _held(item.validity, given)]
        holds = [item for item in versions if _held(item.validity, now)]
        if held and holds and held[-1].version != holds[-1].version:
            yield held[-1], holds[-1]


def _given_at(answer: Document, zone: str) -> datetime | None:
    stated = answer.attributes.get("answered_at", "")
    try:
        return shop_time(stated, zone) if stated else None
    except InputError:
        return None


def _held(validity: Validity, moment: datetime | None) -> bool:
    return moment is None or validity.holds(moment)
