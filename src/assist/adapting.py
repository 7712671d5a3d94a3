"""The shop's own history -> a static model that knows the shop better, or the finding that it does not.

Pairs come from past answers (question, answer), from what agents sent (message, sent text) and from drafts that
they chose (message, cited passage). Each quarter of them is held out once from a model that learns from the
others; a model that learned from all is kept only where those rank the held-out answers better beyond chance.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from assist.documents import BlockKind, Kind, Span
from assist.encoder import MODEL_FILE, Encoder
from assist.encoder.adapt import AdaptSettings, Lesson, fine_tune
from assist.encoder.pieces import Pieces
from assist.encoder.static import StaticEncoder
from assist.encoder.weights import StaticWeights, write_weights
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
    settings: AdaptSettings

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


def adapt(
    pairs: Sequence[Pair],
    base: Encoder,
    out: str | Path,
    *,
    settings: AdaptSettings | None = None,
    progress: Progress | None = None,
) -> AdaptReport:
    """Fine-tune a static model on pairs and write it where adapted models are better on those held out.

    Pairs that share a query or a passage stay in one fold. Held-out queries are ranked over the passages of all
    pairs. The new model, which learned from all pairs, is written to the next free numbered folder of `out`, with
    the report beside it; a store is switched to it by `assist reencode STORE --encoder FOLDER`.

    Args:
        pairs: At least `FEWEST_PAIRS`.
        base: A static model with assist's own pieces, such as "bundled".
        out: Folder of the versions; made if absent.
        settings: How far and how long to learn.
        progress: Told the epochs.

    Raises:
        InputError: There are too few pairs, they hang together in too few groups, or `base` is no such model.
    """
    settings = settings or AdaptSettings()
    if len(pairs) < FEWEST_PAIRS:
        raise InputError(
            f"{len(pairs)} pairs of questions and answers are too few to learn from: with fewer than "
            f"{FEWEST_PAIRS} nobody could tell whether the new model is better; the base model stays"
        )
    if not isinstance(base, StaticEncoder):
        raise InputError("only static models are adapted here, such as 'bundled'")
    course = _Course(pairs, base, settings, progress)
    before, after, gain = intervals(course.measure(), seed=settings.seed)
    kept = gain.low is not None and gain.low > 0.0
    target = _next_folder(Path(out)) if kept else None
    report = AdaptReport(
        pairs={name: sum(p.source == name for p in pairs) for name in sorted({p.source for p in pairs})},
        held_out=len(pairs),
        before=before,
        after=after,
        gain=gain,
        kept=kept,
        folder=target,
        base=base.identity.revision,
        revision="" if target is None else course.write(target),
        settings=settings,
    )
    if target is not None:
        text = json.dumps(report.to_dict(), ensure_ascii=False, indent=2)
        (target / REPORT_FILE).write_text(text, encoding="utf-8")
    return report


class _Course:
    """The folds, and the epochs of all of them counted as one piece of work."""

    def __init__(
        self, pairs: Sequence[Pair], base: StaticEncoder, settings: AdaptSettings, progress: Progress | None
    ) -> None:
        self._pairs, self._base, self._settings, self._progress = pairs, base, settings, progress
        self._groups = group_numbers(pairs)
        names, sizes = np.unique(self._groups, return_counts=True)
        if len(names) < 2 * FOLDS or sizes.max() > len(pairs) // 2:
            raise InputError(
                f"the {len(pairs)} pairs share their questions or answers: {len(names)} groups, the largest of "
                f"{sizes.max()}; too few different ones to learn from"
            )
        order = np.random.default_rng(settings.seed).permutation(len(names))
        fold_of = np.empty(len(names), dtype=np.int64)
        fold_of[order] = (np.cumsum(sizes[order]) - 1) * FOLDS // len(pairs)
        self._folds = fold_of[np.searchsorted(names, self._groups)]
        self._done = 0

    def measure(self) -> NDArray[np.float64]:
        """Give RR@10 before and after, and the gain, of every pair when held out; float64, shape (n, 3)."""
        found = np.zeros((len(self._pairs), 3))
        for number in range(FOLDS):
            held = self._folds == number
            if held.any():
                model = opened(self._learn(~held, f"without part {number}"))
                found[held, 0] = reciprocal_ranks(self._base, self._pairs, held)
                found[held, 1] = reciprocal_ranks(model, self._pairs, held)
        found[:, 2] = found[:, 1] - found[:, 0]
        return found

    def write(self, target: Path) -> str:
        """Learn from all pairs and write the model; returns its revision."""
        weights = self._learn(np.ones(len(self._pairs), dtype=np.bool_), target.name)
        target.mkdir(parents=True)
        return write_weights(weights, target / MODEL_FILE)

    def _learn(self, chosen: NDArray[np.bool_], name: str) -> StaticWeights:
        some = [pair for pair, is_chosen in zip(self._pairs, chosen, strict=True) if is_chosen]
        lesson = Lesson([p.query for p in some], [p.passage for p in some], self._groups[chosen])
        return fine_tune(self._base, lesson, name=name, settings=self._settings, progress=self._told)

    def _told(self, done: int, total: int) -> None:
        self._done += 1
        if self._progress is not None:
            self._progress(self._done, total * (FOLDS + 1), "learn")


def opened(weights: StaticWeights) -> StaticEncoder:
    """Give an encoder of weights that are in no file yet."""
    cutter = Pieces(weights.pieces, simplified=weights.simplified)
    return StaticEncoder(cutter, weights.vectors, weights.scales, name=weights.name, revision=weights.name)


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
