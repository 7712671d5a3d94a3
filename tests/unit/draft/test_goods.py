"""A clause that rules on one sort of goods does not answer who speaks of another."""

import pytest

from assist.draft.goods import of_other_goods

FOOD = "8 食品变质或有异物\n食品有异味、霉点的，请不要再吃。"
BOTH = "食品、服饰有异味的，请拍照发给我们。"
ANY = "有异味的，请拍照发给我们。"


@pytest.mark.parametrize(
    ("asked", "clause", "others"),
    [
        ("鞋子怎么有股味道", FOOD, True),
        ("衣服有异味", FOOD, True),
        ("零食有异味", FOOD, False),
        ("有异味怎么办", FOOD, False),
        ("衣服有异味", BOTH, False),
        ("衣服有异味", ANY, False),
    ],
)
def test_clauses_of_other_goods(asked, clause, others):
    assert of_other_goods(asked, clause) is others
