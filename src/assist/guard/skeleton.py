"""The text as a filter-dodger means it: separators and emoji gone, sentence ends kept.

A word hidden as `微-信`, `微🌸信`, `V  X` or `顶。级` stands whole in the skeleton, while a real clause end
stays a mark that no word crosses. Only where a single character stands alone on both sides of a clause end
(`微 。信`) is the mark taken for a disguise.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from functools import cached_property

from assist.documents import Span
from assist.expressions import expression
from assist.guard.pinyin import Restored
from assist.text.normalize import Normalized, fold, normalize

CLAUSE_END = "，"
SENTENCE_END = "。"
_CLAUSE_MARKS = frozenset(",，")
_SENTENCE_MARKS = frozenset("。！？!?;；\n…")
_SYMBOLS = {
    **dict.fromkeys("❤♥♡💕💗💖💓🧡💚💙💜🖤", "心"),
    **dict.fromkeys("⭐🌟★☆✨", "星"),
    **dict.fromkeys("➕+", "加"),
    **dict.fromkeys("🧧", "红包"),
    **dict.fromkeys("💰💵💸", "钱"),
    **dict.fromkeys("💊💉", "药"),
    **dict.fromkeys("📱☎📞", "电话"),
    "🎁": "礼品",
    "🥇": "第一",
    "💯": "100%",
    "🏆": "冠军",
    "💳": "银行卡",
    **dict.fromkeys("🐧", "企鹅"),
    **dict.fromkeys("🛰", "卫星"),
}
# Cyrillic and Greek letters that pass for Latin ones or digits; texts come in lower case.
_LOOKALIKES = dict(zip("❶❷❸❹❺❻❼❽❾➊➋➌➍➎➏➐➑➒⓵⓶⓷⓸⓹⓺⓻⓼⓽", "123456789" * 3, strict=True)) | dict(
    zip("авсеіјкмнорѕтухзбοαερτυνιχ", "abceijkmhopstyx36oaeptuvix", strict=True)
)
_HAS_SYMBOL = expression("[" + "".join(_SYMBOLS) + "]")
# All but what stays as it is in every table.
_OTHER = expression("[^\u4e00-\u9fff0-9a-z%]+")
_RUNS_KEPT = 4_096
_LONE_ACROSS_END = expression(r"(?:(?<=^\w)|(?<=[^\w]\w))[^\w\n]*[。，,.;；！!？?][^\w\n]*(?=\w(?:[^\w]|$))")


def _plain(char: str) -> str:
    """Return the letter or digit that a character looks like: Cyrillic З is 3, ì is i."""
    base = unicodedata.normalize("NFD", char)[0]
    return _LOOKALIKES.get(char, base if base.isascii() else char)


class _Table(dict[int, str]):
    """What each character becomes: itself, an end mark, or nothing; filled on first sight."""

    def __init__(self, symbols: dict[str, str]) -> None:
        super().__init__()
        self._symbols = symbols
        self.runs = _Runs(self)

    def __missing__(self, code: int) -> str:
        char = chr(code)
        if char in self._symbols:
            kept = self._symbols[char]
        elif char in _CLAUSE_MARKS:
            kept = CLAUSE_END
        elif char in _SENTENCE_MARKS:
            kept = SENTENCE_END
        else:
            kept = _plain(char) if char.isalnum() or char == "%" else ""
        self[code] = kept
        return kept


class _Runs(dict[str, str]):
    """What each run of other characters becomes; the few that texts hold are kept."""

    def __init__(self, table: _Table) -> None:
        super().__init__()
        self._table = table

    def __missing__(self, run: str) -> str:
        turned = run.translate(self._table)
        if len(self) < _RUNS_KEPT:
            self[run] = turned
        return turned


_PLAIN = _Table({})
_SYMBOLIC = _Table(_SYMBOLS)


class Skeleton:
    """A text without what can stand between the characters of a word.

    Attributes:
        text: Letters, digits and `%`, with `，` and `。` for the ends of clauses and sentences.
    """

    __slots__ = ("_positions", "_source", "_table", "text")
    disguised: tuple[tuple[int, int], ...] = ()

    def __init__(self, source: str, *, symbols: bool = False) -> None:
        self._source = _join_lone(source)
        self._table = _SYMBOLIC if symbols else _PLAIN
        self._positions: list[int] | None = None
        # What is neither Han nor a plain letter or digit is looked up run by run.
        runs = self._table.runs
        self.text: str = _OTHER.sub(lambda run: runs[run[0]], self._source)

    def source_span(self, start: int, end: int) -> Span:
        """Map a range of `text` to the smallest covering span of the text it was made from."""
        if self._positions is None:
            table = self._table
            self._positions = [place for place, char in enumerate(self._source) for _ in table[ord(char)]]
        return Span(self._positions[start], self._positions[end - 1] + 1)


class Respelled:
    """A skeleton whose words in disguise were turned into what they stand for.

    Attributes:
        text: As in `Skeleton`.
        disguised: Ranges of `text` that were pinyin.
    """

    def __init__(self, skeleton: Skeleton, text: str, restored: Sequence[Restored]) -> None:
        self.text = text
        self.disguised = tuple((item.at, item.at + item.length) for item in restored if item.in_pinyin)
        self._skeleton = skeleton
        self._places: list[tuple[int, int]] = []
        reached = 0
        for item in restored:
            self._places += ((place, place + 1) for place in range(reached, item.start))
            self._places += [(item.start, item.end)] * item.length
            reached = item.end
        self._places += ((place, place + 1) for place in range(reached, len(skeleton.text)))

    def source_span(self, start: int, end: int) -> Span:
        """Map a range of `text` to the smallest covering span of the text it was made from."""
        return self._skeleton.source_span(self._places[start][0], self._places[end - 1][1])


def _join_lone(source: str) -> str:
    """Blank the clause ends that stand between single characters; the length stays."""
    return _LONE_ACROSS_END.sub(lambda match: " " * len(match[0]), source)


class View:
    """A checked text in the forms the guards read, each made once and only when asked for.

    Attributes:
        original: The text as given; every finding's span points into it.
        text: The normalised text.
    """

    def __init__(self, text: str) -> None:
        self.original = text
        self.text = fold(text)

    @cached_property
    def skeletons(self) -> tuple[Skeleton, ...]:
        """The plain skeleton, and a second one that reads symbols as words where there are symbols."""
        plain = Skeleton(self.text)
        if _HAS_SYMBOL.search(self.text) is None:
            return (plain,)
        return (plain, Skeleton(self.text, symbols=True))

    @cached_property
    def _normalized(self) -> Normalized:
        return normalize(self.original)

    def span(self, start: int, end: int) -> Span:
        """Map a range of the normalised text to a span of the original."""
        return self._normalized.offsets.original(Span(start, end))
