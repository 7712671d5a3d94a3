from __future__ import annotations

import os
from pathlib import Path

import pytest

from assist.documents import Document, Kind
from assist.errors import IngestError
from assist.guard import check, screen
from assist.guard.claims import CLAIM_LISTS, TONE_LISTS
from assist.guard.lexicon import Lexicon, load_lexicon, shop_lexicon
from assist.guard.rules import read_rules, spell_out
from assist.guard.skeleton import Skeleton, View
from assist.guard.wordlists import read_list_file
from assist.loading import screen_all
from assist.settings import GuardSettings

HEAD = 'kind = "absolute"\nground = "本店规定"\nmessage = "不能这样说"\nhint = "换个说法"\n'


def rules_of(entry: str) -> Lexicon:
    return Lexicon(read_rules(f"{HEAD}[[rule]]\n{entry}"))


def found(lexicon: Lexicon, text: str) -> list[str]:
    skeleton = Skeleton(text)
    return [skeleton.text[match.start : match.end] for match in lexicon.matches(skeleton)]


def test_spellings_multiply() -> None:
    assert list(spell_out("[微薇][信芯]")) == ["微信", "微芯", "薇信", "薇芯"]
    assert list(spell_out("微信")) == ["微信"]


def test_context_keys() -> None:
    assert found(rules_of('words = ["最好"]\nafter = "洗"'), "最好洗一下，最好的") == ["最好"]
    assert found(rules_of('words = ["增高"]\nbefore = "内"'), "内增高，增高") == ["增高"]
    assert found(rules_of('words = ["红包"]\nneeds = "好评"'), "红包。好评有红包") == ["红包"]
    assert found(rules_of('words = ["红包"]\nunless = "平台"'), "平台红包。红包") == ["红包"]
    assert found(rules_of('words = ["好评"]\npattern = "好评.{0,4}红包"'), "好评真多。好评领红包") == [
        "好评领红包"
    ]


def test_negation_can_be_switched_off() -> None:
    assert found(rules_of('words = ["顶级"]'), "不是顶级") == []
    assert found(rules_of('words = ["顶级"]\nnegatable = false'), "不是顶级") == ["顶级"]


def test_the_gravest_and_longest_wins() -> None:
    lexicon = Lexicon(
        read_rules(
            f'{HEAD}[[rule]]\nwords = ["好评返现"]\nseverity = "warn"\n[[rule]]\nwords = ["返现"]\n[[rule]]\nwords = ["评返现"]'
        )
    )
    assert found(lexicon, "好评返现") == ["评返现"]


@pytest.mark.parametrize(
    "text",
    [
        "kind = ",
        HEAD + '[[rule]]\nword = ["x"]',
        HEAD + "[[rule]]\nhint = 'x'",
        HEAD + '[[rule]]\nwords = ["x"]\nneeds = "("',
        '[[rule]]\nwords = ["x"]',
    ],
)
def test_a_broken_list_is_refused(text: str) -> None:
    with pytest.raises(IngestError, match="word list"):
        read_rules(text, path="own.toml")


def test_a_shop_adds_its_own_list(tmp_path: Path) -> None:
    path = tmp_path / "own.toml"
    path.write_text(HEAD + '[[rule]]\nwords = ["闺蜜价"]\nseverity = "warn"', encoding="utf-8")
    extra = load_lexicon((), extra=[path])
    (finding,) = screen("给您闺-蜜-价", extra=extra)
    assert finding.evidence["word"] == "闺-蜜-价"
    assert screen("给您闺蜜价") == ()


def test_a_shop_adds_its_own_disguises(tmp_path: Path) -> None:
    path = tmp_path / "own.toml"
    path.write_text('[variants]\n"微" = ["溦"]\n[initials]\n"lxwd" = "加微信"\n', encoding="utf-8")
    for text in ("加溦信聊", "亲，lxwd聊"):
        assert screen(text) == ()
        (finding,) = screen(text, extra=shop_lexicon([str(path)]))
        assert finding.kind == "off_platform"


def test_drafts_and_past_answers_are_held_against_the_shops_lists(tmp_path: Path) -> None:
    path = tmp_path / "own.toml"
    path.write_text(HEAD + '[[rule]]\nwords = ["闺蜜价"]', encoding="utf-8")
    settings = GuardSettings(lists=(str(path),))
    assert [finding.kind for finding in check("给您闺蜜价", settings=settings)] == ["absolute"]
    assert check("给您闺蜜价") == ()
    answer = Document("a1", "给您闺蜜价", kind=Kind.PAST_ANSWER, attributes={"answer": "给您闺蜜价"})
    assert screen_all([answer], "raise", settings.lists).blocked == (("a1", "absolute"),)
    assert screen_all([answer], "raise").blocked == ()


def test_a_changed_list_is_read_again_and_a_missing_one_named(tmp_path: Path) -> None:
    path = tmp_path / "own.toml"
    path.write_text(HEAD + '[[rule]]\nwords = ["闺蜜价"]', encoding="utf-8")
    assert screen("给您老铁价", extra=shop_lexicon([str(path)])) == ()
    path.write_text(HEAD + '[[rule]]\nwords = ["老铁价"]', encoding="utf-8")
    os.utime(path, ns=(1, 1))
    assert screen("给您老铁价", extra=shop_lexicon([str(path)])) != ()
    with pytest.raises(IngestError, match="word list"):
        shop_lexicon([str(tmp_path / "none.toml")])
    path.write_text("variants = 3", encoding="utf-8")
    with pytest.raises(IngestError, match="disguises"):
        load_lexicon((), extra=[path])


def test_the_packages_lists_load() -> None:
    lexicon = load_lexicon((*CLAIM_LISTS, *TONE_LISTS))
    assert len({rule.kind for rule in lexicon.rules}) == 12
    assert sum(len(rule.words) for rule in lexicon.rules) > 700


@pytest.mark.parametrize("name", [*CLAIM_LISTS, *TONE_LISTS])
def test_every_pattern_of_the_packages_lists_compiles(name: str) -> None:
    assert read_rules(read_list_file(name), path=name)


def test_no_rules_no_matches() -> None:
    assert found(Lexicon(()), "顶级") == []


def test_skeleton_drops_what_stands_between() -> None:
    assert Skeleton("微-信 a.b，好的！").text == "微信ab，好的。"
    assert Skeleton("顶。级。面。料，手感").text == "顶级面料，手感"
    assert Skeleton("v❤", symbols=True).text == "v心"
    view = View("➕V❤")
    assert [skeleton.text for skeleton in view.skeletons] == ["v", "加v心"]


def test_skeleton_knows_the_way_back() -> None:
    text = "a-微 - 信b"
    skeleton = Skeleton(text)
    span = skeleton.source_span(1, 3)
    assert span.of(text) == "微 - 信"
