"""Writes a page's items down as readable lines, noting where every block, cell and fact stands."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

from assist.documents import Asset, Block, BlockKind, Cell, Fact, Row, Span, Table
from assist.expressions import expression
from assist.ingest import facts as reading
from assist.ingest.facts import Statement
from assist.ingest.grid import GridCell, Shape, apart, understand
from assist.ingest.headings import Outline, clause
from assist.ingest.items import Figure, Heading, Item, Paragraph, TableItem
from assist.ingest.layout import (
    Piece,
    TextBuilder,
    asks,
    holds_exchange,
    is_question_heading,
    opens_answer,
    opens_question,
)
from assist.ingest.lists import Definitions, Listing
from assist.ingest.size_lines import size_table
from assist.ingest.skus import sku_facts
from assist.ingest.steps import steps_in_line

_ENDS_SENTENCE = expression(r"[。！!；;，,：:]\s*$")
_NUMBERED = expression(r"\s*(?:\d{1,2}\s*[.．、)）]|第[一二三四五六七八九十]步|[①-⑳])")
_FIT = expression(
    r"(?:^|(?<=[。；;\s]))(?P<key>尺码感受|尺码说明)\s*[：:]\s*(?P<value>[^，。；,;\s]+)[^。；;]*"
)
_MAX_BOLD_HEADING_CHARS = 24
_TELLING = expression(r"[一-鿿].*\d|\d.*[一-鿿]|[一-鿿].*[，。；：]")
_FILE = expression(r"\.(?:jpe?g|png|gif|webp)|^(?:图|图片|主图|详情|细节)\s*\d*$", re.IGNORECASE)
_MIN_ALT_CHARS = 8
_MAX_LONE_VALUE_CHARS = 60
_MIN_PARAMETERS = 3
_MIN_POINTS = 2
_IN_LINE = expression(r"(?:^|(?<=[^\s]))\s*(?:[①-⑳]|(?:^|(?<=[；;。]))[（(]\d{1,2}[)）])")
_LABELS = {
    BlockKind.TITLE: "标题",
    BlockKind.PRICE: "价格",
    BlockKind.PARAMETERS: "商品参数",
    BlockKind.SKU_TABLE: "规格",
    BlockKind.SIZE_TABLE: "尺码表",
}


def join_price_boxes(items: Iterable[Item]) -> Iterator[Item]:
    """Join a paragraph that only names a price with the next one that only states an amount."""
    label = ""
    for item in items:
        line = item.lines[0] if isinstance(item, Paragraph) and len(item.lines) == 1 else ""
        if label and line and reading.is_price_value(line):
            yield Paragraph((f"{label}：{line}",))
            label = ""
            continue
        if label:
            yield Paragraph((label,))
        label = line.strip("：:") if line and reading.is_price_label(line) else ""
        if not label:
            yield item
    if label:
        yield Paragraph((label,))


def join_parameters(items: Iterable[Item]) -> Iterator[Item]:
    """Join neighbouring paragraphs of one line `key：value` each, as pages write their parameters."""
    for is_parameter, group in groupby(items, key=_is_parameter_line):
        neighbours = list(group)
        lines = [line for item in neighbours if isinstance(item, Paragraph) for line in item.lines]
        if is_parameter and len(lines) >= _MIN_PARAMETERS and reading.is_parameter_list(lines, ""):
            yield Paragraph(tuple(lines))
        else:
            yield from neighbours


def _is_parameter_line(item: Item) -> bool:
    if not isinstance(item, Paragraph) or len(item.lines) != 1 or item.struck:
        return False
    statement = reading.parameter(item.lines[0])
    short = statement is not None and len(statement.value) <= _MAX_LONE_VALUE_CHARS
    return short and not (opens_question(item.lines[0]) or opens_answer(item.lines[0]))


class PageWriter:
    """Takes items in page order; afterwards holds the text and everything found in it.

    Attributes:
        title: The first heading of level 1; empty when there is none.
        pieces: Blocks in the making, in text order.
        tables: Tables, in text order.
        facts: Keys and values, in text order; may hold repetitions.
        assets: Images and videos that have a caption.
    """

    def __init__(self, *, max_chars: int, path: str, has_articles: bool) -> None:
        self.title = ""
        self.pieces: list[Piece] = []
        self.tables: list[Table] = []
        self.facts: list[Fact] = []
        self.assets: list[Asset] = []
        self._builder = TextBuilder(max_chars=max_chars, path=path)
        self._outline = Outline(has_articles=has_articles)

    @property
    def text(self) -> str:
        """The whole text so far."""
        return self._builder.text

    def write(self, item: Item) -> None:
        """Append one item."""
        match item:
            case Heading():
                self._heading(item)
            case Paragraph():
                self._paragraph(item)
            case Listing():
                self._listing(item)
            case Definitions():
                self._definitions(item)
            case TableItem():
                self._table(item)
            case Figure():
                self._figure(item)

    def _place(
        self, kind: BlockKind, spans: Sequence[Span], *, section: str = "", is_heading: bool = False
    ) -> str:
        """Note a block over some lines; return its section label."""
        label = self._outline.section or section or _LABELS.get(kind, "")
        span = Span(spans[0].start, spans[-1].end)
        block = Block(kind=kind, span=span, section=label, headings=self._outline.headings)
        self.pieces.append(Piece(block, is_heading=is_heading))
        return label

    def _lines(self, kind: BlockKind, lines: Iterable[str], *, is_heading: bool = False) -> list[Span]:
        spans = [self._builder.line(line) for line in lines]
        self._place(kind, spans, is_heading=is_heading)
        return spans

    @property
    def _nearest(self) -> str:
        headings = self._outline.headings
        return headings[-1] if headings else ""

    def _heading(self, item: Heading) -> None:
        if not item.text:
            return
        if item.level == 1 and not self.title:
            self.title = item.text
            self._lines(BlockKind.TITLE, [item.text])
        elif clause(item.text) is None and is_question_heading(item.text, self._outline.headings):
            self._lines(BlockKind.QUESTION, [item.text], is_heading=True)
        else:
            self._builder.gap()
            self._outline.enter(item.level, item.text)
            self._lines(BlockKind.HEADING, [item.text])

    def _paragraph(self, item: Paragraph) -> None:
        if self._is_heading(item):
            self._heading(Heading(7, item.lines[0]))
        elif self._are_prices(item.lines):
            self._statements(BlockKind.PRICE, item.lines, struck=item.struck)
        elif any(map(opens_question, item.lines)) or opens_answer(item.lines[0]):
            self._questions(item.lines)
        elif self._are_parameters(item.lines):
            self._statements(BlockKind.PARAMETERS, item.lines)
        else:
            self._prose(item.lines)

    def _are_parameters(self, lines: Sequence[str]) -> bool:
        told = _FIT.search(lines[0]) or size_table(lines[0], 0, "")
        return not told and reading.is_parameter_list(lines, self._nearest)

    def _is_heading(self, item: Paragraph) -> bool:
        line = item.lines[0]
        return (
            item.is_bold
            and len(item.lines) == 1
            and len(line) <= _MAX_BOLD_HEADING_CHARS
            and not (_ENDS_SENTENCE.search(line) or opens_answer(line))
            and not (reading.prices(line) or reading.statements(line))
        )

    def _are_prices(self, lines: Iterable[str]) -> bool:
        found = [reading.prices(line) for line in lines]
        # A bare amount is the page's price only above the first heading; below it is part of a sentence.
        return all(found) and (not self._nearest or any("价" in s.key for line in found for s in line))

    def _statements(self, kind: BlockKind, lines: Sequence[str], *, struck: Sequence[str] = ()) -> None:
        """Write lines that state keys and values, and note these as facts; a price that is struck is told as such."""
        spans = [self._builder.line(line) for line in lines]
        section = self._place(kind, spans)
        for line, span in zip(lines, spans, strict=True):
            stated = reading.prices(line) or reading.statements(line)
            self._state((reading.before(statement, struck) for statement in stated), span, section)

    def _state(self, stated: Iterable[Statement | None], span: Span, section: str) -> None:
        for statement in stated:
            if statement is not None:
                self.facts.append(statement.fact(span.start, section=section))

    def _questions(self, lines: Sequence[str]) -> None:
        group: list[str] = []
        for line in lines:
            if group and (opens_question(line) or opens_answer(line)):
                self._exchange(group)
                group = []
            group.append(line)
        self._exchange(group)

    def _exchange(self, lines: Sequence[str]) -> None:
        kind = BlockKind.ANSWER if opens_answer(lines[0]) else BlockKind.TEXT
        if holds_exchange(lines[0]):
            kind = BlockKind.QA
        elif opens_question(lines[0]):
            kind = BlockKind.QUESTION
        self._lines(kind, lines)

    def _prose(self, lines: Sequence[str]) -> None:
        lead, steps = steps_in_line(lines[0]) if len(lines) == 1 else ("", ())
        if steps:
            if lead:
                self._prose([lead])
            self._lines(BlockKind.STEPS, steps)
            return
        lines = [item for line in lines for item in _enumerated(line)]
        spans = self._lines(BlockKind.TEXT, lines)
        for line, span in zip(lines, spans, strict=True):
            self._state((_lone_statement(line),), span, self._outline.section)
            table = size_table(line, span.start, self._outline.section)
            if table is not None:
                self.tables.append(table)

    def _listing(self, item: Listing) -> None:
        if not item.entries:
            return
        if self._are_prices(item.entries):
            self._statements(BlockKind.PRICE, item.entries)
        elif reading.is_parameter_list(item.entries, self._nearest) and not item.is_ordered:
            self._statements(BlockKind.PARAMETERS, item.entries)
        elif any(map(opens_question, item.entries)):
            self._questions(item.entries)
        else:
            self._steps_or_points(item)

    def _steps_or_points(self, item: Listing) -> None:
        if all(map(_NUMBERED.match, item.entries)):
            self._lines(BlockKind.STEPS, item.entries)
        elif item.first is not None:
            numbered = (f"{number}. {entry}" for number, entry in enumerate(item.entries, item.first))
            self._lines(BlockKind.STEPS, numbered)
        else:
            self._lines(BlockKind.CHECKLIST, item.entries)

    def _definitions(self, item: Definitions) -> None:
        if sum(asks(term) for term, _ in item.pairs) * 2 > len(item.pairs):
            for term, said in item.pairs:
                self._lines(BlockKind.QA, [line for line in (term, said) if line])
            return
        pairs = [(GridCell("", -1), GridCell(term, 0), GridCell(said, 1)) for term, said in item.pairs]
        only_prices = all(reading.is_price_label(term) for term, _ in item.pairs)
        self._pairs(Shape(BlockKind.PRICE if only_prices else BlockKind.PARAMETERS, "", (), tuple(pairs)), "")

    def _table(self, item: TableItem) -> None:
        shape = understand(item.grid, heading=self._nearest or item.caption)
        caption = item.caption or shape.caption
        if shape.kind in (BlockKind.PARAMETERS, BlockKind.PRICE):
            self._pairs(shape, caption)
        else:
            self._rows(shape, caption)

    def _pairs(self, shape: Shape, caption: str) -> None:
        """Write a table of keys and values as lines `key：value`, under the names of their groups."""
        spans = [self._builder.line(caption)] if caption else []
        rows, statements, group = [], [], ""
        for above, key, value in shape.rows:
            if above.text and above.text != group:
                group = above.text
                spans.append(self._builder.line(group))
            line = _key_line(key.text, value.text)
            if line:
                spans.append(self._builder.line(line))
                rows.append(_pair_row(spans[-1], line, value.text))
                statements.append((_stated(key.text, value.text, line), spans[-1]))
        if not spans:
            return
        section = self._place(shape.kind, spans, section=caption)
        for statement, span in statements:
            self._state((statement,), span, section)
        self.tables.append(Table(kind=shape.kind, header=(), rows=tuple(rows), section=section))

    def _rows(self, shape: Shape, caption: str) -> None:
        spans = [self._builder.line(caption)] if caption else []
        if line := " | ".join(cell.text for cell in apart(shape.header)):
            spans.append(self._builder.line(line))
        rows = [self._row(row) for row in shape.rows]
        spans.extend(row.span for row in rows)
        section = self._place(shape.kind, spans, section=caption)
        header = tuple(cell.text for cell in shape.header)
        table = Table(kind=shape.kind, header=header, rows=tuple(rows), section=section)
        self.tables.append(table)
        if table.kind is BlockKind.SKU_TABLE:
            self.facts.extend(sku_facts(table))

    def _row(self, cells: Sequence[GridCell]) -> Row:
        """Write one table row as a line; a cell that spans several columns is written once."""
        shown = apart(cells)
        span = self._builder.line(" | ".join(cell.text for cell in shown))
        places: dict[int, Span | None] = {}
        start = span.start
        for cell in shown:
            end = start + len(cell.text)
            places[cell.origin] = Span(start, end) if cell.text else None
            start = end + 3
        return Row(tuple(Cell(cell.text, places[cell.origin]) for cell in cells), span)

    def _figure(self, item: Figure) -> None:
        told = [caption for caption in (item.caption, *(picture.alt for picture in item.pictures)) if caption]
        shown = {
            text: self._lines(BlockKind.CAPTION, [text])[0]
            for text in dict.fromkeys(told)
            if text == item.caption or self._tells(text)
        }
        for picture in item.pictures:
            caption = item.caption or picture.alt
            if caption:
                asset = Asset(kind=picture.kind, caption=caption, url=picture.url, span=shown.get(caption))
                self.assets.append(asset)

    def _tells(self, alt: str) -> bool:
        """Say whether the text in place of a picture tells something of the product, more than what the picture is."""
        figures = _TELLING.search(alt) is not None and not _FILE.search(alt)
        return figures and len(alt) >= _MIN_ALT_CHARS and alt not in self.title and self.title not in alt


def _enumerated(line: str) -> list[str]:
    """Cut a line that numbers its points (`①…②…`, `(1)…；(2)…`) before each of them."""
    numbers = _IN_LINE.findall(line)
    if len(numbers) < _MIN_POINTS or not _IN_LINE.match(line):
        return [line]
    return [point.strip() for point in _IN_LINE.sub(r"\n\g<0>", line).split("\n") if point.strip()]


def _key_line(key: str, value: str) -> str:
    key = key.rstrip("：: ")
    return f"{key}：{value}" if key and value else value or key


def _pair_row(span: Span, line: str, value: str) -> Row:
    cut = len(line) - len(value)
    key = line[:cut].rstrip("：")
    cells = [Cell(key, Span(span.start, span.start + len(key)) if key else None)]
    cells.append(Cell(value, Span(span.start + cut, span.end) if value else None))
    return Row(tuple(cells), span)


def _stated(key: str, value: str, line: str) -> Statement | None:
    name, unit = reading.key_and_unit(key)
    if not name or not value:
        return None
    return reading.priced(Statement(name, value, 0, len(line), unit))


def _lone_statement(line: str) -> Statement | None:
    """Read a line that stands outside a parameter list but states a parameter all the same."""
    if fit := _FIT.search(line):
        return Statement(fit["key"], fit["value"], fit.start(), fit.end())
    statement = reading.parameter(line)
    if statement is None or not reading.is_known_key(statement.key) or "。" in statement.value[:-1]:
        return None
    return statement if len(statement.value) <= _MAX_LONE_VALUE_CHARS else None
