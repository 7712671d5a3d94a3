"""What broke some days after it came: the rule whose days have not passed, after what the order says."""

import pytest

from assist.draft.claims import claim_candidate
from unit.draft.writing import evidence, hits, part, policy, said

RULES = policy(
    "returns",
    [
        ("1", "七天无理由", "签收后7天内可以无理由退货，配件要齐全。"),
        ("2", "质量问题", "签收20天内出现质量故障的，可以退货或换新。请附上视频。"),
        ("3", "少件", "签收后3天内少发漏发的，拍照给我们，有质量问题也可以退换。"),
        ("4", "换新", "签收后60天内因质量问题不能用的，免费换新。"),
    ],
)
FAULT, BARRED = "售后/质量/使用故障", "售前/商品/功能/能不能用"


def answer(asked, *, intent=FAULT, order=None):
    asked = part(asked, intent=intent)
    given = evidence(asked, found=[hits(RULES)], order=order or {})
    found = claim_candidate(asked, 0, given)
    return None if found is None else said(found)


def test_the_days_since_signing_stand_before_the_rule_that_holds():
    text = answer("刚用一礼拜就开不了机了", order={"signed_at": "2026-11-08T12:00"})
    assert (
        text
        == "您的订单11月8日签收，到今天12天，还在20天内。签收20天内出现质量故障的，可以退货或换新。请附上视频。"
    )


@pytest.mark.parametrize(
    ("asked", "days"),
    [("买了5天 扣子断了", "20天"), ("戴了一个月就不响了", "60天"), ("用三天裂了个口", "20天")],
)
def test_without_an_order_the_days_that_are_told_count(asked, days):
    text = answer(asked)
    assert text.startswith(f"签收{days}") or text.startswith(f"签收后{days}")
    assert "您的订单" not in text


@pytest.mark.parametrize(
    ("asked", "more"),
    [
        ("用了一年断了", {}),
        ("断了", {}),
        ("用了5天挺好", {}),
        ("用了好久断了", {}),
        ("用5天会断吗", {"intent": BARRED}),
        ("用了5天断了", {"order": {"signed_at": "2026-08-01T12:00"}}),
    ],
)
def test_what_is_past_every_rule_or_no_claim_is_left_to_the_others(asked, more):
    assert answer(asked, **more) is None


@pytest.mark.parametrize(
    ("signed", "told"),
    [("2026-11-16T12:00", "还在7天内"), ("2026-11-08T12:00", "还在15天内"), ("2026-11-01T12:00", None)],
)
def test_a_rule_may_give_several_spans_of_days(signed, told):
    rules = policy(
        "returns",
        [
            (
                "1",
                "质量问题",
                "签收7天内出现质量问题可以退货或换新，签收15天内可以换新或维修，超过15天按保修规则处理。",
            )
        ],
    )
    asked = part("用了十来天 死活开不了机", intent=FAULT)
    found = claim_candidate(asked, 0, evidence(asked, found=[hits(rules)], order={"signed_at": signed}))
    assert (found is None) if told is None else (told in said(found))
