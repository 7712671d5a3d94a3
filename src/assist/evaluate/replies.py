"""Drafts against what an agent really sent: character overlap, and how much typing they would have saved.

References:
    Papineni et al., BLEU (2002), on characters, n = 1-4, each count plus one for n > 1 (Lin & Och, 2004).
    Lin, ROUGE (2004): ROUGE-L F1, on characters.
    Popović, chrF (2015): character n-grams, n = 1-6, beta 2.
    Levenshtein, Binary Codes (1966): edit distance.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from types import ModuleType

from assist.errors import MissingDependencyError

MEASURES: Mapping[str, str] = {
    "reply_bleu_4": "BLEU-4 of the first draft, on characters",
    "reply_rouge_l": "ROUGE-L F1 of the first draft, on characters",
    "reply_chrf": "chrF of the first draft",
    "edit_chars": "edits that turn the first draft into the reply, in characters",
    "edit_similarity": "1 - edits / length of the longer text, of the first draft",
    "edit_similarity@3": "the same of the nearest of three drafts",
    "saved_chars": "characters of the reply less the edits of the nearest of three drafts, at least 0",
    "saved_ratio": "the same as a share of the reply",
}
"""What is measured per question that has a reply."""


def compare_reply(reply: str, drafts: Sequence[str]) -> dict[str, float]:
    """Compare drafts with the real reply; white space does not count, no draft is an empty one.

    Args:
        reply: What the agent sent; not blank.
        drafts: Texts of the drafts, best first.

    Raises:
        MissingDependencyError: rapidfuzz is not installed.
    """
    library = _library()
    wanted = _bare(reply)
    texts = [_bare(draft) for draft in drafts] or [""]
    edits = [int(library.Levenshtein.distance(text, wanted)) for text in texts]
    likeness = [1.0 - cost / max(len(text), len(wanted), 1) for text, cost in zip(texts, edits, strict=True)]
    saved = max(len(wanted) - min(edits), 0)
    common = int(library.LCSseq.similarity(texts[0], wanted))
    return {
        "reply_bleu_4": bleu_4(texts[0], wanted),
        "reply_rouge_l": 2.0 * common / max(len(texts[0]) + len(wanted), 1),
        "reply_chrf": chrf(texts[0], wanted),
        "edit_chars": float(edits[0]),
        "edit_similarity": likeness[0],
        "edit_similarity@3": max(likeness),
        "saved_chars": float(saved),
        "saved_ratio": saved / max(len(wanted), 1),
    }


def check_ready() -> None:
    """Refuse to start without what `compare_reply` needs.

    Raises:
        MissingDependencyError: rapidfuzz is not installed.
    """
    _library()


def bleu_4(text: str, wanted: str) -> float:
    """Give the BLEU-4 of one text on characters, with the brevity penalty."""
    if not text or not wanted:
        return 0.0
    logs = 0.0
    for n in range(1, 5):
        hits, total = _clipped(text, wanted, n)
        plus = int(n > 1)
        if hits + plus == 0:
            return 0.0
        logs += math.log((hits + plus) / (total + plus))
    return math.exp(min(0.0, 1.0 - len(wanted) / len(text)) + logs / 4.0)


def chrf(text: str, wanted: str, *, order: int = 6, beta: float = 2.0) -> float:
    """Give the chrF of one text; n-grams longer than both texts do not count."""
    precisions, recalls = [], []
    for n in range(1, order + 1):
        hits, _ = _clipped(text, wanted, n)
        mine, theirs = max(len(text) - n + 1, 0), max(len(wanted) - n + 1, 0)
        if mine or theirs:
            precisions.append(hits / mine if mine else 0.0)
            recalls.append(hits / theirs if theirs else 0.0)
    if not precisions or not sum(precisions) or not sum(recalls):
        return 0.0
    precision, recall = sum(precisions) / len(precisions), sum(recalls) / len(recalls)
    return (1 + beta**2) * precision * recall / (beta**2 * precision + recall)


def _clipped(text: str, wanted: str, n: int) -> tuple[int, int]:
    mine, theirs = _grams(text, n), _grams(wanted, n)
    return sum((mine & theirs).values()), sum(mine.values())


def _grams(text: str, n: int) -> Counter[str]:
    return Counter(text[i : i + n] for i in range(len(text) - n + 1))


def _bare(text: str) -> str:
    return "".join(text.split())


def _library() -> ModuleType:
    try:
        import rapidfuzz.distance
    except ImportError as exc:
        raise MissingDependencyError("rapidfuzz", extra="evaluate") from exc
    module: ModuleType = rapidfuzz.distance
    return module
