"""Words of several sets in one pass: each set is found as if it stood alone."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from assist.guard.claims import claim_lexicon, tone_lexicon
from assist.guard.identifiers import arabic_digits
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


@given(st.text("微威维信芯b😀", max_size=20))
def test_characters_of_one_sound_count_as_one_and_keep_their_places(text: str) -> None:
    alike = {ord(char): 0xF0000 for char in "微威维"} | {ord(char): 0xF0001 for char in "信芯"}
    [part] = together([lambda: ["微信"]], lambda: alike)
    places = [at for at in range(len(text) - 1) if text[at] in "微威维" and text[at + 1] in "信芯"]
    assert [(start, end) for _, start, end in part.find(text)] == [(at, at + 2) for at in places]


@given(
    st.text("，。！？ -_·🌸Вα%\t", max_size=6).filter(lambda run: not {"В", "α"} & set(run) or len(run) == 1)
)
def test_a_run_of_marks_becomes_what_its_characters_become(run: str) -> None:
    def bare(between: str) -> str:
        return Skeleton(f"甲甲{between}乙乙").text.removeprefix("甲甲").removesuffix("乙乙")

    assert bare(run) == "".join(map(bare, run))


@given(st.text("零〇一九幺贰两甲 a0", max_size=20))
def test_chinese_digits_are_written_one_for_one(text: str) -> None:
    written = arabic_digits(text)
    figures = dict(zip("零〇一九幺贰两", "0019122", strict=True))
    assert written == "".join(figures.get(char, char) for char in text)
