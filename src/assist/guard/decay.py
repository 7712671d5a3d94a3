"""Whether an earlier answer still holds after the text it was given under has changed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from assist.documents import BlockKind, Document, Level, Span, Versioned, Word
from assist.expressions import expression
from assist.guard.subjects import passages
from assist.results import Citation, Source
from assist.text.normalize import fold
from assist.text.quantities import Dimension, Quantity, quantities
from assist.text.sentences import sentences

_PIECE = expression(r"[^，,。；;！!？?~～\n]+")
_NOISE = expression(r"[^\w%.<>\-]+|[的呢哦呀啦哈亲吧嘛噢]")
_TABLED = frozenset({BlockKind.PARAMETERS, BlockKind.PRICE, BlockKind.SIZE_TABLE, BlockKind.TABLE})
_RESTS_ON = 0.5
"""A piece of an answer rests on a passage that it is at least this like."""
_SUCCEEDS = 0.25
"""A changed sentence is the successor of an old one that it is at least this like."""
_MIN_SAID = 4
_FIGURES_WEIGH = 0.6
_MIN_LETTERS = 0.1
"""Of words that an answer must share with a passage, besides figures, to rest on it."""


class Outcome(Word):
    """What becomes of an earlier answer."""

    KEPT = "kept"
    DOWNGRADED = "downgraded"
    RETIRED = "retired"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a change of one document means for an earlier answer.

    Attributes:
        outcome: RETIRED: a figure or value that the answer states is another now, or its source is gone;
            DOWNGRADED: the words it rests on changed or are gone; KEPT: all it says still stands, or it never
            rested on this document.
        reason: Why, in Chinese; empty for KEPT.
        old: The passage that the answer was given under; None: it did not rest on the document.
        new: What stands there now; None: nothing.
    """

    outcome: Outcome
    reason: str = ""
    old: Citation | None = None
    new: Citation | None = None


@dataclass(frozen=True, slots=True)
class _Unit:
    """A piece of a document that can bear an answer out: a fact, a table row, a sentence.

    Attributes:
        key: What it is about, where that is named: a fact's key, a row's table and first cell.
        text: What it states.
        core: The same with quantities in one notation.
        pieces: The cores of its clauses.
    """

    key: str
    text: str
    core: str
    pieces: tuple[str, ...]
    span: Span
    section: str


def recheck(answer: str, old: Document, new: Document | None, *, others: Sequence[Document] = ()) -> Verdict:
    """Check an earlier answer against a new version of a document that it may rest on.

    Args:
        answer: The answer as it was given.
        old: The version that it was given under.
        new: The version that holds now; None: the document was removed.
        others: Other documents that hold now; what one of them bears out as well never rested on this one.
    """
    before = _units(Versioned(old))
    after = () if new is None else _units(Versioned(new))
    standing = {unit.core for unit in after}
    worst = Verdict(Outcome.KEPT)
    for piece in _said(answer):
        unit = _rests_on(piece, before)
        if unit is None or unit.core in standing or _borne_out(piece, unit, others):
            continue
        verdict = _judged(piece, unit, after, old, new)
        if _grave(verdict) > _grave(worst):
            worst = verdict
    return worst


def rests_on(answer: str, documents: Sequence[Document]) -> tuple[Citation, ...]:
    """Return the passages that an answer rests on, each once, in the answer's order: the best for every piece."""
    found: dict[tuple[str, Span], Citation] = {}
    for piece in _said(answer):
        best, score = None, _RESTS_ON
        for document in documents:
            unit = _rests_on(piece, _units(Versioned(document)))
            like = 0.0 if unit is None else _likeness(piece, unit.text)
            if unit is not None and like >= score and (best is None or like > score):
                best, score = _cite(document, unit), like
        if best is not None:
            found.setdefault((best.document_id, best.span), best)
    return tuple(found.values())


def _borne_out(piece: str, unit: _Unit, others: Sequence[Document]) -> bool:
    score = _likeness(piece, unit.text)
    units = (_rests_on(piece, _units(Versioned(document))) for document in others)
    return any(other is not None and _likeness(piece, other.text) >= score for other in units)


def _grave(verdict: Verdict) -> int:
    return list(Outcome).index(verdict.outcome)


@lru_cache(maxsize=2_048)
def _units(held: Versioned) -> tuple[_Unit, ...]:
    return tuple(_read(held.document))


def _read(document: Document) -> Iterator[_Unit]:
    for fact in document.facts:
        if fact.sku is None:
            yield _unit(fact.key, f"{fact.key} {fact.value}{fact.unit}", fact.span, fact.section)
    for table in document.tables:
        for row in table.rows:
            cells = [f"{head} {cell.text}" for head, cell in zip(table.header, row.cells, strict=False)]
            first = row.cells[0].text if row.cells else ""
            yield _unit(f"{' '.join(table.header)}|{first}", " ".join(cells), row.span, table.section)
    for passage in passages(document):
        if passage.kind not in _TABLED:
            text = passage.span.of(document.text)
            for span in sentences(text):
                at = Span(passage.span.start + span.start, passage.span.start + span.end)
                yield _unit("", span.of(text), at, passage.section)


def _unit(key: str, text: str, span: Span, section: str) -> _Unit:
    pieces = tuple(filter(None, (_core(piece) for piece in _PIECE.findall(text))))
    return _Unit(key, text, _core(text), pieces, span, section)


def _core(text: str) -> str:
    """Write a text with its quantities in one notation and without courtesies: 七天内 and 7天内 become one."""
    parts, at = [], 0
    for quantity in _figures(text):
        family, group, value, high = quantity.comparable
        parts += [text[at : quantity.span.start], f"<{family}{group}{value.normalize():f}-{high or ''}>"]
        at = quantity.span.end
    return _NOISE.sub("", fold("".join([*parts, text[at:]])))


def _said(answer: str) -> list[str]:
    """Return the clauses that may state something: those with a figure, or with more than a few letters."""
    return [piece for piece in _PIECE.findall(answer) if _figures(piece) or len(_letters(piece)) >= _MIN_SAID]


@lru_cache(maxsize=20_000)
def _figures(text: str) -> tuple[Quantity, ...]:
    return quantities(text)


def _rests_on(piece: str, units: Sequence[_Unit]) -> _Unit | None:
    best, score = None, 0.0
    for unit in units:
        like = _likeness(piece, unit.text)
        if like > score:
            best, score = unit, like
    return best if score >= _RESTS_ON else None


def _likeness(piece: str, text: str) -> float:
    """How far a passage bears a piece of an answer out: figures that it states, and words in common; 0–1."""
    figures = _figures(piece)
    words = _shared(piece, text)
    if not figures:
        return words
    stated = _figures(text)
    share = sum(any(_same(figure, other) for other in stated) for figure in figures) / len(figures)
    if not share or words < _MIN_LETTERS:
        return 0.0
    return _FIGURES_WEIGH * share + (1.0 - _FIGURES_WEIGH) * words


def _same(one: Quantity, other: Quantity) -> bool:
    bare = Dimension.PLAIN in {one.dimension, other.dimension}
    return one.same(other) or (bare and one.same_figure(other))


def _shared(piece: str, text: str) -> float:
    """Share of the piece's letters, single and in pairs, that the text has too."""
    mine, theirs = _letters(piece), _letters(text)
    if not mine:
        return 0.0
    pairs = _pairs(mine)
    single = sum(char in theirs for char in set(mine)) / len(set(mine))
    if not pairs:
        return single
    return 0.3 * single + 0.7 * len(pairs & _pairs(theirs)) / len(pairs)


@lru_cache(maxsize=20_000)
def _letters(text: str) -> str:
    kept, at = [], 0
    for quantity in _figures(text):
        kept.append(text[at : quantity.span.start])
        at = quantity.span.end
    return _NOISE.sub("", fold("".join([*kept, text[at:]])))


@lru_cache(maxsize=20_000)
def _pairs(text: str) -> frozenset[str]:
    return frozenset(text[at : at + 2] for at in range(len(text) - 1))


def _judged(piece: str, unit: _Unit, after: Sequence[_Unit], old: Document, new: Document | None) -> Verdict:
    cited = _cite(old, unit)
    if new is None:
        return Verdict(Outcome.RETIRED, f"依据的「{old.title}」已经撤下", cited)
    successor = _successor(unit, after)
    if successor is None:
        return Verdict(Outcome.DOWNGRADED, f"「{old.title}」里依据的这一处已经删去：{unit.text}", cited)
    told = f"「{old.title}」改了：{unit.text} → {successor.text}"
    now = _cite(new, successor)
    if unit.key:
        return _judged_value(piece, unit, successor, Verdict(Outcome.RETIRED, told, cited, now))
    return _judged_sentence(piece, unit, successor, Verdict(Outcome.RETIRED, told, cited, now))


def _successor(unit: _Unit, after: Sequence[_Unit]) -> _Unit | None:
    """Find what stands now where a unit stood: the same key, or the most alike sentence."""
    if unit.key:
        return next((other for other in after if other.key == unit.key), None)
    best, score = None, 0.0
    for other in after:
        if not other.key:
            like = min(_shared(unit.text, other.text), _shared(other.text, unit.text) + _SUCCEEDS)
            if like > score:
                best, score = other, like
    return best if score >= _SUCCEEDS else None


def _judged_value(piece: str, unit: _Unit, successor: _Unit, retired: Verdict) -> Verdict:
    """A fact or row changed: the answer falls when it states what is another value now."""
    was, now = _figures(unit.text), _figures(successor.text)
    relied = [item for item in _figures(piece) if any(_same(item, other) for other in was)]
    if relied:
        lost = any(not any(_same(item, other) for other in now) for item in relied)
        return retired if lost else Verdict(Outcome.KEPT)
    old_value = unit.core.removeprefix(_core(unit.key))
    return retired if _shared(old_value, piece) >= _RESTS_ON else _weakened(retired)


def _judged_sentence(piece: str, unit: _Unit, successor: _Unit, retired: Verdict) -> Verdict:
    """A sentence changed: what matters is the clause that the answer rests on, and conditions that were added."""
    clause = max(_PIECE.findall(unit.text), key=lambda text: _likeness(piece, text))
    if _core(clause) in successor.pieces:
        known = {_letters(text) for text in _PIECE.findall(unit.text)}
        added = any(_letters(text) not in known for text in _PIECE.findall(successor.text))
        return _weakened(retired) if added else Verdict(Outcome.KEPT)
    now = _figures(successor.text)
    for figure in _figures(piece):
        stated = any(_same(figure, other) for other in _figures(clause))
        rivals = [other for other in now if other.comparable[:2] == figure.comparable[:2]]
        if stated and rivals and not any(_same(figure, other) for other in now):
            return retired
    return _weakened(retired)


def _weakened(verdict: Verdict) -> Verdict:
    return Verdict(Outcome.DOWNGRADED, verdict.reason, verdict.old, verdict.new)


def _cite(document: Document, unit: _Unit) -> Citation:
    source = Source(
        document.title, document.kind, document.level or Level.SHOP, document.validity, document.source
    )
    return Citation(
        document.id, document.version, unit.section, unit.span, unit.span.of(document.text), source
    )
