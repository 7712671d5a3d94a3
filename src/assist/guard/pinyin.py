"""Words in disguise, turned back into what they stand for.

In pinyin, whole or in part (`weixin`, `zui好`, `quan网di一`), in initials (`zfb`, `降xt`); with a look-alike or a character
split in two (最弓虽), as `data/disguises.toml` lists them; with any common character that sounds like one of the
word's (支付鸨), unless that makes another word.
"""

from __future__ import annotations

import hashlib
import importlib.util
import itertools
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from assist.expressions import expression
from assist.guard.scanning import Part, Words, together
from assist.kept import kept_arrays

_FIRST_SOUND = 0xE000
"""Code of the first syllable in a text that was turned into what it sounds like."""
_LATIN = expression("[a-z]+")
_HAN_WORD = expression("(?=.*[\u4e00-\u9fff])[\u4e00-\u9fffa-z]{2,5}")
_HAN = expression("[\u4e00-\u9fff]+")
# The 6,763 characters of GB 2312.
_COMMON = "".join(
    bytes((row, cell)).decode("gb2312", "ignore") for row in range(0xB0, 0xF8) for cell in range(0xA1, 0xFF)
)
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


@dataclass(frozen=True, slots=True)
class Disguises:
    """How words are hidden from a filter.

    Attributes:
        variants: What may stand in a character's place.
        initials: Words by the letters that stand for them, such as `zfb` for 支付宝.
        spelled: Words that are written in pinyin, besides the listed ones.
        heard: Words that any common character of the same sound may disguise.
        lawful: What sounds like one of those and is meant as it is written.
    """

    variants: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    initials: Mapping[str, str] = field(default_factory=dict)
    spelled: tuple[str, ...] = ()
    heard: tuple[str, ...] = ()
    lawful: tuple[str, ...] = ()

    @classmethod
    def of(cls, table: Mapping[str, Any]) -> Disguises:
        """Read the tables of a list file, as in `data/disguises.toml`; those that are missing are empty."""
        words = {name: tuple(table.get(name, {}).get("words", ())) for name in ("pinyin", "heard", "lawful")}
        variants = {char: tuple(written) for char, written in table.get("variants", {}).items()}
        initials = {letters.lower(): word for letters, word in table.get("initials", {}).items()}
        return cls(variants, initials, words["pinyin"], words["heard"], words["lawful"])

    def joined(self, other: Disguises) -> Disguises:
        """Return these and others."""
        chars = dict.fromkeys((*self.variants, *other.variants))
        variants = {char: (*self.variants.get(char, ()), *other.variants.get(char, ())) for char in chars}
        return Disguises(
            variants,
            {**self.initials, **other.initials},
            self.spelled + other.spelled,
            self.heard + other.heard,
            self.lawful + other.lawful,
        )

    def __bool__(self) -> bool:
        """Say whether there are any."""
        return any((self.variants, self.initials, self.spelled, self.heard, self.lawful))


class Spellings:
    """Finds the disguises of a set of words in one pass; words that are written out are left to others.

    Args:
        words: Of two to five characters; others are passed over.
        disguises: How they may be hidden, besides pinyin.
    """

    def __init__(self, words: Iterable[str], disguises: Disguises | None = None) -> None:
        known = disguises or Disguises()
        self._variants, self._initials = known.variants, known.initials
        self._words = sorted({word for word in (*words, *known.spelled) if _HAN_WORD.fullmatch(word)})
        self._heard_words = sorted({word for word in known.heard if _HAN.fullmatch(word)})
        self._lawful = frozenset((*known.lawful, *self._words))
        self._lines: tuple[list[list[str]], list[list[str]]] | None = None
        self._owners: list[str] = []
        self._written: Part
        self._sounding: Part
        look_together(self)

    def use(self, written: Part, heard: Part) -> None:
        """Look for the spellings, and for what is heard, in passes that others may share."""
        self._written, self._sounding = written, heard

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
            letters = sum(char.isascii() for char in text[start:end])
            in_pinyin = letters > 2 and text[start:end] not in self._initials
            places.append(Restored(length, len(word), start, end, in_pinyin))
            length, reached = length + len(word), end
        return "".join([*parts, text[reached:]]), tuple(places)

    def _found(self, text: str) -> Iterator[tuple[str, int, int]]:
        found = [
            (self._owners[index], start, end)
            for index, start, end in self._written.find(text)
            if _whole(text, start, end) and self._stands(text, start, end)
        ]
        found += self._heard(text)
        return iter(sorted(found, key=lambda item: (item[1], -item[2])))

    def _stands(self, text: str, start: int, end: int) -> bool:
        """Say whether letters that stand for a word are no part of other letters or figures."""
        if text[start:end] not in self._initials:
            return True
        around = text[start - 1 : start] + text[end : end + 1]
        return not (around.isascii() and around.isalnum()) and not any(
            char.isascii() and char.isalnum() for char in around
        )

    def _heard(self, text: str) -> list[tuple[str, int, int]]:
        """Find what sounds like a word, has some of its characters, and is not the word itself nor another one."""
        if not self._heard_words:
            return []
        found = []
        for index, start, end in self._sounding.find(text):
            word, written = self._heard_words[index], text[start:end]
            same = sum(one == other for one, other in zip(word, written, strict=True))
            if len(word) / 2 <= same < len(word) and written not in self._lawful:
                found.append((word, start, end))
        return found

    def spellings(self) -> list[str]:
        """Return every spelling of the words, each once."""
        owners, _ = self._kept()
        self._owners = [word for word, *spellings in owners for _ in spellings]
        return [spelling for _, *spellings in owners for spelling in spellings]

    def heard_words(self) -> list[str]:
        """Return the words that what sounds like them may disguise."""
        return self._heard_words

    def alike(self) -> list[str]:
        """Return the characters of each syllable in the heard words."""
        return [line[0] for line in self._kept()[1]]

    def _kept(self) -> tuple[list[list[str]], list[list[str]]]:
        if self._lines is None:
            # Loading the dictionaries of pinyin takes longer than a first answer.
            kept = kept_arrays("spellings", self._key(), self._spelled)
            [lawful, *sounds] = _lines(kept["sounds"])
            self._lawful |= frozenset(lawful)
            self._lines = _lines(kept["lines"]), sounds
        return self._lines

    def _key(self) -> bytes:
        """Name all that the spellings follow from: words, disguises, this code, the installed dictionary of pinyin."""
        package = importlib.util.find_spec("pypinyin")
        table = Path((package and package.origin) or "").with_name("phrases_dict.json")
        installed = (table.stat().st_size, table.stat().st_mtime_ns) if table.exists() else ()
        code = hashlib.sha256(Path(__file__).read_bytes()).hexdigest()
        disguises = sorted(self._variants.items()), sorted(self._initials.items())
        return json.dumps([self._words, self._heard_words, disguises, installed, code]).encode()

    def _spelled(self) -> dict[str, NDArray[Any]]:
        """Work out all spellings: lines of a word and its disguises, no disguise in two lines."""
        owners = {spelling: word for word in self._words for spelling in _disguised(word, self._variants)}
        owners |= {spelling: word for word in self._words for spelling in _spellings(word)}
        owners |= {letters: word for letters, word in self._initials.items()}
        lines: dict[str, list[str]] = {}
        for spelling, word in owners.items():
            lines.setdefault(word, [word]).append(spelling)
        text = "\n".join(" ".join(line) for line in lines.values())
        return {"lines": _bytes(text), "sounds": _bytes(_sounds(self._heard_words))}


def look_together(*every: Spellings, besides: Sequence[Words] = ()) -> list[Part]:
    """Let several sets of spellings be found in one pass, and what is heard in another; give the parts of other words."""
    parts = together([*(one.spellings for one in every), *besides])
    heard = together([one.heard_words for one in every], lambda: _codes(every))
    for one, *own in zip(every, parts, heard, strict=False):
        one.use(*own)
    return parts[len(every) :]


def _codes(every: Sequence[Spellings]) -> dict[int, int]:
    """Give all characters of one syllable one code."""
    codes: dict[int, int] = {}
    for group in (group for one in every for group in one.alike()):
        known = (codes[ord(char)] for char in group if ord(char) in codes)
        code = next(known, _FIRST_SOUND + len(codes))
        codes |= dict.fromkeys(map(ord, group), code)
    return codes


def _bytes(text: str) -> NDArray[np.uint8]:
    return np.frombuffer(text.encode("utf-8"), dtype=np.uint8)


def _lines(kept: NDArray[Any]) -> list[list[str]]:
    return [line.split(" ") for line in kept.tobytes().decode("utf-8").splitlines()]


def _sounds(words: Sequence[str]) -> str:
    """Work out who sounds alike.

    Returns:
        A first line of phrases that sound like one of the words and are others; then a line of the common characters
        of each syllable in the words.
    """
    from pypinyin import Style, lazy_pinyin
    from pypinyin.phrases_dict import phrases_dict

    written = set(words)
    common = {char for char in _COMMON if _HAN.fullmatch(char)} | set("".join(written))
    of_char = {char: lazy_pinyin(char, style=Style.NORMAL)[0] for char in sorted(common)}
    used = {of_char[char] for word in written for char in word}
    heard = {tuple(of_char[char] for char in word) for word in written}
    others = sorted(
        phrase
        for phrase in phrases_dict
        if phrase not in written and tuple(of_char.get(char, "") for char in phrase) in heard
    )
    lines = [" ".join(others) or "-"]
    lines += ["".join(char for char in of_char if of_char[char] == sound) for sound in sorted(used)]
    return "\n".join(lines)


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
    if len(word) > 2 and _HAN.fullmatch(word):
        for written in itertools.product(*zip(word, (sound[0] for sound in syllables), strict=True)):
            spelling = "".join(written)
            if 0 < sum(char.isascii() for char in spelling) < len(spelling):
                yield spelling
