"""What `shop.toml` says about the shop: its name, style, words, tags and hand-off targets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

DEFAULT_TAGS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "尺码问题": ("售前/尺码", "售后/退换/换货/换码", "售中/订单/改颜色/尺码/备注"),
        "材质问题": ("售前/商品/材质/成分", "售前/商品/掉色/缩水/起球"),
        "商品咨询": ("售前/商品",),
        "优惠问题": ("售前/价格", "售中/订单/价格变动/补差", "售中/预售"),
        "发货问题": ("售前/物流/发货时间", "售中/物流/催发货", "售前/库存"),
        "物流问题": ("售前/物流", "售中/物流"),
        "订单问题": ("售中/订单",),
        "售后问题": ("售后", "售前/售后咨询"),
        "投诉风险": ("售后/投诉", "售后/赔付", "通用/风险"),
        "人工服务": ("通用/人工",),
    }
)

DEFAULT_TARGETS: Mapping[str, str] = MappingProxyType(
    {"同事": "同事", "主管": "主管", "售后": "售后", "技术": "技术", "平台": "平台"}
)


@dataclass(frozen=True, slots=True)
class StylePack:
    """How the shop talks; openers, closers and empathy lines state nothing."""

    openers: tuple[str, ...] = ("亲，您好～",)
    closers: tuple[str, ...] = ("还有不清楚的随时问我哦～",)
    particles: tuple[str, ...] = ("哦", "呢")
    emoji: tuple[str, ...] = ()
    complaint_openers: tuple[str, ...] = ("非常抱歉给您带来不便。",)
    complaint_closers: tuple[str, ...] = ("我们会跟进到底，请您放心。",)


@dataclass(frozen=True, slots=True)
class ShopProfile:
    """The shop's own settings, kept in the store.

    Attributes:
        name: The shop's name.
        timezone: IANA name; the clock of every validity and deadline.
        style: How it talks.
        words: Words the tokenizer must keep whole.
        tags: The shop's tag names, each with the intent path prefixes it stands for.
        targets: The shop's names for the hand-off targets 同事, 主管, 售后, 技术, 平台.
    """

    name: str = "本店"
    timezone: str = "Asia/Shanghai"
    style: StylePack = field(default_factory=StylePack)
    words: tuple[str, ...] = ()
    tags: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: DEFAULT_TAGS)
    targets: Mapping[str, str] = field(default_factory=lambda: DEFAULT_TARGETS)
