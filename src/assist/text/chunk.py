"""Cut documents into the slices that are searched.

A chunk is a section as far as it fits: a clause with its heading, its exceptions and its list; a question
with its answer; a table, or as many of its rows as fit. Every chunk is a slice of the document's text, and
together they cover all of it but white space and comments.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import NamedTuple

from assist.documents import Block, BlockKind, Chunk, Document, Kind, Span
from assist.expressions import expression
from assist.settings import ChunkSettings
from assist.text.plain import plain_blocks
from assist.text.sentences import sentences, trimmed

EMBED_CHARS = 512
"""The dense lane reads no further."""

_DEFAULTS = ChunkSettings()
_HEADINGS = (BlockKind.TITLE, BlockKind.HEADING)
_LISTS = (BlockKind.STEPS, BlockKind.CHECKLIST)
_TABLES = (BlockKind.PARAMETERS, BlockKind.SKU_TABLE, BlockKind.SIZE_TABLE, BlockKind.TABLE)
# Each of these is found best alone, so it shares a chunk only with its heading and a short note.
_ALONE = (*_TABLES[:3], BlockKind.PRICE, BlockKind.QA, BlockKind.QUESTION)
_WHOLE = (*_LISTS, BlockKind.QA, BlockKind.QUESTION, BlockKind.ANSWER)
_EXCEPTION = expression(
    r"但|不过|除外|除非|除了|例外|上述|以上|前款|其中|另有|此外|否则|However|Except|Unless"
)
_COMMENT = expression(r"\s*<!--.*?(?:-->|$)\s*", re.DOTALL)
_LINE_BREAK = expression(r"\r?\n")
_PAUSES = expression(r"[，,、：:\s](?=\S)")


class _Atom(NamedTuple):
    """A slice that is not split any further; `whole`: an indivisible block; `leads`: goes with what follows."""

    start: int
    end: int
    whole: bool = False
    leads: bool = False

    def joined(self, other: _Atom) -> _Atom:
        return _Atom(self.start, other.end, self.whole or other.whole, other.leads)


class _Group(NamedTuple):
    """Neighbouring blocks that make one chunk if they fit; headings first."""

    blocks: tuple[Block, ...]

    @property
    def body(self) -> Block:
        """The block that labels the group: the first that is no heading."""
        return next((block for block in self.blocks if block.kind not in _HEADINGS), self.blocks[-1])

    @property
    def start(self) -> int:
        return self.blocks[0].span.start

    @property
    def end(self) -> int:
        return self.blocks[-1].span.end


def chunk_document(document: Document, settings: ChunkSettings = _DEFAULTS) -> tuple[Chunk, ...]:
    """Cut a document into chunks, in text order, not overlapping.

    Blocks of one section are joined up to `settings.max_chars`; a longer section is split between its blocks,
    a longer paragraph between sentences, a longer table between rows. Steps, checklists, rows and
    question-answer pairs stay whole however long they are, with the line that introduces them. Headings stand
    at the head of what they head. A text without blocks is laid out by its headings, clause numbers and blank
    lines. A quick reply or past answer is one chunk; a past answer's `focus` is its question.

    Args:
        document: With or without blocks; blocks stand in text order and do not overlap.
        settings: Lengths in characters.

    Returns:
        At least one chunk; `document.text[chunk.span.start:chunk.span.end] == chunk.text`.
    """
    if document.kind in (Kind.QUICK_REPLY, Kind.PAST_ANSWER):
        return (_single(document),)
    blocks = tuple(_covering(document))
    cutter = _Cutter(document, settings)
    placed = [(atom, group) for group in _noted(_groups(blocks), settings) for atom in cutter.cut(group)]
    return tuple(_chunk(document, ordinal, atom, group) for ordinal, (atom, group) in enumerate(placed))


def search_text(document: Document, chunk: Chunk) -> str:
    """Return what the sparse lane indexes: title, headings and text, each line of them once."""
    lines: list[str] = []
    for line in (document.title, *chunk.headings):
        if line and line not in chunk.text and line not in lines:
            lines.append(line)
    return "\n".join([*lines, chunk.text])


def embed_text(document: Document, chunk: Chunk) -> str:
    """Return what the dense lane encodes: the focus, or else the last heading and the text; 512 characters."""
    if chunk.focus is not None:
        return chunk.focus.of(document.text)[:EMBED_CHARS]
    heading = chunk.headings[-1] if chunk.headings else ""
    text = chunk.text if heading in chunk.text else f"{heading}\n{chunk.text}"
    return text[:EMBED_CHARS]


def _single(document: Document) -> Chunk:
    """Return the whole document as one chunk."""
    text = document.text
    span = trimmed(text, 0, len(text)) or Span(0, len(text))
    focus = next((block.span for block in document.blocks if block.kind is BlockKind.QUESTION), None)
    question = document.attributes.get("question", "")
    if document.kind is Kind.PAST_ANSWER and focus is None and question and text.startswith(question):
        focus = Span(0, len(question))
    return Chunk(
        document_id=document.id,
        version=document.version,
        ordinal=0,
        span=span,
        text=span.of(text),
        section=document.blocks[0].section if document.blocks else "",
        headings=document.blocks[0].headings if document.blocks else (),
        kind=BlockKind.TEXT if focus is None else BlockKind.QA,
        focus=focus if document.kind is Kind.PAST_ANSWER else None,
    )


def _chunk(document: Document, ordinal: int, atom: _Atom, group: _Group) -> Chunk:
    span = Span(atom.start, atom.end)
    return Chunk(
        document_id=document.id,
        version=document.version,
        ordinal=ordinal,
        span=span,
        text=span.of(document.text),
        section=group.body.section,
        headings=group.body.headings,
        kind=_kind(group, span),
    )


def _kind(group: _Group, span: Span) -> BlockKind:
    """Return the kind of block that most of the chunk consists of; TEXT where none does."""
    chars: Counter[BlockKind] = Counter()
    for block in group.blocks:
        overlap = min(block.span.end, span.end) - max(block.span.start, span.start)
        if overlap > 0 and (block.kind not in _HEADINGS or block is group.body):
            chars[block.kind] += overlap
    (kind, most), *_ = chars.most_common(1) or [(BlockKind.TEXT, 0)]
    return kind if 2 * most > chars.total() else BlockKind.TEXT


def _covering(document: Document) -> Iterator[Block]:
    """Yield the document's blocks, and blocks for any text that none of them covers."""
    text = document.text
    blocks = document.blocks or plain_blocks(text)
    end, above = 0, Block(BlockKind.TEXT, Span(0, 1))
    for block in blocks:
        yield from _gap(text, end, block.span.start, above)
        span = trimmed(text, block.span.start, block.span.end)
        if span is not None:
            yield replace(block, span=span)
        end, above = max(end, block.span.end), block
    yield from _gap(text, end, len(text), above)


def _gap(text: str, start: int, end: int, above: Block) -> Iterator[Block]:
    """Yield a block for what stands between two blocks; comments are left out."""
    while comment := _COMMENT.match(text, start, end):
        start = comment.end()
    span = trimmed(text, start, end) if start < end else None
    if span is not None:
        yield Block(BlockKind.TEXT, span, above.section, above.headings)


def _groups(blocks: Sequence[Block]) -> list[_Group]:
    """Put together what belongs to one section; a heading goes with what follows it."""
    groups: list[list[Block]] = []
    for block in blocks:
        if not groups or _opens_group(groups[-1], block):
            groups.append([])
        groups[-1].append(block)
    return [_Group(tuple(group)) for group in groups]


def _opens_group(group: Sequence[Block], block: Block) -> bool:
    last = group[-1]
    if last.kind in _HEADINGS:
        return False
    if last.kind is BlockKind.QUESTION and block.kind is not BlockKind.QUESTION:
        return block.kind in _HEADINGS
    if last.kind is BlockKind.ANSWER and block.kind in _LISTS:
        return block.section != last.section
    alone = block.kind in _ALONE or last.kind in (*_ALONE, BlockKind.ANSWER)
    return alone or block.kind in _HEADINGS or block.section != last.section


def _noted(groups: Sequence[_Group], settings: ChunkSettings) -> Iterator[_Group]:
    """Join a short note to the group before it in the same section, where both fit."""
    waiting: _Group | None = None
    for group in groups:
        if waiting is not None and _is_note(waiting, group, settings):
            waiting = _Group((*waiting.blocks, *group.blocks))
            continue
        if waiting is not None:
            yield waiting
        waiting = group
    if waiting is not None:
        yield waiting


def _is_note(above: _Group, group: _Group, settings: ChunkSettings) -> bool:
    is_text = all(block.kind in (BlockKind.TEXT, BlockKind.CAPTION) for block in group.blocks)
    short = group.end - group.start < settings.min_chars
    fits = group.end - above.start <= settings.max_chars
    return is_text and short and fits and above.body.section == group.body.section


class _Cutter:
    """Cuts the groups of one document."""

    def __init__(self, document: Document, settings: ChunkSettings) -> None:
        self._text = document.text
        self._max_chars = settings.max_chars
        self._min_chars = settings.min_chars
        self._row_starts = sorted(row.span.start for table in document.tables for row in table.rows)

    def cut(self, group: _Group) -> list[_Atom]:
        """Return the slices of a group, in order."""
        whole = _Atom(group.start, group.end)
        return [whole] if self._fit(whole, whole) else self._packed(self._tied(self._atoms(group)))

    def _fit(self, first: _Atom, last: _Atom) -> bool:
        return last.end - first.start <= self._max_chars

    def _atoms(self, group: _Group) -> list[_Atom]:
        atoms: list[_Atom] = []
        for place, block in enumerate(group.blocks):
            before = group.blocks[place - 1] if place else None
            after = group.blocks[place + 1] if place + 1 < len(group.blocks) else None
            atoms += self._block_atoms(block, before, after)
        return atoms

    def _block_atoms(self, block: Block, before: Block | None, after: Block | None) -> list[_Atom]:
        """Return a block's parts: tables by rows, text by sentences where it does not fit with its neighbours."""
        start, end = block.span.start, block.span.end
        if block.kind in _HEADINGS:
            return [_Atom(start, end, leads=True)]
        if block.kind in _WHOLE:
            return [_Atom(start, end, whole=True)]
        if block.kind in _TABLES:
            return [_Atom(start, end)] if end - start <= self._max_chars else self._rows(start, end)
        introduces = after is not None and after.kind in _LISTS and self._text[end - 1] in "：:"
        first = before.span.start if before is not None and before.kind in _HEADINGS else start
        last = after.span.end if after is not None and introduces else end
        if last - first <= self._max_chars:
            return [_Atom(start, end, leads=introduces)]
        parts = self._sentences(start, end)
        return [*parts[:-1], parts[-1]._replace(leads=introduces)]

    def _rows(self, start: int, end: int) -> list[_Atom]:
        """Cut a table before each row but the first, which stays with the header."""
        known = self._row_starts[bisect_left(self._row_starts, start) : bisect_left(self._row_starts, end)]
        lines = [found.end() for found in _LINE_BREAK.finditer(self._text, start, end)]
        bounds = [start, *(known[1:] or lines), end]
        spans = (trimmed(self._text, *bound) for bound in pairwise(bounds))
        return [_Atom(span.start, span.end, whole=True) for span in spans if span is not None]

    def _sentences(self, start: int, end: int) -> list[_Atom]:
        atoms: list[_Atom] = []
        for span in sentences(self._text[start:end]):
            atoms += self._cut_long(start + span.start, start + span.end)
        return atoms

    def _cut_long(self, start: int, end: int) -> Iterator[_Atom]:
        """Cut a sentence that is too long at its last pause that fits, or where it must be."""
        while end - start > self._max_chars:
            limit = start + self._max_chars
            pauses = [pause.end() for pause in _PAUSES.finditer(self._text, start, limit)]
            span = trimmed(self._text, start, pauses[-1] if pauses else limit)
            if span is not None:
                yield _Atom(span.start, span.end)
            start = pauses[-1] if pauses else limit
        span = trimmed(self._text, start, end)
        if span is not None:
            yield _Atom(span.start, span.end)

    def _tied(self, atoms: Sequence[_Atom]) -> list[_Atom]:
        """Join what must not be parted: a heading or a lead-in with what follows, a rule with its exception."""
        tied: list[_Atom] = []
        for atom in atoms:
            if tied and self._belongs(tied[-1], atom):
                tied[-1] = tied[-1].joined(atom)
            else:
                tied.append(atom)
        return tied

    def _belongs(self, above: _Atom, atom: _Atom) -> bool:
        if above.leads and atom.whole:
            return True
        is_exception = not atom.whole and _EXCEPTION.match(self._text, atom.start)
        return bool(above.leads or is_exception) and self._fit(above, atom)

    def _packed(self, atoms: Sequence[_Atom]) -> list[_Atom]:
        """Fill each slice as far as it goes; a last one that is too short takes over from the one before."""
        packs: list[list[_Atom]] = [[]]
        for atom in atoms:
            if packs[-1] and not self._fit(packs[-1][0], atom):
                packs.append([])
            packs[-1].append(atom)
        while len(packs) > 1 and len(packs[-2]) > 1 and self._is_short(packs[-1]):
            if not self._fit(packs[-2][-1], packs[-1][-1]):
                break
            packs[-1].insert(0, packs[-2].pop())
        return [_Atom(pack[0].start, pack[-1].end) for pack in packs]

    def _is_short(self, pack: Sequence[_Atom]) -> bool:
        return pack[-1].end - pack[0].start < self._min_chars
