"""Every knob has a default, is frozen, and an impossible one is refused."""

import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assist.errors import InputError
from assist.settings import ChunkSettings, Settings
from assist.shop import DEFAULT_TAGS, DEFAULT_TARGETS, ShopProfile


@given(st.integers(-3, 50), st.integers(-3, 50))
def test_chunk_lengths_must_be_ordered_and_positive(low, high):
    if 1 <= low <= high:
        assert ChunkSettings(max_chars=high, min_chars=low).min_chars == low
    else:
        with pytest.raises(InputError, match=f"got {low}, {high}"):
            ChunkSettings(max_chars=high, min_chars=low)


def test_all_settings_are_frozen_with_defaults_of_their_own():
    settings = Settings()
    assert settings == Settings()
    for item in dataclasses.fields(settings):
        part = getattr(settings, item.name)
        with pytest.raises(dataclasses.FrozenInstanceError):
            setattr(part, dataclasses.fields(part)[0].name, None)


def test_measured_defaults_lie_in_their_ranges():
    search = Settings().search
    assert 0 <= search.dense_weight <= 1
    assert 0 <= search.b <= 1
    assert 0 < search.duplicate_cosine <= 1


def test_a_shop_without_settings_has_a_name_a_clock_and_targets():
    profile = ShopProfile()
    assert profile.timezone == "Asia/Shanghai"
    assert profile.tags == DEFAULT_TAGS
    assert profile.targets == DEFAULT_TARGETS
    with pytest.raises(TypeError):
        profile.targets["主管"] = "老板"
