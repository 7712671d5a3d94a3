"""The shop's own history -> a model that knows the shop better, or the finding that it does not.

Pairs come from past answers (question, answer), from what agents sent (message, sent text) and from drafts that
they chose (message, cited passage). Each quarter of them is held out once from a model that learns from the
others; a model that learned from all is kept only where those rank the held-out answers better beyond chance. Of a
transformer, which takes hours where a static model takes minutes, one quarter alone is held out.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from assist.documents import BlockKind, Kind, Span
from assist.encoder import MODEL_FILE, Encoder
from assist.encoder.adapt import AdaptSettings, EpochDone, Lesson, fine_tune
from assist.encoder.sentence import SentenceTransformerEncoder
from assist.encoder.sentence_adapt import TransformerSettings, check_trainer, fine_tune_transformer
from assist.encoder.static import StaticEncoder
from assist.encoder.weights import write_weights
from assist.errors import InputError
from assist.evaluate.intervals import Interval, intervals
from assist.store.base import Outcome, Store
from assist.text.normalize import fold

FEWEST_PAIRS = 200
"""With fewer, what is held out is too little to tell a better model from a luckier one."""
FOLDS = 4
"""Each of so many parts is held out once."""
REPORT_FILE = "report.json"
_DEPTH = 10
_MOST_CHARS = 512

Progress = Callable[[int, int, str], None]
"""Told the epochs done, the number of all, and what is being done."""


@dataclass(frozen=True, slots=True)
class Pair:
    """A shopper's words and a text that answered them; `source` says where from."""

    query: str
    passage: str
    source: str


@dataclass(frozen=True, slots=True)
class AdaptReport:
    """What came of an adaptation.

    Attributes:
        pairs: Pairs by source, repeats left out.
        held_out: Queries that were measured with models that had not learned from them.
        before: RR@10 of the held-out answers among all answers, with the base model.
        after: The same with the models of the folds.
        gain: Their difference, paired.
        kept: Whether `gain` is above zero beyond chance, so that a new model was written.
        folder: Where to; None when it was not kept.
        base: The base model's revision.
        revision: The new model's revision.
        settings: How it was trained.
    """

    pairs: Mapping[str, int]
    held_out: int
    before: Interval
    after: Interval
    gain: Interval
    kept: bool
    folder: Path | None
    base: str
    revision: str
    settings: AdaptSettings | TransformerSettings

    def to_dict(self) -> dict[str, Any]:
        """Return it as plain data."""
        measured = {name: getattr(self, name).to_dict() for name in ("before", "after", "gain")}
        plain = {"pairs": dict(self.pairs), "held_out": self.held_out, "kept": self.kept, "base": self.base}
        place = None if self.folder is None else str(self.folder)
        return {**plain, **measured, "revision": self.revision, "folder": place} | {
            "settings": asdict(self.settings)
        }


def pairs_of(store: Store) -> tuple[Pair, ...]:
    """Gather the pairs of a store's history; each query with each text once."""
    found = [*_answered(store), *_used(store)]
    unique = {(fold(pair.query), fold(pair.passage)): pair for pair in reversed(found)}
    return tuple(reversed(unique.values()))


def _answered(store: Store) -> Iterator[Pair]:
    for document in store.documents(kinds=[Kind.PAST_ANSWER]):
        question = document.attributes.get("question", "")
        answers = [
            block.span.of(document.text) for block in document.blocks if block.kind is BlockKind.ANSWER
        ]
        yield from _pair(question, "".join(answers), "past answers")


def _used(store: Store) -> Iterator[Pair]:
    for outcome in store.outcomes():
        message = str(outcome.payload.get("message") or "")
        yield from _pair(message, str(outcome.feedback.get("sent_text") or ""), "sent")
        for passage in _cited(store, outcome):
            yield from _pair(message, passage, "chosen")


def _cited(store: Store, outcome: Outcome) -> Iterator[str]:
    """Give the passages that the chosen draft cites, as far as the store still has them."""
    drafts, chosen = outcome.payload.get("drafts"), outcome.feedback.get("chosen")
    if not isinstance(drafts, list) or not isinstance(chosen, int) or not 0 <= chosen < len(drafts):
        return
    for citation in drafts[chosen].get("citations", ()):
        try:
            document = store.document(citation["document_id"], version=citation["version"])
        except InputError:
            continue
        yield Span(*citation["span"]).of(document.text)


def _pair(query: str, passage: str, source: str) -> Iterator[Pair]:
    if query.strip() and passage.strip():
        yield Pair(query.strip()[:_MOST_CHARS], passage.strip()[:_MOST_CHARS], source)


class Pupil(Protocol):
    """A model that can learn."""

    @property
    def base(self) -> Encoder:
        """What it begins from."""
        ...

    @property
    def settings(self) -> AdaptSettings | TransformerSettings:
        """How far and how long it learns."""
        ...

    @property
    def folds(self) -> int:
        """How many of the `FOLDS` parts are held out, one after the other."""
        ...

    def learn(self, lesson: Lesson, folder: Path, name: str, progress: EpochDone) -> Encoder:
        """Learn from pairs, write the new model into an empty folder, and open it from there."""
        ...


@dataclass(frozen=True, slots=True)
class _Static:
    base: StaticEncoder
    settings: AdaptSettings
    folds: int = FOLDS

    def learn(self, lesson: Lesson, folder: Path, name: str, progress: EpochDone) -> Encoder:
        weights = fine_tune(self.base, lesson, name=name, settings=self.settings, progress=progress)
        write_weights(weights, folder / MODEL_FILE)
        return StaticEncoder.open(folder / MODEL_FILE)


@dataclass(frozen=True, slots=True)
class _Transformer:
    base: SentenceTransformerEncoder
    settings: TransformerSettings
    folds: int = 1

    def learn(self, lesson: Lesson, folder: Path, name: str, progress: EpochDone) -> Encoder:
        return fine_tune_transformer(self.base, lesson, folder, settings=self.settings, progress=progress)


def adapt(
    pairs: Sequence[Pair],
    base: Encoder,
    out: str | Path,
    *,
    settings: AdaptSettings | TransformerSettings | None = None,
    progress: Progress | None = None,
) -> AdaptReport:
    """Fine-tune a model on pairs and write it where adapted models are better on those held out.

    Pairs that share a query or a passage stay in one fold. Held-out queries are ranked over the passages of all
    pairs. The new model, which learned from all pairs, is written to the next free numbered folder of `out`, with
    the report beside it; a store is switched to it by `assist reencode STORE --encoder FOLDER`.

    Args:
        pairs: At least `FEWEST_PAIRS`.
        base: A static model with assist's own pieces, such as "bundled", or a sentence-transformers model that
            torch runs.
        out: Folder of the versions; made if absent.
        settings: How far and how long to learn, of the kind of `base`.
        progress: Told the epochs.

    Raises:
        InputError: There are too few pairs, they hang together in too few groups, `base` is no such model, or
            `settings` are those of the other kind.
        MissingDependencyError: A transformer is to learn, and the extra `adapt` is not installed.
    """
    if len(pairs) < FEWEST_PAIRS:
        raise InputError(
            f"{len(pairs)} pairs of questions and answers are too few to learn from: with fewer than "
            f"{FEWEST_PAIRS} nobody could tell whether the new model is better; the base model stays"
        )
    pupil = _pupil(base, settings)
    course = _Course(pairs, pupil, progress)
    measured = course.measure()
    before, after, gain = intervals(measured, seed=pupil.settings.seed)
    kept = gain.low is not None and gain.low > 0.0
    target = _next_folder(Path(out)) if kept else None
    report = AdaptReport(
        pairs={name: sum(p.source == name for p in pairs) for name in sorted({p.source for p in pairs})},
        held_out=len(measured),
        before=before,
        after=after,
        gain=gain,
        kept=kept,
        folder=target,
        base=base.identity.revision,
        revision="" if target is None else course.write(target),
        settings=pupil.settings,
    )
    if target is not None:
        text = json.dumps(report.to_dict(), ensure_ascii=False, indent=2)
        (target / REPORT_FILE).write_text(text, encoding="utf-8")
    return report


def _pupil(base: Encoder, settings: AdaptSettings | TransformerSettings | None) -> Pupil:
    if isinstance(base, StaticEncoder) and not isinstance(settings, TransformerSettings):
        return _Static(base, settings or AdaptSettings())
    if isinstance(base, SentenceTransformerEncoder) and not isinstance(settings, AdaptSettings):
        check_trainer(base)
        return _Transformer(base, settings or TransformerSettings())
    if isinstance(base, (StaticEncoder, SentenceTransformerEncoder)):
        raise InputError(f"{type(settings).__name__} do not fit {type(base).__name__}")
    raise InputError(
        "static models are adapted here, such as 'bundled', and sentence-transformers models that torch runs; "
        f"not {type(base).__name__}"
    )


class _Course:
    """The folds, and the epochs of all of them counted as one piece of work."""

    def __init__(self, pairs: Sequence[Pair], pupil: Pupil, progress: Progress | None) -> None:
        self._pairs, self._pupil, self._progress = pairs, pupil, progress
        self._groups = group_numbers(pairs)
        names, sizes = np.unique(self._groups, return_counts=True)
        if len(names) < 2 * FOLDS or sizes.max() > len(pairs) // 2:
            raise InputError(
                f"the {len(pairs)} pairs share their questions or answers: {len(names)} groups, the largest of "
                f"{sizes.max()}; too few different ones to learn from"
            )
        order = np.random.default_rng(pupil.settings.seed).permutation(len(names))
        fold_of = np.empty(len(names), dtype=np.int64)
        fold_of[order] = (np.cumsum(sizes[order]) - 1) * FOLDS // len(pairs)
        self._folds = fold_of[np.searchsorted(names, self._groups)]
        self._done = 0

    def measure(self) -> NDArray[np.float64]:
        """Give RR@10 before and after, and the gain, of every held-out pair; float64, shape (held out, 3)."""
        found = np.zeros((len(self._pairs), 3))
        for number in range(self._pupil.folds):
            held = self._folds == number
            if held.any():
                with tempfile.TemporaryDirectory(prefix="assist-adapt-") as folder:
                    model = self._learn(~held, Path(folder), f"without part {number}")
                    found[held, 0] = reciprocal_ranks(self._pupil.base, self._pairs, held)
                    found[held, 1] = reciprocal_ranks(model, self._pairs, held)
        found[:, 2] = found[:, 1] - found[:, 0]
        return found[self._folds < self._pupil.folds]

    def write(self, target: Path) -> str:
        """Learn from all pairs and write the model; returns its revision."""
        target.parent.mkdir(parents=True, exist_ok=True)
        # A run that is stopped leaves no numbered folder without a whole model in it.
        with tempfile.TemporaryDirectory(prefix=".adapting-", dir=target.parent) as folder:
            unfinished = Path(folder) / target.name
            unfinished.mkdir()
            everything = np.ones(len(self._pairs), dtype=np.bool_)
            revision = self._learn(everything, unfinished, target.name).identity.revision
            unfinished.rename(target)
        return revision

    def _learn(self, chosen: NDArray[np.bool_], folder: Path, name: str) -> Encoder:
        some = [pair for pair, is_chosen in zip(self._pairs, chosen, strict=True) if is_chosen]
        lesson = Lesson([p.query for p in some], [p.passage for p in some], self._groups[chosen])
        return self._pupil.learn(lesson, folder, name, self._told)

    def _told(self, done: int, total: int) -> None:
        self._done += 1
        if self._progress is not None:
            self._progress(self._done, total * (self._pupil.folds + 1), "learn")


def group_numbers(pairs: Sequence[Pair]) -> NDArray[np.int64]:
    """Number the groups of pairs that hang together by an equal query or an equal passage; int64, shape (n,)."""
    import scipy.sparse
    from scipy.sparse.csgraph import connected_components

    number: dict[tuple[str, str], int] = {}
    queries = [number.setdefault(("q", fold(pair.query)), len(number)) for pair in pairs]
    passages = [number.setdefault(("p", fold(pair.passage)), len(number)) for pair in pairs]
    edges = np.array([queries, passages])
    graph = scipy.sparse.coo_matrix((np.ones(len(pairs)), (edges[0], edges[1])), shape=(len(number),) * 2)
    labels: NDArray[np.int64] = connected_components(graph, directed=False)[1].astype(np.int64)
    return labels[queries]


def reciprocal_ranks(encoder: Encoder, pairs: Sequence[Pair], held: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Give RR@10 of the held-out pairs' passages among the passages of all pairs; float64, shape (held,)."""
    passages = sorted({pair.passage for pair in pairs})
    place = {passage: row for row, passage in enumerate(passages)}
    asked = [pair for pair, out_of_it in zip(pairs, held, strict=True) if out_of_it]
    rows = encoder.encode(passages)
    found = np.zeros(len(asked))
    for start in range(0, len(asked), 512):
        part = asked[start : start + 512]
        scores = encoder.encode([pair.query for pair in part], kind="query") @ rows.T
        right = scores[np.arange(len(part)), [place[pair.passage] for pair in part]]
        ranks = 1 + (scores > right[:, None]).sum(axis=1)
        found[start : start + 512] = np.where(ranks <= _DEPTH, 1.0 / ranks, 0.0)
    return found


def _next_folder(out: Path) -> Path:
    taken = [int(path.name.split("-")[-1]) for path in out.glob("adapted-*") if path.name[8:].isdigit()]
    return out / f"adapted-{max(taken, default=0) + 1:04d}"
