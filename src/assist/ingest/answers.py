"""Documents made of a single row: a quick reply, or a question with the answer it was given."""

from __future__ import annotations

from collections.abc import Mapping

from assist.documents import Block, BlockKind, Document, Kind, Span
from assist.errors import MalformedRecordError
from assist.ingest.decode import clean
from assist.ingest.source import Source

_OWN_FIELDS = ("id", "text")


def check_lengths(values: Mapping[str, str], source: Source, line: int) -> None:
    """Refuse a row with a field longer than `max_cell_chars`.

    Raises:
        MalformedRecordError: Names the field, its length and the limit.
    """
    limit = source.settings.max_cell_chars
    for name, value in values.items():
        if len(value) > limit:
            message = f"{name} is longer than max_cell_chars = {limit}: {len(value)} characters"
            raise MalformedRecordError(message, path=source.name, line=line)


def required(values: Mapping[str, str], name: str, source: Source, line: int) -> str:
    """Return a field that must not be empty.

    Raises:
        MalformedRecordError: It is absent or blank.
    """
    text = clean(values.get(name, "")).strip()
    if not text:
        raise MalformedRecordError(f"{name} is empty", path=source.name, line=line)
    return text


def quick_reply(values: Mapping[str, str], source: Source, line: int, *, row: str) -> Document:
    """Make a quick reply of a row with `text`, and usually `trigger`.

    Args:
        values: Fields by name; those that are not known stay as attributes.
        source: The file.
        line: The row's line, 1-based.
        row: What names the row where it has no `id` of its own.

    Raises:
        MalformedRecordError: No text, or a field that is too long.
    """
    check_lengths(values, source, line)
    text = required(values, "text", source, line)
    trigger = clean(values.get("trigger", "")).strip()
    with source.checking(line):
        return Document(
            id=values.get("id", "").strip() or row,
            text=text,
            kind=Kind.QUICK_REPLY,
            title=trigger.split("|")[0].strip() or text[:30],
            source=source.at(line),
            attributes=_attributes(values, leave_out=_OWN_FIELDS),
        )


def past_answer(values: Mapping[str, str], source: Source, line: int, *, row: str) -> Document:
    """Make a past answer of a row with `question` and `answer`.

    The text is the question, a line break, the answer; each is a block. All fields but the id stay as attributes.

    Raises:
        MalformedRecordError: No question or no answer, or a field that is too long.
    """
    check_lengths(values, source, line)
    question = required(values, "question", source, line)
    answer = required(values, "answer", source, line)
    text = f"{question}\n{answer}"
    product = clean(values.get("product", "")).strip()
    stated = {**values, "question": question, "answer": answer}
    with source.checking(line):
        return Document(
            id=values.get("id", "").strip() or row,
            text=text,
            kind=Kind.PAST_ANSWER,
            title=question.split("\n")[0][:60],
            source=source.at(line),
            product=product or None,
            blocks=(
                Block(BlockKind.QUESTION, Span(0, len(question))),
                Block(BlockKind.ANSWER, Span(len(question) + 1, len(text))),
            ),
            attributes=_attributes(stated, leave_out=("id",)),
        )


def _attributes(values: Mapping[str, str], *, leave_out: tuple[str, ...]) -> dict[str, str]:
    cleaned = {name: clean(value).strip() for name, value in values.items() if name not in leave_out}
    return {name: value for name, value in cleaned.items() if value}
