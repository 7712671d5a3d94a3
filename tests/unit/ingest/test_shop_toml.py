"""The shop's own settings."""

from __future__ import annotations

import pytest

from assist.errors import MalformedRecordError
from assist.ingest import ReadResult, read_bytes
from assist.shop import DEFAULT_TAGS, DEFAULT_TARGETS, ShopProfile, StylePack


def shop(text: str, encoding: str = "utf-8") -> ReadResult:
    return read_bytes(text.encode(encoding), name="shop.toml")


FULL = """
[shop]
name = "山木旗舰店"
timezone = "Asia/Shanghai"
[style]
openers = ["亲～", "您好～", "亲～"]
closers = ["随时找我～"]
particles = ["哦"]
emoji = ["😊"]
[style.complaint]
openers = ["非常抱歉。"]
closers = ["给您添麻烦了。"]
[dictionary]
words = ["七天无理由", "A102"]
[tags]
"尺码问题" = ["售前/尺码"]
[handoff]
targets = { "主管" = "王店长" }
"""


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_everything_the_file_says_is_in_the_profile(encoding: str) -> None:
    result = shop(FULL, encoding)
    assert (result.documents, result.skipped) == ((), ())
    profile = result.profile
    assert profile is not None
    assert (profile.name, profile.timezone, profile.words) == (
        "山木旗舰店",
        "Asia/Shanghai",
        ("七天无理由", "A102"),
    )
    assert profile.style == StylePack(
        ("亲～", "您好～"), ("随时找我～",), ("哦",), ("😊",), ("非常抱歉。",), ("给您添麻烦了。",)
    )
    assert dict(profile.tags) == {"尺码问题": ("售前/尺码",)}
    assert dict(profile.targets) == dict(DEFAULT_TARGETS) | {"主管": "王店长"}


def test_what_the_file_does_not_say_keeps_its_default() -> None:
    profile = shop("[shop]\nname = '小店'\n").profile
    assert profile is not None
    assert profile.style == StylePack()
    assert profile.tags is DEFAULT_TAGS
    assert profile.timezone == ShopProfile().timezone


def test_names_without_meaning_are_reported() -> None:
    result = shop("[shop]\ntitle = 'x'\n[colour]\na = 1\n")
    assert [entry.reason.split(" is ")[0] for entry in result.skipped] == ["[colour]", "[shop] title"]


@pytest.mark.parametrize(
    ("text", "name", "timezone"),
    [
        ("name = '山木旗舰店'\ntimezone = 'Asia/Tokyo'\n", "山木旗舰店", "Asia/Tokyo"),
        ("name = '外面'\n[shop]\nname = '里面'\n", "里面", "Asia/Shanghai"),
        ("timezone = 'Asia/Tokyo'\n[shop]\nname = '里面'\n", "里面", "Asia/Tokyo"),
    ],
)
def test_name_and_time_zone_may_stand_without_a_table(text: str, name: str, timezone: str) -> None:
    result = shop(text)
    assert result.profile is not None
    assert (result.profile.name, result.profile.timezone, result.skipped) == (name, timezone, ())


def test_words_and_targets_may_stand_one_table_higher() -> None:
    result = shop("dictionary = ['云栖2']\n[handoff]\n'主管' = '王店长'\n")
    assert result.profile is not None
    assert result.profile.words == ("云栖2",)
    assert dict(result.profile.targets) == dict(DEFAULT_TARGETS) | {"主管": "王店长"}
    assert result.skipped == ()


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("[shop\n", "not TOML"),
        ("[shop]\nname = ''", "name must be a text"),
        ("[shop]\nname = 5", "name must be a text"),
        ("[shop]\ntimezone = 'Mars/Base'", "IANA"),
        ("[shop]\ntimezone = '../../etc/passwd'", "IANA"),
        ("name = ''", "name. must be a text"),
        ("dictionary = [1]", "list of texts"),
        ("[handoff]\n'主管' = 1", "主管 must be a text"),
        ("shop = 1", "must be a table"),
        ("[style]\nopeners = '亲'", "list of texts"),
        ("[style]\nemoji = [1]", "list of texts"),
        ("[style]\ncomplaint = []", "must be a table"),
        ("[tags]\n'x' = ['']", "list of texts"),
        ("[handoff]\ntargets = { '老板' = 'x' }", "one of 同事"),
        ("a = " + "[" * 5_000, "not TOML"),
    ],
)
def test_bad_values_are_named(text: str, reason: str) -> None:
    with pytest.raises(MalformedRecordError, match=reason):
        shop(text)


def test_a_broken_file_names_its_line() -> None:
    with pytest.raises(MalformedRecordError) as caught:
        shop("[shop]\nname = 'x'\n]\n")
    assert caught.value.line == 3
