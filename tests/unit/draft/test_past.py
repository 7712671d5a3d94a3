"""Past answers: offered when today's pages bear them out, never when they are refuted or not approved."""

import pytest

from assist.draft.past import borne_out, past_candidates
from unit.draft.writing import evidence, hits, page, part, past_answer, policy, said

QUESTION = "这件面料成分是什么呀"
PAGE = page(facts=[("面料成分", "棉95% 氨纶5%")], lines=["面料成分是棉95%，手感柔软。"])


def offered(answer, *, question=QUESTION, asked=QUESTION, state="approved", pages=(PAGE,), rules=()):
    given = part(asked, products=tuple(item.id for item in pages))
    found = [(*hits(past_answer(question, answer, state=state)), *hits(*rules))]
    return past_candidates(given, 0, evidence(given, pages=pages, found=found))


def test_an_answer_whose_figure_stands_on_the_page_is_offered_with_its_place():
    (found,) = offered("亲，面料成分是棉95%，手感柔软。")
    assert found.lane == "past_answer"
    assert said(found) == "面料成分是棉95%，手感柔软。"
    for statement in found.statements:
        place = statement.citations[0]
        assert place.document_id == "past:1"
        assert statement.text.rstrip("。") in place.quote


@pytest.mark.parametrize("answer", ["面料成分是棉100%，手感柔软。", "面料成分是棉95%。质保是3年。"])
def test_an_answer_whose_figure_a_page_refutes_or_does_not_hold_is_not_offered(answer):
    assert offered(answer) == []


def test_a_likelier_sentence_with_another_figure_refutes():
    old = policy("old", [("1", "说明", "部分面料成分里含棉95%左右。")])
    new = page(lines=["面料成分是棉80%，手感柔软。"])
    assert offered("面料成分是棉95%，手感柔软。", pages=(new,), rules=(old,)) == []


@pytest.mark.parametrize("state", ["blocked", "candidate", "stale", "retired"])
def test_an_answer_that_is_not_approved_is_never_offered(state):
    assert offered("面料成分是棉95%，手感柔软。", state=state) == []


def test_an_answer_to_another_question_is_not_offered():
    assert offered("面料成分是棉95%，手感柔软。", question="几天能到货，走哪家快递") == []


def test_an_answer_without_figures_needs_no_ground():
    (found,) = offered("好的，纯色的都很百搭，不挑人。", pages=())
    assert "百搭" in said(found)


def test_a_figure_without_any_ground_is_not_borne_out():
    scorer = evidence().scorer
    assert not borne_out("保修2年。", [], scorer)
    assert borne_out("保修二年。", ["整机保修2年。"], scorer)
    assert borne_out("质量很好。", [], scorer)


def test_no_hits_no_candidates():
    assert past_candidates(part(), 0, evidence()) == []
    assert past_candidates(part(), 3, evidence()) == []


TRIAL = page(lines=["枕芯支持30晚试睡，睡不惯可以退。", "开板后水温是40℃。"])


@pytest.mark.parametrize(
    ("answer", "is_offered"),
    [
        ("枕芯支持30晚试睡。", True),
        ("枕芯支持100晚试睡。", False),
        ("枕芯睡不惯支持30晚试睡，可以退。", True),
    ],
)
def test_a_count_that_the_page_gives_otherwise_refutes(answer, is_offered):
    assert bool(offered(answer, question="睡不惯能退吗", asked="睡不惯能退吗", pages=(TRIAL,))) is is_offered


def test_a_day_that_stands_nowhere_any_more_refutes():
    presale = page(lines=["焦糖色预售，12月8日前发出。"])
    same = "焦糖色什么时候发"
    assert offered("预售款，12月8日前发。", question=same, asked=same, pages=(presale,))
    assert offered("预售款，11月20日前发。", question=same, asked=same, pages=(presale,)) == []


def test_an_answer_cites_what_bears_it_out_today():
    (found,) = offered("亲，面料成分是棉95%，手感柔软。")
    places = [place for statement in found.statements for place in statement.citations]
    assert [place.document_id for place in places] == ["past:1", PAGE.id]
    assert "棉95%" in places[1].quote


def test_an_answer_that_nothing_is_like_cites_itself_alone():
    (found,) = offered("好的，纯色的都很百搭，不挑人。")
    assert {place.document_id for statement in found.statements for place in statement.citations} == {
        "past:1"
    }
