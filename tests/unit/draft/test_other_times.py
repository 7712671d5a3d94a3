"""Rules that do not hold now say when they do."""

from dataclasses import replace
from datetime import datetime

from assist.documents import Validity
from assist.draft.evidence import Candidate, cite
from assist.draft.other_times import of_its_time, without_newer_answers
from assist.results import Statement
from unit.draft.writing import evidence, part, policy, said

NOW = datetime(2026, 11, 20, 14)


def told(validity, *, paid=None, text="满49元包邮。"):
    rule = policy("freight", [("1", "包邮", text)], validity=validity)
    span = next(block.span for block in rule.blocks if "元" in block.span.of(rule.text))
    given = replace(evidence(part("包邮吗")), now=NOW, rules_at=paid or NOW)
    candidate = Candidate(0, "clause", (Statement(text, (cite(rule, span, "1"),), part=0),), 0.7)
    return of_its_time(candidate, given)


def test_what_holds_now_is_said_plainly():
    assert said(told(Validity(datetime(2026, 1, 1), None))) == "满49元包邮。"


def test_what_begins_later_says_from_when_and_is_not_rested_on():
    found = told(Validity(datetime(2026, 12, 1), None))
    assert said(found) == "12月1日起：满49元包邮。"
    assert found.statements[0].dated
    assert "12月1日" in found.statements[0].shown


def test_the_year_is_said_where_it_is_another():
    assert said(told(Validity(datetime(2027, 1, 1), None))).startswith("2027年1月1日起：")


def test_a_rule_that_names_its_day_itself_is_not_told_it_twice():
    found = told(Validity(datetime(2026, 12, 1), None), text="12月1日起满49元包邮。")
    assert said(found) == "12月1日起满49元包邮。"


def test_what_held_before_says_until_when():
    found = told(Validity(None, datetime(2026, 9, 1)))
    assert said(found) == "9月1日之前的规则是：满49元包邮。"
    assert found.statements[0].dated


def test_the_rule_of_the_time_an_order_was_paid_says_so_and_is_rested_on():
    found = told(Validity(None, datetime(2026, 9, 1)), paid=datetime(2026, 8, 20))
    assert said(found) == "按您付款时的规则：满49元包邮。"
    assert not found.statements[0].dated


def test_past_answers_give_way_to_the_rule_of_another_time():
    rule = told(Validity(datetime(2026, 12, 1), None))
    past = Candidate(0, "past_answer", (Statement("满59包邮。", (), part=0),), 0.9)
    given = replace(evidence(part("包邮吗")), now=NOW, rules_at=NOW)
    assert without_newer_answers([past, rule], given) == [rule]
    assert without_newer_answers([past], given) == [past]
