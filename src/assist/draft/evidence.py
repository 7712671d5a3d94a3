"""What the writer is given: the message, the hits, the scoped products, the clock. It looks nothing up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Protocol, TypeAlias

from assist.arrays import FloatVector
from assist.documents import Document, Level, Span
from assist.memo import Memo
from assist.messages import Message, Part, Question
from assist.results import Citation, Hit, Source, Statement
from assist.shop import ShopProfile


class Scorer(Protocol):
    """Says how well texts answer a part; see `assist.retrieve.relevance.Relevance`."""

    def score(self, part: Part, texts: Sequence[str], heads: Sequence[str]) -> FloatVector:
        """Score n short texts; float32, shape (n,), about 0–1."""
        ...

    def signals(
        self,
        part: Part,
        texts: Sequence[str],
        heads: Sequence[str],
        *,
        pieces: Sequence[Sequence[str]] | None = None,
        topics: Sequence[str] | None = None,
        echoes: Sequence[tuple[str, float]] = (),
    ) -> dict[str, FloatVector]:
        """Measure n texts, one column a signal; each float32, shape (n,)."""
        ...

    def rank(self, columns: Mapping[str, FloatVector]) -> FloatVector:
        """Turn signals and traits into the probability that each text answers; float32, shape (n,)."""
        ...

    def answers(self, described: Mapping[str, float]) -> float:
        """Turn what describes a part and its best source into the probability that the part can be answered."""
        ...

    def rarity(self, tokens: Sequence[str]) -> float:
        """Sum of the inverse document frequencies of tokens: how much they say together."""
        ...

    def similarity(self, left: str, texts: Sequence[str]) -> FloatVector:
        """Cosine of a query with n texts; float32, shape (n,)."""
        ...


@dataclass(frozen=True, slots=True)
class Evidence:
    """Everything a draft may be made of.

    Attributes:
        message: As it came.
        question: As it was understood.
        hits: Per part, best first; already filtered by scope, audience and validity.
        products: The products in scope, by id.
        catalog: All live product pages, for alternatives and comparisons.
        promotions: All live promotions, running or not.
        profile: The shop.
        now: The moment to answer for, naive shop time.
        rules_at: The moment whose rules apply: the order's payment time, else `now`.
        scorer: Relevance.
    """

    message: Message
    question: Question
    hits: tuple[tuple[Hit, ...], ...]
    products: Mapping[str, Document]
    catalog: tuple[Document, ...]
    promotions: tuple[Document, ...]
    profile: ShopProfile
    now: datetime
    rules_at: datetime
    scorer: Scorer


@dataclass(frozen=True, slots=True)
class Candidate:
    """A way to answer one part.

    Attributes:
        part: Number of the part.
        lane: How it was made.
        statements: What it says, in order; each cites its source.
        score: 0–1, how well it answers.
        verdict: `answered`, `asked`, `checking`, `refused` or `handed_off`.
        lead: Words before the statements that state nothing.
        tail: Words after them that state nothing.
        ask: Slot to ask back for; empty: nothing is missing.
        choices: What the shopper may choose from.
        signals: How well its first source fits what is asked, by name; empty for a lane that looks up.
        columns: All that was measured of its first source, for the best of a page and of the clauses.
    """

    part: int
    lane: str
    statements: tuple[Statement, ...]
    score: float
    verdict: str = "answered"
    lead: str = ""
    tail: str = ""
    ask: str = ""
    choices: tuple[str, ...] = ()
    signals: Mapping[str, float] = field(default_factory=dict)
    columns: Mapping[str, float] = field(default_factory=dict)

    def scored(self, score: float) -> Candidate:
        """Return the same candidate with another score, kept within 0–1."""
        return replace(self, score=within(score))


def within(score: float) -> float:
    """Keep a score within 0–1."""
    return min(max(score, 0.0), 1.0)


_Place: TypeAlias = tuple[int, int, str]
_CITED: Memo[Document, dict[_Place, Citation]] = Memo(2_048)


def cite(document: Document, span: Span, section: str = "") -> Citation:
    """Quote a place of a document, verbatim; what was quoted before is given again."""
    known = _CITED.get(document)
    if known is None:
        known = _CITED.put(document, {})
    place = (span.start, span.end, section)
    return known.get(place) or known.setdefault(place, _cited(document, span, section))


def _cited(document: Document, span: Span, section: str) -> Citation:
    source = Source(
        document.title, document.kind, document.level or Level.SHOP, document.validity, document.source
    )
    return Citation(document.id, document.version, section, span, span.of(document.text), source)
