"""What a store is: the Protocol that engines implement, and what goes into it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Any, Protocol, runtime_checkable
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from assist.arrays import FloatMatrix
from assist.documents import Chunk, Document, Kind, Level, Word
from assist.encoder.base import EncoderIdentity
from assist.shop import ShopProfile
from assist.store.view import View


@dataclass(frozen=True, slots=True, eq=False)
class Record:
    """A document with all that is searched of it; the unit of `Store.apply`.

    Attributes:
        document: What the shop loaded.
        chunks: Its chunks, by ordinal.
        embeddings: float32, shape (len(chunks), d), rows of unit L2 norm.
    """

    document: Document
    chunks: tuple[Chunk, ...]
    embeddings: FloatMatrix


@dataclass(frozen=True, slots=True)
class Outcome:
    """A logged suggestion with one feedback on it.

    Attributes:
        key: Grows with every feedback.
        payload: What was logged of the suggestion; without drafts where a document it quotes was erased.
        feedback: `chosen, sent_text, agent, at` (ISO text).
    """

    key: int
    payload: Mapping[str, Any]
    feedback: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Logged:
    """A suggestion as it is logged.

    Attributes:
        payload: What was suggested; plain data that JSON can hold.
        at: When.
    """

    payload: Mapping[str, object]
    at: datetime


class AnswerState(Word):
    """What may be done with a past answer."""

    CANDIDATE = "candidate"
    APPROVED = "approved"
    STALE = "stale"
    RETIRED = "retired"


@dataclass(frozen=True, slots=True)
class StateChange:
    """Another state for a past answer, and why."""

    document_id: str
    state: AnswerState
    reason: str


@dataclass(frozen=True, slots=True)
class Standing:
    """The state of a past answer, why, and since when (naive, shop time)."""

    document_id: str
    state: AnswerState
    reason: str
    at: datetime


@runtime_checkable
class Store(Protocol):
    """Keeps documents of every version, what is searched of them, and what the agents did with it.

    Every method may be called from any thread. Writes are all or nothing; what is written when a call
    returns stays written.
    """

    @property
    def path(self) -> str:
        """Say where the store is."""
        ...

    @property
    def encoder(self) -> EncoderIdentity:
        """Say whose vectors it keeps."""
        ...

    @property
    def revision(self) -> int:
        """Say how many commits changed what readers see; other processes' commits count at once."""
        ...

    @property
    def profile(self) -> ShopProfile:
        """Give the shop's own settings."""
        ...

    def apply(
        self,
        *,
        add: Sequence[Record] = (),
        remove: Sequence[str] = (),
        profile: ShopProfile | None = None,
        replaced_at: datetime | None = None,
        states: Sequence[StateChange] = (),
    ) -> int:
        """Write documents, removals, the profile and states in one transaction; returns the new revision."""
        ...

    def deferred_snapshot(self) -> AbstractContextManager[None]:
        """Put off index files until the end of a block of several `apply` calls."""
        ...

    def current(self) -> dict[str, tuple[str, ...]]:
        """Give the digests of all live documents by id."""
        ...

    def document(self, id: str, *, version: str | None = None, on: datetime | None = None) -> Document:
        """Give a document, in any version ever kept."""
        ...

    def loaded_at(self, id: str) -> datetime:
        """Say when the newest live version of a document was loaded (naive, shop time)."""
        ...

    def documents(
        self, *, kinds: Sequence[Kind] | None = None, levels: Sequence[Level] | None = None
    ) -> tuple[Document, ...]:
        """Give all live documents, or those of some kinds and levels."""
        ...

    def view(self) -> View:
        """Give what is searched at the newest revision."""
        ...

    def set_state(self, document_ids: Sequence[str], state: AnswerState, reason: str) -> int:
        """Set the state of past answers; returns the new revision."""
        ...

    def standings(self) -> tuple[Standing, ...]:
        """Give every state that was set, with its reason."""
        ...

    def log_suggestion(self, id: str, payload: Mapping[str, object], *, at: datetime) -> None:
        """Keep what was suggested."""
        ...

    def suggestion(self, id: str) -> dict[str, object]:
        """Give a logged suggestion."""
        ...

    def add_feedback(
        self,
        id: str,
        *,
        chosen: int | str | None = None,
        sent_text: str | None = None,
        agent: str | None = None,
        at: datetime,
        logged: Logged | None = None,
    ) -> None:
        """Keep what an agent did with a suggestion, together with the suggestion where it is given."""
        ...

    def feedback(self) -> list[dict[str, object]]:
        """Give all feedback, oldest first."""
        ...

    def outcomes(self, *, after: int = 0) -> list[Outcome]:
        """Give the newest feedback, each with its suggestion, oldest first."""
        ...

    def feedback_stamp(self) -> tuple[int, int]:
        """Give how often feedback was taken back, and the key of the newest; another pair means other feedback."""
        ...

    @property
    def tuned(self) -> str | None:
        """Give what was fitted to this shop, as text; see `assist.tuned`."""
        ...

    def set_tuned(self, text: str | None) -> int:
        """Keep what was fitted, or forget it; returns the new revision."""
        ...

    def undo_feedback(self, id: str) -> bool:
        """Take back the newest feedback on a suggestion; False where there is none."""
        ...

    def compact(self) -> None:
        """Erase removed documents for good and give the room back."""
        ...

    def verify(self) -> tuple[str, ...]:
        """Check everything; returns what is wrong, nothing when the store is sound."""
        ...

    def info(self) -> dict[str, object]:
        """Say what is in the store and how large it is."""
        ...

    def close(self) -> None:
        """Release all files."""
        ...


def shop_now(zone: str) -> datetime:
    """Read the clock in shop time.

    Args:
        zone: IANA name; one that this machine does not know counts as China's time.

    Returns:
        A naive datetime.
    """
    try:
        return datetime.now(ZoneInfo(zone)).replace(tzinfo=None)
    except (ZoneInfoNotFoundError, ValueError):
        return datetime.now(timezone(timedelta(hours=8))).replace(tzinfo=None)
