from __future__ import annotations

import pytest

from assist.guard import screen
from assist.guard.skeleton import View
from assist.guard.tone import find_tone
from assist.results import Severity


@pytest.mark.parametrize(
    "text", ["不是说了吗", "自己不会看吗", "爱 买 不 买", "关我什么事", "催什么催", "说了多少遍了"]
)
def test_impatience_blocks(text: str) -> None:
    (finding,) = find_tone(View(text))
    assert (finding.kind, finding.severity) == ("impatience", Severity.BLOCK)


@pytest.mark.parametrize("text", ["神经病", "脑子有问题吧", "买不起就算了", "滚"])
def test_abuse_blocks(text: str) -> None:
    (finding,) = find_tone(View(text))
    assert (finding.kind, finding.severity) == ("tone", Severity.BLOCK)


@pytest.mark.parametrize("text", ["是您自己没看清楚", "您可真会挑时候", "呵呵"])
def test_blame_and_sarcasm_warn(text: str) -> None:
    (finding,) = find_tone(View(text))
    assert (finding.kind, finding.severity) == ("tone", Severity.WARN)


@pytest.mark.parametrize(
    "text",
    [
        "您可以自己看下尺码表",
        "随便您选哪个颜色",
        "滚筒洗衣机可以洗",
        "这款买不起球",
        "傻瓜式操作",
        "刚才说过是48小时内",
        "地址填错了也可以改",
    ],
)
def test_polite_lookalikes_pass(text: str) -> None:
    assert find_tone(View(text)) == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("欢迎光临云朵家居旗舰店", ["云朵家居旗舰店"]),
        ("欢迎光临山木生活旗舰店", []),
        ("这里是山木生活官方旗舰店", []),
        ("本店是天猫旗舰店", []),
        ("请到官方旗舰店下单", []),
    ],
)
def test_another_shops_name(text: str, found: list[str]) -> None:
    names = [finding.evidence["word"] for finding in find_tone(View(text), shop="山木生活旗舰店")]
    assert [name[-len(shop) :] for name, shop in zip(names, found, strict=True)] == found


def test_names_of_shops_are_left_alone_without_an_own_name() -> None:
    assert screen("欢迎光临云朵家居旗舰店") == ()
    assert [finding.kind for finding in screen("欢迎光临云朵家居旗舰店", shop="山木生活旗舰店")] == [
        "other_shop"
    ]
