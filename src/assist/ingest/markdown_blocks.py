"""The blocks of a Markdown text: headings, clauses, lists, tables, questions; with their places in it.

A small reader of its own, because a block here is a place in the file, and clauses numbered the Chinese way
(`三、`, `第三条`, `1、`) are no Markdown.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from assist.documents import Block, BlockKind, Fact, Span, Table
from assist.expressions import expression
from assist.ingest import facts as reading
from assist.ingest.headings import Outline, clause
from assist.ingest.layout import Piece, is_question_heading, opens_answer, opens_question
from assist.ingest.markdown_tables import read_table, table_facts
from assist.ingest.skus import sku_facts

_ATX = expression(r" {0,3}(#{1,6})(?:[ \t]+|(?=[^#\s]))(.*?)(?:[ \t]+#+)?[ \t]*$")
_SETEXT = expression(r" {0,3}(=+|-{2,})[ \t]*$")
_RULE = expression(r" {0,3}(?:[-*_][ \t]*){3,}$")
_FENCE = expression(r" {0,3}(```+|~~~+)")
_BULLET = expression(r"\s{0,8}(?:[-*+][ \t]+|[•·●■◆▪※][ \t]*)(?=\S)")
_ORDERED = expression(
    r"(?P<indent>\s{0,8})(?:(?P<number>\d{1,3})(?:[.)][ \t]+|[.．、)）][ \t]*(?=[^\d\s]))|[①-⑳][ \t]*)(?=\S)"
)
_SEPARATOR = expression(r"[ \t]*\|?[ \t]*:?-+:?[ \t]*(?:\|[ \t]*:?-+:?[ \t]*)*\|?[ \t]*$")
_BOLD_LINE = expression(r"\s*(\*\*|__)(?P<text>(?:(?!\1).)+)\1(?P<rest>.*)$")
# `第4条列出的商品除外` only mentions an article; one that opens is set off from its text.
_ARTICLE = expression(r"[#*\s]*第\s*[〇零一二三四五六七八九十百千两\d]{1,8}\s*[条款](?:[\s：:*]|$)")
_CLAUSE_LEVEL = 7
_MAX_TITLE_CHARS = 30
_LONG_ENTRY_CHARS = 60
_SENTENCE_END = expression(r"[。！!；;，,]")
_RULE_CHARS = 16
"""Entries of a text that is one numbered list rule on something from this average length on."""
_INSTRUCTION = expression(
    r"\s*\d{1,3}\s*[.．、)）]\s*(?:请?先?(?:打开|点|进入|选|填|提交|上传|扫|下载|登录|取|拿|放|倒|加|按|拧|拉|插|拔|"
    r"撕|装|安|洗|擦|晾|关|开|转|推|对|量|剪|折|等|把|将|用))"
)
"""How a step begins: with what the reader is to do."""
_COMMA_NUMBER = expression(r"\s*\d{1,2}、")
_PROCEDURE = expression(r"步骤|流程|方法|教程|怎么|怎样|如何|操作|指引")
_LABEL = expression(r"([^：:。！!；;，,\d]{2,10})[：:]")
"""`发票类型：…`: what an entry rules on, ahead of the rule."""


@dataclass(frozen=True, slots=True)
class _Line:
    start: int
    text: str

    @property
    def end(self) -> int:
        return self.start + len(self.text)

    @property
    def is_blank(self) -> bool:
        return not self.text.strip()


def _lines(text: str) -> list[_Line]:
    lines, start = [], 0
    for part in text.split("\n"):
        lines.append(_Line(start, part))
        start += len(part) + 1
    return lines


class MarkdownReader:
    """Reads a text from top to bottom.

    Attributes:
        title: The first heading of level 1, if nothing but it stands above the clauses.
        pieces: Blocks in the making, in text order; they cover all but white space, rules and comments.
        tables: Tables with the places of their cells.
        facts: Keys and values of tables and parameter lines.
    """

    def __init__(self, text: str) -> None:
        self.title = ""
        self.pieces: list[Piece] = []
        self.tables: list[Table] = []
        self.facts: list[Fact] = []
        self._text = text
        self._lines = _lines(text)
        headings = [match[2] for line in self._lines if (match := _ATX.match(line.text))]
        has_articles = any(map(_is_article, (line.text for line in self._lines)))
        found = [number for heading in headings if (number := clause(heading)) is not None]
        numbered = any(not (has_articles and number.form == "chapter") for number in found)
        # Where headings carry no numbers, lines that do are the clauses: `三、`, `第三条`; and, in a text
        # without any heading below its title, numbered paragraphs.
        self._lines_are_clauses = not numbered
        self._numbers_are_clauses = not numbered and len(headings) <= 1
        self._outline = Outline(has_articles=has_articles)

    def read(self) -> None:
        """Read the whole text."""
        at = 0
        while at < len(self._lines):
            at = self._block(at)

    def _block(self, at: int) -> int:
        """Read the block that starts at line `at`; return the line after it."""
        line = self._lines[at]
        if line.is_blank:
            return at + 1
        if line.text.lstrip().startswith("<!--"):
            return self._comment(at)
        if heading := _ATX.match(line.text):
            self._heading(len(heading[1]), heading[2], line)
            return at + 1
        if _FENCE.match(line.text):
            return self._fenced(at)
        if self._is_table(at):
            return self._table(at)
        if _RULE.match(line.text):
            return at + 1
        if _BULLET.match(line.text):
            return self._list(at, _BULLET)
        if _ORDERED.match(line.text):
            return self._list(at, _ORDERED)
        return self._paragraph(at)

    def _place(self, kind: BlockKind, start: int, end: int, *, is_heading: bool = False) -> None:
        block = Block(
            kind=kind, span=Span(start, end), section=self._outline.section, headings=self._outline.headings
        )
        self.pieces.append(Piece(block, is_heading=is_heading))

    def _place_lines(self, kind: BlockKind, first: int, last: int) -> None:
        lines = self._lines[first:last]
        self._place(
            kind, lines[0].start + _indent(lines[0].text), lines[-1].start + len(lines[-1].text.rstrip())
        )

    def _heading(self, level: int, text: str, line: _Line) -> None:
        start, end = line.start + _indent(line.text), line.start + len(line.text.rstrip())
        plain = text.strip().strip("*_").strip()
        if level == 1 and not self.title and not self._outline.headings:
            self.title = plain
            self._place(BlockKind.TITLE, start, end)
        elif clause(plain) is None and is_question_heading(plain, self._outline.headings):
            self._place(BlockKind.QUESTION, start, end, is_heading=True)
        else:
            self._outline.enter(level, plain)
            self._place(BlockKind.HEADING, start, end)

    def _comment(self, at: int) -> int:
        while at < len(self._lines) and "-->" not in self._lines[at].text:
            at += 1
        return at + 1

    def _fenced(self, at: int) -> int:
        mark = _FENCE.match(self._lines[at].text)
        fence = mark[1] if mark else "```"
        end = at + 1
        while end < len(self._lines) and not self._lines[end].text.lstrip().startswith(fence):
            end += 1
        end = min(end + 1, len(self._lines))
        self._place_lines(BlockKind.TEXT, at, self._trimmed(at, end))
        return end

    def _trimmed(self, first: int, last: int) -> int:
        while last > first + 1 and self._lines[last - 1].is_blank:
            last -= 1
        return last

    def _is_table(self, at: int) -> bool:
        if at + 1 >= len(self._lines) or "|" not in self._lines[at].text:
            return False
        below = self._lines[at + 1].text
        return "|" in below and _SEPARATOR.match(below) is not None

    def _table(self, at: int) -> int:
        end = at + 2
        while end < len(self._lines) and "|" in self._lines[end].text and not self._lines[end].is_blank:
            end += 1
        rows = [(line.start, line.text) for line in (self._lines[at], *self._lines[at + 2 : end])]
        nearest = self._outline.headings[-1] if self._outline.headings else ""
        table = read_table(rows, heading=nearest, section=self._outline.section)
        self._place_lines(table.kind, at, end)
        self.tables.append(table)
        self.facts.extend(sku_facts(table) if table.kind is BlockKind.SKU_TABLE else table_facts(table))
        return end

    def _list(self, at: int, marker: re.Pattern[str]) -> int:
        starts, end = self._entries(at, marker)
        if marker is _ORDERED and self._are_clauses(starts, end):
            for first, last in zip(starts, [*starts[1:], end], strict=True):
                self._clause_paragraph(first, self._trimmed(first, last))
            return end
        lines = [line.text for line in self._lines[at:end]]
        nearest = self._outline.headings[-1] if self._outline.headings else ""
        if marker is _BULLET and reading.is_parameter_list(map(_unmarked, lines), nearest):
            self._state(at, end)
        self._place_lines(BlockKind.STEPS if marker is _ORDERED else BlockKind.CHECKLIST, at, end)
        return end

    def _entries(self, at: int, marker: re.Pattern[str]) -> tuple[list[int], int]:
        """Return the lines that open an entry of the list at `at`, and the line after the list."""
        starts, end = [at], at + 1
        while end < len(self._lines):
            line = self._lines[end]
            if line.is_blank:
                if not self._continues_after_blank(end, marker):
                    break
            elif marker.match(line.text):
                if _indent(line.text) <= _indent(self._lines[at].text):
                    starts.append(end)
            elif self._interrupts(end) and not line.text.startswith((" ", "\t")):
                break
            end += 1
        return starts, self._trimmed(at, end)

    def _continues_after_blank(self, at: int, marker: re.Pattern[str]) -> bool:
        following = next((line for line in self._lines[at : at + 4] if not line.is_blank), None)
        if following is None or _RULE.match(following.text):
            return False
        return marker.match(following.text) is not None or following.text.startswith(("  ", "\t"))

    def _interrupts(self, at: int) -> bool:
        """Say whether a line opens a block of its own in the middle of running text."""
        text = self._lines[at].text
        patterns = (_ATX, _FENCE, _BULLET, _ORDERED)
        return (
            any(pattern.match(text) for pattern in patterns) or self._is_table(at) or self._opens_clause(text)
        )

    def _are_clauses(self, starts: Sequence[int], end: int) -> bool:
        if self._are_rules_of_a_clause(starts):
            return True
        if not self._numbers_are_clauses:
            return False
        spaced = any(line.is_blank for line in self._lines[starts[0] : end])
        chars = sum(len(line.text) for line in self._lines[starts[0] : end])
        long = chars > _LONG_ENTRY_CHARS * len(starts)
        return (spaced and len(starts) > 1) or long or len(starts) == 1 or self._is_rules(starts, end, chars)

    def _are_rules_of_a_clause(self, starts: Sequence[int]) -> bool:
        """Say whether a list is numbered `1、` below a clause such as `二、快递与运费`, and rules rather than instructs."""
        numbered = self._outline.section[:1].isdigit() and self._lines_are_clauses
        if not numbered or not all(_COMMA_NUMBER.match(self._lines[at].text) for at in starts):
            return False
        steps = sum(_INSTRUCTION.match(self._lines[at].text) is not None for at in starts)
        return 2 * steps < len(starts) and not _PROCEDURE.search(self._outline.headings[-1])

    def _is_rules(self, starts: Sequence[int], end: int, chars: int) -> bool:
        """Say whether a list is all that stands below the title, and rules rather than instructs."""
        around = [*self._lines[: starts[0]], *self._lines[end:]]
        if any(not line.is_blank and not _ATX.match(line.text) for line in around) or len(starts) < 2:
            return False
        steps = sum(_INSTRUCTION.match(self._lines[at].text) is not None for at in starts)
        return chars >= _RULE_CHARS * len(starts) and 2 * steps < len(starts)

    def _opens_clause(self, text: str) -> bool:
        """Say whether a line of running text opens a clause: `三、…`, `第三条 …`, `**3. …**`."""
        if not self._lines_are_clauses:
            return False
        bold = _BOLD_LINE.match(text)
        found = clause(bold["text"] if bold else text)
        if found is None:
            return False
        return found.form == "chinese" or _is_article(text) or (bold is not None and found.form == "arabic")

    def _clause_paragraph(self, first: int, last: int) -> None:
        line = self._lines[first]
        bold = _BOLD_LINE.match(line.text)
        head = bold["text"] if bold else line.text.strip()
        found = clause(head)
        title = found.title if found else ""
        is_title = len(title) <= _MAX_TITLE_CHARS and not _SENTENCE_END.search(title)
        label = _LABEL.match(title)
        named = len(title) if is_title else label.end(1) if label else 0
        self._outline.enter(_CLAUSE_LEVEL, head[: len(head) - len(title) + named])
        alone = is_title and last == first + 1 and not (bold and bold["rest"].strip())
        self._place_lines(BlockKind.HEADING if alone else BlockKind.TEXT, first, last)

    def _paragraph(self, at: int) -> int:
        end = at + 1
        while end < len(self._lines) and not self._lines[end].is_blank and not self._interrupts(end):
            setext = _SETEXT.match(self._lines[end].text)
            # A rule drawn right below a paragraph is a rule, whatever Markdown says; below a short line, a heading.
            if setext and self._lines[end].start - self._lines[at].start > 2 * _MAX_TITLE_CHARS:
                break
            if setext:
                whole = _Line(self._lines[at].start, self._text[self._lines[at].start : self._lines[end].end])
                text = " ".join(line.text.strip() for line in self._lines[at:end])
                self._heading(1 if setext[1].startswith("=") else 2, text, whole)
                return end + 1
            end += 1
        if self._opens_clause(self._lines[at].text):
            self._clause_paragraph(at, end)
        else:
            self._running_text(at, end)
        return end

    def _running_text(self, at: int, end: int) -> None:
        lines = [line.text for line in self._lines[at:end]]
        nearest = self._outline.headings[-1] if self._outline.headings else ""
        if any(map(opens_question, lines)) or opens_answer(lines[0]):
            self._exchanges(at, end)
            return
        if reading.is_parameter_list(lines, nearest) or all(map(reading.prices, lines)):
            self._state(at, end)
        self._place_lines(BlockKind.TEXT, at, end)

    def _exchanges(self, at: int, end: int) -> None:
        marks = [i for i in range(at, end) if i == at or _speaks(self._lines[i].text)]
        for first, last in zip(marks, [*marks[1:], end], strict=True):
            text = self._lines[first].text
            kind = BlockKind.ANSWER if opens_answer(text) else BlockKind.TEXT
            self._place_lines(BlockKind.QUESTION if opens_question(text) else kind, first, last)

    def _state(self, at: int, end: int) -> None:
        for line in self._lines[at:end]:
            plain = _unmarked(line.text)
            start = line.start + len(line.text) - len(plain)
            for statement in reading.prices(plain) or (reading.parameter(plain),):
                if statement is not None:
                    self.facts.append(statement.fact(start, section=self._outline.section))


def _is_article(text: str) -> bool:
    return _ARTICLE.match(text) is not None


def _indent(text: str) -> int:
    return len(text) - len(text.lstrip())


def _speaks(text: str) -> bool:
    return opens_question(text) or opens_answer(text)


def _unmarked(text: str) -> str:
    match = _BULLET.match(text)
    return text[match.end() :] if match else text
