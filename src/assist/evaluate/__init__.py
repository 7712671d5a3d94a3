"""Runs against labelled sets -> measures with intervals, comparisons of two runs, and pages to read.

`evaluate_retrieval` runs each lane and the hybrid over a set in BEIR layout, `evaluate_drafts` the whole
assistant over labelled questions or a log of replies, `compare` two result files; `measure` measures any run.
"""

from __future__ import annotations

from assist.evaluate.compare import Change, Comparison, Moved, compare
from assist.evaluate.drafts import DraftsEvaluation, evaluate_drafts
from assist.evaluate.intervals import Interval
from assist.evaluate.measures import Measured, measure
from assist.evaluate.replay import ReplayEvaluation, evaluate_replay
from assist.evaluate.report import drafts_html, retrieval_html
from assist.evaluate.retrieval import RetrievalEvaluation, evaluate_retrieval

__all__ = [
    "Change",
    "Comparison",
    "DraftsEvaluation",
    "Interval",
    "Measured",
    "Moved",
    "ReplayEvaluation",
    "RetrievalEvaluation",
    "compare",
    "drafts_html",
    "evaluate_drafts",
    "evaluate_replay",
    "evaluate_retrieval",
    "measure",
    "retrieval_html",
]
