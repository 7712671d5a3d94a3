from __future__ import annotations

from datetime import datetime

from assist.documents import Kind, Level, Span, Validity
from assist.guard.validity import find_expired
from assist.results import Citation, Severity, Source

NOVEMBER = Validity(datetime(2026, 11, 1), datetime(2026, 11, 12))


def cite(validity: Validity, document_id: str = "promo") -> Citation:
    return Citation(
        document_id, "v1", "1", Span(0, 3), "满减券", Source("活动", Kind.PROMOTION, Level.SHOP, validity, "")
    )


def test_a_source_outside_its_dates_blocks() -> None:
    (finding,) = find_expired([cite(NOVEMBER)], [datetime(2026, 11, 12)])
    assert finding.severity is Severity.BLOCK
    assert finding.kind == "validity"
    assert finding.evidence["document_id"] == "promo"
    assert finding.evidence["valid_to"] == "2026-11-12 00:00:00"


def test_one_holding_moment_is_enough() -> None:
    assert find_expired([cite(NOVEMBER)], [datetime(2026, 11, 20), datetime(2026, 11, 2)]) == []


def test_near_the_end_is_noted() -> None:
    (finding,) = find_expired([cite(NOVEMBER)], [datetime(2026, 11, 11, 23)])
    assert finding.severity is Severity.NOTE


def test_open_ends_and_no_moments_pass() -> None:
    assert find_expired([cite(Validity())], [datetime(2026, 1, 1)]) == []
    assert find_expired([cite(NOVEMBER)], []) == []


def test_one_finding_per_source() -> None:
    late = [datetime(2027, 1, 1)]
    assert len(find_expired([cite(NOVEMBER), cite(NOVEMBER), cite(NOVEMBER, "other")], late)) == 2
