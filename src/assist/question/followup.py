"""What earlier turns add: the open question behind ？？？, the subject behind 那腰围呢, slots and products."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from assist.expressions import expression
from assist.messages import Slot, Turn
from assist.question import lexicon, wording
from assist.question.bursts import SegmentKind, segments
from assist.question.parts import Draft, drafts
from assist.question.phrases import any_of
from assist.question.scope import Catalog, Cut
from assist.question.slots import message_slots
from assist.text.normalize import fold, normalize

_ELLIPSIS = expression(
    r"(?:那|还有|然后)?(?:如果|要是)?.{1,8}呢|那.{1,8}|(?:那|换)?.{1,4}(?:可以|行|能行)?[吗不]"
)
_REFERS = expression("^(?:那|还有|另外|如果是|要是)|呢$")


@dataclass(frozen=True, slots=True)
class Earlier:
    """What a history holds.

    Attributes:
        slots: Slots the shopper gave before, oldest first.
        product: The product last spoken of; None: none known.
        unknown: An id named last that the shop does not have.
        question: Plain wording of the shopper's last question; empty: none.
        open: As typed, that question while nobody has answered it; empty: it was answered.
    """

    slots: tuple[Slot, ...] = ()
    product: str | None = None
    unknown: str | None = None
    question: str = ""
    open: str = ""


NOTHING = Earlier()


def earlier(history: Sequence[Turn], catalog: Catalog, words: Cut | None = None) -> Earlier:
    """Read the turns before a message, oldest first."""
    if not history:
        return NOTHING
    product, unknown = _product(history, catalog, words)
    question, open_text = _question(history)
    return Earlier(tuple(_slots(history)), product, unknown, question, open_text)


def is_elliptic(draft: Draft) -> bool:
    """Say whether a part leaves out what it is about (那腰围呢, or only `163 110斤`)."""
    if draft.kind in (SegmentKind.SLOT, SegmentKind.CORRECTION, SegmentKind.TAIL):
        return True
    short = len(draft.clean) <= 10 and _REFERS.search(draft.clean) is not None
    return short and _ELLIPSIS.fullmatch(draft.clean) is not None


def open_question(history: Sequence[Turn]) -> str:
    """Return the shopper's last question while it is unanswered, as typed; empty: there is none."""
    return _question(history)[1] if history else ""


def _question(history: Sequence[Turn]) -> tuple[str, str]:
    answered = False
    for turn in reversed(history):
        if turn.role != "buyer":
            answered = answered or not _holds(turn.text)
            continue
        found = [draft for draft in drafts(segments(turn.text)) if _asks(draft)]
        if found:
            clean = " ".join(draft.clean for draft in found)
            return clean, "" if answered else turn.text
    return "", ""


def _asks(draft: Draft) -> bool:
    return draft.kind in (SegmentKind.QUESTION, SegmentKind.STATEMENT) and bool(draft.clean)


def _holds(text: str) -> bool:
    """Say whether an agent's line only holds the shopper off."""
    return len(text) <= 24 and re.search(any_of(lexicon.words("quick", "holding")), text) is not None


def _slots(history: Sequence[Turn]) -> list[Slot]:
    found: list[Slot] = []
    for turn in history:
        if turn.role == "buyer":
            normalized = normalize(turn.text)
            spelled = wording.spell(normalized.text)
            found += [
                Slot(slot.name, slot.value, slot.text, "history")
                for slot, _ in message_slots(normalized, spelled, before=found)
            ]
    return found


def _product(history: Sequence[Turn], catalog: Catalog, words: Cut | None) -> tuple[str | None, str | None]:
    """Return what the shopper spoke of last, else what the agent did; or the unknown id named last."""
    for role in ("buyer", "agent"):
        for turn in reversed(history):
            if (turn.role == "buyer") != (role == "buyer"):
                continue
            mention = catalog.mention(fold(turn.text), words=words)
            if mention.products:
                return mention.products[-1], None
            if mention.unknown and role == "buyer":
                return None, mention.unknown
    return None, None
