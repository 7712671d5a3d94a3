"""Which clause or section a place in a text belongs to, from its headings."""

from __future__ import annotations

import re
from dataclasses import dataclass

from assist.expressions import expression

_UNITS = r"(?!(?:个?工作日|天|日内|小时|分钟|元|块|折|件套?|个月|年内|升|斤|公斤|米|寸|倍|码|岁|ml|kg|cm|W))"
_ARABIC = expression(
    rf"(\d{{1,3}}(?:[.．]\d{{1,3}}){{0,3}})(?:\s*[.．、)）:：](?=[^\d]|$)\s*|\s+(?=\D){_UNITS}|$)"
)
_ARTICLE = expression(r"第\s*([〇零一二三四五六七八九十百千两\d]{1,8})\s*(条|款|章|节|部分)\s*[：:、.．]?\s*")
_CHINESE = expression(r"([一二三四五六七八九十百]{1,5})\s*[、.．:：)）]\s*")
_BRACKETED = expression(r"[（(]\s*([一二三四五六七八九十百]{1,5}|\d{1,3})\s*[)）]\s*")
_DIGITS = {char: value for value, char in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
_SCALES = {"十": 10, "百": 100, "千": 1000}


def chinese_integer(text: str) -> int:
    """Read a whole number below ten thousand, in Chinese numerals or in digits of any width.

    >>> chinese_integer("二十三"), chinese_integer("十"), chinese_integer("１２"), chinese_integer("一百零五")
    (23, 10, 12, 105)
    """
    if text.isdecimal():
        return int(text)
    total = digit = 0
    for char in text:
        if char in _SCALES:
            total += (digit or 1) * _SCALES[char]
            digit = 0
        else:
            digit = _DIGITS[char] if char in _DIGITS else int(char)
    return total + digit


@dataclass(frozen=True, slots=True)
class Clause:
    """The number that opens a heading or paragraph.

    Attributes:
        number: In Arabic digits, dotted for sub-clauses: `3`, `3.2`.
        title: What follows the number.
        form: `arabic`, `article` (第三条), `chapter` (第三章), `chinese` (三、) or `bracketed` ((三)).
    """

    number: str
    title: str
    form: str


def clause(text: str) -> Clause | None:
    """Read the clause number that a line opens with; None when it opens with none.

    >>> clause("3 退货运费"), clause("七、附则").number, clause("第十二条 换货").number, clause("3.5L 大容量")
    (Clause(number='3', title='退货运费', form='arabic'), '7', '12', None)
    """
    text = text.strip()
    if match := _ARABIC.match(text):
        number = ".".join(str(int(part)) for part in re.split("[.．]", match[1]))
        return Clause(number, text[match.end() :], "arabic")
    if match := _ARTICLE.match(text):
        form = "article" if match[2] in "条款" else "chapter"
        return Clause(str(chinese_integer(match[1])), text[match.end() :], form)
    for form, pattern in (("chinese", _CHINESE), ("bracketed", _BRACKETED)):
        if match := pattern.match(text):
            return Clause(str(chinese_integer(match[1])), text[match.end() :], form)
    return None


@dataclass(frozen=True, slots=True)
class _Heading:
    level: int
    number: str
    title: str


class Outline:
    """The headings in force while a text is read from top to bottom.

    A section is labelled by the number of its clause, else by its nearest heading. Chapters count as clauses
    only in a text without articles.
    """

    def __init__(self, *, has_articles: bool = False) -> None:
        self._open: list[_Heading] = []
        self._seen: set[str] = set()
        self._has_articles = has_articles

    def enter(self, level: int, text: str) -> None:
        """Note a heading; those of the same or a deeper level end."""
        while self._open and self._open[-1].level >= level:
            self._open.pop()
        number, title = self._number(text)
        self._seen.add(number)
        self._open.append(_Heading(level, number, title))

    @property
    def section(self) -> str:
        """The label that a citation of this place shows."""
        numbers = [heading.number for heading in self._open if heading.number]
        if numbers:
            return numbers[-1]
        return self._open[-1].title if self._open else ""

    @property
    def headings(self) -> tuple[str, ...]:
        """Titles of the headings in force, outermost first, without their numbers."""
        return tuple(heading.title for heading in self._open if heading.title)

    def _number(self, text: str) -> tuple[str, str]:
        plain = text.strip()
        found = clause(plain)
        if found is None or (found.form == "chapter" and self._has_articles):
            return "", plain
        above = next((heading.number for heading in reversed(self._open) if heading.number), "")
        if found.form == "bracketed" and not above:
            return "", plain
        if "." in found.number:
            return (found.number, found.title) if self._follows(found.number) else ("", plain)
        return (f"{above}.{found.number}" if above else found.number), found.title

    def _follows(self, dotted: str) -> bool:
        # `11.11 狂欢` is a date and `2.3 运费` a clause: clauses start at 1 or stand under their number.
        parent, _, last = dotted.rpartition(".")
        return last == "1" or parent in self._seen
