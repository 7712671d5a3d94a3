"""Documents -> units: the smallest pieces that can answer something by themselves, each with its place."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from assist.documents import Block, BlockKind, Chunk, Document, Fact, Kind, Span, Table, Versioned
from assist.expressions import expression
from assist.memo import Memo
from assist.results import Hit
from assist.text.normalize import fold
from assist.text.sentences import sentences

WHOLE = frozenset({BlockKind.STEPS, BlockKind.CHECKLIST})
NOTE_CHARS = 10
"""Items of a list this long on average are notes, each of which stands alone; shorter ones are a packing list."""
_ANSWER = expression(r"答\s*[:：]|\n\s*[Aa]\s*[:：.、]|(?<=[?？])\s*\n?")
_LINE_END = expression(r"(?<=\S)\n")
_NOTHING = frozenset({"", "-", "—", "–", "/", "无"})
_CODES = expression(r"sku|编码|编号|条码|货号", re.IGNORECASE)
_BRACKETS = expression(r"[（(][^）)]*[）)]|/(?:cm|mm|kg|元|g)$", re.IGNORECASE)
_UNIT = expression(r"[（(](元|cm|mm|kg|斤|g|ml|米)[）)]|/(cm|mm|kg|元|g)$", re.IGNORECASE)
_SIZES = expression(r"^(?:尺码|鞋码|码数)段?$")
_DIGIT = expression(r"\d")
_PRICED = expression(r"价|售卖")
_ONLY_ASKED = (
    (_PRICED, expression(r"价|多少钱|几块|[贵钱]|加钱|便宜")),
    (
        expression(r"库存|余量|现货数|可售"),
        expression(r"[有没缺补到存]货|库存|还有|有[没吗不么]|剩|断码|下架"),
    ),
)
"""Columns that are said only where they are asked for: what heads them, and what asks for them."""
_PRICE = "价格"
_PRICE_NAMES = frozenset({"券后", "折后", "到手", "拍下"})
_OF_BEFORE = expression(r"原价|吊牌|专柜|市场价|参考价|划线|门市")
_NOT_TODAY = expression(r"日常|零售|差价|保价|价保")
_PREDICATE = expression(r"不[发支可]|暂不|包邮|免运?费|可以|支持")
"""What says by itself what it says of: 运费 `包邮` is 包邮."""
_SLASH = expression(r"\s+/\s+")
_CLAUSE_KINDS = frozenset({Kind.POLICY, Kind.PROMOTION})


@dataclass(frozen=True, slots=True)
class Unit:
    """A piece of a document that can answer something.

    Attributes:
        document: Whose piece.
        span: What a citation of it quotes.
        kind: `fact`, `qa`, `text`, `steps`, `row`, `clause` or `answer`.
        text: What relevance reads.
        head: The key, heading and title it stands under.
        section: Label for the citation.
        fact: Set for a fact.
    """

    document: Document
    span: Span
    kind: str
    text: str
    head: str
    section: str
    fact: Fact | None = None

    @property
    def quote(self) -> str:
        """The verbatim slice."""
        return self.span.of(self.document.text)


_PAGES: Memo[Document, tuple[Unit, ...]] = Memo(2_048)
_CLAUSES: Memo[Chunk, Unit] = Memo(8_192)
_ANSWERS: Memo[Document, Unit] = Memo(4_096)


def product_units(document: Document) -> tuple[Unit, ...]:
    """Return every unit of a product page, facts first; SKU facts are left to the fact lane."""
    known = _PAGES.get(document)
    return _PAGES.put(document, _units_of(Versioned(document))) if known is None else known


@lru_cache(maxsize=2_048)
def _units_of(held: Versioned) -> tuple[Unit, ...]:
    return tuple(_page(held.document))


def _page(document: Document) -> Iterator[Unit]:
    for fact in document.facts:
        if fact.sku is None:
            key = f"{fact.key} {_PRICE}" if _is_price(fact) else fact.key
            yield Unit(document, fact.span, "fact", f"{key} {fact.value}", key, fact.section, fact)
    for block in document.blocks:
        yield from _block_units(document, block)
    for table in document.tables:
        if table.kind in {BlockKind.SKU_TABLE, BlockKind.TABLE}:
            yield from _row_units(document, table)


def _is_price(fact: Fact) -> bool:
    """Say whether a fact states what the product costs now, under whatever name: 优惠价, 券后, 狂欢价."""
    key = fold(fact.key)
    named = _PRICED.search(key) or key in _PRICE_NAMES
    return (
        bool(named)
        and fact.unit == "元"
        and not (_OF_BEFORE.search(key) or _NOT_TODAY.search(key))
        and _PRICE not in key
    )


def is_former_price(unit: Unit) -> bool:
    """Say whether a unit states a price that nobody pays any more: 参考价, 吊牌价, one that is struck through."""
    fact = unit.fact
    return fact is not None and fact.unit == "元" and _OF_BEFORE.search(fold(fact.key)) is not None


def _row_units(document: Document, table: Table) -> Iterator[Unit]:
    for row in table.rows:
        pairs = zip(table.header, row.cells, strict=False)
        text = " ".join(f"{head} {cell.text}" for head, cell in pairs if not _CODES.search(head))
        yield Unit(
            document, row.span, "row", text, f"{table.section} {' '.join(table.header)}", table.section
        )


def row_words(unit: Unit, *, asked: str | None = None) -> str:
    """Say a table row as words: the first cell, then the others under their headers.

    Args:
        unit: The row.
        asked: What is asked; the price and the stock are said only where they are asked for, or where nothing else
            is left to say. None: all is said.
    """
    pairs = _pairs(unit)
    told = pairs if asked is None else [pair for pair in pairs if _is_wanted(pair[0], asked)]
    told = told if len(told) > 1 else pairs
    return spoken([head for head, _ in told], [cell for _, cell in told]) if told else unit.quote


def row_tells(unit: Unit, asked: str) -> bool:
    """Say whether a row tells more than a price and a stock that nobody asks for."""
    return sum(_is_wanted(head, asked) for head, _ in _pairs(unit)) > 1


def _pairs(unit: Unit) -> list[tuple[str, str]]:
    """Return the cells of a row under their headers."""
    rows = ((table, row) for table in unit.document.tables for row in table.rows if row.span == unit.span)
    table, row = next(rows, (None, None))
    if table is None or row is None:
        return []
    return list(zip(table.header, [cell.text.strip() for cell in row.cells], strict=False))


def _is_wanted(head: str, asked: str) -> bool:
    return all(wanted.search(asked) or not of.search(head) for of, wanted in _ONLY_ASKED)


def figured_heads(unit: Unit) -> tuple[str, ...]:
    """Return the headers of a row's table that hold figures (`6小时保温`): they stand above it, not in its quote."""
    tables = (table for table in unit.document.tables if any(row.span == unit.span for row in table.rows))
    return tuple(head for table in tables for head in table.header if _DIGIT.search(head))


def rows_of(document: Document, span: Span) -> list[Span]:
    """Places of the table rows within a span, in text order."""
    return [row.span for table in document.tables for row in table.rows if span.covers(row.span)]


def said_rows(document: Document, span: Span) -> list[str]:
    """Say the table rows within a span as words: `金卡：累计消费满1000元，权益9.5折`; empty where there are none."""
    return [
        spoken(table.header, [cell.text.strip() for cell in row.cells])
        for table in document.tables
        for row in table.rows
        if span.covers(row.span)
    ]


def is_sku_row(unit: Unit) -> bool:
    """Say whether a unit is a row of a SKU table."""
    return unit.kind == "row" and any(
        table.kind is BlockKind.SKU_TABLE and any(row.span == unit.span for row in table.rows)
        for table in unit.document.tables
    )


def spoken(header: Sequence[str], cells: Sequence[str]) -> str:
    """Say cells under their headers: the first alone, the others with theirs (`金卡：权益9.5折`)."""
    told = [
        (_BRACKETS.sub("", head), cell)
        for head, cell in zip(header, cells, strict=False)
        if not _CODES.search(head)
    ]
    units = {
        head: found.group(1) or found.group(2)
        for head, found in ((h, _UNIT.search(h)) for h in header)
        if found
    }
    words = []
    for at, (head, cell) in enumerate(told):
        unit = next((value for raw, value in units.items() if raw.startswith(head)), "")
        cell = cell + unit if unit and cell[-1:].isdigit() else cell
        cell = _SLASH.sub("、", cell)
        if at == 0:
            words.append(cell)
        elif cell not in _NOTHING and at == 1 and _SIZES.match(head):
            words[0] += f"{cell}码" if cell[-1:].isascii() else cell
        elif _PREDICATE.match(cell):
            words.append(cell)
        elif cell not in _NOTHING:
            words.append(f"{head}是{cell}" if head[-1:].isascii() else f"{head}{cell}")
    return f"{words[0]}：{'，'.join(words[1:])}" if len(words) > 1 else "".join(words)


def _block_units(document: Document, block: Block) -> Iterator[Unit]:
    head = " ".join(block.headings[-2:]) or block.section
    if block.kind is BlockKind.CHECKLIST and _are_notes(lines_of(document, block.span)):
        for line in lines_of(document, block.span):
            yield Unit(document, line, "text", line.of(document.text), head, block.section)
    elif block.kind in WHOLE:
        yield Unit(document, block.span, "steps", block.span.of(document.text), head, block.section)
    elif block.kind is BlockKind.QA:
        yield from _qa_units(document, block)
    elif block.kind in {BlockKind.TEXT, BlockKind.ANSWER, BlockKind.CAPTION}:
        yield from sentence_units(document, block.span, head, block.section, "text")


def lines_of(document: Document, span: Span) -> list[Span]:
    """Cut a list into its items, one a line."""
    found, start = [], span.start
    for line in span.of(document.text).split("\n"):
        if line.strip():
            lead = len(line) - len(line.lstrip())
            found.append(Span(start + lead, start + len(line.rstrip())))
        start += len(line) + 1
    return found


def _are_notes(items: Sequence[Span]) -> bool:
    return sum(item.end - item.start for item in items) >= NOTE_CHARS * len(items)


def _qa_units(document: Document, block: Block) -> Iterator[Unit]:
    text = block.span.of(document.text)
    cut = _ANSWER.search(text) or _LINE_END.search(text)
    if cut is None or not text[cut.end() :].strip():
        yield Unit(document, block.span, "text", text, block.section, block.section)
        return
    answer = _trimmed(document.text, block.span.start + cut.end(), block.span.end)
    question = text[: cut.start()].strip()
    yield Unit(document, answer, "qa", answer.of(document.text), question, block.section)


@lru_cache(maxsize=50_000)
def spans_of(text: str) -> tuple[Span, ...]:
    """Sentences of a text; pages and rules are cut once, not once a message."""
    return sentences(text)


@lru_cache(maxsize=20_000)
def sentences_of(text: str) -> tuple[str, ...]:
    """Return the sentences of a text as texts."""
    return tuple(piece.of(text) for piece in spans_of(text))


def sentence_units(document: Document, span: Span, head: str, section: str, kind: str) -> Iterator[Unit]:
    """Cut a span into its sentences."""
    for piece in spans_of(span.of(document.text)):
        place = Span(span.start + piece.start, span.start + piece.end)
        yield Unit(document, place, kind, place.of(document.text), head, section)


def clause_units(hits: Iterable[Hit]) -> tuple[Unit, ...]:
    """Turn hits on policies and promotions into one unit a clause."""
    return tuple(_clause(hit) for hit in hits if hit.document.kind in _CLAUSE_KINDS)


def _clause(hit: Hit) -> Unit:
    known = _CLAUSES.get(hit.chunk)
    if known is None or known.document is not hit.document:
        known = _CLAUSES.put(hit.chunk, _clause_of(hit))
    return known


def _clause_of(hit: Hit) -> Unit:
    heading = hit.chunk.headings[-1] if hit.chunk.headings else ""
    head = f"{hit.document.title} {heading}".strip()
    return Unit(hit.document, hit.chunk.span, "clause", hit.chunk.text, head, hit.chunk.section)


def answer_units(hits: Iterable[Hit]) -> tuple[Unit, ...]:
    """Turn hits on past answers into units: the answer, under the question it was given to."""
    return tuple(_answer(hit) for hit in hits if hit.document.kind is Kind.PAST_ANSWER)


def _answer(hit: Hit) -> Unit:
    known = _ANSWERS.get(hit.document)
    if known is None or known.section != hit.chunk.section:
        known = _ANSWERS.put(hit.document, _answer_of(hit))
    return known


def _answer_of(hit: Hit) -> Unit:
    span = answer_span(hit.document)
    question = hit.document.attributes.get("question", "")
    return Unit(hit.document, span, "answer", span.of(hit.document.text), question, hit.chunk.section)


def answer_span(document: Document) -> Span:
    """Return where the answer of a past answer stands; the whole text when its layout is unknown."""
    for block in document.blocks:
        if block.kind is BlockKind.ANSWER:
            return block.span
    return Span(0, len(document.text))


def _trimmed(text: str, start: int, end: int) -> Span:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return Span(start, end)
