"""A small learned scorer for violations that no word list can see; a second look, never the first.

Logistic regression over the bundled encoder's sentence vector and hashed character n-grams, one row of weights a
class. Trained by `benchmarks/guards/train_scorer.py`; card in `data/README.md`.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import Any

import numpy as np

from assist.arrays import FloatMatrix, FloatVector
from assist.documents import Span
from assist.encoder import load as load_encoder
from assist.expressions import expression
from assist.guard.claims import claim_lexicon, tone_lexicon
from assist.guard.skeleton import View
from assist.guard.wordlists import read_list
from assist.results import Finding, Severity
from assist.text.sentences import sentences

VECTOR_WEIGHT = 3.0
"""How much the sentence vector weighs against the n-grams, both of unit length."""
HASHES = 8_192
"""Columns for character n-grams."""
N_GRAMS = (2, 3)
_MIN_CHARS = 8
_LIKELY = 0.1
"""A class less probable than this is not considered."""
_NOISE = expression(r"[^\w]+")
_KINDS = MappingProxyType(
    {"pii": "privacy", "unfair_terms": "unfair_term", "complaints": "discourage_complaint"}
)
_PRIVACY = ("可能泄露他人的信息", "消费者权益保护法第二十九条", "不说别人的订单、住址和联系方式")


@dataclass(frozen=True, slots=True)
class Scorer:
    """Weights of the scorer.

    Attributes:
        classes: The c class names; the last is `clean`.
        weights: float32, shape (c, d + HASHES).
        bias: float32, shape (c,).
        threshold: A sentence is a violation from this probability (1 minus that of `clean`) on.
    """

    classes: tuple[str, ...]
    weights: FloatMatrix
    bias: FloatVector
    threshold: float

    def probabilities(self, texts: Sequence[str]) -> FloatMatrix:
        """Score n sentences; float32, shape (n, c), rows sum to 1."""
        logits = features(texts) @ self.weights.T + self.bias
        shifted = np.exp(logits - logits.max(axis=1, keepdims=True))
        result: FloatMatrix = (shifted / shifted.sum(axis=1, keepdims=True)).astype(np.float32)
        return result


@cache
def scorer() -> Scorer:
    """Return the package's scorer, read once."""
    with resources.as_file(resources.files("assist.guard") / "data" / "scorer.npz") as path:
        data = np.load(path, allow_pickle=False)
        scales = data["scales"].astype(np.float32)[:, None]
        return Scorer(
            classes=tuple(str(name) for name in data["classes"]),
            weights=data["weights"].astype(np.float32) * scales,
            bias=data["bias"].astype(np.float32),
            threshold=float(data["threshold"]),
        )


@cache
def _encoder() -> Any:
    return load_encoder("bundled")


def features(texts: Sequence[str]) -> FloatMatrix:
    """Describe n sentences: the encoder's vector, then hashed n-grams of unit length; shape (n, d + HASHES)."""
    vectors = _encoder().encode(list(texts), kind="passage")
    grams = np.zeros((len(texts), HASHES), dtype=np.float32)
    for row, text in enumerate(texts):
        bare = _NOISE.sub("", text.lower())
        codes = [
            zlib.crc32(bare[at : at + size].encode("utf-8", "surrogatepass")) % HASHES
            for size in N_GRAMS
            for at in range(len(bare) - size + 1)
        ]
        if codes:
            np.add.at(grams[row], codes, 1.0)
            grams[row] /= np.linalg.norm(grams[row])
    return np.concatenate([VECTOR_WEIGHT * vectors, grams], axis=1)


def find_unlisted(view: View, *, quotes: Sequence[str] = (), seen: Sequence[Span] = ()) -> list[Finding]:
    """Find sentences that read like a violation though no listed word is in them.

    Args:
        view: The text to look at.
        quotes: Verbatim texts of sources; a sentence that stands in one of them is not looked at.
        seen: Places that the lists have judged, whatever they said; their sentences are not looked at.

    Returns:
        Findings with the class as kind, severity BLOCK, and the probability in `evidence`.
    """
    text = view.original
    spans = [span for span in sentences(text) if _worth(span.of(text), quotes) and not _judged(span, seen)]
    if not spans:
        return []
    model = scorer()
    clean = model.classes.index("clean")
    findings = []
    for span, row in zip(spans, model.probabilities([span.of(text) for span in spans]), strict=True):
        name = _class_of(row, model, span.of(text)) if 1.0 - row[clean] >= model.threshold else None
        if name is not None:
            findings.append(_finding(span, text, name, 1.0 - float(row[clean])))
    return findings


def _class_of(row: FloatVector, model: Scorer, sentence: str) -> str | None:
    """Return the likeliest class whose subject the sentence names; None: it names none of the likely ones."""
    for column in np.argsort(-row, kind="stable"):
        name = model.classes[int(column)]
        if row[column] < _LIKELY:
            return None
        if name != "clean" and _is_named(name, sentence):
            return name
    return None


def _is_named(name: str, sentence: str) -> bool:
    """Say whether a sentence names what its class is about (another shop, a review, a person)."""
    needed = _needed().get(name)
    return needed is None or needed.search(sentence.lower()) is not None


@cache
def _needed() -> Mapping[str, re.Pattern[str]]:
    table: Mapping[str, str] = read_list("learned")["named"]
    return {name: expression(pattern) for name, pattern in table.items()}


def _judged(sentence: Span, seen: Sequence[Span]) -> bool:
    return any(span.start < sentence.end and sentence.start < span.end for span in seen)


def _worth(sentence: str, quotes: Sequence[str]) -> bool:
    bare = sentence.strip("。！!～~ ")
    return len(_NOISE.sub("", bare)) >= _MIN_CHARS and not any(bare in quote for quote in quotes)


def _finding(span: Span, text: str, name: str, probability: float) -> Finding:
    kind = _KINDS.get(name, name)
    message, ground, hint = _told(kind)
    evidence = {
        "word": span.of(text),
        "ground": ground,
        "hint": hint,
        "probability": f"{probability:.2f}",
        "found_by": "learned",
    }
    return Finding(kind, Severity.BLOCK, f"{message}（整句判断）", span, MappingProxyType(evidence))


@cache
def _told(kind: str) -> tuple[str, str, str]:
    if kind == "privacy":
        return _PRIVACY
    rules = (*claim_lexicon().rules, *tone_lexicon().rules)
    rule = next((rule for rule in rules if rule.kind == kind), None)
    return (rule.message, rule.ground, rule.hint) if rule else ("读起来像违规的话", "平台规则", "换一种说法")
