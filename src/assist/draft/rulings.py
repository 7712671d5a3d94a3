"""What a rule or a page rules, one sentence each: cut at full stops and lines, never within a sentence."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from assist.documents import BlockKind, Document, Kind, Span
from assist.draft.evidence import Evidence, cite
from assist.expressions import expression
from assist.memo import Memo
from assist.results import Citation
from assist.text.normalize import fold

_SENTENCE = expression(r"[^。\n]+。?")
_NO_RULE = expression(r"^\s*(?:例|比如|例如)|例\s*\d*\s*[:：]")
_HEADINGS = frozenset({BlockKind.HEADING, BlockKind.TITLE})


@dataclass(frozen=True, slots=True)
class Ruling:
    """A sentence of a document with the words that stand over it.

    Attributes:
        document: Whose sentence.
        span: Where it stands.
        section: Label for the citation.
        head: The clause's heading, and the line that announces the list it is in.
        text: The sentence, folded: what readers match.
    """

    document: Document
    span: Span
    section: str
    head: str
    text: str

    def cited(self) -> Citation:
        """Quote it, verbatim."""
        return cite(self.document, self.span, self.section)


_RULINGS: Memo[Document, tuple[Ruling, ...]] = Memo(2_048)


def rulings(document: Document) -> tuple[Ruling, ...]:
    """Return the sentences of a document in order, worked examples left out."""
    known = _RULINGS.get(document)
    return _RULINGS.put(document, tuple(_cut(document))) if known is None else known


def rules_found(number: int, evidence: Evidence) -> list[Document]:
    """Return the policies that were found for a part, best first, each whole."""
    hits = evidence.hits[number] if number < len(evidence.hits) else ()
    found = {hit.document.id: hit.document for hit in reversed(hits) if hit.document.kind is Kind.POLICY}
    return list(reversed(found.values()))


def promotions_running(evidence: Evidence) -> list[Document]:
    """Return the promotions that hold now and concern what is in scope, by id."""
    asked = {category for product in evidence.products.values() for category in product.categories}
    return sorted(
        (
            item
            for item in evidence.promotions
            if item.validity.holds(evidence.now) and _concerns(set(item.categories), asked)
        ),
        key=lambda item: item.id,
    )


def _concerns(applies: set[str], asked: set[str]) -> bool:
    return not applies or not asked or bool(applies & (asked | {"全部", "全店", "all"}))


def _cut(document: Document) -> Iterator[Ruling]:
    lead = place = ""
    for block in document.blocks:
        if block.kind in _HEADINGS:
            continue
        head = " ".join(block.headings[-1:]) or block.section
        lead = lead if place == block.section + head else ""
        place = block.section + head
        listed = block.kind in {BlockKind.CHECKLIST, BlockKind.STEPS}
        for found in _SENTENCE.finditer(block.span.of(document.text)):
            text = found.group().strip()
            if not text or text.startswith("#"):
                continue
            start = block.span.start + found.start() + len(found.group()) - len(found.group().lstrip())
            folded = fold(text)
            if "示例" not in head and not _NO_RULE.search(folded):
                over = f"{head} {lead}" if listed and lead else head
                yield Ruling(document, Span(start, start + len(text)), block.section, over, folded)
            lead = folded if text.endswith(("：", ":")) else lead if listed else ""
