"""A log of real replies, replayed in order: does learning from each reply bring the next right draft up?

Nothing is written: what the replay learns lives in memory only. Every row is suggested for twice, with what was learned
from the rows before it and without; the draft nearest to the reply is the one that was chosen, and its rank is compared.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np

from assist.encoder import load as load_encoder
from assist.encoder.base import Encoder
from assist.errors import InputError
from assist.evaluate.intervals import Interval, intervals, rounded
from assist.evaluate.judging import judge_draft
from assist.evaluate.labels import LabelledQuestion, read_questions
from assist.evaluate.provenance import hashes, versions
from assist.evaluate.result_file import to_json
from assist.learning import Trace, payload, used, votes
from assist.loading import Progress
from assist.preferring import Preferences
from assist.results import Draft, Suggestion
from assist.settings import Settings
from assist.store.base import Outcome, shop_now
from assist.store.local import LocalStore
from assist.suggesting import Suggester

SHOWN = 3


@dataclass(frozen=True, slots=True)
class ReplayEvaluation:
    """What `evaluate_replay` measured.

    Attributes:
        settings: Everything that was chosen.
        versions: What it was run with.
        data: SHA-256 by file.
        measures: `RR` (with learning), `RR_without`, `RR_gain` (paired) over the rows with a chosen draft, and the same
            over the second half of the log, when something had been learned (`late_...`); `chosen` is the share of
            rows with one.
        rows: Per row: `id`, `values`.
    """

    settings: Mapping[str, object]
    versions: Mapping[str, str]
    data: Mapping[str, str]
    measures: Mapping[str, Interval]
    rows: tuple[Mapping[str, object], ...]

    def to_dict(self) -> dict[str, Any]:
        """Return what the JSON file holds."""
        return {
            "kind": "replay",
            "settings": dict(self.settings),
            "versions": dict(self.versions),
            "data": dict(self.data),
            "measures": {name: interval.to_dict() for name, interval in self.measures.items()},
            "rows": [dict(row) for row in self.rows],
        }

    def to_json(self) -> str:
        """Return the text of the JSON file; two runs are byte-equal."""
        return to_json(self.to_dict())


def evaluate_replay(
    store: str | Path,
    log: str | Path,
    *,
    split: str | None = None,
    encoder: str | Encoder = "bundled",
    passes: int = 1,
    seed: int = 0,
    progress: Progress | None = None,
) -> ReplayEvaluation:
    """Replay a log and measure the reciprocal rank of the chosen draft, with learning and without.

    A row with a `reply` (or `answer`) chooses the draft nearest to it; a row with labels the first draft that is usable
    by them. A row without either chosen draft still teaches: nothing was used.

    Args:
        store: Folder of the store; only read.
        log: JSON Lines, in the order of time; see `assist.evaluate.labels.read_questions`.
        split: Only rows of this split.
        encoder: What the store was built with.
        passes: How often the log is gone through; only the last pass is measured.
        seed: Of the intervals.
        progress: Called with rows done, of how many, and the stage.

    Raises:
        InputError: A file is missing, the log is empty, passes < 1.
        MalformedRecordError: A broken row; with file and line.
    """
    if passes < 1:
        raise InputError(f"passes must be >= 1, got {passes}")
    model = load_encoder(encoder) if isinstance(encoder, str) else encoder
    with LocalStore.open(store, encoder=model.identity, read_only=True) as opened:
        rows = read_questions(log, split=split, timezone=opened.profile.timezone)
        suggester = Suggester.of(opened, model, Settings())
        found = _replayed(suggester, rows, passes, shop_now(opened.profile.timezone), progress)
    return ReplayEvaluation(
        settings={
            "encoder": model.identity.name,
            "split": split,
            "passes": passes,
            "rows": len(rows),
            "seed": seed,
        },
        versions=versions(model.identity),
        data=hashes({Path(log).name: Path(log)}),
        measures=_measured(found, seed),
        rows=tuple(
            {"id": row.id, "values": {"RR": rounded(pair[0]), "RR_without": rounded(pair[1])}}
            for row, pair in zip(rows, found, strict=True)
            if pair is not None
        ),
    )


def _replayed(
    suggester: Suggester,
    rows: Sequence[LabelledQuestion],
    passes: int,
    now: datetime,
    progress: Progress | None,
) -> list[tuple[float, float] | None]:
    """Give the two reciprocal ranks of each row in the last pass; None where no draft was chosen."""
    learned = Preferences.none()
    found: list[tuple[float, float] | None] = []
    for number in range(passes):
        found = []
        for at, row in enumerate(rows):
            when = row.message.on or now
            plain, taught = (
                suggester.suggest_many([row.message], [when], SHOWN, known)[0] for known in (None, learned)
            )
            wanted = _chosen(row, (*plain.drafts, *taught.drafts))
            found.append(
                None if wanted is None else (_reciprocal(taught, wanted), _reciprocal(plain, wanted))
            )
            learned = learned.plus(votes(_outcome(row, taught, wanted, when)))
            if progress is not None:
                progress(number * len(rows) + at + 1, passes * len(rows), "replay")
    return found


def _chosen(row: LabelledQuestion, drafts: Sequence[Draft]) -> str | None:
    """Give the text of the draft that the agent would have taken, whichever run shows it."""
    if row.reply is not None:
        number, _ = used([draft.text for draft in drafts], None, row.reply)
        return None if number is None else drafts[number].text
    fine = (draft.text for draft in drafts if judge_draft(row, draft))
    return next(fine, None)


def _reciprocal(suggestion: Suggestion, wanted: str) -> float:
    texts = [draft.text for draft in suggestion.drafts[:SHOWN]]
    return 1.0 / (1 + texts.index(wanted)) if wanted in texts else 0.0


def _outcome(row: LabelledQuestion, suggestion: Suggestion, wanted: str | None, at: datetime) -> Outcome:
    texts = [draft.text for draft in suggestion.drafts[:SHOWN]]
    chosen = texts.index(wanted) if wanted in texts else None
    feedback = {"chosen": chosen, "sent_text": None, "agent": row.id, "at": at.isoformat()}
    return Outcome(row.line, payload(Trace(suggestion, row.message, at)), feedback)


def _measured(found: Sequence[tuple[float, float] | None], seed: int) -> dict[str, Interval]:
    nothing = (float("nan"), float("nan"))
    pairs = np.array([nothing if pair is None else pair for pair in found], dtype=np.float64)
    late = pairs.copy()
    late[: len(late) // 2] = np.nan
    columns = [
        pairs[:, 0], pairs[:, 1], pairs[:, 0] - pairs[:, 1],
        late[:, 0], late[:, 1], late[:, 0] - late[:, 1],
        (~np.isnan(pairs[:, 0])).astype(np.float64),
    ]  # fmt: skip
    names = ("RR", "RR_without", "RR_gain", "late_RR", "late_RR_without", "late_RR_gain", "chosen")
    return dict(zip(names, intervals(np.stack(columns, axis=1), seed=seed), strict=True))
