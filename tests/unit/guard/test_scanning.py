"""Words of several sets in one pass: each set is found as if it stood alone."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from assist.guard.claims import claim_lexicon, tone_lexicon
from assist.guard.lexicon import Lexicon
from assist.guard.scanning import together
from assist.guard.skeleton import Skeleton

WORDS = st.lists(st.text("甲乙丙a", min_size=1, max_size=3), unique=True, max_size=6)


@given(st.lists(WORDS, min_size=1, max_size=3), st.text("甲乙丙a丁", max_size=20))
def test_a_set_is_found_with_others_as_it_is_alone(sets: list[list[str]], text: str) -> None:
    parts = together([lambda words=words: words for words in sets])
    for words, part in zip(sets, parts, strict=True):
        [alone] = together([lambda words=words: words])
        assert part.find(text) == alone.find(text)
        assert {text[start:end] for _, start, end in part.find(text)} == {
            word for word in words if word in text
        }


@given(WORDS, st.text("甲乙丙a丁", max_size=20))
def test_the_first_texts_are_searched_like_all_others(words: list[str], text: str) -> None:
    [part] = together([lambda: words])
    first = part.find(text)
    for number in range(40):
        part.find(f"丁{number}")
    assert list(part.find(text)) == list(first)


def test_characters_of_one_form_are_found_for_one_another() -> None:
    [part] = together([lambda: ["支付宝"]], lambda: {ord("宝"): 0xE000, ord("鸨"): 0xE000})
    assert part.find("转支付鸨吧支付宝") == [(0, 1, 4), (0, 5, 8)]
    assert part.find("支付报") == []


def test_the_guards_find_together_what_each_finds_alone() -> None:
    text = "自己看详情页，加薇信返现，别举报我们，全网第yi，理由充足，laji快递"
    for lexicon in (claim_lexicon(), tone_lexicon()):
        alone = Lexicon(lexicon.rules)
        for one in (Skeleton(text), alone.respelled(Skeleton(text))):
            assert one is None or lexicon.matches(one) == alone.matches(one)
        both = [each.respelled(Skeleton(text)) for each in (lexicon, alone)]
        assert [each and each.text for each in both] == [both[0] and both[0].text] * 2
