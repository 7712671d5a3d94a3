"""Past answers and documents kept as one JSON object a line."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from assist.documents import Document, Kind
from assist.errors import IngestError, MalformedRecordError, UnsupportedFormatError
from assist.ingest.answers import check_lengths, past_answer, required
from assist.ingest.decode import clean
from assist.ingest.metadata import Value, read_metadata
from assist.ingest.result import Skipped
from assist.ingest.source import Source


def read_jsonl(source: Source, text: str) -> Iterator[Document | Skipped]:
    """Read records line by line; a broken line is reported with its number, the rest is read.

    A record with `question` and `answer` is a past answer; one with `text` is a document with the fields of
    front matter. Blank lines are nothing.

    Raises:
        UnsupportedFormatError: The first record is a labelled question for evaluation.
    """
    seen = 0
    for line, row in enumerate(text.split("\n"), 1):
        if not row.strip():
            continue
        seen += 1
        if seen > source.settings.max_rows:
            reason = f"more than max_rows = {source.settings.max_rows} lines; the rest was not read"
            yield Skipped(source.name, line, reason, "IngestError")
            return
        try:
            record = _parse(row, source, line)
            if seen == 1 and "messages" in record and "question" not in record and "text" not in record:
                raise UnsupportedFormatError(
                    "labelled questions for evaluation, not knowledge", path=source.name
                )
            yield _document(record, source, line)
        except UnsupportedFormatError:
            raise
        except IngestError as exc:
            yield Skipped.of(exc, path=source.name)


def _parse(row: str, source: Source, line: int) -> dict[str, Any]:
    limit = 4 * source.settings.max_cell_chars + source.settings.max_text_chars
    if len(row) > limit:
        raise MalformedRecordError(
            f"the line has {len(row)} characters, more than {limit}", path=source.name, line=line
        )
    try:
        record = json.loads(row)
    except json.JSONDecodeError as exc:
        raise MalformedRecordError(
            f"not JSON: {exc.msg} at column {exc.colno}", path=source.name, line=line
        ) from exc
    except (RecursionError, ValueError) as exc:
        raise MalformedRecordError(f"not JSON: {type(exc).__name__}", path=source.name, line=line) from exc
    if not isinstance(record, dict):
        message = f"a record must be an object {{...}}, got {type(record).__name__}"
        raise MalformedRecordError(message, path=source.name, line=line)
    return record


def _document(record: Mapping[str, Any], source: Source, line: int) -> Document:
    texts = {name: _text(value) for name, value in record.items()}
    if "question" in record or "answer" in record:
        return past_answer(texts, source, line, row=f"{source.stem}:{line}")
    if "text" not in record:
        names = ", ".join(list(record)[:8])
        message = f"a record needs question and answer, or text; got {names or 'nothing'}"
        raise MalformedRecordError(message, path=source.name, line=line)
    return _stored(record, texts, source, line)


def _stored(record: Mapping[str, Any], texts: Mapping[str, str], source: Source, line: int) -> Document:
    text = required(texts, "text", source, line)
    if len(text) > source.settings.max_text_chars:
        limit = source.settings.max_text_chars
        raise MalformedRecordError(
            f"text is longer than max_text_chars = {limit}", path=source.name, line=line
        )
    check_lengths({name: value for name, value in texts.items() if name != "text"}, source, line)
    with source.checking(line):
        metadata = read_metadata({name: _value(value) for name, value in record.items() if name != "text"})
        kind = metadata.kind or source.hinted_kind(tuple(Kind)) or Kind.POLICY
        return Document(
            id=metadata.id or f"{source.stem}:{line}",
            text=text,
            kind=kind,
            title=metadata.title or text.split("\n")[0][:60],
            level=metadata.level,
            audience=metadata.audience,
            validity=metadata.validity,
            source=source.at(line),
            product=metadata.product,
            categories=metadata.categories,
            keys=metadata.keys,
            aliases=metadata.aliases,
            attributes=metadata.attributes,
        )


def _value(value: object) -> Value:
    if isinstance(value, list) and not any(isinstance(entry, (dict, list)) for entry in value):
        return tuple(_text(entry) for entry in value)
    return _text(value)


def _text(value: object) -> str:
    """Return a JSON value as text: strings as they are, nothing for null, the rest as JSON."""
    if isinstance(value, str):
        return clean(value)
    return "" if value is None else clean(json.dumps(value, ensure_ascii=False))
