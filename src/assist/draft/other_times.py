"""Rules of another time than now say so: what begins later, what held before, what held when an order was paid."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from assist.draft.evidence import Candidate, Evidence
from assist.results import Statement

_PAID_THEN = "按您付款时的规则："


def of_its_time(candidate: Candidate, evidence: Evidence) -> Candidate:
    """Let the first sentence of a rule that does not hold now say when it does.

    A rule that held when the order was paid is still the order's rule, and is cited. One that begins later, or that
    held in a time the message names, is told as such: its place stays with the sentence.
    """
    if all(_holds(statement, evidence.now) for statement in candidate.statements):
        return candidate
    said: list[Statement] = []
    words = ""
    for statement in candidate.statements:
        if statement.dated or _holds(statement, evidence.now):
            said.append(statement)
            continue
        ordered = evidence.rules_at != evidence.now and _holds(statement, evidence.rules_at)
        lead, day = (_PAID_THEN, "") if ordered else _when(statement, evidence.now)
        known = lead == words or (day and statement.text.startswith(day))
        text = statement.text if known else lead + ("\n" if "\n" in statement.text else "") + statement.text
        words = lead
        said.append(
            replace(
                statement, text=text, dated=not ordered, shown=(*statement.shown, *((day,) if day else ()))
            )
        )
    return replace(candidate, statements=tuple(said))


def without_newer_answers(found: Sequence[Candidate], evidence: Evidence) -> list[Candidate]:
    """Where a rule of another time answers, leave out past answers: they were given under today's."""
    other = any(not _holds(statement, evidence.now) for item in found for statement in item.statements)
    return [item for item in found if not other or "past_answer" not in item.lane]


def _holds(statement: Statement, moment: datetime) -> bool:
    return all(place.source.validity.holds(moment) for place in statement.citations)


def _when(statement: Statement, now: datetime) -> tuple[str, str]:
    """Words before a rule that is not in force, and the day they name."""
    validity = next(
        place.source.validity for place in statement.citations if not place.source.validity.holds(now)
    )
    if validity.valid_from is not None and validity.valid_from > now:
        day = _day(validity.valid_from, now)
        return f"{day}起：", day
    if validity.valid_to is not None:
        day = _day(validity.valid_to, now)
        return f"{day}之前的规则是：", day
    return "", ""


def _day(moment: datetime, now: datetime) -> str:
    year = "" if moment.year == now.year else f"{moment.year}年"
    return f"{year}{moment.month}月{moment.day}日"
