"""Words in disguise, turned back into what they stand for.

In pinyin, whole or in part (`weixin`, `zui好`, `quan网di一`); with a homophone, a look-alike or a character split in
two (慨不退换, 最弓虽), as `data/disguises.toml` lists them.
"""

from __future__ import annotations

import hashlib
import importlib.util
import itertools
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from assist.expressions import expression
from assist.kept import kept_arrays

if TYPE_CHECKING:
    from ahocorasick_rs import AhoCorasick

_NO_VARIANTS: Mapping[str, Sequence[str]] = MappingProxyType({})
_LATIN = expression("[a-z]+")
_HAN_WORD = expression("(?=.*[\u4e00-\u9fff])[\u4e00-\u9fffa-z]{2,5}")
_MOST_DISGUISED = 2
"""Characters of a word that are replaced by homophones or parts; more make it unreadable."""
# A syllable of toneless pinyin; a run of letters that is not made of these is no pinyin.
_RUN = expression(
    "(?:(?:zh|ch|sh|[bpmfdtnlgkhjqxrzcsyw])?(?:iang|iong|uang|ang|eng|ing|ong|ian|iao|uai|uan|ai|an|ao|ei|en|er|ia|ie"
    "|in|iu|ou|ua|ui|un|uo|[uv]e|a|e|i|o|u|v))+"
)


@dataclass(frozen=True, slots=True)
class Restored:
    """A word put back.

    Attributes:
        at: Its place in the new text.
        length: Its length there.
        start: Where its spelling began in the old text.
        end: Where that ended.
        in_pinyin: Three letters or more stood for characters; otherwise other characters did.
    """

    at: int
    length: int
    start: int
    end: int
    in_pinyin: bool = True


class Spellings:
    """Finds the disguises of a set of words in one pass; words that are written out are left to others.

    Args:
        words: Of two to five characters; others are passed over.
        variants: What may stand in a character's place.
    """

    def __init__(self, words: Iterable[str], variants: Mapping[str, Sequence[str]] = _NO_VARIANTS) -> None:
        self._variants = variants
        self._words = sorted({word for word in words if _HAN_WORD.fullmatch(word)})
        self._automaton: AhoCorasick | None = None
        self._owners: list[str] = []

    def restore(self, text: str) -> tuple[str, tuple[Restored, ...]]:
        """Replace every disguise by the word.

        Args:
            text: Without separators, in lower case.

        Returns:
            The text with words in characters, and what was replaced, by place; nothing: the text as it was.
        """
        if not self._variants and not any(
            _RUN.fullmatch(run) for run in _LATIN.findall(text) if len(run) > 1
        ):
            return text, ()
        parts: list[str] = []
        places: list[Restored] = []
        reached = length = 0
        for word, start, end in self._found(text):
            if start < reached:
                continue
            parts += [text[reached:start], word]
            length += start - reached
            in_pinyin = sum(char.isascii() for char in text[start:end]) > 2
            places.append(Restored(length, len(word), start, end, in_pinyin))
            length, reached = length + len(word), end
        return "".join([*parts, text[reached:]]), tuple(places)

    def _found(self, text: str) -> Iterator[tuple[str, int, int]]:
        automaton = self._automaton or self._build()
        found = automaton.find_matches_as_indexes(text, overlapping=True)
        longest = sorted(found, key=lambda item: (item[1], -item[2]))
        for index, start, end in longest:
            if _whole(text, start, end):
                yield self._owners[index], start, end

    def _build(self) -> AhoCorasick:
        from ahocorasick_rs import AhoCorasick, Implementation

        # Loading the dictionaries of pinyin takes longer than a first answer.
        lines = kept_arrays("spellings", _key(self._words, self._variants), self._spelled)["lines"]
        owners = [line.split(" ") for line in lines.tobytes().decode("utf-8").splitlines()]
        self._owners = [word for word, *spellings in owners for _ in spellings]
        spellings = [spelling for _, *spellings in owners for spelling in spellings]
        self._automaton = AhoCorasick(spellings, implementation=Implementation.ContiguousNFA)
        return self._automaton

    def _spelled(self) -> dict[str, NDArray[Any]]:
        """Work out all spellings: lines of a word and its disguises, no disguise in two lines."""
        owners = {spelling: word for word in self._words for spelling in _disguised(word, self._variants)}
        owners |= {spelling: word for word in self._words for spelling in _spellings(word)}
        lines: dict[str, list[str]] = {}
        for spelling, word in owners.items():
            lines.setdefault(word, [word]).append(spelling)
        text = "\n".join(" ".join(line) for line in lines.values())
        return {"lines": np.frombuffer(text.encode("utf-8"), dtype=np.uint8)}


def _key(words: Sequence[str], variants: Mapping[str, Sequence[str]]) -> bytes:
    """Name all that the spellings follow from: words, variants, this code, and the installed dictionary of pinyin."""
    package = importlib.util.find_spec("pypinyin")
    table = Path((package and package.origin) or "").with_name("phrases_dict.json")
    installed = (table.stat().st_size, table.stat().st_mtime_ns) if table.exists() else ()
    code = hashlib.sha256(Path(__file__).read_bytes()).hexdigest()
    return json.dumps([words, sorted(variants.items()), installed, code]).encode()


def _whole(text: str, start: int, end: int) -> bool:
    """Say whether a match neither begins nor ends inside letters that are no pinyin."""
    rest = []
    if text[start].isascii():
        rest += re.findall("[a-z]+$", text[:start])
    if text[end - 1].isascii():
        rest += re.findall("^[a-z]+", text[end:])
    return all(_RUN.fullmatch(letters) for letters in rest)


def _disguised(word: str, variants: Mapping[str, Sequence[str]]) -> Iterator[str]:
    """Yield a word with up to `_MOST_DISGUISED` of its characters replaced by what may stand for them."""
    places = [at for at, char in enumerate(word) if char in variants]
    for count in range(1, min(len(places), _MOST_DISGUISED) + 1):
        for chosen in itertools.combinations(places, count):
            for written in itertools.product(*(variants[word[at]] for at in chosen)):
                stand_in = dict(zip(chosen, written, strict=True))
                yield "".join(stand_in.get(at, char) for at, char in enumerate(word))


def _spellings(word: str) -> Iterator[str]:
    """Yield every way to write some or all characters of a word in pinyin, but for those of two letters alone."""
    from pypinyin import Style, lazy_pinyin

    syllables = [lazy_pinyin(char, style=Style.NORMAL)[0] for char in word]
    whole = lazy_pinyin(word, style=Style.NORMAL)
    syllables = whole if len(whole) == len(word) else syllables
    for written in itertools.product(*zip(word, syllables, strict=True)):
        spelling = "".join(written)
        letters = sum(char.isascii() for char in spelling)
        if letters > 2 or (letters == 2 and len(spelling) > letters):
            yield spelling
