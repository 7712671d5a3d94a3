"""The pieces a text is laid out in, and how neighbouring pieces become the blocks of a document."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from assist.documents import Block, BlockKind, Span
from assist.errors import IngestError
from assist.expressions import expression

_QUESTION = expression(
    r"\s*(?:\*\*)?(?:(?:问|提问|问题|Q|q)\s*\d{0,2}\s*[：:．.、]|[Qq问]\d{1,2}\s)(?:\*\*)?\s*\S?"
)
_ANSWER = expression(
    r"\s*(?:\*\*)?(?:(?:答|回答|答复|A|a)\s*\d{0,2}\s*[：:．.、]|[Aa答]\d{1,2}\s)(?:\*\*)?\s*\S?"
)
_INNER_ANSWER = expression(r"[\s?？。]\s*(?:答|回答|A|a)\s*\d{0,2}\s*[：:]")
_FAQ = expression(r"常见问题|问答|答疑|疑问|有问必答|FAQ|Q\s*&\s*A", re.IGNORECASE)
_ASKS = expression(r"[?？]\s*$|(?:[吗么呢不]|没有|多久|多少|多大|多长|什么|怎么办|几[天个号码次])\s*$")
_MERGED_KINDS = (BlockKind.PARAMETERS, BlockKind.PRICE)
_ANSWER_KINDS = (BlockKind.ANSWER, BlockKind.TEXT)
_LIST_KINDS = (BlockKind.STEPS, BlockKind.CHECKLIST)


def opens_question(line: str) -> bool:
    """Say whether a line opens with a question mark of its own: `问：`, `Q1:`."""
    return _QUESTION.match(line) is not None


def opens_answer(line: str) -> bool:
    """Say whether a line opens with `答：` or `A:`."""
    return _ANSWER.match(line) is not None


def holds_exchange(line: str) -> bool:
    """Say whether one line holds both a question and its answer: `问：… 答：…`."""
    return opens_question(line) and _INNER_ANSWER.search(line) is not None


def is_question_heading(text: str, headings: Sequence[str]) -> bool:
    """Say whether a heading is a question that a shopper asks rather than the name of a section."""
    return opens_question(text) or (any(map(_FAQ.search, headings)) and _ASKS.search(text) is not None)


def asks(text: str) -> bool:
    """Say whether a text ends as questions do, with a mark or a word such as 吗, or opens with `问：`."""
    return opens_question(text) or _ASKS.search(text) is not None


class TextBuilder:
    """Builds a document's text line by line and tells where each line stands."""

    def __init__(self, *, max_chars: int, path: str) -> None:
        self._lines: list[str] = []
        self._length = 0
        self._max_chars = max_chars
        self._path = path

    def line(self, text: str) -> Span:
        """Append a line, which must not be empty nor hold a line break.

        Raises:
            IngestError: The text grows beyond `max_chars`.
        """
        start = self._length
        self._append(text)
        return Span(start, start + len(text))

    def gap(self) -> None:
        """Leave an empty line, once, and never at the top."""
        if self._lines and self._lines[-1]:
            self._append("")

    @property
    def text(self) -> str:
        """All lines so far."""
        return "\n".join(self._lines)

    def _append(self, text: str) -> None:
        self._lines.append(text)
        self._length += len(text) + 1
        if self._length > self._max_chars + 1:
            raise IngestError(f"the text is longer than max_text_chars = {self._max_chars}", path=self._path)


@dataclass(frozen=True, slots=True)
class Piece:
    """A block in the making.

    Attributes:
        block: Kind, place and section.
        is_heading: A question that was set as a heading: all that follows it, up to the next, is its answer.
    """

    block: Block
    is_heading: bool = False


def settle(pieces: Iterable[Piece], text: str) -> tuple[Block, ...]:
    """Join questions with their answers, and neighbouring lines of parameters or of prices.

    Args:
        pieces: In text order, not overlapping.
        text: The document's text.

    Returns:
        Blocks in text order; none is of the kinds QUESTION or ANSWER.
    """
    waiting = list(pieces)
    blocks: list[Block] = []
    at = 0
    while at < len(waiting):
        end = _answer_end(waiting, at, text)
        _append(blocks, _joined(waiting, at, end))
        at = end
    return tuple(blocks)


def _append(blocks: list[Block], block: Block) -> None:
    last = blocks[-1] if blocks else None
    if last and block.kind in _MERGED_KINDS and (last.kind, last.section) == (block.kind, block.section):
        blocks[-1] = replace(last, span=Span(last.span.start, block.span.end))
    else:
        blocks.append(block)


def _joined(pieces: list[Piece], at: int, end: int) -> Block:
    first, last = pieces[at].block, pieces[end - 1].block
    if end - at > 1:
        return replace(first, kind=BlockKind.QA, span=Span(first.span.start, last.span.end))
    kind = BlockKind.TEXT if first.kind in (BlockKind.QUESTION, BlockKind.ANSWER) else first.kind
    return replace(first, kind=kind)


def _answer_end(pieces: list[Piece], at: int, text: str) -> int:
    """Return the index after the last piece that answers the question at `at` (`at + 1` for no question)."""
    end = at + 1
    if pieces[at].block.kind is not BlockKind.QUESTION:
        return end
    while end < len(pieces) and _answers(pieces, at, end, text):
        end += 1
    return end


def _answers(pieces: list[Piece], at: int, end: int, text: str) -> bool:
    question, previous, piece = pieces[at], pieces[end - 1].block, pieces[end].block
    if piece.section != question.block.section:
        return False
    if piece.kind is BlockKind.ANSWER or (piece.kind is BlockKind.TEXT and end == at + 1):
        return True
    if question.is_heading:
        return piece.kind in (*_ANSWER_KINDS, *_LIST_KINDS)
    return piece.kind in _LIST_KINDS and previous.span.of(text).rstrip().endswith(("：", ":"))
