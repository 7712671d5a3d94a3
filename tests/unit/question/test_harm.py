"""What tells of harm, and what only supposes it."""

import pytest

from assist.question.emotion import tells_harm


@pytest.mark.parametrize(
    "text", ["冒烟了 好怕", "脸肿了能退吗", "被电了一下", "怕是过敏了", "手割破了 如果留疤怎么办"]
)
def test_what_happened_is_told(text):
    assert tells_harm(text)


@pytest.mark.parametrize(
    "text",
    ["会不会起疹子", "怕过敏了不好退", "万一鼓包了怎么办", "防烫伤吗", "容易漏电吗", "过敏了吗", "没有"],
)
def test_what_is_supposed_is_not(text):
    assert not tells_harm(text)
