"""Drafts before the guards: what is kept out, and whether it was to answer first."""

from datetime import datetime

import pytest

from assist.checking import Checks
from assist.documents import Span
from assist.draft.evidence import Evidence
from assist.messages import Message, Part, Question
from assist.results import Draft
from assist.settings import GuardSettings
from assist.shop import ShopProfile

NOW = datetime(2026, 11, 1)

GOOD, BAD, ALSO_BAD = "您好，在的哦。", "亲，质量问题退货运费需要您自己承担的哦。", "拆封后一律不支持退货哦。"


def evidence():
    message = Message(("在吗",))
    question = Question((Part("在吗", "在吗", Span(0, 2)),), clean="在吗")
    return Evidence(message, question, ((),), {}, (), (), ShopProfile(), NOW, NOW, None)


@pytest.mark.parametrize(
    ("texts", "kept", "ahead"),
    [
        ((GOOD,), 1, 0),
        ((BAD, GOOD), 1, 1),
        ((BAD, ALSO_BAD, GOOD), 1, 2),
        ((GOOD, BAD), 1, 0),
        ((BAD, GOOD, ALSO_BAD), 1, 1),
        ((BAD,), 0, 1),
    ],
)
def test_only_what_stands_before_every_draft_that_is_kept_was_to_answer_first(texts, kept, ahead):
    passed = Checks(GuardSettings()).passed([Draft(text, text, text) for text in texts], evidence())
    assert [draft.text for draft in passed.drafts] == [GOOD] * kept
    assert len({finding.message for finding in passed.ahead if finding.kind == "conflict"}) == ahead
    assert passed.blocked[: len(passed.ahead)] == passed.ahead
    assert (len(passed.blocked) > len(passed.ahead)) == (len(texts) - kept > ahead)
