"""Evidence by hand for tests of the writer: rules, pages, past answers, hits, and a scorer that is told."""

from datetime import datetime

import numpy as np

from assist.documents import Block, BlockKind, Document, Kind, Span
from assist.draft.evidence import Evidence
from assist.messages import Aspect, Channel, Emotion, IntentScore, Message, Part, Question, Slot, turns
from assist.results import Hit
from assist.settings import ChunkSettings
from assist.shop import ShopProfile
from assist.text.chunk import chunk_document
from unit.draft.shop_pages import Page

NOW = datetime(2026, 11, 20, 14)


def _grams(text):
    return {text[at : at + 2] for at in range(len(text) - 1)} or {text}


def dice(left, right):
    """How alike two texts are: shared character pairs."""
    one, two = _grams(left), _grams(right)
    return 2 * len(one & two) / (len(one) + len(two))


class Told:
    """Scores what holds a word as told, everything else 0.1; likeness is shared character pairs.

    A key `asked>word` counts only for parts that hold `asked`.
    """

    def __init__(self, likes=None):
        pairs = [(*reversed(key.split(">")), "")[:2] + (value,) for key, value in (likes or {}).items()]
        self.likes = pairs

    def score(self, part, texts, heads):
        known = [(word, value) for word, asked, value in self.likes if asked in part.clean]
        found = [
            max((value for word, value in known if word in text or word in head), default=0.1)
            for text, head in zip(texts, heads, strict=True)
        ]
        return np.array(found, dtype=np.float32)

    def signals(self, part, texts, heads, *, pieces=None, topics=None, echoes=()):
        keys = [key for aspect in part.aspects for key in aspect.keys]
        return {
            "said": self.score(part, texts, heads),
            "aspect_head": np.array([any(k in head for k in keys) for head in heads], dtype=np.float32),
            "aspect_text": np.array([any(k in text for k in keys) for text in texts], dtype=np.float32),
        }

    def answers(self, described):
        return float(described["said"] >= 0.3)

    def rank(self, columns):
        return columns["said"]

    def rarity(self, tokens):
        return float(len(tokens))

    def similarity(self, left, texts):
        return np.array([dice(left, text) for text in texts], dtype=np.float32)


def policy(id="rules", clauses=(), *, title="本店规则", kind=Kind.POLICY, **fields):
    """A document of numbered clauses; a paragraph of lines with 1. is steps, with - is a checklist."""
    text, blocks = f"# {title}\n", []
    for number, heading, *paragraphs in clauses:
        start = len(text)
        text += f"## {number} {heading}\n"
        blocks.append(Block(BlockKind.HEADING, Span(start, len(text) - 1), number, (heading,)))
        for paragraph in paragraphs:
            start = len(text)
            text += paragraph + "\n"
            listed = {"1": BlockKind.STEPS, "-": BlockKind.CHECKLIST}.get(paragraph[0], BlockKind.TEXT)
            blocks.append(Block(listed, Span(start, len(text) - 1), number, (heading,)))
    return Document(id, text, kind=kind, title=title, blocks=tuple(blocks), **fields)


def past_answer(question, answer, *, id="past:1", state="approved"):
    text = f"{question}\n{answer}"
    blocks = (
        Block(BlockKind.QUESTION, Span(0, len(question))),
        Block(BlockKind.ANSWER, Span(len(question) + 1, len(text))),
    )
    attributes = {"question": question, "answer": answer, "state": state}
    return Document(id, text, kind=Kind.PAST_ANSWER, blocks=blocks, attributes=attributes)


def hits(*documents, score=0.8):
    """A hit on every chunk of the documents."""
    found = [(d, chunk) for d in documents for chunk in chunk_document(d, ChunkSettings(min_chars=1))]
    return tuple(Hit(chunk, document, score, rank) for rank, (document, chunk) in enumerate(found, start=1))


def page(id="T1", *, title="测试T恤", facts=(), lines=(), sections=()):
    """A product page of parameters and of sections with their lines."""
    made = Page()
    for key, value in facts:
        made.fact(key, value)
    for line in lines:
        made.line(line, section="产品介绍")
    for section, line in sections:
        made.line(line, section=section)
    return made.document(id, title)


def part(text="掉色吗", *, intent=None, score=0.9, **fields):
    intents = () if intent is None else (IntentScore(intent, score),)
    if "aspects" in fields:
        fields["aspects"] = tuple(Aspect(keys[0], tuple(keys)) for keys in fields["aspects"])
    return Part(text, text, Span(0, len(text)), intents, **fields)


def evidence(
    *parts, pages=(), found=None, slots=None, order=None, now=NOW, promotions=(), catalog=None, likes=None,
    profile=None, history=(), channel=Channel.WANGWANG, emotion=Emotion.CALM,
):  # fmt: skip
    """What the writer is given; the pages are the products in scope, `found` are the hits per part."""
    parts = parts or (part(),)
    question = Question(
        parts,
        {name: Slot(name, value) for name, value in (slots or {}).items()},
        emotion=emotion,
        products=tuple(item.id for item in pages),
        clean=" ".join(item.clean for item in parts),
    )
    message = Message(
        tuple(item.text for item in parts), history=turns(history), order=order or {}, channel=channel
    )
    return Evidence(
        message, question, tuple(found) if found is not None else tuple(() for _ in parts),
        {item.id: item for item in pages}, tuple(pages if catalog is None else catalog), tuple(promotions),
        profile or ShopProfile(), now, now, Told(likes),
    )  # fmt: skip


def said(candidate):
    """All that a candidate states."""
    return "".join(statement.text for statement in candidate.statements)
