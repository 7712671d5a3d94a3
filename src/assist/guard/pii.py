"""Personal data: found in any usual writing, and masked with typed placeholders."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from types import MappingProxyType

from assist.documents import Span
from assist.errors import InputError
from assist.expressions import expression
from assist.guard.identifiers import FINDERS, LONG_NUMBER, WORD_FINDERS, Finder, Found, arabic_digits
from assist.guard.names import find_names
from assist.guard.places import find_addresses
from assist.guard.skeleton import View
from assist.results import Finding, Severity

PLACEHOLDERS = MappingProxyType(
    {
        "phone": "[手机号]",
        "landline": "[电话]",
        "address": "[地址]",
        "id_card": "[证件号]",
        "recipient": "[收件人]",
        "wechat": "[微信号]",
        "qq": "[QQ号]",
        "email": "[邮箱]",
        "bank_card": "[银行卡]",
        "order": "[订单号]",
        "waybill": "[运单号]",
    }
)
"""Types of personal data, and what stands in their place."""

_ORDER: tuple[Finder, ...] = (*FINDERS, find_addresses, find_names)
_WITHOUT_NUMBERS: tuple[Finder, ...] = (*WORD_FINDERS, find_addresses, find_names)
_TYPES = tuple(PLACEHOLDERS)
# Letters of a script that no shop writes: word characters, so that no gap of a pattern spans them.
_BLANKS = {kind: chr(0xA000 + number) for number, kind in enumerate(_TYPES)}
_HELD = expression("|".join(re.escape(word.lower()) for word in PLACEHOLDERS.values()))
_HELD_KINDS = {word.lower(): kind for kind, word in PLACEHOLDERS.items()}
# Without any of these no finder can find anything.
_POSSIBLE = expression(
    r"[\d零〇一二三四五六七八九幺壹贰叁肆伍陆柒捌玖]|@|收件|收货|联系人|签收人|姓名|名字|我叫|我是|本人|先生|女士|小姐|太太|阿姨|老师|[a-z][-_a-z0-9]{5}|收|叫我|户名|[镇乡]|街道|苏木|驿站|丰巢|柜|代收|自提|兔喜|路口|交叉口|交汇"
)
_ROUNDS = 3


@dataclass(frozen=True, slots=True)
class Masked:
    """A text without personal data.

    Attributes:
        text: With placeholders such as `[手机号]`.
        findings: What was found, by place; spans point into the text that was given, so a caller may still
            read a slot from it in memory. `evidence` names the `type` and the `placeholder`, never the data.
    """

    text: str
    findings: tuple[Finding, ...]


def mask(text: str, *, keep: Collection[str] = ()) -> Masked:
    """Replace personal data by typed placeholders.

    Phones (spaced, full width, in Chinese digits), landlines, addresses, ID and bank cards, recipients,
    WeChat and QQ ids, e-mail, order numbers and waybills. Prices, dates, model numbers, 12-digit item ids,
    dimensions and service hotlines stay. Masking twice is the same as once.

    Args:
        text: Any text; may be empty.
        keep: Types that stay, keys of `PLACEHOLDERS`; `("address",)` for a policy with the shop's own address.

    Raises:
        InputError: `keep` holds an unknown type.

    Examples:
        >>> mask("打我电话13812345678，尺码M").text
        '打我电话[手机号]，尺码M'
    """
    unknown = set(keep) - PLACEHOLDERS.keys()
    if unknown:
        raise InputError(f"keep must hold types among {', '.join(_TYPES)}; got {sorted(unknown)}")
    findings = tuple(find_pii(View(text), keep=keep))
    parts: list[str] = []
    reached = 0
    for finding in findings:
        span = finding.span
        assert span is not None  # noqa: S101 - every finding of personal data has its place
        parts += (text[reached : span.start], finding.evidence["placeholder"])
        reached = span.end
    return Masked("".join((*parts, text[reached:])), findings)


def find_pii(view: View, *, keep: Collection[str] = ()) -> list[Finding]:
    """Find personal data; findings by place, not overlapping, kind `pii`, severity BLOCK."""
    text = view.text
    if _POSSIBLE.search(text) is None:
        return []
    found = sorted((start, end, kind) for kind, start, end in _search(text) if kind not in keep)
    return _without_overlap([_finding(kind, view.span(start, end)) for start, end, kind in found])


def _search(text: str) -> Iterator[Found]:
    """Run the finders in order on a text whose claimed parts are blanked, until nothing new turns up."""
    work = _HELD.sub(lambda held: _BLANKS[_HELD_KINDS[held[0]]] * len(held[0]), text)
    digits = arabic_digits(work)
    order = _WITHOUT_NUMBERS if LONG_NUMBER.search(digits) is None else _ORDER
    for _ in range(_ROUNDS):
        before = work
        for finder in order:
            for kind, start, end in list(finder(work, digits)):
                if not _is_blank(work, start, end):
                    work = work[:start] + _BLANKS[kind] * (end - start) + work[end:]
                    yield kind, start, end
            digits = digits if work is before else arabic_digits(work)
        if work == before:
            break


def _is_blank(work: str, start: int, end: int) -> bool:
    return any("\ua000" <= char <= "\ua0ff" for char in work[start:end])


def _without_overlap(findings: list[Finding]) -> list[Finding]:
    """Drop findings that overlap an earlier one in the original; a ligature may belong to two."""
    kept: list[Finding] = []
    reached = 0
    for finding in findings:
        if finding.span is not None and finding.span.start >= reached:
            kept.append(finding)
            reached = finding.span.end
    return kept


def _finding(kind: str, span: Span) -> Finding:
    placeholder = PLACEHOLDERS[kind]
    evidence = {
        "type": kind,
        "placeholder": placeholder,
        "word": placeholder,
        "ground": "消费者权益保护法第二十九条；侵害消费者权益行为处罚办法第十一条",
        "hint": f"删去或用{placeholder}代替",
    }
    return Finding("pii", Severity.BLOCK, f"含个人信息{placeholder}", span, MappingProxyType(evidence))
