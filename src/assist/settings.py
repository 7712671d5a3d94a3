"""Every knob, as frozen dataclasses with the defaults that were measured or that a shop would expect."""

from __future__ import annotations

from dataclasses import dataclass, field

from assist.errors import InputError


@dataclass(frozen=True, slots=True)
class ChunkSettings:
    """How documents are cut.

    Attributes:
        max_chars: A chunk is not longer than this, unless one indivisible block is.
        min_chars: Neighbouring blocks of one section are joined up to this length.
    """

    max_chars: int = 360
    min_chars: int = 40

    def __post_init__(self) -> None:
        if not 1 <= self.min_chars <= self.max_chars:
            raise InputError(f"1 <= min_chars <= max_chars must hold, got {self.min_chars}, {self.max_chars}")


@dataclass(frozen=True, slots=True)
class SearchSettings:
    """How hits are found.

    Attributes:
        k1: BM25 term saturation.
        b: BM25 length normalisation.
        dense_weight: Share of the dense lane in the convex mix of the two lanes, 0–1.
        candidates: Hits taken from each lane before fusion, at most; four per hit wanted are enough, and 40.
        exact_rows: Up to this many rows the dense lane is exact.
        exact_scope_rows: A filter that leaves at most this many rows is scored exactly, row by row.
        duplicate_cosine: Hits of the same kind at least this similar collapse into one.
        ranked: Order the first 60 candidates anew by a small learned model that reads query and text together; some
            milliseconds a query, with the bundled encoder alone.
    """

    k1: float = 1.5
    b: float = 0.75
    dense_weight: float = 0.4
    candidates: int = 100
    exact_rows: int = 50_000
    exact_scope_rows: int = 4_096
    duplicate_cosine: float = 0.97
    ranked: bool = False


@dataclass(frozen=True, slots=True)
class IngestSettings:
    """Limits on what is read, so that a broken or hostile file costs little.

    Attributes:
        max_file_bytes: A larger file is refused.
        max_text_chars: A document whose text is longer is refused.
        max_cell_chars: A longer table cell or row field is refused.
        max_rows: Rows read from one table file.
    """

    max_file_bytes: int = 20_000_000
    max_text_chars: int = 400_000
    max_cell_chars: int = 20_000
    max_rows: int = 1_000_000


@dataclass(frozen=True, slots=True)
class MessageSettings:
    """Limits on a message; a longer one is cut with a finding.

    Attributes:
        max_chars: Characters of a message that are read.
        max_history: Earlier turns that are looked at.
    """

    max_chars: int = 2_000
    max_history: int = 20


@dataclass(frozen=True, slots=True)
class StoreSettings:
    """How the store on disk behaves.

    Attributes:
        busy_timeout_s: How long a second writer waits before `StoreLockedError`.
        snapshot_rows: A snapshot is rewritten when at least this many rows changed since the last one, and one in
            fifty or 5,000.
        waited_rows: A call waits for the snapshot that it makes due of at most this many rows; a larger one is
            rewritten in a thread after the call has returned.
    """

    busy_timeout_s: float = 5.0
    snapshot_rows: int = 1
    waited_rows: int = 10_000


@dataclass(frozen=True, slots=True)
class GuardSettings:
    """How strict the guards are.

    Attributes:
        unsourced_number: Severity word for a number without a source.
        compared_documents: A store of more documents than this is not searched for conflicts at every load,
            only by the report.
        lists: The shop's own word lists and disguises, as paths; see `docs/guards.md`.
    """

    unsourced_number: str = "block"
    compared_documents: int = 5_000
    lists: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Settings:
    """All settings together; pass to `Assistant.open(settings=...)`."""

    chunk: ChunkSettings = field(default_factory=ChunkSettings)
    search: SearchSettings = field(default_factory=SearchSettings)
    ingest: IngestSettings = field(default_factory=IngestSettings)
    message: MessageSettings = field(default_factory=MessageSettings)
    store: StoreSettings = field(default_factory=StoreSettings)
    guard: GuardSettings = field(default_factory=GuardSettings)
