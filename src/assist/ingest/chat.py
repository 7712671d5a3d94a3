"""Question–answer pairs mined from raw chats; every row that gives none is counted with its reason.

A shopper writes in bursts and an agent answers in bursts. A burst of the shopper asks; greetings and thanks
are taken out of it; the agent's next burst that is more than a greeting or `稍等` answers it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum

from assist.documents import Document
from assist.errors import IngestError, InputError
from assist.expressions import expression
from assist.ingest.answers import past_answer
from assist.ingest.decode import clean
from assist.ingest.duplicates import clusters
from assist.ingest.metadata import parse_moment
from assist.ingest.result import Skipped
from assist.ingest.small_talk import is_automatic, is_courtesy, is_holding, is_number, is_wordless
from assist.ingest.source import Source

_BUYER = expression(r"buyer|customer|user|visitor|client|买家|顾客|客户|用户|访客|会员|我$", re.IGNORECASE)
_AGENT = expression(
    r"agent|seller|service|staff|csr|support|客服|卖家|商家|店小二|小二|旗舰店|专营店|专卖店|[:：]",
    re.IGNORECASE,
)
_SYSTEM = expression(r"system|robot|bot$|系统|机器人|自动回复|店小蜜|平台", re.IGNORECASE)
_ITEM = expression(
    r"(?:taobao|tmall|jd|1688|yangkeduo|pinduoduo)\.[a-z./\w-]*\S*?(?:[?&](?:id|item_?id|goods_id)=|/)(\d{9,15})(?!\d)"
    r"|(?:商品|宝贝)\s*(?:id|编号|链接)\s*[：:]?\s*(\d{9,15})(?!\d)",
    re.IGNORECASE,
)
_BARE_ITEM = expression(r"\s*(\d{12,13})\s*")
_LINK = expression(r"(?:https?://|//)?[\w-]+(?:\.[\w-]+)+/[^\s一-鿿]*", re.ASCII)
_PAUSE = timedelta(minutes=30)


class Role(Enum):
    """Who wrote a line."""

    BUYER = "buyer"
    AGENT = "agent"
    SYSTEM = "system"
    UNKNOWN = "unknown"

    @classmethod
    def read(cls, text: str) -> Role:
        """Read a role column: a word for the role, or the nickname of a shop's account."""
        for role, pattern in ((cls.SYSTEM, _SYSTEM), (cls.BUYER, _BUYER), (cls.AGENT, _AGENT)):
            if pattern.search(text):
                return role
        return cls.UNKNOWN


@dataclass(frozen=True, slots=True)
class ChatLine:
    """One row of an export; `moment` is None where its time cannot be read."""

    row: int
    session: str
    role: Role
    text: str
    time: str = ""
    agent: str = ""
    product: str = ""
    moment: datetime | None = None

    @classmethod
    def of(cls, values: Mapping[str, str], row: int) -> ChatLine:
        """Make a line of a row's fields."""
        values = {name: clean(value).strip() for name, value in values.items()}
        time = values.get("time", "")
        return cls(
            row=row,
            session=values.get("session", ""),
            role=Role.read(values.get("role", "")),
            text=values.get("text", ""),
            time=time,
            agent=values.get("agent", ""),
            product=values.get("product", ""),
            moment=_moment(time),
        )


def _moment(time: str) -> datetime | None:
    try:
        return parse_moment(time) if time else None
    except InputError:
        return None


@dataclass(slots=True)
class _Pair:
    question: list[ChatLine]
    answer: list[ChatLine] = field(default_factory=list)
    product: str = ""

    def values(self) -> dict[str, str]:
        last = self.answer[-1]
        return {
            "question": "\n".join(_asked(line.text) for line in self.question),
            "answer": "\n".join(line.text for line in self.answer),
            "answered_at": last.time,
            "agent": next((line.agent for line in self.answer if line.agent), ""),
            "product": self.product,
            "state": "candidate",
        }


class Miner:
    """Mines one chat after the other.

    Attributes:
        pairs: Questions with their answers, in order.
        dropped: Rows that are in no pair, by reason.
    """

    def __init__(self) -> None:
        self.pairs: list[_Pair] = []
        self.dropped: dict[str, list[int]] = {}
        self._question: list[ChatLine] = []
        self._open: _Pair | None = None
        self._product = ""

    def chat(self, lines: Iterable[ChatLine]) -> None:
        """Mine one session; its lines in order of time."""
        self._product = ""
        for line in lines:
            if not line.text:
                self._drop("empty text", line)
            elif line.role is Role.BUYER:
                self._buyer(line)
            elif line.role is Role.AGENT:
                self._agent(line)
            else:
                self._drop(
                    f"written by {'the system' if line.role is Role.SYSTEM else 'no known role'}", line
                )
        self._give_up()
        self._open = None

    def _buyer(self, line: ChatLine) -> None:
        self._open = None
        self._product = _item(line) or self._product
        if _is_only_item(line.text):
            self._drop("only a link or an item id", line)
        elif reason := _says_nothing(line.text):
            self._drop(reason, line)
        else:
            if self._question and _apart(self._question[-1], line):
                self._give_up()
            self._question.append(line)

    def _agent(self, line: ChatLine) -> None:
        if is_automatic(line.text):
            self._drop("written by the system", line)
        elif is_wordless(line.text):
            self._drop("only a picture or an emoji", line)
        elif is_courtesy(line.text) or is_holding(line.text):
            self._drop("only a greeting or a request to wait", line)
        elif self._question:
            self._open = _Pair(self._question, [line], self._product or line.product)
            self.pairs.append(self._open)
            self._question = []
        elif self._open is not None and not _apart(self._open.answer[-1], line):
            self._open.answer.append(line)
        else:
            self._drop("said by the agent without a question", line)

    def _give_up(self) -> None:
        for line in self._question:
            self._drop("a question that was not answered", line)
        self._question = []

    def _drop(self, reason: str, line: ChatLine) -> None:
        self.dropped.setdefault(reason, []).append(line.row)


def mine(lines: Sequence[ChatLine], source: Source, *, prefix: str) -> Iterator[Document | Skipped]:
    """Mine an export.

    Args:
        lines: Its rows; sessions may be mixed.
        source: The file.
        prefix: Ids are this, a colon, and the first row of the question.

    Yields:
        Past answers in state `candidate`, near-duplicates collapsed into the first with their `count`; then
        one entry for each reason why rows were left out. Rows in pairs and rows left out add up to all.
    """
    miner = Miner()
    for session in _sessions(lines):
        miner.chat(session)
    groups = clusters([(pair.values()["question"], pair.values()["answer"]) for pair in miner.pairs])
    for group in groups:
        first, *others = (miner.pairs[index] for index in group)
        for pair in others:
            for line in (*pair.question, *pair.answer):
                miner.dropped.setdefault("the same as an earlier question and answer", []).append(line.row)
        yield _document(first, others, source, prefix)
    for reason, rows in miner.dropped.items():
        yield Skipped(source.name, min(rows), f"{len(rows)} rows: {reason}")


def _document(pair: _Pair, others: Sequence[_Pair], source: Source, prefix: str) -> Document | Skipped:
    row = pair.question[0].row
    times = [other.answer[-1].time for other in others if other.answer[-1].time]
    values = pair.values() | {"count": str(1 + len(others))}
    if times:
        values["last_answered_at"] = times[-1]
    try:
        return past_answer(values, source, row, row=f"{prefix}:{row}")
    except IngestError as exc:
        return Skipped.of(exc, path=source.name)


def _sessions(lines: Sequence[ChatLine]) -> Iterator[list[ChatLine]]:
    sessions: dict[str, list[ChatLine]] = {}
    for line in lines:
        sessions.setdefault(line.session, []).append(line)
    for session in sessions.values():
        # Exports may run backwards; where every line has a time, time decides, else the file's order.
        if all(line.moment is not None for line in session):
            session.sort(key=lambda line: line.moment or datetime.min)
        yield session


def _apart(before: ChatLine, after: ChatLine) -> bool:
    if before.moment is None or after.moment is None:
        return False
    return after.moment - before.moment > _PAUSE


def _says_nothing(text: str) -> str:
    """Return why a shopper's line asks nothing; empty when it may ask something."""
    if is_wordless(text):
        return "only a picture or an emoji"
    if is_number(text):
        return "only an order, waybill or telephone number"
    return "only a greeting or thanks" if is_courtesy(text) else ""


def _item(line: ChatLine) -> str:
    if line.product:
        return line.product
    if match := _ITEM.search(line.text):
        return match[1] or match[2]
    match = _BARE_ITEM.fullmatch(line.text)
    return match[1] if match else ""


def _is_only_item(text: str) -> bool:
    if _BARE_ITEM.fullmatch(text):
        return True
    return _LINK.search(text) is not None and is_wordless(_LINK.sub(" ", text))


def _asked(text: str) -> str:
    """Return a shopper's line without the links in it; the line itself when nothing else is there."""
    return _LINK.sub(" ", text).strip() if _LINK.search(text) else text
