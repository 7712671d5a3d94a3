"""Labelled questions and logs of real replies: one JSON object a line, checked whole before any work."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from assist.clock import shop_time
from assist.errors import InputError
from assist.evaluate.rows import fail, read_objects
from assist.messages import Channel, Message, turns
from assist.results import Decision, Reason


@dataclass(frozen=True, slots=True)
class LabelledFact:
    """A fact that a usable draft states.

    Attributes:
        key: What it is called.
        value: As a text.
        unit: Of the value, where apart.
        accept: Other wordings that count.
        bare: The value counts also without its unit.
    """

    key: str
    value: str
    unit: str = ""
    accept: tuple[str, ...] = ()
    bare: bool = True


@dataclass(frozen=True, slots=True)
class LabelledQuestion:
    """A message with what it calls for; a row of a log has a reply and no decision.

    Attributes:
        id: Unique in the file.
        line: Where it stands.
        message: With its context.
        split: `dev`, `test`, ...; `all` where none is named.
        phenomenon: What the case is about.
        decision: The best decision; None: not labelled.
        accepted: Every acceptable decision.
        sources: Document ids and sections that answer it.
        facts: What a usable draft states.
        must_not: What no draft may say.
        reason: Why it is handed off.
        intent: Its intent path.
        reply: What an agent really answered.
    """

    id: str
    line: int
    message: Message
    split: str = "all"
    phenomenon: str = ""
    decision: Decision | None = None
    accepted: frozenset[Decision] = frozenset()
    sources: frozenset[tuple[str, str]] = frozenset()
    facts: tuple[LabelledFact, ...] = ()
    must_not: tuple[str, ...] = ()
    reason: Reason | None = None
    intent: str | None = None
    reply: str | None = None


def read_questions(
    path: str | Path,
    *,
    split: str | None = None,
    timezone: str = "Asia/Shanghai",
    now: datetime | None = None,
) -> tuple[LabelledQuestion, ...]:
    """Read labelled questions (`messages`, `decision`, ...) or a log (`question`, `answer`).

    Args:
        path: JSON Lines.
        split: Keep only rows of this split; all rows are checked.
        timezone: The shop's.
        now: Moment of the rows that name none; None leaves them to the clock.

    Raises:
        InputError: There is no such file, or it holds no question of this split.
        MalformedRecordError: A broken row, or an id that comes twice; with file and line.
    """
    file = Path(path)
    found: dict[str, LabelledQuestion] = {}
    for line, row in read_objects(file):
        question = _question(file, line, row, timezone, now)
        if question.id in found:
            fail(file, line, f"question {question.id!r} comes twice (line {found[question.id].line})")
        found[question.id] = question
    kept = tuple(question for question in found.values() if split in {None, question.split})
    if not kept:
        raise InputError(f"{file}: the file holds no question" + (f" of split {split!r}" if split else ""))
    return kept


def check_known(
    path: str | Path,
    questions: Iterable[LabelledQuestion],
    *,
    products: AbstractSet[str],
    documents: AbstractSet[str],
) -> None:
    """Refuse labels that name what the store does not hold.

    Raises:
        MalformedRecordError: An unknown product, or a source that is no document; with file and line.
    """
    for question in questions:
        product = question.message.product
        if product is not None and product not in products:
            fail(Path(path), question.line, f"question {question.id!r}: the store has no product {product!r}")
        for document, _ in sorted(question.sources):
            if document not in documents:
                fail(
                    Path(path),
                    question.line,
                    f"question {question.id!r}: the store has no document {document!r}",
                )


def _question(
    path: Path, line: int, row: Mapping[str, Any], timezone: str, now: datetime | None
) -> LabelledQuestion:
    try:
        decision = None if row.get("decision") is None else Decision(Decision.parse(row["decision"]))
        more = [Decision(Decision.parse(word)) for word in row.get("decision_ok") or ()]
        reason = row.get("handoff_reason")
        reply = row.get("reply", row.get("answer"))
        if decision is None and not reply:
            raise InputError("the row has neither a 'decision' nor a 'reply' or 'answer'")
        return LabelledQuestion(
            id=str(row.get("id") or f"line {line}"),
            line=line,
            message=_message(row, timezone, now),
            split=str(row.get("split") or "all"),
            phenomenon=str(row.get("phenomenon") or ""),
            decision=decision,
            accepted=frozenset(more if decision is None else [decision, *more]),
            sources=frozenset(_source(source) for source in row.get("sources") or ()),
            facts=tuple(_fact(fact) for fact in row.get("facts") or ()),
            must_not=_texts(row, "must_not"),
            reason=None if reason is None else Reason(Reason.parse(reason)),
            intent=row.get("intent"),
            reply=None if reply is None else str(reply),
        )
    except InputError as error:
        fail(path, line, str(error))
    except (TypeError, ValueError, KeyError, AttributeError) as error:
        fail(path, line, f"the row does not have the form of a labelled question: {error!r}")


def _message(row: Mapping[str, Any], timezone: str, now: datetime | None) -> Message:
    lines = row.get("messages", row.get("question"))
    lines = [lines] if isinstance(lines, str) else lines
    if not isinstance(lines, list) or not "".join(map(str, lines)).strip():
        raise InputError("'messages' must be a list of lines with some text")
    on = row.get("on", row.get("answered_at"))
    return Message(
        lines=tuple(map(str, lines)),
        product=_name(row.get("product")),
        history=turns(row.get("history") or ()),
        order=_mapping(row, "order"),
        customer=_mapping(row, "customer"),
        channel=Channel(Channel.parse(row.get("channel", "wangwang"))),
        on=now if on is None else shop_time(on, timezone),
    )


def _name(value: object) -> str | None:
    if value is None or value == "":
        return None
    if not isinstance(value, str):
        raise InputError(f"'product' must be a text, got {value!r}")
    return value


def _mapping(row: Mapping[str, Any], key: str) -> Mapping[str, object]:
    value = row.get(key) or {}
    if not isinstance(value, Mapping):
        raise InputError(f"{key!r} must be an object, got {type(value).__name__}")
    return value


def _texts(row: Mapping[str, Any], key: str) -> tuple[str, ...]:
    value = row.get(key) or []
    if not isinstance(value, list):
        raise InputError(f"{key!r} must be a list, got {type(value).__name__}")
    return tuple(str(item) for item in value if str(item).strip())


def _source(source: Any) -> tuple[str, str]:
    if not isinstance(source, Sequence) or isinstance(source, str) or len(source) != 2:
        raise InputError(f"a source must be [document id, section], got {source!r}")
    return str(source[0]), str(source[1])


def _fact(fact: Any) -> LabelledFact:
    if not isinstance(fact, Mapping) or "key" not in fact or fact.get("value") in {None, ""}:
        raise InputError(f"a fact must have 'key' and 'value', got {fact!r}")
    return LabelledFact(
        key=str(fact["key"]),
        value=str(fact["value"]),
        unit=str(fact.get("unit") or ""),
        accept=tuple(str(word) for word in fact.get("accept") or ()),
        bare=isinstance(fact["value"], str),
    )
