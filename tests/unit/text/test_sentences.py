import pytest

from assist.documents import Span
from assist.text.sentences import sentences


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        (" \n ", []),
        ("能退吗", ["能退吗"]),
        (
            "签收后7天内可退。包装不影响！好吗？？  是的",
            ["签收后7天内可退。", "包装不影响！", "好吗？？", "是的"],
        ),
        ("一；二;三……四", ["一；", "二;", "三……", "四"]),
        ("第一行\n\n第二行 3.5元。", ["第一行", "第二行 3.5元。"]),
        ("配件（含吊牌。标签；）要齐。好", ["配件（含吊牌。标签；）要齐。", "好"]),
        ("他说“可以退。真的。”然后走了。", ["他说“可以退。真的。”然后走了。"]),
        ("注意1) 先断电。再拆", ["注意1) 先断电。", "再拆"]),
        ("没有关的（括号。照样分", ["没有关的（括号。", "照样分"]),
        (
            "It costs 3.5 yuan. OK? See v2.0 and e.g. this.",
            ["It costs 3.5 yuan.", "OK?", "See v2.0 and e.g. this."],
        ),
        ("1. Unpack it. Then wash.", ["1. Unpack it.", "Then wash."]),
        ("。。。", ["。。。"]),
    ],
)
def test_sentences(text, expected):
    assert [span.of(text) for span in sentences(text)] == expected


def test_spans_point_into_the_text():
    assert sentences("  好。 行 ") == (Span(2, 4), Span(5, 6))


def test_a_bracket_that_runs_on_does_not_hold_everything_together():
    text = "（" + "这句很长。" * 100 + "）"
    assert len(sentences(text)) > 90
