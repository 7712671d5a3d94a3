"""Codes that a display shows when something is wrong: 屏幕跳个E4, F01是什么故障."""

from __future__ import annotations

from collections.abc import Iterator

from assist.expressions import expression

_CODE = r"(?P<code>[a-z]{1,3}-?\d{1,3})(?![a-z0-9])"
_SHOWS = expression(
    rf"(?:屏幕?|面板|显示屏?|代码|故障码?|错误码?|提示|报警?错?|[跳闪蹦弹冒][出个着]?|出现)[^，,。\n\da-z]{{0,4}}{_CODE}"
)
_MEANS = expression(rf"(?<![a-z0-9]){_CODE}(?:是|代表|表示|啥|什么)*(?:故障|毛病|错误|报错|报警|意思)")


def shown_codes(text: str) -> Iterator[tuple[int, str]]:
    """Yield the codes of a folded text, each with where it starts."""
    found = [match for pattern in (_SHOWS, _MEANS) for match in pattern.finditer(text)]
    yield from sorted({(match.start("code"), match["code"]) for match in found})
