"""What agents picked and skipped -> the order of later drafts: per intent, at once, decaying and bounded.

A vote is for or against a place (a document's section) as an answer to an intent. What a place gains or loses is
bounded whatever the number of votes, one agent's votes count only so far, and old votes fade. Rules are protected:
a draft that rests on one loses next to nothing, and one that the writer puts first stays among the first two.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from types import MappingProxyType
from typing import NamedTuple

from assist import decide
from assist.documents import Kind
from assist.messages import Question
from assist.results import Draft

HALF_LIFE_DAYS = 30.0
"""A vote this old counts half."""
LIMIT = 0.25
"""Most that votes add to a draft's score (0-1), or take from it."""
RULE_LIMIT = 0.04
"""Most that votes take from the score of a draft that rests on a rule."""
PRIOR = 6.0
"""Votes that stand against any movement before the first real one: two clicks move little, twenty much."""
AGENT_VOTES = 4.0
"""Votes of one agent on one place that count; clicks without a name are one agent's."""
MORE = 4
"""Further drafts that are written where something was learned, so that a picked one can come up."""

_ORIGIN = datetime(2020, 1, 1)
_DAY_S = 86_400.0


class Place(NamedTuple):
    """A section of a document as the answer to an intent; `rule` says that it is a policy's."""

    intent: str
    document_id: str
    section: str
    rule: bool


class Vote(NamedTuple):
    """One opinion: `value` in -1 to 1, by `agent` (empty: not named), at a moment of shop time."""

    place: Place
    value: float
    agent: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Preferences:
    """All votes, summed up; immutable.

    Attributes:
        sums: By place and agent, the weight for and against it, grown to the origin's clock: dividing by
            `_growth(now)` gives what they are worth now.
        newest: The last vote's moment; decay never looks at an earlier one.
    """

    sums: Mapping[Place, Mapping[str, tuple[float, float]]]
    newest: datetime = _ORIGIN

    @classmethod
    def none(cls) -> Preferences:
        """Nothing learned yet."""
        return cls(MappingProxyType({}))

    def plus(self, votes: Iterable[Vote]) -> Preferences:
        """Take in further votes."""
        sums = {place: dict(by_agent) for place, by_agent in self.sums.items()}
        newest = self.newest
        for vote in votes:
            by_agent = sums.setdefault(vote.place, {})
            up, down = by_agent.get(vote.agent, (0.0, 0.0))
            weight = abs(vote.value) * _growth(vote.at)
            by_agent[vote.agent] = (up + weight, down) if vote.value > 0 else (up, down + weight)
            newest = max(newest, vote.at)
        return Preferences(MappingProxyType(sums), newest)

    def knows(self, intents: Iterable[str | None]) -> bool:
        """Say whether anything was learned about one of these intents."""
        wanted = set(intents)
        return any(place.intent in wanted for place in self.sums)

    def shift(self, places: Sequence[Place], now: datetime) -> float:
        """Say how far a draft that rests on these places moves.

        Args:
            places: What its statements cite.
            now: The moment to answer for.

        Returns:
            In -LIMIT to LIMIT; not below -RULE_LIMIT where a place is a rule's; 0 without places.
        """
        if not places:
            return 0.0
        mean = sum(self._shift(place, now) for place in places) / len(places)
        return max(mean, -RULE_LIMIT) if any(place.rule for place in places) else mean

    def _shift(self, place: Place, now: datetime) -> float:
        by_agent = self.sums.get(place)
        if not by_agent:
            return 0.0
        worth = _growth(max(now, self.newest))
        up = sum(min(found[0] / worth, AGENT_VOTES) for found in by_agent.values())
        down = sum(min(found[1] / worth, AGENT_VOTES) for found in by_agent.values())
        return LIMIT * (up - down) / (up + down + PRIOR)


def _growth(at: datetime) -> float:
    """Weights grow towards the future instead of shrinking towards the past: sums need no upkeep."""
    return float(2.0 ** ((at - _ORIGIN).total_seconds() / _DAY_S / HALF_LIFE_DAYS))


def places_of(draft: Draft, question: Question) -> tuple[Place, ...]:
    """Name the places that a draft's statements cite, each with the intent of the part it answers."""
    found: dict[Place, None] = {}
    for statement in draft.statements:
        intent = question.parts[statement.part].intent if statement.part < len(question.parts) else None
        if intent is not None:
            for cited in statement.citations:
                rule = cited.source.kind is Kind.POLICY
                found[Place(intent, cited.document_id, cited.section, rule)] = None
    return tuple(found)


def prefer(
    drafts: Sequence[Draft],
    question: Question,
    preferences: Preferences,
    now: datetime,
    *,
    weights: Mapping[str, float] | None = None,
) -> tuple[Draft, ...]:
    """Order drafts by what the writer thinks of them and by what agents did with their like.

    Args:
        drafts: In the writer's order, guarded, with raw scores in `debug`.
        question: What they answer.
        preferences: What was learned.
        now: The moment to answer for.
        weights: Of the confidence; see `decide.confidence`.

    Returns:
        The same drafts; where nothing bears on them, in the same order and unchanged.
    """
    resting = [places_of(draft, question) for draft in drafts]
    shifts = [preferences.shift(places, now) for places in resting]
    if not any(shifts):
        return tuple(drafts)
    limit, keys = 1.0, []
    for draft, shift in zip(drafts, shifts, strict=True):
        limit = min(limit, draft.debug.get("score", 0.0))
        keys.append(limit + shift)
    order = sorted(range(len(drafts)), key=lambda at: (-keys[at], at))
    order = _protected(order, drafts, resting[0])
    return tuple(_moved(drafts[at], shifts[at], resting[at], question, weights) for at in order)


def _protected(order: list[int], drafts: Sequence[Draft], first: Sequence[Place]) -> list[int]:
    """Keep a rule that came first within the first two; let no draft that asks overtake one that answers."""
    asking = [any(verdict.verdict == "asked" for verdict in draft.parts) for draft in drafts]
    if asking[order[0]] != asking[0]:
        order = [0, *(at for at in order if at != 0)]
    if any(place.rule for place in first) and order.index(0) > 1:
        others = [at for at in order if at != 0]
        order = [others[0], 0, *others[1:]]
    return order


def _moved(
    draft: Draft,
    shift: float,
    places: Sequence[Place],
    question: Question,
    weights: Mapping[str, float] | None,
) -> Draft:
    """Let the confidence follow the score; what agents skipped makes no rule less true."""
    if not shift or (shift < 0 and any(place.rule for place in places)):
        return draft
    score = min(max(draft.debug.get("score", 0.0) + shift, 0.0), 1.0)
    moved = replace(
        draft, debug=MappingProxyType({**draft.debug, "score": score, "feedback": round(shift, 4)})
    )
    return replace(moved, confidence=decide.confidence(moved, question, weights))
