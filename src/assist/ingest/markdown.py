"""Policies and promotions: Markdown with front matter, by clause. The text is the file's body, verbatim."""

from __future__ import annotations

from assist.documents import Document, Kind
from assist.errors import IngestError, MalformedRecordError
from assist.ingest.facts import unique
from assist.ingest.front_matter import split_front_matter
from assist.ingest.layout import settle
from assist.ingest.markdown_blocks import MarkdownReader
from assist.ingest.metadata import read_metadata
from assist.ingest.source import PAGE_KINDS, Source


def read_markdown(source: Source, text: str) -> Document:
    """Read one Markdown (or plain text) file as one document.

    Args:
        source: Where it came from; without front matter its stem is the id and its folder tells the kind.
        text: Its text, decoded, with line feeds as line ends.

    Returns:
        A policy, unless front matter or folder say otherwise. `text` is the body below the front matter, so
        every span is a verbatim slice of the file.

    Raises:
        MalformedRecordError: Broken front matter, or no text below it.
        IngestError: The text is longer than `max_text_chars`.
    """
    fields, body = split_front_matter(text, path=source.name)
    if len(body) > source.settings.max_text_chars:
        limit = source.settings.max_text_chars
        raise IngestError(f"the text is longer than max_text_chars = {limit}: {len(body)}", path=source.name)
    if not body.strip():
        raise MalformedRecordError("there is no text below the front matter", path=source.name)
    reader = MarkdownReader(body)
    reader.read()
    with source.checking():
        metadata = read_metadata(fields)
        kind = metadata.kind or source.hinted_kind(PAGE_KINDS) or Kind.POLICY
        return Document(
            id=metadata.id or source.stem,
            text=body,
            kind=kind,
            title=metadata.title or reader.title or source.stem,
            level=metadata.level,
            audience=metadata.audience,
            validity=metadata.validity,
            source=source.name,
            product=metadata.product,
            categories=metadata.categories,
            keys=metadata.keys,
            aliases=metadata.aliases,
            blocks=settle(reader.pieces, body),
            tables=tuple(reader.tables),
            facts=tuple(unique(reader.facts)) if kind is Kind.PRODUCT else (),
            attributes=metadata.attributes,
        )
