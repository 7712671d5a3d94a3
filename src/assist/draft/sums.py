"""Questions whose answer is a sum: the lanes that work one out from rules, the first that can."""

from __future__ import annotations

from assist.draft.evidence import Candidate, Evidence
from assist.draft.freight import freight_candidate
from assist.draft.freight_free import freight_free_candidate
from assist.draft.payable import payable_candidate
from assist.draft.points import points_candidate
from assist.draft.price_gap import price_gap_candidate
from assist.draft.shares import share_candidate
from assist.draft.windows import window_candidate
from assist.messages import Part

_LANES = (
    *(price_gap_candidate, freight_candidate, freight_free_candidate, window_candidate),
    *(share_candidate, points_candidate, payable_candidate),
)


def sum_candidate(part: Part, number: int, evidence: Evidence) -> Candidate | None:
    """Work out what a part asks for; None where a figure or a rule is missing: the rule itself is said then."""
    return next((found for lane in _LANES if (found := lane(part, number, evidence)) is not None), None)
