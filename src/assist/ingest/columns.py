"""Which kind of table a header row announces, and which column holds what."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum


class TableKind(Enum):
    """The tables that can be read."""

    QUICK_REPLIES = "quick replies"
    PAST_ANSWERS = "past answers"
    CHATS = "chats"


@dataclass(frozen=True, slots=True)
class _Columns:
    required: tuple[str, ...]
    names: Mapping[str, tuple[str, ...]]

    def fields(self, header: Sequence[str]) -> dict[int, str]:
        """Map column numbers to field names; a field takes its first column."""
        found: dict[int, str] = {}
        for number, column in enumerate(map(plain, header)):
            field = next((field for field, names in self.names.items() if column in names), None)
            if field is not None and field not in found.values():
                found[number] = field
        return found


_ID = ("id", "编号", "序号id", "话术id")
_AGENT = ("agent", "客服", "客服昵称", "客服账号", "接待客服", "回复人", "seller", "staff")
_PRODUCT = (
    "product",
    "商品",
    "货号",
    "商品id",
    "商品编号",
    "宝贝id",
    "宝贝",
    "productid",
    "itemid",
    "item",
    "关联商品",
)

KINDS: Mapping[TableKind, _Columns] = {
    TableKind.CHATS: _Columns(
        required=("role", "text"),
        names={
            "session": (
                "session",
                "sessionid",
                "会话",
                "会话id",
                "会话编号",
                "对话id",
                "聊天id",
                "conversation",
                "买家昵称",
                "买家账号",
            ),
            "time": (
                "time",
                "timestamp",
                "时间",
                "发送时间",
                "消息时间",
                "聊天时间",
                "日期",
                "createdat",
                "sentat",
            ),
            "role": (
                "role",
                "角色",
                "发送方",
                "发送者",
                "发言人",
                "发送人",
                "说话人",
                "sender",
                "from",
                "身份",
                "消息方向",
            ),
            "text": ("text", "内容", "消息", "消息内容", "聊天内容", "message", "content", "文本"),
            "agent": _AGENT,
            "product": _PRODUCT,
        },
    ),
    TableKind.PAST_ANSWERS: _Columns(
        required=("question", "answer"),
        names={
            "question": (
                "question",
                "问题",
                "买家问",
                "顾客问",
                "买家问题",
                "提问",
                "用户问题",
                "问",
                "q",
                "买家消息",
            ),
            "answer": (
                "answer",
                "答案",
                "客服答",
                "回答",
                "客服回复",
                "答",
                "a",
                "回复",
                "回复内容",
                "response",
            ),
            "id": _ID,
            "product": _PRODUCT,
            "answered_at": (
                "answeredat",
                "时间",
                "回复时间",
                "回答时间",
                "日期",
                "time",
                "date",
                "createdat",
            ),
            "agent": _AGENT,
            "rating": ("rating", "评分", "满意度", "评价", "score"),
            "resolved": ("resolved", "是否解决", "已解决", "解决"),
            "state": ("state", "状态"),
            "order": ("order", "订单", "订单号", "orderid"),
        },
    ),
    TableKind.QUICK_REPLIES: _Columns(
        required=("trigger", "text"),
        names={
            "trigger": (
                "trigger",
                "触发",
                "触发词",
                "关键词",
                "关键字",
                "快捷词",
                "快捷编码",
                "快捷键",
                "keyword",
                "keywords",
            ),
            "text": (
                "text",
                "回复",
                "话术",
                "内容",
                "回复内容",
                "快捷短语",
                "短语内容",
                "话术内容",
                "快捷回复",
                "reply",
            ),
            "id": _ID,
        },
    ),
}


@dataclass(frozen=True, slots=True)
class Header:
    """A header row understood.

    Attributes:
        kind: What the rows below are.
        names: The column names as written.
        fields: Field name of each known column, by column number.
    """

    kind: TableKind
    names: tuple[str, ...]
    fields: Mapping[int, str]


def plain(name: str) -> str:
    """Return a column name without case, blanks, underscores and bracketed remarks.

    >>> plain(" Answered_At "), plain("回复时间（北京时间）")
    ('answeredat', '回复时间')
    """
    text = unicodedata.normalize("NFKC", name).lower()
    return re.sub(r"\(.*?\)|[\s_\-:*\"'\ufeff]+", "", text)


def understand_header(row: Sequence[str], *, hint: TableKind | None) -> Header | None:
    """Tell what table a row announces; None when it announces none that can be read.

    Args:
        row: The cells of a header row.
        hint: What the file's name promises; it wins where the columns fit several kinds, and quick replies
            that are promised need no trigger column.
    """
    order = sorted(KINDS, key=lambda kind: kind is not hint)
    for kind in order:
        fields = KINDS[kind].fields(row)
        required = set(KINDS[kind].required)
        if kind is hint is TableKind.QUICK_REPLIES:
            required = {"text"}
        if required <= set(fields.values()):
            return Header(kind, tuple(cell.strip() for cell in row), fields)
    return None


def expected() -> str:
    """Describe the tables that can be read, for a message."""
    return "; ".join(f"{kind.value}: {', '.join(columns.required)}" for kind, columns in KINDS.items())
