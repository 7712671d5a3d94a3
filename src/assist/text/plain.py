"""Find the layout of plain text: headings, numbered clauses, lists, questions with answers, paragraphs."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from assist.documents import Block, BlockKind, Span
from assist.expressions import expression
from assist.text.numerals import parse_number
from assist.text.sentences import trimmed

_NUMERAL = "[零〇一二三四五六七八九十百两]{1,5}"
_LINE = expression(r"[^\n\r\v\f\x85\u2028\u2029]+")
_HASHES = expression(r"(#{1,6})\s+(.*)")
_UNIT = r"(?:天|日内|小时|分钟|元|块|折|个|件|年内|斤|公斤|米|码|岁|%)"
# Level, pattern: group 1 is the clause number, what follows the match its title.
_CLAUSES = (
    (7, expression(rf"第\s*({_NUMERAL}|\d{{1,4}})\s*章\s*")),
    (8, expression(rf"第\s*({_NUMERAL}|\d{{1,4}})\s*节\s*")),
    (9, expression(rf"第\s*({_NUMERAL}|\d{{1,4}})\s*条\s*[：:、.]?\s*")),
    (9, expression(rf"({_NUMERAL})\s*[、.．]\s*")),
    (10, expression(rf"[（(]\s*({_NUMERAL})\s*[)）]\s*")),
    (10, expression(rf"(\d{{1,3}}(?:\.\d{{1,3}})*)(?:\s*[.、．)）]\s*(?!\d)|\s+(?!\d|{_UNIT}))")),
)
_NUMBERED = expression(r"\d{1,3}\s*[.、．)）]\s*(?=[^\d\s])")
_ITEM = expression(rf"[（(]\s*(?:{_NUMERAL}|\d{{1,2}})\s*[)）]")
_BULLET = expression(r"[-*+•·●■◆]\s*(?=[^\d\s*-])")
_QUESTION = expression(r"(?:问题?|Q|q)\s*\d{0,2}\s*[：:.、]")
_ANSWER = expression(r"(?:答|A|a)\s*\d{0,2}\s*[：:.、]")
_SENTENCE_END = expression("[。！!；;，,：:]")
_MAX_TITLE_CHARS = 30
_MAX_STEP_CHARS = 60


class _Line(NamedTuple):
    text: str
    span: Span
    after_blank: bool


class _Outline:
    """The headings in force while a text is read from top to bottom."""

    def __init__(self) -> None:
        self._open: list[tuple[int, str, str]] = []

    def enter(self, level: int, number: str, title: str) -> None:
        """Note a heading; those of the same or a deeper level end."""
        self._open = [entry for entry in self._open if entry[0] < level]
        self._open.append((level, number, title))

    def block(self, kind: BlockKind, first: _Line, last: _Line) -> Block:
        numbers = [number for _, number, _ in self._open if number]
        titles = tuple(title for _, _, title in self._open if title)
        section = numbers[-1] if numbers else titles[-1] if titles else ""
        return Block(kind, Span(first.span.start, last.span.end), section, titles)


def plain_blocks(text: str) -> tuple[Block, ...]:
    """Return the blocks of a text that came without any; together they cover all but white space.

    Clauses open with `## 2 …`, `第三条`, `一、`, `（二）` or `2.`; short numbered lines below a heading or a
    colon are steps; lines that open with a dash or a bullet are a checklist; `问：` opens a question with its
    answer.
    """
    lines = tuple(_lines(text))
    outline = _Outline()
    blocks: list[Block] = []
    place = 0
    while place < len(lines):
        end, kind = _extent(lines, place)
        is_item = place > 0 and _continues(lines[place - 1].text, lines[place].text)
        if kind is BlockKind.TEXT and not is_item and _enter(outline, lines[place].text):
            end, kind = place + 1, BlockKind.HEADING
        blocks.append(outline.block(kind, lines[place], lines[end - 1]))
        place = end
    return tuple(blocks)


def _lines(text: str) -> Iterator[_Line]:
    """Yield the lines that are not blank."""
    last_end = 0
    for found in _LINE.finditer(text):
        span = trimmed(text, found.start(), found.end())
        if span is not None:
            yield _Line(span.of(text), span, text.count("\n", last_end, span.start) > 1)
            last_end = span.end


def _extent(lines: Sequence[_Line], place: int) -> tuple[int, BlockKind]:
    """Return where the block that starts at line `place` ends, and its kind (TEXT may prove a heading)."""
    line = lines[place].text
    if _QUESTION.match(line):
        return _until(lines, place, lambda text: not _ANSWER.match(text) and _opens(text)), BlockKind.QA
    if _BULLET.match(line):
        return _until(lines, place, lambda text: not _BULLET.match(text)), BlockKind.CHECKLIST
    if _NUMBERED.match(line):
        end = _until(lines, place, lambda text: not _NUMBERED.match(text))
        if _are_steps(lines, place, end):
            return end, BlockKind.STEPS
    return _until(lines, place, _opens), BlockKind.TEXT


def _until(lines: Sequence[_Line], place: int, ends: Callable[[str], object]) -> int:
    """Return the first line after `place` that stands after a blank one or for which `ends` is true."""
    end = place + 1
    while end < len(lines) and not lines[end].after_blank and not ends(lines[end].text):
        end += 1
    return end


def _opens(line: str) -> bool:
    """Say whether a line opens a block of its own in the middle of running text."""
    marks = (_HASHES, _BULLET, _QUESTION)
    return any(mark.match(line) for mark in marks) or _clause(line) is not None


def _are_steps(lines: Sequence[_Line], place: int, end: int) -> bool:
    """Say whether numbered lines are steps rather than clauses: short, and introduced by a line above."""
    chars = sum(len(line.text) for line in lines[place:end])
    return end - place > 1 and place > 0 and chars <= _MAX_STEP_CHARS * (end - place)


def _continues(above: str, line: str) -> bool:
    """Say whether a line is an item of the sentence above it: `有下列情形之一的：` `（一）…；` `（二）…`."""
    return above[-1] in "：:；;" and _ITEM.match(line) is not None


def _clause(line: str) -> tuple[int, str, str] | None:
    """Read the clause number that a line opens with: its level, number and title."""
    for level, pattern in _CLAUSES:
        if found := pattern.match(line):
            parts = [parse_number(part) for part in found[1].split(".")]
            number = ".".join(str(int(part)) for part in parts if part is not None)
            return level, number, line[found.end() :].strip()
    return None


def _enter(outline: _Outline, line: str) -> bool:
    """Note the heading or clause that `line` opens; say whether it is nothing but a heading."""
    hashes = _HASHES.match(line)
    clause = _clause(hashes[2] if hashes else line)
    if clause is None:
        if hashes:
            outline.enter(len(hashes[1]), "", hashes[2].strip())
        return hashes is not None
    level, number, title = clause
    is_title = len(title) <= _MAX_TITLE_CHARS and not _SENTENCE_END.search(title)
    outline.enter(len(hashes[1]) if hashes else level, number, title if is_title else "")
    return hashes is not None or is_title
