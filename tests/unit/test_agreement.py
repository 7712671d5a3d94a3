"""Conflicts and past answers through the public doors: at loading, on change, on removal, by command."""

import pytest

from assist import Document, InputError
from assist.documents import Kind, Level, Validity
from assist.results import Decision, Reason
from assist.settings import GuardSettings, Settings


def rule(text, id="shipping", **fields):
    return Document(id, text, title=id, kind=Kind.POLICY, **fields)


def answer(text, id="p:1", question="几天发货", **fields):
    attributes = {"question": question, "answer": text, **fields}
    return Document(id, f"{question}\n{text}", kind=Kind.PAST_ANSWER, attributes=attributes)


def states(assistant):
    return {item.document_id: item.state for item in assistant.past_answers()}


def test_a_conflict_is_reported_when_it_is_loaded(assistant):
    assistant.add([rule("签收后7天内可以换货。", "a")])
    report = assistant.add([rule("签收后15天内可以换货。", "b")])
    assert [item.key for item in report.conflicts] == ["换货天数"]
    assert assistant.conflicts() == report.conflicts
    assert assistant.add([rule("签收后15天内可以换货。", "b")]).conflicts == ()


def test_a_large_store_is_compared_by_the_report_only(tmp_path):
    from assist import Assistant
    from assist.testing import HashingEncoder

    settings = Settings(guard=GuardSettings(compared_documents=1))
    with Assistant.open(
        tmp_path / "s", create=True, encoder=HashingEncoder(), settings=settings
    ) as assistant:
        both = [rule("签收后7天内可以换货。", "a"), rule("签收后15天内可以换货。", "b")]
        assert assistant.add(both).conflicts == ()
        assert len(assistant.conflicts()) == 1


def test_an_answer_is_retired_when_its_figure_changes(assistant):
    assistant.add([rule("现货付款后72小时内发货。"), answer("现货付款后72小时内发货哦")])
    report = assistant.add([rule("现货付款后48小时内发货。")])
    [(name, state, reason)] = report.answers
    assert (name, state) == ("p:1", "retired")
    assert "72小时" in reason
    assert "48小时" in reason
    [review] = assistant.past_answers(states=["retired"])
    assert review.reason == reason
    assert review.since is not None


def test_an_answer_goes_stale_when_its_words_change_and_can_be_approved_again(assistant):
    assistant.add([rule("默认发中通或圆通，由仓库安排。"), answer("默认发中通或圆通，由仓库安排哦")])
    assistant.add([rule("默认发邮政或德邦，由仓库安排。")])
    assert states(assistant) == {"p:1": "stale"}
    assert assistant.approve(["p:1"]) == 1
    assert states(assistant) == {"p:1": "approved"}


def test_an_answer_is_kept_when_another_clause_changes(assistant):
    text = "现货付款后48小时内发货。默认发中通。"
    assistant.add([rule(text), answer("现货付款后48小时内发货哦")])
    assert assistant.add([rule(text.replace("中通", "圆通"))]).answers == ()
    assert states(assistant) == {"p:1": "approved"}


def test_an_answer_is_retired_when_its_source_is_removed(assistant):
    assistant.add([rule("嘉兴本地可以到仓库自提。"), answer("嘉兴本地可以到仓库自提的")])
    assistant.remove(["shipping"])
    assert states(assistant) == {"p:1": "retired"}


def test_an_answer_given_under_an_earlier_rule_is_retired_when_it_is_loaded(assistant):
    from datetime import datetime

    day = datetime(2026, 9, 1)
    assistant.add(
        [
            rule("现货付款后72小时内发货。", validity=Validity(datetime(2025, 1, 1), day)),
            rule("现货付款后48小时内发货。", validity=Validity(day)),
        ]
    )
    report = assistant.add(
        [
            answer("现货付款后72小时内发货哦", "old", answered_at="2026-03-01T10:00:00"),
            answer("现货付款后48小时内发货哦", "new", answered_at="2026-10-01T10:00:00"),
        ]
    )
    assert [(name, state) for name, state, _ in report.answers] == [("old", "retired")]
    [pin] = next(item for item in assistant.past_answers() if item.document_id == "old").pins
    assert pin.quote == "现货付款后72小时内发货。"


def pins_of(assistant):
    return {
        item.document_id: [(pin.document_id, pin.version, pin.span, pin.quote) for pin in item.pins]
        for item in assistant.past_answers()
    }


def test_pins_are_the_versions_an_answer_was_given_under_whatever_comes_later(assistant):
    from datetime import datetime

    summer = rule("现货付款后72小时内发货。", validity=Validity(datetime(2025, 1, 1)))
    assistant.add([summer, answer("现货付款后72小时内发货哦", answered_at="2026-03-01T10:00:00")])
    before = pins_of(assistant)
    assert [pin[1] for pin in before["p:1"]] == [summer.version]
    assistant.add([rule("现货付款后48小时内发货。", validity=Validity(datetime(2026, 9, 1)))])
    assert pins_of(assistant) == before


def test_pins_of_an_answer_without_a_date_are_what_was_there_when_it_was_loaded(assistant):
    old, new = rule("现货付款后72小时内发货。默认发中通。"), rule("现货付款后48小时内发货。默认发中通。")
    assistant.add([old, answer("现货付款后72小时内发货哦"), answer("默认发中通的哦", "p:2")])
    before = pins_of(assistant)
    assert {pin[1] for pins in before.values() for pin in pins} == {old.version}
    assistant.add([new])
    assert pins_of(assistant) == before
    assistant.add([answer("现货付款后48小时内发货哦", "p:3")])
    assert pins_of(assistant)["p:3"][0][1] == new.version


def test_an_answer_that_is_approved_again_is_pinned_to_what_stood_then(assistant):
    assistant.add([rule("默认发中通或圆通，由仓库安排。"), answer("默认发中通或圆通，由仓库安排哦")])
    assistant.add([new := rule("默认发中通或圆通，由仓库按地区安排。")])
    assert states(assistant) == {"p:1": "stale"}
    assert pins_of(assistant)["p:1"][0][1] != new.version
    assistant.approve(["p:1"])
    assert [pin[1] for pin in pins_of(assistant)["p:1"]] == [new.version]
    before = pins_of(assistant)
    assistant.add([rule("默认发邮政或德邦，由仓库安排。")])
    assert states(assistant) == {"p:1": "stale"}
    assert before["p:1"][0][1] == new.version


def test_a_corrected_answer_starts_anew(assistant):
    assistant.add([rule("现货付款后72小时内发货。"), answer("现货付款后72小时内发货哦")])
    assistant.add([rule("现货付款后48小时内发货。")])
    assistant.add([answer("现货付款后48小时内发货哦")])
    assert states(assistant) == {"p:1": "approved"}


def test_loading_the_same_answers_again_does_not_bring_a_retired_one_back(assistant):
    old = answer("现货付款后72小时内发货哦")
    assistant.add([rule("现货付款后72小时内发货。"), old])
    assistant.add([rule("现货付款后48小时内发货。")])
    assistant.add([old])
    assert states(assistant) == {"p:1": "retired"}


def test_states_by_hand_are_checked(assistant):
    assistant.add([rule("现货付款后48小时内发货。"), answer("加我微信聊吧", "bad"), answer("好的")])
    with pytest.raises(InputError, match="off_platform"):
        assistant.approve(["bad"])
    with pytest.raises(InputError, match="no past answer 'shipping'"):
        assistant.retire(["shipping"])
    with pytest.raises(InputError, match="a list"):
        assistant.approve("p:1")
    assert assistant.retire(["p:1"], reason="口径已换") == 1
    [review] = assistant.past_answers(states=["retired"])
    assert review.reason == "口径已换"


def test_a_retired_answer_is_not_drafted_and_an_approved_one_is(demo_copy):
    from assist import Assistant

    question = "满三百那个封顶减几多"
    with Assistant.open(demo_copy) as assistant:

        def used():
            drafts = assistant.suggest(question, on="2026-11-20T14:00:00", k=3).drafts
            cited = {c.document_id for draft in drafts for c in draft.citations}
            return {name for name in cited if name.startswith("past_answers:")}

        before = used()
        assert before
        assistant.retire(sorted(before))
        assert not before & used()
        assistant.approve(sorted(before))
        assert before <= used()


def test_a_clause_below_the_law_is_handed_over_or_the_law_is_told(demo_copy):
    from assist import Assistant

    below = "## 1 七天无理由退货\n签收后3天内，不喜欢、不合适都可以申请退货，不用说明理由，超过3天不再受理。"
    with Assistant.open(demo_copy) as assistant:
        assistant.remove(["returns", "law-return", "internal-notes"])
        assistant.add([rule(below, "returns")])
        suggestion = assistant.suggest("几天内可以无理由退货", on="2026-11-20")
        assert any(item.kind == "conflict" for item in suggestion.findings)
        assert suggestion.decision is Decision.HANDOFF
        assert suggestion.handoff.reason is Reason.CONFLICT
        assert all("3天" not in draft.text for draft in suggestion.drafts)
        law = rule(
            "## 1 七日内可以退货\n消费者有权在收到商品之日起7日内无理由退货，不需要说明理由。",
            "law",
            level=Level.LAW,
        )
        assistant.add([law])
        told = assistant.suggest("几天内可以无理由退货", on="2026-11-20")
        assert all("3天" not in draft.text for draft in told.drafts)


def test_the_callers_own_text_is_checked_against_the_shops_floors_and_lists(tmp_path):
    from assist import Assistant
    from assist.testing import HashingEncoder

    words = tmp_path / "words.toml"
    words.write_text(
        'kind = "brand"\nmessage = "不提别家品牌"\nground = "店铺规定"\nhint = "删去"\n\n[[rule]]\nwords = ["某某牌"]\n',
        encoding="utf-8",
    )
    settings = Settings(guard=GuardSettings(lists=(str(words),)))
    with Assistant.open(
        tmp_path / "s", create=True, encoder=HashingEncoder(), settings=settings
    ) as assistant:
        kinds = [item.kind for item in assistant.check("比某某牌好，签收后3天内可以无理由退货")]
        assert sorted(kinds) == ["brand", "conflict"]
        assert assistant.check("签收后7天内可以退货") == ()
        with pytest.raises(InputError):
            assistant.check("  ")
